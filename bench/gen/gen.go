// Package gen makes believable visits to a shop and journal that does not exist, for the demo and for benchmarks.
//
// The same Options give the same hits, byte for byte, on every machine. The parts of the picture:
//
//	days      a trend, a weekly and a seasonal rhythm, a dip over the holidays and in August, a launch day (days.go)
//	visits    an hour by the visitor's own clock, a source that fits the day, 1–20 pages, half of them one (visits.go)
//	people    country, browser, language and screen follow from a visitor's number and never change (people.go)
//	site      pages by popularity, where one goes from where, sources and campaigns (site.go)
//
// They come out as hits ready for the store (Days), or as the lines that `sandprint import hits` reads (WriteLines).
// What a door would derive from them (browser, channel …) is derived by the product's own code, once per catalogue entry.
package gen

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"sandprint/app/store"
)

// Options say what to make. The zero value of a field has the meaning given with it.
type Options struct {
	Seed     uint64
	From, To time.Time // half-open; the last day may be a part of one
	Views    int       // page views to aim at; what comes out is within 3 percent, less what a part day lacks
	NewShare float64   // share of visits that are a visitor's first; 0: 0.62
	Paths    int       // different paths; 0: those of the demo site
	Hosts    int       // different referring hosts beside the well-known ones; 0: a dozen
	Domain   string    // empty: kiln-and-sea.example
}

// Domain is the fictional shop of the demo.
const Domain = "kiln-and-sea.example"

// Scale returns the options of a named data set that ends at to: "demo" (300 k page views in 12 months), "1.2m" or "10m"
// (10 M page views in 12 months: about 3.5 M visits of 2.5 M visitors, 2,000 paths, 400 referring hosts).
func Scale(name string, to time.Time) (Options, error) {
	o := Options{Seed: 1, From: to.UTC().AddDate(-1, 0, 0).Truncate(24 * time.Hour), To: to}
	switch name {
	case "demo":
		o.Views = 300_000
	case "1.2m":
		o.Views, o.Paths, o.Hosts = 1_200_000, 600, 200
	case "10m":
		o.Views, o.Paths, o.Hosts, o.NewShare = 10_000_000, 2_000, 400, 0.70
	default:
		return o, fmt.Errorf("no data set is called %q; there are demo, 1.2m and 10m", name)
	}
	return o, nil
}

// Generator makes one data set. It is for one goroutine and one pass.
type Generator struct {
	o     Options
	site  *site
	crowd *crowd
	rnd   dice

	first   uint64 // number of the first visitor who was not there before From
	next    uint64 // number of the next new visitor
	visits  int64  // given out
	views   uint64 // given out
	busy    [2]map[uint64]int64
	pending []mark // of visits that run past midnight
}

// New returns a generator for o.
func New(o Options) *Generator {
	if o.NewShare == 0 {
		o.NewShare = 0.62
	}
	if o.Domain == "" {
		o.Domain = Domain
	}
	g := &Generator{o: o, site: newSite(o), crowd: newCrowd(o.Seed), rnd: dice(mix(o.Seed))}
	g.first = uint64(float64(o.Views) / viewsPerVisit / 10)
	g.next = g.first
	g.busy = [2]map[uint64]int64{{}, {}}
	return g
}

// Days yields the hits day by day (UTC), in order of time. The slice is reused for the next day; visits are numbered
// from 1 in order of their start.
func (g *Generator) Days() iter.Seq[[]store.Hit] {
	return func(yield func([]store.Hit) bool) {
		var hits []store.Hit
		for day := range g.marks() {
			hits = slices.Grow(hits[:0], len(day))
			for i := range day {
				hits = append(hits, g.hit(&day[i]))
			}
			if !yield(hits) {
				return
			}
		}
	}
}

// marks yields the marks of each day, in order of time. The slice is reused.
func (g *Generator) marks() iter.Seq[[]mark] {
	return func(yield func([]mark) bool) {
		var day []mark
		plan := planDays(g.o)
		for i, d := range plan {
			day = append(day[:0], g.pending...)
			day = g.addVisits(day, d)
			slices.SortStableFunc(day, func(a, b mark) int { return int(a.at - b.at) })
			end := d.start + 86400
			if i == len(plan)-1 {
				end = g.o.To.Unix()
			}
			cut, _ := slices.BinarySearchFunc(day, end, func(m mark, end int64) int { return int(m.at - end) })
			g.pending = append(g.pending[:0], day[cut:]...)
			if !yield(day[:cut]) {
				return
			}
		}
	}
}

// hit returns what the door would have made of m.
func (g *Generator) hit(m *mark) store.Hit {
	v := m.visit
	h := store.Hit{
		Kind: m.kind, Time: m.at, View: viewID(m.view), Seq: m.seq,
		Visitor: v.key, Lasting: v.lasting, Visit: v.number, Start: v.start, Type: v.kind,
		Page: g.site.pages[m.page].page, Origin: g.site.sources[v.source].origin,
		Place: v.person.place.place, Agent: v.person.agent.agent, Language: v.person.place.language,
		Screen: v.person.screen.class, Engaged: m.engaged, Scroll: m.scroll,
	}
	if m.kind == store.Event {
		h.Name, h.Props, h.Amount, h.Currency = m.event.name, m.event.props, m.event.amount, m.event.currency()
	}
	return h
}

// viewID returns the id of a page view: 12 of [0-9a-z].
func viewID(n uint64) string {
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	var id [12]byte
	n = mix(n)
	for i := range id {
		id[i] = digits[n%36]
		n /= 36
	}
	return string(id[:])
}
