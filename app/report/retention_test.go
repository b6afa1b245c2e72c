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

func TestRetentionOracle(t *testing.T) {
	journeySites(t, 40, func(t *testing.T, r *rand.Rand, s journeySite) {
		for range 10 {
			q := report.Retention{Filters: s.someFilters(r), By: pick[report.Dimension](r, "week", "week", "month")}
			q.Period, q.Now = s.somePeriod(r)
			q.Now = q.Now.AddDate(0, 0, r.IntN(10))
			a, err := report.RunRetention(t.Context(), s, q)
			if err != nil {
				t.Fatal(err)
			}
			if diff := s.checkRetention(q, a); diff != "" {
				t.Errorf("%s at %s: %s", q.Values(), q.Now, diff)
				return
			}
		}
	})
}

// checkRetention counts by visits in the order of their starts, and returns the first difference.
func (s journeySite) checkRetention(q report.Retention, a report.RetentionAnswer) string {
	in := func(t time.Time) string { return bucketName(q.By, t) }
	first, last := in(q.Period.From), in(q.Period.To.Add(-time.Second))
	var from, to, day time.Time // of the whole weeks or months
	for day = q.Period.From.AddDate(0, -2, 0); in(day) < first; day = day.Add(time.Hour) {
	}
	for from, to = s.midnightOf(day), day; in(to) <= last; to = to.Add(15 * time.Minute) {
	}
	to = until(report.Period{From: from, To: to}, q.Now)
	kept := map[int64]bool{}
	for _, h := range s.segment(from, to, q.Filters) {
		kept[h.Visit] = true
	}
	cohort, back, unknown := map[uint64]string{}, map[string]map[uint64]bool{}, 0
	for i, list := 0, s.byVisit(); i < len(list); i++ {
		h := list[i]
		if i > 0 && list[i-1].Visit == h.Visit || h.Start < from.Unix() || h.Start >= to.Unix() {
			continue
		}
		period := in(time.Unix(h.Start, 0).In(s.zone))
		if h.Type == store.UnknownVisitor {
			unknown++
		}
		if _, ok := cohort[h.Visitor]; !ok && h.Type == store.NewVisitor {
			if cohort[h.Visitor] = ""; kept[h.Visit] {
				cohort[h.Visitor] = period
			}
		}
		if c := cohort[h.Visitor]; c != "" {
			key := c + " " + period
			if back[key] == nil {
				back[key] = map[uint64]bool{}
			}
			back[key][h.Visitor] = true
		}
	}
	if a.Unknown != unknown {
		return fmt.Sprintf("%d visits are unknown, not %d", a.Unknown, unknown)
	}
	small, left, hidden := s.smallCohorts(a, back), 0, 0
	for i, c := range a.Cohorts {
		size := len(back[c.Name+" "+c.Name])
		if left += size; small[c.Name] != !c.Size.Known || c.Size.Known && int(c.Size.Number) != size {
			return fmt.Sprintf("cohort %s is %v, not %d", c.Name, c.Size, size)
		}
		for k, v := range c.Back {
			later := a.Cohorts[i+1+k].Name
			n := len(back[c.Name+" "+later])
			hide := small[c.Name] || n > 0 && n < s.floor || n < size && size-n < s.floor
			if hide {
				hidden++
			}
			if hide == v.Known || v.Known && int(v.Number) != n {
				return fmt.Sprintf("of cohort %s of %d, %v came back in %s, not %d", c.Name, size, v, later, n)
			}
		}
		if len(c.Back) != len(a.Cohorts)-1-i {
			return fmt.Sprintf("cohort %s has %d later periods of %d", c.Name, len(c.Back), len(a.Cohorts))
		}
	}
	all := 0
	for _, c := range cohort {
		if c != "" {
			all++
		}
	}
	if left != all || a.Hidden.Rows != hidden {
		return fmt.Sprintf("%d are in cohorts, not %d; %d hidden, not %d", left, all, a.Hidden.Rows, hidden)
	}
	return ""
}

