package main

import (
	"encoding/json"
	"log"
	"math"
)

// point is a place: degrees east and north, or pixels right and down once projected.
type point struct{ x, y float64 }

// ring is a closed line of places; its first place is not repeated at the end.
type ring []point

// topology is the part of a TopoJSON file that is read (the TopoJSON specification, version 1.0, sections 2 and 3).
type topology struct {
	Arcs      [][][2]float64
	Transform struct{ Scale, Translate [2]float64 }
	Objects   struct {
		Countries struct{ Geometries []geometry }
	}
}

type geometry struct {
	Type       string
	ID         string
	Properties struct{ Name string }
	Arcs       json.RawMessage
}

// decode returns the arcs in degrees: each is a list of differences on a grid.
func (t *topology) decode() [][]point {
	arcs := make([][]point, len(t.Arcs))
	for i, arc := range t.Arcs {
		var x, y float64
		for _, step := range arc {
			x, y = x+step[0], y+step[1]
			arcs[i] = append(arcs[i], point{x*t.Transform.Scale[0] + t.Transform.Translate[0], y*t.Transform.Scale[1] + t.Transform.Translate[1]})
		}
	}
	return arcs
}

// rings joins a geometry's arcs into its rings. An arc named ~i is arc i backwards.
func (g geometry) rings(arcs [][]point) []ring {
	var polygons [][][]int
	switch g.Type {
	case "Polygon":
		polygons = make([][][]int, 1)
		must(json.Unmarshal(g.Arcs, &polygons[0]))
	case "MultiPolygon":
		must(json.Unmarshal(g.Arcs, &polygons))
	}
	var rings []ring
	for _, polygon := range polygons {
		for _, names := range polygon {
			var r ring
			for _, name := range names {
				r = append(r, directed(arcs, name)...)
				r = r[:len(r)-1] // the next arc begins where this one ends
			}
			rings = append(rings, r)
		}
	}
	return rings
}

func directed(arcs [][]point, name int) []point {
	if name >= 0 {
		return arcs[name]
	}
	arc := arcs[^name]
	back := make([]point, len(arc))
	for i, p := range arc {
		back[len(arc)-1-i] = p
	}
	return back
}

// simplify leaves out points of an arc that span a triangle of less than least square pixels with their neighbours, the
// smallest first (Visvalingam and Whyatt, 1993). Ends stay, so that arcs that meet still do.
func simplify(arc []point, least float64) []point {
	kept := make([]point, len(arc))
	copy(kept, arc)
	for len(kept) > 2 {
		at, smallest := -1, least
		for i := 1; i < len(kept)-1; i++ {
			if a := triangle(kept[i-1], kept[i], kept[i+1]); a < smallest {
				at, smallest = i, a
			}
		}
		if at < 0 {
			break
		}
		kept = append(kept[:at], kept[at+1:]...)
	}
	return kept
}

// triangle returns the drawn area between three places near each other, in square pixels.
func triangle(a, b, c point) float64 {
	b.x, c.x = near(b.x, a.x), near(c.x, a.x)
	pa, pb, pc := project(a), project(b), project(c)
	return math.Abs((pb.x-pa.x)*(pc.y-pa.y)-(pc.x-pa.x)*(pb.y-pa.y)) / 2
}

// largest returns the ring that encloses the most.
func largest(rings []ring) ring {
	var best ring
	most := -1.0
	for _, r := range rings {
		for _, flat := range flatten(r) {
			if a := area(flat); a > most {
				best, most = r, a
			}
		}
	}
	return best
}

// middle returns the mean of a ring's places.
func middle(r ring) point {
	var m point
	for _, p := range r {
		m.x, m.y = m.x+near(p.x, r[0].x), m.y+p.y
	}
	return point{m.x / float64(len(r)), m.y / float64(len(r))}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
