package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"sandprint/app/column"
)

// keyPlace is a table that has keys of sealed visitors by day.
type keyPlace struct{ query, count, update, remove string }

// keyPlaces are these tables: visitor has those who can be known again, sealing for some days those who came without a cookie
// in visits that were sealed early. A row of sealing has more than keys, and stays without any.
var keyPlaces = [...]keyPlace{
	{"SELECT id, count, data FROM visitor", "SELECT coalesce(sum(count), 0) FROM visitor WHERE day < ?",
		"UPDATE visitor SET count = ?, data = ? WHERE id = ?", "DELETE FROM visitor WHERE day < ?"},
	{"SELECT id, guests, visitors FROM sealing", "SELECT coalesce(sum(guests), 0) FROM sealing WHERE day < ?",
		"UPDATE sealing SET guests = ?, visitors = ? WHERE id = ?", "DELETE FROM sealing WHERE day < ?"},
}

// keyAt is where keys are that go.
type keyAt struct {
	place *keyPlace
	id    int64
}

// keyRow is a row of one of keyPlaces: keys of visitors of one day.
type keyRow struct {
	id      int64
	keys    []byte                   // 8 bytes each
	numbers func() ([]uint32, error) // decodes their numbers
}

// eachKeyRow calls f for the rows that a query (id, count, data) answers with, those of unfinished imports too.
func eachKeyRow(ctx context.Context, tx *sql.Tx, f func(keyRow) error, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var data sql.RawBytes
	for rows.Next() {
		var r keyRow
		var n int
		err := rows.Scan(&r.id, &n, &data)
		if err == nil {
			var packed []byte
			r.keys, packed, err = splitVisitors(data, n)
			r.numbers = func() ([]uint32, error) { return column.Decode(nil, packed, n) }
		}
		if err == nil {
			err = f(r)
		}
		if err != nil {
			return fmt.Errorf("visitors, row %d: %w", r.id, err)
		}
	}
	return rows.Err()
}

// findNumbers finds the numbers of visitors and counts their keys; of the time before a moment it counts the keys of the
// days that go as a whole.
func (e *erasure) findNumbers(ctx context.Context, tx *sql.Tx) error {
	for key := range e.visitors {
		if e.begun { // they were added
			break
		}
		e.needles.add(binary.BigEndian.AppendUint64(nil, key))
		e.needles.add(binary.LittleEndian.AppendUint64(nil, key))
	}
	for i := range keyPlaces {
		place := &keyPlaces[i]
		if e.visitors == nil {
			n := 0
			if err := tx.QueryRowContext(ctx, place.count, e.day()).Scan(&n); err != nil {
				return err
			}
			e.Keys += n
			continue
		}
		if err := eachKeyRow(ctx, tx, func(r keyRow) error { return e.findKeys(place, r) }, place.query); err != nil {
			return err
		}
	}
	return nil
}

// findKeys looks for keys of the visitors who go, and takes their numbers.
func (e *erasure) findKeys(place *keyPlace, r keyRow) error {
	var numbers []uint32
	for i := 0; i < len(r.keys); i += 8 {
		if _, goes := e.visitors[binary.LittleEndian.Uint64(r.keys[i:])]; !goes {
			continue
		}
		if numbers == nil {
			var err error
			if numbers, err = r.numbers(); err != nil {
				return err
			}
			e.keyRows = append(e.keyRows, keyAt{place, r.id})
		}
		e.numbers[numbers[i/8]] = struct{}{}
		e.Keys++
	}
	return nil
}

