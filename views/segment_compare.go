package views

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"sandprint/app/report"
)

// SegmentsCompared is the page of two segments side by side: what the page is filtered by, and another.
type SegmentsCompared struct {
	Dashboard
	With   string          // the other: "else", "all", or the number of a segment
	A, B   report.Answer   // by time bucket
	ListsA []report.Answer // by CompareLists
	ListsB []report.Answer
}

// The choices of what to compare with that are no saved segment.
const (
	EveryoneElse = "else"
	AllVisitors  = "all"
)

// CompareMetrics are the figures of two segments.
var CompareMetrics = []report.Metric{report.Visitors, report.Visits, report.ViewsPerVisit, report.BounceRate, report.VisitDuration, report.ConversionRate}

// CompareLists are the lists of two segments, by the visitors who are in a row.
var CompareLists = []report.Dimension{"channel", "page", "country", "device", "visitor_type", "goal"}

// CompareRows is how many rows are asked for of each side of a list: what is not among them can be told from nobody.
const CompareRows = 1000

// comparedRows is how many rows a list shows.
const comparedRows = 9

// nameA names what the page is filtered by.
func (c SegmentsCompared) nameA() string {
	w, applied := c.words(), c.applied()
	switch {
	case !c.View.narrowed():
		return w.T("All visitors")
	case len(applied) == 1 && len(c.View.Filters) == 0:
		return applied[0].Name
	case len(applied) == 0 && len(c.View.Filters) == 1:
		return w.FilterText(c.View.Filters[0])
	}
	return w.T("These filters")
}

// nameB names what it is compared with.
func (c SegmentsCompared) nameB() string {
	switch c.With {
	case EveryoneElse:
		return c.words().T("Everyone else")
	case AllVisitors:
		return c.words().T("All visitors")
	}
	for _, s := range c.Segments {
		if strconv.FormatInt(s.ID, 10) == c.With {
			return s.Name
		}
	}
	return ""
}

// with returns the page compared with another choice.
func (c SegmentsCompared) with(choice string) View {
	return c.View.Under("/compare-segments", "with", unlessFirst(EveryoneElse, choice))
}

// both returns the dashboard whose chart has the two lines.
func (c SegmentsCompared) both() Dashboard {
	d := c.Dashboard
	d.Sides = [2]string{c.nameA(), c.nameB()}
	d.Chart = c.A
	d.Chart.Previous = c.B.Totals
	d.Chart.Rows = slices.Clone(c.A.Rows)
	for i := range d.Chart.Rows {
		if row := &d.Chart.Rows[i]; i < len(c.B.Rows) {
			row.Previous, row.Was = c.B.Rows[i].Values, row.Start
		}
	}
	return d
}

// comparedRow is a row of a list of both sides.
type comparedRow struct {
	Name, Title    string
	Path           bool
	A, B           string // shares of the visitors, or none
	FullA, FullB   string // visitors
	BarA, BarB     string // percent of the longest
	Difference     string // of the shares, in points
	shareA, shareB float64
	knownA, knownB bool
}

// rows makes the lines of a list: the rows that are large on either side, the largest first.
func (c SegmentsCompared) rows(at int) []comparedRow {
	a, b := c.ListsA[at], c.ListsB[at]
	var list []comparedRow
	for _, name := range namesOf(a, b) {
		shown := c.words().valueName(a.Query.By, name)
		row := comparedRow{Name: shown, Title: shown, Path: isPath(a.Query.By)}
		row.shareA, row.FullA, row.knownA = c.share(a, name)
		row.shareB, row.FullB, row.knownB = c.share(b, name)
		list = append(list, row)
	}
	slices.SortStableFunc(list, func(x, y comparedRow) int {
		return cmp.Compare(max(y.shareA, y.shareB), max(x.shareA, x.shareB))
	})
	list = list[:min(len(list), comparedRows)]
	high := 0.0
	for _, r := range list {
		high = max(high, r.shareA, r.shareB)
	}
	for i := range list {
		list[i].write(c.words(), high)
	}
	return list
}

// namesOf returns the names of the first rows of two answers, without those that are several groups.
func namesOf(answers ...report.Answer) (names []string) {
	for _, a := range answers {
		for _, r := range a.Rows[:min(len(a.Rows), comparedRows+1)] {
			if r.Name != report.Other && !slices.Contains(names, r.Name) {
				names = append(names, r.Name)
			}
		}
	}
	return names
}

// share returns the share of an answer's visitors that are in a row. It is not known where the row is too small to be shown.
func (c SegmentsCompared) share(a report.Answer, name string) (percent float64, full string, known bool) {
	total := a.Totals[0].Number
	at := slices.IndexFunc(a.Rows, func(r report.Row) bool { return r.Name == name })
	switch {
	case total == 0:
		return 0, "", false
	case at >= 0 && a.Rows[at].Values[0].Known:
		n := a.Rows[at].Values[0].Number
		return 100 * n / total, c.words().Exact(n), true
	case at >= 0 || a.Hidden.Rows > 0 || a.TotalRows > len(a.Rows):
		return 0, "", false
	}
	return 0, c.words().Exact(0), true
}

// write fills in what is read of a row.
func (r *comparedRow) write(w *Words, high float64) {
	side := func(share float64, known bool) (text, bar string) {
		if !known {
			return none, "0%"
		}
		return w.share(share), percent(100 * share / max(high, 1e-9))
	}
	r.A, r.BarA = side(r.shareA, r.knownA)
	r.B, r.BarB = side(r.shareB, r.knownB)
	if !r.knownA || !r.knownB {
		r.Difference = none
		return
	}
	moved := r.shareA - r.shareB
	places := 0
	if math.Abs(moved) < 9.95 {
		places = 1
	}
	size := math.Abs(moved)
	r.Difference = signed(math.Round(moved*10), w.decimal(size, places))
	if math.Round(size*10) == 0 {
		r.Difference = w.decimal(0, 0)
	}
}

// listName names a list.
func (c SegmentsCompared) listName(by report.Dimension) string {
	if by == "visitor_type" {
		return c.words().T("New and returning")
	}
	if name, ok := pluralNames[by]; ok {
		return c.words().T(name)
	}
	return c.words().dimensionName(by)
}

// hiddenRows returns how many rows of both sides are too small to be shown, and why.
func (c SegmentsCompared) hiddenRows() (n int, why string) {
	for _, a := range slices.Concat(c.ListsA, c.ListsB) {
		if a.Hidden.Rows > 0 {
			n, why = n+a.Hidden.Rows, a.Hidden.Reason
		}
	}
	return n, why
}

// lines names the two lines of the chart: periods, unless these are segments.
func (d Dashboard) lines() (now, then string) {
	if d.Sides[0] != "" {
		return d.Sides[0], d.Sides[1]
	}
	return d.dates(), d.words().days(*d.Chart.Query.Compare)
}

// twoLines reports whether the chart has two lines.
func (d Dashboard) twoLines() bool { return d.Chart.Query.Compare != nil || d.Sides[0] != "" }

// columns name the figures of the table behind the chart.
func (d Dashboard) columns(m report.Metric) (now, then string) {
	if d.Sides[0] != "" {
		return d.Sides[0], d.Sides[1]
	}
	return d.words().T(metricNames[m]), d.words().T("Before")
}

// frame is the page around two segments.
func (c SegmentsCompared) frame() Page {
	p := c.both().frame()
	p.Title = c.words().T("Compare segments") + " · " + p.Title
	p.Styles = append(p.Styles, "compare.css")
	return p
}
