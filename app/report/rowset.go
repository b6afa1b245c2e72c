package report

import (
	"math/bits"
)

// rowSets are sets of visitors' numbers, one a row. A set is a chain of short pieces of shared slabs while it is small and a
// bitmap once that takes no more room, so that all of them need four bytes for each number added, however many rows
// there are.
type rowSets struct {
	low   uint32  // numbers below are not taken
	limit uint32  // nor those so many above it
	few   bool    // bitmaps for all rows are small
	next  []int32 // by row: where the next number goes; 0: nothing is there; below 0: ^index in maps
	size  []int32 // by row: full pieces
	slabs [][]uint32
	used  int32 // numbers of the slabs that are given out
	free  int32 // first of a chain of pieces that are free again; 0: none
	maps  [][]uint64
	ones  []int   // by bitmap: how many numbers are in it
	empty []int32 // bitmaps that are not in use, as in next
}

const (
	pieceSize = 16      // numbers of a piece, of which the first leads to the piece before
	slabSize  = 1 << 14 // numbers of a slab
	fewBytes  = 2 << 20 // bitmaps for all rows that are worth having from the start
	fewRows   = 64      // rows whose bitmaps are
)

// newRowSets returns empty sets of numbers of the window.
func newRowSets(rows int, w window) *rowSets {
	s := &rowSets{low: uint32(w.low), limit: uint32(w.high - w.low), next: make([]int32, rows), size: make([]int32, rows), used: pieceSize}
	s.few = rows <= fewRows || rows*int(s.limit)/8 <= fewBytes
	return s
}

// add puts a number into a row's set.
func (s *rowSets) add(row int32, n uint32) {
	if n -= s.low; n >= s.limit {
		return
	}
	at := s.next[row]
	if at >= 0 && at%pieceSize == 0 {
		at = s.grow(row)
	}
	if at < 0 {
		w := &s.maps[^at][n>>6]
		s.ones[^at] += int(^*w >> (n & 63) & 1)
		*w |= 1 << (n & 63)
		return
	}
	s.slabs[at/slabSize][at%slabSize] = n
	s.next[row] = at + 1
}

// addEach puts each number into the set of its row.
func (s *rowSets) addEach(rows []int32, numbers []uint32) {
	low, limit, next := s.low, s.limit, s.next
	for k, row := range rows {
		at, n := next[row], numbers[k]-low
		switch {
		case n >= limit:
		case at < 0:
			w := &s.maps[^at][n>>6]
			s.ones[^at] += int(^*w >> (n & 63) & 1)
			*w |= 1 << (n & 63)
		default:
			s.add(row, numbers[k])
		}
	}
}

// addAll puts numbers into a row's set, which becomes a bitmap.
func (s *rowSets) addAll(row int32, numbers []uint32) {
	if s.next[row] >= 0 {
		s.spread(row)
	}
	at := ^s.next[row]
	m, low, limit, ones := s.maps[at], s.low, s.limit, 0
	for _, n := range numbers {
		if n -= low; n < limit {
			w := &m[n>>6]
			ones += int(^*w >> (n & 63) & 1)
			*w |= 1 << (n & 63)
		}
	}
	s.ones[at] += ones
}

// grow gives a row a further piece, or turns its set into a bitmap.
func (s *rowSets) grow(row int32) int32 {
	last := s.next[row]
	if s.few || s.size[row]*pieceSize > int32(s.limit/32) {
		return s.spread(row)
	}
	at := s.free
	if at != 0 {
		s.free = int32(s.slabs[at/slabSize][at%slabSize])
	} else {
		if at = s.used; int(at/slabSize) == len(s.slabs) {
			s.slabs = append(s.slabs, make([]uint32, slabSize))
		}
		s.used += pieceSize
	}
	if last != 0 {
		last -= pieceSize
	}
	s.slabs[at/slabSize][at%slabSize] = uint32(last)
	s.size[row]++
	return at + 1
}

