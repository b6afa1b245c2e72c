package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// told is one visit as a question sees it, with texts in place of dictionary ids.
type told struct {
	start, end int64
	visitor    int // in order of appearance
	facts      string
	hits       string
}

// tell returns what a site says of its visits, whatever blocks they are in.
func tell(t *testing.T, r Reader) []told {
	t.Helper()
	snap, err := r.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	return tellOf(t, snap)
}

func tellOf(t *testing.T, snap *Snapshot) (all []told) {
	t.Helper()
	type numbered struct {
		told
		number uint32
	}
	var visits []numbered
	for i := range snap.Blocks() {
		var b Block
		if err := snap.Load(i, AllColumns, &b); err != nil {
			t.Fatal(err)
		}
		if b.Views > maxPartViews {
			t.Errorf("a block has %d page views", b.Views)
		}
		col := func(c Column, i int) uint32 { return b.Cols[c][i] }
		view, event := 0, 0
		for v := range b.Visits {
			start := int64(b.Date)*daySeconds + int64(col(VisitStart, v))
			n := numbered{told{start: start, end: start + int64(col(VisitDuration, v))}, col(VisitVisitor, v)}
			n.facts = fmt.Sprint(col(VisitType, v), snap.dicts[Origins][col(VisitOrigin, v)], snap.dicts[Places][col(VisitPlace, v)], snap.dicts[Languages][col(VisitLanguage, v)])
			for range col(VisitViews, v) {
				n.hits += fmt.Sprint(" ", col(ViewDelay, view), snap.dicts[Pages][col(ViewPage, view)], col(ViewScroll, view), "/", col(ViewEngaged, view))
				view++
			}
			for range col(VisitEvents, v) {
				n.hits += fmt.Sprint(" ", col(EventDelay, event), snap.dicts[Events][col(EventName, event)], snap.dicts[Pages][col(EventPage, event)], b.Amounts[event])
				event++
			}
			visits = append(visits, n)
		}
	}
	slices.SortFunc(visits, func(a, b numbered) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end), cmp.Compare(a.facts, b.facts), cmp.Compare(a.hits, b.hits))
	})
	order := map[uint32]int{}
	for _, v := range visits {
		if _, ok := order[v.number]; !ok {
			order[v.number] = len(order)
		}
		v.visitor = order[v.number]
		all = append(all, v.told)
	}
	return all
}

// traffic makes the hits of some days as the door would number them: visitors with a cookie and without, visits over
// midnight, engagements before their page view and long after it, events. Each visitor has pages of his own, so that told
// tells visits apart.
func traffic(r *rand.Rand, begin int64, days int) (hits []Hit) {
	for visitor := range uint64(25) {
		lasting := visitor%3 > 0
		at := begin + r.Int64N(daySeconds)
		for visit := 0; at < begin+int64(days)*daySeconds; visit++ {
			h := Hit{Visitor: visitor, Lasting: lasting, Visit: begin + int64(visitor)<<20 + int64(visit), Start: at, Type: ReturningVisitor,
				Language: fmt.Sprint("v", visitor), Place: Place{Country: "DE"}, Origin: Origin{Source: fmt.Sprint(r.IntN(4))}}
			if !lasting { // known for a day
				h.Visitor, h.Type = visitor<<32|uint64(at/daySeconds), UnknownVisitor
			} else if visit == 0 {
				h.Type = NewVisitor
			}
			for i := range 1 + r.IntN(5) {
				h.Kind, h.Time, h.View, h.Seq, h.Name = Pageview, at, fmt.Sprintf("v%03dv%05dp%d", visitor, visit, i), 0, ""
				h.Page = Page{"example.com", fmt.Sprint("/", r.IntN(30)), ""}
				hits = append(hits, h)
				if r.IntN(3) > 0 {
					e := h
					e.Kind, e.Seq, e.Engaged, e.Scroll = Engage, 1, r.Uint32N(90_000), uint8(r.IntN(101))
					e.Time += r.Int64N(30) - 3
					hits = append(hits, e)
				}
				if r.IntN(4) == 0 {
					e := h
					e.Kind, e.Seq, e.Name, e.Amount = Event, 2, "buy", r.Int64N(5000)
					hits = append(hits, e)
				}
				at += 1 + r.Int64N(1700)
			}
			at += visitSeconds + 60 + r.Int64N(40_000)
		}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(a.Time, b.Time) })
	return hits
}

// trial is a site under random work, and all hits that it should tell of.
type trial struct {
	*testing.T
	r    *rand.Rand
	dir  string
	s    *Store
	site *Site
	all  []Hit
	old  []Hit // still to import
	im   *Import
}

// Whatever is sealed when, early or by night, with imports into sealed days meanwhile, repeats of sealed hits and a
// restart now and then: a site tells the same as SnapshotOf all its hits.
func TestSealingAtAnyTimeChangesNoAnswer(t *testing.T) {
	seeds := uint64(4)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			x := &trial{T: t, r: rand.New(rand.NewPCG(seed, uint64(time.Now().UnixNano()))), dir: dir}
			x.open()
			hits := traffic(x.r, time.Now().Unix(), 2)
			x.old = traffic(x.r, time.Now().Unix()-daySeconds, 2) // of the day before, and the first
			for i := range x.old {
				x.old[i].Visit, x.old[i].View, x.old[i].Visitor = x.old[i].Visit+1<<40, "old"+x.old[i].View, x.old[i].Visitor+1<<20
				x.old[i].Language += "old"
			}
			for len(hits) > 0 {
				n := 1
				for n < len(hits) && hits[n].Time < hits[0].Time+300 {
					n++
				}
				time.Sleep(time.Until(time.Unix(hits[n-1].Time, 0)))
				x.append(hits[:n])
				hits = hits[n:]
				x.repeat()
				x.anything()
			}
			for x.im != nil || len(x.old) > 0 {
				x.importSome()
			}
			x.compare()
			time.Sleep(48 * time.Hour)
			if _, err := x.site.Seal(context.Background()); err != nil {
				t.Fatal(err)
			}
			x.compare()
			var rows int
			if err := x.site.read.QueryRow("SELECT (SELECT count(*) FROM hit) + (SELECT count(*) FROM sealing)").Scan(&rows); err != nil || rows > 0 {
				t.Errorf("%d rows are left of days that are over, %v", rows, err)
			}
			if dropped, _ := x.site.Dropped(context.Background(), 0, 1<<30); len(dropped) > 0 {
				t.Errorf("dropped %v", dropped)
			}
		})
	}
}