// midnightOf returns the first hour of the day of t that there is.
func (s journeySite) midnightOf(t time.Time) time.Time {
	day := t.Format(time.DateOnly)
	for t.Add(-15*time.Minute).Format(time.DateOnly) == day {
		t = t.Add(-15 * time.Minute)
	}
	return t
}

// smallCohorts returns the cohorts that don't show their size.
func (s journeySite) smallCohorts(a report.RetentionAnswer, back map[string]map[uint64]bool) map[string]bool {
	var names []string
	for _, c := range a.Cohorts {
		if len(back[c.Name+" "+c.Name]) > 0 {
			names = append(names, c.Name)
		}
	}
	size := func(name string) int { return len(back[name+" "+name]) }
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(size(a), size(b)), strings.Compare(a, b)) })
	small, together := map[string]bool{}, 0
	for _, name := range names {
		if size(name) < s.floor || len(small) > 0 && together < s.floor {
			small[name], together = true, together+size(name)
		}
	}
	return small
}

func TestRetentionCases(t *testing.T) {
	const day, week = 86400, 7 * 86400 // 2024-10-05, second 0, is a Saturday
	for _, c := range []struct{ visits, ask, want, why string }{
		{"1n+0 1r+" + fmt.Sprint(2*day), "by=week", "2024-09-30:1/1,0 2024-10-07:0/0 2024-10-14:0/", "Monday begins a week"},
		{"1n+0 1r+100 1r+" + fmt.Sprint(3*day) + " 1r+" + fmt.Sprint(4*day), "by=week", "2024-09-30:1/1,0 2024-10-07:0/0 2024-10-14:0/", "once a week, however often"},
		{"1r+0 1r+" + fmt.Sprint(week), "by=week", "2024-09-30:0/0,0 2024-10-07:0/0 2024-10-14:0/", "who came before the data begins is in no cohort"},
		{"1u+0 1u+" + fmt.Sprint(week), "by=week", "2024-09-30:0/0,0 2024-10-07:0/0 2024-10-14:0/ unknown 2", "nor who has no cookie"},
		{"1u+0 1n+" + fmt.Sprint(week) + " 1r+" + fmt.Sprint(2*week), "by=week", "2024-09-30:0/0,0 2024-10-07:1/1 2024-10-14:0/ unknown 1", "what was before the first visit does not count"},
		{"1n+0 1r+" + fmt.Sprint(week), "by=week&filter=page:is:/n", "2024-09-30:1/1,0 2024-10-07:0/0 2024-10-14:0/", "filters are about the first visit"},
		{"1n+0 1r+" + fmt.Sprint(week), "by=week&filter=page:is:/r", "2024-09-30:0/0,0 2024-10-07:0/0 2024-10-14:0/", "and not about later ones"},
		{"1n+-" + fmt.Sprint(day) + " 1r+0", "by=week&from=2024-10-05&to=2024-10-05", "2024-09-30:1/", "the period begins with its week"},
		{"1n+0 2n+" + fmt.Sprint(30*day) + " 1r+" + fmt.Sprint(30*day), "by=month&from=2024-10-05&to=2024-12-05", "2024-10:1/1,0 2024-11:1/0 2024-12:0/", "months"},
	} {
		var hits []store.Hit
		for i, f := range strings.Fields(c.visits) {
			h := store.Hit{Kind: store.Pageview, Visit: int64(i + 1), Visitor: uint64(f[0]), View: fmt.Sprint("v", i), Page: store.Page{Path: "/" + f[1:2]},
				Type: map[byte]store.VisitorType{'n': store.NewVisitor, 'r': store.ReturningVisitor}[f[1]]}
			fmt.Sscan(f[3:], &h.Start)
			h.Start += 20_001 * day
			h.Time = h.Start
			hits = append(hits, h)
		}
		values, _ := url.ParseQuery(c.ask)
		if !values.Has("from") {
			values.Set("from", "2024-10-05")
			values.Set("to", "2024-10-15")
		}
		q, err := report.ParseRetention(values, time.UTC, time.Unix(20_100*day, 0))
		if err != nil {
			t.Fatal(err)
		}
		a, err := report.RunRetention(t.Context(), site{info: store.SiteInfo{Zone: time.UTC, Settings: store.SiteSettings{Floor: 1}}, snap: store.SnapshotOf(hits)}, q)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, cohort := range a.Cohorts {
			var back []string
			for _, v := range cohort.Back {
				back = append(back, fmt.Sprint(v.Number))
			}
			got += fmt.Sprintf("%s:%v/%s ", cohort.Name, cohort.Size.Number, strings.Join(back, ","))
		}
		if a.Unknown > 0 {
			got += fmt.Sprint("unknown ", a.Unknown)
		}
		if strings.TrimSpace(got) != c.want {
			t.Errorf("%s: %q of %q is %q, want %q", c.why, c.ask, c.visits, got, c.want)
		}
	}
}

