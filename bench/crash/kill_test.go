package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sandprint/bench/load"
)

// Kill -9 while days are sealed, and hits that are sent again: some three times in a row, as browsers do that lose an answer, and
// the last ones of today before a kill, and those of yesterday, after the next start, whether they were answered or not. Each
// counts once.
func TestKillWhileSealing(t *testing.T) {
	kills := 25
	if testing.Short() {
		kills = 5
	}
	p, data, seed := program(t), filepath.Join(t.TempDir(), "data"), rand.Uint64()
	run := commands(t, p, data)
	run("user", "add", "owner@one.example", "--customer", "One", "--password-stdin")
	token := run("token", "add", "--user", "owner@one.example", "--scope", "write")
	k := &killing{t: t, program: p, data: data, token: token, rnd: rand.New(rand.NewPCG(seed, 0)), at: time.Now().Add(-25 * time.Hour)}
	for i := range kills {
		site := fmt.Sprintf("seal%d.example", i) // a day is sealed once
		run("site", "add", site, "--customer", "One")
		k.once(site)
	}
	s, err := load.Start(p, "serve", "--data", data, "--listen", "127.0.0.1:0", "--rate-limit", "off")
	if err != nil {
		t.Fatal(err)
	}
	k.again(s.Addr)
	run("maintain")
	k.again(s.Addr)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	v := judge(data, k.acked, nil)
	t.Logf("seed %d: %d kills, %d of them during a round, %d hits sent again: %v", seed, kills, k.during, k.repeated, v)
	if v.checked < kills*50 || k.repeated < kills*20 {
		t.Error("too little was sent")
	}
	if v.lost+v.twice+v.corrupt > 0 {
		t.Errorf("%v; the first: %s", v, v.first)
	}
}

// killing is a run of kills.
type killing struct {
	t                    *testing.T
	program, data, token string
	at                   time.Time // of yesterday's hits

	mu       sync.Mutex
	rnd      *rand.Rand
	hits     int
	acked    []fact
	last     []sentHit // of the round before, to be sent again
	late     []sentHit // the same, of yesterday, which is sealed by then
	repeated int
	during   int // kills that ended a nightly round
}

type sentHit struct {
	hit
	at time.Time
}

// dice returns a random number below n.
func (k *killing) dice(n int) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.rnd.IntN(n)
}

// once starts the program, sends the last hits of the round before again and new ones, and kills it while it seals.
func (k *killing) once(site string) {
	k.t.Helper()
	s, err := load.Start(k.program, "serve", "--data", k.data, "--listen", "127.0.0.1:0", "--rate-limit", "off")
	if err != nil {
		k.t.Fatal(err)
	}
	defer s.Kill()
	k.again(s.Addr)
	k.mu.Lock()
	k.last, k.late = nil, nil
	k.mu.Unlock()
	k.clients(func(n int) {
		at := time.Time{}
		if n%2 == 0 {
			at = k.at
		}
		k.send(s.Addr, site, at, 10)
	})
	round := make(chan error, 1)
	go func() {
		_, err := load.Command(context.WithoutCancel(k.t.Context()), strings.NewReader(""), k.program, "maintain", "--data", k.data)
		round <- err
	}()
	killed := make(chan struct{})
	timer := time.AfterFunc(time.Duration(k.dice(60_000))*time.Microsecond, func() {
		defer close(killed)
		s.Kill()
	})
	k.clients(func(int) { k.send(s.Addr, site, time.Time{}, 1000) }) // until the kill
	if <-round != nil {
		k.during++
	}
	if !timer.Stop() { // two can't wait for one process
		<-killed
	}
}

// clients runs f for 8 clients at once.
func (k *killing) clients(f func(n int)) {
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() { f(n) })
	}
	wg.Wait()
}

// send sends new hits, every fourth three times, until one gets no answer.
func (k *killing) send(addr, site string, at time.Time, hits int) {
	c, err := dial(addr, k.token)
	if err != nil {
		return // killed
	}
	defer c.conn.Close()
	for range hits {
		k.mu.Lock()
		k.hits++
		h := sentHit{hit{site, k.hits}, at}
		if at.IsZero() {
			k.last = append(k.last, h)
		} else {
			k.late = append(k.late, h)
		}
		k.last = k.last[max(0, len(k.last)-60):]
		k.mu.Unlock()
		times := 1
		if h.n%4 == 0 {
			times = 3
		}
		for range times {
			if !k.ask(c, h) {
				return
			}
		}
	}
}

// ask sends a hit and reports whether it was answered.
func (k *killing) ask(c *client, h sentHit) bool {
	f := fact{kind: "hit", site: h.site, path: h.path()}
	status, _, err := c.ask(f, "POST", "/e", h.body(h.at))
	if err != nil {
		return false
	}
	if status != http.StatusAccepted {
		k.t.Errorf("a hit is answered with %d", status)
		return true
	}
	k.mu.Lock()
	k.acked = append(k.acked, f)
	k.mu.Unlock()
	return true
}

// again sends the last hits of the round before again.
func (k *killing) again(addr string) {
	k.t.Helper()
	c, err := dial(addr, k.token)
	if err != nil {
		k.t.Fatal(err)
	}
	defer c.conn.Close()
	k.mu.Lock()
	last := slices.Concat(k.last, k.late)
	k.mu.Unlock()
	for _, h := range last {
		k.repeated++
		if !k.ask(c, h) {
			k.t.Fatal("a hit that is sent again is not answered")
		}
	}
}
