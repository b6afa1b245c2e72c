package report

import (
	"context"
	"slices"
	"time"

	"sandprint/app/store"
)

// segment, of one goroutine, is which visits a question about journeys is about: those that have a hit in its period which all of its
// filters keep, as Run would count them. The journey itself is then made of all hits of these visits in the period.
type segment struct {
	slots                 // of the period; noRow where a filter on weekday or hour leaves the time out
	from, to     int64    // seconds since 1970
	visit        []keeper // filters on visits
	entry, exit  []bool   // by id in Pages; nil: all
	page         []bool   // by id in Pages, of page views and events; nil: all
	event, props []bool   // by id in Events, in Props; nil: all
	noViews      bool     // a filter asks for what only events have
	goals        *goals   // nil: no filter on goals
	did          *did     // nil: no filter on what was done in the visit
	byHit        bool     // hits must be looked at one by one
	moments      bool     // and their times with them
	reached      []int32  // scratch
	at           int      // the block that walk is at
}

// keeper keeps visits by a column.
type keeper struct {
	column store.Column
	keep   []bool
}

// newSegment plans the visits that have a hit in [from, to) which the filters keep.
func newSegment(from, to time.Time, filters []Filter, site store.SiteInfo, dicts func(store.Dim) []string) *segment {
	s := &segment{from: from.Unix(), to: to.Unix()}
	if from.Before(to) {
		s.slots, _ = newSlots("", from, to, filters)
	}
	for _, f := range filters {
		s.add(f, dicts)
	}
	s.did = newDid(filters, site.Settings.Goals, dicts)
	if slices.Contains(dimensionsOf(filters), "goal") {
		s.goals = newGoals(site.Settings.Goals, filters, dicts)
		s.noViews = s.noViews || !s.goals.ofViews() && !s.goals.pass(nil)
	}
	return s
}

// add plans a filter.
func (s *segment) add(f Filter, dicts func(store.Dim) []string) {
	src := f.By.source()
	switch src.level {
	case visitLevel:
		s.visit = append(s.visit, keeper{src.column, group(f.By, dicts).table(f, nil)})
	case entryLevel:
		s.entry = group(f.By, dicts).table(f, s.entry)
	case exitLevel:
		s.exit = group(f.By, dicts).table(f, s.exit)
	case pageLevel:
		s.page = group(f.By, dicts).table(f, s.page)
	case eventLevel:
		s.event = group(f.By, dicts).table(f, s.event)
		s.noViews = s.noViews || !f.negative()
	case propLevel:
		s.props = group(f.By, dicts).table(f, s.props)
		s.noViews = s.noViews || !f.negative()
	case clockLevel:
		s.moments = true
	}
	s.byHit = s.byHit || src.level >= pageLevel || src.level == clockLevel
}

// narrows reports whether there are filters.
func (s *segment) narrows() bool {
	return s.byHit || len(s.visit) > 0 || s.entry != nil || s.exit != nil || s.did != nil
}

// misses reports whether nothing of a block is in the segment's period.
func (s *segment) misses(b store.BlockInfo) bool {
	return s.from >= s.to || b.Last < s.from || int64(b.Date)*86400 >= s.to
}

// whole reports whether all of a block is in the segment's period.
func (s *segment) whole(b store.BlockInfo) bool {
	return int64(b.Date)*86400 >= s.from && b.Last < s.to
}

// columns returns what choosing the visits of a block needs of it.
func (s *segment) columns(b store.BlockInfo) store.Columns {
	c := store.Set(store.VisitViews)
	if s.byHit {
		c |= store.Set(store.VisitEvents)
	}
	for _, f := range s.visit {
		c |= store.Set(f.column)
	}
	if s.moments || !s.whole(b) {
		c |= store.Set(store.VisitEvents, store.VisitStart, store.VisitDuration, store.ViewDelay, store.EventDelay)
	}
	if s.entry != nil || s.exit != nil || s.page != nil {
		c |= store.Set(store.ViewPage)
	}
	if s.page != nil {
		c |= store.Set(store.EventPage)
	}
	if s.event != nil {
		c |= store.Set(store.EventName)
	}
	if s.props != nil {
		c |= store.Set(store.EventProps)
	}
	if s.goals != nil {
		c |= s.goals.columns()
	}
	if s.did != nil {
		c |= s.did.columns()
	}
	return c
}

