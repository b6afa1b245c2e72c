package report

import (
	"encoding/json"
	"strings"

	"sandprint/app/store"
)

// Names that stand for what has none.
const (
	NotSet = "(not set)"
	Direct = "Direct" // of sources and channels
	Other  = store.OtherValue
)

// level says what of a hit a dimension is taken from.
type level uint8

const (
	noLevel    level = iota
	timeLevel        // its time: the bucket
	clockLevel       // its time: weekday, hour of the day or both
	visitLevel       // a column of its visit
	entryLevel       // the first page view of its visit
	exitLevel        // the last page view of its visit
	didLevel         // the goals that its visit reaches: for filters only
	pageLevel        // its page
	eventLevel       // the name of the event
	propLevel        // a property of the event
	goalLevel        // the goals it reaches
)

// source tells where a dimension's values are: a field of the values of a dictionary whose ids are in a column.
type source struct {
	level  level
	column store.Column // of visitLevel
	dict   store.Dim
	field  int
}

var sources = map[Dimension]source{
	"minute": {level: timeLevel}, "hour": {level: timeLevel}, "day": {level: timeLevel}, "week": {level: timeLevel}, "month": {level: timeLevel},
	"weekday": {level: clockLevel}, "hour_of_day": {level: clockLevel}, "hour_of_week": {level: clockLevel},

	"hostname":   {pageLevel, 0, store.Pages, 0},
	"page":       {pageLevel, 0, store.Pages, 1},
	"title":      {pageLevel, 0, store.Pages, 2},
	"entry_page": {entryLevel, 0, store.Pages, 1},
	"exit_page":  {exitLevel, 0, store.Pages, 1},

	"source":       {visitLevel, store.VisitOrigin, store.Origins, 0},
	"channel":      {visitLevel, store.VisitOrigin, store.Origins, 1},
	"referrer":     {visitLevel, store.VisitOrigin, store.Origins, 2},
	"utm_source":   {visitLevel, store.VisitOrigin, store.Origins, 3},
	"utm_medium":   {visitLevel, store.VisitOrigin, store.Origins, 4},
	"utm_campaign": {visitLevel, store.VisitOrigin, store.Origins, 5},
	"utm_content":  {visitLevel, store.VisitOrigin, store.Origins, 6},
	"utm_term":     {visitLevel, store.VisitOrigin, store.Origins, 7},

	"country": {visitLevel, store.VisitPlace, store.Places, 0},
	"region":  {visitLevel, store.VisitPlace, store.Places, 1},
	"city":    {visitLevel, store.VisitPlace, store.Places, 2},

	"browser":         {visitLevel, store.VisitAgent, store.Agents, 0},
	"browser_version": {visitLevel, store.VisitAgent, store.Agents, 1},
	"os":              {visitLevel, store.VisitAgent, store.Agents, 2},
	"os_version":      {visitLevel, store.VisitAgent, store.Agents, 3},
	"device":          {visitLevel, store.VisitAgent, store.Agents, 4},
	"device_model":    {visitLevel, store.VisitAgent, store.Agents, 5},

	"language":     {visitLevel, store.VisitLanguage, store.Languages, 0},
	"screen":       {visitLevel, store.VisitScreen, store.Screens, 0},
	"cookie_life":  {visitLevel, store.VisitAgent, store.Agents, 0},
	"visitor_type": {visitLevel, store.VisitType, store.NumDims, 0},

	"event": {eventLevel, 0, store.Events, 0},
	"goal":  {level: goalLevel},
	"did":   {level: didLevel},
}

const dimensionNames = "page, entry_page, exit_page, hostname, title, source, channel, referrer, utm_source, utm_medium, utm_campaign, utm_content, " +
	"utm_term, country, region, city, language, browser, browser_version, os, os_version, device, device_model, screen, cookie_life, visitor_type, weekday, " +
	"hour_of_day, hour_of_week, event, prop:NAME, goal, or a time bucket: minute, hour, day, week, month"

// prop returns the property's name of a dimension "prop:NAME".
func (d Dimension) prop() (name string, ok bool) {
	name, ok = strings.CutPrefix(string(d), "prop:")
	return name, ok && name != ""
}

