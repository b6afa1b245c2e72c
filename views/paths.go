package views

import (
	"cmp"
	"slices"

	"sandprint/app/report"
)

// Paths is the page of journeys.
type Paths struct {
	Dashboard
	Answer report.PathsAnswer // From is empty where there is nothing to begin with
	Before report.Value       // visits with the moment in the period that is compared with; not Known without one
	Known  Known
}

// from is the moment that the journeys are about.
func (p Paths) from() report.Step { return p.Answer.Paths.From }

// start returns the view of the journeys from another moment.
func (p Paths) start(by report.Dimension, name string) View {
	return p.View.Under("/journeys", "start", report.Step{By: by, Name: name}.String(), "depth", p.View.own("depth"))
}

// The flow picture is measured in CSS pixels, so that its labels stay readable: it scrolls in its box where it is wider.
const (
	flowGo     = 64  // between two columns: what goes from one to the next
	flowCard   = 196 // width of a node with its label, which nothing crosses
	flowHigh   = 330 // of the moment's node
	flowNode   = 9   // width of a node's bar
	flowLine   = 34  // height of a node's label, two lines
	flowLabel  = 23  // characters that fit in a label, a wide one counted as two
	flowGap    = 8   // between nodes
	flowColumn = 9   // nodes in a column, "(other)" and the ends not counted
)

// flow is one side of the journeys as a picture: columns of nodes, and what goes from one to the next.
type flow struct {
	Wide, High float64
	Nodes      []flowBox
	Links      []flowLink
}

// flowBox is a node: a page at so many steps from the moment.
type flowBox struct {
	X, Y, High  float64 // of its bar, whose height is its visits
	CardX, Card float64 // left edge and height of the card that holds bar and label
	LabelX      float64
	Name, Label string // Label is the name as people read it, cut to its room; Title is all of it
	Title       string
	Count       string
	Kind        string // class: page, end or other; "moment" for the first
	Link        string
	visits      int
	level       int
	out, in     float64 // how much of its height links have taken
}

// flowLink is what goes from a node to another, as an outline.
type flowLink struct {
	Path, Text string
	from, to   int
	visits     int
}

// drawFlow lays out one side: pages with the same name at the same distance are one node. The side before the moment is
// drawn leftwards.
func (p Paths) drawFlow(branches []report.Branch, before bool) flow {
	g := gather(branches, int(p.Answer.Visits.Number))
	w := p.words()
	scale := flowHigh / max(p.Answer.Visits.Number, 1)
	deepest, high := 0, 0.0
	y := map[int]float64{}
	for i := range g.nodes {
		n := &g.nodes[i]
		n.High = max(float64(n.visits)*scale, 2)
		n.Y = y[n.level]
		n.Card = max(n.High, flowLine)
		y[n.level] += n.Card + flowGap
		deepest, high = max(deepest, n.level), max(high, y[n.level])
	}
	right := func(level int) float64 { return float64(level)*(flowGo+flowCard) + flowNode } // where a column ends
	f := flow{Wide: right(deepest), High: high, Nodes: g.nodes}
	place := func(x, wide float64) float64 {
		if before {
			return f.Wide - x - wide
		}
		return x
	}
	for _, l := range g.links {
		from, to := &f.Nodes[l.from], &f.Nodes[l.to]
		thick := float64(l.visits) * scale
		x1, x2 := right(from.level), right(to.level)-flowCard
		l.Path = ribbon(place(x1, 0), place(x2, 0), from.Y+from.out, to.Y+to.in, thick)
		l.Text = w.F("%s visits: %s, then %s", w.Exact(float64(l.visits)), p.placeName(*from), p.placeName(*to))
		if before {
			l.Text = w.F("%s visits: %s, then %s", w.Exact(float64(l.visits)), p.placeName(*to), p.placeName(*from))
		}
		from.out, to.in = from.out+thick, to.in+thick
		f.Links = append(f.Links, l)
	}
	for i := range f.Nodes {
		n := &f.Nodes[i]
		x := right(n.level) - flowCard
		if n.level == 0 {
			x = 0
		}
		n.X, n.CardX, n.LabelX = place(x, flowNode), place(x, flowCard), place(x+flowNode+6, 0)
		n.Title = p.placeName(*n)
		n.Label = cut(n.Title, flowLabel)
		n.Count = w.Exact(float64(n.visits)) + " · " + w.share(100*float64(n.visits)/max(p.Answer.Visits.Number, 1))
		if n.Kind == "page" {
			n.Link = p.start("page", n.Name).URL()
		}
	}
	return f
}

// placeName names a node as people read it.
func (p Paths) placeName(n flowBox) string {
	if n.Kind == "moment" {
		return p.momentName()
	}
	return p.words().pathName(n.Name)
}

