// Package column turns a column of numbers into few bytes and back. It is pure: bytes in, bytes out.
//
// A column on disk, all little endian:
//
//	version   1 byte   1
//	encoding  1 byte   how the body is written, below
//	count     4 bytes  number of values
//	body
//	checksum  4 bytes  CRC-32C of all before it
//
// A body is made of packed runs of numbers: minimum (4 bytes), width (1 byte, 0–32), then count values of width bits
// each, as differences from the minimum, lowest bit first, filled up to a whole byte and followed by 8 zero bytes, so
// that a value is one 64-bit load, a shift and a mask.
//
//	packed    the values
//	deltas    first value (4 bytes), the differences of neighbours; for columns that never fall
//	runs      number of runs (4 bytes), their values, their lengths
//	sparse    number of values that are not 0 (4 bytes), one bit a value, those values
//	few       number of distinct values (4 bytes), these in order, an index a value
//
// Encode tries each that fits and keeps the smallest.
package column

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/bits"
	"slices"
)

// ErrCorrupt is returned for bytes that Encode did not write.
var ErrCorrupt = errors.New("column is damaged")

const (
	version = 1
	header  = 6 // version, encoding, count
	slack   = 8 // zero bytes behind packed values
)

const (
	packed = iota
	deltas
	runs
	sparse
	few
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Encode appends the encoded values to dst.
func Encode(dst []byte, values []uint32) []byte {
	start := len(dst)
	s := survey(values)
	kind := s.smallest()
	dst = append(dst, version, byte(kind))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(values)))
	switch kind {
	case packed:
		dst = pack(dst, values, s.min, s.width)
	case deltas:
		dst = packDeltas(dst, values, s)
	case runs:
		dst = packRuns(dst, values, s.runs)
	case sparse:
		dst = packSparse(dst, values, s.filled)
	case few:
		dst = packFew(dst, values, s.distinct)
	}
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli))
}

// Decode returns the n values that data holds, in the room of dst when it is large enough. It returns ErrCorrupt when
// data is not what Encode wrote for n values; it never panics, and allocates no more than those n values and, for
// distinct values and runs, four times the size of data.
func Decode(dst []uint32, data []byte, n int) ([]uint32, error) {
	kind, body, err := open(data, n)
	if err != nil {
		return dst[:0], err
	}
	if cap(dst) < n {
		dst = make([]uint32, n)
	}
	dst = dst[:n]
	ok := false
	switch kind {
	case packed:
		_, ok = unpack(dst, body)
	case deltas:
		ok = unpackDeltas(dst, body)
	case runs:
		ok = unpackRuns(dst, body)
	case sparse:
		ok = unpackSparse(dst, body)
	case few:
		ok = unpackFew(dst, body)
	}
	if !ok {
		return dst[:0], fmt.Errorf("%w: its body does not hold %d values", ErrCorrupt, n)
	}
	return dst, nil
}

// Range is the values From..To of a column, To excluded.
type Range struct{ From, To int32 }

// DecodeRanges is Decode for when only the values in ranges are wanted, which are in order and within the n values. What
// the other places of dst hold stays or changes.
func DecodeRanges(dst []uint32, data []byte, n int, ranges []Range) ([]uint32, error) {
	kind, body, err := open(data, n)
	if err != nil {
		return dst[:0], err
	}
	if cap(dst) < n {
		dst = make([]uint32, n)
	}
	dst = dst[:n]
	ok := false
	switch kind {
	case packed:
		ok = unpackRanges(dst, body, ranges)
	case sparse:
		ok = unpackSparseRanges(dst, body, ranges)
	case few:
		ok = unpackFewRanges(dst, body, ranges)
	default:
		return Decode(dst, data, n)
	}
	if !ok {
		return dst[:0], fmt.Errorf("%w: its body does not hold %d values", ErrCorrupt, n)
	}
	return dst, nil
}

