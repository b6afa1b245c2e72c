package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"sandprint/app/collect"
	"sandprint/app/store"
)

// eraseFlags are the flags of the erase command.
type eraseFlags struct {
	Site    string `flag:"site" arg:"DOMAIN" help:"the site; alone: all of it"`
	Visitor string `flag:"visitor" arg:"ID" help:"of the site, one visitor: the value of the cookie _sp, or the “visitor” of an imported file"`
	Before  string `flag:"before" arg:"DATE" help:"of the site, what began before a day in its time zone, as 2026-01-31"`
	Yes     bool   `flag:"yes" help:"don't ask"`
	JSON    bool   `flag:"json" help:"print JSON"`
}

func (sh *shell) eraseCommand() *cobra.Command {
	var f eraseFlags
	c := &cobra.Command{Use: "erase", Short: "Erase a visitor, what is older than a day, or a site, and search the files for what is left", Args: cobra.NoArgs,
		Long: "Erase a visitor of a site, what began before a day, or the whole site. Says what will go and asks; then erases, searches the\nfiles for every trace of what went, and prints what it removed and what the search saw. Backups are not changed.",
		RunE: sh.onData(func(ctx context.Context, in *instance, _ []string) error {
			if f.Site == "" {
				return usagef("“erase” needs --site DOMAIN")
			}
			if f.Visitor != "" && f.Before != "" {
				return usagef("“erase” takes --visitor or --before, not both")
			}
			e, err := in.newErasure(ctx, f)
			if err != nil {
				return err
			}
			return sh.erase(ctx, in, e, f)
		})}
	define(c.Flags(), &f)
	return c
}

// erasure is one thing to be erased.
type erasure struct {
	site  store.SiteInfo
	what  string                                          // in words
	count func(ctx context.Context) (store.Erased, error) // says what would go
	do    func(ctx context.Context) (store.Erased, error)
}

// newErasure returns what the flags mean.
func (in *instance) newErasure(ctx context.Context, f eraseFlags) (*erasure, error) {
	reader, err := in.site(ctx, f.Site)
	if err != nil {
		return nil, err
	}
	info := reader.Info()
	site, err := in.store.Site(ctx, info.ID)
	if err != nil {
		return nil, err
	}
	e := &erasure{site: info}
	switch {
	case f.Visitor != "":
		keys := collect.VisitorKeys(site.SiteKey(), info, f.Visitor)
		e.what = "what this visitor left at " + info.Domain
		e.count = func(ctx context.Context) (store.Erased, error) { return site.CountVisitor(ctx, keys...) }
		e.do = func(ctx context.Context) (store.Erased, error) { return site.EraseVisitor(ctx, keys...) }
	case f.Before != "":
		before, err := time.ParseInLocation(time.DateOnly, f.Before, info.Zone)
		if err != nil {
			return nil, usagef("--before %q is no day such as 2026-01-31", f.Before)
		}
		if before.After(time.Now().AddDate(0, 0, 1)) {
			return nil, usagef("--before %s is in the future", f.Before)
		}
		e.what = fmt.Sprintf("what began before %s (%s) at %s", f.Before, info.Zone, info.Domain)
		e.count = func(ctx context.Context) (store.Erased, error) { return site.CountBefore(ctx, before) }
		e.do = func(ctx context.Context) (store.Erased, error) { return site.EraseBefore(ctx, before) }
	default:
		e.what = info.Domain + " with its settings, its tokens and everything that was counted for it"
		e.count = func(ctx context.Context) (store.Erased, error) {
			return site.CountBefore(ctx, time.Now().AddDate(100, 0, 0))
		}
		e.do = func(ctx context.Context) (store.Erased, error) { return in.store.RemoveSite(ctx, info.ID) }
	}
	return e, nil
}

// eraseResult is an erasure as the command prints it.
type eraseResult struct {
	Site string `json:"site"`
	store.Erased
	Backups int `json:"backups"` // made before it, in the data directory
}

// erase says what will go, asks, erases and prints what went.
func (sh *shell) erase(ctx context.Context, in *instance, e *erasure, f eraseFlags) error {
	going, err := e.count(ctx)
	if err != nil {
		return fmt.Errorf("nothing was erased: %w", err)
	}
	sh.say("This erases %s, for good:\n%d visits on %d days, with %d page views and %d events; %d visitors' keys.",
		e.what, going.Visits, going.Days, going.Views, going.Events, going.Keys)
	whole := f.Visitor == "" && f.Before == ""
	if nothing := going.Visits == 0 && going.Keys == 0 && !whole; !f.Yes && !nothing {
		sh.say("Type %s to go on:", e.site.Domain)
		answer, err := readLine(sh.in)
		if err != nil {
			return err
		}
		if answer != e.site.Domain {
			return failf(exitFailed, "that is not %s: nothing was erased", e.site.Domain)
		}
	}
	began := time.Now()
	went, err := e.do(ctx)
	if err != nil {
		return fmt.Errorf("the erasure did not come to its end: %w; run it again", err)
	}
	if whole { // its file is gone with them
		went.Visits, went.Views, went.Events, went.Days, went.Keys = going.Visits, going.Views, going.Events, going.Days, going.Keys
	}
	r := eraseResult{Site: e.site.Domain, Erased: went, Backups: in.backups(began)}
	if r.Backups > 0 {
		sh.say("%d backups in %s were made before; what was erased is still in them until you delete them.", r.Backups, filepath.Join(in.dir, "backups"))
	}
	return sh.print(f.JSON, r, r.rows()...)
}

// rows returns the result as a table.
func (r eraseResult) rows() (rows [][]string) {
	row := func(name string, n int64) { rows = append(rows, []string{name, fmt.Sprint(n)}) }
	row("visits erased", int64(r.Visits))
	row("page views", int64(r.Views))
	row("events", int64(r.Events))
	row("days changed", int64(r.Days))
	row("visitors' keys", int64(r.Keys))
	row("texts only it had", int64(r.Entries))
	row("traces searched for", int64(r.Looked))
	row("bytes searched", r.Scanned)
	row("traces found", int64(r.Found))
	return rows
}

// backups counts the backups in the data directory that are whole and were begun before a moment.
func (in *instance) backups(before time.Time) (n int) {
	all, err := os.ReadDir(filepath.Join(in.dir, "backups"))
	if err != nil {
		return 0 // there is no such directory
	}
	for _, d := range all {
		if m, err := store.ReadManifest(filepath.Join(in.dir, "backups", d.Name())); err == nil && m.Made.Before(before) {
			n++
		}
	}
	return n
}
