package collect

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sandprint/app/store"
)

func TestClientAddress(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, row := range []struct {
		why, peer string
		hops      []string
		want      string
	}{
		{"no proxy", "203.0.113.7:5000", nil, "203.0.113.7"},
		{"a stranger's X-Forwarded-For is not believed", "203.0.113.7:5000", []string{"1.2.3.4"}, "203.0.113.7"},
		{"a trusted proxy's is", "10.0.0.1:5000", []string{"203.0.113.7"}, "203.0.113.7"},
		{"what the visitor put before is not", "10.0.0.1:5000", []string{"1.2.3.4, 203.0.113.7"}, "203.0.113.7"},
		{"two trusted proxies", "10.0.0.1:5000", []string{"1.2.3.4, 203.0.113.7, 10.0.0.2"}, "203.0.113.7"},
		{"in two lines", "10.0.0.1:5000", []string{"1.2.3.4", "203.0.113.7,10.0.0.2"}, "203.0.113.7"},
		{"IPv6", "[fd00::1]:5000", []string{"2001:db8::7"}, "2001:db8::7"},
		{"with ports", "10.0.0.1:5000", []string{"[2001:db8::7]:1234"}, "2001:db8::7"},
		{"IPv4 in IPv6", "[::ffff:10.0.0.1]:5000", []string{"::ffff:203.0.113.7"}, "203.0.113.7"},
		{"rubbish ends the search", "10.0.0.1:5000", []string{"203.0.113.7, unknown, 10.0.0.2"}, "10.0.0.2"},
		{"a trusted proxy that says nothing", "10.0.0.1:5000", nil, "10.0.0.1"},
		{"a socket without address", "@", []string{"1.2.3.4"}, "invalid IP"},
	} {
		r := httptest.NewRequest("POST", "/e", nil)
		r.RemoteAddr = row.peer
		r.Header["X-Forwarded-For"] = row.hops
		if got := clientAddr(r, trusted).String(); got != row.want {
			t.Errorf("%s: %s, want %s", row.why, got, row.want)
		}
	}
}

// A socket without an address is no reason to fall.
func TestNoAddressAtAll(t *testing.T) {
	p := open(t, func(o *Options, _ *store.SiteInfo) { o.RateLimit = 10 })
	p.send(wire(nil), "Peer: @")
	p.expect(1, 1, 0, map[string]int64{})
}

func TestFloodIsRefused(t *testing.T) {
	p := open(t, func(o *Options, _ *store.SiteInfo) { o.RateLimit = 10 })
	body := "[" + strings.TrimSuffix(strings.Repeat(wire(map[string]any{"n": "engage", "q": 1})+",", 20), ",") + "]"
	p.send(body)
	p.send(body) // 40 is the burst
	res := p.ask("POST", "/e", body, "X-Forwarded-For: 203.0.113.200")
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "1" {
		t.Errorf("the same network: %d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
	}
	if res := p.ask("GET", "/p/example.com.gif", ""); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the pixel: %d", res.StatusCode)
	}
	p.send(body, "X-Forwarded-For: 203.0.114.1")
}

func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(100)
		here, near := netip.MustParseAddr("2001:db8:1:2::1"), netip.MustParseAddr("2001:db8:1:3::1")
		if !l.allow(here, 400) || l.allow(near, 1) {
			t.Error("a burst of four times the rate is allowed, and a /48 is one network")
		}
		time.Sleep(time.Second)
		if !l.allow(near, 100) || l.allow(near, 1) {
			t.Error("after a second there is a second's worth")
		}
		for i := range 3 * generation {
			l.allow(netip.AddrFrom4([4]byte{byte(1 + i>>16), byte(i >> 8), byte(i), 1}), 1)
		}
		if n := len(l.young) + len(l.old); n > 2*generation {
			t.Errorf("%d networks are known", n)
		}
	})
	if !newLimiter(0).allow(netip.Addr{}, 1e9) {
		t.Error("no limit is none")
	}
}

// Nothing of an address is in any file or in the log, whatever became of its hits; nor is a cookie's id or a user agent.
func TestNoAddressIsKept(t *testing.T) {
	p := open(t, nil)
	four, six := netip.MustParseAddr("203.0.113.77"), netip.MustParseAddr("2001:db8:85a3:8d3:1319:8a2e:370:7348")
	for i, addr := range []netip.Addr{four, six} {
		from := "X-Forwarded-For: " + addr.String()
		view := fmt.Sprintf("canaryview%d", i)
		p.send(wire(map[string]any{"i": view, "v": aged(0)}), from)
		p.send(wire(map[string]any{"i": view + "x"}), from)
		p.send(wire(map[string]any{"i": view, "n": "engage", "q": 1, "e": 10}), from)
		p.send(wire(map[string]any{"i": view, "n": "Buy", "q": 2, "p": map[string]any{"ip": addr.String()}}), from)
		p.send(wire(map[string]any{"i": view + "y", "u": "https://example.com/ip/" + addr.String(), "t": "You are " + addr.String()}), from)
		p.send(wire(map[string]any{"i": view + "z", "u": "https://evil.example/"}), from)
		p.ask("POST", "/e", `{"n":1}`, from)
		p.ask("POST", "/e", "\xff\x00", from)
		p.ask("GET", "/p/example.com.gif", "", from, "Referer: https://example.com/")
	}
	p.ask("POST", "/e", wire(nil), "Peer: "+netip.AddrPortFrom(four, 1).String())
	p.expect(3, 9, 2, map[string]int64{"foreign host": 2, "scrubbed address": 2, "scrubbed title": 2, "scrubbed event": 2})
	p.must(p.store.Close())
	p.ask("POST", "/e", wire(nil))

	canaries := map[string][]byte{"cookie": []byte(cookie), "agent": []byte("AppleWebKit/537.36"), "agent's version": []byte("130.0.0.0")}
	for _, addr := range []netip.Addr{four, six} {
		raw := addr.AsSlice()
		canaries[addr.String()+" as text"] = []byte(addr.String())
		canaries[addr.String()+" packed"] = raw
		canaries[addr.String()+" as hex"] = []byte(hex.EncodeToString(raw))
	}
	n := binary.BigEndian.Uint32(four.AsSlice())
	canaries["IPv4 as a number"] = fmt.Append(nil, n)
	canaries["IPv4 packed the other way"] = binary.LittleEndian.AppendUint32(nil, n)
	search := func(where string, text []byte) {
		for what, canary := range canaries {
			if bytes.Contains(text, canary) || bytes.Contains(bytes.ToLower(text), bytes.ToLower(canary)) {
				t.Errorf("%s: %s", where, what)
			}
		}
	}
	search("log", p.log.Bytes())
	files := 0
	p.must(filepath.WalkDir(p.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		search(filepath.Base(path), text)
		files++
		return err
	}))
	if files < 2 {
		t.Errorf("only %d files were searched", files)
	}
}
