package gen

import (
	"math"
	"time"
)

// viewsPerVisit is the mean number of page views of a visit, as nextPage and the bounce rates of the sources make it.
const viewsPerVisit = 2.80

// day is the plan of one UTC day.
type day struct {
	start  int64   // seconds since 1970
	visits int     // to make on the whole day
	place  float64 // where in the period it lies, 0–1
	launch float64 // how much of the launch is left: 1 on its day, 0 before and a week later
}

// weekdays are the weights from Sunday on.
var weekdays = [7]float64{1.09, 1.03, 1.05, 1.04, 1.0, 0.91, 0.88}

// planDays spreads the visits of o over its days.
func planDays(o Options) []day {
	first := o.From.UTC().Truncate(24 * time.Hour)
	n := int(math.Ceil(o.To.Sub(first).Hours() / 24))
	launch := launchDay(first, n)
	rnd := dice(mix(o.Seed ^ 0xda75))
	days, weights, sum := make([]day, n), make([]float64, n), 0.0
	for i := range days {
		date := first.AddDate(0, 0, i)
		d := day{start: date.Unix(), place: float64(i) / float64(n)}
		if since := i - launch; since >= 0 && since < 7 {
			d.launch = math.Pow(0.5, float64(since))
		}
		w := (0.7 + 0.6*d.place) * weekdays[date.Weekday()] * season(date) * (1 + 3.6*d.launch) * rnd.around(1, 0.06)
		days[i], weights[i] = d, w
		sum += w
	}
	for i := range days {
		days[i].visits = int(math.Round(float64(o.Views) / viewsPerVisit * weights[i] / sum))
	}
	return days
}

// launchDay returns the index of the day of the launch: a Thursday some five months before the end of a year.
func launchDay(first time.Time, n int) int {
	i := n * 58 / 100
	for first.AddDate(0, 0, i).Weekday() != time.Thursday {
		i++
	}
	return i
}

// season returns the weight of a date's time of the year: gifts are bought before the holidays, not on them, and in the
// first half of August the customers are at the real sea.
func season(date time.Time) float64 {
	w := 1 + 0.22*math.Cos(2*math.Pi*float64(date.YearDay()-335)/365)
	switch month, d := date.Month(), date.Day(); {
	case month == time.December && d >= 23 && d <= 26:
		w *= 0.42
	case month == time.December && d > 26, month == time.January && d == 1:
		w *= 0.66
	case month == time.August && d <= 16:
		w *= 0.74
	}
	return w
}

// hours are the weights of the hours of a visitor's own clock, from midnight on.
var hours = newUrn(1.1, 0.6, 0.35, 0.25, 0.25, 0.4, 1.0, 2.0, 3.0, 3.7, 4.1, 4.2,
	4.3, 4.1, 4.0, 4.1, 4.2, 4.3, 4.6, 5.2, 5.7, 5.4, 4.0, 2.3)
