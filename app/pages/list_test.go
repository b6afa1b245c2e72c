// Package pages_test opens every page of a running instance in a real browser and holds each to what all pages promise:
// nothing that axe or html-validate objects to, nothing on the console, nothing from another host, nothing that scrolls
// sideways, no English on a German page, no more bytes than were allowed.
//
// Which pages there are is read from the routing table (web.Patterns), so that none can be forgotten: a page whose address
// can't be made up from its pattern, or which isn't one, fails until list_test.go says what to look at.
package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sandprint/app/web"
	"sandprint/bench/gen"
)

// notPages are the patterns that answer with something else than a page, and with what.
var notPages = map[string]string{
	"GET /{$}":                  "a redirect to the only site or to all",
	"GET /static/{file}":        "files",
	"GET /sites/{domain}/live":  "server-sent events",
	"GET /.well-known/gpc.json": "JSON",
	"GET /privacy.json":         "JSON",
	"GET /news":                 "a redirect, unless the operator has changed the terms: document_test.go",

	"GET /privacy/{site}/privacy.json": "JSON",

	"GET /sites/{domain}/filter/values": "suggestions, as JSON",

	"GET /sites/{domain}/report.html": "a file: see file_test.go",
}

// fresh is the site of the demo's owner that has no visit yet; quiet one that had three.
const fresh, quiet = "fresh.example", "quiet.example"

// site is the address of the demo's site.
const site = "/sites/" + gen.Domain

// stop is one address to look at.
type stop struct {
	path   string
	nobody bool // looked at without being signed in
	status int  // 0: 200
	first  bool // the first of its page
}

