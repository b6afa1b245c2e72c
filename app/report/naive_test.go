package report_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"sandprint/app/report"
	"sandprint/app/store"
)

// naive counts hits with plain loops and maps: what the engine must agree with.
type naive struct {
	hits    []store.Hit // page views and events, by time
	engaged map[string]uint32
	scroll  map[string]uint8
	last    map[int64]int64 // by visit
	count   map[int64]int
	entry   map[int64]string
	exit    map[int64]string
	zone    *time.Location
	goals   []store.Goal
	floor   int
}

// got is a hit in a row, with the conversions it is there.
type got struct{ hit, conversions int }

func newNaive(hits []store.Hit, zone *time.Location, goals []store.Goal, floor int) *naive {
	n := &naive{engaged: map[string]uint32{}, scroll: map[string]uint8{}, last: map[int64]int64{}, count: map[int64]int{},
		entry: map[int64]string{}, exit: map[int64]string{}, zone: zone, goals: goals, floor: floor}
	for _, h := range hits {
		n.last[h.Visit] = max(n.last[h.Visit], h.Time)
		if h.Kind == store.Engage {
			n.engaged[h.View] = max(n.engaged[h.View], h.Engaged)
			n.scroll[h.View] = max(n.scroll[h.View], h.Scroll)
			continue
		}
		n.hits = append(n.hits, h)
		n.count[h.Visit]++
	}
	slices.SortStableFunc(n.hits, func(a, b store.Hit) int { return cmp.Compare(a.Time, b.Time) })
	for _, h := range n.hits {
		if h.Kind == store.Pageview {
			if _, ok := n.entry[h.Visit]; !ok {
				n.entry[h.Visit] = h.Page.Path
			}
			n.exit[h.Visit] = h.Page.Path
		}
	}
	return n
}

// names returns the values that a hit has of a dimension; none where the dimension is not of such hits.
func (n *naive) names(h *store.Hit, by report.Dimension) []string {
	or := func(s, other string) []string {
		if s == "" {
			return []string{other}
		}
		return []string{s}
	}
	v, unset := "", "(not set)"
	t := time.Unix(h.Time, 0).In(n.zone)
	if prop, ok := strings.CutPrefix(string(by), "prop:"); ok {
		if h.Kind != store.Event {
			return nil
		}
		var props map[string]string
		_ = json.Unmarshal([]byte(h.Props), &props)
		return or(props[prop], unset)
	}
	switch by {
	case "page":
		v = h.Page.Path
	case "hostname":
		v = h.Page.Host
	case "title":
		v = h.Page.Title
	case "entry_page":
		v = n.entry[h.Visit]
	case "exit_page":
		v = n.exit[h.Visit]
	case "source":
		v, unset = h.Origin.Source, "Direct"
	case "channel":
		v, unset = h.Origin.Channel, "Direct"
	case "referrer":
		v = h.Origin.Referrer
	case "utm_source":
		v = h.Origin.UTMSource
	case "utm_medium":
		v = h.Origin.UTMMedium
	case "utm_campaign":
		v = h.Origin.UTMCampaign
	case "utm_content":
		v = h.Origin.UTMContent
	case "utm_term":
		v = h.Origin.UTMTerm
	case "country":
		v = h.Place.Country
	case "region":
		v = h.Place.Region
	case "city":
		v = h.Place.City
	case "browser":
		v = h.Agent.Browser
	case "browser_version":
		v = h.Agent.Browser + " " + h.Agent.BrowserVersion
		if h.Agent.Browser == "" || h.Agent.BrowserVersion == "" {
			v = h.Agent.BrowserVersion
		}
	case "os":
		v = h.Agent.OS
	case "os_version":
		v = h.Agent.OS + " " + h.Agent.OSVersion
		if h.Agent.OS == "" || h.Agent.OSVersion == "" {
			v = h.Agent.OSVersion
		}
	case "device":
		v = h.Agent.Device
	case "device_model":
		v = h.Agent.Model
	case "language":
		v = h.Language
	case "screen":
		v = h.Screen
	case "visitor_type":
		v = []string{"", "new", "returning"}[h.Type]
	case "weekday":
		v = t.Weekday().String()
	case "hour_of_day":
		v = fmt.Sprintf("%02d", t.Hour())
	case "hour_of_week":
		v = fmt.Sprintf("%s %02d", t.Weekday(), t.Hour())
	case "event":
		if h.Kind != store.Event {
			return nil
		}
		v = h.Name
	case "goal":
		return n.reached(h)
	case "did":
		return n.done(h.Visit)
	default:
		return []string{bucketName(by, t)}
	}
	return or(v, unset)
}

