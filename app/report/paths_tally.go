package report

import (
	"context"

	"sandprint/app/store"
)

// mostKept is how many numbers are kept of the visits with the moment: 24 MB. Where there are more, each level of the
// trees reads the blocks again.
var mostKept = 6 << 20

// recordHead is how many numbers of a record come before the pages.
const recordHead = 3

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
	record        []int32   // of a visit: its visitor, its nodes in the trees, the pages after the moment, those before
	kept          [][]int32 // records of all visits with the moment; nil: they are too many, or not known yet
	words         int       // in kept
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
	t.record = make([]int32, recordHead+2*q.Depth)
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

// grow counts for a level of the trees.
func (t *pathsTally) grow(ctx context.Context, snap *store.Snapshot, level int) error {
	t.level = level
	if level == 0 || t.kept == nil {
		return t.seg.walk(ctx, snap, t.columns, false, t.scan)
	}
	for _, list := range t.kept {
		if err := ctx.Err(); err != nil {
			return err
		}
		for ; len(list) > 0; list = list[len(t.record):] {
			t.take(list[:len(t.record)], level-1)
		}
	}
	return nil
}

// keep keeps the record for the levels to come, as long as there is room.
func (t *pathsTally) keep() {
	if t.words += len(t.record); t.words > mostKept {
		t.kept = nil
		return
	}
	last := len(t.kept) - 1
	if last < 0 || len(t.kept[last])+len(t.record) > cap(t.kept[last]) {
		t.kept, last = append(t.kept, make([]int32, 0, 1<<16)), last+1
	}
	t.kept[last] = append(t.kept[last], t.record...)
}

// take has the trees count a record that is at nodes so deep, and notes where it is then.
func (t *pathsTally) take(record []int32, depth int) {
	who, pages := uint32(record[0]), record[recordHead:]
	if record[1] != gone {
		record[1] = t.trees[0].take(pages[:t.q.Depth], record[1], depth, t.level, who)
	}
	if record[2] != gone {
		record[2] = t.trees[1].take(pages[t.q.Depth:], record[2], depth, t.level, who)
	}
}

// scan counts a block.
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
	if !t.around(v) {
		return
	}
	t.record[0], t.record[1], t.record[2] = int32(who), 0, 0
	if t.origin != nil {
		t.record[2] = gone // nothing is before the begin of a visit
	}
	t.take(t.record, 0)
	if t.level == 0 {
		t.visits++
		t.visitors.add(who)
		t.keep()
	}
}

// around fills the record with the pages around the visit's moment; it reports whether there is one.
func (t *pathsTally) around(v *visit) bool {
	pages := t.block.Cols[store.ViewPage]
	after, before := t.record[recordHead:recordHead+t.q.Depth], t.record[recordHead+t.q.Depth:]
	if t.origin != nil {
		if !t.origin[t.block.Cols[store.VisitOrigin][v.at]] || v.start < t.seg.from || v.start >= t.seg.to {
			return false
		}
		t.trees[0].around(after, pages, v.entry, v.end, 1, noRow)
		return true
	}
	view, event := t.moment(v)
	if view < 0 && event < 0 {
		return false
	}
	of, here := t.trees[0].pages.of, int32(noRow)
	if event < 0 {
		here = of[pages[view]]
		t.trees[1].around(before, pages, view-1, v.entry-1, -1, here)
	} else {
		view = t.lastView(v, event)
		t.trees[1].around(before, pages, view, v.entry-1, -1, noRow)
		if view >= v.entry {
			here = of[pages[view]]
		}
	}
	t.trees[0].around(after, pages, view+1, v.end, 1, here)
	return true
}

// moment returns the page view or the event that is the first hit in the period that From asks for; -1: it is none.
func (t *pathsTally) moment(v *visit) (view, event int) {
	m, b := t.marks, t.block
	view, event = -1, -1
	if m.goals == nil && m.views {
		for i, page := range b.Cols[store.ViewPage][v.views[0]:v.views[1]] {
			if m.page[page] != 0 {
				return v.views[0] + i, -1
			}
		}
		return -1, -1
	}
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
