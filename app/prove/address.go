package prove

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
)

// canaries are addresses that nothing else on this machine has: of documentation, in both families.
var canaries = []netip.Addr{netip.MustParseAddr("203.119.87.201"), netip.MustParseAddr("198.51.173.94"),
	netip.MustParseAddr("2001:db8:7a31:9c5e:1b2d:83f4:a6c7:5e09"), netip.MustParseAddr("2a02:d4c1:83b7:65e9:f1a2:37c8:9b4d:e605")}

const (
	// canaryAgent is a user agent whose build number is found nowhere else.
	canaryAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.7341.29173 Safari/537.36"
	canaryID    = "q7w8e9r0t1y2u3i4o5"
	marker      = "canarymarkerinapath" // a page's path is kept, so the search has to find it
)

// addressNeverOnDisk is claim 1: however a request ends, neither the address nor the cookie's id nor the user agent that it came with is on the
// disk or in the log, in any form: at work, after the program was killed, and after its orderly end.
func addressNeverOnDisk(t *Trial) {
	s := t.serve("data", "--rate-limit", "50")
	s.site("cookie.example")
	s.site("bare.example", "--mode", "cookieless")
	needles := Needles{"the cookie's id": []byte(canaryID), "build of the user agent": []byte("7341.29173")}
	requests, outcomes := 0, map[int]int{}
	for n, addr := range canaries {
		needles.Add(addr.String(), AddressNeedles(addr))
		for _, send := range canaryRequests(addr.String(), n) {
			got := s.ask(send.method, send.path, send.body, append([]string{"X-Forwarded-For", addr.String(), "User-Agent", canaryAgent}, send.headers...)...).status
			requests++
			outcomes[got]++
			if got != send.status {
				t.wrong("%s from %s was answered with %d instead of %d", send.why, addr, got, send.status)
			}
		}
		limited := false
		for i := 0; i < 1000 && !limited; i++ {
			limited = s.ask("POST", "/e", "{}", "X-Forwarded-For", addr.String(), "User-Agent", canaryAgent).status == http.StatusTooManyRequests
			requests++
		}
		if !limited {
			t.wrong("1,000 hits at once from %s were not limited", addr)
		}
	}
	requests += s.brokenHTTP()
	needles.Add("address of a connection", Needles{"text": []byte(peer.String()), "packed": peer.AsSlice()})
	for site, want := range map[string]float64{"cookie.example": 4, "bare.example": 17} {
		if got := s.stats(site, "period=24h&metrics=pageviews").Totals["pageviews"]; got != want {
			t.wrong("%s counted %v page views instead of %v: what was sent did not arrive", site, got, want)
		}
	}
	t.sent("%d requests of %d visitors, by %s: good, malformed, too large, too many, with wrong passwords, from bots, broken off; and without a proxy, from %s",
		requests, len(canaries), addresses(), peer)
	s.mustNotFind("at work", needles, marker)
	for _, site := range []string{"cookie.example", "bare.example"} { // what is packed on disk is looked for where it comes out
		s.mustNotTell(site, needles)
	}
	s.cli("", "backup")
	s.end(os.Kill)
	s.mustNotFind("after kill -9, with a backup", needles, marker)
	again := t.serve("data")
	again.token = s.token
	again.cli("", "maintain")
	again.end(term)
	again.mustNotFind("started again, after a nightly round and SIGTERM", needles, marker)
	t.controlNeedles(needles)
}

// addresses names the canaries.
func addresses() string {
	var list []string
	for _, a := range canaries {
		list = append(list, a.String())
	}
	return strings.Join(list, ", ")
}

// canaryRequest is a request of a visitor, and what it is answered with.
type canaryRequest struct {
	why, method, path, body string
	status                  int
	headers                 []string
}

