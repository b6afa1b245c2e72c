package report

import (
	"cmp"
	"context"
	"slices"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Splits are the dimensions that a funnel can be split by: those of a visit that have few values worth comparing.
var Splits = []Dimension{"device", "channel", "source", "country", "browser", "os", "language", "visitor_type", "utm_campaign", "entry_page"}

// FunnelPart is a funnel of the visits with one value of a dimension.
type FunnelPart struct {
	Name string // the value
	FunnelAnswer
}

// SplitFunnel answers a funnel for each of the commonest values of a dimension beside whole, its answer for all of them.
// Values of fewer visitors than the site's smallest group have no part, and of the others the steps are kept back whose
// rest, what whole has more than the parts together, would tell of a smaller one. Hidden counts both. It fails as
// RunFunnel does, and with a 400 for a dimension that is not one of Splits.
func SplitFunnel(ctx context.Context, site store.Reader, whole FunnelAnswer, by Dimension, most int) (parts []FunnelPart, hidden Hidden, err error) {
	if !slices.Contains(Splits, by) {
		return nil, Hidden{}, problem.BadField("split", "bad_dimension", "A funnel can't be split by "+quoted(string(by))+".").
			WithHint("Use one of " + joinDimensions(Splits) + ".")
	}
	q := whole.Funnel
	rows, err := Run(ctx, site, Query{Period: q.Period, Filters: q.Filters, By: by, Metrics: []Metric{Visitors}, Limit: most, Now: q.Now})
	if err != nil {
		return nil, Hidden{}, err
	}
	floor := siteFloor(site.Info())
	for _, row := range rows.Rows {
		if row.Name == Other {
			continue
		}
		if row.Values[0].Number < float64(floor) {
			hidden.Rows++
			continue
		}
		q.Filters = append(slices.Clone(whole.Funnel.Filters), Filter{By: by, Op: Is, Values: []string{row.Name}})
		a, err := RunFunnel(ctx, site, q)
		if err != nil {
			return nil, Hidden{}, err
		}
		parts, hidden.Rows = append(parts, FunnelPart{row.Name, a}), hidden.Rows+a.Hidden.Rows
	}
	hidden.Rows += keepRest(whole, parts, floor)
	if hidden.Rows > 0 {
		hidden.Reason = floorReason(floor)
	}
	return parts, hidden, nil
}

// keepRest keeps steps of parts back until no rest is a group under the floor. It returns how many.
func keepRest(whole FunnelAnswer, parts []FunnelPart, floor int) (hidden int) {
	for k, step := range whole.Steps {
		if !step.Visitors.Known {
			continue
		}
		for {
			rest, least := step.Visitors.Number, -1
			for i, p := range parts {
				if v := p.Steps[k].Visitors; v.Known {
					rest -= v.Number
					if v.Number > 0 && (least < 0 || cmp.Compare(v.Number, parts[least].Steps[k].Visitors.Number) < 0) {
						least = i
					}
				}
			}
			if rest <= 0 || rest >= float64(floor) || least < 0 {
				break
			}
			for i := k; i < len(whole.Steps); i++ { // later steps would tell by what they dropped
				if s := &parts[least].Steps[i]; s.Visitors.Known {
					*s, hidden = FunnelStep{Step: s.Step}, hidden+1
				}
			}
		}
	}
	return hidden
}

func joinDimensions(list []Dimension) string {
	text := ""
	for i, d := range list {
		switch {
		case i > 0 && i == len(list)-1:
			text += " or "
		case i > 0:
			text += ", "
		}
		text += string(d)
	}
	return text
}
