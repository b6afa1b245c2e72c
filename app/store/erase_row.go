package store

import (
	"context"
	"database/sql"
	"slices"
)

// findRows finds the rows of hot days that go, and counts what they are of.
func (e *erasure) findRows() {
	s := e.site
	s.mu.Lock()
	defer s.mu.Unlock()
	e.views, e.visits = map[uint64]struct{}{}, map[int64]struct{}{}
	days := []map[int32]*hotDay{s.hot.days}
	for im := range s.imports {
		days = append(days, im.days)
	}
	for date, d := range s.hot.days {
		keys := map[uint64]struct{}{} // that the day's rows have, as the tables have no keys of them yet
		for i := range d.rows.n {
			r := d.rows.at(i)
			if r.visitor != 0 && !r.namesNobody() && (e.isTheirs(r) || e.visitors == nil && date < e.day()) {
				keys[r.visitor] = struct{}{}
			}
			if e.isTheirs(r) && !r.namesNobody() {
				e.visits[r.visit] = struct{}{}
			}
		}
		e.Keys += len(keys)
	}
	for _, of := range days {
		visits := map[int64]struct{}{}
		for date, d := range of {
			for i := range d.rows.n {
				r := d.rows.at(i)
				if r.kind == Engage || !e.rowGoes(r) {
					continue
				}
				visits[r.visit] = struct{}{}
				e.dates[date] = struct{}{}
				if r.kind == Pageview {
					e.Views++
					e.views[r.view] = struct{}{}
				} else {
					e.Events++
				}
			}
		}
		e.Visits += len(visits)
	}
}

// rowGoes reports whether a row goes: it is of what goes, or an engagement of a page view that does.
func (e *erasure) rowGoes(r *row) bool {
	if _, goes := e.views[r.view]; goes && r.kind == Engage {
		return true
	}
	if e.visitors != nil {
		_, goes := e.visits[r.visit]
		return goes && r.visit != 0 || e.isTheirs(r)
	}
	return r.start < e.before
}

// isTheirs reports whether a row names one of the visitors who go.
func (e *erasure) isTheirs(r *row) bool {
	_, is := e.visitors[r.visitor]
	return is
}

// dropRows removes the rows of hot days that go, and those that imports hold in memory.
func (e *erasure) dropRows(ctx context.Context) error {
	s := e.site
	var gone rowList
	s.mu.Lock()
	e.eachRow(s.hot.days, s.hot.early, func(r *row) {
		gone.add(r)
		e.suspects(r)
	})
	for im := range s.imports {
		e.eachRow(im.days, im.early, e.suspects)
	}
	hot := s.hot.count
	s.mu.Unlock()
	return s.inTx(ctx, func(tx *sql.Tx) error {
		if err := e.sampleViews(ctx, tx, gone); err != nil {
			return err
		}
		return deleteRows(tx, gone, hot-gone.n)
	}, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.hot.count -= gone.n
		e.forget(s.hot.days, s.hot.early)
		for im := range s.imports {
			e.forget(im.days, im.early)
			for view := range e.views {
				delete(im.viewDay, view)
			}
		}
	})
}

// sampleViews has the files searched for the ids of page views of rows.
func (e *erasure) sampleViews(ctx context.Context, tx *sql.Tx, rows rowList) error {
	for i := range rows.n {
		if rows.at(i).kind != Pageview {
			continue
		}
		var view []byte
		if err := tx.QueryRowContext(ctx, "SELECT view FROM hit WHERE id = ?", rows.at(i).id).Scan(&view); err != nil {
			return err
		}
		e.needles.add(view)
	}
	return nil
}

// eachRow calls f for the rows that go. s.mu is held.
func (e *erasure) eachRow(days map[int32]*hotDay, early map[uint64][]row, f func(*row)) {
	of := func(r *row) {
		if e.rowGoes(r) {
			f(r)
		}
	}
	for _, d := range days {
		for i := range d.rows.n {
			of(d.rows.at(i))
		}
	}
	for _, rows := range early {
		for i := range rows {
			of(&rows[i])
		}
	}
}

// suspects notes the entries that a row uses.
func (e *erasure) suspects(r *row) {
	for dim, id := range r.entries() {
		if int(id) < len(e.suspect[dim]) {
			e.suspect[dim][id] = true
		}
	}
}

// entries returns the ids of dictionaries that a row holds.
func (r *row) entries() [NumDims]uint32 {
	return [NumDims]uint32{Pages: r.page, Origins: r.origin, Places: r.place, Agents: r.agent, Languages: r.language,
		Screens: r.screen, Events: r.name, Props: r.props, Currencies: r.currency}
}

// forget takes the rows that go out of memory. s.mu is held.
func (e *erasure) forget(days map[int32]*hotDay, early map[uint64][]row) {
	goes := func(r row) bool { return e.rowGoes(&r) }
	for date, d := range days {
		var kept rowList
		for i := range d.rows.n {
			if r := d.rows.at(i); !e.rowGoes(r) {
				kept.add(r)
			}
		}
		if kept.n == d.rows.n {
			continue
		}
		d.version++
		d.rows, d.blocks, d.folded, d.marks, d.lasting = rowList{}, nil, 0, keySet{}, false
		for i := range kept.n {
			d.add(kept.at(i), d.arrived)
		}
		if d.rows.n == 0 && d.gone.Len() == 0 {
			delete(days, date)
		}
	}
	for view, rows := range early {
		if rows = slices.DeleteFunc(slices.Clone(rows), goes); len(rows) == 0 {
			delete(early, view)
		} else {
			early[view] = rows
		}
	}
}
