package report

import (
	"cmp"
	"context"
	"math/bits"
	"slices"

	"sandprint/app/store"
)

// Bounds of a top.
const (
	topRows    = 64 // candidates: a bit each
	topAsked   = 32 // rows that may be asked for
	topSamples = 8  // blocks of which the candidates are chosen
)

// top is the rows by page that are likely to have the most visitors. Who asks for the first few rows by visitors gets them
// from these: of all other pages the views and events are counted, which visitors can't be more than.
type top struct {
	rows []int32
	bit  []uint64 // by id in Pages: the bit of its row; 0: it is in no candidate
}

// topMetrics are what can be counted of candidates alone.
var topMetrics = []Metric{Visitors, Visits, Pageviews, EventCount, ViewsPerVisit, BounceRate, VisitDuration}

// wantsTop reports whether the question is about the first few pages by visitors, of which none is folded.
func (a *asked) wantsTop() bool {
	q := &a.q
	first := Order{Metric: q.Metrics[0]}
	if len(q.Sort) > 0 {
		first = q.Sort[0]
	}
	return q.By == "page" && len(q.Search) == 0 && a.floor == 0 && a.goals == nil && first == Order{Metric: Visitors} && q.Limit > 0 && q.Limit+q.Offset <= topAsked &&
		!slices.ContainsFunc(q.Metrics, func(m Metric) bool { return !slices.Contains(topMetrics, m) }) && a.halves[0].part.rows > 2*topRows
}

// chooseTop has a question count candidates only, where that will do.
func (a *asked) chooseTop(ctx context.Context, snap *store.Snapshot) error {
	if !a.wantsTop() {
		return nil
	}
	t, err := sampleTop(ctx, snap, a.halves[0].part)
	if err != nil {
		return err
	}
	for _, h := range a.halves {
		h.part.top, h.part.need.views, h.part.need.events = t, true, true
	}
	return nil
}

// sampleTop chooses the candidates of a part: the pages with the most views in some of its blocks.
func sampleTop(ctx context.Context, snap *store.Snapshot, p *part) (*top, error) {
	var wanted []int
	for i, b := range snap.Blocks() {
		if snap.Damaged(i) == nil && !p.misses(b) {
			wanted = append(wanted, i)
		}
	}
	views, order := make([]int64, p.rows+1), make([]int32, p.rows)
	var b store.Block
	step := max(1, len(wanted)/topSamples)
	for at := step / 2; at < len(wanted); at += step {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := snap.Load(wanted[at], store.Set(store.ViewPage), &b); isDamage(err) {
			continue // limited begins anew
		} else if err != nil {
			return nil, err
		}
		for _, id := range b.Cols[store.ViewPage] {
			views[p.group[id]]++
		}
	}
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(views[b], views[a]) })
	t := &top{rows: order[:topRows], bit: make([]uint64, len(p.group))}
	of := make([]uint64, p.rows+1)
	for i, row := range t.rows {
		of[row] = 1 << i
	}
	for id, row := range p.group {
		t.bit[id] = of[row]
	}
	return t, nil
}

// topCount counts the candidates.
type topCount struct {
	low, limit uint32
	in         []uint64 // by number: the candidates that the visitor has seen
	once       bitCount // their visitors who come once
	visits     bitCount // their visits, where they are asked for
	bounces    bitCount
}

func newTopCount(w window) *topCount {
	return &topCount{low: uint32(w.low), limit: uint32(w.high - w.low), in: make([]uint64, w.high-w.low)}
}

// visitors returns how many visitors who may come again have seen each candidate.
func (c *topCount) visitors() *[topRows]int64 {
	var n bitCount
	for _, in := range c.in {
		n.add(in)
	}
	return n.counts()
}

// bitCount counts how often each of 64 bits is set: plane i holds bit i of all counts, so that adding a word costs about two
// steps, however many of its bits are set.
type bitCount struct {
	planes [20]uint64
	added  int
	sums   [topRows]int64 // of what the planes have no room for
}

// add counts the bits of a word.
func (c *bitCount) add(word uint64) {
	for i := 0; word != 0; i++ {
		had := c.planes[i]
		c.planes[i] = had ^ word
		word &= had
	}
	if c.added++; c.added == 1<<len(c.planes)-1 {
		c.counts()
	}
}

