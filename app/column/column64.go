package column

import (
	"encoding/binary"
	"fmt"
)

// Encode64 appends encoded signed 64-bit values to dst: the low halves and the high halves of their zigzag form, each a
// column, with the length of the first in front (4 bytes).
func Encode64(dst []byte, values []int64) []byte {
	low, high := make([]uint32, len(values)), make([]uint32, len(values))
	for i, v := range values {
		z := uint64(v<<1) ^ uint64(v>>63)
		low[i], high[i] = uint32(z), uint32(z>>32)
	}
	at := len(dst)
	dst = Encode(append(dst, 0, 0, 0, 0), low)
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return Encode(dst, high)
}

// Decode64 returns the n values that data holds, in the room of dst when it is large enough; ErrCorrupt as Decode.
func Decode64(dst []int64, data []byte, n int) ([]int64, error) {
	if len(data) < 4 || uint64(binary.LittleEndian.Uint32(data)) > uint64(len(data)-4) {
		return dst[:0], fmt.Errorf("%w: its halves do not fit", ErrCorrupt)
	}
	split := 4 + int(binary.LittleEndian.Uint32(data))
	low, err := Decode(nil, data[4:split], n)
	if err != nil {
		return dst[:0], err
	}
	high, err := Decode(nil, data[split:], n)
	if err != nil {
		return dst[:0], err
	}
	if cap(dst) < n {
		dst = make([]int64, n)
	}
	dst = dst[:n]
	for i := range dst {
		z := uint64(high[i])<<32 | uint64(low[i])
		dst[i] = int64(z>>1) ^ -int64(z&1)
	}
	return dst, nil
}
