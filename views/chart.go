package views

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"sandprint/app/report"
)

// Size of the chart's own units: the drawing is stretched over the room there is, its labels are not.
const (
	chartWide = 1000
	chartHigh = 200
)

// chart is a line over time, laid out: paths in chart units, places in percent of width and height.
type chart struct {
	Line, Area, Unfinished, Before string // paths; Unfinished leads to the bucket that is not over, and from and to those that the period cuts
	Dots, DotsBefore               string // paths of the values that no line leads to; of thin figures of all that are not zero
	Stems                          string // paths from zero to the values that no line leads to
	Named                          []tick // values that are written at their points: their places in percent of the width, and in High of the height
	Nothing                        string // why nothing is drawn; empty: something is
	Begun                          bool   // the first bucket is not over
	Rules, Labels                  []tick // horizontal rules with their figure; buckets named below
	Spots                          []spot
	Flags                          []flag
	Top                            float64 // the figure at the top edge
}

// tick is a place on an axis, in percent, and what is written there.
type tick struct {
	At     float64
	Label  string
	Anchor string // start, middle or end
	Minor  bool   // left out where there is little room
	High   float64
}

// spot is one bucket: where the pointer reads it, what it says, where a click leads.
type spot struct {
	Left, Width, X, Y float64 // percent; Y of the value, or −1 where none is drawn
	Then              float64 // percent; height of the comparison, or −1
	Name, Value       string
	OldName, OldValue string
	Partial           bool
	Link              string
	Notes             []Annotation // of the bucket
}

// flag stands over the chart for the annotations of a bucket, or of several where these are too close for two.
type flag struct {
	At    float64 // percent
	Notes []Annotation
}

// flagRoom is how far apart flags stand at least, in percent of the chart's width: 22 px on a phone.
const flagRoom = 7

// mostSpots is how many buckets of a chart react to the pointer without a script: more are too narrow to hit, and cost 2 KB
// of the 15 that a page may have. The table behind the chart has them all.
const mostSpots = 60

// drawChart lays out the metric at index at of the chart's answer.
func (d Dashboard) drawChart(at int) chart {
	d.Chart.Rows = d.knownRows(at)
	w, a := d.words(), d.Chart
	m := a.Query.Metrics[at]
	n := len(a.Rows)
	now, before := make([]float64, n), make([]float64, n)
	for i, row := range a.Rows {
		now[i], before[i] = math.NaN(), math.NaN()
		if row.Values[at].Known && !future(a.Query, row) {
			now[i] = row.Values[at].Number
		}
		if row.Previous != nil && row.Previous[at].Known {
			before[i] = row.Previous[at].Number
		}
	}
	c := chart{Top: niceTop(m, append(append([]float64{}, now...), before...))}
	if n <= fewBuckets {
		c.Top *= 1.12 // room for the values that are written over their points
	}
	place := func(i int) float64 {
		if n == 1 {
			return 50
		}
		return 100 * float64(i) / float64(n-1)
	}
	height := func(f float64) float64 { return 100 - 100*f/c.Top }
	last := n // the first bucket that is not over
	for i, row := range a.Rows {
		if row.Partial || future(a.Query, row) {
			last = i
			break
		}
	}
	if last == n && !begins(a.Query.By, a.Query.Period.To) {
		last = max(n-1, 0)
	}
	first := 0 // the first bucket that is whole
	if last > 1 && !begins(a.Query.By, a.Query.Period.From) {
		first = 1
		c.Unfinished = trace(now[:2], place, height)
	}
	c.Line = trace(now[first:last], func(i int) float64 { return place(first + i) }, height)
	c.Area = areaUnder(now[:min(last+1, n)], place, height)
	if last < n && !math.IsNaN(now[last]) {
		from := max(last-1, 0)
		c.Unfinished += trace(now[from:last+1], func(i int) float64 { return place(from + i) }, height)
	}
	c.Dots, c.Begun = lone(now, place, height, thin(now)), last == 0
	c.Stems = stems(now, place, height)
	c.Named = d.named(at, now, place, height)
	c.Nothing = d.nothingDrawn(now)
	if slices.ContainsFunc(before, func(f float64) bool { return f > 0 }) { // a line along zero would say nothing
		c.Before, c.DotsBefore = trace(before, place, height), lone(before, place, height, false)
	}
	for _, f := range rulesOf(m, c.Top) {
		c.Rules = append(c.Rules, tick{At: height(f), Label: w.axis(m, f, currencyOf(a, at))})
	}
	c.Labels = labels(w, a, place)
	c.Spots = d.spots(at, place, height)
	annotate(c.Spots, a, d.Notes)
	c.Flags = flags(c.Spots)
	return c
}

