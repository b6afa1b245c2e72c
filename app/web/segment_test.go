package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// save saves the filters of a page of site A as a segment and returns where that leads to.
func (f *fixture) save(who, page, name, shared string) string {
	f.t.Helper()
	w := f.want(http.StatusSeeOther, "POST", "/sites/"+siteA+"/segments", "cookie", f.sessions[who], "form",
		form("back", "/sites/"+siteA+page, "name", name, "shared", shared))
	return strings.TrimPrefix(w.Header().Get("Location"), "/sites/"+siteA)
}

// TestSegmentsOfPages saves, uses, changes and removes segments as people do.
func TestSegmentsOfPages(t *testing.T) {
	f := full(t)
	for visitor := range uint64(6) {
		f.read(siteA, "/about", "A", visitor+1)
		f.read(siteA, "/contact", "A", visitor+10)
	}
	viewer, editor := f.sessions["viewer A"], f.sessions["editor A"]
	if got := f.save("viewer A", "?period=day&filter=page:is:/about", "About", ""); got != "?period=day&segment=1" {
		t.Errorf("saved, it leads to %s", got)
	}
	if got := f.save("editor A", "/details?by=page&period=day&filter=page:is:/contact&filter=device:is:desktop", "Contact <b>", "1"); got != "/details?by=page&period=day&segment=2" {
		t.Errorf("saved, it leads to %s", got)
	}

	page := f.want(http.StatusOK, "GET", "/sites/"+siteA+"?period=day&segment=1", "cookie", viewer).Body.String()
	for _, want := range []string{">About</bdi>", "Contact &lt;b&gt;", "segment=1&amp;segment=2", `aria-label="Remove the segment About"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the viewer's page has no %q", want)
		}
	}
	for target, want := range map[string]string{
		"?period=day&segment=1&segment=2":                     "Visitors 0", // both hold
		"?period=day&segment=2&filter=page:contains:a":        "Visitors 6",
		"/details?by=page&period=day&segment=2":               "/contact",
		"/segments?back=/sites/a.example%3Fsegment%3D1":       "Save these filters as",
		"/filter?back=/sites/a.example%3Fsegment%3D2&by=page": "Add a filter",
	} {
		if got := words(t, f.want(http.StatusOK, "GET", "/sites/"+siteA+target, "cookie", viewer)); !strings.Contains(got, want) || strings.Contains(target, "segment=1") && strings.Contains(got, "/contact") {
			t.Errorf("%s: no %q in %.400s", target, want, got)
		}
	}
	if got := words(t, f.want(http.StatusOK, "GET", "/sites/"+siteA+"?period=day&segment=2", "cookie", f.sessions["owner A"])); strings.Contains(got, "About") {
		t.Error("the owner's menu has a viewer's own segment")
	}
	if w := f.want(http.StatusSeeOther, "GET", "/sites/"+siteA+"/filter?apply=1&by=page&op=is&value=/&back="+url.QueryEscape("/sites/"+siteA+"?segment=2"), "cookie", viewer); w.Header().Get("Location") != "/sites/a.example?segment=2&filter=page:is:/" {
		t.Errorf("a filter beside a segment leads to %s", w.Header().Get("Location"))
	}

	refusals := []struct {
		who, segment, why string
	}{{"owner A", "1", "somebody else's"}, {"viewer A", "9", "never there"}, {"viewer A", "0", ""}, {"viewer A", "1%20OR%201=1", "no number"}, {"owner B", "2", "another site's"}}
	said := ""
	for _, row := range refusals {
		site := map[string]string{"owner B": siteB}[row.who]
		if site == "" {
			site = siteA
		}
		got := words(t, f.want(http.StatusBadRequest, "GET", "/sites/"+site+"?segment="+row.segment, "cookie", f.sessions[row.who]))
		if said == "" {
			said = got
		}
		if !strings.Contains(got, "There is no such segment here") || strings.ReplaceAll(got, people[row.who].Email, "") != strings.ReplaceAll(said, people["owner A"].Email, "") {
			t.Errorf("%s, %s: %s, want the same as for all: %s", row.who, row.why, got, said)
		}
	}

	post := func(status int, who, path string, pairs ...string) string {
		t.Helper()
		w := f.want(status, "POST", "/sites/"+siteA+"/segments"+path, "cookie", f.sessions[who], "form", form(append(pairs, "back", "/sites/"+siteA+"?period=day&segment=2")...))
		if status == http.StatusSeeOther {
			return w.Header().Get("Location")
		}
		return words(t, w)
	}
	for _, row := range []struct{ got, want string }{
		{post(400, "viewer A", "", "name", ""), "The segment has no name."},
		{post(409, "viewer A", "", "name", "about"), "There is a segment of this name already."},
		{post(403, "viewer A", "", "name", "X", "shared", "1"), "not make or change them"},
		{post(403, "viewer A", "/2", "name", "X"), "not make or change them"},
		{post(403, "viewer A", "/2/remove"), "not make or change them"},
		{post(400, "editor A", "/1", "name", "X"), "There is no such segment here"},
		{post(400, "editor A", "/1/remove"), "There is no such segment here"},
		{post(303, "viewer A", "/1", "name", "Renamed"), "done=changed"},
		{post(303, "viewer A", "/1", "replace", "1"), "done=changed"},
		{post(303, "editor A", "/2", "shared", "no"), "done=changed"},
	} {
		if !strings.Contains(row.got, row.want) {
			t.Errorf("%.600s\nhas no %q", row.got, row.want)
		}
	}
	list := words(t, f.want(http.StatusOK, "GET", "/sites/"+siteA+"/segments?done=changed", "cookie", viewer))
	if !strings.Contains(list, "Renamed Page is /contact · Device is Desktop") || strings.Contains(list, "Contact <b>") || !strings.Contains(list, "The segment is changed.") {
		t.Errorf("after the changes the viewer has %.600s", list)
	}
	if w := f.want(http.StatusSeeOther, "POST", "/sites/"+siteA+"/segments/2/remove", "cookie", editor, "form", form("back", "/sites/"+siteA+"?segment=2&period=day")); !strings.Contains(w.Header().Get("Location"), "back=/sites/a.example?period%3Dday&") && !strings.Contains(w.Header().Get("Location"), url.QueryEscape("period=day")) || strings.Contains(w.Header().Get("Location"), "segment%3D2") {
		t.Errorf("removed, it leads to %s", w.Header().Get("Location"))
	}
}

// TestSegmentsInTheAPI: listed, used by every question, and nobody else's.
func TestSegmentsInTheAPI(t *testing.T) {
	f := full(t)
	for visitor := range uint64(6) {
		f.read(siteA, "/about", "A", visitor+1)
		f.read(siteA, "/contact", "A", visitor+10)
		f.read(siteA, "/contact", "A", visitor+11)
	}
	f.save("owner A", "?filter=page:is:/about", "About", "1")
	f.save("owner A", "?filter=page:is:/contact", "Mine", "")
	f.save("viewer A", "?filter=page:is:/contact", "Not yours", "")
	api := "/api/v1/sites/" + siteA
	if got := f.want(http.StatusOK, "GET", api+"/segments", "token", f.tokens["read A"]).Body.String(); got !=
		`{"segments":[{"id":1,"name":"About","filters":["page:is:/about"],"shared":true},{"id":2,"name":"Mine","filters":["page:is:/contact"],"shared":false}]}`+"\n" {
		t.Errorf("listed are %s", got)
	}
	for _, row := range []struct{ params, has string }{
		{"/stats?period=day&segment=1", `"totals":{"visitors":6,"visits":6,"pageviews":6}`},
		{"/stats?period=day&segment=1&segment=2", `"totals":{"visitors":0,`},
		{"/stats?period=day&except=page:is:/about", `"totals":{"visitors":7,"visits":7,`},
		{"/stats?period=day&filter=page:is:/about&except=device:is:desktop", `"totals":{"visitors":0,`},
		{"/retention?period=day&segment=1", `"cohorts"`},
	} {
		if got := f.want(http.StatusOK, "GET", api+row.params, "token", f.tokens["read A"]).Body.String(); !strings.Contains(got, row.has) {
			t.Errorf("%s: no %s in %s", row.params, row.has, got)
		}
	}
	for _, params := range []string{"/stats?segment=3", "/stats?segment=99", "/stats?segment=x", "/funnel?segment=3&step=page:/a&step=page:/b"} {
		if got := f.want(http.StatusBadRequest, "GET", api+params, "token", f.tokens["read A"]).Body.String(); !strings.Contains(got, `"code":"no_segment"`) || !strings.Contains(got, `"field":"segment"`) {
			t.Errorf("%s: %s", params, got)
		}
	}
}
