package report_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sandprint/app/report"
	"sandprint/app/store"
)

// converted is a hit with its conversions, credited to a name.
type converted struct {
	hit         store.Hit
	conversions int
}

func TestAttributionOracle(t *testing.T) {
	journeySites(t, 40, func(t *testing.T, r *rand.Rand, s journeySite) {
		for range 10 {
			q := report.Attribution{Filters: s.someFilters(r), By: pick[report.Dimension](r, "source", "channel", "utm_campaign"),
				Goal: pick(r, "", "Joined", "signup", "Read"), Window: pick(r, 0, 5*time.Hour, 48*time.Hour, 30*24*time.Hour)}
			q.Period, q.Now = s.somePeriod(r)
			a, err := report.RunAttribution(t.Context(), s, q)
			if err != nil {
				t.Fatal(err)
			}
			if diff := s.checkAttribution(q, a); diff != "" {
				t.Errorf("%s window %s at %s: %s", q.Values(), q.Window, q.Now, diff)
				return
			}
		}
	})
}

// checkAttribution credits each conversion by looking through all visits, and returns the first difference.
func (s journeySite) checkAttribution(q report.Attribution, a report.AttributionAnswer) string {
	filters := slices.Clone(q.Filters)
	if q.Goal != "" {
		filters = append(filters, report.Filter{By: "goal", Op: report.Is, Values: []string{q.Goal}})
	}
	to := until(q.Period, q.Now)
	var all []converted
	sides := [2]map[string][]converted{{}, {}}
	currencies := map[string]int{}
	for _, i := range s.selected(q.Period.From, to, filters, false) {
		c := converted{s.hits[i], len(s.counted(&s.hits[i], filters))}
		if c.conversions == 0 {
			continue
		}
		if c.hit.Currency != "" {
			currencies[c.hit.Currency]++
		}
		all = append(all, c)
		first, last := s.credited(q, &c.hit)
		sides[0][first] = append(sides[0][first], c)
		sides[1][last] = append(sides[1][last], c)
	}
	currency := ""
	for c, n := range currencies {
		if currency == "" || n > currencies[currency] || n == currencies[currency] && c < currency {
			currency = c
		}
	}
	total := credit("", all, currency)
	if a.Converters != total.Converters || a.Conversions != total.Conversions || a.Revenue != total.Revenue {
		return fmt.Sprintf("in all %d, %d, %v, not %v", a.Converters, a.Conversions, a.Revenue, total)
	}
	first, n := s.credits(sides[0], currency)
	last, m := s.credits(sides[1], currency)
	if !reflect.DeepEqual(a.First, first) || !reflect.DeepEqual(a.Last, last) || a.Hidden.Rows != n+m {
		return fmt.Sprintf("\nfirst %v\nnot   %v\nlast %v\nnot  %v\nhidden %d, not %d", a.First, first, a.Last, last, a.Hidden.Rows, n+m)
	}
	return ""
}

// credited returns what a conversion is credited to.
func (s journeySite) credited(q report.Attribution, h *store.Hit) (first, last string) {
	window := int64(q.Window / time.Second)
	for _, x := range s.byVisit() {
		before := x.Start < h.Start || x.Start == h.Start && x.Visit <= h.Visit
		if x.Visitor != h.Visitor || !before || x.Start < h.Start-window {
			continue
		}
		name := s.names(&x, q.By)[0]
		if first == "" {
			first = name
		}
		if unset := name == "Direct" || name == "(not set)"; last == "" || !unset {
			last = name
		}
	}
	return first, last
}

func credit(name string, list []converted, currency string) report.Credit {
	c := report.Credit{Name: name}
	var hits []store.Hit
	amount := 0.0
	for _, x := range list {
		hits, c.Conversions = append(hits, x.hit), c.Conversions+x.conversions
		if x.hit.Currency == currency {
			amount += float64(x.hit.Amount)
		}
	}
	if c.Converters = people(hits); currency != "" {
		c.Revenue = report.Value{Number: amount, Known: true, Currency: currency}
	}
	return c
}

