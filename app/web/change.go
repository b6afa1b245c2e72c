package web

import (
	"net/http"
	"net/url"
	"slices"

	"sandprint/app/report"
	"sandprint/views"
)

// apiChange answers what a difference between two periods is made of.
var apiChange = journey(report.ParseChange, report.RunChange, "compare", "metric", "by", "limit")

// changes is the page of what a difference is made of: several lists, or all rows of the one that by= names.
func (s *Server) changes(w http.ResponseWriter, c *call) error {
	p, err := c.sitePage(usualPeriod)
	if err != nil {
		return err
	}
	page := views.Changes{By: report.Dimension(p.values.Get("by")), Metric: changeMetric(p.view)}
	if page.By != "" { // refuse what is none
		if _, err := report.ParseChange(url.Values{"by": {string(page.By)}}, p.Now.Location(), p.Now); err != nil {
			return err
		}
	}
	if p.Compare != nil {
		ask := changeQuery(p.Query, page.Metric, views.ChangeLists(page.Metric, p.Filters), views.ChangeRows)
		if page.By != "" {
			ask.By, ask.Limit = []report.Dimension{page.By}, views.ChangeAllRows
		}
		if page.Change, err = report.RunChange(c.Context(), c.site, ask); err != nil {
			return err
		}
	}
	if page.Dashboard, err = s.frame(c, p, page.Change.Read, page.Change.Damaged); err != nil {
		return err
	}
	return s.html(w, c, http.StatusOK, views.ChangesPage(page))
}

// changeMetric returns the figure whose difference a page tells of: the chart's, where that can be shared out.
func changeMetric(view views.View) report.Metric {
	if m := report.Metric(view.Get("metric")); slices.Contains(report.ChangeMetrics, m) {
		return m
	}
	return report.Visitors
}

// changeQuery makes the question of a page, which is compared, one of its difference.
func changeQuery(q report.Query, m report.Metric, by []report.Dimension, limit int) report.ChangeQuery {
	return report.ChangeQuery{Period: q.Period, Compare: *q.Compare, Metric: m, By: by, Filters: q.Filters, Limit: limit, Now: q.Now}
}
