package report_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/app/store"
)

// journeySite is a site of random hits with its naive counter, near a moment when clocks do something.
type journeySite struct {
	site
	*naive
	around time.Time
}

var someGoals = [][]store.Goal{nil,
	{{Name: "Joined", Event: "signup"}, {Name: "Read", Page: "/blog/**", Scroll: 40}, {Name: "Pro", Event: "signup", Props: []string{"plan:is:pro"}}}}

// journeySites calls test with sites of all places. Every second one has two blocks a day, as an import makes them.
func journeySites(t *testing.T, rounds int, test func(t *testing.T, r *rand.Rand, s journeySite)) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for round := range rounds {
		r := rand.New(rand.NewPCG(seed, uint64(round)))
		place := places[round%len(places)]
		zone, err := time.LoadLocation(place.zone)
		if err != nil {
			t.Fatal(err)
		}
		around, _ := time.ParseInLocation(time.DateOnly, place.around, zone)
		hits := someHits(r, around.Unix())
		goals, floor := pick(r, someGoals...), pick(r, 1, 1, 3, 8)
		s := journeySite{around: around, naive: newNaive(hits, zone, goals, floor)}
		s.site = site{info: store.SiteInfo{Domain: "a.org", Zone: zone, Settings: store.SiteSettings{Goals: goals, Floor: floor}}, snap: store.SnapshotOf(hits)}
		if round%2 == 1 {
			s.snap = splitDays(t, s.snap)
		}
		test(t, r, s)
		if t.Failed() {
			t.Fatalf("round %d (%s: %s), floor %d, goals %v", round, place.zone, place.why, floor, goals)
		}
	}
}

// splitDays returns the same snapshot with each block as two, of every second visit.
func splitDays(t *testing.T, snap *store.Snapshot) *store.Snapshot {
	var blocks []*store.Block
	for i, info := range snap.Blocks() {
		var b store.Block
		if err := snap.Load(i, store.AllColumns, &b); err != nil {
			t.Fatal(err)
		}
		halves := [2]*store.Block{{Date: info.Date}, {Date: info.Date}}
		view, event := 0, 0
		for v := range b.Visits {
			h := halves[v%2]
			views, events := int(b.Cols[store.VisitViews][v]), int(b.Cols[store.VisitEvents][v])
			for c := range store.NumColumns {
				switch {
				case c == store.EventAmount:
					h.Amounts = append(h.Amounts, b.Amounts[event:event+events]...)
				case c < store.ViewDelay:
					h.Cols[c] = append(h.Cols[c], b.Cols[c][v])
				case c < store.EventDelay:
					h.Cols[c] = append(h.Cols[c], b.Cols[c][view:view+views]...)
				default:
					h.Cols[c] = append(h.Cols[c], b.Cols[c][event:event+events]...)
				}
			}
			h.Visits, h.Views, h.Events = h.Visits+1, h.Views+views, h.Events+events
			view, event = view+views, event+events
		}
		for _, h := range halves {
			if h.Visits > 0 {
				blocks = append(blocks, h)
			}
		}
	}
	var dicts [store.NumDims][]string
	for d := range store.NumDims {
		dicts[d] = snap.Dict(d)
	}
	return store.NewSnapshot(blocks, dicts, snap.Visitors())
}

// somePeriod makes some days near the site's moment, and a clock.
func (s journeySite) somePeriod(r *rand.Rand) (report.Period, time.Time) {
	day := func() string { return s.around.AddDate(0, 0, r.IntN(9)-4).Format(time.DateOnly) }
	a, b := day(), day()
	p, err := report.Days(min(a, b), max(a, b), s.zone)
	if err != nil {
		panic(err)
	}
	return p, time.Unix(s.around.Unix()+r.Int64N(9*86400)-2*86400, 0).In(s.zone)
}

// someFilters makes none, one or two filters.
func (s journeySite) someFilters(r *rand.Rand) (filters []report.Filter) {
	for range pick(r, 0, 0, 1, 2) {
		f := report.Filter{By: pick(r, append(someDimensions, "did", "did", "did")...), Op: pick(r, report.Is, report.Not, report.Contains, report.Matches)}
		f.Values = []string{pick(r, "/bl", "/blog/*", "o", "(not set)")}
		if names := s.names(&s.hits[r.IntN(len(s.hits))], f.By); len(names) > 0 && r.IntN(4) > 0 {
			f.Values = names[:1]
		}
		filters = append(filters, f)
	}
	return filters
}

// until is the end of what counts of a period.
func until(p report.Period, now time.Time) time.Time {
	if now.Before(p.From) {
		return p.From
	}
	if end := now.Truncate(time.Second).Add(time.Second); end.Before(p.To) {
		return end
	}
	return p.To
}

// segment returns the hits in a stretch of the visits that have a hit there which the filters keep, visit by visit in the
// order of their starts.
func (s journeySite) segment(from, to time.Time, filters []report.Filter) (list []store.Hit) {
	in := map[int64]bool{}
	for _, i := range s.selected(from, to, filters, false) {
		in[s.hits[i].Visit] = true
	}
	for _, h := range s.byVisit() {
		if in[h.Visit] && h.Time >= from.Unix() && h.Time < to.Unix() {
			list = append(list, h)
		}
	}
	return list
}

