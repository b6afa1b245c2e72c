// Package keytable is a map from keys that are spread over all 64 bits, such as hashes, to small values: a Go map takes up to twice the
// room, and holds its entries twice whenever it grows.
package keytable

import "math/bits"

// Table maps keys to values, in 8 bytes and those of a value for each entry and an eighth to a quarter more, however many there are: it grows
// shard by shard, each at another time, so that it never holds its entries twice once there are many. The zero value is
// empty and ready. A Table[struct{}] is a set.
type Table[V any] struct {
	shards []shard[V] // one, or manyShards once there are many entries
	count  int
	zero   *V // of the key 0, which stands for a free place in shards
}

// shard is an open-addressing table with linear probing.
type shard[V any] struct {
	keys   []uint64 // 0: free
	values []V
	used   int
}

const (
	manyShards = 256
	manyKeys   = 1 << 15 // entries from which on a table has manyShards
)

// Len returns the number of entries.
func (t *Table[V]) Len() int { return t.count }

// Get returns the value of a key.
func (t *Table[V]) Get(key uint64) (v V, ok bool) {
	if t.count == 0 {
		return v, false
	}
	if key == 0 {
		if t.zero != nil {
			v = *t.zero
		}
		return v, t.zero != nil
	}
	s, h := t.place(key)
	if s.used == 0 {
		return v, false
	}
	i := s.slot(key, h)
	return s.values[i], s.keys[i] != 0
}

// Put sets the value of a key.
func (t *Table[V]) Put(key uint64, v V) {
	if t.shards == nil {
		t.shards = make([]shard[V], 1)
	}
	if key == 0 {
		if t.zero == nil {
			t.zero = new(V)
			t.count++
		}
		*t.zero = v
		return
	}
	if len(t.shards) == 1 && t.shards[0].used == manyKeys {
		t.split()
	}
	s, h := t.place(key)
	if len(t.shards) == 1 && s.used >= len(s.keys)*4/5 {
		t.resize(s, max(16, len(s.keys)*2))
	} else if s.used >= len(s.keys)*7/8 {
		t.resize(s, len(s.keys)*9/8)
	}
	i := s.slot(key, h)
	if s.keys[i] == 0 {
		s.used++
		t.count++
	}
	s.keys[i], s.values[i] = key, v
}

// Reserve makes room for n entries at once, where the table is empty and n is not too many for one shard.
func (t *Table[V]) Reserve(n int) {
	if t.shards == nil && n < manyKeys {
		t.shards = make([]shard[V], 1)
		t.resize(&t.shards[0], n*4/3+16)
	}
}

// Each calls f for every entry, in no order.
func (t *Table[V]) Each(f func(key uint64, v V)) {
	if t.zero != nil {
		f(0, *t.zero)
	}
	for _, s := range t.shards {
		for i, key := range s.keys {
			if key != 0 {
				f(key, s.values[i])
			}
		}
	}
}

// place returns the shard of a key and the bits that its slot is made of.
func (t *Table[V]) place(key uint64) (*shard[V], uint64) {
	h := (key ^ key>>32) * 0x9e3779b97f4a7c15
	if len(t.shards) == 1 {
		return &t.shards[0], h
	}
	return &t.shards[h>>56], h << 8
}

// slot returns where a key is, or the free slot where it would be.
func (s *shard[V]) slot(key, h uint64) int {
	at, _ := bits.Mul64(h, uint64(len(s.keys)))
	i := int(at)
	for s.keys[i] != 0 && s.keys[i] != key {
		if i++; i == len(s.keys) {
			i = 0
		}
	}
	return i
}

// resize gives a shard that much room.
func (t *Table[V]) resize(s *shard[V], room int) {
	old := *s
	*s = shard[V]{keys: make([]uint64, room), values: make([]V, room), used: old.used}
	for i, key := range old.keys {
		if key != 0 {
			_, h := t.place(key)
			at := s.slot(key, h)
			s.keys[at], s.values[at] = key, old.values[i]
		}
	}
}

// split goes over from one shard to many.
func (t *Table[V]) split() {
	old := t.shards[0]
	t.shards, t.count = make([]shard[V], manyShards), t.count-old.used
	const least = manyKeys / manyShards * 4 / 3
	for i := range t.shards { // keys fill them alike: were they of one size, all would grow at the same time
		t.resize(&t.shards[i], least+least/8*i/manyShards)
	}
	for i, key := range old.keys {
		if key != 0 {
			t.Put(key, old.values[i])
		}
	}
}
