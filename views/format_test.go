package views_test

import (
	"testing"

	"sandprint/app/report"
	"sandprint/views"
)

func TestFigures(t *testing.T) {
	known := func(n float64) report.Value { return report.Value{Number: n, Known: true} }
	euro := func(n float64) report.Value { return report.Value{Number: n, Known: true, Currency: "EUR"} }
	for _, row := range []struct {
		metric      report.Metric
		value       report.Value
		short, full string
		why         string
	}{
		{report.Visitors, known(0), "0", "0", "nothing is a figure too"},
		{report.Visitors, known(999), "999", "999", "the last one in full"},
		{report.Visitors, known(1000), "1K", "1,000", "no zero after the point"},
		{report.Visitors, known(1234), "1.2K", "1,234", ""},
		{report.Visitors, known(99_960), "100K", "99,960", "rounding reaches the next width"},
		{report.Visitors, known(212_400), "212K", "212,400", ""},
		{report.Visitors, known(999_960), "1M", "999,960", "1,000K is 1M"},
		{report.Visitors, known(1_234_567), "1.2M", "1,234,567", ""},
		{report.Visitors, report.Value{}, "–", "–", "not known"},
		{report.BounceRate, known(41.26), "41%", "41.3%", "whole percents, the rest in the title"},
		{report.ConversionRate, known(2.449), "2.4%", "2.45%", "one place"},
		{report.ViewsPerVisit, known(2.8), "2.80", "2.80", "two places, so that columns line up"},
		{report.VisitDuration, known(0), "0s", "0s", ""},
		{report.VisitDuration, known(59.4), "59s", "59s", ""},
		{report.VisitDuration, known(59.6), "1m 00s", "1m 00s", "rounded before it is split"},
		{report.VisitDuration, known(65), "1m 05s", "1m 05s", ""},
		{report.VisitDuration, known(7380), "2h 03m", "2h 03m", ""},
		{report.Revenue, euro(123_450), "€1.2K", "€1,234.50", "minor units"},
		{report.Revenue, report.Value{Number: 1999, Known: true, Currency: "JPY"}, "¥2K", "¥1,999", "the yen has no minor unit"},
		{report.Revenue, report.Value{Number: 1500, Known: true, Currency: "KWD"}, "KWD\u00a01.500", "KWD\u00a01.500", "the dinar has three places"},
	} {
		if got := views.English.Figure(row.metric, row.value); got != row.short {
			t.Errorf("%s %v is %q, want %q: %s", row.metric, row.value.Number, got, row.short, row.why)
		}
		if got := views.English.FullFigure(row.metric, row.value); got != row.full {
			t.Errorf("%s %v in full is %q, want %q: %s", row.metric, row.value.Number, got, row.full, row.why)
		}
	}
}

func TestChange(t *testing.T) {
	known := func(n float64) report.Value { return report.Value{Number: n, Known: true} }
	for _, row := range []struct {
		metric    report.Metric
		now, then report.Value
		text      string
		mood      views.Mood
		why       string
	}{
		{report.Visitors, known(118), known(100), "+18%", views.Good, ""},
		{report.Visitors, known(82), known(100), "−18%", views.Bad, ""},
		{report.Visitors, known(100), known(100), "±0%", views.Same, ""},
		{report.Visitors, known(5), known(0), "", "", "there is no percentage of nothing"},
		{report.Visitors, known(5), report.Value{}, "", "", "not known before"},
		{report.BounceRate, known(44), known(41), "+3 pts", views.Bad, "a rate moves by points, and this one up is bad"},
		{report.BounceRate, known(38), known(41), "−3 pts", views.Good, ""},
		{report.ConversionRate, known(4), known(2), "+2 pts", views.Good, ""},
	} {
		if text, mood := views.English.Change(row.metric, row.now, row.then); text != row.text || mood != row.mood {
			t.Errorf("%s %v after %v is %q %q, want %q %q: %s", row.metric, row.now.Number, row.then.Number, text, mood, row.text, row.mood, row.why)
		}
	}
}
