package web

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"time"

	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/views"
)

// dashboardRoutes are the rows of the routing table that dashboard*.go answers.
var dashboardRoutes = []route{
	{"GET /sites/{domain}", siteRead, (*Server).dashboard},
	{"GET /sites/{domain}/details", siteRead, (*Server).details},
	{"GET /sites/{domain}/report.html", siteRead, (*Server).reportFile},
	{"GET /sites/{domain}/email-preview", siteRead, (*Server).emailPreview},
	{"GET /sites/{domain}/changes", siteRead, (*Server).changes},
	{"GET /sites/{domain}/realtime", siteRead, (*Server).realtime},
}

// usualPeriod is shown where the address names none. A site that has nothing in it yet shows today.
const usualPeriod = "28d"

// dashboard is the page of a site: one scan answers its chart and all its lists.
func (s *Server) dashboard(w http.ResponseWriter, c *call) error {
	values := c.URL.Query()
	now := time.Now().In(c.site.Info().Zone)
	q, err := c.pageQuery(values, now)
	if err != nil {
		return err
	}
	view := views.NewView(c.site.Info().Domain, values, q.Filters)
	if err := view.CheckChart(); err != nil {
		return err
	}
	since, err := c.firstDay()
	if err != nil {
		return err
	}
	if q.Period.From.IsZero() { // all time: its intervals go by how long that is
		q.Period.From = since
	}
	answers, err := s.askPage(c, view, q)
	if err != nil {
		return err
	}
	visits := func() bool { return answers[0].Totals[1].Number > 0 }
	waiting := false
	if !visits() && len(q.Filters) == 0 {
		if !asksPeriod(values) {
			if q.Period, err = report.NewPeriod("day", now); err != nil {
				return err
			}
			q.Compare = nil
			values.Set("period", "day") // so that what is clicked stays in it
			view = views.NewView(c.site.Info().Domain, values, q.Filters)
			if answers, err = s.askPage(c, view, q); err != nil {
				return err
			}
		}
		waiting = since.IsZero()
	}
	d, err := s.frameOf(c, view, answers[0])
	if err != nil {
		return err
	}
	if d.Change, err = s.briefChange(c, view, q, answers[0].Read); err != nil {
		return err
	}
	if d.Notes, err = s.annotations(c, answers[0].Query.Period); err != nil {
		return err
	}
	d.Waiting, d.Lists = waiting, answers[1:len(answers)-1]
	d.Live = int(answers[len(answers)-1].Totals[0].Number)
	return s.html(w, c, http.StatusOK, views.DashboardPage(d))
}

// asksPeriod reports whether the address says which period to show.
func asksPeriod(values url.Values) bool {
	return values.Get("period") != "" || values.Get("from") != "" || values.Get("to") != ""
}

// pageQuery reads the question that all of a page is about. Where the address doesn't say, it is about the usual period,
// compared with the one before, of periods that are counted in days weekday with weekday where there are figures that far
// back; compare=none is without. What the form of the comparison's own dates says becomes the parameter compare of values. Filters that are part of a segment are
// marked as such.
func (c *call) pageQuery(values url.Values, now time.Time) (report.Query, error) {
	if from, to := values.Get("compare_from"), values.Get("compare_to"); from != "" || to != "" {
		values.Set("compare", from+".."+to)
	}
	asked := url.Values{}
	for _, key := range []string{"period", "from", "to", "filter", "segment", "compare", "match"} {
		if list := slices.DeleteFunc(slices.Clone(values[key]), func(v string) bool { return v == "" }); len(list) > 0 {
			asked[key] = list
		}
	}
	if !asksPeriod(asked) {
		asked.Set("period", usualPeriod)
	}
	switch period := asked.Get("period"); {
	case asked.Get("compare") == "none":
		asked.Del("compare")
	case period == "all" || period == "realtime":
		asked.Del("compare")
	case !asked.Has("compare"):
		asked.Set("compare", "previous")
	}
	asked, of, err := c.withSegments(asked)
	if err != nil {
		return report.Query{}, err
	}
	q, err := report.Parse(asked, now.Location(), now)
	if err == nil {
		markSegments(&q, of)
		err = c.matchWeekdays(&q, asked)
	}
	return q, err
}

// matchWeekdays lays the comparison of a question weekday with weekday, where the address leaves that open.
func (c *call) matchWeekdays(q *report.Query, asked url.Values) error {
	if q.Compare == nil || q.Compare.Name != asked.Get("compare") || asked.Has("match") || views.InMonths(q.Period) {
		return nil
	}
	first, err := c.firstDay()
	if matched := q.Period.BeforeByWeekday(q.Compare.Name, q.Now); err == nil && !first.IsZero() && !matched.From.Before(first) {
		q.Compare, q.Match = &matched, report.SameWeekday
	}
	return err
}