// knownRows returns the chart's rows with the metric at index at unknown where nothing can have been counted: the bucket is
// over before the site's first day, or half of it and more lies on days that the file is damaged at.
func (d Dashboard) knownRows(at int) []report.Row {
	rows := slices.Clone(d.Chart.Rows)
	for i, row := range rows {
		end := d.Chart.Query.Period.To
		if i+1 < len(rows) {
			end = rows[i+1].Start
		}
		var lost time.Duration
		for _, day := range d.Chart.Damaged {
			from, to := row.Start, end
			if day.After(from) {
				from = day
			}
			if next := day.AddDate(0, 0, 1); next.Before(to) {
				to = next
			}
			lost += max(to.Sub(from), 0)
		}
		if !d.Since.IsZero() && !end.After(d.Since) || lost > 0 && 2*lost >= end.Sub(row.Start) {
			rows[i].Values = slices.Clone(row.Values)
			rows[i].Values[at] = report.Value{}
		}
	}
	return rows
}

// begins reports whether a week or a month begins at a time; buckets that are shorter are not cut by a period.
func begins(by report.Dimension, t time.Time) bool {
	switch by {
	case "week":
		return t.Weekday() == time.Monday
	case "month":
		return t.Day() == 1
	}
	return true
}

// annotate gives each bucket its annotations. Those of buckets that are still to come have none.
func annotate(list []spot, a report.Answer, notes []Annotation) {
	for _, note := range notes {
		i, exact := slices.BinarySearchFunc(a.Rows, note.At, func(row report.Row, t time.Time) int { return row.Start.Compare(t) })
		if !exact {
			i--
		}
		if i >= 0 && i < len(list) && note.At.Before(a.Query.Period.To) {
			list[i].Notes = append(list[i].Notes, note)
		}
	}
}

// flags returns the flags over the buckets.
func flags(list []spot) (all []flag) {
	for _, s := range list {
		switch n := len(all); {
		case len(s.Notes) == 0:
		case n > 0 && s.X-all[n-1].At < flagRoom:
			all[n-1].Notes = slices.Concat(all[n-1].Notes, s.Notes)
		default:
			all = append(all, flag{At: s.X, Notes: s.Notes})
		}
	}
	return all
}

// Text is what is written on the flag: how many it stands for, when it is not one.
func (f flag) Text() string {
	switch n := len(f.Notes); {
	case n == 1:
		return ""
	case n > 99:
		return "99+"
	default:
		return strconv.Itoa(n)
	}
}

// cloth is the path of the flag: to the right of its pole, at the chart's right edge to the left.
func (f flag) cloth() string {
	if f.Text() == "" { // a swallow's tail
		if f.left() {
			return "M0,0h-12l3,5.5-3,5.5h12z"
		}
		return "M0,0h12l-3,5.5,3,5.5H0z"
	}
	long := map[int]string{1: "15", 2: "19", 3: "25"}[len(f.Text())]
	if f.left() {
		return "M0 0h-" + long + "v11h" + long + "z"
	}
	return "M0 0h" + long + "v11h-" + long + "z"
}

func (f flag) left() bool { return f.At > 90 }

// middle is where the text of the flag stands, from its pole.
func (f flag) middle() string {
	half := map[int]string{1: "7.5", 2: "9.5", 3: "12.5"}[len(f.Text())]
	if f.left() {
		return "-" + half
	}
	return half
}

func future(q report.Query, row report.Row) bool { return !q.Now.IsZero() && row.Start.After(q.Now) }

