package report

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"sandprint/app/problem"
)

// What a question has where it doesn't say.
const (
	defaultPeriod = "30d"
	defaultLimit  = 100
	maxLimit      = 10_000
	maxOffset     = 100_000_000
)

var defaultMetrics = []Metric{Visitors, Visits, Pageviews}

// AllMetrics are the metrics of the contract, in its order.
var AllMetrics = []Metric{Visitors, Visits, Pageviews, ViewsPerVisit, BounceRate, VisitDuration, EventCount, TimeOnPage, ScrollDepth,
	Conversions, ConversionRate, Revenue, ExitRate}

// Parse reads a question from the parameters period, from, to, metrics, by, filter, except, compare, match, sort, search, limit and offset;
// others are not looked at. Sort is a list of keys, "metric" or "name", each with ":asc" or ":desc" (metrics descend and
// names ascend without). What is missing has its default: 30d; visitors, visits and pageviews; limit 100. An error is a
// *problem.Error, a 400 that names the parameter and the value that was wrong.
func Parse(values url.Values, zone *time.Location, now time.Time) (q Query, err error) {
	now = now.In(zone)
	q = Query{By: Dimension(values.Get("by")), Now: now}
	if q.Period, err = parsePeriod(values, now); err != nil {
		return Query{}, err
	}
	if q.Compare, q.Match, err = compared(values.Get("compare"), values.Get("match"), q.Period, now); err != nil {
		return Query{}, err
	}
	if q.Metrics, err = parseMetrics(values["metrics"]); err != nil {
		return Query{}, err
	}
	if q.By == "did" {
		return Query{}, problem.BadField("by", "bad_dimension", `By "did" there are filters only, no rows.`).WithHint("Ask by goal.")
	}
	if q.By != "" && (!q.By.groupable() || len(q.By) > maxValue) {
		return Query{}, problem.BadField("by", "bad_dimension", fmt.Sprintf("There is no dimension %q.", short(string(q.By)))).
			WithHint("Use one of " + dimensionNames + ".")
	}
	if q.Filters, err = parseFilters(values["filter"]); err != nil {
		return Query{}, err
	}
	if q.Except, err = parseExcept(values["except"]); err != nil {
		return Query{}, err
	}
	if q.Sort, err = parseSort(values.Get("sort"), q); err != nil {
		return Query{}, err
	}
	if q.Search, err = parseSearch(values["search"], q); err != nil {
		return Query{}, err
	}
	if q.Limit, err = number(values, "limit", "bad_limit", defaultLimit, 1, maxLimit); err != nil {
		return Query{}, err
	}
	if q.Offset, err = number(values, "offset", "bad_offset", 0, 0, maxOffset); err != nil {
		return Query{}, err
	}
	if err := q.check(); err != nil {
		return Query{}, err
	}
	return q, nil
}

// parsePeriod reads period, or from and to.
func parsePeriod(values url.Values, now time.Time) (Period, error) {
	name, from, to := values.Get("period"), values.Get("from"), values.Get("to")
	switch {
	case from == "" && to == "" && name == "":
		return NewPeriod(defaultPeriod, now)
	case from == "" && to == "":
		return NewPeriod(name, now)
	case name != "" && name != custom:
		return Period{}, problem.BadField("period", "bad_period", fmt.Sprintf("The period is both %q and from %q to %q.", short(name), short(from), short(to))).
			WithHint("Give either a period or from and to.")
	}
	if from == "" || to == "" {
		given, missing := "from", "to"
		if from == "" {
			given, missing = missing, given
		}
		return Period{}, problem.BadField(missing, "bad_period", fmt.Sprintf("A period by dates needs both from and to: %s is given, %s is missing.", given, missing)).
			WithHint("Write both as 2026-11-24; the last day is in it.")
	}
	return Days(from, to, now.Location())
}

// parseMetrics reads metrics, in one list or several.
func parseMetrics(lists []string) (metrics []Metric, err error) {
	for name := range strings.SplitSeq(strings.Join(lists, ","), ",") {
		m := Metric(name)
		switch {
		case name == "":
		case !slices.Contains(AllMetrics, m):
			return nil, problem.BadField("metrics", "bad_metric", fmt.Sprintf("There is no metric %q.", short(name))).
				WithHint("Use some of " + joinMetrics(AllMetrics, ", ") + ".")
		case !slices.Contains(metrics, m):
			metrics = append(metrics, m)
		}
	}
	if len(metrics) == 0 {
		return slices.Clone(defaultMetrics), nil
	}
	return metrics, nil
}

