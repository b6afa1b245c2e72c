package report_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sandprint/app/report"
	"sandprint/app/store"
)

// floorSite has visits from cities: as many visitors each as the table says, one page view a visitor, on a day each.
func floorSite(cities map[string]int, floor int) site {
	var hits []store.Hit
	for city, n := range cities {
		for i := range n {
			id := int64(len(hits) + 1)
			at := int64(20_000*86400) + int64(len(city))*86400 + int64(i)
			hits = append(hits, store.Hit{Kind: store.Pageview, Time: at, Start: at, Visit: id, Visitor: uint64(id),
				Page: store.Page{Path: "/"}, Place: store.Place{Country: "DE", City: city}})
		}
	}
	return site{info: store.SiteInfo{Zone: time.UTC, Settings: store.SiteSettings{Floor: floor}}, snap: store.SnapshotOf(hits)}
}

func TestFloor(t *testing.T) {
	for _, c := range []struct {
		cities map[string]int
		floor  int
		by     report.Dimension
		filter string
		want   string
		why    string
	}{
		{map[string]int{"A": 9, "BB": 7, "CCC": 4}, 0, "city", "", "(other)=11 A=9 hidden 2", "C alone could be taken from the total: B joins it"},
		{map[string]int{"A": 9, "BB": 3, "CCC": 4}, 0, "city", "", "A=9 (other)=7 hidden 2", "two small ones are enough together"},
		{map[string]int{"A": 2}, 0, "city", "", "(other)=2 hidden 1", "the total shows it in any case"},
		{map[string]int{"A": 9, "BB": 2}, 2, "city", "", "A=9 BB=2 hidden 0", "the owner's floor"},
		{map[string]int{"A": 2, "BB": 1}, 1, "city", "", "A=2 BB=1 hidden 0", "a floor of one hides nothing"},
		{map[string]int{"A": 2, "BB": 1}, 0, "country", "", "DE=3 hidden 0", "countries always show"},
		{map[string]int{"A": 2, "BB": 1}, 0, "country", "page:is:/", "DE=3 hidden 0", "a filter on the page does not restrict"},
		{map[string]int{"A": 2, "BB": 1}, 0, "page", "country:is:DE", "(other)=3 hidden 1", "any other filter does"},
		{map[string]int{"A": 9, "BB": 2}, 0, "day", "country:is:DE", "2024-10-05=? 2024-10-06=? hidden 2", "a blank day must not follow from the total"},
		{map[string]int{"A": 9, "BB": 3, "CCC": 4}, 0, "day", "country:is:DE", "2024-10-05=9 2024-10-06=? 2024-10-07=? hidden 2", "two blank days are enough together"},
		{map[string]int{"A": 9, "BB": 2}, 0, "day", "", "2024-10-05=9 2024-10-06=2 hidden 0", "unfiltered days always show"},
	} {
		q := report.Query{Metrics: []report.Metric{report.Visitors}, By: c.by}
		days := 2
		if len(c.cities) > 2 {
			days = 3
		}
		q.Period, _ = report.Days("2024-10-05", fmt.Sprintf("2024-10-%02d", 4+days), time.UTC)
		if c.filter != "" {
			f, err := report.ParseFilter(c.filter)
			if err != nil {
				t.Fatal(err)
			}
			q.Filters = append(q.Filters, f)
		}
		a, err := report.Run(t.Context(), floorSite(c.cities, c.floor), q)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, r := range a.Rows {
			if v := r.Values[0]; v.Known {
				got += fmt.Sprintf("%s=%v ", r.Name, v.Number)
			} else {
				got += r.Name + "=? "
			}
		}
		if got += fmt.Sprintf("hidden %d", a.Hidden.Rows); got != c.want {
			t.Errorf("%s: %v by %s is %q, want %q", c.why, c.cities, c.by, got, c.want)
		}
	}
}

// someone is a visitor of TestDifferencing: all their visits are from one city, in one language and on one day, so that rows by city and by day have no
// visitor in common.
type someone struct {
	city, language, source string
	day                    int
	pages                  []string // of each visit
}

// someones makes visitors, and what they did.
func someones(r *rand.Rand) (people []someone, hits []store.Hit) {
	for who := range 20 + r.IntN(100) {
		p := someone{city: fmt.Sprint("City", r.IntN(1+r.IntN(12))), language: pick(r, "de", "de", "en", "fr"), source: pick(r, "A", "B", "C"), day: r.IntN(1 + r.IntN(9))}
		for range 1 + r.IntN(3) {
			page, id := pick(r, "/", "/a", "/b"), int64(len(hits)+1)
			at := int64(20_000*86400) + int64(p.day)*86400 + id
			p.pages = append(p.pages, page)
			hits = append(hits, store.Hit{Kind: store.Pageview, Time: at, Start: at, Visit: id, Visitor: uint64(who + 1), Page: store.Page{Path: page},
				Place: store.Place{Country: "DE", City: p.city}, Origin: store.Origin{Source: p.source}, Language: p.language})
		}
		people = append(people, p)
	}
	return people, hits
}

