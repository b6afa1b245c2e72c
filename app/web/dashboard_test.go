package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// words returns what a person reads on a page, below main, as one line; and the whole document.
func words(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	doc, err := html.Parse(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			b.WriteString(" " + n.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestDashboardOfANewSite(t *testing.T) {
	f := full(t)
	owner := f.sessions["owner A"]
	if got := words(t, f.want(http.StatusOK, "GET", "/sites/"+siteA, "cookie", owner)); !strings.Contains(got, "Waiting for the first visit") {
		t.Errorf("a site without visits says %.300q", got)
	} else if strings.Contains(got, "not counted.") {
		t.Errorf("nothing was dropped, and yet it says %.900q", got)
	}
	f.drop(siteA, map[string]int64{"bot": 1230, "excluded network": 4, "scrubbed title": 7})
	if page := f.want(http.StatusOK, "GET", "/sites/"+siteA, "cookie", owner).Body.String(); !strings.Contains(page, "1,234 hits came in the last 30 days that are not counted.") || !strings.Contains(page, `href="/sites/`+siteA+`/dropped">See why`) {
		t.Error("it isn't said that hits came which are not counted")
	}
	f.read(siteA, "/about", "A", 7)
	got := words(t, f.want(http.StatusOK, "GET", "/sites/"+siteA, "cookie", owner))
	for _, want := range []string{"Today", "Visitors 1", "Page views 1", "/about", "1 now", "Germany: 1", "A browser", "Counted by first-party cookie", "made up"} {
		if !strings.Contains(got, want) {
			t.Errorf("after the first visit %q is missing from %.900q", want, got)
		}
	}
	if got := words(t, f.want(http.StatusOK, "GET", "/sites/"+siteA+"?period=yesterday", "cookie", owner)); strings.Contains(got, "Waiting") {
		t.Error("an empty period is taken for an empty site")
	}
}

func TestDashboardParameters(t *testing.T) {
	f := full(t)
	owner := f.sessions["owner A"]
	for visitor := range uint64(6) { // enough for rows behind a filter to show
		f.read(siteA, "/about", "A", visitor+1)
	}
	for _, row := range []struct {
		params string
		status int
		has    string
		why    string
	}{
		{"?period=day&filter=page:is:/about", 200, "Page is /about", "a filter is a pill"},
		{"?period=day&filter=page:is:/nothing", 200, "Visitors 0", "a filter that nothing passes is no empty site"},
		{"?period=realtime", 200, "Last 30 minutes", "minutes"},
		{"?period=all&compare=previous", 200, "All time", "nothing is before all time"},
		{"?period=30d&interval=week&metric=bounce_rate&tab=entry_page&tab=city&compare=year", 200, "Bounce rate by week", "all at once"},
		{"?period=12mo&interval=minute", 200, "by week", "an interval that the period can't have is left out"},
		{"?from=2026-10-01&to=2026-10-31&tab=grid&tab=nonsense", 200, "1 – 31 Oct 2026", "own dates"},
		{"?period=", 200, "", "an empty field is none"},
		{"?period=fortnight", 400, `no period "fortnight"`, "the page names what is wrong"},
		{"?filter=colour:is:red", 400, `"colour"`, ""},
		{"?filter=page:is:", 400, "empty value", ""},
		{"?compare=sideways", 400, `"sideways"`, ""},
		{"?from=2026-13-01&to=2026-10-31", 400, "from", ""},
		{"/details?period=day&by=page", 200, "/about", "a table"},
		{"/details?period=day&by=page&search=nowhere", 200, "No row contains “nowhere”", "what was searched for"},
		{"/details?period=day&by=country&search=germ", 200, "Germany", "countries are found by name"},
		{"/details?period=day&by=page&sort=bounce_rate:asc&offset=0", 200, "/about", ""},
		{"/details?period=day&by=page&offset=100", 200, "Nothing here", "past the end"},
		{"/details", 400, "does not say", ""},
		{"/details?by=shoe_size", 400, `"shoe_size"`, ""},
		{"/details?by=page&sort=luck", 400, `"luck"`, ""},
		{"/details?by=page&offset=-1", 400, `"-1"`, ""},
	} {
		got := words(t, f.want(row.status, "GET", "/sites/"+siteA+row.params, "cookie", owner))
		if !strings.Contains(got, row.has) {
			t.Errorf("%s: %q is missing (%s) from %.500q", row.params, row.has, row.why, got)
		}
	}
}

// The two dates of the comparison's form become the parameter that all links carry, on every page of a site.
func TestOwnComparison(t *testing.T) {
	f := full(t)
	owner := f.sessions["owner A"]
	for _, row := range []struct{ ask, to, why string }{
		{"?compare_from=2026-09-01&compare_to=2026-09-30", "?compare=2026-09-01..2026-09-30", ""},
		{"?period=7d&compare=year&compare_from=2026-09-01&compare_to=2026-09-07", "?compare=2026-09-01..2026-09-07&period=7d", "instead of the other comparison"},
		{"/retention?by=week&compare_from=2026-09-01&compare_to=2026-09-30", "/retention?by=week&compare=2026-09-01..2026-09-30", "another page, with its own parameter"},
		{"/changes?compare_from=2026-09-01&compare_to=", "/changes?compare=2026-09-01..", "half a comparison, which is then refused"},
	} {
		if got := f.want(http.StatusSeeOther, "GET", "/sites/"+siteA+row.ask, "cookie", owner).Header().Get("Location"); got != "/sites/"+siteA+row.to {
			t.Errorf("%s leads to %s, want %s: %s", row.ask, got, row.to, row.why)
		}
	}
	f.want(http.StatusNotFound, "GET", "/sites/"+siteB+"?compare_from=2026-09-01&compare_to=2026-09-30", "cookie", owner)
	page := f.want(http.StatusBadRequest, "GET", "/sites/"+siteA+"/changes?period=7d&compare=2026-09-01..", "cookie", owner).Body.String()
	if !strings.Contains(page, `href="/sites/`+siteA+`/changes?period=7d"`) {
		t.Errorf("half a comparison leads back to none: %s", page)
	}
}

// A country leads to its regions, where the table of places tells any.
func TestCountryLeadsToRegions(t *testing.T) {
	for _, row := range []struct {
		regions bool
		link    string
		why     string
	}{
		{false, "?period=day&amp;tab=country&amp;filter=country:is:DE", "regions are never known"},
		{true, "?period=day&amp;tab=region&amp;filter=country:is:DE", ""},
	} {
		f := full(t, func(o *Options) { o.Regions = row.regions })
		f.read(siteA, "/about", "A", 1)
		page := f.want(200, "GET", "/sites/"+siteA+"?period=day&tab=country", "cookie", f.sessions["owner A"]).Body.String()
		if !strings.Contains(page, `href="/sites/`+siteA+row.link+`"`) {
			t.Errorf("no link to %s: %s", row.link, row.why)
		}
	}
}

func TestTableAsFile(t *testing.T) {
	f := full(t)
	f.read(siteA, "/about", "A", 7)
	for by, want := range map[string]string{"page": "/about,1,1,1,", "day": ",1,1,1,", "country": "DE,1,1,1,"} {
		w := f.want(http.StatusOK, "GET", "/sites/"+siteA+"/details?period=day&compare=none&format=csv&by="+by, "cookie", f.sessions["owner A"])
		if got := w.Body.String(); !strings.Contains(got, want) {
			t.Errorf("by %s: %q is not in %q", by, want, got)
		}
		if got := w.Header().Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename=") || w.Header().Get("Content-Type") != "text/csv; charset=utf-8" {
			t.Errorf("by %s: it comes as %q %q", by, got, w.Header().Get("Content-Type"))
		}
	}
	if w := f.want(http.StatusSeeOther, "GET", "/sites/"+siteA+"/details?by=day", "cookie", f.sessions["owner A"]); w.Header().Get("Location") != "/sites/a.example" {
		t.Errorf("a table by time leads to %s", w.Header().Get("Location"))
	}
}

func TestDashboardHidesOthers(t *testing.T) {
	f := full(t)
	f.read(siteB, "/secret", "marker", 9)
	for _, page := range []string{"", "/details?by=page", "/details?by=page&format=csv"} {
		w := f.want(http.StatusNotFound, "GET", "/sites/"+siteB+page, "cookie", f.sessions["owner A"])
		if strings.Contains(whole(w), "marker") || strings.Contains(whole(w), "secret") {
			t.Errorf("%s tells of another customer's site", page)
		}
	}
	if got := whole(f.want(http.StatusOK, "GET", "/sites/"+siteA, "cookie", f.sessions["owner A"])); strings.Contains(got, "marker") {
		t.Error("the switcher names another customer's site")
	}
}

func TestVisitorsWordsStayText(t *testing.T) {
	f := full(t)
	f.read(siteA, `/"><script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, 7)
	for _, page := range []string{"?tab=title&tab=source", "?tab=referrer", "?tab=utm_campaign", "/details?by=title&period=day", "/details?by=page&period=day&search=%3Cscript%3E"} {
		got := f.want(http.StatusOK, "GET", "/sites/"+siteA+page, "cookie", f.sessions["owner A"]).Body.String()
		if strings.Contains(got, "<script>alert") || strings.Contains(got, "<img") {
			t.Errorf("%s: a visitor's words became markup", page)
		}
	}
}

// That something isn't counted is said where it isn't, and not where it is and there was nothing.
func TestEmptyListsOfLinks(t *testing.T) {
	f := full(t)
	owner := f.sessions["owner A"]
	f.read(siteA, "/about", "A", 7)
	for _, row := range []struct {
		set  string
		want map[string]bool // list, and whether it says that its switch is off
	}{
		{form("timezone", "UTC", "mode", "cookie"), map[string]bool{"outbound": true, "download": true, "form": true, "search": true}},
		{form("timezone", "UTC", "mode", "cookie", "links", "on"), map[string]bool{"outbound": false, "download": false, "form": true}},
		{form("timezone", "UTC", "mode", "cookie", "forms", "on", "search_key", "q"), map[string]bool{"outbound": true, "form": false, "search": false}},
	} {
		f.want(303, "POST", "/sites/"+siteA+"/settings", "cookie", owner, "form", row.set)
		for list, want := range row.want {
			for _, path := range []string{"?tab=" + list, "/details?by=" + list + "&period=day"} {
				got := words(t, f.want(200, "GET", "/sites/"+siteA+path, "cookie", owner))
				if said := strings.Contains(got, "which is off") || strings.Contains(got, "ask for the query key"); said != want || !strings.Contains(got, "in this period.") {
					t.Errorf("%s with %s: says that it is off: %v", path, row.set, said)
				}
			}
		}
	}
}
