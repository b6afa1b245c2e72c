package store

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// Searching the files of a site that is in use takes SQLite none of its locks: somebody who reads the database with
// another program meanwhile does not make it throw the write-ahead log away, and with it hits that were acknowledged. As
// a control the files are closed too early, and just that happens.
func TestSearchingLosesNoAcknowledgedHit(t *testing.T) {
	for name, tooEarly := range map[string]bool{"files stay open": false, "files are closed too early": true} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			gone, stay, late := newMarked(r), newMarked(r), newMarked(r)
			dir, ctx := t.TempDir(), context.Background()
			s, site := newSite(t, dir)
			fill(t, site, []marked{gone}, []marked{stay})
			if _, err := site.EraseVisitor(ctx, gone.key); err != nil {
				t.Fatal(err)
			}
			before := allViews(t, site)
			if tooEarly {
				if err := site.raw.close(); err != nil {
					t.Fatal(err)
				}
			}
			for i := range 20 {
				if err := site.Append(ctx, late.hits(time.Now().Unix(), i)); err != nil {
					t.Fatal(err)
				}
			}
			log, err := os.Stat(site.path + "-wal")
			if err != nil {
				t.Fatal(err)
			}
			helper(t, "SANDPRINT_TEST_READ="+site.path)
			is, err := os.Stat(site.path + "-wal")
			if kept := err == nil && os.SameFile(log, is); kept == tooEarly {
				t.Fatalf("the write-ahead log is still there: %v", kept)
			}
			if tooEarly {
				return
			}
			if err := site.Append(ctx, late.hits(time.Now().Unix(), 100)); err != nil {
				t.Fatal(err)
			}
			s.Close()
			_, site = newSite(t, dir)
			if views := allViews(t, site); views != before+21*2 {
				t.Errorf("%d page views are left, want %d", views, before+21*2)
			}
		})
	}
}

// allViews counts the page views of all days.
func allViews(t *testing.T, site *Site) (views int) {
	t.Helper()
	blocks, _ := blocksOf(t, site)
	for _, b := range blocks {
		views += b.Views
	}
	return views
}