// visit is a visit of a segment: where its hits are in the columns of its block.
type visit struct {
	at         int    // in the visit columns
	start      int64  // seconds since 1970; of the UTC midnight where VisitStart was not asked for
	before     int64  // when the page view before views[0] was, or start: what its delay counts from
	views      [2]int // page views in the period, in the view columns
	events     [2]int // events in the period; none where VisitEvents was not asked for
	entry, end int    // all page views of the visit: entry..end
}

// each calls f for the visits of the block that are in the segment, in order. The visit is only there during the call.
func (s *segment) each(info store.BlockInfo, b *store.Block, f func(*visit)) {
	whole := s.whole(info)
	midnight := int64(info.Date) * 86400
	starts, views, events := b.Cols[store.VisitStart], b.Cols[store.VisitViews], b.Cols[store.VisitEvents]
	view, event := 0, 0
	var v visit
	for at := range b.Visits {
		v.at, v.start = at, midnight
		if starts != nil {
			v.start += int64(starts[at])
		}
		v.before, v.entry = v.start, view
		v.views[0], v.events[0] = view, event
		view += int(views[at])
		if events != nil {
			event += int(events[at])
		}
		v.views[1], v.events[1], v.end = view, event, view
		if s.keeps(b, &v) && (whole || s.clip(b, &v)) && (!s.byHit || s.anyHit(b, &v)) {
			f(&v)
		}
	}
}

// keeps reports whether the filters on visits keep v.
func (s *segment) keeps(b *store.Block, v *visit) bool {
	for i := range s.visit {
		if k := &s.visit[i]; !k.keep[b.Cols[k.column][v.at]] {
			return false
		}
	}
	if s.did != nil && !s.did.keeps(b, int32(v.entry), int32(v.end), int32(v.events[0]), int32(v.events[1]), &s.reached) {
		return false
	}
	if s.entry == nil && s.exit == nil {
		return true
	}
	var entry, exit uint32 // 0: no page
	if v.entry < v.end {
		entry, exit = b.Cols[store.ViewPage][v.entry], b.Cols[store.ViewPage][v.end-1]
	}
	return (s.entry == nil || s.entry[entry]) && (s.exit == nil || s.exit[exit])
}

// clip narrows v to its hits in the period; it reports whether there are any.
func (s *segment) clip(b *store.Block, v *visit) bool {
	last := v.start + int64(b.Cols[store.VisitDuration][v.at])
	if last < s.from || v.start >= s.to {
		return false
	}
	if v.start >= s.from && last < s.to {
		return true
	}
	delays := b.Cols[store.ViewDelay]
	t := v.start
	for i := v.entry; i < v.end; i++ {
		if t += int64(delays[i]); t < s.from {
			v.views[0], v.before = i+1, t
		} else if t >= s.to {
			v.views[1] = i
			break
		}
	}
	delays = b.Cols[store.EventDelay]
	first, end := v.events[0], v.events[1]
	for i := first; i < end; i++ {
		if t := v.start + int64(delays[i]); t < s.from {
			v.events[0] = i + 1
		} else if t >= s.to {
			v.events[1] = i
			break
		}
	}
	return v.views[0] < v.views[1] || v.events[0] < v.events[1]
}

// anyHit reports whether the filters on hits keep one of v's.
func (s *segment) anyHit(b *store.Block, v *visit) bool {
	t := v.before
	for i := v.views[0]; i < v.views[1] && !s.noViews; i++ {
		if s.moments {
			t += int64(b.Cols[store.ViewDelay][i])
		}
		if s.keepsView(b, i, t) {
			return true
		}
	}
	for i := v.events[0]; i < v.events[1]; i++ {
		if s.keepsEvent(b, v, i) {
			return true
		}
	}
	return false
}

// hits calls onView, if there is one, and onEvent for the hits of v that the filters on hits keep.
func (s *segment) hits(b *store.Block, v *visit, onView, onEvent func(i int)) {
	t := v.before
	for i := v.views[0]; i < v.views[1] && !s.noViews && onView != nil; i++ {
		if s.moments {
			t += int64(b.Cols[store.ViewDelay][i])
		}
		if s.keepsView(b, i, t) {
			onView(i)
		}
	}
	for i := v.events[0]; i < v.events[1]; i++ {
		if s.keepsEvent(b, v, i) {
			onEvent(i)
		}
	}
}

// keepsView reports whether the filters on hits keep the page view at i, seen at t.
func (s *segment) keepsView(b *store.Block, i int, t int64) bool {
	return s.moment(t) && (s.page == nil || s.page[b.Cols[store.ViewPage][i]]) && (s.goals == nil || second(s.goals.ofView(b, i, &s.reached)))
}

