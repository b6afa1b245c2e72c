package report_test

import (
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"sandprint/app/problem"
	"sandprint/app/report"
)

func berlin(t testing.TB) *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestPeriods(t *testing.T) {
	zone := berlin(t)
	now := time.Date(2026, 11, 24, 13, 5, 30, 0, zone) // a Tuesday
	for _, c := range []struct{ params, from, to, before, why string }{
		{"", "2026-10-25 00:00", "2026-11-24 00:00", "2026-09-25 00:00", "thirty days without today"},
		{"period=day", "2026-11-24 00:00", "2026-11-25 00:00", "2026-11-23 00:00", "to midnight, though it is not over"},
		{"period=yesterday", "2026-11-23 00:00", "2026-11-24 00:00", "2026-11-22 00:00", ""},
		{"period=realtime", "2026-11-24 12:36", "2026-11-24 13:06", "2026-11-24 12:06", "the running minute is the thirtieth"},
		{"period=24h", "2026-11-23 14:00", "2026-11-24 14:00", "2026-11-22 14:00", "the running hour is the last"},
		{"period=7d", "2026-11-17 00:00", "2026-11-24 00:00", "2026-11-10 00:00", ""},
		{"period=91d", "2026-08-25 00:00", "2026-11-24 00:00", "2026-05-26 00:00", ""},
		{"period=month", "2026-11-01 00:00", "2026-11-25 00:00", "2026-10-01 00:00", "to date; compared with the same days"},
		{"period=lastmonth", "2026-10-01 00:00", "2026-11-01 00:00", "2026-09-01 00:00", "31 days against 30"},
		{"period=6mo", "2026-05-01 00:00", "2026-11-01 00:00", "2025-11-01 00:00", "whole months"},
		{"period=12mo", "2025-11-01 00:00", "2026-11-01 00:00", "2024-11-01 00:00", "whole months"},
		{"period=year", "2026-01-01 00:00", "2026-11-25 00:00", "2025-01-01 00:00", ""},
		{"from=2026-10-25&to=2026-10-25", "2026-10-25 00:00", "2026-10-26 00:00", "2026-10-24 00:00", "a day of 25 hours"},
	} {
		values, _ := url.ParseQuery(c.params)
		values.Set("compare", "previous")
		q, err := report.Parse(values, zone, now)
		if err != nil {
			t.Errorf("%s: %v", c.params, err)
			continue
		}
		const form = "2006-01-02 15:04"
		if from, to, before := q.Period.From.Format(form), q.Period.To.Format(form), q.Compare.From.Format(form); from != c.from || to != c.to || before != c.before {
			t.Errorf("%q (%s): %s to %s after %s, want %s to %s after %s", c.params, c.why, from, to, before, c.from, c.to, c.before)
		}
	}
	q, err := report.Parse(url.Values{"period": {"day"}, "compare": {"previous"}}, zone, now)
	if err != nil || q.Compare.To.Format(time.DateTime) != "2026-11-23 13:05:30" {
		t.Errorf("today is compared up to %v (%v), not to the same clock time", q.Compare.To, err)
	}
}

func TestBadQuestions(t *testing.T) {
	for _, c := range []struct{ params, field, code, names string }{
		{"period=8d", "period", "bad_period", "8d"},
		{"period=7d&from=2026-01-01", "period", "bad_period", "7d"},
		{"from=2026-01-01", "to", "bad_period", "from is given, to is missing"},
		{"to=2026-01-01", "from", "bad_period", "from is missing"},
		{"from=2026-02-30&to=2026-03-01", "from", "bad_period", "2026-02-30"},
		{"from=2026-03-02&to=2026-03-01", "to", "bad_period", "2026-03-01"},
		{"metrics=visitors,clicks", "metrics", "bad_metric", "clicks"},
		{"by=colour", "by", "bad_dimension", "colour"},
		{"search=x", "search", "bad_search", "no rows"},
		{"by=day&search=x", "search", "bad_search", "no rows"},
		{"by=prop:", "by", "bad_dimension", "prop:"},
		{"by=did", "by", "bad_dimension", "did"},
		{"except=country", "except", "bad_filter", "country"},
		{"filter=country", "filter", "bad_filter", "country"},
		{"filter=country:like:DE", "filter", "bad_filter", "like"},
		{"filter=day:is:x", "filter", "bad_filter", "day"},
		{"filter=page:is:", "filter", "bad_filter", "empty"},
		{"sort=revenue&by=page", "sort", "bad_sort", "revenue"},
		{"sort=visitors:up&by=page", "sort", "bad_sort", "up"},
		{"sort=foo", "sort", "bad_sort", "foo"},
		{"sort=visitors", "sort", "bad_sort", "totals only"},
		{"sort=visitors&by=day", "sort", "bad_sort", "time"},
		{"limit=0", "limit", "bad_limit", "0"},
		{"limit=10001", "limit", "bad_limit", "10001"},
		{"offset=-1", "offset", "bad_offset", "-1"},
		{"compare=never", "compare", "bad_compare", "never"},
		{"compare=2026-02-01..2026-01-01", "compare", "bad_compare", "2026-01-01"},
		{"compare=previous&match=moon", "match", "bad_match", "moon"},
		{"compare=previous&period=all", "compare", "bad_compare", "all time"},
		{"by=minute&period=7d", "by", "bad_period", "minute"},
		{"by=hour&period=12mo", "by", "bad_period", "hour"},
	} {
		values, _ := url.ParseQuery(c.params)
		_, err := report.Parse(values, time.UTC, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
		e, ok := errors.AsType[*problem.Error](err)
		if !ok || e.Status != 400 || e.Field != c.field || e.Code != c.code || !strings.Contains(e.Message, c.names) {
			t.Errorf("%s: %#v", c.params, err)
		}
	}
}

// FuzzParse: what Parse reads, Values writes so that it reads the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "period=24h&by=hour&compare=previous", "from=2026-03-01&to=2026-03-31&compare=2025-01-01..2025-01-31", "by=prop:a%3Ab&sort=name:desc,visitors:asc&limit=3&offset=9",
		`filter=page:matches:/a\,b,/c\:d\\&filter=prop:a\:b:is:x&metrics=revenue,visitors`, "period=all&compare=year", "filter=did:not:a&except=country:is:DE&except=did:is:b", "period=day&compare=previous&match=weekday", "period=realtime&by=minute"} {
		f.Add(s)
	}
	zone := berlin(f)
	now := time.Date(2026, 10, 25, 2, 30, 0, 0, zone)
	f.Fuzz(func(t *testing.T, s string) {
		values, _ := url.ParseQuery(s)
		q, err := report.Parse(values, zone, now)
		if err != nil {
			if _, ok := errors.AsType[*problem.Error](err); !ok {
				t.Fatalf("not for people: %v", err)
			}
			return
		}
		again, err := report.Parse(q.Values(), zone, now)
		if err != nil || !reflect.DeepEqual(q, again) {
			t.Fatalf("%+v\n%v\n%+v %v", q, q.Values(), again, err)
		}
	})
}

// FuzzParseFilter: what is read is written so that it reads the same.
func FuzzParseFilter(f *testing.F) {
	f.Add(`country:is:DE,AT`)
	f.Add(`prop:a\:b:lacks:x\,y\\,z`)
	f.Fuzz(func(t *testing.T, s string) {
		one, err := report.ParseFilter(s)
		if err != nil {
			return
		}
		if two, err := report.ParseFilter(one.String()); err != nil || !reflect.DeepEqual(one, two) {
			t.Fatalf("%q: %+v, %q: %+v %v", s, one, one.String(), two, err)
		}
	})
}
