package prove

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
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
	far := theirs.things()
	before := theirs.tellsOfItself()
	session := s.signIn("owner@prove.example")
	askers := []asker{{"nobody", nil}, {"an owner of another customer", []string{"Cookie", session}}, {"a token of another customer", []string{"Authorization", "Bearer " + s.token}}}
	asked, sites, things := 0, 0, 0
	for _, pattern := range t.o.Routes {
		method, path, _ := strings.Cut(pattern, " ")
		of := strings.Contains(path, "{domain}")
		for _, who := range askers {
			get := func(domain string) answer {
				asked++
				return s.askAs(who, method, fill(path, domain))
			}
			if kind := kindOf(path); kind != "" && far[kind] == "" {
				t.wrong("%s has a number of something that this claim does not know", pattern)
			} else if kind != "" { // something of theirs, by its number: at no site, or at one's own
				there, none := s.askFor(who, method, path, far[kind]), s.askFor(who, method, path, nothing)
				asked, things = asked+2, things+1
				refused := []int{http.StatusNotFound, http.StatusForbidden, http.StatusUnauthorized}
				if kind == "segments" {
					refused = append(refused, http.StatusBadRequest) // as docs/api.md has it
				}
				if !slices.Contains(refused, there.status) || there.status != none.status || there.body != strings.ReplaceAll(none.body, nothing, far[kind]) {
					t.wrong("%s can tell a stranger's %s from none, or reaches them, at %s: %d and %d", who.name, kind, pattern, there.status, none.status)
				}
			}
			if !of && method != http.MethodGet {
				continue // it changes the asker's own, and names nothing of anybody else
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
	if sites == 0 || things == 0 {
		t.wrong("there is no page of a site, or no number, to ask for")
	}
	t.sent("%d requests for all %d pages and calls, as nobody, as another customer's owner and with another customer's token; %d of them for the site of a stranger, %d with the numbers of a stranger's customer, people, tokens, segments and annotations", asked, len(t.o.Routes), sites, things)
	if len(t.result.Wrong) > 0 { // something may be gone by now
		return
	}
	s.hit(map[string]any{"s": strangeSite, "n": "pageview", "i": "viewownfar01", "u": "https://" + ownSite + "/ownpage", "t": "Own title"}) // a page of the one that names the other
	if after := theirs.tellsOfItself(); after != before {
		t.wrong("the stranger's site has changed: %s, and was %s", after, before)
	}
	t.found("the same answer as for a site, or a number, that is not there, to the byte; nothing of the stranger in any other; its settings, figures and things as they were")
}

// nothing is a number that nothing has.
const nothing = "4711004711"

// kindOf returns what a pattern has a number of, as its address says: "segments"; empty for none.
func kindOf(path string) string {
	before, _, found := strings.Cut(path, "/{id}")
	if !found {
		return ""
	}
	return before[strings.LastIndexByte(before, '/')+1:]
}

// askFor asks for a thing by its number, with all that a form about it may have.
func (s *server) askFor(who asker, method, path, id string) answer {
	body, kind := url.Values{"name": {"x"}, "text": {"x"}, "date": {"2026-01-01"}, "shared": {"yes"}, "role": {"viewer"}, "back": {"/sites/" + ownSite}, "password": {password}}.Encode(), "application/x-www-form-urlencoded"
	if strings.HasPrefix(path, "/api/") {
		body, kind = `{"text":"x"}`, "application/json"
	}
	if method == http.MethodGet || method == http.MethodDelete {
		body = ""
	}
	return s.ask(method, fill(strings.ReplaceAll(path, "{id}", id), ownSite), body, append([]string{"Content-Type", kind}, who.headers...)...)
}

// things makes a segment and an annotation at the stranger's site, and returns the numbers of these and of what else is the stranger's, by what they are
// in an address. The asker has nothing with one of these numbers.
func (s *server) things() map[string]string {
	session := s.signIn("owner@far-marker.example")
	token := []string{"Authorization", "Bearer " + s.token}
	form := url.Values{"name": {"far-marker segment"}, "shared": {"1"}, "back": {"/sites/" + strangeSite + "?period=24h&filter=country:is:DE"}}
	s.ask("POST", "/sites/"+strangeSite+"/segments", form.Encode(), "Cookie", session, "Content-Type", "application/x-www-form-urlencoded")
	s.ask("POST", "/api/v1/sites/"+strangeSite+"/annotations", `{"text":"far-marker annotation"}`, append(token, "Content-Type", "application/json")...)
	find := func(in string, number *regexp.Regexp) string {
		m := number.FindStringSubmatch(in)
		if m == nil {
			s.t.must(fmt.Errorf("the stranger's things have no number that is %v: %s", number, in))
		}
		return m[1]
	}
	numbers := map[string]string{"tokens": find(s.ask("GET", "/settings", "", "Cookie", session).body, regexp.MustCompile(`/settings/tokens/(\d+)/revoke`))}
	numbers["people"] = find(s.ask("GET", "/sites/"+strangeSite+"/people", "", "Cookie", session).body, regexp.MustCompile(`/people/(\d+)/role`))
	for _, kind := range []string{"segments", "annotations"} {
		numbers[kind] = find(s.ask("GET", "/api/v1/sites/"+strangeSite+"/"+kind, "", token...).body, regexp.MustCompile(`"id":(\d+)`))
	}
	for n := 1; n < 9 && numbers["customers"] == ""; n++ { // the customer is the one whose people may ask for its erasure
		if s.ask("GET", fmt.Sprintf("/customers/%d/erase", n), "", "Cookie", session).status == http.StatusOK {
			numbers["customers"] = fmt.Sprint(n)
		}
	}
	if numbers["customers"] == "" {
		s.t.must(fmt.Errorf("the stranger's customer has no number"))
	}
	return numbers
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
	things := ""
	for _, list := range []string{"/segments", "/annotations"} {
		things += s.ask("GET", "/api/v1/sites/"+strangeSite+list, "", "Authorization", "Bearer "+s.token).body
	}
	if !strings.Contains(things, "far-marker segment") || !strings.Contains(things, "far-marker annotation") {
		s.t.must(fmt.Errorf("the stranger's own people can't see their segments and annotations: %s", things))
	}
	people := s.ask("GET", "/sites/"+strangeSite+"/people", "", "Cookie", s.signIn("owner@far-marker.example")).body
	if !strings.Contains(people, "owner@far-marker.example") || !strings.Contains(people, `value="owner" selected`) {
		s.t.must(fmt.Errorf("the stranger's own people can't see who they are: %s", people))
	}
	return settings.body + figures.body + things + people
}
