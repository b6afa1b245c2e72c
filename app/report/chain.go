package report

// chain is how far someone is in a funnel: which steps a path ends in, and when.
type chain struct {
	loaded bool
	done   uint8           // bit k: a path ends in step k
	began  [maxSteps]int64 // by step: when the path that ends there began, the latest of several
	at     [maxSteps]int64 // by step: when a path last ended there
	last   int64           // when the last hit was
}

// chains are the chains of all visitors who have begun, for paths over several visits: 4 bytes a visitor of the site and
// 8 bytes a step for each who is under way. Times are kept in seconds since the first day seen.
type chains struct {
	steps int
	zero  int64
	place []uint32   // by visitor: the number of his record; 0: none
	rooms [][]uint32 // records, so many a room: visitor, done, last, then began and at of all steps but the last
	count int        // records, with the one of number 0, which is nobody's
	full  int        // how many records there may be before the next sweep
}

const (
	chainHead = 3
	roomBits  = 12 // a room has 1 << roomBits records
)

// sweepFrom is how many chains there must be before those that are over are swept out.
var sweepFrom = 1 << 16

func newChains(steps, visitors int) *chains {
	return &chains{steps: steps, place: make([]uint32, visitors+1), count: 1, full: sweepFrom}
}

// record returns the record of a number.
func (s *chains) record(i uint32) []uint32 {
	at := int(i&(1<<roomBits-1)) * s.size()
	return s.rooms[i>>roomBits][at : at+s.size()]
}

// load reads the chain of a visitor into c; one that has not begun leaves it as it is.
func (s *chains) load(visitor uint32, c *chain) {
	i := s.place[visitor]
	if i == 0 {
		return
	}
	w := s.record(i)
	c.done, c.last = uint8(w[1]), s.zero+int64(w[2])
	for k := range s.steps - 1 {
		c.began[k], c.at[k] = s.zero+int64(w[chainHead+2*k]), s.zero+int64(w[chainHead+2*k+1])
	}
}

// save keeps the chain of a visitor.
func (s *chains) save(visitor uint32, c *chain) {
	i := s.place[visitor]
	if i == 0 {
		if c.done == 0 {
			return
		}
		if s.count>>roomBits >= len(s.rooms) {
			s.rooms = append(s.rooms, make([]uint32, s.size()<<roomBits))
		}
		i = uint32(s.count)
		s.place[visitor] = i
		s.count++
	}
	w := s.record(i)
	w[0], w[1], w[2] = visitor, uint32(c.done), uint32(c.last-s.zero)
	for k := range s.steps - 1 {
		if c.done>>k&1 != 0 {
			w[chainHead+2*k], w[chainHead+2*k+1] = uint32(c.began[k]-s.zero), uint32(c.at[k]-s.zero)
		}
	}
}

func (s *chains) size() int { return chainHead + 2*(s.steps-1) }

// sweep forgets the chains whose every path began before a time, once there are many. While there are none, the time is
// the zero of those to come.
func (s *chains) sweep(before int64) {
	if s.count == 1 {
		s.zero = before
	}
	if s.count < s.full {
		return
	}
	kept := uint32(1)
	for i := uint32(1); i < uint32(s.count); i++ {
		w := s.record(i)
		if s.over(w, before) {
			s.place[w[0]] = 0
			continue
		}
		s.place[w[0]] = kept
		copy(s.record(kept), w)
		kept++
	}
	s.count = int(kept)
	s.full = max(sweepFrom, s.count+s.count/2)
}

// over reports whether all paths of a chain began before a time.
func (s *chains) over(w []uint32, before int64) bool {
	for k := range s.steps - 1 {
		if w[1]>>k&1 != 0 && s.zero+int64(w[chainHead+2*k]) >= before {
			return false
		}
	}
	return true
}