func TestRetentionSays(t *testing.T) {
	q, err := report.ParseRetention(url.Values{}, time.UTC, time.Unix(20_100*86400, 0))
	if err != nil || q.By != "week" || q.Period.Name != "91d" {
		t.Fatalf("without parameters it is %+v, %v", q, err)
	}
	if again, err := report.ParseRetention(q.Values(), time.UTC, q.Now); err != nil || !reflect.DeepEqual(again, q) {
		t.Errorf("written as %s and read as %+v, %v", q.Values().Encode(), again, err)
	}
	a, err := report.RunRetention(t.Context(), site{info: store.SiteInfo{Zone: time.UTC, Mode: "cookieless"}, snap: store.SnapshotOf(nil)}, q)
	if err != nil || a.Reason == "" {
		t.Errorf("a site without cookies gives no reason: %+v, %v", a, err)
	}
	for ask, field := range map[string]string{"by=day": "by", "period=ever": "period", "filter=x": "filter"} {
		values, _ := url.ParseQuery(ask)
		if _, err := report.ParseRetention(values, time.UTC, q.Now); fieldOf(err) != field {
			t.Errorf("%s: %v, want a refusal of %s", ask, err, field)
		}
	}
	q.Period, _ = report.Days("2022-01-01", "2024-01-01", time.UTC)
	if _, err := report.RunRetention(t.Context(), site{info: store.SiteInfo{Zone: time.UTC}, snap: store.SnapshotOf(nil)}, q); fieldOf(err) != "period" {
		t.Errorf("104 weeks: %v, want a refusal of period", err)
	}
}

// TestRetentionAverage weighs cohorts by their visitors, without what is kept back and without the week that is running.
func TestRetentionAverage(t *testing.T) {
	some := func(n float64) report.Value { return report.Value{Number: n, Known: true} }
	a := report.RetentionAnswer{Cohorts: []report.Cohort{
		{Size: some(100), Back: []report.Value{some(10), some(6), some(5)}}, // the third is of the running week
		{Size: some(300), Back: []report.Value{some(60), {}}},               // the second is kept back, and of the running week
		{Size: report.Value{}, Back: []report.Value{{}}},                    // all of it is kept back
		{Size: some(9), Partial: true},
	}}
	want := []report.Value{some(17.5), some(6), {}}
	if got := a.Average(); !reflect.DeepEqual(got, want) {
		t.Errorf("the average is %v, want %v", got, want)
	}
	for _, c := range []struct {
		cohort, later int
		want          bool
	}{{0, 2, true}, {0, 1, false}, {1, 1, true}, {2, 0, true}} {
		if got := a.Running(c.cohort, c.later); got != c.want {
			t.Errorf("cohort %d, %d later: running is %v", c.cohort, c.later+1, got)
		}
	}
	if got := (report.RetentionAnswer{}).Average(); len(got) != 0 {
		t.Errorf("no cohorts have an average: %v", got)
	}
}
