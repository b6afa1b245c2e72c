package report_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"sandprint/app/report"
)

// TestSplitFunnelOracle splits funnels of random sites: what a part shows is what the funnel with its filter shows, and nothing
// can be told by taking the parts from the whole that is of a group under the floor.
func TestSplitFunnelOracle(t *testing.T) {
	shown, kept := 0, 0
	journeySites(t, 30, func(t *testing.T, r *rand.Rand, s journeySite) {
		for range 4 {
			q := report.Funnel{Filters: s.someFilters(r), Steps: []report.Step{someStep(r), someStep(r)}}
			q.Period, q.Now = s.somePeriod(r)
			whole, err := report.RunFunnel(t.Context(), s, q)
			if err != nil {
				t.Fatal(err)
			}
			by := pick(r, report.Splits...)
			parts, hidden, err := report.SplitFunnel(t.Context(), s, whole, by, 1+r.IntN(6))
			if err != nil {
				t.Fatal(err)
			}
			floor := s.info.Settings.Floor
			for _, p := range parts {
				alone := q
				alone.Filters = append(slices.Clone(q.Filters), report.Filter{By: by, Op: report.Is, Values: []string{p.Name}})
				want, err := report.RunFunnel(t.Context(), s, alone)
				if err != nil {
					t.Fatal(err)
				}
				if p.Visitors < floor || p.Visitors != want.Visitors {
					t.Errorf("%s by %s: %s has %d visitors, want %d and at least %d", q.Values(), by, p.Name, p.Visitors, want.Visitors, floor)
				}
				for k, step := range p.Steps {
					if step.Visitors.Known && step.Visitors != want.Steps[k].Visitors {
						t.Errorf("%s by %s: step %d of %s is %v, want %v", q.Values(), by, k, p.Name, step.Visitors, want.Steps[k].Visitors)
					}
				}
			}
			for k, step := range whole.Steps {
				rest, any := step.Visitors.Number, false
				for _, p := range parts {
					if v := p.Steps[k].Visitors; v.Known && v.Number > 0 {
						rest, any, shown = rest-v.Number, true, shown+1
					}
				}
				if step.Visitors.Known && any && rest > 0 && rest < float64(floor) {
					t.Errorf("%s by %s: step %d leaves a rest of %v, under the floor of %d", q.Values(), by, k, rest, floor)
				}
			}
			kept += hidden.Rows
			if (hidden.Rows > 0) != (hidden.Reason != "") {
				t.Errorf("hidden without a reason: %+v", hidden)
			}
		}
	})
	if shown < 20 || kept < 20 {
		t.Errorf("the test shows little: %d figures shown, %d kept back", shown, kept)
	}
}

func TestSplitFunnelBy(t *testing.T) {
	_, _, err := report.SplitFunnel(t.Context(), site{}, report.FunnelAnswer{}, "city", 5)
	if fieldOf(err) != "split" {
		t.Errorf("splitting by city says %v", err)
	}
}
