package views

import (
	"slices"
	"strconv"
	"strings"

	"sandprint/app/report"
)

// FilterForm is the page, and the dialog, of one filter.
type FilterForm struct {
	Page    Page
	View    View // of the page that it leads back to
	Edit    int  // which of the view's filters it changes; −1: it adds one
	Filter  report.Filter
	Props   []string // names of the properties that events of the period have
	Options []FilterOption
	Wrong   Wrong
}

// FilterOption is a value that the site's data have.
type FilterOption struct {
	Value    string `json:"value"`
	Name     string `json:"name"`     // as people read it
	Visitors string `json:"visitors"` // who had it in the period
}

// filterGroup is a group of dimensions to filter by: the name it goes by in menus is that of its first one.
type filterGroup struct {
	Name string
	By   []report.Dimension
}

var filterGroups = []filterGroup{
	{"Pages", []report.Dimension{"page", "entry_page", "exit_page", "title", "hostname"}},
	{"Sources", []report.Dimension{"channel", "source", "referrer"}},
	{"Campaigns", []report.Dimension{"utm_campaign", "utm_source", "utm_medium", "utm_content", "utm_term"}},
	{"Places", []report.Dimension{"country", "region", "city", "language"}},
	{"Devices", []report.Dimension{"browser", "browser_version", "os", "os_version", "device", "device_model", "screen"}},
	{"Visitors", []report.Dimension{"visitor_type", "weekday", "hour_of_day"}},
	{"Goals", []report.Dimension{"did", "goal", "event"}},
}

// groups returns what the form offers: also the properties, and whatever the filter is by.
func (f FilterForm) groups() []filterGroup {
	list := slices.Clone(filterGroups)
	own := filterGroup{Name: "Properties of events"}
	for _, name := range f.Props {
		own.By = append(own.By, report.Dimension("prop:"+name))
	}
	if strings.HasPrefix(string(f.Filter.By), "prop:") && !slices.Contains(own.By, f.Filter.By) {
		own.By = append(own.By, f.Filter.By)
	}
	if len(own.By) > 0 {
		list = append(list, own)
	}
	return list
}

// title names the page.
func (f FilterForm) title() string {
	if f.Edit >= 0 {
		return "Change the filter"
	}
	return "Add a filter"
}

// fields are what the form carries on.
func (f FilterForm) fields() [][2]string {
	list := [][2]string{{"back", f.View.URL()}}
	if f.Edit >= 0 {
		list = append(list, [2]string{"edit", strconv.Itoa(f.Edit)})
	}
	return list
}

// options are the values offered that are not chosen yet.
func (f FilterForm) options() []FilterOption {
	return slices.DeleteFunc(slices.Clone(f.Options), func(o FilterOption) bool { return slices.Contains(f.Filter.Values, o.Value) })
}

// hint says what can be typed for the dimension at hand.
func (f FilterForm) hint() string {
	switch f.Filter.By {
	case "page", "entry_page", "exit_page":
		return "With “matches”, * is any text within a path level and ** any text; capital letters matter."
	case "did":
		return "Looks at the whole visit, whenever the goal was reached; the page views before it count too."
	case "goal":
		return "Keeps only what reaches the goal itself. For all of such a visit, filter by the goal reached in it."
	case "country", "language":
		return "By name or by code."
	}
	return ""
}

// opNames are the operators as people read them.
var opNames = map[report.Op]string{report.Is: "is", report.Not: "is not", report.Contains: "contains", report.Lacks: "does not contain", report.Matches: "matches"}

var ops = []report.Op{report.Is, report.Not, report.Contains, report.Lacks, report.Matches}

// filterLead writes a filter without its values: “Country is not”.
func (w *Words) filterLead(f report.Filter) string {
	switch {
	case f.By == "did" && f.Op == report.Is:
		return w.T("Reached in the visit:")
	case f.By == "did" && f.Op == report.Not:
		return w.T("Not reached in the visit:")
	}
	return w.dimensionName(f.By) + " " + w.T(opNames[f.Op])
}

// filterValues writes the values of a filter.
func (w *Words) filterValues(f report.Filter) string {
	names := make([]string, len(f.Values))
	for i, value := range f.Values {
		names[i] = w.valueName(f.By, value)
	}
	return strings.Join(names, " "+w.T("or")+" ")
}

// FilterText writes a whole filter.
func (w *Words) FilterText(f report.Filter) string { return w.filterLead(f) + " " + w.filterValues(f) }

// edit returns the address of the form that changes one of the view's filters, or with −1 adds one by a dimension.
func (v View) edit(at int, by report.Dimension) string {
	more := []string{"back", v.URL()}
	if at >= 0 {
		more = append(more, "edit", strconv.Itoa(at))
	} else {
		more = append(more, "by", string(by))
	}
	return View{Site: v.Site}.at("/filter", more...)
}

