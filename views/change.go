package views

import (
	"math"
	"slices"

	"sandprint/app/report"
)

// How many rows of a dimension the page of changes lists, and how many where it lists only one dimension.
const (
	ChangeRows    = 8
	ChangeAllRows = 500
)

// Changes is the page of what a difference is made of.
type Changes struct {
	Dashboard // the frame; its Chart is about the same question
	By        report.Dimension
	Metric    report.Metric
	Change    report.Change // the zero value: the page is compared with nothing
}

// changeMetrics are the figures that the page can be about.
var changeMetrics = []report.Metric{report.Visitors, report.Visits, report.Pageviews, report.Conversions, report.Revenue}

// ChangeLists returns the dimensions of the page of changes: not those of which the filters leave one value.
func ChangeLists(m report.Metric, filters []report.Filter) []report.Dimension {
	list := []report.Dimension{"source", "page", "channel", "entry_page", "utm_campaign", "country", "city", "language", "device", "browser", "os", "visitor_type"}
	if m == report.Conversions || m == report.Revenue {
		list = append([]report.Dimension{"goal"}, list...)
	}
	return slices.DeleteFunc(list, func(by report.Dimension) bool {
		return slices.ContainsFunc(filters, func(f report.Filter) bool { return f.By == by && f.Op == report.Is && len(f.Values) == 1 })
	})
}

// ChangeBrief returns the dimensions of the line on the dashboard.
func ChangeBrief(m report.Metric) []report.Dimension {
	if m == report.Pageviews {
		return []report.Dimension{"source", "page", "country", "utm_campaign"}
	}
	return []report.Dimension{"source", "entry_page", "country", "utm_campaign"}
}

// lists returns the lists that have a row.
func (c Changes) lists() (some []report.ChangeList) {
	for _, l := range c.Change.Lists {
		if len(l.Rows) > 0 {
			some = append(some, l)
		}
	}
	return some
}

// still names the dimensions by which nothing moved.
func (c Changes) still() string {
	text := ""
	for _, l := range c.Change.Lists {
		if len(l.Rows) == 0 && l.Hidden.Rows == 0 {
			if text != "" {
				text += ", "
			}
			text += c.words().dimensionName(l.By)
		}
	}
	return text
}

// hidden returns how many rows the floor hides, and why.
func (c Changes) hidden() (n int, why string) {
	for _, l := range c.Change.Lists {
		if l.Hidden.Rows > 0 {
			n, why = n+l.Hidden.Rows, l.Hidden.Reason
		}
	}
	return n, why
}

// changeRow is one line of a list of changes.
type changeRow struct {
	Name, Title   string
	Path          bool
	Bar, Kind     string // width in percent; gain or loss
	Was, Now      string
	Moved, Share  string
	Link, Without string // filter by the row, and exclude it; empty for what can't be filtered by
}

// mostShare is up to which share of a difference, in percent, a list has shares: where rows moved far more than all of them
// together, one says nothing.
const mostShare = 300

// changeRows makes the lines of a list: bars are in proportion to the largest movement.
func (c Changes) changeRows(l report.ChangeList) []changeRow {
	w, m := c.words(), c.Metric
	high, shares := 0.0, true
	for _, r := range l.Rows {
		high = math.Max(high, distance(r))
		shares = shares && math.Abs(r.Share.Number) <= mostShare
	}
	list := make([]changeRow, 0, len(l.Rows))
	for _, r := range l.Rows {
		line := changeRow{Name: w.valueName(l.By, r.Name), Title: w.valueName(l.By, r.Name), Path: isPath(l.By), Kind: "gain",
			Was: w.few(m, r.Previous), Now: w.few(m, r.Value), Moved: w.moved(m, r.Difference), Bar: percent(100 * distance(r) / math.Max(high, 1))}
		if r.Difference.Number < 0 || !r.Difference.Known && r.Previous.Known {
			line.Kind = "loss"
		}
		if r.Share.Known && shares {
			line.Share = w.signedShare(r.Share.Number)
		}
		if r.Name != report.Other {
			line.Link, line.Without = c.View.only(l.By, report.Is, r.Name).URL(), c.View.only(l.By, report.Not, r.Name).URL()
		}
		list = append(list, line)
	}
	return list
}

