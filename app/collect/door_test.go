package collect

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"sandprint/app/enrich"
	"sandprint/app/store"
)

// Who visits in tests, unless said otherwise, and through which proxy.
const (
	chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
	proxy  = "10.0.0.9:40000"
	home   = "203.0.113.77"
	view1  = "viewone0001"
	view2  = "viewtwo0002"
	cookie = "abcdefghij0123456789"
)

// place is a door on a real store with one site, example.com.
type place struct {
	*testing.T
	dir   string
	store *store.Store
	info  store.SiteInfo
	mux   *http.ServeMux
	door  *Door
	log   *bytes.Buffer
}

// open returns a place; change may set options and the site's settings.
func open(t *testing.T, change func(*Options, *store.SiteInfo)) *place {
	t.Helper()
	p := &place{T: t, dir: t.TempDir(), log: &bytes.Buffer{}}
	o := Options{Scripts: scripts(t), TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")},
		BaseURL: "https://stats.example.org", Log: slog.New(slog.NewTextHandler(p.log, nil))}
	p.info = store.SiteInfo{Domain: "example.com", Zone: time.UTC, Mode: "cookie"}
	if change != nil {
		change(&o, &p.info)
	}
	if o.Geo == nil {
		table, err := os.ReadFile("../../static/country.bin")
		p.must(err)
		o.Geo, err = enrich.OpenGeo(table, "")
		p.must(err)
	}
	var err error
	p.store, err = store.Open(p.dir, store.Options{})
	p.must(err)
	o.Store = p.store
	customer, err := p.store.Control().AddCustomer(t.Context(), "someone")
	p.must(err)
	p.info.Customer = customer.ID
	p.info, err = p.store.AddSite(t.Context(), p.info)
	p.must(err)
	p.restart(o)
	t.Cleanup(func() { p.must(p.store.Close()); p.must(o.Geo.Close()) })
	return p
}

func (p *place) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// restart opens a new door, which remembers nothing.
func (p *place) restart(o Options) {
	p.door = New(o)
	p.mux = http.NewServeMux()
	p.door.Routes(p.mux)
}

// ask sends a request and returns the answer. Headers are "Name: value" lines and replace the usual ones.
func (p *place) ask(method, target, body string, headers ...string) *http.Response {
	p.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.RemoteAddr = proxy
	r.Header = http.Header{"User-Agent": {chrome}, "X-Forwarded-For": {home}, "Content-Type": {"text/plain"}}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Peer" {
			r.RemoteAddr = value
			continue
		}
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	p.mux.ServeHTTP(w, r)
	return w.Result()
}

// send posts a body that must be accepted.
func (p *place) send(body string, headers ...string) {
	p.Helper()
	if res := p.ask("POST", "/e", body, headers...); res.StatusCode != http.StatusAccepted {
		text, _ := io.ReadAll(res.Body)
		p.Fatalf("%d: %s", res.StatusCode, text)
	}
}

func (p *place) site() *store.Site {
	p.Helper()
	site, err := p.store.Site(p.Context(), p.info.ID)
	p.must(err)
	return site
}

// counts are what a site has, and what it dropped.
type counts struct {
	visits, views, events int
	dropped               map[string]int64
}

func (p *place) counts() (c counts) {
	p.Helper()
	today := int32(time.Now().Unix() / 86400)
	drops, err := p.site().Dropped(p.Context(), today-1, today)
	p.must(err)
	c.dropped = drops.ByReason()
	snap := p.snapshot()
	defer snap.Close()
	for _, b := range snap.Blocks() {
		c.visits, c.views, c.events = c.visits+b.Visits, c.views+b.Views, c.events+b.Events
	}
	return c
}

func (p *place) snapshot() *store.Snapshot {
	p.Helper()
	snap, err := p.site().Snapshot(context.Background())
	p.must(err)
	return snap
}

