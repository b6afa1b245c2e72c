package report

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// maxCohorts is the most periods that a retention can have: a year of weeks, and some.
const maxCohorts = 60

// Retention asks how many of the visitors who were new in one week or month come back in the later ones.
//
// Its weeks (from Monday) or months are those that the period touches, whole ones: the period begins and ends with them. A
// visitor belongs to the cohort of the one in which his first visit began, the visit that the cookie shows to be a browser's
// first. A visitor without such a visit in these periods is in no cohort: one who came before, whose first visit was before
// the data begins, who has no cookie. He comes back in a later period when a visit of his begins in it.
//
// The filters are about the first visit: they keep visitors, as Run would keep that visit within these periods. Which visits
// they come back with does not matter.
type Retention struct {
	Period  Period
	By      Dimension // "week" or "month"
	Filters []Filter
	Now     time.Time // the clock, in the site's zone; nothing after it counts
}

// RetentionAnswer is what RunRetention returns.
type RetentionAnswer struct {
	Site      string // domain
	Retention Retention
	Cohorts   []Cohort    // by time, one for each week or month
	Unknown   int         // visits in the periods that were counted without a cookie: nobody can tell who made them
	Reason    string      // a sentence why there may be nothing to see; empty: there is no reason
	Hidden    Hidden      // figures that are kept back
	Damaged   []time.Time // UTC days of the period that are left out, by date: the file is damaged there
	Read      int         // visits read
	Took      time.Duration
}

// Cohort is the new visitors of one week or month.
type Cohort struct {
	Name    string    // as rows by week or month are called
	Start   time.Time // of the week or month
	Size    Value     // visitors; not Known under the floor
	Partial bool      // the week or month is not over
	// Back[i] tells how many of them came back i+1 weeks or months later, for all that have begun. Not Known where these or
	// the rest of the cohort are under the floor.
	Back []Value
}

// Of returns the share of the cohort that came back i+1 periods later, in percent.
func (c Cohort) Of(i int) Value {
	if !c.Size.Known || !c.Back[i].Known {
		return Value{}
	}
	return share(int(c.Back[i].Number), int(c.Size.Number))
}

// Running reports whether the week or month i+1 later than the cohort's is not over, so that more may still come back.
func (a RetentionAnswer) Running(cohort, i int) bool {
	later := cohort + i + 1
	return later < len(a.Cohorts) && a.Cohorts[later].Partial
}

// Average returns which share of the cohorts came back one, two and more periods later, in percent of their visitors
// together. Only what is shown and over counts; it is not Known where nothing is.
func (a RetentionAnswer) Average() []Value {
	var list []Value
	for i := range max(0, len(a.Cohorts)-1) {
		back, size := 0, 0
		for at, c := range a.Cohorts {
			if i < len(c.Back) && c.Back[i].Known && c.Size.Known && !a.Running(at, i) {
				back, size = back+int(c.Back[i].Number), size+int(c.Size.Number)
			}
		}
		list = append(list, share(back, size))
	}
	return list
}

// ParseRetention reads the parameters period, from, to and filter (as Parse does; the period is 91d without) and by ("week",
// the default, or "month"). An error is a *problem.Error, a 400 that names the parameter.
func ParseRetention(values url.Values, zone *time.Location, now time.Time) (q Retention, err error) {
	q.Now = now.In(zone)
	if !values.Has("period") && !values.Has("from") && !values.Has("to") {
		values = url.Values{"filter": values["filter"], "by": values["by"], "period": {"91d"}}
	}
	if q.Period, q.Filters, err = parseSegment(values, q.Now); err != nil {
		return Retention{}, err
	}
	switch q.By = Dimension(values.Get("by")); q.By {
	case "":
		q.By = "week"
	case "week", "month":
	default:
		return Retention{}, problem.BadField("by", "bad_dimension", "There are no cohorts by "+quoted(string(q.By))+".").WithHint("Use week or month.")
	}
	return q, nil
}

// Values returns the parameters that ParseRetention reads as q.
func (q Retention) Values() url.Values {
	v := segmentValues(q.Period, q.Filters)
	v.Set("by", string(q.By))
	return v
}

