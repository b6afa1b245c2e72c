package report_test

import (
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"sandprint/app/report"
	"sandprint/app/store"
)

// synthetic makes 1.2 M page views in 365 blocks: decoding costs nothing here, the rest is as in a real site.
func synthetic() *store.Snapshot {
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.2, 4, 1999)
	var dicts [store.NumDims][]string
	value := func(dim store.Dim, fields int, n int) {
		for i := range n + 1 {
			name := ""
			if i > 0 {
				name = string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676))
			}
			parts := make([]string, fields)
			for j := range parts {
				if parts[j] = name; dim == store.Pages && j == 1 && i > 0 {
					parts[j] = "/blog/" + name
				}
			}
			dicts[dim] = append(dicts[dim], strings.Join(parts, store.FieldSep))
		}
	}
	value(store.Pages, 3, 2000)
	value(store.Origins, 8, 400)
	value(store.Places, 3, 60)
	value(store.Agents, 6, 40)
	value(store.Languages, 1, 20)
	value(store.Screens, 1, 8)
	value(store.Events, 1, 5)
	value(store.Props, 1, 0)
	value(store.Currencies, 1, 0)
	var blocks []*store.Block
	visitors := 1
	for day := range int32(365) {
		b := &store.Block{Date: 20_000 + day}
		put := func(c store.Column, v uint32) { b.Cols[c] = append(b.Cols[c], v) }
		for i := range 1150 {
			n := 1
			for r.IntN(3) > 0 && n < 20 {
				n++
			}
			who := uint32(r.IntN(visitors))
			if r.IntN(10) < 7 {
				who, visitors = uint32(visitors), visitors+1
			}
			put(store.VisitStart, uint32(i*75))
			put(store.VisitDuration, uint32(n*60))
			put(store.VisitVisitor, who)
			put(store.VisitType, uint32(r.IntN(3)))
			put(store.VisitOrigin, uint32(zipf.Uint64()%400)+1)
			put(store.VisitPlace, uint32(r.IntN(60)))
			put(store.VisitAgent, uint32(r.IntN(40)))
			put(store.VisitLanguage, uint32(r.IntN(20)))
			put(store.VisitScreen, uint32(r.IntN(8)))
			put(store.VisitViews, uint32(n))
			put(store.VisitEvents, 0)
			for j := range n {
				put(store.ViewDelay, uint32(min(j, 1)*60))
				put(store.ViewPage, uint32(zipf.Uint64())+1)
				put(store.ViewScroll, uint32(r.IntN(101)))
				put(store.ViewEngaged, uint32(r.IntN(900)))
			}
			b.Visits, b.Views = b.Visits+1, b.Views+n
		}
		blocks = append(blocks, b)
	}
	return store.NewSnapshot(blocks, dicts, visitors)
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRun reports CPU milliseconds a question over 12 months and 1.2 M page views, without decoding.
func BenchmarkRun(b *testing.B) {
	zone := berlin(b)
	s := site{info: store.SiteInfo{Zone: zone, Settings: store.SiteSettings{Goals: []store.Goal{{Name: "Read", Page: "/blog/aa*"}}}}, snap: synthetic()}
	year := time.Unix(20_365*86400, 0).In(zone)
	did := []report.Filter{{By: "did", Op: report.Not, Values: []string{"Read"}}}
	filters := []report.Filter{{By: "country", Op: report.Is, Values: []string{"ca"}}, {By: "browser", Op: report.Is, Values: []string{"ca", "da"}}, {By: "page", Op: report.Matches, Values: []string{"/blog**"}}}
	series := []report.Metric{report.Visitors, report.Pageviews}
	for _, c := range []struct {
		name, period string
		q            report.Query
	}{
		{"q1-month-series", "30d", report.Query{By: "day", Metrics: series}},
		{"q2-year-series", "12mo", report.Query{By: "day", Metrics: series}},
		{"q2f-year-series-filtered", "12mo", report.Query{By: "day", Metrics: series, Filters: filters}},
		{"q3-top-pages", "12mo", report.Query{By: "page", Metrics: series, Limit: 10}},
		{"q4-sources-filtered", "12mo", report.Query{By: "source", Metrics: series, Limit: 10, Filters: filters}},
		{"q5-entry-pages", "12mo", report.Query{By: "entry_page", Metrics: []report.Metric{report.Visits, report.BounceRate, report.VisitDuration}, Limit: 10}},
		{"tiles", "12mo", report.Query{Metrics: []report.Metric{report.Visitors, report.Visits, report.Pageviews, report.ViewsPerVisit, report.BounceRate, report.VisitDuration}}},
		{"q2d-year-series-did", "12mo", report.Query{By: "day", Metrics: series, Filters: did}},
		{"q2e-year-series-except", "12mo", report.Query{By: "day", Metrics: series, Except: filters}},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.q.Period, _ = report.NewPeriod(c.period, year)
			began := cpu()
			for b.Loop() {
				if _, err := report.Run(b.Context(), s, c.q); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpu()-began).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// BenchmarkChange reports CPU milliseconds of what a difference is made of, for the dashboard's line and for the page of
// changes, over two times 28 days and 12 months.
func BenchmarkChange(b *testing.B) {
	zone := berlin(b)
	s := site{info: store.SiteInfo{Zone: zone}, snap: synthetic()}
	year := time.Unix(20_365*86400, 0).In(zone)
	for _, c := range []struct {
		name, period string
		by           []report.Dimension
	}{
		{"brief-28d", "28d", []report.Dimension{"source", "entry_page", "country", "utm_campaign"}},
		{"brief-6mo", "6mo", []report.Dimension{"source", "entry_page", "country", "utm_campaign"}},
		{"page-28d", "28d", report.ChangeDimensions},
		{"page-6mo", "6mo", report.ChangeDimensions},
	} {
		b.Run(c.name, func(b *testing.B) {
			q := report.ChangeQuery{Metric: report.Visitors, By: c.by, Limit: 8, Now: year}
			q.Period, _ = report.NewPeriod(c.period, year)
			q.Compare = q.Period.Before("previous", year)
			began := cpu()
			for b.Loop() {
				if _, err := report.RunChange(b.Context(), s, q); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpu()-began).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}
