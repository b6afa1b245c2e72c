package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// sweepAtOnce is how many entries one transaction deletes: some milliseconds.
const sweepAtOnce = 2000

// toSweep leaves a mark that visits went whose texts nothing may use any more.
func toSweep(tx *sql.Tx) error {
	_, err := tx.Exec("INSERT INTO mark (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = max(value + 1, excluded.value)",
		markSweep, time.Now().Unix())
	return err
}

// sweep removes, when visits went, the dictionary entries that nothing uses any more: no column, no row, and no import
// that runs. Reading the columns is done beside the writer, which only looks at what came meanwhile. Ids are never given
// again. What is cut short is begun anew the next time. ErrErasing: an erasure came.
func (s *Site) sweep(ctx context.Context) (removed int, err error) {
	marks, err := s.marks(ctx)
	since, due := marks[markSweep]
	if err != nil || !due {
		return 0, err
	}
	if err := s.findUnused(ctx); err != nil {
		return 0, err
	}
	for dim := range s.unused {
		for ids := s.unused[dim]; len(ids) > 0; ids = s.unused[dim] {
			n := min(len(ids), sweepAtOnce)
			if err := s.inWriter(ctx, func() error { return s.deleteEntries(ctx, Dim(dim), ids[:n]) }); err != nil {
				return removed, err
			}
			removed, s.unused[dim] = removed+n, ids[n:]
		}
	}
	return removed, s.inWriter(ctx, func() error {
		return s.inTx(ctx, func(tx *sql.Tx) error {
			_, err := tx.Exec("DELETE FROM mark WHERE name = ? AND value = ?", markSweep, since) // unless more went meanwhile
			return err
		}, nil)
	})
}

// findUnused takes the entries that nothing uses out of memory and notes them to be deleted.
func (s *Site) findUnused(ctx context.Context) error {
	e := &erasure{site: s}
	s.mu.Lock()
	for dim, d := range s.dicts {
		e.suspect[dim] = make([]bool, d.saved)
	}
	s.mu.Unlock()
	e.suspectAll()
	seen := map[int64]BlockInfo{}
	if err := s.readBeside(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.acquitNew(ctx, tx, e, seen) }); err != nil {
		return err
	}
	return s.inWriter(ctx, func() error {
		unused, err := s.forgetUnused(ctx, e, seen)
		for dim, ids := range unused {
			s.unused[dim] = append(s.unused[dim], ids...)
		}
		return err
	})
}

// readBeside runs f in a transaction that reads, beside the writer. ErrErasing: an erasure has ended it.
func (s *Site) readBeside(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err == nil {
		err = f(ctx, tx)
		tx.Rollback() // it has read only
	}
	if err != nil && errors.Is(context.Cause(ctx), ErrErasing) {
		return ErrErasing
	}
	return err
}

// acquitNew clears the entries that the parts use which have not been seen, and notes these. A part that was erased from
// since uses no others than before.
func (s *Site) acquitNew(ctx context.Context, tx *sql.Tx, e *erasure, seen map[int64]BlockInfo) error {
	parts, err := allParts(ctx, tx)
	if err != nil {
		return err
	}
	var b Block
	for _, p := range parts {
		if info, ok := seen[p.id]; ok && info == p.info {
			continue
		}
		if err := s.loadPart(tx, p.part, entryColumns, &b); err != nil {
			return err
		}
		for c, dim := range dictColumns {
			acquit(e.suspect[dim], b.Cols[c])
		}
		seen[p.id] = p.info
	}
	return nil
}

// forgetUnused takes the entries that nothing uses out of memory, in the writer: from here on their values get new ids.
func (s *Site) forgetUnused(ctx context.Context, e *erasure, seen map[int64]BlockInfo) (unused [NumDims][]uint32, err error) {
	if err := e.reading(ctx, func(tx *sql.Tx) error { return s.acquitNew(ctx, tx, e, seen) }); err != nil {
		return unused, err
	}
	e.usedByRows()
	s.mu.Lock()
	defer s.mu.Unlock()
	for dim, d := range s.dicts {
		for id := 1; id < len(e.suspect[dim]); id++ {
			if e.suspect[dim][id] && d.values[id] != d.values[0] { // what was dropped before is the empty value
				unused[dim] = append(unused[dim], uint32(id))
			}
		}
		if len(unused[dim]) > 0 {
			d.drop(unused[dim])
		}
	}
	return unused, nil
}

// deleteEntries deletes entries from the file. The highest of a dictionary loses only its text, so that its id is not
// given again.
func (s *Site) deleteEntries(ctx context.Context, dim Dim, ids []uint32) error {
	s.mu.Lock()
	highest := uint32(len(s.dicts[dim].values) - 1)
	s.mu.Unlock()
	return s.inTx(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			query := "DELETE FROM dict WHERE dim = ? AND id = ?"
			if id == highest {
				query = "UPDATE dict SET value = '' WHERE dim = ? AND id = ?"
			}
			if _, err := tx.Exec(query, int(dim), id); err != nil {
				return err
			}
		}
		return nil
	}, nil)
}
