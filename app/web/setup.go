package web

import (
	"net/http"
	"net/url"
	"time"

	"sandprint/app/account"
	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/views"
)

// setupForm shows the form of the first run to who has the token; once setup is over there is nothing here.
func (s *Server) setupForm(w http.ResponseWriter, c *call) error {
	token := c.URL.Query().Get("token")
	if err := s.Accounts.CheckSetup(c.Context(), token); err != nil {
		return err
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	return s.html(w, c, http.StatusOK, views.Setup(s.zonePage(c, "Welcome"), views.SetupForm{Token: token}))
}

// zonePage is a page of one card that asks for a time zone.
func (s *Server) zonePage(c *call, title string) views.Page {
	page := plain(c.page(title))
	page.Scripts = []string{"zone.js"}
	return page
}

// setup makes the first account and its site. What is wrong with the site shows before the account is made as far as it
// can be known; what shows only afterwards is asked again by the form for a new site.
func (s *Server) setup(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	form := views.SetupForm{Token: c.PostFormValue("token"), Email: c.PostFormValue("email"), Domain: c.PostFormValue("domain"), Zone: c.PostFormValue("timezone")}
	if err := s.Accounts.CheckSetup(c.Context(), form.Token); err != nil {
		return err
	}
	id, err := "", s.Accounts.CheckSite(form.Domain, form.Zone)
	if err == nil {
		id, err = s.Accounts.Claim(c.Context(), form.Token, form.Email, c.PostFormValue("password"))
	}
	if err != nil {
		wrong, status, err := wrongOf(err)
		if err != nil || wrong.Field == "" {
			return problem.NotFound
		}
		form.Wrong = wrong
		w.Header().Set("Referrer-Policy", "no-referrer")
		return s.html(w, c, status, views.Setup(s.zonePage(c, "Welcome"), form))
	}
	if c.who, err = s.Accounts.WhoBySession(c.Context(), id); err != nil {
		return err
	}
	site, err := s.Accounts.AddSite(c.Context(), c.who, account.NewSite{Domain: form.Domain, Zone: form.Zone})
	if err != nil {
		return err
	}
	return s.enter(w, c, id, sitePath(site.Domain, "/install"))
}

// sitePath returns the path of a page of a site.
func sitePath(domain, page string) string { return "/sites/" + url.PathEscape(domain) + page }

// install shows a site's snippet and whether a page was read.
func (s *Server) install(w http.ResponseWriter, c *call) error {
	domain := c.site.Info().Domain
	m := views.InstallPage{Domain: domain, Wait: sitePath(domain, "/live")}
	if s.SnippetFor != nil {
		sn := s.SnippetFor(domain)
		m.Src, m.HashedSrc, m.Integrity, m.Pixel = sn.Src, sn.HashedSrc, sn.Integrity, sn.Pixel
		if u, err := url.Parse(sn.Src); err == nil && u.Host != "" {
			m.Origin = u.Scheme + "://" + u.Host
		}
	}
	now, err := s.liveNow(c)
	if err != nil {
		return err
	}
	if len(now.Pages) > 0 {
		m.Seen = now.Pages[0].Page
	} else if m.Counted, err = s.everCounted(c); err != nil {
		return err
	}
	page := c.page("")
	page.Title = page.Words.F("Count %s", domain)
	if m.Seen == "" && !m.Counted {
		page.Refresh = 5
		page.Scripts = []string{"install.js"}
	} else {
		m.Wait = ""
	}
	return s.html(w, c, http.StatusOK, views.Install(page, m))
}

// everCounted reports whether the site has a page view.
func (s *Server) everCounted(c *call) (bool, error) {
	info := c.site.Info()
	now := time.Now().In(info.Zone)
	all, err := report.NewPeriod("all", now)
	if err != nil {
		return false, err
	}
	answer, err := c.ask(c.Context(), report.Query{Metrics: []report.Metric{report.Pageviews}, Now: now, Period: all})
	if err != nil {
		return false, err
	}
	return answer.Totals[0].Number > 0, nil
}