// special are the addresses of pages that their pattern alone does not show, or not all of. They are looked at in place of
// the pattern itself.
var special = map[string][]stop{
	"GET /privacy/{site}":                    {{path: "/privacy/" + gen.Domain, nobody: true}, {path: "/privacy/nobody.example", nobody: true, status: http.StatusNotFound}},
	"GET /sign-in":                           {{path: "/sign-in", nobody: true}},
	"GET /terms":                             {{path: "/terms", nobody: true}, {path: "/terms?version=1", nobody: true, status: http.StatusNotFound}},
	"GET /privacy":                           {{path: "/privacy", nobody: true}},
	"GET /operator/{document}":               {{path: "/operator/processor", status: http.StatusNotFound}}, // the demo has one customer
	"GET /sites/{domain}/people/{id}/remove": {{path: site + "/people/2/remove"}, {path: site + "/people/1/remove", status: http.StatusNotFound}},
	"GET /sites/{domain}/documents":          {{path: site + "/documents"}, {path: "/sites/" + fresh + "/documents"}},
	"GET /sites/{domain}/documents/{document}": {
		{path: site + "/documents/policy"},
		{path: site + "/documents/policy?lang=fr"},
		{path: "/sites/" + fresh + "/documents/policy?lang=es"},
		{path: site + "/documents/record"},
		{path: site + "/documents/self-assessment"},
		{path: site + "/documents/screening"},
		{path: site + "/documents/data-map"},
		{path: site + "/documents/agreement", status: http.StatusNotFound}, // the demo has one customer
	},
	"GET /setup":         {}, // there is an owner already: TestFirstRun
	"GET /link/{secret}": {}, // TestFirstRun
	"GET /sites/{domain}": {
		{path: site},
		{path: site + "?period=day&tab=source&tab=title&tab=country&tab=os&tab=event&tab=visitor_type"},
		{path: site + "?period=12mo&metric=bounce_rate&interval=week&tab=utm_campaign&tab=entry_page&tab=language&tab=browser_version"},
		{path: site + "?period=realtime&tab=referrer&tab=hostname&tab=screen"},
		{path: site + "?period=month&compare=year&filter=page:is:/&filter=country:not:US,GB&filter=device:is:phone"},
		{path: site + "?period=91d&filter=goal:is:Purchase&compare=none"},
		{path: site + "?from=2019-01-01&to=2019-01-07"},
		{path: site + "?tab=search&tab=property&tab=exit_page&tab=browser&filter=browser:is:Chrome"},
		{path: site + "?tab=missing&tab=property&property=shipping&filter=event:is:Purchase"},
		{path: site + "?filter=page:contains:%D7%A9%D7%9C%D7%95%D7%9D%20%F0%9F%90%9A" + strings.Repeat("/long", 390)},
		{path: "/sites/" + fresh},
		{path: "/sites/" + quiet + "?tab=city&tab=region&filter=country:is:DE"},
		{path: site + "?period=never", status: http.StatusBadRequest},
		{path: "/sites/nobody.example", status: http.StatusNotFound},
		{path: site, nobody: true, status: http.StatusUnauthorized},
	},
	"GET /sites/{domain}/goals": {
		{path: site + "/goals"},
		{path: site + "/goals?period=12mo&filter=goal:is:Purchase&filter=device:is:phone"},
		{path: "/sites/" + fresh + "/goals"},
		{path: site + "/goals?period=never", status: http.StatusBadRequest},
	},
	"GET /sites/{domain}/goals/edit": {
		{path: site + "/goals/edit"},
		{path: site + "/goals/edit?goal=Purchase"},
		{path: site + "/goals/edit?kind=read"},
		{path: site + "/goals/edit?kind=form"},
		{path: "/sites/" + fresh + "/goals/edit"},
	},
	"GET /sites/{domain}/funnels": {
		{path: site + "/funnels"},
		{path: site + "/funnels?step=page:/&step=page:/shop/&step=page:/shop/**&step=event:Add+to+basket&step=page:/basket/&step=page:/thank-you/&step=goal:Purchase&step=page:/&split=channel"},
		{path: site + "/funnels?funnel=Readers+who+book+a+workshop&filter=country:is:DE&compare=none&split=visitor_type"},
		{path: "/sites/" + fresh + "/funnels"},
		{path: "/sites/" + quiet + "/funnels?step=page:/**&step=page:/" + strings.Repeat("long", 60)},
		{path: site + "/funnels?step=page:/", status: http.StatusBadRequest},
	},
	"GET /sites/{domain}/funnels/edit": {
		{path: site + "/funnels/edit"},
		{path: site + "/funnels/edit?step=page:/shop/**&step=event:Purchase%7Cplan:is:pro,team&window=90m&order=strict"},
		{path: site + "/funnels/edit?steps=2&do=show&by0=page&is0=shop&by1=page&is1=/", status: http.StatusBadRequest},
	},
	"GET /sites/{domain}/journeys": {
		{path: site + "/journeys"},
		{path: site + "/journeys?start=goal:Purchase&depth=4&period=12mo"},
		{path: site + "/journeys?start=source:Google&depth=1&compare=year"},
		{path: "/sites/" + fresh + "/journeys"},
		{path: "/sites/" + quiet + "/journeys?start=page:/"},
		{path: site + "/journeys?start=page:/no-such-page"},
	},
	"GET /sites/{domain}/attribution": {
		{path: site + "/attribution"},
		{path: site + "/attribution?goal=Purchase&by=source&window=7d&period=91d"},
		{path: "/sites/" + fresh + "/attribution"},
	},
	"GET /sites/{domain}/retention": {
		{path: site + "/retention"},
		{path: site + "/retention?by=month&period=12mo&compare=none"},
		{path: "/sites/" + fresh + "/retention"},
		{path: site + "/retention?by=day", status: http.StatusBadRequest},
	},
	"GET /sites/{domain}/filter": {
		{path: site + "/filter"},
		{path: site + "/filter?edit=1&back=" + url.QueryEscape(site+"?filter=page:is:/&filter=country:not:DE,FR")},
		{path: site + "/filter?by=prop:plan&op=contains&apply=1", status: http.StatusBadRequest},
	},
	"GET /sites/{domain}/segments": {
		{path: site + "/segments"},
		{path: site + "/segments?back=" + url.QueryEscape(site+"?filter=did:is:Purchase&filter=country:is:DE")},
	},
	"GET /sites/{domain}/compare-segments": {
		{path: site + "/compare-segments?filter=did:is:Purchase"},
		{path: site + "/compare-segments?filter=page:contains:" + strings.Repeat("/long", 390) + "&with=all&period=12mo&metric=bounce_rate"},
		{path: site + "/compare-segments"},
		{path: site + "/compare-segments?with=99", status: http.StatusBadRequest},
	},
	"GET /sites/{domain}/dropped": {
		{path: site + "/dropped"},
		{path: site + "/dropped?days=365"},
		{path: site + "/dropped?days=7", status: http.StatusBadRequest},
	},
	"GET /sites/{domain}/erase": {
		{path: site + "/erase"},
		{path: site + "/erase?what=site"},
	},
	"GET /customers/{id}/erase": {
		{path: "/customers/1/erase"},
		{path: "/customers/99/erase", status: http.StatusNotFound},
	},
	"GET /receipts": {
		{path: "/receipts", nobody: true},
		{path: "/receipts?number=NONE", nobody: true, status: http.StatusNotFound},
	},
	"GET /receipts/{number}": {
		{path: "/receipts/NONE", nobody: true, status: http.StatusNotFound},
	},
	"GET /audit": {
		{path: "/audit"},
		{path: "/audit?from=2"},
		{path: "/audit?from=x", status: http.StatusBadRequest},
	},
	"GET /sites/{domain}/rules": {
		{path: site + "/rules"},
		{path: site + "/rules?group=" + url.QueryEscape("/shop/**") + "&exclude=/no-such-page"},
		{path: "/sites/" + fresh + "/rules"},
	},
	"GET /sites": {
		{path: "/sites"},
		{path: "/sites?q=nothing+like+it"},
		{path: "/sites?page=99", status: http.StatusBadRequest},
	},
	"GET /sites/{domain}/changes": {
		{path: site + "/changes"},
		{path: site + "/changes?by=page&metric=pageviews"},
		{path: site + "/changes?period=7d&metric=revenue&filter=country:is:DE"},
		{path: site + "/changes?compare=none"},
		{path: "/sites/" + fresh + "/changes"},
	},
	"GET /sites/{domain}/realtime": {
		{path: site + "/realtime"},
		{path: site + "/realtime?filter=device:is:phone"},
		{path: "/sites/" + fresh + "/realtime"},
	},
	"GET /sites/{domain}/details": {
		{path: site + "/details?by=page"},
		{path: site + "/details?by=source&sort=bounce_rate:asc&search=o"},
		{path: site + "/details?by=page&search=no+such+page"},
		{path: site + "/details?by=city"},
		{path: site + "/details?by=exit_page&sort=exit_rate&compare=none"},
		{path: site + "/details?by=search"},
		{path: site + "/details?by=hour_of_week&search=monday"},
		{path: site + "/details?by=prop:product&offset=9000"},
		{path: site + "/details?by=source&filter=goal:is:Purchase"},
		{path: site + "/details", status: http.StatusBadRequest},
	},
}

