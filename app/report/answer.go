package report

import (
	"cmp"
	"slices"
	"strings"

	"sandprint/app/store"
)

// answer makes the answer of what was counted.
func (a *asked) answer(site store.SiteInfo, scratch []uint64) Answer {
	a.chooseCurrency()
	ans := Answer{Site: site.Domain, Query: a.q}
	totals := make([][]Value, len(a.parts))
	for i, t := range a.done {
		totals[i] = t.values(a.q.Metrics, int32(t.p.rows), scratch)
		ans.Read += t.reads
	}
	ans.Totals = totals[0]
	if len(totals) > 1 {
		ans.Previous = totals[1]
	}
	if n := len(a.fold[0]); n > 0 {
		ans.Hidden = Hidden{Rows: n, Reason: floorReason(a.floor)}
	}
	switch {
	case a.q.By == "":
	case a.q.By.isTime():
		ans.Rows = a.timeRows(scratch)
		ans.TotalRows = len(ans.Rows)
	default:
		ans.Rows = a.namedRows(scratch)
		order(ans.Rows, a.q)
		ans.TotalRows = len(ans.Rows)
		ans.Rows = ans.Rows[min(a.q.Offset, len(ans.Rows)):]
		if a.q.Limit > 0 {
			ans.Rows = ans.Rows[:min(a.q.Limit, len(ans.Rows))]
		}
		a.compareRows(ans.Rows, scratch)
	}
	return ans
}

// timeRows returns a row for each time bucket. Those under the floor are blank, with and without comparison.
func (a *asked) timeRows(scratch []uint64) []Row {
	t := a.done[0]
	rows := slices.Clone(t.p.times)
	for i := range rows {
		rows[i].Values = t.values(a.q.Metrics, int32(i), scratch)
		end := bucketEnd(a.q.By, rows[i].Start)
		rows[i].Partial = !a.q.Now.IsZero() && end.After(a.q.Now) && !rows[i].Start.After(a.q.Now)
	}
	for _, i := range a.fold[0] {
		rows[i].Values = make([]Value, len(a.q.Metrics))
	}
	if len(a.done) < 2 {
		return rows
	}
	before := a.done[1]
	for i := range rows {
		if i >= before.p.rows || slices.Contains(a.fold[1], int32(i)) {
			rows[i].Previous = make([]Value, len(a.q.Metrics))
		} else {
			rows[i].Previous = before.values(a.q.Metrics, int32(i), scratch)
		}
	}
	return rows
}

// namedRows returns the rows that have something selected, in no order; those under the floor as one.
func (a *asked) namedRows(scratch []uint64) []Row {
	t := a.done[0]
	folded := make([]bool, t.p.rows)
	for _, i := range a.fold[0] {
		folded[i] = true
	}
	var rows []Row
	for i, name := range t.p.names {
		if t.cells[i].visits > 0 && !folded[i] {
			rows = append(rows, Row{Name: name, Values: t.values(a.q.Metrics, int32(i), scratch)})
		}
	}
	if o := a.other[0]; o != nil {
		rows = append(rows, Row{Name: Other, Values: o.values(a.q.Metrics, 0, scratch)})
	}
	return rows
}

// compareRows sets Previous of rows, by name. What the floor hides of the comparison is not known.
func (a *asked) compareRows(rows []Row, scratch []uint64) {
	if len(a.done) < 2 {
		return
	}
	t := a.done[1]
	at := make(map[string]int32, t.p.rows)
	for i, name := range t.p.names {
		at[name] = int32(i)
	}
	for i := range rows {
		r := &rows[i]
		row, ok := at[r.Name]
		switch {
		case r.Name == Other && a.other[1] != nil:
			r.Previous = a.other[1].values(a.q.Metrics, 0, scratch)
		case !ok:
			r.Previous = t.none(a.q.Metrics, scratch)
		case slices.Contains(a.fold[1], row):
			r.Previous = make([]Value, len(a.q.Metrics))
		default:
			r.Previous = t.values(a.q.Metrics, row, scratch)
		}
	}
}

// order sorts rows as asked; rows that are equal in that go by name.
func order(rows []Row, q Query) {
	keys := q.Sort
	if len(keys) == 0 {
		keys = []Order{{Metric: q.Metrics[0]}}
	}
	slices.SortFunc(rows, func(a, b Row) int {
		for _, k := range keys {
			if c := k.compare(&a, &b, q.Metrics); c != 0 {
				return c
			}
		}
		return strings.Compare(a.Name, b.Name)
	})
}

