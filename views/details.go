package views

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"sandprint/app/report"
)

// DetailsRows is how many rows a page of a details table has.
const DetailsRows = 100

// Details is the whole table of one list: all its rows and all that is known of them.
type Details struct {
	Dashboard // the frame; its Chart is the answer below
	By        report.Dimension
	Search    string // only rows that contain it; may be empty
	Sort      string // as in the stats contract; empty: first metric descending
	Answer    report.Answer
}

// DetailMetrics returns the columns of a details table.
func DetailMetrics(by report.Dimension) []report.Metric {
	switch by {
	case "page", "title", "hostname":
		return []report.Metric{report.Visitors, report.Visits, report.Pageviews, report.BounceRate, report.TimeOnPage, report.ScrollDepth}
	case "goal":
		return []report.Metric{report.Conversions, report.ConversionRate, report.Visitors, report.Revenue}
	case "event":
		return []report.Metric{report.EventCount, report.Visitors, report.Visits, report.Revenue}
	}
	return []report.Metric{report.Visitors, report.Visits, report.Pageviews, report.ViewsPerVisit, report.BounceRate, report.VisitDuration}
}

// link returns the address of the table with another order, search or page.
func (d Details) link(sort, search string, offset int) string {
	return d.View.at("/details", "by", string(d.By), "sort", sort, "search", search, "offset", offsetText(offset))
}

func offsetText(offset int) string {
	if offset <= 0 {
		return ""
	}
	return strconv.Itoa(offset)
}

// sorted returns how the table is sorted by a metric, or by name where it is empty: "ascending", "descending" or "".
func (d Details) sorted(m report.Metric) string {
	order := report.Order{Metric: d.Answer.Query.Metrics[0]}
	if s := d.Answer.Query.Sort; len(s) > 0 {
		order = s[0]
	}
	switch {
	case order.Metric != m:
		return ""
	case order.Ascending:
		return "ascending"
	}
	return "descending"
}

// sortLink returns the address of the table sorted by a metric, the other way round where it is already.
func (d Details) sortLink(m report.Metric) string {
	key, now := string(m), d.sorted(m)
	switch {
	case m == "" && now == "ascending":
		key = "name:desc"
	case m == "":
		key = "name"
	case now == "descending":
		key += ":asc"
	}
	return d.link(key, d.Search, 0)
}

// pageOf says which rows are shown: "1–100 of 1,234".
func (d Details) pageOf() string {
	w, first := d.words(), d.Answer.Query.Offset
	return w.F("%s–%s of %s", w.Exact(float64(first+1)), w.Exact(float64(first+len(d.Answer.Rows))), w.Exact(float64(d.Answer.TotalRows)))
}

// title names the table.
func (d Details) title() string {
	for _, p := range panels {
		if i := slices.IndexFunc(p.Tabs, func(t Tab) bool { return t.By == d.By }); i >= 0 && p.Tabs[i].Under == "" {
			return d.words().T(p.Tabs[i].Label)
		}
	}
	return d.words().dimensionName(d.By)
}

// file returns the address of the table as a file.
func (d Details) file() string {
	return d.View.at("/details", "by", string(d.By), "format", "csv", "search", d.Search)
}

// rowLink returns the address of the dashboard filtered by a row.
func (d Details) rowLink(name string) string { return d.View.home().only(d.By, report.Is, name).URL() }

// formFields are what the search form carries on.
func (d Details) formFields() [][2]string {
	return d.View.Under("/details", "by", string(d.By), "sort", d.Sort).fields()
}

// previous returns the figure of a row in the comparison, unknown without one.
func previous(r report.Row, i int) report.Value {
	if r.Previous == nil {
		return report.Value{}
	}
	return r.Previous[i]
}

// sortAttr are the attributes of a column's head that say how the table is sorted by it.
func (d Details) sortAttr(m report.Metric) templ.Attributes {
	if sorted := d.sorted(m); sorted != "" {
		return templ.Attributes{"aria-sort": sorted}
	}
	return nil
}
