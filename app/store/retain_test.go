package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// at is a moment of the tests, when the program was there already.
func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// keepFor sets how long the only site of a store keeps what.
func keepFor(t *testing.T, s *Store, r Retention, zone string) {
	t.Helper()
	info := s.Sites()[0]
	info.Settings.Retention = r
	var err error
	if info.Zone, err = time.LoadLocation(zone); err == nil {
		err = s.UpdateSite(context.Background(), info)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// plenty is a disk with much room.
func plenty() (uint64, error) { return 1 << 40, nil }

// round does the nightly round and returns what the retention of the only site did.
func round(t *testing.T, s *Store, r Round) (did string, warned bool) {
	t.Helper()
	r.Free = plenty
	err := s.Maintain(context.Background(), r, func(step Step) {
		if step.Name == "retain" {
			did, warned = step.Did, step.Warning
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return did, warned
}

// naiveTotals adds up by day in zone what hits say, one by one.
func naiveTotals(hits []Hit, zone *time.Location, keep func(Hit) bool) []DayTotal {
	type visit struct {
		hits        int
		start, last int64
	}
	days, visits := map[int32]*DayTotal{}, map[int64]*visit{}
	day := func(t int64) *DayTotal {
		d := localDay(time.Unix(t, 0).In(zone))
		if days[d] == nil {
			days[d] = &DayTotal{Day: d}
		}
		return days[d]
	}
	views := map[string]int64{}
	for _, h := range hits {
		if h.Kind != Engage {
			views[h.View] = h.Visit
		}
	}
	for _, h := range hits {
		if !keep(h) {
			continue
		}
		v := visits[h.Visit]
		if v == nil {
			v = &visit{start: h.Time, last: h.Time}
			visits[h.Visit] = v
		}
		v.last = max(v.last, h.Time)
		switch h.Kind {
		case Pageview:
			day(h.Time).Views++
			v.hits++
		case Event:
			day(h.Time).Events++
			v.hits++
		}
	}
	for _, v := range visits {
		d := day(v.start)
		d.Visits++
		d.Duration += v.last - v.start
		if v.hits == 1 {
			d.Bounces++
		}
	}
	var all []DayTotal
	for _, d := range days {
		all = append(all, *d)
	}
	slices.SortFunc(all, func(a, b DayTotal) int { return int(a.Day - b.Day) })
	return all
}

// More than a year of nights: what is older than the site keeps goes on its day, and not one earlier; what is left of
// it are totals, equal to a naive count.
func TestRetentionOverAYear(t *testing.T) {
	if testing.Short() {
		t.Skip("a year takes minutes under the race detector")
	}
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(at("2026-12-01T01:00:00Z")))
		const days = 410
		ctx := context.Background()
		s, site := newSite(t, dir)
		keepFor(t, s, Retention{Keys: 2, Visits: 6, Totals: 12}, "America/New_York")
		zone, r := site.Info().Zone, rand.New(rand.NewPCG(7, 7))
		var hits []Hit
		for range days {
			began := time.Now()
			some := someHits(r, 12, began.Unix()+int64(r.IntN(80_000)))
			on := some[0] // half of the page views go on with the visit before, also over midnight
			for i := range some {
				if h := &some[i]; h.Kind == Pageview && r.IntN(2) == 0 {
					on = *h
				} else {
					h.Visit, h.Start = on.Visit, on.Start
				}
				some[i].Visitor = uint64(on.Visit % 40)
			}
			time.Sleep(time.Until(time.Unix(some[len(some)-1].Time, 0)))
			if err := site.Append(ctx, some); err != nil {
				t.Fatal(err)
			}
			hits = append(hits, some...)
			time.Sleep(time.Until(began.Add(24 * time.Hour)))
			if did, warned := round(t, s, Round{}); warned {
				t.Fatal(did)
			}
			now := time.Now()
			visitsFrom, keysFrom := utcDay(monthsBefore(now, 6, zone)), utcDay(monthsBefore(now, 2, zone))
			totalsFrom := localDay(monthsBefore(now, 12, zone))
			if site.parts[0].date() < visitsFrom {
				t.Fatalf("%s: visits of day %d are there, which is before %d", now, site.parts[0].date(), visitsFrom)
			}
			var oldest int32
			if err := site.read.QueryRow("SELECT coalesce(min(day), ?) FROM visitor", keysFrom).Scan(&oldest); err != nil || oldest < keysFrom {
				t.Fatalf("%s: keys of day %d are there, which is before %d (%v)", now, oldest, keysFrom, err)
			}
			if len(site.totals) > 0 && site.totals[0].Day < totalsFrom {
				t.Fatalf("%s: totals of day %d are there, which is before %d", now, site.totals[0].Day, totalsFrom)
			}
		}
		visitsFrom := utcDay(monthsBefore(time.Now(), 6, zone))
		totalsFrom := localDay(monthsBefore(time.Now(), 12, zone))
		want := naiveTotals(hits, zone, func(h Hit) bool { return h.Start < int64(visitsFrom)*daySeconds })
		want = slices.DeleteFunc(want, func(d DayTotal) bool { return d.Day < totalsFrom })
		if len(want) < 150 || !slices.Equal(site.totals, want) {
			t.Errorf("%d totals are not the %d of a naive count:\n%v\n%v", len(site.totals), len(want), site.totals, want)
		}
		there := 0
		blocks, _ := blocksOf(t, site)
		for _, b := range blocks {
			there += b.Views
		}
		left := 0
		for _, h := range hits {
			if h.Kind == Pageview && h.Start >= int64(visitsFrom)*daySeconds {
				left++
			}
		}
		if there != left {
			t.Errorf("%d page views are there, want %d", there, left)
		}
		before := slices.Clone(site.totals)
		s.Close()
		_, again := newSite(t, dir)
		if !slices.Equal(again.totals, before) {
			t.Error("a reopened site has other totals")
		}
	})
}

func TestMonthsBefore(t *testing.T) {
	for _, row := range []struct {
		now    string
		months int
		zone   string
		want   string
		why    string
	}{
		{"2027-03-31T12:00:00Z", 1, "UTC", "2027-02-28T00:00:00Z", "February is shorter"},
		{"2028-03-31T12:00:00Z", 1, "UTC", "2028-02-29T00:00:00Z", "in a leap year by less"},
		{"2027-01-15T12:00:00Z", 13, "UTC", "2025-12-15T00:00:00Z", "over two years' ends"},
		{"2027-06-01T02:00:00Z", 1, "America/New_York", "2027-04-30T04:00:00Z", "it is the day before there"},
		{"2027-05-28T12:00:00Z", 2, "Europe/Berlin", "2027-03-27T23:00:00Z", "the clocks change on that day"},
	} {
		zone, err := time.LoadLocation(row.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := monthsBefore(at(row.now), row.months, zone); !got.Equal(at(row.want)) {
			t.Errorf("%d months before %s in %s: %s, want %s: %s", row.months, row.now, row.zone, got.UTC(), row.want, row.why)
		}
	}
}

// A clock that can't be right removes nothing, and everything goes on when it is right again, or when the operator
// says that it is.
func TestRetentionWaitsForTheClock(t *testing.T) {
	const start = "2028-06-01T00:00:00Z"
	for _, row := range []struct {
		name   string
		jump   time.Duration // of the clock, after the last round
		visits time.Duration // from the start to the newest visit
		nights int           // rounds, a day apart, from then on
		waits  string        // what the last of them says; empty: it runs
		sure   bool
	}{
		{name: "an ordinary night", jump: 24 * time.Hour, nights: 1},
		{name: "frozen", jump: 0, nights: 1},
		{name: "an hour back, as visits see it", jump: 0, visits: time.Hour, nights: 1},
		{name: "two days and a bit behind the newest visit", jump: 0, visits: 49 * time.Hour, nights: 1, waits: "there are visits of 2028-06-03"},
		{name: "the operator knows that visit to be wrong", jump: 0, visits: 49 * time.Hour, nights: 1, sure: true},
		{name: "a week off", jump: 7 * 24 * time.Hour, nights: 1},
		{name: "a month off, the first night", jump: 30 * 24 * time.Hour, nights: 1, waits: "it waits until 2028-07-07"},
		{name: "a month off, a week later", jump: 30 * 24 * time.Hour, nights: 8},
		{name: "a year ahead, the first night", jump: 365 * 24 * time.Hour, nights: 1, waits: "it waits until"},
		{name: "a year ahead, the sixth night", jump: 365 * 24 * time.Hour, nights: 6, waits: "it waits until"},
		{name: "a year ahead, and the operator says so", jump: 365 * 24 * time.Hour, nights: 1, sure: true},
		{name: "401 days ahead, after a week", jump: 401 * 24 * time.Hour, nights: 9, waits: "more than 400 days"},
		{name: "401 days ahead, and the operator says so", jump: 401 * 24 * time.Hour, nights: 1, sure: true},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(at(start).Add(-24 * time.Hour)))
				ctx := context.Background()
				s, site := newSite(t, dir)
				importHits(t, site, someHits(rand.New(rand.NewPCG(1, 1)), 20, at(start).AddDate(-4, 0, 0).Unix()))
				if did, warned := round(t, s, Round{}); warned || !strings.Contains(did, "20 visits") {
					t.Fatal(did)
				}
				importHits(t, site, someHits(rand.New(rand.NewPCG(2, 2)), 30, at(start).AddDate(-3, 0, 0).Unix()))
				if row.visits != 0 {
					h := oneHit(at(start).Add(row.visits))
					if err := site.Append(ctx, []Hit{h}); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(row.jump)
				var did string
				var warned bool
				for range row.nights {
					did, warned = round(t, s, Round{ClockIsRight: row.sure})
					time.Sleep(24 * time.Hour)
				}
				parts := 0
				for _, p := range site.parts {
					if p.info.Date < utcDay(at(start).AddDate(-2, 0, 0)) {
						parts++
					}
				}
				last, err := s.LastRound(ctx)
				if err != nil || (last.Waits != "") != warned {
					t.Errorf("the last round is told as %+v, %v", last, err)
				}
				if row.waits == "" && (warned || parts != 0) || row.waits != "" && (!warned || !strings.Contains(did, row.waits) || parts == 0) {
					t.Errorf("said “%s”, %d old parts are left; want “%s”", did, parts, row.waits)
				}
			})
		})
	}
}

