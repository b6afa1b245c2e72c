package report

import "sandprint/app/store"

// byPage counts where the row of a hit is made by its page.
func (t *tally) byPage(p *picked) {
	group := t.p.group
	var pages, eventPages []uint32
	if p.views > 0 {
		pages = p.column(store.ViewPage)
	}
	if p.events > 0 {
		eventPages = p.column(store.EventPage)
	}
	if t.top != nil {
		t.topPages(p, pages, eventPages)
	} else {
		t.pagesOf(p, pages, eventPages)
	}
	if t.views != nil {
		for _, id := range pages {
			t.views[group[id]]++
		}
	}
	if t.events != nil {
		for _, id := range eventPages {
			t.events[group[id]]++
		}
	}
	if t.engaged != nil && p.views > 0 {
		for j, e := range p.column(store.ViewEngaged) {
			t.engaged[group[pages[j]]] += int64(e)
		}
	}
	if t.p.goals != nil {
		t.eachGoal(p, func(i int, j int32, event bool, reached []int32) {
			page := store.ViewPage
			if event {
				page = store.EventPage
			}
			t.pay(p, group[p.r.b.Cols[page][j]], i, j, event, reached)
		})
	}
}

// pagesOf counts what is counted once for each visit and row.
func (t *tally) pagesOf(p *picked, pages, eventPages []uint32) {
	t.take(p)
	t.metRow, t.metVisit = t.metRow[:0], t.metVisit[:0]
	if p.views > 0 {
		t.meetViews(p, pages)
		if t.engaged != nil {
			for _, row := range t.metRow {
				t.viewVisits[row]++
			}
		}
		if t.depth != nil {
			t.depthsOf(p, pages)
		}
	}
	if p.events > 0 {
		t.meetEvents(p, pages, eventPages)
	}
	t.countMet()
}

// meetViews lists the rows that the visits have page views in, each once for a visit. There is no branch in the loop: how many
// page views a visit has, and whether it had one in the row before, would be guessed wrong every other time.
func (t *tally) meetViews(p *picked, pages []uint32) {
	rows, visits, met := room(t.metRow, len(pages)), room(t.metVisit, len(pages)), 0
	group, stamps, begins := t.p.group, t.stamp, p.begins()[:len(pages)]
	visit, serial := int32(0), t.serial+1
	for j, id := range pages {
		visit = follow(visit, begins[j])
		row, now := group[id], serial+uint32(visit)
		rows[met], visits[met] = row, visit
		met += bit(stamps[row] != now)
		stamps[row] = now
	}
	t.serial += uint32(p.visits)
	t.metRow, t.metVisit = rows[:met], visits[:met]
}

// meetEvents adds the rows that visits have events but no page view in.
func (t *tally) meetEvents(p *picked, pages, eventPages []uint32) {
	var counts []uint32
	if p.views > 0 {
		counts = p.column(store.VisitViews)
	}
	group, view, event := t.p.group, 0, 0
	for i, n := range p.column(store.VisitEvents) {
		first := view
		if counts != nil {
			view += int(counts[i])
		}
		if n == 0 {
			continue
		}
		t.serial++
		for _, id := range pages[first:view] {
			t.stamp[group[id]] = t.serial
		}
		for _, id := range eventPages[event : event+int(n)] {
			if row := group[id]; t.stamp[row] != t.serial {
				t.stamp[row] = t.serial
				t.metRow, t.metVisit = append(t.metRow, row), append(t.metVisit, int32(i))
			}
		}
		event += int(n)
	}
}

// countMet counts the visits listed, each in its row.
func (t *tally) countMet() {
	rows, visits := t.metRow, t.metVisit
	for _, row := range rows {
		t.visits[row]++
	}
	for _, add := range []struct {
		figure []int64
		of     []uint32
	}{{t.bounces, t.bounced}, {t.duration, t.lasted}} {
		if add.figure != nil {
			for k, row := range rows {
				add.figure[row] += int64(add.of[visits[k]])
			}
		}
	}
	if t.again == nil {
		return
	}
	numbers, n := room(t.metNumber, len(rows)), 0
	t.metNumber = numbers
	for k, row := range rows {
		number := t.numbers[visits[k]]
		rows[n], numbers[n] = row, number
		n += bit(number != comesOnce)
	}
	for _, row := range rows[:n] {
		t.again[row]++
	}
	t.people.addEach(rows[:n], numbers[:n])
}

