package report_test

import (
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

// naiveFunnel counts a funnel by its definition: of each hit, for each step, whether a path ends there.
func (s journeySite) naiveFunnel(q report.Funnel) (reached [][]store.Hit, times [][]int64) {
	hits := s.segment(q.Period.From, until(q.Period, q.Now), q.Filters)
	groups, order := map[uint64][]store.Hit{}, []uint64(nil) // paths lie within one
	for _, h := range hits {
		key := h.Visitor
		if q.Window == 0 {
			key = uint64(h.Visit)
		}
		if !s.named(q, &h) {
			continue
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], h)
	}
	reached, times = make([][]store.Hit, len(q.Steps)), make([][]int64, len(q.Steps))
	for _, key := range order {
		list := groups[key]
		ends := s.ends(q, list)
		for k := range q.Steps {
			first := true
			for i, h := range list {
				if ends[k][i] == nil {
					continue
				}
				reached[k] = append(reached[k], h)
				if first && k > 0 {
					times[k] = append(times[k], max(0, h.Time-list[lastEnd(ends[k-1], i, q.Strict)].Time))
				}
				first = false
			}
		}
	}
	return reached, times
}

func lastEnd(ends []*int64, before int, strict bool) int {
	for i := before - 1; i >= 0; i-- {
		if ends[i] != nil || strict {
			return i
		}
	}
	panic("a path without its step before")
}

// named reports whether a strict funnel takes a hit for one.
func (s journeySite) named(q report.Funnel, h *store.Hit) bool {
	if !q.Strict {
		return true
	}
	return slices.ContainsFunc(q.Steps, func(step report.Step) bool {
		kinds := map[report.Dimension][]store.Kind{"page": {store.Pageview}, "event": {store.Event}, "goal": {}}[step.By]
		if step.By == "goal" && len(s.goals) == 0 {
			kinds = []store.Kind{store.Event}
		}
		for _, g := range s.goals {
			if step.By == "goal" && g.Name == step.Name {
				kinds = append(kinds, map[bool]store.Kind{true: store.Event, false: store.Pageview}[g.Event != ""])
			}
		}
		return slices.Contains(kinds, h.Kind)
	})
}

// ends returns, by step and hit, when the latest path began that ends there; nil: none does.
func (s journeySite) ends(q report.Funnel, list []store.Hit) [][]*int64 {
	window := int64(q.Window / time.Second)
	ends := make([][]*int64, len(q.Steps))
	for k, step := range q.Steps {
		ends[k] = make([]*int64, len(list))
		for i := range list {
			if !s.is(&list[i], step) {
				continue
			}
			if k == 0 {
				ends[k][i] = &list[i].Time
				continue
			}
			for j := range i {
				began := ends[k-1][j]
				if began == nil || q.Strict && j != i-1 || window > 0 && list[i].Time-*began > window {
					continue
				}
				if ends[k][i] == nil || *began > *ends[k][i] {
					ends[k][i] = began
				}
			}
		}
	}
	return ends
}

func median(list []int64) report.Value {
	if len(list) == 0 {
		return report.Value{}
	}
	slices.Sort(list)
	minute := func(d int64) float64 {
		if d >= 86400 {
			d -= d % 60
		}
		return float64(d)
	}
	return report.Value{Number: (minute(list[(len(list)-1)/2]) + minute(list[len(list)/2])) / 2, Known: true}
}

