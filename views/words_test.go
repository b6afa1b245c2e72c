package views

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Texts that look like sentences or labels and are none to translate.
var untranslated = map[string]string{
	"Sandprint": "the product's name", "English": "its own name", "Deutsch": "its own name", "Referer": "a header",
	"Outbound Link: Click": "an event's name on the wire", "File Download": "another", "Form: Submission": "another",
}

// Every text of a page has its German: those that are given to T or F, and whatever else looks like a label or a sentence.
func TestGermanIsComplete(t *testing.T) {
	looksLikeText := regexp.MustCompile(`^[A-Z%“][^<>={}/\\]*[a-z][^<>={}\\]* [^<>={}\\]*$`)
	missing := map[string]string{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == "cldr.go" || strings.HasPrefix(name, "words") || name == "icons.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		check := func(lit ast.Expr, always bool) {
			basic, ok := lit.(*ast.BasicLit)
			if !ok || basic.Kind != token.STRING {
				return
			}
			text, err := strconv.Unquote(basic.Value)
			if err != nil || text == "" || untranslated[text] != "" || !always && !looksLikeText.MatchString(text) {
				return
			}
			if _, ok := textsDE[text]; !ok {
				missing[text] = name
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.CallExpr:
				method, ok := n.Fun.(*ast.SelectorExpr)
				if ok && (method.Sel.Name == "T" || method.Sel.Name == "F") && len(n.Args) > 0 {
					check(n.Args[0], true)
				}
			case *ast.BasicLit:
				check(n, false)
			}
			return true
		})
	}
	for text, file := range missing {
		t.Errorf("%s: no German for %q", file, text)
	}
	for _, names := range []map[string]string{valueNames} {
		for _, text := range names {
			wantGerman(t, text)
		}
	}
	for _, text := range metricNames {
		wantGerman(t, text)
	}
	for _, text := range metricHelp {
		wantGerman(t, text)
	}
	for _, text := range dimensionNames {
		wantGerman(t, text)
	}
	for _, text := range opNames {
		wantGerman(t, text)
	}
	for _, p := range panels {
		wantGerman(t, p.Name)
		for _, tab := range p.Tabs {
			for _, text := range []string{tab.Label, tab.Under, tab.Empty, tab.Unset, tab.Table} {
				wantGerman(t, text)
			}
		}
	}
}

func wantGerman(t *testing.T, text string) {
	t.Helper()
	if _, ok := textsDE[text]; !ok && text != "" {
		t.Errorf("no German for %q", text)
	}
}

// A text is translated in one place: of two in different files, the later one in the alphabet would win.
func TestGermanIsSaidOnce(t *testing.T) {
	files, err := filepath.Glob("words_de*.go")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	said := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			pair, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			if key, ok := pair.Key.(*ast.BasicLit); ok {
				if before := said[key.Value]; before != "" {
					t.Errorf("%s is in %s and in %s", key.Value, before, name)
				}
				said[key.Value] = name
			}
			return true
		})
	}
	if len(said) != len(textsDE) {
		t.Errorf("%d texts are written, %d are known", len(said), len(textsDE))
	}
}

// A translation has the verbs of its text, in its order: they are filled in by place.
func TestGermanVerbs(t *testing.T) {
	for english, german := range textsDE {
		if a, b := verbs.FindAllString(english, -1), verbs.FindAllString(german, -1); strings.Join(a, "") != strings.Join(b, "") {
			t.Errorf("%q has %v, %q has %v", english, a, german, b)
		}
	}
}

func TestSay(t *testing.T) {
	for english, german := range map[string]string{
		"There is nothing here.":                 "Hier ist nichts.",
		"There is no period \"5 minutes\".":      "Es gibt keinen Zeitraum „5 minutes“.",
		"\"a \\\"b\\\"\" is no time.":            "„a \"b\"“ ist keine Zeit.",
		"“kiln” is not a goal.":                  "„kiln“ ist kein Ziel.",
		"“100 %s” is not a goal.":                "„100 %s“ ist kein Ziel.",
		"A sentence that nobody has translated.": "A sentence that nobody has translated.",
		"":                                       "",
	} {
		if got := German.Say(english); got != german {
			t.Errorf("%q: %q, want %q", english, got, german)
		}
		if got := English.Say(english); got != english {
			t.Errorf("English changes %q to %q", english, got)
		}
	}
}

func TestSpeak(t *testing.T) {
	for _, c := range []struct{ chosen, accepted, want, why string }{
		{"", "", "en", "nothing said"},
		{"", "de-AT,de;q=0.9,en;q=0.5", "de", "the browser's first"},
		{"", "fr-FR,de;q=0.8,en;q=0.5", "de", "the first that there is"},
		{"en", "de", "en", "a choice comes before the browser"},
		{"xx", "de", "de", "no such choice"},
		{"", "*", "en", "anything"},
	} {
		if got := Speak(Interface, c.chosen, c.accepted).Lang; got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
}
