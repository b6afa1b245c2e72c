package report

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"sandprint/app/store"
)

// ChangeMetrics are the figures whose difference between two periods can be shared out among rows: those that are counted
// or summed.
var ChangeMetrics = []Metric{Visitors, Visits, Pageviews, EventCount, Conversions, Revenue}

// ChangeDimensions are those by which a difference is shared out where the question names none.
var ChangeDimensions = []Dimension{"channel", "source", "utm_campaign", "page", "entry_page", "country", "language", "device", "browser", "os", "visitor_type"}

// ChangeQuery asks what the difference of one figure between two periods is made of.
type ChangeQuery struct {
	Period, Compare Period
	Metric          Metric // one of ChangeMetrics
	By              []Dimension
	Filters         []Filter
	Limit           int       // rows of each dimension at most; 0: all
	Now             time.Time // the clock, in the site's zone
}

// Moved is a figure in the period and in the one it is compared with. What the floor hides of one of them is not known,
// and then neither is the difference.
type Moved struct {
	Name                        string
	Value, Previous, Difference Value
	Share                       Value // percent of the total's difference: over 100 or below 0 where others moved against it
}

// ChangeList is how the rows of a dimension moved, the largest movement first.
type ChangeList struct {
	By        Dimension
	Rows      []Moved
	TotalRows int    // rows that moved, before the limit
	Rest      Value  // of the total's difference, what the rows together don't make up
	Hidden    Hidden // rows that the floor hides in one of the periods or both, and that are not among Rows
}

// Change is what RunChange returns. It tells contributions, not causes: of one dimension, the rows' differences and Rest
// add up to the total's; rows of different dimensions are of the same visits, seen differently.
//
// Rest is not 0 where a visitor or a visit can be in several rows (or in none), and where the floor hides rows.
type Change struct {
	Site    string // domain
	Query   ChangeQuery
	Total   Moved
	Lists   []ChangeList // in the order of Query.By
	Damaged []time.Time  // UTC days of the two periods that are left out: the file is damaged there
	Read    int          // page views and events read
	Took    time.Duration
}

// RunChange finds which rows of which dimensions a difference is made of, all in one scan where memory allows. Rows that
// are only in one of the two periods are among them. It ends as RunAll does.
func RunChange(ctx context.Context, site store.Reader, q ChangeQuery) (Change, error) {
	began := time.Now()
	c, err := limited(ctx, site, func(ctx context.Context, snap *store.Snapshot) (Change, error) {
		return changeFrom(ctx, snap, site.Info(), q)
	})
	c.Took = time.Since(began)
	return c, err
}

// RunAllChanging is RunAll with, from the same scan, what a difference is made of: what a page of the dashboard shows. Where the two periods of
// the difference have none, or more than most, page views and events, the change is its question alone.
func RunAllChanging(ctx context.Context, site store.Reader, queries []Query, q ChangeQuery, most int) ([]Answer, Change, error) {
	began := time.Now()
	c := Change{Query: q}
	answers, err := limited(ctx, site, func(ctx context.Context, snap *store.Snapshot) (answers []Answer, err error) {
		all, info := queries, site.Info()
		if n := q.hits(snap); n > 0 && n <= most {
			all = slices.Concat(queries, q.queries())
		}
		list, err := countedFrom(ctx, snap, info, all)
		if err == nil && len(all) > len(queries) {
			c, err = changeOf(ctx, snap, info, q, list[len(queries):])
		}
		if err != nil {
			return nil, err
		}
		return answersOf(ctx, snap, info, list[:len(queries)])
	})
	took := time.Since(began)
	c.Took = took
	for i := range answers {
		answers[i].Took = took
	}
	return answers, c, err
}

// hits counts the page views and events of the days that the two periods need.
func (q *ChangeQuery) hits(snap *store.Snapshot) (n int) {
	for _, b := range snap.Blocks() {
		for _, p := range []Period{{From: q.Period.From, To: upTo(q.Period, q.Now)}, q.Compare} {
			if int64(b.Date)*86400 < p.To.Unix() && b.Last >= p.From.Unix() {
				n += b.Views + b.Events
			}
		}
	}
	return n
}

