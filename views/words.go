package views

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Words is the language of a page: its texts, and the ways of its locale.
// The English text is the key, so English needs no table; a nil *Words is English.
type Words struct {
	Lang  string            // BCP 47, for <html lang>
	Name  string            // its own name for itself
	Texts map[string]string // English text to text; what is missing stays English
	Marks [2]string         // before and after what is quoted
	locale
}

// English is the language that the texts are written in.
var English = &Words{Lang: "en", Name: "English", locale: localeEN}

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

// verbs are those of package fmt that texts have.
var verbs = regexp.MustCompile(`%[sdq]`)

// said are the texts with verbs as patterns of what comes of them in English, the longest first.
var said = sync.OnceValue(func() (list []saying) {
	for _, text := range slices.SortedFunc(maps.Keys(textsDE), func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) }) {
		if parts := verbs.Split(text, -1); len(parts) > 1 && len(text) > 8 {
			for i := range parts {
				parts[i] = regexp.QuoteMeta(parts[i])
			}
			list = append(list, saying{text, regexp.MustCompile("^" + strings.Join(parts, "(.+?)") + "$")})
		}
	}
	return list
})

// saying is a text with verbs, and what finds again what they were filled with.
type saying struct {
	text string
	is   *regexp.Regexp
}

// Say returns a whole English sentence, such as an error's, in the language of w. What was filled in is said too where it is a text of ours; else it stays
// as it is, but for the marks around what is quoted.
func (w *Words) Say(sentence string) string {
	if w == nil || w.Texts == nil || sentence == "" {
		return sentence
	}
	if text, ok := w.Texts[sentence]; ok {
		return text
	}
	for _, s := range said() {
		if filled := s.is.FindStringSubmatch(sentence); filled != nil {
			parts := verbs.Split(w.T(s.text), -1)
			for i, f := range filled[1:] {
				parts[i] += w.marked(w.T(f))
			}
			return strings.Join(parts, "")
		}
	}
	return sentence
}

// marked returns a text that %q has quoted with the marks of the language instead; all else as it is.
func (w *Words) marked(text string) string {
	if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
		return text
	}
	return w.Marks[0] + strings.ReplaceAll(text[1:len(text)-1], `\"`, `"`) + w.Marks[1]
}

// Interface are the languages of all pages; Visitors those of the pages for visitors of sites too, as of the texts for a site's privacy policy.
var (
	Interface = []*Words{English, German}
	Visitors  = []*Words{English, German, French, Spanish}
)

// Speak returns the words for a reader, of some languages: of the one chosen ("de", "en"; anything else: none) or, without a choice, of the first in an
// Accept-Language header that there is.
func Speak(languages []*Words, chosen, accepted string) *Words {
	for tag := range strings.SplitSeq(chosen+","+accepted, ",") {
		tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
		base, _, _ := strings.Cut(tag, "-")
		for _, w := range languages {
			if strings.EqualFold(base, w.Lang) {
				return w
			}
		}
	}
	return English
}