// counts returns the counts so far.
func (c *bitCount) counts() *[topRows]int64 {
	for i, plane := range c.planes {
		for ; plane != 0; plane &= plane - 1 {
			c.sums[bits.TrailingZeros64(plane)] += 1 << i
		}
	}
	c.planes, c.added = [20]uint64{}, 0
	return &c.sums
}

// join adds what another counted.
func (c *bitCount) join(o *bitCount) {
	c.counts()
	for i, n := range o.counts() {
		c.sums[i] += n
	}
}

// join adds what another goroutine counted of other visits.
func (c *topCount) join(o *topCount) {
	for n, in := range o.in {
		c.in[n] |= in
	}
	c.once.join(&o.once)
	c.visits.join(&o.visits)
	c.bounces.join(&o.bounces)
}

// topPages is pagesOf for candidates.
func (t *tally) topPages(p *picked, pages, eventPages []uint32) {
	t.take(p)
	c, bit, view, event := t.top, t.p.top.bit, 0, 0
	var counts, eventCounts []uint32
	if p.views > 0 {
		counts = p.column(store.VisitViews)
	}
	if p.events > 0 {
		eventCounts = p.column(store.VisitEvents)
	}
	for i := range p.visits {
		seen := uint64(0)
		if counts != nil {
			for _, id := range pages[view : view+int(counts[i])] {
				seen |= bit[id]
			}
			view += int(counts[i])
		}
		if eventCounts != nil {
			for _, id := range eventPages[event : event+int(eventCounts[i])] {
				seen |= bit[id]
			}
			event += int(eventCounts[i])
		}
		switch number := p.number[i]; {
		case seen == 0:
			continue
		case number == comesOnce:
			c.once.add(seen)
		case number-c.low < c.limit:
			c.in[number-c.low] |= seen
		}
		if !t.p.need.visits {
			continue
		}
		if c.visits.add(seen); t.bounces != nil && t.bounced[i] != 0 {
			c.bounces.add(seen)
		}
		for ; t.duration != nil && seen != 0; seen &= seen - 1 {
			t.duration[t.p.top.rows[bits.TrailingZeros64(seen)]] += int64(t.lasted[i])
		}
	}
}

// finishTop sets the figures of the candidates. Rows whose visits are not counted have as many as hits, so that they are there.
func (t *tally) finishTop() {
	t.visitors = make([]int64, len(t.visits))
	for row := range t.visits {
		t.visits[row] = t.views[row] + t.events[row]
	}
	again, once, visits, bounces := t.top.visitors(), t.top.once.counts(), t.top.visits.counts(), t.top.bounces.counts()
	for k, row := range t.p.top.rows {
		t.visitors[row] = once[k] + again[k]
		if t.p.need.visits {
			t.visits[row] = visits[k]
		}
		if t.bounces != nil {
			t.bounces[row] = bounces[k]
		}
	}
}

// sure reports whether the first rows that are asked for are candidates: each has more visitors than any other row has hits.
func (a *asked) sure() bool {
	t := a.halves[0].rows
	list := make([]int64, 0, topRows)
	other := slices.Clone(t.visits[:t.p.rows])
	for _, row := range t.p.top.rows {
		list = append(list, t.visitors[row])
		other[row] = 0
	}
	slices.SortFunc(list, func(a, b int64) int { return cmp.Compare(b, a) })
	return list[a.q.Limit+a.q.Offset-1] > slices.Max(other)
}

// countRest counts all rows where the candidates turned out not to do.
func countRest(ctx context.Context, snap *store.Snapshot, list []*asked) error {
	var parts []*part
	var into []**tally
	for _, a := range list {
		if a.q.By == "" || a.halves[0].part.top == nil || a.sure() {
			continue
		}
		for _, h := range a.halves {
			h.part.top = nil
			parts, into = append(parts, h.part), append(into, &h.rows)
		}
	}
	done, err := scanAll(ctx, snap, parts)
	for i, t := range done {
		*into[i] = t
	}
	return err
}
