package report

import (
	"context"
	"math/bits"

	"sandprint/app/store"
)

// crowd tells which visitors have more than one visit in the blocks that are read, and numbers these. Most have one: he
// is in each row at most once, whatever the row, so a count will do, and only the others need sets.
type crowd struct {
	seen   []seen
	before []int32 // by word of seen: how many come again in the words before
	n      int     // how many come again
	visits int     // how many visits were noted
	first  int     // how many visitors have one
}

// seen is a bit for each of 64 visitors: has a visit, has another.
type seen struct{ once, again uint64 }

// add notes the visitors of some visits.
func (c *crowd) add(visitors []uint32) {
	words := c.seen
	c.visits += len(visitors)
	for _, v := range visitors {
		w, bit := &words[v>>6], uint64(1)<<(v&63)
		w.again |= w.once & bit
		w.once |= bit
	}
}

// join adds what another goroutine noted of other visits.
func (c *crowd) join(o *crowd) {
	c.visits += o.visits
	for i, w := range o.seen {
		c.seen[i].again |= w.again | c.seen[i].once&w.once
		c.seen[i].once |= w.once
	}
}

// count numbers those who come again.
func (c *crowd) count() {
	c.before = make([]int32, len(c.seen))
	for i, w := range c.seen {
		c.before[i] = int32(c.n)
		c.n += bits.OnesCount64(w.again)
		c.first += bits.OnesCount64(w.once)
	}
}

// share returns which share of the visits is of visitors who come again.
func (c *crowd) share() float64 {
	return float64(c.visits-c.first+c.n) / float64(max(1, c.visits))
}

// find sets p's people: those who come again have dense numbers below c.n.
func (c *crowd) find(p *picked) {
	visitors := p.column(store.VisitVisitor)
	again, number := room(p.again, len(visitors)), room(p.number, len(visitors))
	n := 0
	for i, v := range visitors {
		number[i], again[n] = comesOnce, int32(i)
		n += int(c.seen[v>>6].again >> (v & 63) & 1)
	}
	for _, i := range again[:n] {
		v := visitors[i]
		w := v >> 6
		number[i] = uint32(c.before[w]) + uint32(bits.OnesCount64(c.seen[w].again&(1<<(v&63)-1)))
	}
	p.again, p.number = again[:n], number
}

// findAll sets p's people to what holds in any case: everybody may come again, by the number that he has.
func findAll(p *picked) {
	p.again, p.number = room(p.again, p.visits), p.column(store.VisitVisitor)
	for i := range p.again {
		p.again[i] = int32(i)
	}
}

// room returns a slice of n values, of which nothing is known, in list's place if it is large enough.
func room[T any](list []T, n int) []T {
	if cap(list) < n {
		return make([]T, n, n+n/4)
	}
	return list[:n]
}

// readCrowd notes the visitors of blocks.
func readCrowd(ctx context.Context, snap *store.Snapshot, wanted []int) (*crowd, error) {
	c := &crowd{seen: make([]seen, snap.Visitors()/64+1)}
	var b store.Block
	for _, i := range wanted {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := snap.Load(i, store.Set(store.VisitVisitor), &b); isDamage(err) {
			continue // limited begins anew
		} else if err != nil {
			return nil, err
		}
		c.add(b.Cols[store.VisitVisitor])
	}
	return c, nil
}