// trace draws the known values as lines; a lone value is none.
func trace(values []float64, place func(int) float64, height func(float64) float64) string {
	var b strings.Builder
	for i, f := range values {
		if math.IsNaN(f) {
			continue
		}
		letter := "L"
		if i == 0 || math.IsNaN(values[i-1]) {
			letter = "M"
		}
		if alone(values, i) {
			continue
		}
		b.WriteString(letter + unit(place(i)*chartWide/100) + " " + unit(height(f)*chartHigh/100))
	}
	return b.String()
}

// alone reports whether a value is known and those beside it are not.
func alone(values []float64, i int) bool {
	return !math.IsNaN(values[i]) && (i == 0 || math.IsNaN(values[i-1])) && (i+1 == len(values) || math.IsNaN(values[i+1]))
}

// Thin figures are hard to read off a line: where there are few buckets, each value has its point and is written beside it; where there are more but
// all values are small, those that are not zero have their point.
const (
	fewBuckets = 8
	thinDots   = 35 // buckets
	thinHigh   = 10 // the highest value
)

// thin reports whether values are drawn with a point each.
func thin(values []float64) bool {
	if len(values) > thinDots {
		return false
	}
	return len(values) <= fewBuckets || !slices.ContainsFunc(values, func(f float64) bool { return f > thinHigh })
}

// stems draws a line from zero to each value that has no neighbour.
func stems(values []float64, place func(int) float64, height func(float64) float64) string {
	var b strings.Builder
	for i, f := range values {
		if alone(values, i) && f > 0 {
			b.WriteString("M" + unit(place(i)*chartWide/100) + " " + strconv.Itoa(chartHigh) + "V" + unit(height(f)*chartHigh/100))
		}
	}
	return b.String()
}

// named are the values that are written at their points: all of few buckets, and such as have no neighbour, as far as there is room. A zero lies on its line.
func (d Dashboard) named(at int, values []float64, place func(int) float64, height func(float64) float64) (list []tick) {
	const room = 12 // percent of the width
	for i, f := range values {
		if !(f > 0) || len(values) > fewBuckets && !alone(values, i) || len(list) > 0 && place(i)-list[len(list)-1].At < room {
			continue
		}
		t := tick{At: place(i), High: height(f), Anchor: "middle", Label: d.words().listed(d.Chart.Query.Metrics[at], d.Chart.Rows[i].Values[at])}
		switch {
		case len(values) > 1 && t.At < 4:
			t.Anchor = "start"
		case t.At > 96:
			t.Anchor = "end"
		}
		list = append(list, t)
	}
	return list
}

// nothingDrawn says why a chart has no value at all, or "".
func (d Dashboard) nothingDrawn(values []float64) string {
	w := d.words()
	switch {
	case slices.ContainsFunc(values, func(f float64) bool { return !math.IsNaN(f) }):
		return ""
	case d.Chart.Hidden.Rows > 0:
		return w.F("Left blank: %s", w.Say(d.Chart.Hidden.Reason))
	}
	return w.T("No figures in this period")
}

// lone draws each value that has no neighbour, or each that is not zero, as a line of no length, which becomes a dot.
func lone(values []float64, place func(int) float64, height func(float64) float64, all bool) string {
	var b strings.Builder
	for i, f := range values {
		if alone(values, i) || all && f > 0 {
			b.WriteString("M" + unit(place(i)*chartWide/100) + " " + unit(height(f)*chartHigh/100) + "h0")
		}
	}
	return b.String()
}

// areaUnder draws what lies between the known values and zero.
func areaUnder(values []float64, place func(int) float64, height func(float64) float64) string {
	var b strings.Builder
	for i := 0; i < len(values); i++ {
		if math.IsNaN(values[i]) {
			continue
		}
		b.WriteString("M" + unit(place(i)*chartWide/100) + " " + strconv.Itoa(chartHigh))
		for ; i < len(values) && !math.IsNaN(values[i]); i++ {
			b.WriteString("L" + unit(place(i)*chartWide/100) + " " + unit(height(values[i])*chartHigh/100))
		}
		b.WriteString("L" + unit(place(i-1)*chartWide/100) + " " + strconv.Itoa(chartHigh) + "Z")
	}
	return b.String()
}