// RunRetention answers a retention. It ends early with ctx's error when ctx is done, with a 503 "too_slow" after 10 seconds,
// and with a 400 when the period has more than 60 weeks or months.
func RunRetention(ctx context.Context, site store.Reader, q Retention) (RetentionAnswer, error) {
	began := time.Now()
	a, err := limited(ctx, site, func(ctx context.Context, snap *store.Snapshot) (RetentionAnswer, error) {
		return runRetention(ctx, snap, site.Info(), q)
	})
	a.Took = time.Since(began)
	return a, err
}

func runRetention(ctx context.Context, snap *store.Snapshot, info store.SiteInfo, q Retention) (RetentionAnswer, error) {
	var err error
	if q.Period, err = resolveAll(q.Period, snap); err != nil {
		return RetentionAnswer{}, err
	}
	p := Period{Name: q.Period.Name, From: bucketStart(q.By, q.Period.From), To: bucketEnd(q.By, q.Period.To.Add(-time.Second))}
	if days := daysBetween(p.From, p.To); days > maxCohorts*31 {
		return RetentionAnswer{}, tooManyCohorts(q.By)
	}
	rows := buckets(q.By, p.From, p.To)
	if len(rows) > maxCohorts {
		return RetentionAnswer{}, tooManyCohorts(q.By)
	}
	s := newSegment(p.From, upTo(p, q.Now), q.Filters, info, snap.Dict)
	t := newRetentionTally(s, rows, snap.Visitors())
	if err := s.walk(ctx, snap, t.columns, true, t.scan); err != nil {
		return RetentionAnswer{}, err
	}
	a := t.answer(q, info)
	a.Damaged = damagedIn(snap, s.misses)
	return a, nil
}

func tooManyCohorts(by Dimension) error {
	return problem.BadField("period", "bad_period", fmt.Sprintf("The period has more than %d of the cohorts by %s.", maxCohorts, by)).
		WithHint("Ask for a shorter period, or by month.")
}

// bucketStart returns when the week or month begins that holds t.
func bucketStart(by Dimension, t time.Time) time.Time {
	y, m, d := t.Date()
	if by == "month" {
		return midnight(y, m, 1, t.Location())
	}
	return midnight(y, m, d-int(t.Weekday()+6)%7, t.Location())
}

// retentionTally counts cohorts: two bytes a visitor.
type retentionTally struct {
	seg     *segment
	rows    []Row
	bounds  []int64  // where the periods begin, and where the last ends
	state   []uint16 // by visitor: his cohort + 1 (0: none yet), times 256, and the period + 1 of his latest visit
	grid    [][]int  // by cohort and period
	unknown int
	read    int
	period  int // of the visit before
}

// noCohort is the cohort of a visitor whose first visit the filters leave out.
const noCohort = 255

func newRetentionTally(s *segment, rows []Row, visitors int) *retentionTally {
	t := &retentionTally{seg: s, rows: rows, state: make([]uint16, visitors+1)}
	for _, r := range rows {
		t.bounds = append(t.bounds, r.Start.Unix())
		t.grid = append(t.grid, make([]int, len(rows)))
	}
	t.bounds = append(t.bounds, s.to)
	return t
}

func (t *retentionTally) columns(info store.BlockInfo) store.Columns {
	c := store.Set(store.VisitVisitor, store.VisitType)
	if !t.within(info) {
		c |= store.Set(store.VisitStart)
	}
	if t.seg.narrows() {
		c |= t.seg.columns(info)
	}
	return c
}

// scan counts a block: first whose first visit the segment keeps, then all visits in order.
func (t *retentionTally) scan(info store.BlockInfo, b *store.Block) {
	t.read += info.Visits
	var kept []bool // by visit; nil: the segment keeps all
	if t.seg.narrows() {
		kept = make([]bool, b.Visits)
		t.seg.each(info, b, func(v *visit) { kept[v.at] = true })
	}
	if t.within(info) {
		t.visits(b, 0, b.Visits, kept)
		return
	}
	starts, midnight := b.Cols[store.VisitStart], int64(info.Date)*daySeconds
	first := func(at int64) int { // the first visit that begins at that time or later
		n, _ := slices.BinarySearchFunc(starts, at-midnight, func(start uint32, at int64) int { return cmp.Compare(int64(start), at) })
		return n
	}
	end := first(t.seg.to)
	for from := first(t.seg.from); from < end; {
		for midnight+int64(starts[from]) >= t.bounds[t.period+1] {
			t.period++
		}
		next := min(end, first(t.bounds[t.period+1]))
		t.visits(b, from, next, kept)
		from = next
	}
}