// reached returns the goals that a hit reaches.
func (n *naive) reached(h *store.Hit) (names []string) {
	if len(n.goals) == 0 && h.Kind == store.Event {
		return []string{h.Name}
	}
	for _, g := range n.goals {
		if (g.Event != "" && h.Kind == store.Event && h.Name == g.Event || g.Page != "" && h.Kind == store.Pageview && like(g.Page, h.Page.Path)) &&
			n.further(h, g) && !slices.Contains(names, g.Name) {
			names = append(names, g.Name)
		}
	}
	return names
}

// done returns the goals that are reached in the whole of a visit.
func (n *naive) done(visit int64) (names []string) {
	for i := range n.hits {
		if n.hits[i].Visit == visit {
			names = append(names, n.reached(&n.hits[i])...)
		}
	}
	return names
}

// further reports whether a hit meets the conditions of a goal beyond its event or page.
func (n *naive) further(h *store.Hit, g store.Goal) bool {
	for _, condition := range g.Props {
		f, err := report.ParseFilter("prop:" + condition)
		if err != nil || meets(f, n.names(h, f.By)[0]) == negative(f) {
			return false
		}
	}
	return int(n.scroll[h.View]) >= g.Scroll && int(n.engaged[h.View]+50)/100 >= g.Engaged*10
}

// like is the path pattern as a regular expression.
func like(pattern, s string) bool {
	x := regexp.QuoteMeta(pattern)
	x = regexp.MustCompile(`(\\\*){2,}`).ReplaceAllString(x, "(?s:.*)")
	x = strings.ReplaceAll(x, `\*`, `[^/]*`)
	return regexp.MustCompile("^(?:" + x + ")$").MatchString(s)
}

func meets(f report.Filter, name string) bool {
	return slices.ContainsFunc(f.Values, func(v string) bool {
		switch f.Op {
		case report.Contains, report.Lacks:
			return name != "(not set)" && strings.Contains(strings.ToLower(name), strings.ToLower(v))
		case report.Matches:
			return name != "(not set)" && like(v, name)
		}
		return name == v
	})
}

func negative(f report.Filter) bool { return f.Op == report.Not || f.Op == report.Lacks }

// counted returns the goals of a hit that count: those that the filters ask for.
func (n *naive) counted(h *store.Hit, filters []report.Filter) []string {
	names := n.reached(h)
	asked := slices.DeleteFunc(slices.Clone(filters), func(f report.Filter) bool { return f.By != "goal" || negative(f) })
	if len(asked) == 0 {
		return names
	}
	return slices.DeleteFunc(names, func(name string) bool {
		return !slices.ContainsFunc(asked, func(f report.Filter) bool { return meets(f, name) })
	})
}

// selected returns the hits in a stretch that the filters keep; without those on goals when base is set.
func (n *naive) selected(from, to time.Time, filters []report.Filter, base bool) (list []int) {
	return n.without(from, to, filters, nil, base)
}

// without is selected, without the visits of a segment.
func (n *naive) without(from, to time.Time, filters, except []report.Filter, base bool) (list []int) {
	out := map[int64]bool{}
	if len(except) > 0 {
		for _, i := range n.selected(from, to, except, false) {
			out[n.hits[i].Visit] = true
		}
	}
	for i := range n.hits {
		h := &n.hits[i]
		ok := h.Time >= from.Unix() && h.Time < to.Unix()
		for _, f := range filters {
			if base && f.By == "goal" || !ok {
				continue
			}
			ok = slices.ContainsFunc(n.names(h, f.By), func(name string) bool { return meets(f, name) }) != negative(f)
		}
		if ok && !out[h.Visit] {
			list = append(list, i)
		}
	}
	return list
}

func bucketName(by report.Dimension, t time.Time) string {
	switch by {
	case "minute":
		return t.Format("2006-01-02 15:04")
	case "hour":
		return t.Format("2006-01-02 15:00")
	case "week":
		for t = t.Add(0); t.Weekday() != time.Monday; {
			y, m, d := t.Date()
			t = time.Date(y, m, d-1, 12, 0, 0, 0, time.UTC)
		}
		return t.Format("2006-01-02")
	case "month":
		return t.Format("2006-01")
	}
	return t.Format("2006-01-02")
}

// half is the answer for one of the two periods.
type half struct {
	total  []report.Value
	names  []string
	rows   map[string][]report.Value
	hidden []string
	base   func(names ...string) []int // hits that the rate of a row is of
	sel    []int
}

