package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Round says how the nightly round is to be done.
type Round struct {
	ClockIsRight bool                   // the operator says so: retention goes by it, whatever it looks like
	Free         func() (uint64, error) // bytes free on the disk of the data directory
}

// Step is one thing that a round did for a site.
type Step struct {
	Site    int64  `json:"site"`              // its number; 0: all of them
	Name    string `json:"step"`              // check, seal, retain, sweep, log, room; copies
	Did     string `json:"did"`               // in words; empty: there was nothing to do
	Warning bool   `json:"warning,omitempty"` // somebody should look at it
	Took    int64  `json:"ms"`

	Gone SiteRound `json:"-"` // of the step retain: what went
}

// String returns the step as a sentence.
func (s Step) String() string {
	text := fmt.Sprintf("%s: %s (%d ms)", s.Name, cmp.Or(s.Did, "nothing to do"), s.Took)
	if s.Site == 0 {
		return text
	}
	return fmt.Sprintf("site %d: %s", s.Site, text)
}

// LastRound is how the last nightly round ended.
type LastRound struct {
	Ended  time.Time `json:"ended"`
	Failed string    `json:"failed,omitempty"` // what failed; empty: nothing did
	Waits  string    `json:"waits,omitempty"`  // why retention waits at some site, or of what is no site's; empty: it doesn't

	Sites        map[int64]SiteRound `json:"sites,omitempty"`         // by number: those where something went, waits or failed
	OthersFailed string              `json:"others_failed,omitempty"` // what failed of what is no site's; it is in Failed too
	Copies       int                 `json:"copies,omitempty"`        // that were let go of
	Tombstones   int64               `json:"tombstones,omitempty"`    // that were let go of
	Audit        int64               `json:"audit,omitempty"`         // entries of the audit log that were let go of
}

// SiteRound is what a round did at a site for the age of things.
type SiteRound struct {
	Visits int64 `json:"visits,omitempty"` // that went
	Keys   int64 `json:"keys,omitempty"`
	Totals int64 `json:"totals,omitempty"`
	Waits  bool  `json:"waits,omitempty"`  // the clock looked wrong: nothing went
	Failed bool  `json:"failed,omitempty"` // a step failed
}

const roundSetting = "round"

// SetLastRound keeps how a round ended.
func (s *Store) SetLastRound(ctx context.Context, l LastRound) error {
	data, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return s.control.SetSetting(ctx, roundSetting, data)
}

// LastRound returns how the last nightly round ended; ErrNotFound: there was none yet.
func (s *Store) LastRound(ctx context.Context) (LastRound, error) { return s.control.lastRound(ctx) }

func (c *Control) lastRound(ctx context.Context) (l LastRound, err error) {
	data, err := c.Setting(ctx, roundSetting)
	if err == nil {
		err = json.Unmarshal(data, &l)
	}
	return l, err
}

// Maintain does the nightly round for every site: seals the days that can no longer change, removes what is older than
// the site keeps, empties the write-ahead log and gives free pages back. It reports each step. One site's failure does
// not stop the others; the errors come back joined, and LastRound tells of them too.
func (s *Store) Maintain(ctx context.Context, r Round, report func(Step)) error {
	s.round.Lock()
	defer s.round.Unlock()
	var failed error
	last := LastRound{Sites: map[int64]SiteRound{}}
	for _, info := range s.Sites() {
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}
		err := s.maintainSite(ctx, info, r, func(step Step) {
			if step.Warning && step.Name == "retain" && last.Waits == "" {
				last.Waits = fmt.Sprintf("site %d: %s", step.Site, step.Did)
			}
			if step.Gone != (SiteRound{}) {
				last.Sites[info.Number] = step.Gone
			}
			report(step)
		})
		if _, there := s.info(info.ID); err != nil && ctx.Err() == nil && there { // a site may be removed meanwhile
			site := last.Sites[info.Number]
			site.Failed = true
			last.Sites[info.Number] = site
			failed = errors.Join(failed, fmt.Errorf("site %d: %w", info.Number, err))
		}
	}
	if last.Ended = time.Now(); failed != nil {
		last.Failed = strings.ReplaceAll(failed.Error(), "\n", "; ")
	}
	return errors.Join(failed, s.SetLastRound(ctx, last))
}

