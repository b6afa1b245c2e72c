package web

import (
	"net/http"
	"strings"
	"testing"
)

// asker is a row of the matrix: how it asks, and what it may do at customer A's site.
type asker struct {
	name    string
	session string // person whose cookie it sends
	token   string
	reads   bool
	writes  bool
	manages bool
}

var askers = []asker{
	{name: "nobody"},
	{name: "viewer of A", session: "viewer A", reads: true},
	{name: "editor of A", session: "editor A", reads: true, writes: true},
	{name: "owner of A", session: "owner A", reads: true, writes: true, manages: true},
	{name: "owner of another customer", session: "owner B"},
	{name: "operator of the instance", session: "operator"},
	{name: "token that reads A", token: "read A", reads: true},
	{name: "token that writes A", token: "write A", reads: true, writes: true, manages: true},
}

// at returns the asker with what it may do at a domain, however that is spelled.
func (a asker) at(domain string) asker {
	switch domain = strings.ToLower(strings.TrimSuffix(domain, ".")); {
	case domain == siteB && a.session == "owner B":
		a.reads, a.writes, a.manages = true, true, true
	case domain != siteA:
		a.reads, a.writes, a.manages = false, false, false
	}
	return a
}

// expected returns the status that the rules give, or 0 where they let the asker pass.
func expected(r route, a asker, method string) int {
	api := strings.Contains(r.pattern, " /api/")
	read := method == http.MethodGet || method == http.MethodHead
	switch {
	case r.access <= anyone:
		return 0
	case a.session == "" && (a.token == "" || !api):
		return http.StatusUnauthorized // outside /api a token is nobody
	case api && a.session != "" && !read:
		return http.StatusForbidden // a browser's session only reads the API, whatever the site
	case r.access == signedIn:
		return 0
	case r.access == operates && a.session == "operator":
		return 0
	case r.access == operates:
		return http.StatusNotFound
	case !a.reads:
		return http.StatusNotFound
	case r.access == siteWrite && !a.writes, r.access >= siteManage && !a.manages:
		return http.StatusForbidden
	}
	return 0
}

// noSite is a domain that nobody has, as long as siteB so that the answers are too.
const noSite = "nobody-b.example"

// TestIsolation asks for every route as everybody, for the own site, another customer's and ones that are not there.
func TestIsolation(t *testing.T) {
	domains := []string{siteA, siteB, noSite, "%00", "..%2f" + siteB, "A.EXAMPLE.", strings.Repeat("x", 300)}
	for _, r := range routes {
		t.Run(strings.ReplaceAll(r.pattern, "/", "·"), func(t *testing.T) {
			t.Parallel()
			f := full(t)
			for _, a := range askers {
				for _, domain := range domains {
					if checkRule(t, f, r, a, domain) {
						f = full(t)
					}
					if !strings.Contains(r.pattern, "{domain}") {
						break
					}
				}
			}
		})
	}
}

// checkRule asks once and reports whether something may have been changed by it.
func checkRule(t *testing.T, f *fixture, r route, a asker, domain string) (changed bool) {
	method, path, _ := strings.Cut(r.pattern, " ")
	ask := func(domain string) (int, string) {
		target := strings.NewReplacer("{domain}", domain, "{$}", "", "{file}", "style.css", "{secret}", "nope", "{id}", "1", "{document}", "policy").Replace(path)
		pairs := []string{"cookie", f.sessions[a.session]}
		if a.token != "" {
			pairs = append(pairs, "token", f.tokens[a.token])
		}
		if method != http.MethodGet {
			pairs = append(pairs, "form", "")
		}
		w := f.do(method, target, pairs...)
		return w.Code, whole(w)
	}
	status, answer := ask(domain)
	switch want := expected(r, a.at(domain), method); {
	case want != 0 && status != want:
		t.Errorf("%s asks for %q: status %d, want %d", a.name, domain, status, want)
	case want == 0 && r.access > anyone && (status == 401 || status == 404 || status >= 500 || status == 403 && r.access != signedIn):
		if !strings.Contains(path, "{id}") && !strings.Contains(path, "/operator/{document}") { // a token that isn't there is a 404, and so is the document of another page
			t.Errorf("%s asks for %q: status %d, want to be let in", a.name, domain, status)
		}
	}
	if strings.Contains(answer, "arker-b") && r.access != operates && a.session != "owner B" && domain != siteB && !strings.Contains(domain, siteB) {
		t.Errorf("%s sees a name of another customer: %s", a.name, answer)
	}
	if domain == siteB && a.session != "owner B" {
		if _, unknown := ask(noSite); strings.ReplaceAll(unknown, noSite, siteB) != answer {
			t.Errorf("%s can tell another customer's site from none:\n%s\n%s", a.name, answer, unknown)
		} else if status == 404 && unknown != answer {
			t.Errorf("%s: the 404 differs:\n%s\n%s", a.name, answer, unknown)
		}
	}
	if log := f.log.text(); log != "" {
		t.Errorf("%s asks for %q: the log says %s", a.name, domain, log)
	}
	return status < 400 && method != http.MethodGet
}

