package pages_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"sandprint/app/apptest"
	"sandprint/app/problem"
	"sandprint/views"
)

// troubles are error pages that a healthy instance never shows, by the path under which front serves them.
var troubles = map[string]views.Trouble{
	"/trouble/broken":  trouble(problem.Of(os.ErrDeadlineExceeded)),
	"/trouble/damaged": trouble(problem.Damaged),
	"/trouble/role":    {Status: http.StatusForbidden, Message: "Your role at this site does not allow this.", Hint: "Ask an owner of the site."},
	"/trouble/slow": {Status: http.StatusServiceUnavailable, Message: "This question took longer than 10 seconds and was stopped.",
		Hint:  "Ask for a shorter period or fewer filters.",
		Tries: []views.Try{{Name: "Only the last 7 days", Link: site + "?period=7d"}, {Name: "Without filters", Link: site}, {Name: "Try again", Link: site}}},
}

func trouble(p *problem.Error) views.Trouble {
	return views.Trouble{Status: p.Status, Message: p.Message, Hint: p.Hint}
}

// front stands before the demo, as a proxy does: it adds the pages of trouble, and can be cut off.
func (h house) front(t *testing.T) (address string, cut *atomic.Bool) {
	t.Helper()
	behind, err := url.Parse(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy, cut := httputil.NewSingleHostReverseProxy(behind), &atomic.Bool{}
	proxy.ErrorLog = nil
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch trouble, ok := troubles[r.URL.Path]; {
		case cut.Load():
			panic(http.ErrAbortHandler)
		case ok:
			words := views.Speak(views.Interface, "", r.Header.Get("Accept-Language"))
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(trouble.Status)
			_ = views.Problem(views.Page{Words: words, Title: words.Say(trouble.Message), Plain: true, User: "demo@kiln-and-sea.example"}, trouble).Render(r.Context(), w)
		default:
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() {
		cut.Store(true)
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL, cut
}

// troubled looks at the pages of trouble as at all others.
func (h house) troubled(t *testing.T) {
	address, _ := h.front(t)
	source, err := os.ReadFile(tool(t, "axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{}
	defer func() { validate(t, pages) }()
	for path, trouble := range troubles {
		_, pages[path] = house{App: &apptest.App{URL: address}}.get(t, http.DefaultClient, path, "en")
		p := apptest.NewPage(t)
		p.Viewport(1280, 900)
		p.Dark(false)
		p.Open(address + path)
		if got := apptest.Eval[string](p, `document.querySelector("h1").textContent`); got != trouble.Message {
			t.Errorf("%s says %q", path, got)
		}
		p.Run(string(source) + lookers)
		for _, pass := range (stop{}).passes() {
			pass.run(t, p)
		}
		p.Viewport(320, 640)
		if wide := apptest.Eval[string](p, `tooWide()`); wide != "" {
			t.Errorf("%s scrolls sideways at 320 px: %s", path, wide)
		}
		p.Screenshot(shot(t, path))
		quietOn(t, p)
	}
}

// shot returns where a screenshot goes: into the folder SANDPRINT_SHOTS, for looking at, or nowhere for long.
func shot(t *testing.T, name string) string {
	dir := os.Getenv("SANDPRINT_SHOTS")
	if dir == "" {
		dir = t.TempDir()
	}
	return dir + "/" + strings.ReplaceAll(strings.Trim(name, "/"), "/", "-") + ".png"
}

// offline cuts the dashboard off while it is swapped: what is there stays, a line says so, and trying again goes on.
func (h house) offline(t *testing.T) {
	address, cut := h.front(t)
	p := apptest.NewPage(t)
	p.Viewport(1280, 900)
	p.Dark(false)
	p.Open(address + strings.TrimPrefix(h.link, h.URL))
	p.Open(address + site)
	p.Wait(`document.querySelector(".chart.read")`)
	cut.Store(true)
	p.Press("w")
	p.Wait(`document.querySelector("main .offline")`)
	if !apptest.Eval[bool](p, `document.querySelectorAll(".tile").length === 6 && !location.search`) {
		t.Error("what was there is gone")
	}
	p.Screenshot(shot(t, "offline"))
	cut.Store(false)
	p.Click(`.offline button`)
	p.Wait(`location.search.includes("period=7d") && !document.querySelector(".offline")`)
}

// ended ends the session while the dashboard is open: the next click asks to sign in, in place.
func (h house) ended(t *testing.T) {
	p := h.desk(t, site)
	p.Wait(`document.querySelector(".chart.read")`)
	p.Run(`await fetch("/sign-out", {method: "POST"})`)
	p.Press("w")
	p.Wait(`document.querySelector("form [type=password]") && location.search.includes("period=7d")`)
	if next := apptest.Eval[string](p, `document.querySelector("form [name=next]").value`); !strings.HasPrefix(next, site) || !strings.Contains(next, "period=7d") {
		t.Errorf("signing in again leads to %s", next)
	}
	quietOn(t, p)
}

// empties reads what stands in the place of figures that are not there.
func (h house) empties(t *testing.T) {
	c := h.client(t, false)
	for _, row := range []struct{ path, want, why string }{
		{"/sites/" + fresh, "Waiting for the first visit", "no hit was ever counted"},
		{"/sites/" + fresh, "/sites/" + fresh + "/install", "what to do then"},
		{site + "?from=2019-01-01&to=2019-01-07", "Nothing was counted before", "a period before the first hit"},
		{site + "?from=2999-01-01&to=2999-01-07", "This period has not begun yet.", "a period to come"},
		{site + "?filter=page:is:/no-such-page", "No visit in this period passes the filters.", "filters that nobody passes"},
		{site + "?period=28d&filter=country:is:CH", "groups under 5", "groups too small to show"},
		{site + "/details?by=page&search=no+such+page", "No row contains", "a search that finds nothing"},
		{site + "?period=never", "Go on without it", "nonsense in the address, and the way back"},
		{"/no-such-page", "There is nothing here.", "an address that is none"},
	} {
		if _, page := h.get(t, c, row.path, "en"); !strings.Contains(page, row.want) {
			t.Errorf("%s (%s): the page does not say %q", row.path, row.why, row.want)
		}
	}
}
