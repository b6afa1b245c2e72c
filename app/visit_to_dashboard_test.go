package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"sandprint/app/apptest"
)

// answer is what the API says to a question, as far as these tests read it.
type answer struct {
	Totals map[string]any   `json:"totals"`
	Rows   []map[string]any `json:"rows"` // the row's name is under the dimension
}

// get returns the body of an answer, which must have the status 200.
func get(t *testing.T, c *http.Client, address string) []byte {
	t.Helper()
	resp, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v: %s", address, resp.Status, err, body)
	}
	return body
}

// patch changes a site through the API.
func patch(t *testing.T, a *apptest.App, token, domain, change string) {
	t.Helper()
	req, err := http.NewRequest("PATCH", a.URL+"/api/v1/sites/"+domain, strings.NewReader(change))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		t.Fatalf("changing %s: %s: %s", domain, resp.Status, body)
	}
}

// stats asks the API about a site's day so far.
func stats(t *testing.T, c *http.Client, a *apptest.App, domain, by, metrics string) (out answer) {
	t.Helper()
	ask := url.Values{"period": {"24h"}, "metrics": {metrics}}
	if by != "" {
		ask.Set("by", by)
	}
	body := get(t, c, a.URL+"/api/v1/sites/"+domain+"/stats?"+ask.Encode())
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return out
}

// live follows a site's live stream; after each of its events it asks whether what is waited for is there.
type live struct {
	t     *testing.T
	lines *bufio.Scanner
}

func follow(t *testing.T, c *http.Client, a *apptest.App, domain string) *live {
	t.Helper()
	resp, err := c.Get(a.URL + "/sites/" + domain + "/live")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != http.StatusOK {
		t.Fatal("live: " + resp.Status)
	}
	return &live{t, bufio.NewScanner(resp.Body)}
}

// until reads events until ready says that it is so. The stream says something every 15 seconds at least.
func (l *live) until(what string, ready func() (bool, any)) {
	l.t.Helper()
	for began := time.Now(); ; {
		ok, got := ready()
		if ok {
			return
		}
		if time.Since(began) > time.Minute {
			l.t.Fatalf("waiting for %s: got %v", what, got)
		}
		for l.lines.Scan() && l.lines.Text() != "" {
		}
	}
}

// shop is a website on two hosts of this machine that browsers find without a name server: news.localhost links to
// shop.localhost, whose pages carry the tracker.
func shop(t *testing.T, collector string) (news string) {
	t.Helper()
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, port, _ := strings.Cut(r.Host, ":")
		news, site := "http://news.localhost:"+port, "http://shop.localhost:"+port
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch {
		case host == "news.localhost":
			fmt.Fprintf(w, `<!doctype html><title>News</title><a id=go href="%s/?utm_campaign=winter&token=secret">to the shop</a>`, site)
		case r.URL.Path == "/prices.pdf":
			w.Header().Set("Content-Type", "application/pdf")
			w.Header().Set("Content-Disposition", "attachment")
		default:
			fmt.Fprintf(w, `<!doctype html><title>Shop</title><script defer src="%s/js/shop.localhost.js"></script>
				<a id=file href="/prices.pdf?for=me">prices</a> <a id=out href="%s/other?q=1">news</a><div style="height:4000px">tall</div>`, collector, news)
		}
	}))
	t.Cleanup(pages.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(pages.URL, "http://"), ":")
	return "http://news.localhost:" + port
}

