package store

import (
	"context"
	"database/sql"
)

// sweepAtOnce is how many entries one transaction deletes: some milliseconds.
const sweepAtOnce = 2000

// sweep removes the dictionary entries that nothing uses any more: no column, no row, and no import that runs. Reading
// the columns is done beside the writer, which only looks at what came meanwhile. Ids are never given again.
func (s *Site) sweep(ctx context.Context) (removed int, err error) {
	e := &erasure{site: s}
	s.mu.Lock()
	for dim, d := range s.dicts {
		e.suspect[dim] = make([]bool, d.saved)
	}
	s.mu.Unlock()
	e.suspectAll()
	seen := map[int64]BlockInfo{}
	if err := s.acquitParts(ctx, e, seen); err != nil {
		return 0, err
	}
	var unused [NumDims][]uint32
	if err := s.inWriter(ctx, func() error {
		unused, err = s.forgetUnused(ctx, e, seen)
		return err
	}); err != nil {
		return 0, err
	}
	for dim, ids := range unused {
		for len(ids) > 0 {
			n := min(len(ids), sweepAtOnce)
			if err := s.inWriter(ctx, func() error { return s.deleteEntries(ctx, Dim(dim), ids[:n]) }); err != nil {
				return removed, err
			}
			removed, ids = removed+n, ids[n:]
		}
	}
	return removed, nil
}

// acquitParts clears the entries that sealed parts use, beside the writer.
func (s *Site) acquitParts(ctx context.Context, e *erasure, seen map[int64]BlockInfo) error {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback() // it has read only
	return s.acquitNew(ctx, tx, e, seen)
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
		if err := s.loadPart(ctx, tx, p.part, entryColumns, &b); err != nil {
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
