package report

// setBudget is how much room the sets of visitors of one scan may take, as estimated before, in bytes. What would take
// more is counted in several scans, so that the memory for a page or a question is bounded whatever it asks.
var setBudget = 20 << 20

// pass is one scan for some of the parts, and for a share of the visitors: visitors of different shares add up.
type pass struct {
	parts     []int // by place among all
	share, in int   // the share-th of so many shares
}

// window is the numbers low..high of visitors, high excluded.
type window struct{ low, high int }

// of returns the window that the pass takes of the numbers below n.
func (x pass) of(n int) window {
	return window{n * x.share / x.in, n * (x.share + 1) / x.in}
}

// passes plans the scans of blocks: as many parts in one as the budget allows, and a part that is beyond it alone in
// several, each for a share of the visitors.
func (s *scanner) passes(wanted []int) (list []pass) {
	now := pass{in: 1}
	left := setBudget
	notes := map[*selection]bool{} // for which the pass has room
	for i, p := range s.parts {
		need := s.setBytes(p, wanted)
		if p.noted.mask != 0 {
			need = s.noteBytes(p, wanted)
			if notes[p.sel] {
				need = 0
			}
		}
		if need > setBudget {
			in := (need + setBudget - 1) / setBudget
			for share := range in {
				list = append(list, pass{[]int{i}, share, in})
			}
			continue
		}
		if need > left {
			list = append(list, now)
			now, left = pass{in: 1}, setBudget
			clear(notes)
		}
		notes[p.sel] = notes[p.sel] || p.noted.mask != 0
		now.parts = append(now.parts, i)
		left -= need
	}
	if len(now.parts) > 0 {
		list = append(list, now)
	}
	return list
}

// setBytes estimates how much room the sets of visitors of a part take: four bytes and a little for each visit in a row,
// or bitmaps for all rows. Of four page views, one is taken to be of a page that the visit had before; a filter that
// asks for something, to leave a fourth.
func (s *scanner) setBytes(p *part, wanted []int) int {
	if bytes, ok := p.setBytes(s.numbers(p)); ok {
		return bytes
	}
	visits, views := s.hits(p, wanted)
	bitmaps := p.rows * s.numbers(p) / 8
	pairs := visits
	if p.level >= pageLevel {
		pairs = max(visits, views*3/4)
	}
	switch {
	case s.knows(p.sel):
		pairs = int(float64(pairs) * s.crowd.share())
	case p.sel.few:
		pairs /= 4
	}
	return min(bitmaps, pairs*9/2)
}

// hits returns how many visits, and how many page views and events, the blocks have that p reads.
func (s *scanner) hits(p *part, wanted []int) (visits, hits int) {
	for _, i := range wanted {
		if b := s.snap.Blocks()[i]; !p.misses(b) {
			visits, hits = visits+b.Visits, hits+b.Views+b.Events
		}
	}
	return visits, hits
}
