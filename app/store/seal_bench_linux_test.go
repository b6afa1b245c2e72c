package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkSeal measures the sealing of one day: page views of visits of 1 to 5, an engagement for seven of eight, an event
// for one of thirty. Its processor time is taken alone; then how long an acknowledgement takes at most while a client
// sends one hit after another.
//
//	go test -run '^$' -bench Seal -benchtime 5x ./app/store
func BenchmarkSeal(b *testing.B) {
	for _, views := range []int{2_800, 28_000, 200_000} {
		b.Run(fmt.Sprintf("views=%d", views), func(b *testing.B) {
			s, site := newSite(b, b.TempDir())
			s.o.HotRows, site.relieveAt = 1<<30, 1<<30
			var cpu time.Duration
			var worst int64
			for i := range b.N {
				b.StopTimer()
				appendDay(b, site, views, 60-2*i)
				b.StartTimer()
				began := processorTime()
				if n, err := site.Seal(b.Context()); n != 1 || err != nil {
					b.Fatal(n, err)
				}
				cpu += processorTime() - began
				b.StopTimer()
				appendDay(b, site, views, 61-2*i)
				worst = max(worst, worstAppend(b, site, func() { site.Seal(b.Context()) }))
				b.StartTimer()
			}
			b.ReportMetric(float64(cpu.Microseconds())/1e3/float64(b.N), "CPU-ms/day")
			b.ReportMetric(float64(worst)/1e6, "worst-append-ms")
		})
	}
}

// appendDay appends hits of a day so many days ago.
func appendDay(b *testing.B, site *Site, views, ago int) {
	r, midnight := rand.New(rand.NewPCG(1, uint64(ago))), (time.Now().Unix()/daySeconds-int64(ago))*daySeconds
	var hits []Hit
	flush := func() {
		if err := site.Append(b.Context(), hits); err != nil {
			b.Fatal(err)
		}
		hits = hits[:0]
	}
	left := 0
	var visit, start int64
	for i := range int64(views) {
		if left == 0 {
			left, visit, start = 1+r.IntN(5), visit+1, midnight+i*85_000/int64(views)
		}
		left--
		h := benchHit(i, start)
		h.View, h.Visit, h.Visitor = fmt.Sprintf("%03d%013d", ago, i), midnight<<24+visit, mix(uint64(visit%1000*int64(ago%2)+visit+midnight))
		hits = append(hits, h)
		if i%8 > 0 {
			hits = append(hits, Hit{Kind: Engage, Time: start + 9, Start: start, View: h.View, Seq: 1, Visitor: h.Visitor, Visit: h.Visit, Engaged: r.Uint32N(60_000), Scroll: uint8(r.IntN(101))})
		}
		if i%30 == 0 {
			h.Kind, h.Name, h.Seq = Event, "Click", 2
			hits = append(hits, h)
		}
		if len(hits) > 3000 {
			flush()
		}
	}
	flush()
}

// worstAppend returns the longest that an Append takes while f runs, in nanoseconds.
func worstAppend(b *testing.B, site *Site, f func()) int64 {
	var worst, n atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	for {
		select {
		case <-done:
			return worst.Load()
		default:
		}
		asked := time.Now()
		if err := site.Append(context.WithoutCancel(b.Context()), []Hit{benchHit(n.Add(1)<<32+asked.UnixNano()%1e9, asked.Unix())}); err != nil {
			b.Fatal(err)
		}
		worst.Store(max(worst.Load(), int64(time.Since(asked))))
	}
}
