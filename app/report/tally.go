package report

import (
	"cmp"
	"slices"

	"sandprint/app/store"
)

// tally is what one goroutine counts for one part of a question: figures by row, and behind the last row those of hits
// that are in none. A figure that isn't needed is nil.
type tally struct {
	p                 *part
	visits            []int64
	views, events     []int64
	bounces, duration []int64 // duration in seconds
	engaged           []int64 // tenths of a second
	viewVisits        []int64 // visits with a page view
	depth, depths     []int64 // sum of percents; how many
	conversions       []int64
	revenue           [][]int64 // by row: sum and count of each currency; nil until there is one
	reads             int

	again      []int64   // visits of visitors who may have further ones; these visitors are in people. With notes in the end: those beyond each's first
	people     *rowSets  // nil once several windows were added up
	notes      *notes    // in place of people; nil: none are taken
	top        *topCount // in place of people, of candidates
	over       []int64   // by row: the visitors of rows by time that nothing can be added to any more; nil: none is so
	overTo     int32     // rows below are over, if they are not shared
	converters *rowSets  // by the numbers that visitors have in blocks

	visitors, converted []int64 // by row, once all is counted
	dropped             []bool  // by row: it has days whose visits are gone; nil: none has

	numbers, bounced, lasted []uint32 // by picked visit: see take

	stamp, viewStamp []uint32 // by row: the serial number of the last visit that was counted
	serial           uint32
	metRow, metVisit []int32     // rows, and picked visits that have hits in them: see pagesOf
	metNumber        []uint32    // scratch of countMet
	rowOf            []int32     // by picked visit: its row
	sums             []int64     // scratch of upTo
	apart            []int32     // the picked visits whose hits may be in several rows
	runs             []run       // see byRun
	deepest          []seenDepth // by pair of row and page: of the visit that is being read
	depthList        []depth
	reached          []int32 // scratch of goals
}

// depth is how deep a visit saw a page.
type depth struct {
	row, page int32
	percent   uint32
}

// seenDepth is how deep the visit of a serial number saw a page.
type seenDepth struct{ serial, percent uint32 }

// newTally returns a tally for p that takes the visitors of a window.
func newTally(p *part, w window) *tally {
	n := p.rows + 1
	figure := func(need bool) []int64 {
		if !need {
			return nil
		}
		return make([]int64, n)
	}
	t := &tally{p: p, visits: make([]int64, n), views: figure(p.need.views), events: figure(p.need.events),
		bounces: figure(p.need.bounce), duration: figure(p.need.duration), engaged: figure(p.need.engaged),
		viewVisits: figure(p.need.engaged), depth: figure(p.need.depth), depths: figure(p.need.depth),
		conversions: figure(p.goals != nil), again: figure(p.need.visitors)}
	switch {
	case !p.need.visitors:
	case p.top != nil:
		t.top, t.again = newTopCount(w), nil
	default:
		t.people = newRowSets(n, w)
		if p.inOrder() {
			t.people.few, t.over = true, make([]int64, n)
		}
	}
	if p.need.converters {
		t.converters = newRowSets(n, window{0, p.limit})
	}
	if p.need.revenue {
		t.revenue = make([][]int64, n)
	}
	if p.level >= pageLevel || p.byTime() {
		t.stamp = make([]uint32, n)
		if p.need.engaged {
			t.viewStamp = make([]uint32, n)
		}
	}
	if p.need.depth {
		t.deepest = make([]seenDepth, p.pairs)
	}
	return t
}

// take sets what touch adds for each of the picked visits.
func (t *tally) take(p *picked) {
	t.numbers = p.number
	if t.bounces != nil {
		t.bounced = p.column(visitBounce)
	}
	if t.duration != nil {
		t.lasted = p.column(store.VisitDuration)
	}
}

// touch counts the picked visit at i, which is being read hit by hit, in a row, once.
func (t *tally) touch(row int32, i int) {
	if t.stamp[row] == t.serial {
		return
	}
	t.stamp[row] = t.serial
	t.visits[row]++
	if t.again != nil && t.numbers[i] != comesOnce {
		t.meet(row, t.numbers[i])
	}
	if t.bounces != nil {
		t.bounces[row] += int64(t.bounced[i])
	}
	if t.duration != nil {
		t.duration[row] += int64(t.lasted[i])
	}
}

// meet counts a visit of somebody who may have further ones in a row.
func (t *tally) meet(row int32, number uint32) {
	t.again[row]++
	t.people.add(row, number)
}

// meetAll puts visitors, who are counted among those who may have further visits, into the set of a row.
func (t *tally) meetAll(row int32, numbers []uint32) {
	if t.people.few {
		t.people.addAll(row, numbers)
		return
	}
	for _, n := range numbers {
		t.people.add(row, n)
	}
}

