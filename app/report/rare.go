package report

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"sandprint/app/store"
)

// Rare is new parts of paths under one place that few page views had: what could be a name, or whatever else no rule
// recognises as personal. It is for the owner to look at.
type Rare struct {
	Under    string // what they stand under, as "/profile/"
	Parts    int    // how many there are
	Views    int    // page views of all of them
	Examples []RarePart
}

// RarePart is one new part of paths.
type RarePart struct {
	Path string // up to the part
	Page string // a page that has it
}

// freshPart is what is found of a part of paths that was not there before.
type freshPart struct {
	views int
	page  string
}

// What is rare: the days that are looked at, today included; those before, in which it must not have been seen; the page views
// that it has at most. And how much is listed.
const (
	RareDays     = 7
	rareBefore   = 90
	rareViews    = 4
	rareUnder    = 20
	rareExamples = 5
	rareMost     = 1000 // parts that are listed, and places, where all are asked for
)

// RunRare lists the rare paths of the last days, the places with the most of them first: some examples of the first places or, with all, every one
// up to a thousand. What scrubbing has replaced, groups of pages and what the site's rules group or leave out by now are not among them. More is how
// many places are not listed. No floor holds here: it is how the owner finds what should not be kept.
func RunRare(ctx context.Context, site store.Reader, now time.Time, all bool) (list []Rare, more int, err error) {
	known, err := viewsBy(ctx, site, LastDays(rareBefore, now.AddDate(0, 0, -RareDays)), "page")
	if err != nil {
		return nil, 0, err
	}
	lately, err := viewsBy(ctx, site, LastDays(RareDays, now), "page")
	if err != nil {
		return nil, 0, err
	}
	before := map[string]bool{}
	for _, row := range known {
		for part := range partsOf(row.Name) {
			before[part] = true
		}
	}
	found := map[string]freshPart{}
	settings := site.Info().Settings
	rules := slices.Concat(settings.Groups, settings.Excluded)
	for _, row := range lately {
		page, _, _ := strings.Cut(row.Name, "?")
		if slices.ContainsFunc(rules, func(rule string) bool { return matchRule(rule, page) }) {
			continue
		}
		for part := range partsOf(page) {
			if !before[part] {
				found[part] = freshPart{found[part].views + int(row.Values[0].Number), cmp.Or(found[part].page, page)}
			}
		}
	}
	places, examples := rareUnder, rareExamples
	if all {
		places, examples = rareMost, rareMost
	}
	list = rareOf(found, examples)
	more = max(0, len(list)-places)
	return list[:len(list)-more], more, nil
}

// rareOf sorts new parts, of which all views are known, by what they stand under.
func rareOf(found map[string]freshPart, examples int) []Rare {
	under := map[string]*Rare{}
	for _, part := range slices.Sorted(maps.Keys(found)) {
		n := found[part].views
		end := strings.LastIndexByte(part, '/') + 1
		above, isNew := found[strings.TrimSuffix(part[:end], "/")]
		if n > rareViews || isNew && above.views <= rareViews { // what stands under a rare one is no more than it
			continue
		}
		r := under[part[:end]]
		if r == nil {
			r = &Rare{Under: part[:end]}
			under[part[:end]] = r
		}
		r.Parts++
		r.Views += n
		if len(r.Examples) < examples {
			r.Examples = append(r.Examples, RarePart{part, found[part].page})
		}
	}
	var list []Rare
	for _, r := range under {
		list = append(list, *r)
	}
	slices.SortFunc(list, func(a, b Rare) int { return cmp.Or(b.Parts-a.Parts, strings.Compare(a.Under, b.Under)) })
	return list
}

// partsOf yields a path from its beginning to the end of each of its parts: "/a", "/a/b" of "/a/b/?x". Without what scrubbing put
// there; of what stands for a group, none.
func partsOf(path string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		path, _, _ := strings.Cut(path, "?")
		if !strings.HasPrefix(path, "/") || strings.Contains(path, "*") {
			return
		}
		for at := 1; at < len(path); {
			end := strings.IndexByte(path[at:], '/')
			if end < 0 {
				end = len(path) - at
			}
			if end > 0 && path[at] != ':' && !yield(path[:at+end]) {
				return
			}
			at += end + 1
		}
	}
}