// distance is how far a row moved; where one side is hidden, what is known of the other.
func distance(r report.Moved) float64 {
	if r.Difference.Known {
		return math.Abs(r.Difference.Number)
	}
	return math.Abs(math.Max(r.Value.Number, r.Previous.Number))
}

// few writes a figure of a row; what the floor hides is few.
func (w *Words) few(m report.Metric, v report.Value) string {
	if !v.Known {
		return w.T("few")
	}
	return w.listed(m, v)
}

// moved writes a difference with its sign.
func (w *Words) moved(m report.Metric, v report.Value) string {
	if !v.Known {
		return none
	}
	sign := v.Number
	v.Number = math.Abs(v.Number)
	return signed(sign, w.listed(m, v))
}

// signedShare writes a share of a difference; what moved against it is below zero.
func (w *Words) signedShare(share float64) string {
	if share < 0 {
		return "−" + w.share(-share)
	}
	return w.share(share)
}

// rest says what the rows of a list don't make up, or "".
func (c Changes) rest(l report.ChangeList) string {
	if !l.Rest.Known || l.Rest.Number == 0 || !c.Change.Total.Difference.Known {
		return ""
	}
	return c.words().F("Counted in several rows, or in none: %s", c.words().moved(c.Metric, l.Rest))
}

// sentence says what moved, from what to what.
func (c Changes) sentence() string {
	w, t := c.words(), c.Change.Total
	change, _ := w.Change(c.Metric, t.Value, t.Previous)
	text := w.F("%s, after %s in %s", w.FullFigure(c.Metric, t.Value), w.FullFigure(c.Metric, t.Previous), w.span(c.Change.Query.Compare.From, c.Change.Query.Compare.To))
	if change != "" {
		text += " (" + change + ")"
	}
	return text
}

// metricLink returns the page about another figure.
func (c Changes) metricLink(m report.Metric) string {
	if m == report.Visitors {
		return c.View.with("metric", "").URL()
	}
	return c.View.with("metric", string(m)).URL()
}

// allOf returns the page of all rows of a dimension; back, the one of all dimensions.
func (c Changes) allOf(by report.Dimension) string {
	return c.View.Under("/changes", "by", string(by)).URL()
}

func (c Changes) back() string {
	if c.By != "" {
		return c.View.Under("/changes").URL()
	}
	return c.View.home().URL()
}

// title names the page.
func (c Changes) title() string {
	if c.By != "" {
		return c.words().F("What changed: %s", c.words().dimensionName(c.By))
	}
	return c.words().T("What changed?")
}

// brief is a part of the dashboard's line of changes.
type brief struct {
	Name, Moved, Link string
	Path              bool
}

// Bounds of the dashboard's line of changes.
const (
	briefParts = 4
	briefShare = 5.0 // percent of the difference: what has less isn't named
	briefLeast = 10  // of a figure that counts: what moved less is chance
)

// briefs returns what went with the difference of a change, and what went against it: of each dimension the row that
// moved most, of those that say something.
func (d Dashboard) briefs(c *report.Change) (with, against []brief) {
	total := c.Total.Difference
	if !total.Known || math.Abs(total.Number) < briefLeast {
		return nil, nil
	}
	best := 0.0 // of those against
	for _, l := range c.Lists {
		named := false
		for _, r := range l.Rows {
			if r.Name == report.NotSet || r.Name == report.Other || !r.Share.Known || math.Abs(r.Share.Number) < briefShare {
				continue
			}
			b := brief{d.words().valueName(l.By, r.Name), d.words().moved(c.Query.Metric, r.Difference), d.View.home().only(l.By, report.Is, r.Name).URL(), isPath(l.By)}
			switch {
			case r.Share.Number > 0 && !named && len(with) < briefParts:
				with, named = append(with, b), true
			case r.Share.Number < -best && r.Share.Number < -20:
				against, best = []brief{b}, -r.Share.Number
			}
		}
	}
	return with, against
}

// changesLink returns the page of what the page's difference is made of.
func (d Dashboard) changesLink() string { return d.View.Under("/changes").URL() }
