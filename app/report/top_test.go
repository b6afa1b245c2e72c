package report_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"sandprint/app/report"
	"sandprint/app/store"
)

// manyPages is a site with visits of so many visitors to 400 pages over 30 days. Skewed: the first pages have most views;
// otherwise all have about as many, so that nobody can guess which have the most visitors.
func manyPages(r *rand.Rand, visitors int, skewed bool) site {
	var hits []store.Hit
	page := func() store.Page {
		n := r.IntN(400)
		if skewed {
			n = r.IntN(1 + r.IntN(1+r.IntN(400)))
		}
		return store.Page{Path: fmt.Sprintf("/%03d", n), Title: []string{"One", "Two"}[r.IntN(2)]}
	}
	for visit := range 4000 {
		start, visitor := int64(20_000*86400+visit*640), uint64(r.IntN(visitors))
		for i := range 1 + r.IntN(5) {
			h := store.Hit{Kind: store.Pageview, Time: start + int64(i*r.IntN(900)), Start: start, Visit: int64(visit + 1), Visitor: visitor,
				View: fmt.Sprintf("v%d-%d", visit, i), Page: page(), Place: store.Place{Country: []string{"DE", "FR"}[r.IntN(2)]}}
			if hits = append(hits, h); r.IntN(6) == 0 {
				h.Kind, h.Name, h.Page = store.Event, "click", page()
				hits = append(hits, h)
			}
		}
	}
	return site{info: store.SiteInfo{Zone: time.UTC, Domain: "example.com"}, snap: store.SnapshotOf(hits)}
}

// The first few pages by visitors are those of the whole list, whether the candidates do or all must be counted.
func TestTopPages(t *testing.T) {
	defer report.SetSecondWorker(report.SetSecondWorker(1))
	defer report.SetBudget(report.SetBudget(0))
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range 60 {
		s := manyPages(r, []int{30, 900, 4000}[r.IntN(3)], i%3 > 0)
		report.SetBudget([]int{20 << 20, 9000, 900}[r.IntN(3)]) // one scan, or several for shares of the visitors
		report.SetSecondWorker([]int{1, 1 << 30}[r.IntN(2)])
		from := time.Unix(20_000*86400, 0).UTC().Add(time.Duration(r.IntN(400)) * time.Hour)
		q := report.Query{By: "page", Metrics: []report.Metric{report.Visitors, report.Pageviews}, Limit: 1 + r.IntN(12), Offset: r.IntN(4),
			Period: report.Period{From: from, To: from.Add(time.Duration(1+r.IntN(500)) * time.Hour)}}
		if r.IntN(2) == 0 {
			q.Metrics = append(q.Metrics, report.Visits, report.BounceRate, report.VisitDuration, report.ViewsPerVisit, report.EventCount)
		}
		if r.IntN(2) == 0 {
			q.Compare = &report.Period{From: from.Add(-100 * time.Hour), To: from}
		}
		if r.IntN(3) == 0 {
			q.Filters = []report.Filter{{By: "page", Op: report.Matches, Values: []string{"/*[02468]", "/0*", "/1*"}[r.IntN(3):]}}
		}
		whole := q
		whole.Limit, whole.Offset = 0, 0
		few, err := report.Run(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		all, err := report.Run(t.Context(), s, whole)
		if err != nil {
			t.Fatal(err)
		}
		if few.TotalRows != all.TotalRows {
			t.Errorf("%+v: %d rows in all, not %d", q, few.TotalRows, all.TotalRows)
		}
		for k, row := range few.Rows {
			if want := all.Rows[k+q.Offset]; !reflect.DeepEqual(row, want) {
				t.Errorf("%+v: row %d is %+v, not %+v", q, k, row, want)
			}
		}
		if t.Failed() {
			return
		}
	}
}
