package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sandprint/app/apptest"
)

// asking is a website whose pages carry the tracker of ask.localhost, with a fresh copy for each value of the query key v.
func asking(t *testing.T, collector string) string {
	t.Helper()
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><title>Page</title><script defer src="%s/js/ask.localhost.js?v=%s"></script><p>a page`, collector, r.URL.Query().Get("v"))
	}))
	t.Cleanup(pages.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(pages.URL, "http://"), ":")
	return "http://ask.localhost:" + port
}

// counting is a site that a test reads as its owner while its pages are visited.
type counting struct {
	t      *testing.T
	a      *apptest.App
	owner  *http.Client
	token  string
	site   string // origin of its pages
	events *live
}

func countConsent(t *testing.T, settings string) *counting {
	t.Helper()
	t.Cleanup(apptest.CloseBrowser)
	c := &counting{t: t, a: apptest.Start(t, apptest.Options{})}
	c.owner = c.a.Owner("owner@ask.example", "Ask")
	c.a.AddSite("ask.localhost", "Ask")
	c.token = c.a.AddToken("owner@ask.example", "ask.localhost", "write")
	c.set(settings)
	c.site = asking(t, c.a.URL)
	c.events = follow(t, c.owner, c.a, "ask.localhost")
	return c
}

func (c *counting) set(settings string) {
	c.t.Helper()
	patch(c.t, c.a, c.token, "ask.localhost", settings)
}

// until waits for totals of the day: visitors, visits, page views, and visits by type of visitor.
func (c *counting) until(what, want string) {
	c.t.Helper()
	c.events.until(what+", "+want, func() (bool, any) {
		all := stats(c.t, c.owner, c.a, "ask.localhost", "", "visitors,visits,pageviews").Totals
		got := fmt.Sprintf("%v %v %v", all["visitors"], all["visits"], all["pageviews"])
		types := map[string]any{} // printed in their order
		for _, r := range stats(c.t, c.owner, c.a, "ask.localhost", "visitor_type", "visits").Rows {
			types[fmt.Sprint(r["visitor_type"])] = r["visits"]
		}
		got += strings.TrimPrefix(fmt.Sprint(types), "map")
		return got == want, got
	})
}

func cookieOf(p *apptest.Page) string { return apptest.Eval[string](p, "document.cookie") }

// Counted without a cookie until there is consent: the visit that goes on then is the consenting visitor's, counted once; who withdraws leaves
// nothing of it, and is counted without a cookie from the next page on.
func TestConsentUpgradesTheVisit(t *testing.T) {
	c := countConsent(t, `{"localhost":true,"mode":"consent","before_consent":"cookieless"}`)
	p := apptest.NewPage(t)
	p.Open(c.site + "/one?v=1")
	c.until("before consent", "1 1 1[(not set):1]")
	if got := cookieOf(p); got != "" {
		t.Errorf("a cookie before consent: %q", got)
	}
	p.Run(`scrollTo(0, 1); await new Promise(r => setTimeout(r, 600)); sandprint('consent', true)`)
	c.until("after consent", "1 1 1[new:1]")
	if got := cookieOf(p); !strings.HasPrefix(got, "_sp=y") {
		t.Errorf("the cookie after consent: %q", got)
	}
	p.Open(c.site + "/two?v=1")
	c.until("the next page", "1 1 2[new:1]")

	other := apptest.NewPage(t) // of the same address and agent, which without a cookie can't be told apart
	other.Open(c.site + "/one?v=1")
	c.until("someone without consent", "2 2 3[(not set):1 new:1]")

	p.Run(`sandprint('consent', false)`)
	c.until("withdrawn", "1 1 1[(not set):1]")
	if got := cookieOf(p); got != "" {
		t.Errorf("the cookie after consent was withdrawn: %q", got)
	}
	p.Open(c.site + "/three?v=1")
	c.until("after that, without a cookie", "1 1 2[(not set):1]")
	for _, page := range []*apptest.Page{p, other} {
		if faults := page.Errors(); len(faults) > 0 {
			t.Errorf("errors in the page: %q", faults)
		}
	}
}

// A site that changes how it counts keeps its figures, and a cookie that was set without asking is no consent: it goes.
func TestModesAreSwitched(t *testing.T) {
	c := countConsent(t, `{"localhost":true}`)
	p := apptest.NewPage(t)
	p.Open(c.site + "/one?v=1")
	c.until("by cookie", "1 1 1[new:1]")
	if got := cookieOf(p); !strings.HasPrefix(got, "_sp=c") {
		t.Errorf("cookie %q", got)
	}

	c.set(`{"mode":"consent"}`)
	p.Open(c.site + "/unasked?v=2")
	if got := cookieOf(p); got != "" {
		t.Errorf("not asked, and yet there is %q", got)
	}
	pixel, err := http.NewRequest("GET", c.a.URL+"/p/ask.localhost.gif", nil)
	if err != nil {
		t.Fatal(err)
	}
	pixel.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	pixel.Header.Set("Referer", c.site+"/unasked")
	if resp, err := http.DefaultClient.Do(pixel); err != nil || resp.StatusCode != http.StatusOK { // answered, and not counted
		t.Errorf("%v, %v", resp, err)
	}
	p.Run(`sandprint('consent', true)`)
	c.until("after consent", "2 2 2[new:2]")
	agreed := cookieOf(p)
	p.Open(c.site + "/again?v=2")
	c.until("on the next page without asking again", "2 2 3[new:2]")

	c.set(`{"mode":"cookie"}`)
	p.Open(c.site + "/cookie?v=3")
	c.until("by cookie again", "2 2 4[new:2]")
	if got := cookieOf(p); got != agreed {
		t.Errorf("the cookie became %q", got)
	}

	c.set(`{"mode":"cookieless"}`)
	p.Open(c.site + "/without?v=4")
	c.until("without cookies", "3 3 5[(not set):1 new:2]")
	if got := cookieOf(p); got != "" {
		t.Errorf("the cookie stayed: %q", got)
	}
	if faults := p.Errors(); len(faults) > 0 {
		t.Errorf("errors in the page: %q", faults)
	}
}
