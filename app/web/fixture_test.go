package web

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"sandprint/app/account"
	"sandprint/app/privacy"
	"sandprint/app/problem"
	"sandprint/app/store"
)

// The customers of a fixture and what belongs to them. Customer B's names are markers: they must not be seen by A.
const (
	siteA, siteB = "a.example", "marker-b.example"
	goodPassword = "three blind mice ran"
)

// people of a fixture, by name.
var people = map[string]account.NewUser{
	"operator": {Email: "operator@ops.example", Customer: "Ops", Role: account.Owner},
	"owner A":  {Email: "owner@a.example", Customer: "A", Role: account.Owner},
	"editor A": {Email: "editor@a.example", Customer: "A", Role: account.Editor},
	"viewer A": {Email: "viewer@a.example", Customer: "A", Role: account.Viewer},
	"owner B":  {Email: "owner@marker-b.example", Customer: "Marker-B", Role: account.Owner},
}

// fixture is a whole server over a real store in a temporary directory.
type fixture struct {
	t        *testing.T
	server   *Server
	accounts *account.Service
	store    *store.Store
	log      *logBuffer
	sessions map[string]string // cookie by person
	tokens   map[string]string // by name: "read A", "write A"
}

type logBuffer struct {
	sync.Mutex
	bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.Buffer.Write(p)
}

func (l *logBuffer) text() string {
	l.Lock()
	defer l.Unlock()
	return l.String()
}

// empty returns a server that nobody has claimed.
func empty(t *testing.T, set ...func(*Options)) *fixture {
	t.Helper()
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	f := &fixture{t: t, store: st, accounts: account.New(st), log: &logBuffer{}, sessions: map[string]string{}, tokens: map[string]string{}}
	o := Options{Privacy: erasing(t, st), VisitorOf: f.visitorOf, VisitorKeys: f.visitorKeys, Accounts: f.accounts, Log: slog.New(slog.NewTextHandler(f.log, nil)), Version: "test", Geo: "made up", GeoOf: time.Date(2026, 6, 17, 0, 0, 0, 0, time.UTC),
		Static: fstest.MapFS{"style.css": {Data: []byte(strings.Repeat("p { color: red }\n", 100))}, "icon.svg": {Data: []byte("<svg/>")}, "country.bin": {Data: []byte("x")}},
		SnippetFor: func(domain string) Snippet {
			return Snippet{Src: "https://stats.test/js/" + domain + ".js", HashedSrc: "https://stats.test/js/" + domain + ".0123.js",
				Integrity: "sha384-abc", Pixel: "https://stats.test/p/" + domain + ".gif"}
		}}
	for _, change := range set {
		change(&o)
	}
	if f.server, err = New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.server.Close)
	return f
}

// full returns a server with an operator and two customers, A and B, each with people and a site.
func full(t *testing.T, set ...func(*Options)) *fixture {
	t.Helper()
	f := empty(t, set...)
	ctx := context.Background()
	for _, name := range []string{"operator", "owner A", "editor A", "viewer A", "owner B"} {
		if _, err := f.accounts.AddUser(ctx, account.Local(), people[name]); err != nil {
			t.Fatal(err)
		}
		f.sessions[name] = f.signInAs(people[name].Email)
	}
	for name, domain := range map[string]string{"owner A": siteA, "owner B": siteB} {
		f.addSite(name, domain)
	}
	for name, scope := range map[string]account.Scope{"read A": account.Read, "write A": account.Write} {
		secret, _, err := f.accounts.AddToken(ctx, account.Local(), account.NewToken{Email: people["owner A"].Email, Scope: scope})
		if err != nil {
			t.Fatal(err)
		}
		f.tokens[name] = secret
	}
	return f
}

// who returns a person as an asker.
func (f *fixture) who(name string) account.Who {
	f.t.Helper()
	c := &call{Request: f.request("GET", "/", "cookie", f.sessions[name]), server: f.server}
	who, err := f.accounts.WhoBySession(context.Background(), f.server.cookies.read(c))
	if err != nil || !who.Signed() {
		f.t.Fatalf("%s is not signed in: %v", name, err)
	}
	return who
}

func (f *fixture) addSite(name, domain string) {
	f.t.Helper()
	if _, err := f.accounts.AddSite(context.Background(), f.who(name), account.NewSite{Domain: domain, Zone: "Europe/Berlin"}); err != nil {
		f.t.Fatal(err)
	}
}

// signInAs returns the cookie of a new session, by a link as the demo's.
func (f *fixture) signInAs(email string) string {
	f.t.Helper()
	secret, err := f.accounts.NewLink(context.Background(), account.Local(), email, account.DemoLink)
	if err != nil {
		f.t.Fatal(err)
	}
	return cookieOf(f.do("GET", "/link/"+secret))
}

// cookieOf returns the session cookie that an answer sets, as "name=value".
func cookieOf(res *httptest.ResponseRecorder) string {
	for _, k := range res.Result().Cookies() {
		if k.Name == plainCookie || k.Name == secureCookie {
			return k.Name + "=" + k.Value
		}
	}
	return ""
}

// request makes a request; pairs are of header names and values, of which "body" is the body, "form" a url-encoded one,
// "json" a JSON one, "cookie" a cookie and "token" an API token.
func (f *fixture) request(method, target string, pairs ...string) *http.Request {
	f.t.Helper()
	header, body := http.Header{}, ""
	for i := 0; i < len(pairs); i += 2 {
		switch key, value := pairs[i], pairs[i+1]; key {
		case "form":
			body = value
			header.Set("Content-Type", "application/x-www-form-urlencoded")
		case "json":
			body = value
			header.Set("Content-Type", "application/json")
		case "token":
			if value != "" {
				header.Set("Authorization", "Bearer "+value)
			}
		case "cookie":
			if value != "" {
				header.Add("Cookie", value)
			}
		default:
			header.Set(key, value)
		}
	}
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for key, values := range header {
		r.Header[key] = values
	}
	return r
}

