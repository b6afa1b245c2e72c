package views

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"sandprint/app/problem"
	"sandprint/app/report"
)

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
	return d.words().days(p)
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
	return d.words().days(p)
}

// days writes the days of a period, of a single one the weekday too.
func (w *Words) days(p report.Period) string {
	if p.From.Format(time.DateOnly) == p.To.Add(-time.Second).Format(time.DateOnly) {
		return w.date(p.From, weekdayOf)
	}
	return w.span(p.From, p.To)
}

// compareLabel names what the page is compared with: a single day by its name.
func (d Dashboard) compareLabel() string {
	c := d.Chart.Query.Compare
	switch {
	case c == nil:
		return d.words().T("No comparison")
	case c.Name != "custom" && c.From.Format(time.DateOnly) == c.To.Add(-time.Second).Format(time.DateOnly):
		return d.words().F("vs. %s", d.words().date(c.From, weekdayDay))
	case c.Name == "previous":
		return d.words().T("vs. previous")
	case c.Name == "year":
		return d.words().T("vs. last year")
	}
	return d.words().F("vs. %s", d.words().span(c.From, c.To))
}

// stepped returns the view one period earlier (by −1) or later (by 1), and whether there is one: not before the first day
// that has figures, and not after today.
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
	// A month or calendar year that has begun can be shown; of days and of several months, none that are still to come.
	begins := last
	switch {
	case months == 1 || months == 12 && from.Month() == time.January:
		begins = from
	case months > 0:
		begins = last.AddDate(0, 0, 1-last.Day())
	}
	if by > 0 && begins.After(d.Chart.Query.Now) || by < 0 && last.Before(d.Since) {
		return d.View, false
	}
	return d.span(from, last), true
}

// span returns the view of the days from..last: by the name of the period that they are, where there is one.
func (d Dashboard) span(from, last time.Time) View {
	q := d.Chart.Query
	for _, choice := range periods {
		p, err := report.NewPeriod(choice.name, q.Now)
		if err != nil || p.From.IsZero() || choice.name == "24h" || choice.name == "realtime" || !p.From.Equal(from) {
			continue
		}
		end := p.To.Add(-time.Second)
		if months := monthsOf(p); choice.name == "month" || choice.name == "year" { // they end today; what was asked for may end with them
			end = from.AddDate(0, months, -1)
		}
		if end.Format(time.DateOnly) == last.Format(time.DateOnly) {
			return d.View.period(choice.name)
		}
	}
	return d.View.days(from.Format(time.DateOnly), last.Format(time.DateOnly))
}

// InMonths reports whether a period is made of calendar months, or of the running one or year up to today.
func InMonths(p report.Period) bool { return monthsOf(p) > 0 }

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
	case days <= 1.1:
		return []report.Dimension{"minute", "hour"}
	case days <= 2.1:
		return []report.Dimension{"hour"}
	case days <= 7.1:
		return []report.Dimension{"hour", "day"}
	case days <= 62:
		return []report.Dimension{"day", "week"}
	}
	return []report.Dimension{"day", "week", "month"}
}

// CheckChart refuses what the address says of the chart where there is no such metric or interval; one that the tiles or the
// period don't have is left out. The error is a 400 that names the parameter.
func (v View) CheckChart() error {
	if m := report.Metric(v.Get("metric")); m != "" && !slices.Contains(report.AllMetrics, m) {
		return problem.BadField("metric", "bad_metric", fmt.Sprintf("There is no metric %q.", cutText(string(m), 60))).WithHint("Press one of the figures above the chart.")
	}
	if by := report.Dimension(v.Get("interval")); by != "" && intervalNames[by] == "" {
		return problem.BadField("interval", "bad_interval", fmt.Sprintf("There is no interval %q.", cutText(string(by), 60))).WithHint("Use minute, hour, day, week or month.")
	}
	return nil
}

// cutText returns the first characters of a foreign text.
func cutText(text string, most int) string {
	r := []rune(strings.ToValidUTF8(text, "?"))
	return string(r[:min(len(r), most)])
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
	case days <= 2.1:
		return "hour"
	case days <= 100:
		return "day"
	case days <= 750:
		return "week"
	}
	return "month"
}

