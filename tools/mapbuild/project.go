package main

import "math"

const centre = 11 // degrees east of the map's middle

// project draws a place by the Equal Earth projection, in pixels from the top left of a whole world of the given width.
func project(p point) point {
	const a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
	root3 := math.Sqrt(3)
	t := math.Asin(root3 / 2 * math.Sin(p.y*math.Pi/180))
	t2, t6 := t*t, t*t*t*t*t*t
	x := 2 * root3 * ((p.x - centre) * math.Pi / 180) * math.Cos(t) / (3 * (9*a4*t6*t2 + 7*a3*t6 + 3*a2*t2 + a1))
	y := t * (a4*t6*t2 + a3*t6 + a2*t2 + a1)
	const half, top = 2.706629, 1.317363 // of the whole world
	scale := width / (2 * half)
	return point{(x + half) * scale, (top - y) * scale}
}

// near returns the longitude that is the same as x and within half a turn of from.
func near(x, from float64) float64 { return x - 360*math.Round((x-from)/360) }

// flatten draws a ring: unrolled, so that it never jumps across the map, cut at the map's edges, and projected. A ring
// that crosses an edge becomes one piece on either side.
func flatten(r ring) [][]point {
	if len(r) == 0 {
		return nil
	}
	unrolled := make([]point, len(r))
	x := r[0].x
	for i, p := range r {
		x = near(p.x, x)
		unrolled[i] = point{x, p.y}
	}
	var pieces [][]point
	for _, turn := range []float64{-360, 0, 360} {
		piece := make([]point, len(unrolled))
		for i, p := range unrolled {
			piece[i] = point{p.x + turn, p.y}
		}
		piece = cut(piece, centre-180, 1)
		piece = cut(piece, centre+180, -1)
		if len(piece) < 3 {
			continue
		}
		for i, p := range piece {
			piece[i] = project(p)
		}
		pieces = append(pieces, piece)
	}
	return pieces
}

// cut keeps what lies on one side of a meridian: east of it with side 1, west of it with side -1 (Sutherland and Hodgman).
func cut(ring []point, meridian, side float64) []point {
	var kept []point
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		pin, qin := (p.x-meridian)*side >= 0, (q.x-meridian)*side >= 0
		if pin {
			kept = append(kept, p)
		}
		if pin != qin {
			kept = append(kept, point{meridian, p.y + (q.y-p.y)*(meridian-p.x)/(q.x-p.x)})
		}
	}
	return kept
}

// area returns what a drawn ring encloses, in square pixels.
func area(flat []point) float64 {
	sum := 0.0
	for i, p := range flat {
		q := flat[(i+1)%len(flat)]
		sum += p.x*q.y - q.x*p.y
	}
	return math.Abs(sum) / 2
}

func round(f float64) int { return int(math.Round(f)) }
