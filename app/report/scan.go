package report

import "sandprint/app/store"

// apart says, in place of a slot, that the hits of a visit lie in several.
const apart = -2

// scan counts a block.
func (t *tally) scan(info store.BlockInfo, b *store.Block) {
	p := t.p
	whole, isWhole := p.whole(info)
	hint, view, event := 0, 0, 0
	// Views and events are only stepped over where a column tells how many there are.
	views, events := b.Cols[store.VisitViews], b.Cols[store.VisitEvents]
	counted := !isWhole || p.hits
	edges := p.entry != nil || p.exit != nil || p.level == entryLevel || p.level == exitLevel
	for v := range b.Visits {
		firstView, firstEvent := view, event
		if counted || edges {
			view += int(views[v])
		}
		if counted {
			event += int(events[v])
		}
		if !p.keepsVisit(b, v) || edges && !p.keepsEdges(b, firstView, view) {
			continue
		}
		slot := whole
		if !isWhole {
			slot, hint = p.slotOf(info, b, v, hint)
		}
		if slot == noRow || slot >= 0 && p.slots.row[slot] == noRow {
			continue
		}
		t.visitFacts(b, v)
		row := p.rowOfVisit(b, v, firstView, view)
		switch {
		case slot == apart || p.hits:
			start := int64(0)
			if slot == apart {
				start = int64(info.Date)*86400 + int64(b.Cols[store.VisitStart][v])
			}
			t.hits(b, run{slot: slot, hint: hint, row: row, start: start, views: [2]int{firstView, view}, events: [2]int{firstEvent, event}})
		default:
			if p.level == timeLevel || p.level == clockLevel {
				row = p.slots.row[slot]
			}
			t.wholeVisit(b, v, row)
		}
	}
	t.reads += info.Views + info.Events
}

// keepsVisit reports whether the filters on visits keep the visit at v.
func (p *part) keepsVisit(b *store.Block, v int) bool {
	for i := range p.visit {
		if f := &p.visit[i]; !f.keep[b.Cols[f.column][v]] {
			return false
		}
	}
	return true
}

// keepsEdges reports whether the filters on entry and exit page keep a visit with the page views first..end.
func (p *part) keepsEdges(b *store.Block, first, end int) bool {
	var entry, exit uint32 // 0: no page
	if first < end {
		entry, exit = b.Cols[store.ViewPage][first], b.Cols[store.ViewPage][end-1]
	}
	return (p.entry == nil || p.entry[entry]) && (p.exit == nil || p.exit[exit])
}

// slotOf returns the slot that holds all of the visit at v; noRow when it lies outside of all, apart when it lies in
// several or partly outside. The hint is where the last search ended.
func (p *part) slotOf(info store.BlockInfo, b *store.Block, v, hint int) (slot, newHint int) {
	start := int64(info.Date)*86400 + int64(b.Cols[store.VisitStart][v])
	end := start + int64(b.Cols[store.VisitDuration][v])
	n := len(p.slots.row)
	if end < p.bounds[0] || start >= p.bounds[n] {
		return noRow, hint
	}
	if start < p.bounds[0] {
		return apart, hint
	}
	slot = p.of(start, hint)
	if end < p.bounds[slot+1] {
		return slot, slot
	}
	return apart, slot
}

// rowOfVisit returns the row of all hits of the visit at v, where rows are made by something of the visit.
func (p *part) rowOfVisit(b *store.Block, v, first, end int) int32 {
	switch p.level {
	case visitLevel:
		return p.group[b.Cols[p.visitRow][v]]
	case entryLevel:
		if first < end {
			return p.group[b.Cols[store.ViewPage][first]]
		}
		return p.group[0]
	case exitLevel:
		if first < end {
			return p.group[b.Cols[store.ViewPage][end-1]]
		}
		return p.group[0]
	}
	return noRow
}

// wholeVisit counts a visit all of whose hits are selected and in one row.
func (t *tally) wholeVisit(b *store.Block, v int, row int32) {
	total := t.touch(int32(t.p.rows))
	var c *cell
	if row >= 0 {
		c = t.touch(row)
	}
	if t.p.need.views {
		n := int64(b.Cols[store.VisitViews][v])
		total.views += n
		if c != nil {
			c.views += n
		}
	}
	if t.p.need.events {
		n := int64(b.Cols[store.VisitEvents][v])
		total.events += n
		if c != nil {
			c.events += n
		}
	}
}

// run is a visit whose hits are looked at one by one.
type run struct {
	slot, hint    int
	row           int32 // where rows are made by the visit
	start         int64 // seconds since 1970; only when apart
	views, events [2]int
}

// hits counts the hits of a visit.
func (t *tally) hits(b *store.Block, r run) {
	if !t.p.noViews {
		t.views(b, r)
	}
	if r.events[0] < r.events[1] {
		t.events(b, r)
	}
	if t.p.need.depth {
		t.settle()
	}
}

// rowAt returns the row of a hit at a time, and whether its time is selected.
func (p *part) rowAt(r *run, at int64) (row int32, ok bool) {
	slot := r.slot
	if slot == apart {
		slot = p.of(at, r.hint)
	}
	if slot == noRow || p.slots.row[slot] == noRow {
		return noRow, false
	}
	if p.level == timeLevel || p.level == clockLevel {
		return p.slots.row[slot], true
	}
	return r.row, true
}

