package report

import (
	"slices"
	"time"
)

// midnight returns the first instant of a date in a zone. Where the clocks skip midnight it is the moment of the change;
// where midnight comes twice it is the first. Days and months out of range count on, as in time.Date.
func midnight(y int, m time.Month, d int, zone *time.Location) time.Time {
	return OnClock(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), zone)
}

// OnClock returns when the clocks of a zone show what t's do. A time that they skip is the moment of the change; of one
// that comes twice it is the first.
func OnClock(t time.Time, zone *time.Location) time.Time {
	wall := clockSeconds(t)
	// Walk the stretches of one offset around the wanted instant: no offset is beyond a day.
	for at := time.Unix(wall-26*3600, 0).In(zone); ; {
		start, end := at.ZoneBounds()
		_, offset := at.Zone()
		first := wall - int64(offset)
		if !start.IsZero() {
			first = max(first, start.Unix())
		}
		if end.IsZero() || first < end.Unix() {
			return time.Unix(first, 0).In(zone)
		}
		at = end
	}
}

// clockSeconds returns what the clock and the calendar show at t, as seconds.
func clockSeconds(t time.Time) int64 {
	_, offset := t.Zone()
	return t.Unix() + int64(offset)
}

// nextHour returns the start of the clock hour after t: earlier than that when the clocks change before.
func nextHour(t time.Time) time.Time {
	return nextClock(t, 3600)
}

// nextClock returns when a clock unit (seconds) of the wall clock ends that holds t, or the clocks change before.
func nextClock(t time.Time, unit int64) time.Time {
	u, local := t.Unix(), clockSeconds(t)
	next := u + unit - ((local%unit)+unit)%unit
	if _, end := t.ZoneBounds(); !end.IsZero() && end.Unix() > u && end.Unix() < next {
		next = end.Unix()
	}
	return time.Unix(next, 0).In(t.Location())
}

// bucketEnd returns when the time bucket ends that starts at t or holds it.
func bucketEnd(by Dimension, t time.Time) time.Time {
	y, m, d := t.Date()
	switch by {
	case "minute":
		return nextClock(t, 60)
	case "hour":
		return nextClock(t, 3600)
	case "week":
		return midnight(y, m, d+7-int(t.Weekday()+6)%7, t.Location())
	case "month":
		return midnight(y, m+1, 1, t.Location())
	}
	return midnight(y, m, d+1, t.Location())
}