func TestFunnelOracle(t *testing.T) {
	defer report.SetSweepFrom(report.SetSweepFrom(10))
	journeySites(t, 40, func(t *testing.T, r *rand.Rand, s journeySite) {
		for range 15 {
			q := report.Funnel{Filters: s.someFilters(r), Window: pick(r, 0, 0, 30*time.Minute, 5*time.Hour, 24*time.Hour, 72*time.Hour), Strict: r.IntN(3) == 0}
			q.Period, q.Now = s.somePeriod(r)
			for range 2 + r.IntN(pick(r, 2, 7)) {
				q.Steps = append(q.Steps, someStep(r))
			}
			a, err := report.RunFunnel(t.Context(), s, q)
			if err != nil {
				t.Fatal(err)
			}
			reached, times := s.naiveFunnel(q)
			all := s.segment(q.Period.From, until(q.Period, q.Now), q.Filters)
			if a.Visits != visitsOf(all) || a.Visitors != people(all) {
				t.Errorf("%s: %d visits of %d visitors, not %d of %d", q.Values(), a.Visits, a.Visitors, visitsOf(all), people(all))
			}
			before, hidden := people(all), 0
			for k, step := range a.Steps {
				n := people(reached[k])
				if n != 0 && n < s.floor || before != n && before-n < s.floor {
					if hidden++; step.Visitors.Known || step.Visits.Known || step.Median.Known || step.Dropped.Known || step.OfFirst.Known {
						t.Errorf("%s: step %d of %d visitors shows", q.Values(), k, n)
					}
					continue
				}
				before = n
				want := []report.Value{{Number: float64(n), Known: true}, {Number: float64(visitsOf(reached[k])), Known: true}, median(times[k])}
				if got := []report.Value{step.Visitors, step.Visits, step.Median}; !reflect.DeepEqual(got, want) {
					t.Errorf("%s at %s: step %d is %v, not %v", q.Values(), q.Now, k, got, want)
				}
			}
			if a.Hidden.Rows != hidden {
				t.Errorf("%s: %d hidden, not %d", q.Values(), a.Hidden.Rows, hidden)
			}
			if t.Failed() {
				return
			}
		}
	})
}

// trip makes the visits of one visitor: "/a+0 /b+60; buy+3600" is a visit with two page views a minute apart, and one an
// hour later with an event, in seconds since 2024-10-05.
func trip(visitor uint64, text string) (hits []store.Hit) {
	for visit := range strings.SplitSeq(text, "; ") {
		for i, hit := range strings.Fields(visit) {
			name, after, _ := strings.Cut(hit, "+")
			h := store.Hit{Kind: store.Pageview, Visitor: visitor, Visit: int64(visitor)*100 + int64(len(hits)), View: fmt.Sprint(visitor, "v", len(hits)), Page: store.Page{Path: name}}
			fmt.Sscan(after, &h.Time)
			h.Time += 20_001 * 86400
			if h.Start = h.Time; i > 0 {
				h.Visit, h.Start = hits[len(hits)-1].Visit, hits[len(hits)-1].Start
			}
			if !strings.HasPrefix(name, "/") && name != report.Other {
				h.Kind, h.Name, h.Props, h.Page.Path = store.Event, name, "", "/"
				if event, plan, ok := strings.Cut(name, "="); ok {
					h.Name, h.Props = event, `{"plan":"`+plan+`"}`
				}
			}
			hits = append(hits, h)
		}
	}
	return hits
}