// within reports whether all visits of a block begin in one period, and sets that as the one of the visits to come.
func (t *retentionTally) within(b store.BlockInfo) bool {
	from := int64(b.Date) * daySeconds
	if from < t.seg.from || b.Last >= t.seg.to {
		return false
	}
	for from >= t.bounds[t.period+1] {
		t.period++
	}
	return b.Last < t.bounds[t.period+1]
}

// visits counts the visits from..to, which begin in one period; kept tells which the segment keeps.
func (t *retentionTally) visits(b *store.Block, from, to int, kept []bool) {
	period := uint16(t.period + 1)
	types, state := b.Cols[store.VisitType], t.state
	var counts [256]int
	for i, who := range b.Cols[store.VisitVisitor][from:to] {
		i += from
		switch store.VisitorType(types[i]) {
		case store.UnknownVisitor:
			t.unknown++
		case store.NewVisitor:
			if state[who]>>8 == 0 {
				if state[who] = period << 8; kept != nil && !kept[i] {
					state[who] = noCohort << 8
				}
			}
		}
		if s := state[who]; s != 0 && s&0xff != period {
			state[who] = s&^0xff | period
			counts[s>>8]++
		}
	}
	for c := range t.grid {
		t.grid[c][t.period] += counts[c+1]
	}
}

// answer makes the answer of what was counted.
func (t *retentionTally) answer(q Retention, info store.SiteInfo) RetentionAnswer {
	a := RetentionAnswer{Site: info.Domain, Retention: q, Unknown: t.unknown, Read: t.read}
	if info.Mode == "cookieless" {
		a.Reason = "This site counts without cookies, so nobody can tell who comes back on another day."
	}
	floor := siteFloor(info)
	sizes, names := make([]int, len(t.rows)), make([]string, len(t.rows))
	for i, r := range t.rows {
		sizes[i], names[i] = t.grid[i][i], r.Name
	}
	small := make([]bool, len(t.rows))
	for _, i := range kept(floor, sizes, names, func(groups []int32) (n int) {
		for _, g := range groups { // nobody is in two cohorts
			n += sizes[g]
		}
		return n
	}) {
		small[i] = true
	}
	for i, r := range t.rows {
		c := Cohort{Name: r.Name, Start: r.Start, Partial: !q.Now.IsZero() && bucketEnd(q.By, r.Start).After(q.Now)}
		if !q.Now.IsZero() && r.Start.After(q.Now) {
			break
		}
		if !small[i] {
			c.Size = known(sizes[i])
		}
		for later := i + 1; later < len(t.rows) && t.bounds[later] < t.seg.to; later++ {
			n := t.grid[i][later]
			if small[i] || !tellsNobody(floor, n, sizes[i]) {
				a.Hidden = Hidden{Rows: a.Hidden.Rows + 1, Reason: floorReason(floor)}
				c.Back = append(c.Back, Value{})
				continue
			}
			c.Back = append(c.Back, known(n))
		}
		a.Cohorts = append(a.Cohorts, c)
	}
	return a
}

// WriteJSON writes the answer as docs/api.md has it, and a line's end.
func (a RetentionAnswer) WriteJSON(w io.Writer) error {
	cohorts := make([]object, len(a.Cohorts))
	for i, c := range a.Cohorts {
		back, rates := []any{}, []any{}
		for k, v := range c.Back {
			back, rates = append(back, figure(Visitors, v)), append(rates, figure(ConversionRate, c.Of(k)))
		}
		cohorts[i] = object{{string(a.Retention.By), c.Name}, {"visitors", figure(Visitors, c.Size)}, {"back", back}, {"rates", rates}}
		if c.Partial {
			cohorts[i] = append(cohorts[i], pair{"partial", true})
		}
	}
	average := []any{}
	for _, v := range a.Average() {
		average = append(average, figure(ConversionRate, v))
	}
	o := object{{"site", a.Site}, {"period", periodJSON(a.Retention.Period)}, {"by", a.Retention.By}, {"cohorts", cohorts}, {"average", average}, {"unknown_visits", a.Unknown}}
	if a.Reason != "" {
		o = append(o, pair{"reason", a.Reason})
	}
	return writeJourney(w, o, a.Hidden, a.Damaged)
}
