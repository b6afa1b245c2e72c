package views

import (
	"slices"
	"strings"
	"time"

	"sandprint/app/report"
)

// Dashboard is all that the page of a site shows.
type Dashboard struct {
	Page      Page
	View      View
	Sites     []string        // domains that the reader may switch to, this one among them
	Live      int             // visitors in the last five minutes
	Chart     report.Answer   // by time bucket; its metrics are those of the tiles
	Lists     []report.Answer // the open tabs' answers, in the order of View.Open
	Change    *report.Change  // what the difference to the comparison is made of, in brief; nil: not asked for
	Mode      string          // how visitors are recognised: cookie, cookieless or consent
	Geo       string          // where the country table comes from and its date; may be empty
	CanChange bool            // the reader may change the site's settings
	Waiting   bool            // no hit was ever counted: how to begin is shown in place of figures
	Took      time.Duration   // to answer all of it
}

// words returns the language of the page.
func (d Dashboard) words() *Words { return d.Page.Words }

// chosen returns the index of the metric that the chart shows among the tiles'.
func (d Dashboard) chosen() int {
	return max(slices.Index(d.Chart.Query.Metrics, report.Metric(d.View.Get("metric"))), 0)
}

// read returns how many page views and events were read for the page.
func (d Dashboard) read() int {
	most := d.Chart.Read
	for _, a := range d.Lists {
		most = max(most, a.Read)
	}
	return most
}

// floor says what the smallest group keeps back, or "".
func (d Dashboard) floor() string {
	rows, blank, reason := 0, d.Chart.Hidden.Rows, d.Chart.Hidden.Reason
	for i, t := range d.View.Open() {
		if h := d.Lists[i].Hidden; h.Rows > 0 {
			reason = h.Reason
			if t.By == "grid" {
				blank += h.Rows
			} else {
				rows += h.Rows
			}
		}
	}
	w := d.words()
	switch {
	case reason == "":
		return ""
	case blank == 0:
		return w.F("%s rows are kept together as (other): %s. The site's settings say how small is too small.", w.Exact(float64(rows)), reason)
	case rows == 0:
		return w.F("%s hours or days are left blank: %s. The site's settings say how small is too small.", w.Exact(float64(blank)), reason)
	}
	return w.F("%s rows are kept together as (other) and %s hours or days left blank: %s. The site's settings say how small is too small.",
		w.Exact(float64(rows)), w.Exact(float64(blank)), reason)
}

// daysNamed is how many days that are left out are named.
const daysNamed = 3

// leftOut says which days the figures are without, because the site's file is damaged there; "" for none.
func (d Dashboard) leftOut() string {
	days := slices.Clone(d.Chart.Damaged)
	for _, a := range d.Lists {
		days = append(days, a.Damaged...)
	}
	slices.SortFunc(days, time.Time.Compare)
	days = slices.Compact(days)
	if len(days) == 0 {
		return ""
	}
	w := d.words()
	var names []string
	for _, day := range days[:min(len(days), daysNamed)] {
		names = append(names, w.date(day, "2 January 2006"))
	}
	list := strings.Join(names, ", ")
	if more := len(days) - len(names); more > 0 {
		return w.F("Figures of %s and %d more days are left out: the site's file is damaged there.", list, more)
	}
	return w.F("Figures of %s are left out: the site's file is damaged there.", list)
}

// periodChoice is a line of the period menu and its key (the keys are those that users of Plausible know).
type periodChoice struct {
	name, label, key string
	rule             bool // a line above
}

var periods = []periodChoice{
	{"day", "Today", "D", false}, {"yesterday", "Yesterday", "E", false}, {"realtime", "Last 30 minutes", "R", false}, {"24h", "Last 24 hours", "H", false},
	{"7d", "Last 7 days", "W", true}, {"28d", "Last 28 days", "F", false}, {"30d", "Last 30 days", "T", false}, {"91d", "Last 91 days", "N", false},
	{"month", "This month", "M", true}, {"lastmonth", "Last month", "P", false}, {"year", "This year", "Y", false},
	{"6mo", "Last 6 months", "S", true}, {"12mo", "Last 12 months", "L", false}, {"all", "All time", "A", false},
}

