package views

import (
	"strconv"
	"strings"
	"time"
)

// locale is how a language writes numbers, amounts and dates, and what it calls countries and languages. What it says is from
// the Unicode Common Locale Data Repository (CLDR), by tools/cldr.
type locale struct {
	months, monthsShort names12 // in a date
	monthsAlone         names12 // short, by themselves
	weekdays            names7  // by themselves
	weekdaysShort       names7  // in a date
	weekdaysAlone       names7  // short, by themselves

	layouts map[layout]string // patterns by what is in them
	spans   map[string]string // patterns of two dates, by the greatest field in which they differ: d, M, y
	joined  string            // date {1} and time {0} together

	point, group string            // before decimals, between thousands
	percent      string            // 0 is the number, here and below
	short        [3]string         // thousands, millions, thousand millions; "0" where they have no short form
	money        string            // ¤ is the sign of the currency
	moneyLetters string            // the same, where a letter of the sign stands beside the number
	signs        map[string]string // of currencies; others stand with their code

	Countries map[string]string // ISO 3166-1 alpha-2 to name
	Languages map[string]string // BCP 47 base language to name
}

// names12 are of months from January on.
type names12 [12]string

// names7 are of days from Sunday on, as package time counts them.
type names7 [7]string

// layout is a way to write a date or time, by the repository's name for what is in it.
type layout string

// The layouts, with what English makes of them.
const (
	month      layout = "MMM"    // Nov
	monthYear  layout = "yMMMM"  // November 2026
	dayMonth   layout = "MMMd"   // 24 Nov
	date       layout = "yMMMd"  // 24 Nov 2026
	longDate   layout = "yMMMMd" // 24 November 2026
	weekdayDay layout = "MMMEd"  // Tue 24 Nov
	weekdayOf  layout = "yMMMEd" // Tue, 24 Nov 2026
	clock      layout = "Hm"     // 15:04
)

// lines reads a map from lines of a key, a space and its value.
func lines(text string) map[string]string {
	m := make(map[string]string, strings.Count(text, "\n")+1)
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		m[key] = value
	}
	return m
}

// date writes a time by a layout.
func (w *Words) date(t time.Time, l layout) string {
	return w.or().write(w.or().layouts[l], t, t)
}

// moment writes a date by a layout, and the time of day.
func (w *Words) moment(t time.Time, l layout) string {
	return strings.NewReplacer("{1}", w.date(t, l), "{0}", w.date(t, clock)).Replace(w.or().joined)
}

// span writes the days from..to (to is exclusive) as short as is clear: "4 Nov 2026", "4 – 9 Nov 2026", "27 Oct – 23 Nov 2026".
func (w *Words) span(from, to time.Time) string {
	last, differ := to.Add(-time.Second), ""
	switch {
	case from.Year() != last.Year():
		differ = "y"
	case from.Month() != last.Month():
		differ = "M"
	case from.Day() != last.Day():
		differ = "d"
	default:
		return w.date(from, date)
	}
	return w.or().write(w.or().spans[differ], from, last)
}

// write writes a time by a pattern (Unicode TS 35, part 4). The second of two times begins where a field comes again.
func (l *locale) write(pattern string, t, second time.Time) string {
	var b strings.Builder
	seen := map[byte]bool{}
	for len(pattern) > 0 {
		letter := pattern[0]
		if quoted := strings.IndexByte(pattern[1:], '\''); letter == '\'' && quoted >= 0 { // text between quotes
			b.WriteString(pattern[1 : quoted+1])
			pattern = pattern[quoted+2:]
			continue
		}
		n := len(pattern) - len(strings.TrimLeft(pattern, pattern[:1]))
		if strings.IndexByte("EdMLyHm", letter) < 0 {
			b.WriteByte(letter)
			pattern = pattern[1:]
			continue
		}
		if seen[letter] {
			t = second
		}
		seen[letter] = true
		b.WriteString(l.field(pattern[:n], t))
		pattern = pattern[n:]
	}
	return b.String()
}

// field writes a field of a pattern.
func (l *locale) field(field string, t time.Time) string {
	switch field {
	case "E", "EEE":
		return l.weekdaysShort[t.Weekday()]
	case "d":
		return strconv.Itoa(t.Day())
	case "MMM":
		return l.monthsShort[t.Month()-1]
	case "MMMM":
		return l.months[t.Month()-1]
	case "LLL":
		return l.monthsAlone[t.Month()-1]
	case "y":
		return strconv.Itoa(t.Year())
	case "H":
		return strconv.Itoa(t.Hour())
	case "HH":
		return two(t.Hour())
	case "mm":
		return two(t.Minute())
	}
	panic("views: a pattern has the field " + field)
}
