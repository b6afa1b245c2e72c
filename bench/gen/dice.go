package gen

import (
	"math"
	"sort"
)

// dice is a stream of random numbers (splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
// 2014). Its value is its seed, so a visitor's own stream costs nothing to make.
type dice uint64

// mix scrambles n: neighbours come out far apart.
func mix(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

func (d *dice) uint64() uint64 {
	n := mix(uint64(*d))
	*d += 0x9e3779b97f4a7c15
	return n
}

// float returns a number in [0,1).
func (d *dice) float() float64 { return float64(d.uint64()>>11) / (1 << 53) }

// below returns a number in [0,n).
func (d *dice) below(n int) int { return int(d.float() * float64(n)) }

// chance returns true with probability p.
func (d *dice) chance(p float64) bool { return d.float() < p }

// around returns a positive number with the given median; two thirds lie within a factor of e^spread of it (the sum of
// four even numbers stands in for a normal one).
func (d *dice) around(median, spread float64) float64 {
	z := (d.float() + d.float() + d.float() + d.float() - 2) * math.Sqrt(3)
	return median * math.Exp(z*spread)
}

// urn picks indexes by weight.
type urn []float64 // running sums

func newUrn(weights ...float64) urn {
	u := make(urn, len(weights))
	sum := 0.0
	for i, w := range weights {
		sum += w
		u[i] = sum
	}
	return u
}

func (u urn) pick(d *dice) int {
	x := d.float() * u[len(u)-1]
	return min(sort.Search(len(u), func(i int) bool { return u[i] > x }), len(u)-1)
}
