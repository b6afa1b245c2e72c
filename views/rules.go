package views

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

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
	MoreRare  int      // places with rare paths that are not listed
	AllRare   bool     // all are listed
	Personal  []string // query keys whose values are likely of a person
	Saved     string   // said when it was
	Wrong     Wrong
	Wrongs    []Wrong // all that is wrong with the rules, by field
}

// ruleField is one of the form's fields.
type ruleField struct{ name, label, hint, text string }

// fields are those of the form.
func (f RulesForm) fields() []ruleField {
	return []ruleField{
		{"groups", "Pages counted as one", "One pattern a line, as /order/*; * stays within a level, ** crosses levels, and a slash at the end makes no difference. A page counts under the first pattern that it fits, without a title and a query of its own.", f.Groups},
		{"excluded", "Pages that are not counted", "One path a line, as /thanks or /admin/**; * stays within a level, ** crosses levels, and a slash at the end makes no difference.", f.Excluded},
		{"query_keys", "Query keys to keep", "One a line. All others are cut off addresses before they are stored.", f.QueryKeys},
		{"excluded_countries", "Countries that are not counted", "One a line, by name or by code, as DE.", f.Countries},
		{"excluded_networks", "Networks that are not counted", "One a line, as 203.0.113.0/24. A single address, or a network finer than /24 (IPv6: /48), is kept as the /24 or /48 around it, so that no single address stands in a file.", f.Networks},
	}
}

// wrongs returns what is wrong with one field.
func (f RulesForm) wrongs(field string) (list []Wrong) {
	for _, w := range f.Wrongs {
		if w.Field == field {
			list = append(list, w)
		}
	}
	return list
}

// attrs are the attributes of a field that tell of what is wrong with it, which stands under it.
func (f RulesForm) attrs(field string) templ.Attributes {
	if len(f.wrongs(field)) == 0 {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "wrong-" + field}
}

// cutRare reports whether there are rare paths that are not listed.
func (f RulesForm) cutRare() bool {
	return f.MoreRare > 0 || slices.ContainsFunc(f.Rare, func(r report.Rare) bool { return r.Parts > len(r.Examples) })
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

// CountryCode returns the code of a country by its name, in the language of w or any other that pages have, or by its code.
func (w *Words) CountryCode(text string) (code string, known bool) {
	for _, speech := range []*Words{w, English, German} {
		if code := speech.CodeOf("country", text); English.Countries[code] != "" {
			return code, true
		}
	}
	return "", false
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
