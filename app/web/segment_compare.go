package web

import (
	"net/http"
	"time"

	"sandprint/app/report"
	"sandprint/views"
)

// compareSegments shows what the page is filtered by beside what with= names: everyone else, all visitors, or a segment.
func (s *Server) compareSegments(w http.ResponseWriter, c *call) error {
	p, err := c.sitePage(usualPeriod)
	if err != nil {
		return err
	}
	page := views.SegmentsCompared{With: p.values.Get("with")}
	if page.With == "" {
		page.With = views.EveryoneElse
	}
	a := p.Query
	a.Compare = nil
	b := a
	if b.Filters, b.Except, err = c.otherSide(page.With, a.Filters); err != nil {
		return err
	}
	queries := append(comparedQueries(a, p.view), comparedQueries(b, p.view)...)
	answers, err := report.RunAll(c.Context(), c.site, queries)
	if err != nil {
		return err
	}
	half := len(answers) / 2
	page.A, page.ListsA = answers[0], answers[1:half]
	page.B, page.ListsB = answers[half], answers[half+1:]
	var damaged []time.Time
	for _, answer := range answers {
		damaged = append(damaged, answer.Damaged...)
	}
	p.Compare = nil
	if page.Dashboard, err = s.frame(c, p, page.A.Read, damaged); err != nil {
		return err
	}
	return s.html(w, c, http.StatusOK, views.SegmentsComparedPage(page))
}

// otherSide returns the filters of what a segment is compared with, and the segment that is left out of it.
func (c *call) otherSide(with string, filters []report.Filter) (other, except []report.Filter, err error) {
	switch with {
	case views.EveryoneElse:
		return nil, filters, nil
	case views.AllVisitors:
		return nil, nil, nil
	}
	segments, err := c.server.Accounts.Segments(c.Context(), c.who, c.site.Info().Domain)
	if err != nil {
		return nil, nil, err
	}
	segment, err := segmentBy(segments, with)
	if err != nil {
		return nil, nil, err
	}
	for _, text := range segment.Filters {
		f, err := report.ParseFilter(text)
		if err != nil {
			return nil, nil, err
		}
		other = append(other, f)
	}
	return other, nil, nil
}

// comparedQueries returns what is asked of one side: its chart, then its lists.
func comparedQueries(q report.Query, view views.View) []report.Query {
	q.By, q.Metrics = view.Interval(q.Period), views.CompareMetrics
	list := []report.Query{q}
	for _, by := range views.CompareLists {
		q.By, q.Metrics, q.Limit = by, []report.Metric{report.Visitors}, views.CompareRows
		list = append(list, q)
	}
	return list
}
