package views

import (
	"slices"
	"strings"
	"time"

	"sandprint/app/privacy"
	"sandprint/app/report"
)

// Dashboard is all that the page of a site shows.
type Dashboard struct {
	Round     privacy.Trouble // with the last nightly round, for who may manage the site; empty: none
	Page      Page
	View      View
	Sites     []string        // domains that the reader may switch to, this one among them
	Live      int             // visitors in the last five minutes
	Since     time.Time       // the first day that has figures, as midnight; zero: there is none, or it is not asked for
	Policy    PolicyState     // of the text about privacy on the site, for who may change it
	Notes     []Annotation    // of the period, by time
	Chart     report.Answer   // by time bucket; its metrics are those of the tiles
	Lists     []report.Answer // the open tabs' answers, in the order of View.Open
	Change    *report.Change  // what the difference to the comparison is made of, in brief; nil: not asked for
	Mode      string          // how visitors are recognised: cookie, cookieless or consent
	Early     bool            // of mode consent: counted without a cookie until there is consent
	Effect    Effect          // of that on the figures; zero: not asked for
	Uncounted []string        // events of the tracker's own that the site's settings don't ask for, by name
	Dropped   int64           // hits of the last 30 days that were not counted; only told while none was ever counted
	Regions   bool            // the table tells regions and cities too
	Geo       string          // name of the owner's table of places; empty: the program's own
	GeoOf     time.Time       // date of its data; zero: not said
	CanChange bool            // the reader may change the site's settings
	Segments  []Segment       // those that the reader may use, by name
	Sides     [2]string       // names of the chart's two lines, where these are segments; empty: they are periods
	Otherwise *View           // the view with its filters as they were maybe meant, where they keep nobody as they are; nil: nothing is known to be called otherwise
	Waiting   bool            // no hit was ever counted: how to begin is shown in place of figures
	Took      time.Duration   // to answer all of it
}

// words returns the language of the page.
func (d Dashboard) words() *Words { return d.Page.Words }

// chosen returns the index of the metric that the chart shows among the tiles'.
func (d Dashboard) chosen() int {
	return max(slices.Index(d.Chart.Query.Metrics, report.Metric(d.View.Get("metric"))), 0)
}

// read returns how many page views and events were read for the page.
func (d Dashboard) read() int {
	most := d.Chart.Read
	for _, a := range d.Lists {
		most = max(most, a.Read)
	}
	return most
}

// floor says what the smallest group keeps back of the chart, or "".
func (d Dashboard) floor() string {
	w, h := d.words(), d.Chart.Hidden
	if h.Rows == 0 {
		return ""
	}
	if h.Rows == 1 {
		return w.F("1 hour or day is left blank: %s. The site's settings say how small is too small.", w.Say(h.Reason))
	}
	return w.F("%s hours or days are left blank: %s. The site's settings say how small is too small.", w.Exact(float64(h.Rows)), w.Say(h.Reason))
}

// daysNamed is how many days that are left out are named.
const daysNamed = 3

// leftOut says which days the figures are without, because the site's file is damaged there; "" for none.
func (d Dashboard) leftOut() string {
	days := slices.Clone(d.Chart.Damaged)
	for _, a := range d.Lists {
		days = append(days, a.Damaged...)
	}
	slices.SortFunc(days, time.Time.Compare)
	days = slices.Compact(days)
	if len(days) == 0 {
		return ""
	}
	w := d.words()
	var names []string
	for _, day := range days[:min(len(days), daysNamed)] {
		names = append(names, w.date(day, longDate))
	}
	list := strings.Join(names, ", ")
	if more := len(days) - len(names); more > 0 {
		return w.F("Figures of %s and %d more days are left out: the site's file is damaged there.", list, more)
	}
	return w.F("Figures of %s are left out: the site's file is damaged there.", list)
}

// exports are the lists that the export menu offers.
var exports = []report.Dimension{"page", "source", "channel", "utm_campaign", "country", "browser", "device", "goal"}

// csv returns the address of a list as a file.
func (v View) csv(by report.Dimension) string {
	return v.at("/details", "by", string(by), "format", "csv")
}

// details returns the address of a list's whole table.
func (v View) details(by report.Dimension) string { return v.at("/details", "by", string(by)) }

// frame returns the page with the dashboard's bar, footer and scripts.
func (d Dashboard) frame() Page {
	p := d.Page
	p.Title = d.View.Site
	p.Bar, p.Nav, p.Footer = d.bar(), siteNav(d.View, d.words()), d.foot()
	p.Scripts = []string{"swap.js", "chart.js", "live.js", "calendar.js", "filter.js"}
	return p
}

// chartText says in a sentence what the chart shows.
func (d Dashboard) chartText(m report.Metric) string {
	w, at := d.words(), d.chosen()
	best := -1
	for i, r := range d.Chart.Rows {
		if r.Values[at].Known && (best < 0 || r.Values[at].Number > d.Chart.Rows[best].Values[at].Number) {
			best = i
		}
	}
	if best < 0 {
		return w.T("There are no figures for this period.")
	}
	r := d.Chart.Rows[best]
	return w.F("%s: %s in all; the highest was %s, %s. The table below has every figure.", d.dates(), w.FullFigure(m, d.Chart.Totals[at]),
		w.bucket(d.Chart.Query.By, r.Start, false), w.FullFigure(m, r.Values[at]))
}

// zone names the time zone of the figures.
func (d Dashboard) zone() string { return d.Chart.Query.Now.Location().String() }

// intervalNames are the time buckets in the middle of a sentence.
var intervalNames = map[report.Dimension]string{"minute": "minute", "hour": "hour", "day": "day", "week": "week", "month": "month"}

// pluralNames name the lists of the export menu.
var pluralNames = map[report.Dimension]string{"page": "Pages", "source": "Sources", "channel": "Channels", "utm_campaign": "Campaigns",
	"country": "Countries", "browser": "Browsers", "device": "Devices", "goal": "Goals"}

// present returns the seconds between two refreshes of a page that shows the present; empty for one that shows the past.
func (d Dashboard) present() string {
	p, now := d.Chart.Query.Period, d.Chart.Query.Now
	switch {
	case d.Waiting:
		return "1"
	case !now.Before(p.To):
		return ""
	case p.To.Sub(p.From) <= 48*time.Hour:
		return "2"
	}
	return "15"
}

// places says where countries come from, and of when, or "". The licence of the program's own table asks for its source (NOTICE).
func (d Dashboard) places() string {
	w := d.words()
	switch {
	case d.GeoOf.IsZero():
		return ""
	case d.Geo == "":
		return w.F("countries from registry data of the NRO (CC BY 4.0) of %s", w.date(d.GeoOf, date))
	}
	return w.F("places from %s of %s", d.Geo, w.date(d.GeoOf, date))
}
