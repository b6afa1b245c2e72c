package views

import (
	"math"
	"slices"

	"sandprint/app/report"
)

// row is one line of a list, ready to be drawn.
type row struct {
	Name, Title string // Title is the whole name where it may be cut
	Also        string // what else it is called: the title of a page
	Bar         string // width in percent
	Share       string
	Value, Full string
	Further     []string // the figures beside the first, in the order of Tab.further
	Change, Was string
	Mood        Mood
	Link        string // filters by the row; empty for what can't be filtered by
	Without     string // excludes the row; empty: Link does with its last filter turned from “is” to “not”, as swap.js does
	On          bool   // the page is filtered by it
	Path        bool   // the name is an address: written left to right, cut in the middle of nothing
}

// headName names the column of a metric in the room of a list.
func (w *Words) headName(m report.Metric) string {
	if m == report.ConversionRate {
		return w.T("Rate")
	}
	return w.T(metricNames[m])
}

// shown returns the rows of an answer that its list shows, and the figure of those without a value where they have none.
func (t Tab) shown(a report.Answer) (rows []report.Row, unset *report.Value) {
	for i, r := range a.Rows {
		switch {
		case t.Unset != "" && r.Name == report.NotSet:
			unset = &a.Rows[i].Values[0]
		case len(rows) < listRows || t.Limit() > listRows+1:
			rows = append(rows, r)
		}
	}
	return rows, unset
}

// nothing reports whether a list has nothing to show.
func (d Dashboard) nothing(t Tab, a report.Answer) bool {
	rows, _ := t.shown(a)
	if t.By == "map" && !slices.ContainsFunc(rows, func(r report.Row) bool { return outlined(r.Name) && r.Values[0].Number > 0 }) {
		return true
	}
	return len(rows) == 0 || a.Totals[0].Number == 0 || t.By == "property" && t.Prop == ""
}

// empty says why a list has nothing to show: nothing in the whole period or, where there is something, what is missing.
func (d Dashboard) empty(t Tab) string {
	w := d.words()
	switch {
	case len(d.Chart.Query.Filters) > 0 && t.Empty != noCities:
		return w.T("Nothing here passes the filters in this period.")
	case len(d.Chart.Totals) == 0 || d.Chart.Totals[0].Number > 0:
		return d.emptyTab(t)
	}
	return w.T("No visits in this period.")
}

// emptyTab is what an empty list says by itself.
func (d Dashboard) emptyTab(t Tab) string {
	if t.Off != "" && slices.Contains(d.Uncounted, t.Of) {
		return d.words().T(t.Empty) + " " + d.words().T(t.Off)
	}
	return d.words().T(t.Empty)
}

// small says how many rows of a list are kept together because they are too few people each, or "".
func (d Dashboard) small(t Tab, a report.Answer) string {
	w, n := d.words(), a.Hidden.Rows
	switch {
	case n == 0:
		return ""
	case t.By == "grid" && n == 1:
		return w.F("1 hour is left out: %s.", w.Say(a.Hidden.Reason))
	case t.By == "grid":
		return w.F("%s hours are left out: %s.", w.Exact(float64(n)), w.Say(a.Hidden.Reason))
	case n == 1:
		return w.F("1 row is in (other): %s.", w.Say(a.Hidden.Reason))
	}
	return w.F("%s rows are in (other): %s.", w.Exact(float64(n)), w.Say(a.Hidden.Reason))
}

// unset says how many there are without a value, or "".
func (d Dashboard) unset(t Tab, a report.Answer) string {
	_, v := t.shown(a)
	if v == nil || v.Number == 0 {
		return ""
	}
	return d.words().T(t.Unset) + ": " + d.words().listed(a.Query.Metrics[0], *v)
}

// all returns how many rows a list has where it does not show them all, or 0.
func (t Tab) all(a report.Answer) int {
	rows, unset := t.shown(a)
	total := a.TotalRows
	if unset != nil {
		total--
	}
	if total <= len(rows) {
		return 0
	}
	return total
}

