package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"testing/synctest"
	"time"
)

func TestALargeDayIsSeveralParts(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine, many rows")
	}
	dir, ctx := t.TempDir(), context.Background()
	synctest.Test(t, func(t *testing.T) {
		s, site := newSite(t, dir)
		s.o.HotRows, site.relieveAt = 1<<30, 1<<30
		const views = 75_000
		now := time.Now().Unix()
		for from := 0; from < views; from += 5000 {
			var hits []Hit
			for i := from; i < from+5000; i++ {
				start := now + int64(i/5)
				hits = append(hits, Hit{Kind: Pageview, Time: start + int64(i%5), Start: start, View: fmt.Sprintf("view%08d", i), Visit: int64(i / 5),
					Visitor: uint64(i / 5 % 3000), Lasting: true, Page: Page{"example.com", fmt.Sprint("/", i%50), ""}})
			}
			if err := site.Append(ctx, hits); err != nil {
				t.Fatal(err)
			}
		}
		hot := tell(t, site)
		time.Sleep(50 * time.Hour)
		if n, err := site.Seal(ctx); n != 1 || err != nil {
			t.Fatalf("sealed %d days, %v", n, err)
		}
		if len(site.parts) != 3 || site.parts[2].id != site.parts[0].id+2 {
			t.Errorf("%d parts, want 3", len(site.parts))
		}
		if sealed := tell(t, site); len(sealed) != views/5 || !reflect.DeepEqual(hot, sealed) {
			difference(t, hot, sealed)
		}
	})
}

// What comes of a visit that was sealed before its day ended is not counted twice and not lost without a trace: also after a
// restart.
func TestWhatComesAfterAnEarlySeal(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	synctest.Test(t, func(t *testing.T) {
		s, site := newSite(t, dir)
		now := time.Now().Unix()
		hit := func(kind Kind, view string, seq uint32, visit int64, at int64) Hit {
			return Hit{Kind: kind, View: view, Seq: seq, Visit: visit, Time: now + at, Start: now, Visitor: 7, Name: "buy", Engaged: 1000}
		}
		add := func(hits ...Hit) {
			t.Helper()
			if err := site.Append(ctx, hits); err != nil {
				t.Fatal(err)
			}
		}
		s.o.HotRows = 10
		add(hit(Pageview, "sealedview", 0, 1, 0), hit(Event, "sealedview", 2, 1, 1), hit(Engage, "sealedview", 1, 1, 9), hit(Engage, "neverthere", 1, 0, 9))
		time.Sleep(40 * time.Minute)
		add(hit(Pageview, "secondview", 0, 2, 2400))
		if err := site.sealEnded(ctx); err != nil || len(site.parts) != 0 {
			t.Fatalf("%d parts of visits that may go on, %v", len(site.parts), err)
		}
		time.Sleep(10 * time.Minute)
		if err := site.sealEnded(ctx); err != nil || len(site.parts) != 1 || site.hot.count != 1 {
			t.Fatalf("%d parts, %d rows, %v; want 1 of the visit that ended, 1 of the other", len(site.parts), site.hot.count, err)
		}
		want, wantViews, wantEvents := map[string]int64{"no page view": 1}, 2, 1
		check := func(when string) {
			t.Helper()
			add()
			synctest.Wait()
			blocks, _ := blocksOf(t, site)
			views, events, visitors := 0, 0, map[uint32]bool{}
			for _, b := range blocks {
				views, events = views+b.Views, events+b.Events
				for _, v := range b.Cols[VisitVisitor] {
					visitors[v] = true
				}
			}
			if views != wantViews || events != wantEvents || len(visitors) != 1 {
				t.Errorf("%s: %d page views, %d events, %d visitors; want %d, %d, 1", when, views, events, len(visitors), wantViews, wantEvents)
			}
			if got, _ := site.Dropped(ctx, 0, 1<<30); !reflect.DeepEqual(got.ByReason(), want) {
				t.Errorf("%s: dropped %v, want %v", when, got, want)
			}
		}
		check("sealed early")
		for _, when := range []string{"before a restart", "after a restart"} {
			add(hit(Pageview, "sealedview", 0, 3, 3000), hit(Event, "sealedview", 2, 3, 3000)) // repeats, taken for another visit
			check("repeats " + when)
			add(hit(Engage, "sealedview", 4, 0, 3000))
			want["late"]++
			other := "otherview " + when
			add(hit(Event, other, 3, 1, 3000), hit(Pageview, other, 0, 1, 3000)) // of the sealed visit
			wantViews, wantEvents = wantViews+1, wantEvents+1
			check("late hits " + when)
			s.Close()
			s, site = newSite(t, dir)
		}
		time.Sleep(48 * time.Hour)
		if _, err := site.Seal(ctx); err != nil {
			t.Fatal(err)
		}
		check("the day is over")
		late := hit(Engage, "sealedview", 5, 1, 48*3600)
		add(late) // the visit's day is sealed
		late.Start, late.Visit, late.Seq = late.Time, 0, 6
		add(late) // the door knows no visit any more: it waits for a page view like any other
		time.Sleep(48 * time.Hour)
		if _, err := site.Seal(ctx); err != nil {
			t.Fatal(err)
		}
		want["no page view"]++
		want["late"]++
		check("days later")
	})
}

