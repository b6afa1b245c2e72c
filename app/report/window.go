package report

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"sandprint/app/problem"
)

// maxWindow is the longest stretch of time that visits are joined over.
const maxWindow = 90 * 24 * time.Hour

// parseWindow reads "visit" (0) or a number and m, h or d, as "30m", up to 90 days; missing is what nothing stands for.
func parseWindow(s string, missing time.Duration) (time.Duration, error) {
	switch s {
	case "":
		return missing, nil
	case "visit":
		return 0, nil
	}
	unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[s[len(s)-1]]
	n, err := strconv.Atoi(s[:len(s)-1])
	if err != nil || unit == 0 || n < 1 || n > int(maxWindow/unit) {
		return 0, problem.BadField("window", "bad_window", quoted(s)+" is no window.").
			WithHint("Use a number and m, h or d, as 30m or 7d, up to 90d; or visit, where one visit is enough.")
	}
	return time.Duration(n) * unit, nil
}

// windowText writes a window of whole minutes as parseWindow reads it.
func windowText(d time.Duration) string {
	switch {
	case d == 0:
		return "visit"
	case d%(24*time.Hour) == 0:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}

// quoted quotes a foreign text for a message.
func quoted(s string) string { return fmt.Sprintf("%q", short(s)) }

// parseSegment reads period, from, to and filter, as Parse does.
func parseSegment(values url.Values, now time.Time) (p Period, filters []Filter, err error) {
	if p, err = parsePeriod(values, now); err != nil {
		return p, nil, err
	}
	filters, err = parseFilters(values["filter"])
	return p, filters, err
}

// segmentValues returns the parameters that parseSegment reads.
func segmentValues(p Period, filters []Filter) url.Values {
	return Query{Period: p, Metrics: defaultMetrics, Filters: filters}.Values()
}
