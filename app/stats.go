package app

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sandprint/app/report"
	"sandprint/views"
)

// statsFlags are the parameters of the stats contract.
type statsFlags struct {
	Period  string   `flag:"period" arg:"PERIOD" help:"realtime, day, yesterday, 24h, 7d, 28d, 30d, 91d, month, lastmonth, 6mo, 12mo, year or all (default 30d)"`
	From    string   `flag:"from" arg:"DATE" help:"first day, as 2026-11-01, instead of --period"`
	To      string   `flag:"to" arg:"DATE" help:"last day, inclusive"`
	By      string   `flag:"by" arg:"DIMENSION" help:"what rows are made by: page, source, country, browser, day …; without it, totals"`
	Filter  []string `flag:"filter" arg:"FILTER" help:"dimension:op:value[,value…] with is, not, contains, lacks or matches; may be repeated, all must hold"`
	Metrics string   `flag:"metrics" arg:"LIST" help:"figures, with commas: visitors, visits, pageviews, bounce_rate, visit_duration …"`
	Compare string   `flag:"compare" arg:"PERIOD" help:"previous, year or from..to"`
	Match   string   `flag:"match" arg:"HOW" help:"compare date with date, or weekday with weekday (default date)"`
	Sort    string   `flag:"sort" arg:"KEYS" help:"metrics or name, with commas, each with :asc or :desc if need be"`
	Limit   string   `flag:"limit" arg:"N" help:"rows at most (default 100)"`
	Offset  string   `flag:"offset" arg:"N" help:"rows to leave out first"`
	JSON    bool     `flag:"json" help:"print JSON, as the API answers"`
}

// values returns the parameters that are set.
func (f *statsFlags) values() url.Values {
	v := url.Values{"filter": f.Filter}
	for name, value := range map[string]string{"period": f.Period, "from": f.From, "to": f.To, "by": f.By, "metrics": f.Metrics,
		"compare": f.Compare, "match": f.Match, "sort": f.Sort, "limit": f.Limit, "offset": f.Offset} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

func (sh *shell) statsCommand() *cobra.Command {
	var f statsFlags
	c := &cobra.Command{Use: "stats DOMAIN", Short: "Show the figures of a site", Args: oneWord,
		RunE: sh.onData(func(ctx context.Context, in *instance, args []string) error {
			site, err := in.site(ctx, args[0])
			if err != nil {
				return err
			}
			q, err := report.Parse(f.values(), site.Info().Zone, time.Now())
			if err != nil {
				return err
			}
			queries := []report.Query{q}
			if !f.JSON {
				queries = append(queries, views.EffectQueries(q)...)
			}
			answers, err := report.RunAll(ctx, site, queries)
			if err != nil {
				return err
			}
			if f.JSON {
				return answers[0].WriteJSON(sh.out)
			}
			if err := sh.printAnswer(answers[0]); err != nil {
				return err
			}
			sh.say("%s.", views.EffectOf(answers[1], answers[2]).Counted(nil, site.Info()))
			return nil
		})}
	define(c.Flags(), &f)
	return c
}

// printAnswer writes an answer as a table: a head, the rows, the totals.
func (sh *shell) printAnswer(a report.Answer) error {
	p := a.Query.Period
	span := p.From.Format(time.DateOnly) + " to " + p.To.Add(-time.Second).Format(time.DateOnly)
	if y, m, d := a.Query.Now.Date(); p.To.Equal(time.Date(y, m, d, 0, 0, 0, 0, p.To.Location())) {
		span += ", without today (see --period day)"
	}
	sh.say("%s, %s (%s)", a.Site, span, p.From.Location())
	head := []string{strings.ToUpper(string(a.Query.By))}
	right := []bool{false}
	for _, m := range a.Query.Metrics {
		head, right = append(head, strings.ToUpper(strings.ReplaceAll(string(m), "_", " "))), append(right, true)
		if a.Query.Compare != nil {
			head, right = append(head, "BEFORE"), append(right, true)
		}
	}
	rows := [][]string{head}
	for _, r := range a.Rows {
		name := r.Name
		if r.Partial {
			name += " (so far)"
		}
		rows = append(rows, figures(name, a.Query.Metrics, r.Values, r.Previous))
	}
	rows = append(rows, figures("total", a.Query.Metrics, a.Totals, a.Previous))
	if _, err := fmt.Fprint(sh.out, table(rows, right, sh.width)); err != nil {
		return err
	}
	if a.TotalRows > len(a.Rows) {
		sh.say("%d of %d rows; --limit shows more.", len(a.Rows), a.TotalRows)
	}
	if a.Hidden.Rows > 0 {
		sh.say("Folded together or blank: %s, %s.", count(a.Hidden.Rows, "row", "rows"), a.Hidden.Reason)
	}
	if len(a.Damaged) > 0 {
		sh.say("Left out, because the site's file is damaged there: %s. “sandprint doctor” says more.", strings.Join(a.DamagedDays(), ", "))
	}
	return nil
}

// figures returns a row of the table; previous is nil without a comparison.
func figures(name string, metrics []report.Metric, values, previous []report.Value) []string {
	row := []string{name}
	for i, v := range values {
		row = append(row, figure(metrics[i], v))
		if previous != nil {
			row = append(row, figure(metrics[i], previous[i]))
		}
	}
	return row
}

// figure writes one value with its unit; what isn't known is a dash.
func figure(m report.Metric, v report.Value) string {
	if !v.Known {
		return "–"
	}
	switch m {
	case report.BounceRate, report.ConversionRate, report.ScrollDepth, report.ExitRate:
		return strconv.FormatFloat(v.Number, 'f', 1, 64) + "%"
	case report.VisitDuration, report.TimeOnPage:
		return (time.Duration(v.Number*1000) * time.Millisecond).Round(time.Second).String()
	case report.ViewsPerVisit:
		return strconv.FormatFloat(v.Number, 'f', 2, 64)
	case report.Revenue:
		return strconv.FormatFloat(v.Number, 'f', 0, 64) + " minor units " + v.Currency
	}
	return strconv.FormatFloat(v.Number, 'f', 0, 64)
}
