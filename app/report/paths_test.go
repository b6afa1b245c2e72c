package report_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sandprint/app/report"
	"sandprint/app/store"
)

// walkPast is a visit with the moment: what comes after it, or before it going back.
type walkPast struct {
	visitor uint64
	pages   []string // ends with "(exit)" or "(entry)"
}

// naivePaths finds the moments of all visits and lists what is around them.
func (s journeySite) naivePaths(q report.Paths) (next, previous []walkPast) {
	to := until(q.Period, q.Now)
	in := map[int64][]store.Hit{}
	var order []int64
	for _, h := range s.segment(q.Period.From, to, q.Filters) {
		if in[h.Visit] == nil {
			order = append(order, h.Visit)
		}
		in[h.Visit] = append(in[h.Visit], h)
	}
	whole := map[int64][]store.Hit{}
	for _, h := range s.byVisit() {
		whole[h.Visit] = append(whole[h.Visit], h)
	}
	for _, visit := range order {
		all := whole[visit]
		moment := -1
		if q.From.By == "source" {
			if t := all[0].Start; s.names(&all[0], "source")[0] != q.From.Name || t < q.Period.From.Unix() || t >= to.Unix() {
				continue
			}
			next = append(next, walkPast{all[0].Visitor, append(pagesOf(all, ""), "(exit)")})
			continue
		}
		for i, h := range all {
			if moment < 0 && slices.Contains(in[visit], h) && s.is(&h, q.From) {
				moment = i
			}
		}
		if moment < 0 {
			continue
		}
		here, before := all[moment].Page.Path, slices.Clone(all[:moment])
		slices.Reverse(before)
		if all[moment].Kind == store.Event {
			here = ""
			if list := pagesOf(before, ""); len(list) > 0 {
				here = list[0]
			}
			previous = append(previous, walkPast{all[0].Visitor, append(pagesOf(before, ""), "(entry)")})
		} else {
			previous = append(previous, walkPast{all[0].Visitor, append(pagesOf(before, here), "(entry)")})
		}
		next = append(next, walkPast{all[0].Visitor, append(pagesOf(all[moment+1:], here), "(exit)")})
	}
	return next, previous
}

// pagesOf returns the paths of page views; those that repeat the one before, or here at the begin, are left out.
func pagesOf(hits []store.Hit, here string) (list []string) {
	for _, h := range hits {
		if h.Kind == store.Pageview && h.Page.Path != here {
			here = h.Page.Path
			list = append(list, here)
		}
	}
	return list
}

func who(list []walkPast) int {
	set := map[uint64]bool{}
	for _, w := range list {
		set[w.visitor] = true
	}
	return len(set)
}

// branches grows a tree of what is left of each walk from depth on.
func (s journeySite) branches(list []walkPast, depth, left, top int) (out []report.Branch, hidden int) {
	by := map[string][]walkPast{}
	for _, w := range list {
		by[w.pages[depth]] = append(by[w.pages[depth]], w)
	}
	var names []string
	for name := range by {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(len(by[b]), len(by[a])), strings.Compare(a, b)) })
	var other []walkPast
	for _, name := range names[min(top, len(names)):] {
		other = append(other, by[name]...)
	}
	shown := slices.Clone(names[:min(top, len(names))])
	// Fold the smallest while one is under the floor, or all that is folded is.
	order := slices.Clone(shown)
	slices.SortFunc(order, func(a, b string) int { return cmp.Or(cmp.Compare(who(by[a]), who(by[b])), strings.Compare(a, b)) })
	for _, name := range order {
		if who(by[name]) < s.floor || len(other) > 0 && who(other) < s.floor {
			other, hidden = append(other, by[name]...), hidden+1
			shown = slices.DeleteFunc(shown, func(s string) bool { return s == name })
		}
	}
	for _, name := range shown {
		b := report.Branch{Name: name, Visits: len(by[name]), Visitors: who(by[name]), Share: 100 * float64(len(by[name])) / float64(len(list))}
		if left > 1 && name != "(exit)" && name != "(entry)" {
			var n int
			b.Branches, n = s.branches(by[name], depth+1, left-1, top)
			hidden += n
		}
		out = append(out, b)
	}
	if len(other) > 0 {
		out = append(out, report.Branch{Name: "(other)", Visits: len(other), Visitors: who(other), Share: 100 * float64(len(other)) / float64(len(list))})
	}
	return out, hidden
}