// The writer begins to seal by itself, and rows stay few however many hits a day has.
func TestManyRowsAreSealedByThemselves(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	synctest.Test(t, func(t *testing.T) {
		s, site := newSite(t, dir)
		s.o.HotRows, site.relieveAt = 500, 500
		time.Sleep(time.Hour)
		r, most := rand.New(rand.NewPCG(1, 2)), 0
		var all []Hit
		for i := range int64(4000) { // one every 15 s: 240 in an hour
			time.Sleep(15 * time.Second)
			now := time.Now().Unix()
			h := Hit{Kind: Pageview, View: fmt.Sprintf("view%08d", i), Time: now, Start: now, Visit: i, Visitor: r.Uint64N(900), Lasting: r.IntN(3) > 0}
			if h.Lasting {
				h.Type = ReturningVisitor
			} else {
				h.Visitor += 1 << 20
			}
			if err := site.Append(ctx, []Hit{h}); err != nil {
				t.Fatal(err)
			}
			all = append(all, h)
			synctest.Wait()
			most = max(most, site.hot.count)
		}
		if most > 800 {
			t.Errorf("up to %d rows were hot", most)
		}
		if want, got := tellOf(t, SnapshotOf(all)), tell(t, site); !reflect.DeepEqual(want, got) {
			difference(t, want, got)
		}
		if dropped, _ := site.Dropped(ctx, 0, 1<<30); len(dropped) > 0 {
			t.Errorf("dropped %v", dropped)
		}
	})
}

// Whoever looks for visitors' numbers, for a question or a seal, keeps the writer from nothing.
func TestAppendWaitsForNoNumbers(t *testing.T) {
	ctx := context.Background()
	_, site := newSite(t, t.TempDir())
	now := time.Now().Unix()
	view := func(id string, at int64) []Hit {
		return []Hit{{Kind: Pageview, View: id, Time: at, Start: at, Visitor: 1, Visit: at, Lasting: true, Type: ReturningVisitor}}
	}
	if err := site.Append(ctx, view("view0000001", now-4*daySeconds)); err != nil {
		t.Fatal(err)
	}
	site.numbers.mu.Lock() // as long as that takes
	done := make(chan []told)
	go func() {
		if _, err := site.Seal(ctx); err != nil {
			t.Error(err)
		}
		done <- tell(t, site)
	}()
	go func() { done <- tell(t, site) }()
	for i := range int64(50) {
		if err := site.Append(ctx, view(fmt.Sprintf("view1%06d", i), now+i)); err != nil {
			t.Fatal(err)
		}
	}
	site.numbers.mu.Unlock()
	for range 2 {
		if visits := <-done; len(visits) != 51 {
			t.Errorf("%d visits, want 51", len(visits))
		}
	}
}
