package enrich

import (
	"fmt"
	"sync"
	"testing"
)

func TestMemory(t *testing.T) {
	m := NewMemory[string](2)
	a, b, c, d := m.Key("a"), m.Key("b"), m.Key("c"), m.Key("d")
	m.Put(a, "A")
	m.Put(b, "B")
	m.Put(c, "C") // a and b are the older generation now
	if v, ok := m.Get(a); !ok || v != "A" {
		t.Errorf("of the older generation: %q %v", v, ok)
	}
	m.Put(d, "D") // asking for a kept it; b was not asked for
	if v, ok := m.Get(a); !ok || v != "A" {
		t.Errorf("asked for lately: %q %v", v, ok)
	}
	if _, ok := m.Get(b); ok {
		t.Error("what nobody asked for is remembered for ever")
	}
	if m.Key("a", "bc") == m.Key("ab", "c") {
		t.Error("two questions of the same letters are one")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	const size = 1000
	m := NewMemory[int](size)
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range 2 * size {
				n := worker*size + i
				key := m.Key(fmt.Sprint(n))
				if got, ok := m.Get(key); ok && got != n {
					t.Errorf("%d is remembered as %d", n, got)
				}
				m.Put(key, n)
			}
		})
	}
	all.Wait()
	if n := len(m.young) + len(m.old); n > 2*size {
		t.Errorf("%d answers are kept", n)
	}
}
