package views_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"sandprint/app/report"
	"sandprint/views"
)

// note makes an annotation at a time of the sample's zone.
func note(at, text string) views.Annotation {
	return views.Annotation{ID: 7, At: must(time.ParseInLocation("2006-01-02 15:04", at, berlin)).UTC(), Text: text}
}

// keep leaves some of the buckets of a sample, with their figures times a factor.
func keep(d *views.Dashboard, n int, factor float64) {
	d.Chart.Rows = d.Chart.Rows[:n]
	for i := range d.Chart.Rows {
		for j := range d.Chart.Rows[i].Values {
			d.Chart.Rows[i].Values[j].Number *= factor
		}
		for j := range d.Chart.Rows[i].Previous {
			d.Chart.Rows[i].Previous[j].Number *= factor
		}
	}
}

// TestGoldenCharts holds drawn charts to files that were looked at.
func TestGoldenCharts(t *testing.T) {
	for _, c := range []struct {
		name, params string
		change       func(*views.Dashboard)
		why          string
	}{
		{"chart-plain", "compare=none", nil, "a line over an area"},
		{"chart", "", nil, "with what it is compared with, dashed"},
		{"chart-partial", "period=month&metric=bounce_rate", nil, "the day that is not over is dotted"},
		{"chart-hours", "period=day&compare=none", nil, "hours to come are left free"},
		{"chart-minutes", "period=realtime", nil, "the running minute is dotted"},
		{"chart-flags", "compare=none", func(d *views.Dashboard) {
			d.Notes = []views.Annotation{note("2026-10-27 00:00", "At the edge"), note("2026-11-05 09:00", "One"), note("2026-11-05 09:30", "Another of the day"),
				note("2026-11-06 10:00", "<b>A neighbour</b>"), note("2026-11-23 23:59", "At the other edge"), note("2026-11-24 12:00", "After the end")}
		}, "flags of neighbours share one, the last leans inwards"},
		{"chart-flags-many", "period=12mo&interval=day&compare=none", func(d *views.Dashboard) {
			for day := range 300 {
				d.Notes = append(d.Notes, views.Annotation{At: d.Chart.Query.Period.From.AddDate(0, 0, day), Text: "Deploy"})
			}
		}, "flags too close for two stand for several"},
		{"chart-one", "", func(d *views.Dashboard) { keep(d, 1, 1) }, "one bucket is a point"},
		{"chart-one-partial", "period=day&compare=none", func(d *views.Dashboard) { keep(d, 1, 1); d.Chart.Rows[0].Partial = true }, "one that is not over is a pale point"},
		{"chart-none", "", func(d *views.Dashboard) { keep(d, len(d.Chart.Rows), 0) }, "no data is a line along zero"},
		{"chart-unknown", "metric=bounce_rate&compare=none", func(d *views.Dashboard) {
			for i := range d.Chart.Rows {
				d.Chart.Rows[i].Values[4].Known = i%9 < 6
			}
		}, "what is not known leaves a gap"},
		{"chart-damaged", "compare=none", func(d *views.Dashboard) {
			d.Since = d.Chart.Query.Period.From.AddDate(0, 0, 4)
			d.Chart.Damaged = []time.Time{time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 11, 0, 0, 0, 0, time.UTC)}
			for j := range 3 {
				d.Chart.Rows[20].Values[j].Number = 0
			}
		}, "days before the first hit and damaged ones are gaps, a day that nobody came is none"},
		{"chart-cut", "period=91d&interval=week&compare=none", nil, "the week that the period begins within is dotted, as is the running one"},
		{"chart-huge", "", func(d *views.Dashboard) { keep(d, 28, 1e9) }, "figures of 12 digits"},
		{"chart-tiny", "metric=views_per_visit&compare=none", func(d *views.Dashboard) { keep(d, 28, 0.004) }, "figures under one"},
		{"chart-twos", "compare=none", func(d *views.Dashboard) { keep(d, 28, 0.001) }, "counts have whole rules"},
	} {
		d := sample(c.params)
		if c.change != nil {
			c.change(&d)
		}
		doc := parse(t, draw(t, views.DashboardPage(d)))
		golden(t, c.name, render(t, class(doc, "plot")[0]))
	}
}

