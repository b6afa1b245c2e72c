package web

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/views"
)

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
	words := c.page("").Words
	if q, err = tableQuery(q, view, by, values, words); err != nil {
		return err
	}
	if values.Get("format") == "csv" {
		return s.file(w, c, q, by)
	}
	if timeBuckets[by] {
		return redirect(w, view.URL())
	}
	queries := []report.Query{q, live}
	if q.By == "goal" {
		queries = append(queries, anyGoal(q))
	}
	answers, err := report.RunAll(c.Context(), c.site, queries)
	if err != nil {
		return err
	}
	if q.By == "goal" {
		answers[0] = reachedAny(answers[0], answers[2])
	}
	if err := c.comparable(answers); err != nil {
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

// tableQuery makes the question of a page that of a table: sort, search and offset are read from the address. By is the name of a
// list, as a dimension or as "outbound".
func tableQuery(q report.Query, view views.View, by report.Dimension, values url.Values, words *views.Words) (report.Query, error) {
	if by == "" {
		return q, problem.BadField("by", "bad_dimension", "The address does not say of what the details are.").
			WithHint("Open them from a panel of the dashboard.")
	}
	tab := views.Find(by, view)
	metrics := tab.Columns(view)
	ask := url.Values{"by": {string(tab.Asks())}, "period": {"day"}, "sort": {sortable(values.Get("sort"), metrics)}, "offset": {values.Get("offset")}}
	for _, m := range metrics {
		ask.Add("metrics", string(m))
	}
	if text := values.Get("search"); text != "" {
		ask["search"] = append([]string{text}, words.CodesLike(tab.Asks(), text)...)
	}
	if timeBuckets[by] {
		ask.Del("sort")
		ask.Del("search")
	}
	table, err := report.Parse(ask, q.Now.Location(), q.Now)
	if err != nil {
		return q, err
	}
	q.By, q.Metrics, q.Sort, q.Search, q.Offset, q.Limit = table.By, metrics, table.Sort, table.Search, table.Offset, views.DetailsRows
	q.Titles = tab.Titled()
	q.Filters = slices.Concat(q.Filters, tab.Filters())
	return q, nil
}

// sortable returns the order that an address asks for, or none where it is by a figure that the table has no column of any
// more: a filter on a goal changes the columns.
func sortable(sort string, metrics []report.Metric) string {
	name, _, _ := strings.Cut(sort, ":")
	if m := report.Metric(name); slices.Contains(report.AllMetrics, m) && !slices.Contains(metrics, m) {
		return ""
	}
	return sort
}

// fileRows is how many rows a file has at most.
const fileRows = 10_000

// file answers with a table as CSV: the rows that the page shows, in its order, all of them.
func (s *Server) file(w http.ResponseWriter, c *call, q report.Query, by report.Dimension) error {
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
	name := c.site.Info().Domain + " " + string(by) + " " + from + " " + to + ".csv"
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return s.send(w, c, http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
}
