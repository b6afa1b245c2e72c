package report

import (
	"slices"
	"time"

	"sandprint/app/store"
)

// need says what a part must count.
type need struct {
	visitors, converters                            bool
	views, events, bounce, duration, engaged, depth bool
	conversions, revenue                            bool
	visits                                          bool // by row; only candidates of a top can do without
}

// part is one scan's worth of a question: the rows of its period or of the one that it is compared with, or the totals.
// Everything that depends on a name is a table by dictionary id, so that a scan only looks up. Ids that are in no row have
// the row behind the last.
type part struct {
	sel           *selection
	need          need
	rows          int // number of rows
	names         []string
	times         []Row // of time buckets
	level         level // of what rows are made by
	slots         slots // of rows that are made by time
	column        store.Column
	group         []int32 // by id in column, Pages, Events or Props: the row
	paths         []int32 // by id in Pages: its path, for depths
	pairOf        []int32 // by id in Pages: its path in its row, for depths
	pairs         int
	goals         *goals  // nil: conversions are not asked for
	goalRow       []int32 // by goal: the row
	limit         int     // visitors' numbers are below
	currencies    int
	currencyNames []string
	top           *top     // rows by page of which alone visits and visitors are counted; nil: of all
	noted         noted    // visits of those who come again are noted, see notes
	folds         bool     // the floor holds: sets of visitors are kept to fold small rows
	shared        [2]int32 // of rows by time: those that two goroutines may have something of, the second excluded
}

// groups are the plans of one call: what several parts need is made once.
type groups struct {
	snap       *store.Snapshot
	site       store.SiteInfo
	by         map[Dimension]*grouping
	selections map[string]*selection
	totals     map[*selection]*part
}

func newGroups(snap *store.Snapshot, site store.SiteInfo) groups {
	return groups{snap, site, map[Dimension]*grouping{}, map[string]*selection{}, map[*selection]*part{}}
}

func (g groups) of(d Dimension) *grouping {
	if g.by[d] == nil {
		g.by[d] = group(d, g.snap.Dict)
	}
	return g.by[d]
}

// selection returns what [from, to) and filters select, without the segment except.
func (g groups) selection(from, to time.Time, filters, except []Filter, goals *goals) *selection {
	key := selectionKey(from, to, filters, except)
	if g.selections[key] == nil {
		if goals == nil && slices.Contains(dimensionsOf(filters), "goal") {
			goals = newGoals(g.site.Settings.Goals, filters, g.snap.Dict)
		}
		g.selections[key] = newSelection(from, to, filters, except, goals, g)
	}
	return g.selections[key]
}

// newPart plans rows by d, and total the totals, of the hits that sel selects.
func newPart(by Dimension, sel *selection, need need, goals *goals, from, to time.Time, g groups) *part {
	p := &part{sel: sel, need: need, goals: goals, limit: g.snap.Visitors() + 1, currencyNames: g.snap.Dict(store.Currencies)}
	p.currencies = max(1, len(p.currencyNames))
	p.groupBy(by, from, to, g)
	if p.need.depth {
		p.paths = g.of("page").of
		p.pairPages()
	}
	return p
}

// total returns the part of the totals of sel, which all questions that select so share, and has it count what need says.
func (g groups) total(sel *selection, need need, goals *goals) *part {
	p := g.totals[sel]
	if p == nil {
		p = newPart("", sel, need, goals, time.Time{}, time.Time{}, g)
		g.totals[sel] = p
		return p
	}
	p.need = p.need.with(need)
	if p.goals == nil {
		p.goals = goals
	}
	if p.need.depth && p.paths == nil {
		p.paths = g.of("page").of
		p.pairPages()
	}
	return p
}

// with returns what one of two parts needs.
func (n need) with(o need) need {
	return need{n.visitors || o.visitors, n.converters || o.converters, n.views || o.views, n.events || o.events, n.bounce || o.bounce,
		n.duration || o.duration, n.engaged || o.engaged, n.depth || o.depth, n.conversions || o.conversions, n.revenue || o.revenue, n.visits || o.visits}
}

// byTime reports whether rows are made by the time of hits.
func (p *part) byTime() bool { return p.level == timeLevel || p.level == clockLevel }

