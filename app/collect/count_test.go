package collect

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"sandprint/app/store"
)

func TestDropsAreCountedByReason(t *testing.T) {
	type drops = map[string]int64
	for _, row := range []struct {
		why     string
		hit     map[string]any
		headers []string
		views   int
		events  int
		dropped drops
	}{
		{why: "the site's own page", views: 1},
		{why: "a sub-domain counts", hit: map[string]any{"u": "https://blog.example.com/"}, views: 1},
		{why: "a further host counts", hit: map[string]any{"u": "https://example.net/"}, views: 1},
		{why: "the page names the site", hit: map[string]any{"s": nil}, views: 1},
		{why: "www. is the same site", hit: map[string]any{"s": "WWW.example.com"}, views: 1},
		{why: "a port is no part of a host", hit: map[string]any{"u": "http://example.com:8080/"}, views: 1},
		{why: "a crawler", headers: []string{"User-Agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}, dropped: drops{"bot": 1}},
		{why: "no user agent", headers: []string{"User-Agent: "}, dropped: drops{"bot": 1}},
		{why: "a headless browser that only its hints give away", headers: []string{`Sec-CH-UA: "HeadlessChrome";v="130"`}, dropped: drops{"bot": 1}},
		{why: "engagements of bots are none of their hits", hit: map[string]any{"n": "engage"}, headers: []string{"User-Agent: curl/8"}},
		{why: "a copy of the page elsewhere", hit: map[string]any{"u": "https://evil.example/"}, dropped: drops{"foreign host": 1}},
		{why: "a host that only ends alike", hit: map[string]any{"u": "https://notexample.com/"}, dropped: drops{"foreign host": 1}},
		{why: "localhost, unless asked for", hit: map[string]any{"u": "http://localhost:3000/"}, dropped: drops{"foreign host": 1}},
		{why: "a file", hit: map[string]any{"u": "file:///home/me/index.html"}, dropped: drops{"foreign host": 1}},
		{why: "a site that is not known", hit: map[string]any{"s": "unknown.example"}},
		{why: "the owner's exclusion, one level", hit: map[string]any{"u": "https://example.com/drafts/one"}, dropped: drops{"excluded page": 1}},
		{why: "one level only", hit: map[string]any{"u": "https://example.com/drafts/one/two"}, views: 1},
		{why: "the owner's exclusion, all levels", hit: map[string]any{"u": "https://example.com/internal/a/b?x=1"}, dropped: drops{"excluded page": 1}},
		{why: "an exclusion with a letter that browsers encode", hit: map[string]any{"u": "https://example.com/f%C3%BCr-uns"}, dropped: drops{"excluded page": 1}},
		{why: "an exclusion's dot is a dot", hit: map[string]any{"u": "https://example.com/axhtml"}, views: 1},
		{why: "a spammer's referrer", hit: map[string]any{"r": "https://semalt.com/"}, dropped: drops{"referrer spam": 1}},
		{why: "an event", hit: map[string]any{"n": "Buy", "q": 1}, events: 1},
		{why: "an event on a page about an account", hit: map[string]any{"n": "Buy", "q": 1, "u": "https://example.com/account/settings"}, dropped: drops{"private page": 1}},
		{why: "a visitor who objects", hit: map[string]any{"n": ":optout", "v": aged(1)}, dropped: drops{"opted out": 1}},
		{why: "a visitor who agrees is no hit", hit: map[string]any{"n": ":consent", "v": aged(1)}},
	} {
		t.Run(row.why, func(t *testing.T) {
			p := open(t, func(_ *Options, info *store.SiteInfo) {
				info.Settings = store.SiteSettings{Hosts: []string{"example.net"}, Excluded: []string{"/drafts/*", "/internal/**", "/für-uns", "/a.html"}}
			})
			p.send(wire(row.hit), row.headers...)
			if row.dropped == nil {
				row.dropped = drops{}
			}
			p.expect(row.views+row.events, row.views, row.events, row.dropped)
		})
	}
}

func TestUnknownSitesAreCountedToo(t *testing.T) {
	p := open(t, nil)
	p.send("[" + wire(map[string]any{"s": "unknown.example"}) + "," + wire(nil) + "]")
	p.expect(1, 1, 0, map[string]int64{})
	if p.door.Unknown() != 1 {
		t.Errorf("%d unknown, want 1", p.door.Unknown())
	}
}

func TestLocalhostCountsWhenAskedFor(t *testing.T) {
	p := open(t, func(_ *Options, info *store.SiteInfo) { info.Settings.Localhost = true })
	p.send(wire(map[string]any{"u": "http://localhost:3000/"}))
	p.expect(1, 1, 0, map[string]int64{})
}

// Of a page about an account or a purchase only the path is kept.
func TestPrivatePagesAreCountedByPath(t *testing.T) {
	p := open(t, func(_ *Options, info *store.SiteInfo) { info.Settings.Forms = true })
	p.send(wire(map[string]any{"u": "https://example.com/checkout?utm_source=news&page=2", "t": "Your order, Jane", "i": view1}))
	p.send(wire(map[string]any{"u": "https://example.com/checkout", "n": "Form: Submission", "q": 1, "p": map[string]any{"path": "/checkout/users/jane"}}))
	p.expect(1, 1, 1, map[string]int64{"scrubbed event": 1})
	if got := fmt.Sprint(p.column(store.ViewPage, store.Pages)); got != "[example.com|/checkout|]" {
		t.Error(got)
	}
	if got := fmt.Sprint(p.column(store.VisitOrigin, store.Origins)); !strings.HasPrefix(got, "[Direct|Direct|") {
		t.Error(got)
	}
	if got := fmt.Sprint(p.column(store.EventProps, store.Props)); got != `[{"path":"/checkout/users/:user"}]` {
		t.Error(got)
	}
}

func TestRepeatsChangeNothing(t *testing.T) {
	p := open(t, nil)
	body := "[" + wire(nil) + "," + wire(map[string]any{"n": "Buy", "q": 1}) + "," + wire(map[string]any{"n": "engage", "q": 2, "e": 5000}) + "]"
	p.send(body)
	p.send(body)
	p.send(body)
	p.expect(1, 1, 1, map[string]int64{})
}

func TestEngagementInAnyOrder(t *testing.T) {
	p := open(t, nil)
	engage := func(seq, ms int) string {
		return wire(map[string]any{"n": "engage", "q": seq, "e": ms, "d": ms / 100, "H": 100, "v": aged(3)})
	}
	p.send(engage(2, 5000))
	p.expect(0, 0, 0, map[string]int64{})
	p.send(wire(map[string]any{"v": aged(3)}))
	p.send(engage(3, 9000))
	p.send(engage(1, 2000))
	p.expect(1, 1, 0, map[string]int64{})
	if got := fmt.Sprint(p.column(store.ViewEngaged), p.column(store.ViewScroll), p.column(store.VisitType)); got != "[90] [90] [2]" {
		t.Errorf("engaged, scroll, type: %s", got)
	}
}

// A visitor is told apart by the cookie, or else by address and user agent; who objects is never told by the cookie.
func TestVisitors(t *testing.T) {
	other := strings.Repeat("z", 20)
	for _, row := range []struct {
		why      string
		mode     string
		first    []string // headers; "v=…" is the cookie
		second   []string
		visitors int
		types    string
	}{
		{"two cookies at one address", "cookie", []string{"v=" + aged(2)}, []string{"v=" + other + ".20000"}, 2, "[2 0]"}, // 20000 is long ago: not used
		{"one cookie at two addresses", "cookie", []string{"v=" + aged(0)}, []string{"v=" + aged(0), "X-Forwarded-For: 198.51.100.4"}, 1, "[1]"},
		{"no cookie, one address", "cookie", nil, nil, 1, "[0]"},
		{"no cookie, two addresses of a network", "cookie", nil, []string{"X-Forwarded-For: 203.0.113.78"}, 2, "[0 0]"},
		{"no cookie, two browsers", "cookie", nil, []string{"User-Agent: " + strings.ReplaceAll(chrome, "130", "131")}, 2, "[0 0]"},
		{"GPC", "cookie", []string{"v=" + aged(0), "Sec-GPC: 1"}, []string{"v=" + other + "." + aged(0)[21:], "Sec-GPC: 1"}, 1, "[0]"},
		{"DNT", "cookie", []string{"v=" + aged(0), "DNT: 1"}, []string{"v=" + other + "." + aged(0)[21:], "DNT: 1"}, 1, "[0]"},
		{"DNT: 0 is no objection", "cookie", []string{"v=" + aged(1), "DNT: 0"}, []string{"v=" + aged(1), "X-Forwarded-For: 198.51.100.4"}, 1, "[2]"},
		{"a site without cookies", "cookieless", []string{"v=" + aged(0)}, []string{"v=" + other + "." + aged(0)[21:]}, 1, "[0]"},
		{"consent was given", "consent", []string{"v=" + aged(0)}, []string{"v=" + other + "." + aged(0)[21:]}, 2, "[1 1]"},
		{"a clock that is a week ahead", "cookie", []string{"v=" + aged(-7)}, []string{"v=" + aged(-7)}, 1, "[0]"},
	} {
		t.Run(row.why, func(t *testing.T) {
			p := open(t, func(_ *Options, info *store.SiteInfo) { info.Mode = row.mode })
			for i, headers := range [][]string{row.first, row.second} {
				hit := map[string]any{"i": []string{view1, view2}[i]}
				if len(headers) > 0 && strings.HasPrefix(headers[0], "v=") {
					hit["v"], headers = headers[0][2:], headers[1:]
				}
				p.send(wire(hit), headers...)
			}
			p.expect(row.visitors, 2, 0, map[string]int64{})
			if got := fmt.Sprint(p.column(store.VisitType)); got != row.types {
				t.Errorf("types %s, want %s", got, row.types)
			}
		})
	}
}

// A visit goes on over a restart, and who was new today is not new again.
func TestVisitsOutliveTheDoor(t *testing.T) {
	p := open(t, nil)
	p.send(wire(map[string]any{"v": aged(0)}))
	p.restart(p.door.o)
	p.send(wire(map[string]any{"v": aged(0), "i": view2}))
	p.expect(1, 2, 0, map[string]int64{})
}

func TestPixel(t *testing.T) {
	p := open(t, nil)
	for _, target := range []string{"/p/example.com.gif", "/p/unknown.example.gif"} {
		res := p.ask("GET", target, "", "Referer: https://example.com/about", "Accept-Language: fr-FR,fr;q=0.9")
		body, _ := io.ReadAll(res.Body)
		if res.StatusCode != http.StatusOK || len(body) != 43 || res.Header.Get("Content-Type") != "image/gif" || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, %d bytes, %v", target, res.StatusCode, len(body), res.Header)
		}
	}
	p.ask("HEAD", "/p/example.com.gif", "", "Referer: https://example.com/about")
	p.ask("GET", "/p/example.com.gif", "", "Referer: https://evil.example/")
	p.ask("GET", "/p/example.com.gif", "")
	p.expect(1, 1, 0, map[string]int64{"foreign host": 2})
	if got := fmt.Sprint(p.column(store.ViewPage, store.Pages), p.column(store.VisitLanguage, store.Languages)); got != "[example.com|/about|] [fr-FR]" {
		t.Error(got)
	}
	if res := p.ask("GET", "/p/example.com.png", ""); res.StatusCode != http.StatusNotFound {
		t.Errorf("another format: %d", res.StatusCode)
	}
}

func TestScriptRoute(t *testing.T) {
	p := open(t, nil)
	hash := p.door.o.Scripts.For(p.info, p.door.o.BaseURL).Hash
	for target, status := range map[string]int{
		"/js/example.com.js": 200, "/js/www.example.com.js": 200, "/js/example.com." + hash + ".js": 200, "/js/example.com.0123456789abcdef.js": 404,
		"/js/unknown.example.js": 404, "/js/example.com": 404, "/js/.js": 404,
	} {
		if res := p.ask("GET", target, ""); res.StatusCode != status {
			t.Errorf("%s: %d, want %d", target, res.StatusCode, status)
		}
	}
}

// When nothing can be written nothing is acknowledged, and the log says so once and nothing of the request.
func TestNothingWrittenNothingAcknowledged(t *testing.T) {
	p := open(t, nil)
	p.must(p.store.Close())
	for range 3 {
		res := p.ask("POST", "/e", wire(nil))
		if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") != "5" {
			t.Errorf("%d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
		}
	}
	if got := p.log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "site=1") || strings.Contains(got, home) || strings.Contains(got, "example") {
		t.Errorf("log: %s", got)
	}
}
