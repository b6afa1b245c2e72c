package report

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Step is something that a visitor does: one hit of a journey.
type Step struct {
	By    Dimension // "page", "event" or "goal"; "source" where a journey may begin with one
	Name  string    // a path pattern (* within a level, ** across); the name of the event, goal or source
	Where []Filter  // of an event: filters on its properties ("prop:NAME"), joined by AND
}

// maxWhere is how many filters on properties a step may have.
const maxWhere = 10

// ParseStep reads "page:PATTERN", "event:NAME", "goal:NAME" or "source:NAME". Conditions on the properties of an event
// follow behind bars, as filters without their "prop:": "event:Order|plan:is:pro,team|size:not:xl". A backslash makes the
// character after it plain. The error is a 400 on the field.
func ParseStep(field, s string, kinds ...Dimension) (Step, error) {
	bad := func(why string) (Step, error) {
		return Step{}, problem.BadField(field, "bad_"+field, fmt.Sprintf("%q %s.", short(s), why)).
			WithHint("Write a page as page:/cart/**, an event as event:NAME or event:NAME|property:op:value[,value…], a goal as goal:NAME.")
	}
	parts := splitBars(s)
	kind, name, ok := strings.Cut(parts[0], ":")
	step := Step{By: Dimension(kind), Name: unescape(name)}
	switch {
	case !ok || !slices.Contains(kinds, step.By):
		return bad("is nothing that can be asked for here")
	case step.Name == "":
		return bad("names nothing")
	case len(step.Name) > maxValue:
		return bad(fmt.Sprintf("has a name of more than %d bytes", maxValue))
	case len(parts) > 1 && step.By != "event":
		return bad("has conditions, which only an event can have")
	case len(parts) > 1+maxWhere:
		return bad(fmt.Sprintf("has more than %d conditions", maxWhere))
	}
	for _, part := range parts[1:] {
		f, err := ParseFilter("prop:" + part)
		if err != nil {
			return bad(fmt.Sprintf("has a condition that can't be read: %q", short(part)))
		}
		step.Where = append(step.Where, f)
	}
	return step, nil
}

// String returns the step as ParseStep reads it.
func (s Step) String() string {
	text := string(s.By) + ":" + barred.Replace(s.Name)
	for _, f := range s.Where {
		text += "|" + strings.ReplaceAll(strings.TrimPrefix(f.String(), "prop:"), "|", `\|`)
	}
	return text
}

var barred = strings.NewReplacer(`\`, `\\`, `|`, `\|`)

// splitBars splits s at the bars that have no backslash before them, and leaves the backslashes.
func splitBars(s string) (parts []string) {
	from := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '|':
			parts, from = append(parts, s[from:i]), i+1
		}
	}
	return append(parts, s[from:])
}

// unescape takes the backslashes out that make a character plain.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// parseSteps reads all values of a field as steps.
func parseSteps(field string, values url.Values, least, most int, kinds ...Dimension) (steps []Step, err error) {
	list := values[field]
	if len(list) < least || len(list) > most {
		return nil, problem.BadField(field, "bad_"+field, fmt.Sprintf("There are %d of the parameter %q; it takes from %d to %d.", len(list), field, least, most))
	}
	for _, s := range list {
		step, err := ParseStep(field, s, kinds...)
		if err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// marks tell which of several steps a hit is: bit i is step i. A hit may be several.
type marks struct {
	page     []uint8 // by id in Pages, of page views
	event    []uint8 // by id in Events
	props    []uint8 // by id in Props: the steps whose conditions hold; nil: no step has any
	views    bool    // page views are some step
	events   bool    // events are some step
	goals    *goals  // nil: no step is a goal
	goalBits []uint8 // by goal
	reached  []int32 // scratch
}

// newMarks plans steps, 8 at most.
func newMarks(steps []Step, site store.SiteInfo, dicts func(store.Dim) []string) *marks {
	pages, events := dicts(store.Pages), dicts(store.Events)
	m := &marks{page: make([]uint8, max(1, len(pages))), event: make([]uint8, max(1, len(events)))}
	for i, s := range steps {
		bit := uint8(1) << i
		switch s.By {
		case "page":
			m.views = true
			for id, v := range pages {
				if id > 0 && matchPattern(s.Name, field(v, 1)) {
					m.page[id] |= bit
				}
			}
		case "event":
			m.events = true
			if id := slices.Index(events, s.Name); id > 0 {
				m.event[id] |= bit
			}
			m.where(s.Where, bit, dicts)
		case "goal":
			m.goal(s.Name, bit, site, dicts)
		}
	}
	return m
}

// where narrows an event's step by conditions on its properties.
func (m *marks) where(filters []Filter, bit uint8, dicts func(store.Dim) []string) {
	if len(filters) == 0 {
		return
	}
	if m.props == nil {
		m.props = slices.Repeat([]uint8{0xff}, max(1, len(dicts(store.Props))))
	}
	var keep []bool
	for _, f := range filters {
		keep = group(f.By, dicts).table(f, keep)
	}
	for id, ok := range keep {
		if !ok {
			m.props[id] &^= bit
		}
	}
}

// goal adds a goal's step.
func (m *marks) goal(name string, bit uint8, site store.SiteInfo, dicts func(store.Dim) []string) {
	if m.goals == nil {
		m.goals = newGoals(site.Settings.Goals, nil, dicts)
		m.goalBits = make([]uint8, len(m.goals.names))
	}
	m.events = m.events || len(site.Settings.Goals) == 0
	for _, g := range site.Settings.Goals {
		m.views = m.views || g.Name == name && g.Page != ""
		m.events = m.events || g.Name == name && g.Event != ""
	}
	if id := slices.Index(m.goals.names, name); id >= 0 {
		m.goalBits[id] |= bit
	}
}

// columns returns what telling the steps needs of a block.
func (m *marks) columns() (c store.Columns) {
	if m.views {
		c |= store.Set(store.VisitViews, store.ViewPage)
	}
	if m.events {
		c |= store.Set(store.VisitEvents, store.EventName)
	}
	if m.props != nil {
		c |= store.Set(store.EventProps)
	}
	if m.goals != nil {
		c |= m.goals.columns()
	}
	return c
}

// ofView returns the steps that the page view at i is.
func (m *marks) ofView(b *store.Block, i int) uint8 {
	bits := m.page[b.Cols[store.ViewPage][i]]
	if m.goals != nil {
		reached, _ := m.goals.ofView(b, i, &m.reached)
		bits |= m.ofGoals(reached)
	}
	return bits
}

// ofEvent returns the steps that the event at i is.
func (m *marks) ofEvent(b *store.Block, i int) uint8 {
	bits := m.event[b.Cols[store.EventName][i]]
	if m.props != nil {
		bits &= m.props[b.Cols[store.EventProps][i]]
	}
	if m.goals != nil {
		reached, _ := m.goals.ofEvent(b, i, &m.reached)
		bits |= m.ofGoals(reached)
	}
	return bits
}

func (m *marks) ofGoals(reached []int32) (bits uint8) {
	for _, g := range reached {
		bits |= m.goalBits[g]
	}
	return bits
}
