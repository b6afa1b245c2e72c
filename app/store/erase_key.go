package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"sandprint/app/column"
)

// keyRow is a row of the table visitor: keys of visitors of one day.
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
	if e.visitors == nil {
		return tx.QueryRowContext(ctx, "SELECT coalesce(sum(count), 0) FROM visitor WHERE day < ?", e.day()).Scan(&e.Keys)
	}
	for key := range e.visitors {
		if e.begun { // they were added
			break
		}
		e.needles.add(binary.BigEndian.AppendUint64(nil, key))
		e.needles.add(binary.LittleEndian.AppendUint64(nil, key))
	}
	return eachKeyRow(ctx, tx, func(r keyRow) error {
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
				e.keyRows = append(e.keyRows, r.id)
			}
			e.numbers[numbers[i/8]] = struct{}{}
			e.Keys++
		}
		return nil
	}, "SELECT id, count, data FROM visitor")
}

// dropKeys removes the keys of visitors, or those of the days before a moment, and on its own day of those who were only
// there before it.
func (e *erasure) dropKeys(ctx context.Context, tx *sql.Tx) error {
	if e.visitors != nil {
		for _, id := range e.keyRows {
			if err := e.rewriteKeys(ctx, tx, id, func(k visitorKey) bool { _, goes := e.visitors[k.key]; return !goes }); err != nil {
				return err
			}
		}
		return nil
	}
	if err := eachBlob(ctx, tx, e.needles.addWindows, "SELECT data FROM visitor WHERE day < ?", e.day()); err != nil {
		return err
	}
	if _, err := tx.Exec("DELETE FROM visitor WHERE day < ?", e.day()); err != nil {
		return err
	}
	return e.dropKeysOfDay(ctx, tx)
}

// dropKeysOfDay removes the keys of the moment's own day whose visitors have no visit on it any more.
func (e *erasure) dropKeysOfDay(ctx context.Context, tx *sql.Tx) error {
	var ids []int64
	err := eachKeyRow(ctx, tx, func(r keyRow) error { ids = append(ids, r.id); return nil },
		"SELECT id, count, data FROM visitor WHERE day = ?", e.day())
	if err != nil || len(ids) == 0 {
		return err
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
		err := e.site.loadPart(ctx, tx, p.part, Set(VisitVisitor), &b)
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
	for _, id := range ids {
		if err := e.rewriteKeys(ctx, tx, id, func(k visitorKey) bool { _, stays := stay[k.number]; return stays }); err != nil {
			return err
		}
	}
	return nil
}

// rewriteKeys writes a row of keys anew with those that stay, or removes it.
func (e *erasure) rewriteKeys(ctx context.Context, tx *sql.Tx, id int64, stays func(visitorKey) bool) error {
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
			e.needles.add(r.keys[8*i : 8*i+8])
		}
		return err
	}, "SELECT id, count, data FROM visitor WHERE id = ?", id)
	if err != nil || gone == 0 {
		return err
	}
	if e.visitors == nil {
		e.Keys += gone
	}
	if len(kept) == 0 {
		_, err = tx.Exec("DELETE FROM visitor WHERE id = ?", id)
	} else {
		_, err = tx.Exec("UPDATE visitor SET count = ?, data = ? WHERE id = ?", len(kept), joinVisitors(kept), id)
	}
	return err
}
