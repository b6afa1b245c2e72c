package prove

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// tableOf finds tables in the schema that a database file carries.
var tableOf = regexp.MustCompile("(?i)CREATE TABLE (?:IF NOT EXISTS )?[\"`]?([a-z_]+)")

// heatmapsKnowNobody is claim 11. There are no heatmaps yet, which the files themselves show: none has a table for them.
func heatmapsKnowNobody(t *Trial) {
	s := t.serve("data")
	s.site("shop.example")
	s.hit(map[string]any{"s": "shop.example", "n": "pageview", "i": "viewheat0001", "u": "https://shop.example/" + marker})
	s.end(term)
	var tables []string
	t.must(filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.HasPrefix(text, []byte("SQLite format")) {
			for _, m := range tableOf.FindAllSubmatch(text, -1) {
				tables = append(tables, string(m[1]))
			}
		}
		return err
	}))
	slices.Sort(tables)
	tables = slices.Compact(tables)
	t.searched("the schema of all files: tables %s", strings.Join(tables, ", "))
	if !slices.Contains(tables, "hit") || !slices.Contains(tables, "user") {
		t.wrong("the search did not find the tables that are there")
	}
	for _, name := range tables {
		if strings.Contains(name, "heat") || strings.Contains(name, "click") {
			t.wrong("there is a table %s: what is in it has to be tried here", name)
		}
	}
	t.found("none for heatmaps: this version doesn't make any, so there is nothing that could know of a visitor")
	t.result.Outcome = NotApplicable
}
