package prove

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Two customers; the names of one are markers that the other must not see. Nobody's name is as long, so that answers are too.
const (
	ownSite     = "own-marker.example"
	strangeSite = "far-marker.example"
	nobodysSite = "non-marker.example"
)

// asker is somebody who asks for pages.
type asker struct {
	name    string
	headers []string
}

// strangersSeeNothing is claim 9: whatever a stranger asks for of a site is answered as if it were not there, and changes nothing.
func strangersSeeNothing(t *Trial) {
	s := t.serve("data", "--rate-limit", "off")
	s.site(ownSite)
	s.hit(map[string]any{"s": ownSite, "n": "pageview", "i": "viewownown01", "u": "https://" + ownSite + "/ownpage", "t": "Own title"})
	theirs := &server{t: t, dir: s.dir, url: s.url}
	theirs.token = theirs.owner("owner@far-marker.example", "Far Customer")
	theirs.cli("", "site", "add", strangeSite, "--customer", "Far Customer")
	theirs.hit(map[string]any{"s": strangeSite, "n": "pageview", "i": "viewfarfar01", "u": "https://" + strangeSite + "/farpage", "t": "Far title"})
	before := theirs.tellsOfItself()
	session := s.signIn("owner@prove.example")
	askers := []asker{{"nobody", nil}, {"an owner of another customer", []string{"Cookie", session}}, {"a token of another customer", []string{"Authorization", "Bearer " + s.token}}}
	asked, sites := 0, 0
	for _, pattern := range t.o.Routes {
		method, path, _ := strings.Cut(pattern, " ")
		of := strings.Contains(path, "{domain}")
		for _, who := range askers {
			get := func(domain string) answer {
				asked++
				return s.askAs(who, method, fill(path, domain))
			}
			if !of && method != http.MethodGet {
				continue
			}
			if !of {
				if a := get(""); strings.Contains(strings.ToLower(a.body), "far-marker") || strings.Contains(a.body, "Far Customer") {
					t.wrong("%s sees a name of a stranger at %s", who.name, pattern)
				}
				continue
			}
			sites++
			there, none := get(strangeSite), get(nobodysSite)
			if there.status != none.status || strings.ReplaceAll(there.body, strangeSite, nobodysSite) != none.body {
				t.wrong("%s can tell a stranger's site from none at %s: %d and %d", who.name, pattern, there.status, none.status)
			}
			if there.status < 300 || strings.Contains(there.body, "farpage") || strings.Contains(there.body, "Far title") {
				t.wrong("%s is let in at %s: %d", who.name, pattern, there.status)
			}
			if method != http.MethodGet {
				continue // it might change, or remove, what is asked for next
			}
			if own := get(ownSite); strings.Contains(strings.ToLower(own.body), "far-marker") {
				t.wrong("%s sees a stranger's name at %s of its own site", who.name, pattern)
			}
		}
	}
	if sites == 0 {
		t.wrong("there is no page of a site to ask for")
	}
	t.sent("%d requests for all %d pages and calls, as nobody, as another customer's owner and with another customer's token; %d of them for the site of a stranger", asked, len(t.o.Routes), sites)
	s.hit(map[string]any{"s": strangeSite, "n": "pageview", "i": "viewownfar01", "u": "https://" + ownSite + "/ownpage", "t": "Own title"}) // a page of the one that names the other
	if after := theirs.tellsOfItself(); after != before {
		t.wrong("the stranger's site has changed: %s, and was %s", after, before)
	}
	t.found("the same answer as for a site that is not there, to the byte; nothing of the stranger in any other; its settings and figures as they were")
}

// part finds what is still to be filled in of a pattern.
var part = regexp.MustCompile(`\{[a-z]+\}`)

// fill fills in a pattern.
func fill(path, domain string) string {
	path = strings.NewReplacer("{domain}", domain, "{site}", domain, "{$}", "", "{file}", "style.css", "{secret}", "nope", "{document}", "policy").Replace(path)
	return part.ReplaceAllString(path, "1") + "?period=24h"
}

// signIn signs in and returns the cookie.
func (s *server) signIn(email string) string {
	a := s.ask("POST", "/sign-in", url.Values{"email": {email}, "password": {password}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	if cookie == "" {
		s.t.must(fmt.Errorf("signing in: %d", a.status))
	}
	return cookie
}

// tellsOfItself returns settings and figures of the stranger's site, as its own people see them.
func (s *server) tellsOfItself() string {
	settings := s.ask("GET", "/api/v1/sites/"+strangeSite, "", "Authorization", "Bearer "+s.token)
	figures := s.ask("GET", "/api/v1/sites/"+strangeSite+"/stats?period=24h&by=page", "", "Authorization", "Bearer "+s.token)
	if settings.status != 200 || figures.status != 200 || !strings.Contains(figures.body, "farpage") {
		s.t.must(fmt.Errorf("the stranger's own people can't see their site: %d %d %s", settings.status, figures.status, figures.body))
	}
	return settings.body + figures.body
}
