package report_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/app/store"
)

// change shares a difference out as the naive counter does: it counts both periods and takes one from the other.
func (n *naive) change(q report.ChangeQuery, by report.Dimension) (total report.Moved, list report.ChangeList) {
	ask := report.Query{Metrics: []report.Metric{q.Metric}, By: by, Filters: q.Filters}
	currency := ""
	to := q.Period.To
	if q.Now.Before(to) {
		to = q.Now.Truncate(time.Second).Add(time.Second)
	}
	now := n.answer(ask, q.Period.From, to, &currency)
	had := currency != ""
	before := n.answer(ask, q.Compare.From, q.Compare.To, &currency)
	if !had && currency != "" {
		now = n.answer(ask, q.Period.From, to, &currency)
	}
	nothing := n.figures(ask, nil, nil, currency)[0]
	move := func(a, b report.Value) report.Moved {
		m := report.Moved{Value: a, Previous: b}
		if a.Known && b.Known {
			m.Difference = report.Value{Number: a.Number - b.Number, Known: true, Currency: a.Currency}
		}
		return m
	}
	total = move(now.total[0], before.total[0])
	names := map[string]bool{}
	for _, h := range []half{now, before} {
		for s := range h.rows {
			names[s] = true
		}
	}
	cell := func(h half, name string) (v report.Value, shown bool) {
		switch row, ok := h.rows[name]; {
		case slices.Contains(h.hidden, name):
			return report.Value{}, false
		case ok:
			return row[0], true
		}
		return nothing, false
	}
	folds := len(now.hidden)+len(before.hidden) > 0
	sum := 0.0
	for name := range names {
		a, shownNow := cell(now, name)
		b, shownBefore := cell(before, name)
		isFolded := slices.Contains(now.hidden, name) || slices.Contains(before.hidden, name)
		if name == "(other)" && folds || isFolded && !shownNow && !shownBefore {
			continue
		}
		m := move(a, b)
		m.Name = name
		sum += m.Difference.Number
		if m.Difference.Number != 0 || !m.Difference.Known && max(m.Value.Number, m.Previous.Number) != 0 {
			list.Rows = append(list.Rows, m)
		}
	}
	list.Rest = total.Difference
	if total.Difference.Known {
		list.Rest.Number -= sum
	}
	size := func(m report.Moved) float64 {
		if m.Difference.Known {
			return math.Abs(m.Difference.Number)
		}
		return math.Abs(max(m.Value.Number, m.Previous.Number))
	}
	slices.SortFunc(list.Rows, func(a, b report.Moved) int {
		return cmp.Or(cmp.Compare(size(b), size(a)), strings.Compare(a.Name, b.Name))
	})
	return total, list
}

func sameMoved(a, b report.Moved) bool {
	return a.Name == b.Name && same([]report.Value{a.Value, a.Previous, a.Difference}, []report.Value{b.Value, b.Previous, b.Difference})
}