// inOrder reports whether visitors can be counted row after row: where rows are made by time, and only few of them are of
// one day.
func (p *part) inOrder() bool { return p.level == timeLevel && p.ofDay() <= fewRows }

// ofDay returns about how many rows by time a day touches.
func (p *part) ofDay() int {
	days := int((p.slots.bounds[len(p.slots.row)]-p.slots.bounds[0])/86400) + 1
	return p.rows/days + 2
}

// rowFrom returns the first row by time that does not end before t.
func (p *part) rowFrom(t int64) int32 {
	n := len(p.slots.row)
	i, _ := slices.BinarySearch(p.slots.bounds[1:n+1], t+1)
	if i == n {
		return int32(p.rows)
	}
	return p.slots.row[i]
}

// share sets which rows by time are shared by two goroutines, of which one reads to the time last and the other from first on.
func (p *part) share(first, last int64) {
	if p.shared = [2]int32{}; p.level == timeLevel {
		p.shared = [2]int32{p.rowFrom(first), min(p.rowFrom(last)+1, int32(p.rows))}
	}
}

// setBytes returns how much room sets of the numbers below n take, where they are bitmaps; ok is false where that depends
// on the visits.
func (p *part) setBytes(n int) (bytes int, ok bool) {
	switch {
	case !p.need.visitors:
		return 0, true
	case p.top != nil:
		return 8 * n, true
	case p.inOrder():
		return p.ofDay() * n / 8, true
	case p.rows < fewRows:
		return (p.rows + 1) * n / 8, true
	}
	return 0, false
}

// apart reports whether no visit can be in two rows.
func (p *part) apart() bool { return p.level >= visitLevel && p.level <= exitLevel }

// rowAt returns the row of a hit by its time, and its slot, of which the search for that of a later hit may start.
func (p *part) rowAt(t int64, slot int) (int32, int) {
	if slot = p.slots.of(t, slot); slot != noRow {
		return p.slots.row[slot], slot
	}
	return int32(p.rows), 0
}

// pairPages numbers the pairs of a row and a path that pages have: of several depths in one the deepest counts.
func (p *part) pairPages() {
	p.pairOf = make([]int32, len(p.paths))
	known := map[[2]int32]int32{}
	for id, path := range p.paths {
		pair := [2]int32{0, path}
		if p.level == pageLevel {
			pair[0] = p.group[id]
		}
		n, ok := known[pair]
		if !ok {
			n = int32(len(known))
			known[pair] = n
		}
		p.pairOf[id] = n
	}
	p.pairs = len(known)
}

// needs derives what to count from the metrics; for a floor visitors too.
func needs(q *Query, floor bool) need {
	has := func(m ...Metric) bool {
		return slices.ContainsFunc(q.Metrics, func(x Metric) bool { return slices.Contains(m, x) })
	}
	return need{
		visitors:    floor || has(Visitors, ConversionRate),
		converters:  has(ConversionRate),
		views:       has(Pageviews, ViewsPerVisit),
		events:      has(EventCount),
		bounce:      has(BounceRate),
		duration:    has(VisitDuration),
		engaged:     has(TimeOnPage),
		depth:       has(ScrollDepth),
		conversions: has(Conversions),
		revenue:     has(Revenue),
		visits:      has(Visits, ViewsPerVisit, BounceRate, VisitDuration, ExitRate),
	}
}

// groupBy plans the rows.
func (p *part) groupBy(d Dimension, from, to time.Time, g groups) {
	src := d.source()
	p.level, p.column = src.level, src.column
	switch src.level {
	case noLevel:
		p.rows = 1
	case timeLevel:
		p.slots, p.times = newSlots(d, from, to, nil)
		p.rows = len(p.times)
	case clockLevel:
		p.slots, _ = newSlots(d, from, to, nil)
		p.names = clockNames(d)
	case goalLevel:
		p.names = p.goals.names
		p.goalRow = make([]int32, len(p.names))
		for i := range p.goalRow {
			p.goalRow[i] = int32(i)
		}
	case entryLevel:
		p.column, p.names, p.group = entryPage, g.of(d).names, g.of(d).of
	case exitLevel:
		p.column, p.names, p.group = exitPage, g.of(d).names, g.of(d).of
	default:
		p.names, p.group = g.of(d).names, g.of(d).of
	}
	p.rows = max(p.rows, len(p.names))
}