// TestAnnotationsAreShown finds the notes of a page in its flags, its table and its list, as text.
func TestAnnotationsAreShown(t *testing.T) {
	for _, value := range append([]string{"Version 2 is live"}, hostile...) {
		d := sample("")
		d.Notes = []views.Annotation{note("2026-11-05 09:30", value), note("2026-11-05 00:00", "Second")}
		doc := parse(t, draw(t, views.DashboardPage(d)))
		inlineFree(t, doc)
		flags := class(doc, "flag")
		if len(flags) != 1 || attr(flags[0], "href") != "#notes" || !strings.Contains(text(flags[0]), "2") {
			t.Errorf("%d flags", len(flags))
		}
		if got := len(class(class(doc, "figures")[0], "note")); got != 2 {
			t.Errorf("%d notes in the table", got)
		}
		list := find(doc, func(n *html.Node) bool { return attr(n, "id") == "notes" })[0]
		if got := text(list); !strings.Contains(got, "5 Nov 2026, 09:30") || !strings.HasPrefix(got, "5 Nov 2026 Second") {
			t.Errorf("the list says %.120q", got)
		}
		bdi := find(list, func(n *html.Node) bool { return n.Data == "bdi" })
		if got := bdi[1].FirstChild.Data; got != value {
			t.Errorf("the list says %.60q, want %.60q", got, value)
		}
		form := find(list, func(n *html.Node) bool { return n.Data == "form" })[0]
		if attr(form, "action") != "/sites/kiln-and-sea.example/annotations/7" || attr(form, "method") != "post" {
			t.Errorf("changing leads to %s", attr(form, "action"))
		}
		fields := find(list, func(n *html.Node) bool { return n.Data == "input" }) // of the second, then of the first, which has a time
		if got := []string{attr(fields[2], "value"), attr(fields[3], "value"), attr(fields[4], "value"), attr(fields[5], "value")}; !slices.Equal(got, []string{"", value, "2026-11-05", "09:30"}) {
			t.Errorf("the forms have %q", got)
		}
		remove := find(form, func(n *html.Node) bool { return attr(n, "formaction") != "" })
		if len(remove) != 1 || attr(remove[0], "formaction") != "/sites/kiln-and-sea.example/annotations/7/remove" {
			t.Errorf("%d ways to remove it", len(remove))
		}
		d.CanChange = false
		doc = parse(t, draw(t, views.DashboardPage(d)))
		if forms := find(doc, func(n *html.Node) bool { return strings.Contains(attr(n, "action"), "annotations") }); len(forms) > 0 {
			t.Error("who may not change the site has the form")
		}
	}
}

// TestZoom follows buckets: each leads to itself as a period, by its name where it has one.
func TestZoom(t *testing.T) {
	for _, c := range []struct {
		params, link string
		at           int
		why          string
	}{
		{"", "from=2026-11-01&to=2026-11-01", 5, "a day"},
		{"", "period=yesterday", 27, "yesterday has a name"},
		{"period=month", "period=day", 23, "so has today"},
		{"period=28d&interval=week", "from=2026-10-27&to=2026-11-01", 0, "the part of a week that is in the period"},
		{"period=7d&interval=hour", "from=2026-11-17&to=2026-11-17", 3, "an hour's day"},
		{"period=12mo&interval=month", "from=2025-11-01&to=2025-11-30", 0, "a month"},
		{"period=day", "", 3, "nothing is finer than an hour of a day"},
		{"period=day&interval=minute", "", 3, ""},
	} {
		d := sample(c.params + "&compare=none")
		if d.Chart.Query.By == "week" || d.Chart.Query.By == "month" { // the sample's are not on calendar bounds
			d.Chart.Rows[0].Start = d.Chart.Query.Period.From
		}
		doc := parse(t, draw(t, views.DashboardPage(d)))
		rows := find(class(doc, "figures")[0], func(n *html.Node) bool { return attr(n, "data-at") != "" })
		links := find(rows[c.at], func(n *html.Node) bool { return n.Data == "a" })
		switch {
		case c.link == "" && len(links) > 0:
			t.Errorf("%s (%s): there is a link to %s", c.params, c.why, attr(links[0], "href"))
		case c.link != "" && (len(links) != 1 || !strings.Contains(attr(links[0], "href"), c.link)):
			t.Errorf("%s (%s): bucket %d does not lead to %s but %v", c.params, c.why, c.at, c.link, attr(links[0], "href"))
		}
	}
}

// TestSteps goes a period back and forth.
func TestSteps(t *testing.T) {
	since := time.Date(2026, 3, 15, 0, 0, 0, 0, berlin)
	for _, c := range []struct{ params, earlier, later, why string }{
		{"period=day", "period=yesterday", "", "yesterday has a name; tomorrow is not there"},
		{"period=yesterday", "from=2026-11-22&to=2026-11-22", "period=day", ""},
		{"period=7d", "from=2026-11-10&to=2026-11-16", "", "days to come are not there"},
		{"period=lastmonth", "from=2026-09-01&to=2026-09-30", "period=month", "months by the calendar, the running one by its name"},
		{"period=year", "", "", "all of the year before is before the first day"},
		{"period=12mo", "", "", "the twelve months before are, too, and the next ones have not come"},
		{"period=realtime", "", "", ""},
	} {
		d := sample(c.params)
		d.Since = since
		doc := parse(t, draw(t, views.DashboardPage(d)))
		for label, want := range map[string]string{"Earlier": c.earlier, "Later": c.later} {
			found := find(class(doc, "steps")[0], func(n *html.Node) bool { return attr(n, "aria-label") == label })
			switch {
			case want == "" && len(found) > 0:
				t.Errorf("%s (%s): %s leads to %s", c.params, c.why, label, attr(found[0], "href"))
			case want != "" && (len(found) != 1 || !strings.HasSuffix(attr(found[0], "href"), "?"+want)):
				t.Errorf("%s (%s): %s does not lead to %s", c.params, c.why, label, want)
			}
		}
	}
}

