package views_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"flag"
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/a-h/templ"

	"sandprint/app/report"
	"sandprint/views"
)

// preview is a folder to write the sample pages to, to look at them in a browser:
// go test ./views -run TestPreview -preview /tmp/pages && cp -r static /tmp/pages
var preview = flag.String("preview", "", "folder to write the sample pages to")

var berlin = must(time.LoadLocation("Europe/Berlin"))

// sampleNow is when the sample pages are drawn: a Tuesday morning.
var sampleNow = time.Date(2026, 11, 24, 10, 40, 0, 0, berlin)

// sample returns a dashboard with believable answers for an address's parameters.
func sample(params string) views.Dashboard {
	values := must(url.ParseQuery(params))
	ask := url.Values{"period": {"28d"}, "compare": {"previous"}, "filter": values["filter"]}
	for _, key := range []string{"period", "from", "to", "compare"} {
		if values.Has(key) {
			ask[key] = values[key]
		}
	}
	if ask.Has("from") {
		ask.Del("period")
	}
	if ask.Get("compare") == "none" || ask.Get("period") == "all" || ask.Get("period") == "realtime" {
		ask.Del("compare")
	}
	q := must(report.Parse(ask, berlin, sampleNow))
	v := views.NewView("kiln-and-sea.example", values, q.Filters).Knowing([]string{"plan", "colour"})
	d := views.Dashboard{
		Page:  views.Page{User: "mara@kiln-and-sea.example", Words: views.English, Theme: values.Get("theme")},
		View:  v,
		Sites: []string{"kiln-and-sea.example", "journal.kiln-and-sea.example"},
		Live:  38, Mode: "cookie", CanChange: true, Took: 8 * time.Millisecond,
		GeoOf: time.Date(2026, 6, 17, 0, 0, 0, 0, time.UTC),
	}
	q.Metrics, q.By = views.Tiles(q.Filters), v.Interval(q.Period)
	d.Chart = series(q)
	for _, t := range v.Open() {
		lq := q
		lq.By, lq.Metrics, lq.Filters = t.Asks(), t.Metrics, slices.Concat(q.Filters, t.Filters())
		d.Lists = append(d.Lists, answerTo(lq))
	}
	return d
}

// series makes an answer by time.
func series(q report.Query) report.Answer {
	a := report.Answer{Site: "kiln-and-sea.example", Query: q, Read: 311_204}
	step := map[report.Dimension]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour, "week": 168 * time.Hour, "month": 730 * time.Hour}[q.By]
	i := 0
	for t := q.Period.From; t.Before(q.Period.To); i++ {
		wave := 1600 + 500*math.Sin(float64(i)*0.9) + 300*math.Sin(float64(i)*0.37) + float64(i)*14
		if i == 17 {
			wave *= 1.9
		}
		row := report.Row{Start: t, Partial: t.Add(step).After(q.Now) && !t.After(q.Now), Values: figures(q.Metrics, wave)}
		if t.After(q.Now) {
			row.Values = figures(q.Metrics, 0)
		}
		if q.Compare != nil {
			row.Previous = figures(q.Metrics, wave*0.8+120*math.Cos(float64(i)))
			row.Was = q.Compare.From.Add(t.Sub(q.Period.From))
		}
		a.Rows = append(a.Rows, row)
		if q.By == "day" {
			t = t.AddDate(0, 0, 1)
		} else {
			t = t.Add(step)
		}
	}
	a.Totals = figures(q.Metrics, 60_124)
	if q.Compare != nil {
		a.Previous = figures(q.Metrics, 51_003)
		a.Previous[4].Number -= 3
	}
	a.TotalRows = len(a.Rows)
	return a
}

// figures makes values of metrics that go with so many visitors.
func figures(metrics []report.Metric, visitors float64) []report.Value {
	list := make([]report.Value, len(metrics))
	for i, m := range metrics {
		list[i].Known = visitors > 0 || m == report.Visitors || m == report.Visits || m == report.Pageviews
		list[i].Number = math.Round(visitors * map[report.Metric]float64{report.Visitors: 1, report.Visits: 1.245, report.Pageviews: 3.53,
			report.EventCount: 0.3, report.Conversions: 0.05}[m])
		switch m {
		case report.ViewsPerVisit:
			list[i].Number = 2.83 + 0.2*math.Sin(visitors)
		case report.BounceRate:
			list[i].Number = 41 + 3*math.Sin(visitors/40)
		case report.VisitDuration, report.TimeOnPage:
			list[i].Number = 134 + 30*math.Sin(visitors/60)
		case report.ConversionRate:
			list[i].Number = 2.4
		case report.ScrollDepth:
			list[i].Number = 63
		case report.Revenue:
			list[i] = report.Value{Number: visitors * 31, Known: true, Currency: "EUR"}
		}
	}
	return list
}

