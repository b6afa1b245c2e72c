package app_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sandprint/app/apptest"
)

// traces returns the forms in which an address, or the network it is cut to, might be kept: as text, packed in both
// orders, in hexadecimal and as a whole number. What is too short to be told from chance is left out.
func traces(addr netip.Addr) map[string][]byte {
	packed := addr.AsSlice()
	turned := slices.Clone(packed)
	slices.Reverse(turned)
	bits := 24
	forms := map[string][]byte{"mapped text": []byte("::ffff:" + addr.String())}
	if addr.Is6() {
		bits = 48
		forms = map[string][]byte{"expanded text": []byte(addr.StringExpanded())}
	}
	network, _ := addr.Prefix(bits)
	forms["text"] = []byte(addr.String())
	forms["packed"], forms["packed, turned"] = packed, turned
	forms["hex"] = []byte(hex.EncodeToString(packed))
	forms["HEX"] = []byte(strings.ToUpper(hex.EncodeToString(packed)))
	forms["number"] = []byte(new(big.Int).SetBytes(packed).String())
	forms["network"] = []byte(network.Addr().String())
	if addr.Is4() {
		forms["number, turned"] = fmt.Append(nil, binary.LittleEndian.Uint32(packed))
		forms["network, short"] = bytes.TrimSuffix(forms["network"], []byte("0"))
	} else {
		forms["network"] = bytes.TrimSuffix(forms["network"], []byte("::"))
		forms["network, packed"] = packed[:6]
	}
	return forms
}

// scan returns where in the files below dir, and in log, any of the forms is.
func scan(t *testing.T, dir, log string, forms map[string][]byte) (found []string) {
	t.Helper()
	texts := map[string][]byte{"the log": []byte(log)}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		texts[entry.Name()], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range texts {
		for form, needle := range forms {
			if bytes.Contains(text, needle) {
				found = append(found, fmt.Sprintf("%s: %s (%q)", file, form, needle))
			}
		}
	}
	slices.Sort(found)
	return found
}

