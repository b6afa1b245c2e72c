package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// newSite opens a store on a new directory with one site.
func newSite(t testing.TB, dir string) (*Store, *Site) {
	t.Helper()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	ctx := context.Background()
	sites := s.Sites()
	if len(sites) == 0 {
		customer, err := s.Control().AddCustomer(ctx, "Main")
		if err != nil {
			t.Fatal(err)
		}
		i, err := s.AddSite(ctx, SiteInfo{Customer: customer.ID, Domain: "example.com", Zone: time.UTC, Mode: "cookie"})
		if err != nil {
			t.Fatal(err)
		}
		sites = []SiteInfo{i}
	}
	site, err := s.Site(ctx, sites[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return s, site
}

// someHits makes n page views of visitors, with engagements and events, that begin at start, in order of time.
func someHits(r *rand.Rand, n int, start int64) []Hit {
	var hits []Hit
	at := start
	for i := range n {
		at += int64(r.IntN(200))
		visitor := uint64(1 + r.IntN(n/4+1))
		h := Hit{Kind: Pageview, Time: at, Start: at, View: fmt.Sprintf("view%09d%d", i, start), Visitor: visitor, Lasting: true,
			Visit: int64(start + int64(i)), Type: ReturningVisitor, Page: Page{"example.com", fmt.Sprintf("/%d", r.IntN(20)), "Title"},
			Origin: Origin{Source: "Google", Channel: "Organic Search"}, Place: Place{Country: "DE"}, Language: "de"}
		hits = append(hits, h)
		if r.IntN(2) == 0 {
			hits = append(hits, Hit{Kind: Engage, Time: at + 20, Start: at, View: h.View, Seq: 1, Visitor: visitor, Visit: h.Visit,
				Engaged: uint32(r.IntN(60000)), Scroll: uint8(r.IntN(101))})
		}
		if r.IntN(5) == 0 {
			e := h
			e.Kind, e.Seq, e.Name, e.Props, e.Amount, e.Currency = Event, 2, "buy", `{"plan":"a"}`, -500, "EUR"
			hits = append(hits, e)
		}
	}
	return hits
}

// blocksOf reads everything a site has.
func blocksOf(t *testing.T, r Reader) (blocks []Block, dicts [NumDims][]string) {
	t.Helper()
	snap, err := r.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	for i := range snap.Blocks() {
		var b Block
		if err := snap.Load(i, AllColumns, &b); err != nil {
			t.Fatal(err)
		}
		for _, v := range b.Cols[VisitVisitor] {
			if int(v) >= snap.Visitors() {
				t.Fatalf("visitor %d of %d", v, snap.Visitors())
			}
		}
		for c := range b.Cols { // nil and empty say the same
			if len(b.Cols[c]) == 0 {
				b.Cols[c] = nil
			}
		}
		if len(b.Amounts) == 0 {
			b.Amounts = nil
		}
		blocks = append(blocks, b)
	}
	for d := range NumDims {
		dicts[d] = snap.Dict(d)
	}
	return blocks, dicts
}

func TestSealingChangesNoAnswer(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		s, site := newSite(t, dir)
		now := time.Now().Unix()
		for i, hits := 0, someHits(rand.New(rand.NewPCG(1, 2)), 800, now); i < len(hits); i += 50 {
			if err := site.Append(ctx, hits[i:min(i+50, len(hits))]); err != nil {
				t.Fatal(err)
			}
		}
		hot, dicts := blocksOf(t, site)
		if len(hot) < 1 {
			t.Fatal("no blocks")
		}
		if n, err := site.Seal(ctx); n != 0 || err != nil {
			t.Fatalf("sealed %d days that can still change, %v", n, err)
		}
		time.Sleep(72 * time.Hour)
		if n, err := site.Seal(ctx); n != len(hot) || err != nil {
			t.Fatalf("sealed %d of %d days, %v", n, len(hot), err)
		}
		sealed, sealedDicts := blocksOf(t, site)
		if !reflect.DeepEqual(hot, sealed) || !reflect.DeepEqual(dicts, sealedDicts) {
			t.Fatal("a sealed day differs from what it was")
		}
		if wrong, err := site.Check(ctx); len(wrong) > 0 || err != nil {
			t.Fatal(wrong, err)
		}
		var rows int
		if err := site.read.QueryRow("SELECT count(*) FROM hit").Scan(&rows); err != nil || rows != 0 {
			t.Fatalf("%d rows are left, %v", rows, err)
		}
		late := Hit{Kind: Event, Name: "late", Time: now, Start: now, View: "view0000000001", Visitor: 9, Visit: 1 << 40}
		if err := site.Append(ctx, []Hit{late}); err != nil {
			t.Fatal(err)
		}
		if got, _ := site.Dropped(ctx, 0, 1<<30); got.ByReason()["late"] != 1 {
			t.Fatalf("dropped %v, want one late", got)
		}
		s.Close()
		_, again := newSite(t, dir)
		if reopened, _ := blocksOf(t, again); !reflect.DeepEqual(sealed, reopened) {
			t.Fatal("a reopened site differs")
		}
	})
}

