//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"sandprint/app/report"
	"sandprint/app/store"
)

// question is one of the built-in set.
type question struct {
	name  string
	asks  []string // parameters of the stats API without the period, which is a year unless they name one
	small float64  // goal in milliseconds with about a million page views a year; 0: none
	large float64  // goal with about ten million
}

// panels are the questions of a page of the dashboard, all lists in their first or most asked form.
var panels = []string{
	"metrics=visitors,visits,pageviews,views_per_visit,bounce_rate,visit_duration",
	"metrics=visitors&by=day", "metrics=visitors&by=channel&limit=9", "metrics=visitors&by=source&limit=9",
	"metrics=visitors&by=utm_campaign&limit=9", "metrics=visitors,pageviews&by=page&limit=9", "metrics=visitors&by=entry_page&limit=9",
	"metrics=visitors&by=exit_page&limit=9", "metrics=visitors&by=country&limit=9", "metrics=visitors&by=browser&limit=9",
	"metrics=visitors&by=os&limit=9", "metrics=visitors&by=device&limit=9", "metrics=visitors,conversions,revenue&by=goal&limit=9",
}

const three = "&filter=country:is:DE&filter=browser:is:Firefox&filter=page:matches:/journal/**"

// named are the questions that have a goal of their own; the rest of the set is made of them.
var named = []question{
	{"30 days, by day", []string{"metrics=visitors,pageviews&by=day&{month}"}, 0, 15},
	{"by day", []string{"metrics=visitors,pageviews&by=day"}, 25, 90},
	{"by hour of the week", []string{"metrics=visitors&by=hour_of_week"}, 25, 100},
	{"by day, three filters", []string{"metrics=visitors,pageviews&by=day" + three}, 25, 100},
	{"top sources, three filters", []string{"metrics=visitors&by=source&limit=10" + three}, 25, 80},
	{"entry pages", []string{"metrics=visitors,bounce_rate,visit_duration&by=entry_page&limit=10"}, 25, 100},
	{"top pages", []string{"metrics=visitors&by=page&limit=10"}, 25, 130},
	{"funnel, 90 days", []string{"step=page:/shop/**&step=page:/basket/&step=page:/thank-you/&{quarter}"}, 25, 30},
	{"weekly cohorts", []string{"cohorts=week&{quarter}"}, 25, 20},
	{"whole dashboard in one scan", panels, 150, 400},
	{"whole dashboard in one scan, three filters", withFilters(panels, three), 150, 400},
}

// withFilters returns the questions with filters.
func withFilters(asks []string, filters string) []string {
	out := slices.Clone(asks)
	for i := range out {
		out[i] += filters
	}
	return out
}

// figure is the measured cost of a question.
type figure struct {
	Name string   `json:"name"`
	Asks []string `json:"asks"`
	Goal float64  `json:"goal_ms"` // 0: none
	cost
}

// askSet measures the built-in set and prints it.
func askSet(ctx context.Context, o options) error {
	var set []question
	large := false
	err := withSite(ctx, o, func(site *store.Site) (err error) {
		set, large, err = makeSet(ctx, site, o)
		return err
	})
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	defer out.Flush()
	var random, peaks []float64
	for _, q := range set {
		if !strings.Contains(q.name, o.only) {
			continue
		}
		f := figure{Name: q.name, Asks: q.asks, Goal: q.small}
		if large {
			f.Goal = q.large
		}
		if f.cost, err = askAlone(ctx, o, q.asks); err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		if peaks = append(peaks, f.Peak); strings.HasPrefix(q.name, "random") {
			random = append(random, f.CPU)
		}
		if err := f.print(o, out); err != nil {
			return err
		}
	}
	if o.json || len(peaks) == 0 {
		return nil
	}
	if slices.Sort(random); len(random) > 0 {
		fmt.Fprintf(out, "random questions, 95 of 100 within\t\t%.1f ms\t\t\n", random[(len(random)*95+99)/100-1])
	}
	fmt.Fprintf(out, "largest resident set\t\t\t%.1f MiB\t\n", slices.Max(peaks))
	return nil
}

// print writes a figure as a line of the table or of JSON.
func (f figure) print(o options, out *tabwriter.Writer) error {
	if o.json {
		return json.NewEncoder(os.Stdout).Encode(f)
	}
	goal, mark := "", ""
	if f.Goal > 0 {
		if goal = fmt.Sprintf("<= %.0f ms", f.Goal); f.CPU > f.Goal {
			mark = "missed"
		}
	}
	what := ""
	if len(f.Asks) == 1 {
		what, _ = url.QueryUnescape(f.Asks[0])
	}
	_, err := fmt.Fprintf(out, "%s\t%s\t%.1f ms\t%.1f MiB\t%s\t%s\n", f.Name, goal, f.CPU, f.Peak, mark, what)
	return err
}

