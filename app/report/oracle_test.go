package report_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sandprint/app/report"
	"sandprint/app/store"
)

// places are zones and a moment near which their clocks do something.
var places = []struct{ zone, around, why string }{
	{"UTC", "2026-03-01", "nothing happens"},
	{"Europe/Berlin", "2026-10-25", "an hour is repeated"},
	{"Europe/Berlin", "2026-03-29", "an hour is left out"},
	{"America/New_York", "2026-11-01", "an hour is repeated, west of Greenwich"},
	{"America/Sao_Paulo", "2018-11-04", "midnight does not exist"},
	{"America/Havana", "2026-11-01", "midnight comes twice"},
	{"Asia/Beirut", "2026-03-29", "midnight does not exist, east of Greenwich"},
	{"Asia/Kathmandu", "2026-05-01", "hours begin at a quarter"},
	{"Australia/Lord_Howe", "2026-04-05", "the clocks change by half an hour"},
	{"Pacific/Apia", "2011-12-30", "a whole day is left out"},
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// someHits makes visits around a moment: over midnight, with events before views, engagement before its view, of events
// only, several a visitor.
func someHits(r *rand.Rand, around int64) (hits []store.Hit) {
	text := func(list ...string) string { return pick(r, append(list, "")...) }
	for visit := range int64(60 + r.IntN(120)) {
		start := around + r.Int64N(8*86400) - 4*86400
		h := store.Hit{Visit: visit + 1, Start: start, Visitor: uint64(r.IntN(50)), Type: store.VisitorType(r.IntN(3)),
			Origin: store.Origin{Source: text("Google", "DuckDuckGo", "a:b,c\\d"), Channel: text("Organic Search", "Email"), Referrer: text("x.org/a"),
				UTMSource: text("news"), UTMMedium: text("mail", "cpc"), UTMCampaign: text("Ä-launch", "=1+1"), UTMContent: text("1"), UTMTerm: text("vase")},
			Place:    pick(r, store.Place{}, store.Place{Country: "DE", Region: "DE-BE", City: "Berlin"}, store.Place{Country: "DE", Region: "DE-BY"}, store.Place{Country: "BR", City: "(other)"}),
			Agent:    store.Agent{Browser: text("Firefox", "Chrome"), BrowserVersion: text("120", "121"), OS: text("iOS", "Linux"), OSVersion: text("17"), Device: text("phone", "desktop"), Model: text("iPhone", "Pixel", "(other)")},
			Language: text("de", "pt-BR"), Screen: text("361-390")}
		at := start
		for i := range 1 + r.IntN(6)*r.IntN(2) {
			x := h
			x.Time, x.Seq, x.View = at, uint32(i), fmt.Sprint("v", visit, "x", i)
			x.Page = store.Page{Host: pick(r, "a.org", "b.a.org"), Path: pick(r, "/", "/blog/", "/blog/one", "/blog/one/two", "/Shop"), Title: text("Home", "Shop")}
			if x.Kind = store.Pageview; r.IntN(4) == 0 {
				x.Kind, x.Name = store.Event, pick(r, "signup", "Buy", "go, on: now")
				x.Props = pick(r, "", `{"plan":"pro"}`, `{"plan":"free","x":"1"}`, `{"plan":"(other)"}`)
				if r.IntN(2) == 0 {
					x.Currency, x.Amount = pick(r, "EUR", "USD"), r.Int64N(9000)-1000
				}
			}
			if r.IntN(3) > 0 && x.Kind == store.Pageview {
				e := x
				e.Kind, e.Engaged, e.Scroll = store.Engage, uint32(r.IntN(90_000)), uint8(r.IntN(101))
				if e.Time += r.Int64N(40); r.IntN(4) == 0 {
					e.Time = at
				}
				hits = append(hits, e)
			}
			hits = append(hits, x)
			at += pick(r, 0, r.Int64N(60), r.Int64N(1700), 1800-at%1800) // sometimes to the second when a bucket begins
		}
	}
	return hits
}

var someDimensions = []report.Dimension{"page", "entry_page", "exit_page", "hostname", "title", "source", "channel", "referrer", "utm_source", "utm_medium",
	"utm_campaign", "utm_content", "utm_term", "country", "region", "city", "language", "browser", "browser_version", "os", "os_version", "device",
	"device_model", "screen", "visitor_type", "weekday", "hour_of_day", "hour_of_week", "event", "prop:plan", "prop:none", "goal"}

// someQuestion makes a question about days near a moment.
func someQuestion(r *rand.Rand, n *naive, around time.Time) report.Query {
	day := func() string { return around.AddDate(0, 0, r.IntN(9)-4).Format(time.DateOnly) }
	days := func() report.Period {
		a, b := day(), day()
		p, err := report.Days(min(a, b), max(a, b), n.zone)
		if err != nil {
			panic(err)
		}
		return p
	}
	q := report.Query{Period: days(), By: pick(r, append(someDimensions, "", "minute", "hour", "hour", "day", "day", "week", "month")...),
		Now: time.Unix(around.Unix()+r.Int64N(9*86400)-2*86400, 0).In(n.zone)}
	if q.By == "minute" || r.IntN(8) == 0 {
		q.Period, _ = report.NewPeriod(pick(r, "realtime", "24h", "day", "yesterday", "month"), q.Now)
		if q.By == "minute" {
			q.Period, _ = report.NewPeriod("realtime", q.Now)
		}
	}
	if r.IntN(3) == 0 {
		c := days()
		if q.By == "minute" || r.IntN(2) == 0 {
			c = pick(r, q.Period.Before, q.Period.BeforeByWeekday)("previous", q.Now)
		}
		q.Compare = &c
	}
	q.Metrics = slices.Clone(report.AllMetrics)
	r.Shuffle(len(q.Metrics), func(i, j int) { q.Metrics[i], q.Metrics[j] = q.Metrics[j], q.Metrics[i] })
	q.Metrics = q.Metrics[:1+r.IntN(len(q.Metrics))]
	q.Filters = someFilters(r, n, pick(r, 0, 0, 1, 1, 2, 3))
	if r.IntN(5) == 0 {
		q.Except = someFilters(r, n, 1+r.IntN(2))
	}
	return q
}

// someFilters makes so many filters.
func someFilters(r *rand.Rand, n *naive, count int) (filters []report.Filter) {
	for range count {
		f := report.Filter{By: pick(r, append(someDimensions, "did", "did")...), Op: pick(r, report.Is, report.Is, report.Not, report.Contains, report.Lacks, report.Matches)}
		for range 1 + r.IntN(3) {
			v := pick(r, "nothing", "/bl", "/blog/*", "/**", "*", "(not set)", "SIGN", "o")
			if names := n.names(&n.hits[r.IntN(len(n.hits))], f.By); len(names) > 0 && r.IntN(4) > 0 {
				v = names[0]
			}
			f.Values = append(f.Values, v)
		}
		filters = append(filters, f)
	}
	return filters
}

func same(a, b []report.Value) bool {
	return slices.EqualFunc(a, b, func(a, b report.Value) bool {
		return a.Known == b.Known && a.Currency == b.Currency && math.Abs(a.Number-b.Number) < 1e-6
	})
}

// check holds an answer against the naive one; it returns the first difference.
func (n *naive) check(q report.Query, a report.Answer) string {
	currency := ""
	to := q.Period.To
	if q.Now.Before(to) {
		if to = q.Now.Truncate(time.Second).Add(time.Second); q.Now.Before(q.Period.From) {
			to = q.Period.From
		}
	}
	main, before := n.answer(q, q.Period.From, to, &currency), half{}
	if q.Compare != nil {
		had := currency != ""
		before = n.answer(q, q.Compare.From, q.Compare.To, &currency)
		if !had && currency != "" {
			main = n.answer(q, q.Period.From, to, &currency)
		}
	}
	isTime := slices.Contains([]report.Dimension{"minute", "hour", "day", "week", "month"}, q.By)
	switch {
	case !same(main.total, a.Totals):
		return fmt.Sprintf("totals are %v, not %v", a.Totals, main.total)
	case !same(before.total, a.Previous):
		return fmt.Sprintf("totals of the comparison are %v, not %v", a.Previous, before.total)
	case a.Hidden.Rows != len(main.hidden):
		return fmt.Sprintf("hidden are %d, not %v", a.Hidden.Rows, main.hidden)
	case len(a.Rows) != len(main.names) || a.TotalRows != len(main.names):
		return fmt.Sprintf("%d rows, not %q", len(a.Rows), main.names)
	}
	for i, row := range a.Rows {
		want, ok := main.rows[row.Name]
		if !ok || isTime && row.Name != main.names[i] || !same(row.Values, want) {
			return fmt.Sprintf("row %d %q is %v, not %v", i, row.Name, row.Values, want)
		}
		if q.Compare == nil {
			continue
		}
		old, ok := before.rows[row.Name]
		if isTime {
			if old = make([]report.Value, len(q.Metrics)); before.rows[counterpart(q, main.names, before.names, i)] != nil {
				old = before.rows[counterpart(q, main.names, before.names, i)]
			}
		} else if !ok {
			old = n.exits(q, before.sel, n.figures(q, nil, before.base(row.Name), currency), nil, row.Name)
		}
		if !same(row.Previous, old) {
			return fmt.Sprintf("row %q was %v, not %v", row.Name, row.Previous, old)
		}
	}
	return ""
}

// counterpart returns the name of the bucket of the comparison that bucket i stands against; "": there is none. Hours and
// minutes go by what the clock shows, everything else by place.
func counterpart(q report.Query, names, before []string, i int) string {
	if q.By != "hour" && q.By != "minute" {
		if i < len(before) {
			return before[i]
		}
		return ""
	}
	clock := func(name string) time.Time { return must(time.Parse("2006-01-02 15:04", name[:16])) }
	start := func(from time.Time, names []string) time.Time {
		if y, m, d := from.Date(); from.Add(-time.Second).Day() != d { // a day's first moment, whatever the clock says
			return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		}
		return clock(names[0])
	}
	nth := func(names []string, i int) (n int) {
		for _, name := range names[:i] {
			if name[:16] == names[i][:16] {
				n++
			}
		}
		return n
	}
	for j := range before {
		if clock(names[i]).Sub(start(q.Period.From, names)) == clock(before[j]).Sub(start(q.Compare.From, before)) && nth(names, i) == nth(before, j) {
			return before[j]
		}
	}
	return ""
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestOracle asks random questions about random hits, of the engine and of a naive counter.
func TestOracle(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	defer report.SetSecondWorker(report.SetSecondWorker(1))
	defer report.SetBudget(report.SetBudget(0))
	defer report.SetSmallBlock(report.SetSmallBlock(0))
	for round := range 40 {
		r := rand.New(rand.NewPCG(seed, uint64(round)))
		report.SetBudget(pick(r, 20<<20, 8000, 1000, 100)) // one scan, one with notes, several, several for shares of the visitors
		report.SetSmallBlock(pick(r, 8192, -1))            // columns at once, or what earlier ones left of each
		place := places[round%len(places)]
		zone, err := time.LoadLocation(place.zone)
		if err != nil {
			t.Fatal(err)
		}
		around, _ := time.ParseInLocation(time.DateOnly, place.around, zone)
		hits := someHits(r, around.Unix())
		goals := pick(r, nil, []store.Goal{{Name: "Read", Page: "/blog/**", Scroll: 50}, {Name: "Read", Page: "/", Engaged: 20, Scroll: 20}, {Name: "Any", Page: "/**", Engaged: 60},
			{Name: "Pro", Event: "signup", Props: []string{"plan:is:pro", "x:not:1"}}, {Name: "Free", Event: "signup", Props: []string{"plan:contains:FRE"}},
			{Name: "Joined", Event: "signup"}, {Name: "Never", Event: "signup", Props: []string{"plan"}}}, []store.Goal{{Name: "Joined", Event: "signup"}, {Name: "Read", Page: "/blog/**"}, {Name: "Read", Page: "/blog/*"}, {Name: "Any", Page: "/**"}, {Name: "Joined too", Event: "signup"}})
		floor := pick(r, 0, 1, 8)
		s := site{info: store.SiteInfo{Domain: "a.org", Zone: zone, Settings: store.SiteSettings{Goals: goals, Floor: floor}}, snap: store.SnapshotOf(hits)}
		if floor == 0 {
			floor = 5
		}
		n := newNaive(hits, zone, goals, floor)
		var questions []report.Query
		for range 25 {
			questions = append(questions, someQuestion(r, n, around))
		}
		answers, err := ask(t.Context(), s, questions, pick(r, true, false))
		if err != nil {
			t.Fatal(err)
		}
		for i, q := range questions {
			if diff := n.check(q, answers[i]); diff != "" {
				t.Fatalf("round %d (%s: %s), floor %d, goals %v\nquestion %v %s..%s now %s\n%s", round, place.zone, place.why, floor, goals, q.Values(), q.Period.From, q.Period.To, q.Now, diff)
			}
		}
	}
}

// ask asks questions together, or each alone.
func ask(ctx context.Context, s site, questions []report.Query, together bool) (answers []report.Answer, err error) {
	if together {
		return report.RunAll(ctx, s, questions)
	}
	for _, q := range questions {
		answer, err := report.Run(ctx, s, q)
		if err != nil {
			return nil, err
		}
		answers = append(answers, answer)
	}
	return answers, nil
}
