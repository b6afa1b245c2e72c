package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sandprint/app/store"
)

// selection says which hits count: a stretch of time and the filters. Parts of questions that have the same share it,
// and with it what is picked of each block. Everything that depends on a name is a table by dictionary id.
type selection struct {
	spans []span // in order; apart from each other

	visit       []visitFilter
	entry, exit []bool   // by id in Pages; nil: all
	did         *did     // nil: no filter asks what else was done in the visit
	except      *segment // whose visits are left out; nil: none
	view        []bool
	noViews     bool // a filter asks for something of events
	eventPage   []bool
	eventName   []bool
	eventProps  []bool
	goals       *goals // whose filters on goals hold; nil: there are none
	few         bool   // a filter asks for something that visits have: most lack it
}

// span is a stretch of time, half-open, in seconds since 1970.
type span struct{ from, to int64 }

// visitFilter keeps visits by a column.
type visitFilter struct {
	column store.Column
	keep   []bool
}

// newSelection plans what [from, to) and filters select, without the visits that have a hit in it which all of except keep.
func newSelection(from, to time.Time, filters, except []Filter, goals *goals, g groups) *selection {
	s := &selection{spans: newSpans(from, to, filters)}
	for _, f := range filters {
		s.filter(f, g)
	}
	s.did = newDid(filters, g.site.Settings.Goals, g.snap.Dict)
	if len(except) > 0 {
		s.except = newSegment(from, to, except, g.site, g.snap.Dict)
	}
	if goals == nil || !goals.filter {
		return s
	}
	if goals.ofViews() || goals.pass(nil) {
		s.goals = goals
	} else {
		s.goals, s.noViews = goals, true
	}
	return s
}

// selectionKey is the same for what selects the same.
func selectionKey(from, to time.Time, filters, except []Filter) string {
	var key strings.Builder
	fmt.Fprint(&key, from.Unix(), " ", to.Unix())
	for _, f := range filters {
		key.WriteString("\n" + f.String())
	}
	for _, f := range except {
		key.WriteString("\n-" + f.String())
	}
	return key.String()
}

// newSpans returns the stretches of [from, to) that filters on the time of day and the weekday keep.
func newSpans(from, to time.Time, filters []Filter) (spans []span) {
	slots, _ := newSlots("", from, to, filters)
	for i, row := range slots.row {
		switch n := len(spans); {
		case row == noRow:
		case n > 0 && spans[n-1].to == slots.bounds[i]:
			spans[n-1].to = slots.bounds[i+1]
		default:
			spans = append(spans, span{slots.bounds[i], slots.bounds[i+1]})
		}
	}
	return spans
}

// filter plans a filter. Those on time are in the spans already, those on goals in goals.
func (s *selection) filter(f Filter, g groups) {
	src := f.By.source()
	switch src.level {
	case visitLevel:
		s.visit = append(s.visit, visitFilter{src.column, g.of(f.By).table(f, nil)})
	case entryLevel:
		s.entry = g.of(f.By).table(f, s.entry)
	case exitLevel:
		s.exit = g.of(f.By).table(f, s.exit)
	case pageLevel:
		s.view = g.of(f.By).table(f, s.view)
		s.eventPage = s.view
	case eventLevel:
		s.eventName = g.of(f.By).table(f, s.eventName)
		s.noViews = s.noViews || !f.negative()
	case propLevel:
		s.eventProps = g.of(f.By).table(f, s.eventProps)
		s.noViews = s.noViews || !f.negative()
	}
	s.few = s.few || !f.negative()
}

// at returns the index of the first span that ends after t.
func (s *selection) at(t int64) int {
	i, _ := slices.BinarySearchFunc(s.spans, t+1, func(x span, t int64) int { return int(x.to - t) })
	return i
}

