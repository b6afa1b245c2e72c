package web

import (
	"net/http"
	"net/url"
	"strings"

	"sandprint/app/report"
	"sandprint/views"
)

// branchesAt is how many branches a place has at most, by depth: what a picture and its table have room for.
var branchesAt = map[string]string{"1": "10", "2": "8", "3": "5", "4": "4"}

// usualDepth is how many pages on each side are shown where the address doesn't say.
const usualDepth = "2"

// paths is the page of journeys: what came before and after a page, an event, a goal or a source.
func (s *Server) paths(w http.ResponseWriter, c *call) error {
	p, err := c.sitePage(usualPeriod)
	if err != nil {
		return err
	}
	if is := strings.TrimSpace(p.values.Get("is")); is != "" { // the form names kind and name apart
		start := report.Step{By: report.Dimension(p.values.Get("by")), Name: is}
		return redirect(w, p.view.Asking(url.Values{"start": {start.String()}, "depth": p.values["depth"]}).URL())
	}
	var m views.Paths
	if m.Known, err = knownSteps(c, p); err != nil {
		return err
	}
	if !p.values.Has("start") && len(m.Known.Pages) > 0 {
		p.values.Set("start", report.Step{By: "page", Name: m.Known.Pages[0]}.String())
	}
	if p.values.Has("start") {
		if err := askPaths(c, p, &m); err != nil {
			return err
		}
	}
	if m.Dashboard, err = s.frame(c, p, m.Answer.Read, m.Answer.Damaged); err != nil {
		return err
	}
	return s.html(w, c, http.StatusOK, views.PathsPage(m))
}

// askPaths answers the journeys of the page, and how many there were in what it is compared with.
func askPaths(c *call, p sitePage, m *views.Paths) error {
	ask := url.Values{"period": {"day"}, "start": p.values["start"], "depth": {usualDepth}}
	if depth := p.values.Get("depth"); depth != "" {
		ask.Set("depth", depth)
	}
	if top := branchesAt[ask.Get("depth")]; top != "" {
		ask.Set("top", top)
	}
	q, err := report.ParsePaths(ask, p.Now.Location(), p.Now)
	if err != nil {
		return err
	}
	q.Period, q.Filters = p.Period, p.Filters // with those of saved segments
	if m.Answer, err = report.RunPaths(c.Context(), c.site, q); err != nil || p.Compare == nil {
		return err
	}
	q.Period, q.Depth = *p.Compare, 1
	before, err := report.RunPaths(c.Context(), c.site, q)
	m.Before = before.Visits
	return err
}
