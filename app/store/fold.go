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
	visit   int32
	scroll  uint8
}

// foldVisit is a visit while its day is folded.
type foldVisit struct {
	number                     int64
	visitor                    uint32
	facts                      int32 // the row whose facts are the visit's
	fromView                   bool
	lasting                    bool // a cookie names the visitor
	vtype                      VisitorType
	start, last                int64
	views, events, engagements span
}

// span is where in a list what belongs to a visit lies.
type span struct{ from, n int32 }

// folding is a day while it is folded: its visits, and theirs in the order of the visits once they are gathered.
type folding struct {
	rows   rowList
	visits []foldVisit
	views  []foldView
	events []int32 // rows

	viewsOf, eventsOf []int32 // indexes into views and rows, by visit
	engagedAt         []int64 // times, by visit
}

// maxPartViews is about how many page views a block has at most, and as many visits and events: what decoding one takes is
// bounded by it.
const maxPartViews = 64 << 10

// fold makes blocks of the rows of one day: the visits that began on it, their page views and events, and the
// engagements of those page views. Rows come in order of arrival; engagements may come before their page view. number
// gives the dense number of a row's visitor. What the blocks say depends on the rows only, not on when they are folded.
func fold(date int32, rows rowList, number func(*row) uint32) []*Block {
	f := &folding{rows: rows}
	visitAt, viewAt := f.readHits(number)
	f.gather(visitAt, viewAt, number)
	slices.SortFunc(f.visits, func(a, b foldVisit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.number, b.number))
	})
	var blocks []*Block
	for visits := f.visits; len(visits) > 0; {
		n, held := 0, BlockInfo{}
		for ; n < len(visits); n++ {
			held = held.with(int(visits[n].views.n), int(visits[n].events.n))
			if n > 0 && held.size() > maxPartViews {
				break
			}
		}
		blocks = append(blocks, f.block(date, visits[:n]))
		visits = visits[n:]
	}
	return blocks
}

// readHits makes the visits, page views and events, and counts engagements.
func (f *folding) readHits(number func(*row) uint32) (visitAt map[int64]int32, viewAt *keyTable) {
	visitAt, viewAt = make(map[int64]int32, f.rows.n/4), &keyTable{}
	viewAt.Reserve(f.rows.n / 2)
	for i := range f.rows.n {
		r := f.rows.at(i)
		if r.kind == Engage {
			continue
		}
		at, ok := visitAt[r.visit]
		if !ok {
			at = int32(len(f.visits))
			visitAt[r.visit] = at
			f.visits = append(f.visits, foldVisit{number: r.visit, visitor: number(r), start: r.time, last: r.time, facts: int32(i),
				lasting: r.lasting, vtype: r.vtype})
		}
		v := &f.visits[at]
		v.consented(r, number)
		v.start, v.last = min(v.start, r.time), max(v.last, r.time)
		if r.kind == Event {
			v.events.n++
			f.events = append(f.events, int32(i))
			continue
		}
		if !v.fromView || r.time < f.rows.at(int(v.facts)).time {
			v.facts, v.fromView = int32(i), true
		}
		v.views.n++
		viewAt.Put(r.view, uint32(len(f.views)))
		f.views = append(f.views, foldView{time: r.time, page: r.page, visit: at})
	}
	return visitAt, viewAt
}

// consented gives a visit that was counted without a cookie to the visitor whom a later row of it names: consent was given meanwhile.
func (v *foldVisit) consented(r *row, number func(*row) uint32) {
	if r.isLasting() && !v.lasting {
		v.visitor, v.vtype, v.lasting = number(r), r.vtype, true
	}
}

