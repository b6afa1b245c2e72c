package report

import (
	"sandprint/app/column"
	"sandprint/app/store"
)

// Columns of visits that are made of others.
const (
	visitBounce = store.NumColumns + iota // 1: the visit has one hit in all
	entryPage                             // id in Pages of its first page view; 0: none
	exitPage                              // … of its last
	numColumns
)

// reader is the block that a scan is at, with the columns that were asked for so far.
type reader struct {
	snap *store.Snapshot
	i    int
	info store.BlockInfo
	b    store.Block
	have store.Columns
	open bool // something was read of the block
	lone bool // one selection alone looks at the block

	made   [numColumns]bool     // which of what follows is of this block
	cols   [numColumns][]uint32 // columns that are made of others
	wanted store.Wanted
	firsts [store.NumColumns][]int32 // by VisitViews, VisitEvents: see first
}

// turn opens block i. Nothing is read yet.
func (r *reader) turn(i int) {
	r.i, r.info = i, r.snap.Blocks()[i]
	r.have, r.open, r.made = 0, false, [numColumns]bool{}
}

// need reads columns that are not there yet.
func (r *reader) need(c store.Columns) error {
	c &^= r.have
	if c == 0 && r.open {
		return nil
	}
	load := r.snap.LoadMore
	if !r.open {
		load = r.snap.Load
	}
	r.have, r.open = r.have|c, true
	return load(r.i, c, &r.b)
}

// needOf is need where only some visits are looked at from here on. When these are few, and nobody else looks at others, only
// what is of them is decoded.
func (r *reader) needOf(c store.Columns, visits []int32) error {
	if c &^= r.have; !r.lone || !r.open || len(visits) > r.info.Visits/4 {
		return r.need(c)
	}
	if c == 0 {
		return nil
	}
	r.wanted.Visits = r.wanted.Visits[:0]
	for _, v := range visits {
		r.wanted.Visits = append(r.wanted.Visits, column.Range{From: v, To: v + 1})
	}
	some := store.Wanted{Visits: r.wanted.Visits}
	if r.have.Has(store.VisitViews) {
		some.Views = r.hitsOf(store.VisitViews, visits, &r.wanted.Views)
	}
	if r.have.Has(store.VisitEvents) {
		some.Events = r.hitsOf(store.VisitEvents, visits, &r.wanted.Events)
	}
	r.have |= c
	return r.snap.LoadSome(r.i, c, some, &r.b)
}

// hitsOf returns where the page views (VisitViews) or events (VisitEvents) of some visits are, in the room of list; not nil.
func (r *reader) hitsOf(counts store.Column, visits []int32, list *[]column.Range) []column.Range {
	first, ranges := r.first(counts), append((*list)[:0], column.Range{})
	for _, v := range visits {
		ranges = append(ranges, column.Range{From: first[v], To: first[v+1]})
	}
	*list = ranges
	return ranges[1:]
}

// delays reads the delays of the page views of some visits, in order: of most nobody needs them.
func (r *reader) delays(visits []int32) error {
	if r.have.Has(store.ViewDelay) || r.info.Views == 0 {
		return nil
	}
	return r.snap.LoadSome(r.i, store.Set(store.ViewDelay), store.Wanted{Views: r.hitsOf(store.VisitViews, visits, &r.wanted.Views)}, &r.b)
}

// startOf returns when a visit started, in seconds since 1970.
func (r *reader) startOf(v int32) int64 {
	return int64(r.info.Date)*86400 + int64(r.b.Cols[store.VisitStart][v])
}

// first returns by visit the index of its first page view (VisitViews) or event (VisitEvents), and behind the last visit
// how many there are.
func (r *reader) first(counts store.Column) []int32 {
	if r.made[counts] {
		return r.firsts[counts]
	}
	list := r.firsts[counts][:0]
	at := int32(0)
	for _, n := range r.b.Cols[counts] {
		list = append(list, at)
		at += int32(n)
	}
	r.made[counts], r.firsts[counts] = true, append(list, at)
	return r.firsts[counts]
}

// column returns a column of visits, page views or events, which must have been read or be made of what was.
func (r *reader) column(c store.Column) []uint32 {
	if c < store.NumColumns {
		return r.b.Cols[c]
	}
	return r.derived(c)
}

// derived returns a column that is made of others.
func (r *reader) derived(c store.Column) []uint32 {
	if r.made[c] {
		return r.cols[c]
	}
	out := r.cols[c][:0]
	views := r.b.Cols[store.VisitViews]
	switch c {
	case visitBounce:
		events := r.b.Cols[store.VisitEvents]
		for v, n := range views {
			out = append(out, uint32(bit(n+events[v] == 1)))
		}
	case entryPage, exitPage:
		pages, at := r.b.Cols[store.ViewPage], 0
		for _, n := range views {
			first, last := uint32(0), uint32(0)
			if n > 0 {
				first, last = pages[at], pages[at+int(n)-1]
			}
			at += int(n)
			if c == exitPage {
				first = last
			}
			out = append(out, first)
		}
	}
	r.made[c], r.cols[c] = true, out
	return out
}

// picked is what a selection keeps of a block: visits, page views and events, each in the order that they have in it.
// Whoever counts sees nothing else: all of it is selected.
type picked struct {
	r             *reader
	visits        int // how many
	views, events int // … at most

	all             bool    // everything in the block; the lists are not used
	visit           []int32 // by index in the block
	hits            bool    // page views and events are those listed; else all that the visits have
	view            []int32
	event           []int32
	nViews, nEvents []uint32 // with hits: how many of each visit
	viewAt, eventAt []int32  // … and where they begin in the lists

	made    [numColumns]bool
	cols    [numColumns][]uint32
	placed  [store.VisitEvents + 1]bool
	place   [store.VisitEvents + 1][]int32 // by VisitViews, VisitEvents: see places
	partly  []bool                         // see inTime
	reached []int32                        // scratch of goals
	few     []int32                        // see hitsOf
	begin   []int32                        // see begins
	begun   bool
	some    []int32 // visits in the block whose delays are read
	people
}