// spread turns the set of a row into a bitmap.
func (s *rowSets) spread(row int32) int32 {
	if last := len(s.empty) - 1; last >= 0 && s.next[row] == 0 {
		s.next[row], s.empty = s.empty[last], s.empty[:last]
		return s.next[row]
	}
	m, ones := make([]uint64, s.limit/64+1), 0
	s.each(row, func(numbers []uint32) {
		for _, n := range numbers {
			w := &m[n>>6]
			ones += int(^*w >> (n & 63) & 1)
			*w |= 1 << (n & 63)
		}
	})
	s.drop(row)
	s.maps, s.ones = append(s.maps, m), append(s.ones, ones)
	s.next[row] = ^int32(len(s.maps) - 1)
	return s.next[row]
}

// take returns how many numbers are in the set of a row that is a bitmap or empty, and empties it.
func (s *rowSets) take(row int32) int {
	at := s.next[row]
	if at >= 0 {
		return 0
	}
	n := s.ones[^at]
	clear(s.maps[^at])
	s.ones[^at], s.next[row], s.empty = 0, 0, append(s.empty, at)
	return n
}

// each calls f with the numbers of a row's set that is no bitmap, piece by piece.
func (s *rowSets) each(row int32, f func(numbers []uint32)) {
	at := s.next[row]
	for at > 0 {
		first := (at - 1) / pieceSize * pieceSize
		slab := s.slabs[first/slabSize]
		f(slab[first%slabSize+1 : first%slabSize+at-first])
		if at = int32(slab[first%slabSize]); at != 0 {
			at += pieceSize
		}
	}
}

// drop empties a row's set, which is no bitmap.
func (s *rowSets) drop(row int32) {
	for at := s.next[row]; at > 0; {
		first := (at - 1) / pieceSize * pieceSize
		slab := s.slabs[first/slabSize]
		if at = int32(slab[first%slabSize]); at != 0 {
			at += pieceSize
		}
		slab[first%slabSize], s.free = uint32(s.free), first
	}
	s.next[row], s.size[row] = 0, 0
}

// count returns how many numbers are in the set of a row. The scratch bitmap must be empty and is left so.
func (s *rowSets) count(row int32, scratch []uint64) (n int) {
	if at := s.next[row]; at < 0 {
		return s.ones[^at]
	}
	s.each(row, func(numbers []uint32) {
		for _, v := range numbers {
			w, bit := &scratch[v>>6], uint64(1)<<(v&63)
			n += int(^*w >> (v & 63) & 1)
			*w |= bit
		}
	})
	s.each(row, func(numbers []uint32) {
		for _, v := range numbers {
			scratch[v>>6] = 0
		}
	})
	return n
}

// all calls f with the numbers of a row's set, as they are above low, piece by piece; a number may come more than once.
func (s *rowSets) all(row int32, f func(numbers []uint32)) {
	at := s.next[row]
	if at >= 0 {
		s.each(row, f)
		return
	}
	var list [64]uint32
	for i, w := range s.maps[^at] {
		n := 0
		for ; w != 0; w &= w - 1 {
			list[n] = uint32(i*64 + bits.TrailingZeros64(w))
			n++
		}
		f(list[:n])
	}
}

// join adds what another goroutine put into its sets.
func (s *rowSets) join(o *rowSets) {
	for row := range s.next {
		o.all(int32(row), func(numbers []uint32) {
			for _, n := range numbers {
				s.add(int32(row), s.low+n)
			}
		})
	}
}

// union returns how many numbers are in the sets of some rows. The scratch bitmap is as for count.
func (s *rowSets) union(rows []int32, scratch []uint64) (n int) {
	for _, row := range rows {
		s.all(row, func(numbers []uint32) {
			for _, v := range numbers {
				w := &scratch[v>>6]
				n += int(^*w >> (v & 63) & 1)
				*w |= 1 << (v & 63)
			}
		})
	}
	clear(scratch)
	return n
}
