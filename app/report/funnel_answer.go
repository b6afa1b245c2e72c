package report

import (
	"io"
	"time"

	"sandprint/app/store"
)

// answer makes the answer of what was counted.
func (t *funnelTally) answer(info store.SiteInfo) FunnelAnswer {
	a := FunnelAnswer{Site: info.Domain, Funnel: *t.q, Visits: t.visits, Visitors: t.visitors.count(), Read: t.read}
	reached := make([]int, len(t.by))
	for k := range t.by {
		reached[k] = t.by[k].visitors.count()
	}
	floor := siteFloor(info)
	shown := nested(floor, a.Visitors, reached)
	for k, n := range reached {
		step := FunnelStep{Step: t.q.Steps[k]}
		if !shown[k] {
			a.Hidden = Hidden{Rows: a.Hidden.Rows + 1, Reason: floorReason(floor)}
			a.Steps = append(a.Steps, step)
			continue
		}
		step.Visitors, step.Visits, step.Median = known(n), known(t.by[k].visits), t.by[k].times.median()
		if shown[0] {
			step.OfFirst = share(n, reached[0])
		}
		switch {
		case k == 0:
			step.Dropped, step.OfPrevious = known(a.Visitors-n), share(n, a.Visitors)
		case shown[k-1]:
			step.Dropped, step.OfPrevious = known(reached[k-1]-n), share(n, reached[k-1])
		}
		a.Steps = append(a.Steps, step)
	}
	return a
}

// known is a figure that is known.
func known(n int) Value { return Value{Number: float64(n), Known: true} }

// share is n of all in percent; not known of nothing.
func share(n, all int) Value {
	if all == 0 {
		return Value{}
	}
	return Value{Number: 100 * float64(n) / float64(all), Known: true}
}

// WriteJSON writes the answer as docs/api.md has it, and a line's end.
func (a FunnelAnswer) WriteJSON(w io.Writer) error {
	steps := make([]object, len(a.Steps))
	for i, s := range a.Steps {
		steps[i] = object{{"step", s.Step.String()}, {"visitors", figure(Visitors, s.Visitors)}, {"visits", figure(Visits, s.Visits)},
			{"dropped", figure(Visitors, s.Dropped)}, {"of_first", figure(ConversionRate, s.OfFirst)},
			{"of_previous", figure(ConversionRate, s.OfPrevious)}, {"median_seconds", figure(VisitDuration, s.Median)}}
	}
	order := "sequential"
	if a.Funnel.Strict {
		order = "strict"
	}
	return writeJourney(w, object{{"site", a.Site}, {"period", periodJSON(a.Funnel.Period)}, {"window", windowText(a.Funnel.Window)},
		{"order", order}, {"visitors", a.Visitors}, {"visits", a.Visits}, {"steps", steps}}, a.Hidden, a.Damaged)
}

// writeJourney writes o, what the floor hides, which days are left out, and a line's end.
func writeJourney(w io.Writer, o object, hidden Hidden, damaged []time.Time) error {
	if hidden.Rows > 0 {
		o = append(o, pair{"hidden", object{{"rows", hidden.Rows}, {"reason", hidden.Reason}}})
	}
	if len(damaged) > 0 {
		o = append(o, pair{"damaged", Answer{Damaged: damaged}.DamagedDays()})
	}
	b, err := plainJSON(o)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}
