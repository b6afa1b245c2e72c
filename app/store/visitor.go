package store

import (
	"context"
	"encoding/binary"
	"slices"
)

// Known returns those of keys that something is kept under, in hits, imports and sealed days alike. A visitor whom RefuseWith's function refused
// before the call, and who is not among them, is not written afterwards either.
//
// The order makes it so. Hits are held against that function by the writer alone. So the rows in memory are listed in the writer's goroutine, between
// two commits: what it let through before the refusal is among them, or is sealed already, and whatever it commits later was held against the
// refusal. Only then the file is read: what sealing and imports take out of memory after the list was made is in the list all the same, and what they took before
// is in the file.
func (s *Site) Known(ctx context.Context, keys ...uint64) ([]uint64, error) {
	known := make(map[uint64]bool, len(keys))
	for _, k := range keys {
		known[k] = false
	}
	see := func(key uint64) {
		if _, sought := known[key]; sought {
			known[key] = true
		}
	}
	var days []hotRows
	if err := s.inWriter(ctx, func() error { days = s.unsealed(see); return nil }); err != nil {
		return nil, err
	}
	for _, d := range days {
		for i := range d.rows.n {
			see(d.rows.at(i).visitor)
		}
	}
	if err := s.sealedKeys(ctx, see); err != nil {
		return nil, damaged(err)
	}
	return slices.DeleteFunc(slices.Clone(keys), func(k uint64) bool { return !known[k] }), nil
}

// unsealed returns the days that are in memory, those of imports too, and calls see for the keys of engagements that wait for their page view.
func (s *Site) unsealed(see func(key uint64)) (days []hotRows) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := func(hot map[int32]*hotDay, early map[uint64][]row) {
		for date, d := range hot {
			days = append(days, d.now(date))
		}
		for _, rows := range early {
			for i := range rows {
				see(rows[i].visitor)
			}
		}
	}
	of(s.hot.days, s.hot.early)
	for im := range s.imports {
		of(im.days, im.early)
	}
	return days
}

// sealedKeys calls see for the keys of visitors that are in the file.
func (s *Site) sealedKeys(ctx context.Context, see func(key uint64)) error {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	tx, err := s.read.BeginTx(ctx, nil) // one look at both tables
	if err != nil {
		return err
	}
	defer tx.Rollback() // it has read only
	for _, place := range keyPlaces {
		err := eachKeyRow(ctx, tx, func(r keyRow) error {
			for i := 0; i < len(r.keys); i += 8 {
				see(binary.LittleEndian.Uint64(r.keys[i:]))
			}
			return nil
		}, place.query)
		if err != nil {
			return err
		}
	}
	return nil
}
