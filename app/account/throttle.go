package account

import (
	"fmt"
	"hash/maphash"
	"net/http"
	"sync"
	"time"

	"sandprint/app/problem"
)

// Failed sign-ins that an account, and a network, may have in a stretch of time; further ones have to wait (ASVS 5.0, 6.3.1).
const (
	maxFailures   = 10
	failureWindow = 15 * time.Minute
	maxThrottled  = 8192 // accounts and networks remembered, each in about 100 bytes
)

// throttle counts the failed sign-ins of the last failureWindow, in memory only. It knows accounts and networks as numbers
// keyed anew at each start. Someone else's failures don't keep a user out of the network from which they last signed in.
type throttle struct {
	mu    sync.Mutex
	seed  maphash.Seed
	tries map[uint64][]int64 // times of failures in Unix nanoseconds, oldest first, at most maxFailures
	known map[uint64]bool    // accounts with the network from which they have signed in
}

func newThrottle() *throttle {
	return &throttle{seed: maphash.MakeSeed(), tries: map[uint64][]int64{}, known: map[uint64]bool{}}
}

// try is a sign-in under way: it counts as failed until it has succeeded.
type try struct {
	in   *throttle
	keys []uint64
	pair uint64
	at   int64
}

// begin counts a try, or returns how long to wait before the next one.
func (t *throttle) begin(account, network string) (try, time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := time.Now().UnixNano()
	pair := maphash.Comparable(t.seed, [2]string{account, network})
	keys := []uint64{maphash.Comparable(t.seed, [2]string{account, "account"})}
	if t.known[pair] {
		keys[0] = pair
	}
	if network != "" {
		keys = append(keys, maphash.Comparable(t.seed, [2]string{"network", network}))
	}
	var wait time.Duration
	for _, key := range keys {
		tries := t.tries[key]
		for len(tries) > 0 && at-tries[0] >= int64(failureWindow) {
			tries = tries[1:]
		}
		t.tries[key] = tries
		if len(tries) >= maxFailures {
			wait = max(wait, failureWindow-time.Duration(at-tries[0]))
		}
	}
	if wait > 0 {
		return try{}, wait
	}
	t.makeRoom(at)
	for _, key := range keys {
		t.tries[key] = append(t.tries[key], at)
	}
	return try{t, keys, pair, at}, 0
}

// succeeded takes the try back.
func (y try) succeeded() {
	y.in.mu.Lock()
	defer y.in.mu.Unlock()
	for _, key := range y.keys {
		tries := y.in.tries[key]
		for i, at := range tries {
			if at == y.at {
				y.in.tries[key] = append(tries[:i:i], tries[i+1:]...)
				break
			}
		}
	}
	if len(y.in.known) >= maxThrottled {
		clear(y.in.known)
	}
	y.in.known[y.pair] = true
}

// makeRoom keeps the map bounded: it forgets what is past and, if that isn't enough, some of the rest.
func (t *throttle) makeRoom(now int64) {
	if len(t.tries) < maxThrottled {
		return
	}
	for key, tries := range t.tries {
		if len(tries) == 0 || now-tries[len(tries)-1] >= int64(failureWindow) {
			delete(t.tries, key)
		}
	}
	for key := range t.tries {
		if len(t.tries) < maxThrottled*3/4 {
			return
		}
		delete(t.tries, key)
	}
}

func tooMany(wait time.Duration) error {
	return problem.New(http.StatusTooManyRequests, "too_many_tries", "There were too many tries to sign in.").
		WithHint(fmt.Sprintf("Wait %d minutes. Who is signed in stays so.", int(wait/time.Minute)+1))
}
