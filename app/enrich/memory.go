package enrich

import (
	"hash/maphash"
	"sync"
)

// A Memory remembers answers, in two generations: when the younger is full it becomes the older, and what was the older is
// forgotten. So it is bounded however many questions somebody invents, and frequent ones stay. It knows a question by a
// number that is drawn anew in each process, not by its text, which may say who asked and must not outlive its request.
type Memory[V any] struct {
	size       int // of a generation
	seed       maphash.Seed
	mu         sync.Mutex
	young, old map[uint64]V
}

// NewMemory returns a memory of two generations of size answers.
func NewMemory[V any](size int) *Memory[V] {
	return &Memory[V]{size: size, seed: maphash.MakeSeed(), young: map[uint64]V{}}
}

// Key returns the number of a question, which is some texts in order.
func (m *Memory[V]) Key(texts ...string) uint64 {
	var sum maphash.Hash
	sum.SetSeed(m.seed)
	for _, s := range texts {
		sum.WriteString(s)
		sum.WriteByte(0)
	}
	return sum.Sum64()
}

// Get returns the answer to a question, if it is remembered.
func (m *Memory[V]) Get(key uint64) (v V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok = m.young[key]; ok {
		return v, true
	}
	if v, ok = m.old[key]; ok {
		m.keep(key, v)
	}
	return v, ok
}

// Put remembers an answer.
func (m *Memory[V]) Put(key uint64, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keep(key, v)
}

// keep is Put. m.mu is held.
func (m *Memory[V]) keep(key uint64, v V) {
	if len(m.young) >= m.size {
		m.old, m.young = m.young, map[uint64]V{}
	}
	m.young[key] = v
}
