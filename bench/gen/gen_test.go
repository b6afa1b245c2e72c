package gen

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"math"
	"testing"
	"time"

	"sandprint/app/store"
)

var end = time.Date(2026, 11, 24, 15, 30, 0, 0, time.UTC)

// The same options give the same bytes, another seed gives others.
func TestSameSeedSameHits(t *testing.T) {
	sum := func(seed uint64) [32]byte {
		o, err := Scale("demo", end)
		if err != nil {
			t.Fatal(err)
		}
		o.Seed, o.Views = seed, 20_000
		h := sha256.New()
		if _, err := New(o).WriteLines(h); err != nil {
			t.Fatal(err)
		}
		return [32]byte(h.Sum(nil))
	}
	if again := sum(1); again != sum(1) {
		t.Error("two runs with one seed differ")
	}
	if sum(1) == sum(2) {
		t.Error("two seeds give the same hits")
	}
}

// The demo's year has the size, the order and the shape that it promises.
func TestDemoYear(t *testing.T) {
	o, _ := Scale("demo", end)
	var last, views, events, engaged, revenue int64
	perDay := map[int64]int{}
	pages := map[int64]int{} // page views by visit
	visitors := map[uint64]bool{}
	bounced := map[int64]int64{} // last hit by visitor's visit
	for day := range New(o).Days() {
		for _, h := range day {
			if h.Time < last || h.Time < h.Start {
				t.Fatalf("hit at %d after one at %d, in a visit from %d", h.Time, last, h.Start)
			}
			last = h.Time
			if h.Time-max(h.Start, bounced[h.Visit]) > 30*60 {
				t.Fatalf("visit %d pauses for more than half an hour", h.Visit)
			}
			bounced[h.Visit] = h.Time
			visitors[h.Visitor] = true
			switch h.Kind {
			case store.Pageview:
				views++
				pages[h.Visit]++
				perDay[h.Time/86400]++
			case store.Engage:
				engaged++
			case store.Event:
				events++
				revenue += h.Amount
			}
		}
	}
	if d := math.Abs(float64(views)/300_000 - 1); d > 0.03 {
		t.Errorf("%d page views, want 300,000 within 3 percent", views)
	}
	if len(perDay) < 365 || len(perDay) > 367 {
		t.Errorf("page views on %d days, want a year", len(perDay))
	}
	if last >= end.Unix() || last < end.Unix()-1800 {
		t.Errorf("last hit at %v, want just before %v", time.Unix(last, 0).UTC(), end)
	}
	single, most := 0, 0
	for _, n := range pages {
		most = max(most, n)
		if n == 1 {
			single++
		}
	}
	if share := float64(single) / float64(len(pages)); share < 0.35 || share > 0.55 || most > maxPages {
		t.Errorf("%.2f of the visits have one page, the longest has %d; want about 0.45 and at most %d", share, most, maxPages)
	}
	if per := float64(views) / float64(len(pages)); math.Abs(per/viewsPerVisit-1) > 0.03 {
		t.Errorf("%.3f page views a visit, want %.2f: the days are planned by it", per, viewsPerVisit)
	}
	if float64(engaged) < 0.8*float64(views) {
		t.Errorf("%d engagements for %d page views", engaged, views)
	}
	if events < views/100 || revenue == 0 {
		t.Errorf("%d events, revenue %d", events, revenue)
	}
	launch := o.From.AddDate(0, 0, launchDay(o.From, 366)).Unix() / 86400
	if perDay[launch] < 2*perDay[launch-7] {
		t.Errorf("launch day has %d page views, the week before %d", perDay[launch], perDay[launch-7])
	}
	t.Logf("%d views %d visits %d visitors %d events %d engaged revenue %d", views, len(pages), len(visitors), events, engaged, revenue)
}

// Every line is one JSON object.
func TestLinesAreJSON(t *testing.T) {
	o, _ := Scale("1.2m", end)
	o.Views = 5_000
	var b bytes.Buffer
	n, err := New(o).WriteLines(&b)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(&b)
	for i := range n {
		var line struct {
			TS      time.Time `json:"ts"`
			Visitor string    `json:"visitor"`
			Name    string    `json:"n"`
			URL     string    `json:"u"`
		}
		if err := dec.Decode(&line); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		if line.TS.IsZero() || line.Visitor == "" || line.Name == "" || line.URL == "" {
			t.Fatalf("line %d lacks something: %+v", i+1, line)
		}
	}
}

// What a browser would send is JSON too, of visits from the start on, and those who were here before say so.
func TestRequests(t *testing.T) {
	o := Options{Seed: 7, From: end, To: end.Add(6 * time.Hour), Views: 4000}
	n, old := 0, 0
	for r := range New(o).Requests() {
		var body struct {
			Site string `json:"s"`
			V    string `json:"v"`
			Name string `json:"n"`
		}
		if err := json.Unmarshal(r.Body, &body); err != nil {
			t.Fatalf("%s: %v", r.Body, err)
		}
		if r.At.Before(end) || r.UserAgent == "" || r.Country == "" || body.Site != Domain || body.Name == "" {
			t.Fatalf("%+v: %s", r, r.Body)
		}
		if body.V != "" && body.V[len(body.V)-5:] != "20781" {
			old++
		}
		n++
	}
	if n < 500 || old < n/10 || old > n/2 {
		t.Errorf("%d hits, %d of visitors from before", n, old)
	}
}

func BenchmarkDays(b *testing.B) {
	o, _ := Scale("10m", end)
	n := 0
	for b.Loop() {
		o.Views = 1_000_000
		for day := range New(o).Days() {
			n += len(day)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "hits/s")
}
