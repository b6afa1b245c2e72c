package report

import (
	"slices"

	"sandprint/app/store"
)

// did keeps whole visits by the goals that are reached in them, at whatever time and whatever else is asked of their
// hits: the filters on "did". A goal is meant by its name, whichever goals are counted.
type did struct {
	goals         *goals
	always, never uint32   // by filter a bit: its goals must be reached, must not be
	goal          []uint32 // by goal: the filters that name it
	page, event   []uint32 // by id in Pages, in Events: the filters whose goals every such hit reaches
}

// newDid plans the filters on "did"; nil: there are none. There can be 32.
func newDid(filters []Filter, set []store.Goal, dicts func(store.Dim) []string) *did {
	if !slices.Contains(dimensionsOf(filters), "did") {
		return nil
	}
	d := &did{goals: newGoals(set, nil, dicts)}
	d.goal = make([]uint32, len(d.goals.names))
	bit := uint32(1)
	for _, f := range filters {
		if f.By != "did" {
			continue
		}
		for i, name := range d.goals.names {
			if f.hits(name) {
				d.goal[i] |= bit
			}
		}
		if f.negative() {
			d.never |= bit
		} else {
			d.always |= bit
		}
		bit <<= 1
	}
	d.page, d.event = d.ofAll(d.goals.page), d.ofAll(d.goals.event)
	return d
}

// ofAll returns, by id, the filters that name one of the goals of each list.
func (d *did) ofAll(lists [][]int32) []uint32 {
	bits := make([]uint32, len(lists))
	for i, list := range lists {
		bits[i] = d.of(list)
	}
	return bits
}

func (d *did) of(list []int32) (bits uint32) {
	for _, goal := range list {
		bits |= d.goal[goal]
	}
	return bits
}

// columns returns what telling the goals of visits needs of a block.
func (d *did) columns() store.Columns { return d.goals.columns() }

// keeps reports whether a visit is kept that has the page views and the events of these stretches.
func (d *did) keeps(b *store.Block, view, views, event, events int32, scratch *[]int32) bool {
	met := uint32(0)
	for _, name := range b.Cols[store.EventName][event:events] {
		met |= d.event[name]
	}
	if d.goals.ofViews() {
		for _, page := range b.Cols[store.ViewPage][view:views] {
			met |= d.page[page]
		}
	}
	if d.goals.rules != nil {
		met |= d.further(b, view, views, event, events, scratch)
	}
	return met&d.never == 0 && met&d.always == d.always
}

// further returns the filters whose goals are reached by hits that meet conditions.
func (d *did) further(b *store.Block, view, views, event, events int32, scratch *[]int32) (met uint32) {
	for i := event; i < events; i++ {
		reached, _ := d.goals.ofEvent(b, int(i), scratch)
		met |= d.of(reached)
	}
	for i := view; i < views && d.goals.ofViews(); i++ {
		reached, _ := d.goals.ofView(b, int(i), scratch)
		met |= d.of(reached)
	}
	return met
}
