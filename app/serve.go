package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/spf13/cobra"

	"sandprint/app/collect"
	"sandprint/app/enrich"
	"sandprint/app/privacy"
	"sandprint/app/problem"
	"sandprint/app/store"
	"sandprint/app/visit"
	"sandprint/app/web"
)

func (sh *shell) serveCommand() *cobra.Command {
	c := &cobra.Command{Use: "serve", Short: "Answer visitors and owners (the default)", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			sh.ran = true
			return sh.serve(cmd.Context())
		}}
	defineServe(c, &sh.cfg)
	return c
}

// defineServe gives a command the flags of a listener; --data is every command's.
func defineServe(c *cobra.Command, cfg *Config) {
	define(c.Flags(), cfg, "listen", "base-url", "trusted-proxies", "geoip", "rate-limit", "commit-window", "log-format", "log-file", "log-days")
}

// serve runs an instance until ctx ends.
func (sh *shell) serve(ctx context.Context) error {
	if sh.live != nil {
		return usagef("this directory is being served already")
	}
	if err := sh.cfg.check(); err != nil {
		return err
	}
	l, logFile, err := newLog(sh.cfg, sh.err)
	if err != nil {
		return err
	}
	defer logFile.Close()
	takeStandardLog(l)
	r, err := Start(sh.cfg, sh.assets, l)
	if err != nil {
		return err
	}
	fmt.Fprintln(sh.out, "Sandprint is ready at "+r.URL)
	if r.SetupURL != "" {
		fmt.Fprintln(sh.out, "Make your account and your first site at "+r.SetupURL)
	}
	select {
	case <-ctx.Done():
	case err = <-r.failed:
	}
	return errors.Join(err, r.Close())
}

// Running is a whole instance at work. Make it with Start.
type Running struct {
	URL      string // address it listens on, as "http://127.0.0.1:8080"
	SetupURL string // where the first user is made; empty when there is one

	*instance
	cfg     Config
	assets  Assets
	log     *slog.Logger
	geo     *enrich.Geo
	scripts *collect.Scripts
	door    *collect.Door
	web     *web.Server
	metrics *metrics.Set
	failed  chan error // gets the error that ended the listener
	once    sync.Once
	closers []func() error // in order of opening
	err     error          // of Close
}