// oneHit is a page view at a time.
func oneHit(at time.Time) Hit {
	return Hit{Kind: Pageview, Time: at.Unix(), Start: at.Unix(), View: "view0000000000", Visitor: 1, Visit: 1 << 50, Page: Page{"a.example", "/", "T"}}
}

// A machine without a clock of its own starts in 1970. Synctest's begins in 2000, which is as wrong.
func TestRetentionWaitsBeforeTheProgramWasMade(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, site := newSite(t, dir)
		importHits(t, site, someHits(rand.New(rand.NewPCG(1, 1)), 30, at("1995-01-01T00:00:00Z").Unix()))
		for _, sure := range []bool{false, true} {
			if did, warned := round(t, s, Round{ClockIsRight: sure}); !warned || !strings.Contains(did, "before this program was made") || len(site.parts) == 0 {
				t.Errorf("with the operator's word %v: %s", sure, did)
			}
		}
	})
}

// What is too old goes even when it can't be read any more; its day is missing in the totals, and the round says so.
func TestADamagedDayGoesWithItsAge(t *testing.T) {
	s, site := newSite(t, t.TempDir())
	importHits(t, site, someHits(rand.New(rand.NewPCG(1, 1)), 30, time.Now().AddDate(-3, 0, 0).Unix()))
	if _, err := site.write.Exec("UPDATE block SET data = x'00' WHERE id = ?", site.parts[0].id<<8|int64(VisitStart)); err != nil {
		t.Fatal(err)
	}
	err := s.Maintain(context.Background(), Round{Free: plenty}, func(Step) {})
	if _, damaged := errors.AsType[*Damage](err); !damaged || len(site.parts) != 0 {
		t.Errorf("%d parts are left, %v", len(site.parts), err)
	}
	if last, err := s.LastRound(context.Background()); err != nil || last.Failed == "" {
		t.Errorf("the last round is told as %+v, %v", last, err)
	}
}

// One site's file that can't be read keeps no other site from its round, and is told of.
func TestARoundGoesOnAfterAFailure(t *testing.T) {
	s, broken := newSite(t, t.TempDir())
	ctx := context.Background()
	if _, err := s.AddSite(ctx, SiteInfo{Customer: 1, Domain: "whole.example", Zone: time.UTC, Mode: "cookie"}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.closeSite(broken.id), os.WriteFile(broken.path, []byte(strings.Repeat("no database ", 1000)), 0o600)); err != nil {
		t.Fatal(err)
	}
	steps := map[int64]int{}
	err := s.Maintain(ctx, Round{Free: plenty}, func(step Step) { steps[step.Site]++ })
	if err == nil || !strings.Contains(err.Error(), "site 1: ") || steps[1] != 0 || steps[2] < 5 {
		t.Errorf("steps by site are %v, %v", steps, err)
	}
	if last, err := s.LastRound(ctx); err != nil || !strings.Contains(last.Failed, "site 1: ") {
		t.Errorf("the last round is told as %+v, %v", last, err)
	}
}
