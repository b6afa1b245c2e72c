package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
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

// clockMarks are the marks by which a clock is judged, of a site or of the whole instance, in seconds since 1970; 0: none.
type clockMarks struct {
	Retained int64 `json:"retained"`
	Doubted  int64 `json:"doubted"`
	Believed int64 `json:"believed"`
}

// doubt returns why the clock can't be believed when it is to say what is old, in words; empty: it can. Sure is the
// operator's word that it is right, which is remembered.
func (s *Site) doubt(ctx context.Context, now time.Time, sure bool) (string, error) {
	all, err := s.marks(ctx)
	if err != nil {
		return "", err
	}
	was := clockMarks{all[markRetained], all[markDoubted], all[markBelieved]}
	last, newest := s.Info().Created, time.Unix(s.newest(), 0)
	if was.Retained != 0 {
		last = time.Unix(was.Retained, 0)
	} else if newest.After(last) { // no round yet: it was seen to run when something was counted
		last = newest
	}
	marks := was
	why := marks.doubt(now, last, newest, "there are visits", sure)
	if marks.Believed != was.Believed {
		err = s.setMark(ctx, markBelieved, marks.Believed)
	}
	if err == nil && marks.Doubted != was.Doubted {
		err = s.setMark(ctx, markDoubted, marks.Doubted)
	}
	return why, err
}

// doubt judges a clock by when it was last right and by the newest of what it stamped, and changes the marks that say what it found. What is what it
// stamped, in words.
func (m *clockMarks) doubt(now, last, newest time.Time, what string, sure bool) string {
	text := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }
	switch {
	case now.Before(Made):
		return fmt.Sprintf("the clock says %s, before this program was made", text(now))
	case sure:
		m.Believed = newest.Unix()
		return ""
	case newest.Sub(now) > clockBehind && newest.Unix() > m.Believed:
		return fmt.Sprintf("the clock says %s, but %s of %s", text(now), what, text(newest))
	case last.Sub(now) > clockBehind:
		return fmt.Sprintf("the clock says %s, but the last round was on %s", text(now), text(last))
	case now.Sub(last) > clockLost:
		return fmt.Sprintf("the clock says %s, but the last round was on %s, more than 400 days before", text(now), text(last))
	case now.Sub(last) > clockGap:
		return m.steady(now, fmt.Sprintf("the clock says %s, and the last round was on %s", text(now), text(last)))
	}
	return ""
}

// steady waits for the clock to go on for a week from when it was first doubted.
func (m *clockMarks) steady(now time.Time, why string) string {
	seen := now.Sub(time.Unix(m.Doubted, 0))
	if seen >= clockSteady && seen < clockSteady+clockGap {
		return ""
	}
	if seen < 0 || seen >= clockSteady {
		m.Doubted = now.Unix()
	}
	return fmt.Sprintf("%s; it waits until %s to see whether the clock jumped", why, time.Unix(m.Doubted, 0).Add(clockSteady).UTC().Format(time.DateOnly))
}

const clockSetting = "clock"

// DoubtClock is for what is the whole instance's: copies, tombstones, the audit log. It judges by what the control file knows, when a round
// last believed the clock and the newest entry of the audit log: a site that waits for its own reasons is none of it. It returns why the clock
// can't be believed; empty: it can, and that is remembered. Sure is the operator's word.
func (c *Control) DoubtClock(ctx context.Context, now time.Time, sure bool) (string, error) {
	marks, last, newest, err := c.clock(ctx)
	if err != nil {
		return "", err
	}
	if last.IsZero() { // nothing was ever done here
		last = now
	}
	why := marks.doubt(now, last, newest, "there are entries in the audit log", sure)
	if why == "" {
		marks.Retained = now.Unix()
	}
	data, err := json.Marshal(marks)
	if err == nil {
		err = c.SetSetting(ctx, clockSetting, data)
	}
	return why, err
}

// clockRight returns a moment that is over, however far behind the clock is: when it was last believed, or the newest entry of the audit log.
func clockRight(ctx context.Context, tx *sql.Tx) (time.Time, error) {
	var marks clockMarks
	var text []byte
	err := tx.QueryRowContext(ctx, "SELECT value FROM setting WHERE key = ?", clockSetting).Scan(&text)
	if err == nil {
		err = json.Unmarshal(text, &marks)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, err
	}
	var newest int64
	err = tx.QueryRowContext(ctx, "SELECT at FROM audit ORDER BY id DESC LIMIT 1").Scan(&newest)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, err
	}
	return time.Unix(max(newest, marks.Retained), 0), nil
}

// clock returns the marks of the instance, when its clock was last right, as far as is known (zero: it isn't), and the newest that it stamped.
func (c *Control) clock(ctx context.Context) (marks clockMarks, last, newest time.Time, err error) {
	data, err := c.Setting(ctx, clockSetting)
	if err == nil {
		err = json.Unmarshal(data, &marks)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return marks, last, newest, err
	}
	var at int64
	if err := c.read.QueryRowContext(ctx, "SELECT coalesce(max(at), 0) FROM audit").Scan(&at); err != nil {
		return marks, last, newest, err
	}
	newest = time.Unix(at, 0)
	if marks.Retained != 0 {
		return marks, time.Unix(marks.Retained, 0), newest, nil
	}
	switch round, err := c.lastRound(ctx); {
	case err == nil: // of an earlier version
		last = round.Ended
	case !errors.Is(err, ErrNotFound):
		return marks, last, newest, err
	case at != 0:
		last = newest
	}
	return marks, last, newest, nil
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
