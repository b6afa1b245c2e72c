package views

import (
	"math"
	"slices"

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
			Link: d.choosing(Find("country", d.View), r.Name), On: d.View.filtered("country", r.Name)})
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
	Visits float64
	Text   string
	Shade  string // opacity, 0–1
}

// weekdays are the values of rows by weekday, from the first of the week on.
var weekdays = [7]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

// dayName returns what a language calls one of weekdays; what is none comes back.
func (w *Words) dayName(value string) string {
	if i := slices.Index(weekdays[:], value); i >= 0 {
		return w.or().weekdays[(i+1)%7]
	}
	return value
}

// week returns the figures of an answer by hour of the week, and the highest of them; nil where there is none.
func (d Dashboard) week(a report.Answer) (cells [7][24]weekCell, best *weekCell) {
	w, high := d.words(), 0.0
	visits := map[string]float64{}
	for _, r := range a.Rows {
		if r.Name != report.Other {
			visits[r.Name] = r.Values[0].Number
			high = max(high, r.Values[0].Number)
		}
	}
	for day := range cells {
		for hour := range cells[day] {
			name := weekdays[day] + " " + two(hour)
			c := &cells[day][hour]
			*c = weekCell{Visits: visits[name], Shade: "0.06", Text: w.valueName("hour_of_week", name) + ": " + w.Exact(visits[name])}
			if c.Visits > 0 {
				c.Shade = unit2(0.12 + 0.88*c.Visits/high)
			}
			if c.Visits == high && high > 0 && best == nil {
				best = c
			}
		}
	}
	return cells, best
}

// unit2 writes a number with two decimals at most.
func unit2(f float64) string { s := percent(f); return s[:len(s)-1] }