func (x *trial) open() {
	x.s, x.site = newSite(x.T, x.dir)
	x.s.o.HotRows, x.site.relieveAt = 60, 60
}

func (x *trial) append(hits []Hit) {
	if err := x.site.Append(context.Background(), hits); err != nil {
		x.Fatal(err)
	}
	x.all = append(x.all, hits...)
	synctest.Wait()
}

// repeat sends some page views and events of the day again, as a tracker does that got no answer. The door takes them for
// another visit when the first has ended.
func (x *trial) repeat() {
	var again []Hit
	now := time.Now().Unix()
	for _, h := range x.all[max(0, len(x.all)-x.r.IntN(60)):] {
		if h.Kind != Engage && h.Start/daySeconds == now/daySeconds && h.Visit < 1<<40 {
			h.Visit, h.Start, h.Time = h.Visit+1<<41, now, now
			again = append(again, h)
		}
	}
	if err := x.site.Append(context.Background(), again); err != nil {
		x.Fatal(err)
	}
}

func (x *trial) anything() {
	ctx, err := context.Background(), error(nil)
	switch x.r.IntN(20) {
	case 0:
		_, err = x.site.Seal(ctx)
	case 1:
		err = x.site.sealEnded(ctx)
	case 2, 3:
		if x.im == nil {
			x.s.Close()
			x.open()
		}
	case 4, 5:
		x.importSome()
	case 6, 7:
		if x.im == nil {
			x.compare()
		}
	}
	if err != nil {
		x.Fatal(err)
	}
}

// importSome goes on with the import.
func (x *trial) importSome() {
	ctx, err := context.Background(), error(nil)
	if x.im == nil && len(x.old) > 0 {
		if x.im, err = x.site.StartImport(ctx); err != nil {
			x.Fatal(err)
		}
	}
	if x.im == nil {
		return
	}
	n := min(len(x.old), 1+x.r.IntN(300))
	if err := x.im.Add(ctx, x.old[:n]); err != nil {
		x.Fatal(err)
	}
	x.all, x.old = append(x.all, x.old[:n]...), x.old[n:]
	if len(x.old) == 0 {
		if _, err := x.im.Commit(ctx, sha256.Sum256([]byte("old"))); err != nil {
			x.Fatal(err)
		}
		x.im = nil
	}
}

func (x *trial) compare() {
	x.Helper()
	if want, got := tellOf(x.T, SnapshotOf(x.all)), tell(x.T, x.site); !reflect.DeepEqual(want, got) {
		difference(x.T, want, got)
	}
}

// difference fails with the first visit that two tellings differ in.
func difference(t *testing.T, want, got []told) {
	t.Helper()
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			t.Fatalf("of %d and %d visits, number %d\nis   %+v\nwant %+v", len(want), len(got), i, got[i], want[i])
		}
	}
	t.Fatalf("%d visits, want %d", len(got), len(want))
}

// A visitor has one number, whoever asks for it first: questions, seals and imports at the same time.
func TestAVisitorHasOneNumber(t *testing.T) {
	ctx := context.Background()
	s, site := newSite(t, t.TempDir())
	s.o.HotRows, site.relieveAt = 300, 300
	const visitors = 400
	now := time.Now().Unix()
	view := func(id string, at int64, visitor int) Hit {
		return Hit{Kind: Pageview, View: id, Time: at, Start: at, Visit: int64(sha256.Sum256([]byte(id))[0])<<40 + at<<8 + int64(visitor), Visitor: uint64(visitor), Lasting: true, Type: ReturningVisitor}
	}
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range visitors {
				ago := int64((i+w)%5) * daySeconds * 3 / 4
				if err := site.Append(ctx, []Hit{view(fmt.Sprintf("hot%dview%05d", w, i), now-ago-3600, (i*7+w)%visitors)}); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			im, err := site.StartImport(ctx)
			if err != nil {
				t.Error(err)
				return
			}
			for i := range visitors {
				if err := im.Add(ctx, []Hit{view(fmt.Sprintf("old%dview%05d", w, i), now-daySeconds*int64(20-i/25), (i*11+w)%visitors)}); err != nil {
					t.Error(err)
				}
			}
			if _, err := im.Commit(ctx, sha256.Sum256([]byte{byte(w)})); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			for range 15 {
				tell(t, site)
				if _, err := site.Seal(ctx); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	all := tell(t, site)
	seen := map[int]bool{}
	for _, v := range all {
		seen[v.visitor] = true
	}
	drops, _ := site.Dropped(ctx, 0, 1<<30)
	dropped := drops.ByReason()
	if len(all)+int(dropped["late"]) != 8*visitors || len(seen) != visitors {
		t.Errorf("%d visits and %d late, want %d; %d visitors, want %d", len(all), dropped["late"], 8*visitors, len(seen), visitors)
	}
}