// expect holds the counts against what they should be; dropped is as "bot 1, foreign host 2".
func (p *place) expect(visits, views, events int, dropped map[string]int64) {
	p.Helper()
	c := p.counts()
	if c.visits != visits || c.views != views || c.events != events || !maps.Equal(c.dropped, dropped) {
		p.Errorf("visits %d, views %d, events %d, dropped %v; want %d, %d, %d, %v", c.visits, c.views, c.events, c.dropped, visits, views, events, dropped)
	}
}

// column returns all values of a column, over the blocks, and the dictionary's texts where it has one.
func (p *place) column(c store.Column, d ...store.Dim) (values []string) {
	p.Helper()
	snap := p.snapshot()
	defer snap.Close()
	for i := range snap.Blocks() {
		var b store.Block
		p.must(snap.Load(i, store.AllColumns, &b))
		for _, v := range b.Cols[c] {
			if len(d) > 0 {
				values = append(values, strings.ReplaceAll(snap.Dict(d[0])[v], store.FieldSep, "|"))
			} else {
				values = append(values, fmt.Sprint(v))
			}
		}
	}
	return values
}

// wire makes a hit: a page view of the site's front page, with keys changed or (nil) left out.
func wire(change map[string]any) string {
	hit := map[string]any{"s": "example.com", "n": "pageview", "i": view1, "u": "https://example.com/"}
	for k, v := range change {
		if hit[k] = v; v == nil {
			delete(hit, k)
		}
	}
	text, _ := json.Marshal(hit)
	return string(text)
}

// aged returns the cookie of a browser that has had it for so many days.
func aged(days int64) string { return fmt.Sprintf("%s.%d", cookie, time.Now().Unix()/86400-days) }

func TestHitIsTaken(t *testing.T) {
	p := open(t, nil)
	p.send(wire(map[string]any{"u": "https://www.example.com/a%20b?utm_source=news&x=1#y", "r": "https://www.google.com/search", "t": "About\nus: me@example.com",
		"l": "de-DE", "w": 1200, "h": 800, "k": "load", "v": aged(0), "unknown": map[string]any{"deep": []int{1}}}))
	p.send(wire(map[string]any{"n": "engage", "e": 12_340, "d": 900, "H": 1800, "q": 1, "v": aged(0), "b": [][]int{{0, 1}}, "c": []any{}}))
	p.send(wire(map[string]any{"n": "Sign up", "q": 2, "v": aged(0), "p": map[string]any{"plan": "pro", "seats": 3, "trial": true, "none": nil},
		"$": map[string]any{"a": 1999, "c": "EUR"}}))
	p.expect(1, 1, 1, map[string]int64{"scrubbed title": 1})
	for _, row := range []struct {
		what string
		got  []string
		want string
	}{
		{"page", p.column(store.ViewPage, store.Pages), "[example.com|/a b|About us: [email]]"},
		{"origin", p.column(store.VisitOrigin, store.Origins), "[news|"},
		{"agent", p.column(store.VisitAgent, store.Agents), "[Chrome|130|Windows|10+|desktop|]"},
		{"language", p.column(store.VisitLanguage, store.Languages), "[de-DE]"},
		{"screen", p.column(store.VisitScreen, store.Screens), "[1025-1280]"},
		{"type: new", p.column(store.VisitType), "[1]"},
		{"scroll", p.column(store.ViewScroll), "[50]"},
		{"engaged", p.column(store.ViewEngaged), "[123]"},
		{"event", p.column(store.EventName, store.Events), "[Sign up]"},
		{"properties", p.column(store.EventProps, store.Props), `[{"plan":"pro","seats":"3","trial":"true"}]`},
		{"currency", p.column(store.EventCurrency, store.Currencies), "[EUR]"},
	} {
		if got := fmt.Sprint(row.got); !strings.HasPrefix(got, row.want) {
			t.Errorf("%s: %s, want %s", row.what, got, row.want)
		}
	}
}
