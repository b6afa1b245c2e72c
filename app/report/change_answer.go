package report

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"sandprint/app/problem"
)

// What a question about a change has where it doesn't say.
const (
	changeCompare = "previous"
	changeLimit   = 20
	maxChanges    = 1000
	maxChangeBy   = 20
)

// ParseChange reads a question from the parameters period, from, to, compare, metric, by (a list, or several), filter and
// limit; others are not looked at. What is missing has its default: 30d compared with the 30 days before; visitors;
// ChangeDimensions; 20 rows of each. An error is a *problem.Error, a 400 that names the parameter and the value that was
// wrong.
func ParseChange(values url.Values, zone *time.Location, now time.Time) (ChangeQuery, error) {
	asked := url.Values{"compare": {changeCompare}}
	for _, key := range []string{"period", "from", "to", "filter", "compare"} {
		if values.Get(key) != "" {
			asked[key] = values[key]
		}
	}
	q, err := Parse(asked, zone, now)
	if err != nil {
		return ChangeQuery{}, err
	}
	c := ChangeQuery{Period: q.Period, Compare: *q.Compare, Filters: q.Filters, Now: q.Now, Metric: Metric(values.Get("metric"))}
	if c.Metric == "" {
		c.Metric = Visitors
	}
	if !slices.Contains(ChangeMetrics, c.Metric) {
		return ChangeQuery{}, problem.BadField("metric", "bad_metric", fmt.Sprintf("The difference of %q can't be shared out among rows.", short(string(c.Metric)))).
			WithHint("Use one of " + joinMetrics(ChangeMetrics, ", ") + ".")
	}
	if c.By, err = parseChangeBy(values["by"]); err != nil {
		return ChangeQuery{}, err
	}
	c.Limit, err = number(values, "limit", "bad_limit", changeLimit, 1, maxChanges)
	return c, err
}

// parseChangeBy reads the dimensions, in one list or several.
func parseChangeBy(lists []string) (by []Dimension, err error) {
	for name := range strings.SplitSeq(strings.Join(lists, ","), ",") {
		d := Dimension(name)
		switch {
		case name == "" || slices.Contains(by, d):
		case !d.filterable() || len(d) > maxValue:
			return nil, problem.BadField("by", "bad_dimension", fmt.Sprintf("There is no dimension %q by which a difference can be shared out.", short(name))).
				WithHint("Use one of " + dimensionNames + "; not a time bucket.")
		default:
			by = append(by, d)
		}
	}
	if len(by) > maxChangeBy {
		return nil, problem.BadField("by", "too_many", fmt.Sprintf("There are more than %d dimensions.", maxChangeBy)).WithHint("Ask by fewer at once.")
	}
	if len(by) == 0 {
		return slices.Clone(ChangeDimensions), nil
	}
	return by, nil
}

// WriteJSON writes the answer as docs/api.md has it, and a line's end.
func (c Change) WriteJSON(w io.Writer) error {
	o := object{{"site", c.Site}, {"period", periodJSON(c.Query.Period)}, {"compare", periodJSON(c.Query.Compare)},
		{"metric", c.Query.Metric}, {"total", c.figures(c.Total)}}
	lists := make([]object, len(c.Lists))
	for i, l := range c.Lists {
		rows := make([]object, len(l.Rows))
		for j, m := range l.Rows {
			rows[j] = append(append(object{{"name", m.Name}}, c.figures(m)...), pair{"share", figure(ConversionRate, m.Share)})
		}
		lists[i] = object{{"by", l.By}, {"rows", rows}, {"total_rows", l.TotalRows}, {"rest", figure(c.Query.Metric, l.Rest)}}
		if l.Hidden.Rows > 0 {
			lists[i] = append(lists[i], pair{"hidden", object{{"rows", l.Hidden.Rows}, {"reason", l.Hidden.Reason}}})
		}
	}
	o = append(o, pair{"dimensions", lists})
	if days := (Answer{Damaged: c.Damaged}).DamagedDays(); len(days) > 0 {
		o = append(o, pair{"damaged", days})
	}
	b, err := plainJSON(o)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// figures are the figures of a row by what they are.
func (c Change) figures(m Moved) object {
	return object{{"value", figure(c.Query.Metric, m.Value)}, {"previous", figure(c.Query.Metric, m.Previous)}, {"difference", figure(c.Query.Metric, m.Difference)}}
}
