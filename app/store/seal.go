package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"sandprint/app/column"
)

// sealAfter is how long after its end a day stays hot at least, and a visit of a busy day after its last hit or
// engagement: engagements come late.
const sealAfter = 45 * 60

// repeatSeconds is how long hits of a day that is over are known again after they arrived, whatever is sealed: a server that
// sends hits of the day before may lose the answer.
const repeatSeconds = 10 * 60

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

// Seal turns every day that can no longer change into columns, and returns how many it turned. It folds and encodes
// beside the writer, which only has the transactions to do: one for each 32 k page views. Engagements that never found
// their page view are dropped and counted as "no page view". Days that are in many small parts are put together.
func (s *Site) Seal(ctx context.Context) (days int, err error) {
	s.sealer.Lock()
	defer s.sealer.Unlock()
	for _, date := range s.dueDays() {
		over, err := s.sealDay(ctx, date)
		if err != nil {
			return days, err
		}
		if over {
			days++
		}
	}
	s.mu.Lock()
	relieved := s.relieved // nobody waited for it
	s.relieved = nil
	s.mu.Unlock()
	return days, errors.Join(relieved, s.dropEarly(ctx, time.Now().Unix()-daySeconds-sealAfter), s.mergeParts(ctx))
}

// sealDay seals a day part by part, and reports whether all of it, which it was not before. It is not when hits came meanwhile: those wait for the
// next time.
func (s *Site) sealDay(ctx context.Context, date int32) (over bool, err error) {
	for {
		p, err := s.preparePart(ctx, date, dayIsOver)
		if err != nil {
			return false, err
		}
		known := p.from.day.gone.Len() > 0 && p.from.rows.n == 0 // its rows were sealed another time
		written, over, err := s.sealPart(ctx, p)
		if err != nil || over || !written || p.kept.n == 0 {
			return over && !known, err
		}
	}
}

// dueDays returns the days that can no longer change, the oldest first.
func (s *Site) dueDays() (dates []int32) {
	now := time.Now().Unix()
	s.mu.Lock()
	defer s.mu.Unlock()
	for d, day := range s.hot.days {
		if end := (int64(d) + 1) * daySeconds; now >= end+sealAfter && now-day.last() > visitSeconds {
			dates = append(dates, d)
		}
	}
	slices.Sort(dates)
	return dates
}

// last returns the time of the newest row.
func (d *hotDay) last() (t int64) {
	for i := range d.rows.n {
		t = max(t, d.rows.at(i).time)
	}
	return t
}

// sealing is a part of a day on its way from rows to columns.
type sealing struct {
	from            hotRows
	before          int64   // visits that ended before it are taken
	gone, kept      rowList // from's rows, in their order
	block           *Block
	data            blockData
	lasting, guests []visitorKey
	marks           *keySet // of gone; nil: not needed yet
	keptMarks       keySet
	keptLasting     bool   // kept has visitors who are recognised on later days
	remember        bool   // marks and guests, as hits of the day may still be repeated
	visitors        uint32 // bound of the visitors' numbers
}

// dayIsOver as the time before which visits must have ended takes all of them.
const dayIsOver int64 = 1<<63 - 1

// preparePart makes a part of visits of a day that ended before a time, the first of them, without keeping the writer
// from anything.
func (s *Site) preparePart(ctx context.Context, date int32, before int64) (*sealing, error) {
	s.numbers.mu.Lock()
	defer s.numbers.mu.Unlock()
	s.mu.Lock()
	p := &sealing{from: s.hot.day(date).now(date), before: before}
	s.mu.Unlock()
	if err := s.number(ctx, []hotRows{p.from}); err != nil {
		return nil, err
	}
	p.visitors = s.numbers.next.Load()
	p.gone, p.kept = endedVisits(p.from.rows, before)
	if p.gone.n == 0 {
		return p, nil
	}
	p.block = fold(date, p.gone, p.from.number)[0]
	p.data = p.block.encode()
	p.lasting, p.guests = visitorsOf(p.gone, p.from.number)
	if before != dayIsOver {
		p.marks = marksOf(p.gone)
	}
	for i := range p.kept.n {
		r := p.kept.at(i)
		p.keptLasting = p.keptLasting || r.isLasting()
		if mark, ok := markOf(r.kind, r.view, r.seq); ok {
			p.keptMarks.Put(mark, struct{}{})
		}
	}
	return p, nil
}

