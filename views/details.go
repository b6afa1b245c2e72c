package views

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"sandprint/app/report"
)

// DetailsRows is how many rows a page of a details table has.
const DetailsRows = 100

// Details is the whole table of one list: all its rows and all that is known of them.
type Details struct {
	Dashboard                  // the frame; its Chart is the answer below
	By        report.Dimension // the list's name in the address: a dimension, or that of a tab such as "outbound"
	Search    string           // only rows that contain it; may be empty
	Sort      string           // as in the stats contract; empty: first metric descending
	Answer    report.Answer
}

// DetailMetrics returns the columns of a details table where no goal is chosen.
func DetailMetrics(by report.Dimension) []report.Metric { return Find(by, View{}).Columns(View{}) }

// Columns returns the columns of the whole table of a list, on a page of a view.
func (t Tab) Columns(v View) []report.Metric {
	by := t.Asks()
	_, isProp := strings.CutPrefix(string(by), "prop:")
	switch {
	case by == "goal":
		return []report.Metric{report.Conversions, report.ConversionRate, report.Visitors, report.Revenue}
	case by == "event" || isProp && t.Of == "":
		return []report.Metric{report.EventCount, report.Visitors, report.Visits, report.Revenue}
	case t.Of != "":
		return []report.Metric{report.EventCount, report.Visitors, report.Visits}
	case v.goal:
		return []report.Metric{report.Conversions, report.ConversionRate, report.Visitors, report.Visits, report.Revenue}
	}
	switch by {
	case "page", "title", "hostname":
		return []report.Metric{report.Visitors, report.Visits, report.Pageviews, report.BounceRate, report.TimeOnPage, report.ScrollDepth}
	case "entry_page":
		return []report.Metric{report.Visitors, report.Visits, report.BounceRate, report.VisitDuration, report.ViewsPerVisit}
	case "exit_page":
		return []report.Metric{report.Visitors, report.Visits, report.ExitRate, report.VisitDuration, report.ViewsPerVisit}
	case "hour_of_week", "weekday", "hour_of_day":
		return []report.Metric{report.Pageviews, report.Visitors, report.Visits}
	}
	return []report.Metric{report.Visitors, report.Visits, report.Pageviews, report.ViewsPerVisit, report.BounceRate, report.VisitDuration}
}

// columns returns which figures of the answer have a column, by their place: not revenue where nothing was paid.
func (d Details) columns() []int { return append([]int{0}, further(d.Answer)...) }

// column names a column: visits that began or ended on a page are its entries and exits.
func (d Details) column(m report.Metric) string {
	switch {
	case m == report.Visits && d.Answer.Query.By == "entry_page":
		return d.words().T("Entries")
	case m == report.Visits && d.Answer.Query.By == "exit_page":
		return d.words().T("Exits")
	}
	return d.words().T(metricNames[m])
}

// shares reports whether the first figure of the rows is a part of that of all.
func (d Details) shares() bool { return additive(d.Answer.Query.Metrics[0]) }

// share writes which part of all a row is, exactly.
func (d Details) share(r report.Row) string {
	all := d.Answer.Totals[0].Number
	if all == 0 || !r.Values[0].Known {
		return none
	}
	return d.words().Percent(100*r.Values[0].Number/all, 1)
}

// compared reports whether the table has the figures of another period beside its own.
func (d Details) compared() bool { return d.Answer.Query.Compare != nil }

// order is a way to sort the table, for those who have no columns to press.
type order struct {
	Key, Name string // as in the address
	On        bool
}

// orders returns the ways to sort the table.
func (d Details) orders() (list []order) {
	add := func(m report.Metric, key, sorted, name string) {
		list = append(list, order{key, name, d.sorted(m) == sorted})
	}
	for _, i := range d.columns() {
		m := d.Answer.Query.Metrics[i]
		add(m, string(m), "descending", d.column(m)+" ↓")
		add(m, string(m)+":asc", "ascending", d.column(m)+" ↑")
	}
	name := d.words().dimensionName(d.Answer.Query.By)
	add("", "name", "ascending", name+" ↑")
	add("", "name:desc", "descending", name+" ↓")
	return list
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
	w, t := d.words(), Find(d.By, d.View)
	switch {
	case t.Table != "":
		return w.T(t.Table)
	case t.Prop != "":
		return w.F("Property %s", t.Prop)
	case t.Label != "" && t.Under == "":
		return w.T(t.Label)
	}
	return w.dimensionName(d.By)
}

// file returns the address of the table as a file: with the rows that are seen here, in their order.
func (d Details) file() string {
	return d.View.at("/details", "by", string(d.By), "format", "csv", "sort", d.Sort, "search", d.Search)
}

// rowLink returns the address of the dashboard filtered by a row, with the list open that then tells more.
func (d Details) rowLink(name string) string {
	view := d.View.home().only(d.Answer.Query.By, report.Is, name)
	switch t := Find(d.By, d.View); {
	case t.By == "event":
		view = view.tab("property")
	case d.leads(t) != "":
		view = view.tab(d.leads(t))
	}
	return view.URL()
}

// formFields are what the search form carries on.
func (d Details) formFields() [][2]string {
	return d.View.Under("/details", "by", string(d.By)).fields()
}

// beyond reports whether the address asks for rows behind the last.
func (d Details) beyond() bool {
	return d.Answer.TotalRows > 0 && d.Answer.Query.Offset >= d.Answer.TotalRows
}

// why says why the table has no row.
func (d Details) why() string {
	t := Find(d.By, d.View)
	switch {
	case len(d.Answer.Query.Filters) > len(t.Filters()):
		return d.words().T("Nothing here passes the filters in this period.")
	case t.Empty != "":
		return d.emptyTab(t)
	}
	return d.words().T("No visits in this period. Try a longer one, or remove a filter.")
}

// count says how many rows the table has.
func (d Details) count() string {
	if d.Answer.TotalRows == 1 {
		return d.words().T("1 row")
	}
	return d.words().F("%s rows", d.words().Exact(float64(d.Answer.TotalRows)))
}

// total returns a figure of everything in the comparison, unknown without one.
func (d Details) total(i int) report.Value {
	if d.Answer.Previous == nil {
		return report.Value{}
	}
	return d.Answer.Previous[i]
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
