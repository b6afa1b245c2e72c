package report

import (
	"fmt"
	"strings"
	"time"

	"sandprint/app/problem"
)

// The names of periods, as the contract lists them.
const (
	realtime = "realtime"
	allTime  = "all"
	custom   = "custom"
)

const periodNames = "realtime, day, yesterday, 24h, 7d, 28d, 30d, 91d, month, lastmonth, 6mo, 12mo, year, all"

// NewPeriod returns the period of a name, as seen at now, in now's zone: "realtime" is the running minute and the 29
// before it, "24h" the running hour and the 23 before it, "7d" to "91d" the days before today, "6mo" and "12mo" the
// months before the running one, and "month" and "year" reach from their first day through today. "all" reaches through
// today too; its From is zero until Run knows the first day that has data. The error is a 400 that names the period.
func NewPeriod(name string, now time.Time) (Period, error) {
	y, m, d := now.Date()
	day := func(back int) time.Time { return midnight(y, m, d-back, now.Location()) }
	month := func(back int) time.Time { return midnight(y, m-time.Month(back), 1, now.Location()) }
	p := Period{Name: name, To: day(-1)}
	switch name {
	case realtime:
		p.To = now.Truncate(time.Minute).Add(time.Minute)
		p.From = p.To.Add(-30 * time.Minute)
	case "24h":
		p.To = nextHour(now)
		p.From = p.To.Add(-24 * time.Hour)
	case "day":
		p.From = day(0)
	case "yesterday":
		p.From, p.To = day(1), day(0)
	case "7d", "28d", "30d", "91d":
		var n int
		fmt.Sscanf(name, "%dd", &n)
		p.From, p.To = day(n), day(0)
	case "month":
		p.From = month(0)
	case "lastmonth":
		p.From, p.To = month(1), month(0)
	case "6mo":
		p.From, p.To = month(6), month(0)
	case "12mo":
		p.From, p.To = month(12), month(0)
	case "year":
		p.From = midnight(y, 1, 1, now.Location())
	case allTime:
	default:
		return p, problem.BadField("period", "bad_period", fmt.Sprintf("There is no period %q.", short(name))).
			WithHint("Use one of " + periodNames + ", or the dates from and to.")
	}
	return p, nil
}

// Days returns the period that holds the dates from..to (YYYY-MM-DD), both inclusive. The error is a 400 that names the
// field that was wrong.
func Days(from, to string, zone *time.Location) (Period, error) {
	first, err := date("from", "bad_period", from)
	if err != nil {
		return Period{}, err
	}
	last, err := date("to", "bad_period", to)
	if err != nil {
		return Period{}, err
	}
	if last.Before(first) {
		return Period{}, problem.BadField("to", "bad_period", fmt.Sprintf("The period ends on %s, before it starts on %s.", to, from))
	}
	return dates(first, last, zone), nil
}

// LastDays returns the period of so many days up to the one of now, which is in it.
func LastDays(n int, now time.Time) Period { return dates(now.AddDate(0, 0, 1-n), now, now.Location()) }

// dates returns the custom period of two dates, both inclusive, of which only year, month and day count.
func dates(first, last time.Time, zone *time.Location) Period {
	return Period{Name: custom, From: midnight(first.Year(), first.Month(), first.Day(), zone),
		To: midnight(last.Year(), last.Month(), last.Day()+1, zone)}
}

// date reads a date; the error names the field.
func date(field, code, s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1970 || t.Year() > 9998 {
		return t, problem.BadField(field, code, fmt.Sprintf("%q is no date for %s.", short(s), field)).
			WithHint("Write it as 2026-11-24, not before 1970.")
	}
	return t, nil
}

// Dates returns the first and the last day of p, as YYYY-MM-DD in its zone.
func (p Period) Dates() (from, to string) {
	return p.From.Format(time.DateOnly), p.To.Add(-time.Nanosecond).Format(time.DateOnly)
}

// Bucket returns the time bucket that suits a chart of p: minutes for half an hour, hours for up to two days, days for
// up to a hundred, else months.
func (p Period) Bucket() Dimension {
	switch days := p.To.Sub(p.From).Hours() / 24; {
	case p.Name == realtime:
		return "minute"
	case p.From.IsZero():
		return "month"
	case days <= 2:
		return "hour"
	case days <= 100:
		return "day"
	}
	return "month"
}

