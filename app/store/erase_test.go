package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sandprint/app/fuse"
)

// marked is a visitor who leaves a mark of his own in every field that text gets into.
type marked struct {
	key  uint64
	mark string
}

func newMarked(r *rand.Rand) marked {
	return marked{key: r.Uint64() | 1<<63, mark: fmt.Sprintf("mark%012x", r.Uint64()&0xffffffffffff)}
}

// hits are a visit of the visitor: two page views, an engagement and an event.
func (m marked) hits(at int64, n int) []Hit {
	text := func(field string) string { return m.mark + field }
	view := Hit{Kind: Pageview, Time: at, Start: at, View: fmt.Sprintf("%s%03d", m.mark, n), Visitor: m.key, Lasting: true,
		Visit: at<<20 | int64(m.key&0xfffff), Type: ReturningVisitor,
		Page: Page{text("host"), "/" + text("path"), "Title of " + text("title")},
		Origin: Origin{text("source"), "Referral", "www.example.org/" + text("referrer"), text("us"), text("um"), text("uc"),
			text("content"), text("term")},
		Place: Place{"DE", "DE-BE", text("city")}, Agent: Agent{text("browser"), "1", text("os"), "2", "phone", text("model")},
		Language: "de", Screen: "361-390"}
	second, event := view, view
	second.Time, second.View, second.Page.Path = at+20, view.View+"b", "/"+text("second")
	event.Kind, event.Seq, event.Name, event.Props = Event, 1, text("event"), `{"`+text("prop")+`":"`+text("value")+`"}`
	return []Hit{view, {Kind: Engage, Time: at + 9, Start: at, View: view.View, Seq: 2, Visitor: m.key, Visit: view.Visit, Engaged: 9000, Scroll: 50},
		second, event}
}

// needles are what must not be found of the visitor once he is erased.
func (m marked) needles() [][]byte {
	return [][]byte{[]byte(m.mark), binary.BigEndian.AppendUint64(nil, m.key), binary.LittleEndian.AppendUint64(nil, m.key)}
}