// Start opens the data directory and the listener and answers from then on. Errors carry the exit code of the
// contract. Close the instance in the end.
func Start(cfg Config, assets Assets, l *slog.Logger) (*Running, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	r := &Running{cfg: cfg, assets: assets, log: l, metrics: metrics.NewSet(), failed: make(chan error, 1)}
	for _, step := range []func() error{r.openData, r.openGeo, r.openDoors} {
		if err := step(); err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	return r, nil
}

// opened remembers what Close has to close.
func (r *Running) opened(closer func() error) { r.closers = append(r.closers, closer) }

// Close answers what has been asked, for a second and a half at most, ends the commands that run inside, and closes the
// files. Closing again returns what the first time returned.
func (r *Running) Close() error {
	r.once.Do(func() {
		for i := len(r.closers) - 1; i >= 0; i-- {
			r.err = errors.Join(r.err, r.closers[i]())
		}
	})
	return r.err
}

func (r *Running) openData() error {
	dir, err := filepath.Abs(r.cfg.Data)
	if err != nil {
		return err
	}
	if err := prepareDir(dir); err != nil {
		return err
	}
	if r.instance, err = openInstance(dir, store.Options{CommitWindow: r.cfg.CommitWindow, Log: r.log}); err != nil {
		return err
	}
	r.opened(r.instance.Close)
	return nil
}

func (r *Running) openGeo() error {
	var err error
	if r.geo, err = enrich.OpenGeo(r.assets.Countries, r.cfg.GeoIP); err != nil {
		return failf(exitFailed, "can't read the country table %s: %v: give --geoip a GeoLite2, GeoIP2 or DB-IP file, or leave it out", r.cfg.GeoIP, err)
	}
	r.opened(r.geo.Close)
	return nil
}

// openDoors opens the listener and all that is behind it.
func (r *Running) openDoors() error {
	ln, err := net.Listen("tcp", r.cfg.Listen)
	if err != nil {
		return listenError(r.cfg.Listen, err)
	}
	r.opened(func() error {
		if err := ln.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	r.URL = "http://" + reachable(ln.Addr().(*net.TCPAddr))
	if r.base = r.cfg.BaseURL; r.base == "" {
		r.base = r.URL
	}
	mux, err := r.routes()
	if err != nil {
		return err
	}
	token, err := r.accounts.SetupToken(context.Background())
	if err != nil {
		return err
	}
	if token != "" {
		r.SetupURL = r.base + "/setup?token=" + token
	}
	sock, err := openSocket(r.dir, r.inside)
	if err != nil {
		return err
	}
	r.opened(sock.Close)
	r.opened(r.startErasures())
	r.opened(r.startRounds())
	r.listen(ln, mux)
	return nil
}

// listen answers on ln until Close.
func (r *Running) listen(ln net.Listener, h http.Handler) {
	var ending atomic.Bool
	server := newServer(lastAnswers(&ending, h), r.log)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			r.failed <- fmt.Errorf("listening on %s: %w", r.cfg.Listen, err)
		}
	}()
	r.opened(func() error {
		r.web.Close()
		ending.Store(true)
		time.Sleep(onTheWay)
		err := shutdown(server, 1500*time.Millisecond)
		<-done
		return err
	})
}

// routes returns the handler of everything.
func (r *Running) routes() (*http.ServeMux, error) {
	var err error
	if r.scripts, err = collect.NewScripts(r.assets); err != nil {
		return nil, fmt.Errorf("the tracker in the program: %w", err)
	}
	r.door = collect.New(collect.Options{Authorize: r.maySend, Erase: r.privacy.Ask, Store: r.store, Geo: r.geo, Scripts: r.scripts,
		TrustedProxies: r.cfg.TrustedProxies, RateLimit: int(r.cfg.RateLimit), BaseURL: r.base, Log: r.log})
	r.opened(r.door.Close)
	static, err := fs.Sub(r.assets, "static")
	if err != nil {
		return nil, err
	}
	r.web, err = web.New(web.Options{Accounts: r.accounts, Privacy: r.privacy, VisitorOf: r.visitorOf, Static: static, BaseURL: r.cfg.BaseURL, Log: r.log,
		VisitorKeys: r.visitorKeys,
		Version:     versionOf().Version, Instance: r.described(), Geo: r.geoSource(), GeoOf: r.geo.Built(), Regions: r.geo.Regions(), Proxied: r.overHTTPS, Network: r.network, SnippetFor: r.snippet, PathOnly: collect.PathOnly,
		Scrub: func(path, title string) (string, string) { return enrich.ScrubPath(path), enrich.ScrubText(title) }})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", healthz)
	mux.Handle("GET /readyz", &readiness{dir: r.dir})
	mux.HandleFunc("GET /metrics", r.serveMetrics)
	r.door.Routes(mux)
	mux.Handle("/", r.web)
	return mux, nil
}

// snippet returns what an owner pastes into the pages of a site.
func (r *Running) snippet(domain string) web.Snippet {
	s := web.Snippet{Src: r.base + "/js/" + domain + ".js", Pixel: r.base + "/p/" + domain + ".gif"}
	for _, info := range r.store.Sites() {
		if info.Domain == domain {
			script := r.scripts.For(info, r.base)
			s.HashedSrc, s.Integrity = r.base+"/js/"+domain+"."+script.Hash+".js", script.Integrity
		}
	}
	return s
}

// startErasures carries out erasures that visitors ask for, and those that an end of the program cut short, until the function that it
// returns is called.
func (r *Running) startErasures() func() error {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.privacy.Work(ctx, func(err error) { r.log.Error("erasing", "err", err) })
	}()
	return func() error {
		cancel()
		<-done
		return nil
	}
}