// sealPart writes a part in place of its rows. It does not when rows came or went meanwhile that matter to the part. Over
// is true when no row of a day that is over is left. The day is gone then, unless what was sealed of it is to be remembered.
func (s *Site) sealPart(ctx context.Context, p *sealing) (written, over bool, err error) {
	date, day := p.from.date, p.from.day
	err = s.inWriter(ctx, func() error {
		s.mu.Lock()
		came := day.rows.from(p.from.rows.n)
		if s.hot.days[date] != day || day.version != p.from.version || p.concerns(came) {
			s.mu.Unlock()
			return nil
		}
		hot := s.hot.count
		s.mu.Unlock()
		at := part{}
		written = true
		over = p.before == dayIsOver && p.kept.n == 0 && len(came) == 0
		if p.remember = p.before != dayIsOver || s.repeatable(date, day); p.remember && p.marks == nil {
			p.marks = marksOf(p.gone)
		}
		forget := over && !p.remember
		return s.inTx(ctx, func(tx *sql.Tx) (err error) {
			if at, err = p.write(tx, forget); err != nil {
				return err
			}
			return deleteRows(tx, p.gone, hot-p.gone.n)
		}, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if p.block != nil {
				s.addPart(at)
			}
			s.hot.count -= p.gone.n
			s.doneVisits(date, p.gone)
			if forget {
				delete(s.hot.days, date)
				return
			}
			day.take(p, came)
		})
	})
	return written, over && err == nil, err
}

// repeatable reports whether hits of a day are still taken, and some came so lately that they may be sent again.
func (s *Site) repeatable(date int32, d *hotDay) bool {
	return date >= s.today()-1 && time.Now().Unix()-d.arrived < repeatSeconds
}

// doneVisits takes note of the numbers of sealed visits: what a server sends of one of them later is late. s.mu is held.
func (s *Site) doneVisits(date int32, rows rowList) {
	for d := range s.done {
		if d < s.today()-1 {
			delete(s.done, d)
		}
	}
	for i := range rows.n {
		s.done[date] = max(s.done[date], rows.at(i).visit)
	}
}

// write writes the part, which it returns, and forgets or remembers what is known of its day beside it.
func (p *sealing) write(tx *sql.Tx, forget bool) (at part, err error) {
	if forget {
		if err := deleteMarks(tx, p.from.date); err != nil {
			return at, err
		}
	}
	if p.block == nil {
		return at, nil
	}
	if at, err = newPart(tx, p.block); err != nil {
		return at, err
	}
	if err := insertPart(tx, at, p.data, p.visitors, 0); err != nil {
		return at, err
	}
	if p.remember {
		if err := insertMarks(tx, p.from.date, p.marks, p.guests); err != nil {
			return at, err
		}
	}
	return at, insertVisitors(tx, p.from.date, p.lasting, 0)
}

// concerns reports whether rows that came since belong to visits of the part.
func (p *sealing) concerns(came []row) bool {
	if len(came) > 0 && p.marks == nil {
		p.marks = marksOf(p.gone)
	}
	for i := range came {
		r := &came[i]
		mark := markOfVisit(r.visit)
		if r.kind == Engage {
			mark = r.view
		}
		if _, ok := p.marks.Get(mark); ok {
			return true
		}
	}
	return false
}

// take takes the rows of a part out of a day; came are the rows since it was prepared.
func (d *hotDay) take(p *sealing, came []row) {
	d.version++
	d.rows, d.marks, d.lasting = p.kept, p.keptMarks, p.keptLasting
	d.blocks, d.folded = nil, 0
	for i := range came {
		d.add(&came[i], d.arrived)
	}
	if p.remember && p.marks != nil {
		p.marks.Each(d.gone.Put)
	}
}

// newPart returns the part that a block becomes: the next of its day in the file, where imports that are not finished
// have parts too.
func newPart(tx *sql.Tx, b *Block) (part, error) {
	p := part{info: b.info()}
	err := tx.QueryRow("SELECT coalesce(max(id) + 1, ?) FROM part WHERE id >> 16 = ?", int64(b.Date)<<16, b.Date).Scan(&p.id)
	return p, err
}

// addPart adds a part to the list that snapshots are made of. s.mu is held.
func (s *Site) addPart(p part) {
	at, _ := slices.BinarySearchFunc(s.parts, p.id, func(q part, id int64) int { return int(q.id - id) })
	s.parts = slices.Insert(s.parts, at, p)
}

// blockData is a block's columns, encoded; those without values are nil.
type blockData [NumColumns][]byte