// byVisit returns all page views and events, visit by visit; of two in the same second the page view is the earlier.
func (s journeySite) byVisit() []store.Hit {
	list := slices.Clone(s.hits)
	slices.SortStableFunc(list, func(a, b store.Hit) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Visit, b.Visit), cmp.Compare(a.Time, b.Time), cmp.Compare(a.Kind, b.Kind))
	})
	return list
}

// is reports whether a hit is a step.
func (s journeySite) is(h *store.Hit, step report.Step) bool {
	switch step.By {
	case "page":
		return h.Kind == store.Pageview && like(step.Name, h.Page.Path)
	case "goal":
		return slices.Contains(s.reached(h), step.Name)
	}
	return h.Kind == store.Event && h.Name == step.Name && !slices.ContainsFunc(step.Where, func(f report.Filter) bool {
		return meets(f, s.names(h, f.By)[0]) == negative(f)
	})
}

// someStep makes a step that some hits are.
func someStep(r *rand.Rand) report.Step {
	step := report.Step{By: pick[report.Dimension](r, "page", "page", "event", "goal")}
	switch step.By {
	case "page":
		step.Name = pick(r, "/", "/blog/*", "/blog/**", "/**", "/Shop")
	case "event":
		step.Name = pick(r, "signup", "Buy", "go, on: now")
		if r.IntN(2) == 0 {
			step.Where = []report.Filter{{By: "prop:plan", Op: pick(r, report.Is, report.Not, report.Contains), Values: []string{pick(r, "pro", "free", "(not set)")}}}
		}
	case "goal":
		step.Name = pick(r, "Joined", "Read", "Pro", "signup", "Buy")
	}
	return step
}

// people counts the visitors of hits.
func people(list []store.Hit) int {
	set := map[uint64]bool{}
	for _, h := range list {
		set[h.Visitor] = true
	}
	return len(set)
}

func visitsOf(list []store.Hit) int {
	set := map[int64]bool{}
	for _, h := range list {
		set[h.Visit] = true
	}
	return len(set)
}

// fieldOf returns the parameter that an error names.
func fieldOf(err error) string {
	if err == nil {
		return ""
	}
	return problem.Of(err).Field
}

// TestJourneysWithoutADamagedDay breaks one column of one day: the answers are as if the day had never been, and name it.
func TestJourneysWithoutADamagedDay(t *testing.T) {
	around := time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)
	hits := someHits(rand.New(rand.NewPCG(1, 2)), around.Unix())
	q := report.Funnel{Period: report.Period{From: around.AddDate(0, 0, -10), To: around.AddDate(0, 0, 10)}, Window: 24 * time.Hour,
		Steps: []report.Step{{By: "page", Name: "/**"}, {By: "event", Name: "signup"}}}
	ask := func(snap *store.Snapshot) (answers [4]any, damaged [4][]time.Time) {
		s := site{info: store.SiteInfo{Domain: "a.org", Zone: time.UTC}, snap: snap}
		f, err1 := report.RunFunnel(t.Context(), s, q)
		g, err2 := report.RunRetention(t.Context(), s, report.Retention{Period: q.Period, By: "week"})
		p, err3 := report.RunPaths(t.Context(), s, report.Paths{Period: q.Period, From: q.Steps[0]})
		a, err4 := report.RunAttribution(t.Context(), s, report.Attribution{Period: q.Period, By: "source"})
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
		damaged = [4][]time.Time{f.Damaged, g.Damaged, p.Damaged, a.Damaged}
		return [4]any{f.Steps, g.Cohorts, fmt.Sprint(p.Next, p.Previous), fmt.Sprint(a.First, a.Last)}, damaged
	}
	marked := [4]int{}
	for c := range store.EventAmount {
		blocks, dicts, visitors := blocksOf(t, hits)
		want, _ := ask(store.NewSnapshot(slices.Concat(blocks[:2], blocks[3:]), dicts, visitors))
		whole, _ := ask(store.NewSnapshot(blocks, dicts, visitors))
		snap := store.NewSnapshot(blocks, dicts, visitors)
		blocks[2].Cols[c] = blocks[2].Cols[c][1:]
		got, damaged := ask(snap)
		day := []time.Time{time.Unix(int64(blocks[2].Date)*86400, 0).UTC()}
		for i := range got {
			expect := whole[i] // a column that nothing reads
			if damaged[i] != nil {
				if expect, marked[i] = want[i], marked[i]+1; !slices.Equal(damaged[i], day) {
					t.Errorf("%v, answer %d: marked are %v, want %v", c, i, damaged[i], day)
				}
			}
			if !reflect.DeepEqual(got[i], expect) {
				t.Errorf("%v, answer %d: %v, without the day %v", c, i, got[i], expect)
			}
		}
	}
	if slices.Min(marked[:]) < 3 {
		t.Errorf("too few columns are noticed: %v", marked)
	}
}
