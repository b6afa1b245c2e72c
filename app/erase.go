package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sandprint/app/account"
	"sandprint/app/collect"
	"sandprint/app/privacy"
	"sandprint/app/store"
	"sandprint/app/visit"
)

// eraseFlags are the flags of the erase command.
type eraseFlags struct {
	Site     string `flag:"site" arg:"DOMAIN" help:"the site; alone: all of it"`
	Visitor  string `flag:"visitor" arg:"ID" help:"of the site, one visitor: the value of the cookie _sp, or the “visitor” of an imported file"`
	Before   string `flag:"before" arg:"DATE" help:"of the site, what began before a day in its time zone, as 2026-01-31"`
	Customer string `flag:"customer" arg:"NAME" help:"a customer with all sites, and the people who belong to no other"`
	Yes      bool   `flag:"yes" help:"don't ask"`
	JSON     bool   `flag:"json" help:"print JSON"`
}

func (sh *shell) eraseCommand() *cobra.Command {
	var f eraseFlags
	var c *cobra.Command
	c = &cobra.Command{Use: "erase", Short: "Erase a visitor, what is older than a day, a site or a customer, everywhere, with a receipt", Args: cobra.NoArgs,
		Long: "Erase a visitor of a site, what began before a day, a whole site, or a customer with sites and people. Says what will go and asks;\n" +
			"then erases it in the data and in all copies in the data directory, searches the files for every trace of what went, and prints the receipt.\n" +
			"An erasure that is cut short goes on at the next start, the next night, or when it is asked for again.",
		RunE: sh.onData(func(ctx context.Context, in *instance, _ []string) error {
			for _, name := range []string{"site", "visitor", "before", "customer"} {
				if given := c.Flags().Lookup(name); given.Changed && strings.TrimSpace(given.Value.String()) == "" { // a script's variable that is empty, which mustn't mean all
					return usagef("--%s is empty: name what is to be erased", name)
				}
			}
			o, what, err := in.order(ctx, f)
			if err != nil {
				return err
			}
			return sh.erase(ctx, in, o, what, f)
		})}
	define(c.Flags(), &f)
	return c
}

// order returns what the flags mean, in words too.
func (in *instance) order(ctx context.Context, f eraseFlags) (o privacy.Order, what string, err error) {
	switch {
	case f.Site == "" && f.Customer == "":
		return o, "", usagef("“erase” needs --site DOMAIN or --customer NAME")
	case f.Site != "" && f.Customer != "":
		return o, "", usagef("“erase” takes --site or --customer, not both")
	case f.Visitor != "" && f.Before != "":
		return o, "", usagef("“erase” takes --visitor or --before, not both")
	case f.Customer != "" && (f.Visitor != "" || f.Before != ""):
		return o, "", usagef("--visitor and --before are of a site: name it with --site")
	case f.Customer != "":
		o.Customer, err = in.store.Control().CustomerByName(ctx, f.Customer)
		if errors.Is(err, store.ErrNotFound) {
			return o, "", failf(exitFailed, "there is no customer %s: “sandprint site list” tells which there are", f.Customer)
		}
		return o, o.Customer.Name + " with all sites, and the people who belong to no other customer", err
	}
	if o.Site, err = in.accounts.Known(ctx, account.Local(), f.Site); err != nil { // also one whose file can't be read
		return o, "", noSite(f.Site, err)
	}
	switch {
	case f.Visitor != "":
		return in.visitorOrder(ctx, o.Site, strings.TrimPrefix(f.Visitor, "_sp="))
	case f.Before != "":
		if o.Before, err = time.ParseInLocation(time.DateOnly, f.Before, o.Site.Zone); err != nil {
			return o, "", usagef("--before %q is no day such as 2026-01-31", f.Before)
		}
		if o.Before.After(time.Now().AddDate(0, 0, 1)) {
			return o, "", usagef("--before %s is in the future", f.Before)
		}
		return o, fmt.Sprintf("what began before %s (%s) at %s", f.Before, o.Site.Zone, o.Site.Domain), nil
	}
	o.All = true
	return o, o.Site.Domain + " with its settings, its tokens and everything that was counted for it", nil
}

