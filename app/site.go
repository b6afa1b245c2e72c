package app

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"sandprint/app/account"
	"sandprint/app/store"
)

// siteFlags are the flags of the site commands.
type siteFlags struct {
	Customer string `flag:"customer" arg:"NAME" help:"the customer who owns it; made when it is new, and not needed when there is only one"`
	Timezone string `flag:"timezone" default:"UTC" arg:"ZONE" help:"the time zone of its days, as Europe/Berlin"`
	Mode     string `flag:"mode" default:"cookie" arg:"MODE" help:"how visitors are counted: cookie, cookieless or consent"`
	Before   string `flag:"before-consent" default:"nothing" arg:"WAY" help:"what is counted in mode consent until there is consent: nothing or cookieless"`
	Preset   string `flag:"preset" arg:"NAME" help:"the settings for a country's rules: standard, strict, de, fr, es or uk; --mode goes before"`
	Yes      bool   `flag:"yes" help:"don't ask"`
	JSON     bool   `flag:"json" help:"print JSON"`
}

// siteResult is a site as the commands print it.
type siteResult struct {
	Domain   string    `json:"domain"`
	Customer string    `json:"customer"`
	Timezone string    `json:"timezone"`
	Mode     string    `json:"mode"`
	Created  time.Time `json:"created"`
}

func (sh *shell) siteCommand() *cobra.Command {
	return group("site", "Add, list and remove sites", sh.siteAdd(), sh.siteList(), sh.siteRemove())
}

func (sh *shell) siteAdd() *cobra.Command {
	var f siteFlags
	c := &cobra.Command{Use: "add DOMAIN", Short: "Add a site", Args: oneWord,
		Long: "Add a site. A customer who isn't there is made; nobody sees its sites then but the operator of this machine, until\n“sandprint user add EMAIL --customer NAME” adds someone to it."}
	c.RunE = sh.onNewData(func(ctx context.Context, in *instance, args []string) error {
		n := account.NewSite{Domain: args[0], Customer: f.Customer, Zone: f.Timezone, Mode: f.Mode, Before: f.Before, Preset: f.Preset}
		if f.Preset != "" && !c.Flags().Changed("mode") {
			n.Mode = "" // the preset's
		}
		customers, err := in.store.Control().Customers(ctx)
		if err != nil {
			return err
		}
		site, err := in.accounts.AddSite(ctx, account.Local(), n)
		if err != nil {
			return err
		}
		if in.base != "" {
			sh.say("Its pages are counted with: <script defer src=%q></script>", in.base+"/js/"+site.Domain+".js")
		}
		added, err := in.siteResults(ctx, site)
		if err != nil {
			return err
		}
		if err := sh.tellOfCustomer(ctx, in, added[0].Customer, customers); err != nil {
			return err
		}
		return sh.print(f.JSON, added[0], added[0].row())
	})
	define(c.Flags(), &f, "customer", "timezone", "mode", "before-consent", "preset", "json")
	return c
}

// tellOfCustomer says that the customer of a new site was made with it, being none of before, and that nobody belongs to it.
func (sh *shell) tellOfCustomer(ctx context.Context, in *instance, name string, before []store.Customer) error {
	if !slices.ContainsFunc(before, func(c store.Customer) bool { return c.Name == name }) {
		sh.say("There was no customer %q: it was made.", name)
	}
	users, err := in.accounts.Users(ctx, account.Local())
	if err != nil {
		return err
	}
	for _, u := range users {
		if slices.ContainsFunc(u.Members, func(m account.Membership) bool { return m.Customer == name }) {
			return nil
		}
	}
	sh.say("Nobody belongs to the customer %q yet: “sandprint user add EMAIL --customer %q” adds someone.", name, name)
	return nil
}

func (sh *shell) siteList() *cobra.Command {
	var f siteFlags
	c := &cobra.Command{Use: "list", Short: "List sites", Args: cobra.NoArgs,
		RunE: sh.onData(func(ctx context.Context, in *instance, _ []string) error {
			sites, err := in.accounts.Sites(ctx, account.Local())
			if err != nil {
				return err
			}
			all, err := in.siteResults(ctx, sites...)
			if err != nil {
				return err
			}
			rows := [][]string{{"SITE", "CUSTOMER", "TIME ZONE", "COUNTED BY", "SINCE"}}
			for _, site := range all {
				rows = append(rows, site.row())
			}
			return sh.print(f.JSON, all, rows...)
		})}
	define(c.Flags(), &f, "json")
	return c
}

func (sh *shell) siteRemove() *cobra.Command {
	var f siteFlags
	c := &cobra.Command{Use: "remove DOMAIN", Short: "Remove a site and everything counted for it", Args: oneWord,
		RunE: sh.onData(func(ctx context.Context, in *instance, args []string) error {
			site, err := in.site(ctx, args[0])
			if err != nil {
				return err
			}
			domain := site.Info().Domain
			if !f.Yes {
				sh.say("This removes %s with all its figures, for good. Type its domain to go on:", domain)
				answer, err := readLine(sh.in)
				if err != nil {
					return err
				}
				if answer != domain {
					return failf(exitFailed, "that is not %s: nothing was removed", domain)
				}
			}
			if err := in.accounts.RemoveSite(ctx, account.Local(), domain); err != nil {
				return err
			}
			sh.say("Removed %s.", domain)
			return nil
		})}
	define(c.Flags(), &f, "yes")
	return c
}

// siteResults returns sites with the names of their customers.
func (in *instance) siteResults(ctx context.Context, sites ...account.SiteInfo) ([]siteResult, error) {
	customers, err := in.store.Control().Customers(ctx)
	if err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, c := range customers {
		names[c.ID] = c.Name
	}
	all := make([]siteResult, len(sites))
	for i, s := range sites {
		all[i] = siteResult{Domain: s.Domain, Customer: names[s.Customer], Timezone: s.Zone.String(), Mode: s.Mode, Created: s.Created.UTC()}
	}
	return all, nil
}

func (s siteResult) row() []string {
	return []string{s.Domain, s.Customer, s.Timezone, s.Mode, s.Created.Format(time.DateOnly)}
}