// periodLabel names the period of the page.
func (d Dashboard) periodLabel() string {
	p := d.Chart.Query.Period
	for _, choice := range periods {
		if choice.name == p.Name {
			return d.words().T(choice.label)
		}
	}
	return d.words().span(p.From, p.To)
}

// dates writes the days of the page's period.
func (d Dashboard) dates() string {
	p := d.Chart.Query.Period
	if p.From.IsZero() {
		if len(d.Chart.Rows) == 0 {
			return ""
		}
		p.From = d.Chart.Rows[0].Start
	}
	return d.words().span(p.From, p.To)
}

// compareLabel names what the page is compared with.
func (d Dashboard) compareLabel() string {
	c := d.Chart.Query.Compare
	switch {
	case c == nil:
		return d.words().T("No comparison")
	case c.Name == "previous":
		return d.words().T("vs. previous")
	case c.Name == "year":
		return d.words().T("vs. last year")
	}
	return "vs. " + d.words().span(c.From, c.To)
}

// stepped returns the view one period earlier (by −1) or later (by 1), and whether there is one.
func (d Dashboard) stepped(by int) (View, bool) {
	p := d.Chart.Query.Period
	if p.From.IsZero() || p.Name == "realtime" || p.Name == "24h" {
		return d.View, false
	}
	from, to := p.From, p.To
	last := to.AddDate(0, 0, -1)
	months := monthsOf(p)
	if months > 0 {
		from, last = from.AddDate(0, by*months, 0), time.Date(from.Year(), from.Month()+time.Month(by*months+months), 0, 0, 0, 0, 0, from.Location())
	} else {
		days := by * int(to.Sub(from).Hours()/24+0.5)
		from, last = from.AddDate(0, 0, days), last.AddDate(0, 0, days)
	}
	// A month that has begun can be shown; of days, none that are still to come.
	if now := d.Chart.Query.Now; by > 0 && (from.After(now) || months == 0 && last.After(now)) {
		return d.View, false
	}
	return d.View.days(from.Format(time.DateOnly), last.Format(time.DateOnly)), true
}

// monthsOf returns how many whole calendar months a period is made of; 0: it is counted in days.
func monthsOf(p report.Period) int {
	switch p.Name {
	case "month":
		return 1
	case "year":
		return 12
	}
	if p.From.Day() != 1 || p.To.Day() != 1 {
		return 0
	}
	return (p.To.Year()-p.From.Year())*12 + int(p.To.Month()-p.From.Month())
}

// Intervals returns the time buckets that a chart of a period can have, from fine to coarse.
func Intervals(p report.Period) []report.Dimension {
	days := p.To.Sub(p.From).Hours() / 24
	switch {
	case p.Name == "realtime":
		return []report.Dimension{"minute"}
	case p.From.IsZero():
		return []report.Dimension{"day", "week", "month"}
	case days <= 2.1:
		return []report.Dimension{"hour"}
	case days <= 7.1:
		return []report.Dimension{"hour", "day"}
	case days <= 62:
		return []report.Dimension{"day", "week"}
	}
	return []report.Dimension{"day", "week", "month"}
}

// Interval returns the time bucket of the chart: the one asked for where the period can have it, else the one that suits it.
func (v View) Interval(p report.Period) report.Dimension {
	can := Intervals(p)
	if asked := report.Dimension(v.Get("interval")); slices.Contains(can, asked) {
		return asked
	}
	days := p.To.Sub(p.From).Hours() / 24
	switch {
	case len(can) == 1:
		return can[0]
	case p.From.IsZero():
		return "month"
	case days <= 7.1, days <= 100:
		return "day"
	case days <= 750:
		return "week"
	}
	return "month"
}

// opNames are the operators as people read them.
var opNames = map[report.Op]string{report.Is: "is", report.Not: "is not", report.Contains: "contains", report.Lacks: "does not contain", report.Matches: "matches"}

var ops = []report.Op{report.Is, report.Not, report.Contains, report.Lacks, report.Matches}

// modeText says how visitors were counted.
func (d Dashboard) modeText() string {
	switch d.Mode {
	case "cookieless":
		return d.words().T("Counted without cookies: a visitor is recognised within a day and not beyond")
	case "consent":
		return d.words().T("Counted by first-party cookie after consent, without one before")
	}
	return d.words().T("Counted by first-party cookie")
}

