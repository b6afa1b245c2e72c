package privacy

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sandprint/app/store"
)

// kept counts the orders that are kept.
func kept(t testing.TB, s *store.Store) int {
	t.Helper()
	stones, err := s.Control().Tombstones(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return len(stones)
}

// arrives has a page view of a visitor come, and reports whether it was taken.
func arrives(t testing.TB, s *store.Store, info store.SiteInfo, key uint64) bool {
	t.Helper()
	site, release, err := s.Hold(t.Context(), info.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	now := time.Now().Unix()
	hit := store.Hit{Kind: store.Pageview, View: fmt.Sprintf("viewlate%012d", key), Time: now, Start: now, Visit: site.NextVisit(), Visitor: key, Lasting: true,
		Page: store.Page{Host: "shop.example", Path: "/late"}}
	if err := site.Append(t.Context(), []store.Hit{hit}); err != nil {
		t.Fatal(err)
	}
	known, err := site.Known(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return len(known) > 0
}

// Whoever asks with numbers made up leaves nothing but a refusal in bounded memory; a visitor who is there is kept on disk once, whatever
// becomes of the program afterwards.
func TestWishes(t *testing.T) {
	dir, s, info := fixture(t)
	p, ctx := service(t, s), t.Context()
	for made := uint64(1000); made < 1000+2*maxGuesses; made += 32 {
		keys := make([]uint64, 32)
		for i := range keys {
			keys[i] = made + uint64(i)
		}
		if err := p.Ask(ctx, info, keys...); err != nil {
			t.Fatal(err)
		}
	}
	if n := kept(t, s); n != 0 || p.guesses != maxGuesses || len(p.late[info.ID].guess) != maxGuesses {
		t.Errorf("of nobody %d orders are kept, and %d refusals", n, p.guesses)
	}
	if last := uint64(1000 + 2*maxGuesses - 1); arrives(t, s, info, last) || !arrives(t, s, info, 1000) {
		t.Error("a hit of the last who asked was taken, or one of the first was not")
	}
	if err := p.Ask(ctx, store.SiteInfo{ID: "none"}, 7); err != nil {
		t.Errorf("a site that is not there: %v", err)
	}
	for range 2 {
		if err := p.Ask(ctx, info, 5, 7, 6); err != nil {
			t.Fatal(err)
		}
	}
	if n := kept(t, s); n != 1 {
		t.Errorf("%d orders are kept of one visitor who asked twice", n)
	}
	killed := filepath.Join(t.TempDir(), "data") // what is in the files when the answer has been given
	if err := os.CopyFS(killed, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	again, err := store.Open(killed, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	p = service(t, again)
	if n, err := p.Resume(ctx); n != 1 || err != nil || inFiles(t, killed, "ofannahere") != 0 || inFiles(t, killed, "ofberthere") == 0 {
		t.Errorf("after the end of the program %d wishes were carried out, %v; of her is left %d times", n, err, inFiles(t, killed, "ofannahere"))
	}
	if arrives(t, again, info, 7) || !arrives(t, again, info, 9) {
		t.Error("the wrong hits are taken afterwards")
	}
	if n, err := p.Resume(ctx); n != 0 || err != nil {
		t.Errorf("%d wishes were carried out once more, %v", n, err)
	}
}

// A wish is kept where it can't be told whether anything is kept of who wishes, and carried out once that can be told.
func TestWishesOfWhoCantBeLookedFor(t *testing.T) {
	dir, s, info := fixture(t)
	p, ctx := service(t, s), t.Context()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "sites", info.ID+".db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("INSERT INTO visitor (id, day, count, data, import, sum) VALUES (99, 1, 3, x'00', 0, 0)"); err != nil {
		t.Fatal(err)
	}
	if err := p.Ask(ctx, info, 5); err != nil || kept(t, s) != 1 {
		t.Errorf("%d orders are kept, %v", kept(t, s), err)
	}
	if n, err := p.Resume(ctx); n != 0 || err == nil {
		t.Errorf("%d were carried out although the file is damaged, %v", n, err)
	}
	if _, err := db.Exec("DELETE FROM visitor WHERE id = 99"); err != nil {
		t.Fatal(err)
	}
	if n, err := p.Resume(ctx); n != 1 || err != nil {
		t.Errorf("%d were carried out once the file is whole, %v", n, err)
	}
}

// The site that has most refusals loses them where there are too many in all; after two days the nightly round forgets them.
func TestRefusalsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s, info := fixture(t)
		p := service(t, s)
		if _, err := p.Erase(t.Context(), Order{Site: info, Keys: []uint64{7}}, nil); err != nil {
			t.Fatal(err)
		}
		p.guess("quiet", []uint64{1, 1})
		for site := range uint64(maxGuessesInAll/maxGuesses + 3) {
			for key := range uint64(maxGuesses) {
				p.guess(fmt.Sprint("loud ", site), []uint64{key})
			}
		}
		if p.guesses != maxGuessesInAll || !p.Refuses("quiet", 1) || !p.Refuses(info.ID, 7) {
			t.Errorf("%d are refused; the one of a quiet site: %v; who was erased: %v", p.guesses, p.Refuses("quiet", 1), p.Refuses(info.ID, 7))
		}
		time.Sleep(49 * time.Hour)
		if _, _, err := p.Nightly(t.Context(), "test", CopiesLive, false, room); err != nil {
			t.Fatal(err)
		}
		if p.guesses != 0 || len(p.late) != 0 {
			t.Errorf("after two days %d refusals of %d sites are left", p.guesses, len(p.late))
		}
	})
}

// Visitors of a site who ask meanwhile are erased in one pass. Who waits for a receipt gets one that says what there was of that visitor alone, and that
// the searches were for all; the others have one together, once.
func TestVisitorsGoTogether(t *testing.T) {
	dir, s, info := fixture(t)
	p, ctx := service(t, s), t.Context()
	arrives(t, s, info, 9)
	arrives(t, s, info, 10)
	var numbers []string
	for _, key := range []uint64{7, 8} {
		standing, err := p.Wish(ctx, Order{Site: info, Keys: []uint64{key}}, time.Millisecond)
		if err != nil || standing.Receipt != nil || standing.Number == "" {
			t.Fatalf("%+v, %v", standing, err)
		}
		numbers = append(numbers, standing.Number)
	}
	if err := p.Ask(ctx, info, 9, 10); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Resume(ctx); err != nil {
		t.Fatal(err)
	}
	all, err := p.Receipts(ctx, info.ID)
	if err != nil || len(all) != 3 {
		t.Fatalf("%d receipts, %v", len(all), err)
	}
	visits := map[string]int{}
	for _, r := range all {
		visits[r.Number] = r.Data.Visits
		if r.Together != 4 || r.Data.Looked == 0 || r.Data.Found != 0 || len(r.Copies) != 1 || r.Copies[0].Visits != 2 {
			t.Errorf("%+v", r)
		}
	}
	if visits[numbers[0]] != 1 || visits[numbers[1]] != 1 || visits[all[0].Number] != 2 {
		t.Errorf("visits by receipt: %v", visits)
	}
	if inFiles(t, dir, "ofannahere")+inFiles(t, dir, "ofberthere") > 0 {
		t.Error("they are still there")
	}
	if standing, err := p.Wish(ctx, Order{Site: info, Keys: []uint64{7}}, time.Minute); err != nil || standing.Number != "" {
		t.Errorf("who is gone: %+v, %v", standing, err)
	}
}

// BenchmarkAsk is a wish of nobody while 3,000 of them are open: as it was done, with a row each and all of them read, and as it is done.
func BenchmarkAsk(b *testing.B) {
	_, s, info := fixture(b)
	p, ctx := service(b, s), b.Context()
	wish := func(key uint64) store.Tombstone { return stoneOf(Order{Site: info, Keys: []uint64{key}}) }
	var open []store.Tombstone
	for key := range uint64(3000) {
		open = append(open, wish(1000+key))
	}
	if _, err := s.Control().AddTombstones(ctx, open); err != nil {
		b.Fatal(err)
	}
	next := uint64(10_000)
	b.Run("as it was", func(b *testing.B) {
		for b.Loop() {
			next++
			before, err := s.Control().Tombstones(ctx)
			if stone := wish(next); err == nil && !slices.ContainsFunc(before, stone.SameOpen) {
				_, err = s.Control().AddTombstones(ctx, []store.Tombstone{stone})
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("as it is", func(b *testing.B) {
		for b.Loop() {
			next++
			if err := p.Ask(ctx, info, next); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("32 in a body", func(b *testing.B) {
		keys := make([]uint64, 32)
		for b.Loop() {
			for i := range keys {
				next++
				keys[i] = next
			}
			if err := p.Ask(ctx, info, keys...); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("a receipt's number", func(b *testing.B) {
		for b.Loop() {
			if _, err := p.Standing(ctx, store.NewReceiptNumber()); err == nil {
				b.Fatal(errors.New("there is a receipt of a number made up"))
			}
		}
	})
}