// answer counts one period of a question. The currency "" is chosen by it.
func (n *naive) answer(q report.Query, from, to time.Time, currency *string) half {
	sel, base := n.without(from, to, q.Filters, q.Except, false), n.without(from, to, q.Filters, q.Except, true)
	rows, baseRows := map[string][]got{}, map[string][]int{}
	var all []got
	time2 := slices.Contains([]report.Dimension{"minute", "hour", "day", "week", "month"}, q.By)
	var out half
	name := func(s string, h *store.Hit) string { return s }
	if time2 {
		out.names, name = n.timeline(q.By, from, to)
	}
	for _, i := range sel {
		h := &n.hits[i]
		goals := n.counted(h, q.Filters)
		all = append(all, got{i, len(goals)})
		if q.By == "goal" {
			for _, g := range goals {
				rows[g] = append(rows[g], got{i, 1})
			}
		} else if q.By != "" {
			for _, s := range n.names(h, q.By) {
				rows[name(s, h)] = append(rows[name(s, h)], got{i, len(goals)})
			}
		}
	}
	for _, i := range base {
		if q.By != "" && q.By != "goal" {
			for _, s := range n.names(&n.hits[i], q.By) {
				baseRows[name(s, &n.hits[i])] = append(baseRows[name(s, &n.hits[i])], i)
			}
		}
	}
	n.currency(all, currency)
	out.total, out.rows = n.figures(q, all, base, *currency), map[string][]report.Value{}
	rowBase := func(names ...string) (list []int) {
		if q.By == "goal" {
			return base
		}
		for _, s := range names {
			list = append(list, baseRows[s]...)
		}
		return list
	}
	out.hidden, out.base, out.sel = n.fold(q, rows), rowBase, sel
	if !time2 {
		for s := range rows {
			out.names = append(out.names, s)
		}
	}
	for _, s := range out.names {
		out.rows[s] = n.exits(q, sel, n.figures(q, rows[s], rowBase(s), *currency), rows[s], s)
	}
	if len(out.hidden) == 0 {
		return out
	}
	var together []got
	for _, s := range out.hidden {
		together = append(together, rows[s]...)
		out.rows[s] = make([]report.Value, len(q.Metrics))
	}
	if !time2 {
		out.names = slices.DeleteFunc(out.names, func(s string) bool { return slices.Contains(out.hidden, s) })
		out.names = append(out.names, "(other)")
		out.rows["(other)"] = n.exits(q, sel, n.figures(q, together, rowBase(out.hidden...), *currency), together, out.hidden...)
	}
	return out
}

// exits sets the exit rate of a row by exit_page: its visits of the selected views of its pages.
func (n *naive) exits(q report.Query, sel []int, values []report.Value, row []got, pages ...string) []report.Value {
	views, visits := 0.0, map[int64]bool{}
	for _, i := range sel {
		if h := &n.hits[i]; h.Kind == store.Pageview && slices.Contains(pages, n.names(h, "page")[0]) {
			views++
		}
	}
	for _, g := range row {
		visits[n.hits[g.hit].Visit] = true
	}
	if i := slices.Index(q.Metrics, report.ExitRate); i >= 0 && q.By == "exit_page" && views > 0 {
		values[i] = report.Value{Number: 100 * float64(len(visits)) / views, Known: true}
	}
	return values
}

// timeline walks a stretch and returns the names of its time buckets, and a function that tells repeated hours apart.
func (n *naive) timeline(by report.Dimension, from, to time.Time) (names []string, name func(string, *store.Hit) string) {
	step := int64(1800)
	if to.Sub(from) < 48*time.Hour { // it may begin at any minute
		step = 60
	}
	type key struct{ label, offset string }
	var order []key
	for u := from.Unix(); u < to.Unix(); u += step {
		t := time.Unix(u, 0).In(n.zone)
		k := key{label: bucketName(by, t)}
		if by == "hour" || by == "minute" {
			k.offset = t.Format("-07:00")
		}
		if !slices.Contains(order, k) {
			order = append(order, k)
		}
	}
	twice := func(label string) bool {
		c := 0
		for _, k := range order {
			if k.label == label {
				c++
			}
		}
		return c > 1
	}
	for _, k := range order {
		if twice(k.label) {
			k.label += k.offset
		}
		names = append(names, k.label)
	}
	return names, func(s string, h *store.Hit) string {
		if (by == "hour" || by == "minute") && twice(s) {
			s += time.Unix(h.Time, 0).In(n.zone).Format("-07:00")
		}
		return s
	}
}

