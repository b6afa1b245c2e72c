package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// BenchmarkAppend measures the writer alone: page views of clients that each wait until theirs is on disk, with the look-up of their
// dictionary values and, in one snapshot at the end, of their visitors. The processor time counts all of it, the clients too.
//
//	go test -run '^$' -bench Append -benchtime 200000x ./app/store
func BenchmarkAppend(b *testing.B) {
	for _, clients := range []int{1, 32, 256} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) { benchmarkAppend(b, clients) })
	}
}

func benchmarkAppend(b *testing.B, clients int) {
	_, site := newSite(b, b.TempDir())
	now := time.Now().Unix()
	var next, worst atomic.Int64
	began, cpu := time.Now(), processorTime()
	b.ResetTimer()
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				asked := time.Now()
				if err := site.Append(context.Background(), []Hit{benchHit(i, now)}); err != nil {
					b.Error(err)
					return
				}
				for took, w := int64(time.Since(asked)), worst.Load(); took > w && !worst.CompareAndSwap(w, took); w = worst.Load() {
				}
			}
		})
	}
	wg.Wait()
	snap, err := site.Snapshot(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	views := 0
	for _, block := range snap.Blocks() {
		views += block.Views
	}
	if views != b.N {
		b.Errorf("%d page views of %d are there", views, b.N)
	}
	snap.Close()
	b.StopTimer()
	n := float64(b.N)
	b.ReportMetric(n/time.Since(began).Seconds(), "hits/s")
	b.ReportMetric((processorTime()-cpu).Seconds()/n*1e5, "CPU-s/100k")
	b.ReportMetric(float64(worst.Load())/1e6, "worst-ms")
}

// benchHit is page view i: one of 500 pages, 20 origins, 30 agents; every other one is of a visitor who was there before.
func benchHit(i, now int64) Hit {
	return Hit{Kind: Pageview, Time: now, Start: now, View: fmt.Sprintf("%016d", i), Visitor: uint64(i / 2 * 0x9E3779B9), Lasting: true,
		Visit: i / 2, Type: NewVisitor,
		Page:   Page{"example.com", fmt.Sprintf("/articles/%03d/", i*7%500), "A page of the benchmark"},
		Origin: Origin{Source: fmt.Sprintf("Source %d", i%20), Channel: "Referral", Referrer: "www.example.org/links"},
		Place:  Place{Country: "DE"}, Agent: Agent{Browser: "Firefox", BrowserVersion: fmt.Sprint(100 + i%30), OS: "Linux", Device: "desktop"},
		Language: "de", Screen: "1281-1440"}
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it fails only on a bad argument
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
