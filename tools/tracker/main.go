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

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	log.SetFlags(0)
	if err := generate(".."); err != nil {
		log.Fatal("tracker: ", err)
	}
}

// generate reads root/tracker.js and writes root/static/tracker/{mode}[-links][-forms].js.
func generate(root string) error {
	source, err := os.ReadFile(filepath.Join(root, "tracker.js"))
	if err != nil {
		return fmt.Errorf("reading the tracker's source: %w", err)
	}
	dir := filepath.Join(root, "static", "tracker")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, mode := range []string{"cookie", "cookieless", "consent"} {
		for _, blocks := range []string{"", "-links", "-forms", "-links-forms"} {
			body, err := minify(string(source), mode, blocks)
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, mode+blocks+".js"), body, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// minify returns the source with the blocks of one combination.
func minify(source, mode, blocks string) ([]byte, error) {
	is := func(b bool) string { return strconv.FormatBool(b) }
	result := api.Transform(source, api.TransformOptions{
		Loader: api.LoaderJS, Sourcefile: "tracker.js", Format: api.FormatIIFE, TreeShaking: api.TreeShakingTrue, Target: api.ES2019,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, Charset: api.CharsetUTF8,
		Define: map[string]string{
			"COOKIE": is(mode != "cookieless"), "CONSENT": is(mode == "consent"),
			"LINKS": is(blocks == "-links" || blocks == "-links-forms"), "FORMS": is(blocks == "-forms" || blocks == "-links-forms"),
		},
	})
	if len(result.Errors) > 0 {
		at := result.Errors[0]
		return nil, fmt.Errorf("tracker.js:%d: %s", at.Location.Line, at.Text)
	}
	return result.Code, nil
}
