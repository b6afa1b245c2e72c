package report

import (
	"cmp"
	"context"
	"math/bits"
	"net/url"
	"time"

	"sandprint/app/column"
	"sandprint/app/problem"
	"sandprint/app/store"
)

// Bounds on funnels.
const (
	minSteps = 2
	maxSteps = 8
)

// Funnel asks how far visitors get on a way of 2 to 8 steps.
//
// The segment is the visits that Run counts for the same period and filters; its hits are all hits of these visits in the
// period. A path is a series of these hits, one for each step from the first on, in the order of time: a hit can be one
// step of a path only, so a step that is named twice must be done twice. With Window 0 a path lies within one visit.
// Otherwise it goes over all visits of a visitor in the segment, in the order of their starts, and ends no later than
// Window after it began. Other hits may lie between those of a path, unless Strict: then each is the hit directly after
// the one before, where only page views count as hits if no step is an event, and only events if no step is a page.
//
// A visit has reached a step when a path ends there in it; a visitor has, once, when a visit of his has.
type Funnel struct {
	Period  Period
	Filters []Filter
	Steps   []Step        // page, event or goal
	Window  time.Duration // up to 90 days, in whole seconds; 0: within one visit
	Strict  bool
	Now     time.Time // the clock, in the site's zone; nothing after it counts
}

// FunnelAnswer is what RunFunnel returns.
type FunnelAnswer struct {
	Site             string // domain
	Funnel           Funnel
	Visitors, Visits int // of the segment
	Steps            []FunnelStep
	Hidden           Hidden        // steps whose figures are kept back
	Damaged          []time.Time   // UTC days of the period that are left out, by date: the file is damaged there
	Read             int           // page views and events read
	Took             time.Duration // to answer
}

// FunnelStep tells of one step. A figure is not Known where the floor hides it, and where there is nothing to divide by.
type FunnelStep struct {
	Step
	Visitors   Value
	Visits     Value
	Dropped    Value // visitors who reached the step before (of the first: all of the segment) and not this one
	OfFirst    Value // percent: visitors / those who reached the first step
	OfPrevious Value // percent: visitors / those who reached the step before; of the first: / all of the segment
	// Median is the time from the step before, in seconds: from the last hit that reached it to the first hit that
	// reached this one, of each visit (with a Window: of each visitor) that did. See durations for its precision.
	Median Value
}

// ParseFunnel reads a funnel from the parameters period, from, to and filter (as Parse does), step (2 to 8 times, as
// ParseStep reads it), window ("visit", the default, or a number and m, h or d: "30m", "7d"; up to 90 days) and order
// ("sequential", the default, or "strict"). An error is a *problem.Error, a 400 that names the parameter.
func ParseFunnel(values url.Values, zone *time.Location, now time.Time) (q Funnel, err error) {
	q.Now = now.In(zone)
	if q.Period, q.Filters, err = parseSegment(values, q.Now); err != nil {
		return Funnel{}, err
	}
	if q.Steps, err = parseSteps("step", values, minSteps, maxSteps, "page", "event", "goal"); err != nil {
		return Funnel{}, err
	}
	if q.Window, err = parseWindow(values.Get("window"), 0); err != nil {
		return Funnel{}, err
	}
	switch order := values.Get("order"); order {
	case "", "sequential":
	case "strict":
		q.Strict = true
	default:
		return Funnel{}, problem.BadField("order", "bad_order", "There is no order "+quoted(order)+".").WithHint("Use sequential or strict.")
	}
	return q, nil
}

// Values returns the parameters that ParseFunnel reads as q.
func (q Funnel) Values() url.Values {
	v := segmentValues(q.Period, q.Filters)
	for _, s := range q.Steps {
		v.Add("step", s.String())
	}
	if q.Window > 0 {
		v.Set("window", windowText(q.Window))
	}
	if q.Strict {
		v.Set("order", "strict")
	}
	return v
}

// RunFunnel answers a funnel. It ends early with ctx's error when ctx is done, and with a 503 "too_slow" after 10
// seconds.
func RunFunnel(ctx context.Context, site store.Reader, q Funnel) (FunnelAnswer, error) {
	began := time.Now()
	a, err := limited(ctx, site, func(ctx context.Context, snap *store.Snapshot) (FunnelAnswer, error) {
		return runFunnel(ctx, snap, site.Info(), q)
	})
	a.Took = time.Since(began)
	return a, err
}

