package views

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// unspoken are sentences of errors that no page shows, and why: the command line and the API are English.
var unspoken = map[string]string{
	"This is a number of X from X to X.":              "in the catalogue with its unit",
	"X: whoever runs this instance allows X at most.": "in the catalogue with what is limited",
	"The filter X X.":                                 "in the catalogue with what is wrong with it",
	"“sandprint user list” shows who there is.":       "of the command line",
	"Leave the password out to add them to a customer, or use “sandprint user password”.":                   "of the command line",
	"X is a user already and has a password.":                                                               "of the command line",
	"To change their role, remove them and add them again.":                                                 "of the command line",
	"X is a user of X already.":                                                                             "of the command line",
	"Name it with --customer: X.":                                                                           "of the command line",
	"There are several customers: it isn't clear which one is meant.":                                       "of the command line",
	"Add another owner first (“sandprint user add --role owner”), or remove its sites.":                     "of the command line",
	"X is the last owner of X, which has sites.":                                                            "of the command line",
	"The roles are owner, admin, editor and viewer.":                                                        "of the command line",
	"Leave --role out, or name a customer that is there.":                                                   "of the command line",
	"The first user of a new customer is its owner.":                                                        "of the command line",
	"Make a new one with “sandprint token add”.":                                                            "of the API",
	"This token is unknown or was revoked.":                                                                 "of the API",
	"The scopes are read and write; write may read.":                                                        "of the API",
	"Send it as Content-Type: application/json.":                                                            "of the API",
	"The body is taken as JSON only.":                                                                       "of the API",
	"“X” is a JSON X, which it can't be.":                                                                   "of the API",
	"The body is not one JSON object.":                                                                      "of the API",
	"Send one as “Authorization: Bearer sp_…”; make it on the settings page or with “sandprint token add”.": "of the API",
	"This needs an API token.":                                                                              "of the API",
	"Send an API token of scope write.":                                                                     "of the API",
	"Signed in with a browser, the API can only be read.":                                                   "of the API",
	"Make a token of scope write.":                                                                          "of the API",
	"This token may read and not change.":                                                                   "of the API",
	`The body is not JSON of the form {"v":"…"}.`:                                                           "of the API",
}

// Every sentence of an error that a page can show has its German: what happened, and what to do. Said is what comes of it with something filled in.
func TestErrorsAreSaidInGerman(t *testing.T) {
	seen := 0
	for _, pkg := range []string{"account", "privacy", "problem", "report", "web"} {
		err := filepath.WalkDir("../app/"+pkg, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				for _, e := range sentencesIn(n) {
					said := sentence(e)
					if strings.Trim(said, "X. ") == "" || !strings.Contains(said, " ") || unspoken[said] != "" {
						continue
					}
					if seen++; German.Say(said) == said {
						t.Errorf("%s: no German for %q", path, said)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, said := range []string{"This is a number of months from 1 to 13.", "This is a number of days from 1 to 35.", "How long visits are kept: whoever runs this instance allows 12 months at most.",
		`The filter "page" has not the three parts that it needs.`, `The filter "x:is:y" names "x", by which nothing can be filtered.`, `The filter "page:eq:y" has no known operator: "eq".`,
		`The filter "page:is:" has an empty value; what is not known is called (not set).`, `The filter "page:is:y" has more than 200 values.`} {
		if German.Say(said) == said {
			t.Errorf("no German for %q", said)
		}
	}
	if german := German.Say("The name of the token is too long."); german != "Der Text (Name des Tokens) ist zu lang." {
		t.Errorf("what is filled in stays English: %q", german)
	}
	if seen < 100 {
		t.Errorf("only %d sentences were found: the test looks at the wrong places", seen)
	}
}

// sentencesIn returns what of a node is a sentence of an error, or a hint.
func sentencesIn(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.CallExpr:
		f, ok := n.Fun.(*ast.SelectorExpr)
		switch {
		case ok && (f.Sel.Name == "New" || f.Sel.Name == "BadField") && len(n.Args) == 3:
			return n.Args[2:]
		case ok && f.Sel.Name == "WithHint":
			return n.Args
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && (key.Name == "Message" || key.Name == "Hint") {
			return []ast.Expr{n.Value}
		}
	}
	return nil
}

// sentence returns what an expression makes: its texts, with an X where something is filled in.
func sentence(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value)
		return verbs.ReplaceAllString(text, "X")
	case *ast.BinaryExpr:
		return sentence(e.X) + sentence(e.Y)
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" {
			return sentence(e.Args[0])
		}
	}
	return "X"
}
