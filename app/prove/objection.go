package prove

import (
	"fmt"
	"strings"
)

// objectionsAreObeyed is claim 15: by the server, whatever a browser sends, and by the tracker, which does not even send it.
func objectionsAreObeyed(t *Trial) {
	s := t.serve("data")
	s.site("shop.example")
	for _, c := range []struct {
		id, header string
		kept       bool
	}{{"nosignal1234567890", "", true}, {"globalprivacy12345", "Sec-GPC", false}, {"donottrack12345678", "DNT", false}} {
		cookie := cookieOf(c.id, 0)
		s.hit(map[string]any{"s": "shop.example", "n": "pageview", "i": "view" + c.id[:8], "u": "https://shop.example/of" + c.id, "v": cookie}, orUserAgent(c.header)...)
		if kept := strings.Contains(s.shown("shop.example", cookie), "of"+c.id); kept != c.kept {
			t.wrong("with %q the visit is kept under its cookie: %v, want %v", c.header, kept, c.kept)
		}
	}
	if views := s.stats("shop.example", "period=24h&metrics=pageviews").Totals["pageviews"]; views != 3 {
		t.wrong("%v page views were counted, want all 3", views)
	}
	t.sent("a cookie without a signal, with Sec-GPC and with DNT: all three page views count, only the first is kept under its cookie")

	out := cookieOf("optout123456789012", 0)
	page := map[string]any{"s": "shop.example", "n": "pageview", "i": "viewoptout01", "u": "https://shop.example/ofoptout", "v": out}
	s.hit(page)
	before := strings.Contains(s.shown("shop.example", out), "ofoptout")
	s.hit(map[string]any{"s": "shop.example", "n": ":optout", "v": out})
	page["i"] = "viewoptout02"
	s.hit(page) // one that was on its way
	gone := s.eventually(func() bool { return !strings.Contains(s.shown("shop.example", out), "ofoptout") })
	if !before || !gone {
		t.wrong("after opting out the visit is still kept (%v; before: %v)", !gone, before)
	}
	t.sent("an opting out: what was kept of the browser is erased, and a hit that was still on its way is not kept")

	signal := func(name, value string) string {
		return fmt.Sprintf("<script>Object.defineProperty(navigator,'%s',{value:%s})</script>", name, value)
	}
	visits := []visit{
		{url: "http://shop.example/gpc", head: signal("globalPrivacyControl", "true"), do: fmt.Sprintf(busy, "x")},
		{url: "http://shop.example/dnt", head: signal("doNotTrack", "'1'"), do: fmt.Sprintf(busy, "x")},
		{url: "http://shop.example/counted"},
		{url: "http://shop.example/leaves", do: "await sent();sandprint('optout');await sent()"},
		{url: "http://shop.example/afterwards", do: fmt.Sprintf(busy, "x")},
		{url: "http://shop.example/comes-back", do: "sandprint('optin');await sent()"},
		{url: "http://shop.example/#sp-off", leads: true},
		{url: "http://shop.example/switched-off", do: fmt.Sprintf(busy, "x")},
		{url: "http://shop.example/#sp-on", leads: true},
		{url: "http://shop.example/switched-on"},
	}
	w := s.browse(visits)
	for i, path := range []string{"/gpc", "/dnt"} {
		if kept := w.saw[i].storage(); kept != "" {
			t.wrong("%s keeps on the device: %s", path, kept)
		}
		hits := w.of("shop.example" + path)
		if len(hits) == 0 {
			t.wrong("%s: the page view was not counted at all", path)
		}
		for _, h := range hits {
			if h.Cookie != "" {
				t.wrong("%s was sent with the cookie: %+v", path, h)
			}
		}
	}
	for _, path := range []string{"/afterwards", "/switched-off"} {
		if hits := w.of("shop.example" + path); len(hits) > 0 {
			t.wrong("after opting out was sent: %+v", hits)
		}
	}
	if saw := w.saw[4]; saw.Cookie != "" || len(w.of("/counted")) == 0 || len(w.of("/comes-back")) == 0 || len(w.of("/switched-on")) == 0 || len(w.named(":optout")) != 2 { // by the call and by #sp-off
		t.wrong("opting out and in did not do what they say: cookie %q, sent %+v", saw.Cookie, w.hits)
	}
	t.found("no cookie set or sent under either signal; nothing sent after opting out, by the page's own call or by #sp-off; counted again after opting in, by call or by #sp-on")
}

// orUserAgent returns a header set to 1, or one that every request has.
func orUserAgent(header string) []string {
	if header == "" {
		return nil
	}
	return []string{header, "1"}
}
