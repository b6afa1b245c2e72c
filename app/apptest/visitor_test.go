package apptest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sandprint/app/apptest"
	"sandprint/app/collect"
	"sandprint/app/store"
)

func TestMain(m *testing.M) {
	code := m.Run()
	apptest.CloseBrowser()
	os.Exit(code)
}

// hit is one item as the tracker sends it.
type hit struct {
	S, N, I, U, R, T, L, V, K string
	W                         int
	Height                    int `json:"H"`
	Q, D                      int
	E                         float64
	P                         map[string]string
	Revenue                   *struct {
		A int
		C string
	} `json:"$"`
	fields map[string]json.RawMessage
}

// recorder is a collector that only writes down what it gets, and the site whose pages it measures.
type recorder struct {
	t         *testing.T
	page, url string // origins of the site's pages and of the collector
	mu        sync.Mutex
	hits      []hit
	requests  int
	open      int // requests being answered
	most      int
	came      chan struct{}                            // gets a value after each request
	answer    func(http.ResponseWriter, *http.Request) // instead of 202
}

// record starts a recorder for a site; the pages are HTML by path.
func record(t *testing.T, info store.SiteInfo, pages map[string]string) *recorder {
	t.Helper()
	scripts, err := collect.NewScripts(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	info.Domain = "localhost"
	rec := &recorder{t: t, came: make(chan struct{}, 1000)}
	mux := http.NewServeMux()
	mux.HandleFunc("/js/site.js", func(w http.ResponseWriter, r *http.Request) { scripts.Serve(w, r, info, rec.url, "") })
	mux.HandleFunc("POST /e", rec.take)
	mux.HandleFunc("GET /privacy/localhost", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<title>What is counted</title>") })
	collector := httptest.NewServer(mux)
	t.Cleanup(collector.Close)
	rec.url = collector.URL
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := pages[r.URL.Path]
		if !ok {
			body = "<p>a page"
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!doctype html><title>Page %s</title><script>window.sandprint=window.sandprint||function(){(sandprint.q=sandprint.q||[]).push(arguments)}</script>"+
			"<script defer src=\"%s/js/site.js\"></script><body>%s", r.URL.Path, rec.url, body)
	}))
	t.Cleanup(site.Close)
	rec.page = strings.Replace(site.URL, "127.0.0.1", "localhost", 1)
	return rec
}

// take is POST /e.
func (rec *recorder) take(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	rec.mu.Lock()
	rec.requests++
	rec.open++
	rec.most = max(rec.most, rec.open)
	answer := rec.answer
	rec.mu.Unlock()
	defer func() {
		rec.mu.Lock()
		rec.open--
		rec.mu.Unlock()
	}()
	if r.Header.Get("Cookie") != "" || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/plain") {
		rec.t.Errorf("request with cookie %q and type %q", r.Header.Get("Cookie"), r.Header.Get("Content-Type"))
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	if answer != nil {
		rec.came <- struct{}{}
		answer(w, r)
		return
	}
	var raw []map[string]json.RawMessage
	var hits []hit
	if json.Unmarshal(body, &raw) != nil || json.Unmarshal(body, &hits) != nil || len(hits) > 32 || len(body) > 16<<10 {
		rec.t.Errorf("bad body: %s", body)
	}
	rec.mu.Lock()
	for i := range hits {
		hits[i].fields = raw[i]
	}
	rec.hits = append(rec.hits, hits...)
	rec.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
	rec.came <- struct{}{}
}

// wait returns the hits once n of them have a name that matches; more are an error of the caller's to see.
func (rec *recorder) wait(name string, n int) []hit {
	rec.t.Helper()
	deadline := time.After(15 * time.Second)
	for {
		if found := rec.named(name); len(found) >= n {
			return found
		}
		select {
		case <-rec.came:
		case <-deadline:
			rec.t.Fatalf("%d hits %q wanted, got %+v", n, name, rec.named(""))
		}
	}
}

// named returns the hits so far whose name matches.
func (rec *recorder) named(name string) (found []hit) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	for _, h := range rec.hits {
		if regexp.MustCompile(name).MatchString(h.N) {
			found = append(found, h)
		}
	}
	return found
}

