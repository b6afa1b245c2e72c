package limit

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New[int](100, 400)
		if !l.Allow(0, 400) || l.Allow(0, 1) || !l.Allow(1, 400) {
			t.Error("a burst is allowed to each")
		}
		time.Sleep(time.Second)
		if !l.Allow(0, 100) || l.Allow(0, 1) {
			t.Error("after a second there is a second's worth")
		}
		for i := range 3 * generation {
			l.Allow(2+i, 1)
		}
		if n := len(l.young) + len(l.old); n > 2*generation {
			t.Errorf("%d are known", n)
		}
	})
	if !New[int](0, 0).Allow(0, 1e9) {
		t.Error("no limit is none")
	}
}
