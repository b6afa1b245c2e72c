package views

import (
	"maps"
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
	By      report.Dimension // its name in the address
	Label   string
	Under   string           // label of the group that the tab is in, or empty: tabs of a group share one place in the row of tabs
	Metrics []report.Metric  // the first one orders the list and draws the bars
	Empty   string           // what an empty list says
	Off     string           // what it says too while the site doesn't count such things
	Unset   string           // what is said of visits without a value, which have no row; empty: they have one
	Ask     report.Dimension // what it asks for, where that is not By
	Of      string           // the event that it is about; empty: it is about all
	Leads   report.Dimension // the tab that choosing a row opens, where another then tells more; see Dashboard.leads
	Table   string           // name of its whole table, where Label alone would not say it
	Prop    string           // of the tab "property": the one that is chosen; empty: there is none
}

// listRows is how many rows a list of the dashboard has.
const listRows = 9

var visitorsOnly = []report.Metric{report.Visitors}

// The panels, in their order. The first tab of each is open unless the address says otherwise.
var panels = []*panel{
	{"sources", "Sources", []Tab{
		{By: "channel", Label: "Channels", Empty: "No visits in this period.", Leads: "source"},
		{By: "source", Label: "Sources", Empty: "No visits in this period.", Leads: "referrer"},
		{By: "referrer", Label: "Referrers", Empty: "No visit came from a link on another site.", Unset: "Without a referrer"},
		{By: "utm_campaign", Label: "Campaigns", Under: "Campaigns", Empty: noTags, Unset: "Not tagged"},
		{By: "utm_source", Label: "Source", Under: "Campaigns", Empty: noTags, Unset: "Not tagged"},
		{By: "utm_medium", Label: "Medium", Under: "Campaigns", Empty: noTags, Unset: "Not tagged"},
		{By: "utm_content", Label: "Content", Under: "Campaigns", Empty: noTags, Unset: "Not tagged"},
		{By: "utm_term", Label: "Term", Under: "Campaigns", Empty: noTags, Unset: "Not tagged"},
	}},
	{"pages", "Pages", []Tab{
		{By: "page", Label: "Pages", Empty: "No page was read in this period."},
		{By: "entry_page", Label: "Entry", Table: "Entry pages", Empty: "No visit began in this period."},
		{By: "exit_page", Label: "Exit", Table: "Exit pages", Empty: "No visit ended in this period."},
		{By: "title", Label: "Titles", Empty: "No page had a title.", Unset: "Without a title"},
		{By: "hostname", Label: "Hosts", Empty: "No page was read in this period."},
	}},
	{"places", "Places", []Tab{
		{By: "map", Ask: "country", Label: "Map", Empty: "No country is known for this period."},
		{By: "country", Label: "Countries", Empty: "No country is known for this period.", Leads: "region"},
		{By: "region", Label: "Regions", Empty: noCities, Unset: "Not known", Leads: "city"},
		{By: "city", Label: "Cities", Empty: noCities, Unset: "Not known"},
		{By: "language", Label: "Languages", Empty: "No browser named a language in this period.", Unset: "Not known"},
	}},
	{"devices", "Devices", []Tab{
		{By: "browser", Label: "Browsers", Under: "Browsers", Empty: "No visits in this period.", Leads: "browser_version"},
		{By: "browser_version", Label: "Versions", Under: "Browsers", Table: "Versions of browsers", Empty: "No visits in this period."},
		{By: "os", Label: "Systems", Under: "Systems", Empty: "No visits in this period.", Leads: "os_version"},
		{By: "os_version", Label: "Versions", Under: "Systems", Table: "Versions of systems", Empty: "No browser named its system's version.", Unset: "Not known"},
		{By: "device", Label: "Devices", Under: "Devices", Empty: "No visits in this period."},
		{By: "device_model", Label: "Models", Under: "Devices", Empty: "No phone or tablet named its make.", Unset: "Not known"},
		{By: "screen", Label: "Screens", Empty: "No visits in this period.", Unset: "Not known"},
	}},
	{"links", "Links and files", []Tab{
		{By: "outbound", Ask: "prop:url", Of: "Outbound Link: Click", Label: "Outbound links", Metrics: eventsOf,
			Empty: "No click on a link to another site in this period.", Off: "Counting them is a switch in the site's settings, which is off."},
		{By: "download", Ask: "prop:url", Of: "File Download", Label: "Downloads", Metrics: eventsOf,
			Empty: "No file was downloaded in this period.", Off: "Counting them is a switch in the site's settings, which is off."},
		{By: "form", Ask: "page", Of: "Form: Submission", Label: "Forms", Metrics: eventsOf,
			Empty: "No form was sent in this period.", Off: "Counting them is a switch in the site's settings, which is off."},
		{By: "missing", Ask: "page", Of: "404", Label: "Not found", Table: "Pages not found", Metrics: eventsOf,
			Empty: "No missing page was reported in this period. The page that says so to your visitors reports one with sandprint('event', '404')."},
		{By: "search", Ask: "prop:term", Of: "Search", Label: "Searches", Table: "Searches on the site", Metrics: eventsOf,
			Empty: "No search on the site was counted in this period.", Off: "Its settings ask for the query key of the search."},
	}},
	{"when", "Visitors", []Tab{
		{By: "grid", Ask: "hour_of_week", Label: "When people come", Metrics: []report.Metric{report.Visits}, Empty: "No visits in this period."},
		{By: "visitor_type", Label: "New and returning", Empty: "No visits in this period."},
	}},
	{"goals", "Goals", []Tab{
		{By: "goal", Label: "Goals", Metrics: []report.Metric{report.Conversions, report.ConversionRate, report.Visitors, report.Revenue},
			Empty: "No goal was reached in this period. Goals are events or pages that you name in the site's settings."},
		{By: "event", Label: "Events", Metrics: []report.Metric{report.EventCount, report.Visitors, report.Revenue},
			Empty: "No event in this period. A page sends one with sandprint('event', 'Order placed')."},
		{By: "property", Label: "Properties", Unset: "Without it", Metrics: []report.Metric{report.EventCount, report.Visitors, report.Revenue},
			Empty: "No event with properties in this period. A page sends one with sandprint('event', 'Order placed', {props: {plan: 'pro'}})."},
	}},
}