// bucketLabel names the time bucket that holds t.
func bucketLabel(by Dimension, t time.Time) string {
	switch by {
	case "minute":
		return t.Format("2006-01-02 15:04")
	case "hour":
		return t.Format("2006-01-02 15:00")
	case "week":
		y, m, d := t.Date()
		return time.Date(y, m, d-int(t.Weekday()+6)%7, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	case "month":
		return t.Format("2006-01")
	}
	return t.Format(time.DateOnly)
}

// buckets cuts [from, to) into time buckets: their rows, and the instants between which they lie.
func buckets(by Dimension, from, to time.Time) (rows []Row) {
	at := map[string]int{}
	for t := from; t.Before(to); {
		end := bucketEnd(by, t)
		if !end.After(t) { // a date that a zone left out ends where it begins
			end = t.Add(time.Second)
		}
		row := Row{Name: bucketLabel(by, t), Start: t}
		// A repeated hour has one name twice: the offset from UTC tells them apart.
		if first, twice := at[row.Name]; twice {
			if offset := rows[first].Start.Format("-07:00"); rows[first].Name == row.Name {
				rows[first].Name += offset
			}
			row.Name += t.Format("-07:00")
		} else {
			at[row.Name] = len(rows)
		}
		rows = append(rows, row)
		t = end
	}
	return rows
}

// opposite returns for each bucket of a period the one of a comparison that it stands against: the one as far from the
// start. For hours and minutes that is by the clock, so that nothing shifts on a day on which the clocks change; an hour that
// came twice stands against one that did. noRow: there is none.
func opposite(by Dimension, rows, before []Row) []int32 {
	against := make([]int32, len(rows))
	unit := map[Dimension]int64{"hour": 3600, "minute": 60}[by]
	if unit == 0 {
		for i := range against {
			if against[i] = int32(i); i >= len(before) {
				against[i] = noRow
			}
		}
		return against
	}
	at := map[[2]int64]int32{}
	for i, key := range clockKeys(before, unit) {
		at[key] = int32(i)
	}
	for i, key := range clockKeys(rows, unit) {
		j, ok := at[key]
		if against[i] = j; !ok {
			against[i] = noRow
		}
	}
	return against
}

// clockKeys returns of each bucket how far it is from the first by the clock, in seconds, and how often that came before.
func clockKeys(rows []Row, unit int64) [][2]int64 {
	keys := make([][2]int64, len(rows))
	var base int64
	seen := map[int64]int64{}
	for i, r := range rows {
		clock := clockSeconds(r.Start)
		clock -= ((clock % unit) + unit) % unit
		if y, m, d := r.Start.Date(); i == 0 && r.Start.Equal(midnight(y, m, d, r.Start.Location())) {
			base = time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() // the clocks may have skipped midnight itself
		} else if i == 0 {
			base = clock
		}
		keys[i] = [2]int64{clock - base, seen[clock]}
		seen[clock]++
	}
	return keys
}

// slots cut time into stretches that a part of a question sees as one: all hits of a stretch are in the same row.
type slots struct {
	bounds []int64 // seconds since 1970, ascending; slot i is [bounds[i], bounds[i+1])
	row    []int32 // by slot: the row of a question by time, else 0; noRow where a filter leaves the slot out
}

// noRow stands for hits that are in no row.
const noRow = -1

// newSlots cuts [from, to) so that each slot lies in one time bucket, weekday or hour of the day of the question, and a
// filter on time keeps or drops it whole.
func newSlots(by Dimension, from, to time.Time, filters []Filter) (slots, []Row) {
	var rows []Row
	if by.isTime() {
		rows = buckets(by, from, to)
	}
	unit := Dimension("")
	for _, d := range append([]Dimension{by}, dimensionsOf(filters)...) {
		switch {
		case d == "hour_of_day" || d == "hour_of_week":
			unit = "hour"
		case d == "weekday" && unit == "":
			unit = "day"
		}
	}
	var s slots
	for _, r := range rows {
		s.bounds = append(s.bounds, r.Start.Unix())
	}
	s.bounds = append(s.bounds, from.Unix(), to.Unix())
	if unit != "" {
		for t := from; t.Before(to); t = later(bucketEnd(unit, t), t) {
			s.bounds = append(s.bounds, t.Unix())
		}
	}
	slices.Sort(s.bounds)
	s.bounds = slices.Compact(s.bounds)
	bucket := 0
	for _, b := range s.bounds[:len(s.bounds)-1] {
		t := time.Unix(b, 0).In(from.Location())
		for bucket+1 < len(rows) && rows[bucket+1].Start.Unix() <= b {
			bucket++
		}
		s.row = append(s.row, slotRow(by, t, bucket, filters))
	}
	return s, rows
}

// later returns a, or the second after b when a is not after b.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b.Add(time.Second)
}

// slotRow returns the row of a slot that starts at t.
func slotRow(by Dimension, t time.Time, bucket int, filters []Filter) int32 {
	for _, f := range filters {
		if name, ok := clockName(f.By, t); ok && !f.keeps(name) {
			return noRow
		}
	}
	switch {
	case by.isTime():
		return int32(bucket)
	case by == "weekday":
		return int32(t.Weekday()+6) % 7
	case by == "hour_of_day":
		return int32(t.Hour())
	case by == "hour_of_week":
		return int32(t.Weekday()+6)%7*24 + int32(t.Hour())
	}
	return 0
}

// clockName returns the value of weekday, hour_of_day or hour_of_week at t.
func clockName(by Dimension, t time.Time) (string, bool) {
	switch by {
	case "weekday":
		return t.Weekday().String(), true
	case "hour_of_day":
		return t.Format("15"), true
	case "hour_of_week":
		return t.Format("Monday 15"), true
	}
	return "", false
}

// of returns the slot that holds t; noRow when t is outside of all. It looks at slot i and the next first.
func (s *slots) of(t int64, i int) int {
	if len(s.row) == 0 || t < s.bounds[0] || t >= s.bounds[len(s.row)] {
		return noRow
	}
	for end := min(i+2, len(s.row)); i < end; i++ {
		if s.bounds[i] <= t && t < s.bounds[i+1] {
			return i
		}
	}
	i, _ = slices.BinarySearch(s.bounds, t+1)
	return i - 1
}
