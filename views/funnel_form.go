package views

import (
	"strings"

	"sandprint/app/report"
)

// FunnelForm is the page where a funnel is put together.
type FunnelForm struct {
	Dashboard
	Name, Old string // Old is the name that it is saved under; empty: not yet
	Steps     []StepForm
	Window    string // "30m", "7d"; empty or "visit": within a visit
	Strict    bool
	Known     Known
	Wrong     Wrong
}

// StepForm is a step as a form has it.
type StepForm struct {
	By    report.Dimension
	Name  string
	Where []Condition
}

// Condition is one on a property of an event, as a form has it. Several values stand between commas.
type Condition struct{ Name, Op, Value string }

// Known are suggestions for what can be asked for.
type Known struct{ Pages, Events, Goals, Sources []string }

// StepFormOf fills a form with a step.
func StepFormOf(s report.Step) StepForm {
	return StepForm{s.By, s.Name, ConditionsOf(s.Where)}
}

// ConditionsOf fills forms with filters on properties.
func ConditionsOf(filters []report.Filter) (list []Condition) {
	for _, f := range filters {
		values, sep := make([]string, len(f.Values)), ", "
		for i, v := range f.Values {
			if values[i] = valuePlain.Replace(v); values[i] != v {
				sep = "," // with a backslash in it the text is taken as it is
			}
		}
		list = append(list, Condition{strings.TrimPrefix(string(f.By), "prop:"), string(f.Op), strings.Join(values, sep)})
	}
	return list
}

var valuePlain = strings.NewReplacer(`\`, `\\`, ",", `\,`)

// windows returns the choices of the time, that of the form among them.
func (f FunnelForm) windows() []string {
	for _, w := range windows {
		if w == f.Window {
			return windows
		}
	}
	if f.Window == "visit" {
		return windows
	}
	return append([]string{f.Window}, windows...)
}

// title says what the form is about.
func (f FunnelForm) title() string {
	switch {
	case f.Old != "":
		return f.words().F("Funnel “%s”", f.Old)
	}
	return f.words().T("New funnel")
}

// stepHints say what to write for a kind of step.
var stepHints = map[report.Dimension]string{
	"page": "A path as reports have it: /shop and /shop/ are two. Or a pattern: * stays within a level, ** crosses levels.", "event": "The event's name.", "goal": "The goal's name.",
}

// placeholders are examples of what to write for a kind of step.
var placeholders = map[report.Dimension]string{"page": "/shop/**", "event": "Order placed", "goal": "", "source": "Google"}
