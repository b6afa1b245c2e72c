package views

import (
	"math"

	"sandprint/app/report"
)

// land is a country on the map.
type land struct {
	Code, Text, Link string
	Shade            int // 1–4
	On               bool
}

// mapBox is the visible part of world.svg; a test holds the two together.
const mapBox = "0 0 1000 433"

// lands returns the countries that have visitors and an outline, and the lowest figure of each shade. Shades go by the
// logarithm of the share, since a few countries have most of the visitors.
func (d Dashboard) lands(a report.Answer) (list []land, from [4]float64) {
	w, high := d.words(), 0.0
	for _, r := range a.Rows {
		if outlined(r.Name) {
			high = max(high, r.Values[0].Number)
		}
	}
	for i := range from {
		from[i] = math.Max(1, roundDown(math.Pow(high, float64(i)/4)))
	}
	for _, r := range a.Rows {
		n := r.Values[0].Number
		if !outlined(r.Name) || n <= 0 {
			continue
		}
		shade := 1
		for i := range from {
			if n >= from[i] {
				shade = i + 1
			}
		}
		list = append(list, land{Code: r.Name, Shade: shade, Text: w.valueName("country", r.Name) + ": " + w.Exact(n),
			Link: d.View.only("country", report.Is, r.Name).URL(), On: d.View.filtered("country", r.Name)})
	}
	return list, from
}

// roundDown returns the 1, 2 or 5 times a power of ten that is next below f.
func roundDown(f float64) float64 {
	power := math.Pow10(int(math.Floor(math.Log10(math.Max(f, 1)) + 1e-9)))
	for _, step := range []float64{5, 2} {
		if f >= step*power {
			return step * power
		}
	}
	return power
}

// outlined reports whether a value is a country code, as the ids in world.svg are.
func outlined(code string) bool {
	return len(code) == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z'
}

// weekCell is an hour of the week.
type weekCell struct {
	Views float64
	Text  string
	Shade string // opacity, 0–1
}

// gridDays is how many days the grid of a week looks at: hours of more can't be asked for, and 13 weeks show the rhythm.
const gridDays = 91

// GridPeriod returns the part of a period that the grid of a week is about: all of it, or its last 91 days.
func GridPeriod(p report.Period) report.Period {
	if first := p.To.AddDate(0, 0, -gridDays); first.After(p.From) {
		p.Name, p.From = "custom", first
	}
	return p
}

var weekdays = [7]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}

// week adds up page views by weekday and hour of an answer by hour.
func (d Dashboard) week(a report.Answer) (cells [7][24]weekCell) {
	w, high := d.words(), 0.0
	for _, r := range a.Rows {
		c := &cells[(int(r.Start.Weekday())+6)%7][r.Start.Hour()]
		c.Views += r.Values[0].Number
		high = max(high, c.Views)
	}
	for day := range cells {
		for hour := range cells[day] {
			c := &cells[day][hour]
			c.Text = w.T(weekdays[day]) + " " + two(hour) + ":00: " + w.Exact(c.Views)
			c.Shade = "0.06"
			if c.Views > 0 {
				c.Shade = unit2(0.12 + 0.88*c.Views/high)
			}
		}
	}
	return cells
}

// unit2 writes a number with two decimals at most.
func unit2(f float64) string { s := percent(f); return s[:len(s)-1] }