// TestTilesExplainThemselves finds in each tile's box, without a script, what its figure is and how it came about.
func TestTilesExplainThemselves(t *testing.T) {
	for params, want := range map[string][]string{
		"":                              {"Distinct visitors", "A visit ends", "Pages that were opened", "divided by visits", "exactly one page view", "last sign of life"},
		"filter=page:is:/a":             {"Distinct visitors", "A visit ends", "Pages that were opened", "exactly one page view", "visible and in focus", "How far down"},
		"filter=goal:is:Order%20placed": {"Distinct visitors", "A visit ends", "reached a goal", "divided by all visitors", "Sum of the amounts", "last sign of life"},
	} {
		for mode, how := range map[string]string{"cookie": "random number in a first-party cookie", "cookieless": "without cookies, within a day", "consent": "Visitors who consent"} {
			d := sample(params)
			d.Mode = mode
			boxes := class(parse(t, draw(t, views.DashboardPage(d))), "why")
			if len(boxes) != len(want) {
				t.Fatalf("%s: %d explainers", params, len(boxes))
			}
			for i, box := range boxes {
				got := text(box)
				for _, part := range []string{want[i], how, "311,204 page views and events read in 8 ms"} {
					if !strings.Contains(got, part) {
						t.Errorf("%s, %s: tile %d lacks %q: %s", params, mode, i, part, got)
					}
				}
			}
		}
	}
}

// TestThinCharts looks at what is written in the plot: the values where buckets are few, and why nothing is drawn.
func TestThinCharts(t *testing.T) {
	rows := func(numbers ...float64) func(*views.Dashboard) {
		return func(d *views.Dashboard) {
			d.Chart.Rows = d.Chart.Rows[:len(numbers)]
			for i, f := range numbers {
				for j := range d.Chart.Rows[i].Values {
					d.Chart.Rows[i].Values[j] = report.Value{Known: f >= 0, Number: f}
				}
			}
		}
	}
	for _, c := range []struct {
		change func(*views.Dashboard)
		values []string
		says   string
	}{
		{rows(3), []string{"3"}, ""},
		{rows(3, 0), []string{"3"}, ""},
		{rows(1, 2, 3, 2, 1), []string{"1", "2", "3", "2", "1"}, ""},
		{rows(-1, 7, -1, -1, 1234, -1, -1, -1, -1, 2, 3, 4), []string{"7", "1,234"}, ""}, // of many those without a neighbour
		{rows(0, 0, 0), nil, ""},
		{rows(-1, -1, -1), nil, "No figures in this period"},
		{func(d *views.Dashboard) {
			rows(-1, -1)(d)
			d.Chart.Hidden = report.Hidden{Rows: 2, Reason: "groups under 5"}
		}, nil, "Left blank: groups under 5"},
	} {
		d := sample("")
		d.Since = time.Time{}
		c.change(&d)
		plot := class(parse(t, draw(t, views.DashboardPage(d))), "plot")[0]
		var got []string
		for _, n := range class(plot, "value") {
			got = append(got, text(n))
		}
		said := ""
		for _, n := range class(plot, "nothing") {
			said = text(n)
		}
		if !slices.Equal(got, c.values) || said != c.says {
			t.Errorf("values %q, want %q; it says %q, want %q", got, c.values, said, c.says)
		}
	}
}

// TestPeriodsWithoutFigures says why there are none, and leads on.
func TestPeriodsWithoutFigures(t *testing.T) {
	nothing := func(d *views.Dashboard) {
		for i := range d.Chart.Totals {
			d.Chart.Totals[i] = report.Value{Known: i < 3}
		}
	}
	for _, c := range []struct {
		params string
		since  time.Time
		change func(*views.Dashboard)
		want   string
	}{
		{"", time.Date(2026, 1, 1, 0, 0, 0, 0, berlin), nil, ""},
		{"", time.Date(2026, 11, 24, 0, 0, 0, 0, berlin), nothing, "Nothing was counted before 24 Nov 2026. All time"},
		{"", time.Date(2026, 1, 1, 0, 0, 0, 0, berlin), nothing, "Nobody came in this period. All time"},
		{"filter=page:is:/x", time.Date(2026, 1, 1, 0, 0, 0, 0, berlin), nothing, "No visit in this period passes the filters. Clear all"},
		{"", time.Date(2026, 1, 1, 0, 0, 0, 0, berlin), func(d *views.Dashboard) {
			d.Chart.Query.Period = must(report.Days("2027-01-01", "2027-01-31", berlin))
		}, "This period has not begun yet. Today"},
	} {
		d := sample(c.params)
		d.Since = c.since
		if c.change != nil {
			c.change(&d)
		}
		said := class(parse(t, draw(t, views.DashboardPage(d))), "edge")
		if c.want == "" && len(said) > 0 || c.want != "" && (len(said) != 1 || text(said[0]) != c.want) {
			t.Errorf("%s since %s: want %q, the page says it %d times", c.params, c.since, c.want, len(said))
		}
	}
}
