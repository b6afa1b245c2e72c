package column

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// pack appends minimum, width and the values' bits.
func pack(dst []byte, values []uint32, low uint32, width int) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, low)
	dst = append(dst, byte(width))
	if width == 0 {
		return dst
	}
	var word uint64
	filled := 0
	for _, v := range values {
		word |= uint64(v-low) << filled
		filled += width
		for filled >= 8 {
			dst = append(dst, byte(word))
			word >>= 8
			filled -= 8
		}
	}
	if filled > 0 {
		dst = append(dst, byte(word))
	}
	return append(dst, make([]byte, slack)...)
}

// unpack fills dst from the front of body and returns what is left of it.
func unpack(dst []uint32, body []byte) (rest []byte, ok bool) {
	if len(body) < 5 {
		return nil, false
	}
	low, width := binary.LittleEndian.Uint32(body), uint(body[4])
	body = body[5:]
	if width == 0 {
		for i := range dst {
			dst[i] = low
		}
		return body, true
	}
	size := (len(dst)*int(width) + 7) / 8
	if width > 32 || len(body) < size+slack {
		return nil, false
	}
	values := unpackEights(dst, body, low, width)
	mask := uint64(1)<<width - 1
	for i := values; i < len(dst); i++ {
		at := uint(i) * width
		dst[i] = low + uint32(binary.LittleEndian.Uint64(body[at>>3:])>>(at&7)&mask)
	}
	return body[size+slack:], true
}

// run is packed values, to look at single ones.
type run struct {
	low   uint32
	width uint
	body  []byte
}

// openRun returns the n values that are all of body.
func openRun(body []byte, n int) (r run, ok bool) {
	if len(body) < 5 || body[4] > 32 {
		return r, false
	}
	r = run{binary.LittleEndian.Uint32(body), uint(body[4]), body[5:]}
	return r, len(body) == packedSize(n, int(r.width))
}

func (r run) at(i int32) uint32 {
	if r.width == 0 {
		return r.low
	}
	at := uint(i) * r.width
	return r.low + uint32(binary.LittleEndian.Uint64(r.body[at>>3:])>>(at&7)&(1<<r.width-1))
}

// unpackRanges is unpack, of the whole of body, for the values in ranges.
func unpackRanges(dst []uint32, body []byte, ranges []Range) bool {
	values, ok := openRun(body, len(dst))
	if !ok {
		return false
	}
	for _, r := range ranges {
		for i := r.From; i < r.To; i++ {
			dst[i] = values.at(i)
		}
	}
	return true
}

// unpackEights unpacks as many whole groups of eight values as dst has, and returns how many values that were. Eight
// values begin on a byte; of one load are taken as many of them as surely fit into its 64 bits. Written out, this takes
// half the time of a loop.
func unpackEights(dst []uint32, body []byte, low uint32, width uint) int {
	if width > 28 {
		return 0
	}
	mask := uint32(1)<<width - 1
	load, w := binary.LittleEndian.Uint64, width&31
	groups := len(dst) / 8
	for i := range groups {
		d, b := (*[8]uint32)(dst[8*i:]), body[uint(i)*width:]
		switch {
		case width <= 8: // eight
			x := load(b)
			d[0], d[1], d[2], d[3] = low+uint32(x)&mask, low+uint32(x>>w)&mask, low+uint32(x>>(2*w))&mask, low+uint32(x>>(3*w))&mask
			x >>= 4 * w
			d[4], d[5], d[6], d[7] = low+uint32(x)&mask, low+uint32(x>>w)&mask, low+uint32(x>>(2*w))&mask, low+uint32(x>>(3*w))&mask
		case width <= 15: // four: the second four begin on a byte or in its middle
			x, y := load(b), load(b[w/2:])>>(w&1*4)
			d[0], d[1], d[2], d[3] = low+uint32(x)&mask, low+uint32(x>>w)&mask, low+uint32(x>>(2*w))&mask, low+uint32(x>>(3*w))&mask
			d[4], d[5], d[6], d[7] = low+uint32(y)&mask, low+uint32(y>>w)&mask, low+uint32(y>>(2*w))&mask, low+uint32(y>>(3*w))&mask
		default: // two
			x, y := load(b), load(b[w/4:])>>(2*w&7)
			d[0], d[1], d[2], d[3] = low+uint32(x)&mask, low+uint32(x>>w)&mask, low+uint32(y)&mask, low+uint32(y>>w)&mask
			x, y = load(b[w/2:])>>(4*w&7), load(b[3*w/4:])>>(6*w&7)
			d[4], d[5], d[6], d[7] = low+uint32(x)&mask, low+uint32(x>>w)&mask, low+uint32(y)&mask, low+uint32(y>>w)&mask
		}
	}
	return 8 * groups
}