// traces counts the needles in all files below a directory. It shares nothing with what it is to judge.
func traces(t testing.TB, dir string, needles ...[]byte) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, needle := range needles {
			n += bytes.Count(data, needle)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// fill fills a site with sealed days, an imported day and hot rows; gone are those who will be erased, and stay are
// others at the same times.
func fill(t *testing.T, site *Site, gone, stay []marked) {
	t.Helper()
	ctx := context.Background()
	now := time.Now().Unix()
	midnight := now / daySeconds * daySeconds
	visit := func(at int64, n int) (hits []Hit) {
		for i := range stay {
			hits = append(hits, stay[i].hits(at, n)...)
			if i < len(gone) {
				hits = append(hits, gone[i].hits(at, n)...)
			}
		}
		return hits
	}
	var imported []Hit
	for day := int64(9); day > 5; day-- {
		imported = append(imported, visit(midnight-day*daySeconds+36000, int(day))...)
	}
	importHits(t, site, imported)
	for day := int64(5); day > 2; day-- {
		if err := site.Append(ctx, visit(midnight-day*daySeconds+36000, int(day))); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := site.Seal(ctx); n != 3 || err != nil {
		t.Fatalf("sealed %d days, %v", n, err)
	}
	if err := site.Append(ctx, visit(now-600, 1)); err != nil {
		t.Fatal(err)
	}
}

// Whatever a visitor left anywhere is in no byte of the site's files once he is erased, while others' hits come in and a
// question is being answered; and of the others nothing is lost.
func TestAnErasedVisitorLeavesNoByte(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	gone, stay := []marked{newMarked(r), newMarked(r)}, []marked{newMarked(r), newMarked(r), newMarked(r)}
	dir, ctx := t.TempDir(), context.Background()
	s, site := newSite(t, dir)
	fill(t, site, gone, stay)
	for _, m := range gone {
		for i, needle := range m.needles() {
			if outside(t, dir, needle) == 0 {
				t.Fatalf("needle %d is not there before the erasure", i)
			}
		}
	}
	snap, err := site.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	more, stop := sync.WaitGroup{}, make(chan struct{})
	coming, views := newMarked(r), 0
	more.Go(func() {
		for ; ; views += 2 {
			select {
			case <-stop:
				return
			default:
			}
			if err := site.Append(ctx, coming.hits(time.Now().Unix(), 100+views)); err != nil {
				t.Error(err)
				return
			}
		}
	})
	more.Go(func() { // the question is answered while the erasure waits for it
		defer snap.Close()
		for {
			site.gate.mu.Lock()
			waits := site.gate.shut != nil
			site.gate.mu.Unlock()
			if waits {
				break
			}
			time.Sleep(time.Millisecond)
		}
		var b Block
		for i := range snap.Blocks() {
			if err := snap.Load(i, AllColumns, &b); err != nil {
				t.Error(err)
			}
		}
	})
	count, err := site.CountVisitor(ctx, gone[0].key, gone[1].key)
	if err != nil {
		t.Fatal(err)
	}
	erased, err := site.EraseVisitor(ctx, gone[0].key, gone[1].key)
	if err != nil {
		t.Fatal(err)
	}
	if erased.Visits != 16 || erased.Views != 32 || erased.Events != 16 || erased.Days != 8 || erased.Keys != 16 || erased.Found != 0 ||
		erased.Entries != 2*7 || erased.Scanned == 0 || erased.Looked < 40 {
		t.Errorf("erased %+v", erased)
	}
	if count.Visits != 16 || count.Views != 32 || count.Events != 16 || count.Days != 8 || count.Keys != 16 || count.Entries != 0 {
		t.Errorf("counted before: %+v", count)
	}
	needles := append(gone[0].needles(), gone[1].needles()...)
	if n := outside(t, dir, needles...); n != 0 {
		t.Errorf("%d traces in the files of the open site", n)
	}
	close(stop)
	more.Wait()
	wantViews := 8*len(stay)*2 + views
	check := func(site *Site) {
		t.Helper()
		blocks, dicts := blocksOf(t, site)
		got := 0
		for _, b := range blocks {
			got += b.Views
		}
		if got != wantViews {
			t.Errorf("%d page views are left, want %d", got, wantViews)
		}
		for dim, values := range dicts {
			if all := strings.Join(values, "\n"); strings.Contains(all, gone[0].mark) || strings.Contains(all, gone[1].mark) {
				t.Errorf("dictionary %d still has texts of the erased", dim)
			}
		}
		if wrong, err := site.Check(ctx); len(wrong) > 0 || err != nil {
			t.Error(wrong, err)
		}
	}
	check(site)
	if again, err := site.EraseVisitor(ctx, gone[0].key); err != nil || again.Visits != 0 || again.Keys != 0 {
		t.Errorf("erased once more: %+v, %v", again, err)
	}
	s.Close()
	if n := traces(t, dir, needles...); n != 0 {
		t.Errorf("%d traces in the files of the closed site", n)
	}
	for _, m := range stay {
		for i, needle := range m.needles() {
			if traces(t, dir, needle) == 0 {
				t.Errorf("needle %d of one who stayed is gone", i)
			}
		}
	}
	_, site = newSite(t, dir)
	check(site)
}

// What began before a moment goes as a whole, on the moment's own day too, sealed, imported and hot.
func TestWhatBeganBeforeIsErased(t *testing.T) {
	now := time.Now().Unix()
	midnight := now / daySeconds * daySeconds
	for name, row := range map[string]struct {
		before int64
		days   int // of which something goes
		keep   int // visits that stay, of each visitor
	}{
		"nothing is so old":         {midnight - 30*daySeconds, 0, 8},
		"whole days":                {midnight - 7*daySeconds, 2, 6},
		"in the middle of a visit":  {midnight - 7*daySeconds + 36010, 3, 5},
		"a second before a visit":   {midnight - 7*daySeconds + 35999, 2, 6},
		"everything sealed":         {midnight - 2*daySeconds, 7, 1},
		"everything":                {now, 8, 0},
		"everything, and in future": {now + 40*daySeconds, 8, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 4))
			only, stay := newMarked(r), []marked{newMarked(r), newMarked(r), newMarked(r)}
			dir, ctx := t.TempDir(), context.Background()
			s, site := newSite(t, dir)
			importHits(t, site, only.hits(midnight-9*daySeconds+7200, 77))
			fill(t, site, nil, stay)
			if _, err := site.write.Exec("INSERT INTO dropped (day, reason, count) VALUES (?, 'bot', 1), (?, 'bot', 1)", midnight/daySeconds-40, midnight/daySeconds+100); err != nil {
				t.Fatal(err)
			}
			erased, err := site.EraseBefore(ctx, time.Unix(row.before, 0))
			if err != nil {
				t.Fatal(err)
			}
			gone := len(stay) * (8 - row.keep)
			if row.days > 0 {
				gone++
			}
			if erased.Visits != gone || erased.Views != 2*gone || erased.Days != row.days || erased.Found != 0 {
				t.Errorf("erased %+v, want %d visits of %d days", erased, gone, row.days)
			}
			if n := outside(t, dir, only.needles()...); (n == 0) != (row.days > 0) {
				t.Errorf("%d traces of the one who only came before", n)
			}
			blocks, _ := blocksOf(t, site)
			visits := 0
			for _, b := range blocks {
				visits += b.Visits
				if int64(b.Date)*daySeconds+int64(b.Cols[VisitStart][0]) < row.before {
					t.Errorf("a visit of day %d is left", b.Date)
				}
			}
			if want := 8*len(stay) + 1 - gone; visits != want {
				t.Errorf("%d visits are left, want %d", visits, want)
			}
			if drops, err := site.Dropped(ctx, 0, 1<<30); err != nil || drops.ByReason()["bot"] != 2 && row.before >= midnight-30*daySeconds && drops.ByReason()["bot"] > 1 {
				t.Errorf("counts of what was dropped: %v, %v", drops, err)
			}
			s.Close()
			for _, m := range stay {
				if n := traces(t, dir, m.needles()...); (n == 0) != (row.keep == 0) {
					t.Errorf("%d traces of one of whom %d visits are left", n, row.keep)
				}
			}
		})
	}
}

