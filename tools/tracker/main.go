// Command tracker makes the minified forms of tracker.js in static/tracker/: one file for each combination of the blocks
// that a site can use, so that each is as small as it can be. app/collect fills in a site's rules when it serves one.
//
// Usage, from the folder tools: go run ./tracker
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	log.SetFlags(0)
	if err := generate(".."); err != nil {
		log.Fatal("tracker: ", err)
	}
}

// generate reads root/tracker.js and writes root/static/tracker/{mode}[-links][-forms].js, and check.js beside them.
func generate(root string) error {
	source, err := os.ReadFile(filepath.Join(root, "tracker.js"))
	if err != nil {
		return fmt.Errorf("reading the tracker's source: %w", err)
	}
	dir := filepath.Join(root, "static", "tracker")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	blocks := blocksOf(string(source))
	check := blocks["core"] + blocks["what a page allows"] + blocks["check"]
	forms := map[string]func() ([]byte, error){"check": func() ([]byte, error) { return minify(check, "", "") }}
	tracker := strings.Replace(string(source), blocks["check"], "", 1)
	for _, mode := range []string{"cookie", "cookieless", "consent", "consent-early"} {
		for _, blocks := range []string{"", "-links", "-forms", "-links-forms"} {
			forms[mode+blocks] = func() ([]byte, error) {
				body, err := minify(tracker, mode, blocks)
				return append([]byte(checkFirst), body...), err
			}
		}
	}
	for name, form := range forms {
		body, err := form()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name+".js"), body, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// blocksOf returns the parts of the source by the names that stand above them.
func blocksOf(source string) map[string]string {
	blocks := map[string]string{}
	for _, part := range strings.Split(source, "// --- block: ")[1:] {
		name, _, _ := strings.Cut(part, " ---")
		_, body, _ := strings.Cut(part, "\n")
		blocks[name] = body
	}
	return blocks
}

// checkFirst goes before each form: on the page load of an owner's check the tracker does not run at all, but the same address's check does.
const checkFirst = `location.hash=="#sp-check"?import(document.currentScript.src+"?check"):`

// minify returns the source with the blocks of one combination.
func minify(source, mode, blocks string) ([]byte, error) {
	is := func(b bool) string { return strconv.FormatBool(b) }
	result := api.Transform(source, api.TransformOptions{
		Loader: api.LoaderJS, Sourcefile: "tracker.js", Format: api.FormatIIFE, TreeShaking: api.TreeShakingTrue, Target: api.ES2019,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, Charset: api.CharsetUTF8,
		Define: map[string]string{
			"COOKIE": is(mode != "cookieless" && mode != ""), "CONSENT": is(mode == "consent" || mode == "consent-early"), "EARLY": is(mode == "consent-early"), "CHECK": is(mode == ""),
			"LINKS": is(blocks == "-links" || blocks == "-links-forms"), "FORMS": is(blocks == "-forms" || blocks == "-links-forms"),
		},
	})
	if len(result.Errors) > 0 {
		at := result.Errors[0]
		return nil, fmt.Errorf("tracker.js:%d: %s", at.Location.Line, at.Text)
	}
	return result.Code, nil
}
