package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// model is what a site should have: by visit, what was counted of it.
type model struct {
	visits   map[int64]*modelVisit
	views    map[string]int64 // page view -> its visit
	imported map[int]bool
}

type modelVisit struct {
	start   int64
	visitor uint64
	views   int
}

// counts returns page views by the UTC day on which their visits began.
func (m *model) counts() map[int32]int {
	days := map[int32]int{}
	for _, v := range m.visits {
		if v.views > 0 {
			days[int32(v.start/daySeconds)] += v.views
		}
	}
	return days
}

// TestRandomOperationsAgreeWithAModel runs random sequences of operations, with crashes and jumps of the clock among them, against a
// naive model. Rapid prints how to repeat a sequence that fails; what it was that failed first is in the log. A few sequences
// in the suite; -rapid.checks=1000 for more.
func TestRandomOperationsAgreeWithAModel(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		defer flag.Set("rapid.checks", checks.DefValue)
		flag.Set("rapid.checks", "12")
	}
	var first string
	t.Cleanup(func() {
		if first != "" {
			t.Log(first)
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		dir := t.TempDir()
		var stop any // how rapid ends a sequence that fails: it must come by on its own goroutine
		synctest.Test(t, func(t *testing.T) {
			defer func() {
				if stop = recover(); stop != nil && first == "" {
					first = fmt.Sprint(stop)
				}
			}()
			runModel(t, rt, dir)
		})
		if stop != nil {
			panic(stop)
		}
	})
}

