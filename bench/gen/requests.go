package gen

import (
	"iter"
	"strconv"
	"time"

	"sandprint/app/store"
)

// Request is one hit as a browser would send it.
type Request struct {
	At        time.Time
	Body      []byte // for POST /e; valid until the next one
	UserAgent string
	Country   string // ISO code of where it comes from
	Visitor   uint64 // number of the visitor: the same one has the same address
}

// Requests yields the visits that start from From on as requests, in order of time.
func (g *Generator) Requests() iter.Seq[Request] {
	return func(yield func(Request) bool) {
		var body []byte
		for day := range g.marks() {
			for i := range day {
				m := &day[i]
				if m.visit.start < g.o.From.Unix() {
					continue
				}
				body = g.appendBody(body[:0], m)
				r := Request{At: time.Unix(m.at, 0), Body: body, UserAgent: m.visit.person.agent.text,
					Country: m.visit.person.place.place.Country, Visitor: m.visit.key}
				if !yield(r) {
					return
				}
			}
		}
	}
}

// appendBody appends m as the body of a request.
func (g *Generator) appendBody(b []byte, m *mark) []byte {
	v := m.visit
	b = append(append(append(b, `{"s":"`...), g.o.Domain...), `","k":"load"`...)
	if v.lasting {
		born := v.start / 86400
		if v.kind == store.ReturningVisitor {
			born -= 1 + int64(v.key%300)
		}
		id := viewID(v.key) + viewID(v.key + 1)[:8] // 20 characters
		b = append(append(append(b, `,"v":"`...), id...), '.')
		b = append(strconv.AppendInt(b, born, 10), '"')
	}
	return append(g.appendHit(b, m), '}')
}