// eventsOf are the figures of lists of one event.
var eventsOf = []report.Metric{report.EventCount, report.Visitors}

// wide reports whether the panel has the room of two.
func (p *panel) wide() bool { return p.ID == "goals" }

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
		open[i] = open[i].under(v)
	}
	return open
}

// Find returns the list of a name in the address, such as "page", "outbound" or "prop:plan", as it is on a page of a view.
func Find(by report.Dimension, v View) Tab {
	for _, p := range panels {
		for _, t := range p.Tabs {
			if t.By == by && by != "property" || t.address() == by && t.Of == "" && t.By != "map" {
				return t.under(v)
			}
		}
	}
	t := Tab{By: by}
	if name, ok := strings.CutPrefix(string(by), "prop:"); ok {
		t.Label, t.Prop = name, name
	}
	return t.under(v)
}

// under returns the tab as it is on a page of a view: where a goal is chosen, it tells what led to how many conversions.
func (t Tab) under(v View) Tab {
	switch {
	case t.By == "property":
		t.Prop = v.prop()
	case !v.goal || t.Of != "" || t.By == "grid" || t.By == "goal" || t.By == "event":
	case t.By == "map":
		t.Metrics = []report.Metric{report.Conversions}
	default:
		t.Metrics = []report.Metric{report.Conversions, report.ConversionRate}
	}
	return t
}

// Asks returns the dimension that a tab asks for.
func (t Tab) Asks() report.Dimension {
	switch {
	case t.Ask != "":
		return t.Ask
	case t.By != "property":
		return t.By
	case t.Prop == "":
		return "event" // there is nothing to ask for
	}
	return report.Dimension("prop:" + t.Prop)
}

// address returns the name of the tab's whole table in the address.
func (t Tab) address() report.Dimension {
	switch t.By {
	case "map", "grid", "property":
		return t.Asks()
	}
	return t.By
}

// Filters returns what the tab's rows must pass beside the filters of the page.
func (t Tab) Filters() []report.Filter {
	if t.Of == "" {
		return nil
	}
	return []report.Filter{{By: "event", Op: report.Is, Values: []string{t.Of}}}
}

// Titled reports whether the tab's rows are pages, which have titles.
func (t Tab) Titled() bool {
	return slices.Contains([]report.Dimension{"page", "entry_page", "exit_page"}, t.Asks())
}

// Limit returns how many rows a tab asks for.
func (t Tab) Limit() int {
	switch {
	case t.By == "map":
		return 300
	case t.By == "grid":
		return 7*24 + 1
	case t.Unset != "":
		return listRows + 1
	}
	return listRows
}

// Properties reports whether the list of an event's properties is open, and returns the event that it is about: empty for
// all.
func (v View) Properties() (event string, open bool) {
	for _, f := range v.Filters {
		if f.By == "event" && f.Op == report.Is && len(f.Values) == 1 {
			event = f.Values[0]
		}
	}
	return event, slices.Contains(v.values["tab"], "property")
}

// Knowing returns the view where it is known which properties there are to choose from.
func (v View) Knowing(props []string) View {
	v.props = props
	return v
}

// propsNamed is how many properties to choose from are named without being asked for.
const propsNamed = 10

// propsFor returns the properties to choose from: the first ones with the chosen one, and the rest.
func (v View) propsFor(chosen string) (first, rest []string) {
	for _, name := range v.props {
		if len(first) < propsNamed && (len(first) < propsNamed-1 || name == chosen || slices.Contains(first, chosen)) {
			first = append(first, name)
		} else {
			rest = append(rest, name)
		}
	}
	return first, rest
}