// do sends a request and returns the answer; of a stream, its first event.
func (f *fixture) do(method, target string, pairs ...string) *httptest.ResponseRecorder {
	f.t.Helper()
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	w := &briefWriter{httptest.NewRecorder(), leave}
	f.server.ServeHTTP(w, f.request(method, target, pairs...).WithContext(ctx))
	return w.ResponseRecorder
}

// want sends a request and fails unless the answer has the status.
func (f *fixture) want(status int, method, target string, pairs ...string) *httptest.ResponseRecorder {
	f.t.Helper()
	w := f.do(method, target, pairs...)
	if w.Code != status {
		f.t.Errorf("%s %s: status %d, want %d: %.300s", method, target, w.Code, status, w.Body)
	}
	return w
}

// form encodes pairs of names and values.
func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// whole returns all of an answer that the asker can see.
func whole(w *httptest.ResponseRecorder) string {
	var b strings.Builder
	fmt.Fprintln(&b, w.Code)
	_ = w.Header().Write(&b)
	b.Write(w.Body.Bytes())
	return b.String()
}

type briefWriter struct {
	*httptest.ResponseRecorder
	leave context.CancelFunc
}

// Flush is what a stream does after an event: then the client has seen enough.
func (w *briefWriter) Flush() {
	w.ResponseRecorder.Flush()
	w.leave()
}

// dump returns all that the accounts can tell, to see whether something changed.
func (f *fixture) dump() string {
	f.t.Helper()
	ctx, c := context.Background(), f.store.Control()
	var b strings.Builder
	users, err := c.Users(ctx)
	add := func(what any, e error) {
		if e != nil {
			f.t.Fatal(e)
		}
		fmt.Fprintf(&b, "%+v\n", what)
	}
	add(users, err)
	sites, err := c.Sites(ctx)
	for _, s := range sites {
		s.Zone = nil
		add(s, err)
	}
	tokens, err := c.Tokens(ctx)
	add(tokens, err)
	customers, err := c.Customers(ctx)
	add(customers, err)
	over, err := c.SetupOver(ctx)
	add(over, err)
	for _, kind := range account.StatementKinds {
		texts, err := c.Statements(ctx, kind)
		add(texts, err)
	}
	operator, err := f.accounts.Operator(ctx)
	add(operator, err)
	return b.String()
}

// read counts a page view on a site, by a visitor of that number. Each field of it has the marker.
func (f *fixture) read(domain, path, marker string, visitor uint64) {
	f.t.Helper()
	ctx, now := context.Background(), time.Now().Unix()
	info, err := f.store.Control().SiteByDomain(ctx, domain)
	if err != nil {
		f.t.Fatal(err)
	}
	site, err := f.store.Site(ctx, info.ID)
	if err != nil {
		f.t.Fatal(err)
	}
	hit := store.Hit{Kind: store.Pageview, Time: now, Start: now, View: fmt.Sprintf("view%09d", visitor), Visitor: visitor, Visit: site.NextVisit(),
		Page:   store.Page{Host: domain, Path: path, Title: marker + " title"},
		Origin: store.Origin{Source: marker + " source", Channel: "Referral", Referrer: marker + ".example/x", UTMSource: marker, UTMCampaign: marker},
		Place:  store.Place{Country: "DE", City: marker + " city"}, Agent: store.Agent{Browser: marker + " browser", OS: "Linux", Device: "desktop"}}
	if err := site.Append(ctx, []store.Hit{hit}); err != nil {
		f.t.Fatal(err)
	}
}

// readIn counts a page view in a city for each of some visitors, by numbers from the first on.
func (f *fixture) readIn(domain, city string, first, visitors uint64) {
	f.t.Helper()
	ctx, now := context.Background(), time.Now().Unix()
	info, err := f.store.Control().SiteByDomain(ctx, domain)
	if err != nil {
		f.t.Fatal(err)
	}
	site, err := f.store.Site(ctx, info.ID)
	if err != nil {
		f.t.Fatal(err)
	}
	for visitor := first; visitor < first+visitors; visitor++ {
		hit := store.Hit{Kind: store.Pageview, Time: now, Start: now, View: fmt.Sprintf("view%09d", visitor), Visitor: visitor, Visit: site.NextVisit(),
			Page: store.Page{Host: domain, Path: "/" + strings.ToLower(city)}, Place: store.Place{Country: "XX", City: city}, Agent: store.Agent{OS: "Linux"}}
		if err := site.Append(ctx, []store.Hit{hit}); err != nil {
			f.t.Fatal(err)
		}
	}
}

// erasing returns what erases in a store.
func erasing(t *testing.T, st *store.Store) *privacy.Service {
	t.Helper()
	p, err := privacy.New(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// visitorKeys takes a number for a visitor's cookie.
func (f *fixture) visitorKeys(_ context.Context, _ account.SiteInfo, text string) ([]uint64, error) {
	key, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		key = 1 << 60 // nobody's
	}
	return []uint64{key}, nil
}

// visitorOf takes a number for a visitor's cookie.
func (f *fixture) visitorOf(_ context.Context, host, value string) (o privacy.Order, err error) {
	var known bool
	if o.Site, known = f.store.Find(host); !known {
		return o, problem.NotFound
	}
	if key, err := strconv.ParseUint(value, 10, 64); err == nil {
		o.Keys = []uint64{key}
	}
	return o, nil
}