// exports are the lists that the export menu offers.
var exports = []report.Dimension{"page", "source", "channel", "utm_campaign", "country", "browser", "device", "goal"}

// csv returns the address of a list as a file.
func (v View) csv(by report.Dimension) string {
	return v.at("/details", "by", string(by), "format", "csv")
}

// details returns the address of a list's whole table.
func (v View) details(by report.Dimension) string { return v.at("/details", "by", string(by)) }

// frame returns the page with the dashboard's bar, footer and scripts.
func (d Dashboard) frame() Page {
	p := d.Page
	p.Title = d.View.Site
	p.Bar, p.Nav, p.Footer = d.bar(), siteNav(d.View, d.words()), d.foot()
	p.Scripts = []string{"swap.js", "chart.js", "live.js"}
	return p
}

// fromDate and toDate are the first and last day of the period, for the date fields.
func (d Dashboard) fromDate() string {
	if d.Chart.Query.Period.From.IsZero() {
		return ""
	}
	from, _ := d.Chart.Query.Period.Dates()
	return from
}

func (d Dashboard) toDate() string {
	_, to := d.Chart.Query.Period.Dates()
	return to
}

// compares reports whether the page is compared so; "" is not at all.
func (d Dashboard) compares(how string) bool {
	c := d.Chart.Query.Compare
	if c == nil {
		return how == ""
	}
	return c.Name == how
}

// toggleCompare returns the view with the comparison switched on or off.
func (d Dashboard) toggleCompare() View {
	if d.Chart.Query.Compare != nil {
		return d.View.with("compare", "none")
	}
	return d.View.with("compare", "")
}

// filterValues writes the values of a filter.
func (d Dashboard) filterValues(f report.Filter) string {
	text := ""
	for i, value := range f.Values {
		if i > 0 {
			text += " " + d.words().T("or") + " "
		}
		text += d.words().valueName(f.By, value)
	}
	return text
}

// tileParam returns the address's metric for a tile: nothing for the first one.
func (d Dashboard) tileParam(i int) string {
	if i == 0 {
		return ""
	}
	return string(d.Chart.Query.Metrics[i])
}

// change returns how a tile's figure moved.
func (d Dashboard) change(i int) (string, Mood) {
	if d.Chart.Previous == nil {
		return "", ""
	}
	return d.words().Change(d.Chart.Query.Metrics[i], d.Chart.Totals[i], d.Chart.Previous[i])
}

// chartText says in a sentence what the chart shows.
func (d Dashboard) chartText(m report.Metric) string {
	w, at := d.words(), d.chosen()
	best := -1
	for i, r := range d.Chart.Rows {
		if r.Values[at].Known && (best < 0 || r.Values[at].Number > d.Chart.Rows[best].Values[at].Number) {
			best = i
		}
	}
	if best < 0 {
		return w.T("There are no figures for this period.")
	}
	r := d.Chart.Rows[best]
	return w.F("%s: %s in all; the highest was %s, %s. The table below has every figure.", d.dates(), w.FullFigure(m, d.Chart.Totals[at]),
		w.bucket(d.Chart.Query.By, r.Start, false), w.FullFigure(m, r.Values[at]))
}

// zone names the time zone of the figures.
func (d Dashboard) zone() string { return d.Chart.Query.Now.Location().String() }

// intervalNames are the time buckets in the middle of a sentence.
var intervalNames = map[report.Dimension]string{"minute": "minute", "hour": "hour", "day": "day", "week": "week", "month": "month"}

// pluralNames name the lists of the export menu.
var pluralNames = map[report.Dimension]string{"page": "Pages", "source": "Sources", "channel": "Channels", "utm_campaign": "Campaigns",
	"country": "Countries", "browser": "Browsers", "device": "Devices", "goal": "Goals"}

// present returns the seconds between two refreshes of a page that shows the present; empty for one that shows the past.
func (d Dashboard) present() string {
	p, now := d.Chart.Query.Period, d.Chart.Query.Now
	switch {
	case d.Waiting:
		return "1"
	case !now.Before(p.To):
		return ""
	case p.To.Sub(p.From) <= 48*time.Hour:
		return "2"
	}
	return "15"
}
