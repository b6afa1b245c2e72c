package views

import (
	"maps"
	"slices"
	"strings"
	"time"

	"sandprint/app/account"
	"sandprint/app/privacy"
	"sandprint/app/report"
)

// VisitorPage is the page on which a site's visitors see what is kept of them.
type VisitorPage struct {
	Page     Page
	Site     account.SiteInfo
	Facts    privacy.Facts          // that hold at the site
	Text     []privacy.Block        // what is kept and what not, how visits are told apart, how long
	Value    string                 // what was given as the cookie's value
	Record   *account.VisitorRecord // what is kept; nil: it was not asked for
	Receipt  *privacy.Receipt       // of an erasure; nil: none was asked for; without a number: nothing was there
	Going    *privacy.Going         // what an erasure that was asked for will take, before it is done; nil: nothing is to be confirmed
	Stop     bool                   // this browser is not to be counted either, once it is done
	UnderWay string                 // number of the receipt of an erasure that goes on; may be empty
	OptOut   string                 // address that has this browser not counted; may be empty
	Wrong    Wrong
}

// whose says who answers for the site and whom to ask, as far as the owner has said so; empty: neither.
func (p VisitorPage) whose() string {
	w, n := p.Page.Words, p.Facts.Notice
	switch {
	case n.Controller != "" && n.Contact != "":
		return w.F("Responsible: %s. Questions: %s.", n.Controller, n.Contact)
	case n.Controller != "":
		return w.F("Responsible: %s.", n.Controller)
	case n.Contact != "":
		return w.F("Questions: %s.", n.Contact)
	}
	return ""
}

// former says until when the last number of an earlier visitor is kept; empty: there is none.
func (w *Words) former(f privacy.Facts) string {
	day, err := time.Parse(time.DateOnly, f.Former)
	if err != nil {
		return f.Former
	}
	return w.date(day, longDate)
}

// parts returns the text by its headings.
func (p VisitorPage) parts() (list [][]privacy.Block) {
	for _, b := range p.Text {
		if b.Level > 0 || len(list) == 0 {
			list = append(list, nil)
		}
		list[len(list)-1] = append(list[len(list)-1], b)
	}
	return list
}

// mostVisits is how many visits of a record are written out, the newest; the file has all.
const mostVisits = 100

// recordedVisit is a visit of a record for people.
type recordedVisit struct {
	began string   // date and time of day, in the site's zone
	facts []string // what is known of it, each with its name
	rows  []recordedHit
}

// recordedHit is a page view or event.
type recordedHit struct {
	at    string // time of day
	event string // empty: a page view
	page  string
	facts []string
}

// recorded returns the visits of the record, the newest first.
func (p VisitorPage) recorded() (list []recordedVisit) {
	for _, v := range slices.Backward(p.Record.Kept) {
		if len(list) < mostVisits {
			list = append(list, p.recordedVisit(v))
		}
	}
	return list
}

// facts writes values with the names of what they are, without those that are empty.
func (w *Words) facts(pairs ...string) (list []string) {
	for i := 0; i < len(pairs); i += 2 {
		if d := report.Dimension(pairs[i]); pairs[i+1] != "" {
			list = append(list, w.dimensionName(d)+": "+w.valueName(d, pairs[i+1]))
		}
	}
	return list
}

func (p VisitorPage) recordedVisit(v account.VisitorVisit) recordedVisit {
	w, clockOf := p.Page.Words, func(t time.Time) string { return p.Page.Words.date(t.In(p.Site.Zone), clock) }
	out := recordedVisit{began: w.moment(v.Began.In(p.Site.Zone), date)}
	if v.Seconds > 0 {
		out.facts = append(out.facts, w.Duration(float64(v.Seconds)))
	}
	out.facts = append(out.facts, w.facts("visitor_type", v.Visitor, "source", v.Source, "channel", v.Channel, "referrer", v.Referrer,
		"utm_source", v.UTMSource, "utm_medium", v.UTMMedium, "utm_campaign", v.UTMCampaign, "utm_content", v.UTMContent, "utm_term", v.UTMTerm,
		"country", v.Country, "region", v.Region, "city", v.City, "browser", strings.TrimSpace(v.Browser+" "+v.BrowserVersion), "os", strings.TrimSpace(v.OS+" "+v.OSVersion),
		"device", v.Device, "device_model", v.Model, "language", v.Language, "screen", v.Screen)...)
	views, events := v.Views, v.Events
	for len(views)+len(events) > 0 {
		if len(events) == 0 || len(views) > 0 && !views[0].At.After(events[0].At) {
			view := views[0]
			hit := recordedHit{at: clockOf(view.At), page: view.Host + view.Path, facts: w.facts("title", view.Title)}
			if view.Seconds > 0 {
				hit.facts = append(hit.facts, w.F("looked at for %s", w.Duration(view.Seconds)))
			}
			if view.Scroll > 0 {
				hit.facts = append(hit.facts, w.F("read to %s", w.Percent(float64(view.Scroll), 0)))
			}
			out.rows, views = append(out.rows, hit), views[1:]
			continue
		}
		event := events[0]
		hit := recordedHit{at: clockOf(event.At), event: event.Name, page: event.Host + event.Path, facts: w.facts("title", event.Title)}
		for _, name := range slices.Sorted(maps.Keys(event.Props)) {
			hit.facts = append(hit.facts, name+": "+event.Props[name])
		}
		if event.Currency != "" {
			hit.facts = append(hit.facts, w.Money(float64(event.Amount), event.Currency, true))
		}
		out.rows, events = append(out.rows, hit), events[1:]
	}
	return out
}

// door is where the form of an erasure leads.
func (p VisitorPage) door() string {
	if p.Stop {
		return "/privacy/" + p.Site.Domain + "/optout"
	}
	return "/privacy/" + p.Site.Domain + "/erase"
}

func (p VisitorPage) visits(n int) string {
	return p.Page.Words.Count(float64(n), "1 visit", "%s visits")
}

func (p VisitorPage) views(n int) string {
	return p.Page.Words.Count(float64(n), "1 page view", "%s page views")
}

func (p VisitorPage) events(n int) string {
	return p.Page.Words.Count(float64(n), "1 event", "%s events")
}
