package views

import (
	"testing"
	"time"

	"sandprint/app/report"
)

// Numbers, amounts and dates as the two languages write them: what stands here was read beside the repository's own files.
func TestLocales(t *testing.T) {
	at := time.Date(2026, 9, 1, 9, 5, 0, 0, time.UTC) // a Tuesday
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC) }
	for _, row := range []struct {
		write           func(w *Words) string
		english, german string
		why             string
	}{
		{func(w *Words) string { return w.Exact(1234567) }, "1,234,567", "1.234.567", ""},
		{func(w *Words) string { return w.Short(1234) }, "1.2K", "1.234", "German has no short thousands"},
		{func(w *Words) string { return w.Short(999_960) }, "1M", "1\u00a0Mio.", "rounding reaches the next unit"},
		{func(w *Words) string { return w.Short(3.4e9) }, "3.4B", "3,4\u00a0Mrd.", "thousand millions have a letter of their own in English"},
		{func(w *Words) string { return w.Percent(2.449, 1) }, "2.4%", "2,4\u00a0%", ""},
		{func(w *Words) string { return w.Money(123450, "EUR", true) }, "€1,234.50", "1.234,50\u00a0€", ""},
		{func(w *Words) string { return w.Money(123450, "EUR", false) }, "€1.2K", "1.235\u00a0€", "half cents apart, to whole euros"},
		{func(w *Words) string { return w.Money(-2.5e8, "USD", false) }, "−$2.5M", "−2,5\u00a0Mio.\u00a0$", "less than nothing"},
		{func(w *Words) string { return w.Money(2000, "CHF", true) }, "CHF\u00a020.00", "20,00\u00a0CHF", "a code stands apart from the number"},
		{func(w *Words) string { return w.Money(2000, "CAD", true) }, "CA$20.00", "20,00\u00a0CA$", "dollars are told apart"},
		{func(w *Words) string { return w.date(at, month) }, "Sept", "Sep", "by itself"},
		{func(w *Words) string { return w.date(at, monthYear) }, "September 2026", "September 2026", ""},
		{func(w *Words) string { return w.date(at, dayMonth) }, "1 Sept", "1. Sept.", ""},
		{func(w *Words) string { return w.date(at, date) }, "1 Sept 2026", "1. Sept. 2026", ""},
		{func(w *Words) string { return w.date(at, longDate) }, "1 September 2026", "1. September 2026", ""},
		{func(w *Words) string { return w.date(at, weekdayDay) }, "Tue 1 Sept", "Di., 1. Sept.", ""},
		{func(w *Words) string { return w.date(at, weekdayOf) }, "Tue, 1 Sept 2026", "Di., 1. Sept. 2026", ""},
		{func(w *Words) string { return w.moment(at, date) }, "1 Sept 2026, 09:05", "1. Sept. 2026, 09:05", ""},
		{func(w *Words) string { return w.span(day(9, 1), day(9, 2)) }, "1 Sept 2026", "1. Sept. 2026", "one day"},
		{func(w *Words) string { return w.span(day(9, 1), day(10, 1)) }, "1\u2009–\u200930 Sept 2026", "1.–30. Sept. 2026", "the last day is the one before the end"},
		{func(w *Words) string { return w.span(day(8, 27), day(9, 24)) }, "27 Aug\u2009–\u200923 Sept 2026", "27. Aug.\u2009–\u200923. Sept. 2026", ""},
		{func(w *Words) string { return w.span(day(12, 30), day(13, 3)) }, "30 Dec 2026\u2009–\u20092 Jan 2027", "30. Dez. 2026\u2009–\u20092. Jan. 2027", ""},
		{func(w *Words) string { return w.valueName("weekday", "Sunday") }, "Sunday", "Sonntag", ""},
		{func(w *Words) string { return w.valueName("weekday", report.NotSet) }, "(not set)", "(nicht gesetzt)", ""},
		{func(w *Words) string { return w.valueName("hour_of_week", "Monday 09") }, "Monday 09:00", "Montag 09:00", ""},
		{func(w *Words) string { return w.valueName("hour_of_week", "Doomsday 09") }, "Doomsday 09:00", "Doomsday 09:00", "no weekday"},
		{func(w *Words) string { return w.valueName("country", "TR") }, "Türkiye", "Türkei", ""},
		{func(w *Words) string { return w.valueName("country", "HK") }, "Hong Kong", "Hongkong", "its short name"},
		{func(w *Words) string { return w.valueName("language", "pt-BR") }, "Portuguese (Brazil)", "Portugiesisch (Brasilien)", ""},
		{func(w *Words) string { return w.valueName("language", "fil-PH") }, "Filipino (Philippines)", "Filipino (Philippinen)", "three letters"},
		{func(w *Words) string { return w.valueName("language", "iw") }, "Hebrew", "Hebräisch", "a code that old phones send"},
		{func(w *Words) string { return w.valueName("language", "xx-YY") }, "xx-YY", "xx-YY", "no language"},
	} {
		for w, want := range map[*Words]string{English: row.english, German: row.german} {
			if got := row.write(w); got != want {
				t.Errorf("%s: %q, want %q: %s", w.Lang, got, want, row.why)
			}
		}
	}
}

// Every layout can be written in every language, on every day of a year.
func TestLayouts(t *testing.T) {
	for _, w := range []*Words{English, German} {
		for _, l := range []layout{month, monthYear, dayMonth, date, longDate, weekdayDay, weekdayOf, clock} {
			if w.layouts[l] == "" {
				t.Errorf("%s has no layout %s", w.Lang, l)
			}
			seen := map[string]bool{}
			for day := range 365 {
				seen[w.date(time.Date(2026, 1, 1+day, day%24, day%60, 0, 0, time.UTC), l)] = true
			}
			if want := map[layout]int{month: 12, monthYear: 12, clock: 120}[l]; want != len(seen) && want != 0 || want == 0 && len(seen) != 365 {
				t.Errorf("%s, %s: %d dates for %v", w.Lang, l, len(seen), want)
			}
		}
		if len(w.Countries) != len(German.Countries) || len(w.Countries) < 249 || len(w.Languages) < 184 {
			t.Errorf("%s names %d countries and %d languages", w.Lang, len(w.Countries), len(w.Languages))
		}
	}
}
