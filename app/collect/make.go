package collect

import (
	"unicode/utf8"

	"sandprint/app/enrich"
	"sandprint/app/store"
)

// Reasons for which a hit is not counted, as owners read them.
const (
	reasonBot      = "bot"
	reasonForeign  = "foreign host"
	reasonExcluded = "excluded page"
	reasonCountry  = "excluded country"
	reasonNetwork  = "excluded network"
	reasonPrivate  = "private page" // an event on a page of which only the path is counted
	reasonSpam     = "referrer spam"
	reasonOptedOut = "opted out"
	reasonUnasked  = "no consent" // the pixel, where nothing counts before consent
)

// Parts of hits that something was scrubbed from on arrival: owners see how often, so that they notice pages that leak. What it was is
// not kept.
const (
	scrubbedAddress  = "scrubbed address"
	scrubbedTitle    = "scrubbed title"
	scrubbedReferrer = "scrubbed referrer"
	scrubbedEvent    = "scrubbed event"
)

// base makes what of a hit needs neither the request nor the site.
func (h *wireHit) base(now int64) store.Hit {
	out := store.Hit{Time: now, View: h.view, Seq: h.seq}
	switch h.name {
	case namePageview:
		out.Kind, out.Seq = store.Pageview, 0
	case nameEngage:
		out.Kind, out.Engaged, out.Scroll = store.Engage, h.engaged, h.scroll()
	default:
		out.Kind, out.Name, out.Props = store.Event, cutRunes(enrich.ScrubText(h.name), 120), h.props
		out.Amount, out.Currency = h.amount, h.currency
	}
	return out
}

// scroll returns the deepest percent of the page that was seen, rounded, 1–100; 0: not known.
func (h *wireHit) scroll() uint8 {
	if h.depth == 0 || h.height == 0 {
		return 0
	}
	return uint8(min(100, max(1, (h.depth*100+h.height/2)/h.height)))
}

// place fills in the page, where the visit came from, which it returns too, and what the browser says of itself without its
// agent.
func (h *wireHit) place(out *store.Hit, p seenPage) seenOrigin {
	origin := p.originOf(h.page, h.referrer)
	out.Page, out.Origin = p.Page, origin.Origin
	out.Language, out.Screen = enrich.Language(h.language), enrich.Screen(h.width)
	return origin
}

// cutRunes returns at most n characters of s.
func cutRunes(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}
