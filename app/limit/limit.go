// Package limit slows down who asks too often, told apart by network, without keeping where anybody is.
package limit

import (
	"hash/maphash"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A Limiter holds each of those who ask to a number of requests a second. It knows them by a hash whose key is drawn anew in each process,
// in memory only, and is bounded: two generations, of which the older is forgotten when the younger is full or a minute old. Make it with New.
// Its methods may be called by several goroutines at once.
type Limiter[K comparable] struct {
	rate  rate.Limit
	burst int
	seed  maphash.Seed

	mu         sync.Mutex
	young, old map[uint64]*rate.Limiter
	since      time.Time // of young
}

// generation is how many one generation holds; each takes some 100 bytes.
const generation = 1 << 15

// New returns a limiter to requests a second and at most burst at once; 0 a second is no limit. Keys are to be cut: networks, no addresses.
func New[K comparable](perSecond float64, burst int) *Limiter[K] {
	return &Limiter[K]{rate: rate.Limit(perSecond), burst: burst, seed: maphash.MakeSeed(), young: map[uint64]*rate.Limiter{}}
}

// Allow reports whether n more may come from somewhere now.
func (l *Limiter[K]) Allow(from K, n int) bool {
	if l.rate == 0 {
		return true
	}
	hash := maphash.Comparable(l.seed, from)
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.young) >= generation || now.Sub(l.since) > time.Minute {
		l.old, l.young, l.since = l.young, map[uint64]*rate.Limiter{}, now
	}
	one := l.young[hash]
	if one == nil {
		if one = l.old[hash]; one == nil {
			one = rate.NewLimiter(l.rate, l.burst)
		}
		l.young[hash] = one
	}
	return one.AllowN(now, n)
}
