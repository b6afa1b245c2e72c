package report

import (
	"slices"
	"strings"

	"sandprint/app/store"
)

// addTitles gives rows by page their titles: of several that a page had, the one that came last. Pages is the dictionary,
// in the order in which its values came.
func addTitles(rows []Row, by Dimension, pages []string) {
	if !slices.Contains([]Dimension{"page", "entry_page", "exit_page"}, by) {
		return
	}
	open := make(map[string]*Row, len(rows))
	for i := range rows {
		open[rows[i].Name] = &rows[i]
	}
	for i := len(pages) - 1; i >= 0 && len(open) > 0; i-- {
		_, rest, _ := strings.Cut(pages[i], store.FieldSep) // past the host
		path, rest, _ := strings.Cut(rest, store.FieldSep)
		r := open[path]
		if r == nil {
			continue
		}
		if title, _, _ := strings.Cut(rest, store.FieldSep); title != "" {
			r.Title = title
			delete(open, path)
		}
	}
}
