package crash

import (
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sandprint/bench/load"
)

// An orderly end under load, ten times: every hit that was sent on a connection is answered, with 202 or 503, what was
// acknowledged is kept, and the program is gone within two seconds.
func TestOrderlyEnd(t *testing.T) {
	p, data := program(t), filepath.Join(t.TempDir(), "data")
	run := commands(t, p, data)
	run("user", "add", "owner@one.example", "--customer", "One", "--password-stdin")
	run("site", "add", "one.example", "--customer", "One")
	var mu sync.Mutex
	var acked []fact
	hits, refused, unanswered := 0, 0, 0
	var longest time.Duration
	for range 10 {
		s, err := load.Start(p, "serve", "--data", data, "--listen", "127.0.0.1:0", "--rate-limit", "off")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Kill()
		var wg sync.WaitGroup
		for range 32 {
			c, err := dial(s.Addr, "")
			if err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				defer c.conn.Close()
				for {
					mu.Lock()
					hits++
					h := hit{"one.example", hits}
					mu.Unlock()
					f := fact{kind: "hit", site: h.site, path: h.path()}
					status, _, err := c.ask(f, "POST", "/e", h.body(timeless))
					mu.Lock()
					switch {
					case err != nil:
						unanswered++
					case status == http.StatusAccepted:
						acked = append(acked, f)
					case status == http.StatusServiceUnavailable:
						refused++
					default:
						t.Errorf("a hit is answered with %d", status)
					}
					mu.Unlock()
					if err != nil || c.closing {
						return
					}
				}
			})
		}
		ended := make(chan error, 1)
		time.AfterFunc(time.Duration(50+rand.IntN(150))*time.Millisecond, func() {
			began := time.Now()
			err := s.Stop()
			longest = max(longest, time.Since(began))
			ended <- err
		})
		wg.Wait()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	v := judge(data, acked, nil)
	t.Logf("10 ends, %d hits, %d refused, %d unanswered, gone after %v at most: %v", hits, refused, unanswered, longest, v)
	if unanswered > 0 {
		t.Errorf("%d of %d hits got no answer", unanswered, hits)
	}
	if longest > 2*time.Second {
		t.Errorf("an end took %v", longest)
	}
	if v.checked < 1000 || v.lost+v.twice+v.corrupt > 0 {
		t.Errorf("%v; the first: %s", v, v.first)
	}
}
