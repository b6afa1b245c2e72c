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

// pagesOf counts what is counted once for each visit and page.
func (t *tally) pagesOf(p *picked, pages, eventPages []uint32) {
	t.take(p)
	group, view, event := t.p.group, 0, 0
	var counts, eventCounts []uint32
	if p.views > 0 {
		counts = p.column(store.VisitViews)
	}
	if p.events > 0 {
		eventCounts = p.column(store.VisitEvents)
	}
	var percents []uint32
	if t.depth != nil && p.views > 0 {
		percents = p.column(store.ViewScroll)
	}
	plain := t.bounces == nil && t.duration == nil && t.engaged == nil && t.depth == nil
	for i := range p.visits {
		t.serial++
		first := view
		if counts != nil {
			view += int(counts[i])
		}
		if plain {
			number := comesOnce
			if t.again != nil {
				number = p.number[i]
			}
			t.plainPages(pages[first:view], number)
		} else {
			for j, id := range pages[first:view] {
				row := group[id]
				if t.touch(row, i); t.engaged != nil {
					t.viewed(row)
				}
				if percents != nil {
					t.deepen(row, t.p.pairOf[id], percents[first+j])
				}
			}
		}
		if eventCounts == nil {
			continue
		}
		first = event
		event += int(eventCounts[i])
		for _, id := range eventPages[first:event] {
			t.touch(group[id], i)
		}
	}
}

// plainPages counts a visit in the rows of its pages, each once, where nothing but visits and visitors is asked for.
func (t *tally) plainPages(pages []uint32, number uint32) {
	group, stamps, visits, serial := t.p.group, t.stamp, t.visits, t.serial
	for _, id := range pages {
		row := group[id]
		if stamps[row] == serial {
			continue
		}
		stamps[row] = serial
		visits[row]++
		if number != comesOnce {
			t.again[row]++
			t.people.add(row, number)
		}
	}
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
	for _, j := range places {
		for ; next <= j; next++ {
			at += int64(b.Cols[store.ViewDelay][next])
		}
		row := t.p.rowAt(at)
		if int(row) == t.p.rows {
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
		row = t.p.rowAt(p.r.startOf(p.source(i)) + int64(b.Cols[store.EventDelay][j]))
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
