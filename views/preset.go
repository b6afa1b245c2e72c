package views

import (
	"strconv"

	"sandprint/app/account"
	"sandprint/app/privacy"
)

// PresetPage is the page of the settings for countries' rules.
type PresetPage struct {
	Domain string
	Now    account.SiteInfo
	Chosen string // name of the preset that is shown with what it would change; empty: none is
	After  account.SiteInfo
	Going  privacy.Shortening // what it would take
	Facts  privacy.Facts      // that hold now
	Wrong  Wrong
}

// reasons are what a preset rests on: why its settings are so, and where that is written.
type reasons struct {
	title, why, terms string
	sources           []source
}

type source struct{ name, url string }

var gdpr = source{"GDPR, Articles 5 and 6", "https://eur-lex.europa.eu/eli/reg/2016/679/oj"}

var presetReasons = map[string]reasons{
	"standard": {"Standard", "A first-party cookie, so that visitors who come back are known, with the time limits of the French exemption.",
		"Where your visitors' law asks for consent before a cookie for statistics, choose that country's settings.", []source{gdpr}},
	"strict": {"Strict", "Nothing is stored on the device, groups under ten are not shown, and visits are kept for 13 months: enough to compare with the month a year before.",
		"Sending by a script may itself be access to the device in the reading of the European data protection board: say what you do, and don't promise that no consent is needed anywhere.",
		[]source{gdpr, {"EDPB, Guidelines 2/2023 on Article 5(3) of the ePrivacy directive", "https://www.edpb.europa.eu/our-work-tools/our-documents/guidelines/guidelines-22023-technical-scope-art-53-eprivacy-directive_en"}}},
	"de": {"Germany", "Storing something on the device for statistics takes consent, and the authorities' paper knows no general exemption: so nothing is stored. With a consent banner, choose “after consent” afterwards.",
		"Name the counting in your privacy policy, with your legitimate interest in groups and not individuals.",
		[]source{{"TDDDG, Section 25", "https://www.gesetze-im-internet.de/ttdsg/__25.html"}, gdpr}},
	"fr": {"France", "Measuring one's own audience is exempt from consent under conditions: one publisher, statistics only, a cookie of 13 months at most that is not renewed, data of 25 months at most, and a way to object.",
		"Tell your visitors, link the privacy page, where they can object, and do the authority's self-assessment.",
		[]source{{"CNIL, Cookies : solutions pour les outils de mesure d'audience", "https://www.cnil.fr/fr/cookies-et-autres-traceurs/regles/cookies-solutions-pour-les-outils-de-mesure-daudience"}, gdpr}},
	"es": {"Spain", "The authority follows the same conditions as France: own statistics only, 13 months for the cookie, 25 for the data, and a way to object.",
		"Tell your visitors, and link the privacy page, where they can object.",
		[]source{{"AEPD, Guía sobre el uso de las cookies", "https://www.aepd.es/guias/guia-cookies.pdf"}, gdpr}},
	"uk": {"United Kingdom", "A cookie only for statistics that improve the service is exempt from consent since 2026, where people are told clearly and can object simply.",
		"Put the notice and the way to object where people see them.",
		[]source{{"PECR 2003, Schedule A1", "https://www.legislation.gov.uk/uksi/2003/2426"}}},
}

// PresetTitle names a preset, and says when it was changed afterwards.
func PresetTitle(w *Words, name string, unchanged bool) string {
	title := w.T(presetReasons[name].title)
	if !unchanged {
		return w.F("%s, changed", title)
	}
	return title
}

// presetChange is a setting that a preset would change.
type presetChange struct{ name, from, to string }

// changes are the settings that would be others; none: all are so already.
func (f PresetPage) changes(w *Words) (list []presetChange) {
	differ := func(name, from, to string) {
		if from != to {
			list = append(list, presetChange{w.T(name), from, to})
		}
	}
	keys := func(s account.SiteInfo) string { return w.recognised(s.Mode, s.Settings.Retention.OrDefault().Keys) }
	group := func(s account.SiteInfo) string {
		if s.Settings.Floor == 0 {
			return w.Exact(5)
		}
		return w.Exact(float64(s.Settings.Floor))
	}
	was, will := f.Now.Settings.Retention.OrDefault(), f.After.Settings.Retention.OrDefault()
	differ("How visitors are recognised", w.T(modeName(f.Now)), w.T(modeName(f.After)))
	differ("Visitors are recognised", keys(f.Now), keys(f.After))
	differ("Visits", w.monthsOf(was.Visits), w.monthsOf(will.Visits))
	place := func(s account.SiteInfo) string {
		if s.Settings.CountryOnly {
			return w.T("country only")
		}
		return w.T("as fine as the table of places")
	}
	differ("Where visitors are", place(f.Now), place(f.After))
	differ("Smallest group shown", group(f.Now), group(f.After))
	return list
}

// recognised says how long visitors are recognised: without cookies never longer than a day.
func (w *Words) recognised(mode string, months int) string {
	if mode == "cookieless" {
		return w.T("a day")
	}
	return w.monthsOf(months)
}

// gist says in a line what a preset sets.
func (w *Words) gist(p account.Preset) string {
	return w.F("visitors %s, visits %s, groups from %s", w.recognised(p.Mode, p.Keys), w.monthsOf(p.Visits), strconv.Itoa(p.SmallestGroup))
}

// standing says how a preset stands to a site: whether it was chosen, and whether its settings hold; empty: neither.
func (f PresetPage) standing(p account.Preset) string {
	switch holds := p.Holds(f.Now); {
	case f.Now.Settings.Preset == p.Name && holds:
		return "chosen"
	case f.Now.Settings.Preset == p.Name:
		return "chosen, and changed since"
	case holds:
		return "as the site is set now"
	}
	return ""
}

// modeName returns how a site's mode is called.
func modeName(s account.SiteInfo) string {
	mode := s.Mode
	if mode == "consent" && s.Settings.Early {
		mode = "early"
	}
	for _, m := range modes {
		if m.value == mode {
			return m.name
		}
	}
	return mode
}