// keepsEvent reports whether the filters on hits keep the event at i.
func (s *segment) keepsEvent(b *store.Block, v *visit, i int) bool {
	t := v.start
	if s.moments {
		t += int64(b.Cols[store.EventDelay][i])
	}
	return s.moment(t) && (s.page == nil || s.page[b.Cols[store.EventPage][i]]) && (s.event == nil || s.event[b.Cols[store.EventName][i]]) &&
		(s.props == nil || s.props[b.Cols[store.EventProps][i]]) && (s.goals == nil || second(s.goals.ofEvent(b, i, &s.reached)))
}

func second(_ []int32, ok bool) bool { return ok }

// moment reports whether the filters on weekday and hour keep a hit at t.
func (s *segment) moment(t int64) bool {
	if !s.moments {
		return true
	}
	i, _ := slices.BinarySearch(s.bounds, t+1)
	return s.slots.row[i-1] != noRow
}

// walk loads the blocks that the segment does not miss, one after another in the order of their days, with the columns
// asked for, and has f look at each. It ends early with ctx's error, looked at before each block; damaged ones are left
// out (see limited). With inOrder, the visits of a day come in the order of their starts even where imports made several
// blocks of the day: they come as one.
func (s *segment) walk(ctx context.Context, snap *store.Snapshot, columns func(store.BlockInfo) store.Columns, inOrder bool, f func(store.BlockInfo, *store.Block)) error {
	blocks := snap.Blocks()
	var wanted []int
	for i, b := range blocks {
		if snap.Damaged(i) == nil && !s.misses(b) {
			wanted = append(wanted, i)
		}
	}
	var b store.Block
	for len(wanted) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		info, same := blocks[wanted[0]], 1
		for inOrder && same < len(wanted) && blocks[wanted[same]].Date == info.Date {
			same++
		}
		s.at = wanted[0]
		block, err := &b, error(nil)
		if same > 1 {
			info, block, err = oneDay(snap, wanted[:same], columns)
		} else {
			err = snap.Load(wanted[0], columns(info), &b)
		}
		wanted = wanted[same:]
		switch {
		case isDamage(err):
		case err != nil:
			return err
		default:
			f(info, block)
		}
	}
	return nil
}

// oneDay loads several blocks of one day as one whose visits are in the order of their starts.
func oneDay(snap *store.Snapshot, list []int, columns func(store.BlockInfo) store.Columns) (store.BlockInfo, *store.Block, error) {
	info := snap.Blocks()[list[0]]
	for _, i := range list[1:] {
		b := snap.Blocks()[i]
		info.Visits, info.Views, info.Events, info.Last = info.Visits+b.Visits, info.Views+b.Views, info.Events+b.Events, max(info.Last, b.Last)
	}
	need := columns(info) | store.Set(store.VisitStart, store.VisitViews, store.VisitEvents)
	parts := make([]store.Block, len(list))
	type place struct{ part, at, view, event int }
	var order []place
	for p, i := range list {
		b := &parts[p]
		if err := snap.Load(i, need, b); err != nil {
			return info, nil, err
		}
		view, event := 0, 0
		for at := range b.Visits {
			order = append(order, place{p, at, view, event})
			view, event = view+int(b.Cols[store.VisitViews][at]), event+int(b.Cols[store.VisitEvents][at])
		}
	}
	slices.SortStableFunc(order, func(a, b place) int {
		return int(parts[a.part].Cols[store.VisitStart][a.at]) - int(parts[b.part].Cols[store.VisitStart][b.at])
	})
	day := &store.Block{Date: info.Date, Visits: info.Visits, Views: info.Views, Events: info.Events}
	for _, o := range order {
		from := &parts[o.part]
		views, events := int(from.Cols[store.VisitViews][o.at]), int(from.Cols[store.VisitEvents][o.at])
		for c := range store.NumColumns {
			switch {
			case !need.Has(c):
			case c == store.EventAmount:
				day.Amounts = append(day.Amounts, from.Amounts[o.event:o.event+events]...)
			case c < store.ViewDelay:
				day.Cols[c] = append(day.Cols[c], from.Cols[c][o.at])
			case c < store.EventDelay:
				day.Cols[c] = append(day.Cols[c], from.Cols[c][o.view:o.view+views]...)
			default:
				day.Cols[c] = append(day.Cols[c], from.Cols[c][o.event:o.event+events]...)
			}
		}
	}
	return info, day, nil
}