// momentName names the moment.
func (p Paths) momentName() string {
	if p.from().By == "source" {
		return p.words().valueName("source", p.from().Name)
	}
	return p.from().Name
}

// pathName names a page of a path, or an end of it.
func (w *Words) pathName(name string) string {
	switch name {
	case report.Entry:
		return w.T("Visit begins")
	case report.Exit:
		return w.T("Visit ends")
	case report.Other:
		return w.T("(other)")
	}
	return name
}

// gathered are the nodes of a flow, column by column in the order from top to bottom, and the links between them.
type gathered struct {
	nodes []flowBox
	links []flowLink
}

// gather makes nodes of branches: those of one name at one level are one, and of many the rest is "(other)".
func gather(branches []report.Branch, visits int) gathered {
	g := gathered{nodes: []flowBox{{Kind: "moment", visits: visits}}}
	type parent struct {
		node     int
		branches []report.Branch
	}
	level := []parent{{0, branches}}
	for depth := 1; len(level) > 0; depth++ {
		sum := map[string]int{}
		for _, p := range level {
			for _, b := range p.branches {
				sum[b.Name] += b.Visits
			}
		}
		at := g.column(sum, depth)
		kids := make([][]report.Branch, len(g.nodes))
		for _, p := range level {
			links := map[int]int{}
			for _, b := range p.branches {
				links[at[b.Name]] += b.Visits
				kids[at[b.Name]] = append(kids[at[b.Name]], b.Branches...)
			}
			for to, n := range links {
				g.links = append(g.links, flowLink{from: p.node, to: to, visits: n})
			}
		}
		level = nil
		for node, list := range kids {
			if len(list) > 0 {
				level = append(level, parent{node, list})
			}
		}
	}
	slices.SortFunc(g.links, func(a, b flowLink) int { return cmp.Or(a.from-b.from, a.to-b.to) })
	return g
}

// column adds the nodes of a level and returns which one stands for a name.
func (g *gathered) column(sum map[string]int, level int) map[string]int {
	names := make([]string, 0, len(sum))
	for name := range sum {
		names = append(names, name)
	}
	rank := func(name string) int { return map[string]int{report.Other: 1, report.Entry: 2, report.Exit: 2}[name] }
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(rank(a)-rank(b), sum[b]-sum[a], cmp.Compare(a, b))
	})
	at, other := map[string]int{}, -1
	add := func(name, kind string) int {
		g.nodes = append(g.nodes, flowBox{Name: name, Kind: kind, level: level})
		return len(g.nodes) - 1
	}
	for i, name := range names {
		switch {
		case rank(name) == 2:
			at[name] = add(name, "end")
		case rank(name) == 1 || i >= flowColumn:
			if other < 0 {
				other = add(report.Other, "other")
			}
			at[name] = other
		default:
			at[name] = add(name, "page")
		}
		g.nodes[at[name]].visits += sum[name]
	}
	return at
}

// ribbon is the outline of a link between two heights, so thick.
func ribbon(x1, x2, y1, y2, thick float64) string {
	mid := (x1 + x2) / 2
	return "M" + unit(x1) + " " + unit(y1) + "C" + unit(mid) + " " + unit(y1) + " " + unit(mid) + " " + unit(y2) + " " + unit(x2) + " " + unit(y2) +
		"v" + unit(thick) + "C" + unit(mid) + " " + unit(y2+thick) + " " + unit(mid) + " " + unit(y1+thick) + " " + unit(x1) + " " + unit(y1+thick) + "Z"
}

// cut shortens a name in its middle to the room of n characters.
func cut(name string, n int) string {
	r := []rune(name)
	if room(r) <= n {
		return name
	}
	head, tail := 0, len(r)
	for room(r[:head+1]) <= n*2/5 {
		head++
	}
	for room(r[:head])+1+room(r[tail-1:]) <= n {
		tail--
	}
	return string(r[:head]) + "…" + string(r[tail:])
}

// room returns how many characters of a label a text takes: those of Hangul, of Chinese and what comes after them, emoji
// among it, are drawn as wide as two.
func room(text []rune) (n int) {
	for _, c := range text {
		n++
		if c >= 0x1100 && !(c >= 0x2000 && c < 0x2e80) && c < 0xfe20 || c >= 0xff00 {
			n++
		}
	}
	return n
}

// pathRow is a branch in the table, with how deep it is in.
type pathRow struct {
	report.Branch
	Level int
}

// table lists all branches, each below the one it grows from.
func table(branches []report.Branch, level int) (rows []pathRow) {
	for _, b := range branches {
		rows = append(rows, pathRow{b, level})
		rows = append(rows, table(b.Branches, level+1)...)
	}
	return rows
}
