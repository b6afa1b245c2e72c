package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"sandprint/app/keytable"
)

// hot is the newest days in memory: their rows, and the blocks made of them. Site.mu guards it.
type hot struct {
	days  map[int32]*hotDay
	early map[uint64][]row // engagements that came before their page view
	count int              // rows in days and early
}

// hotDay is a day that is not sealed, or not wholly.
type hotDay struct {
	rows    rowList  // only ever added to: who takes rows out makes a new list, and counts version up
	version int      // how often rows were taken out
	blocks  []*Block // made of rows[:folded]
	folded  int
	marks   keySet   // of rows
	gone    keySet   // marks of what was sealed before the day's end, or soon after it had arrived
	arrived int64    // when the last row came, or was read from the file: it may have come just before
	numbers keyTable // of its visitors, sealed ones included; guarded by numbering.mu
	lasting bool     // of rows: some name a visitor who is recognised on later days
}

// keyTable maps the keys of visitors and the marks of page views to numbers; a keySet only knows them.
type (
	keyTable = keytable.Table[uint32]
	keySet   = keytable.Table[struct{}]
)

// hotRows is what a day's rows were at one moment. It can be read without a lock.
type hotRows struct {
	date    int32
	day     *hotDay
	version int
	rows    rowList
}

func newHot() *hot { return &hot{days: map[int32]*hotDay{}, early: map[uint64][]row{}} }

// day returns a day, made if need be.
func (h *hot) day(date int32) *hotDay {
	d := h.days[date]
	if d == nil {
		d = &hotDay{}
		h.days[date] = d
	}
	return d
}

// now returns the rows that the day has. Site.mu is held.
func (d *hotDay) now(date int32) hotRows {
	return hotRows{date, d, d.version, d.rows}
}

// seen reports whether a hit of a page view repeats one that is there, or one that was sealed and is remembered.
func (h *hot) seen(kind Kind, view uint64, seq uint32) bool {
	if kind == Engage {
		for _, r := range h.early[view] {
			if r.seq == seq && seq != 0 {
				return true
			}
		}
	}
	mark, ok := markOf(kind, view, seq)
	if !ok {
		return false
	}
	_, ok = h.find(mark)
	return ok || h.gone(mark)
}

// find returns the day that has a row of a mark.
func (h *hot) find(mark uint64) (date int32, ok bool) {
	for date, d := range h.days {
		if _, ok := d.marks.Get(mark); ok {
			return date, true
		}
	}
	return 0, false
}

// gone reports whether a mark is of what was sealed and is remembered.
func (h *hot) gone(mark uint64) bool {
	for _, d := range h.days {
		if _, ok := d.gone.Get(mark); ok {
			return true
		}
	}
	return false
}

// add takes a stored row that came now, seconds since 1970.
func (h *hot) add(r *row, now int64) {
	h.count++
	date := int32(r.start / daySeconds)
	if r.kind == Engage {
		var known bool
		if date, known = h.find(r.view); !known {
			h.early[r.view] = append(h.early[r.view], *r)
			return
		}
	}
	d := h.day(date)
	d.add(r, now)
	if early := h.early[r.view]; r.kind == Pageview && early != nil {
		for i := range early {
			d.add(&early[i], now)
		}
		delete(h.early, r.view)
	}
}

func (d *hotDay) add(r *row, now int64) {
	d.arrived = now
	d.rows.add(r)
	d.lasting = d.lasting || r.isLasting()
	if mark, ok := markOf(r.kind, r.view, r.seq); ok {
		d.marks.Put(mark, struct{}{})
	}
}

// readHot fills the hot days from the file.
func (s *Site) readHot(ctx context.Context) error {
	h := newHot()
	rows, err := s.write.QueryContext(ctx, `SELECT id, kind, time, start, visit, visitor, lasting, type, view, seq, page,
		origin, place, agent, language, screen, engaged, scroll, name, props, currency, amount, sum FROM hit ORDER BY id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var broken []brokenRow
	now := time.Now().Unix()
	near := now
	latest := time.Now().UnixMicro() // numbers given before the file was closed are never given again
	for rows.Next() {
		var r row
		var visitor int64
		var sum int64
		var view sql.RawBytes
		if err := rows.Scan(&r.id, &r.kind, &r.time, &r.start, &r.visit, &visitor, &r.lasting, &r.vtype, &view, &r.seq,
			&r.page, &r.origin, &r.place, &r.agent, &r.language, &r.screen, &r.engaged, &r.scroll, &r.name, &r.props,
			&r.currency, &r.amount, &sum); err != nil {
			broken = append(broken, brokenRow{id: r.id, start: near}) // a number that no program of ours wrote
			continue
		}
		text := string(view)
		r.visitor, r.view = uint64(visitor), s.views.of(text)
		if numbers := r.numbers(); sum != rowSum(&numbers, text) {
			broken = append(broken, brokenRow{id: r.id, start: near})
			continue
		}
		near = r.start
		latest = max(latest, r.visit)
		h.add(&r, now)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	s.hot = h
	s.visits.Store(latest)
	if err := errors.Join(rows.Close(), s.loseRows(ctx, broken)); err != nil {
		return err
	}
	return s.readMarks(ctx)
}

// foldHot brings the blocks of the hot days up to date: of the rows that they have as it begins.
func (s *Site) foldHot(ctx context.Context) (map[int32]hotRows, error) {
	s.numbers.mu.Lock()
	defer s.numbers.mu.Unlock()
	s.mu.Lock()
	days := make([]hotRows, 0, len(s.hot.days))
	all := make(map[int32]hotRows, len(s.hot.days))
	for date, d := range s.hot.days {
		all[date] = d.now(date)
		if d.folded < d.rows.n {
			days = append(days, all[date])
		}
	}
	s.mu.Unlock()
	slices.SortFunc(days, func(a, b hotRows) int { return int(a.date - b.date) })
	if err := s.number(ctx, days); err != nil {
		return nil, err
	}
	for _, d := range days {
		blocks := fold(d.date, d.rows, d.number)
		s.mu.Lock()
		if d.day.version == d.version {
			d.day.blocks, d.day.folded = blocks, d.rows.n
		}
		s.mu.Unlock()
	}
	return all, nil
}

// number returns the number that number gave the visitor of a row.
func (d hotRows) number(r *row) uint32 {
	n, _ := d.day.numbers.Get(r.visitor)
	return n
}

// hotBlocks returns the blocks that foldHot made, by date, and false when rows were taken out of a day since. Days and
// rows that came since are left out, and days that were sealed since are among the parts. Site.mu is held.
func (s *Site) hotBlocks(folded map[int32]hotRows) (blocks []*Block, ok bool) {
	dates := make([]int32, 0, len(folded))
	for date := range folded {
		dates = append(dates, date)
	}
	slices.Sort(dates)
	for _, date := range dates {
		was, d := folded[date], s.hot.days[date]
		if d != was.day {
			continue
		}
		if d.version != was.version {
			return nil, false
		}
		blocks = append(blocks, d.blocks...)
	}
	return blocks, true
}