func TestPathsOracle(t *testing.T) {
	most := report.SetMostKept(0)
	defer report.SetMostKept(most)
	journeySites(t, 40, func(t *testing.T, r *rand.Rand, s journeySite) {
		for range 15 {
			q := report.Paths{Filters: s.someFilters(r), From: someStep(r), Depth: 1 + r.IntN(4), Top: 1 + r.IntN(4)}
			if r.IntN(5) == 0 {
				q.From = report.Step{By: "source", Name: pick(r, "Google", "Direct")}
			}
			q.Period, q.Now = s.somePeriod(r)
			report.SetMostKept(pick(r, most, 50)) // 50: read again for each level
			a, err := report.RunPaths(t.Context(), s, q)
			if err != nil {
				t.Fatal(err)
			}
			next, previous := s.naivePaths(q)
			all := people(s.segment(q.Period.From, until(q.Period, q.Now), q.Filters))
			if n := who(next); n > 0 && n < s.floor || n < all && all-n < s.floor {
				if a.Visitors.Known || a.Next != nil || a.Previous != nil || a.Hidden.Rows != 1 {
					t.Errorf("%s: the paths of %d visitors of %d show", q.Values(), n, all)
				}
				continue
			}
			if int(a.Visits.Number) != len(next) || int(a.Visitors.Number) != who(next) {
				t.Errorf("%s: %v visits of %v visitors, not %d of %d", q.Values(), a.Visits, a.Visitors, len(next), who(next))
			}
			wantNext, hidden := s.branches(next, 0, q.Depth, q.Top)
			wantPrevious, more := s.branches(previous, 0, q.Depth, q.Top)
			if !reflect.DeepEqual(a.Next, wantNext) || !reflect.DeepEqual(a.Previous, wantPrevious) || a.Hidden.Rows != hidden+more {
				t.Errorf("%s at %s: hidden %d, not %d\nnext %v\nnot  %v\nprevious %v\nnot      %v", q.Values(), q.Now, a.Hidden.Rows, hidden+more, a.Next, wantNext, a.Previous, wantPrevious)
			}
			if t.Failed() {
				return
			}
		}
	})
}

func branchText(list []report.Branch) (s string) {
	for _, b := range list {
		if s += fmt.Sprint(" ", b.Name, b.Visits); b.Branches != nil {
			s += "[" + strings.TrimSpace(branchText(b.Branches)) + "]"
		}
	}
	return strings.TrimSpace(s)
}

func TestPathsCases(t *testing.T) {
	for _, c := range []struct{ trip, ask, next, previous, why string }{
		{"/a+0 /b+1 /c+2", "start=page:/b", "/c1[(exit)1]", "/a1[(entry)1]", "both ways"},
		{"/a+0 /b+1 /b+2 /c+3", "start=page:/b", "/c1[(exit)1]", "/a1[(entry)1]", "views of one path in a row are one"},
		{"/b+0 /a+1 /b+2 /c+3", "start=page:/b", "/a1[/b1[/c1]]", "(entry)1", "the first one of the visit"},
		{"/a+0 buy+1 /b+2", "start=event:buy", "/b1[(exit)1]", "/a1[(entry)1]", "an event is on the page before it"},
		{"/a+0 buy+1 /a+2 /b+3", "start=event:buy", "/b1[(exit)1]", "/a1[(entry)1]", "which is not left when it is loaded again"},
		{"/a+0 /b+86410 /c+86420", "from=2024-10-06&to=2024-10-06&start=page:/b", "/c1[(exit)1]", "/a1[(entry)1]", "yesterday's page is where it came from, not an entry"},
		{"/a+0 /b+86390 /c+86410", "from=2024-10-05&to=2024-10-05&start=page:/b", "/c1[(exit)1]", "/a1[(entry)1]", "and tomorrow's is where it went, not an exit"},
		{"/a+0 /b+86410", "from=2024-10-06&to=2024-10-06&start=page:/a", "", "", "the moment is in the period"},
		{"/a+0 (other)+1 /b+2", "start=page:/a", "(other)1", "(entry)1", "pages that were too many for a day are no page"},
		{"/a+0 /b+1; /a+5000 /c+5001", "start=source:Direct&depth=2", "/a2[/b1 /c1]", "", "a source is before the first page"},
		{"/a+0 /b+1; /a+5000 /c+5001; /a+9000 /c+9001", "start=page:/a&top=1&depth=1", "/c2 (other)1", "(entry)3", "the rest is one branch"},
	} {
		values, _ := url.ParseQuery(c.ask)
		if !values.Has("from") {
			values.Set("from", "2024-10-05")
			values.Set("to", "2024-10-07")
		}
		q, err := report.ParsePaths(values, time.UTC, time.Unix(20_100*86400, 0))
		if err != nil {
			t.Fatal(err)
		}
		s := site{info: store.SiteInfo{Zone: time.UTC, Settings: store.SiteSettings{Floor: 1}}, snap: store.SnapshotOf(trip(1, c.trip))}
		a, err := report.RunPaths(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		if next, previous := branchText(a.Next), branchText(a.Previous); next != c.next || previous != c.previous {
			t.Errorf("%s: %q of %q goes to %q and comes from %q, want %q and %q", c.why, c.ask, c.trip, next, previous, c.next, c.previous)
		}
	}
}

func TestParsePaths(t *testing.T) {
	for ask, field := range map[string]string{"start=page:/a&depth=4&top=10&period=7d&filter=country:is:DE": "", "start=source:Google": "", "": "start", "start=page:/a&start=page:/b": "start",
		"start=/a": "start", "start=page:/a&depth=5": "depth", "start=page:/a&top=0": "top", "start=page:/a&period=x": "period"} {
		values, _ := url.ParseQuery(ask)
		q, err := report.ParsePaths(values, time.UTC, time.Unix(20_100*86400, 0))
		if fieldOf(err) != field {
			t.Errorf("%s: %v, want a refusal of %q", ask, err, field)
		}
		if err != nil {
			continue
		}
		if again, err := report.ParsePaths(q.Values(), time.UTC, q.Now); err != nil || !reflect.DeepEqual(again, q) {
			t.Errorf("%s: written as %s and read as %+v, %v", ask, q.Values().Encode(), again, err)
		}
	}
}
