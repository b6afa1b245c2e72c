package report

import (
	"slices"

	"sandprint/app/store"
)

// goals are the goals that a question counts: by what a hit is, which ones it reaches.
type goals struct {
	names  []string
	event  [][]int32 // by id in Events: goals in play that every event of that name reaches
	page   [][]int32 // by id in Pages: the same of a page view
	views  bool      // a goal in the settings is a page
	filter bool      // a filter names goals
	eventOK,
	pageOK []bool // with filter: whether such a hit passes the filters on goals

	rules           []rule
	eventIf, pageIf [][]int32 // by id: rules that look further than the id; nil: there are none
	named           []goalFilter
	wanted          []bool // by goal: whether it is in play; nil: all are
}

// rule is a goal that only some hits of an event or a page reach.
type rule struct {
	goal    int32
	props   []bool // by id in Props: the conditions hold; nil: no conditions
	scroll  uint32 // percent
	engaged uint32 // tenths of a second
}

// goalFilter is a filter on goals.
type goalFilter struct {
	named    []bool // by goal: its name meets the filter
	negative bool
}

// newGoals returns the goals in play: those of the site's settings (without any, each event is one under its own name),
// and of them, where filters name some, only those.
func newGoals(set []store.Goal, filters []Filter, dicts func(store.Dim) []string) *goals {
	g := &goals{event: make([][]int32, max(1, len(dicts(store.Events)))), page: make([][]int32, max(1, len(dicts(store.Pages))))}
	if len(set) == 0 {
		for i, name := range dicts(store.Events) {
			if name != "" {
				g.event[i] = []int32{int32(len(g.names))}
				g.names = append(g.names, name)
			}
		}
	}
	for _, goal := range set {
		g.add(goal, dicts)
	}
	g.narrow(filters)
	return g
}

// add adds a goal of the settings. Goals of one name are one goal.
func (g *goals) add(goal store.Goal, dicts func(store.Dim) []string) {
	id := int32(slices.Index(g.names, goal.Name))
	if id < 0 {
		id = int32(len(g.names))
		g.names = append(g.names, goal.Name)
	}
	g.views = g.views || goal.Page != ""
	events, pages, what := g.event, g.page, id
	if len(goal.Props) > 0 || goal.Scroll > 0 || goal.Engaged > 0 {
		if g.eventIf == nil {
			g.eventIf, g.pageIf = make([][]int32, len(g.event)), make([][]int32, len(g.page))
		}
		events, pages, what = g.eventIf, g.pageIf, int32(len(g.rules))
		g.rules = append(g.rules, newRule(goal, id, dicts))
	}
	reach := func(list []int32) []int32 {
		if slices.Contains(list, what) {
			return list
		}
		return append(list, what)
	}
	for i, name := range dicts(store.Events) {
		if goal.Event != "" && name == goal.Event {
			events[i] = reach(events[i])
		}
	}
	for i, page := range dicts(store.Pages) {
		if goal.Page != "" && i > 0 && matchPattern(goal.Page, field(page, 1)) {
			pages[i] = reach(pages[i])
		}
	}
}

// newRule plans a goal with conditions. One whose conditions can't be read is never reached.
func newRule(goal store.Goal, id int32, dicts func(store.Dim) []string) rule {
	r := rule{goal: id, scroll: uint32(goal.Scroll), engaged: uint32(goal.Engaged) * 10}
	for _, s := range goal.Props {
		f, err := ParseFilter("prop:" + s)
		if err != nil {
			r.props = make([]bool, max(1, len(dicts(store.Props))))
			break
		}
		r.props = group(f.By, dicts).table(f, r.props)
	}
	return r
}

