package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"
)

// DayTotal is what is left of the visits of a day once they are too old to be kept. It adds to what is still there of
// that day: a day of the site may be on two UTC days, and only one of them be gone.
type DayTotal struct {
	Day                            int32 // in the site's zone as it was when the visits went, in days since 1970
	Visits, Views, Events, Bounces int64 // a visit is on the day it began, page views and events are on their own
	Duration                       int64 // of the visits, in seconds
}

// totalColumns are what totals are made of.
var totalColumns = Set(VisitStart, VisitDuration, VisitViews, VisitEvents, ViewDelay, EventDelay)

// totals adds up the visits of b by day in zone. It needs totalColumns.
func (b *Block) totals(zone *time.Location) []DayTotal {
	var all []DayTotal
	quarter, at := int64(-1), 0
	of := func(t int64) *DayTotal {
		if t/900 != quarter { // every zone's days begin at a quarter of an hour
			quarter = t / 900
			day := localDay(time.Unix(t, 0).In(zone))
			if at = slices.IndexFunc(all, func(d DayTotal) bool { return d.Day == day }); at < 0 {
				at = len(all)
				all = append(all, DayTotal{Day: day})
			}
		}
		return &all[at]
	}
	view, event := 0, 0
	for v := range b.Visits {
		start := int64(b.Date)*daySeconds + int64(b.Cols[VisitStart][v])
		views, events := int(b.Cols[VisitViews][v]), int(b.Cols[VisitEvents][v])
		day := of(start)
		day.Visits++
		day.Duration += int64(b.Cols[VisitDuration][v])
		if views+events == 1 {
			day.Bounces++
		}
		t := start
		for range views {
			t += int64(b.Cols[ViewDelay][view])
			of(t).Views++
			view++
		}
		for range events {
			of(start+int64(b.Cols[EventDelay][event])).Events++
			event++
		}
	}
	return all
}

// addTotals adds totals to those in the file.
func addTotals(tx *sql.Tx, totals []DayTotal) error {
	for _, t := range totals {
		if _, err := tx.Exec(`INSERT INTO total (day, visits, views, events, bounces, duration) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (day) DO UPDATE SET visits = visits + excluded.visits, views = views + excluded.views,
			events = events + excluded.events, bounces = bounces + excluded.bounces, duration = duration + excluded.duration`,
			t.Day, t.Visits, t.Views, t.Events, t.Bounces, t.Duration); err != nil {
			return err
		}
	}
	return nil
}

// mergeTotals returns the sum of two lists, by day. Neither is changed: snapshots hold the first.
func mergeTotals(a, b []DayTotal) []DayTotal {
	sum := slices.Clone(a)
	for _, t := range b {
		i, found := slices.BinarySearchFunc(sum, t.Day, func(d DayTotal, day int32) int { return cmp.Compare(d.Day, day) })
		if !found {
			sum = slices.Insert(sum, i, t)
			continue
		}
		d := &sum[i]
		d.Visits, d.Views, d.Events, d.Bounces, d.Duration = d.Visits+t.Visits, d.Views+t.Views, d.Events+t.Events, d.Bounces+t.Bounces, d.Duration+t.Duration
	}
	return sum
}

// readTotals reads the totals of days.
func (s *Site) readTotals(ctx context.Context) (err error) {
	s.totals, err = list(ctx, s.write, func(row scanner) (t DayTotal, err error) {
		err = row.Scan(&t.Day, &t.Visits, &t.Views, &t.Events, &t.Bounces, &t.Duration)
		return t, err
	}, "SELECT day, visits, views, events, bounces, duration FROM total ORDER BY day")
	return err
}
