// Package apptest runs a whole application in a test: the real stores on a temporary directory, the real listener on a
// free port of this machine, the real command line.
//
//	a := apptest.Start(t, apptest.Options{})
//	a.AddUser("owner@a.example", "Acme", "owner")
//	a.AddSite("a.example", "Acme")
//	owner := a.SignIn("owner@a.example")
//	resp, err := owner.Get(a.URL + "/sites/a.example")
//
// What it adds it adds through the commands of app, and who signs in does so through the form.
package apptest

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"sandprint/app"
)

// Password is that of every user that AddUser adds.
const Password = "a pass phrase for tests only"

// Options are what an application is started with; the zero value is the default.
type Options struct {
	Dir            string         // data directory; empty: a new one of the test
	TrustedProxies []netip.Prefix // as --trusted-proxies
	BaseURL        string         // as --base-url
	RateLimit      int            // as --rate-limit; 0: off
	GeoIP          string         // as --geoip
}

// App is an application at work.
type App struct {
	URL      string // of the listener, without a slash at the end
	SetupURL string // empty when there is a user
	Dir      string // data directory

	t       testing.TB
	running *app.Running
	log     *buffer
}

// Start starts an application, which ends with the test at the latest.
func Start(t testing.TB, o Options) *App {
	t.Helper()
	if o.Dir == "" {
		o.Dir = filepath.Join(t.TempDir(), "data")
	}
	c := app.Defaults()
	c.Data, c.Listen, c.BaseURL, c.GeoIP = o.Dir, "127.0.0.1:0", o.BaseURL, o.GeoIP
	c.TrustedProxies, c.RateLimit = o.TrustedProxies, app.Rate(o.RateLimit)
	a := &App{Dir: o.Dir, t: t, log: &buffer{}}
	running, err := app.Start(c, Assets(t), slog.New(slog.NewTextHandler(a.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	a.running, a.URL, a.SetupURL = running, running.URL, running.SetupURL
	t.Cleanup(func() { a.Close() })
	return a
}

// Demo starts an application with all that the demo has, and returns it with the address that signs in as its owner.
func Demo(t testing.TB) (a *App, link string) {
	t.Helper()
	a = Start(t, Options{})
	link, err := a.running.Furnish(context.Background(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return a, link
}

// Assets returns what the binary carries, from the repository that the test is in.
func Assets(t testing.TB) app.Assets {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	root := os.DirFS(filepath.Join(filepath.Dir(file), "..", ".."))
	countries, err := fs.ReadFile(root, "static/country.bin")
	if err != nil {
		t.Fatal(err)
	}
	return app.Assets{FS: root, Countries: countries}
}

// Close ends the application as Ctrl-C does. Closing again does nothing.
func (a *App) Close() {
	a.t.Helper()
	if err := a.running.Close(); err != nil {
		a.t.Errorf("closing the application: %v", err)
	}
}

// Log returns what the application has logged so far, at every level.
func (a *App) Log() string { return a.log.String() }

// Run runs a command line inside the application and returns its output without the last line end. The test fails when
// the command does.
func (a *App) Run(args ...string) string {
	a.t.Helper()
	return a.RunWith("", args...)
}

// RunWith is Run with a standard input.
func (a *App) RunWith(stdin string, args ...string) string {
	a.t.Helper()
	var out, talk bytes.Buffer
	if code := a.running.Run(context.Background(), strings.NewReader(stdin), &out, &talk, args...); code != 0 {
		a.t.Fatalf("sandprint %s: exit code %d: %s", strings.Join(args, " "), code, talk.String())
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// AddUser adds a user with the password Password. Role is owner, admin, editor or viewer; the customer is made if new.
func (a *App) AddUser(email, customer, role string) {
	a.t.Helper()
	a.RunWith(Password+"\n", "user", "add", email, "--customer", customer, "--role", role, "--password-stdin")
}

// AddSite adds a site to a customer. More are flags of "site add", as "--mode=cookieless".
func (a *App) AddSite(domain, customer string, more ...string) {
	a.t.Helper()
	a.Run(append([]string{"site", "add", domain, "--customer", customer}, more...)...)
}

// AddToken makes a token of a user for one site, or for all with an empty domain. Scope is read or write.
func (a *App) AddToken(email, domain, scope string) string {
	a.t.Helper()
	args := []string{"token", "add", "--user", email, "--scope", scope}
	if domain != "" {
		args = append(args, "--site", domain)
	}
	return a.Run(args...)
}

// SignIn returns a client that is signed in as a user whom AddUser added.
func (a *App) SignIn(email string) *http.Client {
	a.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		a.t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	a.t.Cleanup(c.CloseIdleConnections)
	resp, err := c.PostForm(a.URL+"/sign-in", url.Values{"email": {email}, "password": {Password}})
	if err != nil {
		a.t.Fatal(err)
	}
	resp.Body.Close()
	if here, _ := url.Parse(a.URL); len(jar.Cookies(here)) == 0 {
		a.t.Fatalf("signing in as %s: %s", email, resp.Status)
	}
	return c
}

// Owner adds an owner of a customer and returns a client signed in as them.
func (a *App) Owner(email, customer string) *http.Client {
	a.t.Helper()
	a.AddUser(email, customer, "owner")
	return a.SignIn(email)
}

// buffer is a bytes.Buffer that several goroutines may use.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
