package app

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"sandprint/bench/gen"
)

// trickleViews is how many page views a day come in while the demo runs: a few a minute, so that one sees it live.
const trickleViews = 5000

// startTrickle sends the visits that come after from, each at its time, and returns what ends that and waits.
func (r *Running) startTrickle(ctx context.Context, from time.Time) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for seed := uint64(from.Unix()); ctx.Err() == nil; seed++ {
			until := from.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
			r.trickle(ctx, gen.Options{Seed: seed, From: from, To: until, Views: trickleViews})
			from = until
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// trickle sends the requests of one day through the listener, as browsers would. One that fails is as lost as it would be
// from a browser that has closed.
func (r *Running) trickle(ctx context.Context, o gen.Options) {
	for req := range gen.New(o).Requests() {
		if !wait(ctx, req.At) {
			return
		}
		_ = r.sendDemo(ctx, string(req.Body), req.UserAgent, r.addressIn(req.Country, req.Visitor))
	}
	wait(ctx, o.To)
}

// sendDemo sends hits through the listener as a browser with an address would.
func (r *Running) sendDemo(ctx context.Context, body, agent string, from netip.Addr) error {
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL+"/e", strings.NewReader(body))
	if err != nil {
		return err
	}
	post.Header.Set("Content-Type", "text/plain")
	post.Header.Set("Origin", "https://"+gen.Domain)
	post.Header.Set("User-Agent", agent)
	post.Header.Set("X-Forwarded-For", from.String())
	res, err := http.DefaultClient.Do(post)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// wait returns at that time with true, or with false when ctx ends before.
func wait(ctx context.Context, at time.Time) bool {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// addressIn returns an address that the country table places in that country, the same for the same number. It is drawn
// until one fits; small countries may miss and get the last one drawn, of another country.
func (r *Running) addressIn(country string, number uint64) netip.Addr {
	draw := rand.New(rand.NewPCG(number, 0))
	var addr netip.Addr
	for range 5000 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], draw.Uint32())
		addr = netip.AddrFrom4(b)
		if r.geo.Place(addr).Country == country {
			break
		}
	}
	return addr
}