func runModel(t *testing.T, rt *rapid.T, dir string) {
	ctx := context.Background()
	s, site := newSite(t, dir)
	id := site.id
	defer func() { s.Close() }()
	reopen := func(in string) {
		var err error
		if s, err = Open(in, Options{}); err == nil {
			site, err = s.Site(ctx, id)
		}
		if err != nil {
			rt.Fatalf("opening: %v", err)
		}
		dir = in
	}
	m := &model{visits: map[int64]*modelVisit{}, views: map[string]int64{}, imported: map[int]bool{}}
	var newest []Hit // of the newest visits, to go on or be repeated
	next := int64(0)
	must := func(what string, err error) {
		if err != nil {
			rt.Fatalf("%s: %v", what, err)
		}
	}
	view := func(visit int64, start int64, visitor uint64, at int64) Hit {
		next++
		return Hit{Kind: Pageview, Time: at, Start: start, View: fmt.Sprintf("view%d", next), Visitor: visitor, Lasting: true, Visit: visit,
			Type: VisitorType(next % 3), Page: Page{"a.example", fmt.Sprintf("/%d", next%7), "T"}}
	}
	count := func(h Hit) {
		v := m.visits[h.Visit]
		if v == nil {
			v = &modelVisit{start: h.Start, visitor: h.Visitor}
			m.visits[h.Visit] = v
		}
		v.views++
	}
	rt.Repeat(map[string]func(*rapid.T){
		"append": func(rt *rapid.T) {
			now := time.Now().Unix()
			h := view(site.NextVisit(), now, rapid.Uint64Range(1, 6).Draw(rt, "visitor"), now)
			must("append", site.Append(ctx, []Hit{h}))
			count(h)
			newest = append(newest, h)
		},
		"go on": func(rt *rapid.T) {
			if len(newest) == 0 || time.Now().Unix()-newest[len(newest)-1].Time > visitSeconds {
				return
			}
			last := newest[len(newest)-1]
			h := view(last.Visit, last.Start, last.Visitor, time.Now().Unix())
			must("append", site.Append(ctx, []Hit{h, {Kind: Engage, Time: h.Time, Start: h.Start, View: h.View, Seq: 1, Visitor: h.Visitor, Visit: h.Visit, Engaged: 100}}))
			count(h)
			newest = append(newest, h)
		},
		"repeat": func(rt *rapid.T) { // what a browser sends again within minutes
			if n := len(newest); n > 0 && time.Now().Unix()-newest[n-1].Time < 600 {
				must("append", site.Append(ctx, []Hit{newest[n-1], newest[n-1]}))
			}
		},
		"later": func(rt *rapid.T) {
			time.Sleep(time.Duration(rapid.SampledFrom([]int{1, 60, 1900, 7200, 50_000, 200_000}).Draw(rt, "seconds")) * time.Second)
		},
		"seal": func(rt *rapid.T) { _, err := site.Seal(ctx); must("seal", err) },
		"maintain": func(rt *rapid.T) {
			must("maintain", s.Maintain(ctx, Round{}, func(Step) {}))
		},
		"reopen": func(rt *rapid.T) { must("close", s.Close()); reopen(dir) },
		"crash": func(rt *rapid.T) { // the files as they are while they are open
			image := t.TempDir()
			must("crash", os.Mkdir(filepath.Join(image, "sites"), 0o700))
			for _, file := range []string{"control.db", "control.db-wal", "sites/" + id + ".db", "sites/" + id + ".db-wal"} {
				data, err := os.ReadFile(filepath.Join(dir, file))
				if err == nil {
					err = os.WriteFile(filepath.Join(image, file), data, 0o600)
				}
				if !os.IsNotExist(err) {
					must("crash", err)
				}
			}
			s.Close()
			reopen(image)
		},
		"import": func(rt *rapid.T) {
			which := rapid.IntRange(1, 20).Draw(rt, "import")
			at := time.Now().Unix() - int64(which)*3*daySeconds
			visitor := rapid.Uint64Range(1, 6).Draw(rt, "visitor")
			h := []Hit{view(1, at, visitor, at), view(1, at, visitor, at+60)}
			im, err := site.StartImport(ctx)
			must("import", err)
			must("import", im.Add(ctx, h))
			if rapid.Bool().Draw(rt, "given up") {
				must("cancel", im.Cancel())
				return
			}
			if _, err := im.Commit(ctx, sha256.Sum256([]byte{byte(which)})); m.imported[which] {
				if !errors.Is(err, ErrImported) {
					rt.Fatalf("a second import: %v", err)
				}
				return
			} else {
				must("import", err)
			}
			m.imported[which] = true
			for _, h := range h {
				h.Visit = -int64(which)
				count(h)
			}
		},
		"erase a visitor": func(rt *rapid.T) {
			visitor := rapid.Uint64Range(1, 6).Draw(rt, "visitor")
			_, err := site.EraseVisitor(ctx, visitor)
			must("erase", err)
			maps.DeleteFunc(m.visits, func(_ int64, v *modelVisit) bool { return v.visitor == visitor })
			newest = nil
		},
		"erase before": func(rt *rapid.T) {
			before := time.Now().Add(-time.Duration(rapid.IntRange(0, 10*86400).Draw(rt, "seconds")) * time.Second).Truncate(time.Second)
			_, err := site.EraseBefore(ctx, before)
			must("erase", err)
			maps.DeleteFunc(m.visits, func(_ int64, v *modelVisit) bool { return v.start < before.Unix() })
			newest = nil
		},
		"": func(rt *rapid.T) {
			got := map[int32]int{}
			snap, err := site.Snapshot(ctx)
			must("snapshot", err)
			defer snap.Close()
			var b Block
			visitors := map[uint32]bool{}
			for i, info := range snap.Blocks() {
				must("load", snap.Load(i, Set(VisitVisitor, ViewPage), &b))
				if n := len(b.Cols[ViewPage]); n > 0 {
					got[info.Date] += n
				}
				for _, v := range b.Cols[VisitVisitor] {
					visitors[v] = true
				}
			}
			if want := m.counts(); !maps.Equal(got, want) {
				rt.Fatalf("page views by day are %v, should be %v", got, want)
			}
			people := map[uint64]bool{}
			for _, v := range m.visits {
				people[v.visitor] = true
			}
			if len(visitors) < len(people) {
				rt.Fatalf("%d numbers for %d visitors", len(visitors), len(people))
			}
		},
	})
}