func TestARepeatedHitChangesNothing(t *testing.T) {
	dir := t.TempDir()
	ctx := context.Background()
	s, site := newSite(t, dir)
	hits := someHits(rand.New(rand.NewPCG(3, 4)), 100, time.Now().Unix())
	for range 3 {
		if err := site.Append(ctx, hits); err != nil {
			t.Fatal(err)
		}
	}
	once, _ := blocksOf(t, site)
	s.Close()
	_, site = newSite(t, dir)
	if err := site.Append(ctx, hits); err != nil {
		t.Fatal(err)
	}
	if again, _ := blocksOf(t, site); !reflect.DeepEqual(once, again) {
		t.Fatal("a repeat after a restart was counted")
	}
	views := 0
	for _, b := range once {
		views += b.Views
	}
	if views != 100 {
		t.Fatalf("%d page views, want 100", views)
	}
}

func TestEngagementMayComeFirst(t *testing.T) {
	_, site := newSite(t, t.TempDir())
	ctx, now := context.Background(), time.Now().Unix()
	view := Hit{Kind: Pageview, Time: now, Start: now, View: "abcdefghijk", Visitor: 1, Visit: 1}
	engage := Hit{Kind: Engage, Time: now + 3, Start: now, View: "abcdefghijk", Seq: 2, Visitor: 1, Visit: 1, Engaged: 2960, Scroll: 40}
	older := Hit{Kind: Engage, Time: now + 1, Start: now, View: "abcdefghijk", Seq: 1, Visitor: 1, Visit: 1, Engaged: 900, Scroll: 30}
	for _, h := range []Hit{engage, view, older, engage} {
		if err := site.Append(ctx, []Hit{h}); err != nil {
			t.Fatal(err)
		}
	}
	blocks, _ := blocksOf(t, site)
	b := blocks[0]
	if b.Views != 1 || b.Cols[ViewEngaged][0] != 30 || b.Cols[ViewScroll][0] != 40 || b.Cols[VisitDuration][0] != 3 {
		t.Fatalf("got %+v", b)
	}
}

func TestImportIsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	ctx := context.Background()
	s, site := newSite(t, dir)
	hits := someHits(rand.New(rand.NewPCG(5, 6)), 2000, 1_700_000_000)
	take := func(commit bool) error {
		im, err := site.StartImport(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(hits); i += 500 {
			if err := im.Add(ctx, hits[i:min(i+500, len(hits))]); err != nil {
				t.Fatal(err)
			}
		}
		if !commit {
			return im.Cancel()
		}
		_, err = im.Commit(ctx, sha256.Sum256([]byte("file")))
		return err
	}
	if err := take(false); err != nil {
		t.Fatal(err)
	}
	if blocks, _ := blocksOf(t, site); len(blocks) != 0 {
		t.Fatal("a cancelled import is seen")
	}
	if err := take(true); err != nil {
		t.Fatal(err)
	}
	first, _ := blocksOf(t, site)
	if err := take(true); !errors.Is(err, ErrImported) {
		t.Fatalf("the second time: %v", err)
	}
	im, _ := site.StartImport(ctx)
	if err := im.Add(ctx, hits[:1500]); err != nil { // and a crash
		t.Fatal(err)
	}
	s.Close()
	_, site = newSite(t, dir)
	again, _ := blocksOf(t, site)
	if !reflect.DeepEqual(first, again) {
		t.Fatal("the import changed")
	}
	views := 0
	for _, b := range first {
		views += b.Views
	}
	if views != 2000 {
		t.Fatalf("%d page views, want 2000", views)
	}
	var parts int
	if err := site.read.QueryRow("SELECT count(*) FROM part").Scan(&parts); err != nil || parts != len(first) {
		t.Fatalf("%d parts in the file, %d are seen, %v", parts, len(first), err)
	}
}

func TestBlocksAreInOrderOfTheirDays(t *testing.T) {
	_, site := newSite(t, t.TempDir())
	ctx, now := context.Background(), time.Now().Unix()
	view := func(id string, at int64) []Hit {
		return []Hit{{Kind: Pageview, Time: at, Start: at, View: id, Visitor: 1, Visit: 1}}
	}
	if err := site.Append(ctx, view("hotview00001", now-3*daySeconds)); err != nil {
		t.Fatal(err)
	}
	im, err := site.StartImport(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for i, ago := range []int64{5, 2} { // one day before the hot one, and one after it
		if err := im.Add(ctx, view(fmt.Sprintf("imported%04d", i), now-ago*daySeconds)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := im.Commit(ctx, sha256.Sum256([]byte("two days"))); err != nil {
		t.Fatal(err)
	}
	blocks, _ := blocksOf(t, site)
	today := int32(now / daySeconds)
	if len(blocks) != 3 || blocks[0].Date != today-5 || blocks[1].Date != today-3 || blocks[2].Date != today-2 {
		t.Fatalf("blocks are of %d days, not of three in order: %v", len(blocks), blocks)
	}
}

func TestWritersReadersAndSealingTogether(t *testing.T) {
	_, site := newSite(t, t.TempDir())
	ctx, now := context.Background(), time.Now().Unix()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for _, h := range someHits(rand.New(rand.NewPCG(uint64(w), 1)), 50, now-int64(w%3)*daySeconds*2-int64(w)) {
				if err := site.Append(ctx, []Hit{h}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 3 {
		wg.Go(func() {
			for range 20 {
				blocksOf(t, site)
				if _, err := site.Seal(ctx); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
