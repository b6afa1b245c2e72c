// Mapbuild draws static/world.svg: the outlines of the world's countries, one path each, for the dashboard's map.
//
// The outlines are those of the npm package world-atlas 2.0.2 (ISC), countries-50m.json, which is Natural Earth's data
// (public domain) as TopoJSON. They are simplified once per shared border, so that neighbours leave no gaps, and drawn in
// the Equal Earth projection (B. Šavrič, T. Patterson, B. Jenny, 2018), whose areas are true: right for shading. The map
// is centred on 11° east, so that its edge runs through the Bering Strait and cuts no country but Antarctica.
//
//	npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
//	go run ./mapbuild -from package/countries-50m.json -to ../static/world.svg
//
// What is shaded is what the country table can tell of an address, and says nothing about whose land it is: Kosovo is XK;
// Northern Cyprus and Somaliland are shaded with CY and SO, which is how addresses there are registered. The Siachen
// Glacier, whose code is disputed, is left out, and so is Antarctica, which would take a fifth of the height.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
)

const (
	width   = 1000 // of the drawing
	detail  = 1.9  // points that span a smaller triangle with their neighbours are left out, in square pixels
	smallet = 3.2  // rings of a smaller area are left out, in square pixels
)

func main() {
	log.SetFlags(0)
	from := flag.String("from", "package/countries-50m.json", "the TopoJSON file")
	to := flag.String("to", "../static/world.svg", "the drawing")
	flag.Parse()
	data, err := os.ReadFile(*from)
	if err != nil {
		log.Fatal(err)
	}
	svg, err := draw(data)
	if err != nil {
		log.Fatalf("%s: %v", *from, err)
	}
	if err := os.WriteFile(*to, svg, 0o644); err != nil {
		log.Fatal(err)
	}
}

// country is what is drawn under one id.
type country struct {
	code  string // ISO 3166-1 alpha-2
	rings []ring
	place point // where a mark stands when nothing else of it is left
}

// draw returns the whole drawing.
func draw(data []byte) ([]byte, error) {
	var topo topology
	if err := json.Unmarshal(data, &topo); err != nil {
		return nil, err
	}
	full, plain := topo.decode(), topo.decode()
	for i := range plain {
		plain[i] = simplify(plain[i], detail)
	}
	byCode := map[string]*country{}
	for _, g := range topo.Objects.Countries.Geometries {
		code, ok := codeOf(g)
		if !ok {
			continue
		}
		c := byCode[code]
		if c == nil {
			c = &country{code: code, place: middle(largest(g.rings(full)))}
			byCode[code] = c
		}
		c.rings = append(c.rings, g.rings(plain)...)
	}
	countries := make([]*country, 0, len(byCode))
	for _, c := range byCode {
		countries = append(countries, c)
	}
	slices.SortFunc(countries, func(a, b *country) int { return strings.Compare(a.code, b.code) })
	return write(countries), nil
}

// codeOf returns the code under which a geometry is drawn, and whether it is drawn at all.
func codeOf(g geometry) (code string, drawn bool) {
	switch g.Properties.Name {
	case "Antarctica", "Indian Ocean Ter.", "Siachen Glacier":
		return "", false
	case "Kosovo":
		return "XK", true
	case "N. Cyprus":
		return "CY", true
	case "Somaliland":
		return "SO", true
	}
	number, err := strconv.Atoi(g.ID)
	if err != nil {
		log.Fatalf("%s has no number", g.Properties.Name)
	}
	region, err := language.EncodeM49(number)
	if err != nil {
		log.Fatalf("%s: %v", g.Properties.Name, err)
	}
	return region.String(), true
}

// write returns the drawing: a group "land" of one path per country, whose id is its code, in a frame cropped to the land.
func write(countries []*country) []byte {
	var body bytes.Buffer
	top, bottom := 1<<30, -1<<30
	for _, c := range countries {
		var d strings.Builder
		for _, r := range c.rings {
			for _, flat := range flatten(r) {
				if area(flat) < smallet {
					continue
				}
				t, b := outline(&d, flat)
				top, bottom = min(top, t), max(bottom, b)
			}
		}
		if d.Len() == 0 {
			p := project(c.place)
			fmt.Fprintf(&d, "M%d %dh3v3h-3z", round(p.x)-1, round(p.y)-1)
		}
		fmt.Fprintf(&body, "<path id=\"%s\" d=\"%s\"/>\n", c.code, d.String())
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 %d %d %d\"><g id=\"land\">\n", top-2, width, bottom-top+4)
	out.Write(body.Bytes())
	out.WriteString("</g></svg>\n")
	return out.Bytes()
}

// outline writes a ring as a path of whole, relative steps and returns its highest and lowest row.
func outline(d *strings.Builder, flat []point) (top, bottom int) {
	top, bottom = 1<<30, -1<<30
	x, y, first := 0, 0, true
	for i, p := range flat {
		px, py := round(p.x), round(p.y)
		top, bottom = min(top, py), max(bottom, py)
		switch {
		case i == 0:
			fmt.Fprintf(d, "M%d %d", px, py)
		case px == x && py == y:
			continue
		case first:
			d.WriteString("l" + step(px-x, py-y, true))
			first = false
		default:
			d.WriteString(step(px-x, py-y, false))
		}
		x, y = px, py
	}
	d.WriteByte('z')
	return top, bottom
}

// step writes one relative step as short as a path allows: a minus sign is a separator of its own.
func step(dx, dy int, first bool) string {
	s := strconv.Itoa(dx)
	if dx >= 0 && !first {
		s = " " + s
	}
	if dy >= 0 {
		s += " "
	}
	return s + strconv.Itoa(dy)
}