// An erasure that is cut short anywhere is finished by running it again.
func TestAnErasureCutShortIsRunAgain(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	gone, stay := []marked{newMarked(r)}, []marked{newMarked(r), newMarked(r)}
	from, background := t.TempDir(), context.Background()
	s, site := newSite(t, from)
	fill(t, site, gone, stay)
	s.Close()
	whole := false
	for calls := 1; !whole; calls += 1 + calls/6 {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		s, site := newSite(t, dir)
		ctx, cancel := fuse.New(calls)
		_, err := site.EraseVisitor(ctx, gone[0].key)
		if whole = err == nil; !whole && ctx.Err() == nil {
			t.Fatalf("cut short after %d calls: %v", calls, err)
		}
		cancel()
		if wrong, err := site.Check(background); len(wrong) > 0 || err != nil {
			t.Fatalf("cut short after %d calls: %v, %v", calls, wrong, err)
		}
		if calls%2 == 0 { // as after a crash: what is in memory is read anew
			s.Close()
			s, site = newSite(t, dir)
		}
		if erased, err := site.EraseVisitor(background, gone[0].key); err != nil || erased.Found != 0 {
			t.Fatalf("cut short after %d calls, run again: %+v, %v", calls, erased, err)
		}
		blocks, _ := blocksOf(t, site)
		visits := 0
		for _, b := range blocks {
			visits += b.Visits
		}
		s.Close()
		if n := traces(t, dir, gone[0].needles()...); n != 0 || visits != 8*len(stay) {
			t.Fatalf("cut short after %d calls, run again: %d traces, %d visits", calls, n, visits)
		}
	}
}

