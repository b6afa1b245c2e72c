// Package web owns what browsers and programs see: routes, forms, pages, the JSON API, the one error page.
//
// A request goes through the same hands whatever it asks for:
//
//	ServeHTTP   security headers · panics · cross-origin forms refused (http.CrossOriginProtection) · size of the body
//	routes.go   one table: pattern, who may, handler. Nothing is reachable that is not in it
//	guard       who is asking (session cookie or API token), may they, which site (account.Open): a call
//	handler     reads the call, answers, or returns an error
//	fail        one place that turns an error into words: a page, or JSON under /api
//
// A handler is a method `func (s *Server) name(w http.ResponseWriter, c *call) error`. It writes its answer with
// Server.html, Server.json or Server.send, which take the answer whole, so that a failure never leaves half a page.
//
// What may not be known of is not there: a stranger's site, an unknown one and an address that never existed get the
// same 404, byte for byte. Who is not signed in gets 401 with the sign-in form in place, whether the site exists or not.
// No state is changed by GET or HEAD. The log gets a route's pattern and a site's number, never an address, agent,
// cookie, path or query of anyone.
//
// The visitors' doors (tracker, hits, pixel) are app/collect's, on another mux: nothing here carries their traffic.
package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"sandprint/app/account"
	"sandprint/app/limit"
	"sandprint/app/privacy"
	"sandprint/app/problem"
	"sandprint/views"
)

// Options are what a Server is made of.
type Options struct {
	Accounts *account.Service
	Privacy  *privacy.Service
	Static   fs.FS            // style sheet, scripts and pictures, without a folder
	BaseURL  string           // "https://stats.example.com" as people reach this instance; empty: as the request says
	Log      *slog.Logger     // nil: slog.Default()
	Version  string           // of the program, for the description of the API
	Instance privacy.Instance // what documents say of the instance; what the control file knows is filled in
	Regions  bool             // the table in use tells regions and cities too
	Geo      string           // name of the owner's table of places; empty: the program's own
	GeoOf    time.Time        // date of its data; zero: the footer doesn't say where countries come from

	// Proxied reports whether a request came over https to a proxy that is trusted. Nil: none is.
	Proxied func(*http.Request) bool
	// Network names where a request comes from, cut so that it names no one, to slow down guessing of passwords. It may
	// be nil: then only the account is watched.
	Network func(*http.Request) string
	// VisitorOf returns the order about the visitor whose cookie has a value, of the site that counts a host. An error of field "v" says what is wrong
	// with the value, and the order has the site then too; without a value, there is only the site.
	VisitorOf func(ctx context.Context, host, value string) (privacy.Order, error)
	// VisitorKeys returns the numbers that a visitor may have at a site, by the cookie's value or by what an imported file called him.
	VisitorKeys func(ctx context.Context, site account.SiteInfo, text string) ([]uint64, error)
	// SnippetFor returns what a site's owner pastes into their pages.
	SnippetFor func(domain string) Snippet
	// PathOnly reports whether of a page only the path is counted, by what its path is about.
	PathOnly func(path string) bool
	// Scrub returns a page's path and title as they are kept, without personal data.
	Scrub func(path, title string) (string, string)
}

// Snippet is what makes a page counted.
type Snippet struct {
	Src       string // address of the site's tracker, which changes when the site's settings do
	HashedSrc string // address of exactly today's tracker
	Integrity string // Subresource Integrity of HashedSrc, as "sha384-…"
	Pixel     string // address of the pixel for pages without JavaScript
}

// Server answers all requests but those of visitors. Make it with New; it may be used by several goroutines at once.
type Server struct {
	Options
	origin  *url.URL // of BaseURL; nil without one
	mux     *http.ServeMux
	csrf    *http.CrossOriginProtection
	cookies cookies
	static  static
	asks    *limit.Limiter[string] // of visitors about themselves, by network
	streams chan struct{}          // holds an element for each live stream
	seats   seats
	shared  shared
	closing context.Context
	close   context.CancelFunc
}

// New returns a server. It fails when BaseURL is not an address or Static or the control file can't be read.
func New(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	s := &Server{Options: o, asks: visitorAsks(), streams: make(chan struct{}, maxStreams), seats: seats{by: map[int64]int{}},
		shared: shared{by: map[string]*sharedAnswer{}}, csrf: http.NewCrossOriginProtection()}
	s.closing, s.close = context.WithCancel(context.Background())
	if err := s.setOrigin(); err != nil {
		return nil, err
	}
	var err error
	if s.cookies, err = newCookies(o.Accounts); err != nil {
		return nil, err
	}
	if s.static, err = newStatic(o.Static); err != nil {
		return nil, fmt.Errorf("static files: %w", err)
	}
	setStatic.Do(func() { views.Static = s.StaticURL })
	s.mux = s.router(routes)
	return s, nil
}

// setStatic lets pages name static files with their hashes. The files are the program's, so the first server's are all's.
var setStatic sync.Once

// setOrigin reads BaseURL. A proxy may change the Host header, so its origin is told to the cross-origin check.
func (s *Server) setOrigin() error {
	if s.BaseURL == "" {
		return nil
	}
	u, err := url.Parse(s.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("base URL %q is not an address such as https://stats.example.com", s.BaseURL)
	}
	s.origin = &url.URL{Scheme: u.Scheme, Host: u.Host}
	return s.csrf.AddTrustedOrigin(s.origin.String())
}

// Close ends the live streams, so that the listener can shut down. The server must not be asked afterwards.
func (s *Server) Close() { s.close() }

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	setHeaders(rw.Header())
	w := &answer{ResponseWriter: rw}
	c := &call{Request: r, server: s}
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler {
			panic(v)
		}
		err := problem.Panic(v)
		if !w.begun {
			s.fail(w, c, err)
			return
		}
		s.Log.ErrorContext(r.Context(), "an answer broke off", "route", c.pattern(), "err", err)
		panic(http.ErrAbortHandler) // closes the connection, so that half an answer isn't taken for a whole one
	}()
	if err := s.csrf.Check(r); err != nil && !isVisitors(r) {
		s.fail(w, c, errCrossOrigin)
		return
	}
	r.Body = http.MaxBytesReader(rw, r.Body, maxBody)
	s.mux.ServeHTTP(w, r)
}

// answer is a ResponseWriter that knows whether anything was sent.
type answer struct {
	http.ResponseWriter
	begun bool
}

func (a *answer) WriteHeader(status int) {
	a.begun = true
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// maxBody is the largest body taken, in bytes; the largest form is a site's settings.
const maxBody = 64 << 10

var errTooLarge = problem.New(http.StatusRequestEntityTooLarge, "too_large", "This is more than is taken in one go.").
	WithHint("Send at most 64 KiB.")

var errCrossOrigin = problem.New(http.StatusForbidden, "cross_origin", "This form was sent from another site, so nothing was changed.").
	WithHint("Open the page here and send it again.")

// fail answers with an error in words: a page, or JSON under /api. What is not the asker's doing goes to the log.
func (s *Server) fail(w http.ResponseWriter, c *call, err error) {
	if errors.Is(err, context.Canceled) && c.Context().Err() != nil {
		return // nobody is listening
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		err = errTooLarge
	}
	p := problem.Of(err)
	if p.Status >= 500 {
		s.Log.ErrorContext(c.Context(), "request failed", "ref", p.Ref, "route", c.pattern(), "site", c.siteNumber(), "err", p.Err)
	}
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case c.isAPI():
		s.failJSON(w, c, p)
	case p.Status == http.StatusUnauthorized:
		s.signInPage(w, c, p)
	default:
		s.problemPage(w, c, p)
	}
}
