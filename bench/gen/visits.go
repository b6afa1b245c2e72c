package gen

import (
	"slices"

	"sandprint/app/store"
)

// visit is one visit as it is being made.
type visit struct {
	number  int64
	start   int64
	key     uint64
	lasting bool
	kind    store.VisitorType
	person  person
	source  int // in site.sources
}

// mark is one hit of a visit, without what the visit says.
type mark struct {
	at      int64
	view    uint64 // number of the page view
	visit   *visit
	event   *event // of events
	page    int32  // in site.pages
	engaged uint32
	seq     uint32
	kind    store.Kind
	scroll  uint8
}

// maxPages is the largest number of page views of a visit.
const maxPages = 20

// idle is how long a visitor must have been away before the next visit, in seconds.
const idle = 31 * 60

// coming is a visit before anything of it is known but who comes when.
type coming struct {
	start   int64
	visitor uint64
	fresh   bool
	person  person
}

// addVisits appends the marks of the visits that start on d.
func (g *Generator) addVisits(marks []mark, d day) []mark {
	today := g.next // visitors from here on come for the first time today
	list := make([]coming, d.visits)
	for i := range list {
		c := &list[i]
		if c.fresh = today == 0 || g.rnd.chance(g.o.NewShare); c.fresh {
			c.visitor = g.next
			g.next++
		} else {
			c.visitor = g.known(today)
		}
		c.person = g.crowd.person(c.visitor)
		c.start = d.start + g.secondOfDay(c.person.place.ahead)
	}
	slices.SortStableFunc(list, func(a, b coming) int { return int(a.start - b.start) })
	sources := g.site.sourcesOf(d)
	g.busy[0], g.busy[1] = g.busy[1], g.busy[0]
	clear(g.busy[1])
	for i := range list {
		if g.stillHere(&list[i]) {
			continue
		}
		before := len(marks)
		marks = g.addVisit(marks, &list[i], sources.pick(&g.rnd))
		last := list[i].start
		for _, m := range marks[before:] {
			last = max(last, m.at)
		}
		g.busy[1][list[i].visitor] = last
	}
	return marks
}

// known returns a visitor of a day before: mostly one of the latest, sometimes one of long ago.
func (g *Generator) known(today uint64) uint64 {
	u := g.rnd.float()
	return today - 1 - uint64(float64(today)*u*u*u)
}

// stillHere reports whether c's last visit has not ended when c would start: then it is no visit of its own.
func (g *Generator) stillHere(c *coming) bool {
	for _, busy := range g.busy {
		if last, ok := busy[c.visitor]; ok && c.start < last+idle {
			return true
		}
	}
	return false
}

// secondOfDay draws a second of the UTC day at which someone, ahead hours ahead of UTC, goes online.
func (g *Generator) secondOfDay(ahead int) int64 {
	hour := (hours.pick(&g.rnd) - ahead + 24) % 24
	return int64(hour)*3600 + int64(g.rnd.below(3600))
}

// addVisit appends the marks of one visit.
func (g *Generator) addVisit(marks []mark, c *coming, source int) []mark {
	g.visits++
	v := &visit{number: g.visits, start: c.start, person: c.person, source: source, lasting: !c.person.quiet,
		key: g.crowd.key(c.visitor, &c.person, c.start/86400)}
	switch {
	case c.person.quiet:
		v.kind = store.UnknownVisitor
	case c.fresh:
		v.kind = store.NewVisitor
	default:
		v.kind = store.ReturningVisitor
	}
	src := &g.site.sources[source]
	at, page := v.start, g.site.entry(src, &g.rnd)
	for n := 1; ; n++ {
		stay := g.stay(page)
		marks = g.addView(marks, v, at, page, stay)
		if n == maxPages || (n == 1 && g.rnd.chance(src.bounce)) || (n > 1 && g.rnd.chance(0.30)) {
			return marks
		}
		at += stay
		page = g.site.next(page, &g.rnd)
	}
}

// stay draws how long a page is looked at, in seconds: up to 25 minutes, so that a visit never breaks in two.
func (g *Generator) stay(page int32) int64 {
	return int64(min(1+g.rnd.around(g.site.pages[page].kind.median(), 1.0), 1500))
}

// addView appends a page view, what happened on it, and the engagement that most page views report.
func (g *Generator) addView(marks []mark, v *visit, at int64, page int32, stay int64) []mark {
	g.views++
	view := g.o.Seed<<40 + g.views
	m := mark{at: at, view: view, visit: v, page: page, kind: store.Pageview}
	marks = append(marks, m)
	for i := range g.site.pages[page].events {
		e := &g.site.pages[page].events[i]
		if g.rnd.chance(e.chance) {
			m := m
			m.kind, m.event, m.seq, m.at = store.Event, g.site.happen(e, &g.rnd), uint32(i+1), at+int64(float64(stay)*(0.2+0.7*g.rnd.float()))
			marks = append(marks, m)
		}
	}
	if g.rnd.chance(0.12) { // the browser was closed without a word
		return marks
	}
	engaged := float64(stay) * 1000 * (0.55 + 0.45*g.rnd.float())
	depth := 25 + 75*min(1, engaged/60_000+0.7*g.rnd.float())
	if stay > 60 && g.rnd.chance(0.2) { // looked away in between
		m.kind, m.seq, m.at, m.engaged, m.scroll = store.Engage, 1, at+stay/2, uint32(engaged/2), uint8(depth*0.7)
		marks = append(marks, m)
	}
	m.kind, m.engaged, m.scroll, m.at = store.Engage, uint32(engaged), uint8(depth), at+stay
	m.seq++
	return append(marks, m)
}
