package report_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/app/store"
)

// slowSite takes its time to hand out its snapshot.
type slowSite struct {
	site
	wait func()
}

func (s slowSite) Snapshot(context.Context) (*store.Snapshot, error) { s.wait(); return s.snap, nil }

// manyDays is a site with four visits on each of so many days, each of another page: so many rows by page that who comes
// again is looked for first.
func manyDays(days int) site {
	var hits []store.Hit
	for i := range 4 * days {
		at := int64(20_000+i/4)*86400 + int64(i%4)
		hits = append(hits, store.Hit{Kind: store.Pageview, Time: at, Start: at, Visit: int64(i + 1), Visitor: uint64(i % 7), Page: store.Page{Path: fmt.Sprint("/", i)}})
	}
	return site{info: store.SiteInfo{Zone: time.UTC}, snap: store.SnapshotOf(hits)}
}

// someDays asks of the days of manyDays.
func someDays() report.Query {
	q := report.Query{Metrics: []report.Metric{report.Visitors}, By: "page", Limit: 10}
	q.Period = report.Period{From: time.Unix(20_000*86400, 0).UTC(), To: time.Unix(20_400*86400, 0).UTC()}
	return q
}

// TestAskerLeaves lets the asker leave at each block that is read, in both passes over them: nothing is read after.
func TestAskerLeaves(t *testing.T) {
	const days = 20
	for leave := 1; leave <= 2*days; leave++ {
		ctx, cancel := context.WithCancel(t.Context())
		s, read := manyDays(days), 0
		s.snap.OnLoad(func() {
			if read++; read == leave {
				cancel()
			}
		})
		if _, err := report.Run(ctx, s, someDays()); !errors.Is(err, context.Canceled) || read != leave {
			t.Errorf("left at reading %d, it ended after %d: %v", leave, read, err)
		}
		cancel()
	}
}

// TestTooSlow gives each block a second: the question ends with the 503 after ten.
func TestTooSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, read := manyDays(60), 0
		s.snap.OnLoad(func() { read++; time.Sleep(time.Second) })
		_, err := report.Run(t.Context(), s, someDays())
		if p, ok := errors.AsType[*problem.Error](err); !ok || p.Status != 503 || p.Code != "too_slow" || read > 11 {
			t.Errorf("after %d seconds: %v", read, err)
		}
	})
}

// TestTwoAtOnce asks many questions about several sites at once: no more than two are computed at a time.
func TestTwoAtOnce(t *testing.T) {
	var now, most atomic.Int64
	days := manyDays(3)
	slow := func() {
		most.Store(max(most.Load(), now.Add(1)))
		for range 100 {
			runtime.Gosched()
		}
		now.Add(-1)
	}
	errs := make(chan error)
	for i := range 20 {
		go func() {
			s := slowSite{days, slow}
			s.info.ID = fmt.Sprint(i % 5)
			_, err := report.Run(t.Context(), s, someDays())
			errs <- err
		}()
	}
	for range 20 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := most.Load(); n > 2 {
		t.Errorf("%d snapshots were taken at once", n)
	}
}

// TestOneSiteAtATime has questions about one site wait in its snapshot: those about another are answered meanwhile.
func TestOneSiteAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		waiting := slowSite{manyDays(3), func() { <-hold }}
		waiting.info.ID = "waits"
		errs := make(chan error)
		for range 4 {
			go func() {
				_, err := report.Run(t.Context(), waiting, someDays())
				errs <- err
			}()
		}
		synctest.Wait()
		other := manyDays(3)
		other.info.ID = "goes on"
		if _, err := report.Run(t.Context(), other, someDays()); err != nil {
			t.Error(err)
		}
		close(hold)
		for range 4 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

// TestManyPages asks by page of a site with 100,000 paths whose visitors all come again and again: the memory that a
// question takes is bounded.
func TestManyPages(t *testing.T) {
	const days, visits, views, paths, people = 30, 2000, 10, 100_000, 20_000
	var dicts [store.NumDims][]string
	for d := range store.NumDims {
		dicts[d] = []string{""}
	}
	dicts[store.Pages] = make([]string, paths+1)
	for i := range dicts[store.Pages] {
		dicts[store.Pages][i] = fmt.Sprintf("a.org%s/p/%d%sTitle", store.FieldSep, i, store.FieldSep)
	}
	var blocks []*store.Block
	for day := range days {
		b := &store.Block{Date: int32(20_000 + day), Visits: visits, Views: visits * views}
		for c := range store.NumColumns {
			b.Cols[c] = make([]uint32, b.Len(c))
		}
		for v := range visits {
			b.Cols[store.VisitStart][v], b.Cols[store.VisitDuration][v] = uint32(40*v), 90
			b.Cols[store.VisitVisitor][v], b.Cols[store.VisitViews][v] = uint32((v+day*visits)%people), views
		}
		for i := range b.Cols[store.ViewPage] {
			b.Cols[store.ViewPage][i] = uint32(1 + (i*7919+day*104729)%paths)
		}
		blocks = append(blocks, b)
	}
	s := site{info: store.SiteInfo{Zone: time.UTC}, snap: store.NewSnapshot(blocks, dicts, people)}
	defer report.SetBudget(report.SetBudget(1 << 20))
	defer debug.SetGCPercent(debug.SetGCPercent(10)) // what is held counts, not what waits to be collected
	var largest atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				largest.Store(max(largest.Load(), m.HeapInuse))
				time.Sleep(time.Millisecond)
			}
		}
	}()
	answer, err := report.Run(t.Context(), s, someDays())
	close(stop)
	<-stopped
	if err != nil || answer.TotalRows != paths {
		t.Fatalf("%d rows, %v", answer.TotalRows, err)
	}
	grown := int64(largest.Load()) - int64(before.HeapInuse)
	t.Logf("the heap grew by %.1f MiB", float64(grown)/(1<<20))
	if grown > 96<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
}