// visitorOf returns the order about the visitor whose cookie has a value.
func (r *Running) visitorOf(ctx context.Context, host, value string) (o privacy.Order, err error) {
	info, known := r.store.Find(strings.ToLower(host))
	if !known {
		return o, problem.NotFound
	}
	if o.Site = info; value == "" {
		return o, nil
	}
	id, _, ok := visit.ParseCookie(value)
	if !ok {
		return o, problem.BadField("v", "bad_cookie", "This is no value of the cookie _sp.").WithHint("It is 18 letters and digits, a full stop and 5 digits.")
	}
	site, release, err := r.store.Hold(ctx, info.ID)
	if err != nil {
		return o, err
	}
	defer release()
	o.Keys = []uint64{visit.CookieKey(site.SiteKey(), id)}
	return o, nil
}

// visitorKeys returns the numbers that a visitor may have at a site, who is named by the cookie's value or by what an imported file called him.
func (in *instance) visitorKeys(ctx context.Context, info store.SiteInfo, text string) ([]uint64, error) {
	site, release, err := in.store.Hold(ctx, info.ID)
	if err != nil {
		return nil, err
	}
	defer release()
	return collect.VisitorKeys(site.SiteKey(), info, text), nil
}

// maySend reports whether a token may send hits for a site: one with the scope write, of someone who may change the site. An
// error is of the control file and says nothing of the token.
func (r *Running) maySend(ctx context.Context, token, domain string) (bool, error) {
	who, err := r.accounts.WhoByToken(ctx, token)
	if _, refused := errors.AsType[*problem.Error](err); refused {
		return false, nil
	}
	site, known := r.store.Find(domain)
	return err == nil && known && who.CanWrite(site), err
}

// described returns what documents about privacy say of the instance.
func (r *Running) described() privacy.Instance {
	in := privacy.Instance{RateLimit: int(r.cfg.RateLimit), Cities: strings.Contains(r.geo.Name(), "City")}
	if r.cfg.LogFile != "" {
		in.LogDays = r.cfg.LogDays
	}
	return in
}

// geoSource names the owner's table of places; empty: countries come from our own.
func (r *Running) geoSource() string {
	if r.cfg.GeoIP == "" {
		return ""
	}
	return r.geo.Name()
}

// inside runs a line that came over the socket.
func (r *Running) inside(ctx context.Context, call socketCall, in io.Reader, out, err io.Writer) int {
	sh := &shell{assets: r.assets, in: in, out: out, err: err, width: call.Width, live: r.instance}
	return sh.run(ctx, call.Args)
}

// Run runs a command line inside the instance, as the command line does through the socket, and returns its exit code.
func (r *Running) Run(ctx context.Context, in io.Reader, out, err io.Writer, args ...string) int {
	return r.inside(ctx, socketCall{Args: args}, in, out, err)
}

// reachable returns how a browser on this machine reaches the listener.
func reachable(a *net.TCPAddr) string {
	if a.IP.IsUnspecified() {
		return fmt.Sprintf("localhost:%d", a.Port)
	}
	return a.String()
}

// listenError says in words why an address can't be listened on.
func listenError(addr string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return failf(exitFailed, "%s is taken by another program: stop that one, or name another address with --listen", addr)
	case errors.Is(err, syscall.EACCES):
		return failf(exitFailed, "this user may not listen on %s: take a port from 1024 on with --listen, and a reverse proxy before it", addr)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return failf(exitFailed, "this machine doesn't have the address %s: name one of its own with --listen", addr)
	}
	return failf(exitFailed, "can't listen on %s: %v: --listen takes an address such as 127.0.0.1:8080", addr, err)
}
