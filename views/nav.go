package views

import "slices"

// sitePage is an entry of a site's navigation.
type sitePage struct {
	path, name string
	also       []string // pages under it
}

// sitePages are the pages of a site in the order of its navigation. A page is current by the path of its View: see Under.
var sitePages = []sitePage{
	{"", "Overview", []string{"/details"}},
	{"/goals", "Goals", []string{"/goals/edit", "/attribution"}},
	{"/funnels", "Funnels", []string{"/funnels/edit"}},
	{"/journeys", "Journeys", nil},
	{"/retention", "Retention", nil},
	{"/realtime", "Realtime", nil},
}

// is reports whether a page under the site's address belongs to the entry.
func (p sitePage) is(path string) bool { return p.path == path || slices.Contains(p.also, path) }