// open returns the encoding and the body of a column of n values whose checksum is right.
func open(data []byte, n int) (kind byte, body []byte, err error) {
	if len(data) < header+4 {
		return 0, nil, fmt.Errorf("%w: %d bytes are too few", ErrCorrupt, len(data))
	}
	end := len(data) - 4
	if crc32.Checksum(data[:end], castagnoli) != binary.LittleEndian.Uint32(data[end:]) {
		return 0, nil, fmt.Errorf("%w: its checksum is wrong", ErrCorrupt)
	}
	if data[0] != version {
		return 0, nil, fmt.Errorf("%w: version %d is not known", ErrCorrupt, data[0])
	}
	if count := binary.LittleEndian.Uint32(data[2:]); uint64(count) != uint64(n) {
		return 0, nil, fmt.Errorf("%w: it has %d values, not %d", ErrCorrupt, count, n)
	}
	return data[1], data[header:end], nil
}

// summary is what choosing an encoding needs to know of the values.
type summary struct {
	count, runs, filled  int
	min                  uint32
	width                int // bits a packed value
	rising               bool
	deltaMin, deltaRange uint32
	runWidth, lenWidth   int
	filledMin, filledMax uint32
	distinct             []uint32 // in order; nil when there are too many to be worth it
}

const maxDistinct = 1 << 12

func survey(values []uint32) summary {
	s := summary{count: len(values), rising: true}
	if len(values) == 0 {
		return s
	}
	low, high := values[0], values[0]
	deltaLow, deltaHigh := ^uint32(0), uint32(0)
	s.filledMin = ^uint32(0)
	run, longest := 0, 0
	for i, v := range values {
		low, high = min(low, v), max(high, v)
		if v != 0 {
			s.filled++
			s.filledMin, s.filledMax = min(s.filledMin, v), max(s.filledMax, v)
		}
		run++
		if i > 0 {
			if v < values[i-1] {
				s.rising = false
			} else {
				deltaLow, deltaHigh = min(deltaLow, v-values[i-1]), max(deltaHigh, v-values[i-1])
			}
		}
		if i+1 == len(values) || values[i+1] != v {
			s.runs++
			longest, run = max(longest, run), 0
		}
	}
	s.min, s.width = low, bits.Len32(high-low)
	s.runWidth, s.lenWidth = s.width, bits.Len(uint(longest))
	if len(values) == 1 {
		deltaLow, deltaHigh = 0, 0
	}
	s.deltaMin = deltaLow
	if s.rising {
		s.deltaRange = deltaHigh - deltaLow
	}
	if s.width > 4 && s.runs > 1 {
		s.distinct = distinctOf(values)
	}
	return s
}

// distinctOf returns the distinct values in order, or nil when there are more than maxDistinct or too many to pay.
func distinctOf(values []uint32) []uint32 {
	limit := min(maxDistinct, len(values)/4)
	seen := make(map[uint32]struct{}, 256)
	last := ^values[0]
	for _, v := range values {
		if v == last {
			continue
		}
		last = v
		if seen[v] = struct{}{}; len(seen) > limit {
			return nil
		}
	}
	d := make([]uint32, 0, len(seen))
	for v := range seen {
		d = append(d, v)
	}
	slices.Sort(d)
	return d
}

// packedSize is the number of bytes that pack writes for n values of width bits.
func packedSize(n, width int) int {
	if width == 0 {
		return 5
	}
	return 5 + (n*width+7)/8 + slack
}

func (s summary) smallest() int {
	best, size := packed, packedSize(s.count, s.width)
	try := func(kind, bytes int) {
		if bytes < size {
			best, size = kind, bytes
		}
	}
	if s.count == 0 {
		return packed
	}
	if s.rising {
		try(deltas, 4+packedSize(s.count-1, bits.Len32(s.deltaRange)))
	}
	try(runs, 4+packedSize(s.runs, s.runWidth)+packedSize(s.runs, s.lenWidth))
	if s.filled > 0 {
		try(sparse, 4+(s.count+7)/8+packedSize(s.filled, bits.Len32(s.filledMax-s.filledMin)))
	}
	if s.distinct != nil {
		n := len(s.distinct)
		try(few, 4+packedSize(n, bits.Len32(s.distinct[n-1]-s.distinct[0]))+packedSize(s.count, bits.Len(uint(n-1))))
	}
	return best
}