func runFunnel(ctx context.Context, snap *store.Snapshot, info store.SiteInfo, q Funnel) (FunnelAnswer, error) {
	var err error
	if q.Period, err = resolveAll(q.Period, snap); err != nil {
		return FunnelAnswer{}, err
	}
	s := newSegment(q.Period.From, upTo(q.Period, q.Now), q.Filters, info, snap.Dict)
	t := newFunnelTally(&q, s, info, snap)
	var failed error
	err = s.walk(ctx, snap, t.columns, q.Window > 0, func(info store.BlockInfo, b *store.Block) {
		if failed == nil {
			failed = t.scan(snap, info, b)
		}
	})
	if err = cmp.Or(err, failed); err != nil {
		return FunnelAnswer{}, err
	}
	a := t.answer(info)
	a.Damaged = damagedIn(snap, s.misses)
	return a, nil
}

// funnelTally counts a funnel.
type funnelTally struct {
	q        *Funnel
	seg      *segment
	marks    *marks
	window   int64 // seconds
	visits   int
	visitors bitmap // of the segment
	by       []stepTally
	people   *chains // nil: paths lie within a visit
	byPage   bool    // see pages
	read     int

	block   *store.Block // that is being read
	chain   chain
	visitor uint32
	counted uint8 // steps that the visit has reached

	sums  []uint64       // scratch of everyVisit
	first []uint32       // … who did the first step
	far   []int32        // … the visits that have the first two steps in them
	farIn []column.Range // … and their page views
}

// stepTally counts those who reached one step.
type stepTally struct {
	visits   int
	visitors bitmap
	times    durations
}

func newFunnelTally(q *Funnel, s *segment, info store.SiteInfo, snap *store.Snapshot) *funnelTally {
	t := &funnelTally{q: q, seg: s, marks: newMarks(q.Steps, info, snap.Dict), visitors: newBits(snap.Visitors()),
		by: make([]stepTally, len(q.Steps)), window: int64(q.Window / time.Second)}
	for i := range t.by {
		t.by[i].visitors = newBits(snap.Visitors())
	}
	if q.Window > 0 {
		t.people = newChains(len(q.Steps), snap.Visitors())
	} else {
		t.window = 1 << 40
		t.byPage = !q.Strict && !t.marks.events && t.marks.goals == nil
	}
	return t
}

// columns returns what the funnel needs of a block.
func (t *funnelTally) columns(info store.BlockInfo) store.Columns {
	c := t.seg.columns(info) | t.marks.columns() | store.Set(store.VisitVisitor)
	if t.marks.views && !t.every(info) {
		c |= store.Set(store.ViewDelay)
	}
	if t.marks.events {
		c |= store.Set(store.EventDelay)
	}
	if t.people != nil {
		c |= store.Set(store.VisitStart)
	}
	return c
}

// every reports whether all visits of a block are in the segment and the commonest question is asked: see everyVisit.
func (t *funnelTally) every(info store.BlockInfo) bool {
	return t.byPage && !t.seg.narrows() && t.seg.whole(info)
}

// scan counts a block.
func (t *funnelTally) scan(snap *store.Snapshot, info store.BlockInfo, b *store.Block) error {
	if t.people != nil {
		t.people.sweep(int64(info.Date)*daySeconds - t.window)
	}
	t.block = b
	t.read += info.Views + info.Events
	if t.every(info) {
		return t.everyVisit(snap, b)
	}
	t.seg.each(info, b, t.visit)
	return nil
}

// everyVisit counts a block where all visits are in the segment, as pages does. Most have not both of the first two steps in
// them: nothing of these but that is looked at, and nobody's times but the others' are read.
func (t *funnelTally) everyVisit(snap *store.Snapshot, b *store.Block) error {
	marks, list, at := t.marks.page, b.Cols[store.ViewPage], 0
	first, far, farIn := room(t.first, b.Visits), room(t.far, b.Visits), room(t.farIn, b.Visits)
	t.first, t.far, t.farIn = first, far, farIn
	sums := room(t.sums, len(list)+1)
	t.sums = sums
	sum := uint64(0) // page views so far of the first step, and above them of the second
	for i, page := range list {
		sums[i] = sum
		sum += uint64(marks[page]&1) | uint64(marks[page]&2)<<31
	}
	sums[len(list)] = sum
	visitors, firsts, fars := b.Cols[store.VisitVisitor], 0, 0
	for v, n := range b.Cols[store.VisitViews] {
		end := at + int(n)
		did := sums[end] - sums[at]
		one, two := bit(uint32(did) != 0), bit(did>>32 != 0)
		first[firsts], far[fars], farIn[fars] = visitors[v], int32(v), column.Range{From: int32(at), To: int32(end)}
		firsts += one
		fars += one & two
		at = end
	}
	t.visits += b.Visits
	t.visitors.addAll(visitors)
	t.by[0].visits += firsts
	t.by[0].visitors.addAll(first[:firsts])
	if fars == 0 {
		return nil
	}
	if err := snap.LoadSome(t.seg.at, store.Set(store.ViewDelay), store.Wanted{Views: farIn[:fars]}, b); err != nil && !isDamage(err) { // of damage limited begins anew
		return err
	} else if err != nil {
		return nil
	}
	for i, v := range far[:fars] {
		t.visitor = visitors[v]
		for k := range t.by[1:t.reached(int(farIn[i].From), int(farIn[i].To))] {
			t.by[k+1].visits++
			t.by[k+1].visitors.add(t.visitor)
		}
	}
	return nil
}

