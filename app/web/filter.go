package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/views"
)

// filterRoutes are the rows of the routing table that filter.go and segment*.go answer.
var filterRoutes = []route{
	{"GET /sites/{domain}/filter", siteRead, (*Server).filter},
	{"GET /sites/{domain}/filter/values", siteRead, (*Server).filterValues},
	{"GET /sites/{domain}/compare-segments", siteRead, (*Server).compareSegments},
	{"GET /sites/{domain}/segments", siteRead, (*Server).segments},
	{"POST /sites/{domain}/segments", siteRead, (*Server).saveSegment},
	{"POST /sites/{domain}/segments/{id}", siteRead, (*Server).changeSegment},
	{"POST /sites/{domain}/segments/{id}/remove", siteRead, (*Server).removeSegment},
}

// filterOptions is how many values of the data a filter's form offers.
const filterOptions = 50

// errBack refuses to lead back to where nothing of the site is.
var errBack = problem.BadField("back", "bad_back", "The address does not say which page of this site the filter is for.").
	WithHint("Open the filter from the dashboard.")

// backTo reads the address of the page of the site that a form belongs to: its view, and the question that it asks. An
// empty one is the dashboard's.
func (c *call) backTo(back string) (views.View, report.Query, error) {
	domain := c.site.Info().Domain
	home := sitePath(domain, "")
	if back == "" {
		back = home
	}
	u, err := url.Parse(back)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || u.EscapedPath() != home && !strings.HasPrefix(u.EscapedPath(), home+"/") ||
		strings.Contains(u.Path, "/..") || strings.Contains(u.Path, `\`) {
		return views.View{}, report.Query{}, errBack
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return views.View{}, report.Query{}, errBack
	}
	q, err := c.pageQuery(values, time.Now().In(c.site.Info().Zone))
	if err != nil {
		return views.View{}, q, err
	}
	view := views.NewView(domain, values, q.Filters)
	return view.Under(strings.TrimPrefix(u.EscapedPath(), home), views.Own(values)...), q, nil
}

// filter is the form of one filter; with apply it leads to the page with the filter on it.
func (s *Server) filter(w http.ResponseWriter, c *call) error {
	values := c.URL.Query()
	view, q, err := c.backTo(values.Get("back"))
	if err != nil {
		return err
	}
	form := views.FilterForm{Page: c.page(""), View: view, Edit: -1}
	if at, err := strconv.Atoi(values.Get("edit")); err == nil && at >= 0 && at < len(view.Filters) {
		form.Edit, form.Filter = at, view.Filters[at]
	}
	readFilter(values, &form)
	status := http.StatusOK
	if values.Has("apply") {
		f, err := meant(form)
		if err == nil {
			list, err := s.spelled(c, []report.Filter{f}, q)
			if err != nil {
				return err
			}
			return redirect(w, view.Replacing(form.Edit, list[0]).URL())
		}
		if form.Wrong, status, err = wrongOf(err); err != nil {
			return err
		}
	}
	if form.Filter.By == "" {
		form.Filter.By = "page"
	}
	if form.Props, err = report.Properties(c.Context(), c.site, q.Period, ""); err != nil {
		return err
	}
	if form.Options, err = s.options(c, form.Filter.By, q, ""); err != nil {
		return err
	}
	return s.html(w, c, status, views.FilterPage(form))
}

// readFilter takes what the address says of the filter. Values are of the dimension that they were chosen for.
func readFilter(values url.Values, form *views.FilterForm) {
	f := &form.Filter
	by := report.Dimension(values.Get("by"))
	if by != "" && by != f.By {
		f.By, f.Values = by, nil
	}
	if op := values.Get("op"); op != "" {
		f.Op = report.Op(op)
	}
	if list := values["value"]; len(list) > 0 {
		f.Values = nil
		for _, v := range list {
			if v = strings.TrimSpace(v); v != "" && !slices.Contains(f.Values, v) {
				f.Values = append(f.Values, v)
			}
		}
	}
	if f.Op == "" {
		f.Op = report.Is
	}
}

// meant returns the form's filter as the stats contract knows it.
func meant(form views.FilterForm) (report.Filter, error) {
	if len(form.Filter.Values) == 0 {
		return form.Filter, problem.BadField("value", "empty", "The filter has no value.").WithHint("Type one, or choose some below.")
	}
	f := form.Page.Words.Meant(form.Filter)
	if f.By == "country" && (f.Op == report.Is || f.Op == report.Not) {
		for _, code := range f.Values {
			if code != report.NotSet && views.English.Countries[code] == "" {
				return f, problem.BadField("value", "no_country", "No country is called “"+code+"”.").WithHint("Choose one of those below, or type its code.")
			}
		}
	}
	return report.ParseFilter(f.String())
}

// spelled returns filters with the values that they ask for exactly written as the site's data of the period have them: "google" as "Google",
// where no row is called google. What no row is called stays as it is. The smallest group holds: what it hides is not found.
func (s *Server) spelled(c *call, filters []report.Filter, q report.Query) ([]report.Filter, error) {
	words := c.page("").Words
	var queries []report.Query
	var of []int // which filter each of the queries is for
	for i, f := range filters {
		if f.Op == report.Is || f.Op == report.Not {
			ask := report.Query{Period: q.Period, Now: q.Now, By: f.By, Metrics: []report.Metric{report.Visitors}}
			if f.By == "did" {
				ask.By = "goal"
			}
			for _, text := range f.Values {
				ask.Search = append(ask.Search, words.SearchFor(f.By, text)...)
			}
			queries, of = append(queries, ask), append(of, i)
		}
	}
	if len(queries) == 0 {
		return filters, nil
	}
	answers, err := report.RunAll(c.Context(), c.site, queries)
	if err != nil {
		return nil, err
	}
	list := slices.Clone(filters)
	for j, i := range of {
		var names []string
		for _, r := range answers[j].Rows {
			names = append(names, r.Name)
		}
		if f := filters[i]; f.By == "did" || f.By == "goal" {
			for _, goal := range c.site.Info().Settings.Goals {
				names = append(names, goal.Name)
			}
		}
		list[i] = words.Spelled(filters[i], names)
	}
	return list, nil
}

// otherwise returns a view whose filters keep nobody with them as they were maybe meant: written as the data of the period have
// them. It is nil where nothing in them is called otherwise.
func (s *Server) otherwise(c *call, view views.View, q report.Query) (*views.View, error) {
	words, other := c.page("").Words, view
	other.Filters = slices.Clone(view.Filters)
	for i, f := range other.Filters {
		if f.Op == report.Is {
			other.Filters[i] = words.Meant(f)
		}
	}
	var err error
	if other.Filters, err = s.spelled(c, other.Filters, q); err != nil || other.URL() == view.URL() {
		return nil, err
	}
	return &other, nil
}

// options returns the values that the site's data have of a dimension in the period, the most frequent first: those that
// contain a text, if it is not empty. The smallest group holds, as for all rows.
func (s *Server) options(c *call, by report.Dimension, q report.Query, text string) ([]views.FilterOption, error) {
	words := c.page("").Words
	ask := report.Query{Period: q.Period, Now: q.Now, By: by, Metrics: []report.Metric{report.Visitors},
		Limit: filterOptions, Search: words.SearchFor(by, text)}
	var further []string
	if by == "did" || by == "goal" {
		ask.By = "goal"
		for _, goal := range c.site.Info().Settings.Goals {
			further = append(further, goal.Name)
		}
	}
	if _, err := report.ParseFilter(report.Filter{By: by, Op: report.Is, Values: []string{"x"}}.String()); err != nil {
		return nil, err
	}
	answer, err := report.Run(c.Context(), c.site, ask)
	if err != nil {
		return nil, err
	}
	list := words.Offered(by, text, answer, further)
	return list[:min(len(list), filterOptions)], nil
}

// filterValues answers with values to choose from while somebody types.
func (s *Server) filterValues(w http.ResponseWriter, c *call) error {
	values := c.URL.Query()
	_, q, err := c.backTo(values.Get("back"))
	if err != nil {
		return err
	}
	text := strings.TrimSpace(values.Get("text"))
	if len(text) > 5000 {
		return problem.BadField("text", "too_long", "This is too long to look for.").WithHint("Make it shorter.")
	}
	list, err := s.options(c, report.Dimension(values.Get("by")), q, text)
	if err != nil {
		return err
	}
	if list == nil {
		list = []views.FilterOption{}
	}
	return s.json(w, c, http.StatusOK, map[string]any{"values": list})
}