// view waits for the n-th page view. One that comes again, as its request was cut off by a wish of the visitor's, counts once, as it does on the server.
func (rec *recorder) view(n int) hit {
	rec.t.Helper()
	for all := n; ; all++ {
		seen := map[string]bool{}
		for _, h := range rec.wait("pageview", all) {
			if seen[h.I] = true; len(seen) == n {
				return h
			}
		}
	}
}

// local is a site in a mode that wants pages of this machine counted.
func local(mode string) store.SiteInfo {
	return store.SiteInfo{Mode: mode, Settings: store.SiteSettings{Localhost: true, Forms: true}}
}

// clean fails the test when the page met an error.
func clean(t *testing.T, p *apptest.Page) {
	t.Helper()
	if faults := p.Errors(); len(faults) > 0 {
		t.Errorf("errors in the page: %q", faults)
	}
}

func TestVisitor(t *testing.T) {
	rec := record(t, local("cookie"), map[string]string{"/": `<div style="height:5000px">tall</div>`})
	p := apptest.NewPage(t)
	p.Viewport(1000, 700)
	before := time.Now()
	p.Open(rec.page + "/?utm_source=mail&email=a@b.example&gclid=secret#frag")
	view := rec.wait("pageview", 1)[0]
	begun := time.Now()
	if view.S != "localhost" || view.K != "load" || view.U != rec.page+"/?utm_source=mail&gclid=1" || view.T != "Page /" || view.W != 1000 ||
		!regexp.MustCompile(`^[0-9a-z]{17}$`).MatchString(view.I) {
		t.Errorf("page view %+v", view)
	}

	// The cookie.
	today := time.Now().Unix() / 86400
	if !regexp.MustCompile(fmt.Sprintf(`^[0-9a-z]{18}\.(%d|%d)$`, today-1, today)).MatchString(view.V) {
		t.Errorf("cookie value %q", view.V)
	}
	days := apptest.Eval[float64](p, `cookieStore.get('_sp').then(c => c.expires ? (c.expires - Date.now()) / 864e5 : 395)`)
	if math.Abs(days-395) > 0.1 {
		t.Errorf("the cookie lives %v days", days)
	}

	// Engagement, held against a clock outside: it begins and ends while two steps are under way; the time without the focus
	// is none.
	p.Run(`scrollTo(0, 1300); await new Promise(r => setTimeout(r, 1700))`)
	// A headless page cannot lose the focus for real, so the document is made to say that it did.
	least := time.Since(begun)
	p.Run(`document.hasFocus = () => false; dispatchEvent(new Event('blur'))`)
	most := time.Since(before)
	p.Run(`await new Promise(r => setTimeout(r, 400))`)
	p.Run(`history.pushState(0, '', '/second?x=1')`)
	engage := rec.wait("engage", 1)[0]
	if engage.I != view.I || engage.D != 2000 || engage.Height < 5000 || engage.Q != 1 {
		t.Errorf("engagement %+v", engage)
	}
	if engaged := time.Duration(engage.E) * time.Millisecond; engaged < least-20*time.Millisecond || engaged > most {
		t.Errorf("engaged %v, by the clock outside %v to %v", engaged, least, most)
	}

	// A route; the same one again is none.
	second := rec.wait("pageview", 2)[1]
	if second.K != "spa" || second.U != rec.page+"/second" || second.R != "" || second.I == view.I || second.V != view.V {
		t.Errorf("route %+v", second)
	}
	p.Run(`history.replaceState(1, '', '/second?x=2#y'); await new Promise(r => setTimeout(r, 200)); sandprint('event', 'after')`)
	rec.wait("after", 1)
	if n := len(rec.named("pageview")); n != 2 {
		t.Errorf("%d page views after a route to the same page", n)
	}
	clean(t, p)
}

