package report

import "math/bits"

// notes are the visits of those who come again, each with the rows that it is in of several parts: one word, taken once. In the end
// they are put together by visitor, and who comes to a row another time is counted. A set for each row of each part would be
// asked as often as there are visits and parts, and all of them don't fit into the processor's cache.
type notes struct {
	counts []*tally // the parts
	words  []uint64 // of the block at hand, by place in again
	bags   []bag    // by number / bagSize
}

// noted says where the row of a part is in a word.
type noted struct {
	shift uint8
	mask  uint64 // 0: the part takes no notes
}

const (
	bagBits  = 10
	bagSize  = 1 << bagBits // numbers of a bag, of which the visits are sorted at once
	slipSize = 128          // visits of a slip
)

// bag holds the visits of some numbers that follow each other: their words, with the number within the bag as the lowest bits.
type bag struct {
	slips []*[slipSize]uint64
	n     int // visits
}

// planNotes has parts take notes: those of which a visit is in one row, as many as fit into a word and the budget, where there are
// several. For one alone its sets are as fast.
func (s *scanner) planNotes(wanted []int) {
	used, parts := map[*selection]int{}, map[*selection][]*part{} // bits
	for _, p := range s.parts {
		p.noted = noted{}
		width := bits.Len(uint(p.rows))
		if !p.need.visitors || !p.apart() || p.folds || !s.knows(p.sel) || bagBits+used[p.sel]+width > 64 || s.noteBytes(p, wanted) > setBudget {
			continue
		}
		p.noted = noted{uint8(bagBits + used[p.sel]), 1<<width - 1}
		used[p.sel] += width
		parts[p.sel] = append(parts[p.sel], p)
	}
	for _, list := range parts {
		if len(list) == 1 {
			list[0].noted = noted{}
		}
	}
}

// noteBytes estimates how much room the notes of a part take, with those of all others that select the same.
func (s *scanner) noteBytes(p *part, wanted []int) int {
	visits, _ := s.hits(p, wanted)
	return int(float64(visits)*s.crowd.share()) * 8
}

// newNotes returns empty notes on numbers below n.
func newNotes(n int) *notes { return &notes{bags: make([]bag, n/bagSize+1)} }

// begin makes room for the visits of a block.
func (x *notes) begin(p *picked) {
	x.words = room(x.words, len(p.again))
	clear(x.words)
}

// note notes the rows of the visits that are picked, for a part.
func (x *notes) note(at noted, rows []int32, again []int32) {
	words := x.words[:len(again)]
	for k, i := range again {
		words[k] |= uint64(rows[i]) << at.shift
	}
}

// take puts the visits of the block into their bags.
func (x *notes) take(p *picked) {
	for k, i := range p.again {
		number := p.number[i]
		b := &x.bags[number/bagSize]
		at := b.n % slipSize
		if at == 0 {
			b.slips = append(b.slips, new([slipSize]uint64))
		}
		b.slips[len(b.slips)-1][at] = x.words[k] | uint64(number%bagSize)
		b.n++
	}
}

// each calls f with the words of a bag, slip by slip.
func (b *bag) each(f func(words []uint64)) {
	for i, s := range b.slips {
		f(s[:min(slipSize, b.n-i*slipSize)])
	}
}

// count counts, in the parts, the visits of visitors who were in their row before. All is noted then, and others hold what other
// goroutines noted of the same parts.
func (x *notes) count(others []*notes) {
	var words []uint64
	stamps := make([][]uint32, len(x.counts)) // by part and row: who was there last, counted from 1
	for i, t := range x.counts {
		stamps[i] = make([]uint32, t.p.noted.mask+1)
	}
	for i := range x.bags {
		bags := []*bag{&x.bags[i]}
		for _, o := range others {
			bags = append(bags, &o.bags[i])
		}
		words = sorted(bags, words)
		for k, t := range x.counts {
			again, at, stamp := t.again, t.p.noted, stamps[k]
			for _, word := range words {
				row, now := word>>at.shift&at.mask, uint32(i*bagSize)+uint32(word%bagSize)+1
				again[row] += int64(bit(stamp[row] == now))
				stamp[row] = now
			}
		}
	}
}

// sorted returns the words of bags by visitor, in the room of a slice.
func sorted(bags []*bag, list []uint64) []uint64 {
	var next [bagSize + 1]int32 // by number: where its next word goes
	n := 0
	for _, b := range bags {
		n += b.n
		b.each(func(words []uint64) {
			for _, w := range words {
				next[w%bagSize+1]++
			}
		})
	}
	for i := range bagSize {
		next[i+1] += next[i]
	}
	out := room(list, n)
	for _, b := range bags {
		b.each(func(words []uint64) {
			for _, w := range words {
				out[next[w%bagSize]] = w
				next[w%bagSize]++
			}
		})
	}
	return out
}
