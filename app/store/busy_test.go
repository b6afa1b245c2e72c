package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Hits, questions, nightly rounds that write the file anew, backups, imports, erasures and the closing of idle sites, all at once and
// on sites of which only two are kept open: nobody is refused, and in the end every hit is there.
func TestEverythingAtOnce(t *testing.T) {
	const sites, span = 4, 2 * time.Second
	s, err := Open(t.TempDir(), Options{OpenSites: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	customer, err := s.Control().AddCustomer(t.Context(), "Main")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i := range sites {
		info, err := s.AddSite(t.Context(), SiteInfo{Customer: customer.ID, Domain: fmt.Sprintf("s%d.example", i), Zone: time.UTC, Mode: "cookie", Settings: SiteSettings{Retention: Retention{Visits: 6}}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, info.ID)
	}
	var work sync.WaitGroup
	var written [sites]atomic.Int64
	end := time.Now().Add(span)
	// do does something again and again with a site that it asks for each time.
	do := func(what string, f func(ctx context.Context, site *Site, at int, n int64) error) {
		work.Go(func() {
			for n := int64(0); time.Now().Before(end); n++ {
				at := int(n % sites)
				ctx, done := context.WithCancel(t.Context())
				site, err := s.Site(ctx, ids[at])
				if err == nil {
					err = f(ctx, site, at, n)
				}
				done()
				if err != nil && !errors.Is(err, ErrErasing) { // says what it is, and to ask again
					t.Errorf("%s: %v", what, err)
					return
				}
			}
		})
	}
	for w := range int64(3) {
		do("a hit", func(ctx context.Context, site *Site, at int, n int64) error {
			err := site.Append(ctx, oneView(n*3+w))
			if err == nil {
				written[at].Add(1)
			}
			return err
		})
	}
	do("a question", func(ctx context.Context, site *Site, _ int, _ int64) error {
		snap, err := site.Snapshot(ctx)
		if err != nil {
			return err
		}
		defer snap.Close()
		var b Block
		for i := range snap.Blocks() {
			if err := snap.Load(i, AllColumns, &b); err != nil {
				return err
			}
		}
		return nil
	})
	do("an import", func(ctx context.Context, site *Site, _ int, n int64) error { // half of it too old to stay
		im, err := site.StartImport(ctx)
		if err != nil {
			return err
		}
		defer im.Cancel()
		r := rand.New(rand.NewPCG(uint64(n), 1))
		for _, months := range []int{12, 3} {
			if err := im.Add(ctx, someHits(r, 30, time.Now().AddDate(0, -months, -int(n)).Unix())); err != nil {
				return err
			}
		}
		_, err = im.Commit(ctx, [32]byte{byte(n), byte(n >> 8), 1})
		return err
	})
	do("an erasure", func(ctx context.Context, site *Site, _ int, n int64) error {
		_, err := site.EraseVisitor(ctx, 1<<40+uint64(n)) // of nobody: what is counted must stay
		return err
	})
	do("a round", func(ctx context.Context, _ *Site, _ int, _ int64) error {
		return s.Maintain(ctx, Round{Free: plenty}, func(Step) {})
	})
	do("writing anew", func(ctx context.Context, site *Site, _ int, _ int64) error {
		return site.inWriter(ctx, func() error { return site.vacuum(ctx) })
	})
	backups := t.TempDir()
	do("a backup", func(ctx context.Context, _ *Site, _ int, n int64) error {
		dir := filepath.Join(backups, fmt.Sprint(n))
		if _, err := s.Backup(ctx, dir, "test", plenty); err != nil {
			return err
		}
		_, err := Verify(ctx, dir)
		return err
	})
	work.Wait()
	today := int32(time.Now().Unix() / daySeconds)
	for i, id := range ids {
		ctx, done := context.WithCancel(t.Context())
		site, err := s.Site(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		there := int64(0)
		blocks, _ := blocksOf(t, site)
		for _, b := range blocks {
			if b.Date >= today-1 {
				there += int64(b.Views)
			}
		}
		if n := written[i].Load(); there != n || n == 0 {
			t.Errorf("site %d has %d of %d acknowledged page views", i, there, n)
		}
		if wrong, err := site.Check(ctx); len(wrong) > 0 || err != nil {
			t.Error(wrong, err)
		}
		done()
	}
}

// Check names the file, the day and the column of what is damaged, each day once.
func TestCheckNamesWhatIsDamaged(t *testing.T) {
	_, site := newSite(t, t.TempDir())
	importHits(t, site, sealedHits(rand.New(rand.NewPCG(1, 1)), 3, 40))
	if wrong, err := site.Check(t.Context()); len(wrong) > 0 || err != nil {
		t.Fatal(wrong, err)
	}
	broken := site.parts[1]
	if _, err := site.write.Exec("UPDATE block SET data = x'01' WHERE id IN (?, ?)", broken.id<<8|int64(VisitPlace), broken.id<<8|int64(ViewPage)); err != nil {
		t.Fatal(err)
	}
	wrong, err := site.Check(t.Context())
	want := &Damage{File: "sites/" + filepath.Base(site.path), Day: broken.date(), Column: VisitPlace}
	if says := strings.TrimSuffix(want.Error(), "<nil>"); err != nil || len(wrong) != 1 || !strings.HasPrefix(wrong[0], says) {
		t.Errorf("it says %q, %v, want one “%s…”", wrong, err, says)
	}
}
