package web

import (
	"net/http"
	"strings"
	"time"

	"sandprint/app/report"
	"sandprint/views"
)

// checkRoutes are the rows of the routing table about the check of a site's pages.
var checkRoutes = []route{
	{"GET /sites/{domain}/check", siteWrite, (*Server).checkPages},
	{"POST /sites/{domain}/check", siteWrite, (*Server).checkNames},
}

// checkedPages is how many pages are proposed for a check; a person may write more.
const checkedPages = 30

// checkPages shows which pages a check would look at, and of which only the path is counted by the rules about paths. The check is the browser's:
// static/check.js goes from page to page.
func (s *Server) checkPages(w http.ResponseWriter, c *call) error {
	info := c.site.Info()
	now := time.Now().In(info.Zone)
	period, err := report.NewPeriod(usualPeriod, now)
	if err != nil {
		return err
	}
	answer, err := c.ask(c.Context(), report.Query{By: "page", Metrics: []report.Metric{report.Pageviews}, Now: now, Period: period, Limit: 200})
	if err != nil {
		return err
	}
	f := views.CheckPage{Domain: info.Domain, Address: "https://" + info.Domain, Pages: []string{"/"}}
	for _, row := range answer.Rows {
		if row.Name == "" || row.Name[0] != '/' {
			continue
		}
		if row.Name != "/" && len(f.Pages) < checkedPages {
			f.Pages = append(f.Pages, row.Name)
		}
		if s.PathOnly != nil && s.PathOnly(row.Name) {
			f.PathOnly = append(f.PathOnly, row.Name)
		}
	}
	page := c.page("Check your pages")
	page.Scripts = []string{"check.js"}
	return s.html(w, c, http.StatusOK, views.Check(page, f))
}

// personal is what of a page looks personal: the path and the title as they would be counted, each empty where nothing does.
type personal struct {
	Page  string `json:"page"`
	Path  string `json:"path,omitempty"`
	Title string `json:"title,omitempty"`
}

// checkNames tells of pages that the owner's browser has seen which would be scrubbed on arrival. Nothing of them is kept.
func (s *Server) checkNames(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	found := []personal{}
	titles := c.PostForm["title"]
	for i, page := range c.PostForm["page"] {
		if i >= len(titles) || i >= 2*checkedPages || s.Scrub == nil {
			break
		}
		path, title := s.Scrub(page, titles[i])
		p := personal{Page: page}
		if strings.Contains(path, "/:") && !strings.Contains(page, "/:") {
			p.Path = path
		}
		if title != titles[i] && strings.Contains(title, "[") {
			p.Title = title
		}
		if p.Path != "" || p.Title != "" {
			found = append(found, p)
		}
	}
	return s.json(w, c, http.StatusOK, found)
}