// sampleRows are the rows of the sample's lists, by dimension.
var sampleRows = map[report.Dimension][]string{
	"channel":  {"Organic Search", "Direct", "Referral", "AI Assistants", "Organic Social", "Email", "Paid Search", "Organic Video", "(other)"},
	"source":   {"Google", "Direct", "ChatGPT", "DuckDuckGo", "Instagram", "Hacker News", "newsletter", "pinterest.com", "Bing"},
	"page":     {"/", "/shop/enamel-kettle", "/journal/how-we-glaze", "/shop", "/journal/a-year-of-clay", "/visit", "/about", "/shop/bowl-no-4", "/journal/on-salt"},
	"country":  {"DE", "US", "GB", "FR", "JP", "NL", "BR", "AU", "IN", "CA", "SE", "IT", "ES", "PL", "ZA", "AR", "SG", "NZ", "KE", "(not set)"},
	"language": {"de", "en-US", "en-GB", "fr", "ja", "nl", "pt-BR"},
	"browser":  {"Chrome", "Safari", "Firefox", "Edge", "Samsung Internet", "Opera"},
	"device":   {"desktop", "phone", "tablet"},
	"goal":     {"Order placed", "Newsletter", "Workshop booked", "Catalogue download"},

	"visitor_type": {"new", "returning", "(not set)"},

	"prop:url":  {"instagram.com/kilnandsea", "openstreetmap.org/way/26", "(other)"},
	"prop:plan": {"pro", "free", "(not set)"},
}

// sampleTitles are those of some of the sample's pages.
var sampleTitles = map[string]string{"/": "Kiln & Sea: stoneware from the coast", "/shop": "Shop", "/journal/on-salt": "On salt"}

// answerTo makes an answer to the question of a list.
func answerTo(q report.Query) report.Answer {
	if q.By == "hour_of_week" {
		a := report.Answer{Query: q, Totals: figures(q.Metrics, 60_124)}
		for day, name := range []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"} {
			for hour := range 24 {
				busy := math.Exp(-math.Pow(float64(hour)-19.5, 2)/14) + 0.5*math.Exp(-math.Pow(float64(hour)-10.5, 2)/6) + 0.02
				if day > 4 {
					busy = 0.9*math.Exp(-math.Pow(float64(hour)-13.5, 2)/20) + 0.02
				}
				a.Rows = append(a.Rows, report.Row{Name: fmt.Sprintf("%s %02d", name, hour), Values: figures(q.Metrics, math.Round(1600*busy))})
			}
		}
		a.TotalRows = len(a.Rows)
		return a
	}
	names := sampleRows[q.By]
	a := report.Answer{Query: q, Totals: figures(q.Metrics, 60_124), Read: 311_204, TotalRows: len(names) + 48}
	n := 21_480.0
	for i, name := range names {
		row := report.Row{Name: name, Title: sampleTitles[name], Values: figures(q.Metrics, n)}
		if q.Compare != nil {
			row.Previous = figures(q.Metrics, math.Round(n*(0.8+0.06*float64(i%6))))
		}
		a.Rows, n = append(a.Rows, row), math.Round(n*0.64)
	}
	if len(names) < 9 {
		a.TotalRows = len(names)
	}
	return a
}

// draw draws a component.
func draw(t testing.TB, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// packed returns how many bytes are left of data once compressed.
func packed(t testing.TB, data []byte) int {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestPreview writes the sample pages where the flag says.
func TestPreview(t *testing.T) {
	if *preview == "" {
		t.Skip("no -preview folder")
	}
	write := func(name string, c templ.Component) {
		if err := os.WriteFile(filepath.Join(*preview, name+".html"), []byte(draw(t, c)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("light", views.DashboardPage(sample("filter=visitor_type:is:new&filter=device:not:tablet")))
	write("dark", views.DashboardPage(sample("theme=dark&tab=country&tab=visitor_type&tab=event")))
	write("month", views.DashboardPage(sample("period=month&tab=source&metric=bounce_rate&tab=browser_version")))
	write("year", views.DashboardPage(sample("period=12mo&metric=visit_duration&tab=utm_campaign&tab=country")))
	waiting := sample("")
	waiting.Waiting = true
	write("waiting", views.DashboardPage(waiting))
	d := sample("")
	q := d.Chart.Query
	q.By, q.Metrics = "page", views.DetailMetrics("page")
	d.View = d.View.Under("/details", "by", "page")
	write("details", views.DetailsPage(views.Details{Dashboard: d, By: "page", Answer: answerTo(q)}))
}
