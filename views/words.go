package views

import "fmt"

// Words is the language of a page: its texts, its way to write numbers and dates, its names of countries and languages.
// The English text is the key, so English needs no table; a nil *Words is English.
type Words struct {
	Lang  string            // BCP 47, for <html lang>
	Texts map[string]string // English text to text; what is missing stays English
	Point string            // decimal separator
	Group string            // between thousands
	Space string            // between a number and its percent sign

	Countries map[string]string // ISO 3166-1 alpha-2 to name
	Languages map[string]string // BCP 47 base language to name
}

// English is the language that the texts are written in.
var English = &Words{Lang: "en", Point: ".", Group: ",", Countries: countriesEN, Languages: languagesEN}

// or returns w, or English for nil.
func (w *Words) or() *Words {
	if w == nil {
		return English
	}
	return w
}

// T returns text in the language of w.
func (w *Words) T(text string) string {
	if t, ok := w.or().Texts[text]; ok {
		return t
	}
	return text
}

// F is T for a text with verbs of package fmt, which are filled in after translation.
func (w *Words) F(format string, args ...any) string {
	return fmt.Sprintf(w.T(format), args...)
}
