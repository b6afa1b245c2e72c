// Package enrich turns what a request says into what may be kept of it: a user agent into families, an address into a
// place, an address and a referrer into a source and a channel, a page address into a path without personal data.
//
// It is pure: nothing here is stored, logged or sent. What state there is are tables that the binary carries and bounded
// caches of answers. It is one of the three places that may hold a visitor's address or user agent, as arguments only:
//
//	user agent + client hints   ParseAgent, IsBot        Agent: browser, system, device class
//	address                     (*Geo).Place, Cut        Place: country, region, city
//	page URL + referrer         Trace                    Origin: source, channel, campaign tags
//	page URL                    CleanPage                host and path, nothing personal in them
//	titles, event values        ScrubText                the same text, personal data replaced
//	language tag, width         Language, Screen         "pt-BR", "361-390"
//
// Agent, Place and Origin have the fields of the store's types of the same name, in the same order, so that one converts
// into the other.
package enrich

// Agent is a browser reduced to families and major versions. Any field may be empty: not known. Device is "desktop",
// "tablet" or "phone"; Model is a family of mobile devices such as "iPhone" or "Samsung", never one model.
type Agent struct{ Browser, BrowserVersion, OS, OSVersion, Device, Model string }

// Place is where an address is used, coarsely: ISO 3166-1 country ("DE"), ISO 3166-2 region ("DE-BY"), English name of
// the city. Any may be empty.
type Place struct{ Country, Region, City string }

// Origin is where a visit came from. Source and Channel are display names and never empty; Referrer is host and path;
// the UTM fields are the owner's own tags, free of personal data.
type Origin struct{ Source, Channel, Referrer, UTMSource, UTMMedium, UTMCampaign, UTMContent, UTMTerm string }