// prop returns the property that is chosen: what the address says or, where that is none, the first.
func (v View) prop() string {
	switch asked := v.Get("property"); {
	case slices.Contains(v.props, asked):
		return asked
	case len(v.props) > 0:
		return v.props[0]
	}
	return ""
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
	report.ConversionRate: "Conversion rate", report.Revenue: "Revenue", report.ExitRate: "Exit rate",
}

// dimensionNames are the dimensions as people read them, singular.
var dimensionNames = map[report.Dimension]string{
	"page": "Page", "entry_page": "Entry page", "exit_page": "Exit page", "hostname": "Host", "title": "Title", "source": "Source",
	"channel": "Channel", "referrer": "Referrer", "utm_source": "Campaign source", "utm_medium": "Campaign medium", "utm_campaign": "Campaign",
	"utm_content": "Campaign content", "utm_term": "Campaign term", "country": "Country", "region": "Region", "city": "City",
	"language": "Language", "browser": "Browser", "browser_version": "Browser version", "os": "System", "os_version": "System version",
	"device": "Device", "device_model": "Model", "screen": "Screen", "visitor_type": "Visitor", "weekday": "Weekday", "hour_of_day": "Hour", "hour_of_week": "Hour of the week",
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
}

// channels are the names of channels, which are translated where they are channels.
var channels = []string{"Paid Shopping", "Paid Search", "Paid Social", "Paid Video", "Display", "Paid Other", "Organic Shopping", "Organic Social", "Organic Video",
	"AI Assistants", "Organic Search", "Email", "Affiliates", "Audio", "SMS", "Mobile Push", "Referral", "Cross-network"}

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
	case "region": // ISO 3166-2, as DE-BE
		if name, ok := w.regionName(value); ok {
			return name
		}
	case "screen":
		if value != report.NotSet && value != report.Other {
			return strings.Replace(value, "-", "–", 1) + "\u00a0px"
		}
	case "hour_of_week":
		if day, hour, ok := strings.Cut(value, " "); ok {
			return w.dayName(day) + " " + hour + ":00"
		}
	case "weekday":
		if slices.Contains(weekdays[:], value) {
			return w.dayName(value)
		}
	case "channel":
		if slices.Contains(channels, value) {
			return w.T(value)
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
	base, region, _ := strings.Cut(tag, "-")
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
// the language of w or in English, for words of ours what data have for them, for an hour its two digits, for all else the text itself.
func (w *Words) CodeOf(d report.Dimension, text string) string {
	for _, speech := range []*Words{w, English} {
		if codes := speech.codes(d, func(name string) bool { return strings.EqualFold(name, text) }); len(codes) == 1 {
			return codes[0]
		}
		for _, value := range worded(d) {
			if strings.EqualFold(speech.valueName(d, value), text) {
				return value
			}
		}
	}
	switch code := strings.ToUpper(text); {
	case d == "country" && w.or().Countries[code] != "":
		return code
	case d == "region" && w.knowsRegion(code):
		return code
	case d == "language" && w.or().Languages[strings.ToLower(text)] != "":
		return strings.ToLower(text)
	case d == "hour_of_day" && len(text) == 1 && text >= "0" && text <= "9":
		return "0" + text
	}
	return text
}

// worded returns the values of a dimension that are words of ours, and so can be typed in the reader's language.
func worded(d report.Dimension) []string {
	switch d {
	case "channel":
		return append([]string{"Direct", report.NotSet}, channels...)
	case "source":
		return []string{"Direct", report.NotSet}
	case "page", "entry_page", "exit_page", "title", "hostname", "referrer":
		return nil
	}
	return append(slices.Clone(named[d]), report.NotSet)
}

// mostCodes is how many regions a part of a name may stand for: more are more than a question can have values.
const mostCodes = 150

// CodesLike returns the values that are shown by names which contain text: codes of countries and languages, and others that are
// translated.
func (w *Words) CodesLike(d report.Dimension, text string) []string {
	text = strings.ToLower(text)
	like := func(name string) bool { return strings.Contains(strings.ToLower(name), text) }
	list := w.codes(d, like)
	switch d {
	case "region":
		if len(list) > mostCodes {
			return nil
		}
	case "weekday", "hour_of_week":
		for _, day := range weekdays {
			if like(w.dayName(day)) {
				list = append(list, day)
			}
		}
	case "device", "visitor_type", "source", "channel":
		for _, value := range slices.Sorted(maps.Keys(valueNames)) {
			if like(w.T(valueNames[value])) {
				list = append(list, value)
			}
		}
		if d == "channel" {
			for _, value := range channels {
				if like(w.T(value)) {
					list = append(list, value)
				}
			}
		}
	}
	return list
}

func (w *Words) codes(d report.Dimension, match func(name string) bool) (codes []string) {
	if d == "region" {
		return slices.Compact(slices.Sorted(slices.Values(w.regionCodes(match))))
	}
	for code, name := range map[report.Dimension]map[string]string{"country": w.or().Countries, "language": w.or().Languages}[d] {
		if match(name) {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}