// queries returns what has to be counted: the total, and each dimension.
func (q *ChangeQuery) queries() []Query {
	queries := make([]Query, 0, len(q.By)+1)
	for _, by := range append([]Dimension{""}, q.By...) {
		queries = append(queries, Query{Period: q.Period, Compare: &q.Compare, Metrics: []Metric{q.Metric}, By: by, Filters: q.Filters, Now: q.Now})
	}
	return queries
}

// changeFrom answers from the blocks of a snapshot that are not known to be damaged.
func changeFrom(ctx context.Context, snap *store.Snapshot, info store.SiteInfo, q ChangeQuery) (Change, error) {
	list, err := countedFrom(ctx, snap, info, q.queries())
	if err != nil {
		return Change{}, err
	}
	return changeOf(ctx, snap, info, q, list)
}

// changeOf makes the answer of questions that are counted.
func changeOf(ctx context.Context, snap *store.Snapshot, info store.SiteInfo, q ChangeQuery, list []*asked) (Change, error) {
	total := list[0].answer(info)
	c := Change{Site: info.Domain, Query: q, Total: moved("", total.Totals[0], total.Previous[0]), Read: total.Read, Damaged: damagedIn(snap, list[0].misses)}
	c.Total.Share = shareOf(c.Total, c.Total)
	for i, by := range q.By {
		if err := ctx.Err(); err != nil {
			return Change{}, err
		}
		c.Lists = append(c.Lists, list[i+1].changes(by, c.Total, q.Limit))
	}
	return c, nil
}

// changes returns how the rows of a question moved.
func (a *asked) changes(by Dimension, total Moved, limit int) ChangeList {
	a.chooseCurrency()
	l := ChangeList{By: by, Rest: total.Difference}
	now, before := a.halves[0], a.halves[1]
	folded := [2][]bool{now.folds(), before.folds()}
	folds := len(now.fold)+len(before.fold) > 0 // then "(other)" is not of the same rows in both
	for i, name := range now.part.names {
		hidden := folded[0][i] || folded[1][i]
		if name == Other && folds || hidden && !now.shows(i, folded[0]) && !before.shows(i, folded[1]) {
			if hidden {
				l.Hidden = Hidden{Rows: l.Hidden.Rows + 1, Reason: floorReason(a.floor)}
			}
			continue
		}
		m := moved(name, now.cell(a.q.Metrics, i, folded[0]), before.cell(a.q.Metrics, i, folded[1]))
		if m.Difference.Known {
			l.Rest.Number -= m.Difference.Number
		}
		if m.size() == 0 {
			continue
		}
		m.Share = shareOf(m, total)
		l.Rows = append(l.Rows, m)
	}
	slices.SortFunc(l.Rows, func(a, b Moved) int {
		return cmp.Or(cmp.Compare(b.size(), a.size()), strings.Compare(a.Name, b.Name))
	})
	if l.TotalRows = len(l.Rows); limit > 0 {
		l.Rows = l.Rows[:min(limit, len(l.Rows))]
	}
	return l
}

// folds tells which rows of a half the floor hides.
func (h *half) folds() []bool {
	list := make([]bool, h.part.rows)
	for _, i := range h.fold {
		list[i] = true
	}
	return list
}

// shows reports whether a half has something in a row that may be seen.
func (h *half) shows(row int, folded []bool) bool { return !folded[row] && h.rows.visits[row] > 0 }

// cell returns the figure of a row: not known where the floor hides it.
func (h *half) cell(metrics []Metric, row int, folded []bool) Value {
	if folded[row] {
		return Value{}
	}
	return h.row(metrics, int32(row))[0]
}

// moved compares two figures.
func moved(name string, now, before Value) Moved {
	m := Moved{Name: name, Value: now, Previous: before}
	if now.Known && before.Known {
		m.Difference = Value{Number: now.Number - before.Number, Known: true, Currency: now.Currency}
	}
	return m
}

// shareOf returns a difference as percent of the total's; not known where that is 0.
func shareOf(m, total Moved) Value {
	if !m.Difference.Known || !total.Difference.Known || total.Difference.Number == 0 {
		return Value{}
	}
	return Value{Number: 100 * m.Difference.Number / total.Difference.Number, Known: true}
}

// size is how far a row moved, or, where that is not known, at most about did.
func (m Moved) size() float64 {
	if m.Difference.Known {
		return math.Abs(m.Difference.Number)
	}
	return math.Abs(max(m.Value.Number, m.Previous.Number))
}