// stops returns every address to look at.
func stops(t *testing.T) []stop {
	t.Helper()
	var all []stop
	seen := map[string]bool{}
	for _, pattern := range web.Patterns() {
		seen[pattern] = true
		method, path, _ := strings.Cut(pattern, " ")
		if method != http.MethodGet || notPages[pattern] != "" || strings.HasPrefix(path, "/api/") {
			continue
		}
		if list, ok := special[pattern]; ok {
			for i, s := range list {
				s.first = i == 0
				all = append(all, s)
			}
			continue
		}
		path = strings.ReplaceAll(path, "{domain}", gen.Domain)
		if strings.Contains(path, "{") {
			t.Errorf("%s is not looked at: name an address of it in app/pages/list_test.go, or say there that it is no page", pattern)
			continue
		}
		all = append(all, stop{path: path, first: true})
	}
	for _, known := range []map[string]bool{keys(notPages), keys(special)} {
		for pattern := range known {
			if !seen[pattern] {
				t.Errorf("list_test.go has %s, which is no route", pattern)
			}
		}
	}
	return append(all, stop{path: "/no-such-page", status: http.StatusNotFound})
}

func keys[V any](m map[string]V) map[string]bool {
	set := map[string]bool{}
	for k := range m {
		set[k] = true
	}
	return set
}

// name is how a stop is called in what a test says.
func (s stop) name() string {
	name := s.path
	if len(name) > 100 {
		name = name[:100] + "…"
	}
	if s.nobody {
		name += " (not signed in)"
	}
	return name
}

// want is the status that the answer must have.
func (s stop) want() int {
	if s.status == 0 {
		return http.StatusOK
	}
	return s.status
}