// dateFields are two fields for own dates: their names and values, and the first and the last day that can be chosen.
type dateFields struct{ from, to, fromValue, toValue, min, max string }

// ownDates are the fields of the period, and ownComparison those of what it is compared with.
func (d Dashboard) ownDates() dateFields { return d.fields("from", "to", &d.Chart.Query.Period) }

func (d Dashboard) ownComparison() dateFields {
	return d.fields("compare_from", "compare_to", d.Chart.Query.Compare)
}

// fields returns fields with the days of p that can be chosen: from the first that has figures to today.
func (d Dashboard) fields(from, to string, p *report.Period) dateFields {
	f := dateFields{from: from, to: to, max: d.Chart.Query.Now.Format(time.DateOnly)}
	if !d.Since.IsZero() {
		f.min = d.Since.Format(time.DateOnly)
	}
	if p == nil || p.From.IsZero() {
		return f
	}
	f.fromValue, f.toValue = p.Dates()
	f.fromValue, f.toValue = min(max(f.fromValue, f.min), f.max), max(min(f.toValue, f.max), f.min)
	return f
}

// matches reports whether the comparison stands weekday against weekday, or with false date against date.
func (d Dashboard) matches(weekday bool) bool {
	return (d.Chart.Query.Match == report.SameWeekday) == weekday
}

// matching returns the view with the comparison laid so.
func (d Dashboard) matching(weekday bool) View {
	if weekday {
		return d.View.with("match", report.SameWeekday)
	}
	return d.View.with("match", "date")
}

// incomparable says why there is no comparison of a period that has none, or "".
func (d Dashboard) incomparable() string {
	switch d.Chart.Query.Period.Name {
	case "all":
		return d.words().T("There is nothing before all time to compare with.")
	case "realtime":
		return d.words().T("The last 30 minutes are not compared.")
	}
	return ""
}

// edge says what there is to say of a period without figures, and where to go from there.
func (d Dashboard) edge() (text, label, link string) {
	w, p := d.words(), d.Chart.Query.Period
	visits := slices.Index(d.Chart.Query.Metrics, report.Visits)
	switch {
	case p.From.After(d.Chart.Query.Now):
		return w.T("This period has not begun yet."), w.T("Today"), d.View.period("day").URL()
	case !d.Since.IsZero() && !p.To.After(d.Since):
		return w.F("Nothing was counted before %s.", w.date(d.Since, date)), w.T("All time"), d.View.period("all").URL()
	case visits < 0 || !d.Chart.Totals[visits].Known || d.Chart.Totals[visits].Number > 0:
	case d.Otherwise != nil:
		return w.T("No visit in this period passes the filters. Maybe this was meant:"), d.meant(), d.Otherwise.URL()
	case len(d.Chart.Query.Filters) > 0:
		return w.T("No visit in this period passes the filters."), w.T("Clear all"), d.View.bare().URL()
	default:
		return w.T("Nobody came in this period."), w.T("All time"), d.View.period("all").URL()
	}
	return "", "", ""
}

// meant writes the filters that differ in what was maybe meant.
func (d Dashboard) meant() string {
	var list []string
	for i, f := range d.Otherwise.Filters {
		if i >= len(d.View.Filters) || f.String() != d.View.Filters[i].String() {
			list = append(list, d.words().FilterText(f))
		}
	}
	return strings.Join(list, ", ")
}

// uncounted says that the comparison reaches back to days before anything was counted, or "".
func (d Dashboard) uncounted() string {
	c, w := d.Chart.Query.Compare, d.words()
	switch {
	case c == nil || d.Since.IsZero() || !c.From.Before(d.Since):
		return ""
	case c.To.After(d.Since):
		return w.F("of %s only since %s", w.span(c.From, c.To), w.date(d.Since, date))
	}
	return w.F("nothing to compare with before %s", w.date(d.Since, date))
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

// bounds are the attributes of a date field that say what can be chosen.
func (f dateFields) bounds() templ.Attributes {
	a := templ.Attributes{"max": f.max}
	if f.min != "" {
		a["min"] = f.min
	}
	return a
}
