package report

import (
	"math"

	"sandprint/app/store"
)

// scan counts what is picked of a block: all of it is selected. The columns that t's part asks for have been read.
func (t *tally) scan(p *picked) error {
	switch {
	case t.p.level == pageLevel:
		t.byPage(p)
	case t.p.level >= eventLevel:
		t.byHit(p)
	default:
		return t.byVisit(p)
	}
	return nil
}

// byVisit counts where all of a visit is in one row: column by column, which is fast.
func (t *tally) byVisit(p *picked) error {
	t.apart = t.apart[:0]
	var rows []int32
	switch {
	case t.p.level == noLevel:
		t.runs = append(t.runs[:0], run{0, 0, int32(p.visits)})
		rows = t.byRun(p)
	case t.p.byTime():
		t.cut(p)
		rows = t.byRun(p)
	default:
		rows = t.byValue(p)
	}
	if t.engaged != nil || t.depth != nil {
		t.pagesOfVisits(p, rows)
	}
	if t.p.goals != nil {
		t.goalsOf(p, rows)
	}
	if len(t.apart) == 0 {
		return nil
	}
	p.some = p.some[:0]
	for _, i := range t.apart {
		p.some = append(p.some, p.source(int(i)))
	}
	if err := p.r.delays(p.some); err != nil {
		return err
	}
	t.take(p)
	for _, i := range t.apart {
		t.visitByHit(p, int(i))
	}
	return nil
}

// byValue counts visits in the rows of the values of their column, and returns these by visit.
func (t *tally) byValue(p *picked) []int32 {
	rows, group := room(t.rowOf, p.visits), t.p.group
	t.rowOf = rows
	for i, id := range p.column(t.p.column) {
		rows[i] = group[id]
	}
	for _, row := range rows {
		t.visits[row]++
	}
	switch {
	case t.again == nil:
	case t.notes != nil:
		t.notes.note(t.p.noted, rows, p.again)
	default:
		for _, i := range p.again {
			if row := rows[i]; int(row) < t.p.rows {
				t.meet(row, p.number[i])
			}
		}
	}
	sum(t.views, rows, p, store.VisitViews)
	sum(t.events, rows, p, store.VisitEvents)
	sum(t.bounces, rows, p, visitBounce)
	sum(t.duration, rows, p, store.VisitDuration)
	return rows
}

// run is the picked visits from..to, which are in one row.
type run struct{ row, from, to int32 }

// byRun counts visits that are in runs, and returns the rows by visit where something is still to be counted by them.
func (t *tally) byRun(p *picked) (rows []int32) {
	last, again := int32(t.p.rows), 0
	var numbers []uint32
	if t.again != nil {
		numbers = p.metAgain()
	}
	for _, r := range t.runs {
		t.visits[r.row] += int64(r.to - r.from)
		if t.again == nil || r.row == last {
			continue
		}
		for again < len(p.again) && p.again[again] < r.from {
			again++
		}
		first := again
		if again = first + int(r.to-r.from); len(numbers) < p.visits { // else everybody is among them
			for again = first; again < len(p.again) && p.again[again] < r.to; again++ {
			}
		}
		t.again[r.row] += int64(again - first)
		t.meetAll(r.row, numbers[first:again])
	}
	sumRuns(t.views, t.runs, p, store.VisitViews)
	sumRuns(t.events, t.runs, p, store.VisitEvents)
	sumRuns(t.bounces, t.runs, p, visitBounce)
	sumRuns(t.duration, t.runs, p, store.VisitDuration)
	if t.engaged == nil && t.depth == nil && t.p.goals == nil {
		return nil
	}
	rows = room(t.rowOf, p.visits)
	t.rowOf = rows
	for i := range rows {
		rows[i] = last
	}
	for _, r := range t.runs {
		for i := r.from; i < r.to; i++ {
			rows[i] = r.row
		}
	}
	return rows
}

// sumRuns adds a column of visits to a figure of the rows of runs.
func sumRuns(figure []int64, runs []run, p *picked, c store.Column) {
	if figure == nil {
		return
	}
	values := p.column(c)
	for _, r := range runs {
		total := int64(0)
		for _, n := range values[r.from:r.to] {
			total += int64(n)
		}
		figure[r.row] += total
	}
}

// sum adds a column of visits to a figure of their rows.
func sum(figure []int64, rows []int32, p *picked, c store.Column) {
	if figure == nil {
		return
	}
	values := p.column(c)[:len(rows)]
	for i, row := range rows {
		figure[row] += int64(values[i])
	}
}

