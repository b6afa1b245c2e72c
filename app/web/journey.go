package web

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"sandprint/app/account"
	"sandprint/app/report"
	"sandprint/views"
)

// journeyRoutes are the rows of the routing table for the pages about goals and journeys.
var journeyRoutes = []route{
	{"GET /sites/{domain}/goals", siteRead, (*Server).goals},
	{"GET /sites/{domain}/goals/edit", siteWrite, (*Server).goalForm},
	{"POST /sites/{domain}/goals/edit", siteWrite, (*Server).saveGoal},
	{"GET /sites/{domain}/funnels", siteRead, (*Server).funnels},
	{"GET /sites/{domain}/funnels/edit", siteRead, (*Server).funnelForm},
	{"POST /sites/{domain}/funnels/edit", siteWrite, (*Server).saveFunnel},
	{"GET /sites/{domain}/journeys", siteRead, (*Server).paths},
	{"GET /sites/{domain}/attribution", siteRead, (*Server).attribution},
	{"GET /sites/{domain}/retention", siteRead, (*Server).retention},
}

// sitePage is what a page of a site is about, beside the dashboard itself: what its bar shows, and all of its address.
type sitePage struct {
	report.Query // period, comparison, filters and clock
	view         views.View
	values       url.Values // of the address, with the period that is shown and the filters of segments
	began        time.Time
}

// sitePage reads the address of a page; usual is its period where the address names none.
func (c *call) sitePage(usual string) (p sitePage, err error) {
	_ = c.ParseForm() // of a query that is not well formed, what can be read
	p.began, p.values = time.Now(), maps.Clone(c.Form)
	for key, list := range p.values {
		p.values[key] = slices.DeleteFunc(slices.Clone(list), func(v string) bool { return v == "" })
		if len(p.values[key]) == 0 {
			delete(p.values, key)
		}
	}
	info := c.site.Info()
	without := !asksPeriod(p.values)
	if without {
		p.values.Set("period", usual)
	}
	if p.Query, err = c.pageQuery(p.values, p.began.In(info.Zone)); err != nil {
		return p, err
	}
	view := maps.Clone(p.values)
	if without {
		view.Del("period")
	}
	p.view = views.NewView(info.Domain, view, p.Filters).Under(c.underSite(), views.Own(view)...)
	return p, nil
}

// underSite returns the path of the page under the site's, as "/details".
func (c *call) underSite() string {
	_, page, _ := strings.Cut(c.Pattern, "/sites/{domain}")
	return page
}

// frame returns what the page has around its answer, which read so many hits and had to leave out the damaged days.
func (s *Server) frame(c *call, p sitePage, read int, damaged []time.Time) (views.Dashboard, error) {
	took := time.Since(p.began)
	q := p.Query
	q.By, q.Metrics = p.view.Interval(q.Period), []report.Metric{report.Visitors}
	live, err := report.Run(c.Context(), c.site, liveQuery(q))
	if err != nil {
		return views.Dashboard{}, err
	}
	d, err := s.frameOf(c, p.view, report.Answer{Query: q, Read: read, Damaged: damaged, Took: took})
	d.Live = int(live.Totals[0].Number)
	return d, err
}

// Questions about journeys: each has parameters of its own, and an answer in JSON.
var (
	apiFunnel      = journey(report.ParseFunnel, report.RunFunnel, "step", "window", "order")
	apiRetention   = journey(report.ParseRetention, report.RunRetention, "by")
	apiPaths       = journey(report.ParsePaths, report.RunPaths, "start", "depth", "top")
	apiAttribution = journey(report.ParseAttribution, report.RunAttribution, "by", "goal", "window")
)

// journey returns the handler of one kind of question, which has params beside those of any question.
func journey[Q any, A interface{ WriteJSON(io.Writer) error }](parse func(url.Values, *time.Location, time.Time) (Q, error), run func(context.Context, account.Reader, Q) (A, error), params ...string) handler {
	params = append(params, segmentParams...)
	return func(s *Server, w http.ResponseWriter, c *call) error {
		values, err := c.params(params...)
		if err != nil {
			return err
		}
		query, err := parse(values, c.site.Info().Zone, time.Now())
		if err != nil {
			return err
		}
		answer, err := run(c.Context(), c.site, query)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := answer.WriteJSON(&b); err != nil {
			return err
		}
		return s.send(w, c, http.StatusOK, "application/json", b.Bytes())
	}
}
