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
	visits     bitCount // their visits
	again      bitCount // … of visitors who may have further ones
	bounces    bitCount

	seen []uint64 // by picked visit: the candidates that it has a hit in
	some []uint64 // scratch
}

func newTopCount(w window) *topCount {
	return &topCount{low: uint32(w.low), limit: uint32(w.high - w.low), in: make([]uint64, w.high-w.low)}
}

// visitors returns how many visitors who may come again have seen each candidate.
func (c *topCount) visitors() *[topRows]int64 {
	var n bitCount
	n.add(c.in)
	return &n.sums
}

// bitCount counts how often each of 64 bits is set.
type bitCount struct{ sums [topRows]int64 }

// add counts the bits of some words. Plane i holds bit i of all counts: eight words are added to these in eight
// additions without a carry to wait for, and what they carry in a step or two more, however many bits are set.
func (c *bitCount) add(words []uint64) {
	var planes [20]uint64
	carry := func(word uint64, i int) {
		for ; word != 0; i++ {
			had := planes[i]
			planes[i] = had ^ word
			word &= had
		}
	}
	for len(words) > 0 {
		some := words[:min(len(words), 1<<20-8)]
		words = words[len(some):]
		for ; len(some) >= 8; some = some[8:] {
			w := (*[8]uint64)(some)
			one, a := sum3(planes[0], w[0], w[1])
			one, b := sum3(one, w[2], w[3])
			one, d := sum3(one, w[4], w[5])
			one, e := sum3(one, w[6], w[7])
			two, f := sum3(planes[1], a, b)
			two, g := sum3(two, d, e)
			four, eight := sum3(planes[2], f, g)
			planes[0], planes[1], planes[2] = one, two, four
			carry(eight, 3)
		}
		for _, word := range some {
			carry(word, 0)
		}
		for i, plane := range planes {
			for ; plane != 0; plane &= plane - 1 {
				c.sums[bits.TrailingZeros64(plane)] += 1 << i
			}
		}
		planes = [20]uint64{}
	}
}

// sum3 adds three numbers of one bit, 64 times: the sum and what it carries.
func sum3(a, b, c uint64) (sum, carry uint64) {
	half := a ^ b
	return half ^ c, a&b | half&c
}

// join adds what another counted.
func (c *bitCount) join(o *bitCount) {
	for i, n := range o.sums {
		c.sums[i] += n
	}
}

// join adds what another goroutine counted of other visits.
func (c *topCount) join(o *topCount) {
	for n, in := range o.in {
		c.in[n] |= in
	}
	c.visits.join(&o.visits)
	c.again.join(&o.again)
	c.bounces.join(&o.bounces)
}

// see sets seen to the candidates of the page views.
func (c *topCount) see(pages []uint32, begins []int32, bit []uint64) {
	visit, in, seen := int32(0), uint64(0), c.seen
	for j, id := range pages {
		next := begins[j]
		visit = follow(visit, next)
		in = in&uint64(int64(next-1)>>63) | bit[id]
		seen[visit] = in
	}
}

// topPages is pagesOf for candidates.
func (t *tally) topPages(p *picked, pages, eventPages []uint32) {
	t.take(p)
	c, bit := t.top, t.p.top.bit
	c.seen = room(c.seen, p.visits)
	clear(c.seen)
	if p.views > 0 {
		c.see(pages, p.begins(), bit)
	}
	if p.events > 0 {
		at := 0
		for i, n := range p.column(store.VisitEvents) {
			for _, id := range eventPages[at : at+int(n)] {
				c.seen[i] |= bit[id]
			}
			at += int(n)
		}
	}
	c.some = c.some[:0]
	for _, i := range p.again {
		seen := c.seen[i]
		c.some = append(c.some, seen)
		if number := p.number[i] - c.low; number < c.limit {
			c.in[number] |= seen
		}
	}
	c.visits.add(c.seen)
	c.again.add(c.some)
	if t.bounces != nil {
		c.some = c.some[:0]
		for i, seen := range c.seen {
			c.some = append(c.some, seen&-uint64(t.bounced[i]))
		}
		c.bounces.add(c.some)
	}
	if t.duration != nil {
		for i, seen := range c.seen {
			for ; seen != 0; seen &= seen - 1 {
				t.duration[t.p.top.rows[bits.TrailingZeros64(seen)]] += int64(t.lasted[i])
			}
		}
	}
}

// finishTop sets the figures of the candidates. Rows whose visits are not counted have as many as hits, so that they are there.
func (t *tally) finishTop() {
	t.visitors = make([]int64, len(t.visits))
	for row := range t.visits {
		t.visits[row] = t.views[row] + t.events[row]
	}
	visitors, visits, again, bounces := t.top.visitors(), &t.top.visits.sums, &t.top.again.sums, &t.top.bounces.sums
	for k, row := range t.p.top.rows {
		t.visitors[row] = visits[k] - again[k] + visitors[k]
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
