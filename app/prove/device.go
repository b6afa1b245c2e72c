package prove

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// nothingOnTheDevice is claim 5.
func nothingOnTheDevice(t *Trial) {
	s := t.serve("data")
	s.site("bare.example", "--mode", "cookieless")
	s.site("ask.example", "--mode", "consent")
	s.site("cookie.example")
	visits := []visit{
		{url: "http://bare.example/one", do: fmt.Sprintf(busy, "x")},
		{url: "http://bare.example/two?utm_source=x", do: fmt.Sprintf(busy, "x")},
		{url: "http://ask.example/before", do: fmt.Sprintf(busy, "x")},
		{url: "http://ask.example/before/too", do: fmt.Sprintf(busy, "x")},
		{url: "http://ask.example/refused", do: "sandprint('consent',false);" + fmt.Sprintf(busy, "x")},
		{url: "http://ask.example/given", do: "sandprint('consent',true);await sent()"},
		{url: "http://ask.example/withdrawn", do: "sandprint('consent',false);await sent()"},
		{url: "http://ask.example/after", do: fmt.Sprintf(busy, "x")},
		{url: "http://cookie.example/"},
	}
	w := s.browse(visits)
	empty := 0
	for i, v := range visits {
		switch kept := w.saw[i].storage(); {
		case strings.Contains(v.url, "/given"), strings.Contains(v.url, "cookie.example"):
			if !strings.Contains(kept, "_sp=") {
				t.wrong("%s keeps no cookie, so the search would not see one: %q", v.url, kept)
			}
		case kept != "":
			t.wrong("%s keeps on the device: %s", v.url, kept)
		default:
			empty++
		}
	}
	t.searched("cookies, localStorage, sessionStorage, IndexedDB and Cache of the %d pages", len(visits))
	t.found("nothing on %d of them: counted without cookies, before consent, refused, and after it was withdrawn; and a cookie on the two that may keep one", empty)
	for _, path := range []string{"/before", "/refused", "/after"} {
		if hits := w.of("ask.example" + path); len(hits) > 0 {
			t.wrong("without consent was sent: %+v", hits)
		}
	}
	if len(w.of("bare.example/two")) == 0 || len(w.named(":consent")) == 0 {
		t.wrong("what is to be sent was not: %+v", w.hits)
	}
}

// maxAge reads the lifetime of a cookie that is being set, in seconds.
var maxAge = regexp.MustCompile(`^_sp=[0-9a-z]+\.(\d+);.*max-age=(\d+)`)

// cookieDies is claim 6.
func cookieDies(t *Trial) {
	s := t.serve("data")
	s.site("shop.example")
	older := func(days int) string { // a browser whose clock is ahead
		return fmt.Sprintf("<script>const now=Date.now;Date.now=()=>now()+%d*864e5</script>", days)
	}
	// The server's side needs no browser: a cookie that outlived its time is not taken for its visitor any more.
	for _, c := range []struct {
		id    string
		days  int64
		known bool
	}{{"youngyoungyoung123", 390, true}, {"tooold0tooold0tooo", 401, false}, {"fromthefuture12345", -3, false}} {
		cookie := cookieOf(c.id, c.days)
		s.hit(map[string]any{"s": "shop.example", "n": "pageview", "i": "view" + c.id[:8], "u": "https://shop.example/of" + c.id, "v": cookie})
		if known := strings.Contains(s.shown("shop.example", cookie), "of"+c.id); known != c.known {
			t.wrong("the server takes a cookie of %d days for its visitor: %v, want %v", c.days, known, c.known)
		}
	}
	t.sent("the server cookies of 390 and 401 days, and one from the future: it knows the first only")
	w := s.browse([]visit{
		{url: "http://shop.example/first"},
		{url: "http://shop.example/again", do: fmt.Sprintf(busy, "x")},
		{url: "http://shop.example/year", head: older(394), do: fmt.Sprintf(busy, "x")},
	})
	m := maxAge.FindStringSubmatch(strings.Join(w.saw[0].Set, "\n"))
	if m == nil || m[2] != fmt.Sprint(395*86400) || m[1] != fmt.Sprint(time.Now().Unix()/86400) && m[1] != fmt.Sprint(time.Now().Unix()/86400-1) {
		t.wrong("the first visit set %q, want a cookie of today that lives 395 days", w.saw[0].Set)
	}
	for i, saw := range w.saw[1:3] {
		if len(saw.Set) > 0 || saw.Cookie != w.saw[0].Cookie {
			t.wrong("visit %d set %q; the cookie is %q after %q", i+2, saw.Set, saw.Cookie, w.saw[0].Cookie)
		}
	}
	t.found("one cookie, %s, set once with a life of 395 days from today; not touched by the second visit, nor by one 394 days later", w.saw[0].Cookie)
}