// currency chooses the currency of most paid conversions.
func (n *naive) currency(all []got, currency *string) {
	counts := map[string]int{}
	for _, g := range all {
		if h := n.hits[g.hit]; g.conversions > 0 && h.Currency != "" {
			counts[h.Currency]++
		}
	}
	if *currency != "" {
		return
	}
	for c, k := range counts {
		if *currency == "" || k > counts[*currency] || k == counts[*currency] && c < *currency {
			*currency = c
		}
	}
}

func (n *naive) visitors(list []got) map[uint64]bool {
	set := map[uint64]bool{}
	for _, g := range list {
		set[n.hits[g.hit].Visitor] = true
	}
	return set
}

// fold returns the names of the rows under the floor, where one holds.
func (n *naive) fold(q report.Query, rows map[string][]got) (hidden []string) {
	holds := slices.Contains([]report.Dimension{"region", "city", "device_model"}, q.By) || strings.HasPrefix(string(q.By), "prop:") || len(q.Except) > 0
	for _, f := range q.Filters {
		holds = holds || f.By != "page"
	}
	if !holds || q.By == "" {
		return nil
	}
	var names []string
	for s := range rows {
		names = append(names, s)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(n.visitors(rows[a])), len(n.visitors(rows[b]))), strings.Compare(a, b))
	})
	var together []got
	for _, s := range names {
		if len(n.visitors(rows[s])) >= n.floor && (len(hidden) == 0 || len(n.visitors(together)) >= n.floor) {
			break
		}
		hidden, together = append(hidden, s), append(together, rows[s]...)
	}
	if _, ok := rows["(other)"]; ok && len(hidden) > 0 && !slices.Contains(hidden, "(other)") {
		hidden = append(hidden, "(other)")
	}
	return hidden
}

// figures counts the hits of a row.
func (n *naive) figures(q report.Query, list []got, base []int, currency string) []report.Value {
	visits, viewVisits, hits, depths := map[int64]bool{}, map[int64]bool{}, map[int]int{}, map[string]float64{}
	converters, everyone := map[uint64]bool{}, map[uint64]bool{}
	var views, events, bounces, seconds, tenths, conversions, amount float64
	for _, g := range list {
		hits[g.hit] += g.conversions
	}
	for i, c := range hits {
		h := n.hits[i]
		if !visits[h.Visit] {
			visits[h.Visit] = true
			seconds += float64(n.last[h.Visit] - h.Start)
			if n.count[h.Visit] == 1 {
				bounces++
			}
		}
		if h.Kind == store.Pageview {
			views++
			viewVisits[h.Visit] = true
			tenths += float64((n.engaged[h.View] + 50) / 100)
			if d := n.scroll[h.View]; d > 0 {
				k := fmt.Sprint(h.Visit, h.Page.Path)
				depths[k] = max(depths[k], float64(d))
			}
		} else {
			events++
		}
		if c > 0 {
			conversions += float64(c)
			converters[h.Visitor] = true
			if h.Currency == currency {
				amount += float64(h.Amount)
			}
		}
	}
	for _, i := range base {
		everyone[n.hits[i].Visitor] = true
	}
	depth := 0.0
	for _, d := range depths {
		depth += d
	}
	div := func(a, b float64) report.Value {
		if b == 0 {
			return report.Value{}
		}
		return report.Value{Number: a / b, Known: true}
	}
	count := func(x float64) report.Value { return report.Value{Number: x, Known: true} }
	all := map[report.Metric]report.Value{
		report.Visitors: count(float64(len(n.visitors(list)))), report.Visits: count(float64(len(visits))), report.Pageviews: count(views),
		report.EventCount: count(events), report.ViewsPerVisit: div(views, float64(len(visits))), report.BounceRate: div(100*bounces, float64(len(visits))),
		report.VisitDuration: div(seconds, float64(len(visits))), report.TimeOnPage: div(tenths/10, float64(len(viewVisits))),
		report.ScrollDepth: div(depth, float64(len(depths))), report.Conversions: count(conversions),
		report.ConversionRate: div(100*float64(len(converters)), float64(len(everyone))),
	}
	if currency != "" {
		all[report.Revenue] = report.Value{Number: amount, Known: true, Currency: currency}
	}
	values := make([]report.Value, len(q.Metrics))
	for i, m := range q.Metrics {
		values[i] = all[m]
	}
	return values
}
