package views

import (
	"fmt"
	"strconv"
	"strings"

	"sandprint/app/account"
	"sandprint/app/privacy"
)

// shorter are the times that get shorter.
func (w *Words) shorter(s privacy.Shortening) (list []presetChange) {
	differ := func(name string, from, to int) {
		if to < from {
			list = append(list, presetChange{w.T(name), w.monthsOf(from), w.monthsOf(to)})
		}
	}
	differ("Visitors are recognised", s.From.Keys, s.To.Keys)
	differ("Visits", s.From.Visits, s.To.Visits)
	differ("Totals of days", s.From.Totals, s.To.Totals)
	return list
}

// due says what shorter times take.
func (w *Words) due(s privacy.Shortening) (list []string) {
	d, n := s.Due, func(n int) string { return w.Exact(float64(n)) }
	if d.Visits > 0 {
		list = append(list, w.F("visits: %s, with %s page views, of %s", n(d.Visits), n(d.Views), w.daysOf(d.Days)))
	}
	if d.Keys > 0 {
		list = append(list, w.F("numbers that visitors are recognised by, one a day: %s", w.Exact(float64(d.Keys))))
	}
	if d.Totals > 0 {
		list = append(list, w.F("totals of %s", w.daysOf(d.Totals)))
	}
	return list
}

// dueInOne is due as one line.
func (w *Words) dueInOne(s privacy.Shortening) string { return strings.Join(w.due(s), "; ") }

// stays says what is left of visits that go; empty: nothing is.
func (w *Words) stays(s privacy.Shortening) string {
	if s.Due.Visits == 0 || s.To.Totals <= s.To.Visits {
		return ""
	}
	return w.F("Totals of their days stay for %s. Comparing and filtering need the visits themselves.", w.monthsOf(s.To.Totals))
}

// Told stands for the limits and how many sites they shorten: a form that has it has shown them.
func (p KeptPage) Told() string {
	l := p.Limits.OrDefault()
	return fmt.Sprintf("%d-%d-%d-%d", l.Keys, l.Visits, l.Totals, len(p.Shortened))
}

// monthsChoice is a field for a number of months.
type monthsChoice struct {
	name, label, hint, value string
	usual, most              int
	limited                  bool // most is the operator's limit
	cut                      int  // the months that hold in place of those chosen; 0: these do
}

// months are the fields of how long things are kept.
func (f SiteSettingsForm) months() []monthsChoice {
	limits, free := f.Limits.OrDefault(), account.Limits{}.OrDefault()
	choice := func(name, label, hint, value string, usual, most, limit int) monthsChoice {
		return monthsChoice{name: name, label: label, hint: hint, value: value, usual: min(usual, limit), most: min(most, limit), limited: limit < most}
	}
	list := []monthsChoice{
		choice("keep_keys", "Visitors are recognised", "After their last visit; then their key is deleted.", f.KeepKeys, 13, free.Keys, limits.Keys),
		choice("keep_visits", "Visits", "Older ones are added to totals of their days and deleted, with their visitors.", f.KeepVisits, 25, free.Visits, limits.Visits),
		choice("keep_totals", "Totals of days", "Visits, page views and events of a day, without visitors.", f.KeepTotals, 60, free.Totals, limits.Totals),
	}
	number := func(m monthsChoice) int {
		if n, err := strconv.Atoi(m.value); err == nil && n > 0 {
			return n
		}
		return m.usual
	}
	if visits := number(list[1]); visits < number(list[0]) {
		list[0].cut = visits
	}
	return list
}