// TestChangeIsExact asks random questions about random hits, of the engine and of the naive counter: new rows, vanished
// ones, and those that the floor hides in one of the periods.
func TestChangeIsExact(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	defer report.SetSecondWorker(report.SetSecondWorker(1))
	defer report.SetBudget(report.SetBudget(0))
	appeared, vanished, halfHidden := 0, 0, 0
	for round := range 30 {
		r := rand.New(rand.NewPCG(seed, uint64(round)))
		report.SetBudget(pick(r, 20<<20, 1000))
		place := places[round%len(places)]
		zone, err := time.LoadLocation(place.zone)
		if err != nil {
			t.Fatal(err)
		}
		around, _ := time.ParseInLocation(time.DateOnly, place.around, zone)
		hits := someHits(r, around.Unix())
		goals := pick(r, nil, []store.Goal{{Name: "Read", Page: "/blog/**"}, {Name: "Joined", Event: "signup"}, {Name: "Any", Page: "/**"}})
		floor := pick(r, 1, 3, 8)
		s := site{info: store.SiteInfo{Domain: "a.org", Zone: zone, Settings: store.SiteSettings{Goals: goals, Floor: floor}}, snap: store.SnapshotOf(hits)}
		n := newNaive(hits, zone, goals, floor)
		for range 8 {
			some := someQuestion(r, n, around)
			q := report.ChangeQuery{Period: some.Period, Metric: pick(r, report.ChangeMetrics...), Filters: some.Filters, Now: some.Now}
			for !q.Period.From.Before(q.Now) {
				q.Now = q.Now.Add(24 * time.Hour) // a date may be left out
			}
			if q.Compare = q.Period.Before("previous", q.Now); some.Compare != nil {
				q.Compare = *some.Compare
			}
			for range 1 + r.IntN(6) {
				q.By = append(q.By, pick(r, someDimensions...))
			}
			got, err := report.RunChange(t.Context(), s, q)
			if err != nil {
				t.Fatal(err)
			}
			alone, err := report.Run(t.Context(), s, some)
			if err != nil {
				t.Fatal(err)
			}
			for most, asked := range map[int]bool{1 << 40: true, got.Read - 1: false} {
				if got.Read == 0 {
					continue
				}
				answers, with, err := report.RunAllChanging(t.Context(), s, []report.Query{some}, q, most)
				want := report.Change{Query: q}
				if asked {
					want = got
				}
				if want.Took = with.Took; err == nil {
					answers[0].Took = alone.Took
				}
				if err != nil || !reflect.DeepEqual(with, want) || !reflect.DeepEqual(answers, []report.Answer{alone}) {
					t.Fatalf("seed %d: beside another question, with %d hits at most, it is\n%+v, %v\nand not\n%+v", seed, most, with, err, want)
				}
			}
			for i, by := range q.By {
				total, want := n.change(q, by)
				l := got.Lists[i]
				where := fmt.Sprintf("round %d (%s: %s), floor %d: %s by %s, %v, %s..%s", round, place.zone, place.why, floor, q.Metric, by, q.Filters, q.Period.From, q.Period.To)
				if !sameMoved(total, got.Total) {
					t.Fatalf("%s: the total moved %v, not %v", where, got.Total, total)
				}
				if !slices.EqualFunc(l.Rows, want.Rows, sameMoved) || l.TotalRows != len(want.Rows) {
					t.Fatalf("%s:\n%v, not\n%v", where, l.Rows, want.Rows)
				}
				if l.Rest.Known != want.Rest.Known || math.Abs(l.Rest.Number-want.Rest.Number) > 1e-6 {
					t.Fatalf("%s: the rest is %v, not %v", where, l.Rest, want.Rest)
				}
				for _, m := range l.Rows {
					switch {
					case !m.Value.Known || !m.Previous.Known:
						halfHidden++
					case m.Previous.Number == 0:
						appeared++
					case m.Value.Number == 0:
						vanished++
					}
				}
			}
		}
	}
	if appeared == 0 || vanished == 0 || halfHidden == 0 {
		t.Errorf("%d rows appeared, %d vanished, %d were half hidden: the test shows too little", appeared, vanished, halfHidden)
	}
}

// TestChangeAddsUp holds where every hit is in exactly one row: nothing is left over.
func TestChangeAddsUp(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	around := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	s := site{info: store.SiteInfo{Domain: "a.org", Zone: time.UTC}, snap: store.SnapshotOf(someHits(r, around.Unix()))}
	for _, row := range []struct {
		metric report.Metric
		by     []report.Dimension
		why    string
	}{
		{report.Visits, []report.Dimension{"source", "country", "browser", "entry_page"}, "a visit has one of each"},
		{report.Pageviews, []report.Dimension{"page", "title", "hostname", "source", "weekday"}, "so has a page view"},
		{report.EventCount, []report.Dimension{"event", "device"}, "and an event"},
	} {
		values := url.Values{"from": {"2026-02-28"}, "to": {"2026-03-01"}, "metric": {string(row.metric)}, "by": {}}
		for _, by := range row.by {
			values.Add("by", string(by))
		}
		q, err := report.ParseChange(values, time.UTC, around.AddDate(0, 0, 9))
		if err != nil {
			t.Fatal(err)
		}
		q.Limit = 0
		c, err := report.RunChange(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range c.Lists {
			shares := 0.0
			for _, m := range l.Rows {
				shares += m.Share.Number
			}
			if l.Rest.Number != 0 || c.Total.Difference.Number == 0 || math.Abs(shares-100) > 1e-6 {
				t.Errorf("%s by %s (%s): rest %v, shares %v, total %v", row.metric, l.By, row.why, l.Rest, shares, c.Total)
			}
		}
	}
}

func TestChangeRefuses(t *testing.T) {
	for _, row := range []struct{ params, field string }{
		{"metric=bounce_rate", "metric"}, {"metric=love", "metric"}, {"by=day", "by"}, {"by=shoe_size", "by"}, {"compare=best", "compare"},
		{"period=all", "compare"}, {"period=soon", "period"}, {"limit=0", "limit"}, {"limit=1001", "limit"}, {"filter=x", "filter"},
		{"by=prop:1,prop:2,prop:3,prop:4,prop:5,prop:6,prop:7,prop:8,prop:9,prop:10,prop:11,prop:12,prop:13,prop:14,prop:15,prop:16,prop:17,prop:18,prop:19,prop:20,prop:21", "by"},
	} {
		values, _ := url.ParseQuery(row.params)
		if _, err := report.ParseChange(values, time.UTC, time.Unix(1e9, 0)); err == nil || problem.Of(err).Field != row.field {
			t.Errorf("%s: %v, want one about %s", row.params, err, row.field)
		}
	}
}
