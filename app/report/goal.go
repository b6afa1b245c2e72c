package report

import (
	"slices"

	"sandprint/app/store"
)

// goals are the goals that a question counts: by what a hit is, which ones it reaches.
type goals struct {
	names  []string
	event  [][]int32 // by id in Events: goals in play that an event of that name reaches, ascending
	page   [][]int32 // by id in Pages: the same of a page view
	filter bool      // a filter names goals
	eventOK,
	pageOK []bool // with filter: whether such a hit passes the filters on goals
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
	reach := func(list []int32) []int32 {
		if slices.Contains(list, id) {
			return list
		}
		return append(list, id)
	}
	for i, name := range dicts(store.Events) {
		if goal.Event != "" && name == goal.Event {
			g.event[i] = reach(g.event[i])
		}
	}
	for i, page := range dicts(store.Pages) {
		if goal.Page != "" && i > 0 && matchPattern(goal.Page, field(page, 1)) {
			g.page[i] = reach(g.page[i])
		}
	}
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
		g.eventOK = g.pass(f, named, g.event, g.eventOK)
		g.pageOK = g.pass(f, named, g.page, g.pageOK)
		g.filter = true
	}
	if !asked {
		return
	}
	for _, lists := range [][][]int32{g.event, g.page} {
		for i, list := range lists {
			lists[i] = slices.DeleteFunc(list, func(id int32) bool { return !wanted[id] })
		}
	}
}

// pass joins ok with whether hits that reach the goals of each list pass a filter that names some goals.
func (g *goals) pass(f Filter, named []bool, lists [][]int32, ok []bool) []bool {
	if ok == nil {
		ok = make([]bool, len(lists))
		for i := range ok {
			ok[i] = true
		}
	}
	for i, list := range lists {
		reaches := slices.ContainsFunc(list, func(id int32) bool { return named[id] })
		ok[i] = ok[i] && reaches != f.negative()
	}
	return ok
}