// The search is not for show: with what it guards against it finds traces, and has the file written anew; and when that
// is not possible the erasure says that it did not succeed.
func TestTheSearchFindsWhatSQLiteLeaves(t *testing.T) {
	for name, row := range map[string]struct {
		pragma  string
		blocked bool
		rebuilt bool
		want    error
	}{
		"deleted rows are overwritten":    {"PRAGMA secure_delete = ON", false, false, nil},
		"they are not":                    {"PRAGMA secure_delete = OFF", false, true, nil},
		"and the file can't be rewritten": {"PRAGMA secure_delete = OFF", true, false, ErrTraces},
	} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, 8))
			gone, stay := newMarked(r), newMarked(r)
			dir, ctx := t.TempDir(), context.Background()
			s, site := newSite(t, dir)
			fill(t, site, []marked{gone}, []marked{stay})
			if _, err := site.write.Exec(row.pragma); err != nil {
				t.Fatal(err)
			}
			if row.blocked {
				s.dir = filepath.Join(dir, "gone") // where no room can be found
			}
			erased, err := site.EraseVisitor(ctx, gone.key)
			if !errors.Is(err, row.want) || erased.Rebuilt != row.rebuilt || (erased.Found > 0) != (row.want != nil) {
				t.Errorf("%+v, %v", erased, err)
			}
			if n := outside(t, dir, gone.needles()...); (n > 0) != (row.want != nil) {
				t.Errorf("%d traces", n)
			}
			s.Close()
		})
	}
}

// A log that was not emptied still has what was deleted: the control of the tests above.
func TestWithoutEmptyingTheLogTracesStay(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	gone := newMarked(r)
	dir := t.TempDir()
	_, site := newSite(t, dir)
	fill(t, site, []marked{gone}, []marked{newMarked(r)})
	for _, q := range []string{"DELETE FROM block", "DELETE FROM part", "DELETE FROM hit", "DELETE FROM visitor", "DELETE FROM dict"} {
		if _, err := site.write.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if outside(t, dir, gone.needles()...) == 0 {
		t.Error("no trace: the tests above show nothing")
	}
	if err := truncateLog(context.Background(), site.write); err != nil {
		t.Fatal(err)
	}
	if n := outside(t, dir, gone.needles()...); n != 0 {
		t.Errorf("%d traces", n)
	}
}

// A snapshot that nobody closes holds an erasure up for two seconds and is then told why it reads no more.
func TestAnErasureWaitsForReadersTwoSeconds(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(11, 12))
	synctest.Test(t, func(t *testing.T) {
		gone := newMarked(r)
		s, site := newSite(t, dir)
		fill(t, site, []marked{gone}, []marked{newMarked(r)})
		snap, err := site.Snapshot(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if erased, err := site.EraseVisitor(context.Background(), gone.key); err != nil || erased.Visits != 8 {
			t.Errorf("%+v, %v", erased, err)
		}
		if took := time.Since(began); took != readerTime {
			t.Errorf("took %v", took)
		}
		var b Block
		if err := snap.Load(0, AllColumns, &b); !errors.Is(err, ErrErasing) {
			t.Errorf("the snapshot says %v", err)
		}
		snap.Close()
		if blocks, _ := blocksOf(t, site); len(blocks) != 8 {
			t.Errorf("%d blocks", len(blocks))
		}
		s.Close()
	})
}

// Ids of entries that were dropped are never given again, and a file with holes is read.
func TestIDsOfEntriesAreNotGivenAgain(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	a, b, c := newMarked(r), newMarked(r), newMarked(r)
	dir, ctx := t.TempDir(), context.Background()
	s, site := newSite(t, dir)
	now := time.Now().Unix()
	for i, m := range []marked{a, b, c} { // entries of b lie between others', those of c are the highest
		if err := site.Append(ctx, m.hits(now, i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := site.EraseVisitor(ctx, b.key, c.key); err != nil {
		t.Fatal(err)
	}
	_, before := blocksOf(t, site)
	s.Close()
	s, site = newSite(t, dir)
	_, after := blocksOf(t, site)
	if !reflect.DeepEqual(before, after) {
		t.Errorf("the dictionaries were %q and are %q", before, after)
	}
	if err := site.Append(ctx, b.hits(now+60, 7)); err != nil {
		t.Fatal(err)
	}
	blocks, again := blocksOf(t, site)
	for dim := range again {
		if len(again[dim]) < len(before[dim]) || !reflect.DeepEqual(before[dim], again[dim][:len(before[dim])]) {
			t.Errorf("dictionary %d was %q and is %q", dim, before[dim], again[dim])
		}
	}
	if blocks[0].Visits != 2 {
		t.Errorf("%d visits", blocks[0].Visits)
	}
	s.Close()
}