// people are the visitors of the picked visits.
type people struct {
	again  []int32  // the visits, by place among the picked, whose visitor may have further ones
	number []uint32 // by visit: its visitor's number where it is in again, else comesOnce
	met    []uint32 // see metAgain
}

// metAgain returns the numbers of the visitors of the visits in again.
func (p *people) metAgain() []uint32 {
	if len(p.again) == len(p.number) {
		return p.number
	}
	p.met = gather(p.met[:0], p.number, p.again)
	return p.met
}

// comesOnce stands for a visitor who has no other visit.
const comesOnce = ^uint32(0)

func (p *picked) reset(r *reader) {
	p.r, p.all, p.hits, p.made = r, false, false, [numColumns]bool{}
	p.placed, p.begun = [store.VisitEvents + 1]bool{}, false
	p.visits, p.views, p.events = 0, 0, 0
	p.view, p.event, p.nViews, p.nEvents = p.view[:0], p.event[:0], p.nViews[:0], p.nEvents[:0]
	p.viewAt, p.eventAt = append(p.viewAt[:0], 0), append(p.eventAt[:0], 0)
}

// column returns a column of what is picked.
func (p *picked) column(c store.Column) []uint32 {
	if p.hits && c == store.VisitViews {
		return p.nViews
	}
	if p.hits && c == store.VisitEvents {
		return p.nEvents
	}
	from := p.r.column(c)
	if p.all || p.made[c] {
		if p.all {
			return from
		}
		return p.cols[c]
	}
	out := p.cols[c][:0]
	switch {
	case c < store.ViewDelay || c >= store.NumColumns:
		out = gather(out, from, p.visit)
	case c < store.EventDelay && p.hits:
		out = gather(out, from, p.view)
	case p.hits:
		out = gather(out, from, p.event)
	default:
		first := p.r.first(store.VisitViews)
		if c >= store.EventDelay {
			first = p.r.first(store.VisitEvents)
		}
		for i := 0; i < len(p.visit); { // neighbours together: most filters keep either few or nearly all
			start, to := p.visit[i], p.visit[i]+1
			for i++; i < len(p.visit) && p.visit[i] == to; i++ {
				to++
			}
			out = append(out, from[first[start]:first[to]]...)
		}
	}
	p.made[c], p.cols[c] = true, out
	return out
}

// settle notes when everything in the block is picked: then nothing needs to be copied.
func (p *picked) settle() {
	i := &p.r.info
	p.all = p.visits == i.Visits && (!p.hits || p.views == i.Views && p.events == i.Events)
	p.hits = p.hits && !p.all
}

// gather returns the values at the places listed, in the room of out.
func gather(out, from []uint32, at []int32) []uint32 {
	if cap(out) < len(at) {
		out = make([]uint32, len(at), len(at)+len(at)/4)
	}
	out = out[:len(at)]
	for i, j := range at {
		out[i] = from[j]
	}
	return out
}

// source returns where the picked visit at i is in the block.
func (p *picked) source(i int) int32 {
	if p.all {
		return int32(i)
	}
	return p.visit[i]
}

// hitsOf returns where the picked page views (VisitViews) or events (VisitEvents) of the picked visit at i are in the
// block. The list holds until the next call.
func (p *picked) hitsOf(counts store.Column, i int) []int32 {
	switch {
	case !p.hits:
		first, v := p.r.first(counts), p.source(i)
		p.few = p.few[:0]
		for j := first[v]; j < first[v+1]; j++ {
			p.few = append(p.few, j)
		}
		return p.few
	case counts == store.VisitViews:
		return p.view[p.viewAt[i]:p.viewAt[i+1]]
	}
	return p.event[p.eventAt[i]:p.eventAt[i+1]]
}

// places returns where the picked page views (VisitViews) or events (VisitEvents) are in the block.
func (p *picked) places(counts store.Column) []int32 {
	if p.hits && counts == store.VisitViews {
		return p.view
	}
	if p.hits {
		return p.event
	}
	if p.placed[counts] {
		return p.place[counts]
	}
	first, out := p.r.first(counts), p.place[counts][:0]
	for i := range p.visits {
		v := p.source(i)
		for j := first[v]; j < first[v+1]; j++ {
			out = append(out, j)
		}
	}
	p.placed[counts], p.place[counts] = true, out
	return out
}

// begins returns for each picked page view the picked visit that it is the first of, counted from 1; 0: of none. Loops over page
// views that need to know the visit follow it: one over visits with one over their page views in it has the processor
// guess wrong, visit by visit, how many there are, which takes longer than all else.
func (p *picked) begins() []int32 {
	if p.begun {
		return p.begin
	}
	list, at := room(p.begin, p.views+1), uint32(0) // the last is for visits at the end without page views
	clear(list)
	for i, n := range p.column(store.VisitViews) {
		list[at] = int32(i + 1)
		at += n
	}
	p.begun, p.begin = true, list
	return list
}

// follow returns the visit of a page view, given that of the one before and what begins says of it.
func follow(visit, begins int32) int32 {
	same := (begins - 1) >> 31 // all ones where it is the same
	return visit&same | (begins-1)&^same
}
