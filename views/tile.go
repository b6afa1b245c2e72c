package views

import "sandprint/app/report"

// metricHelp says exactly what a metric is.
var metricHelp = map[report.Metric]string{
	report.Visitors:       "Distinct visitors with a page view or an event in the period.",
	report.Visits:         "Visits with a page view or an event in the period. A visit ends after 30 minutes without a sign of life.",
	report.Pageviews:      "Pages that were opened, reloads and changes of address within a page included.",
	report.ViewsPerVisit:  "Page views divided by visits.",
	report.BounceRate:     "Visits with exactly one page view or event in all, divided by visits.",
	report.VisitDuration:  "From the first page view or event of a visit to its last sign of life, averaged over all visits, bounces included.",
	report.EventCount:     "Events that pages sent in the period.",
	report.TimeOnPage:     "Seconds with the page visible and in focus, divided by the visits that saw it.",
	report.ScrollDepth:    "How far down a visit came on a page, in percent of its height: the deepest point of each, averaged over visits and pages where it is known.",
	report.Conversions:    "Page views and events that reached a goal, each counted once for each goal.",
	report.ConversionRate: "Visitors who reached a goal, divided by all visitors under the other filters.",
	report.ExitRate:       "Visits that ended on the page, divided by its page views.",
	report.Revenue:        "Sum of the amounts of the conversions, in the currency that most of them have.",
}

// recognised says how visitors are told apart.
func (d Dashboard) recognised() string {
	switch d.Mode {
	case "cookieless":
		return d.words().T("Visitors are recognised without cookies, within a day: who comes on three days counts as three visitors.")
	case "consent":
		if !d.Early {
			return d.words().T("Visitors who consent are recognised by a first-party cookie; the others are not counted.")
		}
		return d.words().T("Visitors who consent are recognised by a first-party cookie; the others within a day.")
	}
	return d.words().T("Visitors are recognised by a random number in a first-party cookie; who refuses it, within a day.")
}

// effort says what was read for the page, and how long that took.
func (d Dashboard) effort() string {
	return d.words().F("%s page views and events read in %s ms", d.words().Exact(float64(d.read())), d.words().Exact(float64(d.Took.Milliseconds())))
}

// tileParam returns the address's metric for a tile: nothing for the first one.
func (d Dashboard) tileParam(i int) string {
	if i == 0 {
		return ""
	}
	return string(d.Chart.Query.Metrics[i])
}

// change returns how a tile's figure moved.
func (d Dashboard) change(i int) (string, Mood) {
	if d.Chart.Previous == nil {
		return "", ""
	}
	return d.words().Change(d.Chart.Query.Metrics[i], d.Chart.Totals[i], d.Chart.Previous[i])
}

// modeText says how visitors were counted.
func (d Dashboard) modeText() string { return d.words().modeText(d.Mode, d.Early) }

func (w *Words) modeText(mode string, early bool) string {
	switch mode {
	case "cookieless":
		return w.T("Counted without cookies: a visitor is recognised within a day and not beyond")
	case "consent":
		if !early {
			return w.T("Counted by first-party cookie, after consent only")
		}
		return w.T("Counted by first-party cookie after consent, without one before")
	}
	return w.T("Counted by first-party cookie")
}
