package report_test

import (
	"fmt"
	"math/rand/v2"
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

// TestDifferencing takes what an answer shows from its total: what is left is nothing or at least the floor.
func TestDifferencing(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		cities, floor := map[string]int{}, 2+r.IntN(9)
		for i := range 1 + r.IntN(12) {
			cities[fmt.Sprintf("%0*d", i+1, 0)] = r.IntN(25)
		}
		for _, by := range []report.Dimension{"city", "day"} {
			q := report.Query{Metrics: []report.Metric{report.Visitors}, By: by, Filters: []report.Filter{{By: "country", Op: report.Is, Values: []string{"DE"}}}}
			q.Period, _ = report.Days("2024-10-01", "2024-10-31", time.UTC)
			a, err := report.Run(t.Context(), floorSite(cities, floor), q)
			if err != nil {
				t.Fatal(err)
			}
			left, shown := a.Totals[0].Number, 0
			for _, row := range a.Rows {
				if v := row.Values[0]; v.Known && v.Number > 0 && row.Name != report.Other {
					left, shown = left-v.Number, shown+1
					if v.Number < float64(floor) {
						t.Errorf("seed %d: %q of %v visitors shows, under the floor of %d", seed, row.Name, v.Number, floor)
					}
				}
			}
			if shown > 0 && left > 0 && left < float64(floor) {
				t.Errorf("seed %d: %v by %s leaves %v, under the floor of %d", seed, cities, by, left, floor)
			}
		}
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