// parseSort reads sort.
func parseSort(s string, q Query) (keys []Order, err error) {
	bad := func(message, hint string) error { return problem.BadField("sort", "bad_sort", message).WithHint(hint) }
	if s == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(s, ",") {
		if name, _, _ := strings.Cut(part, ":"); name != "name" && !slices.Contains(AllMetrics, Metric(name)) {
			return nil, bad(fmt.Sprintf("There is nothing called %q to sort by.", short(name)), "Use name or one of "+joinMetrics(q.Metrics, ", ")+".")
		}
	}
	if q.By == "" {
		return nil, bad("There are no rows to sort: without by there are totals only.", "Say by what rows are to be made, or leave sort away.")
	}
	if q.By.isTime() {
		return nil, bad("There are no rows to sort: time buckets are in order of time.", "Leave sort away, or ask by another dimension.")
	}
	for part := range strings.SplitSeq(s, ",") {
		name, direction, _ := strings.Cut(part, ":")
		key := Order{Metric: Metric(name), Ascending: direction == "asc"}
		if name == "name" {
			key = Order{Ascending: direction != "desc"}
		} else if !slices.Contains(q.Metrics, key.Metric) {
			return nil, bad(fmt.Sprintf("Rows can't be sorted by %q, which is not asked for.", short(name)), "Use name or one of "+joinMetrics(q.Metrics, ", ")+".")
		}
		if direction != "" && direction != "asc" && direction != "desc" {
			return nil, bad(fmt.Sprintf("There is no order %q.", short(direction)), "Use asc or desc.")
		}
		if !slices.ContainsFunc(keys, func(k Order) bool { return k.Metric == key.Metric }) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// parseSearch reads search: texts of which rows are to contain one.
func parseSearch(list []string, q Query) (texts []string, err error) {
	bad := func(message, hint string) error {
		return problem.BadField("search", "bad_search", message).WithHint(hint)
	}
	for _, text := range list {
		switch {
		case text == "":
			continue
		case q.By == "" || q.By.isTime():
			return nil, bad("There are no rows to search: only those by a dimension have names.", "Leave search away, or ask by a dimension.")
		case len(text) > maxValue || len(texts) == maxValues:
			return nil, bad("There is more to search for than can be.", fmt.Sprintf("Use up to %d texts of up to %d bytes.", maxValues, maxValue))
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// number reads a whole number from least to most.
func number(values url.Values, field, code string, missing, least, most int) (int, error) {
	s := values.Get(field)
	if s == "" {
		return missing, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		return 0, problem.BadField(field, code, fmt.Sprintf("%q is no %s.", short(s), field)).
			WithHint(fmt.Sprintf("Use a whole number from %d to %d.", least, most))
	}
	return n, nil
}

// check refuses what no chart can show: too many time buckets.
func (q Query) check() error {
	longest := map[Dimension]int{"minute": 2, "hour": 100, "day": 36_600, "week": 36_600, "month": 73_200}[q.By]
	for _, p := range []*Period{&q.Period, q.Compare} {
		if p == nil || longest == 0 || p.From.IsZero() {
			continue
		}
		if days := daysBetween(p.From, p.To); days > longest {
			return problem.BadField("by", "bad_period", fmt.Sprintf("A period of %d days is too long for the bucket %q, which can show %d.", days, q.By, longest)).
				WithHint("Ask for a shorter period or a longer bucket.")
		}
	}
	return nil
}

// Values returns the parameters that Parse reads as q; what has its default is left out.
func (q Query) Values() url.Values {
	v := url.Values{}
	if q.Period.Name == custom {
		from, to := q.Period.Dates()
		v.Set("from", from)
		v.Set("to", to)
	} else {
		v.Set("period", q.Period.Name)
	}
	if c := q.Compare; c != nil {
		if v.Set("compare", c.Name); c.Name == custom {
			from, to := c.Dates()
			v.Set("compare", from+".."+to)
		}
	}
	if q.Match != "" {
		v.Set("match", q.Match)
	}
	if !slices.Equal(q.Metrics, defaultMetrics) {
		v.Set("metrics", joinMetrics(q.Metrics, ","))
	}
	if q.By != "" {
		v.Set("by", string(q.By))
	}
	for _, f := range q.Filters {
		v.Add("filter", f.String())
	}
	for _, f := range q.Except {
		v.Add("except", f.String())
	}
	if len(q.Sort) > 0 {
		v.Set("sort", sortText(q.Sort))
	}
	for _, text := range q.Search {
		v.Add("search", text)
	}
	if q.Limit != defaultLimit && q.Limit != 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	if q.Offset != 0 {
		v.Set("offset", strconv.Itoa(q.Offset))
	}
	return v
}

// sortText writes sort as parseSort reads it.
func sortText(keys []Order) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		switch {
		case k.Metric == "" && k.Ascending:
			parts[i] = "name"
		case k.Metric == "":
			parts[i] = "name:desc"
		case k.Ascending:
			parts[i] = string(k.Metric) + ":asc"
		default:
			parts[i] = string(k.Metric)
		}
	}
	return strings.Join(parts, ",")
}

func joinMetrics(list []Metric, sep string) string {
	names := make([]string, len(list))
	for i, m := range list {
		names[i] = string(m)
	}
	return strings.Join(names, sep)
}
