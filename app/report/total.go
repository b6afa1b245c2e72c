package report

import (
	"slices"
	"time"

	"sandprint/app/store"
)

// Of days whose visits are gone for their age the store still has totals (store.DayTotal). They are added to figures of all
// visits, in all or by day, week or month, so that a long period doesn't end where visits do. Whatever would need the
// visits themselves, visitors first of all, is then not known. Answers by anything else, and with filters, are of the
// visits that are left.

// resolve is resolveAll for questions that totals are added to: "all" begins with the first day that is known of.
func resolve(p Period, snap *store.Snapshot) (Period, error) {
	all := p.From.IsZero()
	p, err := resolveAll(p, snap)
	if totals := snap.Totals(); err == nil && all && len(totals) > 0 {
		if first := startOf(totals[0], p.To.Location()); first.Before(p.From) {
			p.From = first
		}
	}
	return p, err
}

// startOf returns the midnight that the day of a total begins with in zone.
func startOf(t store.DayTotal, zone *time.Location) time.Time {
	y, m, d := time.Unix(int64(t.Day)*86400, 0).UTC().Date()
	return midnight(y, m, d, zone)
}

// addTotals adds the totals of days to what was counted, where that can be.
func (a *asked) addTotals(totals []store.DayTotal) {
	if len(a.q.Filters)+len(a.q.Except) > 0 || !slices.Contains([]Dimension{"", "day", "week", "month"}, a.q.By) {
		return
	}
	for _, h := range a.halves {
		h.addTotals(totals, a.q.Period.To.Location())
	}
}

func (h *half) addTotals(totals []store.DayTotal, zone *time.Location) {
	added := false
	for _, d := range totals {
		start := startOf(d, zone).Unix()
		if !slices.ContainsFunc(h.total.sel.spans, func(s span) bool { return s.from <= start && start < s.to }) {
			continue
		}
		if !added { // other questions have the same tallies
			added = true
			h.totals = h.totals.copy()
			if h.part != nil {
				h.rows = h.rows.copy()
			}
		}
		h.totals.addDay(0, d)
		if h.part != nil {
			row, _ := h.part.rowAt(start, 0)
			h.rows.addDay(row, d)
		}
	}
}

// copy returns a tally whose figures that addDay changes are its own.
func (t *tally) copy() *tally {
	c := *t
	for _, figure := range []*[]int64{&c.visits, &c.views, &c.events, &c.bounces, &c.duration} {
		*figure = slices.Clone(*figure)
	}
	c.dropped = make([]bool, len(c.visits))
	return &c
}

// addDay adds a day whose visits are gone to a row.
func (t *tally) addDay(row int32, d store.DayTotal) {
	for _, add := range []struct {
		figure []int64
		n      int64
	}{{t.visits, d.Visits}, {t.views, d.Views}, {t.events, d.Events}, {t.bounces, d.Bounces}, {t.duration, d.Duration}} {
		if add.figure != nil { // not asked for otherwise
			add.figure[row] += add.n
		}
	}
	t.dropped[row] = true
}

// knows reports whether a metric of a row is known: of a row with days whose visits are gone, what totals tell.
func (t *tally) knows(m Metric, row int32) bool {
	if t.dropped == nil || row == noRow || !t.dropped[row] {
		return true
	}
	switch m {
	case Visits, Pageviews, EventCount, ViewsPerVisit, BounceRate, VisitDuration:
		return true
	}
	return false
}
