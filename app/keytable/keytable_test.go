package keytable

import (
	"math/rand/v2"
	"testing"
)

// However keys come, a table answers as a map does.
func TestTableIsAMap(t *testing.T) {
	for _, c := range []struct {
		why     string
		entries int
		key     func(*rand.Rand, int) uint64
	}{
		{"none", 0, nil},
		{"the key 0 alone", 1, func(*rand.Rand, int) uint64 { return 0 }},
		{"few small numbers, some again", 1000, func(r *rand.Rand, _ int) uint64 { return r.Uint64N(200) }},
		{"hashes, past the split into shards", 300_000, func(r *rand.Rand, _ int) uint64 { return r.Uint64() }},
		{"numbers in a row, past the split", 100_000, func(_ *rand.Rand, i int) uint64 { return uint64(i) }},
		{"numbers that differ in their high half only", 50_000, func(_ *rand.Rand, i int) uint64 { return uint64(i) << 40 }},
	} {
		r, want := rand.New(rand.NewPCG(1, 2)), map[uint64]int{}
		var got Table[int]
		var set Table[struct{}]
		if c.entries%2 == 0 {
			got.Reserve(c.entries / 2)
		}
		for i := range c.entries {
			key := c.key(r, i)
			want[key] = i
			got.Put(key, i)
			set.Put(key, struct{}{})
		}
		if got.Len() != len(want) || set.Len() != len(want) {
			t.Errorf("%s: %d and %d entries, want %d", c.why, got.Len(), set.Len(), len(want))
		}
		seen := 0
		got.Each(func(key uint64, v int) {
			if seen++; v != want[key] {
				t.Errorf("%s: each: %d has %d, want %d", c.why, key, v, want[key])
			}
		})
		if seen != len(want) {
			t.Errorf("%s: each: %d entries, want %d", c.why, seen, len(want))
		}
		for key, v := range want {
			if n, ok := got.Get(key); !ok || n != v {
				t.Fatalf("%s: %d has %d %v, want %d", c.why, key, n, ok, v)
			}
			if _, ok := set.Get(key); !ok {
				t.Fatalf("%s: %d is not in the set", c.why, key)
			}
		}
		for range 1000 {
			key := r.Uint64()
			if _, ok := got.Get(key); ok {
				if _, ok := want[key]; !ok {
					t.Fatalf("%s: %d is there", c.why, key)
				}
			}
		}
	}
}
