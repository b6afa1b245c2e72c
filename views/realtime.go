package views

import (
	"slices"
	"strconv"

	"sandprint/app/report"
)

// Realtime is the page of the present.
type Realtime struct {
	Dashboard                 // the frame; its Chart is the first of the answers
	Answers   []report.Answer // of the last 30 minutes by minute, of who is there now, and of RealtimeLists
}

// RealtimeRows is how many rows a list of the present has.
const RealtimeRows = 10

// RealtimeLists are the lists of the present: pages of the last five minutes, all else of the last 30.
var RealtimeLists = []Tab{
	{By: "page", Label: "Pages now", Metrics: visitorsOnly, Empty: "Nobody read a page in the last five minutes."},
	{By: "source", Label: "Sources", Metrics: visitorsOnly, Empty: noneLately},
	{By: "country", Label: "Countries", Metrics: visitorsOnly, Empty: noneLately},
	{By: "device", Label: "Devices", Metrics: visitorsOnly, Empty: noneLately},
	{By: "event", Label: "Events", Metrics: []report.Metric{report.EventCount, report.Visitors}, Empty: "No event in the last 30 minutes."},
	{By: "goal", Label: "Goals", Metrics: []report.Metric{report.Conversions, report.Visitors}, Empty: "No goal was reached in the last 30 minutes."},
}

const noneLately = "No visit in the last 30 minutes."

// Now returns how many visitors are there now.
func (r Realtime) Now() int { return int(r.Answers[1].Totals[0].Number) }

// list returns the answer of one of RealtimeLists.
func (r Realtime) list(i int) report.Answer { return r.Answers[2+i] }

// Size of the drawing of the last 30 minutes, in its own units.
const (
	minuteWide = 20
	minuteHigh = 120
	minuteGap  = 4
)

// minuteBar is one minute of the drawing.
type minuteBar struct {
	X, Y, High string
	Kind       string // full, part (it is not over) or blank (too few to show)
	Says       string
}

// minuteBars lays the minutes out, the highest just below the top.
func (r Realtime) minuteBars() []minuteBar {
	w, rows := r.words(), r.Answers[0].Rows
	top := r.minuteTop()
	list := make([]minuteBar, 0, len(rows))
	for i, row := range rows {
		if future(r.Answers[0].Query, row) {
			break
		}
		high := 0.0
		b := minuteBar{X: strconv.Itoa(i*minuteWide + minuteGap/2), Kind: "full"}
		switch v := row.Values[0]; {
		case !v.Known:
			b.Kind, high = "blank", 3
			b.Says = w.date(row.Start, clock) + ": " + w.T("too few to show")
		default:
			high = minuteHigh * v.Number / top
			if v.Number > 0 {
				high = max(high, 3)
			}
			b.Says = w.date(row.Start, clock) + ": " + w.F("%s visitors, %s page views", w.FullFigure(report.Visitors, v), w.FullFigure(report.Pageviews, row.Values[1]))
			if row.Partial {
				b.Kind = "part"
			}
		}
		b.Y, b.High = unit(minuteHigh-high), unit(high)
		list = append(list, b)
	}
	return list
}

// minuteTop is the figure at the top edge.
func (r Realtime) minuteTop() float64 {
	top := 1.0
	for _, row := range r.Answers[0].Rows {
		top = max(top, row.Values[0].Number)
	}
	return top
}

// minuteMost says how many there were in the fullest minute, or "" where that can't be shown.
func (r Realtime) minuteMost() string {
	if r.minuteTop() == 1 && !slices.ContainsFunc(r.Answers[0].Rows, func(row report.Row) bool { return row.Values[0].Number > 0 }) {
		return ""
	}
	return r.words().F("at most %s a minute", r.words().Exact(r.minuteTop()))
}

// minuteRows are the minutes of the table behind the drawing, the newest first.
func (r Realtime) minuteRows() []report.Row {
	rows := slices.DeleteFunc(slices.Clone(r.Answers[0].Rows), func(row report.Row) bool { return future(r.Answers[0].Query, row) })
	slices.Reverse(rows)
	return rows
}

// hidden says what the floor keeps back, or "".
func (r Realtime) hidden() string {
	n, why := 0, ""
	for _, a := range r.Answers {
		if a.Hidden.Rows > 0 {
			n, why = n+a.Hidden.Rows, a.Hidden.Reason
		}
	}
	if n == 0 {
		return ""
	}
	w := r.words()
	return w.F("%s rows or minutes are kept together or left blank: %s. The site's settings say how small is too small.", w.Exact(float64(n)), w.Say(why))
}

// stream is the address of the page's events.
func (r Realtime) stream() string { return r.View.at("/live", "show", "realtime") }

// frame returns the page with the bar, the footer and the scripts of the present.
func (r Realtime) frame() Page {
	p := r.Dashboard.frame()
	p.Scripts = []string{"swap.js", "live.js", "realtime.js"}
	p.Styles = append(p.Styles, "realtime.css")
	return p
}