// clockNames returns the names of the rows of weekday, hour_of_day or hour_of_week, by row.
func clockNames(d Dimension) (names []string) {
	// 2001-01-01 was a Monday.
	for i := range 7 * 24 {
		name, _ := clockName(d, time.Date(2001, 1, 1, i, 0, 0, 0, time.UTC))
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// rowNames returns the names of all rows, by row.
func (p *part) rowNames() []string {
	if p.level != timeLevel {
		return p.names
	}
	names := make([]string, len(p.times))
	for i, r := range p.times {
		names[i] = r.Name
	}
	return names
}

// only returns a part that counts nothing but one row, made of the given rows of p together.
func (p *part) only(rows []int32) *part {
	c := *p
	c.sel = p.alone(rows)
	in := make([]int32, p.rows+1)
	for i := range in {
		in[i] = 1 // behind the one row
	}
	for _, r := range rows {
		in[r] = 0
	}
	one := func(list []int32) []int32 {
		out := make([]int32, len(list))
		for i, r := range list {
			out[i] = in[r]
		}
		return out
	}
	c.rows, c.names = 1, []string{Other}
	c.group, c.goalRow, c.slots.row = one(p.group), one(p.goalRow), one(p.slots.row)
	if c.need.depth {
		c.pairPages()
	}
	return &c
}

// alone returns a selection of what is in the given rows of p, and maybe of more: of a page or an event all else is
// dropped early.
func (p *part) alone(rows []int32) *selection {
	s := *p.sel
	s.few = true
	in := make([]bool, p.rows+1)
	for _, r := range rows {
		in[r] = true
	}
	both := func(keep []bool) []bool {
		list := make([]bool, len(p.group))
		for id, row := range p.group {
			list[id] = in[row] && (keep == nil || keep[id])
		}
		return list
	}
	switch p.level {
	case pageLevel:
		s.view = both(s.view)
		s.eventPage = s.view
	case eventLevel:
		s.eventName, s.noViews = both(s.eventName), true
	case propLevel:
		s.eventProps, s.noViews = both(s.eventProps), true
	case timeLevel, clockLevel:
		s.spans = nil
		for i, row := range p.slots.row {
			if in[row] {
				s.spans = append(s.spans, p.sel.within(p.slots.bounds[i], p.slots.bounds[i+1])...)
			}
		}
	}
	return &s
}

// columns returns what counting reads of a block, beside what picking read.
func (p *part) columns(b store.BlockInfo) store.Columns {
	var c store.Columns
	want := func(need bool, columns ...store.Column) {
		if need {
			c |= store.Set(columns...)
		}
	}
	hits := p.level >= pageLevel || p.need.engaged || p.need.depth || p.goals != nil
	want(p.need.visitors || p.need.converters, store.VisitVisitor)
	want(p.need.bounce || hits, store.VisitViews, store.VisitEvents)
	want(p.need.duration, store.VisitDuration)
	want(p.need.views, store.VisitViews)
	want(p.need.events, store.VisitEvents)
	want(p.level == visitLevel, p.column)
	want(p.level == entryLevel || p.level == exitLevel, store.VisitViews, store.ViewPage)
	want(p.byTime(), store.VisitStart, store.VisitDuration, store.VisitViews, store.VisitEvents, store.EventDelay)
	want(p.level == pageLevel, store.ViewPage, store.EventPage)
	want(p.need.engaged, store.ViewEngaged)
	want(p.need.depth, store.ViewPage, store.ViewScroll)
	want(p.level == eventLevel, store.EventName)
	want(p.level == propLevel, store.EventProps)
	want(p.need.revenue, store.EventCurrency, store.EventAmount)
	if p.goals != nil {
		c |= p.goals.columns()
	}
	return c
}

// misses reports whether nothing of a block is in the part's time.
func (p *part) misses(b store.BlockInfo) bool { return p.sel.misses(b) }
