// Package views draws what people see: answers in, HTML and SVG out. It knows no request, no clock and no store.
//
// Every page is a templ component around Layout, complete without JavaScript. All state is in the URL. Nothing in a page
// is inline but its markup: widths and colours that depend on figures are SVG attributes and classes, so that the policy
// default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' holds without exceptions.
// Texts go through Words, numbers and dates through format.go.
package views

import "github.com/a-h/templ"

// Page is what every page has, whatever is on it.
type Page struct {
	Title       string   // without the product's name
	Description string   // for search engines and link previews; may be empty
	Words       *Words   // language; nil is English
	Languages   []*Words // that the page may be read in; nil: Interface
	User        string   // the signed-in person's e-mail; empty when nobody is
	Operator    bool     // who runs the instance is signed in
	Theme       string   // "light" or "dark" from the cookie "theme"; anything else follows the system
	Style       string   // the text of a style of its own, which the content policy names by its hash; may be empty
	Origin      string   // scheme and host of this instance, as they are printed: "https://stats.example.com"
	Refresh     int      // seconds after which a browser without JavaScript loads the page again; 0: never
	Share       string   // the share token that the reader came with; empty otherwise
	Plain       bool     // a page of one card (sign-in, set-up, errors): no menus in the bar

	Bar     templ.Component // what the top bar holds beside the mark and the menu; may be nil
	Nav     templ.Component // the row of the site's pages under the bar; may be nil
	Footer  templ.Component // what the footer says; nil: a line about the product
	Styles  []string        // sheets of static/ beside style.css
	Scripts []string        // modules of static/ beside theme.js and menu.js, e.g. "swap.js"
}

// Static returns the address of a file of static/ by its name there, e.g. "style.css". The program sets it at start to
// addresses that carry the file's hash, which may be cached for ever.
var Static = func(name string) string { return "/static/" + name }

// lang returns the page's language.
func (p Page) lang() string { return p.Words.or().Lang }

// theme returns the value of data-theme: "light", "dark" or "system".
func (p Page) theme() string {
	if p.Theme == "light" || p.Theme == "dark" {
		return p.Theme
	}
	return "system"
}

// languages returns those that the page may be read in.
func (p Page) languages() []*Words {
	if p.Languages == nil {
		return Interface
	}
	return p.Languages
}
