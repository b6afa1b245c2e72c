package collect

import (
	"fmt"
	"time"

	"sandprint/app/enrich"
	"sandprint/app/problem"
	"sandprint/app/store"
	"sandprint/app/visit"
)

// Importer makes hits of the lines of a file, as package transfer describes them. One goroutine uses it.
type Importer struct {
	rules  *rules
	key    []byte
	visits visit.Table
	number int64
}

// NewImporter returns an importer for a site. Of its settings only the page rules are used. A visitor's text gives the same number
// in every import into the site.
func NewImporter(info store.SiteInfo) *Importer {
	im := &Importer{rules: newRules(info.Settings), key: importKey(info)}
	im.rules.own = true
	return im
}

// importKey is what the numbers of visitors in files are made with.
func importKey(info store.SiteInfo) []byte { return []byte("import " + info.ID) }

// VisitorKeys returns the numbers that a visitor may have at a site with that key: by the value of the cookie, with its
// day of birth or without, and by the text that names the visitor in imported files.
func VisitorKeys(siteKey []byte, info store.SiteInfo, text string) []uint64 {
	id := text
	if cookie, _, ok := visit.ParseCookie(text); ok {
		id = cookie
	}
	return []uint64{visit.CookieKey(siteKey, id), visit.CookieKey(importKey(info), text)}
}

// lineHit is what a line says beyond a hit.
type lineHit struct {
	time                    time.Time
	visitor, agent, country string
}

// Hit reads a line. Counted is false for one that the owner's page rules leave out. An error is a problem.Error that names the
// field. Visit and Start are for Assign; Type is left to the store, which knows who was there before.
func (im *Importer) Hit(text []byte) (hit store.Hit, counted bool, err error) {
	line := string(text)
	if !valid(line) || line[skipBlanks(line, 0)] != '{' {
		return store.Hit{}, false, &problem.Error{Status: 400, Code: "bad_json", Message: "it is not a JSON object"}
	}
	line = line[skipBlanks(line, 0):]
	h, l, err := parseLine(line)
	if err != nil {
		return store.Hit{}, false, err
	}
	hit = h.base(l.time.Unix())
	hit.Visitor, hit.Lasting = visit.CookieKey(im.key, l.visitor), true
	if hit.Kind == store.Engage {
		return hit, true, nil
	}
	p := im.rules.page(h.page, h.title)
	if p.fault != "" {
		return store.Hit{}, false, badHit("u", "is no page: "+p.fault)
	}
	if p.level == levelNone {
		return store.Hit{}, false, nil
	}
	if h.place(&hit, p).spam {
		h.referrer = "" // the file's owner has decided what to count
		h.place(&hit, p)
	}
	hit.Agent, hit.Place.Country = store.Agent(enrich.ParseAgent(l.agent, enrich.Hints{})), l.country
	return hit, true, nil
}

// parseLine reads a line, in one go: the hit, and what only lines say.
func parseLine(line string) (h wireHit, l lineHit, err error) {
	err = members(line, func(name string, value string) error {
		known, err := l.set(name, value)
		if !known && value != "null" {
			name, err = h.set(name, value)
		}
		if err != nil {
			return badHit(name, err.Error())
		}
		return nil
	})
	if err != nil {
		return h, l, err
	}
	field, what := h.missing()
	switch {
	case field != "":
	case h.isDecision():
		field, what = "n", "begins with a colon, and a file has no visitors' decisions"
	case l.time.IsZero():
		field, what = "ts", "is missing"
	case l.visitor == "":
		field, what = "visitor", "is missing"
	case l.time.After(time.Now().Add(time.Minute)):
		field, what = "ts", "is in the future"
	default:
		return h, l, nil
	}
	return h, l, badHit(field, what)
}

// set sets one of the fields that only lines have; known is false for others.
func (l *lineHit) set(name string, value string) (known bool, err error) {
	switch name {
	case "ts":
		var text string
		if text, err = bounded(value, 40); err == nil {
			if l.time, err = time.Parse(time.RFC3339, text); err != nil || l.time.Unix() < 0 {
				err = fmt.Errorf("is not a time such as 2026-01-31T23:59:59Z")
			}
		}
	case "visitor":
		l.visitor, err = bounded(value, 200)
	case "ua":
		l.agent, err = bounded(value, 2000)
	case "cc":
		if l.country, err = bounded(value, 2); err == nil && !isCountry(l.country) {
			err = fmt.Errorf("is not a country's two capital letters")
		}
	default:
		return false, nil
	}
	return true, err
}

// isCountry reports whether s has the form of an ISO 3166-1 alpha-2 code, or is empty.
func isCountry(s string) bool {
	return s == "" || len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

// Assign fills in Visit and Start of hits, which come in the order of their times, over all calls.
func (im *Importer) Assign(hits []store.Hit) {
	for i := range hits {
		h := &hits[i]
		h.Start = h.Time
		var v visit.Visit
		if h.Kind == store.Engage {
			var goesOn bool
			if v, goesOn = im.visits.Touch(h.Time, h.Visitor); !goesOn {
				continue
			}
		} else {
			v, _ = im.visits.Assign(h.Time, h.Visitor, visit.NoCookie, func() int64 { im.number++; return im.number })
		}
		h.Visit, h.Start = v.Number, v.Start
	}
}
