package views

import (
	"slices"
	"strings"
	"time"

	"sandprint/app/account"
	"sandprint/app/privacy"
)

// DocumentsPage is the page of a site's documents about privacy.
type DocumentsPage struct {
	Domain    string
	Documents []privacy.Document
	Hash      string // of the configuration that they are made from, its beginning
	Policy    PolicyState
	CanChange bool
	Notice    account.Notice
	Consent   bool // the site waits for consent, so that is its legal basis unless another is chosen
	Saved     string
	Wrong     Wrong
}

// PolicyState tells which text is in the policy of a site.
type PolicyState struct {
	At       time.Time // since when, in the site's zone; zero: nobody has said so
	Outdated bool      // it says something else than is set now
	Changes  []privacy.Change
}

// DocumentPage is one document.
type DocumentPage struct {
	privacy.Document
	Lang   string
	Blocks []privacy.Block
	Base   string // address of the page that lists it
	Back   string // the site that it is about; empty: the instance
}

// languageNames are languages by their own names.
var languageNames = map[string]string{"en": English.Name, "de": German.Name, "fr": French.Name, "es": Spanish.Name}

// bases are the legal bases that a site's owner chooses from.
var bases = []choice{
	{"", "Not chosen", "The documents leave a place for it."},
	{"interest", "Legitimate interest", "Article 6(1)(f) GDPR. Where the law wants consent for the cookie, this alone isn't enough."},
	{"consent", "Consent", "Article 6(1)(a) GDPR. Visitors are to be asked before anything is sent: the way “After consent”."},
	{"exemption", "Legitimate interest, with an exemption for the cookie", "Where national law frees audience measurement from consent, as in France and Spain under conditions."},
}

// chosen reports whether a legal basis is the one that holds.
func (m DocumentsPage) chosen(basis string) bool {
	if m.Notice.Basis == "" && m.Consent {
		return basis == "consent"
	}
	return m.Notice.Basis == basis
}

// headOf returns the head of a table's column; empty: it has none.
func headOf(rows [][][]privacy.Span, column int) (text string) {
	if column < len(rows[0]) {
		for _, s := range rows[0][column] {
			text += s.Text
		}
	}
	return text
}

// StatementNames are the operator's texts, by kind.
var StatementNames = map[string]string{"terms": "Terms of use", "privacy": "Privacy policy"}

// StatementVersions are the versions of one of the operator's texts, the newest first.
type StatementVersions struct {
	Kind     string
	Versions []account.Statement
}

// OperatorPage is the page of whoever runs the instance.
type OperatorPage struct {
	Operator account.Operator
	Texts    []StatementVersions
	Shared   bool // it has several customers
	Saved    string
	Wrong    Wrong
}

// StatementPage is one of the operator's texts.
type StatementPage struct {
	Statement account.Statement // without a version: the template
	Versions  []account.Statement
	Blocks    []privacy.Block
}

// StatementForm is the form of one of the operator's texts.
type StatementForm struct {
	Kind    string
	Text    string
	Preview []privacy.Piece // nil: it was not asked for
	Wrong   Wrong
}

// NewsPage shows what is new in the operator's texts.
type NewsPage struct {
	Items []NewsItem
	Next  string // where it leads on to
}

// NewsItem is one text with what is new in it.
type NewsItem struct {
	Kind    string
	Version int
	First   bool // the reader was shown none before
	Pieces  []privacy.Piece
}

// First reports whether the reader was shown none of the texts before.
func (m NewsPage) First() bool {
	return !slices.ContainsFunc(m.Items, func(item NewsItem) bool { return !item.First })
}

// setting says what a setting was or is, as privacy.Facts has it, in the words of the forms where it is set.
func (w *Words) setting(name, value string) string {
	switch name {
	case "How visitors are recognised":
		return w.T(modeName(account.SiteInfo{Mode: value}))
	case "Settings chosen together":
		if r, ok := presetReasons[value]; ok {
			return w.T(r.title)
		}
	case "Legal basis":
		if i := slices.IndexFunc(bases, func(b choice) bool { return b.value == value }); i >= 0 {
			return w.T(bases[i].name)
		}
	case "Countries that are not counted":
		names := strings.Split(value, ", ")
		for i, code := range names {
			names[i] = w.CountryName(code)
		}
		if len(names) > 1 || names[0] != value {
			return strings.Join(names, ", ")
		}
	}
	return w.Say(value)
}
