package privacy

import (
	"regexp"
	"slices"
	"strings"

	"sandprint/app/store"
)

// Draft returns what one of the operator's texts (terms or privacy) says until the operator has written it: a template with what is known of the
// instance, and places to fill in.
func Draft(kind, lang string, in Instance) (string, error) {
	if lang != "de" {
		lang = "en"
	}
	return fill(kind+"."+lang+".md", lang, FactsOf(store.SiteInfo{}, in))
}

// Piece is a paragraph of a text beside an earlier version of it.
type Piece struct {
	Block
	Gone bool // it was there before
	New  bool // it was not
}

// Compare returns the paragraphs of a text with those of an earlier version that are gone, each where it stood (a longest common sequence).
func Compare(was, is string) (list []Piece) {
	a, b := Paragraphs(was), Paragraphs(is)
	most := make([][]int, len(a)+1) // of a[i:] and b[j:]: how many paragraphs they can have in common
	for i := range most {
		most[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if most[i][j] = max(most[i+1][j], most[i][j+1]); a[i] == b[j] {
				most[i][j] = most[i+1][j+1] + 1
			}
		}
	}
	add := func(text string, p Piece) {
		for _, p.Block = range Blocks(text) {
			list = append(list, p)
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			add(b[j], Piece{})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && most[i+1][j] >= most[i][j+1]:
			add(a[i], Piece{Gone: true})
			i++
		default:
			add(b[j], Piece{New: true})
			j++
		}
	}
	return list
}

// Differs reports whether anything is gone or new.
func Differs(list []Piece) bool {
	return slices.ContainsFunc(list, func(p Piece) bool { return p.Gone || p.New })
}

// gap finds what stands in brackets, and whether it is a link's text, with its address behind.
var gap = regexp.MustCompile(`\[([^\[\]\n]{2,300})\]\(?`)

// Gaps returns the places of a text that were left to be filled in, in brackets as in the drafts, each once.
func Gaps(text string) (list []string) {
	for _, found := range gap.FindAllString(text, -1) {
		if !strings.HasSuffix(found, "(") && !slices.Contains(list, found) {
			list = append(list, found)
		}
	}
	return list
}