// forwarded sends a request as a proxy does for a client.
func forwarded(t *testing.T, a *apptest.App, method, path, addr, body string, more ...string) int {
	t.Helper()
	req, err := http.NewRequest(method, a.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-For", addr)
	req.Header.Set("User-Agent", canaryAgent)
	for i := 0; i < len(more); i += 2 {
		req.Header.Set(more[i], more[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// canaryAgent is a user agent whose build number is found nowhere else.
const canaryAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.7341.29173 Safari/537.36"

// However a request ends, neither the address nor the cookie id nor the user agent that it came with is on the disk or in
// the log, in any form.
func TestCanary(t *testing.T) {
	a := apptest.Start(t, apptest.Options{RateLimit: 50, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}})
	owner := a.Owner("owner@canary.example", "Canary")
	a.AddSite("cookie.example", "Canary")
	a.AddSite("bare.example", "Canary", "--mode=cookieless")
	// The control: a page's path is kept, so the scanner has to find it where it is kept.
	const marker, id = "canarymarkerinapath", "q7w8e9r0t1y2u3i4o5"
	cookie := fmt.Sprintf("%s.%d", id, time.Now().Unix()/86400)
	withdrawn := strings.Replace(cookie, "q7", "7q", 1) // who withdraws is not counted any more

	addrs := []netip.Addr{netip.MustParseAddr("203.119.87.201"), netip.MustParseAddr("198.51.173.94"),
		netip.MustParseAddr("2001:db8:7a31:9c5e:1b2d:83f4:a6c7:5e09"), netip.MustParseAddr("2a02:d4c1:83b7:65e9:f1a2:37c8:9b4d:e605")}
	for n, addr := range addrs {
		from := addr.String()
		hit := func(site, extra string) string {
			return fmt.Sprintf(`{"s":%q,"n":"pageview","i":"view%08d","u":"https://%s/%s"%s}`, site, n, site, marker, extra)
		}
		for _, send := range []struct {
			why, method, path, body string
			status                  int
			headers                 []string
		}{
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
			{"a body too large", "POST", "/e", hit("cookie.example", `,"t":"`+strings.Repeat(id, 1000)+`"`), 413, nil},
			{"an unknown site", "POST", "/e", hit("unknown.example", `,"v":"`+cookie+`"`), 202, nil},
			{"a bot", "POST", "/e", hit("cookie.example", ""), 202, []string{"User-Agent", "Googlebot/2.1 (+http://www.google.com/bot.html)"}},
			{"the pixel", "GET", "/p/bare.example.gif", "", 200, []string{"Referer", "https://bare.example/" + marker}},
			{"the tracker", "GET", "/js/cookie.example.js", "", 200, nil},
			{"a page that isn't there", "GET", "/" + id, "", 404, nil},
			{"a right password", "POST", "/sign-in", url.Values{"email": {"owner@canary.example"}, "password": {apptest.Password}}.Encode(), 303,
				[]string{"Content-Type", "application/x-www-form-urlencoded"}},
			{"a wrong password", "POST", "/sign-in", url.Values{"email": {"owner@canary.example"}, "password": {"wrong"}}.Encode(), 401,
				[]string{"Content-Type", "application/x-www-form-urlencoded"}},
			{"a wrong token", "GET", "/api/v1/sites", "", 401, []string{"Authorization", "Bearer sp_wrong"}},
			{"a header too many", "GET", "/", "", 431, []string{"X-Long", strings.Repeat("x", 20<<10)}},
		} {
			if status := forwarded(t, a, send.method, send.path, from, send.body, send.headers...); status != send.status {
				t.Errorf("%s from %s: %d, want %d", send.why, from, status, send.status)
			}
		}
		limited := false
		for i := 0; i < 1000 && !limited; i++ {
			limited = forwarded(t, a, "POST", "/e", from, "{}") == http.StatusTooManyRequests
		}
		if !limited {
			t.Errorf("1,000 hits at once from %s were not limited", from)
		}
	}
	for site, want := range map[string]float64{"cookie.example": 4, "bare.example": 16} {
		if got := stats(t, owner, a, site, "", "pageviews").Totals["pageviews"]; got != want {
			t.Errorf("%s: %v page views, want %v", site, got, want)
		}
	}

	held := map[string][]byte{"cookie id": []byte(id), "build of the user agent": []byte("7341.29173")}
	for _, addr := range addrs {
		for form, needle := range traces(addr) {
			held[addr.String()+", "+form] = needle
		}
	}
	look := func(when string) {
		if found := scan(t, a.Dir, a.Log(), held); len(found) > 0 {
			t.Errorf("%s:\n%s", when, strings.Join(found, "\n"))
		}
		if found := scan(t, a.Dir, a.Log(), map[string][]byte{"marker": []byte(marker)}); len(found) == 0 {
			t.Errorf("%s the scanner finds not even what is kept", when)
		}
	}
	look("at work")
	for _, site := range []string{"cookie.example", "bare.example"} { // what is packed on disk is looked for where it comes out
		for _, by := range []string{"page", "title", "referrer", "source", "channel", "utm_campaign", "utm_source", "event", "prop:from",
			"language", "region", "city", "browser_version", "os_version", "screen", "hostname"} {
			answer := get(t, owner, a.URL+"/api/v1/sites/"+site+"/stats?period=24h&by="+by)
			if found := scan(t, t.TempDir(), string(answer), held); len(found) > 0 {
				t.Errorf("%s by %s: %s", site, by, strings.Join(found, "\n"))
			}
		}
	}
	a.Close()
	look("closed")

	// The control of the forms: each is found when it is there.
	for form, needle := range held {
		if err := os.WriteFile(filepath.Join(a.Dir, "planted"), slices.Concat([]byte("xx"), needle, []byte("yy")), 0o600); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(scan(t, a.Dir, "", held), "\n"), form) {
			t.Errorf("planted %s was not found", form)
		}
	}
}
