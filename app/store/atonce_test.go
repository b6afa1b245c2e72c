package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// viewsOf counts a site's page views, all and those of one day.
func viewsOf(ctx context.Context, site *Site, day int32) (all, of int64, err error) {
	snap, err := site.Snapshot(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer snap.Close()
	var b Block
	for i, info := range snap.Blocks() {
		if err := snap.Load(i, Set(ViewPage, VisitVisitor), &b); err != nil {
			return 0, 0, err
		}
		all += int64(len(b.Cols[ViewPage]))
		if info.Date == day {
			of += int64(len(b.Cols[ViewPage]))
		}
	}
	return all, of, nil
}

// TestNoCallerIsTurnedAwayWhileAllIsGoingOn takes hits in, answers questions, seals, imports, erases, does the nightly round and adds and removes other
// sites, all at the same time: no caller gets an error, no question sees fewer hits than were acknowledged before it was asked, and at
// the end there is what a count beside it says.
func TestNoCallerIsTurnedAwayWhileAllIsGoingOn(t *testing.T) {
	s, err := Open(t.TempDir(), Options{HotRows: 500})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	customer, err := s.Control().AddCustomer(ctx, "Main")
	if err != nil {
		t.Fatal(err)
	}
	add := func(domain string) SiteInfo {
		i, err := s.AddSite(ctx, SiteInfo{Customer: customer.ID, Domain: domain, Zone: time.UTC, Mode: "cookie"})
		if err != nil {
			t.Errorf("adding %s: %v", domain, err)
		}
		return i
	}
	info := add("example.com")
	site, err := s.Site(ctx, info.ID)
	if err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(3 * time.Second)
	var acked, sent, erased, wrong atomic.Int64
	fail := func(what string, err error) {
		if err != nil && wrong.Add(1) < 10 {
			t.Errorf("%s: %v", what, err)
		}
	}
	var wait sync.WaitGroup
	during := func(f func(i int)) {
		wait.Go(func() {
			for i := 0; time.Now().Before(until); i++ {
				f(i)
			}
		})
	}
	const victim = 1 << 40 // visitors from here on are erased
	for worker := range 4 {
		during(func(i int) { // visits of two page views each
			now := time.Now().Unix()
			var hits []Hit
			for n := range 2 {
				hits = append(hits, Hit{Kind: Pageview, Time: now, Start: now, View: fmt.Sprintf("view%d-%d-%d", worker, i, n), Visitor: uint64(worker*1000 + i%500),
					Lasting: true, Type: ReturningVisitor, Visit: int64(worker)<<32 + int64(i) + 1, Page: Page{"example.com", fmt.Sprintf("/%d", i%300), "T"}})
			}
			sent.Add(2)
			fail("a hit", site.Append(ctx, append(hits, hits[0]))) // the last is a repeat
			acked.Add(2)
		})
	}
	for range 2 {
		during(func(int) {
			before := acked.Load()
			all, _, err := viewsOf(ctx, site, 0)
			fail("a question", err)
			if all < before || all > sent.Load() {
				fail("a question", fmt.Errorf("%d page views: not between %d and %d", all, before, sent.Load()))
			}
		})
	}
	during(func(i int) { // an import of a day long ago, seen whole or not at all
		const n = 50
		hits := someHits(rand.New(rand.NewPCG(1, uint64(i))), n, time.Now().Unix()/daySeconds*daySeconds-int64(10+i%50)*daySeconds)
		for j := range hits {
			hits[j].View += fmt.Sprint("i", i)
		}
		im, err := site.StartImport(ctx)
		if err == nil {
			err = im.Add(ctx, hits)
		}
		if err == nil {
			sent.Add(n)
			if _, err = im.Commit(ctx, sha256.Sum256([]byte(fmt.Sprint(i)))); err == nil {
				acked.Add(n)
			}
		}
		fail("an import", err)
		time.Sleep(10 * time.Millisecond)
	})
	during(func(i int) { // someone comes and is erased
		now := time.Now().Unix()
		visitor := uint64(victim + i)
		sent.Add(1)
		err := site.Append(ctx, []Hit{{Kind: Pageview, Time: now, Start: now, View: fmt.Sprint("erased", i), Visitor: visitor, Lasting: true,
			Visit: 1<<50 + int64(i), Page: Page{"example.com", "/gone", "T"}}})
		fail("a hit of someone", err)
		_, err = site.EraseVisitor(ctx, visitor)
		fail("an erasure", err)
		erased.Add(1)
	})
	during(func(int) {
		_, err := site.Seal(ctx)
		fail("sealing", err)
		if err := s.Maintain(ctx, Round{}, func(Step) {}); err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrClosed) {
			fail("the nightly round", err)
		}
		time.Sleep(50 * time.Millisecond)
	})
	during(func(i int) {
		other := add(fmt.Sprintf("s%d.example", i))
		fail("a hit elsewhere", appendTo(s, other.ID, lonelyView(int64(i))))
		_, err := s.RemoveSite(ctx, other.ID)
		fail("removing a site", err)
	})
	wait.Wait()
	if t.Failed() {
		return
	}
	all, _, err := viewsOf(ctx, site, 0)
	if want := acked.Load(); err != nil || all != want {
		t.Errorf("%d page views are there, %d were acknowledged and not erased, %v", all, want, err)
	}
	if wrong, err := site.Check(ctx); err != nil || len(wrong) > 0 {
		t.Errorf("the file: %s, %v", strings.Join(wrong, "; "), err)
	}
	t.Logf("%d page views, %d erasures, %d sites left", all, erased.Load(), len(s.Sites()))
}

// lonelyView is a page view like no other.
func lonelyView(n int64) []Hit {
	now := time.Now().Unix()
	return []Hit{{Kind: Pageview, Time: now, Start: now, View: fmt.Sprintf("view%09d", n), Visitor: uint64(n), Visit: n + 1, Page: Page{"a.example", "/", "T"}}}
}
