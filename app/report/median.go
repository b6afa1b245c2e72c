package report

// durations are lengths of time of which the median is asked for: exact to the second up to a day, to the minute beyond,
// and all above 400 days as one. They take 3.6 MB at most, however many there are.
type durations struct {
	counts []uint32 // by slot
	n      int
}

const (
	daySeconds  = 86400
	longestDays = 400
)

// slot returns where a number of seconds is counted.
func (d *durations) slot(seconds int64) int {
	switch {
	case seconds < 0: // hits of visits that overlap
		return 0
	case seconds < daySeconds:
		return int(seconds)
	}
	return daySeconds + int(min(seconds, longestDays*daySeconds)-daySeconds)/60
}

// add counts a length of time.
func (d *durations) add(seconds int64) {
	i := d.slot(seconds)
	if i >= len(d.counts) {
		grown := make([]uint32, min(2*i+600, daySeconds+(longestDays-1)*1440+1))
		copy(grown, d.counts)
		d.counts = grown
	}
	d.counts[i]++
	d.n++
}

// median returns the length in the middle, in seconds: of an even number, half-way between the two.
func (d *durations) median() Value {
	if d == nil || d.n == 0 {
		return Value{}
	}
	return Value{Number: float64(d.nth((d.n-1)/2)+d.nth(d.n/2)) / 2, Known: true}
}

// nth returns the n-th smallest length, from 0.
func (d *durations) nth(n int) int64 {
	for i, c := range d.counts {
		if n -= int(c); n < 0 {
			if i < daySeconds {
				return int64(i)
			}
			return daySeconds + int64(i-daySeconds)*60
		}
	}
	return 0
}
