package views

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sandprint/app/report"
)

// none stands where a figure is not known.
const none = "–"

// Count writes a number of things: one is the text for a single one, many has %s for any other number.
func (w *Words) Count(n float64, one, many string) string {
	if n == 1 {
		return w.T(one)
	}
	return w.F(many, w.Exact(n))
}

// Exact writes a whole number in full: 12,345.
func (w *Words) Exact(n float64) string {
	digits := strconv.FormatFloat(math.Abs(math.Round(n)), 'f', 0, 64)
	var b strings.Builder
	if math.Round(n) < 0 {
		b.WriteString("−")
	}
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(w.or().group)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Short writes a number in the room of a few characters: 999, 1.2K, 60.1K, 212K, 1.2M. German has no short thousands: 60.123.
func (w *Words) Short(n float64) string {
	for i, size := range []float64{1e9, 1e6, 1e3} {
		if pattern := w.or().short[2-i]; pattern != "0" && math.Abs(n) >= size*0.99995 {
			return strings.Replace(pattern, "0", w.decimal(n/size, 1), 1)
		}
	}
	return w.Exact(n)
}

// decimal writes n with at most so many places, fewer where they are zeros or n is 100 and more.
func (w *Words) decimal(n float64, places int) string {
	if math.Abs(n) >= 99.95 {
		places = 0
	}
	s := strconv.FormatFloat(n, 'f', places, 64)
	if places > 0 {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return w.pointed(s)
}

// pointed returns a number of Go's with the language's decimal separator.
func (w *Words) pointed(number string) string { return strings.Replace(number, ".", w.or().point, 1) }

// Percent writes a rate of 0–100 with so many places: 41%.
func (w *Words) Percent(n float64, places int) string {
	return w.percent(w.pointed(strconv.FormatFloat(n, 'f', places, 64)))
}

// percent writes a number, or what stands for one, as percent.
func (w *Words) percent(number string) string {
	return strings.Replace(w.or().locale.percent, "0", number, 1)
}

// Duration writes seconds: 0s, 48s, 1m 05s, 2h 03m.
func (w *Words) Duration(seconds float64) string {
	s := int(math.Round(seconds))
	switch {
	case s < 60:
		return strconv.Itoa(s) + "s"
	case s < 3600:
		return strconv.Itoa(s/60) + "m " + two(s%60) + "s"
	default:
		return strconv.Itoa(s/3600) + "h " + two(s/60%60) + "m"
	}
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// minorDigits are the decimals of currencies that do not have two (ISO 4217).
var minorDigits = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0, "VND": 0,
	"VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// Money writes an amount in minor units: €19.99, €1.2K, or in full €1,234.50.
func (w *Words) Money(minor float64, currency string, full bool) string {
	digits, ok := minorDigits[currency]
	if !ok {
		digits = 2
	}
	amount := minor / math.Pow10(digits)
	var number string
	if !full && math.Abs(amount) >= 1000 {
		number = w.Short(math.Abs(amount))
	} else {
		whole, fraction, _ := strings.Cut(strconv.FormatFloat(math.Abs(amount), 'f', digits, 64), ".")
		n, _ := strconv.ParseFloat(whole, 64)
		if number = w.Exact(n); fraction != "" {
			number += w.or().point + fraction
		}
	}
	sign := cmp.Or(w.or().signs[currency], currency)
	pattern := w.or().money
	if last, _ := utf8.DecodeLastRuneInString(sign); unicode.IsLetter(last) {
		pattern = w.or().moneyLetters
	}
	text := strings.NewReplacer("¤", sign, "0", number).Replace(pattern)
	if amount < 0 {
		text = "−" + text
	}
	return text
}

// Figure writes a value of a metric as short as tiles and tables have room for: 1.2K, 41%, 2m 14s, €1.2K.
func (w *Words) Figure(m report.Metric, v report.Value) string {
	if !v.Known {
		return none
	}
	switch m {
	case report.BounceRate, report.ScrollDepth, report.ExitRate:
		return w.Percent(v.Number, 0)
	case report.ConversionRate:
		return w.Percent(v.Number, 1)
	case report.VisitDuration, report.TimeOnPage:
		return w.Duration(v.Number)
	case report.ViewsPerVisit:
		return w.pointed(strconv.FormatFloat(v.Number, 'f', 2, 64))
	case report.Revenue:
		return w.Money(v.Number, v.Currency, false)
	}
	return w.Short(v.Number)
}

// FullFigure writes a value of a metric exactly: 12,345, 41.3%, 2m 14s, €1,234.50.
func (w *Words) FullFigure(m report.Metric, v report.Value) string {
	if !v.Known {
		return none
	}
	switch m {
	case report.BounceRate, report.ScrollDepth, report.ExitRate:
		return w.Percent(v.Number, 1)
	case report.ConversionRate:
		return w.Percent(v.Number, 2)
	case report.Revenue:
		return w.Money(v.Number, v.Currency, true)
	case report.VisitDuration, report.TimeOnPage, report.ViewsPerVisit:
		return w.Figure(m, v)
	}
	return w.Exact(v.Number)
}

// listed writes a value for a list: in full up to five digits, then short.
func (w *Words) listed(m report.Metric, v report.Value) string {
	if v.Known && additive(m) && math.Abs(v.Number) < 99_999.5 {
		return w.Exact(v.Number)
	}
	return w.Figure(m, v)
}

// Mood says how a change is to be taken; it is also a class.
type Mood string

// The moods.
const (
	Good Mood = "up"
	Bad  Mood = "down"
	Same Mood = "same"
)

// Change writes how a value moved, "+18%" or for rates "+3 pts", and how that is to be taken. Both are empty where there
// is nothing to compare with.
func (w *Words) Change(m report.Metric, now, then report.Value) (string, Mood) {
	if !now.Known || !then.Known || now.Currency != then.Currency {
		return "", ""
	}
	var moved float64
	var text string
	switch m {
	case report.BounceRate, report.ConversionRate, report.ScrollDepth, report.ExitRate:
		moved = math.Round(now.Number - then.Number)
		text = w.F("%s pts", signed(moved, w.Exact(math.Abs(moved))))
	default:
		if then.Number == 0 {
			return "", ""
		}
		moved = math.Round((now.Number - then.Number) / math.Abs(then.Number) * 100)
		text = signed(moved, w.percent(w.Exact(math.Abs(moved))))
	}
	switch {
	case moved == 0, m == report.ExitRate: // every visit ends somewhere
		return text, Same
	case (moved > 0) == (m != report.BounceRate):
		return text, Good
	}
	return text, Bad
}

func signed(n float64, text string) string {
	switch {
	case n > 0:
		return "+" + text
	case n < 0:
		return "−" + text
	}
	return "±" + text
}

// additive reports whether a metric is a plain count.
func additive(m report.Metric) bool {
	switch m {
	case report.Visitors, report.Visits, report.Pageviews, report.EventCount, report.Conversions:
		return true
	}
	return false
}

// bucket names a time bucket, briefly for an axis or with the weekday for reading.
func (w *Words) bucket(by report.Dimension, t time.Time, brief bool) string {
	switch {
	case by == "minute" || by == "hour" && brief:
		return w.date(t, clock)
	case by == "hour":
		return w.moment(t, weekdayDay)
	case by == "month" && brief:
		return w.date(t, month)
	case by == "month":
		return w.date(t, monthYear)
	case brief:
		return w.date(t, dayMonth)
	case by == "week":
		return w.F("Week of %s", w.date(t, date))
	}
	return w.date(t, weekdayDay)
}