// askPage asks what a dashboard shows: its chart, the open lists, and who is there now, in this order.
func (s *Server) askPage(c *call, view views.View, q report.Query) ([]report.Answer, error) {
	chart := q
	chart.By, chart.Metrics = view.Interval(q.Period), views.Tiles(q.Filters)
	queries := []report.Query{chart}
	for _, tab := range view.Open() {
		list := q
		list.By, list.Metrics, list.Limit = tab.Asks(), tab.Metrics, tab.Limit()
		if tab.By == "grid" || tab.By == "map" {
			list.Compare = nil
		}
		if tab.By == "grid" {
			list.Period = views.GridPeriod(q.Period)
		}
		queries = append(queries, list)
	}
	return report.RunAll(c.Context(), c.site, append(queries, liveQuery(q)))
}

// frameOf returns what the pages of a site have around their answers.
func (s *Server) frameOf(c *call, view views.View, chart report.Answer) (views.Dashboard, error) {
	info := c.site.Info()
	d := views.Dashboard{Page: c.page(info.Domain), View: view, Chart: chart, Mode: info.Mode, Geo: s.Geo,
		CanChange: c.who.CanWrite(info), Took: chart.Took}
	var err error
	if d.Since, err = c.firstDay(); err != nil {
		return d, err
	}
	if d.Sites, err = s.switcher(c); err != nil {
		return d, err
	}
	d.Segments, err = s.segmentsOf(c)
	return d, err
}

// details is the whole table of one list, as a page or with format=csv as a file.
func (s *Server) details(w http.ResponseWriter, c *call) error {
	values := c.URL.Query()
	now := time.Now().In(c.site.Info().Zone)
	q, err := c.pageQuery(values, now)
	if err != nil {
		return err
	}
	view := views.NewView(c.site.Info().Domain, values, q.Filters)
	by, search, live := report.Dimension(values.Get("by")), values.Get("search"), liveQuery(q)
	if q, err = tableQuery(q, by, values); err != nil {
		return err
	}
	if values.Get("format") == "csv" {
		return s.file(w, c, q)
	}
	if timeBuckets[by] {
		return redirect(w, view.URL())
	}
	answers, err := report.RunAll(c.Context(), c.site, []report.Query{q, live})
	if err != nil {
		return err
	}
	view = view.Under("/details", "by", string(by), "sort", values.Get("sort"), "search", search)
	d, err := s.frameOf(c, view, answers[0])
	if err != nil {
		return err
	}
	d.Live = int(answers[1].Totals[0].Number)
	return s.html(w, c, http.StatusOK, views.DetailsPage(views.Details{Dashboard: d, By: by, Search: search, Sort: values.Get("sort"), Answer: answers[0]}))
}

// timeBuckets are the dimensions that are in order of time: files have them, tables to sort don't.
var timeBuckets = map[report.Dimension]bool{"minute": true, "hour": true, "day": true, "week": true, "month": true}

// tableQuery makes the question of a page that of a table: by, sort, search and offset are read from the address.
func tableQuery(q report.Query, by report.Dimension, values url.Values) (report.Query, error) {
	if by == "" {
		return q, problem.BadField("by", "bad_dimension", "The address does not say of what the details are.").
			WithHint("Open them from a panel of the dashboard.")
	}
	metrics := views.DetailMetrics(by)
	ask := url.Values{"by": {string(by)}, "period": {"day"}, "sort": {values.Get("sort")}, "offset": {values.Get("offset")}}
	for _, m := range metrics {
		ask.Add("metrics", string(m))
	}
	table, err := report.Parse(ask, q.Now.Location(), q.Now)
	if err != nil {
		return q, err
	}
	q.By, q.Metrics, q.Sort, q.Offset, q.Limit = by, metrics, table.Sort, table.Offset, views.DetailsRows
	if text := values.Get("search"); text != "" {
		f := report.Filter{By: by, Op: report.Contains, Values: []string{text}}
		var words *views.Words
		if codes := words.CodesLike(by, text); len(codes) > 0 {
			f.Op, f.Values = report.Is, codes
		}
		if f, err = report.ParseFilter(f.String()); err != nil {
			return q, err
		}
		q.Filters = append(slices.Clone(q.Filters), f)
	}
	return q, nil
}

// fileRows is how many rows a file has at most.
const fileRows = 10_000

// file answers with a table as CSV.
func (s *Server) file(w http.ResponseWriter, c *call, q report.Query) error {
	q.Limit, q.Offset = fileRows, 0
	answer, err := report.Run(c.Context(), c.site, q)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := answer.WriteCSV(&b); err != nil {
		return err
	}
	markDamaged(w, answer)
	from, to := answer.Query.Period.Dates()
	name := c.site.Info().Domain + " " + string(q.By) + " " + from + " " + to + ".csv"
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return s.send(w, c, http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
}
