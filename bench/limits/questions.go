package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"sandprint/app/report"
	"sandprint/app/store"
)

// question is one question in both tongues. Both answer rows of the same figures; their order does not matter.
type question struct {
	name string
	ours func(context.Context, store.Reader) ([][]any, error)
	sql  string
}

// The filters of the questions that have them, in both tongues.
const (
	filtersOurs = "&filter=country:is:DE&filter=browser:is:Firefox&filter=page:matches:/journal**"
	filtersSQL  = " AND country = 'DE' AND browser = 'Firefox' AND starts_with(path::VARCHAR, '/journal')"
)

// questions returns what is asked of a site whose last hit came at last: about the whole days before it.
func questions(last time.Time, zone *time.Location) []question {
	y, m, d := last.In(zone).Date()
	day := func(back int) time.Time { return time.Date(y, m, d-back, 0, 0, 0, 0, time.UTC) }
	within := func(days int) string { return span(day(days), day(1)) }
	where := func(days int) string {
		return fmt.Sprintf("day BETWEEN %d AND %d", day(days).Unix()/86400, day(1).Unix()/86400)
	}
	year, month := 365, 30
	series := "SELECT day, count(DISTINCT visitor), count(*) FILTER (is_view) FROM hit WHERE %s GROUP BY day"
	lastSunday := day(1).AddDate(0, 0, -int(day(1).Weekday()))
	twelveWeeks := span(lastSunday.AddDate(0, 0, 1-12*7), lastSunday)
	inWeeks := fmt.Sprintf("day BETWEEN %d AND %d", lastSunday.AddDate(0, 0, 1-12*7).Unix()/86400, lastSunday.Unix()/86400)
	return []question{
		{"30 days, by day: visitors, page views", stats(within(month) + "&metrics=visitors,pageviews&by=day"), fmt.Sprintf(series, where(month))},
		{"12 months, by day: visitors, page views", stats(within(year) + "&metrics=visitors,pageviews&by=day"), fmt.Sprintf(series, where(year))},
		{"… of three filters", stats(within(year) + "&metrics=visitors,pageviews&by=day" + filtersOurs), fmt.Sprintf(series, where(year)+filtersSQL)},
		{"top 10 pages by visitors", stats(within(year) + "&metrics=visitors,pageviews&by=page&limit=10"),
			"SELECT path::VARCHAR, count(DISTINCT visitor) n, count(*) FILTER (is_view) FROM hit WHERE " + where(year) + " GROUP BY path ORDER BY n DESC, 1 LIMIT 10"},
		{"top 10 sources by visitors, three filters", stats(within(year) + "&metrics=visitors,visits&by=source&limit=10" + filtersOurs),
			"SELECT source::VARCHAR, count(DISTINCT visitor) n, count(DISTINCT visit) FROM hit WHERE " + where(year) + filtersSQL + " GROUP BY source ORDER BY n DESC, 1 LIMIT 10"},
		{"entry pages: visitors, bounce rate, duration", stats(within(year) + "&metrics=visitors,bounce_rate,visit_duration&by=entry_page&limit=10"),
			"SELECT entry::VARCHAR, count(DISTINCT visitor) n, 100.0 * count(*) FILTER (hits = 1) / count(*), avg(duration) FROM visit WHERE " + where(year) + " GROUP BY entry ORDER BY n DESC, 1 LIMIT 10"},
		{"countries: visitors, visits", stats(within(year) + "&metrics=visitors,visits&by=country"),
			"SELECT country::VARCHAR, count(DISTINCT visitor), count(DISTINCT visit) FROM hit WHERE " + where(year) + " GROUP BY country"},
		{"funnel of 3 steps, 90 days", askFunnel(within(90) + "&step=page:/shop/**&step=page:/basket/&step=page:/thank-you/"), fmt.Sprintf(funnelSQL, where(90))},
		{"cohorts by week, 12 weeks", askCohorts(twelveWeeks + "&by=week"), fmt.Sprintf(cohortSQL, inWeeks)},
	}
}

// span returns two days as parameters of a question.
func span(from, to time.Time) string {
	return "from=" + from.Format(time.DateOnly) + "&to=" + to.Format(time.DateOnly)
}

// stats returns what asks a question of the stats contract; its rows are names and figures.
func stats(query string) func(context.Context, store.Reader) ([][]any, error) {
	return func(ctx context.Context, site store.Reader) ([][]any, error) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return nil, err
		}
		q, err := report.Parse(values, site.Info().Zone, time.Now())
		if err != nil {
			return nil, err
		}
		answer, err := report.Run(ctx, site, q)
		if err != nil {
			return nil, err
		}
		var rows [][]any
		for _, r := range answer.Rows {
			if q.By == "day" && strings.Trim(fmt.Sprint(r.Values[0].Number, r.Values[1].Number), "0 ") == "" {
				continue // a day without hits is no row of SQL's
			}
			row := []any{any(r.Name)}
			if q.By == "day" {
				t, err := time.Parse(time.DateOnly, r.Name)
				if err != nil {
					return nil, err
				}
				row[0] = t.Unix() / 86400
			}
			for i, v := range r.Values {
				row = append(row, figure(q.Metrics[i], v))
			}
			rows = append(rows, row)
		}
		return rows, nil
	}
}

// figure returns a figure as SQL has it: whole, or a fraction.
func figure(m report.Metric, v report.Value) any {
	if m == report.BounceRate || m == report.VisitDuration {
		return v.Number
	}
	return int64(v.Number)
}