// Replacing returns the view with a filter in the place of another; at −1, with one more. What is asked of a dimension by
// the same operator twice becomes one filter, with the values of both.
func (v View) Replacing(at int, f report.Filter) View {
	f.Of = 0
	v.Filters = slices.Clone(v.Filters)
	same := func(o report.Filter) bool {
		return o.By == f.By && o.Op == f.Op && (f.Op == report.Is || f.Op == report.Not)
	}
	switch twin := slices.IndexFunc(v.Filters, same); {
	case at >= 0 && at < len(v.Filters):
		v.Filters[at] = f
	case twin >= 0:
		old := &v.Filters[twin]
		old.Values = slices.Clone(old.Values)
		for _, value := range f.Values {
			if !slices.Contains(old.Values, value) {
				old.Values = append(old.Values, value)
			}
		}
	default:
		v.Filters = append(v.Filters, f)
	}
	return v
}

// Meant returns a filter as data know it of one as people type it: countries, languages and the like by their names, in
// the language of w or in English. A part of a country's name stands for all countries that have it.
func (w *Words) Meant(f report.Filter) report.Filter {
	var values []string
	add := func(list ...string) {
		for _, v := range list {
			if !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
	}
	partly := f.Op == report.Contains || f.Op == report.Lacks
	for _, text := range f.Values {
		text = strings.TrimSpace(text)
		if like := w.codesLike(f.By, text); partly && len(like) > 0 {
			add(like...)
			if f.By == "country" {
				f.Op = map[report.Op]report.Op{report.Contains: report.Is, report.Lacks: report.Not}[f.Op]
				partly = false
			}
			continue
		}
		add(w.CodeOf(f.By, text))
	}
	f.Values = values
	return f
}

// Spelled returns a filter with its values as the names of rows are written: a value that no row is called by, letter for letter, stands for
// all rows that are called so in other letters, or are shown under such a name.
func (w *Words) Spelled(f report.Filter, names []string) report.Filter {
	var values []string
	for _, text := range f.Values {
		var like []string
		for _, name := range names {
			if name != report.Other && (strings.EqualFold(name, text) || strings.EqualFold(w.valueName(f.By, name), text)) {
				like = append(like, name)
			}
		}
		if len(like) == 0 || slices.Contains(names, text) {
			like = []string{text}
		}
		for _, name := range like {
			if !slices.Contains(values, name) {
				values = append(values, name)
			}
		}
	}
	f.Values = values
	return f
}

// codesLike is CodesLike in the language of w or, where that knows nothing, in English.
func (w *Words) codesLike(d report.Dimension, text string) []string {
	if list := w.CodesLike(d, text); len(list) > 0 || text == "" {
		return list
	}
	return English.CodesLike(d, text)
}

// named are the dimensions whose values are words of ours: they can be typed in the reader's language.
var named = map[report.Dimension][]string{
	"visitor_type": {"new", "returning", report.NotSet},
	"device":       {"desktop", "tablet", "phone", report.NotSet},
	"weekday":      weekdays[:],
}

// fixed returns all values of a dimension that has few, whatever the data; nil for others.
func fixed(d report.Dimension) (values []string) {
	if d != "hour_of_day" {
		return named[d]
	}
	for hour := range 24 {
		values = append(values, two(hour))
	}
	return values
}

// Offered returns the values to offer for a dimension: those of an answer, and further ones that are known without the
// data, as goals of the settings are; those that contain a text, if it is not empty.
func (w *Words) Offered(d report.Dimension, text string, a report.Answer, further []string) []FilterOption {
	var list []FilterOption
	add := func(value, visitors string) {
		name := w.valueName(d, value)
		if value == report.Other || slices.ContainsFunc(list, func(o FilterOption) bool { return o.Value == value }) ||
			!strings.Contains(strings.ToLower(name), strings.ToLower(text)) && !strings.Contains(strings.ToLower(value), strings.ToLower(text)) &&
				!slices.Contains(w.codesLike(d, text), value) {
			return
		}
		list = append(list, FilterOption{value, name, visitors})
	}
	for _, r := range a.Rows {
		add(r.Name, w.listed(report.Visitors, r.Values[0]))
	}
	for _, value := range slices.Concat(fixed(d), further) {
		add(value, "")
	}
	return list
}

// SearchFor returns what rows by a dimension are to be searched for when somebody looks for a text: it, and the codes of what is
// called so; nil for all.
func (w *Words) SearchFor(d report.Dimension, text string) []string {
	if text == "" || fixed(d) != nil {
		return nil // few enough to look at all
	}
	return append(w.codesLike(d, text), text)
}