// pages is a page of a site, in the interface and in the API.
var pages = map[string]string{"": "/install", "/api/v1": "/stats"}

// TestNotFoundIsOne compares the answers for what isn't there in any way.
func TestNotFoundIsOne(t *testing.T) {
	f := full(t)
	for _, under := range []string{"", "/api/v1"} {
		stranger := whole(f.want(404, "GET", under+"/sites/"+siteB+pages[under], "cookie", f.sessions["owner A"]))
		for _, path := range []string{"/nothing/here", "/sites/none.example" + pages[under], "/sites/" + siteB + "/nothing"} {
			if other := whole(f.want(404, "GET", under+path, "cookie", f.sessions["owner A"])); other != stranger {
				t.Errorf("%s%s differs:\n%s\n%s", under, path, stranger, other)
			}
		}
	}
}

func TestRouteWithoutRule(t *testing.T) {
	f := empty(t)
	for _, r := range []route{
		{"GET /x", 0, (*Server).nothing},                 // no rule
		{"GET /x", anyone, nil},                          // no handler
		{"/x", anyone, (*Server).nothing},                // any method
		{"GET /x/{domain}", signedIn, (*Server).nothing}, // a site, and no rule about it
		{"GET /x", siteRead, (*Server).nothing},          // a rule about a site, and none named
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("route %q with rule %d was taken", r.pattern, r.access)
				}
			}()
			f.server.router([]route{r})
		}()
	}
}

// TestMarkers crawls everything as customer A's people, once their site and customer B's have visits, and looks for
// anything of B's: in pages, tables, CSV, JSON, live figures.
func TestMarkers(t *testing.T) {
	f := full(t)
	f.read(siteA, "/about", "own", 1)
	f.read(siteB, "/marker-b-page", "marker-b", 2)
	seen := 0
	for _, r := range routes {
		method, path := fill(r.pattern)
		if method != http.MethodGet {
			continue
		}
		for _, a := range askers {
			if a.session == "owner B" || r.access == operates { // who runs the instance knows whose sites are on it
				continue
			}
			for _, query := range []string{"?period=day", "?period=day&format=csv&by=source", "?period=realtime&by=page&filter=title:contains:marker", "?by=title&period=day&tab=title",
				"?period=day&step=page:/**&step=page:/**&start=page:/**", "?period=day&start=source:own%20source&step=page:/a&step=page:/b", "?period=day&by=utm_campaign"} {
				w := f.do("GET", path+query, "cookie", f.sessions[a.session], "token", f.tokens[a.token])
				if strings.Contains(strings.ToLower(w.Body.String()), "marker-b") {
					t.Errorf("%s sees another customer's visits at %s%s", a.name, path, query)
				}
				if strings.Contains(w.Body.String(), "own source") || strings.Contains(w.Body.String(), "/about") {
					seen++
				}
			}
		}
	}
	if seen == 0 {
		t.Error("nobody sees their own visits: the test shows nothing")
	}
}
