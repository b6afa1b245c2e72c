package store

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// Hits of yesterday that a server sends, and sends again once yesterday is sealed, count once: at once, after a restart, and until
// repeatSeconds have passed at least. What continues a sealed visit counts, in one visit of its own; only engagement of what is sealed is late.
func TestRepeatsOfASealedYesterday(t *testing.T) {
	for _, restart := range []bool{false, true} {
		t.Run(fmt.Sprint("restart ", restart), func(t *testing.T) {
			dir, ctx := t.TempDir(), context.Background()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(6 * time.Hour)
				s, site := newSite(t, dir)
				then := time.Now().Unix() - 20*3600
				hit := func(view string, visit int64) Hit {
					return Hit{Kind: Pageview, View: view, Visit: visit, Time: then, Start: then, Visitor: uint64(visit), Lasting: true}
				}
				add := func(hits ...Hit) {
					t.Helper()
					if err := site.Append(ctx, hits); err != nil {
						t.Fatal(err)
					}
				}
				seal := func(days int) {
					t.Helper()
					if n, err := site.Seal(ctx); err != nil || n != days {
						t.Fatalf("sealed %d days, %v; want %d", n, err, days)
					}
				}
				check := func(when string, views, visits int) {
					t.Helper()
					gotViews, gotVisits := 0, 0
					blocks, _ := blocksOf(t, site)
					for _, b := range blocks {
						gotViews, gotVisits = gotViews+b.Views, gotVisits+b.Visits
					}
					if gotViews != views || gotVisits != visits {
						t.Errorf("%s: %d page views in %d visits, want %d in %d", when, gotViews, gotVisits, views, visits)
					}
				}
				again := func() {
					if restart {
						s.Close()
						s, site = newSite(t, dir)
					}
				}
				add(hit("sealedview1", 1), hit("sealedview2", 1))
				seal(1)
				again()
				add(hit("sealedview1", 1), hit("sealedview2", 5)) // the door may take it for another visit
				check("repeated", 2, 1)
				add(hit("anotherview", 6))
				seal(1)
				again()
				add(hit("anotherview", 7), hit("sealedview1", 8), hit("continued01", 6), hit("continued02", 6))
				add(hit("continued03", 6), hit("continued01", 6))
				check("another", 6, 3)
				seal(1)
				time.Sleep(repeatSeconds * time.Second)
				seal(0)
				var rows int
				if err := site.read.QueryRow("SELECT count(*) FROM sealing").Scan(&rows); err != nil || rows > 0 {
					t.Errorf("%d rows of marks are kept for longer, %v", rows, err)
				}
				late := hit("sealedview1", 1)
				late.Kind, late.Seq = Engage, 1
				if !restart { // after one the store knows no visit of a sealed day
					add(late)
				}
				add(hit("continued04", 6), hit("continued05", 6))
				check("continued", 8, 4)
				add(hit("newvisit001", time.Now().UnixMicro()))
				check("a new visit of yesterday", 9, 5)
				if dropped, err := site.Dropped(ctx, 0, 1<<30); err != nil || (dropped.ByReason()["late"] == 0) != restart {
					t.Errorf("dropped %v, %v", dropped, err)
				}
			})
		})
	}
}