// views counts the page views of a visit.
func (t *tally) views(b *store.Block, r run) {
	p := t.p
	if p.level == pageLevel && r.slot != apart && p.goals == nil && !p.need.engaged && !p.need.depth {
		t.pages(b, r)
		return
	}
	pages := b.Cols[store.ViewPage]
	at := r.start
	row := r.row
	if r.slot != apart {
		row, _ = p.rowAt(&r, 0)
	}
	total := int32(p.rows)
	for i := r.views[0]; i < r.views[1]; i++ {
		if r.slot == apart {
			at += int64(b.Cols[store.ViewDelay][i])
			var ok bool
			if row, ok = p.rowAt(&r, at); !ok {
				continue
			}
		}
		var page uint32
		if pages != nil {
			page = pages[i]
		}
		if p.view != nil && !p.view[page] {
			continue
		}
		if p.level == pageLevel {
			row = p.group[page]
		}
		var reached []int32
		if p.goals != nil {
			var ok bool
			if reached, ok = p.goals.ofView(b, i, &t.reached); !t.goalHit(row, reached, ok) {
				continue
			}
		}
		t.view(b, total, i, page)
		switch {
		case p.level == goalLevel:
			t.goalRows(reached, func(row int32) { t.view(b, row, i, page) }, nil)
		case row >= 0 && p.level != eventLevel && p.level != propLevel:
			t.view(b, row, i, page)
		}
	}
}

// pages is views for the commonest question: rows by page, nothing asked of the single page view.
func (t *tally) pages(b *store.Block, r run) {
	p := t.p
	n := int64(0)
	for _, page := range b.Cols[store.ViewPage][r.views[0]:r.views[1]] {
		if p.view != nil && !p.view[page] {
			continue
		}
		n++
		row := p.group[page]
		if row < 0 {
			continue
		}
		c := &t.cells[row]
		if c.stamp != t.serial {
			t.touch(row)
		}
		c.views++
	}
	if n > 0 {
		t.touch(int32(p.rows)).views += n
	}
}

// view counts the page view at i in a row.
func (t *tally) view(b *store.Block, row int32, i int, page uint32) {
	c := t.touch(row)
	c.views++
	if t.p.need.engaged {
		t.viewed(c)
		c.engaged += int64(b.Cols[store.ViewEngaged][i])
	}
	if t.p.need.depth {
		t.sink(row, t.p.paths[page], b.Cols[store.ViewScroll][i])
	}
}

// goalHit counts the conversions of a hit that reaches these goals, in its row and the total, and its visitor among those that the rate is of. It
// reports whether the hit passes the filters on goals.
func (t *tally) goalHit(row int32, reached []int32, pass bool) bool {
	p := t.p
	total := int32(p.rows)
	if t.base != nil {
		t.base[total].add(t.visitor, p.limit)
		if row >= 0 {
			t.base[row].add(t.visitor, p.limit)
		}
	}
	if !pass {
		return false
	}
	n := len(reached)
	t.convert(total, n)
	if row >= 0 && p.level != goalLevel {
		t.convert(row, n)
	}
	return true
}

// goalRows counts a hit in the rows of the goals it reaches: once a row, and a conversion for each goal.
func (t *tally) goalRows(reached []int32, count, pay func(row int32)) {
	for i, goal := range reached {
		row := t.p.goalRow[goal]
		if row < 0 {
			continue
		}
		again := false
		for _, g := range reached[:i] {
			again = again || t.p.goalRow[g] == row
		}
		if !again {
			count(row)
			if pay != nil {
				pay(row)
			}
		}
		t.convert(row, 1)
	}
}

// events counts the events of a visit.
func (t *tally) events(b *store.Block, r run) {
	p := t.p
	for i := r.events[0]; i < r.events[1]; i++ {
		at := r.start
		if r.slot == apart {
			at += int64(b.Cols[store.EventDelay][i])
		}
		row, ok := p.rowAt(&r, at)
		if !ok || p.eventPage != nil && !p.eventPage[b.Cols[store.EventPage][i]] ||
			p.eventName != nil && !p.eventName[b.Cols[store.EventName][i]] ||
			p.eventProps != nil && !p.eventProps[b.Cols[store.EventProps][i]] {
			continue
		}
		switch p.level {
		case pageLevel:
			row = p.group[b.Cols[store.EventPage][i]]
		case eventLevel:
			row = p.group[b.Cols[store.EventName][i]]
		case propLevel:
			row = p.group[b.Cols[store.EventProps][i]]
		}
		t.event(b, i, row)
	}
}

// event counts the event at i, which the filters but those on goals keep.
func (t *tally) event(b *store.Block, i int, row int32) {
	p := t.p
	total := int32(p.rows)
	var reached []int32
	if p.goals != nil {
		var ok bool
		if reached, ok = p.goals.ofEvent(b, i, &t.reached); !t.goalHit(row, reached, ok) {
			return
		}
	}
	pay := func(row int32) {
		if p.need.revenue && len(reached) > 0 {
			if currency := b.Cols[store.EventCurrency][i]; currency != 0 {
				t.earn(row, currency, b.Amounts[i])
			}
		}
	}
	t.touch(total).events++
	pay(total)
	switch {
	case p.level == goalLevel:
		t.goalRows(reached, func(row int32) { t.touch(row).events++ }, pay)
	case row >= 0:
		t.touch(row).events++
		pay(row)
	}
}