// compare compares two rows; unknown figures go last, whatever the direction.
func (k Order) compare(a, b *Row, metrics []Metric) int {
	c := 0
	if k.Metric == "" {
		c = strings.Compare(a.Name, b.Name)
	} else if i := slices.Index(metrics, k.Metric); i >= 0 {
		x, y := a.Values[i], b.Values[i]
		switch {
		case x.Known != y.Known:
			if x.Known {
				return -1
			}
			return 1
		default:
			c = cmp.Compare(x.Number, y.Number)
		}
	}
	if !k.Ascending {
		c = -c
	}
	return c
}

// chooseCurrency picks the currency that most of the paid conversions have, in the period or, when it has none, in the
// comparison. Of two with as many it is the first by name.
func (a *asked) chooseCurrency() {
	for _, t := range a.done {
		if best := t.bestCurrency(); best != 0 {
			for i, t := range a.done {
				t.p.currency = best
				if o := a.other[i]; o != nil {
					o.p.currency = best
				}
			}
			return
		}
	}
}

// bestCurrency returns the currency with the most conversions in the total; 0: there is none.
func (t *tally) bestCurrency() (best uint32) {
	if t.revenue == nil || t.revenue[t.p.rows] == nil {
		return 0
	}
	sums := t.revenue[t.p.rows]
	for c := 1; c < t.p.currencies; c++ {
		n, most := sums[2*c+1], int64(0)
		if best != 0 {
			most = sums[2*best+1]
		}
		if n > most || n > 0 && n == most && t.p.currencyNames[c] < t.p.currencyNames[best] {
			best = uint32(c)
		}
	}
	return best
}

// values returns the figures of a row.
func (t *tally) values(metrics []Metric, row int32, scratch []uint64) []Value {
	values := make([]Value, len(metrics))
	for i, m := range metrics {
		values[i] = t.value(m, row, scratch)
	}
	return values
}

// none returns the figures of a row that has nothing.
func (t *tally) none(metrics []Metric, scratch []uint64) []Value {
	empty := newTally(&part{need: t.p.need, rows: 1, level: t.p.level, currency: t.p.currency, currencyNames: t.p.currencyNames})
	for _, pair := range [][2][]set{{empty.visitors, t.visitors}, {empty.base, t.base}} {
		if pair[0] != nil {
			pair[0][1] = pair[1][t.p.rows]
		}
	}
	return empty.values(metrics, 0, scratch)
}

// value returns one figure of a row.
func (t *tally) value(m Metric, row int32, scratch []uint64) Value {
	c := &t.cells[row]
	count := func(n int64) Value { return Value{Number: float64(n), Known: true} }
	ratio := func(a, b, scale float64) Value {
		if b == 0 {
			return Value{}
		}
		return Value{Number: scale * a / b, Known: true}
	}
	switch m {
	case Visitors:
		return count(int64(t.visitors[row].count(scratch)))
	case Visits:
		return count(c.visits)
	case Pageviews:
		return count(c.views)
	case EventCount:
		return count(c.events)
	case ViewsPerVisit:
		return ratio(float64(c.views), float64(c.visits), 1)
	case BounceRate:
		return ratio(float64(c.bounces), float64(c.visits), 100)
	case VisitDuration:
		return ratio(float64(c.duration), float64(c.visits), 1)
	case TimeOnPage:
		return ratio(float64(c.engaged), float64(c.viewVisit), 0.1)
	case ScrollDepth:
		return ratio(float64(c.depth), float64(c.depths), 1)
	case Conversions:
		return count(c.conversions)
	case ConversionRate:
		return ratio(float64(t.converters[row].count(scratch)), float64(t.rateOf(row, scratch)), 100)
	}
	if t.p.currency == 0 {
		return Value{}
	}
	v := Value{Known: true, Currency: t.p.currencyNames[t.p.currency]}
	if sums := t.revenue[row]; sums != nil {
		v.Number = float64(sums[2*t.p.currency])
	}
	return v
}

// rateOf returns how many visitors the conversion rate of a row is of: those of the row without the filters on goals,
// and of all rows where the row is itself a goal.
func (t *tally) rateOf(row int32, scratch []uint64) int {
	if t.p.level == goalLevel {
		row = int32(len(t.cells) - 1)
	}
	if t.base != nil {
		return t.base[row].count(scratch)
	}
	return t.visitors[row].count(scratch)
}
