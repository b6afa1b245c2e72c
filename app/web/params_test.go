package web

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// pageOf returns the address of a page in the table of parameters, with what it can't do without.
func pageOf(pattern string) string {
	target := strings.ReplaceAll(strings.TrimPrefix(pattern, "GET "), "{domain}", siteA) + "?"
	if strings.HasSuffix(pattern, "/details") {
		target += "by=page&"
	}
	return target
}

// TestMisspeltParametersOfPages asks each page with figures by a parameter that there is not.
func TestMisspeltParametersOfPages(t *testing.T) {
	f := full(t)
	f.addSite("owner A", "second.example") // with one site alone the list of sites leads to it
	owner := f.sessions["owner A"]
	for pattern := range pageParams {
		target := pageOf(pattern)
		page := f.want(http.StatusBadRequest, "GET", target+"perid=7d&shoe_size=42", "cookie", owner).Body.String()
		if !strings.Contains(page, "There is no parameter “perid” here.") && !strings.Contains(page, "There is no parameter &#34;perid&#34; here.") {
			t.Errorf("%s doesn't name the parameter: %.600s", pattern, page)
		}
		for _, link := range []string{strings.TrimSuffix(strings.TrimSuffix(target, "&"), "?"), target + "period=7d&shoe_size=42"} {
			if !strings.Contains(page, `href="`+html.EscapeString(link)+`"`) {
				t.Errorf("%s doesn't lead to %s", pattern, link)
			}
		}
	}
	for _, row := range []struct{ target, why string }{
		{"?utm_source=newsletter&utm_medium=email&fbclid=IwAR0&_ga=1.2&ref=chat", "a link that was shared"},
		{"/details?by=page&gclid=x", ""},
		{"/realtime?mc_eid=1", ""},
		{"?compare_from=&compare_to=", "an empty form"},
	} {
		page := f.want(http.StatusOK, "GET", "/sites/"+siteA+row.target, "cookie", owner).Body.String()
		for _, added := range []string{"utm_medium", "fbclid", "gclid", "mc_eid", "ref=chat"} {
			if strings.Contains(page, added) {
				t.Errorf("%s (%s): links carry %s on", row.target, row.why, added)
			}
		}
	}
	for _, row := range []struct{ target, says, back, why string }{
		{"?period=7d&Period=30d", "Maybe period was meant.", "?period=7d", "in other letters; it is not taken for what is there"},
		{"?shoe_size=42&filter=page:is:/", "shoe_size", "?filter=page%3Ais%3A%2F", "the rest stays"},
		{"?source=Google", "source", "", "a filter is not written so"},
		{"?period=%zz", "can&#39;t be read", "", "no address at all"},
		{"?=x", "There is no parameter", "", "without a name"},
		{"?%3Cscript%3E=1", "&lt;script&gt;", "", "as text"},
	} {
		page := f.want(http.StatusBadRequest, "GET", "/sites/"+siteA+row.target, "cookie", owner).Body.String()
		if !strings.Contains(page, row.says) || !strings.Contains(page, `href="/sites/`+siteA+row.back+`"`) || strings.Contains(page, "<script>") {
			t.Errorf("%s (%s): no %q, or no way back to %q", row.target, row.why, row.says, row.back)
		}
	}
	f.want(http.StatusNotFound, "GET", "/sites/"+siteB+"?perid=7d", "cookie", owner)
	f.want(http.StatusUnauthorized, "GET", "/sites/"+siteA+"?perid=7d")
}

var (
	hrefs  = regexp.MustCompile(`href="(/sites[^"]*)"`)
	forms  = regexp.MustCompile(`(?s)<form[^>]*method="get"[^>]*action="(/sites[^"]*)".*?</form>`)
	fields = regexp.MustCompile(`<(?:input|select|button)[^>]* name="([^"]+)"`)
)

// TestPagesUnderstandTheirOwnAddresses follows links and empty forms from page to page: none has a parameter that is not known.
func TestPagesUnderstandTheirOwnAddresses(t *testing.T) {
	f := full(t)
	f.addSite("owner A", "second.example")
	f.goals("Newsletter", "subscribe")
	for visitor := range uint64(6) {
		f.read(siteA, "/about", "A", visitor+1)
	}
	steps := "/sites/" + siteA + "/funnels?step=page:/about&step=page:/"
	todo, asked := []string{steps, "/sites/" + siteA + "/journeys?start=page:/about&period=day"}, map[string]bool{}
	for pattern := range pageParams {
		todo = append(todo, pageOf(pattern)+"period=day", pageOf(pattern)+"from=2026-01-01&to=2026-02-01&compare=year")
	}
	for first := len(todo); len(todo) > 0; first-- {
		target := todo[0]
		todo = todo[1:]
		u, err := url.Parse(target)
		if err != nil || asked[shape(u)] {
			continue
		}
		asked[shape(u)] = true
		page := f.do("GET", target, "cookie", f.sessions["owner A"]).Body.String()
		if strings.Contains(page, "There is no parameter") {
			t.Errorf("a page leads to %s, which is not understood", target)
		}
		if first <= 0 {
			continue // where those pages lead, and no further
		}
		for _, m := range hrefs.FindAllStringSubmatch(page, -1) {
			todo = append(todo, html.UnescapeString(m[1]))
		}
		for _, m := range forms.FindAllStringSubmatch(page, -1) {
			values := url.Values{}
			for _, field := range fields.FindAllStringSubmatch(m[0], -1) {
				values.Set(html.UnescapeString(field[1]), "")
			}
			if !strings.Contains(m[1], "/edit") {
				todo = append(todo, html.UnescapeString(m[1])+"?"+values.Encode())
			}
		}
	}
	if len(asked) < 60 {
		t.Errorf("only %d kinds of address were followed", len(asked))
	}
}

// shape is an address without the values of its parameters.
func shape(u *url.URL) string {
	values := u.Query()
	for name := range values {
		values[name] = []string{""}
	}
	return u.Path + "?" + values.Encode()
}
