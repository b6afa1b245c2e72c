package views

import (
	"testing"

	"sandprint/app/report"
)

// Where small groups are kept together, it isn't known how many had a cookie: nothing is said of it, and nothing untrue.
func TestTheEffectIsNotGuessed(t *testing.T) {
	row := func(name string, visits float64) report.Row {
		return report.Row{Name: name, Values: []report.Value{{Number: visits}}}
	}
	life := report.Answer{Rows: []report.Row{row(report.ForgetsSoon, 3), row(report.Remembers, 7)}}
	whole := report.Answer{Rows: []report.Row{row("new", 6), row("returning", 2), row("", 2)}}
	if e := EffectOf(life, whole); e != (Effect{Visits: 10, Forgetful: 3, Cookie: 8}) {
		t.Errorf("the effect is %+v", e)
	}
	for what, answers := range map[string][2]report.Answer{
		"new and returning are together": {life, {Rows: []report.Row{row("(other)", 2)}, Hidden: report.Hidden{Rows: 2}}},
		"what a cookie lives is":         {{Rows: []report.Row{row("(other)", 2)}, Hidden: report.Hidden{Rows: 2}}, whole},
	} {
		if e := EffectOf(answers[0], answers[1]); e != (Effect{}) {
			t.Errorf("%s: the effect is %+v", what, e)
		}
	}
}