// further returns which figures beside the first a list shows, by their place: not revenue where no row has any.
func further(a report.Answer) (at []int) {
	for i, m := range a.Query.Metrics {
		paid := func(r report.Row) bool { return r.Values[i].Number != 0 }
		if i > 0 && (m != report.Revenue || slices.ContainsFunc(a.Rows, paid)) {
			at = append(at, i)
		}
	}
	return at
}

// rows makes the lines of a list from its answer.
func (d Dashboard) rows(t Tab, a report.Answer) []row {
	shown, _ := t.shown(a)
	high := 0.0
	for _, r := range shown {
		high = max(high, r.Values[0].Number)
	}
	list := make([]row, len(shown))
	for i, r := range shown {
		list[i] = d.row(t, a, r, high)
	}
	return list
}

// row makes one line; high is the figure of the longest bar.
func (d Dashboard) row(t Tab, a report.Answer, r report.Row, high float64) row {
	w, by, m, v := d.words(), a.Query.By, a.Query.Metrics[0], r.Values[0]
	line := row{Name: w.valueName(by, r.Name), Title: w.valueName(by, r.Name), Also: r.Title, Value: w.listed(m, v), Full: w.FullFigure(m, v) + " " + w.T(metricNames[m]), Path: isPath(by)}
	if r.Title != "" {
		line.Title += "\n" + r.Title
	}
	if high > 0 {
		line.Bar = percent(math.Ceil(100 * v.Number / high))
	}
	if a.Totals[0].Number > 0 {
		line.Share = w.share(100 * v.Number / a.Totals[0].Number)
	}
	for _, at := range further(a) {
		line.Further = append(line.Further, w.Figure(a.Query.Metrics[at], r.Values[at]))
	}
	if r.Previous != nil {
		line.Change, line.Mood = w.Change(m, v, r.Previous[0])
		line.Was = w.FullFigure(m, r.Previous[0])
	}
	if r.Name != report.Other {
		line.On, line.Link = d.View.filtered(by, r.Name), d.choosing(t, r.Name)
		if line.On || t.Leads != "" || t.Asks() != by || !d.View.turns(by) {
			line.Without = d.View.only(by, report.Not, r.Name).URL()
		}
	}
	return line
}

// choosing returns the address of what choosing a row leads to: only its value, and the list that then tells more; or, of a
// row that is chosen, all values again.
func (d Dashboard) choosing(t Tab, value string) string {
	view := d.View.only(t.Asks(), report.Is, value)
	if leads := d.leads(t); leads != "" && !d.View.filtered(t.Asks(), value) {
		view = view.tab(leads)
	}
	return view.URL()
}

// leads returns the tab that choosing a row of a tab opens; none of regions where nothing knows any.
func (d Dashboard) leads(t Tab) report.Dimension {
	if t.Leads == "region" && !d.Regions {
		return ""
	}
	return t.Leads
}

func isPath(by report.Dimension) bool {
	return by == "page" || by == "entry_page" || by == "exit_page" || by == "referrer" || by == "hostname" || by == "prop:url"
}

// share writes a part of a whole: whole percents, and <1% for what is there but small.
func (w *Words) share(percent float64) string {
	if percent > 0 && percent < 0.5 {
		return w.percent("<1")
	}
	return w.Percent(percent, 0)
}

// tabGroup is a place in the row of tabs: one list or several.
type tabGroup struct {
	Label string
	Tabs  []Tab
}

// groups returns the places in a panel's row of tabs.
func (p *panel) groups() []tabGroup {
	var list []tabGroup
	for _, t := range p.Tabs {
		if n := len(list); t.Under != "" && n > 0 && list[n-1].Label == t.Under {
			list[n-1].Tabs = append(list[n-1].Tabs, t)
			continue
		}
		label := t.Label
		if t.Under != "" {
			label = t.Under
		}
		list = append(list, tabGroup{label, []Tab{t}})
	}
	return list
}

// has reports whether a tab is in the group.
func (g tabGroup) has(t Tab) bool {
	return slices.ContainsFunc(g.Tabs, func(other Tab) bool { return other.By == t.By })
}