func (b *Block) encode() (data blockData) {
	for c := range NumColumns {
		switch {
		case b.Len(c) == 0:
		case c == EventAmount:
			data[c] = column.Encode64(nil, b.Amounts)
		default:
			data[c] = column.Encode(nil, b.Cols[c])
		}
	}
	return data
}

// insertPart writes a part: one row that sums it up, and one blob a column.
func insertPart(tx *sql.Tx, p part, data blockData, visitors uint32, imported int64) error {
	if _, err := tx.Exec("INSERT INTO part (id, visits, views, events, last, visitors, import) VALUES (?, ?, ?, ?, ?, ?, ?)",
		p.id, p.info.Visits, p.info.Views, p.info.Events, p.info.Last, visitors, imported); err != nil {
		return err
	}
	for c, d := range data {
		if d == nil {
			continue
		}
		id := p.id<<8 | int64(c)
		if _, err := tx.Exec("INSERT INTO block (id, data, sum) VALUES (?, ?, ?)", id, d, blockSum(id, d)); err != nil {
			return err
		}
	}
	return nil
}

// deleteRows deletes rows of the table hit, in which left others stay. Where these are few they are put aside and the table is emptied, page by
// page: taken out one by one, rows cost ten times as much, for SQLite then joins pages that are nearly empty again and again.
func deleteRows(tx *sql.Tx, rows rowList, left int) error {
	gone := rangesOf(rows)
	if left > rows.n/4 {
		for _, r := range gone {
			if _, err := tx.Exec("DELETE FROM hit WHERE id BETWEEN ? AND ?", r.first, r.last); err != nil {
				return err
			}
		}
		return nil
	}
	if left > 0 {
		if err := putAside(tx, gone); err != nil {
			return err
		}
	}
	res, err := tx.Exec("DELETE FROM hit")
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != int64(rows.n+left) {
		return fmt.Errorf("the table hit had %d rows, not %d, %w", n, rows.n+left, cmp.Or(err, errCount))
	}
	if left == 0 {
		return nil
	}
	if res, err = tx.Exec("INSERT INTO hit SELECT * FROM temp.aside ORDER BY id"); err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != int64(left) {
		return fmt.Errorf("%d rows of the table hit came back, not %d, %w", n, left, cmp.Or(err, errCount))
	}
	_, err = tx.Exec("DROP TABLE temp.aside")
	return err
}

// errCount is a bug: nothing is deleted then.
var errCount = errors.New("as memory has it")

// putAside copies the rows of the table hit between some ranges, and before and behind them, into a temporary table, which is in memory.
func putAside(tx *sql.Tx, gone []idRange) error {
	if _, err := tx.Exec("CREATE TEMP TABLE aside AS SELECT * FROM hit WHERE id < ?", gone[0].first); err != nil {
		return err
	}
	for i, r := range gone {
		end := int64(1<<63 - 1)
		if i+1 < len(gone) {
			end = gone[i+1].first
		}
		if _, err := tx.Exec("INSERT INTO temp.aside SELECT * FROM hit WHERE id > ? AND id < ?", r.last, end); err != nil {
			return err
		}
	}
	return nil
}

// idRange is neighbours among the ids of rows, first and last included.
type idRange struct{ first, last int64 }

// rangesOf returns the ids of rows, neighbours together, in order.
func rangesOf(rows rowList) (ranges []idRange) {
	ids := make([]int64, rows.n)
	for i := range ids {
		ids[i] = rows.at(i).id
	}
	slices.Sort(ids)
	for _, id := range ids {
		if n := len(ranges); n > 0 && ranges[n-1].last == id-1 {
			ranges[n-1].last = id
		} else {
			ranges = append(ranges, idRange{id, id})
		}
	}
	return ranges
}

// dropEarly drops engagements that have waited for their page view since before a time.
func (s *Site) dropEarly(ctx context.Context, before int64) error {
	return s.inWriter(ctx, func() error {
		var old rowList
		s.mu.Lock()
		for _, rows := range s.hot.early {
			if rows[len(rows)-1].time < before {
				for i := range rows {
					old.add(&rows[i])
				}
			}
		}
		hot := s.hot.count
		s.mu.Unlock()
		if old.n == 0 {
			return nil
		}
		return s.inTx(ctx, func(tx *sql.Tx) error { return deleteRows(tx, old, hot-old.n) }, func() {
			s.mu.Lock()
			for i := range old.n {
				delete(s.hot.early, old.at(i).view)
			}
			s.hot.count -= old.n
			s.mu.Unlock()
			s.Drop("no page view", int64(old.n))
		})
	})
}