// narrow applies the filters on goals: hits must pass them all, and where one asks for goals, only such goals count.
func (g *goals) narrow(filters []Filter) {
	wanted := make([]bool, len(g.names))
	asked := false
	for _, f := range filters {
		if f.By != "goal" {
			continue
		}
		named := make([]bool, len(g.names))
		for i, name := range g.names {
			named[i] = f.hits(name)
			wanted[i] = wanted[i] || named[i] && !f.negative()
		}
		asked = asked || !f.negative()
		g.named = append(g.named, goalFilter{named, f.negative()})
		g.filter = true
	}
	if g.filter {
		g.eventOK, g.pageOK = g.passes(g.event), g.passes(g.page)
	}
	if !asked {
		return
	}
	g.wanted = wanted
	if g.rules != nil {
		return // each hit is asked for the goals that are not in play too
	}
	for _, lists := range [][][]int32{g.event, g.page} {
		for i, list := range lists {
			lists[i] = g.inPlay(list)
		}
	}
}

// passes returns, by id, whether hits that reach the goals of each list pass the filters on goals.
func (g *goals) passes(lists [][]int32) []bool {
	ok := make([]bool, len(lists))
	for i, list := range lists {
		ok[i] = g.pass(list)
	}
	return ok
}

// pass reports whether a hit that reaches these goals passes the filters on goals.
func (g *goals) pass(list []int32) bool {
	for _, f := range g.named {
		if slices.ContainsFunc(list, func(id int32) bool { return f.named[id] }) == f.negative {
			return false
		}
	}
	return true
}

// inPlay takes the goals that are not in play out of the list.
func (g *goals) inPlay(list []int32) []int32 {
	if g.wanted == nil {
		return list
	}
	return slices.DeleteFunc(list, func(id int32) bool { return !g.wanted[id] })
}

// ofViews reports whether page views can reach goals.
func (g *goals) ofViews() bool { return g.views }

// columns returns what telling the goals of hits needs of a block.
func (g *goals) columns() store.Columns {
	c := store.Set(store.VisitViews, store.VisitEvents, store.EventName)
	if g.ofViews() {
		c |= store.Set(store.ViewPage)
	}
	for _, r := range g.rules {
		if r.props != nil {
			c |= store.Set(store.EventProps)
		}
		if r.scroll > 0 {
			c |= store.Set(store.ViewScroll)
		}
		if r.engaged > 0 {
			c |= store.Set(store.ViewEngaged)
		}
	}
	return c
}

// ofView returns the goals in play that the page view at i reaches, and whether it passes the filters on goals. The list
// may be made in scratch and holds until that is used again.
func (g *goals) ofView(b *store.Block, i int, scratch *[]int32) (reached []int32, ok bool) {
	if !g.views {
		return nil, g.pass(nil)
	}
	page := b.Cols[store.ViewPage][i]
	if g.rules == nil {
		return g.page[page], g.pageOK == nil || g.pageOK[page]
	}
	list := append((*scratch)[:0], g.page[page]...)
	for _, id := range g.pageIf[page] {
		r := &g.rules[id]
		if (r.scroll == 0 || b.Cols[store.ViewScroll][i] >= r.scroll) && (r.engaged == 0 || b.Cols[store.ViewEngaged][i] >= r.engaged) &&
			!slices.Contains(list, r.goal) {
			list = append(list, r.goal)
		}
	}
	*scratch = list
	ok = g.pass(list)
	return g.inPlay(list), ok
}

// ofEvent is ofView for the event at i.
func (g *goals) ofEvent(b *store.Block, i int, scratch *[]int32) (reached []int32, ok bool) {
	name := b.Cols[store.EventName][i]
	if g.rules == nil {
		return g.event[name], g.eventOK == nil || g.eventOK[name]
	}
	list := append((*scratch)[:0], g.event[name]...)
	for _, id := range g.eventIf[name] {
		r := &g.rules[id]
		if (r.props == nil || r.props[b.Cols[store.EventProps][i]]) && !slices.Contains(list, r.goal) {
			list = append(list, r.goal)
		}
	}
	*scratch = list
	ok = g.pass(list)
	return g.inPlay(list), ok
}
