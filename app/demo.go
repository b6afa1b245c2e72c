package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"sandprint/app/account"
	"sandprint/app/store"
	"sandprint/bench/gen"
)

const (
	demoUser     = "demo@" + gen.Domain
	demoCustomer = "Kiln & Sea"
)

func (sh *shell) demoCommand() *cobra.Command {
	c := &cobra.Command{Use: "demo", Short: "Show everything with a year of made-up visits, gone on exit", Args: cobra.NoArgs,
		Long: "Run Sandprint on a throw-away directory with a year of made-up visits to a shop that doesn't exist, and a few more\n" +
			"while it runs. It prints one address, which signs in as often as it is opened. Ctrl-C ends it and removes everything.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			sh.ran = true
			if sh.live != nil {
				return usagef("the demo has a directory of its own: run it without --data")
			}
			return sh.demo(cmd.Context(), cmd.Flags().Changed("listen"))
		}}
	defineServe(c, &sh.cfg)
	return c
}

// demo runs a demo until ctx ends. Unless the address was chosen, one that is taken is replaced by a free port.
func (sh *shell) demo(ctx context.Context, chosen bool) (err error) {
	cfg := sh.cfg
	if cfg.Data, err = os.MkdirTemp("", "sandprint-demo-"); err != nil {
		return failf(exitFailed, "can't make a directory for the demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(cfg.Data)) }()
	if !chosen && taken(cfg.Listen) {
		cfg.Listen = "127.0.0.1:0"
	}
	// The made-up visitors give addresses of their own, as a proxy on this machine would.
	cfg.TrustedProxies = append(cfg.TrustedProxies, netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"))
	l, logFile, err := newLog(cfg, sh.err)
	if err != nil {
		return err
	}
	defer logFile.Close()
	r, err := Start(cfg, sh.assets, l)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	sh.say("Making a year of visits …")
	link, err := r.Furnish(ctx, time.Now())
	if err != nil {
		if ctx.Err() != nil {
			return nil // stopped on purpose, before it was ready
		}
		return err
	}
	stop := r.startTrickle(ctx, time.Now())
	defer stop()
	sh.say("The demo is ready. Open this address; Ctrl-C ends the demo and removes it.")
	fmt.Fprintln(sh.out, link)
	select {
	case <-ctx.Done():
	case err = <-r.failed:
	}
	return err
}

// taken reports whether another program listens on addr.
func taken(addr string) bool {
	l, err := net.Listen("tcp", addr)
	if err == nil {
		l.Close()
	}
	return errors.Is(err, syscall.EADDRINUSE)
}

// Furnish makes the demo's user, site and year of visits up to now, and returns the link that leads to them.
func (r *Running) Furnish(ctx context.Context, now time.Time) (link string, err error) {
	who := account.Local()
	if _, err := r.accounts.AddUser(ctx, who, account.NewUser{Email: demoUser, Customer: demoCustomer, Role: "owner"}); err != nil {
		return "", err
	}
	site, err := r.accounts.AddSite(ctx, who, account.NewSite{Domain: gen.Domain, Customer: demoCustomer, Zone: "Europe/Berlin"})
	if err != nil {
		return "", err
	}
	site.Settings.Forms, site.Settings.SearchKey = true, "q"
	site.Settings.Goals = []account.Goal{
		{Name: "Purchase", Event: "Purchase"}, {Name: "Workshop booking", Event: "Workshop booking"},
		{Name: "Newsletter signup", Event: "Newsletter signup"}, {Name: "Saw the basket", Page: "/basket/"},
	}
	site.Settings.Funnels = []account.Funnel{
		{Name: "From the shop to a purchase", Steps: []string{"page:/shop/**", "page:/basket/", "goal:Purchase"}},
		{Name: "Readers who book a workshop", Steps: []string{"page:/journal/**", "page:/workshops/**", "goal:Workshop booking"}, Window: "30d"},
	}
	if _, err := r.accounts.ChangeSite(ctx, who, gen.Domain, account.SiteChange{Settings: &site.Settings}); err != nil {
		return "", err
	}
	if err := r.importYear(ctx, site.ID, now); err != nil {
		return "", err
	}
	for _, note := range demoNotes {
		at := time.Date(now.Year(), now.Month(), now.Day()-note.days, note.hour, 0, 0, 0, site.Zone)
		if _, err := r.accounts.AddAnnotation(ctx, who, gen.Domain, at, note.text); err != nil {
			return "", err
		}
	}
	if err := r.keepPromises(ctx); err != nil {
		return "", err
	}
	secret, err := r.accounts.NewLink(ctx, who, demoUser, account.DemoLink)
	return r.base + "/link/" + secret, err
}

// demoNotes are what the shop wrote on its chart: how many days ago, at which hour, and what happened.
var demoNotes = []struct {
	days, hour int
	text       string
}{
	{5, 10, "Newsletter 11: winter glazes"}, {5, 16, "Version 2026.11 of the shop is live"}, {16, 9, "Prices of mugs raised"},
	{24, 18, "Workshop dates for spring announced"}, {74, 9, "New photographs of all bowls"}, {131, 12, "Summer sale begins"}, {250, 9, "Blog moved under /journal/"},
}

// keepPromises has something stand on the pages about privacy, all of it really done: hits that are not counted, a nightly round with its copy, and a
// visitor who came and is erased, in the copy too.
func (r *Running) keepPromises(ctx context.Context) error {
	cookie := fmt.Sprintf("demovisitor1234567.%d", time.Now().Unix()/86400)
	page := `[{"s":"` + gen.Domain + `","n":"pageview","i":"demovisitor%d","u":"https://%s/journal/","v":"` + cookie + `"}]`
	const browser = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
	for i, sent := range []struct{ agent, host string }{
		{browser, gen.Domain}, {browser, gen.Domain}, {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", gen.Domain}, {browser, "copy-of-a-shop.example"},
	} {
		if err := r.sendDemo(ctx, fmt.Sprintf(page, i, sent.host), sent.agent, netip.MustParseAddr("192.0.2.7")); err != nil {
			return err
		}
	}
	if err := r.maintain(ctx, false, func(store.Step) {}); err != nil {
		return err
	}
	order, err := r.visitorOf(ctx, gen.Domain, cookie)
	if err == nil {
		_, err = r.privacy.Begin(ctx, order) // which goes on beside the first look at the demo
	}
	return err
}

// importYear puts the visits of the demo into its site, as an import does.
func (r *Running) importYear(ctx context.Context, siteID string, now time.Time) error {
	o, err := gen.Scale("demo", now)
	if err != nil {
		return err
	}
	site, err := r.store.Site(ctx, siteID)
	if err != nil {
		return err
	}
	im, err := site.StartImport(ctx)
	if err != nil {
		return err
	}
	defer im.Cancel()
	for day := range gen.New(o).Days() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := im.Add(ctx, day); err != nil {
			return err
		}
	}
	_, err = im.Commit(ctx, sha256.Sum256(fmt.Appendf(nil, "demo %v", o)))
	return err
}
