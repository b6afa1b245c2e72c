package views

import (
	"slices"
	"strings"

	"sandprint/app/report"
)

// panel is a box of the dashboard: lists of one subject, of which one is open.
type panel struct {
	ID   string
	Name string
	Tabs []Tab
}

// Tab is one list of a panel: the question that it asks and how its answer is drawn.
type Tab struct {
	By      report.Dimension // also its name in the address; "map" and "grid" ask for countries and hours
	Label   string
	Under   string          // label of the group that the tab is in, or empty: tabs of a group share one place in the row of tabs
	Metrics []report.Metric // the first one orders the list and draws the bars
	Empty   string          // what an empty list says
	Unset   string          // what is said of visits without a value, which have no row; empty: they have one
}

// listRows is how many rows a list of the dashboard has.
const listRows = 9

var visitorsOnly = []report.Metric{report.Visitors}

// The panels, in their order. The first tab of each is open unless the address says otherwise.
var panels = []*panel{
	{"sources", "Sources", []Tab{
		{By: "channel", Label: "Channels", Empty: "No visits in this period."},
		{By: "source", Label: "Sources", Empty: "No visits in this period."},
		{By: "referrer", Label: "Referrers", Empty: "No visit came from a link on another site.", Unset: "Without a referrer"},
		{By: "utm_campaign", Label: "Campaigns", Under: "Campaigns", Empty: noTags, Unset: "Not tagged"},
		{By: "utm_source", Label: "Source", Under: "Campaigns", Empty: noTags, Unset: "Not tagged"},
		{By: "utm_medium", Label: "Medium", Under: "Campaigns", Empty: noTags, Unset: "Not tagged"},
		{By: "utm_content", Label: "Content", Under: "Campaigns", Empty: noTags, Unset: "Not tagged"},
		{By: "utm_term", Label: "Term", Under: "Campaigns", Empty: noTags, Unset: "Not tagged"},
	}},
	{"pages", "Pages", []Tab{
		{By: "page", Label: "Pages", Empty: "No page was read in this period."},
		{By: "entry_page", Label: "Entry", Empty: "No visit began in this period."},
		{By: "exit_page", Label: "Exit", Empty: "No visit ended in this period."},
		{By: "title", Label: "Titles", Empty: "No page had a title.", Unset: "Without a title"},
		{By: "hostname", Label: "Hosts", Empty: "No page was read in this period."},
	}},
	{"places", "Places", []Tab{
		{By: "map", Label: "Map", Empty: "No country is known for this period."},
		{By: "country", Label: "Countries", Empty: "No country is known for this period."},
		{By: "region", Label: "Regions", Empty: noCities, Unset: "Not known"},
		{By: "city", Label: "Cities", Empty: noCities, Unset: "Not known"},
		{By: "language", Label: "Languages", Empty: "No browser named a language in this period.", Unset: "Not known"},
	}},
	{"devices", "Devices", []Tab{
		{By: "browser", Label: "Browsers", Under: "Browsers", Empty: "No visits in this period."},
		{By: "browser_version", Label: "Versions", Under: "Browsers", Empty: "No visits in this period."},
		{By: "os", Label: "Systems", Under: "Systems", Empty: "No visits in this period."},
		{By: "os_version", Label: "Versions", Under: "Systems", Empty: "No browser named its system's version.", Unset: "Not known"},
		{By: "device", Label: "Devices", Under: "Devices", Empty: "No visits in this period."},
		{By: "device_model", Label: "Models", Under: "Devices", Empty: "No phone or tablet named its make.", Unset: "Not known"},
		{By: "screen", Label: "Screens", Empty: "No visits in this period.", Unset: "Not known"},
	}},
	{"goals", "Goals", []Tab{
		{By: "goal", Label: "Goals", Metrics: []report.Metric{report.Conversions, report.ConversionRate},
			Empty: "No goal was reached in this period. Goals are events or pages that you name in the site's settings."},
		{By: "event", Label: "Events", Metrics: []report.Metric{report.EventCount, report.Visitors},
			Empty: "No event in this period. A page sends one with sandprint('event', 'Order placed')."},
	}},
	{"when", "Visitors", []Tab{
		{By: "grid", Label: "When people come", Metrics: []report.Metric{report.Pageviews}, Empty: "No page was read in this period."},
		{By: "visitor_type", Label: "New and returning", Empty: "No visits in this period."},
	}},
}

const (
	noTags   = "No tagged link in this period. Add ?utm_campaign=… to the links of a campaign."
	noCities = "The built-in table knows countries only. Start with --geoip and a city file to see more."
)

func init() {
	for _, p := range panels {
		for i := range p.Tabs {
			if p.Tabs[i].Metrics == nil {
				p.Tabs[i].Metrics = visitorsOnly
			}
		}
	}
}

// panelOf returns the panel that has a tab, or nil.
func panelOf(by report.Dimension) *panel {
	for _, p := range panels {
		if slices.ContainsFunc(p.Tabs, func(t Tab) bool { return t.By == by }) {
			return p
		}
	}
	return nil
}

// Open returns the open tab of each panel: the lists that the dashboard asks for, in their order.
func (v View) Open() []Tab {
	open := make([]Tab, len(panels))
	for i, p := range panels {
		open[i] = p.Tabs[0]
		for _, t := range p.Tabs {
			if slices.Contains(v.values["tab"], string(t.By)) {
				open[i] = t
			}
		}
	}
	return open
}

// Asks returns the dimension that a tab asks for.
func (t Tab) Asks() report.Dimension {
	switch t.By {
	case "map":
		return "country"
	case "grid":
		return "hour"
	}
	return t.By
}