// A visitor's browser reads, scrolls, clicks and leaves; what the owner reads is what was done, no more and no less.
func TestTheWayOfAHit(t *testing.T) {
	t.Cleanup(apptest.CloseBrowser)
	a := apptest.Start(t, apptest.Options{})
	owner := a.Owner("owner@shop.example", "Shop")
	a.AddSite("shop.localhost", "Shop")
	patch(t, a, a.AddToken("owner@shop.example", "shop.localhost", "write"), "shop.localhost", `{"localhost":true}`)
	news := shop(t, a.URL)
	events := follow(t, owner, a, "shop.localhost")
	count := func(metric string, want float64) {
		t.Helper()
		events.until(fmt.Sprintf("%v %s", want, metric), func() (bool, any) {
			got := stats(t, owner, a, "shop.localhost", "", metric).Totals[metric]
			return got == want, got
		})
	}

	p := apptest.NewPage(t)
	p.Viewport(1000, 800)
	p.Open(news + "/")
	began := time.Now()
	p.Click("#go")
	count("pageviews", 1)
	const stay = 1500 * time.Millisecond
	p.Run(fmt.Sprintf(`scrollTo(0, 1200); await new Promise(r => setTimeout(r, %d)); scrollTo(0, 0)`, stay.Milliseconds()))
	p.Click("#file")
	count("events", 1)
	p.Run(`history.pushState(0, '', '/cart?id=7')`)
	count("pageviews", 2)
	p.Run(`history.back()`)
	count("pageviews", 3)
	p.Click("#out")
	count("events", 2)
	outside := time.Since(began)
	if faults := p.Errors(); len(faults) > 0 {
		t.Errorf("errors in the page: %q", faults)
	}

	totals := stats(t, owner, a, "shop.localhost", "", "visitors,visits,pageviews,views_per_visit,bounce_rate,events").Totals
	if got, want := fmt.Sprint(totals), "map[bounce_rate:0 events:2 pageviews:3 views_per_visit:3 visitors:1 visits:1]"; got != want {
		t.Errorf("totals %s, want %s", got, want)
	}
	events.until("the time on the pages", func() (bool, any) {
		spent, _ := stats(t, owner, a, "shop.localhost", "", "time_on_page").Totals["time_on_page"].(float64)
		return spent >= stay.Seconds() && spent <= outside.Seconds(), spent
	})
	for _, row := range []struct{ by, metric, want string }{
		{"page", "pageviews", "[/ 2][/cart 1]"},
		{"source", "visits", "[news.localhost 1]"},
		{"utm_campaign", "visits", "[winter 1]"},
		{"browser", "visits", "[Chrome 1]"},
		{"os", "visits", "[Linux 1]"},
		{"entry_page", "visits", "[/ 1]"},
		{"event", "events", "[File Download 1][Outbound Link: Click 1]"},
	} {
		var got strings.Builder
		for _, r := range stats(t, owner, a, "shop.localhost", row.by, row.metric).Rows {
			fmt.Fprintf(&got, "[%v %v]", r[row.by], r[row.metric])
		}
		if got.String() != row.want {
			t.Errorf("%s by %s: %s, want %s", row.metric, row.by, got.String(), row.want)
		}
	}
	readsDashboard(t, a)
}

// readsDashboard signs the owner in with a browser and reads the tiles and lists off the page.
func readsDashboard(t *testing.T, a *apptest.App) {
	t.Helper()
	p := apptest.NewPage(t)
	p.Open(a.URL + "/sites/shop.localhost") // who isn't signed in gets the form, and then what was asked for
	p.Type("input[name=email]", "owner@shop.example")
	p.Type("input[name=password]", apptest.Password)
	ctx, cancel := context.WithTimeout(p.Context, time.Minute)
	defer cancel()
	if resp, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS("form.card button"))); err != nil || resp.Status != http.StatusOK {
		t.Fatalf("signing in: %+v, %v", resp, err)
	}
	tiles := apptest.Eval[map[string]string](p, `Object.fromEntries([...document.querySelectorAll('.tile')].map(e =>
		[e.querySelector('span').textContent, e.querySelector('strong').textContent]))`)
	for name, want := range map[string]string{"Visitors": "1", "Visits": "1", "Page views": "3", "Bounce rate": "0%"} {
		if tiles[name] != want {
			t.Errorf("the dashboard says %q of %s, want %q (of %v)", tiles[name], name, want, tiles)
		}
	}
	lists := apptest.Eval[string](p, `[...document.querySelectorAll('.rows .name > bdi')].map(e => e.textContent).join('|')`)
	for _, name := range []string{"/", "/cart", "Referral", "Chrome"} {
		if !strings.Contains("|"+lists+"|", "|"+name+"|") {
			t.Errorf("the dashboard lists no %q: %s", name, lists)
		}
	}
	if faults := p.Errors(); len(faults) > 0 {
		t.Errorf("errors in the dashboard: %q", faults)
	}
}
