package views

import (
	"slices"

	"sandprint/app/report"
)

// row is one line of a list, ready to be drawn.
type row struct {
	Name, Title string // Title is the whole name where it may be cut
	Bar         string // width in percent
	Share       string
	Value, Full string
	Extra       string // a second figure, or empty
	Change, Was string
	Mood        Mood
	Link        string // filters by the row; empty for what can't be filtered by
	Without     string // excludes the row
	On          bool   // the page is filtered by it
	Path        bool   // the name is an address: written left to right, cut in the middle of nothing
}

// shown returns the rows of an answer that its list shows, and the figure of those without a value where they have none.
func (t Tab) shown(a report.Answer) (rows []report.Row, unset *report.Value) {
	for i, r := range a.Rows {
		switch {
		case t.Unset != "" && r.Name == report.NotSet:
			unset = &a.Rows[i].Values[0]
		case len(rows) < listRows || t.Limit() != listRows && t.Unset == "":
			rows = append(rows, r)
		}
	}
	return rows, unset
}

// nothing reports whether a list has nothing to show.
func (d Dashboard) nothing(t Tab, a report.Answer) bool {
	rows, _ := t.shown(a)
	return len(rows) == 0 || a.Totals[0].Number == 0
}

// unset says how many there are without a value, or "".
func (d Dashboard) unset(t Tab, a report.Answer) string {
	_, v := t.shown(a)
	if v == nil || v.Number == 0 {
		return ""
	}
	return d.words().T(t.Unset) + ": " + d.words().listed(a.Query.Metrics[0], *v)
}

// further returns how many rows a list has where it does not show them all, or 0.
func (t Tab) further(a report.Answer) int {
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

// rows makes the lines of a list from its answer.
func (d Dashboard) rows(t Tab, a report.Answer) []row {
	w, by, high := d.words(), a.Query.By, 0.0
	shown, _ := t.shown(a)
	for _, r := range shown {
		high = max(high, r.Values[0].Number)
	}
	m := a.Query.Metrics[0]
	list := make([]row, 0, len(shown))
	for _, r := range shown {
		v := r.Values[0]
		line := row{Name: w.valueName(by, r.Name), Title: w.valueName(by, r.Name), Value: w.listed(m, v), Full: w.FullFigure(m, v) + " " + w.T(metricNames[m]), Path: isPath(by)}
		if high > 0 {
			line.Bar = percent(100 * v.Number / high)
		}
		if a.Totals[0].Number > 0 {
			line.Share = w.share(100 * v.Number / a.Totals[0].Number)
		}
		if len(r.Values) > 1 {
			line.Extra, line.Share = w.Figure(a.Query.Metrics[1], r.Values[1]), ""
		}
		if r.Previous != nil {
			line.Change, line.Mood = w.Change(m, v, r.Previous[0])
			line.Was = w.FullFigure(m, r.Previous[0])
		}
		if r.Name != report.Other {
			line.Link, line.Without = d.View.only(by, report.Is, r.Name).URL(), d.View.only(by, report.Not, r.Name).URL()
			line.On = d.View.filtered(by, r.Name)
		}
		list = append(list, line)
	}
	return list
}

func isPath(by report.Dimension) bool {
	return by == "page" || by == "entry_page" || by == "exit_page" || by == "referrer" || by == "hostname"
}

// share writes a part of a whole: whole percents, and <1% for what is there but small.
func (w *Words) share(percent float64) string {
	if percent > 0 && percent < 0.5 {
		return "<1" + w.or().Space + "%"
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
