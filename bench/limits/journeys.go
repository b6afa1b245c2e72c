package main

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"sandprint/app/report"
	"sandprint/app/store"
)

// funnelSQL counts who went from the shop to the basket to the thanks, within a visit. The days are put in.
const funnelSQL = `
	WITH h AS (SELECT visit, visitor, pos, path::VARCHAR AS path FROM hit WHERE is_view AND %s),
	a AS (SELECT visit, visitor, min(pos) AS at FROM h WHERE starts_with(path, '/shop/') GROUP BY ALL),
	b AS (SELECT h.visit, h.visitor, min(h.pos) AS at FROM h JOIN a ON a.visit = h.visit AND h.pos > a.at WHERE path = '/basket/' GROUP BY ALL),
	c AS (SELECT h.visit, h.visitor, min(h.pos) AS at FROM h JOIN b ON b.visit = h.visit AND h.pos > b.at WHERE path = '/thank-you/' GROUP BY ALL)
	SELECT 1, count(DISTINCT visitor), count(*) FROM a UNION ALL
	SELECT 2, count(DISTINCT visitor), count(*) FROM b UNION ALL
	SELECT 3, count(DISTINCT visitor), count(*) FROM c`

// cohortSQL counts new visitors by week, and who of them came back in each later week. Weeks begin on Mondays; 1 January
// 1970 was a Thursday. The days are put in.
const cohortSQL = `
	WITH v AS (SELECT visitor, (day + 3) // 7 AS week, new FROM visit WHERE %s),
	c AS (SELECT visitor, min(week) AS cohort FROM v WHERE new GROUP BY visitor)
	SELECT cohort, week - cohort, count(DISTINCT v.visitor) FROM c JOIN v ON v.visitor = c.visitor AND week >= cohort GROUP BY ALL`

// askFunnel returns what asks a funnel; its rows are number, visitors and visits of each step.
func askFunnel(query string) func(context.Context, store.Reader) ([][]any, error) {
	return func(ctx context.Context, site store.Reader) ([][]any, error) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return nil, err
		}
		q, err := report.ParseFunnel(values, site.Info().Zone, time.Now())
		if err != nil {
			return nil, err
		}
		answer, err := report.RunFunnel(ctx, site, q)
		if err != nil {
			return nil, err
		}
		var rows [][]any
		for i, s := range answer.Steps {
			rows = append(rows, []any{int64(i + 1), int64(s.Visitors.Number), int64(s.Visits.Number)})
		}
		return rows, nil
	}
}

// askCohorts returns what asks for cohorts; its rows are week (since 1970), weeks later, and visitors, where there are any.
func askCohorts(query string) func(context.Context, store.Reader) ([][]any, error) {
	return func(ctx context.Context, site store.Reader) ([][]any, error) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return nil, err
		}
		q, err := report.ParseRetention(values, site.Info().Zone, time.Now())
		if err != nil {
			return nil, err
		}
		answer, err := report.RunRetention(ctx, site, q)
		if err != nil {
			return nil, err
		}
		var rows [][]any
		for _, c := range answer.Cohorts {
			week, err := time.Parse(time.DateOnly, c.Name)
			if err != nil {
				return nil, fmt.Errorf("cohort %q: %w", c.Name, err)
			}
			for later, v := range append([]report.Value{c.Size}, c.Back...) {
				if v.Number > 0 {
					rows = append(rows, []any{(week.Unix()/86400 + 3) / 7, int64(later), int64(v.Number)})
				}
			}
		}
		return rows, nil
	}
}