// within returns the stretches of [from, to) that are selected.
func (s *selection) within(from, to int64) (spans []span) {
	for i := s.at(from); i < len(s.spans) && s.spans[i].from < to; i++ {
		spans = append(spans, span{max(from, s.spans[i].from), min(to, s.spans[i].to)})
	}
	return spans
}

// misses reports whether nothing of a block is in the selection's time.
func (s *selection) misses(b store.BlockInfo) bool {
	i := s.at(int64(b.Date) * 86400)
	return i == len(s.spans) || b.Last < s.spans[i].from
}

// inside reports whether all of a block is in the selection's time.
func (s *selection) inside(b store.BlockInfo) bool {
	i := s.at(int64(b.Date) * 86400)
	return i < len(s.spans) && s.spans[i].from <= int64(b.Date)*86400 && b.Last < s.spans[i].to
}

// all reports whether all of a block is selected.
func (s *selection) all(b store.BlockInfo) bool {
	return s.inside(b) && !s.ofVisits() && !s.ofHits()
}

// ofVisits reports whether there are filters that keep or drop whole visits.
func (s *selection) ofVisits() bool {
	return s.visit != nil || s.entry != nil || s.exit != nil || s.did != nil || s.except != nil
}

// ofHits reports whether there are filters that may keep some hits of a visit.
func (s *selection) ofHits() bool {
	return s.view != nil || s.noViews || s.eventName != nil || s.eventProps != nil || s.goals != nil
}

// columns returns what picking reads first of a block: all of it may turn out not to be selected.
func (s *selection) columns(b store.BlockInfo) (c store.Columns) {
	for _, f := range s.visit {
		c |= store.Set(f.column)
	}
	if !s.inside(b) {
		c |= store.Set(store.VisitStart, store.VisitDuration)
	}
	if s.entry != nil || s.exit != nil || s.ofHits() {
		c |= store.Set(store.VisitViews)
	}
	if s.ofHits() {
		c |= store.Set(store.VisitEvents)
	}
	if s.visit != nil { // what follows is of those that they leave
		return c
	}
	if s.entry != nil || s.exit != nil {
		c |= store.Set(store.ViewPage)
	}
	if s.ofHits() {
		c |= s.hitColumns(false)
	}
	return c
}

// hitColumns returns what picking hits one by one reads.
func (s *selection) hitColumns(timed bool) store.Columns {
	c := store.Set(store.VisitViews, store.VisitEvents)
	if timed {
		c |= store.Set(store.VisitStart, store.EventDelay)
	}
	if s.view != nil {
		c |= store.Set(store.ViewPage, store.EventPage)
	}
	if s.eventName != nil {
		c |= store.Set(store.EventName)
	}
	if s.eventProps != nil {
		c |= store.Set(store.EventProps)
	}
	if s.goals != nil {
		c |= s.goals.columns()
	}
	if s.noViews {
		c &^= store.Set(store.ViewPage, store.ViewScroll, store.ViewEngaged)
	}
	return c
}

// pick sets p to what s selects of the block that r has open.
func (s *selection) pick(r *reader, p *picked) error {
	p.reset(r)
	if s.all(r.info) {
		p.all = true
		p.visits, p.views, p.events = r.info.Visits, r.info.Views, r.info.Events
		return nil
	}
	if err := r.need(s.columns(r.info)); err != nil {
		return err
	}
	s.pickVisits(r, p)
	if s.entry != nil || s.exit != nil {
		if len(p.visit) == 0 {
			return nil
		}
		if err := r.needOf(store.Set(store.ViewPage), p.visit); err != nil {
			return err
		}
		p.keep(s.entry, r.derived(entryPage))
		p.keep(s.exit, r.derived(exitPage))
	}
	if s.did != nil || s.except != nil {
		if len(p.visit) == 0 {
			return nil
		}
		if err := r.need(s.wholeColumns(r.info)); err != nil {
			return err
		}
		s.keepDid(r, p)
		s.leaveOut(r, p)
	}
	var partly []bool
	if !s.inside(r.info) {
		partly = s.inTime(r, p)
	}
	timed := slices.Contains(partly, true)
	if p.visits = len(p.visit); p.visits == 0 {
		return nil
	}
	p.hits = timed || s.ofHits()
	if !p.hits {
		p.views, p.events = r.info.Views, r.info.Events
		p.settle()
		return nil
	}
	if err := r.needOf(s.hitColumns(timed), p.visit); err != nil {
		return err
	}
	if timed && !s.noViews {
		p.some = p.some[:0]
		for i, v := range p.visit {
			if partly[i] {
				p.some = append(p.some, v)
			}
		}
		if err := r.delays(p.some); err != nil {
			return err
		}
	}
	s.pickHits(r, p, partly)
	p.settle()
	return nil
}