// Before returns what p is compared with: "previous" is the same stretch directly before (months before months), "year"
// the same dates a year earlier. Of a period that is not over yet only as much is compared as has passed, to the
// second. The result's Name is how it was asked for.
func (p Period) Before(how string, now time.Time) Period {
	months, days := 0, 0
	switch {
	case how == "year" || p.Name == "12mo" || p.Name == "year":
		months = 12
	case p.Name == "6mo":
		months = 6
	case p.Name == "month" || p.Name == "lastmonth":
		months = 1
	case p.Name == realtime || p.Name == "24h":
		return Period{Name: how, From: p.From.Add(-p.To.Sub(p.From))}.cut(p, now)
	default:
		days = daysBetween(p.From, p.To)
	}
	b := Period{Name: how, From: back(p.From, months, days), To: back(p.To, months, days)}
	if p.From.Equal(midnight(p.From.Year(), p.From.Month(), p.From.Day(), p.From.Location())) && months > 0 {
		last := back(p.To.Add(-time.Nanosecond), months, days)
		b.To = midnight(last.Year(), last.Month(), last.Day()+1, last.Location())
	}
	if now.After(p.From) && now.Before(p.To) {
		if end := back(now, months, days); end.Before(b.To) && end.After(b.From) {
			b.To = end.Truncate(time.Second)
		}
	}
	return b
}

// BeforeByWeekday is Before with weekday against weekday: as many days as p has, from the day nearest to where Before begins
// that is of the same weekday, without a day of p where how is "previous". So today is compared with the same weekday of the
// week before, and a year before are the 364 days.
func (p Period) BeforeByWeekday(how string, now time.Time) Period {
	b := p.Before(how, time.Time{})
	later := (int(p.From.Weekday()-b.From.Weekday())+10)%7 - 3
	days := daysBetween(b.From, p.From) - later
	for days <= 0 || how == "previous" && back(p.To, 0, days).After(p.From) {
		days += 7
	}
	b.From, b.To = back(p.From, 0, days), back(p.To, 0, days)
	if now.After(p.From) && now.Before(p.To) {
		if end := back(now, 0, days).Truncate(time.Second); end.Before(b.To) && end.After(b.From) {
			b.To = end
		}
	}
	return b
}

// cut ends b, which is as long as p, where now is in p.
func (b Period) cut(p Period, now time.Time) Period {
	b.To = b.From.Add(p.To.Sub(p.From))
	if passed := now.Sub(p.From).Truncate(time.Second); passed > 0 && b.From.Add(passed).Before(b.To) {
		b.To = b.From.Add(passed)
	}
	return b
}

// back returns t some months or days earlier at the same time of day. The day of the month is kept where the month has
// it, else it is the month's last.
func back(t time.Time, months, days int) time.Time {
	y, m, d := t.Date()
	first := time.Date(y, m-time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	if months > 0 {
		d = min(d, time.Date(first.Year(), first.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day())
	}
	if t.Equal(midnight(y, m, t.Day(), t.Location())) {
		return midnight(first.Year(), first.Month(), d-days, t.Location())
	}
	hh, mm, ss := t.Clock()
	return OnClock(time.Date(first.Year(), first.Month(), d-days, hh, mm, ss, 0, time.UTC), t.Location())
}

// daysBetween counts the dates from from's to to's, which are midnights.
func daysBetween(from, to time.Time) int {
	a := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
	b := time.Date(to.Year(), to.Month(), to.Day(), 0, 0, 0, 0, time.UTC)
	return int(b.Sub(a).Hours()) / 24
}

// compared reads the parameters compare and match for the period p. Own dates are compared as they are, however they fall.
func compared(how, match string, p Period, now time.Time) (c *Period, matched string, err error) {
	if match != "" && match != "date" && match != SameWeekday {
		return nil, "", problem.BadField("match", "bad_match", fmt.Sprintf("There is no match %q.", short(match))).WithHint("Use date or weekday.")
	}
	if c, err = comparedByDate(how, p, now); err != nil || c == nil || c.Name == custom || match != SameWeekday {
		return c, "", err
	}
	b := p.BeforeByWeekday(how, now)
	return &b, SameWeekday, nil
}

// comparedByDate reads the parameter compare.
func comparedByDate(how string, p Period, now time.Time) (*Period, error) {
	bad := func(message string) error {
		return problem.BadField("compare", "bad_compare", message).WithHint("Use previous, year, or two dates as 2026-10-01..2026-10-31.")
	}
	switch from, to, isRange := strings.Cut(how, ".."); {
	case how == "":
		return nil, nil
	case isRange:
		first, err := date("compare", "bad_compare", from)
		if err != nil {
			return nil, err
		}
		last, err := date("compare", "bad_compare", to)
		if err != nil {
			return nil, err
		}
		if last.Before(first) {
			return nil, bad(fmt.Sprintf("The comparison ends on %s, before it starts on %s.", to, from))
		}
		c := dates(first, last, p.To.Location())
		return &c, nil
	case how != "previous" && how != "year":
		return nil, bad(fmt.Sprintf("There is no comparison %q.", short(how)))
	case p.Name == allTime:
		return nil, bad("There is nothing before all time to compare with.")
	}
	c := p.Before(how, now)
	return &c, nil
}

// short cuts a foreign text to what fits into a message.
func short(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "?")); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
