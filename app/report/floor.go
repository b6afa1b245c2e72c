package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sandprint/app/store"
)

// DefaultFloor is the smallest group shown where the floor holds and the owner chose none.
const DefaultFloor = 5

// floorOf returns the floor that holds for the rows of q; 0: none. It holds for rows by what can single people out
// (region, city, device model, property) and for every answer with a filter on anything but the page.
func floorOf(q *Query, site store.SiteInfo) int {
	holds := q.By == "region" || q.By == "city" || q.By == "device_model" || strings.HasPrefix(string(q.By), "prop:")
	for _, f := range q.Filters {
		holds = holds || f.By != "page"
	}
	if !holds || q.By == "" {
		return 0
	}
	return siteFloor(site)
}

// siteFloor returns the floor of a site, where one holds: always for journeys and cohorts.
func siteFloor(site store.SiteInfo) int {
	if n := site.Settings.Floor; n > 0 {
		return min(n, 20)
	}
	return DefaultFloor
}

// tellsNobody reports whether a group of n visitors out of a group that is shown can be shown: neither it nor what is left
// of the other is under the floor, unless it is nobody.
func tellsNobody(floor, n, of int) bool {
	return (n == 0 || n >= floor) && (of == n || of-n >= floor)
}

// nested returns which of several groups, each within the one before and the first within a total that is shown, can be
// shown: the difference of any two of these is nobody or at least the floor.
func nested(floor, total int, visitors []int) (shown []bool) {
	shown = make([]bool, len(visitors))
	for i, n := range visitors {
		if shown[i] = tellsNobody(floor, n, total); shown[i] {
			total = n
		}
	}
	return shown
}

// floorReason says why rows are hidden.
func floorReason(floor int) string { return fmt.Sprintf("groups under %d", floor) }

// kept returns which groups must not be shown for themselves, given the visitors of each: those under the floor and, while
// all of these together are under it, the next smallest, so that nobody can take the shown rows from the total and be
// left with a small group. together counts the distinct visitors of several groups; groups without visitors are no
// groups. Among equals the first by name goes first.
func kept(floor int, visitors []int, names []string, together func(groups []int32) int) []int32 {
	var order []int32
	for i, n := range visitors {
		if n > 0 {
			order = append(order, int32(i))
		}
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(visitors[a], visitors[b]), strings.Compare(names[a], names[b]))
	})
	n := 0
	for n < len(order) && visitors[order[n]] < floor {
		n++
	}
	if n == 0 {
		return nil
	}
	for n < len(order) && together(order[:n]) < floor {
		n++
	}
	return order[:n]
}

// fold applies the floor to the rows of a tally: it returns the rows that go into "(other)". A group of that name goes
// with them. There is none to fold where no floor holds.
func (t *tally) fold(floor int, scratch []uint64) []int32 {
	if floor == 0 {
		return nil
	}
	visitors := make([]int, t.p.rows)
	for i := range visitors {
		visitors[i] = t.visitors[i].count(scratch)
	}
	folded := kept(floor, visitors, t.p.rowNames(), func(groups []int32) int {
		union := newBitmap(t.p.limit)
		for _, g := range groups {
			s := t.visitors[g]
			union.joinCopy(&s, t.p.limit)
		}
		return union.count(scratch)
	})
	if len(folded) == 0 || t.p.level == timeLevel {
		return folded
	}
	if i := slices.Index(t.p.names, Other); i >= 0 && visitors[i] > 0 && !slices.Contains(folded, int32(i)) {
		folded = append(folded, int32(i))
	}
	return folded
}