// pickVisits lists the visits that the filters on columns of visits keep.
func (s *selection) pickVisits(r *reader, p *picked) {
	if cap(p.visit) < r.info.Visits {
		p.visit = make([]int32, r.info.Visits)
	}
	p.visit = p.visit[:r.info.Visits]
	if len(s.visit) == 0 {
		for i := range p.visit {
			p.visit[i] = int32(i)
		}
		return
	}
	n, keep := 0, s.visit[0].keep
	for i, id := range r.b.Cols[s.visit[0].column] {
		p.visit[n] = int32(i)
		n += bit(keep[id])
	}
	p.visit = p.visit[:n]
	for _, f := range s.visit[1:] {
		p.keep(f.keep, r.b.Cols[f.column])
	}
}

// keep drops the visits whose value of a column is not to be kept; a nil table keeps all.
func (p *picked) keep(keep []bool, column []uint32) {
	if keep == nil {
		return
	}
	n := 0
	for _, v := range p.visit {
		p.visit[n] = v
		n += bit(keep[column[v]])
	}
	p.visit = p.visit[:n]
}

// wholeColumns returns what the filters read that look at all hits of a visit.
func (s *selection) wholeColumns(b store.BlockInfo) (c store.Columns) {
	if s.did != nil {
		c |= s.did.columns()
	}
	if s.except != nil && !s.except.misses(b) {
		c |= s.except.columns(b)
	}
	return c
}

// keepDid drops the visits that the filters on what was done in them don't keep.
func (s *selection) keepDid(r *reader, p *picked) {
	if s.did == nil {
		return
	}
	views, events := r.first(store.VisitViews), r.first(store.VisitEvents)
	n := 0
	for _, v := range p.visit {
		p.visit[n] = v
		n += bit(s.did.keeps(&r.b, views[v], views[v+1], events[v], events[v+1], &p.reached))
	}
	p.visit = p.visit[:n]
}

// leaveOut drops the visits that are in the segment left out. Visits and those of the segment are both in order.
func (s *selection) leaveOut(r *reader, p *picked) {
	if s.except == nil || s.except.misses(r.info) {
		return
	}
	mine := *s.except // two goroutines may be at it
	mine.reached = nil
	kept, at := p.visit[:0], 0
	mine.each(r.info, &r.b, func(v *visit) {
		for ; at < len(p.visit) && int(p.visit[at]) < v.at; at++ {
			kept = append(kept, p.visit[at])
		}
		if at < len(p.visit) && int(p.visit[at]) == v.at {
			at++
		}
	})
	p.visit = append(kept, p.visit[at:]...)
}

// bit is 1 for true.
func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// inTime drops the visits of which nothing is in the selection's time, and reports of each of the others whether a part
// of it may be outside.
func (s *selection) inTime(r *reader, p *picked) []bool {
	partly := p.partly[:0]
	midnight := int64(r.info.Date) * 86400
	starts, durations := r.b.Cols[store.VisitStart], r.b.Cols[store.VisitDuration]
	at, n := s.at(midnight), 0
	for _, v := range p.visit {
		start := midnight + int64(starts[v])
		end := start + int64(durations[v])
		for at < len(s.spans) && s.spans[at].to <= start {
			at++
		}
		if at == len(s.spans) {
			break
		}
		if end < s.spans[at].from {
			continue
		}
		p.visit[n] = v
		n++
		partly = append(partly, start < s.spans[at].from || end >= s.spans[at].to)
	}
	p.visit, p.partly = p.visit[:n], partly
	return partly
}