// depthsOf counts how deep the pages were seen.
func (t *tally) depthsOf(p *picked, pages []uint32) {
	percents, group, pairs := p.column(store.ViewScroll), t.p.group, t.p.pairOf
	begins, visit, serial := p.begins(), int32(0), t.serial+1
	for j, id := range pages {
		visit = follow(visit, begins[j])
		t.deepen(group[id], pairs[id], percents[j], serial+uint32(visit))
	}
	t.serial += uint32(p.visits)
}

// byHit counts where the row of a hit is made by an event or a goal: hit by hit.
func (t *tally) byHit(p *picked) {
	t.take(p)
	ofViews := t.p.level == goalLevel && t.p.goals.ofViews()
	events := p.column(store.VisitEvents)
	for i := range p.visits {
		if ofViews || events[i] > 0 {
			t.visitByHit(p, i)
		}
	}
}

// visitByHit counts the picked visit at i where its hits may be in several rows.
func (t *tally) visitByHit(p *picked, i int) {
	t.serial++
	switch {
	case t.p.byTime():
		t.viewsInTime(p, i)
	case t.p.level == goalLevel && t.p.goals.ofViews():
		for _, j := range p.hitsOf(store.VisitViews, i) {
			reached, _ := t.p.goals.ofView(&p.r.b, int(j), &t.reached)
			t.goalRows(p, i, reached, func(row int32) { t.view(p, row, i, j) })
		}
	}
	for _, j := range p.hitsOf(store.VisitEvents, i) {
		t.event(p, i, j)
	}
	if t.depth != nil {
		t.settle()
	}
}

// viewsInTime counts the page views of the picked visit at i, each in the row of its time.
func (t *tally) viewsInTime(p *picked, i int) {
	places := p.hitsOf(store.VisitViews, i)
	if len(places) == 0 {
		return
	}
	b, v := &p.r.b, p.source(i)
	at, next := p.r.startOf(v), p.r.first(store.VisitViews)[v]
	row, slot := int32(0), 0
	for _, j := range places {
		for ; next <= j; next++ {
			at += int64(b.Cols[store.ViewDelay][next])
		}
		if row, slot = t.p.rowAt(at, slot); int(row) == t.p.rows {
			continue
		}
		t.view(p, row, i, j)
		if t.p.goals != nil && t.p.goals.ofViews() {
			reached, _ := t.p.goals.ofView(b, int(j), &t.reached)
			t.pay(p, row, i, j, false, reached)
		}
	}
}

// view counts the page view at j in the block, of the picked visit at i, in a row.
func (t *tally) view(p *picked, row int32, i int, j int32) {
	t.touch(row, i)
	if t.views != nil {
		t.views[row]++
	}
	if t.engaged != nil {
		t.viewed(row)
		t.engaged[row] += int64(p.r.b.Cols[store.ViewEngaged][j])
	}
	if t.depth != nil {
		t.sink(row, t.p.paths[p.r.b.Cols[store.ViewPage][j]], p.r.b.Cols[store.ViewScroll][j])
	}
}

// event counts the event at j in the block, of the picked visit at i, in its row or rows.
func (t *tally) event(p *picked, i int, j int32) {
	b, row := &p.r.b, int32(0)
	count := func(row int32) {
		if t.touch(row, i); t.events != nil {
			t.events[row]++
		}
	}
	var reached []int32
	if t.p.goals != nil {
		reached, _ = t.p.goals.ofEvent(b, int(j), &t.reached)
	}
	switch t.p.level {
	case goalLevel:
		t.goalRows(p, i, reached, func(row int32) {
			if count(row); t.revenue != nil {
				t.payRevenue(p, row, j)
			}
		})
		return
	case eventLevel:
		row = t.p.group[b.Cols[store.EventName][j]]
	case propLevel:
		row = t.p.group[b.Cols[store.EventProps][j]]
	default:
		row, _ = t.p.rowAt(p.r.startOf(p.source(i))+int64(b.Cols[store.EventDelay][j]), 0)
	}
	if int(row) == t.p.rows {
		return
	}
	if count(row); len(reached) > 0 {
		t.pay(p, row, i, j, true, reached)
	}
}

// goalRows calls count for each row of the goals that a hit of the picked visit at i reaches, once a row, and counts a
// conversion for each goal.
func (t *tally) goalRows(p *picked, i int, reached []int32, count func(row int32)) {
	for k, goal := range reached {
		row := t.p.goalRow[goal]
		if int(row) == t.p.rows {
			continue
		}
		again := false
		for _, g := range reached[:k] {
			again = again || t.p.goalRow[g] == row
		}
		if !again {
			count(row)
		}
		t.convert(p, row, i, 1)
	}
}
