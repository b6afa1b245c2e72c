package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Retention is how long a site's data is kept, in months; 0 is the default of each.
type Retention struct {
	Keys   int `json:"keys,omitempty"`   // keys of visitors, after their last visit; 1–25; 0: 13
	Visits int `json:"visits,omitempty"` // visits; then only totals of their days are left; 1–60; 0: 25
	Totals int `json:"totals,omitempty"` // totals of days; 1–120; 0: 60
}

// Bounds of Retention, in months.
const (
	MaxKeyMonths   = 25
	MaxVisitMonths = 60
	MaxTotalMonths = 120
)

// MaxCopyDays is how many days a copy lives at most, wherever it is: after as many, what was erased is in none.
const MaxCopyDays = 35

// OrDefault returns the months that hold, with the default where nothing was chosen. Keys go with the visits at the latest.
func (r Retention) OrDefault() Retention {
	for _, m := range []struct {
		months        *int
		unset, atMost int
	}{{&r.Keys, 13, MaxKeyMonths}, {&r.Visits, 25, MaxVisitMonths}, {&r.Totals, 60, MaxTotalMonths}} {
		if *m.months <= 0 {
			*m.months = m.unset
		}
		*m.months = min(*m.months, m.atMost)
	}
	r.Keys = min(r.Keys, r.Visits)
	return r
}

// retained is what a run of retention removed.
type retained struct {
	parts  int   // blocks of visits, added to the totals of their days
	visits int   // visits in them
	keys   int64 // keys of visitors; a visitor has one a day
	totals int64 // totals of days
	waits  string
}

// retain removes what is older than the site keeps: keys of visitors, visits, totals of days. Each removal is a short
// transaction of its own, so that hits are written in between. While the clock can't be believed it removes nothing and
// says why in waits; sure is the operator's word that the clock is right.
func (s *Site) retain(ctx context.Context, sure bool) (r retained, err error) {
	now := time.Now()
	if r.waits, err = s.doubt(ctx, now, sure); err != nil || r.waits != "" {
		return r, err
	}
	info := s.Info()
	keep := info.Settings.Retention.OrDefault()
	visits := monthsBefore(now, keep.Visits, info.Zone)
	damaged, err := s.dropParts(ctx, utcDay(visits), info.Zone, &r)
	if err != nil {
		return r, errors.Join(damaged, err)
	}
	if err := s.dropKeys(ctx, utcDay(monthsBefore(now, keep.Keys, info.Zone)), &r); err != nil {
		return r, err
	}
	if err := s.dropTotals(ctx, localDay(monthsBefore(now, keep.Totals, info.Zone)), &r); err != nil {
		return r, err
	}
	return r, errors.Join(damaged, s.setMark(ctx, markRetained, now.Unix()))
}

// monthsBefore returns the midnight that begins the day so many months before now, in zone; where the month is too short
// for it, its last day.
func monthsBefore(now time.Time, months int, zone *time.Location) time.Time {
	y, m, d := now.In(zone).Date()
	last := time.Date(y, m-time.Month(months)+1, 0, 12, 0, 0, 0, zone)
	return time.Date(last.Year(), last.Month(), min(d, last.Day()), 0, 0, 0, 0, zone)
}

// utcDay returns the first UTC day that isn't over at a time.
func utcDay(t time.Time) int32 { return int32(t.Unix() / daySeconds) }

// localDay returns the day of a time in its own zone, in days since 1970.
func localDay(t time.Time) int32 {
	y, m, d := t.Date()
	return int32(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / daySeconds)
}

// dropParts removes the sealed visits of the days before a UTC day, a part a transaction. A part that can't be read any
// more goes without being counted, and is named in damaged.
func (s *Site) dropParts(ctx context.Context, before int32, zone *time.Location, r *retained) (damaged, err error) {
	for {
		var p part
		var due bool
		var counted error
		err := s.inWriter(ctx, func() (err error) {
			s.mu.Lock()
			if due = len(s.parts) > 0 && s.parts[0].date() < before; due {
				p = s.parts[0]
			}
			s.mu.Unlock()
			if due {
				counted, err = s.dropPart(ctx, p, zone)
			}
			return err
		})
		if err != nil || !due {
			return damaged, err
		}
		r.parts++
		r.visits += p.info.Visits
		if counted != nil {
			damaged = errors.Join(damaged, fmt.Errorf("removed for its age without being added to the totals: %w", counted))
		}
	}
}

// dropPart removes one part and adds what it counts to the totals, in the writer. Counted says why it could not be added.
func (s *Site) dropPart(ctx context.Context, p part, zone *time.Location) (counted, err error) {
	var totals []DayTotal
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		var b Block
		counted = s.loadPart(tx, p, totalColumns, &b)
		if _, damaged := errors.AsType[*Damage](counted); !damaged && counted != nil {
			return counted
		}
		if counted == nil {
			totals = b.totals(zone)
		}
		if err := addTotals(tx, totals); err != nil {
			return err
		}
		return errors.Join(deletePart(tx, p.id), toSweep(tx))
	}, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.parts = slices.DeleteFunc(slices.Clone(s.parts), func(q part) bool { return q.id == p.id })
		s.totals = mergeTotals(s.totals, totals)
	})
	return counted, err
}

// deletePart deletes a part with its columns.
func deletePart(tx *sql.Tx, id int64) error {
	if _, err := tx.Exec("DELETE FROM block WHERE id >= ? AND id < ?", id<<8, (id+1)<<8); err != nil {
		return err
	}
	_, err := tx.Exec("DELETE FROM part WHERE id = ?", id)
	return err
}

// dropKeys deletes the keys of the visitors of days before a UTC day, a day a transaction. Who came again has a key
// with that later day.
func (s *Site) dropKeys(ctx context.Context, before int32, r *retained) error {
	for {
		day := int32(-1)
		err := s.inWriter(ctx, func() error {
			return s.inTx(ctx, func(tx *sql.Tx) error {
				var n int64
				err := tx.QueryRow("SELECT day FROM visitor WHERE import = 0 AND day < ? ORDER BY day LIMIT 1", before).Scan(&day)
				if errors.Is(err, sql.ErrNoRows) {
					return nil
				}
				if err == nil {
					err = tx.QueryRow("SELECT sum(count) FROM visitor WHERE import = 0 AND day = ?", day).Scan(&n)
				}
				if err == nil {
					_, err = tx.Exec("DELETE FROM visitor WHERE import = 0 AND day = ?", day)
				}
				r.keys += n
				return err
			}, nil)
		})
		if err != nil || day < 0 {
			return err
		}
	}
}

// dropTotals deletes what is known of the days before a local day.
func (s *Site) dropTotals(ctx context.Context, before int32, r *retained) error {
	return s.inWriter(ctx, func() error {
		return s.inTx(ctx, func(tx *sql.Tx) error {
			res, err := tx.Exec("DELETE FROM total WHERE day < ?", before)
			if err == nil {
				r.totals, err = res.RowsAffected()
			}
			if err == nil {
				_, err = tx.Exec("DELETE FROM dropped WHERE day < ?", before)
			}
			return err
		}, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.totals = slices.DeleteFunc(slices.Clone(s.totals), func(t DayTotal) bool { return t.Day < before })
		})
	})
}