// count reads the number in front of a body; it may not be above limit.
func count(body []byte, limit int) (n int, rest []byte, ok bool) {
	if len(body) < 4 {
		return 0, nil, false
	}
	v := binary.LittleEndian.Uint32(body)
	return int(v), body[4:], uint64(v) <= uint64(limit)
}

func packDeltas(dst []byte, values []uint32, s summary) []byte {
	differences := make([]uint32, len(values)-1)
	for i := range differences {
		differences[i] = values[i+1] - values[i]
	}
	dst = binary.LittleEndian.AppendUint32(dst, values[0])
	return pack(dst, differences, s.deltaMin, bits.Len32(s.deltaRange))
}

func unpackDeltas(dst []uint32, body []byte) bool {
	if len(dst) == 0 || len(body) < 4 {
		return false
	}
	dst[0] = binary.LittleEndian.Uint32(body)
	rest, ok := unpack(dst[1:], body[4:])
	for i := 1; i < len(dst); i++ {
		dst[i] += dst[i-1]
	}
	return ok && len(rest) == 0
}

func packRuns(dst []byte, values []uint32, n int) []byte {
	starts, lengths := make([]uint32, 0, n), make([]uint32, 0, n)
	for i := 0; i < len(values); {
		j := i + 1
		for j < len(values) && values[j] == values[i] {
			j++
		}
		starts, lengths = append(starts, values[i]), append(lengths, uint32(j-i))
		i = j
	}
	dst = binary.LittleEndian.AppendUint32(dst, uint32(n))
	return packTight(packTight(dst, starts), lengths)
}

// packTight packs values with the least width.
func packTight(dst []byte, values []uint32) []byte {
	low, high := slices.Min(values), slices.Max(values)
	return pack(dst, values, low, bits.Len32(high-low))
}

func unpackRuns(dst []uint32, body []byte) bool {
	n, body, ok := count(body, min(len(dst), 8*len(body)))
	if !ok {
		return false
	}
	room := make([]uint32, 2*n)
	starts, lengths := room[:n], room[n:]
	if body, ok = unpack(starts, body); !ok {
		return false
	}
	if body, ok = unpack(lengths, body); !ok || len(body) != 0 {
		return false
	}
	for i, length := range lengths {
		if uint64(length) > uint64(len(dst)) {
			return false
		}
		for j := range dst[:length] {
			dst[j] = starts[i]
		}
		dst = dst[length:]
	}
	return len(dst) == 0
}

func packSparse(dst []byte, values []uint32, filled int) []byte {
	present := make([]byte, (len(values)+7)/8)
	kept := make([]uint32, 0, filled)
	for i, v := range values {
		if v != 0 {
			present[i/8] |= 1 << (i % 8)
			kept = append(kept, v)
		}
	}
	dst = binary.LittleEndian.AppendUint32(dst, uint32(filled))
	return packTight(append(dst, present...), kept)
}