// canaryRequests returns the requests of the n-th visitor.
func canaryRequests(from string, n int) []canaryRequest {
	cookie := cookieOf(canaryID, 0)
	withdrawn := strings.Replace(cookie, "q7", "7q", 1) // who withdraws is not counted any more
	hit := func(site, extra string) string {
		return fmt.Sprintf(`{"s":%q,"n":"pageview","i":"view%08d","u":"https://%s/%s"%s}`, site, n, site, marker, extra)
	}
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	return []canaryRequest{
		{"a visit with a cookie", "POST", "/e", hit("cookie.example", `,"v":"`+cookie+`"`), 202, nil},
		{"a visit without", "POST", "/e", hit("bare.example", ""), 202, nil},
		{"a cookie where none is wanted", "POST", "/e", strings.Replace(hit("bare.example", `,"v":"`+cookie+`"`), `"i":"view`, `"i":"more`, 1), 202, nil},
		{"an event of a page that names the address all over", "POST", "/e", fmt.Sprintf(`{"s":"cookie.example","n":"Order from %[1]s","i":"view%08[2]d","q":1,`+
			`"u":"https://cookie.example/%[3]s/%[1]s?utm_campaign=%[1]s&ip=%[1]s#%[1]s","r":"https://other.example/by/%[1]s","t":"Hello %[1]s","l":"en","v":%[4]q,`+
			`"p":{"from":"%[1]s","and %[1]s":"x"}}`, from, n, marker, cookie), 202, nil},
		{"a page view of such a page", "POST", "/e", fmt.Sprintf(`{"s":"bare.example","n":"pageview","i":"spot%08[2]d",`+
			`"u":"https://bare.example/%[3]s/%[1]s?utm_campaign=%[1]s&ref=%[1]s","r":"https://other.example/by/%[1]s","t":"Hello %[1]s"}`, from, n, marker), 202, nil},
		{"a browser that sends its cookie itself", "POST", "/e", hit("cookie.example", ""), 202, []string{"Cookie", "_sp=" + cookie, "X-Real-Ip", from, "Forwarded", "for=" + from}},
		{"a withdrawal", "POST", "/e", `{"s":"cookie.example","n":":withdraw","v":"` + withdrawn + `"}`, 202, nil},
		{"no JSON", "POST", "/e", `{"v":"` + cookie + `",`, 400, nil},
		{"a bad field", "POST", "/e", hit("cookie.example", `,"w":"`+from+`"`), 400, nil},
		{"a body too large", "POST", "/e", hit("cookie.example", `,"t":"`+strings.Repeat(canaryID, 1000)+`"`), 413, nil},
		{"an unknown site", "POST", "/e", hit("unknown.example", `,"v":"`+cookie+`"`), 202, nil},
		{"a bot", "POST", "/e", hit("cookie.example", ""), 202, []string{"User-Agent", "Googlebot/2.1 (+http://www.google.com/bot.html)"}},
		{"the pixel", "GET", "/p/bare.example.gif", "", 200, []string{"Referer", "https://bare.example/" + marker}},
		{"the tracker", "GET", "/js/cookie.example.js", "", 200, nil},
		{"a page that isn't there", "GET", "/" + canaryID, "", 404, nil},
		{"a right password", "POST", "/sign-in", url.Values{"email": {"owner@prove.example"}, "password": {password}}.Encode(), 303, form},
		{"a wrong password", "POST", "/sign-in", url.Values{"email": {"owner@prove.example"}, "password": {"wrong"}}.Encode(), 401, form},
		{"a wrong token", "GET", "/api/v1/sites", "", 401, []string{"Authorization", "Bearer sp_wrong"}},
		{"a header too many", "GET", "/", "", 431, []string{"X-Long", strings.Repeat("x", 20<<10)}},
	}
}

// peer is where connections without a proxy come from: one more of the addresses that a machine has for itself, where the system has them all.
var peer = netip.MustParseAddr("127.83.141.197")

// dial connects from there, or from wherever the system allows.
func (s *server) dial() net.Conn {
	to := strings.TrimPrefix(s.url, "http://")
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: peer.AsSlice()}}
	conn, err := from.DialContext(s.t.ctx, "tcp", to)
	if err != nil {
		conn, err = net.Dial("tcp", to)
	}
	s.t.must(err)
	return conn
}

// brokenHTTP sends what is no HTTP, or breaks off, about which the server itself may have something to say, and one hit that is whole; it
// returns how many that are.
func (s *server) brokenHTTP() int {
	from := canaries[0].String()
	texts := []string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + from, "GET / HTTP/1.1\r\nX-Forwarded-For " + from + "\r\n\r\n",
		"POST /e HTTP/1.1\r\nHost: " + from + "\r\nX-Forwarded-For: " + from +
			"\r\nContent-Length: 100\r\n\r\n{", "GET /" + from + "\x00 HTTP/1.1\r\n\r\n", "NONSENSE " + from + "\r\n\r\n"}
	hit := `{"s":"bare.example","n":"pageview","i":"viewpeer0001","u":"https://bare.example/` + marker + `"}`
	texts = append(texts, fmt.Sprintf("POST /e HTTP/1.1\r\nHost: x\r\nUser-Agent: %s\r\nContent-Length: %d\r\n\r\n%s", canaryAgent, len(hit), hit))
	for _, text := range texts {
		conn := s.dial()
		fmt.Fprint(conn, text)
		conn.(*net.TCPConn).CloseWrite()
		bufio.NewReader(conn).ReadString('\n') // what it says does not matter
		conn.Close()
	}
	return len(texts)
}

// mustNotTell looks for needles in what a site's owner is told.
func (s *server) mustNotTell(site string, needles Needles) {
	var h Haystack
	for _, by := range []string{"page", "title", "referrer", "source", "channel", "utm_campaign", "utm_source", "event", "prop:from", "language", "region", "city",
		"browser_version", "os_version", "screen", "hostname"} {
		a := s.ask("GET", "/api/v1/sites/"+site+"/stats?period=24h&by="+by, "", "Authorization", "Bearer "+s.token)
		h.look(site+" by "+by, []byte(a.body), needles)
	}
	for _, found := range h.Found {
		s.t.wrong("an answer of the API: %s", found)
	}
}

// controlNeedles plants each needle and looks for it: a search that finds nothing shows something only if it would find it.
func (t *Trial) controlNeedles(needles Needles) {
	missed := 0
	for what, needle := range needles {
		var h Haystack
		if h.look("planted", bytes.Join([][]byte{[]byte("xx"), needle, []byte("yy")}, nil), needles); !strings.Contains(strings.Join(h.Found, "\n"), what) {
			missed++
			t.wrong("planted on purpose and not found: %s", what)
		}
	}
	t.found("each of the %d forms where it was planted on purpose, to test the search", len(needles)-missed)
}
