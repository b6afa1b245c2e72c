package store

import (
	"cmp"
	"slices"
)

const (
	daySeconds   = 86400
	visitSeconds = 30 * 60 // a visit ends so long after its last hit or engagement (docs/metrics.md)
)

// row is a hit with dictionary ids: as it lies in the table hit, and in memory while its day is hot.
type row struct {
	id      int64 // of the table hit; 0: not stored as a row (import)
	time    int64
	start   int64
	visit   int64
	visitor uint64
	amount  int64
	view    uint64 // viewHash of the page view's id

	seq, engaged                                 uint32
	page, origin, place, agent, language, screen uint32
	name, props, currency                        uint32

	kind    Kind
	vtype   VisitorType
	scroll  uint8
	lasting bool
}

// foldView is a page view while its day is folded.
type foldView struct {
	time    int64
	page    uint32
	engaged uint32 // milliseconds
	scroll  uint8
}

// foldVisit is a visit while its day is folded.
type foldVisit struct {
	number        int64
	visitor       uint32
	start, last   int64
	facts         row // the row whose facts are the visit's
	fromView      bool
	views, events []int32 // indexes into the fold's
	engagements   []int64 // times
}

// maxPartViews is about how many page views a block has at most: what decoding one takes is bounded by it.
const maxPartViews = 64 << 10

// fold makes blocks of the rows of one day: the visits that began on it, their page views and events, and the
// engagements of those page views. Rows come in order of arrival; engagements may come before their page view. number
// gives the dense number of a row's visitor. What the blocks say depends on the rows only, not on when they are folded.
func fold(date int32, rows []row, number func(*row) uint32) []*Block {
	var visits []foldVisit
	var views []foldView
	var events []row
	visitAt := make(map[int64]int32, len(rows)/2)
	viewAt := make(map[uint64]int32, len(rows))
	viewVisit := make([]int32, 0, len(rows))

	for i := range rows {
		r := &rows[i]
		if r.kind == Engage {
			continue
		}
		at, ok := visitAt[r.visit]
		if !ok {
			at = int32(len(visits))
			visitAt[r.visit] = at
			visits = append(visits, foldVisit{number: r.visit, visitor: number(r), start: r.time, last: r.time, facts: *r})
		}
		v := &visits[at]
		v.start, v.last = min(v.start, r.time), max(v.last, r.time)
		if r.kind == Pageview {
			if !v.fromView || r.time < v.facts.time {
				v.facts, v.fromView = *r, true
			}
			viewAt[r.view] = int32(len(views))
			v.views = append(v.views, int32(len(views)))
			viewVisit = append(viewVisit, at)
			views = append(views, foldView{time: r.time, page: r.page})
		} else {
			v.events = append(v.events, int32(len(events)))
			events = append(events, *r)
		}
	}
	for i := range rows {
		r := &rows[i]
		if r.kind != Engage {
			continue
		}
		if at, ok := viewAt[r.view]; ok {
			views[at].engaged = max(views[at].engaged, r.engaged)
			views[at].scroll = max(views[at].scroll, r.scroll)
			v := &visits[viewVisit[at]]
			v.engagements = append(v.engagements, r.time)
		}
	}
	slices.SortFunc(visits, func(a, b foldVisit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.number, b.number))
	})
	var blocks []*Block
	for len(visits) > 0 {
		n, held := 1, len(visits[0].views)
		for n < len(visits) && held+len(visits[n].views) <= maxPartViews {
			held += len(visits[n].views)
			n++
		}
		blocks = append(blocks, columns(date, visits[:n], views, events))
		visits = visits[n:]
	}
	return blocks
}

// end returns when a visit ended: at its last hit, or at an engagement that came while it lasted.
func (v *foldVisit) end() int64 {
	slices.Sort(v.engagements)
	end := v.last
	for _, t := range v.engagements {
		if t > end && t-end <= visitSeconds {
			end = t
		}
	}
	return end
}