// visit counts a visit.
func (t *funnelTally) visit(v *visit) {
	b, m := t.block, t.marks
	t.visits++
	t.visitor = b.Cols[store.VisitVisitor][v.at]
	t.visitors.add(t.visitor)
	t.counted = 0
	t.chain.loaded = false
	if t.byPage {
		t.pages(v.views[0], v.views[1])
		return
	}
	e, events := v.events[0], v.events[1]
	if !m.events {
		e = events
	}
	if m.views {
		pages, delays := b.Cols[store.ViewPage], b.Cols[store.ViewDelay]
		at := v.before
		for i := v.views[0]; i < v.views[1]; i++ {
			at += int64(delays[i])
			for ; e < events; e++ { // of two in the same second the page view is the earlier
				when := v.start + int64(b.Cols[store.EventDelay][e])
				if when >= at {
					break
				}
				t.hit(when, m.ofEvent(b, e))
			}
			if m.goals != nil {
				t.hit(at, m.ofView(b, i))
			} else if is := m.page[pages[i]]; is != 0 || t.q.Strict {
				t.hit(at, is)
			}
		}
	}
	for ; e < events; e++ {
		t.hit(v.start+int64(b.Cols[store.EventDelay][e]), m.ofEvent(b, e))
	}
	if t.people != nil && t.chain.loaded {
		t.people.save(t.visitor, &t.chain)
	}
	for left := t.counted; left != 0; left &= left - 1 {
		k := bits.TrailingZeros8(left)
		t.by[k].visits++
		t.by[k].visitors.add(t.visitor)
	}
}

// pages counts the page views from..to of a visit where paths lie within it, others may come between, and the page alone
// tells the steps: the commonest question.
func (t *funnelTally) pages(from, to int) {
	for k := range t.by[:t.reached(from, to)] {
		t.by[k].visits++
		t.by[k].visitors.add(t.visitor)
	}
}

// reached returns how many of the steps, the first ones, are reached by the page views from..to of such a visit, and counts the times between.
func (t *funnelTally) reached(from, to int) int {
	marks := t.marks.page
	list := t.block.Cols[store.ViewPage][from:to]
	i := 0
	for i < len(list) && marks[list[i]]&1 == 0 {
		i++
	}
	if i == len(list) {
		return 0
	}
	delays := t.block.Cols[store.ViewDelay][from:to]
	var last [maxSteps]int64 // by step: when a path last ended there
	at, reached := int64(0), 1
	for i++; i < len(list) && reached < len(t.by); i++ {
		at += int64(delays[i])
		is := marks[list[i]]
		if is == 0 {
			continue
		}
		for k := reached; k > 0; k-- {
			if is>>k&1 == 0 {
				continue
			}
			if last[k] = at; k == reached {
				t.by[k].times.add(at - last[k-1])
				reached++
			}
		}
		if is&1 != 0 {
			last[0] = at
		}
	}
	return reached
}

// hit goes on with a hit at a time that is these steps.
func (t *funnelTally) hit(at int64, is uint8) {
	if is == 0 && !t.q.Strict {
		return
	}
	c := &t.chain
	if !c.loaded {
		c.loaded, c.done = true, 0
		if t.people != nil {
			t.people.load(t.visitor, c)
		}
	}
	before := c.done
	if t.q.Strict {
		c.done = 0
	}
	for k := len(t.by) - 1; k > 0; k-- {
		if is>>k&1 == 0 || before>>(k-1)&1 == 0 || at-c.began[k-1] > t.window {
			continue
		}
		if t.q.Strict {
			t.reach(k, at-c.last)
			c.began[k] = c.began[k-1]
		} else {
			t.reach(k, at-c.at[k-1])
			if before>>k&1 == 0 || c.began[k-1] > c.began[k] {
				c.began[k] = c.began[k-1]
			}
			c.at[k] = at
		}
		c.done |= 1 << k
	}
	if is&1 != 0 {
		t.reach(0, 0)
		if t.q.Strict || before&1 == 0 || at > c.began[0] {
			c.began[0] = at
		}
		c.at[0] = at
		c.done |= 1
	}
	c.last = at
}

// reach counts that a path of the visit ends in step k, so long after the step before.
func (t *funnelTally) reach(k int, after int64) {
	if t.counted>>k&1 != 0 {
		return
	}
	t.counted |= 1 << k
	if k > 0 && (t.people == nil || !t.by[k].visitors.has(t.visitor)) {
		t.by[k].times.add(after)
	}
}