// unit writes a number with at most one decimal.
func unit(f float64) string { return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64) }

// percent writes a place on the chart.
func percent(f float64) string {
	return strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64) + "%"
}

// niceTop returns the figure at the top edge: a little above the highest value, on a round number.
func niceTop(m report.Metric, values []float64) float64 {
	high := 0.0
	for _, f := range values {
		if f > high {
			high = f
		}
	}
	if rate(m) && (high > 75 || high == 0) {
		return 100
	}
	if high == 0 {
		high = 1
	}
	step := stepOf(m, high)
	top := math.Ceil(high/step) * step
	if top < high*1.04 && !rate(m) {
		top = high * 1.06
	}
	return top
}

// rulesOf returns the figures that have a rule.
func rulesOf(m report.Metric, top float64) (rules []float64) {
	step := stepOf(m, top/1.061)
	for f := 0.0; f <= top*1.0001; f += step {
		rules = append(rules, f)
	}
	return rules
}

// stepOf returns a round distance of three to five rules below high: 1, 2 or 5 times a power of ten, and for times what
// divides a minute or an hour.
func stepOf(m report.Metric, high float64) float64 {
	if m == report.VisitDuration || m == report.TimeOnPage {
		for _, step := range []float64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200} {
			if high/step <= 5 {
				return step
			}
		}
	}
	power := math.Pow10(int(math.Floor(math.Log10(high / 4))))
	if additive(m) {
		power = math.Max(power, 1)
	}
	for _, f := range []float64{1, 2, 5} {
		if high/(f*power) <= 5 {
			return f * power
		}
	}
	return 10 * power
}

func rate(m report.Metric) bool {
	return m == report.BounceRate || m == report.ConversionRate || m == report.ScrollDepth
}

// axis writes a figure beside a rule.
func (w *Words) axis(m report.Metric, f float64, currency string) string {
	switch {
	case rate(m) && f != math.Round(f):
		return w.Percent(f, 1)
	case rate(m):
		return w.Percent(f, 0)
	case m == report.Revenue:
		return w.Money(f, currency, false)
	case m == report.VisitDuration || m == report.TimeOnPage:
		if s := int(f); s >= 60 && s%60 == 0 {
			return strconv.Itoa(s/60) + "m"
		} else if s > 60 && s < 3600 {
			return strconv.Itoa(s/60) + ":" + two(s%60) // there is no room for 1m 30s on a phone
		}
		return w.Duration(f)
	}
	return w.decimalShort(f)
}

// decimalShort is Short that keeps the decimals of small numbers.
func (w *Words) decimalShort(f float64) string {
	if size := math.Abs(f); size < 100 && f != math.Round(f) {
		return w.decimal(f, max(2, 1-int(math.Floor(math.Log10(size)))))
	}
	return w.Short(f)
}

func currencyOf(a report.Answer, at int) string {
	if len(a.Totals) > at {
		return a.Totals[at].Currency
	}
	return ""
}

// labels names up to seven buckets, the first and the last among them.
func labels(w *Words, a report.Answer, place func(int) float64) []tick {
	n := len(a.Rows)
	if n == 0 {
		return nil
	}
	every := labelEvery(a.Query.By, n)
	var list []tick
	last := 0
	for i := 0; i < n; i += every {
		last = i
		anchor := "middle"
		switch {
		case n > 1 && i == 0:
			anchor = "start"
		case n > 1 && i == n-1:
			anchor = "end"
		case n > 1 && place(i) > 96: // it would not fit
			anchor = "end"
		}
		list = append(list, tick{At: place(i), Label: w.bucket(a.Query.By, a.Rows[i].Start, true), Anchor: anchor, Minor: len(list)%2 == 1})
	}
	if rest := n - 1 - last; rest*10 >= every*7 {
		list = append(list, tick{At: 100, Label: w.bucket(a.Query.By, a.Rows[n-1].Start, true), Anchor: "end"})
	}
	for i := range list {
		list[i].Minor = list[i].Minor && len(list) > 3
	}
	return list
}

