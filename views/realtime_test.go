package views_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"sandprint/app/report"
	"sandprint/views"
)

// present returns a sample of the page of the present: 30 minutes, one of them under the floor.
func present(params string, visitors ...float64) views.Realtime {
	d := sample(params)
	q := d.Chart.Query
	q.Compare, q.By, q.Metrics = nil, "minute", []report.Metric{report.Visitors, report.Pageviews}
	q.Period = must(report.NewPeriod("realtime", sampleNow))
	minutes := report.Answer{Query: q}
	for i := range 30 {
		row := report.Row{Start: q.Period.From.Add(time.Duration(i) * time.Minute), Values: make([]report.Value, 2), Partial: i == 29}
		if i < len(visitors) && visitors[i] >= 0 {
			row.Values = []report.Value{{Number: visitors[i], Known: true}, {Number: 2 * visitors[i], Known: true}}
		} else if i >= len(visitors) {
			row.Values = []report.Value{{Known: true}, {Known: true}}
		}
		minutes.Rows = append(minutes.Rows, row)
	}
	minutes.Totals = []report.Value{{Number: 41, Known: true}, {Number: 82, Known: true}}
	r := views.Realtime{Dashboard: d, Answers: []report.Answer{minutes, {Query: q, Totals: []report.Value{{Number: 7, Known: true}}}}}
	r.View = d.View.Under("/realtime")
	for _, t := range views.RealtimeLists {
		lq := q
		lq.By, lq.Metrics = t.By, t.Metrics
		r.Answers = append(r.Answers, answerTo(lq))
	}
	return r
}

func TestMinutesAreDrawn(t *testing.T) {
	doc := parse(t, draw(t, views.RealtimePage(present("", 4, 0, -1, 12, 7, 3, 1, 0, 0, 2, 5, 9, 14, 11, 8, 8, 6, 2, 0, 1, 4, 4, 5, 3, 2, 2, 1, 3, 6, 2))))
	inlineFree(t, doc)
	drawing := find(class(doc, "minutes")[0], func(n *html.Node) bool { return n.Data == "svg" })[0]
	golden(t, "minutes", render(t, drawing))
	bars := find(drawing, func(n *html.Node) bool { return n.Data == "rect" })
	if len(bars) != 30 || text(bars[12]) != "10:23: 14 visitors, 28 page views" || text(bars[2]) != "10:13: too few to show" || attr(bars[29], "class") != "part" {
		t.Errorf("%d minutes; %q, %q, the last %q", len(bars), text(bars[12]), text(bars[2]), attr(bars[29], "class"))
	}
	if got := text(class(doc, "minutes")[0]); !strings.Contains(got, "at most 14 a minute") {
		t.Errorf("the drawing says %q", got)
	}
	empty := draw(t, views.RealtimePage(present("")))
	if strings.Contains(empty, "at most") {
		t.Error("there is a most of nothing")
	}
}
