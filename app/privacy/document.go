package privacy

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Document is a text about privacy that is made from the configuration. Its words are in documents/NAME.LANGUAGE.md, a template of Facts each.
type Document struct {
	Name      string   // in addresses and file names
	Title     string   // English
	About     string   // what it is for, English
	Languages []string // the first is the one for whoever reads in none of them
	Shared    bool     // there is one on an instance of several customers only
}

// Documents are those of a site, in the order in which they are wanted.
var Documents = []Document{
	{"policy", "Text for the site's privacy policy",
		"A section to paste into the policy of the site, with the row for its table of cookies.", []string{"en", "de", "fr", "es"}, false},
	{"record", "Record of processing", "What GDPR Article 30 asks every controller to keep.", []string{"en", "de"}, false},
	{"agreement", "Agreement on processing", "The terms between the site's owner and whoever runs this instance, GDPR Article 28.", []string{"en", "de"}, true},
	{"self-assessment", "Self-assessment for audience measurement without consent",
		"The conditions of the French CNIL in fourteen points, each with the value that holds and the test that proves it.", []string{"en", "de", "fr", "es"}, false},
	{"screening", "Is an impact assessment needed?", "A screening note for GDPR Article 35.", []string{"en", "de"}, false},
	{"data-map", "Data map", "Every field of every file: where it comes from, what it is for, who sees it, when it goes.", []string{"en"}, false},
}

// Processor is the record of whoever runs the instance for others (GDPR Article 30, paragraph 2).
var Processor = Document{"processor", "Record of processing for others",
	"What GDPR Article 30, paragraph 2, asks of whoever runs an instance for others.", []string{"en", "de"}, true}

// pageText is the part of the text for a site's policy that the page for its visitors has too: what is kept and what not, how visits are told apart, how long.
var pageText = Document{"kept", "What this site counts", "What the page for visitors says.", Documents[0].Languages, false}

// VisitorsText returns what the page for a site's visitors says, as Markdown: the same words as the text for the site's policy.
func VisitorsText(f Facts, lang string) (string, error) {
	return pageText.body(f, pageText.Language(lang))
}

//go:embed documents/*.md
var documents embed.FS

// DocumentOf returns the document of a name that there is for the facts.
func DocumentOf(name string, f Facts) (Document, error) {
	for _, d := range Documents {
		if d.Name == name && (f.Instance.Shared || !d.Shared) {
			return d, nil
		}
	}
	return Document{}, problem.NotFound
}

// Language returns the language of a document for a reader who asked for one.
func (d Document) Language(asked string) string {
	if slices.Contains(d.Languages, asked) {
		return asked
	}
	return d.Languages[0]
}

// Edition is what a text says of itself at its end.
type Edition struct {
	Version string // of the program
	Date    time.Time
}

// stamps are the last line of a document: configuration, version, date.
var stamps = map[string]string{
	"en": "Made from the running configuration %s by Sandprint %s on %s.",
	"de": "Erstellt aus der laufenden Konfiguration %s von Sandprint %s am %s.",
	"fr": "Établi à partir de la configuration active %s par Sandprint %s le %s.",
	"es": "Generado a partir de la configuración activa %s por Sandprint %s el %s.",
}

// Text returns a document in a language that it has, as Markdown.
func (d Document) Text(f Facts, lang string, e Edition) (string, error) {
	body, err := d.body(f, lang)
	return stamped(body, f, lang, e), err
}

// stamped puts below a text what it was made from, by what and when.
func stamped(body string, f Facts, lang string, e Edition) string {
	return body + "\n" + fmt.Sprintf(stamps[lang], "`"+f.Hash()[:16]+"`", e.Version, e.Date.Format(time.DateOnly)) + "\n"
}

// Client is a customer of the instance with its sites.
type Client struct {
	Name  string
	Sites []string
}

// ProcessorText returns the record of processing for others, as Markdown.
func ProcessorText(in Instance, clients []Client, lang string, e Edition) (string, error) {
	f := FactsOf(store.SiteInfo{}, in)
	body, err := fill(Processor.Name+"."+lang+".md", lang, struct {
		Facts
		Customers []Client
	}{f, clients})
	return stamped(body, f, lang, e), err
}

// body returns what a document says, without when and by what it was made.
func (d Document) body(f Facts, lang string) (string, error) {
	return fill(d.Name+"."+lang+".md", lang, f)
}

// fill fills a template of documents/ in.
func fill(file, lang string, data any) (string, error) {
	t, err := template.New(file).Funcs(funcs(lang)).ParseFS(documents, "documents/"+file, "documents/"+pageText.Name+"."+lang+".md")
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		return "", err
	}
	return strings.Join(Paragraphs(b.String()), "\n\n") + "\n", nil
}

// units are months and days, one and many, by language.
var units = map[string][4]string{
	"en": {"month", "months", "day", "days"},
	"de": {"Monat", "Monate", "Tag", "Tage"},
	"fr": {"mois", "mois", "jour", "jours"},
	"es": {"mes", "meses", "día", "días"},
}

// monthNames are the names of months, by language, and how a date is written with them.
var monthNames = map[string][]string{
	"en": {"%d %s %d", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	"de": {"%d. %s %d", "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
	"fr": {"%d %s %d", "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
	"es": {"%d de %s de %d", "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
}

// writeDate writes a date such as 2027-12-31 in a language.
func writeDate(lang, text string) string {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	date := fmt.Sprintf(monthNames[lang][0], day.Day(), monthNames[lang][day.Month()], day.Year())
	if lang == "fr" && day.Day() == 1 {
		return strings.Replace(date, "1 ", "1er ", 1)
	}
	return date
}

// funcs are what templates may call: numbers with their units, what people typed made safe for a line, what is left to be filled in.
func funcs(lang string) template.FuncMap {
	u := units[lang]
	return template.FuncMap{
		"months": func(n int) string { return plural(n, u[0], u[1]) },
		"days":   func(n int) string { return plural(n, u[2], u[3]) },
		"number": strconv.Itoa,
		"date":   func(text string) string { return writeDate(lang, text) },
		"line":   oneLine,
		"list":   func(texts []string) string { return oneLine(strings.Join(texts, ", ")) },
		"or": func(text, missing string) string {
			if text = oneLine(text); text == "" {
				return "[" + missing + "]"
			}
			return text
		},
		"datamap": DataMap,
	}
}

// oneLine makes a text that somebody typed a piece of a line: without line breaks, and without what would end a cell or begin code.
func oneLine(text string) string {
	return strings.NewReplacer("|", `\|`, "`", "'").Replace(strings.Join(strings.Fields(text), " "))
}

// Published is what an owner has put on the site, and when.
type Published struct {
	Facts Facts
	At    time.Time
}

// Outdated reports whether the text for the site's policy says something else than it did, and returns the settings that changed; a setting that the
// text doesn't tell of makes nothing outdated.
func (p Published) Outdated(now Facts) (bool, []Change, error) {
	policy := Documents[0]
	was, err := policy.body(p.Facts, "en")
	if err != nil {
		return false, nil, err
	}
	is, err := policy.body(now, "en")
	if err != nil || was == is && p.Facts.Revision == now.Revision {
		return false, nil, err
	}
	return true, now.ChangesSince(p.Facts), nil
}