// pairFilters are filters that keep a part, each with who is kept.
var pairFilters = []struct {
	text string
	is   func(p someone) bool
}{
	{"language:is:de", func(p someone) bool { return p.language == "de" }},
	{"language:not:de", func(p someone) bool { return p.language != "de" }},
	{"source:is:A", func(p someone) bool { return p.source == "A" }},
	{"source:not:B,C", func(p someone) bool { return p.source == "A" }},
	{"page:is:/a", func(p someone) bool { return slices.Contains(p.pages, "/a") }},
	{"city:not:City0", func(p someone) bool { return p.city != "City0" }},
}

// TestDifferencing asks two questions, the second with one filter more, and takes of each answer what it shows from its total: what is left is nobody or at
// least the floor, and so is what is folded. A group that is under the floor in the first answer shows in neither; what shows is the truth.
//
// It is not promised that two answers can't be taken from each other. Totals always show, whatever the filters, so a row of the first less
// the same row of the second tells how many don't pass the second filter; and so do two periods of which one is within the other. docs/metrics.md says so.
func TestDifferencing(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	shownRows, folded := 0, 0
	for range 150 {
		people, hits := someones(r)
		floor := 2 + r.IntN(9)
		s := site{info: store.SiteInfo{Zone: time.UTC, Settings: store.SiteSettings{Floor: floor}}, snap: store.SnapshotOf(hits)}
		f, g := pick(r, pairFilters[:4]...), pick(r, pairFilters...)
		for _, by := range []report.Dimension{"city", "day"} {
			truth := map[string]int{} // of the first answer
			for _, texts := range [][]string{{f.text}, {f.text, g.text}} {
				q := report.Query{Metrics: []report.Metric{report.Visitors}, By: by}
				q.Period, _ = report.Days("2024-10-01", "2024-10-31", time.UTC)
				for _, text := range texts {
					filter, err := report.ParseFilter(text)
					if err != nil {
						t.Fatal(err)
					}
					q.Filters = append(q.Filters, filter)
				}
				groups := map[string]int{}
				for _, p := range people {
					if f.is(p) && (len(texts) == 1 || g.is(p)) {
						name := p.city
						if by == "day" {
							name = time.Unix(int64(20_000+p.day)*86400, 0).UTC().Format("2006-01-02")
						}
						groups[name]++
					}
				}
				if len(texts) == 1 {
					truth = groups
				}
				a, err := report.Run(t.Context(), s, q)
				if err != nil {
					t.Fatal(err)
				}
				left, rest, shown := int(a.Totals[0].Number), 0, 0
				for _, row := range a.Rows {
					switch n := int(row.Values[0].Number); {
					case !row.Values[0].Known || n == 0:
					case row.Name == report.Other:
						rest = n
					default:
						left, shown = left-n, shown+1
						if n < floor || n != groups[row.Name] || truth[row.Name] < floor {
							t.Errorf("seed %d: %v by %s shows %d of %q, of %d in truth and %d before; the floor is %d", seed, texts, by, n, row.Name, groups[row.Name], truth[row.Name], floor)
						}
					}
				}
				if shown > 0 && left > 0 && left < floor || by == "city" && rest != left {
					t.Errorf("seed %d: %v of %v by %s leaves %d and folds %d; the floor is %d", seed, texts, groups, by, left, rest, floor)
				}
				shownRows, folded = shownRows+shown, folded+a.Hidden.Rows
			}
		}
	}
	if shownRows == 0 || folded == 0 {
		t.Errorf("seed %d: %d rows show and %d are folded: nothing is tested", seed, shownRows, folded)
	}
}

// TestFloorOfTheSameFew has three visitors in each of two small groups: six in sum, but only three. A third group joins
// them, however groups are made.
func TestFloorOfTheSameFew(t *testing.T) {
	var hits []store.Hit
	for i := range 13 { // three visitors of two small groups, ten of a large one
		for visit := range 2 {
			group := []string{"A", "BB"}[visit]
			if i >= 3 {
				group = "CCC"
			}
			id := int64(len(hits) + 1)
			at := int64(20_000*86400) + int64(len(group))*86400 + id
			hits = append(hits, store.Hit{Kind: store.Pageview, Time: at, Start: at, Visit: id, Visitor: uint64(i),
				Page: store.Page{Path: group}, Place: store.Place{Country: "DE", City: group}})
		}
	}
	s := site{info: store.SiteInfo{Zone: time.UTC}, snap: store.SnapshotOf(hits)}
	for by, want := range map[report.Dimension]string{"page": "(other)=13", "city": "(other)=13", "day": "2024-10-05=? 2024-10-06=? 2024-10-07=?"} {
		q := report.Query{Metrics: []report.Metric{report.Visitors}, By: by, Filters: []report.Filter{{By: "country", Op: report.Is, Values: []string{"DE"}}}}
		q.Period, _ = report.Days("2024-10-05", "2024-10-07", time.UTC)
		a, err := report.Run(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, r := range a.Rows {
			if v := r.Values[0]; v.Known {
				got += fmt.Sprintf(" %s=%v", r.Name, v.Number)
			} else {
				got += " " + r.Name + "=?"
			}
		}
		if got != " "+want || a.Hidden.Rows != 3 {
			t.Errorf("by %s:%s, %d hidden; want %s", by, got, a.Hidden.Rows, want)
		}
	}
}