// dropKeys removes the keys of visitors, or those of the days before a moment, and on its own day of those who were only
// there before it.
func (e *erasure) dropKeys(ctx context.Context, tx *sql.Tx) error {
	if e.visitors != nil && e.unread {
		return nil
	}
	if e.visitors != nil {
		for _, at := range e.keyRows {
			if err := e.rewriteKeys(ctx, tx, at, func(k visitorKey) bool { _, goes := e.visitors[k.key]; return !goes }); err != nil {
				return err
			}
		}
		return nil
	}
	for _, query := range []string{"SELECT data FROM visitor WHERE day < ?", "SELECT visitors FROM sealing WHERE day < ?"} {
		if err := eachBlob(ctx, tx, e.needles.addWindows, query, e.day()); err != nil {
			return err
		}
	}
	for _, place := range keyPlaces {
		if _, err := tx.Exec(place.remove, e.day()); err != nil {
			return err
		}
	}
	return e.dropKeysOfDay(ctx, tx)
}

// dropKeysOfDay removes the keys of the moment's own day whose visitors have no sealed visit on it any more.
func (e *erasure) dropKeysOfDay(ctx context.Context, tx *sql.Tx) error {
	var rows []keyAt
	for i := range keyPlaces {
		place := &keyPlaces[i]
		err := eachKeyRow(ctx, tx, func(r keyRow) error { rows = append(rows, keyAt{place, r.id}); return nil }, place.query+" WHERE day = ?", e.day())
		if err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	parts, err := allParts(ctx, tx)
	if err != nil {
		return err
	}
	stay := map[uint32]struct{}{}
	var b Block
	for _, p := range parts {
		if p.date() != e.day() {
			continue
		}
		err := e.site.loadPart(tx, p.part, Set(VisitVisitor), &b)
		if _, damaged := errors.AsType[*Damage](err); damaged { // anyone may have a visit in it
			e.damaged = errors.Join(e.damaged, fmt.Errorf("keys of visitors who were there on that day before may still be in the file: %w", err))
			return nil
		}
		if err != nil {
			return err
		}
		for _, n := range b.Cols[VisitVisitor] {
			stay[n] = struct{}{}
		}
	}
	for _, at := range rows {
		if err := e.rewriteKeys(ctx, tx, at, func(k visitorKey) bool { _, stays := stay[k.number]; return stays }); err != nil {
			return err
		}
	}
	return nil
}

// rewriteKeys writes a row of keys anew with those that stay, or removes it.
func (e *erasure) rewriteKeys(ctx context.Context, tx *sql.Tx, at keyAt, stays func(visitorKey) bool) error {
	var kept []visitorKey
	gone := 0
	err := eachKeyRow(ctx, tx, func(r keyRow) error {
		numbers, err := r.numbers()
		for i, n := range numbers {
			k := visitorKey{n, binary.LittleEndian.Uint64(r.keys[8*i:])}
			if stays(k) {
				kept = append(kept, k)
				continue
			}
			gone++
			e.goneKeys[k.key] = struct{}{}
			e.needles.add(r.keys[8*i : 8*i+8])
		}
		return err
	}, at.place.query+" WHERE id = ?", at.id)
	if err != nil || gone == 0 {
		return err
	}
	if e.visitors == nil {
		e.Keys += gone
	}
	if len(kept) == 0 && at.place == &keyPlaces[0] {
		_, err = tx.Exec("DELETE FROM visitor WHERE id = ?", at.id)
	} else {
		_, err = tx.Exec(at.place.update, len(kept), joinVisitors(kept), at.id)
	}
	return err
}

// forgetNumbers takes the keys that went out of memory, but for those who have rows there. It is not for the writer: what
// gives visitors their numbers may wait for it.
func (e *erasure) forgetNumbers() {
	s := e.site
	s.numbers.mu.Lock()
	defer s.numbers.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for date, d := range s.hot.days {
		before := e.visitors == nil && date < e.day()
		if e.visitors == nil && date > e.day() {
			continue
		}
		here := make(map[uint64]struct{}, d.rows.n)
		for i := range d.rows.n {
			here[d.rows.at(i).visitor] = struct{}{}
		}
		var kept keyTable
		d.numbers.Each(func(key uint64, number uint32) {
			_, goes := e.goneKeys[key]
			if _, stays := here[key]; stays || !goes && !before {
				kept.Put(key, number)
			}
		})
		d.numbers = kept
	}
}