// visitorOrder is order for a visitor. A text that is no cookie's value can only be what an imported file called a visitor.
func (in *instance) visitorOrder(ctx context.Context, info store.SiteInfo, text string) (o privacy.Order, what string, err error) {
	site, release, err := in.store.Hold(ctx, info.ID)
	if err != nil {
		return o, "", err
	}
	defer release()
	_, _, cookie := visit.ParseCookie(text)
	_, _, bare := visit.ParseCookie(text + ".0") // without its day
	if !cookie && !bare {
		imported, err := site.Imported(ctx)
		if err != nil {
			return o, "", err
		}
		if !imported {
			return o, "", usagef("--visitor %q is no value of the cookie _sp, which is 18 letters and digits, a full stop and 5 digits; and no file was imported into %s that could have named a visitor so", text, info.Domain)
		}
	}
	return privacy.Order{Site: info, Keys: collect.VisitorKeys(site.SiteKey(), info, text)}, "what this visitor left at " + info.Domain, nil
}

// erase says what will go, asks, erases and prints the receipt. Where nothing is kept there is nothing to ask, and no receipt that would say that something
// was erased; an order that was begun before and is not done is gone on with.
func (sh *shell) erase(ctx context.Context, in *instance, o privacy.Order, what string, f eraseFlags) error {
	going, err := in.privacy.Preview(ctx, o)
	if err != nil {
		return fmt.Errorf("nothing was erased: %w", err)
	}
	whole := f.Visitor == "" && f.Before == ""
	if nothing := going.Visits == 0 && going.Keys == 0 && !whole; nothing {
		open, err := in.privacy.Open(ctx, o)
		if err != nil {
			return fmt.Errorf("nothing was erased: %w", err)
		}
		if !open && (f.Visitor != "" || going.Copies == 0) {
			return sh.nothingToErase(ctx, in, o, f)
		}
		f.Yes = true
	}
	sh.say("This erases %s, for good:\n%s on %s, with %s and %s; %s.", what, count(going.Visits, "visit", "visits"), count(going.Days, "day", "days"),
		count(going.Views, "page view", "page views"), count(going.Events, "event", "events"), count(going.Keys, "visitor's key", "visitors' keys"))
	if len(going.Users) > 0 || f.Customer != "" {
		sh.say("Sites: %s. People: %s.", orNone(going.Sites), orNone(going.Users))
	}
	if going.Copies > 0 {
		sh.say("It is erased in %s in %s too.", count(going.Copies, "copy", "copies"), filepath.Join(in.dir, "backups"))
	}
	name := o.Site.Domain
	if f.Customer != "" {
		name = o.Customer.Name
	}
	if !f.Yes {
		sh.say("Type %s to go on:", name)
		answer, err := readLine(sh.in)
		if err != nil {
			return err
		}
		if answer != name {
			return failf(exitFailed, "that is not %s: nothing was erased", name)
		}
	}
	r, err := in.privacy.Erase(ctx, o, func(p privacy.Progress) { sh.say("%d of %d: %s", p.Done, p.Steps, p.Step) })
	action, customer, object := o.Deed()
	if err = in.accounts.Note(ctx, account.Local(), action, customer, object, err); err != nil {
		return err
	}
	return sh.print(f.JSON, r, receiptRows(r)...)
}

// nothingToErase says that nothing is kept of what was named. Hits of a visitor that are still on their way are refused all the same.
func (sh *shell) nothingToErase(ctx context.Context, in *instance, o privacy.Order, f eraseFlags) error {
	if f.Visitor == "" {
		sh.say("Nothing began before %s at %s: there is nothing to erase.", f.Before, o.Site.Domain)
	} else {
		if err := in.privacy.Ask(ctx, o.Site, o.Keys...); err != nil {
			return err
		}
		sh.say("Nothing is kept of this visitor at %s: there is nothing to erase.", o.Site.Domain)
	}
	if f.JSON {
		return sh.print(true, map[string]any{"receipt": nil})
	}
	return nil
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

// receiptRows returns a receipt as a table.
func receiptRows(r privacy.Receipt) (rows [][]string) {
	row := func(name string, value any) { rows = append(rows, []string{name, fmt.Sprint(value)}) }
	row("receipt", r.Number)
	row("made", r.Made.Format(time.RFC3339))
	row("visits erased", r.Data.Visits)
	row("page views", r.Data.Views)
	row("events", r.Data.Events)
	row("days changed", r.Data.Days)
	row("visitors' keys", r.Data.Keys)
	row("texts only it had", r.Data.Entries)
	row("traces searched for", r.Data.Looked)
	row("bytes searched", r.Data.Scanned)
	row("traces found", r.Data.Found)
	for _, c := range r.Copies {
		row("copy of "+c.Made.Format(time.DateTime), fmt.Sprintf("%s erased, %s searched, %s found", count(c.Visits, "visit", "visits"), count(c.Scanned, "byte", "bytes"), count(c.Found, "trace", "traces")))
	}
	row("copies elsewhere are to be gone by", r.Elsewhere.Format(time.DateOnly))
	row("link of the chain", r.Link)
	return rows
}
