package report

import (
	"cmp"
	"context"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// defaultCredit is how long before a conversion a visit may have begun that is credited with it.
const defaultCredit = 30 * 24 * time.Hour

// Attribution asks where the visitors came from who reached a goal.
//
// The conversions are those that Run counts for the period and the filters. Each is credited twice: to the source of the
// first, and to that of the last of the visits of its visitor, in the segment or not, that began no longer than Window
// before the visit it happened in, that one included. Visits that came from nowhere known ("Direct", "(not set)") are not
// the last while another is there.
type Attribution struct {
	Period  Period
	Filters []Filter
	By      Dimension // source, channel, referrer or a utm_…
	Goal    string    // name; empty: all goals
	Window  time.Duration
	Now     time.Time // the clock, in the site's zone; nothing after it counts
}

// AttributionAnswer is what RunAttribution returns.
type AttributionAnswer struct {
	Site        string // domain
	Attribution Attribution
	Converters  int // visitors
	Conversions int
	Revenue     Value       // amounts of the currency that most paid conversions have; each once a conversion's hit
	First, Last []Credit    // most converters first, then by name, "(other)" last
	Hidden      Hidden      // rows folded into "(other)"
	Damaged     []time.Time // UTC days of the period and the window before it that are left out, by date: the file is damaged there
	Read        int         // page views and events read
	Took        time.Duration
}

// Credit is a source with the conversions credited to it.
type Credit struct {
	Name        string
	Converters  int // visitors with such a conversion; one may be in several rows
	Conversions int
	Revenue     Value
}

var creditable = []Dimension{"source", "channel", "referrer", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"}

// ParseAttribution reads the parameters period, from, to and filter (as Parse does), by (source, the default, channel,
// referrer or a utm_…), goal (all without) and window (a number and m, h or d, up to 90 days; 30d). An error is a
// *problem.Error, a 400 that names the parameter.
func ParseAttribution(values url.Values, zone *time.Location, now time.Time) (q Attribution, err error) {
	q = Attribution{Now: now.In(zone), By: cmp.Or(Dimension(values.Get("by")), "source"), Goal: values.Get("goal")}
	if q.Period, q.Filters, err = parseSegment(values, q.Now); err != nil {
		return Attribution{}, err
	}
	if !slices.Contains(creditable, q.By) {
		return Attribution{}, problem.BadField("by", "bad_dimension", "Conversions can't be credited by "+quoted(string(q.By))+".").
			WithHint("Use source, channel, referrer, utm_source, utm_medium, utm_campaign, utm_content or utm_term.")
	}
	if q.Window, err = parseWindow(values.Get("window"), defaultCredit); err != nil {
		return Attribution{}, err
	}
	return q, nil
}

// Values returns the parameters that ParseAttribution reads as q.
func (q Attribution) Values() url.Values {
	v := segmentValues(q.Period, q.Filters)
	v.Set("by", string(q.By))
	if q.Goal != "" {
		v.Set("goal", q.Goal)
	}
	v.Set("window", windowText(q.Window))
	return v
}

// RunAttribution answers an attribution. It ends early with ctx's error when ctx is done, and with a 503 "too_slow" after
// 10 seconds.
func RunAttribution(ctx context.Context, site store.Reader, q Attribution) (AttributionAnswer, error) {
	began := time.Now()
	a, err := limited(ctx, site, func(ctx context.Context, snap *store.Snapshot) (AttributionAnswer, error) {
		return runAttribution(ctx, snap, site.Info(), q)
	})
	a.Took = time.Since(began)
	return a, err
}

// runAttribution finds who converts, then walks again, with the window before the period, for what these visitors did.
func runAttribution(ctx context.Context, snap *store.Snapshot, info store.SiteInfo, q Attribution) (AttributionAnswer, error) {
	var err error
	if q.Period, err = resolveAll(q.Period, snap); err != nil {
		return AttributionAnswer{}, err
	}
	t := newAttributionTally(&q, info, snap)
	if err := t.seg.walk(ctx, snap, t.needs, false, t.find); err != nil {
		return AttributionAnswer{}, err
	}
	if err := t.wide.walk(ctx, snap, t.columns, true, t.scan); err != nil {
		return AttributionAnswer{}, err
	}
	a := t.answer(info)
	a.Damaged = damagedIn(snap, t.wide.misses)
	return a, nil
}

// creditTally counts what is credited to one row.
type creditTally struct {
	visitors    set
	conversions int
	amounts     []int64 // by currency; nil: none
}

// touch is a visit of a converter.
type touch struct {
	start  int64
	group  int32
	before int32 // the visit before; 0: none
}

// conversions are those of one visit.
type conversions struct {
	at      int // in the visit columns
	count   int
	amounts []paid
}

type paid struct {
	currency uint32
	amount   int64
}

// attributionTally counts an attribution: 4 bytes a visitor of the site, and 16 a visit of those who convert.
type attributionTally struct {
	q          *Attribution
	seg        *segment // the conversions
	wide       *segment // all visits that may be credited
	goals      *goals
	group      *grouping
	currencies []string
	limit      int

	converters bitmap
	latest     []int32 // by visitor: his latest visit in touches
	touches    []touch
	sides      [2][]creditTally // first, last; by group
	paid       []int            // by currency: conversions
	count      int
	read       int

	found   []conversions // of the block
	reached []int32       // scratch
}

func newAttributionTally(q *Attribution, info store.SiteInfo, snap *store.Snapshot) *attributionTally {
	to := upTo(q.Period, q.Now)
	filters := q.Filters
	if q.Goal != "" {
		filters = append(slices.Clone(filters), Filter{By: "goal", Op: Is, Values: []string{q.Goal}})
	}
	t := &attributionTally{q: q, group: group(q.By, snap.Dict), currencies: snap.Dict(store.Currencies), limit: snap.Visitors() + 1,
		seg: newSegment(q.Period.From, to, filters, info, snap.Dict), wide: newSegment(q.Period.From.Add(-q.Window), to, nil, info, snap.Dict),
		goals: newGoals(info.Settings.Goals, filters, snap.Dict), converters: newBits(snap.Visitors()), touches: make([]touch, 1)}
	t.paid = make([]int, max(1, len(t.currencies)))
	for i := range t.sides {
		t.sides[i] = make([]creditTally, len(t.group.names))
	}
	t.latest = make([]int32, t.limit)
	return t
}

// needs returns what finding the conversions needs of a block.
func (t *attributionTally) needs(info store.BlockInfo) store.Columns {
	return t.seg.columns(info) | t.goals.columns() | store.Set(store.VisitVisitor)
}

// columns returns what crediting them needs of a block.
func (t *attributionTally) columns(info store.BlockInfo) store.Columns {
	c := store.Set(store.VisitStart, store.VisitVisitor, store.VisitOrigin)
	if !t.seg.misses(info) {
		c |= t.needs(info) | store.Set(store.EventCurrency, store.EventAmount)
	}
	return c
}

// find notes who converts in a block.
func (t *attributionTally) find(info store.BlockInfo, b *store.Block) {
	t.conversionsOf(info, b, false)
	for _, f := range t.found {
		t.converters.add(b.Cols[store.VisitVisitor][f.at])
	}
	t.read += info.Views + info.Events
}

// conversionsOf fills found with the visits of a block that have conversions, in order, with or without their amounts.
func (t *attributionTally) conversionsOf(info store.BlockInfo, b *store.Block, pay bool) {
	t.found = t.found[:0]
	var c conversions
	onEvent := func(i int) {
		reached, _ := t.goals.ofEvent(b, i, &t.reached)
		c.count += len(reached)
		if pay && len(reached) > 0 && b.Cols[store.EventCurrency][i] != 0 {
			c.amounts = append(c.amounts, paid{b.Cols[store.EventCurrency][i], b.Amounts[i]})
		}
	}
	onView := func(i int) {
		reached, _ := t.goals.ofView(b, i, &t.reached)
		c.count += len(reached)
	}
	if !t.goals.ofViews() {
		onView = nil
	}
	t.seg.each(info, b, func(v *visit) {
		if onView == nil && v.events[0] == v.events[1] {
			return
		}
		c = conversions{at: v.at}
		if t.seg.hits(b, v, onView, onEvent); c.count > 0 {
			t.found = append(t.found, c)
		}
	})
}

// scan credits the conversions of a block.
func (t *attributionTally) scan(info store.BlockInfo, b *store.Block) {
	t.found = t.found[:0]
	if !t.seg.misses(info) {
		t.conversionsOf(info, b, true)
	}
	next := 0
	midnight, window := int64(info.Date)*daySeconds, int64(t.q.Window/time.Second)
	for at, who := range b.Cols[store.VisitVisitor] {
		if !t.converters.has(who) {
			continue
		}
		start := midnight + int64(b.Cols[store.VisitStart][at])
		t.touches = append(t.touches, touch{start, t.group.of[b.Cols[store.VisitOrigin][at]], t.latest[who]})
		t.latest[who] = int32(len(t.touches) - 1)
		if next < len(t.found) && t.found[next].at == at {
			t.credit(who, t.found[next], start-window)
			next++
		}
	}
}

// credit credits the conversions of the latest visit of a visitor, among his visits that began at from or later.
func (t *attributionTally) credit(who uint32, c conversions, from int64) {
	i := t.latest[who]
	first, last := t.touches[i].group, t.touches[i].group
	for ; i != 0 && t.touches[i].start >= from; i = t.touches[i].before {
		if first = t.touches[i].group; t.unset(last) {
			last = first
		}
	}
	if t.unset(last) {
		last = t.touches[t.latest[who]].group
	}
	t.count += c.count
	for side, g := range [2]int32{first, last} {
		row := &t.sides[side][g]
		row.visitors.add(who, t.limit)
		row.conversions += c.count
		for _, p := range c.amounts {
			if row.amounts == nil {
				row.amounts = make([]int64, len(t.paid))
			}
			row.amounts[p.currency] += p.amount
			if side == 0 {
				t.paid[p.currency]++
			}
		}
	}
}

// unset reports whether a group says that nobody knows.
func (t *attributionTally) unset(g int32) bool {
	return t.group.names[g] == Direct || t.group.names[g] == NotSet
}

// answer makes the answer of what was counted.
func (t *attributionTally) answer(info store.SiteInfo) AttributionAnswer {
	currency := uint32(0)
	for c, n := range t.paid {
		best := t.paid[currency]
		if c > 0 && n > 0 && (n > best || n == best && t.currencies[c] < t.currencies[currency]) {
			currency = uint32(c)
		}
	}
	floor := siteFloor(info)
	a := AttributionAnswer{Site: info.Domain, Attribution: *t.q, Converters: t.converters.count(), Conversions: t.count, Read: t.read}
	var hidden [2]int
	a.First, hidden[0] = t.rows(t.sides[0], floor, currency)
	a.Last, hidden[1] = t.rows(t.sides[1], floor, currency)
	if n := hidden[0] + hidden[1]; n > 0 {
		a.Hidden = Hidden{Rows: n, Reason: floorReason(floor)}
	}
	all := creditTally{}
	for i := range t.sides[0] {
		all.join(&t.sides[0][i], t.limit)
	}
	a.Revenue = t.revenue(&all, currency)
	return a
}

// rows returns the rows of one side, those under the floor as one, and how many these were.
func (t *attributionTally) rows(side []creditTally, floor int, currency uint32) (list []Credit, hidden int) {
	scratch := make([]uint64, t.limit/64+2)
	visitors := make([]int, len(side))
	for i := range side {
		visitors[i] = side[i].visitors.count(scratch)
	}
	union := func(groups []int32) (all creditTally) {
		for _, g := range groups {
			all.join(&side[g], t.limit)
		}
		return all
	}
	folded := kept(floor, visitors, t.group.names, func(groups []int32) int {
		all := union(groups)
		return all.visitors.count(scratch)
	})
	hidden = len(folded)
	if i := slices.Index(t.group.names, Other); i >= 0 && hidden > 0 && visitors[i] > 0 && !slices.Contains(folded, int32(i)) {
		folded = append(folded, int32(i))
	}
	credit := func(name string, c *creditTally) Credit {
		return Credit{Name: name, Converters: c.visitors.count(scratch), Conversions: c.conversions, Revenue: t.revenue(c, currency)}
	}
	for i := range side {
		if visitors[i] > 0 && !slices.Contains(folded, int32(i)) {
			list = append(list, credit(t.group.names[i], &side[i]))
		}
	}
	if len(folded) > 0 {
		all := union(folded)
		list = append(list, credit(Other, &all))
	}
	slices.SortFunc(list, func(a, b Credit) int {
		if (a.Name == Other) != (b.Name == Other) {
			return map[bool]int{true: 1, false: -1}[a.Name == Other]
		}
		return cmp.Or(cmp.Compare(b.Converters, a.Converters), strings.Compare(a.Name, b.Name))
	})
	return list, hidden
}

// join adds all of o, which stays as it is.
func (c *creditTally) join(o *creditTally, limit int) {
	if o.visitors.bits != nil && c.visitors.bits == nil {
		c.visitors.spread(limit)
	}
	c.visitors.joinCopy(&o.visitors, limit)
	c.conversions += o.conversions
	if o.amounts != nil && c.amounts == nil {
		c.amounts = make([]int64, len(o.amounts))
	}
	for i, n := range o.amounts {
		c.amounts[i] += n
	}
}

// revenue returns what a row earned in a currency; 0: there is none.
func (t *attributionTally) revenue(c *creditTally, currency uint32) Value {
	if currency == 0 {
		return Value{}
	}
	v := Value{Known: true, Currency: t.currencies[currency]}
	if c.amounts != nil {
		v.Number = float64(c.amounts[currency])
	}
	return v
}

// WriteJSON writes the answer as docs/api.md has it, and a line's end.
func (a AttributionAnswer) WriteJSON(w io.Writer) error {
	rows := func(list []Credit) []object {
		out := make([]object, len(list))
		for i, c := range list {
			out[i] = object{{string(a.Attribution.By), c.Name}, {"visitors", c.Converters}, {"conversions", c.Conversions}, {"revenue", figure(Revenue, c.Revenue)}}
		}
		return out
	}
	return writeJourney(w, object{{"site", a.Site}, {"period", periodJSON(a.Attribution.Period)}, {"by", a.Attribution.By},
		{"window", windowText(a.Attribution.Window)}, {"visitors", a.Converters}, {"conversions", a.Conversions},
		{"revenue", figure(Revenue, a.Revenue)}, {"first", rows(a.First)}, {"last", rows(a.Last)}}, a.Hidden, a.Damaged)
}
