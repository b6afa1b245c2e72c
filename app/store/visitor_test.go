package store

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Whoever anything is kept of is known, wherever it is; others are not.
func TestWhoIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, site := newSite(t, t.TempDir())
		defer s.Close()
		ctx := t.Context()
		hit := func(kind Kind, key uint64, at time.Time) Hit {
			return Hit{Kind: kind, Time: at.Unix(), Start: at.Unix(), View: fmt.Sprintf("viewview%05d", key), Seq: 1, Visitor: key, Visit: int64(key), Lasting: true,
				Page: Page{Host: "shop.example", Path: "/"}}
		}
		if err := site.Append(ctx, []Hit{hit(Pageview, 1, time.Now()), hit(Pageview, 2, time.Now())}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(72 * time.Hour)
		if days, err := site.Seal(ctx); err != nil || days != 1 {
			t.Fatalf("%d days were sealed, %v", days, err)
		}
		if err := site.Append(ctx, []Hit{hit(Pageview, 3, time.Now()), hit(Engage, 4, time.Now())}); err != nil { // the last without its page view
			t.Fatal(err)
		}
		known, err := site.Known(ctx, 5, 4, 3, 2, 1, 6)
		if err != nil || !slices.Equal(known, []uint64{4, 3, 2, 1}) {
			t.Errorf("known are %d, %v", known, err)
		}
		if _, err := site.EraseVisitor(ctx, 4, 3, 2); err != nil {
			t.Fatal(err)
		}
		if known, err = site.Known(ctx, 1, 2, 3, 4); err != nil || !slices.Equal(known, []uint64{1}) {
			t.Errorf("after three were erased known are %d, %v", known, err)
		}
	})
}

// A visitor is refused and looked for while a hit of the same one is on its way, at any moment of it: the hit is either found, or never written.
func TestNobodySlipsPastARefusal(t *testing.T) {
	s, site := newSite(t, t.TempDir())
	defer s.Close()
	ctx := t.Context()
	var refused sync.Map
	s.RefuseWith(func(_ string, key uint64) bool { _, is := refused.Load(key); return is })
	var all sync.WaitGroup
	var mu sync.Mutex
	found, now := map[uint64]bool{}, time.Now().Unix()
	for key := range uint64(1000) {
		all.Go(func() {
			hit := Hit{Kind: Pageview, Time: now, Start: now, View: fmt.Sprintf("viewview%05d", key), Visitor: key, Visit: 1 + int64(key), Lasting: true,
				Page: Page{Host: "shop.example", Path: "/"}}
			if err := site.Append(ctx, []Hit{hit}); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			for range key % 64 * 50 {
				runtime.Gosched()
			}
			refused.Store(key, true)
			known, err := site.Known(ctx, key)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			found[key] = len(known) > 0
		})
		if key%20 == 19 {
			all.Wait()
		}
	}
	all.Wait()
	n := 0
	for key, was := range found {
		kept, err := site.Known(ctx, key)
		if is := len(kept) > 0; err != nil || is != was {
			t.Fatalf("visitor %d was found: %v, and is kept: %v, %v", key, was, is, err)
		}
		if was {
			n++
		}
	}
	dropped, err := site.Dropped(ctx, 0, 1<<30)
	if got := dropped.ByReason()["erased"]; err != nil || n+int(got) != len(found) {
		t.Errorf("%d were found and %d refused, of %d, %v", n, got, len(found), err)
	}
	t.Logf("%d of %d were found", n, len(found))
}
