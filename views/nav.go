package views

import (
	"slices"

	"sandprint/app/report"
)

// sitePage is an entry of a site's navigation.
type sitePage struct {
	path, name string
	also       []string // pages under it
}

// sitePages are the pages of a site in the order of its navigation. A page is current by the path of its View: see Under.
var sitePages = []sitePage{
	{"", "Overview", []string{"/details", "/changes", "/compare-segments"}},
	{"/goals", "Goals", []string{"/goals/edit", "/attribution"}},
	{"/funnels", "Funnels", []string{"/funnels/edit"}},
	{"/journeys", "Journeys", nil},
	{"/retention", "Retention", nil},
	{"/realtime", "Realtime", nil},
}

// is reports whether a page under the site's address belongs to the entry.
func (p sitePage) is(path string) bool { return p.path == path || slices.Contains(p.also, path) }

// pageOf returns the frame of a page of the site beside the dashboard, by its English name.
func (d Dashboard) pageOf(name string) Page {
	p := d.frame()
	p.Title = d.words().T(name) + " · " + p.Title
	p.Styles = append(p.Styles, "journey.css")
	p.Scripts = slices.DeleteFunc(p.Scripts, func(script string) bool { return script == "chart.js" })
	return p
}

// unlessFirst returns value, or "" for the one that a parameter has when it is left out.
func unlessFirst(first, value string) string {
	if value == first {
		return ""
	}
	return value
}

// chosenOr returns "" for what is chosen already, so that choosing it again undoes it.
func chosenOr(chosen bool, by report.Dimension) report.Dimension {
	if chosen {
		return ""
	}
	return by
}
