package store

import (
	"context"
	"time"
)

// Due is what is older than some times of retention.
type Due struct {
	Visits int   // with all that they did
	Views  int   // page views of those
	Days   int   // UTC days on which those began
	Keys   int64 // of visitors; a visitor has one a day
	Totals int   // days of which totals are known
}

// Any reports whether there is something.
func (d Due) Any() bool { return d != Due{} }

// Due returns what the next nightly round would remove for its age if the site kept things so long.
func (s *Site) Due(ctx context.Context, keep Retention) (d Due, err error) {
	now, zone := time.Now(), s.Info().Zone
	keep = keep.OrDefault()
	visits, totals := utcDay(monthsBefore(now, keep.Visits, zone)), localDay(monthsBefore(now, keep.Totals, zone))
	days := map[int32]bool{}
	snap, err := s.Snapshot(ctx)
	if err != nil {
		return d, err
	}
	defer snap.Close()
	for _, b := range snap.Blocks() {
		if b.Date < visits {
			d.Visits, d.Views = d.Visits+b.Visits, d.Views+b.Views
			days[b.Date] = true
		}
	}
	for _, t := range snap.totals {
		if t.Day < totals {
			d.Totals++
		}
	}
	d.Days = len(days)
	before := utcDay(monthsBefore(now, keep.Keys, zone))
	err = s.read.QueryRowContext(ctx, "SELECT coalesce(sum(count), 0) FROM visitor WHERE import = 0 AND day < ?", before).Scan(&d.Keys)
	return d, err
}
