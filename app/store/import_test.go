package store

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// A day of which an import that goes on has a part is sealed all the same.
func TestSealADayThatAnImportIsAt(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	synctest.Test(t, func(t *testing.T) {
		_, site := newSite(t, dir)
		day := time.Now()
		if err := site.Append(ctx, pathHits("hot", day, 1)); err != nil {
			t.Fatal(err)
		}
		im, err := site.StartImport(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := im.Add(ctx, pathHits("imported", day, 3)); err != nil { // the first day is written
			t.Fatal(err)
		}
		time.Sleep(50 * time.Hour)
		if n, err := site.Seal(ctx); n != 1 || err != nil {
			t.Errorf("sealed %d days, %v; want 1", n, err)
		}
		if _, err := im.Commit(ctx, [32]byte{1}); err != nil {
			t.Fatal(err)
		}
		if visits := tell(t, site); len(visits) != 4 {
			t.Errorf("%d visits, want 4", len(visits))
		}
	})
}

// Who is new in an import stays so when an erasure, of somebody else, takes rows out of a day that is just being written.
func TestNewVisitorsOfAnImportDuringAnErasure(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	synctest.Test(t, func(t *testing.T) {
		_, site := newSite(t, dir)
		im, err := site.StartImport(ctx)
		if err != nil {
			t.Fatal(err)
		}
		const visits = importMany/4 + 2
		midnight := time.Now().Unix()/daySeconds*daySeconds - 10*daySeconds
		var hits []Hit
		for i := range int64(visits + 1) {
			at := midnight + i/4
			if i == visits {
				at = midnight + 20*3600 // what lasts, so that the others are copied
			}
			hits = append(hits, Hit{Kind: Pageview, Time: at, Start: at, View: fmt.Sprintf("view%08d", i), Visit: i + 1, Visitor: uint64(i + 1), Lasting: true})
		}
		if err := im.Add(ctx, hits); err != nil {
			t.Fatal(err)
		}
		hold, written := make(chan struct{}), make(chan error)
		site.jobs <- func() { <-hold }
		go func() { written <- im.write(ctx, int32(midnight/daySeconds)) }()
		synctest.Wait() // for it to wait for the writer
		e := site.eraseVisitors([]uint64{1})
		site.mu.Lock()
		e.forget(im.days, im.early)
		site.mu.Unlock()
		close(hold)
		if err := <-written; err != nil {
			t.Fatal(err)
		}
		if _, err := im.Commit(ctx, [32]byte{1}); err != nil {
			t.Fatal(err)
		}
		types := map[VisitorType]int{}
		blocks, _ := blocksOf(t, site)
		for _, b := range blocks {
			for _, v := range b.Cols[VisitType] {
				types[VisitorType(v)]++
			}
		}
		if types[NewVisitor] != visits || len(blocks) < 2 {
			t.Errorf("%d visits of new visitors, %d of returning ones; want %d, 0", types[NewVisitor], types[ReturningVisitor], visits)
		}
	})
}

// A large import is removed bit by bit, hits being written in between, and what could not be removed is tried again.
func TestCancelLeavesTheWriterRoom(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	synctest.Test(t, func(t *testing.T) {
		_, site := newSite(t, dir)
		im, err := site.StartImport(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := im.Add(ctx, pathHits("gone", time.Now().AddDate(-1, 0, 0), 41)); err != nil {
			t.Fatal(err)
		}
		do := func(query string) {
			t.Helper()
			if err := site.inWriter(ctx, func() error { _, err := site.write.Exec(query); return err }); err != nil {
				t.Fatal(err)
			}
		}
		do("CREATE TRIGGER never BEFORE DELETE ON part BEGIN SELECT raise(FAIL, 'the disk is gone'); END")
		if err := im.Cancel(); err == nil {
			t.Fatal("no error when nothing could be removed")
		}
		do("DROP TRIGGER never")
		count := func() (n int) {
			if err := site.write.QueryRow("SELECT count(*) FROM part").Scan(&n); err != nil {
				t.Error(err)
			}
			return n
		}
		hold, cancelled, between := make(chan struct{}), make(chan error), 0
		site.jobs <- func() { <-hold }
		go func() { cancelled <- im.Cancel() }()
		synctest.Wait() // for it to wait for the writer; whoever comes now is next after its first step
		go site.inWriter(ctx, func() error { between = count(); return nil })
		synctest.Wait()
		close(hold)
		if err := <-cancelled; err != nil {
			t.Fatal(err)
		}
		if between == 0 || between == 40 {
			t.Errorf("%d of 40 parts were left when somebody came in between", between)
		}
		if n := count(); n != 0 || len(site.imports) != 0 {
			t.Errorf("%d parts are left", n)
		}
	})
}

// The check of the visitors' keys keeps the writer from nothing when all are as they were written.
func TestVisitorsAreCheckedBesideTheWriter(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	synctest.Test(t, func(t *testing.T) {
		_, site := newSite(t, dir)
		importHits(t, site, pathHits("old", time.Now().AddDate(-1, 0, 0), 5))
		hold := make(chan struct{})
		site.jobs <- func() { <-hold }
		checked := make(chan error, 1)
		go func() { checked <- site.verifyVisitors(ctx) }()
		synctest.Wait()
		select {
		case err := <-checked:
			if err != nil {
				t.Error(err)
			}
		default:
			t.Error("it waits for the writer")
		}
		close(hold)
	})
}
