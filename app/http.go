package app

import (
	"container/list"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"sandprint/app/problem"
)

// Limits of the listener. What a request may hold beyond them is the business of who answers it.
const (
	maxConns       = 2000     // a connection costs some 20 KB
	maxHeaderBytes = 12 << 10 // net/http adds 4 KB of slack
	maxHeaderLines = 100
	headerTimeout  = 5 * time.Second
	readTimeout    = 10 * time.Second // of a whole request
	writeTimeout   = 30 * time.Second // of an answer; a live stream sets its own
	idleTimeout    = 30 * time.Second
)

// newServer returns the server of a listener with its limits.
func newServer(h http.Handler, l *slog.Logger) *http.Server {
	conns := &connCap{max: maxConns, waiting: list.New(), known: map[net.Conn]*list.Element{}}
	return &http.Server{Handler: guarded(h, l), ErrorLog: serverLog(l), ConnState: conns.state, MaxHeaderBytes: maxHeaderBytes,
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout}
}

// connCap holds the connections of a server to a number. When one too many comes, the one that has been waiting longest
// for a request is closed; when all are busy, the new one.
type connCap struct {
	max     int
	mu      sync.Mutex
	waiting *list.List                 // connections without a request, the longest waiting first
	known   map[net.Conn]*list.Element // every open one; nil while it has a request
}

// state is http.Server.ConnState.
func (c *connCap) state(conn net.Conn, s http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.known[conn]; e != nil {
		c.waiting.Remove(e)
	}
	switch s {
	case http.StateNew, http.StateIdle:
		c.known[conn] = c.waiting.PushBack(conn)
		if len(c.known) > c.max {
			oldest := c.waiting.Front()
			c.waiting.Remove(oldest)
			delete(c.known, oldest.Value.(net.Conn))
			oldest.Value.(net.Conn).Close()
		}
	case http.StateActive:
		c.known[conn] = nil
	default:
		delete(c.known, conn)
	}
}

// guarded refuses absurd headers and turns a panic into a 500 and one line in the log.
func guarded(h http.Handler, l *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lines := 0
		for _, values := range r.Header {
			lines += len(values)
		}
		if lines > maxHeaderLines {
			http.Error(w, "Too many header fields.", http.StatusRequestHeaderFieldsTooLarge)
			return
		}
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler:
				panic(v)
			default:
				l.Error("request failed", "err", problem.Panic(v), "route", r.Pattern)
				http.Error(w, "Something went wrong on our side. Try again.", http.StatusInternalServerError)
			}
		}()
		h.ServeHTTP(w, r)
	})
}

// healthz answers as long as the process does: it is only reached with the stores and the listener open.
func healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	fmt.Fprintln(w, "ok")
}

// readiness tells whether the data directory can be written to. It tries at most every few seconds, however often it
// is asked.
type readiness struct {
	dir  string
	mu   sync.Mutex
	last time.Time
	err  error
}

const readyEvery = 5 * time.Second

func (p *readiness) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if err := p.check(time.Now()); err != nil {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "The data directory can't be written to: see the service log.", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

func (p *readiness) check(now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last.IsZero() || now.Sub(p.last) >= readyEvery {
		p.last, p.err = now, tryWrite(p.dir)
	}
	return p.err
}

// tryWrite writes a page to a file in dir, down to the disk, and removes it.
func tryWrite(dir string) error {
	f, err := os.CreateTemp(dir, ".ready-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if _, err := f.Write(make([]byte, 4096)); err != nil {
		return err
	}
	return f.Sync()
}

// serveMetrics answers the machine itself, asked by its own name and not through a proxy, and whoever has a token.
func (r *Running) serveMetrics(w http.ResponseWriter, req *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if !isLocal(req) && !r.hasToken(req) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		http.Error(w, "Ask from the machine itself, or with an API token: Authorization: Bearer sp_…", http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	r.metrics.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
}

// isLocal reports whether a request comes from this machine and was meant for it: a reverse proxy here passes on a public
// name or says for whom it asks.
func isLocal(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !from.Addr().Unmap().IsLoopback() {
		return false
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && addr.IsLoopback()
}

func (r *Running) hasToken(req *http.Request) bool {
	token, ok := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return false
	}
	_, err := r.accounts.WhoByToken(req.Context(), strings.TrimSpace(token))
	return err == nil
}

// onTheWay is how long requests are taken after the end has begun: net/http then closes connections that wait, and with them
// the request that is about to arrive on one, whose sender could not know whether it counts.
const onTheWay = 50 * time.Millisecond

// lastAnswers says with each answer, once the end has begun, that the connection takes no further request.
func lastAnswers(ending *atomic.Bool, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ending.Load() {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

// shutdown lets a server finish what it has begun, for a while.
func shutdown(s *http.Server, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if s.Shutdown(ctx) != nil {
		return s.Close()
	}
	return nil
}
