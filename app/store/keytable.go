package store

import "math/bits"

// keyTable maps 64-bit keys to 32-bit numbers, as a Go map does, in 14 to 16 bytes an entry however many there are: it
// grows shard by shard, each at another time, so that it never holds its entries twice once there are many. The zero
// value is empty and ready.
type keyTable struct {
	shards []keyShard // one, or manyShards once there are many entries
	count  int
}

// keyShard is an open-addressing table with linear probing.
type keyShard struct {
	keys    []uint64
	numbers []uint32 // one more than the number; 0: free
	used    int
}

const (
	manyShards = 256
	manyKeys   = 1 << 15 // entries from which on a table has manyShards
)

// place returns the shard of a key and the bits that its slot is made of.
func (t *keyTable) place(key uint64) (*keyShard, uint64) {
	h := (key ^ key>>32) * 0x9e3779b97f4a7c15
	if len(t.shards) == 1 {
		return &t.shards[0], h
	}
	return &t.shards[h>>56], h << 8
}

// slot returns where a key is, or the free slot where it would be.
func (s *keyShard) slot(key, h uint64) int {
	at, _ := bits.Mul64(h, uint64(len(s.keys)))
	i := int(at)
	for s.numbers[i] != 0 && s.keys[i] != key {
		if i++; i == len(s.keys) {
			i = 0
		}
	}
	return i
}

// get returns the number of a key.
func (t *keyTable) get(key uint64) (number uint32, ok bool) {
	if t.count == 0 {
		return 0, false
	}
	s, h := t.place(key)
	if s.used == 0 {
		return 0, false
	}
	i := s.slot(key, h)
	return s.numbers[i] - 1, s.numbers[i] != 0
}

// put sets the number of a key, at most 1<<32 - 2.
func (t *keyTable) put(key uint64, number uint32) {
	if t.shards == nil {
		t.shards = make([]keyShard, 1)
	}
	if len(t.shards) == 1 && t.count == manyKeys {
		t.split()
	}
	s, h := t.place(key)
	if len(t.shards) == 1 && s.used >= len(s.keys)*4/5 {
		t.resize(s, max(16, len(s.keys)*2))
	} else if s.used >= len(s.keys)*7/8 {
		t.resize(s, len(s.keys)*9/8)
	}
	i := s.slot(key, h)
	if s.numbers[i] == 0 {
		s.used++
		t.count++
	}
	s.keys[i], s.numbers[i] = key, number+1
}

// reserve makes room for n entries at once, where the table is empty and n is not too many for one shard.
func (t *keyTable) reserve(n int) {
	if t.shards == nil && n < manyKeys {
		t.shards = make([]keyShard, 1)
		t.resize(&t.shards[0], n*4/3+16)
	}
}

// resize gives a shard that much room.
func (t *keyTable) resize(s *keyShard, room int) {
	old := *s
	*s = keyShard{keys: make([]uint64, room), numbers: make([]uint32, room), used: old.used}
	for i, n := range old.numbers {
		if n != 0 {
			_, h := t.place(old.keys[i])
			at := s.slot(old.keys[i], h)
			s.keys[at], s.numbers[at] = old.keys[i], n
		}
	}
}

// split goes over from one shard to many.
func (t *keyTable) split() {
	old := t.shards[0]
	*t = keyTable{shards: make([]keyShard, manyShards)}
	const least = manyKeys / manyShards * 4 / 3
	for i := range t.shards { // keys fill them alike: were they of one size, all would grow at the same time
		t.resize(&t.shards[i], least+least/8*i/manyShards)
	}
	for i, n := range old.numbers {
		if n != 0 {
			t.put(old.keys[i], n-1)
		}
	}
}

// each calls f for every entry, in no order.
func (t *keyTable) each(f func(key uint64, number uint32)) {
	for _, s := range t.shards {
		for i, n := range s.numbers {
			if n != 0 {
				f(s.keys[i], n-1)
			}
		}
	}
}
