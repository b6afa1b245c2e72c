package views

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"sandprint/app/report"
)

// View is what the address of a dashboard says: which site, which question, which lists are open. Its parameters are
// those of the stats contract (period, from, to, filter, compare, match) and
//
//	metric    the figure that the chart shows                      interval  the chart's time bucket
//	tab       a list to show in its panel, by dimension; repeatable   share     the share token that the reader came with
//	property  the property of events whose values are listed
//	segment   a saved segment by its number; repeatable
//
// A parameter that has its default is left out. Every method that returns a link returns one of the same view with one
// thing changed.
type View struct {
	Site    string // domain
	Filters []report.Filter
	values  url.Values
	page    string   // under the site's address; empty: the dashboard
	more    []string // pairs of parameters that only that page has
	props   []string // properties of events to choose from; see Knowing
	goal    bool     // a goal is chosen, maybe by a segment
}

// kept are the parameters that links carry on; filters are kept apart.
var kept = []string{"period", "from", "to", "compare", "match", "metric", "interval", "tab", "property", "share", "segment"}

// Parameters are those that any page of a view may have in its address: what View tells of, what forms send, and what a
// page says was done.
var Parameters = slices.Concat(kept, []string{"filter", "compare_from", "compare_to", "done"})

// NewView returns the view of a site at an address with these parameters, whose filters have been parsed; those of segments are not
// its own.
func NewView(site string, values url.Values, filters []report.Filter) View {
	v := View{Site: site, values: url.Values{}, goal: slices.ContainsFunc(filters, func(f report.Filter) bool { return f.By == "goal" && f.Op == report.Is })}
	v.Filters = slices.DeleteFunc(slices.Clone(filters), func(f report.Filter) bool { return f.Of != 0 })
	for _, key := range kept {
		if list := values[key]; len(list) > 0 && list[0] != "" {
			v.values[key] = slices.Clone(list)
		}
	}
	return v
}

// Get returns a parameter, or "" for its default.
func (v View) Get(key string) string { return v.values.Get(key) }

// URL returns the address of the view.
func (v View) URL() string { return v.at(v.page, v.more...) }

// own returns a parameter that only the page has, or "".
func (v View) own(name string) string {
	for i := 0; i+1 < len(v.more); i += 2 {
		if v.more[i] == name {
			return v.more[i+1]
		}
	}
	return ""
}

// path returns the address of the page without its parameters, for a form that has them as fields.
func (v View) path() string { return "/sites/" + url.PathEscape(v.Site) + v.page }

// Under returns the view of a page under the site's address, as "/details", with pairs of parameters that only it has.
func (v View) Under(page string, more ...string) View {
	v.page, v.more = page, more
	return v
}

// Asking returns the view of the same page with these of its own parameters.
func (v View) Asking(values url.Values) View {
	v.more = Own(values)
	return v
}

// Own returns the pairs of parameters that are not of all pages, and no place in a table.
func Own(values url.Values) (pairs []string) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if slices.Contains(kept, key) || key == "filter" || key == "offset" || key == "done" {
			continue
		}
		for _, value := range values[key] {
			pairs = append(pairs, key, value)
		}
	}
	return pairs
}

// home returns the view of the dashboard.
func (v View) home() View { return v.Under("") }

// at returns the address of a page under the site's, with the parameters of the view and pairs of further ones.
func (v View) at(page string, more ...string) string {
	var b strings.Builder
	b.WriteString("/sites/" + url.PathEscape(v.Site) + page)
	sep := byte('?')
	add := func(key, value string) {
		b.WriteByte(sep)
		b.WriteString(key + "=" + escape(value))
		sep = '&'
	}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] != "" {
			add(more[i], more[i+1])
		}
	}
	for _, key := range kept {
		for _, value := range v.values[key] {
			add(key, value)
		}
	}
	for _, f := range v.Filters {
		add("filter", f.String())
	}
	return b.String()
}

// readable undoes escapes that a query does not need (RFC 3986, section 3.4), so that addresses can be read.
var readable = strings.NewReplacer("%3A", ":", "%2F", "/", "%2C", ",", "%28", "(", "%29", ")", "%2A", "*")

func escape(value string) string { return readable.Replace(url.QueryEscape(value)) }

// with returns the view with parameters set from pairs of key and value; an empty value is the default.
func (v View) with(pairs ...string) View {
	next := url.Values{}
	for key, list := range v.values {
		next[key] = list
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			next.Del(pairs[i])
		} else {
			next[pairs[i]] = []string{pairs[i+1]}
		}
	}
	v.values = next
	return v
}

// period returns the view of another named period.
func (v View) period(name string) View {
	return v.with("period", name, "from", "", "to", "", "interval", "")
}

// days returns the view of the days from..to, both inclusive, as 2006-01-02.
func (v View) days(from, to string) View {
	return v.with("period", "", "from", from, "to", to, "interval", "")
}

// tab returns the view with a list open in its panel.
func (v View) tab(by report.Dimension) View {
	var tabs []string
	mine := panelOf(by)
	for _, open := range v.values["tab"] {
		if panelOf(report.Dimension(open)) != mine {
			tabs = append(tabs, open)
		}
	}
	if by != mine.Tabs[0].By {
		tabs = append(tabs, string(by))
	}
	v = v.with()
	delete(v.values, "tab")
	if len(tabs) > 0 {
		v.values["tab"] = tabs
	}
	return v
}

// only returns the view with a filter more, or without it where it is there already. Another filter on the same dimension
// with the same operator gives way.
func (v View) only(by report.Dimension, op report.Op, value string) View {
	added := report.Filter{By: by, Op: op, Values: []string{value}}
	if at := slices.IndexFunc(v.Filters, func(f report.Filter) bool { return f.String() == added.String() }); at >= 0 {
		return v.without(at)
	}
	filters := slices.DeleteFunc(slices.Clone(v.Filters), func(f report.Filter) bool { return f.By == by && f.Op == op && op == report.Is })
	v.Filters = append(filters, added)
	return v
}

// turns reports whether a filter that keeps a value of the dimension stands alone in the view that only returns, so that the view which excludes the
// value differs by the word “not”. Nearly all do, and pages are smaller for not writing both.
func (v View) turns(by report.Dimension) bool {
	name := strings.TrimPrefix(string(by), "prop:")
	return !strings.ContainsAny(name, `:\`) && !slices.ContainsFunc(v.Filters, func(f report.Filter) bool { return f.By == by })
}

// filtered reports whether the view has a filter that keeps just this value.
func (v View) filtered(by report.Dimension, value string) bool {
	return slices.ContainsFunc(v.Filters, func(f report.Filter) bool {
		return f.By == by && f.Op == report.Is && slices.Contains(f.Values, value)
	})
}

// without returns the view without one of its filters.
func (v View) without(at int) View {
	v.Filters = slices.Delete(slices.Clone(v.Filters), at, at+1)
	return v
}

// bare returns the view without filters and segments.
func (v View) bare() View {
	v = v.with("segment", "")
	v.Filters = nil
	return v
}

// fields returns the view's parameters as pairs of key and value, for the hidden fields of a form; but leaves out those
// that the form sets itself.
func (v View) fields(but ...string) [][2]string {
	var list [][2]string
	for _, key := range kept {
		if slices.Contains(but, key) {
			continue
		}
		for _, value := range v.values[key] {
			list = append(list, [2]string{key, value})
		}
	}
	for i := 0; i+1 < len(v.more); i += 2 {
		list = append(list, [2]string{v.more[i], v.more[i+1]})
	}
	for _, f := range v.Filters {
		list = append(list, [2]string{"filter", f.String()})
	}
	return list
}
