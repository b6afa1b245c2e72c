package report_test

import (
	"net/url"
	"testing"
	"time"

	"sandprint/app/report"
	"sandprint/app/store"
)

// TestComparedStretches says what stands against what: by date as by weekday, and where the clocks change.
func TestComparedStretches(t *testing.T) {
	zone := berlin(t)
	tuesday := time.Date(2026, 11, 24, 13, 5, 30, 0, zone)
	for _, c := range []struct {
		params   string
		now      time.Time
		from, to string
		why      string
	}{
		{"period=day&compare=previous", tuesday, "2026-11-23 00:00:00", "2026-11-23 13:05:30", "yesterday up to now"},
		{"period=day&compare=previous&match=date", tuesday, "2026-11-23 00:00:00", "2026-11-23 13:05:30", "date is what holds without match"},
		{"period=day&compare=previous&match=weekday", tuesday, "2026-11-17 00:00:00", "2026-11-17 13:05:30", "last Tuesday up to now"},
		{"period=day&compare=year&match=weekday", tuesday, "2025-11-25 00:00:00", "2025-11-25 13:05:30", "the nearest Tuesday of the year before"},
		{"period=24h&compare=previous&match=weekday", tuesday, "2026-11-16 14:00:00", "2026-11-17 13:05:30", "the same hours of the week before"},
		{"period=7d&compare=previous&match=weekday", tuesday, "2026-11-10 00:00:00", "2026-11-17 00:00:00", "weeks match by themselves"},
		{"period=28d&compare=year&match=weekday", tuesday, "2025-10-28 00:00:00", "2025-11-25 00:00:00", "364 days before"},
		{"period=30d&compare=previous&match=weekday", tuesday, "2026-09-20 00:00:00", "2026-10-20 00:00:00", "no day is in both"},
		{"period=lastmonth&compare=previous&match=weekday", tuesday, "2026-08-27 00:00:00", "2026-09-27 00:00:00", "as many days"},
		{"period=month&compare=previous", tuesday, "2026-10-01 00:00:00", "2026-10-24 13:05:30", "the month before up to the same date and time"},
		{"period=year&compare=previous", tuesday, "2025-01-01 00:00:00", "2025-11-24 13:05:30", "the year before up to the same date and time"},
		{"period=day&compare=2026-11-02..2026-11-02&match=weekday", tuesday, "2026-11-02 00:00:00", "2026-11-03 00:00:00", "own dates stay as they are"},
		{"period=month&compare=previous", time.Date(2026, 3, 31, 10, 0, 0, 0, zone), "2026-02-01 00:00:00", "2026-02-28 10:00:00", "the 31st stands against the last"},
		{"period=year&compare=previous", time.Date(2028, 2, 29, 10, 0, 0, 0, zone), "2027-01-01 00:00:00", "2027-02-28 10:00:00", "so does the 29th of February"},
		{"period=day&compare=previous", time.Date(2026, 3, 30, 2, 30, 0, 0, zone), "2026-03-29 00:00:00", "2026-03-29 03:00:00", "up to a time that the clocks skipped: the change"},
		{"period=day&compare=previous", time.Date(2026, 10, 26, 2, 30, 0, 0, zone), "2026-10-25 00:00:00", "2026-10-25 02:30:00", "up to a time that came twice: the first"},
		{"period=day&compare=previous", time.Date(2026, 3, 29, 4, 0, 0, 0, zone), "2026-03-28 00:00:00", "2026-03-28 04:00:00", "today has lost an hour: the same clock time"},
		{"period=day&compare=previous&match=weekday", time.Date(2026, 10, 25, 22, 0, 0, 0, zone), "2026-10-18 00:00:00", "2026-10-18 22:00:00", "today has an hour more"},
	} {
		values, _ := url.ParseQuery(c.params)
		q, err := report.Parse(values, zone, c.now)
		if err != nil {
			t.Errorf("%s: %v", c.params, err)
			continue
		}
		if from, to := q.Compare.From.Format(time.DateTime), q.Compare.To.Format(time.DateTime); from != c.from || to != c.to {
			t.Errorf("%s at %s (%s): %s to %s, want %s to %s", c.params, c.now, c.why, from, to, c.from, c.to)
		}
		if _, offset := q.Compare.To.Zone(); c.to == "2026-10-25 02:30:00" && offset != 7200 {
			t.Error("the second 02:30 is taken for the first")
		}
	}
}