// askAlone asks in a new process.
func askAlone(ctx context.Context, o options, asks []string) (c cost, err error) {
	self, err := os.Executable()
	if err != nil {
		return c, err
	}
	args := []string{"-json", "-data", o.data, "-site", o.site, "-cores", fmt.Sprint(o.cores)}
	for _, ask := range asks {
		args = append(args, "-question", ask)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), fmt.Sprint("GOMAXPROCS=", o.cores))
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = errors.New(strings.TrimSpace(string(exit.Stderr)))
		}
		return c, err
	}
	return c, json.Unmarshal(out, &c)
}

// makeSet returns the built-in set for a site: the named questions, each panel alone, and random ones with a filter or
// two on what the site has. All are about the year that ends with the last day of its data; large tells which of the
// goals hold for it.
func makeSet(ctx context.Context, site *store.Site, o options) (set []question, large bool, err error) {
	snap, err := site.Snapshot(ctx)
	if err != nil {
		return nil, false, err
	}
	blocks := snap.Blocks()
	snap.Close()
	if len(blocks) == 0 {
		return nil, false, errors.New("the site has no visits")
	}
	last := time.Unix(int64(blocks[len(blocks)-1].Date)*86400, 0).UTC()
	span := func(from time.Time) string {
		return "from=" + from.Format(time.DateOnly) + "&to=" + last.Format(time.DateOnly)
	}
	year, spans := span(last.AddDate(-1, 0, 1)), strings.NewReplacer("{month}", span(last.AddDate(0, 0, -29)), "{quarter}", span(last.AddDate(0, 0, -89)))
	views := 0
	for _, b := range blocks {
		views += b.Views
	}
	set = slices.Clone(named)
	for _, p := range panels {
		what, _, _ := strings.Cut(p, "&limit")
		set = append(set, question{"panel " + what, []string{p}, 25, 0})
	}
	random, err := randomQuestions(ctx, site, o, year)
	if err != nil {
		return nil, false, err
	}
	set = append(set, random...)
	for i := range set {
		set[i].asks = slices.Clone(set[i].asks)
		for j, ask := range set[i].asks {
			if set[i].asks[j] = spans.Replace(ask); set[i].asks[j] == ask {
				set[i].asks[j] += "&" + year
			}
		}
	}
	return set, views > 5_000_000, nil
}

// dimensions are what random questions ask by and filter on.
var dimensions = []string{"page", "entry_page", "exit_page", "hostname", "title", "source", "channel", "referrer", "utm_source", "utm_medium",
	"utm_campaign", "country", "region", "language", "browser", "browser_version", "os", "os_version", "device", "device_model", "screen",
	"visitor_type", "weekday", "hour_of_day", "event", "goal"}

// randomQuestions makes questions with one or two filters.
func randomQuestions(ctx context.Context, site *store.Site, o options, year string) (set []question, err error) {
	r := rand.New(rand.NewPCG(o.seed, 0))
	known := map[string][]string{}
	value := func(by string) (string, error) {
		if known[by] == nil {
			values, err := url.ParseQuery("metrics=pageviews&limit=30&by=" + by + "&" + year)
			if err != nil {
				return "", err
			}
			q, err := report.Parse(values, site.Info().Zone, time.Now())
			if err != nil {
				return "", err
			}
			answer, err := report.Run(ctx, site, q)
			if err != nil {
				return "", err
			}
			for _, row := range answer.Rows {
				known[by] = append(known[by], row.Name)
			}
			known[by] = append(known[by], "(not set)")
		}
		return known[by][r.IntN(len(known[by]))], nil
	}
	for i := range o.random {
		metrics := r.Perm(len(report.AllMetrics))[:1+r.IntN(3)]
		ask := url.Values{"limit": {"10"}}
		var list []string
		for _, m := range metrics {
			list = append(list, string(report.AllMetrics[m]))
		}
		ask.Set("metrics", strings.Join(list, ","))
		by := append([]string{"day", "week", "month", ""}, dimensions...)
		if by := by[r.IntN(len(by))]; by != "" {
			ask.Set("by", by)
		}
		for range 1 + r.IntN(2) {
			on := dimensions[r.IntN(len(dimensions))]
			v, err := value(on)
			if err != nil {
				return nil, err
			}
			f := report.Filter{By: report.Dimension(on), Op: []report.Op{report.Is, report.Is, report.Not, report.Contains}[r.IntN(4)], Values: []string{v}}
			ask.Add("filter", f.String())
		}
		set = append(set, question{fmt.Sprintf("random %d", i+1), []string{ask.Encode()}, 100, 100})
	}
	return set, nil
}
