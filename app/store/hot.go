package store

import (
	"context"
	"database/sql"
	"hash/maphash"
	"slices"
	"time"
)

// hot is the newest days in memory: their rows, and the blocks made of them. s.mu guards it.
type hot struct {
	days    map[int32]*hotDay
	viewDay map[uint64]int32  // page view, by viewKey -> its day
	seqs    map[seq]struct{}  // engagements and events seen, by page view and sequence number
	early   map[uint64][]row  // engagements that came before their page view
	numbers map[uint64]uint32 // visitors' dense numbers
}

type seq struct {
	view uint64
	n    uint32
}

// viewSeed is drawn anew in each process, so nobody can make ids whose keys are the same.
var viewSeed = maphash.MakeSeed()

// viewKey is what memory knows a page view by, in place of its id: rows without pointers are smaller, and nothing that the garbage
// collector looks at. Two of a million ids have the same key once in 37 million times.
func viewKey(id string) uint64 { return maphash.String(viewSeed, id) }

type hotDay struct {
	rows  []row
	block *Block // made of rows; nil when they have changed since
}

func newHot() *hot {
	return &hot{days: map[int32]*hotDay{}, viewDay: map[uint64]int32{}, seqs: map[seq]struct{}{}, early: map[uint64][]row{},
		numbers: map[uint64]uint32{}}
}

// seen reports whether a hit of a page view repeats one that is there.
func (h *hot) seen(kind Kind, view uint64, number uint32) bool {
	if kind == Pageview {
		_, ok := h.viewDay[view]
		return ok
	}
	if number == 0 {
		return false
	}
	_, ok := h.seqs[seq{view, number}]
	return ok
}

// add takes a stored row.
func (h *hot) add(r row) {
	if r.seq != 0 && r.kind != Pageview {
		h.seqs[seq{r.view, r.seq}] = struct{}{}
	}
	day := int32(r.start / daySeconds)
	switch r.kind {
	case Engage:
		known := false
		if day, known = h.viewDay[r.view]; !known {
			h.early[r.view] = append(h.early[r.view], r)
			return
		}
	case Pageview:
		h.viewDay[r.view] = day
	}
	d := h.days[day]
	if d == nil {
		d = &hotDay{}
		h.days[day] = d
	}
	d.block = nil
	d.rows = append(d.rows, r)
	if r.kind == Pageview {
		if early := h.early[r.view]; early != nil {
			d.rows = append(d.rows, early...)
			delete(h.early, r.view)
		}
	}
}

// readHot fills the hot days from the file.
func (s *Site) readHot(ctx context.Context) error {
	h := newHot()
	rows, err := s.write.QueryContext(ctx, `SELECT id, kind, time, start, visit, visitor, lasting, type, view, seq, page,
		origin, place, agent, language, screen, engaged, scroll, name, props, currency, amount FROM hit ORDER BY id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	latest := time.Now().UnixMicro() // numbers given before the file was closed are never given again
	for rows.Next() {
		var r row
		var visitor int64
		var view sql.RawBytes
		if err := rows.Scan(&r.id, &r.kind, &r.time, &r.start, &r.visit, &visitor, &r.lasting, &r.vtype, &view, &r.seq,
			&r.page, &r.origin, &r.place, &r.agent, &r.language, &r.screen, &r.engaged, &r.scroll, &r.name, &r.props,
			&r.currency, &r.amount); err != nil {
			return err
		}
		r.visitor, r.view = uint64(visitor), viewKey(string(view))
		latest = max(latest, r.visit)
		h.add(r)
	}
	s.hot = h
	s.visits.Store(latest)
	return rows.Err()
}

// blocks returns the hot days as blocks, by date. s.mu is held.
func (s *Site) hotBlocks(ctx context.Context) ([]*Block, error) {
	if err := s.number(ctx); err != nil {
		return nil, err
	}
	dates := make([]int32, 0, len(s.hot.days))
	for date := range s.hot.days {
		dates = append(dates, date)
	}
	slices.Sort(dates)
	var blocks []*Block
	for _, date := range dates {
		d := s.hot.days[date]
		if d.block == nil {
			d.block = fold(date, d.rows, func(r *row) uint32 { return s.hot.numbers[r.visitor] })
		}
		if d.block.Visits > 0 {
			blocks = append(blocks, d.block)
		}
	}
	return blocks, nil
}

// number gives every visitor of the hot days a number: the one it has had since a sealed day, or a new one. Only
// visitors that a cookie shows to have been here before are looked for among the sealed. s.mu is held.
func (s *Site) number(ctx context.Context) error {
	var fresh []uint64
	look := map[uint64]struct{}{}
	known := map[uint64]struct{}{}
	for _, d := range s.hot.days {
		if d.block != nil {
			continue
		}
		for i := range d.rows {
			r := &d.rows[i]
			if r.kind == Engage {
				continue
			}
			if _, ok := s.hot.numbers[r.visitor]; ok {
				continue
			}
			if _, ok := known[r.visitor]; !ok {
				known[r.visitor] = struct{}{}
				fresh = append(fresh, r.visitor)
			}
			if r.lasting && r.vtype != NewVisitor {
				look[r.visitor] = struct{}{}
			}
		}
	}
	if len(look) > 0 {
		if err := s.findVisitors(ctx, look, s.hot.numbers); err != nil {
			return err
		}
	}
	for _, key := range fresh {
		if _, ok := s.hot.numbers[key]; !ok {
			s.hot.numbers[key] = s.next
			s.next++
		}
	}
	return nil
}
