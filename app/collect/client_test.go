package collect

import (
	"bytes"
	"context"
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

// Visitors who ask to be erased have a limit of their own, a body at once and then one a second; nothing of a body over it is taken. Other hits
// are taken meanwhile, and so is what other networks ask for.
func TestWishesAreLimited(t *testing.T) {
	asked := 0
	p := open(t, func(o *Options, _ *store.SiteInfo) {
		o.RateLimit = 500
		o.Erase = func(_ context.Context, _ store.SiteInfo, visitors ...uint64) error {
			asked += len(visitors)
			return nil
		}
	})
	names := []string{":erase", ":optout", ":withdraw"}
	var full []string
	for i := range maxHits {
		full = append(full, wire(map[string]any{"n": names[i%3], "v": aged(0)}))
	}
	p.send("[" + strings.Join(full, ",") + "]")
	more := "[" + wire(nil) + "," + full[0] + "]"
	if res := p.ask("POST", "/e", more, "X-Forwarded-For: 203.0.113.200"); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("the same network: %d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
	}
	p.expect(0, 0, 0, map[string]int64{"opted out": maxHits})
	p.send(wire(map[string]any{"n": ":consent", "v": aged(0)}))
	p.send(more, "X-Forwarded-For: 203.0.114.1")
	if asked != maxHits+1 {
		t.Errorf("%d visitors were asked for, want %d", asked, maxHits+1)
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
