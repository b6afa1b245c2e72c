package report

import (
	"cmp"
	"slices"
	"strings"

	"sandprint/app/store"
)

// answer makes the answer of what was counted.
func (a *asked) answer(site store.SiteInfo) Answer {
	a.chooseCurrency()
	ans := Answer{Site: site.Domain, Query: a.q}
	own := a.halves[0]
	ans.Totals = own.sums(a.q.Metrics)
	for _, h := range a.halves {
		ans.Read += h.totals.reads
	}
	if len(a.halves) > 1 {
		ans.Previous = a.halves[1].sums(a.q.Metrics)
	}
	if n := len(own.fold); n > 0 {
		ans.Hidden = Hidden{Rows: n, Reason: floorReason(a.floor)}
	}
	switch {
	case a.q.By == "":
	case a.q.By.isTime():
		ans.Rows = a.timeRows()
		ans.TotalRows = len(ans.Rows)
	default:
		ans.Rows = found(a.namedRows(), a.q.Search)
		order(ans.Rows, a.q)
		ans.TotalRows = len(ans.Rows)
		ans.Rows = ans.Rows[min(a.q.Offset, len(ans.Rows)):]
		if a.q.Limit > 0 {
			ans.Rows = ans.Rows[:min(a.q.Limit, len(ans.Rows))]
		}
		a.compareRows(ans.Rows)
	}
	return ans
}

// found returns the rows whose name contains one of the texts, letter case aside; without texts all.
func found(rows []Row, texts []string) []Row {
	if len(texts) == 0 {
		return rows
	}
	return slices.DeleteFunc(rows, func(r Row) bool {
		name := strings.ToLower(r.Name)
		return !slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(name, strings.ToLower(text)) })
	})
}

// timeRows returns a row for each time bucket. Those under the floor are blank, with and without comparison.
func (a *asked) timeRows() []Row {
	h := a.halves[0]
	rows := slices.Clone(h.part.times)
	for i := range rows {
		rows[i].Values = h.row(a.q.Metrics, int32(i))
		end := bucketEnd(a.q.By, rows[i].Start)
		rows[i].Partial = !a.q.Now.IsZero() && end.After(a.q.Now) && !rows[i].Start.After(a.q.Now)
	}
	for _, i := range h.fold {
		rows[i].Values = make([]Value, len(a.q.Metrics))
	}
	if len(a.halves) < 2 {
		return rows
	}
	before := a.halves[1]
	for i, j := range opposite(a.q.By, rows, before.part.times) {
		switch {
		case j == noRow:
			rows[i].Previous = make([]Value, len(a.q.Metrics))
			continue
		case slices.Contains(before.fold, j):
			rows[i].Previous = make([]Value, len(a.q.Metrics))
		default:
			rows[i].Previous = before.row(a.q.Metrics, j)
		}
		rows[i].Was = before.part.times[j].Start
	}
	return rows
}

// namedRows returns the rows that have something selected, in no order; those under the floor as one.
func (a *asked) namedRows() []Row {
	h := a.halves[0]
	folded := make([]bool, h.part.rows)
	for _, i := range h.fold {
		folded[i] = true
	}
	var rows []Row
	for i, name := range h.part.names {
		if h.rows.visits[i] > 0 && !folded[i] {
			rows = append(rows, Row{Name: name, Values: h.row(a.q.Metrics, int32(i))})
		}
	}
	if h.other != nil {
		rows = append(rows, Row{Name: Other, Values: h.others(a.q.Metrics)})
	}
	return rows
}

