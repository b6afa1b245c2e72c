package store

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"
)

// An import that runs while visitors are erased brings none of them back, and all of the others.
func TestAnErasureReachesIntoAnImport(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	gone, stay := newMarked(r), newMarked(r)
	dir, ctx := t.TempDir(), context.Background()
	s, site := newSite(t, dir)
	im, err := site.StartImport(ctx)
	if err != nil {
		t.Fatal(err)
	}
	first := time.Now().Unix()/daySeconds*daySeconds - 20*daySeconds
	var hits []Hit
	for day := range 10 {
		hits = append(hits, gone.hits(first+int64(day)*daySeconds, day)...)
		hits = append(hits, stay.hits(first+int64(day)*daySeconds+3600, day)...)
	}
	if err := im.Add(ctx, hits); err != nil { // the last days are still in memory
		t.Fatal(err)
	}
	erased, err := site.EraseVisitor(ctx, gone.key)
	if err != nil || erased.Visits != 10 {
		t.Fatalf("%+v, %v", erased, err)
	}
	if result, err := im.Commit(ctx, [32]byte{1}); err != nil || result.Visits != 20-len(im.parts) && result.Visits < 10 {
		t.Fatalf("%+v, %v", result, err)
	}
	blocks, _ := blocksOf(t, site)
	if len(blocks) != 10 {
		t.Errorf("%d blocks", len(blocks))
	}
	for _, b := range blocks {
		if b.Visits != 1 || b.Views != 2 {
			t.Errorf("day %d: %d visits, %d page views", b.Date, b.Visits, b.Views)
		}
	}
	s.Close()
	if n := traces(t, dir, gone.needles()...); n != 0 {
		t.Errorf("%d traces", n)
	}
}

// What is on many days goes step by step, each looking anew for what is left.
func TestManyDaysAreErasedStepByStep(t *testing.T) {
	const days = 3*cutsAtOnce + 5
	first := time.Now().Unix()/daySeconds*daySeconds - (days+5)*daySeconds
	for name, erase := range map[string]func(*Site, marked) (Erased, error){
		"a visitor": func(site *Site, m marked) (Erased, error) { return site.EraseVisitor(context.Background(), m.key) },
		"a range": func(site *Site, _ marked) (Erased, error) {
			return site.EraseBefore(context.Background(), time.Unix(first+(days-1)*daySeconds+1800, 0))
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(19, 20))
			gone, stay := newMarked(r), newMarked(r)
			dir := t.TempDir()
			s, site := newSite(t, dir)
			var hits []Hit
			for day := range days {
				hits = append(hits, gone.hits(first+int64(day)*daySeconds, day)...)
				hits = append(hits, stay.hits(first+int64(day)*daySeconds+3600, day)...)
			}
			importHits(t, site, hits)
			want := Erased{Visits: days, Views: 2 * days, Events: days, Days: days, Keys: days}
			if name == "a range" { // of the one who stays all but the last day
				want = Erased{Visits: 2*days - 1, Views: 4*days - 2, Events: 2*days - 1, Days: days, Keys: 2*days - 1}
			}
			got, err := erase(site, gone)
			if got.Entries != 7 || got.Looked == 0 || got.Found != 0 {
				t.Errorf("%+v", got)
			}
			got.Entries, got.Looked, got.Scanned = 0, 0, 0
			if err != nil || got != want {
				t.Errorf("erased %+v, %v, want %+v", got, err, want)
			}
			s.Close()
			if n := traces(t, dir, gone.needles()...); n != 0 {
				t.Errorf("%d traces", n)
			}
			if traces(t, dir, []byte(stay.mark)) == 0 {
				t.Error("the one who stays is gone")
			}
		})
	}
}

// Erasures and an import that run at the same time get in each other's way nowhere.
func TestErasuresWhileAnImportRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	gone, stay := newMarked(r), newMarked(r)
	dir, ctx := t.TempDir(), context.Background()
	s, site := newSite(t, dir)
	const days = 40
	first := time.Now().Unix()/daySeconds*daySeconds - (days+5)*daySeconds
	imported := make(chan error, 1)
	go func() {
		im, err := site.StartImport(ctx)
		for day := 0; day < days && err == nil; day++ {
			at := first + int64(day)*daySeconds
			err = im.Add(ctx, append(gone.hits(at, day), stay.hits(at+3600, day)...))
		}
		if err == nil {
			_, err = im.Commit(ctx, [32]byte{1})
		}
		imported <- err
	}()
	erased := 0
	for running := true; running; {
		select {
		case err := <-imported:
			if running = false; err != nil {
				t.Fatal(err)
			}
		default:
		}
		e, err := site.EraseVisitor(ctx, gone.key)
		if err != nil {
			t.Fatal(err)
		}
		erased += e.Visits
	}
	if erased != days {
		t.Errorf("erased %d visits of %d", erased, days)
	}
	blocks, _ := blocksOf(t, site)
	visits, views := 0, 0
	for _, b := range blocks {
		visits, views = visits+b.Visits, views+b.Views
	}
	if visits != days || views != 2*days {
		t.Errorf("%d visits and %d page views are left of the other, want %d and %d", visits, views, days, 2*days)
	}
	s.Close()
	if n := traces(t, dir, gone.needles()...); n != 0 {
		t.Errorf("%d traces", n)
	}
}