// reach counts the visitors of the rows by time that end before a block begins. Blocks come in the order of their days, so
// nothing is added to these any more, unless another goroutine does.
func (t *tally) reach(date int32) {
	if t.over == nil {
		return
	}
	for to := t.p.rowFrom(int64(date) * 86400); t.overTo < to; t.overTo++ {
		if t.overTo < t.p.shared[0] || t.overTo >= t.p.shared[1] {
			t.over[t.overTo] += int64(t.people.take(t.overTo))
		}
	}
}

// viewed counts the visit that is being read as one with a page view of the row, once.
func (t *tally) viewed(row int32) {
	if t.viewStamp[row] != t.serial {
		t.viewStamp[row] = t.serial
		t.viewVisits[row]++
	}
}

// convert counts the goals that a hit of the picked visit at i reaches in a row.
func (t *tally) convert(p *picked, row int32, i, goals int) {
	if goals == 0 {
		return
	}
	t.conversions[row] += int64(goals)
	if t.converters != nil {
		t.converters.add(row, p.column(store.VisitVisitor)[i])
	}
}

// earn adds an amount of a currency to a row.
func (t *tally) earn(r int32, currency uint32, amount int64) {
	if t.revenue[r] == nil {
		t.revenue[r] = make([]int64, 2*t.p.currencies)
	}
	t.revenue[r][2*currency] += amount
	t.revenue[r][2*currency+1]++
}

// sink notes how deep a page was seen by the visit that is being read hit by hit.
func (t *tally) sink(row, page int32, percent uint32) {
	if percent > 0 {
		t.depthList = append(t.depthList, depth{row: row, page: page, percent: percent})
	}
}

// settle counts the deepest of each row and page, at the end of a visit that was read hit by hit.
func (t *tally) settle() {
	list := t.depthList
	if len(list) > 1 {
		slices.SortFunc(list, func(a, b depth) int {
			return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.page, b.page), cmp.Compare(b.percent, a.percent))
		})
	}
	for i, d := range list {
		if i == 0 || list[i-1].row != d.row || list[i-1].page != d.page {
			t.depth[d.row] += int64(d.percent)
			t.depths[d.row]++
		}
	}
	t.depthList = list[:0]
}

// figures returns all figures by row.
func (t *tally) figures() [][]int64 {
	return [][]int64{t.visits, t.views, t.events, t.bounces, t.duration, t.engaged, t.viewVisits, t.depth, t.depths, t.conversions, t.again, t.over}
}

// join adds what another goroutine counted of other visits.
func (t *tally) join(o *tally) {
	theirs := o.figures()
	for i, list := range t.figures() {
		for row := range list {
			list[row] += theirs[i][row]
		}
	}
	if t.people != nil {
		t.people.join(o.people)
	}
	if t.top != nil {
		t.top.join(o.top)
	}
	if t.converters != nil {
		t.converters.join(o.converters)
	}
	for i, sums := range o.revenue {
		if t.revenue[i] == nil {
			t.revenue[i] = sums
			continue
		}
		for c, n := range sums {
			t.revenue[i][c] += n
		}
	}
	t.reads += o.reads
}

// add adds the visitors of another window.
func (t *tally) add(o *tally, scratch []uint64) {
	if o.top != nil {
		for k, n := range o.top.visitors() {
			t.visitors[t.p.top.rows[k]] += n
		}
		return
	}
	for row := range t.visitors {
		t.visitors[row] += o.met(int32(row), scratch)
	}
	t.people = nil
}

// met returns how many visitors of a row may have further visits.
func (t *tally) met(row int32, scratch []uint64) int64 {
	n := int64(t.people.count(row, scratch))
	if t.over != nil {
		n += t.over[row]
	}
	return n
}

// finish counts the visitors of each row. The scratch bitmap is as for rowSets.count.
func (t *tally) finish(scratch []uint64) {
	if t.top != nil {
		t.finishTop()
	}
	if t.again != nil {
		t.visitors = make([]int64, len(t.visits))
		for row, n := range t.visits {
			t.visitors[row] = n - t.again[row] + t.met(int32(row), scratch)
		}
	}
	if t.converters != nil {
		t.converted = make([]int64, len(t.visits))
		for row := range t.converted {
			t.converted[row] = int64(t.converters.count(int32(row), scratch))
		}
	}
}

// merged returns the tally of one row that is made of some of t. Only rows that have no visit in common can be added up.
func (t *tally) merged(rows []int32, scratch []uint64) *tally {
	m := newTally(t.p.only(rows), window{})
	theirs := t.figures()
	for i, list := range m.figures() {
		for _, row := range rows {
			if list != nil {
				list[0] += theirs[i][row]
			}
		}
	}
	for _, row := range rows {
		if t.revenue != nil && t.revenue[row] != nil {
			for c, n := range t.revenue[row] {
				if m.revenue[0] == nil {
					m.revenue[0] = make([]int64, len(t.revenue[row]))
				}
				m.revenue[0][c] += n
			}
		}
	}
	if t.people != nil {
		m.visitors = []int64{m.visits[0] - m.again[0] + int64(t.people.union(rows, scratch))}
	}
	if t.converters != nil {
		m.converted = []int64{int64(t.converters.union(rows, scratch))}
	}
	return m
}