// TestHoursStandAgainstTheirOwn compares days on which the clocks change with ones on which they don't, hour by hour.
func TestHoursStandAgainstTheirOwn(t *testing.T) {
	zone := berlin(t)
	var hits []store.Hit
	for i, day := range []time.Time{time.Date(2026, 3, 28, 0, 0, 0, 0, zone), time.Date(2026, 3, 29, 0, 0, 0, 0, zone), time.Date(2026, 10, 24, 0, 0, 0, 0, zone), time.Date(2026, 10, 25, 0, 0, 0, 0, zone)} {
		hits = append(hits, store.Hit{Kind: store.Pageview, Time: day.Unix(), Start: day.Unix(), View: "view000001", Visitor: uint64(i + 1), Visit: int64(i + 1)})
	}
	s := site{info: store.SiteInfo{Domain: "a.org", Zone: zone}, snap: store.SnapshotOf(hits)}
	for _, c := range []struct {
		day, before string
		rows        int
		without     []string // hours that nothing stands against
		why         string
	}{
		{"2026-03-29", "2026-03-28", 23, nil, "02:00 does not exist today: 03:00 still stands against 03:00"},
		{"2026-03-28", "2026-03-29", 24, []string{"2026-03-28 02:00"}, "nothing stands against the hour that was skipped"},
		{"2026-10-25", "2026-10-24", 25, []string{"2026-10-25 02:00+01:00"}, "02:00 comes twice today: the second stands alone"},
		{"2026-10-24", "2026-10-25", 24, nil, "02:00 stands against the first"},
	} {
		q, err := report.Parse(url.Values{"from": {c.day}, "to": {c.day}, "by": {"hour"}, "compare": {c.before + ".." + c.before}}, zone, time.Date(2026, 12, 1, 0, 0, 0, 0, zone))
		if err != nil {
			t.Fatal(err)
		}
		a, err := report.Run(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		var without []string
		for _, row := range a.Rows {
			if row.Was.IsZero() {
				without = append(without, row.Name)
			} else if row.Was.Format("15:04") != row.Start.Format("15:04") {
				t.Errorf("%s: %s stands against %s", c.day, row.Name, row.Was)
			}
			if row.Was.IsZero() == row.Previous[0].Known {
				t.Errorf("%s: %s was %v", c.day, row.Name, row.Previous)
			}
		}
		if len(a.Rows) != c.rows || len(without) != len(c.without) || len(without) > 0 && without[0] != c.without[0] {
			t.Errorf("%s against %s (%s): %d hours, alone are %v", c.day, c.before, c.why, len(a.Rows), without)
		}
	}
}

func TestSince(t *testing.T) {
	zone := berlin(t)
	first := time.Date(2026, 3, 1, 0, 30, 0, 0, zone) // still February in UTC
	for _, c := range []struct {
		hits []store.Hit
		want string
	}{
		{nil, "0001-01-01"},
		{[]store.Hit{{Kind: store.Pageview, Time: first.Unix(), Start: first.Unix(), View: "view000001", Visitor: 1, Visit: 1}}, "2026-03-01"},
	} {
		since, err := report.Since(t.Context(), site{info: store.SiteInfo{Domain: "a.org", Zone: zone}, snap: store.SnapshotOf(c.hits)})
		if err != nil || since.Format(time.DateOnly) != c.want {
			t.Errorf("%d hits: since %s (%v), want %s", len(c.hits), since, err, c.want)
		}
	}
}
