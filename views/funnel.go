package views

import (
	"math"
	"strings"

	"sandprint/app/report"
)

// Funnels is the page of a funnel.
type Funnels struct {
	Dashboard
	Saved       []SavedFunnel
	Name        string               // of the saved funnel that is shown; empty: one that the address spells out, or none
	Answer      report.FunnelAnswer  // without steps: no funnel is asked for
	Before      *report.FunnelAnswer // of the period that is compared with; nil without one
	Split       report.Dimension     // empty: not split
	Parts       []report.FunnelPart
	PartsHidden report.Hidden
	Done        string // said when a form led here
}

// SavedFunnel is a funnel of the site's settings.
type SavedFunnel struct {
	Name  string
	Steps []report.Step
}

// link returns the view of a saved funnel.
func (f Funnels) link(name string) View {
	return f.View.Under("/funnels", "funnel", name, "split", string(f.Split))
}

// split returns the view of the same funnel, split by a dimension.
func (f Funnels) split(by report.Dimension) View {
	var own []string
	for i := 0; i+1 < len(f.View.more); i += 2 {
		if f.View.more[i] != "split" {
			own = append(own, f.View.more[i], f.View.more[i+1])
		}
	}
	return f.View.Under("/funnels", append(own, "split", string(by))...)
}

// edit returns the view where this funnel is put together.
func (f Funnels) edit() View {
	if f.Name != "" {
		return f.View.Under("/funnels/edit", "funnel", f.Name)
	}
	return f.View.Under("/funnels/edit", without(f.View.more, "split", "funnel")...)
}

// without returns pairs of parameters without those of some names.
func without(pairs []string, names ...string) (list []string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		keep := true
		for _, name := range names {
			keep = keep && pairs[i] != name
		}
		if keep {
			list = append(list, pairs[i], pairs[i+1])
		}
	}
	return list
}

// last is the step that ends the funnel.
func (f Funnels) last() report.FunnelStep { return f.Answer.Steps[len(f.Answer.Steps)-1] }

// bar is a step as it is drawn: heights in percent of the first one's.
type bar struct {
	Kept, Next float64 // the visitors of this step, and of the next; Next is −1 for the last
	Before     float64 // of the step before
	Known      bool
}

// bars lays the steps out. What is not known has no height.
func (f Funnels) bars() []bar {
	first := f.Answer.Steps[0].Visitors
	height := func(i int) float64 {
		v := f.Answer.Steps[i].Visitors
		if !v.Known || !first.Known || first.Number == 0 {
			return 0
		}
		return math.Min(100, 100*v.Number/first.Number)
	}
	list := make([]bar, len(f.Answer.Steps))
	for i := range list {
		list[i] = bar{Kept: height(i), Next: -1, Before: height(max(0, i-1)), Known: f.Answer.Steps[i].Visitors.Known}
		if i+1 < len(list) {
			list[i].Next = height(i + 1)
		}
	}
	return list
}

// flow is the outline of what goes on from a step to the next.
func (b bar) flow() string {
	return "M64 " + unit(100-b.Kept) + "L100 " + unit(100-b.Next) + "V100H64Z"
}

// changed returns how the share of those who began and reached a step moved.
func (f Funnels) changed(i int) (string, Mood) {
	if f.Before == nil || i == 0 {
		return "", ""
	}
	return f.words().Change(report.ConversionRate, f.Answer.Steps[i].OfFirst, f.Before.Steps[i].OfFirst)
}

// dropped says how many went no further than the step before; "" where that is not known.
func (f Funnels) dropped(i int) string {
	s := f.Answer.Steps[i]
	if !s.Dropped.Known || !s.OfPrevious.Known {
		return ""
	}
	return f.words().F("%s left before (%s)", f.words().Exact(s.Dropped.Number), f.words().Percent(100-s.OfPrevious.Number, 0))
}

// keptBack says how much of an answer is kept back and why: one has a verb for the reason, many one for the number before it.
func (w *Words) keptBack(h report.Hidden, one, many string) string {
	if h.Rows == 1 {
		return w.F(one, w.Say(h.Reason))
	}
	return w.F(many, w.Exact(float64(h.Rows)), w.Say(h.Reason))
}

// Lasting writes a time between two steps, which may be days: 48s, 1m 05s, 2h 03m, 3.2 days.
func (w *Words) lasting(v report.Value) string {
	switch {
	case !v.Known:
		return none
	case v.Number >= 2*86400:
		return w.F("%s days", w.decimal(v.Number/86400, 1))
	}
	return w.Duration(v.Number)
}

// stepKinds name what a step can be.
var stepKinds = map[report.Dimension]string{"page": "Page", "event": "Event", "goal": "Goal", "source": "Source"}

// conditions writes what a step asks of the properties of its event, as a sentence part.
func (w *Words) conditions(s report.Step) string {
	var parts []string
	for _, f := range s.Where {
		parts = append(parts, strings.TrimPrefix(string(f.By), "prop:")+" "+w.T(opNames[f.Op])+" "+strings.Join(f.Values, " "+w.T("or")+" "))
	}
	return strings.Join(parts, ", ")
}

// windowText says within which time all steps have to be done.
func (f Funnels) windowText() string {
	text := f.words().T("Within one visit")
	if q := f.Answer.Funnel; q.Window > 0 {
		text = f.words().F("Within %s, over several visits", f.words().windowName(q.Values().Get("window")))
	}
	if f.Answer.Funnel.Strict {
		return text + " · " + f.words().T("nothing in between")
	}
	return text + " · " + f.words().T("anything may come in between")
}

// windows are the choices of the time that a funnel may take; "" is a visit.
var windows = []string{"", "30m", "1h", "12h", "1d", "7d", "30d", "90d"}

// windowName writes "30m", "7d" in words.
func (w *Words) windowName(window string) string {
	if window == "" || window == "visit" {
		return w.T("One visit")
	}
	n, unit := window[:len(window)-1], window[len(window)-1:]
	names := map[string][2]string{"m": {"%s minute", "%s minutes"}, "h": {"%s hour", "%s hours"}, "d": {"%s day", "%s days"}}[unit]
	switch {
	case names[0] == "":
		return window
	case n == "1":
		return w.F(names[0], n)
	}
	return w.F(names[1], n)
}

// splitNames name the dimensions that a funnel can be split by.
func (w *Words) splitName(by report.Dimension) string {
	if by == "visitor_type" {
		return w.T("New and returning")
	}
	return w.dimensionName(by)
}

// partLink filters by a part.
func (f Funnels) partLink(name string) View { return f.split("").only(f.Split, report.Is, name) }
