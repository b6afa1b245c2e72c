// Package collect is the door that visitors' hits come in by. What it takes of a request are values that say nothing of who
// sent it; the address, the user agent and the cookie end here.
//
//	POST /e                 hits; 202 once they are on disk (door.go)
//	GET  /p/{domain}.gif    a page view without JavaScript (pixel.go)
//	GET  /js/{domain}.js    a site's tracker (script.go)
//
// A hit's way: limits on size and rate (door.go, client.go), its form (hit.go, json.go), the site's rules (rules.go), what may be
// kept of it (make.go), the visit that it belongs to (take.go), store.Append. Files of hits go the same way (importer.go).
package collect

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sandprint/app/enrich"
	"sandprint/app/limit"
	"sandprint/app/problem"
	"sandprint/app/store"
	"sandprint/app/visit"
)

// Options are what a Door works with.
type Options struct {
	Store          *store.Store
	Geo            *enrich.Geo
	Scripts        *Scripts
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	RateLimit      int            // hits a second taken from one network (/24 or /48), bursts of four times as many, 32 at least; 0: no limit
	BaseURL        string         // of the instance, as "https://stats.example.com"
	Log            *slog.Logger
	Erase          func(ctx context.Context, site store.SiteInfo, visitors ...uint64) error // keeps the wish of visitors, by number, to be erased; nil: such hits are refused
	Authorize      func(ctx context.Context, token, domain string) (bool, error)            // whether a token may send hits for a site; nil: none may
}

// Door answers visitors' browsers. Make it with New.
type Door struct {
	o       Options
	waiting waiting
	limit   *limit.Limiter[netip.Addr] // of hits, by network
	wishes  *limit.Limiter[netip.Addr] // of visitors who ask to be erased, by network
	rules   rulebook
	unknown atomic.Int64
	faultAt atomic.Int64 // when a fault was last logged, seconds since 1970

	mu     sync.Mutex
	tables map[string]*siteVisits // by the site's id
}

// siteVisits are the visits that go on at a site.
type siteVisits struct {
	visit.Table
	restored sync.Once
}

// New returns a door.
func New(o Options) *Door {
	return &Door{o: o, limit: newHitLimit(o.RateLimit), wishes: newWishLimit(o.RateLimit), tables: map[string]*siteVisits{}}
}

// Close lets go of the door. What it was asked is answered by then: it works in its requests only.
func (d *Door) Close() error { return nil }

// Unknown returns how many hits came for no site that is known, since the start.
func (d *Door) Unknown() int64 { return d.unknown.Load() }

// Routes adds the visitors' routes.
func (d *Door) Routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /e", d.serveHits)
	mux.HandleFunc("OPTIONS /e", servePreflight)
	mux.HandleFunc("GET /js/{file}", d.serveScript)
	mux.HandleFunc("GET /p/{file}", d.servePixel)
}

// allowAll lets pages of any origin ask and read, without anybody's authority, and keeps answers out of caches.
func allowAll(w http.ResponseWriter) {
	h := w.Header()
	for _, f := range openFields {
		h[f.name] = f.value
	}
}

// openFields are what allowAll sets. Nobody changes the values: each answer has the same.
var openFields = [...]struct {
	name  string
	value []string
}{
	{"Access-Control-Allow-Origin", []string{"*"}}, {"Cross-Origin-Resource-Policy", []string{"cross-origin"}},
	{"X-Content-Type-Options", []string{"nosniff"}}, {"Cache-Control", []string{"no-store"}},
}

func servePreflight(w http.ResponseWriter, _ *http.Request) {
	allowAll(w)
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "POST")
	h.Set("Access-Control-Allow-Headers", "Content-Type")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

