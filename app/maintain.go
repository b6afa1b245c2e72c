package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sandprint/app/store"
)

func (sh *shell) maintainCommand() *cobra.Command {
	var f struct {
		ClockIsRight bool `flag:"clock-is-right" help:"remove what is old although the clock looks wrong; look at “date” first"`
		JSON         bool `flag:"json" help:"print JSON"`
	}
	c := &cobra.Command{Use: "maintain", Short: "Do the nightly round now and print what it did", Args: cobra.NoArgs,
		Long: "Do the nightly round now and print what it did for each site: seal days that are over, remove what is older than\nthe site keeps, empty the write-ahead log, give free room back; then go on with erasures, copy everything unless there is a copy of\ntoday, and let go of old copies. Hits are counted meanwhile.",
		RunE: sh.onData(func(ctx context.Context, in *instance, _ []string) error {
			domains := map[int64]string{}
			for _, info := range in.store.Sites() {
				domains[info.Number] = info.Domain
			}
			var steps []siteStep
			err := in.maintain(ctx, f.ClockIsRight, func(did store.Step) {
				s := siteStep{did, domains[did.Site]}
				if steps = append(steps, s); !f.JSON {
					fmt.Fprintln(sh.out, s)
				}
				if s.Warning {
					sh.say("Look at this: %s", s)
				}
			})
			if f.JSON {
				if printed := sh.print(true, steps); err == nil {
					err = printed
				}
			}
			return err
		})}
	define(c.Flags(), &f)
	return c
}

// siteStep is a step of the round with the domain of its site. The service log, which names no sites, has the step alone.
type siteStep struct {
	store.Step
	Domain string `json:"domain,omitempty"` // empty: of all sites
}

// String returns the step as a sentence.
func (s siteStep) String() string {
	if s.Domain == "" {
		return s.Step.String()
	}
	s.Site = 0
	return s.Domain + ": " + s.Step.String()
}

// maintain does the nightly round.
func (in *instance) maintain(ctx context.Context, clockIsRight bool, report func(store.Step)) error {
	round := store.Round{ClockIsRight: clockIsRight, Free: func() (uint64, error) { return diskFree(in.dir) }}
	waits, err := in.store.Control().DoubtClock(ctx, time.Now(), clockIsRight)
	if err != nil {
		return err
	}
	failed := in.store.Maintain(ctx, round, report)
	if ctx.Err() != nil {
		return failed
	}
	began := time.Now()
	last, err := in.store.LastRound(ctx)
	if err != nil {
		return errors.Join(failed, err)
	}
	if waits != "" {
		last.Waits = strings.TrimSuffix("no copy, no tombstone and no entry of the audit log is removed for its age, because "+waits+"; "+last.Waits, "; ")
	}
	limits, err := in.accounts.Limits(ctx)
	if err != nil {
		return errors.Join(failed, err)
	}
	did, gone, others := in.privacy.Nightly(ctx, versionOf().Version, limits.CopiesLive(), waits != "", round.Free)
	report(store.Step{Name: "copies", Did: did, Warning: waits != "", Took: time.Since(began).Milliseconds()})
	last.Copies, last.Tombstones = gone.Copies, gone.Tombstones
	last.Audit, err = in.accounts.Nightly(ctx, waits != "")
	if last.Audit > 0 {
		report(store.Step{Name: "audit", Did: fmt.Sprintf("removed %d entries of the audit log", last.Audit)})
	}
	if ctx.Err() != nil {
		return errors.Join(failed, others, err)
	}
	if others = errors.Join(others, err); others != nil { // what is no site's is kept too, so that it is told of as loudly
		last.OthersFailed = oneLine(others.Error())
		last.Failed = strings.TrimPrefix(last.Failed+"; "+last.OthersFailed, "; ")
	}
	return errors.Join(failed, others, in.store.SetLastRound(ctx, last))
}
