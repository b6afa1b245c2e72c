package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"sandprint/app/account"
	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/views"
)

// call is a request with what is known about it before its handler runs.
type call struct {
	*http.Request
	server  *Server
	who     account.Who      // nobody (the zero value) where anyone may ask and nobody is signed in
	session string           // id of the asker's session; empty without one
	site    account.Reader   // the site of {domain}; nil on routes without one, and where its file isn't needed
	info    account.SiteInfo // of the site of {domain}
	first   *time.Time       // what firstDay found
}

// refusals of the guard.
var (
	errSignedOut = problem.New(http.StatusUnauthorized, "signed_out", "Sign in to see this page.")
	errNoToken   = problem.New(http.StatusUnauthorized, "no_token", "This needs an API token.").
			WithHint("Send one as “Authorization: Bearer sp_…”; make it on the settings page or with “sandprint token add”.")
	errSessionReads = problem.New(http.StatusForbidden, "session_reads", "Signed in with a browser, the API can only be read.").
			WithHint("Send an API token of scope write.")
	errTokenReads = problem.New(http.StatusForbidden, "token_reads", "This token may read and not change.").
			WithHint("Make a token of scope write.")
	errAdd  = problem.New(http.StatusForbidden, "not_allowed", "Sites are added by owners and admins.").WithHint("Ask an owner.")
	errRole = problem.New(http.StatusForbidden, "not_allowed", "Your role at this site does not allow this.").
		WithHint("Ask an owner of the site.")
)

// guard finds out who asks and opens the site, or refuses. It returns problem.NotFound for a site that isn't there and
// for one that the asker may not know of.
func (s *Server) guard(w http.ResponseWriter, c *call, need access) error {
	if need == public {
		return nil
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Add("Vary", "Cookie")
	if err := s.identify(c); err != nil {
		if p := problem.Of(err); need == anyone && p.Status < 500 {
			return nil // a bad token is nobody's
		}
		return err
	}
	if need == anyone {
		return nil
	}
	if !c.who.Signed() {
		return errSignedOut
	}
	if need == operates && !c.who.Operator() {
		return problem.NotFound
	}
	if need < siteRead {
		return nil
	}
	if err := s.findSite(c, need); err != nil {
		return err
	}
	if need == siteWrite && !c.who.CanWrite(c.info) || need >= siteManage && !c.who.CanManage(c.info) {
		if c.who.IsToken() {
			return errTokenReads
		}
		return errRole
	}
	return nil
}

// findSite sets the site of {domain}.
func (s *Server) findSite(c *call, need access) (err error) {
	if need == siteErase {
		c.info, err = s.Accounts.Known(c.Context(), c.who, c.PathValue("domain"))
		return err
	}
	if c.site, err = s.Accounts.Open(c.Context(), c.who, c.PathValue("domain")); err == nil {
		c.info = c.site.Info()
	}
	return err
}

// identify sets who asks: by token under /api, by session elsewhere and for reading the API.
func (s *Server) identify(c *call) (err error) {
	if !c.isAPI() {
		c.session = s.cookies.read(c)
		c.who, err = s.Accounts.WhoBySession(c.Context(), c.session)
		return err
	}
	if token, ok := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer "); ok {
		c.who, err = s.Accounts.WhoByToken(c.Context(), strings.TrimSpace(token))
		return err
	}
	c.session = s.cookies.read(c)
	if c.who, err = s.Accounts.WhoBySession(c.Context(), c.session); err != nil {
		return err
	}
	switch {
	case !c.who.Signed():
		return errNoToken
	case c.Method != http.MethodGet && c.Method != http.MethodHead:
		return errSessionReads
	}
	return nil
}

// isAPI reports whether the asker is a program: errors are JSON then.
func (c *call) isAPI() bool { return strings.HasPrefix(c.URL.Path, "/api/") }

// pattern names the route for the log: never the path itself, which is the asker's.
func (c *call) pattern() string {
	if c.Pattern == "" {
		return c.Method
	}
	return c.Pattern
}

// siteNumber names the site for the log; 0: none.
func (c *call) siteNumber() int64 {
	if c.site == nil {
		return 0
	}
	return c.site.Info().Number
}

// ask answers a question about the call's site.
func (c *call) ask(ctx context.Context, q report.Query) (report.Answer, error) {
	return report.Run(ctx, c.site, q)
}

// firstDay returns the midnight that begins the first day the call's site has figures of; zero: it has none.
func (c *call) firstDay() (time.Time, error) {
	if c.first == nil {
		first, err := report.Since(c.Context(), c.site)
		if err != nil {
			return first, err
		}
		c.first = &first
	}
	return *c.first, nil
}

// origin returns the scheme and host that people reach this instance by.
func (c *call) origin() string {
	switch s := c.server; {
	case s.origin != nil:
		return s.origin.String()
	case c.secure():
		return "https://" + c.Host
	}
	return "http://" + c.Host
}

// page returns what every page has, for the person who asks.
func (c *call) page(title string) views.Page {
	p := views.Page{Title: title, User: c.who.Email(), Operator: c.who.Operator(), Origin: c.origin()}
	if theme, err := c.Cookie("theme"); err == nil {
		p.Theme = theme.Value
	}
	chosen := ""
	if lang, err := c.Cookie(languageCookie); err == nil {
		chosen = lang.Value
	}
	if p.Languages = views.Interface; isVisitors(c.Request) || p.User == "" && isReceipt(c.Request) {
		p.Languages = views.Visitors
	}
	p.Words = views.Speak(p.Languages, chosen, c.Header.Get("Accept-Language"))
	return p
}
