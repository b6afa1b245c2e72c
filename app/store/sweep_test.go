package store

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// pathHits are a visit a day, each on a page of its own besides one that all are on.
func pathHits(mark string, first time.Time, days int) (hits []Hit) {
	for day := range days {
		at := first.Add(time.Duration(day) * 24 * time.Hour).Unix()
		for i, path := range []string{"/all", fmt.Sprintf("/%s-%d", mark, day)} {
			hits = append(hits, Hit{Kind: Pageview, Time: at + int64(i), Start: at, View: fmt.Sprintf("%sview%d00000%d", mark, i, day), Visitor: uint64(day + 1),
				Visit: at, Lasting: true, Page: Page{"a.example", path, "Title"}, Origin: Origin{Source: "Google", UTMCampaign: fmt.Sprintf("%s-campaign-%d", mark, day)}})
		}
	}
	return hits
}

// The texts of visits that went for their age go with them, from memory and from every byte of the files; those that a sealed
// day, today's rows or a running import has stay, and so do their ids.
func TestTextsGoWithTheLastWhoHasThem(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(at("2028-06-01T12:00:00Z")))
		ctx := context.Background()
		s, site := newSite(t, dir)
		now := time.Now()
		importHits(t, site, pathHits("old", now.AddDate(-3, 0, 0), 40))
		importHits(t, site, pathHits("kept", now.AddDate(-1, 0, 0), 40))
		hot := pathHits("old", now, 1) // has one of the old pages
		hot[1].Page.Path, hot[1].View = "/old-7", "hotview0001"
		if err := site.Append(ctx, hot); err != nil {
			t.Fatal(err)
		}
		im, err := site.StartImport(ctx)
		if err != nil {
			t.Fatal(err)
		}
		running := pathHits("running", now.AddDate(0, -2, 0), 3) // two days are written, the last waits
		running[5].Page.Path = "/old-9"
		if err := im.Add(ctx, running); err != nil {
			t.Fatal(err)
		}
		before := site.dicts.view()
		if did, warned := round(t, s, Round{}); warned {
			t.Fatal(did)
		}
		if _, err := im.Commit(ctx, [32]byte{1}); err != nil {
			t.Fatal(err)
		}
		check := func(site *Site) {
			t.Helper()
			for _, row := range []struct {
				path string
				has  bool
			}{{"/all", true}, {"/kept-39", true}, {"/old-7", true}, {"/old-9", true}, {"/running-1", true}, {"/old-8", false}, {"/old-39", false}} {
				id, has := site.dicts[Pages].ids["a.example\x1f"+row.path+"\x1fTitle"]
				if has != row.has || has && before[Pages][id] != site.dicts[Pages].values[id] {
					t.Errorf("%s is known: %v, want %v", row.path, has, row.has)
				}
			}
			blocks, dicts := blocksOf(t, site)
			views := 0
			for _, b := range blocks {
				for _, page := range b.Cols[ViewPage] {
					if dicts[Pages][page] == dicts[Pages][0] {
						t.Fatalf("a page view of day %d has no page any more", b.Date)
					}
				}
				views += b.Views
			}
			if views != 80+2+6 {
				t.Errorf("%d page views are there, want 88", views)
			}
		}
		check(site)
		// What comes after gets ids that no one had.
		if err := site.Append(ctx, []Hit{{Kind: Pageview, Time: now.Unix(), Start: now.Unix(), View: "newview00001", Visit: 1 << 50, Page: Page{"a.example", "/old-8", "Title"}}}); err != nil {
			t.Fatal(err)
		}
		if id := site.dicts[Pages].ids["a.example\x1f/old-8\x1fTitle"]; int(id) < len(before[Pages]) {
			t.Errorf("the id %d is given again", id)
		}
		s.Close()
		if n := traces(t, dir, []byte("/old-39"), []byte("old-campaign-39"), []byte("/old-20"), []byte("old-campaign-11\x1f")); n != 0 {
			t.Errorf("%d traces of texts that went are in the files", n)
		}
		s, site = newSite(t, dir)
		if id := site.dicts[Pages].ids["a.example\x1f/old-8\x1fTitle"]; int(id) < len(before[Pages]) {
			t.Errorf("reopened, the id is %d", id)
		}
		s.Close()
	})
}

// Texts go in the next round when a round was ended before, when an import is cancelled, and when one never ended.
func TestTextsGoInTheNextRound(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(t *testing.T, s *Store, im *Import) // the import has visits of a day of last year
	}{
		{"a cancelled import", func(t *testing.T, s *Store, im *Import) {
			if err := im.Cancel(); err != nil {
				t.Fatal(err)
			}
		}},
		{"an import that never ended", func(t *testing.T, s *Store, im *Import) { s.Close() }},
		{"a round ended before it swept", func(t *testing.T, s *Store, im *Import) {
			keepFor(t, s, Retention{Visits: 1}, "UTC")
			ctx, end := context.WithCancel(context.Background())
			if _, err := im.Commit(ctx, [32]byte{1}); err != nil {
				t.Fatal(err)
			}
			err := s.Maintain(ctx, Round{Free: plenty, ClockIsRight: true}, func(step Step) {
				if step.Name == "retain" {
					end()
				}
			})
			if err == nil {
				t.Fatal("the round was not ended")
			}
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(at("2028-06-01T12:00:00Z")))
				ctx := context.Background()
				s, site := newSite(t, dir)
				im, err := site.StartImport(ctx)
				if err == nil {
					err = im.Add(ctx, pathHits("old", time.Now().AddDate(-1, 0, 0), 5))
				}
				if err != nil {
					t.Fatal(err)
				}
				row.do(t, s, im)
				s.Close()
				s, site = newSite(t, dir)
				round(t, s, Round{})
				if n := len(site.dicts[Pages].ids); n != 1 {
					t.Errorf("%d pages are known, want the empty one", n)
				}
				if marks, err := site.marks(ctx); err != nil || marks[markSweep] != 0 {
					t.Errorf("the next round would sweep again: %v, %v", marks, err)
				}
				s.Close()
			})
		})
	}
}

// An erasure that ends a reading of the round's is no failure.
func TestAnErasureEndsAReading(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		_, site := newSite(t, dir)
		err := site.readBeside(context.Background(), func(ctx context.Context, tx *sql.Tx) error {
			go func() {
				open, err := site.gate.close(context.Background())
				if err == nil {
					open()
				}
			}()
			<-ctx.Done()
			return ctx.Err()
		})
		if err != ErrErasing {
			t.Errorf("%v, want %v", err, ErrErasing)
		}
	})
}
