package views

import "strings"

// shortcut is a line of the help: keys, and what they do.
type shortcut struct{ keys, does string }

// shortcutGroup is a part of the help.
type shortcutGroup struct {
	name  string
	lines []shortcut
}

// shortcuts are all keys, as keys.js and the links with data-key have them. Those of the periods are what users of
// Plausible know.
func shortcuts() []shortcutGroup {
	var times, pages []shortcut
	for _, p := range periods {
		times = append(times, shortcut{p.key, p.label})
	}
	times = append(times, shortcut{"C", "Own dates"}, shortcut{"← →", "Earlier or later"}, shortcut{"X", "Comparison on or off"}, shortcut{"I", "Interval of the chart"})
	keys := pageKeys()
	for _, p := range sitePages {
		pages = append(pages, shortcut{"G " + keys[p.path], p.name})
	}
	return []shortcutGroup{
		{"Period", times},
		{"Pages", pages},
		{"Everywhere", []shortcut{{"1–9", "Your first nine sites, pinned ones first"}, {"0", "All sites"}, {"/", "Search, or filter"}, {"Esc", "Close, or remove all filters"},
			{".", "Copy the link to this page"}, {"?", "This help"}}},
	}
}

// pageKeys returns the key of each page of a site that follows G, by its path: the first letter of its English name that
// no page before it has.
func pageKeys() map[string]string {
	keys, taken := map[string]string{}, map[rune]bool{}
	for _, p := range sitePages {
		for _, letter := range strings.ToUpper(p.name) {
			if letter >= 'A' && letter <= 'Z' && !taken[letter] {
				keys[p.path], taken[letter] = string(letter), true
				break
			}
		}
	}
	return keys
}
