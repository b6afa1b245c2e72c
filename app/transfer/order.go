package transfer

import (
	"cmp"
	"slices"

	"sandprint/app/store"
)

const (
	window = 16 << 10 // how many lines a hit may stand too late in a file; as many hits are held in memory: some 8 MB
	batch  = 4 << 10  // how many are given out at once
)

// order brings hits into the order of their times, within the window.
type order struct {
	held     []store.Hit // at most window + batch
	released int64       // time of the last hit given out, seconds since 1970
	mixed    bool        // held is not in order
}

// add takes h and reports false when it is older than a hit that was already given out.
func (o *order) add(h store.Hit) bool {
	if h.Time < o.released {
		return false
	}
	if n := len(o.held); n > 0 && h.Time < o.held[n-1].Time {
		o.mixed = true
	}
	o.held = append(o.held, h)
	return true
}

// full reports whether it is time to call release.
func (o *order) full() bool { return len(o.held) >= window+batch }

// release returns the oldest hits, in order: those that nothing within the window can precede, or all at the end of the
// file. They are valid until done.
func (o *order) release(all bool) []store.Hit {
	if o.mixed {
		slices.SortStableFunc(o.held, func(a, b store.Hit) int { return cmp.Compare(a.Time, b.Time) })
		o.mixed = false
	}
	n := len(o.held) - window
	if all {
		n = len(o.held)
	}
	if n > 0 {
		o.released = o.held[n-1].Time
		return o.held[:n]
	}
	return nil
}

// done forgets the first n hits.
func (o *order) done(n int) {
	kept := copy(o.held, o.held[n:])
	clear(o.held[kept:])
	o.held = o.held[:kept]
}
