package views

import (
	"math"
	"strconv"

	"sandprint/app/report"
)

// Retention is the page of cohorts.
type Retention struct {
	Dashboard
	Answer report.RetentionAnswer
	Before *report.RetentionAnswer // of the period that is compared with; nil without one
}

// by returns the step of the cohorts: "week" or "month".
func (r Retention) by() report.Dimension { return r.Answer.Retention.By }

// widest returns how many periods later the grid goes.
func (r Retention) widest() int {
	n := 0
	for _, c := range r.Answer.Cohorts {
		n = max(n, len(c.Back))
	}
	return n
}

// empty reports whether no cohort has anybody in it that may be shown.
func (r Retention) empty() bool {
	for _, c := range r.Answer.Cohorts {
		if !c.Size.Known || c.Size.Number > 0 {
			return false
		}
	}
	return true
}

// cohort names a cohort in the room of a column.
func (r Retention) cohort(c report.Cohort) string {
	if r.by() == "month" {
		return r.words().date(c.Start, monthYear)
	}
	return r.words().date(c.Start, date)
}

// cell is one figure of the grid.
type cell struct {
	Text, Title string
	Shade       string // class: r0 to r5, or none where the figure is not known
	Running     bool   // the week or month is not over
}

// cells are those of a cohort, by how much later they are.
func (r Retention) cells(at int) []cell {
	c, w := r.Answer.Cohorts[at], r.words()
	high := r.highest()
	list := make([]cell, len(c.Back))
	for i, back := range c.Back {
		rate := c.Of(i)
		list[i].Running = r.Answer.Running(at, i)
		switch {
		case c.Size.Known && c.Size.Number == 0:
			continue
		case !rate.Known:
			list[i].Text, list[i].Title = none, w.T("Too few visitors to show")
			continue
		}
		list[i].Text = w.share(rate.Number)
		list[i].Title = w.F("%s of %s visitors", w.Exact(back.Number), w.Exact(c.Size.Number))
		if list[i].Running {
			list[i].Title += " " + w.T("(so far)")
		}
		list[i].Shade = "r" + strconv.Itoa(shade(rate.Number, high))
	}
	return list
}

// highest returns the highest rate of the grid.
func (r Retention) highest() float64 {
	high := 0.0
	for _, c := range r.Answer.Cohorts {
		for i := range c.Back {
			high = max(high, c.Of(i).Number)
		}
	}
	return high
}

// shade returns how dark a rate is drawn, 0 to 5, in steps of the highest.
func shade(rate, high float64) int {
	if high == 0 {
		return 0
	}
	return int(math.Ceil(5 * rate / high))
}

// later names a column: how much later than their first week or month visitors came.
func (r Retention) later(n int) string {
	unit := map[report.Dimension][2]string{"week": {"%d week later", "%d weeks later"}, "month": {"%d month later", "%d months later"}}[r.by()]
	if n == 1 {
		return r.words().F(unit[0], n)
	}
	return r.words().F(unit[1], n)
}

// averages writes the line of averages, as many as the grid has columns.
func (r Retention) averages(a *report.RetentionAnswer) []string {
	list := make([]string, r.widest())
	for i := range list {
		list[i] = none
	}
	for i, v := range a.Average() {
		if i < len(list) && v.Known {
			list[i] = r.words().FullFigure(report.BounceRate, v)
		}
	}
	return list
}

// curve is the line of averages, drawn as the chart draws its own.
func (r Retention) curve() chart {
	now, before := numbers(r.Answer.Average()), []float64(nil)
	if r.Before != nil {
		before = numbers(r.Before.Average())
	}
	n := r.widest()
	now, before = now[:min(n, len(now))], before[:min(n, len(before))]
	c := chart{Top: niceTop(report.BounceRate, append(append([]float64{}, now...), before...))}
	place := func(i int) float64 { return 100 * float64(i) / float64(max(1, n-1)) }
	height := func(f float64) float64 { return 100 - 100*f/c.Top }
	c.Line, c.Area, c.Before = trace(now, place, height), areaUnder(now, place, height), trace(before, place, height)
	c.Dots, c.DotsBefore = lone(now, place, height, false), lone(before, place, height, false)
	for _, f := range rulesOf(report.BounceRate, c.Top) {
		c.Rules = append(c.Rules, tick{At: height(f), Label: r.words().axis(report.BounceRate, f, "")})
	}
	for i := range n {
		if every := (n + 12) / 13; i%every == 0 {
			c.Labels = append(c.Labels, tick{At: place(i), Label: strconv.Itoa(i + 1), Anchor: "middle", Minor: i%(2*every) == every})
		}
	}
	return c
}

// numbers returns values with a gap where one is not known, without those at the end.
func numbers(values []report.Value) []float64 {
	list, end := make([]float64, len(values)), 0
	for i, v := range values {
		list[i] = math.NaN()
		if v.Known {
			list[i], end = v.Number, i+1
		}
	}
	return list[:end]
}

// unknown says how many visits nobody can tell the visitors of, and what that means; "" for none.
func (r Retention) unknown() string {
	n := r.words().Exact(float64(r.Answer.Unknown))
	switch {
	case r.Answer.Unknown == 0:
		return ""
	case r.Mode == "consent":
		return r.words().F("%s visits were counted before or without consent: whose they are, and whether they came back, nobody can know. They are in no cohort.", n)
	}
	return r.words().F("%s visits were counted without a cookie: whose they are, and whether they came back, nobody can know. They are in no cohort.", n)
}