// columns writes sorted visits, and those of views and events that are theirs, as a block.
func columns(date int32, visits []foldVisit, views []foldView, events []row) *Block {
	nViews, nEvents := 0, 0
	for i := range visits {
		nViews, nEvents = nViews+len(visits[i].views), nEvents+len(visits[i].events)
	}
	b := newBlock(date, len(visits), nViews, nEvents)
	midnight := int64(date) * daySeconds
	view, event := 0, 0
	for i := range visits {
		v := &visits[i]
		slices.SortStableFunc(v.views, func(a, c int32) int { return cmp.Compare(views[a].time, views[c].time) })
		slices.SortStableFunc(v.events, func(a, c int32) int { return cmp.Compare(events[a].time, events[c].time) })
		f := &v.facts
		for c, value := range [...]uint32{
			VisitStart: uint32(v.start - midnight), VisitDuration: uint32(v.end() - v.start), VisitVisitor: v.visitor,
			VisitType: uint32(f.vtype), VisitOrigin: f.origin, VisitPlace: f.place, VisitAgent: f.agent,
			VisitLanguage: f.language, VisitScreen: f.screen, VisitViews: uint32(len(v.views)), VisitEvents: uint32(len(v.events)),
		} {
			b.Cols[c][i] = value
		}
		before := v.start
		for _, at := range v.views {
			w := &views[at]
			b.Cols[ViewDelay][view] = uint32(w.time - before)
			b.Cols[ViewPage][view] = w.page
			b.Cols[ViewScroll][view] = uint32(w.scroll)
			b.Cols[ViewEngaged][view] = (w.engaged + 50) / 100
			before = w.time
			view++
		}
		for _, at := range v.events {
			e := &events[at]
			b.Cols[EventDelay][event] = uint32(e.time - v.start)
			b.Cols[EventName][event] = e.name
			b.Cols[EventPage][event] = e.page
			b.Cols[EventProps][event] = e.props
			b.Cols[EventCurrency][event] = e.currency
			b.Amounts[event] = e.amount
			event++
		}
	}
	return b
}

// newBlock returns a block with room for all columns.
func newBlock(date int32, visits, views, events int) *Block {
	b := &Block{Date: date, Visits: visits, Views: views, Events: events, Amounts: make([]int64, events)}
	for c := range NumColumns {
		b.Cols[c] = make([]uint32, b.Len(c))
	}
	b.Cols[EventAmount] = nil
	return b
}

// Len returns how many values column c has.
func (b *Block) Len(c Column) int {
	switch {
	case c < ViewDelay:
		return b.Visits
	case c < EventDelay:
		return b.Views
	default:
		return b.Events
	}
}

// SnapshotOf returns a snapshot of hits held in memory, folded by the very code that hot and sealed days go through:
// for tests of what reads snapshots. Hits are in order of arrival, with Visit, Start and Visitor set; engagements belong
// to the page view of the same View, wherever in hits it is.
func SnapshotOf(hits []Hit) *Snapshot {
	all, views := newDicts(), newViewHash(nil)
	numbers := map[uint64]uint32{}
	days := map[int32][]row{}
	dayOf := map[string]int32{}
	for i := range hits {
		if h := &hits[i]; h.Kind == Pageview {
			dayOf[h.View] = int32(h.Start / daySeconds)
		}
	}
	for i := range hits {
		day := int32(hits[i].Start / daySeconds)
		if hits[i].Kind == Engage {
			var ok bool
			if day, ok = dayOf[hits[i].View]; !ok {
				continue
			}
		}
		r := all.encode(&hits[i])
		r.view = views.of(hits[i].View)
		days[day] = append(days[day], r)
	}
	dates := make([]int32, 0, len(days))
	for d := range days {
		dates = append(dates, d)
	}
	slices.Sort(dates)
	var blocks []*Block
	for _, d := range dates {
		blocks = append(blocks, fold(d, days[d], func(r *row) uint32 {
			n, ok := numbers[r.visitor]
			if !ok {
				n = uint32(len(numbers))
				numbers[r.visitor] = n
			}
			return n
		})...)
	}
	for _, d := range all {
		d.saved = len(d.values)
	}
	return NewSnapshot(blocks, all.view(), len(numbers))
}
