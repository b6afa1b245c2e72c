package report

import (
	"sandprint/app/store"
)

// pathsTally finds the moments of Paths and has the trees count what is around them.
type pathsTally struct {
	q             *Paths
	seg           *segment
	marks         *marks
	origin        []bool // of a source: by id in Origins
	trees         [2]*tree
	level         int
	all, visitors bitmap // of the segment; of those with the moment
	visits, read  int
	block         *store.Block
}

func newPathsTally(q *Paths, info store.SiteInfo, snap *store.Snapshot) *pathsTally {
	t := &pathsTally{q: q, seg: newSegment(q.Period.From, upTo(q.Period, q.Now), q.Filters, info, snap.Dict)}
	if q.From.By == "source" {
		t.origin = group("source", snap.Dict).table(Filter{By: "source", Op: Is, Values: []string{q.From.Name}}, nil)
	} else {
		t.marks = newMarks([]Step{q.From}, info, snap.Dict)
	}
	pages := group("page", snap.Dict)
	t.trees = [2]*tree{newTree(pages, Exit, snap.Visitors()), newTree(pages, Entry, snap.Visitors())}
	t.all, t.visitors = newBits(snap.Visitors()), newBits(snap.Visitors())
	return t
}

func (t *pathsTally) columns(info store.BlockInfo) store.Columns {
	c := t.seg.columns(info) | store.Set(store.VisitVisitor, store.VisitViews, store.ViewPage)
	if t.origin != nil {
		return c | store.Set(store.VisitOrigin)
	}
	if c |= t.marks.columns(); t.marks.events {
		c |= store.Set(store.ViewDelay, store.EventDelay)
	}
	return c
}

// scan counts a block for the level that grows.
func (t *pathsTally) scan(info store.BlockInfo, b *store.Block) {
	t.block = b
	t.seg.each(info, b, t.visit)
	t.read += info.Views + info.Events
}

func (t *pathsTally) visit(v *visit) {
	who := t.block.Cols[store.VisitVisitor][v.at]
	if t.level == 0 {
		t.all.add(who)
	}
	if t.origin != nil {
		if t.origin[t.block.Cols[store.VisitOrigin][v.at]] && v.start >= t.seg.from && v.start < t.seg.to {
			t.count(who)
			t.trees[0].take(t.block.Cols[store.ViewPage], v.entry, v.end, 1, noRow, t.level, who)
		}
		return
	}
	view, event := t.moment(v)
	pages, of := t.block.Cols[store.ViewPage], t.trees[0].pages.of
	before, here := view, int32(noRow) // the page view that the moment is, or comes after
	switch {
	case view < 0 && event < 0:
		return
	case event < 0:
		before, here = view-1, of[pages[view]]
		t.trees[1].take(pages, before, v.entry-1, -1, here, t.level, who)
	default:
		before = t.lastView(v, event)
		t.trees[1].take(pages, before, v.entry-1, -1, noRow, t.level, who)
		if view = before; view >= v.entry {
			here = of[pages[view]]
		}
	}
	t.count(who)
	t.trees[0].take(pages, view+1, v.end, 1, here, t.level, who)
}

// count counts a visit with the moment, in the first walk.
func (t *pathsTally) count(who uint32) {
	if t.level == 0 {
		t.visits++
		t.visitors.add(who)
	}
}

// moment returns the page view or the event that is the first hit in the period that From asks for; -1: it is none.
func (t *pathsTally) moment(v *visit) (view, event int) {
	m, b := t.marks, t.block
	view, event = -1, -1
	for i := v.views[0]; m.views && i < v.views[1]; i++ {
		if m.ofView(b, i) != 0 {
			view = i
			break
		}
	}
	for i := v.events[0]; m.events && i < v.events[1]; i++ {
		if m.ofEvent(b, i) != 0 {
			event = i
			break
		}
	}
	if view >= 0 && event >= 0 {
		if t.lastView(v, event) >= view {
			event = -1
		} else {
			view = -1
		}
	}
	return view, event
}

// lastView returns the last page view of the visit before an event or in the same second; one before the visit's first
// when there is none.
func (t *pathsTally) lastView(v *visit, event int) int {
	at, delays := uint32(0), t.block.Cols[store.ViewDelay]
	for i := v.entry; i < v.end; i++ {
		if at += delays[i]; at > t.block.Cols[store.EventDelay][event] {
			return i - 1
		}
	}
	return v.end - 1
}
