package report_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"sandprint/app/report"
	"sandprint/app/store"
)

// shop is a site with pages of one view each, by as many visitors, and an event on each with properties.
func shop(pages ...store.Page) site {
	var hits []store.Hit
	for i, p := range pages {
		at := int64(20_000*86400) + int64(i)*3600
		h := store.Hit{Kind: store.Pageview, Time: at, Start: at, Visit: int64(i + 1), Visitor: uint64(i + 1), View: fmt.Sprintf("view%05d", i), Page: p}
		e := h
		e.Kind, e.Name, e.Props, e.Seq = store.Event, "Buy", `{"colour":"blue","size":"`+fmt.Sprint(i)+`"}`, 1
		if i == 0 {
			e.Name, e.Props = "Look", `{"colour":"red","where":"shelf"}`
		}
		hits = append(hits, h, e)
	}
	return site{info: store.SiteInfo{Zone: time.UTC}, snap: store.SnapshotOf(hits)}
}

var shopDays = func() report.Period { p, _ := report.Days("2024-10-04", "2024-10-05", time.UTC); return p }()

func TestSearch(t *testing.T) {
	s := shop(store.Page{Path: "/"}, store.Page{Path: "/Shop/bowl"}, store.Page{Path: "/shop/mug"}, store.Page{Path: "/about"})
	for _, c := range []struct{ params, want string }{
		{"by=page", "/ /Shop/bowl /about /shop/mug of 4"},
		{"by=page&search=SHOP", "/Shop/bowl /shop/mug of 2"},
		{"by=page&search=mug&search=about", "/about /shop/mug of 2"},
		{"by=page&search=shop&limit=1&offset=1", "/shop/mug of 2"},
		{"by=page&search=nothing", " of 0"},
		{"by=page&search=", "/ /Shop/bowl /about /shop/mug of 4"},
		{"by=city&search=berlin", " of 0"}, // "(not set)" is folded, as it is without a search
	} {
		values, _ := url.ParseQuery(c.params)
		q, err := report.Parse(values, time.UTC, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		q.Period = shopDays
		a, err := report.Run(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range a.Rows {
			names = append(names, r.Name)
		}
		if got := strings.Join(names, " ") + fmt.Sprintf(" of %d", a.TotalRows); got != c.want {
			t.Errorf("%s: %s, want %s", c.params, got, c.want)
		}
		if a.Totals[0].Number != 4 {
			t.Errorf("%s: the total is %v, whatever is searched for", c.params, a.Totals[0].Number)
		}
		if got := q.Values()["search"]; len(got) != len(q.Search) {
			t.Errorf("%s: written as %v", c.params, got)
		}
	}
}

func TestTitles(t *testing.T) {
	s := shop(store.Page{Path: "/", Title: "Old"}, store.Page{Path: "/a", Title: "A"}, store.Page{Path: "/", Title: "New"}, store.Page{Path: "/", Title: ""}, store.Page{Path: "/b"})
	for _, by := range []report.Dimension{"page", "entry_page", "exit_page", "title"} {
		q := report.Query{Period: shopDays, By: by, Metrics: []report.Metric{report.Visitors}, Limit: 10, Titles: true}
		a, err := report.Run(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range a.Rows {
			if want := map[string]string{"/": "New", "/a": "A"}[r.Name]; r.Title != want {
				t.Errorf("by %s: %s is titled %q, want %q", by, r.Name, r.Title, want)
			}
		}
	}
}

func TestProperties(t *testing.T) {
	s := shop(make([]store.Page, 3)...)
	early, _ := report.Days("2024-09-01", "2024-09-02", time.UTC)
	for _, c := range []struct {
		event  string
		period report.Period
		want   []string
	}{
		{"", shopDays, []string{"colour", "size", "where"}},
		{"Buy", shopDays, []string{"colour", "size"}},
		{"Look", shopDays, []string{"colour", "where"}},
		{"Nothing", shopDays, nil},
		{"", early, nil},
	} {
		if got, err := report.Properties(t.Context(), s, c.period, c.event); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q: %v %v, want %v", c.event, got, err, c.want)
		}
	}
}
