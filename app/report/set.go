package report

import "math/bits"

// set is a set of visitor numbers: a list of what was added while that is short, a bitmap after.
type set struct {
	list []uint32
	bits []uint64
}

// add puts v, below n, into s. A list never grows larger than the bitmap would be.
func (s *set) add(v uint32, n int) {
	if s.bits != nil {
		s.bits[v>>6] |= 1 << (v & 63)
		return
	}
	if k := len(s.list); k > 0 && s.list[k-1] == v {
		return
	}
	if len(s.list) == cap(s.list) && len(s.list) >= n/32+4 {
		s.spread(n)
		s.add(v, n)
		return
	}
	s.list = append(s.list, v)
}

// spread turns the list into a bitmap.
func (s *set) spread(n int) {
	s.bits = make([]uint64, n/64+1)
	for _, v := range s.list {
		s.bits[v>>6] |= 1 << (v & 63)
	}
	s.list = nil
}

// count returns how many numbers are in s. The scratch bitmap must be empty and is left so.
func (s *set) count(scratch []uint64) (n int) {
	for _, w := range s.bits {
		n += bits.OnesCount64(w)
	}
	for _, v := range s.list {
		bit := uint64(1) << (v & 63)
		if scratch[v>>6]&bit == 0 {
			scratch[v>>6] |= bit
			n++
		}
	}
	for _, v := range s.list {
		scratch[v>>6] = 0
	}
	return n
}

// joinCopy adds all of o to s, a bitmap, and leaves o as it is.
func (s *set) joinCopy(o *set, n int) {
	for i, w := range o.bits {
		s.bits[i] |= w
	}
	for _, v := range o.list {
		s.add(v, n)
	}
}