func (d *Door) serveHits(w http.ResponseWriter, r *http.Request) {
	allowAll(w)
	from := d.senderOf(r)
	network := enrich.Cut(from.addr)
	if !d.limit.Allow(network, 1) {
		refuse(w, errFlood)
		return
	}
	if err := checkEncoding(r.Header.Get("Content-Encoding")); err != nil {
		refuse(w, err)
		return
	}
	room := bodies.Get().(*[maxBody + 1]byte)
	body, refusal := readBody(w, r, room[:])
	defer func() {
		clear(body) // nothing of a visitor stays in it
		bodies.Put(room)
	}()
	if refusal != nil {
		refuse(w, refusal)
		return
	}
	text := string(body)
	hits, err := parseHits(text)
	if err != nil {
		refuse(w, problem.Of(err))
		return
	}
	token := bearer(r)
	if len(hits) > 1 && !d.limit.Allow(network, len(hits)-1) || token == "" && !d.mayWish(network, hits) {
		refuse(w, errFlood)
		return
	}
	if token != "" {
		err = d.takeFromServer(r.Context(), token, from, hits, text)
	} else if d.take(from, hits) != nil {
		err = errNotKept
	}
	if err != nil {
		refuse(w, problem.Of(err))
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// mayWish reports whether a network may ask for as many erasures as a body does.
func (d *Door) mayWish(network netip.Addr, hits []wireHit) bool {
	n := 0
	for i := range hits {
		if hits[i].isWish() {
			n++
		}
	}
	return n == 0 || d.wishes.Allow(network, n)
}

// bodies is room to read bodies into, with a byte to spare. What hits are made of are copies.
var bodies = sync.Pool{New: func() any { return new([maxBody + 1]byte) }}

// readBody reads the body of a request into room.
func readBody(w http.ResponseWriter, r *http.Request, room []byte) ([]byte, *problem.Error) {
	limited := http.MaxBytesReader(w, r.Body, maxBody)
	for n := 0; ; {
		got, err := limited.Read(room[n:])
		n += got
		if err == io.EOF {
			return room[:n], nil
		}
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return room[:n], errLarge
		}
		if err != nil {
			return room[:n], problem.BadField("body", "bad_body", "The body ended before its end.")
		}
	}
}

// What is refused, and for how long.
var (
	errFlood = problem.New(http.StatusTooManyRequests, "too_many_requests", "Too many hits come from this network.").
			WithHint("Try again in a second.")
	errLarge   = problem.New(http.StatusRequestEntityTooLarge, "too_large", "The body is larger than 16 KiB.").WithHint("Send less at once.")
	errNotKept = problem.New(http.StatusServiceUnavailable, "unavailable", "The hits can't be written now; none of them counts.").
			WithHint("Try again in a few seconds.")
)

// refuse answers with an error.
func refuse(w http.ResponseWriter, p *problem.Error) {
	h := w.Header()
	switch p.Status {
	case http.StatusTooManyRequests:
		h.Set("Retry-After", "1")
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "5")
	}
	h.Set("Content-Type", "application/json")
	w.WriteHeader(p.Status)
	type inner struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Field   string `json:"field,omitempty"`
	}
	json.NewEncoder(w).Encode(map[string]inner{"error": {p.Code, p.Error(), p.Field}})
}

// sender is what a request says of who sent it. It lives as long as the request.
type sender struct {
	addr    netip.Addr
	ua      string
	hints   enrich.Hints
	objects bool  // to being recognised: GPC or DNT
	server  bool  // speaks for its visitors, with a token
	pixel   bool  // can't know whether there is consent
	at      int64 // when, seconds since 1970; 0: now
}

func (d *Door) senderOf(r *http.Request) sender {
	return sender{addr: clientAddr(r, d.o.TrustedProxies), ua: r.UserAgent(), hints: enrich.HintsOf(r.Header),
		objects: r.Header.Get("Sec-Gpc") == "1" || r.Header.Get("Dnt") == "1"}
}

// fault logs, at most once in ten seconds, that hits of a site could not be written.
func (d *Door) fault(site int64, err error) {
	now, last := time.Now().Unix(), d.faultAt.Load()
	if now-last < 10 || !d.faultAt.CompareAndSwap(last, now) {
		return
	}
	d.o.Log.Error("hits can't be written; they are refused with 503", "site", site, "error", err)
}

// serveScript answers with a site's tracker: {domain}.js, or {domain}.{hash}.js for the immutable one; with ?check what its owner checks a page
// with.
func (d *Door) serveScript(w http.ResponseWriter, r *http.Request) {
	domain, ok := strings.CutSuffix(strings.ToLower(r.PathValue("file")), ".js")
	hash := ""
	if i := strings.LastIndexByte(domain, '.'); i >= 0 && isHash(domain[i+1:]) {
		domain, hash = domain[:i], domain[i+1:]
	}
	info, known := d.o.Store.Find(domain)
	if !ok || !known {
		allowAll(w)
		http.Error(w, "There is no such tracker.", http.StatusNotFound)
		return
	}
	if strings.HasSuffix(r.URL.RawQuery, "check") { // after "?", or after a query that the page has there
		d.o.Scripts.ServeCheck(w, info, d.o.BaseURL)
		return
	}
	d.o.Scripts.Serve(w, r, info, d.o.BaseURL, hash)
}

// isHash reports whether s has the form of Script.Hash.
func isHash(s string) bool { return len(s) == 16 && strings.Trim(s, "0123456789abcdef") == "" }
