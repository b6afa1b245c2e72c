package gen

import (
	"sandprint/app/enrich"
	"sandprint/app/store"
)

// pageKind is what a page is for: it decides how long one stays and where one goes next.
type pageKind uint8

const (
	home pageKind = iota
	shop
	product
	journal
	post
	about
	workshops
	basket
	thanks
	numKinds
)

// median returns the median stay on a page of this kind, in seconds.
func (k pageKind) median() float64 {
	return [numKinds]float64{home: 16, shop: 24, product: 31, journal: 20, post: 78, about: 40, workshops: 52, basket: 26, thanks: 12}[k]
}

// onward are the weights of where one goes next, by kind of page.
var onward = [numKinds]urn{
	home:      newUrn(0, 34, 22, 14, 12, 8, 9, 1, 0),
	shop:      newUrn(4, 18, 66, 2, 2, 2, 3, 3, 0),
	product:   newUrn(5, 22, 44, 2, 5, 4, 3, 15, 0),
	journal:   newUrn(6, 8, 6, 10, 62, 4, 4, 0, 0),
	post:      newUrn(12, 13, 17, 16, 30, 7, 5, 0, 0),
	about:     newUrn(24, 26, 10, 14, 8, 2, 16, 0, 0),
	workshops: newUrn(18, 16, 10, 6, 10, 18, 20, 0, 2),
	basket:    newUrn(6, 20, 22, 0, 0, 2, 2, 10, 38),
	thanks:    newUrn(50, 24, 10, 8, 8, 0, 0, 0, 0),
}

type page struct {
	kind   pageKind
	page   store.Page
	events []happening
}

// source is where visits come from, and what they look for.
type source struct {
	referrer string // as the browser sends it: origin and path
	query    string // of the page's address
	origin   store.Origin
	weight   float64
	from, to float64 // part of the period in which it sends anyone, 0–1; 0, 0: always
	launch   float64 // further weight on the day of the launch
	bounce   float64
	entries  urn // by kind of page
}

// happening is a custom event that may happen on a page.
type happening struct {
	name   string
	props  []string // JSON objects with sorted keys, one of them
	price  float64  // median revenue in cents; 0: none
	chance float64  // per page view
}

// event is one that happened.
type event struct {
	name, props string
	amount      int64
}

func (e *event) currency() string {
	if e.amount == 0 {
		return ""
	}
	return "EUR"
}

// site is the catalogue of pages and sources.
type site struct {
	pages   []page
	byKind  [numKinds][]int32 // in pages
	popular [numKinds]urn     // over byKind
	sources []source
}

func newSite(o Options) *site {
	s := &site{}
	for _, p := range pagesOf(o) {
		s.byKind[p.kind] = append(s.byKind[p.kind], int32(len(s.pages)))
		p.page.Host = o.Domain
		s.pages = append(s.pages, p)
	}
	for k := range s.byKind {
		weights := make([]float64, len(s.byKind[k]))
		for rank := range weights {
			weights[rank] = 1 / (float64(rank) + 1.6) // Zipf's law, the head a little flatter
		}
		s.popular[k] = newUrn(weights...)
	}
	s.sources = sourcesOf(o)
	for i := range s.sources {
		x := &s.sources[i]
		origin, _ := enrich.Trace(o.Domain, x.query, x.referrer)
		x.origin = store.Origin(origin)
	}
	return s
}

// of draws a page of a kind.
func (s *site) of(k pageKind, d *dice) int32 { return s.byKind[k][s.popular[k].pick(d)] }

// entry draws the first page of a visit.
func (s *site) entry(src *source, d *dice) int32 { return s.of(pageKind(src.entries.pick(d)), d) }

// next draws the page that follows page.
func (s *site) next(page int32, d *dice) int32 {
	return s.of(pageKind(onward[s.pages[page].kind].pick(d)), d)
}

// sourcesOf returns the weights of the sources on a day.
func (s *site) sourcesOf(d day) urn {
	weights := make([]float64, len(s.sources))
	for i := range s.sources {
		x := &s.sources[i]
		if x.to == 0 || (d.place >= x.from && d.place < x.to) {
			weights[i] = x.weight
		}
		weights[i] += x.launch * d.launch
	}
	return newUrn(weights...)
}

// happen draws the properties and the revenue of e.
func (s *site) happen(e *happening, d *dice) *event {
	x := &event{name: e.name, props: e.props[d.below(len(e.props))]}
	if e.price > 0 {
		x.amount = int64(d.around(e.price, 0.55)/50)*50 + 50
	}
	return x
}
