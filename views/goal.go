package views

import (
	"slices"

	"sandprint/app/account"
	"sandprint/app/report"
)

// GoalMetrics are the figures of a goal, in the order of the page's columns.
var GoalMetrics = []report.Metric{report.Conversions, report.Visitors, report.ConversionRate, report.Revenue}

// Goals is the page of goals.
type Goals struct {
	Dashboard
	Set    []account.Goal  // in the settings; none: each event is a goal
	Answer report.Answer   // by goal, of GoalMetrics
	Lines  []report.Answer // conversions over time of the first rows but "(other)", in their order
}

// goalRow is a goal as it is listed.
type goalRow struct {
	report.Row
	Is    *account.Goal  // how it is set; nil: an event under its own name, or "(other)"
	Line  *report.Answer // over time; nil: not asked for
	Blank bool           // nothing is known of it
}

// rows returns the goals that were reached, and those of the settings that were not.
func (g Goals) rows() (list []goalRow) {
	lines := g.Lines
	for _, r := range g.Answer.Rows {
		row := goalRow{Row: r, Is: g.is(r.Name)}
		if r.Name != report.Other && len(lines) > 0 {
			row.Line, lines = &lines[0], lines[1:]
		}
		list = append(list, row)
	}
	if g.Answer.TotalRows > len(g.Answer.Rows) {
		return list
	}
	for i, goal := range g.Set {
		if slices.ContainsFunc(list, func(r goalRow) bool { return r.Name == goal.Name }) || g.filteredOut(goal.Name) {
			continue
		}
		row := goalRow{Row: report.Row{Name: goal.Name, Values: make([]report.Value, len(GoalMetrics))}, Is: &g.Set[i], Blank: true}
		if g.Answer.Hidden.Rows == 0 { // else it may be among the small ones
			row.Values[0].Known, row.Values[1].Known, row.Values[2].Known = true, true, g.Answer.Totals[2].Known
		}
		list = append(list, row)
	}
	return list
}

// filteredOut reports whether the page is about other goals.
func (g Goals) filteredOut(name string) bool {
	return slices.ContainsFunc(g.View.Filters, func(f report.Filter) bool {
		return f.By == "goal" && (f.Op != report.Is || !slices.Contains(f.Values, name))
	})
}

// is returns how a goal is set.
func (g Goals) is(name string) *account.Goal {
	for i := range g.Set {
		if g.Set[i].Name == name {
			return &g.Set[i]
		}
	}
	return nil
}

// earns reports whether any goal has revenue.
func (g Goals) earns() bool { return g.Answer.Totals[3].Known && g.Answer.Totals[3].Number != 0 }

// blanks reports whether a line over time has gaps, where groups are too small.
func (g Goals) blanks() bool {
	return slices.ContainsFunc(g.Lines, func(a report.Answer) bool { return a.Hidden.Rows > 0 })
}

// filter returns the dashboard filtered by a goal.
func (g Goals) filter(name string) View { return g.View.home().only("goal", report.Is, name) }

// goalLine is a line over time in the room of a word: bars in units of 100 × 24.
type goalLine struct {
	Bars []lineBar
	Text string
}

type lineBar struct{ X, Y, Width, High float64 }

// drawLine lays a line out. What is not known is left blank.
func (g Goals) drawLine(a report.Answer) goalLine {
	high, n := 0.0, 0
	for i, r := range a.Rows {
		high = max(high, r.Values[0].Number)
		if !future(a.Query, r) {
			n = i + 1
		}
	}
	s := goalLine{Text: g.words().F("Conversions by %s", g.words().T(intervalNames[a.Query.By]))}
	wide := 100 / float64(max(n, 1))
	for i, r := range a.Rows[:n] {
		if v := r.Values[0]; v.Known && high > 0 {
			tall := max(24*v.Number/high, 1)
			s.Bars = append(s.Bars, lineBar{X: float64(i) * wide, Y: 24 - tall, Width: max(wide-min(1, wide/4), 0.5), High: tall})
		}
	}
	return s
}

// goalText says in words what reaches a goal.
func (w *Words) goalText(g account.Goal) string {
	if g.Event != "" {
		text := w.F("Event %s", g.Event)
		var filters []report.Filter
		for _, p := range g.Props {
			if f, err := report.ParseFilter("prop:" + p); err == nil {
				filters = append(filters, f)
			}
		}
		if where := w.conditions(report.Step{Where: filters}); where != "" {
			text += ", " + where
		}
		return text
	}
	text := w.F("Page %s", g.Page)
	if g.Scroll > 0 {
		text += ", " + w.F("%d percent of it seen", g.Scroll)
	}
	if g.Engaged > 0 {
		text += ", " + w.F("%d seconds spent on it", g.Engaged)
	}
	return text
}

