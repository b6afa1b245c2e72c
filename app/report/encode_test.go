package report_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sandprint/app/report"
)

// answer is one that has everything in it.
func answer(t *testing.T) report.Answer {
	p, err := report.Days("2026-10-25", "2026-11-23", berlin(t))
	if err != nil {
		t.Fatal(err)
	}
	c := p.Before("previous", time.Time{})
	known := func(n float64) report.Value { return report.Value{Number: n, Known: true} }
	eur := report.Value{Number: -1999, Known: true, Currency: "EUR"}
	return report.Answer{Site: "example.com", TotalRows: 57, Hidden: report.Hidden{Rows: 3, Reason: "groups under 5"},
		Query:  report.Query{Period: p, Compare: &c, By: "page", Metrics: []report.Metric{report.Visitors, report.BounceRate, report.ViewsPerVisit, report.Revenue}},
		Totals: []report.Value{known(1234567), known(100.0 / 3), known(1.234), {}}, Previous: make([]report.Value, 4),
		Rows: []report.Row{{Name: "=cmd()<&>", Values: []report.Value{known(120), known(50), {}, eur}, Previous: make([]report.Value, 4), Partial: true}}}
}

func TestJSON(t *testing.T) {
	got, err := answer(t).JSON()
	want := `{"site":"example.com","period":{"from":"2026-10-25","to":"2026-11-23","timezone":"Europe/Berlin"},` +
		`"compare":{"from":"2026-09-25","to":"2026-10-24","timezone":"Europe/Berlin"},"metrics":["visitors","bounce_rate","views_per_visit","revenue"],"by":"page",` +
		`"rows":[{"page":"=cmd()<&>","visitors":120,"bounce_rate":50,"views_per_visit":null,"revenue":{"amount":-1999,"currency":"EUR"},` +
		`"previous":{"visitors":null,"bounce_rate":null,"views_per_visit":null,"revenue":null},"partial":true}],` +
		`"totals":{"visitors":1234567,"bounce_rate":33.3,"views_per_visit":1.23,"revenue":null,"previous":{"visitors":null,"bounce_rate":null,"views_per_visit":null,"revenue":null}},` +
		`"total_rows":57,"hidden":{"rows":3,"reason":"groups under 5"}}`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s\n%s", err, got, want)
	}
}

func TestCSV(t *testing.T) {
	for name, want := range map[string]string{
		"=1+1": "'=1+1", "+cmd": "'+cmd", "-cmd": "'-cmd", "@x": "'@x", "\tx": "'\tx", "-12.5": "-12.5", "+3": "+3", "--1": "'--1", "-": "'-", "/a,b": `"/a,b"`,
	} {
		a := answer(t)
		a.Rows[0].Name = name
		var b strings.Builder
		if err := a.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		head, line, _ := strings.Cut(b.String(), "\n")
		if head != "page,visitors,bounce_rate,views_per_visit,revenue,currency,previous_visitors,previous_bounce_rate,previous_views_per_visit,previous_revenue,previous_currency" {
			t.Errorf("header %q", head)
		}
		if line != want+",120,50,,-1999,EUR,,,,,\n" {
			t.Errorf("%q is %q, want %q", name, line, want)
		}
	}
}

func TestAnswers(t *testing.T) {
	s := floorSite(map[string]int{"A": 9, "BB": 7, "CCC": 6}, 0)
	now := time.Date(2024, 10, 8, 12, 0, 0, 0, time.UTC)
	ask := func(period string, q report.Query) report.Answer {
		q.Period, _ = report.NewPeriod(period, now)
		q.Now, q.Metrics = now, []report.Metric{report.Visitors}
		a, err := report.Run(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := ask("all", report.Query{By: "day"})
	if len(a.Rows) != 4 || a.Rows[0].Name != "2024-10-05" || !a.Rows[3].Partial || a.Rows[2].Partial {
		t.Errorf("all time is %+v: it starts with the first day that has data and ends with the running one", a.Rows)
	}
	a = ask("all", report.Query{By: "city", Sort: []report.Order{{Ascending: true, Metric: report.Visitors}}, Limit: 1, Offset: 1})
	if len(a.Rows) != 1 || a.Rows[0].Name != "BB" || a.TotalRows != 3 {
		t.Errorf("the second of three by visitors is %+v of %d", a.Rows, a.TotalRows)
	}
	if a = ask("all", report.Query{By: "city", Offset: 9}); len(a.Rows) != 0 || a.TotalRows != 3 {
		t.Errorf("beyond the last row there is %+v", a.Rows)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := report.Run(ctx, s, a.Query); !errors.Is(err, context.Canceled) {
		t.Errorf("an asker who has left gets %v", err)
	}
}
