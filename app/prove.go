package app

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"sandprint/app/prove"
	"sandprint/app/web"
)

// proof is what “sandprint prove --json” prints.
type proof struct {
	Version string         `json:"version"`
	Claims  []prove.Result `json:"claims"`
	Holds   int            `json:"hold"`
	Broken  int            `json:"broken"`
	NotRun  int            `json:"not_run"` // what they need isn't here, or what they are about
}

func (sh *shell) proveCommand() *cobra.Command {
	var f struct {
		Claim []string `flag:"claim" arg:"N" help:"try this claim only; may be given several times"`
		Keep  bool     `flag:"keep" help:"leave the scratch directory for your own look; says where it is"`
		JSON  bool     `flag:"json" help:"print JSON"`
	}
	c := &cobra.Command{Use: "prove", Short: "Try the privacy claims against this very program and print the evidence", Args: cobra.NoArgs,
		Long: "Try what is promised to visitors: start this very program on a scratch directory and a free port of this machine, visit it with made-up\n" +
			"visitors, and search the disk, the log, the memory and the wire for what must not be there. Prints what was sent, what was searched and what\n" +
			"was found. Your own data is neither read nor changed. What needs a browser, strace or root and finds none says “not run here”, which is no failure.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			sh.ran = true
			o := prove.Options{Routes: web.Patterns()}
			for _, text := range f.Claim {
				var n int
				if _, err := fmt.Sscan(text, &n); err != nil {
					return usagef("--claim %q is no number", text)
				}
				o.Only = append(o.Only, n)
			}
			return sh.prove(cmd.Context(), o, f.Keep, f.JSON)
		}}
	define(c.Flags(), &f)
	return c
}

// prove tries claims in a scratch directory and prints what came out of them.
func (sh *shell) prove(ctx context.Context, o prove.Options, keep, asJSON bool) (err error) {
	if err := o.Check(); err != nil {
		return failf(exitUsage, "%w", err)
	}
	if o.Program, err = os.Executable(); err != nil {
		return fmt.Errorf("this program can't be found: %w", err)
	}
	if o.Dir, err = os.MkdirTemp("", "sandprint-prove-"); err != nil {
		return failf(exitFailed, "there is no room for a scratch directory: %w: name another place with TMPDIR", err)
	}
	if keep {
		sh.say("The scratch directory is %s.", o.Dir)
	} else {
		defer os.RemoveAll(o.Dir)
	}
	tell := sh.printResult
	if asJSON {
		tell = func(r prove.Result) { sh.say("%d of %d: %s", r.Claim, len(prove.Claims), r.Outcome) }
	} else {
		sh.say("Sandprint %s tries its promises on itself, in a scratch directory, with made-up visitors.\n", versionOf().Version)
	}
	results, err := prove.Run(ctx, o, tell)
	if ctx.Err() != nil {
		return errInterrupted
	}
	if err != nil {
		return failf(exitUsage, "%w", err)
	}
	p := proof{Version: versionOf().Version, Claims: results}
	for _, r := range results {
		switch r.Outcome {
		case prove.Holds:
			p.Holds++
		case prove.Broken:
			p.Broken++
		default:
			p.NotRun++
		}
	}
	if asJSON {
		err = sh.print(true, p)
	} else {
		_, err = fmt.Fprintf(sh.out, "%d of %d claims hold, %d are broken, %d were not run or don't apply. docs/privacy-proof.md says what each shows, and what none can.\n", p.Holds, len(results), p.Broken, p.NotRun)
	}
	if err == nil && p.Broken > 0 {
		err = failf(exitFailed, "%d of %d claims are broken", p.Broken, len(results))
	}
	return err
}

// printResult prints a claim with its evidence.
func (sh *shell) printResult(r prove.Result) {
	fmt.Fprintf(sh.out, "%2d  %-8s %s (%.1f s)\n", r.Claim, strings.ToUpper(r.Outcome), r.Says, float64(r.Took)/1000)
	for _, line := range r.Evidence {
		fmt.Fprintf(sh.out, "    %-8s %s\n", line.What, line.Text)
	}
	for _, wrong := range r.Wrong {
		fmt.Fprintf(sh.out, "    %-8s %s\n", "WRONG", wrong)
	}
	fmt.Fprintln(sh.out)
}
