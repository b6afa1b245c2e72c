package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"strings"
)

// unused returns, of the entries that what went has used, those that nothing uses any more: no column, no row, and no
// import that runs. A part that is damaged may use every one of its dictionaries.
func (e *erasure) unused(ctx context.Context, tx *sql.Tx) (unused [NumDims][]uint32, err error) {
	e.usedByRows()
	left := e.suspected()
	parts, err := allParts(ctx, tx)
	if err != nil {
		return unused, err
	}
	var b Block
	for _, p := range parts {
		var need Columns
		for c, dim := range dictColumns {
			if left[dim] > 0 {
				need |= Set(c)
			}
		}
		if need == 0 {
			break
		}
		err := e.site.loadPart(tx, p.part, need, &b)
		if _, damaged := errors.AsType[*Damage](err); damaged { // it may use any of them
			e.damaged = errors.Join(e.damaged, fmt.Errorf("texts that only what was erased had may still be in the file: %w", err))
			for c := range maps.Keys(dictColumns) {
				if need.Has(c) {
					clear(e.suspect[dictColumns[c]])
					left[dictColumns[c]] = 0
				}
			}
			continue
		}
		if err != nil {
			return unused, err
		}
		for c := range maps.Keys(dictColumns) {
			if need.Has(c) {
				left[dictColumns[c]] -= acquit(e.suspect[dictColumns[c]], b.Cols[c])
			}
		}
	}
	for dim, suspect := range e.suspect {
		for id, unusedStill := range suspect {
			if unusedStill && id > 0 {
				unused[dim] = append(unused[dim], uint32(id))
			}
		}
	}
	return unused, nil
}

// suspected counts the entries that may be unused. Number 0 is no entry, and what was dropped before is none any more.
func (e *erasure) suspected() (left [NumDims]int) {
	for dim, suspect := range e.suspect {
		values := e.site.dicts[dim].values
		for id := range suspect {
			if suspect[id] = suspect[id] && values[id] != values[0]; suspect[id] {
				left[dim]++
			}
		}
	}
	return left
}

// acquit clears the entries that are used and returns how many it cleared.
func acquit(suspect []bool, used []uint32) (cleared int) {
	for _, id := range used {
		if int(id) < len(suspect) && suspect[id] {
			suspect[id] = false
			cleared++
		}
	}
	return cleared
}

// usedByRows clears the entries that rows in memory use.
func (e *erasure) usedByRows() {
	s := e.site
	s.mu.Lock()
	defer s.mu.Unlock()
	clear := func(days map[int32]*hotDay) {
		for _, d := range days {
			for i := range d.rows.n {
				for dim, id := range d.rows.at(i).entries() {
					acquit(e.suspect[dim], []uint32{id})
				}
			}
		}
	}
	clear(s.hot.days) // engagements that wait for their page view have no entries
	for im := range s.imports {
		clear(im.days)
	}
}

// dropEntries removes entries from the file and has it searched for their texts. The highest of a dictionary loses only
// its text: its id must not be given again.
func (e *erasure) dropEntries(tx *sql.Tx, unused [NumDims][]uint32) error {
	for dim, ids := range unused {
		values := e.site.dicts[dim].values
		for _, id := range ids {
			e.Entries++
			for field := range strings.SplitSeq(values[id], FieldSep) {
				e.needles.addText(field)
			}
			query := "DELETE FROM dict WHERE dim = ? AND id = ?"
			if int(id) == len(values)-1 {
				query = "UPDATE dict SET value = '' WHERE dim = ? AND id = ?"
			}
			if _, err := tx.Exec(query, dim, id); err != nil {
				return err
			}
		}
	}
	return nil
}
