package web

import (
	"net/http"
	"slices"
	"strings"
)

// access is who may use a route. The zero value is no rule at all: router refuses it.
type access uint8

const (
	public     access = iota + 1 // anyone, and the same for everyone: nobody looks at who is asking
	anyone                       // no sign-in; the answer may depend on who is asking
	signedIn                     // a person with a session; under /api also a token
	operates                     // who runs the instance; for others there is nothing
	siteRead                     // who may read the site's reports: all of its customer's people
	siteWrite                    // who may change its settings: editors
	siteManage                   // who may remove it: admins and owners
	siteErase                    // the same, also while its file can't be read
)

// handler answers a call or returns an error, having written nothing.
type handler func(s *Server, w http.ResponseWriter, c *call) error

// route is one row of the table. A pattern is one of http.ServeMux with its method; {domain} in it is a site, which the
// rule is about. Under /api a token stands in for the session; a session there may only read.
type route struct {
	pattern string
	access  access
	handle  handler
}

// routes is everything that can be reached here. The tests go through it: who gets what, headers, cross-origin forms.
var routes = slices.Concat([]route{
	{"GET /{$}", signedIn, (*Server).home},
	{"GET /static/{file}", public, (*Server).staticFile},

	{"GET /sign-in", anyone, (*Server).signInForm},
	{"POST /sign-in", anyone, (*Server).signIn},
	{"POST /sign-out", anyone, (*Server).signOut},
	{"POST /language", anyone, (*Server).chooseLanguage},
	{"GET /link/{secret}", anyone, (*Server).link},
	{"POST /link/{secret}", anyone, (*Server).useLink},
	{"GET /setup", anyone, (*Server).setupForm},
	{"POST /setup", anyone, (*Server).setup},

	{"GET /keyboard", signedIn, (*Server).keyboard},
	{"GET /settings", signedIn, (*Server).settings},
	{"POST /settings/password", signedIn, (*Server).changePassword},
	{"POST /settings/sessions/end", signedIn, (*Server).endSessions},
	{"POST /settings/tokens", signedIn, (*Server).addToken},
	{"POST /settings/tokens/{id}/revoke", signedIn, (*Server).revokeToken},

	{"GET /sites", signedIn, (*Server).sites},
	{"GET /sites/new", signedIn, (*Server).siteForm},
	{"POST /sites", signedIn, (*Server).addSite},
	{"POST /sites/{domain}/pin", siteRead, (*Server).pin},
	{"GET /sites/{domain}/install", siteRead, (*Server).install},
	{"GET /sites/{domain}/live", siteRead, (*Server).live},
	{"GET /sites/{domain}/settings", siteWrite, (*Server).siteSettings},
	{"POST /sites/{domain}/settings", siteWrite, (*Server).saveSite},

	{"GET /api/v1/openapi.json", public, (*Server).apiDescription},
	{"GET /api/v1/sites", signedIn, (*Server).apiSites},
	{"POST /api/v1/sites", signedIn, (*Server).apiAddSite},
	{"GET /api/v1/sites/{domain}", siteRead, (*Server).apiSite},
	{"PATCH /api/v1/sites/{domain}", siteWrite, (*Server).apiChangeSite},
	{"DELETE /api/v1/sites/{domain}", siteErase, (*Server).apiRemoveSite},
	{"GET /api/v1/sites/{domain}/stats", siteRead, (*Server).apiStats},
	{"GET /api/v1/sites/{domain}/segments", siteRead, (*Server).apiSegments},
	{"GET /api/v1/sites/{domain}/change", siteRead, apiChange},
	{"GET /api/v1/sites/{domain}/funnel", siteRead, apiFunnel},
	{"GET /api/v1/sites/{domain}/retention", siteRead, apiRetention},
	{"GET /api/v1/sites/{domain}/paths", siteRead, apiPaths},
	{"GET /api/v1/sites/{domain}/attribution", siteRead, apiAttribution},
}, dashboardRoutes, journeyRoutes, annotationRoutes, filterRoutes, visitorRoutes, presetRoutes, checkRoutes, auditRoutes, eraseRoutes, dataRoutes, rulesRoutes, documentRoutes, operatorRoutes, peopleRoutes)

// Patterns returns the patterns of all routes in the order of the table: the tests of all pages go over it.
func Patterns() []string {
	list := make([]string, len(routes))
	for i, r := range routes {
		list[i] = r.pattern
	}
	return list
}

// router builds the mux from the table. A route without a method, a rule or a handler is a mistake of ours: it panics.
func (s *Server) router(table []route) *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range table {
		hasSite := strings.Contains(r.pattern, "/{domain}")
		if method, _, ok := strings.Cut(r.pattern, " "); !ok || method == "" || r.access == 0 || r.handle == nil || hasSite != (r.access >= siteRead) {
			panic("web: no usable rule for route " + r.pattern)
		}
		mux.Handle(r.pattern, s.guarded(r))
	}
	mux.Handle("/", s.guarded(route{"/", anyone, (*Server).nothing}))
	return mux
}

// guarded returns the handler of a route behind its rule.
func (s *Server) guarded(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		c := &call{Request: req, server: s}
		err := s.guard(w, c, r.access)
		if err == nil {
			err = c.understood()
		}
		switch to := c.ownComparison(); {
		case err != nil:
		case r.access == siteRead && to != "":
			err = redirect(w, to)
		default:
			err = r.handle(s, w, c)
		}
		if err != nil {
			s.fail(w, c, err)
		}
	})
}
