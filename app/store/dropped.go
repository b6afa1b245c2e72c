package store

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Drop is how much of a day was not taken for one reason: hits, or what was cut out of hits that were.
type Drop struct {
	Day    int32 // UTC day, in days since 1970
	Reason string
	Count  int64
}

// Drops are sorted by day and reason.
type Drops []Drop

// ByReason returns the sums over all days.
func (d Drops) ByReason() map[string]int64 {
	all := map[string]int64{}
	for _, drop := range d {
		all[drop.Reason] += drop.Count
	}
	return all
}

// Drop counts n hits that were deliberately not counted, or that something was cut out of, by reason. The counts reach the file with
// the next commit or at Close.
func (s *Site) Drop(reason string, n int64) {
	s.dropMu.Lock()
	s.drops[reason] += n
	s.dropMu.Unlock()
}

// takeDrops returns the counts that are not in the file yet and begins anew.
func (s *Site) takeDrops() map[string]int64 {
	s.dropMu.Lock()
	defer s.dropMu.Unlock()
	if len(s.drops) == 0 {
		return nil
	}
	taken := s.drops
	s.drops = map[string]int64{}
	return taken
}

// Dropped returns what was deliberately not taken on the UTC days from..to.
func (s *Site) Dropped(ctx context.Context, from, to int32) (Drops, error) {
	all, err := list(ctx, s.read, func(row scanner) (d Drop, err error) {
		err = row.Scan(&d.Day, &d.Reason, &d.Count)
		return d, err
	}, "SELECT day, reason, count FROM dropped WHERE day BETWEEN ? AND ? ORDER BY day, reason", from, to)
	if today := int32(time.Now().Unix() / daySeconds); err == nil && from <= today && today <= to {
		all = s.withWaiting(all, today)
	}
	return all, err
}

// withWaiting adds the counts that are not in the file yet.
func (s *Site) withWaiting(all Drops, today int32) Drops {
	s.dropMu.Lock()
	defer s.dropMu.Unlock()
	for reason, n := range s.drops {
		at, found := slices.BinarySearchFunc(all, Drop{Day: today, Reason: reason}, compareDrops)
		if !found {
			all = slices.Insert(all, at, Drop{Day: today, Reason: reason})
		}
		all[at].Count += n
	}
	return all
}

func compareDrops(a, b Drop) int {
	return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Reason, b.Reason))
}
