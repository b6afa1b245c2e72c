package store

// Kind says what a Hit is.
type Kind uint8

// The kinds of hit.
const (
	Pageview Kind = 1 // a page was shown
	Engage   Kind = 2 // time spent on, and depth reached in, a page view
	Event    Kind = 3 // a custom action
)

// VisitorType says whether a visit is a browser's first.
type VisitorType uint8

// The visitor types. Unknown is for visits counted without a cookie.
const (
	UnknownVisitor   VisitorType = 0
	NewVisitor       VisitorType = 1
	ReturningVisitor VisitorType = 2
)

// Hit is one item as it is kept: what the door made of a request once the address, the cookie and the user agent are
// gone. It has no field that could hold one of them.
type Hit struct {
	Kind Kind
	Time int64  // seconds since 1970, UTC
	View string // id of the page view, 9–32 [0-9a-z]; joins later hits to it; gone at sealing
	Seq  uint32 // sequence number within the page view, of engage hits and events; 0: none, never a duplicate

	Visitor uint64      // keyed number of the visitor (visit.Key); gone at sealing
	Lasting bool        // the number is the same on later days (cookie); otherwise it lives for a day
	Visit   int64       // number of the visit (visit.Table), rising within a site; gone at sealing
	Start   int64       // when the visit began, seconds since 1970; its UTC day is the hit's day
	Type    VisitorType // of the visit

	Page     Page
	Origin   Origin // of the visit: taken from its first page view
	Place    Place
	Agent    Agent
	Language string // BCP 47, as "de" or "pt-BR"; empty: not known
	Screen   string // width class, as "361-390"; empty: not known

	Engaged uint32 // Engage: milliseconds visible and focused so far, cumulative
	Scroll  uint8  // Engage: deepest percent of the page seen, 1–100; 0: not known

	Name     string // Event: its name
	Props    string // Event: its properties as a JSON object with sorted keys and text values; empty: none
	Amount   int64  // Event: revenue in minor units
	Currency string // Event: ISO 4217, as "EUR"; empty: no revenue
}

// Page is where a hit happened.
type Page struct{ Host, Path, Title string }

// Origin is where a visit came from. All are display names or the owner's own tags; see docs/wire.md.
type Origin struct{ Source, Channel, Referrer, UTMSource, UTMMedium, UTMCampaign, UTMContent, UTMTerm string }

// Place is the coarse place of a visit: ISO 3166-1 code, ISO 3166-2 code, city name. Any may be empty.
type Place struct{ Country, Region, City string }

// Agent is the browser, reduced to families and major versions. Device is "desktop", "tablet" or "phone"; Model is a
// mobile device family such as "iPhone".
type Agent struct{ Browser, BrowserVersion, OS, OSVersion, Device, Model string }