// Limit returns how many rows a tab asks for; 0 stands for all, as time buckets have it.
func (t Tab) Limit() int {
	switch t.By {
	case "map":
		return 300
	case "grid":
		return 0
	}
	if t.Unset != "" {
		return listRows + 1
	}
	return listRows
}

// Tiles returns the metrics of the tiles under these filters: with a page, what is known of pages; with a goal, of goals.
func Tiles(filters []report.Filter) []report.Metric {
	has := func(dims ...report.Dimension) bool {
		return slices.ContainsFunc(filters, func(f report.Filter) bool { return slices.Contains(dims, f.By) })
	}
	switch {
	case has("goal"):
		return []report.Metric{report.Visitors, report.Visits, report.Conversions, report.ConversionRate, report.Revenue, report.VisitDuration}
	case has("page"):
		return []report.Metric{report.Visitors, report.Visits, report.Pageviews, report.BounceRate, report.TimeOnPage, report.ScrollDepth}
	}
	return []report.Metric{report.Visitors, report.Visits, report.Pageviews, report.ViewsPerVisit, report.BounceRate, report.VisitDuration}
}

// metricNames are the metrics as people read them.
var metricNames = map[report.Metric]string{
	report.Visitors: "Visitors", report.Visits: "Visits", report.Pageviews: "Page views", report.ViewsPerVisit: "Views per visit",
	report.BounceRate: "Bounce rate", report.VisitDuration: "Visit duration", report.EventCount: "Events",
	report.TimeOnPage: "Time on page", report.ScrollDepth: "Scroll depth", report.Conversions: "Conversions",
	report.ConversionRate: "Conversion rate", report.Revenue: "Revenue",
}

// dimensionNames are the dimensions as people read them, singular.
var dimensionNames = map[report.Dimension]string{
	"page": "Page", "entry_page": "Entry page", "exit_page": "Exit page", "hostname": "Host", "title": "Title", "source": "Source",
	"channel": "Channel", "referrer": "Referrer", "utm_source": "Campaign source", "utm_medium": "Campaign medium", "utm_campaign": "Campaign",
	"utm_content": "Campaign content", "utm_term": "Campaign term", "country": "Country", "region": "Region", "city": "City",
	"language": "Language", "browser": "Browser", "browser_version": "Browser version", "os": "System", "os_version": "System version",
	"device": "Device", "device_model": "Model", "screen": "Screen", "visitor_type": "Visitor", "weekday": "Weekday", "hour_of_day": "Hour",
	"event": "Event", "goal": "Goal", "did": "Goal reached in the visit", "minute": "Minute", "hour": "Hour", "day": "Day", "week": "Week", "month": "Month",
}

// dimensionName returns the name of a dimension, "prop:plan" included.
func (w *Words) dimensionName(d report.Dimension) string {
	if name, ok := dimensionNames[d]; ok {
		return w.T(name)
	}
	return strings.TrimPrefix(string(d), "prop:")
}

// valueNames are values that are codes: they are translated, all others are shown as they are.
var valueNames = map[string]string{
	"(not set)": "(not set)", "(other)": "(other)", "Direct": "Direct", "new": "New", "returning": "Returning", "desktop": "Desktop",
	"tablet": "Tablet", "phone": "Phone", "unknown": "Unknown",
	"Monday": "Monday", "Tuesday": "Tuesday", "Wednesday": "Wednesday", "Thursday": "Thursday", "Friday": "Friday", "Saturday": "Saturday", "Sunday": "Sunday",
}

// Value returns a value of a dimension as people read it.
func (w *Words) valueName(d report.Dimension, value string) string {
	switch d {
	case "country":
		if name, ok := w.or().Countries[value]; ok {
			return name
		}
	case "language":
		if name, ok := w.or().languageName(value); ok {
			return name
		}
	case "page", "entry_page", "exit_page", "title", "hostname", "referrer":
		return value
	}
	if name, ok := valueNames[value]; ok {
		return w.T(name)
	}
	return value
}

// languageName names "de" or "pt-BR": German, Portuguese (Brazil).
func (w *Words) languageName(tag string) (string, bool) {
	base, region := tag, ""
	if len(tag) == 5 && tag[2] == '-' {
		base, region = tag[:2], tag[3:]
	}
	name, ok := w.Languages[base]
	if !ok {
		return "", false
	}
	if country, ok := w.Countries[region]; ok {
		name += " (" + country + ")"
	}
	return name, true
}

// CodeOf returns the value of a dimension that a person means by text: for countries and languages the code of the name, in
// the language of w or in English, for words of ours what data have for them, for all else the text itself.
func (w *Words) CodeOf(d report.Dimension, text string) string {
	for _, speech := range []*Words{w, English} {
		if codes := speech.codes(d, func(name string) bool { return strings.EqualFold(name, text) }); len(codes) == 1 {
			return codes[0]
		}
		for _, value := range named[d] {
			if strings.EqualFold(speech.valueName(d, value), text) {
				return value
			}
		}
	}
	if code := strings.ToUpper(text); d == "country" && w.or().Countries[code] != "" {
		return code
	}
	return text
}

// CodesLike returns the codes of the countries or languages whose name contains text; none for other dimensions.
func (w *Words) CodesLike(d report.Dimension, text string) []string {
	text = strings.ToLower(text)
	return w.codes(d, func(name string) bool { return strings.Contains(strings.ToLower(name), text) })
}

func (w *Words) codes(d report.Dimension, match func(name string) bool) (codes []string) {
	for code, name := range map[report.Dimension]map[string]string{"country": w.or().Countries, "language": w.or().Languages}[d] {
		if match(name) {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}