// gather joins engagements to their page views, and puts side by side what belongs to a visit.
func (f *folding) gather(visitAt map[int64]int32, viewAt *keyTable, number func(*row) uint32) {
	engaged := make([]int32, 0, f.rows.n-len(f.views)-len(f.events)) // rows that have their view
	for i := range f.rows.n {
		r := f.rows.at(i)
		if r.kind != Engage {
			continue
		}
		if at, ok := viewAt.Get(r.view); ok {
			w := &f.views[at]
			w.engaged, w.scroll = max(w.engaged, r.engaged), max(w.scroll, r.scroll)
			f.visits[w.visit].engagements.n++
			f.visits[w.visit].consented(r, number)
			engaged = append(engaged, int32(i))
		}
	}
	var views, events, engagements int32
	for i := range f.visits {
		v := &f.visits[i]
		views, events, engagements = v.views.after(views), v.events.after(events), v.engagements.after(engagements)
	}
	f.viewsOf, f.eventsOf, f.engagedAt = make([]int32, views), make([]int32, events), make([]int64, engagements)
	for i := range f.views {
		f.viewsOf[f.visits[f.views[i].visit].views.next()] = int32(i)
	}
	for _, i := range f.events {
		f.eventsOf[f.visits[visitAt[f.rows.at(int(i)).visit]].events.next()] = i
	}
	for _, i := range engaged {
		r := f.rows.at(int(i))
		at, _ := viewAt.Get(r.view)
		f.engagedAt[f.visits[f.views[at].visit].engagements.next()] = r.time
	}
}

// after places a span behind others, empty until next has filled it, and returns its end.
func (s *span) after(from int32) (end int32) {
	end = from + s.n
	s.from, s.n = from, 0
	return end
}

// next returns where the span's next one goes.
func (s *span) next() int32 {
	s.n++
	return s.from + s.n - 1
}

// end returns when a visit ended: at its last hit, or at an engagement that came while it lasted.
func (f *folding) end(v *foldVisit) int64 {
	times := f.engagedAt[v.engagements.from:][:v.engagements.n]
	slices.Sort(times)
	end := v.last
	for _, t := range times {
		if t > end && t-end <= visitSeconds {
			end = t
		}
	}
	return end
}

// block writes sorted visits, and what is theirs, as a block.
func (f *folding) block(date int32, visits []foldVisit) *Block {
	nViews, nEvents := 0, 0
	for i := range visits {
		nViews, nEvents = nViews+int(visits[i].views.n), nEvents+int(visits[i].events.n)
	}
	b := newBlock(date, len(visits), nViews, nEvents)
	midnight := int64(date) * daySeconds
	view, event := 0, 0
	for i := range visits {
		v := &visits[i]
		r := f.rows.at(int(v.facts))
		for c, value := range [...]uint32{
			VisitStart: uint32(v.start - midnight), VisitDuration: uint32(f.end(v) - v.start), VisitVisitor: v.visitor,
			VisitType: uint32(v.vtype), VisitOrigin: r.origin, VisitPlace: r.place, VisitAgent: r.agent,
			VisitLanguage: r.language, VisitScreen: r.screen, VisitViews: uint32(v.views.n), VisitEvents: uint32(v.events.n),
		} {
			b.Cols[c][i] = value
		}
		views := f.viewsOf[v.views.from:][:v.views.n]
		slices.SortStableFunc(views, func(a, c int32) int { return cmp.Compare(f.views[a].time, f.views[c].time) })
		before := v.start
		for _, at := range views {
			w := &f.views[at]
			b.Cols[ViewDelay][view] = uint32(w.time - before)
			b.Cols[ViewPage][view] = w.page
			b.Cols[ViewScroll][view] = uint32(w.scroll)
			b.Cols[ViewEngaged][view] = (w.engaged + 50) / 100
			before = w.time
			view++
		}
		events := f.eventsOf[v.events.from:][:v.events.n]
		slices.SortStableFunc(events, func(a, c int32) int { return cmp.Compare(f.rows.at(int(a)).time, f.rows.at(int(c)).time) })
		for _, at := range events {
			e := f.rows.at(int(at))
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
	days := map[int32]*rowList{}
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
		if days[day] == nil {
			days[day] = &rowList{}
		}
		days[day].add(&r)
	}
	dates := make([]int32, 0, len(days))
	for d := range days {
		dates = append(dates, d)
	}
	slices.Sort(dates)
	var blocks []*Block
	for _, d := range dates {
		blocks = append(blocks, fold(d, *days[d], func(r *row) uint32 {
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
