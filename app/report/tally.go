package report

import (
	"cmp"
	"slices"

	"sandprint/app/store"
)

// cell is what is counted for one row. Stamps hold the serial number of the last visit that was counted here.
type cell struct {
	stamp, viewStamp           uint32
	visits, bounces, viewVisit int64
	views, events              int64
	duration                   int64 // seconds
	engaged                    int64 // tenths of a second
	conversions                int64
	depth, depths              int64 // sum of percents; how many
}

// tally is what one goroutine counts for one part of a question: a cell for each row and a last one for the total.
type tally struct {
	p          *part
	cells      []cell
	visitors   []set
	converters []set
	base       []set     // visitors of the row without the filters on goals
	revenue    [][]int64 // by row and currency; nil until there is some
	reads      int

	// The visit that is being read.
	serial, visitor uint32
	bounce          int64
	duration        int64
	depthList       []depth
	reached         []int32 // scratch of goals.ofView and ofEvent
}

// depth is how deep a visit saw a page.
type depth struct {
	row, page int32
	percent   uint32
}

func newTally(p *part) *tally {
	rows := p.rows + 1
	t := &tally{p: p, cells: make([]cell, rows)}
	sets := func(need bool) []set {
		if !need {
			return nil
		}
		s := make([]set, rows)
		s[p.rows] = newBitmap(p.limit)
		return s
	}
	t.visitors, t.converters, t.base = sets(p.need.visitors), sets(p.need.converters), sets(p.need.base)
	if p.need.revenue {
		t.revenue = make([][]int64, rows)
	}
	return t
}

// touch counts the visit and its visitor in a row, once.
func (t *tally) touch(r int32) *cell {
	c := &t.cells[r]
	if c.stamp != t.serial {
		c.stamp = t.serial
		c.visits++
		c.bounces += t.bounce
		c.duration += t.duration
		if t.visitors != nil {
			t.visitors[r].add(t.visitor, t.p.limit)
		}
	}
	return c
}

// viewed counts the visit as one with a page view of the row, once.
func (t *tally) viewed(c *cell) {
	if c.viewStamp != t.serial {
		c.viewStamp = t.serial
		c.viewVisit++
	}
}

// convert counts conversions in a row.
func (t *tally) convert(r int32, n int) {
	if n == 0 {
		return
	}
	t.cells[r].conversions += int64(n)
	if t.converters != nil {
		t.converters[r].add(t.visitor, t.p.limit)
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

// sink notes how deep a page was seen.
func (t *tally) sink(r, page int32, percent uint32) {
	if percent > 0 {
		t.depthList = append(t.depthList, depth{r, page, percent})
	}
}

// settle counts the deepest of each row and page, at the end of a visit.
func (t *tally) settle() {
	list := t.depthList
	if len(list) > 1 {
		slices.SortFunc(list, func(a, b depth) int {
			return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.page, b.page), cmp.Compare(b.percent, a.percent))
		})
	}
	for i, d := range list {
		if i == 0 || list[i-1].row != d.row || list[i-1].page != d.page {
			t.cells[d.row].depth += int64(d.percent)
			t.cells[d.row].depths++
		}
	}
	t.depthList = list[:0]
}

// join adds what another goroutine counted of other visits.
func (t *tally) join(o *tally) {
	for i := range t.cells {
		a, b := &t.cells[i], &o.cells[i]
		a.visits, a.bounces, a.viewVisit = a.visits+b.visits, a.bounces+b.bounces, a.viewVisit+b.viewVisit
		a.views, a.events, a.duration = a.views+b.views, a.events+b.events, a.duration+b.duration
		a.engaged, a.conversions = a.engaged+b.engaged, a.conversions+b.conversions
		a.depth, a.depths = a.depth+b.depth, a.depths+b.depths
	}
	for _, pair := range [][2][]set{{t.visitors, o.visitors}, {t.converters, o.converters}, {t.base, o.base}} {
		for i := range pair[0] {
			pair[0][i].join(&pair[1][i], t.p.limit)
		}
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

// visitFacts sets what the visit at v of b adds wherever it counts.
func (t *tally) visitFacts(b *store.Block, v int) {
	t.serial++
	if t.p.need.visitors || t.p.need.converters || t.p.need.base {
		t.visitor = b.Cols[store.VisitVisitor][v]
	}
	if t.p.need.bounce {
		t.bounce = 0
		if b.Cols[store.VisitViews][v]+b.Cols[store.VisitEvents][v] == 1 {
			t.bounce = 1
		}
	}
	if t.p.need.duration {
		t.duration = int64(b.Cols[store.VisitDuration][v])
	}
}
