package report_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sandprint/app/report"
	"sandprint/app/store"
)

// yearsOfHits are visits of one to four hits on each of the days before now, by day; none goes over midnight in zone.
func yearsOfHits(r *rand.Rand, now time.Time, days int) (hits []store.Hit) {
	for day := -days; day < 0; day++ {
		y, m, d := now.AddDate(0, 0, day).Date()
		for range 1 + r.IntN(3) {
			at := time.Date(y, m, d, 1, 0, 0, 0, now.Location()).Unix() + r.Int64N(21*3600)
			h := store.Hit{Start: at, Visit: int64(len(hits) + 1), Visitor: uint64(r.IntN(30)), Lasting: true, Type: store.ReturningVisitor}
			for i := range 1 + r.IntN(4) {
				h.Time, h.View, h.Seq = at, fmt.Sprintf("view%08dx%d", h.Visit, i), 0
				h.Kind, h.Page, h.Name = store.Pageview, store.Page{Host: "a.org", Path: pick(r, "/", "/blog/")}, ""
				if i > 0 && r.IntN(3) == 0 {
					h.Kind, h.Name, h.Seq = store.Event, "signup", uint32(i)
				}
				hits = append(hits, h)
				at += r.Int64N(600)
			}
		}
	}
	return hits
}

// Figures of a long period are what a naive count of all hits says, before and after its older days are only totals; but
// whatever needs the visits of those days is not known then.
func TestTotalsAreAddedWhereVisitsAreGone(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York") // a day of the store ends in the evening
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(zone)
	hits := yearsOfHits(rand.New(rand.NewPCG(1, 2)), now, 500)
	s, site := siteWith(t, zone, hits)
	ctx := context.Background()
	if err := s.Maintain(ctx, store.Round{ClockIsRight: true, Free: func() (uint64, error) { return 1 << 40, nil }}, func(store.Step) {}); err != nil {
		t.Fatal(err)
	}
	snap, err := site.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	kept, totals := snap.Blocks()[0].Date, snap.Totals()
	snap.Close()
	if len(totals) < 100 {
		t.Fatalf("only %d days are totals", len(totals))
	}
	lastGone := totals[len(totals)-1].Day // of it some visits may be there still
	known := []report.Metric{report.Visits, report.Pageviews, report.EventCount, report.ViewsPerVisit, report.BounceRate, report.VisitDuration}
	unknown := []report.Metric{report.Visitors, report.TimeOnPage, report.ScrollDepth, report.Conversions, report.ConversionRate}
	all, err := report.NewPeriod("all", now)
	if err != nil {
		t.Fatal(err)
	}
	months, err := report.Days(now.AddDate(0, -14, 0).Format(time.DateOnly), now.AddDate(0, -1, 0).Format(time.DateOnly), zone)
	if err != nil {
		t.Fatal(err)
	}
	recent, err := report.NewPeriod("30d", now)
	if err != nil {
		t.Fatal(err)
	}
	n := newNaive(hits, zone, nil, 0)
	for _, p := range []report.Period{all, months, recent} {
		for _, by := range []report.Dimension{"", "day", "week", "month"} {
			q := report.Query{Period: p, Metrics: slices.Concat(known, unknown), By: by, Now: now}
			a, err := report.Run(ctx, site, q)
			if err != nil {
				t.Fatal(err)
			}
			q.Period = a.Query.Period
			if first := time.Unix(hits[0].Time, 0).In(zone).Format(time.DateOnly); p.Name == "all" && q.Period.From.Format(time.DateOnly) != first {
				t.Fatalf("all begins on %s, want %s", q.Period.From, first)
			}
			currency := ""
			want := n.answer(q, q.Period.From, upTo(q), &currency)
			goneIn := func(from time.Time) bool { return dayOf(from) <= lastGone }
			compareKnown(t, fmt.Sprint(p.Name, " in all"), a.Totals, want.total, len(known), goneIn(q.Period.From))
			for _, row := range a.Rows {
				compareKnown(t, fmt.Sprint(p.Name, " by ", by, " ", row.Name), row.Values, want.rows[row.Name], len(known), goneIn(row.Start))
			}
		}
	}
	// Of what totals do not tell, the visits that are left are counted.
	q := report.Query{Period: all, Metrics: []report.Metric{report.Pageviews, report.Visitors}, By: "page", Now: now}
	a, err := report.Run(ctx, site, q)
	if err != nil {
		t.Fatal(err)
	}
	left := 0
	for _, h := range hits {
		if h.Kind == store.Pageview && h.Start >= int64(kept)*86400 {
			left++
		}
	}
	if got := a.Totals[0]; !got.Known || int(got.Number) != left || !a.Totals[1].Known {
		t.Errorf("by page %v are counted, want %d", a.Totals, left)
	}
}

func dayOf(t time.Time) int32 {
	y, m, d := t.Date()
	return int32(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func upTo(q report.Query) time.Time {
	if q.Now.Before(q.Period.To) {
		return q.Now.Truncate(time.Second).Add(time.Second)
	}
	return q.Period.To
}

// compareKnown compares figures of which the first are known of days whose visits are gone, and the others are not.
func compareKnown(t *testing.T, what string, got, want []report.Value, known int, gone bool) {
	t.Helper()
	if !same(got[:known], want[:known]) {
		t.Errorf("%s is %v, want %v", what, got[:known], want[:known])
	}
	for i := known; i < len(got); i++ {
		if gone && got[i].Known {
			t.Errorf("%s: figure %d is said to be %v", what, i, got[i])
		}
	}
	if !gone && !same(got, want) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// siteWith returns a store with a site that holds hits and keeps visits for a year, and the site.
func siteWith(t *testing.T, zone *time.Location, hits []store.Hit) (*store.Store, *store.Site) {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	customer, err := s.Control().AddCustomer(ctx, "Main")
	if err != nil {
		t.Fatal(err)
	}
	info, err := s.AddSite(ctx, store.SiteInfo{Customer: customer.ID, Domain: "a.org", Zone: zone, Mode: "cookie", Settings: store.SiteSettings{Retention: store.Retention{Visits: 12}}})
	if err != nil {
		t.Fatal(err)
	}
	site, err := s.Site(ctx, info.ID)
	if err != nil {
		t.Fatal(err)
	}
	im, err := site.StartImport(ctx)
	if err == nil {
		err = im.Add(ctx, hits)
	}
	if err == nil {
		_, err = im.Commit(ctx, [32]byte{1})
	}
	if err != nil {
		t.Fatal(err)
	}
	return s, site
}
