package report

import "math/bits"

// bitmap is a set of visitor numbers.
type bitmap []uint64

// newBits returns an empty set for numbers up to n.
func newBits(n int) bitmap { return make(bitmap, n/64+1) }

func (b bitmap) add(v uint32)      { b[v>>6] |= 1 << (v & 63) }
func (b bitmap) has(v uint32) bool { return b[v>>6]>>(v&63)&1 != 0 }

func (b bitmap) addAll(list []uint32) {
	for _, v := range list {
		b.add(v)
	}
}

// count returns how many numbers are in b.
func (b bitmap) count() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}
