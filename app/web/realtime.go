package web

import (
	"bytes"
	"net/http"
	"time"

	"sandprint/app/report"
	"sandprint/views"
)

// realtime is the page of the present: the last 30 minutes, and who is there now.
func (s *Server) realtime(w http.ResponseWriter, c *call) error {
	p, err := c.sitePage(usualPeriod)
	if err != nil {
		return err
	}
	answers, err := report.RunAll(c.Context(), c.site, realtimeQueries(p.Query))
	if err != nil {
		return err
	}
	page := views.Realtime{Answers: answers}
	if page.Dashboard, err = s.frameOf(c, p.view, answers[0]); err != nil {
		return err
	}
	page.Live = page.Now()
	return s.html(w, c, http.StatusOK, views.RealtimePage(page))
}

// realtimeQueries asks what the page of the present shows of those whom a question is about, as views.Realtime has it.
func realtimeQueries(q report.Query) []report.Query {
	period, err := report.NewPeriod("realtime", q.Now)
	if err != nil {
		panic(err) // there is such a period
	}
	minutes := report.Query{By: "minute", Metrics: []report.Metric{report.Visitors, report.Pageviews}, Filters: q.Filters, Now: q.Now, Period: period}
	queries := []report.Query{minutes, liveQuery(q)}
	for _, tab := range views.RealtimeLists {
		list := minutes
		list.By, list.Metrics, list.Limit = tab.By, tab.Metrics, views.RealtimeRows
		if tab.By == "page" {
			list.Period = liveQuery(q).Period
		}
		queries = append(queries, list)
	}
	return queries
}

// realtimePart draws the part of the page of the present that changes, for a stream.
func (s *Server) realtimePart(c *call, p sitePage, answers []report.Answer) ([]byte, error) {
	page := views.Realtime{Dashboard: views.Dashboard{Page: c.page(""), View: p.view.Under("/realtime"), Chart: answers[0]}, Answers: answers}
	var b bytes.Buffer
	err := views.RealtimePart(page).Render(c.Context(), &b)
	return b.Bytes(), err
}

// now returns the question of a page as of this moment.
func (p sitePage) now() report.Query {
	q := p.Query
	q.Now = time.Now().In(q.Now.Location())
	return q
}
