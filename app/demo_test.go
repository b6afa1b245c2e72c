package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"sandprint/app/store"
	"sandprint/bench/gen"
)

// startDemo starts the demo with its temporary files in dir, and returns it with the address it prints.
func startDemo(t *testing.T, dir string, args ...string) (d *served, link string) {
	t.Helper()
	d = &served{Cmd: command(t, append([]string{"demo"}, args...)...), talk: &bytes.Buffer{}, ended: make(chan struct{})}
	d.Env = append(d.Env, "TMPDIR="+dir)
	d.Stderr = d.talk
	out, err := d.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() {
		io.Copy(io.Discard, out)
		d.Wait()
		close(d.ended)
	}()
	t.Cleanup(func() {
		d.Process.Kill()
		<-d.ended
	})
	if err != nil {
		t.Fatalf("the demo printed %q and ended: %s", line, d.talk)
	}
	return d, strings.TrimSpace(line)
}

// The demo prints one address, which signs in as often as it is opened and shows a year of visits; Ctrl-C leaves nothing.
func TestDemo(t *testing.T) {
	dir := t.TempDir()
	d, link := startDemo(t, dir, "--listen", "127.0.0.1:0")
	for range 2 {
		jar, _ := cookiejar.New(nil)
		browser := &http.Client{Jar: jar}
		page := fetch(t, browser, link)
		if !strings.Contains(page, gen.Domain) || !strings.Contains(page, demoUser) {
			t.Fatalf("the link leads to %.300s", page)
		}
		base := link[:strings.Index(link, "/link/")]
		var answer struct {
			Totals struct {
				Pageviews   int `json:"pageviews"`
				Conversions int `json:"conversions"`
			} `json:"totals"`
		}
		stats := fetch(t, browser, base+"/api/v1/sites/"+gen.Domain+"/stats?period=all&metrics=pageviews,conversions")
		if err := json.Unmarshal([]byte(stats), &answer); err != nil {
			t.Fatal(err)
		}
		if n := answer.Totals.Pageviews; n < 285_000 || n > 315_000 || answer.Totals.Conversions == 0 {
			t.Errorf("%+v, want some 300,000 page views and conversions", answer.Totals)
		}
	}
	if code, took := d.stop(t, os.Interrupt); code != 0 || took > 2*time.Second {
		t.Errorf("exit code %d after %v: %s", code, took, d.talk)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// The pages about privacy have something on them, and it is true: a copy, hits that were not counted, and a visitor who was erased.
func TestDemoKeepsItsPromises(t *testing.T) {
	_, link := startDemo(t, t.TempDir(), "--listen", "127.0.0.1:0")
	jar, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: jar}
	fetch(t, browser, link)
	base, _, _ := strings.Cut(link, "/link/")
	site := base + "/sites/" + gen.Domain
	data := fetch(t, browser, site+"/data")
	for began := time.Now(); !strings.Contains(data, "/receipts/"); data = fetch(t, browser, site+"/data") {
		if time.Since(began) > time.Minute {
			t.Fatalf("nobody is erased: %s", data)
		}
	}
	receipt := fetch(t, browser, base+regexp.MustCompile(`/receipts/\w{26}`).FindString(data))
	if !strings.Contains(receipt, `Page views</th><td class="num">2<`) || !strings.Contains(receipt, "Copies on this machine that it was erased in too</th><td class=\"num\">1<") {
		t.Errorf("the receipt: %s", receipt)
	}
	if !strings.Contains(data, "The last nightly round ended") {
		t.Error("no round was made")
	}
	if ledger := fetch(t, browser, site+"/dropped"); !strings.Contains(ledger, "Bots") || !strings.Contains(ledger, "Other hosts") {
		t.Errorf("the ledger: %s", ledger)
	}
}

// Where the usual port is taken, the demo takes another; an address that was asked for is not replaced.
func TestDemoPort(t *testing.T) {
	if l, err := net.Listen("tcp", Defaults().Listen); err == nil {
		defer l.Close()
	}
	d, link := startDemo(t, t.TempDir())
	if !strings.HasPrefix(link, "http://127.0.0.1:") || strings.Contains(link, Defaults().Listen) {
		t.Errorf("the demo is at %s", link)
	}
	d.stop(t, os.Interrupt)
	if r := sandprint(t, "", "demo", "--listen", Defaults().Listen); r.code != 1 || !strings.Contains(r.err, "taken") {
		t.Errorf("%+v", r)
	}
}

// What the trickle sends is counted, with the country that the visitor is made to come from.
func TestDemoTrickle(t *testing.T) {
	cfg := Defaults()
	cfg.Data, cfg.Listen, cfg.RateLimit = t.TempDir(), "127.0.0.1:0", 0
	if err := cfg.TrustedProxies.UnmarshalText([]byte("127.0.0.1")); err != nil {
		t.Fatal(err)
	}
	countries, err := os.ReadFile("../static/country.bin")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Start(cfg, Assets{os.DirFS(".."), countries}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Furnish(t.Context(), time.Now().AddDate(0, -2, 0)); err != nil {
		t.Fatal(err)
	}
	site, ok := r.store.Find(gen.Domain)
	if !ok {
		t.Fatal("the demo's site is not there")
	}
	open, err := r.store.Site(t.Context(), site.ID)
	if err != nil {
		t.Fatal(err)
	}
	changes, stop := open.Watch()
	defer stop()
	// An hour that is over: every hit of it is due at once.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r.trickle(ctx, gen.Options{Seed: 1, From: time.Now().Add(-time.Hour), To: time.Now(), Views: trickleViews})
	<-changes
	snap, err := open.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	blocks := snap.Blocks()
	var b store.Block
	if err := snap.Load(len(blocks)-1, store.AllColumns, &b); err != nil {
		t.Fatal(err)
	}
	placed := 0
	for _, p := range b.Cols[store.VisitPlace] {
		if p != 0 {
			placed++
		}
	}
	if b.Visits == 0 || placed*10 < b.Visits*9 {
		t.Errorf("%d visits came in, %d of them with a country", b.Visits, placed)
	}
}

// fetch returns the body of an answer with status 200.
func fetch(t *testing.T, c *http.Client, address string) string {
	t.Helper()
	res, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", address, res.Status, err)
	}
	return string(body)
}