// GoalForm is the page where goals are set.
type GoalForm struct {
	Dashboard
	Kind            string // "page" or "event"; empty: the list of goals
	Name, Old       string // Old is the name that it has; empty: it is new
	Event           string
	Where           []Condition
	Path            string
	Scroll, Engaged string
	Hint            string // kind of the preset that it was begun with, for what is said about it
	Set             []account.Goal
	Lately          report.Answer // by goal, of GoalMetrics: the last 30 days; of the list, or of the form's goal
	Known           Known
	NoLinks         bool // clicks on links and downloads are not counted on the site
	NoForms         bool // forms are not
	Done            string
	Wrong           Wrong
}

// preset is a goal to begin with.
type preset struct {
	kind, name, text string
	form             GoalForm
}

var presets = []preset{
	{"page", "A page is opened", "A thank-you page, say, or everything under /shop.", GoalForm{Kind: "page"}},
	{"read", "A page is read", "Seen down to a percent of it, or open for some seconds.", GoalForm{Kind: "page", Scroll: "75", Engaged: "30"}},
	{"event", "An event is sent", "By the page, with sandprint('event', …); it may have properties.", GoalForm{Kind: "event"}},
	{"outbound", "A link to another site is followed", "Counted by the tracker by itself.",
		GoalForm{Kind: "event", Name: "Outbound link", Event: "Outbound Link: Click", Where: []Condition{{"url", "contains", ""}}}},
	{"download", "A file is downloaded", "PDF, ZIP and the like, counted by the tracker by itself.",
		GoalForm{Kind: "event", Name: "Download", Event: "File Download", Where: []Condition{{"url", "contains", ""}}}},
	{"form", "A form is sent", "Which page it was on; never what was written.",
		GoalForm{Kind: "event", Name: "Form sent", Event: "Form: Submission", Where: []Condition{{"path", "matches", ""}}}},
	{"missing", "A page is not found", "Your page for errors sends it.", GoalForm{Kind: "event", Name: "Page not found", Event: "404"}},
}

// NewGoalForm returns the form to begin a goal of a kind with: page, read, event, outbound, download, form or missing.
// Its name is in the reader's language.
func NewGoalForm(kind string, w *Words) (GoalForm, bool) {
	for _, p := range presets {
		if p.kind == kind {
			form := p.form
			form.Hint, form.Name, form.Where = kind, w.T(form.Name), slices.Clone(form.Where)
			return form, true
		}
	}
	return GoalForm{}, false
}

// hint says what has to be so for the goal to be reached; "" for nothing.
func (f GoalForm) hint() string {
	switch {
	case f.Event == "404":
		return f.words().T("A page that isn't there has to say so. Put this into your page for errors: <script>sandprint('event', '404')</script>")
	case f.NoForms && f.Event == "Form: Submission":
		return f.words().T("This site does not count forms yet: switch it on in its settings.")
	case f.NoLinks && (f.Event == "Outbound Link: Click" || f.Event == "File Download"):
		return f.words().T("This site does not count links and downloads: switch it on in its settings.")
	}
	return ""
}

// title says what the form is about.
func (f GoalForm) title() string {
	if f.Old != "" {
		return f.words().F("Goal “%s”", f.Old)
	}
	for _, p := range presets {
		if p.kind == f.Hint {
			return f.words().F("New goal: %s", f.words().T(p.name))
		}
	}
	return f.words().T("New goal")
}

// lately says how often a goal was reached in the last 30 days.
func (f GoalForm) lately(name string) string {
	w := f.words()
	for _, r := range f.Lately.Rows {
		if r.Name == name && r.Values[0].Number > 0 {
			text := w.conversions(r.Values[0].Number, r.Values[1].Number)
			if r.Values[2].Known {
				text += ", " + w.F("%s of all", w.Figure(report.ConversionRate, r.Values[2]))
			}
			if v := r.Values[3]; v.Known && v.Number != 0 {
				text += ", " + w.FullFigure(report.Revenue, v)
			}
			return text
		}
	}
	return w.T("no conversion")
}

// conversions says how many there were and by how many visitors.
func (w *Words) conversions(n, visitors float64) string {
	switch {
	case n == 1:
		return w.T("1 conversion by 1 visitor")
	case visitors == 1:
		return w.F("%s conversions by 1 visitor", w.Exact(n))
	}
	return w.F("%s conversions by %s visitors", w.Exact(n), w.Exact(visitors))
}

// previewed reports whether the form's goal was asked for.
func (f GoalForm) previewed() bool { return len(f.Lately.Totals) > 0 }

// edit returns the form of a goal.
func (f GoalForm) edit(name string) View { return f.View.Under("/goals/edit", "goal", name) }
