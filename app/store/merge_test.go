package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"testing/synctest"
	"time"
)

// Many small imports into sealed days leave many small parts; the next round puts them together, and answers stay the same. A
// snapshot that was taken before still reads what it saw.
func TestSmallPartsAreMerged(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	synctest.Test(t, func(t *testing.T) {
		s, site := newSite(t, dir)
		hits := traffic(rand.New(rand.NewPCG(1, 2)), time.Now().Unix()-40*daySeconds, 2)
		byVisitor := map[uint64][]Hit{}
		for _, h := range hits {
			byVisitor[h.Visitor%7] = append(byVisitor[h.Visitor%7], h)
		}
		for i, some := range byVisitor {
			im, err := site.StartImport(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if err := im.Add(ctx, some); err != nil {
				t.Fatal(err)
			}
			if _, err := im.Commit(ctx, sha256.Sum256([]byte{byte(i)})); err != nil {
				t.Fatal(err)
			}
		}
		days := map[int32]bool{}
		for _, p := range site.parts {
			days[p.date()] = true
		}
		before := tell(t, site)
		old, err := site.Snapshot(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer old.Close()
		if len(site.parts) <= 2*len(days) {
			t.Fatalf("only %d parts of %d days to begin with", len(site.parts), len(days))
		}
		if _, err := site.Seal(ctx); err != nil {
			t.Fatal(err)
		}
		if len(site.parts) != len(days) {
			t.Errorf("%d parts of %d days", len(site.parts), len(days))
		}
		for when, got := range map[string][]told{"now": tell(t, site), "in a snapshot of before": tellOf(t, old)} {
			if !reflect.DeepEqual(before, got) {
				t.Error(when)
				difference(t, before, got)
			}
		}
		s.Close()
		_, site = newSite(t, dir)
		if got := tell(t, site); !reflect.DeepEqual(before, got) {
			difference(t, before, got)
		}
		if wrong, err := site.Check(ctx); len(wrong) > 0 || err != nil {
			t.Error(wrong, err)
		}
	})
}

// Parts that make more than one are left as they are, and so is one that is large enough.
func TestSmallPartsAreOfOneDayAndNotTooMany(t *testing.T) {
	of := func(day int64, views ...int) (parts []part) {
		for i, n := range views {
			id := day<<16 | int64(i)
			parts = append(parts, part{id: id, info: BlockInfo{Date: int32(day), Views: n, Visits: 1}})
		}
		return parts
	}
	const large, quarter = maxPartViews, maxPartViews / 4
	for _, row := range []struct {
		why   string
		parts []part
		want  string
	}{
		{"nothing", nil, ""},
		{"one", of(1, 5), ""},
		{"two", of(1, 5, 6), "[5 6]"},
		{"two on two days", append(of(1, 5), of(2, 6)...), ""},
		{"a large one between", of(1, 5, large, 6), "[5 6]"},
		{"a quarter as large is large enough", of(1, quarter, 6), ""},
		{"only as many as make one", of(1, quarter-1, quarter-1, quarter-1, quarter-1, 5), fmt.Sprint([]int{quarter - 1, quarter - 1, quarter - 1, quarter - 1})},
		{"on the second day", append(of(1, 5), of(2, 6, 7, 8)...), "[6 7 8]"},
	} {
		var got []int
		for _, p := range smallParts(row.parts, nil) {
			got = append(got, p.info.Views)
		}
		if text := fmt.Sprint(got); text != row.want && !(got == nil && row.want == "") {
			t.Errorf("%s: %s, want %s", row.why, text, row.want)
		}
	}
}

// A day of a file that has more than an import holds is written in several parts, each visit whole.
func TestAnImportHoldsPartOfALargeDay(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine, many rows")
	}
	_, site := newSite(t, t.TempDir())
	ctx, midnight := context.Background(), time.Now().Unix()/daySeconds*daySeconds-20*daySeconds
	im, err := site.StartImport(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var all []Hit
	most := 0
	for second := range int64(daySeconds) {
		for i := range 1 + int(second%2) { // page views of visits of 700 s
			begin := second - second%700
			all = append(all, Hit{Kind: Pageview, Time: midnight + second, Start: midnight + begin, View: fmt.Sprintf("view%06d%d", second, i),
				Visit: begin, Visitor: uint64(begin % 7000), Lasting: true, Page: Page{"example.com", "/", ""}})
		}
		if second%600 == 0 { // and one visit that goes on all day
			all = append(all, Hit{Kind: Pageview, Time: midnight + second, Start: midnight, View: fmt.Sprintf("long%06d", second), Visit: 1 << 30, Visitor: 1 << 30, Lasting: true})
		}
		if second%600 == 599 {
			if err := im.Add(ctx, all[len(all)-901:]); err != nil {
				t.Fatal(err)
			}
			for _, d := range im.days {
				most = max(most, d.rows.n)
			}
		}
	}
	if _, err := im.Commit(ctx, [32]byte{1}); err != nil {
		t.Fatal(err)
	}
	if most > importMany+3000 || len(site.parts) < 2 {
		t.Errorf("up to %d rows were held, %d parts", most, len(site.parts))
	}
	for i := range all { // what the import decided
		if all[i].Type = ReturningVisitor; all[i].Visit < 7000 || all[i].Visit == 1<<30 {
			all[i].Type = NewVisitor
		}
	}
	if want, got := tellOf(t, SnapshotOf(all)), tell(t, site); !reflect.DeepEqual(want, got) {
		difference(t, want, got)
	}
}
