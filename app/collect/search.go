package collect

import (
	"encoding/json"
	"slices"

	"sandprint/app/store"
)

// A site's own search becomes an event where the owner names the query key that carries the term: what people look for is
// then counted as what an event tells, behind the floor, and never stands in the path of a page.
const (
	searchEvent = "Search"
	searchProp  = "term"
)

// searchSeq is the number of the event within its page view: no hit that a page sends can have it, and a repeated page
// view's is known by it.
const searchSeq = 2_000_000

// kept returns the query keys that stay in paths: not that of the search.
func (r *rules) kept() []string {
	if r.search == "" || !slices.Contains(r.keys, r.search) {
		return r.keys
	}
	return slices.DeleteFunc(slices.Clone(r.keys), func(key string) bool { return key == r.search })
}

// searchProps returns the properties of the event of a search; none without a term.
func searchProps(term string) string {
	if term == "" {
		return ""
	}
	props, _ := json.Marshal(map[string]string{searchProp: term}) // can't fail
	return string(props)
}

// searchOf returns the event of the search that a page view shows the results of.
func searchOf(view store.Hit, props string) store.Hit {
	view.Kind, view.Seq, view.Name, view.Props = store.Event, searchSeq, searchEvent, props
	return view
}
