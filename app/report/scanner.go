package report

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"sandprint/app/store"
)

// secondWorker is how many page views and events must be there to read before a second goroutine pays.
var secondWorker = 100_000

// scanAll counts all parts in one pass over the blocks, or two where it helps to know first whose visitors come again.
func scanAll(ctx context.Context, snap *store.Snapshot, parts []*part) ([]*tally, error) {
	if len(parts) == 0 {
		return nil, nil
	}
	s := &scanner{snap: snap, parts: parts}
	var wanted []int
	work := 0
	for i, b := range snap.Blocks() {
		if snap.Damaged(i) == nil && slices.ContainsFunc(parts, func(p *part) bool { return !p.misses(b) }) {
			wanted = append(wanted, i)
			work += b.Visits + b.Views + b.Events
		}
	}
	halves := s.share(wanted, work)
	s.shareRows(halves)
	if s.wantsCrowd() {
		crowds, err := together(halves, func(wanted []int) (*crowd, error) { return readCrowd(ctx, snap, wanted) })
		if err != nil {
			return nil, err
		}
		s.crowd = crowds[0]
		for _, c := range crowds[1:] {
			s.crowd.join(c)
		}
		s.crowd.count()
		s.planNotes(wanted)
	}
	all := make([]*tally, len(parts))
	scratch := make([]uint64, snap.Visitors()/64+2)
	for _, pass := range s.passes(wanted) {
		done, err := together(halves, func(wanted []int) (scanned, error) { return s.scan(ctx, wanted, pass) })
		if err != nil {
			return nil, err
		}
		for i, o := range done[0].selections {
			var others []*notes
			for _, other := range done[1:] {
				others = append(others, other.selections[i].notes)
			}
			if o.notes != nil {
				o.notes.count(others)
			}
		}
		for i, t := range done[0].all {
			for _, other := range done[1:] {
				t.join(other.all[i])
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if first := all[pass.parts[i]]; first != nil {
				first.add(t, scratch)
				continue
			}
			if t.finish(scratch); !t.p.folds {
				t.people, t.converters = nil, nil // the memory is for the next pass
			}
			all[pass.parts[i]] = t
		}
	}
	return all, nil
}

// share splits the blocks for two goroutines where there is a core and work for both.
func (s *scanner) share(wanted []int, work int) [][]int {
	if runtime.GOMAXPROCS(0) < 2 || work < secondWorker || len(wanted) < 2 {
		return [][]int{wanted}
	}
	half, first := 0, 0
	for half < len(wanted)-1 && first*2 < work {
		b := s.snap.Blocks()[wanted[half]]
		first += b.Visits + b.Views + b.Events
		half++
	}
	return [][]int{wanted[:half], wanted[half:]}
}

// together calls f with each of one or two lists at the same time.
func together[T any](lists [][]int, f func([]int) (T, error)) ([]T, error) {
	done, errs := make([]T, len(lists)), make([]error, len(lists))
	var wait sync.WaitGroup
	for i := 1; i < len(lists); i++ {
		wait.Go(func() {
			defer func() { // here nobody else would catch it, and the process would end
				if v := recover(); v != nil {
					errs[i] = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
				}
			}()
			done[i], errs[i] = f(lists[i])
		})
	}
	done[0], errs[0] = f(lists[0])
	wait.Wait()
	return done, errors.Join(errs...)
}

// scanner counts parts.
type scanner struct {
	snap  *store.Snapshot
	parts []*part
	crowd *crowd // nil: who comes again is not known
}

// wantsCrowd reports whether it pays to know who comes again: where most visits are counted in rows, and the sets of all
// visitors in these would be large.
func (s *scanner) wantsCrowd() bool {
	room := setBudget
	for _, p := range s.parts {
		bytes, ok := p.setBytes(p.limit)
		if room -= bytes; (!ok || room < 0) && !p.sel.few {
			return true
		}
	}
	return false
}

// shareRows notes which rows by time are shared by two halves of the blocks.
func (s *scanner) shareRows(halves [][]int) {
	if len(halves) < 2 {
		return
	}
	last := int64(0)
	for _, i := range halves[0] {
		last = max(last, s.snap.Blocks()[i].Last)
	}
	for _, p := range s.parts {
		p.share(int64(s.snap.Blocks()[halves[1][0]].Date)*86400, last)
	}
}

// ofSelection is what is counted of one selection.
type ofSelection struct {
	*selection
	picked picked
	parts  []*part
	counts []*tally
	live   bool   // something of the block at hand is picked
	people bool   // visitors are counted
	notes  *notes // of some parts; nil: none
}

// scanned is what a scan counted, by selection and by part.
type scanned struct {
	selections []*ofSelection
	all        []*tally
}

// bySelection sorts the parts of a pass by what they select, each with a new tally.
func (s *scanner) bySelection(x pass) (c scanned) {
	for _, n := range x.parts {
		p := s.parts[n]
		i := slices.IndexFunc(c.selections, func(o *ofSelection) bool { return o.selection == p.sel })
		if i < 0 {
			i = len(c.selections)
			c.selections = append(c.selections, &ofSelection{selection: p.sel})
		}
		o, t := c.selections[i], newTally(p, x.of(s.numbers(p)))
		o.parts, o.counts, o.people = append(o.parts, p), append(o.counts, t), o.people || p.need.visitors
		if p.noted.mask != 0 {
			if o.notes == nil {
				o.notes = newNotes(s.crowd.n)
			}
			t.notes, o.notes.counts = o.notes, append(o.notes.counts, t)
		}
		c.all = append(c.all, t)
	}
	return c
}

// knows reports whether the visitors of a selection go by their number in the crowd.
func (s *scanner) knows(sel *selection) bool { return s.crowd != nil && !sel.few }

// numbers returns what the numbers are below that visitors of p are counted by.
func (s *scanner) numbers(p *part) int {
	if s.knows(p.sel) {
		return s.crowd.n + 1
	}
	return p.limit
}

// scan counts the parts of a pass in the wanted blocks. Of a block, first what the filters look at is read, then what is to be
// counted where they left something.
func (s *scanner) scan(ctx context.Context, wanted []int, x pass) (c scanned, err error) {
	c = s.bySelection(x)
	r := &reader{snap: s.snap}
	for _, i := range wanted {
		if err := ctx.Err(); err != nil {
			return c, err
		}
		r.turn(i)
		if err := s.scanBlock(r, c.selections); err != nil && !isDamage(err) { // of damage limited begins anew
			return c, err
		}
	}
	return c, nil
}

// scanBlock counts all parts in the block that r is at.
func (s *scanner) scanBlock(r *reader, selections []*ofSelection) error {
	var first store.Columns
	live := 0
	for _, o := range selections {
		if o.live = !o.misses(r.info); o.live {
			live++
			first |= o.first(r.info)
			if r.info.Views+r.info.Visits <= smallBlock {
				first |= o.whatever(r.info)
			}
		}
	}
	r.lone = live == 1
	if err := r.need(first); err != nil {
		return err
	}
	var rest store.Columns
	for _, o := range selections {
		if !o.live {
			continue
		}
		if err := o.pick(r, &o.picked); err != nil {
			return err
		}
		for _, t := range o.counts {
			t.reach(r.info.Date)
			t.reads += r.info.Views + r.info.Events
		}
		switch o.live = o.picked.visits > 0; {
		case !o.live:
		case r.lone && !o.picked.all:
			if err := r.needOf(o.rest(r.info), o.picked.visit); err != nil {
				return err
			}
		default:
			rest |= o.rest(r.info)
		}
	}
	if err := r.need(rest); err != nil {
		return err
	}
	for _, o := range selections {
		if !o.live {
			continue
		}
		switch {
		case !o.people:
		case s.knows(o.selection):
			s.crowd.find(&o.picked)
		default:
			findAll(&o.picked)
		}
		if o.notes != nil {
			o.notes.begin(&o.picked)
		}
		for _, t := range o.counts {
			if err := t.scan(&o.picked); err != nil {
				return err
			}
		}
		if o.notes != nil {
			o.notes.take(&o.picked)
		}
	}
	return nil
}

// first returns the columns to read first of a block: those of the filters, or where all of it is selected, all.
func (o *ofSelection) first(b store.BlockInfo) store.Columns {
	if o.all(b) {
		return o.rest(b)
	}
	return o.selection.columns(b)
}

// smallBlock is how many visits and page views a block has at most of which all columns that may be needed are read at once:
// another query costs more than they do.
var smallBlock = 8192

// whatever returns all columns that picking and counting may need.
func (o *ofSelection) whatever(b store.BlockInfo) store.Columns {
	c := o.rest(b) | o.selection.columns(b)
	if o.ofHits() || !o.inside(b) {
		c |= o.hitColumns(!o.inside(b))
	}
	if o.entry != nil || o.exit != nil {
		c |= store.Set(store.VisitViews, store.ViewPage)
	}
	c |= o.wholeColumns(b)
	if !o.inside(b) || slices.ContainsFunc(o.parts, (*part).byTime) {
		c |= store.Set(store.ViewDelay)
	}
	return c
}

// rest returns the columns that are counted.
func (o *ofSelection) rest(b store.BlockInfo) (c store.Columns) {
	for _, p := range o.parts {
		c |= p.columns(b)
	}
	return c
}
