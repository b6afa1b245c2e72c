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
	Site    int64  `json:"site"`              // its number
	Name    string `json:"step"`              // seal, retain, log, room
	Did     string `json:"did"`               // in words; empty: there was nothing to do
	Warning bool   `json:"warning,omitempty"` // somebody should look at it
	Took    int64  `json:"ms"`
}

// String returns the step as a sentence.
func (s Step) String() string {
	return fmt.Sprintf("site %d: %s: %s (%d ms)", s.Site, s.Name, cmp.Or(s.Did, "nothing to do"), s.Took)
}

// LastRound is how the last nightly round ended.
type LastRound struct {
	Ended  time.Time `json:"ended"`
	Failed string    `json:"failed,omitempty"` // what failed; empty: nothing did
	Waits  string    `json:"waits,omitempty"`  // why retention waits at some site; empty: it doesn't
}

const roundSetting = "round"

// LastRound returns how the last nightly round ended; ErrNotFound: there was none yet.
func (s *Store) LastRound(ctx context.Context) (l LastRound, err error) {
	data, err := s.control.Setting(ctx, roundSetting)
	if err == nil {
		err = json.Unmarshal(data, &l)
	}
	return l, err
}

// Maintain does the nightly round for every site: seals the days that can no longer change, removes what is older than
// the site keeps, empties the write-ahead log and gives free pages back. It reports each step. One site's failure does
// not stop the others; the errors come back joined, and LastRound tells of them too.
func (s *Store) Maintain(ctx context.Context, r Round, report func(Step)) error {
	var failed error
	last := LastRound{}
	for _, info := range s.Sites() {
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}
		err := s.maintainSite(ctx, info, r, func(step Step) {
			if step.Warning && step.Name == "retain" && last.Waits == "" {
				last.Waits = fmt.Sprintf("site %d: %s", step.Site, step.Did)
			}
			report(step)
		})
		if err != nil && ctx.Err() == nil && !errors.Is(err, ErrNotFound) { // a site may be removed meanwhile
			failed = errors.Join(failed, fmt.Errorf("site %d: %w", info.Number, err))
		}
	}
	if last.Ended = time.Now(); failed != nil {
		last.Failed = strings.ReplaceAll(failed.Error(), "\n", "; ")
	}
	data, err := json.Marshal(last)
	if err == nil {
		err = s.control.SetSetting(ctx, roundSetting, data)
	}
	return errors.Join(failed, err)
}

func (s *Store) maintainSite(ctx context.Context, info SiteInfo, r Round, report func(Step)) error {
	ctx, done := context.WithCancel(ctx)
	defer done()
	site, err := s.Site(ctx, info.ID)
	if err != nil {
		return err
	}
	var failed error
	for _, step := range []struct {
		name string
		do   func(context.Context, Round) (did string, warning bool, err error)
	}{{"seal", site.sealStep}, {"retain", site.retainStep}, {"log", site.logStep}, {"room", site.roomStep}} {
		began := time.Now()
		did, warning, err := step.do(ctx, r)
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}
		if err != nil { // what a step could not do doesn't keep the next from doing its own
			failed = errors.Join(failed, fmt.Errorf("%s: %w", step.name, err))
			continue
		}
		report(Step{Site: info.Number, Name: step.name, Did: did, Warning: warning, Took: time.Since(began).Milliseconds()})
	}
	return failed
}

func (s *Site) sealStep(ctx context.Context, _ Round) (string, bool, error) {
	if _, err := s.DaySalt(ctx, time.Now()); err != nil { // the salts of days gone by are deleted with it
		return "", false, err
	}
	days, err := s.Seal(ctx)
	if days == 0 {
		return "", false, err
	}
	return fmt.Sprintf("sealed %d days", days), false, err
}

func (s *Site) retainStep(ctx context.Context, r Round) (string, bool, error) {
	gone, err := s.retain(ctx, r.ClockIsRight)
	if gone.waits != "" {
		return "nothing is removed for its age, because " + gone.waits, true, err
	}
	if gone == (retained{}) {
		return "", false, err
	}
	return fmt.Sprintf("removed %d visits in %d blocks, %d visitors' keys, %d day totals", gone.visits, gone.parts, gone.keys, gone.totals), false, err
}

func (s *Site) logStep(ctx context.Context, _ Round) (string, bool, error) {
	emptied, err := s.emptyLog(ctx)
	if !emptied {
		return "a question was being answered, so the log was not cut down to nothing", false, err
	}
	return "", false, err
}

func (s *Site) roomStep(ctx context.Context, r Round) (string, bool, error) {
	did, warning, err := s.giveBack(ctx, r.Free)
	if err == nil {
		_, err = s.emptyLog(ctx) // what was moved is in it
	}
	return did, warning, err
}