// compareRows sets Previous of rows, by name. What the floor hides of the comparison is not known.
func (a *asked) compareRows(rows []Row) {
	if len(a.halves) < 2 {
		return
	}
	h := a.halves[1]
	at := make(map[string]int32, h.part.rows)
	for i, name := range h.part.names {
		at[name] = int32(i)
	}
	for i := range rows {
		r := &rows[i]
		row, ok := at[r.Name]
		switch {
		case r.Name == Other && h.other != nil:
			r.Previous = h.others(a.q.Metrics)
		case !ok:
			r.Previous = h.row(a.q.Metrics, noRow)
		case slices.Contains(h.fold, row):
			r.Previous = make([]Value, len(a.q.Metrics))
		default:
			r.Previous = h.row(a.q.Metrics, row)
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
	for _, h := range a.halves {
		if best := h.totals.bestCurrency(); best != 0 {
			for _, h := range a.halves {
				h.currency = best
			}
			return
		}
	}
}

// bestCurrency returns the currency with the most conversions in the total; 0: there is none.
func (t *tally) bestCurrency() (best uint32) {
	if t.revenue == nil || t.revenue[0] == nil {
		return 0
	}
	sums := t.revenue[0]
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

// sums returns the figures of the totals.
func (h *half) sums(metrics []Metric) []Value {
	return h.values(metrics, h.totals, h.baseTotals, 0, 0)
}

// row returns the figures of a row; of noRow those of one that has nothing. The rate of a goal is of all visitors.
func (h *half) row(metrics []Metric, row int32) []Value {
	if h.part.level == goalLevel {
		return h.values(metrics, h.rows, h.baseTotals, row, 0)
	}
	return h.exitRate(metrics, h.values(metrics, h.rows, h.counted.base, row, row), h.rows, row, row)
}

// exitRate sets the exit rate among a row's figures: its visits of the views of the pages that they ended on.
func (h *half) exitRate(metrics []Metric, values []Value, t *tally, row int32, pages ...int32) []Value {
	i := slices.Index(metrics, ExitRate)
	if i < 0 || h.seen == nil || !t.knows(ExitRate, row) {
		return values
	}
	views := int64(0)
	for _, page := range pages {
		views += at(h.counted.views.views, page)
	}
	if views > 0 {
		values[i] = Value{Number: 100 * float64(at(t.visits, row)) / float64(views), Known: true}
	}
	return values
}

// others returns the figures of the rows under the floor.
func (h *half) others(metrics []Metric) []Value {
	base := h.other
	switch {
	case h.part.level == goalLevel:
		base = h.baseTotals
	case h.otherBase != nil:
		base = h.otherBase
	}
	return h.exitRate(metrics, h.values(metrics, h.other, base, 0, 0), h.other, 0, h.fold...)
}

// values returns the figures of a row of t, whose rate is of the visitors of a row of base.
func (h *half) values(metrics []Metric, t, base *tally, row, baseRow int32) []Value {
	values := make([]Value, len(metrics))
	for i, m := range metrics {
		of := int64(0)
		if m == ConversionRate {
			of = at(base.visitors, baseRow)
		}
		values[i] = h.value(m, t, row, of)
	}
	return values
}

// at returns the figure of a row; 0 for noRow.
func at(figure []int64, row int32) int64 {
	if row == noRow {
		return 0
	}
	return figure[row]
}

// value returns one figure of a row of t; rates are of so many visitors.
func (h *half) value(m Metric, t *tally, row int32, of int64) Value {
	count := func(figure []int64) Value { return Value{Number: float64(at(figure, row)), Known: true} }
	ratio := func(figure []int64, of int64, scale float64) Value {
		if of == 0 {
			return Value{}
		}
		return Value{Number: scale * float64(at(figure, row)) / float64(of), Known: true}
	}
	if !t.knows(m, row) {
		return Value{}
	}
	switch m {
	case Visitors:
		return count(t.visitors)
	case Visits:
		return count(t.visits)
	case Pageviews:
		return count(t.views)
	case EventCount:
		return count(t.events)
	case ViewsPerVisit:
		return ratio(t.views, at(t.visits, row), 1)
	case BounceRate:
		return ratio(t.bounces, at(t.visits, row), 100)
	case VisitDuration:
		return ratio(t.duration, at(t.visits, row), 1)
	case TimeOnPage:
		return ratio(t.engaged, at(t.viewVisits, row), 0.1)
	case ScrollDepth:
		return ratio(t.depth, at(t.depths, row), 1)
	case Conversions:
		return count(t.conversions)
	case ConversionRate:
		return ratio(t.converted, of, 100)
	case ExitRate:
		return Value{} // see exitRate
	}
	if h.currency == 0 {
		return Value{}
	}
	v := Value{Known: true, Currency: t.p.currencyNames[h.currency]}
	if row != noRow && t.revenue[row] != nil {
		v.Number = float64(t.revenue[row][2*h.currency])
	}
	return v
}