func unpackSparse(dst []uint32, body []byte) bool {
	n, body, ok := count(body, len(dst))
	size := (len(dst) + 7) / 8
	if !ok || n == 0 || len(body) < size {
		return false
	}
	present, set := body[:size], 0
	for _, b := range present {
		set += bits.OnesCount8(b)
	}
	// The values are unpacked to the end of dst and moved to their places from the front: a place is never behind its
	// value, as at least as many values are still to come as lie behind it.
	kept := dst[len(dst)-n:]
	if rest, ok := unpack(kept, body[size:]); set != n || !ok || len(rest) != 0 {
		return false
	}
	if extra := len(dst) % 8; extra > 0 && present[size-1]>>extra != 0 { // a bit beyond the last value
		return false
	}
	next, i := 0, 0
	// Eight places at a time, without asking of each whether it is filled: that would be guessed wrong too often.
	for ; i+8 <= len(dst) && next+8 <= n; i += 8 {
		d, k, b, at := (*[8]uint32)(dst[i:]), (*[8]uint32)(kept[next:]), uint32(present[i/8]), uint32(0)
		for j := range d {
			filled := b >> j & 1
			d[j] = k[at&7] & -filled
			at += filled
		}
		next += int(at)
	}
	for ; i < len(dst); i++ {
		if present[i/8]>>(i%8)&1 == 1 {
			dst[i] = kept[next]
			next++
		} else {
			dst[i] = 0
		}
	}
	return true
}

// unpackSparseRanges is unpackSparse for the values in ranges.
func unpackSparseRanges(dst []uint32, body []byte, ranges []Range) bool {
	n, body, ok := count(body, len(dst))
	size := (len(dst) + 7) / 8
	if !ok || n == 0 || len(body) < size {
		return false
	}
	present := body[:size]
	values, ok := openRun(body[size:], n)
	at, before := 0, int32(0) // how many values are in present[:at]
	for _, r := range ranges {
		if !ok || r.From == r.To {
			continue
		}
		for ; at < int(r.From/8); at++ {
			before += int32(bits.OnesCount8(present[at]))
		}
		next := before + int32(bits.OnesCount8(present[at]&(1<<(r.From%8)-1)))
		for i := r.From; i < r.To; i++ {
			dst[i] = 0
			if present[i/8]>>(i%8)&1 == 1 {
				if ok = ok && int(next) < n; ok {
					dst[i] = values.at(next)
				}
				next++
			}
		}
	}
	return ok
}

func packFew(dst []byte, values, distinct []uint32) []byte {
	index := make([]uint32, len(values))
	for i, v := range values {
		at, _ := slices.BinarySearch(distinct, v)
		index[i] = uint32(at)
	}
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(distinct)))
	return pack(packTight(dst, distinct), index, 0, bits.Len(uint(len(distinct)-1)))
}

// openFew returns the n distinct values, in a table whose length is a power of two, and the packed indexes.
func openFew(body []byte) (table []uint32, n uint32, indexes []byte, ok bool) {
	distinct, body, ok := count(body, min(maxDistinct, len(body)))
	if !ok || distinct == 0 {
		return nil, 0, nil, false
	}
	table = make([]uint32, 1<<bits.Len(uint(distinct-1))) // an index needs no check of its own
	indexes, ok = unpack(table[:distinct], body)
	return table, uint32(distinct), indexes, ok
}

func unpackFew(dst []uint32, body []byte) bool {
	table, n, body, ok := openFew(body)
	if !ok {
		return false
	}
	if body, ok = unpack(dst, body); !ok || len(body) != 0 {
		return false
	}
	largest, mask := uint32(0), uint32(len(table)-1)
	for i, at := range dst {
		largest = max(largest, at)
		dst[i] = table[at&mask]
	}
	return largest < n
}

// unpackFewRanges is unpackFew for the values in ranges.
func unpackFewRanges(dst []uint32, body []byte, ranges []Range) bool {
	table, n, body, ok := openFew(body)
	if !ok || !unpackRanges(dst, body, ranges) {
		return false
	}
	largest, mask := uint32(0), uint32(len(table)-1)
	for _, r := range ranges {
		for i, at := range dst[r.From:r.To] {
			largest = max(largest, at)
			dst[int(r.From)+i] = table[at&mask]
		}
	}
	return largest < n
}
