package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"sandprint/app/column"
)

// sealAfter is how long after its end a day stays hot at least: the last visits of it go on, and engagements come late.
const sealAfter = 45 * 60

// today returns the UTC day, in days since 1970.
func (s *Site) today() int32 { return int32(time.Now().Unix() / daySeconds) }

// inWriter runs f between commits, in the writer's goroutine, and returns what it returned.
func (s *Site) inWriter(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	select {
	case s.jobs <- func() { done <- f() }:
		return <-done
	case <-s.quit:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Seal turns every day that can no longer change into columns, one day a transaction, and returns how many it turned.
// Engagements that never found their page view are dropped with it and counted as "no page view".
func (s *Site) Seal(ctx context.Context) (days int, err error) {
	for {
		sealed := false
		err := s.inWriter(ctx, func() (err error) {
			sealed, err = s.sealOldest(ctx)
			return err
		})
		if err != nil || !sealed {
			return days, errors.Join(err, s.dropEarly(ctx))
		}
		days++
	}
}

// sealOldest seals the oldest day that is due.
func (s *Site) sealOldest(ctx context.Context) (bool, error) {
	now := time.Now().Unix()
	s.mu.Lock()
	date, due := int32(0), false
	for d, day := range s.hot.days {
		if end := (int64(d) + 1) * daySeconds; now < end+sealAfter || now-day.last() <= visitSeconds {
			continue
		}
		if !due || d < date {
			date, due = d, true
		}
	}
	if !due {
		s.mu.Unlock()
		return false, nil
	}
	if _, err := s.hotBlocks(ctx); err != nil {
		s.mu.Unlock()
		return false, err
	}
	day := s.hot.days[date]
	visitors := s.next
	p := s.newPart(date, day.block)
	keys := s.keysOf(day.rows)
	s.mu.Unlock()

	err := s.inTx(ctx, func(tx *sql.Tx) error {
		if err := insertPart(tx, p, day.block, visitors, 0); err != nil {
			return err
		}
		if err := insertKeys(tx, date, keys, 0); err != nil {
			return err
		}
		return deleteRows(tx, day.rows)
	}, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if day.block.Visits > 0 {
			s.addPart(p)
		}
		s.hot.forget(date)
	})
	return err == nil, err
}

// last returns the time of the newest row.
func (d *hotDay) last() (t int64) {
	for i := range d.rows {
		t = max(t, d.rows[i].time)
	}
	return t
}

// forget lets go of a day that was sealed, and of the visitors whom no other hot day has.
func (h *hot) forget(date int32) {
	for _, r := range h.days[date].rows {
		delete(h.viewDay, r.view)
		delete(h.seqs, seq{r.view, r.seq})
	}
	delete(h.days, date)
	kept := make(map[uint64]uint32, len(h.numbers))
	for _, d := range h.days {
		for i := range d.rows {
			if n, ok := h.numbers[d.rows[i].visitor]; ok {
				kept[d.rows[i].visitor] = n
			}
		}
	}
	h.numbers = kept
}

// newPart returns the part that a block becomes: the next of its day. s.mu is held.
func (s *Site) newPart(date int32, b *Block) part {
	p := part{id: int64(date) << 16, info: b.info()}
	for _, other := range s.parts {
		if other.date() == date {
			p.id = max(p.id, other.id+1)
		}
	}
	return p
}

// addPart adds a part to the list that snapshots are made of. s.mu is held.
func (s *Site) addPart(p part) {
	at, _ := slices.BinarySearchFunc(s.parts, p.id, func(q part, id int64) int { return int(q.id - id) })
	s.parts = slices.Insert(s.parts, at, p)
}

// visitorKey is a visitor's dense number and key.
type visitorKey struct {
	number uint32
	key    uint64
}

// keysOf returns the numbers and keys of the lasting visitors in rows, by number. s.mu is held.
func (s *Site) keysOf(rows []row) []visitorKey {
	var keys []visitorKey
	seen := map[uint64]struct{}{}
	for i := range rows {
		r := &rows[i]
		if _, ok := seen[r.visitor]; ok || !r.lasting || r.kind == Engage {
			continue
		}
		seen[r.visitor] = struct{}{}
		keys = append(keys, visitorKey{s.hot.numbers[r.visitor], r.visitor})
	}
	slices.SortFunc(keys, func(a, b visitorKey) int { return int(int64(a.number) - int64(b.number)) })
	return keys
}

// insertPart writes a block: one row that sums it up, and one blob a column.
func insertPart(tx *sql.Tx, p part, b *Block, visitors uint32, imported int64) error {
	if b.Visits == 0 {
		return nil
	}
	if _, err := tx.Exec("INSERT INTO part (id, visits, views, events, last, visitors, import) VALUES (?, ?, ?, ?, ?, ?, ?)",
		p.id, b.Visits, b.Views, b.Events, p.info.Last, visitors, imported); err != nil {
		return err
	}
	var data []byte
	for c := range NumColumns {
		if b.Len(c) == 0 {
			continue
		}
		if c == EventAmount {
			data = column.Encode64(data[:0], b.Amounts)
		} else {
			data = column.Encode(data[:0], b.Cols[c])
		}
		if _, err := tx.Exec("INSERT INTO block (id, data) VALUES (?, ?)", p.id<<8|int64(c), data); err != nil {
			return err
		}
	}
	return nil
}

// insertKeys writes the numbers and keys of a day's visitors. A visitor may be in several rows; the number is the same in each.
func insertKeys(tx *sql.Tx, date int32, keys []visitorKey, imported int64) error {
	if len(keys) == 0 {
		return nil
	}
	numbers, texts := make([]uint32, len(keys)), make([]uint64, len(keys))
	for i, k := range keys {
		numbers[i], texts[i] = k.number, k.key
	}
	packed := column.Encode(nil, numbers)
	data := binary.LittleEndian.AppendUint32(nil, uint32(len(packed)))
	data = putKeys(append(data, packed...), texts)
	_, err := tx.Exec("INSERT INTO visitor (day, count, data, import) VALUES (?, ?, ?, ?)", date, len(keys), data, imported)
	return err
}

// eachVisitors calls f for every row of sealed visitors, with their keys, 8 bytes each, and what decodes their numbers.
func (s *Site) eachVisitors(ctx context.Context, f func(keys []byte, numbers func() ([]uint32, error)) error) error {
	rows, err := s.read.QueryContext(ctx, "SELECT count, data FROM visitor WHERE import = 0 ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	var data sql.RawBytes
	for rows.Next() {
		var n int
		if err := rows.Scan(&n, &data); err != nil {
			return err
		}
		if len(data) < 4 || n < 0 || uint64(len(data)) != 4+uint64(binary.LittleEndian.Uint32(data))+8*uint64(n) {
			return fmt.Errorf("visitors: %w", column.ErrCorrupt)
		}
		split := len(data) - 8*n
		if err := f(data[split:], func() ([]uint32, error) { return column.Decode(nil, data[4:split], n) }); err != nil {
			return fmt.Errorf("visitors: %w", err)
		}
	}
	return rows.Err()
}

// findVisitors looks for visitors among the sealed ones and adds the numbers of those it finds.
func (s *Site) findVisitors(ctx context.Context, look map[uint64]struct{}, found map[uint64]uint32) error {
	return s.eachVisitors(ctx, func(keys []byte, decode func() ([]uint32, error)) error {
		var numbers []uint32
		for i := 0; i < len(keys); i += 8 {
			key := binary.LittleEndian.Uint64(keys[i:])
			if _, ok := look[key]; !ok {
				continue
			}
			if numbers == nil {
				var err error
				if numbers, err = decode(); err != nil {
					return err
				}
			}
			found[key] = numbers[i/8]
		}
		return nil
	})
}

// deleteRows deletes rows of the table hit, neighbours together.
func deleteRows(tx *sql.Tx, rows []row) error {
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].id
	}
	slices.Sort(ids)
	for i := 0; i < len(ids); {
		j := i + 1
		for j < len(ids) && ids[j] == ids[j-1]+1 {
			j++
		}
		if _, err := tx.Exec("DELETE FROM hit WHERE id BETWEEN ? AND ?", ids[i], ids[j-1]); err != nil {
			return err
		}
		i = j
	}
	return nil
}

// dropEarly drops engagements that have waited for their page view for more than a day.
func (s *Site) dropEarly(ctx context.Context) error {
	return s.inWriter(ctx, func() error {
		before := time.Now().Unix() - daySeconds - sealAfter
		var old []row
		s.mu.Lock()
		for view, rows := range s.hot.early {
			if rows[len(rows)-1].time < before {
				old = append(old, rows...)
				delete(s.hot.early, view)
			}
		}
		s.mu.Unlock()
		if len(old) == 0 {
			return nil
		}
		s.Drop("no page view", int64(len(old)))
		return s.inTx(ctx, func(tx *sql.Tx) error { return deleteRows(tx, old) }, nil)
	})
}

// allVisitors adds the numbers of all sealed visitors.
func (s *Site) allVisitors(ctx context.Context, into map[uint64]uint32) error {
	return s.eachVisitors(ctx, func(keys []byte, numbers func() ([]uint32, error)) error {
		n, err := numbers()
		for i := range n {
			into[binary.LittleEndian.Uint64(keys[8*i:])] = n[i]
		}
		return err
	})
}