func TestVisitorEvents(t *testing.T) {
	rec := record(t, local("cookie"), map[string]string{
		"/": `<script>sandprint('event','early')</script><a id=out href="http://127.0.0.1:1/a/b?token=1" target=x>out</a>
			<a id=file href="/x/report.PDF?k=1" target=y>file</a><form target=z><input name=q><button id=go>go</button></form>`})
	p := apptest.NewPage(t)
	p.Open(rec.page + "/")
	rec.wait("early", 1)
	p.Run(`sandprint('event','Sale',{props:{plan:'pro',seats:3},revenue:{amount:1999,currency:'EUR'}});
		const loop={}; loop.loop=loop; sandprint('event','odd',{props:loop}); sandprint('nonsense'); sandprint(); sandprint('event','null',null);
		for (let i=0;i<10000;i++) sandprint('event','flood')`)
	sale := rec.wait("^Sale", 1)[0]
	view := rec.wait("pageview", 1)[0]
	if sale.I != view.I || sale.P["plan"] != "pro" || sale.P["seats"] != "3" || sale.Revenue == nil || sale.Revenue.A != 1999 || sale.Revenue.C != "EUR" || sale.Q == 0 {
		t.Errorf("event %+v", sale)
	}
	rec.wait("flood", 10)
	for selector, want := range map[string]struct{ name, key, value string }{
		"#out":  {"Outbound Link: Click", "url", "127.0.0.1:1/a/b"},
		"#file": {"File Download", "url", strings.TrimPrefix(rec.page, "http://") + "/x/report.PDF"},
		"#go":   {"Form: Submission", "path", "/"},
	} {
		p.Run(`document.querySelector('` + selector + `').click()`)
		if got := rec.wait(want.name, 1)[0]; got.P[want.key] != want.value || len(got.P) != 1 {
			t.Errorf("%s: %+v", want.name, got.P)
		}
	}
	if rec.most > 1 {
		t.Errorf("%d requests at once", rec.most)
	}
	clean(t, p)
}

func TestVisitorBack(t *testing.T) {
	rec := record(t, local("cookie"), nil)
	p := apptest.NewPage(t)
	p.Open(rec.page + "/one")
	rec.wait("pageview", 1)
	p.Run(`window.kept = 1`)
	p.Open(rec.page + "/two")
	rec.wait("pageview", 2)
	p.Run(`setTimeout(() => history.back())`)
	views := rec.wait("pageview", 3)
	if !apptest.Eval[bool](p, `window.kept == 1`) {
		t.Fatal("the browser did not keep the page in its back/forward cache")
	}
	if back := views[2]; back.K != "restore" || back.U != rec.page+"/one" || back.I == views[0].I || back.V != views[0].V {
		t.Errorf("restored: %+v", back)
	}
	clean(t, p)
}

func TestVisitorUnseen(t *testing.T) {
	rec := record(t, local("cookie"), map[string]string{
		"/": `<script type=speculationrules>{"prerender":[{"urls":["/next"],"eagerness":"immediate"}]}</script><a id=n href=/next>next</a>`})
	p := apptest.NewPage(t)
	p.Open(rec.page + "/")
	rec.wait("pageview", 1)
	p.Run(`Object.defineProperty(document,'hidden',{get:()=>window.away,configurable:true}); window.away=true;
		history.pushState(0,'','/while-hidden'); await new Promise(r=>setTimeout(r,200)); sandprint('event','x')`)
	if n := len(rec.named("pageview")); n != 1 {
		t.Errorf("%d page views while hidden", n)
	}
	p.Run(`window.away=false; dispatchEvent(new Event('visibilitychange'))`)
	if got := rec.wait("pageview", 2)[1]; got.U != rec.page+"/while-hidden" {
		t.Errorf("shown: %+v", got)
	}
	p.Run(`setTimeout(() => document.querySelector('#n').click())`)
	if got := rec.wait("pageview", 3)[2]; got.U != rec.page+"/next" || got.K != "load" || got.R != "" {
		t.Errorf("next: %+v", got)
	}
	t.Logf("prerendered: %v", apptest.Eval[bool](p, `performance.getEntriesByType('navigation')[0].activationStart > 0`))
}

