package pages_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"sandprint/views"
)

// german walks over every page in both languages: whatever reads the same in German is a name or a mistake. Names are
// marked up as such (bdi, code, kbd, pre) or come from the site.
func (h house) german(t *testing.T, all []stop) {
	owner, nobody := h.client(t, h.link == ""), h.client(t, true)
	left := map[string]string{} // text to where it was first seen
	for _, s := range all {
		c := owner
		if s.nobody {
			c = nobody
		}
		_, english := h.get(t, c, s.path, "en")
		_, german := h.get(t, c, s.path, "de")
		in := map[string]bool{}
		texts, _ := textsOf(t, english)
		for _, text := range texts {
			in[text] = true
		}
		texts, names := textsOf(t, german)
		for _, text := range texts {
			if in[text] && !names[text] && isEnglish(text) && left[text] == "" {
				left[text] = s.name()
			}
		}
	}
	for text, where := range left {
		t.Errorf("%s: %q is left in English", where, text)
	}
}

// isEnglish reports whether a text that is the same on both pages ought not to be: the catalogue has another for it, or it
// has English words and is no address.
func isEnglish(text string) bool {
	switch german, known := views.German.Texts[text]; {
	case known:
		return german != text
	case strings.HasPrefix(text, "/") || address.MatchString(text):
		return false
	}
	return english.MatchString(text)
}

// address finds what is the name of a host, of a file or of a person's mail alone.
var address = regexp.MustCompile(`^[^ ]+\.[a-z]+$`)

// english finds words that only English has and that no name on the demo's pages consists of.
var english = regexp.MustCompile(`(?i)\b(the|of|and|is|are|was|with|from|this|that|under|over|by|to|your|no|not|all|groups?|days?|hours?|visitors?|visits|views|before|last|show|page|pages)\b`)

// textsOf returns what a page says, texts and the attributes that are read out or shown, and the names in it.
func textsOf(t *testing.T, page string) (list []string, names map[string]bool) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	names = map[string]bool{}
	add := func(text string) {
		text = strings.TrimSuffix(text, " · Sandprint")
		text = strings.Join(strings.Fields(text), " ")
		if strings.ContainsFunc(text, unicode.IsLetter) {
			list = append(list, text)
		}
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			add(n.Data)
		case n.Type == html.ElementNode && n.Data != "html" && attribute(n, "lang") != "":
			return // it says which language it is in
		case n.Data == "bdi" && n.FirstChild != nil:
			names[strings.Join(strings.Fields(n.FirstChild.Data), " ")] = true
			return
		case n.Data == "option" && n.FirstChild != nil && attribute(n, "value") == n.FirstChild.Data:
			return // one of the site's own names
		case n.Data == "bdi" || n.Data == "code" || n.Data == "kbd" || n.Data == "pre" || n.Data == "script" || n.Data == "style" || n.Data == "textarea":
			return
		}
		for _, a := range n.Attr {
			if a.Key == "aria-label" || a.Key == "title" || a.Key == "alt" || a.Key == "placeholder" || a.Key == "data-copied" || a.Key == "data-help" {
				add(a.Val)
			}
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			walk(child)
		}
	}
	walk(doc)
	return list, names
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