func (s *Store) maintainSite(ctx context.Context, info SiteInfo, r Round, report func(Step)) error {
	ctx, done := context.WithCancel(ctx)
	defer done()
	site, err := s.Site(ctx, info.ID)
	if err != nil {
		return err
	}
	n := night{Site: site, Round: r}
	var failed error
	for _, step := range []struct {
		name string
		do   func(context.Context) (did string, warning bool, err error)
	}{{"check", n.check}, {"seal", n.seal}, {"retain", n.retain}, {"sweep", n.sweep}, {"log", n.log}, {"room", n.room}} {
		began := time.Now()
		did, warning, err := step.do(ctx)
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}
		if err != nil { // what a step could not do doesn't keep the next from doing its own
			failed = errors.Join(failed, fmt.Errorf("%s: %w", step.name, err))
			continue
		}
		done := Step{Site: info.Number, Name: step.name, Did: did, Warning: warning, Took: time.Since(began).Milliseconds()}
		if step.name == "retain" {
			done.Gone = n.gone
		}
		report(done)
	}
	return failed
}

// night is one site's round at work. Its methods are the steps.
type night struct {
	*Site
	Round
	gone SiteRound // what the step retain removed
}

// check looks at what is too much to look at whenever a site is opened.
func (n *night) check(ctx context.Context) (did string, warning bool, err error) {
	err = n.verifyVisitors(ctx)
	if errors.Is(err, ErrErasing) {
		return "an erasure needed the file, so the visitors' keys are looked at the next time", false, nil
	}
	return "", false, err
}

func (n *night) seal(ctx context.Context) (did string, warning bool, err error) {
	if _, err := n.DaySalt(ctx, time.Now()); err != nil { // the salts of days gone by are deleted with it
		return "", false, err
	}
	days, err := n.Seal(ctx)
	if days > 0 {
		did = fmt.Sprintf("sealed %d days", days)
	}
	return did, false, err
}

func (n *night) retain(ctx context.Context) (did string, warning bool, err error) {
	g, err := n.Site.retain(ctx, n.ClockIsRight)
	n.gone = SiteRound{Visits: int64(g.visits), Keys: g.keys, Totals: g.totals, Waits: g.waits != ""}
	switch {
	case g.waits != "":
		did, warning = "nothing is removed for its age, because "+g.waits, true
	case g != retained{}:
		did = fmt.Sprintf("removed %d visits in %d blocks, %d visitors' keys, %d day totals", g.visits, g.parts, g.keys, g.totals)
	}
	return did, warning, err
}

// sweep is for the texts of visits that went. Which others use takes reading all columns that say so.
func (n *night) sweep(ctx context.Context) (did string, warning bool, err error) {
	removed, err := n.Site.sweep(ctx)
	if errors.Is(err, ErrErasing) {
		return "an erasure needed the file, so texts are looked at the next time", false, nil
	}
	if d, damaged := errors.AsType[*Damage](err); damaged {
		return fmt.Sprintf("no text is removed, because it isn't known which are in use: %v", d), true, nil
	}
	if removed > 0 {
		did = fmt.Sprintf("removed %d texts that nothing has any more", removed)
	}
	return did, false, err
}

func (n *night) log(ctx context.Context) (did string, warning bool, err error) {
	emptied, err := n.emptyLog(ctx)
	if !emptied {
		did = "a question was being answered, so the log was not cut down to nothing"
	}
	return did, false, err
}

func (n *night) room(ctx context.Context) (did string, warning bool, err error) {
	did, warning, err = n.giveBack(ctx, n.Free)
	if err == nil {
		_, err = n.emptyLog(ctx) // what was moved is in it
	}
	return did, warning, err
}
