package web

import (
	"slices"

	"sandprint/app/report"
	"sandprint/views"
)

// listQuery makes the question of a page that of the list of a tab.
func listQuery(q report.Query, tab views.Tab) report.Query {
	q.By, q.Metrics, q.Limit, q.Titles = tab.Asks(), tab.Metrics, tab.Limit(), tab.Titled()
	q.Filters = slices.Concat(q.Filters, tab.Filters())
	if tab.By == "grid" || tab.By == "map" {
		q.Compare = nil
	}
	return q
}

// knowing returns the view with the properties that events have, where it shows the list of one.
func (c *call) knowing(view views.View, q report.Query) (views.View, error) {
	event, open := view.Properties()
	if !open {
		return view, nil
	}
	props, err := report.Properties(c.Context(), c.site, q.Period, event)
	return view.Knowing(props), err
}