// source returns where d is read from; its level is noLevel when there is no such dimension.
func (d Dimension) source() source {
	if _, ok := d.prop(); ok {
		return source{level: propLevel, dict: store.Props}
	}
	return sources[d]
}

// isTime reports whether d is a time bucket.
func (d Dimension) isTime() bool { return sources[d].level == timeLevel }

// groupable reports whether rows can be made by d.
func (d Dimension) groupable() bool { l := d.source().level; return l != noLevel && l != didLevel }

// filterable reports whether d is a dimension that filters can name: all but the time buckets.
func (d Dimension) filterable() bool { l := d.source().level; return l != noLevel && l != timeLevel }

// grouping sorts the values of a dictionary into groups of one name.
type grouping struct {
	of    []int32  // by id in the dictionary: the group
	names []string // by group
}

// ForgetsSoon and Remembers are the names of a browser's cookie_life: how long it keeps a cookie that a page's script sets. Safari, and with it
// every browser of an iPhone or iPad, is made to forget it after 7 days without a visit (WebKit's Intelligent Tracking Prevention 2.1).
const (
	ForgetsSoon = "7 days"
	Remembers   = "as set"
)

// cookieLife returns how long a browser on a system keeps a cookie.
func cookieLife(browser, system string) string {
	switch {
	case browser == "":
		return ""
	case browser == "Safari", system == "iOS", system == "iPadOS":
		return ForgetsSoon
	}
	return Remembers
}

// visitorTypes are the names of store.VisitorType, by value.
var visitorTypes = []string{NotSet, "new", "returning"}

// group sorts the values of d's dictionary into groups.
func group(d Dimension, dicts func(store.Dim) []string) *grouping {
	src := d.source()
	if d == "visitor_type" {
		return &grouping{of: []int32{0, 1, 2}, names: visitorTypes}
	}
	unset := NotSet
	if d == "source" || d == "channel" {
		unset = Direct
	}
	prop, isProp := d.prop()
	values := dicts(src.dict)
	g := &grouping{of: make([]int32, max(1, len(values)))}
	ids := make(map[string]int32)
	add := func(i int, name string) {
		if name == "" {
			name = unset
		}
		id, ok := ids[name]
		if !ok {
			id = int32(len(g.names))
			ids[name] = id
			g.names = append(g.names, name)
		}
		g.of[i] = id
	}
	if len(values) == 0 {
		add(0, "")
	}
	for i, v := range values {
		switch {
		case isProp:
			add(i, propValue(v, prop))
		case d == "browser_version" || d == "os_version":
			add(i, versioned(field(v, src.field-1), field(v, src.field)))
		case d == "cookie_life":
			add(i, cookieLife(field(v, 0), field(v, 2)))
		default:
			add(i, field(v, src.field))
		}
	}
	return g
}

// versioned puts a version behind the name of what it is one of: alone it would be that of several.
func versioned(name, version string) string {
	if name == "" || version == "" || name == Other || version == Other {
		return version
	}
	return name + " " + version
}

// field returns the n-th field of a dictionary value.
func field(v string, n int) string {
	for ; n > 0; n-- {
		_, rest, ok := strings.Cut(v, store.FieldSep)
		if !ok {
			return ""
		}
		v = rest
	}
	v, _, _ = strings.Cut(v, store.FieldSep)
	return v
}

// propValue returns the value of a property in an event's JSON object; empty when it has none.
func propValue(object, name string) string {
	if object == Other {
		return Other
	}
	if object == "" {
		return ""
	}
	var props map[string]string
	if json.Unmarshal([]byte(object), &props) != nil {
		return ""
	}
	return props[name]
}

// table turns a filter on the names of a grouping into one on the ids of its dictionary, and joins it with keep, which
// may be nil.
func (g *grouping) table(f Filter, keep []bool) []bool {
	byName := make([]bool, len(g.names))
	for i, name := range g.names {
		byName[i] = f.keeps(name)
	}
	if keep == nil {
		keep = make([]bool, len(g.of))
		for i := range keep {
			keep[i] = true
		}
	}
	for i, id := range g.of {
		keep[i] = keep[i] && byName[id]
	}
	return keep
}
