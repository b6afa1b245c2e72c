package web

import (
	"net/http"

	"sandprint/app/account"
	"sandprint/views"
)

// dataRoutes are the page of what is kept of a site's visitors, for how long, and what was erased.
var dataRoutes = []route{
	{"GET /sites/{domain}/data", siteRead, (*Server).data},
	{"POST /sites/{domain}/data/page", siteWrite, (*Server).hidePage},
	{"GET /operator/kept", operates, (*Server).instanceKept},
	{"POST /operator/kept", operates, (*Server).saveLimits},
}

// data shows what is kept of a site.
func (s *Server) data(w http.ResponseWriter, c *call) error {
	info := c.site.Info()
	d := views.DataPage{Page: c.page("What is kept"), Site: info, CanChange: c.who.CanWrite(info), CanErase: c.who.CanManage(info), LogDays: s.Instance.LogDays, Said: said(c)}
	var err error
	if d.Receipts, err = s.Privacy.Receipts(c.Context(), info.ID); err != nil {
		return err
	}
	if d.Kept, err = s.Privacy.Kept(c.Context(), info); err != nil {
		return err
	}
	if d.Limits, err = s.Accounts.Limits(c.Context()); err != nil {
		return err
	}
	return s.html(w, c, http.StatusOK, views.Data(d))
}

// instanceKept shows the operator how long things are kept, and asks for the limits.
func (s *Server) instanceKept(w http.ResponseWriter, c *call) error {
	limits, err := s.Accounts.Limits(c.Context())
	if err != nil {
		return err
	}
	return s.keptPage(w, c, http.StatusOK, views.KeptPage{Limits: limits, Said: said(c)})
}

func (s *Server) keptPage(w http.ResponseWriter, c *call, status int, p views.KeptPage) (err error) {
	if p.Kept, err = s.Privacy.Kept(c.Context(), account.SiteInfo{}); err != nil {
		return err
	}
	p.Page, p.LogDays = c.page("How long it is kept"), s.Instance.LogDays
	return s.html(w, c, status, views.InstanceKept(p))
}

// hidePage hides the visitors' page, or shows it.
func (s *Server) hidePage(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	hide := c.PostFormValue("page") == "hide"
	domain := c.site.Info().Domain
	_, err := s.Accounts.ChangeSite(c.Context(), c.who, domain, account.SiteChange{Edit: func(set *account.SiteSettings) error {
		set.HidePage = hide
		return nil
	}})
	if err != nil {
		return err
	}
	return redirect(w, sitePath(domain, "/data?done=saved"))
}