func TestFunnelCases(t *testing.T) {
	for _, c := range []struct{ trip, ask, want, why string }{
		{"/a+0 /b+60 /c+90", "step=page:/a&step=page:/c", "1 1/90", "others may come between"},
		{"/a+0 /b+60 /c+90", "step=page:/a&step=page:/c&order=strict", "1 0", "but not strictly"},
		{"/a+0 x+30 /c+90", "step=page:/a&step=page:/c&order=strict", "1 1/90", "an event is between pages, which are what the funnel is of"},
		{"/a+0 x+30 buy+90", "step=page:/a&step=event:buy&order=strict", "1 0", "an event is between, and events count here"},
		{"/c+0 /a+60", "step=page:/a&step=page:/c", "1 0", "the order counts"},
		{"/a+0", "step=page:/a&step=page:/a", "1 0", "one hit is one step"},
		{"/a+0 /a+40", "step=page:/a&step=page:/a", "1 1/40", "the second view is the second step"},
		{"/a+0 /a+50 /b+60", "step=page:/a&step=page:/b", "1 1/10", "the time runs from the last view of the step before"},
		{"/a+0 /b+60 /b+90", "step=page:/a&step=page:/b", "1 1/60", "to the first hit that reaches the step"},
		{"/a+0; /b+7200", "step=page:/a&step=page:/b", "1 0", "two visits"},
		{"/a+0; /b+7200", "step=page:/a&step=page:/b&window=2h", "1 1/7200", "joined by a window, its end included"},
		{"/a+0; /b+7201", "step=page:/a&step=page:/b&window=2h", "1 0", "a second too late"},
		{"/a+0; /a+5000; /b+7201", "step=page:/a&step=page:/b&window=2h", "1 1/2201", "a path may begin again"},
		{"/a+0; /b+7000; /c+7300", "step=page:/a&step=page:/b&step=page:/c&window=2h", "1 1/7000 0", "the window runs from the first step"},
		{"/a+0; /a+200; /b+7000; /c+7300", "step=page:/a&step=page:/b&step=page:/c&window=2h", "1 1/6800 1/300", "the later of two paths is in time"},
		{"/a+0; /x+600; /b+1200", "step=page:/a&step=page:/b&window=2h&order=strict", "1 0", "strictly, over visits"},
		{"/a+0; /b+1200", "step=page:/a&step=page:/b&window=2h&order=strict", "1 1/1200", "the next visit goes on directly"},
		{"buy=pro+0 buy=free+60", "step=event:buy|plan:is:free&step=event:buy", "1 0", "conditions narrow an event"},
		{"buy=free+0 buy=pro+60", "step=event:buy|plan:is:free,x&step=event:buy|plan:not:free", "1 1/60", "of each step by itself"},
		{"/a+86390 /b+86410", "from=2024-10-05&to=2024-10-05&step=page:/a&step=page:/b", "1 0", "the second view is after the period's midnight"},
		{"/a+86390 /b+86410", "from=2024-10-06&to=2024-10-06&step=page:/b&step=page:/a", "1 0", "of a visit from yesterday, what is in the period counts"},
		{"/a+86390 /b+86410 /a+86420", "from=2024-10-06&to=2024-10-06&step=page:/b&step=page:/a", "1 1/10", "and its times are right"},
		{"/a+86380 /a+86390 /b+86420 buy+86430", "from=2024-10-06&to=2024-10-06&step=page:/b&step=event:buy", "1 1/10", "with events too"},
		{"/a+0 /a+1000; /a+500; /b+2600", "step=page:/a&step=page:/b&window=30m", "1 1/2100", "visits that overlap go one after the other"},
		{"/a+0 /b+100; /a+100000; /b+200000", "from=2024-10-05&to=2024-10-08&window=30d&step=page:/a&step=page:/b&step=page:/a", "1 1/100 1/99900", "days beyond a day are told to the minute"},
	} {
		values, err := url.ParseQuery(c.ask)
		if err != nil {
			t.Fatal(err)
		}
		if !values.Has("from") {
			values.Set("from", "2024-10-05")
			values.Set("to", "2024-10-07")
		}
		q, err := report.ParseFunnel(values, time.UTC, time.Unix(20_100*86400, 0))
		if err != nil {
			t.Fatal(err)
		}
		s := site{info: store.SiteInfo{Zone: time.UTC, Settings: store.SiteSettings{Floor: 1}}, snap: store.SnapshotOf(trip(1, c.trip))}
		a, err := report.RunFunnel(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, step := range a.Steps {
			text := fmt.Sprint(step.Visitors.Number)
			if step.Median.Known {
				text += fmt.Sprint("/", step.Median.Number)
			}
			got = append(got, text)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q of %q is %q, want %q", c.why, c.ask, c.trip, got, c.want)
		}
	}
}

func TestFunnelFloor(t *testing.T) {
	for _, c := range []struct {
		all, first, second, third int
		want, why                 string
	}{
		{30, 20, 10, 5, "20 10 5", "all groups and what is left of them are large enough"},
		{30, 30, 30, 30, "30 30 30", "nobody dropped out"},
		{30, 20, 4, 0, "20 ? 0", "four are too few, nobody is nobody"},
		{30, 20, 17, 10, "20 ? 10", "three who dropped out are too few"},
		{30, 20, 17, 14, "20 ? 14", "the six who dropped out of two steps are enough"},
		{30, 20, 17, 16, "20 ? ?", "four are not"},
		{30, 27, 10, 5, "? 10 5", "three who did not begin"},
	} {
		var hits []store.Hit
		for i := range c.all {
			text := "/x+0"
			for _, step := range []struct {
				n    int
				page string
			}{{c.first, " /a+1"}, {c.second, " /b+2"}, {c.third, " /c+3"}} {
				if i < step.n {
					text += step.page
				}
			}
			hits = append(hits, trip(uint64(i+1), text)...)
		}
		values, _ := url.ParseQuery("from=2024-10-05&to=2024-10-05&step=page:/a&step=page:/b&step=page:/c")
		q, err := report.ParseFunnel(values, time.UTC, time.Unix(20_100*86400, 0))
		if err != nil {
			t.Fatal(err)
		}
		a, err := report.RunFunnel(t.Context(), site{info: store.SiteInfo{Zone: time.UTC}, snap: store.SnapshotOf(hits)}, q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, step := range a.Steps {
			if text := fmt.Sprint(step.Visitors.Number); step.Visitors.Known {
				got = append(got, text)
			} else {
				got = append(got, "?")
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v is %q, want %q", c.why, c, got, c.want)
		}
	}
}

func TestParseFunnel(t *testing.T) {
	for _, c := range []struct{ ask, field string }{
		{"step=page:/a&step=event:b&window=7d&order=strict&filter=country:is:DE&period=7d", ""},
		{"step=page:/a", "step"},
		{"step=page:/a&step=source:Google", "step"},
		{"step=page:/a&step=page:", "step"},
		{"step=page:/a&step=/b", "step"},
		{"step=page:/a&step=page:/b|plan:is:pro", "step"},
		{"step=page:/a&step=event:b|plan", "step"},
		{"step=page:/a&step=page:/b&window=91d", "window"},
		{"step=page:/a&step=page:/b&window=d", "window"},
		{"step=page:/a&step=page:/b&window=-1h", "window"},
		{"step=page:/a&step=page:/b&window=5s", "window"},
		{"step=page:/a&step=page:/b&order=loose", "order"},
		{"step=page:/a&step=page:/b&filter=nothing:is:x", "filter"},
		{"step=page:/a&step=page:/b&period=ever", "period"},
		{strings.Repeat("step=page:/a&", 9), "step"},
	} {
		values, _ := url.ParseQuery(c.ask)
		q, err := report.ParseFunnel(values, time.UTC, time.Unix(20_100*86400, 0))
		if field := fieldOf(err); field != c.field {
			t.Errorf("%s: wrong is %q, want %q", c.ask, field, c.field)
		}
		if err != nil {
			continue
		}
		again, err := report.ParseFunnel(q.Values(), time.UTC, q.Now)
		if err != nil || !reflect.DeepEqual(again, q) {
			t.Errorf("%s: written as %s and read as %+v, %v", c.ask, q.Values().Encode(), again, err)
		}
	}
}

// FuzzParseStep holds what is read against what is written.
func FuzzParseStep(f *testing.F) {
	for _, s := range []string{"page:/cart/**", "event:Outbound Link: Click", `event:Order|plan:is:pro,team|size:not:x\|l`, `event:a\|b\\`, "goal:x", "source:Google", "event:|", `event:x|a\:b:is:c\,d`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		step, err := report.ParseStep("step", s, "page", "event", "goal", "source")
		if err != nil {
			return
		}
		again, err := report.ParseStep("step", step.String(), "page", "event", "goal", "source")
		if err != nil || !reflect.DeepEqual(again, step) {
			t.Errorf("%q is %+v, written as %q and read as %+v, %v", s, step, step.String(), again, err)
		}
	})
}