func TestVisitorDecides(t *testing.T) {
	rec := record(t, local("consent"), nil)
	p := apptest.NewPage(t)
	p.Open(rec.page + "/")
	p.Run(`sandprint('event','before'); await new Promise(r=>setTimeout(r,200))`)
	if len(rec.named("")) > 0 || apptest.Eval[string](p, "document.cookie") != "" {
		t.Fatalf("before consent: %+v", rec.named(""))
	}
	p.Run(`sandprint('consent','false'); sandprint('consent','yes'); await new Promise(r=>setTimeout(r,200))`)
	if len(rec.named("")) > 0 || apptest.Eval[string](p, "document.cookie") != "" {
		t.Fatalf("what isn't true is no consent: %+v", rec.named(""))
	}
	p.Run(`sandprint('consent', true)`)
	view := rec.wait("pageview", 1)[0]
	if given := rec.wait(":consent", 1)[0]; given.V == "" || given.V != view.V || view.K != "load" {
		t.Errorf("consent %+v, view %+v", given, view)
	}
	p.Run(`sandprint('consent', false)`)
	if gone := rec.wait(":withdraw", 1)[0]; gone.V != view.V || gone.U != "" || apptest.Eval[string](p, "document.cookie") != "" {
		t.Errorf("withdrawn: %+v", gone)
	}

	rec = record(t, local("cookie"), nil)
	p = apptest.NewPage(t)
	p.Open(rec.page + "/")
	first := rec.view(1)
	p.Run(`sandprint('erase')`)
	if gone := rec.wait(":erase", 1)[0]; gone.V != first.V || apptest.Eval[string](p, "document.cookie") != "" {
		t.Errorf("erased: %+v", gone)
	}
	p.Run(`sandprint('page')`)
	again := rec.view(2)
	if again.V == first.V {
		t.Error("the erased id came back")
	}
	p.Run(`sandprint('optout')`)
	rec.wait(":optout", 1)
	p.Open(rec.page + "/out")
	p.Run(`sandprint('event','out'); sandprint('optin')`)
	if back := rec.view(3); len(rec.named("^out")) > 0 || back.V == again.V {
		t.Errorf("after opting out: %+v", rec.named("^out"))
	}
	p.Open(rec.page + "/anchor#sp-other") // one like any other
	known := rec.view(4)
	for _, hash := range []string{"#sp-off", "#sp-on"} {
		p.Open(rec.page + "/own" + hash)
		p.Wait(fmt.Sprintf("location.href == '%s/privacy/localhost%s' && document.title", rec.url, hash))
		p.Open(rec.page + "/after" + hash[1:])
		p.Run(`sandprint('event', 'after')`)
	}
	rec.wait("^after$", 1)
	if out := rec.wait(":optout", 2)[1]; out.V != known.V {
		t.Errorf("#sp-off: %+v, of %+v", out, known)
	}
	for _, h := range rec.named("") {
		if strings.HasSuffix(h.U, "/aftersp-off") {
			t.Errorf("counted after #sp-off: %+v", h)
		}
	}
	clean(t, p)
}

// The collector being down, full or silent is never the page's trouble: C47 of the project's list of bad days.
func TestVisitorCollectorFails(t *testing.T) {
	hang := make(chan struct{})
	for _, row := range []struct {
		name   string
		answer func(http.ResponseWriter, *http.Request)
		most   int // requests within the time watched
	}{
		{"503", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, 4},
		{"down", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 4},
		{"400", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400) }, 60},
		{"hanging", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		}, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec := record(t, local("cookie"), nil)
			rec.answer = row.answer
			p := apptest.NewPage(t)
			p.Open(rec.page + "/")
			<-rec.came
			p.Run(`for (let i=0;i<1000;i++) sandprint('event','e'+i)`)
			if row.name == "503" {
				<-rec.came // the second try, 2 s later
				rec.mu.Lock()
				rec.answer = nil
				rec.mu.Unlock()
				rec.wait("pageview", 1) // the third, 8 s later, brings all that waited
				rec.wait("^e", 10)
			}
			rec.mu.Lock()
			defer rec.mu.Unlock()
			if rec.requests > row.most || rec.most > 1 {
				t.Errorf("%d requests, %d at once", rec.requests, rec.most)
			}
			clean(t, p)
		})
	}
	close(hang)
}
