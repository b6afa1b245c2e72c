package views

import (
	"cmp"
	"slices"
	"strings"

	"sandprint/app/report"
)

// Attribution is the page of where converters came from.
type Attribution struct {
	Dashboard
	Answer report.AttributionAnswer
	Before *report.AttributionAnswer // of the period that is compared with; nil without one
	Goals  []string                  // to choose from
}

// creditRow is a source with what is credited to it, by the first and by the last visit; nil: nothing.
type creditRow struct {
	Name        string
	First, Last *report.Credit
}

// rows returns both sides by name, the most converters of a last visit first and "(other)" last.
func (a Attribution) rows() []creditRow {
	var rows []creditRow
	at := map[string]int{}
	row := func(name string) *creditRow {
		if _, ok := at[name]; !ok {
			at[name] = len(rows)
			rows = append(rows, creditRow{Name: name})
		}
		return &rows[at[name]]
	}
	for i, c := range a.Answer.Last {
		row(c.Name).Last = &a.Answer.Last[i]
	}
	for i, c := range a.Answer.First {
		row(c.Name).First = &a.Answer.First[i]
	}
	count := func(c *report.Credit) int {
		if c == nil {
			return 0
		}
		return c.Converters
	}
	slices.SortStableFunc(rows, func(x, y creditRow) int {
		if (x.Name == report.Other) != (y.Name == report.Other) {
			return map[bool]int{true: 1, false: -1}[x.Name == report.Other]
		}
		return cmp.Or(count(y.Last)-count(x.Last), count(y.First)-count(x.First), strings.Compare(x.Name, y.Name))
	})
	return rows
}

// most returns the most converters of a row, for the lengths of the bars.
func (a Attribution) most() float64 {
	n := 1
	for _, list := range [][]report.Credit{a.Answer.First, a.Answer.Last} {
		for _, c := range list {
			n = max(n, c.Converters)
		}
	}
	return float64(n)
}

// was returns what was credited to a name in the comparison.
func (a Attribution) was(name string, first bool) report.Value {
	if a.Before == nil || name == report.Other {
		return report.Value{}
	}
	list := a.Before.Last
	if first {
		list = a.Before.First
	}
	for _, c := range list {
		if c.Name == name {
			return report.Value{Number: float64(c.Converters), Known: true}
		}
	}
	return report.Value{}
}

// change writes how a side of a row moved.
func (a Attribution) change(c *report.Credit, first bool) (string, Mood) {
	return a.words().Change(report.Visitors, report.Value{Number: float64(c.Converters), Known: true}, a.was(c.Name, first))
}

// earns reports whether there is revenue.
func (a Attribution) earns() bool { return a.Answer.Revenue.Known && a.Answer.Revenue.Number != 0 }

// creditBy are the dimensions that conversions can be credited by.
var creditBy = []report.Dimension{"channel", "source", "referrer", "utm_campaign", "utm_source", "utm_medium", "utm_content", "utm_term"}

// creditWindows are the choices of how long before a conversion a visit may have begun.
var creditWindows = []string{"visit", "7d", "30d", "90d"}

// window is the time that the page credits within.
func (a Attribution) window() string { return a.Answer.Attribution.Values().Get("window") }

// windows returns the choices of the time, that of the page among them.
func (a Attribution) windows() []string {
	if slices.Contains(creditWindows, a.window()) {
		return creditWindows
	}
	return append([]string{a.window()}, creditWindows...)
}

// creditWindow names how long before a conversion a visit may have begun.
func (w *Words) creditWindow(window string) string {
	if window == "visit" {
		return w.T("the visit itself")
	}
	return w.F("%s before it", w.windowName(window))
}

// choices returns the goals to choose from, that of the page among them.
func (a Attribution) choices() []string {
	if goal := a.Answer.Attribution.Goal; goal != "" && !slices.Contains(a.Goals, goal) {
		return append([]string{goal}, a.Goals...)
	}
	return a.Goals
}

// span returns how many columns a side has.
func (a Attribution) span() string {
	if a.earns() {
		return "3"
	}
	return "2"
}

// counted is a figure that is known.
func counted(n int) report.Value { return report.Value{Number: float64(n), Known: true} }

// visitNames name the first and the last visit.
var visitNames = map[bool]string{true: "First visit", false: "Last visit"}
