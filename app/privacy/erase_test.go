package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sandprint/app/fuse"
	"sandprint/app/prove"
	"sandprint/app/store"
)

// room is a disk with plenty of it.
func room() (uint64, error) { return 1 << 40, nil }

// fixture is a data directory with a site, two visitors, each with a page of their own, and a copy of it.
func fixture(t testing.TB) (dir string, s *store.Store, info store.SiteInfo) {
	t.Helper()
	ctx := t.Context()
	dir = t.TempDir()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	c, err := s.Control().AddCustomer(ctx, "Acmecorp")
	if err != nil {
		t.Fatal(err)
	}
	if info, err = s.AddSite(ctx, store.SiteInfo{Customer: c.ID, Domain: "shop.example", Zone: time.UTC, Mode: "cookie"}); err != nil {
		t.Fatal(err)
	}
	site, err := s.Site(ctx, info.ID)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().Unix()
	for key, mark := range map[uint64]string{7: "ofannahere", 8: "ofberthere"} {
		hit := store.Hit{Kind: store.Pageview, View: "viewviewview" + fmt.Sprint(key), Time: now, Start: now, Visit: int64(key), Visitor: key, Lasting: true,
			Page: store.Page{Host: "shop.example", Path: "/" + mark, Title: "Title " + mark}}
		if err := site.Append(ctx, []store.Hit{hit}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Backup(ctx, filepath.Join(dir, "backups", "first"), "test", room); err != nil {
		t.Fatal(err)
	}
	return dir, s, info
}

// inFiles counts the files below a directory that have a text in them.
func inFiles(t *testing.T, dir, text string) int {
	t.Helper()
	h, err := prove.Search(prove.Needles{text: []byte(text)}, dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(h.Found)
}

func service(t testing.TB, s *store.Store) *Service {
	t.Helper()
	p, err := New(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// An erasure that is cut short at any moment is gone on with by the next process, in the data and in the copy, which stays whole.
func TestErasureGoesOn(t *testing.T) {
	for looks, over := 1, false; !over && looks < 4000; looks = looks*3/2 + 1 {
		t.Run(fmt.Sprint("cut after ", looks), func(t *testing.T) {
			dir, s, info := fixture(t)
			p := service(t, s)
			ctx, cancel := fuse.New(looks)
			defer cancel()
			_, err := p.Erase(ctx, Order{Site: info, Keys: []uint64{7}}, nil)
			if over = err == nil; !over && !errors.Is(err, context.Canceled) && ctx.Err() == nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			again, err := store.Open(dir, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			p = service(t, again)
			stones, err := again.Control().Tombstones(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Resume(t.Context()); err != nil {
				t.Fatal(err)
			}
			if begun := len(stones) > 0; begun != (inFiles(t, dir, "ofannahere") == 0) {
				t.Errorf("begun: %v, left: %d", begun, inFiles(t, dir, "ofannahere"))
			}
			if n := inFiles(t, dir, "ofberthere"); n < 2 {
				t.Errorf("the other one is there %d times", n)
			}
			if _, err := store.Verify(t.Context(), filepath.Join(dir, "backups", "first")); err != nil {
				t.Error(err)
			}
			if err := again.Control().CheckReceipts(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// Two who erase the same at once both get a receipt; what is gone already is no error; the chain holds, and tells of a change.
func TestErasuresAtOnce(t *testing.T) {
	dir, s, info := fixture(t)
	p, ctx := service(t, s), t.Context()
	var wg sync.WaitGroup
	receipts := make([]Receipt, 3)
	for i := range receipts {
		wg.Go(func() {
			var err error
			if receipts[i], err = p.Erase(ctx, Order{Site: info, Keys: []uint64{7}}, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	visits := 0
	for _, r := range receipts {
		visits += r.Data.Visits
	}
	if visits != 1 || receipts[0].Number == receipts[1].Number || inFiles(t, dir, "ofannahere") > 0 {
		t.Errorf("%+v", receipts)
	}
	shown, err := p.Receipts(ctx, info.ID)
	if err != nil || len(shown) != 3 {
		t.Errorf("%d receipts are shown, %v", len(shown), err)
	}
	if err := s.Control().CheckReceipts(ctx); err != nil {
		t.Error(err)
	}
}

// Hits of who was erased are refused for two days, also by the next process.
func TestWhoIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s, info := fixture(t)
		if _, err := service(t, s).Erase(t.Context(), Order{Site: info, Keys: []uint64{7}}, nil); err != nil {
			t.Fatal(err)
		}
		p := service(t, s)
		if !p.Refuses(info.ID, 7) || p.Refuses(info.ID, 8) || p.Refuses("another", 7) {
			t.Error("the wrong ones are refused")
		}
		time.Sleep(49 * time.Hour)
		if p.Refuses(info.ID, 7) {
			t.Error("refused after two days")
		}
	})
}

// Each night there is one copy more, that can be read; after 80 nights there are those of 14 days and of the weeks before, none older than 35 days, and
// no tombstone that no copy needs.
func TestNightlyCopies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, s, info := fixture(t)
		p, ctx := service(t, s), t.Context()
		if _, err := p.Erase(ctx, Order{Site: info, Keys: []uint64{7}}, nil); err != nil {
			t.Fatal(err)
		}
		for night := range 80 {
			time.Sleep(24 * time.Hour)
			for range 2 { // the second time there is one
				if _, _, err := p.Nightly(ctx, "test", CopiesLive, false, room); err != nil {
					t.Fatal(err)
				}
			}
			paths, err := store.Backups(filepath.Join(dir, "backups"))
			if err != nil || len(paths) > dailyCopies+4 || night >= dailyCopies && len(paths) < dailyCopies {
				t.Fatalf("night %d: %d copies, %v", night, len(paths), err)
			}
			for _, path := range paths {
				m, err := store.ReadManifest(path)
				if err != nil || time.Since(m.Made) >= CopiesLive {
					t.Fatalf("night %d: a copy of %v, %v", night, m.Made, err)
				}
			}
		}
		if stones, err := s.Control().Tombstones(ctx); err != nil || len(stones) > 0 {
			t.Errorf("%d tombstones are left, %v", len(stones), err)
		}
		time.Sleep(24 * time.Hour)
		if _, _, err := p.Nightly(ctx, "test", 3*24*time.Hour, false, room); err != nil {
			t.Fatal(err)
		}
		if paths, err := store.Backups(filepath.Join(dir, "backups")); err != nil || len(paths) != 3 {
			t.Errorf("%d copies where they live for three days, %v", len(paths), err)
		}
	})
}

// With a clock that looks wrong no copy goes, however old it seems; and what an end of the program left of a backup that was being replaced is
// tidied up, also where the directory has a full stop in its name.
func TestCopiesOutliveAWrongClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, s, _ := fixture(t)
		p, first := service(t, s), filepath.Join(dir, "backups", "first")
		time.Sleep(400 * 24 * time.Hour)
		if did, _, err := p.Nightly(t.Context(), "test", CopiesLive, true, room); err != nil || !strings.Contains(did, "clock looks wrong") {
			t.Fatalf("%q, %v", did, err)
		}
		if _, err := store.Verify(t.Context(), first); err != nil {
			t.Errorf("the clock took it: %v", err)
		}
		if _, _, err := p.Nightly(t.Context(), "test", CopiesLive, false, room); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(first); err == nil {
			t.Error("it is there with a clock that is right")
		}
	})
}

// A copy that a wrong clock stamped with a time to come, and a tombstone of that clock, live as long as others do, from when a clock that is right
// sees them first; and the copy keeps no other from its day.
func TestACopyFromTheFuture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, s, info := fixture(t)
		p, ctx, first := service(t, s), t.Context(), filepath.Join(dir, "backups", "first")
		m, err := store.ReadManifest(first)
		m.Made = time.Now().AddDate(1, 0, 0)
		text, failed := json.Marshal(m)
		if err = errors.Join(err, failed, os.WriteFile(filepath.Join(first, "manifest.json"), text, 0o600)); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Erase(ctx, Order{Site: info, Keys: []uint64{7}}, nil); err != nil || inFiles(t, dir, "ofannahere") > 0 {
			t.Fatal(err)
		}
		ahead := time.Now().AddDate(1, 0, 0)
		stones, err := s.Control().AddTombstones(ctx, []store.Tombstone{{Kind: store.EraseVisitor, Site: info.ID, Keys: []uint64{9}, Asked: ahead, Forget: ahead.Add(CopiesLive)}})
		if err = errors.Join(err, s.Control().FinishTombstone(ctx, stones[0].ID, ahead)); err != nil {
			t.Fatal(err)
		}
		for night := 1; night <= 37; night++ {
			time.Sleep(24 * time.Hour)
			if _, _, err := p.Nightly(ctx, "test", CopiesLive, false, room); err != nil {
				t.Fatal(err)
			}
			_, gone := os.Stat(first)
			left, err := s.Control().Tombstones(ctx)
			copies, failed := store.Backups(filepath.Join(dir, "backups"))
			if err = errors.Join(err, failed); err != nil || (gone == nil) != (night <= 35) || (len(left) > 0) != (night <= 36) || len(copies) < min(night, dailyCopies)+len(left)/2 {
				t.Fatalf("night %d: %v, %d tombstones, %d copies, %v", night, gone, len(left), len(copies), err)
			}
			if _, err := store.Verify(ctx, first); night == 1 && err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestLeftoversOfCopies(t *testing.T) {
	_, s, _ := fixture(t)
	dir := filepath.Join(t.TempDir(), "data.d", "backups")
	for _, name := range []string{"a", "a.replaced", "a.work", "b.replaced", "c.erased", "d.unfinished", "e.keep"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.LetGo(dir, time.Now(), time.Now().Add(-CopiesLive), func(time.Time) bool { return true })
	if o, is := errors.AsType[*store.ErrObstacle](err); !is || strings.Join(o.Names(), " ") != "a b e.keep" {
		t.Errorf("in the way: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	for i := range left {
		left[i] = filepath.Base(left[i])
	}
	if got := strings.Join(left, " "); got != "a b e.keep" || err != nil {
		t.Errorf("left is %s, %v", got, err)
	}
}
