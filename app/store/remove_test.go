package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sandprint/app/fuse"
)

// Of a site that was removed no byte is left: no file of it, and nothing in the control file, whatever was set for it and
// however its rows lay between others. The others stay.
func TestARemovedSiteLeavesNoByte(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	dir, ctx := t.TempDir(), context.Background()
	s, first := newSite(t, dir)
	fill(t, first, []marked{newMarked(r)}, []marked{newMarked(r)})
	word := func() string { return fmt.Sprintf("word%012x", r.Uint64()&0xffffffffffff) }
	var sites []SiteInfo
	for range 60 {
		w := word()
		site, err := s.AddSite(ctx, SiteInfo{Customer: first.Info().Customer, Domain: w + ".example", Zone: time.UTC, Mode: "cookie",
			Settings: SiteSettings{Hosts: []string{w + ".example.org"}, QueryKeys: []string{"q" + w}, Excluded: []string{"/" + w + "/**"},
				Goals: []Goal{{Name: "Goal " + w, Event: w}}}})
		if err != nil {
			t.Fatal(err)
		}
		sites = append(sites, site)
	}
	mark := newMarked(r)
	for i, info := range sites {
		if i%2 == 0 {
			continue
		}
		hold, done := context.WithCancel(ctx)
		site, err := s.Site(hold, info.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := site.Append(ctx, mark.hits(time.Now().Unix(), i)); err != nil {
			t.Fatal(err)
		}
		if i == 31 { // it is held open while it is removed
			defer done()
		} else {
			done()
		}
		erased, err := s.RemoveSite(ctx, info.ID)
		if err != nil || erased.Found != 0 || erased.Looked < 3 || erased.Scanned == 0 {
			t.Fatalf("%+v, %v", erased, err)
		}
		if _, err := s.RemoveSite(ctx, info.ID); !errors.Is(err, ErrNotFound) {
			t.Fatalf("removed again: %v", err)
		}
		if _, ok := s.Find(info.Settings.Hosts[0]); ok {
			t.Error("it is still found by its host")
		}
	}
	needles := mark.needles()
	for i, info := range sites {
		if word := strings.TrimSuffix(info.Domain, ".example"); i%2 == 1 {
			needles = append(needles, []byte(word), []byte(info.ID))
		}
	}
	if n := outside(t, dir, needles...); n != 0 {
		t.Errorf("%d traces while the store is open", n)
	}
	s.Close()
	if n := traces(t, dir, needles...); n != 0 {
		t.Errorf("%d traces", n)
	}
	for i, info := range sites {
		if word := strings.TrimSuffix(info.Domain, ".example"); i%2 == 0 && traces(t, dir, []byte(word)) == 0 {
			t.Errorf("%s is gone too", info.Domain)
		}
		if _, err := os.Stat(filepath.Join(dir, "sites", info.ID+".db")); i%2 == 1 && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the file of %s: %v", info.Domain, err)
		}
	}
}

// What the row of a site leaves without being written anew is why the control file always is: the control of the test above.
func TestDeletingARowAloneLeavesTraces(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	s, site := newSite(t, dir)
	info, err := s.AddSite(ctx, SiteInfo{Customer: site.Info().Customer, Domain: "a-site-to-be-found.example", Zone: time.UTC, Mode: "cookie"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.control.write.Exec("DELETE FROM site WHERE id = ?", info.ID); err != nil {
		t.Fatal(err)
	}
	if outside(t, dir, []byte(info.Domain)) == 0 {
		t.Error("no trace: the test above shows nothing")
	}
}

// A removal that could not be finished is finished by the next.
func TestARemovalCutShortIsRunAgain(t *testing.T) {
	dir, step := t.TempDir(), 1
	if testing.Short() {
		step = 5
	}
	for calls := 1; ; calls += step {
		s, site := newSite(t, filepath.Join(dir, fmt.Sprint(calls)))
		ctx, cancel := fuse.New(calls)
		_, err := s.RemoveSite(ctx, site.id)
		cancel()
		if err != nil {
			if _, err := s.RemoveSite(context.Background(), site.id); err != nil && !errors.Is(err, ErrNotFound) {
				t.Fatalf("cut short after %d calls: %v", calls, err)
			}
		}
		left, _ := filepath.Glob(filepath.Join(s.dir, "sites", "*"))
		if len(left) > 0 || len(s.Sites()) > 0 {
			t.Fatalf("cut short after %d calls: %v, %v", calls, left, s.Sites())
		}
		s.Close()
		if n := traces(t, s.dir, []byte(site.id)); n != 0 {
			t.Fatalf("cut short after %d calls: %d traces", calls, n)
		}
		if err == nil {
			return
		}
	}
}