// labelEvery returns a distance between named buckets that people count in: of 7 days, of 3 or 6 hours, of 5 minutes.
func labelEvery(by report.Dimension, n int) int {
	steps := map[report.Dimension][]int{"minute": {1, 5, 10, 15, 30, 60, 120}, "hour": {1, 3, 6, 12, 24, 48, 72, 168},
		"day": {1, 2, 7, 14, 28, 56}, "week": {1, 2, 4, 8, 13, 26}, "month": {1, 2, 3, 6, 12, 24}}[by]
	for _, step := range steps {
		if n <= 7*step {
			return step
		}
	}
	return n/7 + 1
}

// spots returns what the pointer reads: one for each bucket that has begun.
func (d Dashboard) spots(at int, place func(int) float64, height func(float64) float64) []spot {
	w, a := d.words(), d.Chart
	m, n := a.Query.Metrics[at], len(a.Rows)
	half := 50.0
	if n > 1 {
		half = 50 / float64(n-1)
	}
	list := make([]spot, 0, n)
	for i, row := range a.Rows {
		if future(a.Query, row) {
			break
		}
		left, right := max(place(i)-half, 0), min(place(i)+half, 100)
		s := spot{Left: left, Width: right - left, X: place(i), Y: -1, Then: -1, Partial: row.Partial,
			Name: w.bucket(a.Query.By, row.Start, false), Value: w.FullFigure(m, row.Values[at]), Link: d.zoom(row.Start)}
		if row.Values[at].Known {
			s.Y = height(row.Values[at].Number)
		}
		if row.Previous != nil && !row.Was.IsZero() {
			s.OldName = cmp.Or(d.Sides[1], w.bucket(a.Query.By, row.Was, false))
			s.OldValue = w.FullFigure(m, row.Previous[at])
			if row.Previous[at].Known {
				s.Then = height(row.Previous[at].Number)
			}
		}
		list = append(list, s)
	}
	return list
}

// Text is what the spot says where there is no script to draw it.
func (s spot) Text() string {
	text := s.Name + ": " + s.Value
	if s.OldName != "" {
		text += "\n" + s.OldName + ": " + s.OldValue
	}
	return text
}

// zoom returns the link to a bucket as a period of its own, within the period of the answer: to an hour's day, where there are
// several. Buckets that nothing is finer than have none.
func (d Dashboard) zoom(start time.Time) string {
	q := d.Chart.Query
	end := start
	switch q.By {
	case "minute":
		return ""
	case "hour":
		if q.Period.To.Sub(q.Period.From) < 36*time.Hour {
			return ""
		}
	case "week":
		end = start.AddDate(0, 0, 6-(int(start.Weekday())+6)%7)
	case "month":
		end = time.Date(start.Year(), start.Month()+1, 0, 0, 0, 0, 0, start.Location())
	}
	if last := q.Period.To.Add(-time.Second); end.After(last) {
		end = last
	}
	return d.span(start, end).URL()
}

// place writes where the spot and its comparison are, in percent, for the script that reads the chart.
func (s spot) place() string { return unit(s.X) + " " + unit(s.Y) + " " + unit(s.Then) }

// flagText lists what a flag stands for, a line each; of many the first.
func (d Dashboard) flagText(f flag) string {
	var lines []string
	for _, note := range f.Notes[:min(len(f.Notes), 5)] {
		lines = append(lines, d.words().when(note.At.In(d.zoneOf()))+": "+note.Text)
	}
	if more := len(f.Notes) - len(lines); more > 0 {
		lines = append(lines, d.words().F("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// zoneOf returns the site's time zone.
func (d Dashboard) zoneOf() *time.Location { return d.Chart.Query.Now.Location() }

// when writes the moment of an annotation; of a midnight the date alone.
func (w *Words) when(t time.Time) string {
	if t.Format("15:04:05") == "00:00:00" {
		return w.date(t, date)
	}
	return w.moment(t, date)
}

// compared reports whether the chart has something of the comparison.
func (c chart) compared() bool { return c.Before != "" || c.DotsBefore != "" }