// cut cuts the picked visits, which are in order of their start, into runs of one row by time. Those whose hits may be in several
// rows are in none, but in t.apart.
func (t *tally) cut(p *picked) {
	s, midnight := &t.p.slots, int64(p.r.info.Date)*86400
	starts, durations := p.column(store.VisitStart), p.column(store.VisitDuration)
	t.runs = t.runs[:0]
	for from := 0; from < len(starts); {
		slot := s.of(midnight+int64(starts[from]), 0)
		if slot == noRow { // it began before the first
			t.apart = append(t.apart, int32(from))
			from++
			continue
		}
		end := uint32(min(s.bounds[slot+1]-midnight, math.MaxUint32))
		to := from
		for ; to < len(starts) && starts[to] < end; to++ {
			if starts[to]+durations[to] >= end {
				t.runs = append(t.runs, run{s.row[slot], int32(from), int32(to)})
				t.apart, from = append(t.apart, int32(to)), to+1
			}
		}
		t.runs = append(t.runs, run{s.row[slot], int32(from), int32(to)})
		from = to
	}
}

// pagesOfVisits counts what page views say of time and depth, where all of a visit is in one row.
func (t *tally) pagesOfVisits(p *picked, rows []int32) {
	counts := p.column(store.VisitViews)
	if t.engaged != nil {
		ends, at := t.upTo(p.column(store.ViewEngaged)), 0
		for i, n := range counts {
			began := at
			at += int(n)
			t.engaged[rows[i]] += ends[at] - ends[began]
			t.viewVisits[rows[i]] += int64(min(n, 1))
		}
	}
	if t.depth != nil {
		pages, percents, at := p.column(store.ViewPage), p.column(store.ViewScroll), 0
		for i, n := range counts {
			if n == 1 { // as most have
				t.depth[rows[i]] += int64(percents[at])
				t.depths[rows[i]] += int64(min(percents[at], 1))
				at++
				continue
			}
			t.serial++
			for j := at; j < at+int(n); j++ {
				t.deepen(rows[i], t.p.pairOf[pages[j]], percents[j], t.serial)
			}
			at += int(n)
		}
	}
}

// upTo returns the sums of a column up to each of its values: what lies between two of them is one subtraction, where adding it up for each visit
// would guess wrong at the end of most.
func (t *tally) upTo(values []uint32) []int64 {
	t.sums = room(t.sums, len(values)+1)
	total := int64(0)
	t.sums[0] = 0
	for i, v := range values {
		total += int64(v)
		t.sums[i+1] = total
	}
	return t.sums
}

// deepen counts how deep the visit of a serial number saw a page in a row: of several times the deepest. Nothing of it can be guessed, so it has no branches.
func (t *tally) deepen(row, pair int32, percent, serial uint32) {
	d := &t.deepest[pair]
	before := d.percent
	if d.serial != serial {
		before = 0
	}
	deepest := max(before, percent)
	*d = seenDepth{serial, deepest}
	t.depth[row] += int64(deepest - before)
	t.depths[row] += int64(min(deepest, 1) - min(before, 1))
}

// goalsOf counts conversions, where all of a visit is in one row.
func (t *tally) goalsOf(p *picked, rows []int32) {
	t.eachGoal(p, func(i int, j int32, event bool, reached []int32) { t.pay(p, rows[i], i, j, event, reached) })
}

// pay counts the conversions of a hit: the picked visit's at i, which is at j in the block.
func (t *tally) pay(p *picked, row int32, i int, j int32, event bool, reached []int32) {
	t.convert(p, row, i, len(reached))
	if event && t.revenue != nil {
		t.payRevenue(p, row, j)
	}
}

// payRevenue adds the amount of the event at j in the block to a row.
func (t *tally) payRevenue(p *picked, row, j int32) {
	if currency := p.r.b.Cols[store.EventCurrency][j]; currency != 0 {
		t.earn(row, currency, p.r.b.Amounts[j])
	}
}

// eachGoal calls f for each picked hit that reaches goals: of the picked visit at i, at j in the block.
func (t *tally) eachGoal(p *picked, f func(i int, j int32, event bool, reached []int32)) {
	goals, b := t.p.goals, &p.r.b
	if goals.ofViews() && p.views > 0 {
		places, at := p.places(store.VisitViews), 0
		for i, n := range p.column(store.VisitViews) {
			for _, j := range places[at : at+int(n)] {
				if reached, _ := goals.ofView(b, int(j), &t.reached); len(reached) > 0 {
					f(i, j, false, reached)
				}
			}
			at += int(n)
		}
	}
	if p.events > 0 {
		places, at := p.places(store.VisitEvents), 0
		for i, n := range p.column(store.VisitEvents) {
			for _, j := range places[at : at+int(n)] {
				if reached, _ := goals.ofEvent(b, int(j), &t.reached); len(reached) > 0 {
					f(i, j, true, reached)
				}
			}
			at += int(n)
		}
	}
}