// has reports whether t is in the selection's time, and returns from which span on to look for a later one.
func (s *selection) has(t int64, at int) (bool, int) {
	for at < len(s.spans) && s.spans[at].to <= t {
		at++
	}
	return at < len(s.spans) && s.spans[at].from <= t, at
}

// pickHits lists the page views and events that s selects of the visits listed, and drops visits that have none. Partly
// tells, by visit, whether times are to be looked at; nil: of none.
func (s *selection) pickHits(r *reader, p *picked, partly []bool) {
	firstView, firstEvent := r.first(store.VisitViews), r.first(store.VisitEvents)
	n := 0
	for i, v := range p.visit {
		timed := partly != nil && partly[i]
		views, events := len(p.view), len(p.event)
		if !s.noViews {
			s.pickViews(r, p, v, firstView[v], firstView[v+1], timed)
		}
		if firstEvent[v] < firstEvent[v+1] {
			s.pickEvents(r, p, v, firstEvent[v], firstEvent[v+1], timed)
		}
		if views, events = len(p.view)-views, len(p.event)-events; views+events > 0 {
			p.visit[n] = v
			n++
			p.nViews, p.nEvents = append(p.nViews, uint32(views)), append(p.nEvents, uint32(events))
			p.viewAt, p.eventAt = append(p.viewAt, int32(len(p.view))), append(p.eventAt, int32(len(p.event)))
		}
	}
	p.visit = p.visit[:n]
	p.visits, p.views, p.events = n, len(p.view), len(p.event)
}

// pickViews lists the page views from..to, those of visit v, that s selects.
func (s *selection) pickViews(r *reader, p *picked, v, from, to int32, timed bool) {
	if !timed && s.goals == nil {
		pages := r.b.Cols[store.ViewPage]
		for j := from; j < to; j++ {
			if s.view == nil || s.view[pages[j]] {
				p.view = append(p.view, j)
			}
		}
		return
	}
	at, span, ok := int64(0), 0, true
	if timed {
		at = r.startOf(v)
		span = s.at(at)
	}
	for j := from; j < to; j++ {
		if timed {
			at += int64(r.b.Cols[store.ViewDelay][j])
			if ok, span = s.has(at, span); !ok {
				continue
			}
		}
		if s.view != nil && !s.view[r.b.Cols[store.ViewPage][j]] {
			continue
		}
		if s.goals != nil && s.goals.ofViews() {
			if _, ok := s.goals.ofView(&r.b, int(j), &p.reached); !ok {
				continue
			}
		}
		p.view = append(p.view, j)
	}
}

// pickEvents lists the events from..to, those of visit v, that s selects.
func (s *selection) pickEvents(r *reader, p *picked, v, from, to int32, timed bool) {
	cols := &r.b.Cols
	for j := from; j < to; j++ {
		if timed {
			at := r.startOf(v) + int64(cols[store.EventDelay][j])
			if ok, _ := s.has(at, s.at(at)); !ok {
				continue
			}
		}
		if s.eventPage != nil && !s.eventPage[cols[store.EventPage][j]] ||
			s.eventName != nil && !s.eventName[cols[store.EventName][j]] ||
			s.eventProps != nil && !s.eventProps[cols[store.EventProps][j]] {
			continue
		}
		if s.goals != nil {
			if _, ok := s.goals.ofEvent(&r.b, int(j), &p.reached); !ok {
				continue
			}
		}
		p.event = append(p.event, j)
	}
}
