package views

import (
	"cmp"
	"net/url"
	"strings"

	"sandprint/app/report"
)

// RulesForm is the page of what a site counts. Lists are texts of one item a line.
type RulesForm struct {
	Domain    string
	Hosts     []string // the domain, and further hosts
	Groups    string
	Excluded  string
	QueryKeys string
	Countries string
	Networks  string
	Preview   *RulesPreview // nil: not asked for
	Rare      []report.Rare
	Saved     string // said when it was
	Wrong     Wrong
}

// RulesPreview is what the rules of the form would have been about in the last 30 days.
type RulesPreview struct {
	Groups, Excluded, Countries []report.Affected
	Networks                    bool // there are some, of which nothing can be told
}

// any reports whether there is something to tell of.
func (p *RulesPreview) any() bool { return len(p.Groups)+len(p.Excluded)+len(p.Countries) > 0 }

// path returns the address of a page of the site.
func (f RulesForm) path(page string) string { return "/sites/" + url.PathEscape(f.Domain) + page }

// suggest returns the address of the form with further patterns in one of its fields: group or exclude.
func (f RulesForm) suggest(field string, patterns ...string) string {
	return f.path("/rules?" + url.Values{field: patterns}.Encode())
}

// CountryName returns the name of a country by its code, or the code of one without.
func (w *Words) CountryName(code string) string { return cmp.Or(w.or().Countries[code], code) }

// examples returns pages as a list, and how many there are beyond.
func (w *Words) examples(a report.Affected) string {
	text := strings.Join(a.Examples, ", ")
	if more := a.Pages - len(a.Examples); more > 0 {
		text = w.F("%s and %s more", text, w.Exact(float64(more)))
	}
	return text
}
