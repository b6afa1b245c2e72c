package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Made is before the program was written: no clock that goes right shows an earlier time.
var Made = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// How far a clock may be from what a site's file says before nothing is removed by it.
const (
	clockBehind = 48 * time.Hour       // the newest visit, or the last round, lies so far ahead
	clockGap    = 10 * 24 * time.Hour  // so long without a round: off, or a clock that jumped; wait and see
	clockSteady = 7 * 24 * time.Hour   // seen to go on for so long, it is believed
	clockLost   = 400 * 24 * time.Hour // so long without a round: only a person can tell
)

// The marks of a site: what the table mark says, in seconds since 1970.
const (
	markRetained = "retained" // when retention last ran
	markDoubted  = "doubted"  // since when it waits after a gap
	markBelieved = "believed" // newest visit when the operator last said that the clock is right
	markSweep    = "sweep"    // when visits went last whose texts are not swept yet, or later: it is another each time
)

// doubt returns why the clock can't be believed when it is to say what is old, in words; empty: it can. Sure is the
// operator's word that it is right, which is remembered.
func (s *Site) doubt(ctx context.Context, now time.Time, sure bool) (string, error) {
	marks, err := s.marks(ctx)
	if err != nil {
		return "", err
	}
	last, newest := s.Info().Created, time.Unix(s.newest(), 0)
	if t, ok := marks[markRetained]; ok {
		last = time.Unix(t, 0)
	} else if newest.After(last) { // no round yet: it was seen to run when something was counted
		last = newest
	}
	text := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }
	switch {
	case now.Before(Made):
		return fmt.Sprintf("the clock says %s, before this program was made", text(now)), nil
	case sure:
		return "", s.setMark(ctx, markBelieved, newest.Unix())
	case newest.Sub(now) > clockBehind && newest.Unix() > marks[markBelieved]:
		return fmt.Sprintf("the clock says %s, but there are visits of %s", text(now), text(newest)), nil
	case last.Sub(now) > clockBehind:
		return fmt.Sprintf("the clock says %s, but the last round was on %s", text(now), text(last)), nil
	case now.Sub(last) > clockLost:
		return fmt.Sprintf("the clock says %s, but the last round was on %s, more than 400 days before", text(now), text(last)), nil
	case now.Sub(last) > clockGap:
		return s.steady(ctx, now, marks[markDoubted], fmt.Sprintf("the clock says %s, and the last round was on %s", text(now), text(last)))
	}
	return "", nil
}

// steady waits for the clock to go on for a week from when it was first doubted.
func (s *Site) steady(ctx context.Context, now time.Time, since int64, why string) (string, error) {
	seen := now.Sub(time.Unix(since, 0))
	if seen >= clockSteady && seen < clockSteady+clockGap {
		return "", nil
	}
	if seen < 0 || seen >= clockSteady {
		since = now.Unix()
		if err := s.setMark(ctx, markDoubted, since); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%s; it waits until %s to see whether the clock jumped", why, time.Unix(since, 0).Add(clockSteady).UTC().Format(time.DateOnly)), nil
}

// newest returns the time of the newest hit, in seconds since 1970; 0: there is none.
func (s *Site) newest() (t int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.parts {
		t = max(t, p.info.Last)
	}
	for _, d := range s.hot.days {
		t = max(t, d.last())
	}
	return t
}

// marks returns all marks of the site.
func (s *Site) marks(ctx context.Context) (map[string]int64, error) {
	type mark struct {
		name  string
		value int64
	}
	all, err := list(ctx, s.read, func(row scanner) (m mark, err error) {
		err = row.Scan(&m.name, &m.value)
		return m, err
	}, "SELECT name, value FROM mark")
	marks := map[string]int64{}
	for _, m := range all {
		marks[m.name] = m.value
	}
	return marks, err
}

// setMark sets a mark of the site.
func (s *Site) setMark(ctx context.Context, name string, value int64) error {
	return s.inWriter(ctx, func() error {
		return s.inTx(ctx, func(tx *sql.Tx) error {
			_, err := tx.Exec("INSERT INTO mark (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)
			return err
		}, nil)
	})
}
