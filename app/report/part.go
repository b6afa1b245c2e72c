package report

import (
	"slices"
	"time"

	"sandprint/app/store"
)

// need says what a part must count.
type need struct {
	visitors, converters, base                      bool
	views, events, bounce, duration, engaged, depth bool
	conversions, revenue                            bool
}

// part is one scan's worth of a question: its period or the period it is compared with. Everything that depends on a
// name is a table by dictionary id, so that a scan only looks up.
type part struct {
	slots
	need          need
	rows          int // number of rows; the total's is rows
	names         []string
	times         []Row // of time buckets
	level         level // of what rows are made by
	visitRow      store.Column
	group         []int32 // by id: the row
	paths         []int32 // by id in Pages: its path, for depths
	goals         *goals
	goalRow       []int32 // by goal: the row
	limit         int     // visitors' numbers are below
	currencies    int
	currency      uint32 // the one that is shown; 0: none
	currencyNames []string

	visit       []visitFilter
	entry, exit []bool // by id in Pages; nil: all
	view        []bool
	noViews     bool // a filter asks for something of events
	eventPage   []bool
	eventName   []bool
	eventProps  []bool
	hits        bool // page views and events must be looked at one by one
}

// visitFilter keeps visits by a column.
type visitFilter struct {
	column store.Column
	keep   []bool
}

// groups remembers the groupings of one snapshot.
type groups struct {
	snap *store.Snapshot
	by   map[Dimension]*grouping
}

func (g groups) of(d Dimension) *grouping {
	if g.by[d] == nil {
		g.by[d] = group(d, g.snap.Dict)
	}
	return g.by[d]
}

// newPart plans the part of q that is about [from, to).
func newPart(q *Query, from, to time.Time, floor bool, site store.SiteInfo, g groups) *part {
	p := &part{limit: g.snap.Visitors() + 1, currencyNames: g.snap.Dict(store.Currencies)}
	p.currencies = max(1, len(p.currencyNames))
	p.slots, p.times = newSlots(q.By, from, to, q.Filters)
	p.needs(q, floor)
	if p.need.conversions || p.need.converters || p.need.revenue || q.By == "goal" || slices.Contains(dimensionsOf(q.Filters), "goal") {
		p.goals = newGoals(site.Settings.Goals, q.Filters, g.snap.Dict)
		p.need.base = p.need.converters && p.goals.filter
	}
	p.groupBy(q.By, g)
	for _, f := range q.Filters {
		p.filter(f, g)
	}
	if p.need.depth {
		p.paths = g.of("page").of
	}
	p.hits = p.hits || p.need.engaged || p.need.depth || p.goals != nil
	return p
}

// needs derives what to count from the metrics.
func (p *part) needs(q *Query, floor bool) {
	has := func(m ...Metric) bool {
		return slices.ContainsFunc(q.Metrics, func(x Metric) bool { return slices.Contains(m, x) })
	}
	p.need = need{
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
	}
}

// groupBy plans the rows.
func (p *part) groupBy(d Dimension, g groups) {
	src := d.source()
	p.level = src.level
	switch src.level {
	case noLevel:
	case timeLevel:
		p.rows = len(p.times)
	case clockLevel:
		p.names = clockNames(d)
	case goalLevel:
		p.names = p.goals.names
		p.goalRow = make([]int32, len(p.names))
		for i := range p.goalRow {
			p.goalRow[i] = int32(i)
		}
	default:
		p.visitRow = src.column
		p.names, p.group = g.of(d).names, g.of(d).of
	}
	p.rows = max(p.rows, len(p.names))
	p.hits = src.level >= pageLevel
}

// clockNames returns the names of the rows of weekday and hour_of_day, by row.
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

// filter plans a filter. Those on time are in the slots already.
func (p *part) filter(f Filter, g groups) {
	src := f.By.source()
	switch src.level {
	case visitLevel:
		p.visit = append(p.visit, visitFilter{src.column, g.of(f.By).table(f, nil)})
	case entryLevel:
		p.entry = g.of(f.By).table(f, p.entry)
	case exitLevel:
		p.exit = g.of(f.By).table(f, p.exit)
	case pageLevel:
		p.view = g.of(f.By).table(f, p.view)
		p.eventPage = p.view
	case eventLevel:
		p.eventName = g.of(f.By).table(f, p.eventName)
		p.noViews = p.noViews || !f.negative()
	case propLevel:
		p.eventProps = g.of(f.By).table(f, p.eventProps)
		p.noViews = p.noViews || !f.negative()
	}
	p.hits = p.hits || src.level >= pageLevel
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
	in := make([]bool, p.rows)
	for _, r := range rows {
		in[r] = true
	}
	one := func(list []int32) []int32 {
		out := make([]int32, len(list))
		for i, r := range list {
			if out[i] = noRow; r >= 0 && in[r] {
				out[i] = 0
			}
		}
		return out
	}
	c := *p
	c.rows, c.names = 1, []string{Other}
	c.group, c.goalRow = one(p.group), one(p.goalRow)
	if p.level == clockLevel {
		c.slots.row = one(p.slots.row)
	}
	return &c
}

// columns returns what the part reads of a block.
func (p *part) columns(b store.BlockInfo) store.Columns {
	var c store.Columns
	want := func(need bool, columns ...store.Column) {
		if need {
			c |= store.Set(columns...)
		}
	}
	_, whole := p.whole(b)
	want(p.need.visitors || p.need.converters || p.need.base, store.VisitVisitor)
	want(p.need.bounce, store.VisitViews, store.VisitEvents)
	want(p.need.duration, store.VisitDuration)
	want(p.need.views, store.VisitViews)
	want(p.need.events, store.VisitEvents)
	want(!whole, store.VisitStart, store.VisitDuration)
	want(!whole || p.hits, store.VisitViews, store.VisitEvents)
	want(!whole && b.Views > 0, store.ViewDelay)
	want(!whole && b.Events > 0, store.EventDelay)
	want(p.level == visitLevel, p.visitRow)
	for _, f := range p.visit {
		c |= store.Set(f.column)
	}
	edge := p.level == entryLevel || p.level == exitLevel || p.entry != nil || p.exit != nil
	goalPages := p.goals != nil
	want(edge || !p.noViews && (p.view != nil || p.level == pageLevel || p.need.depth || goalPages), store.VisitViews, store.ViewPage)
	want(p.need.engaged, store.ViewEngaged)
	want(p.need.depth, store.ViewScroll)
	if p.goals != nil {
		c |= p.goals.columns() & store.Set(store.ViewScroll, store.ViewEngaged, store.EventProps)
	}
	if b.Events > 0 {
		want(p.eventPage != nil || p.level == pageLevel, store.EventPage)
		want(p.eventName != nil || p.level == eventLevel || p.goals != nil, store.EventName)
		want(p.eventProps != nil || p.level == propLevel, store.EventProps)
		want(p.need.revenue, store.EventCurrency, store.EventAmount)
	}
	return c
}

// whole returns the slot that holds all of a block, when one does.
func (p *part) whole(b store.BlockInfo) (slot int, ok bool) {
	slot = p.of(int64(b.Date)*86400, 0)
	return slot, slot != noRow && b.Last < p.bounds[slot+1]
}

// misses reports whether nothing of a block is in the part's time.
func (p *part) misses(b store.BlockInfo) bool {
	n := len(p.slots.row)
	return n == 0 || b.Last < p.bounds[0] || int64(b.Date)*86400 >= p.bounds[n]
}