// credits makes the rows of one side, those under the floor as one.
func (s journeySite) credits(side map[string][]converted, currency string) (rows []report.Credit, hidden int) {
	var names []string
	for name := range side {
		names = append(names, name)
	}
	n := func(name string) int { return credit("", side[name], "").Converters }
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(n(a), n(b)), strings.Compare(a, b)) })
	var other []converted
	for _, name := range names {
		if n(name) < s.floor || len(other) > 0 && credit("", other, "").Converters < s.floor {
			other, hidden = append(other, side[name]...), hidden+1
		} else {
			rows = append(rows, credit(name, side[name], currency))
		}
	}
	slices.SortFunc(rows, func(a, b report.Credit) int {
		return cmp.Or(cmp.Compare(b.Converters, a.Converters), strings.Compare(a.Name, b.Name))
	})
	if len(other) > 0 {
		rows = append(rows, credit("(other)", other, currency))
	}
	return rows, hidden
}

func TestAttributionCases(t *testing.T) {
	const day = 86400
	for _, c := range []struct{ visits, ask, first, last, why string }{
		{"Google+0 Email+1 Ads*+2", "", "Google 1", "Ads 1", "the first, and the one of the conversion"},
		{"Google+0 Email+1 -*+2", "", "Google 1", "Email 1", "a direct visit is not the last while another is there"},
		{"-+0 -*+2", "", "Direct 1", "Direct 1", "but it is when there is none"},
		{"Google+-30 Email*+0", "", "Google 1", "Email 1", "the window reaches to before the period, its begin included"},
		{"Google+-31 Email*+0", "", "Email 1", "Email 1", "not further"},
		{"Google+-2 Email*+0", "&window=1d", "Email 1", "Email 1", "a shorter one"},
		{"Google+-2 Email*+0", "&window=visit", "Email 1", "Email 1", "only the visit itself"},
		{"Google*+0 Email*+1", "", "Google 2", "Email 1 Google 1", "each conversion by itself"},
		{"Google+0 Email*+1 Ads+2", "", "Google 1", "Email 1", "what comes after is not credited"},
		{"Google+0 Email*+1", "&filter=source:is:Email", "Google 1", "Email 1", "filters are about conversions"},
		{"Google+0 Email*+1", "&goal=other", "", "", "another goal"},
	} {
		var hits []store.Hit
		for i, f := range strings.Fields(c.visits) {
			name, after, _ := strings.Cut(f, "+")
			h := store.Hit{Kind: store.Pageview, Visit: int64(i + 1), Visitor: 7, View: fmt.Sprint("v", i), Page: store.Page{Path: "/"}}
			fmt.Sscan(after, &h.Start)
			h.Start = (h.Start + 20_001) * day
			h.Time = h.Start
			if name, converts := strings.CutSuffix(name, "*"); converts {
				h.Origin.Source = strings.Trim(name, "-")
				h.Kind, h.Name = store.Event, "buy"
			} else {
				h.Origin.Source = strings.Trim(name, "-")
			}
			hits = append(hits, h)
		}
		values, _ := url.ParseQuery("from=2024-10-05&to=2024-10-09" + c.ask)
		q, err := report.ParseAttribution(values, time.UTC, time.Unix(20_100*day, 0))
		if err != nil {
			t.Fatal(err)
		}
		a, err := report.RunAttribution(t.Context(), site{info: store.SiteInfo{Zone: time.UTC, Settings: store.SiteSettings{Floor: 1}}, snap: store.SnapshotOf(hits)}, q)
		if err != nil {
			t.Fatal(err)
		}
		text := func(list []report.Credit) string {
			var parts []string
			for _, row := range list {
				parts = append(parts, fmt.Sprint(row.Name, " ", row.Conversions))
			}
			return strings.Join(parts, " ")
		}
		if text(a.First) != c.first || text(a.Last) != c.last {
			t.Errorf("%s: %q of %q is first %q, last %q, want %q and %q", c.why, c.ask, c.visits, text(a.First), text(a.Last), c.first, c.last)
		}
	}
}

func TestParseAttribution(t *testing.T) {
	for ask, field := range map[string]string{"": "", "by=utm_campaign&goal=x&window=7d&period=7d&filter=country:is:DE": "", "by=country": "by", "window=1y": "window", "period=x": "period", "filter=x": "filter"} {
		values, _ := url.ParseQuery(ask)
		q, err := report.ParseAttribution(values, time.UTC, time.Unix(20_100*86400, 0))
		if fieldOf(err) != field {
			t.Errorf("%s: %v, want a refusal of %q", ask, err, field)
		}
		if err != nil {
			continue
		}
		if again, err := report.ParseAttribution(q.Values(), time.UTC, q.Now); err != nil || !reflect.DeepEqual(again, q) {
			t.Errorf("%s: written as %s and read as %+v, %v", ask, q.Values().Encode(), again, err)
		}
	}
}
