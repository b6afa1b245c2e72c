package app

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net/http"
	"net/netip"
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
		post, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL+"/e", bytes.NewReader(req.Body))
		if err != nil {
			return
		}
		post.Header.Set("Content-Type", "text/plain")
		post.Header.Set("Origin", "https://"+gen.Domain)
		post.Header.Set("User-Agent", req.UserAgent)
		post.Header.Set("X-Forwarded-For", r.addressIn(req.Country, req.Visitor).String())
		if res, err := http.DefaultClient.Do(post); err == nil {
			res.Body.Close()
		}
	}
	wait(ctx, o.To)
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
