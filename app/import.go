package app

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"sandprint/app/account"
	"sandprint/app/transfer"
)

// importFlags are the flags of the import commands.
type importFlags struct {
	Site    string `flag:"site" arg:"DOMAIN" help:"the site that the hits are of"`
	SkipBad bool   `flag:"skip-bad" help:"leave out lines that can't be read; without it, one of them stops the import and nothing is taken in"`
	JSON    bool   `flag:"json" help:"print JSON"`
}

// importLine is a line of a file of hits, as help shows it.
const importLine = `{"ts":"2026-11-24T09:30:00Z","visitor":"a1","ua":"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0","cc":"DE","n":"pageview","i":"view00001","u":"https://example.com/"}`

func (sh *shell) importCommand() *cobra.Command {
	return group("import", "Take in hits from a file", sh.importHits())
}

func (sh *shell) importHits() *cobra.Command {
	var f importFlags
	c := &cobra.Command{Use: "hits FILE", Short: "Take in a file of hits, one JSON object a line; “-” is standard input", Args: oneWord,
		Long:    "Take in a file of hits, one JSON object a line, packed with gzip or not; “-” is standard input. All of it is taken in\nor, when something is wrong or it is interrupted, nothing. The same file again changes nothing.\n\nA line has the keys of a hit (n, i, u, r and so on, see docs/wire.md) and\n\n  ts       time of the hit, RFC 3339\n  visitor  any text; the same text is the same visitor\n  ua       user agent (optional)\n  cc       country, ISO 3166-1 alpha-2 (optional)\n\nsorted by ts, as\n\n  " + importLine,
		PreRunE: func(_ *cobra.Command, args []string) error { return sh.readFrom(args[0]) },
		RunE: sh.onData(func(ctx context.Context, in *instance, args []string) error {
			if f.Site == "" {
				return usagef("“import hits” needs --site DOMAIN")
			}
			site, err := in.site(ctx, f.Site)
			if err != nil {
				return err
			}
			to, err := in.store.Site(ctx, site.Info().ID)
			if err != nil {
				return err
			}
			progress := func(p transfer.Progress) { fmt.Fprintf(sh.err, "\r%d lines, %d MB", p.Lines, p.Bytes>>20) }
			if sh.width == 0 {
				progress = nil // no one looks on
			}
			result, err := transfer.ImportHits(ctx, sh.in, to, transfer.Options{SkipBad: f.SkipBad, Progress: progress})
			if progress != nil {
				sh.say("")
			}
			if err = in.accounts.Note(ctx, account.Local(), "site.import", site.Info().Customer, site.Info().Number, err); err != nil {
				return err
			}
			return sh.printImport(f.JSON, result)
		})}
	define(c.Flags(), &f)
	return c
}

// readFrom makes a file the standard input of the command, where the file is: an owner that the command runs in may be
// another user, or see other files.
func (sh *shell) readFrom(file string) error {
	if file == "-" || sh.live != nil {
		return nil
	}
	f, err := os.Open(file)
	if err != nil {
		return failf(exitFailed, "can't read the file to import: %w", err)
	}
	sh.in = f // closed by the end of the process
	return nil
}

func (sh *shell) printImport(asJSON bool, r transfer.Result) error {
	for _, bad := range r.Examples {
		sh.say("left out: %s", bad)
	}
	if r.Already {
		sh.say("This file was imported before; nothing changed.")
	}
	return sh.print(asJSON, r, []string{"lines", fmt.Sprint(r.Lines)}, []string{"hits taken in", fmt.Sprint(r.Hits)},
		[]string{"left out by page rules", fmt.Sprint(r.Excluded)}, []string{"left out as unreadable", fmt.Sprint(r.Bad)})
}
