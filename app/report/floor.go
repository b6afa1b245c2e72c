package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"sandprint/app/store"
)

// DefaultFloor is the smallest group shown where the floor holds and the owner chose none.
const DefaultFloor = store.DefaultFloor

// floorOf returns the floor that holds for the rows of q; 0: none. It holds for rows by what can single people out
// (region, city, device model, property) and for every answer with a filter on anything but the page, or without a segment.
func floorOf(q *Query, site store.SiteInfo) int {
	holds := len(q.Except) > 0 || q.By == "region" || q.By == "city" || q.By == "device_model" || strings.HasPrefix(string(q.By), "prop:")
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
	order := fewestFirst(visitors, names)
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

// fewestFirst returns the groups that have visitors, the fewest first; among equals the first by name.
func fewestFirst[N int | int64](visitors []N, names []string) (order []int32) {
	for i, n := range visitors {
		if n > 0 {
			order = append(order, int32(i))
		}
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(visitors[a], visitors[b]), strings.Compare(names[a], names[b]))
	})
	return order
}

// folding is a half of a question whose rows under the floor are not yet one. Those are folded and, if all of them
// together are under it, the next smallest with them, so that nobody can take the shown rows from the total and be left
// with a small group. The next one alone is not under it.
type folding struct {
	*half
	floor int64
	order []int32 // rows with visitors, the fewest first, then by name
	n     int     // how many of them are folded
	sure  bool    // they are enough together, or as many as there are
	union *tally  // the visitors of all n, when they were not sure
}

// foldingOf returns what is to be folded of a half's rows; nil: nothing.
func foldingOf(h *half, floor int) *folding {
	f := &folding{half: h, floor: int64(floor)}
	visitors := h.rows.visitors[:h.part.rows]
	f.order = fewestFirst(visitors, h.part.rowNames())
	sum := int64(0)
	for f.n < len(f.order) && visitors[f.order[f.n]] < f.floor {
		sum += visitors[f.order[f.n]]
		f.n++
	}
	if f.n == 0 {
		return nil
	}
	switch {
	case f.n == len(f.order):
		f.sure = true
	case sum < f.floor:
		f.n, f.sure = f.n+1, true
	}
	return f
}

// folded returns the rows that go into "(other)". A group of that name goes with them.
func (f *folding) folded() []int32 {
	rows := f.order[:f.n:f.n]
	if i := slices.Index(f.part.names, Other); i >= 0 && f.rows.visitors[i] > 0 && !slices.Contains(rows, int32(i)) {
		return append(rows, int32(i))
	}
	return rows
}

// judge takes one row more where those that were counted together are under the floor.
func (f *folding) judge(together int64) {
	if !f.sure && together < f.floor {
		f.n++
	}
	f.sure = true
}

// add makes the small rows one where rows have no visit in common.
func (f *folding) add(scratch []uint64) {
	if !f.sure {
		f.judge(f.rows.merged(f.order[:f.n], scratch).visitors[0])
	}
	f.fold = f.folded()
	f.other = f.rows.merged(f.fold, scratch)
	if f.base != nil && f.base != f.part {
		f.otherBase = f.counted.base.merged(f.fold, scratch)
	}
}

// parts returns what has to be counted again, and where it goes.
func (f *folding) parts() (parts []*part, into []**tally) {
	f.union, f.other, f.otherBase = nil, nil, nil
	want := func(p *part, rows []int32, to **tally) {
		parts, into = append(parts, p.only(rows)), append(into, to)
	}
	if rows := f.folded(); f.part.level != timeLevel {
		want(f.part, rows, &f.other)
		if f.base != nil && f.base != f.part && f.part.level != goalLevel {
			want(f.base, rows, &f.otherBase)
		}
	}
	if !f.sure {
		p := *f.part
		if p.need = (need{visitors: true}); p.level != goalLevel {
			p.goals = nil
		}
		want(&p, f.order[:f.n], &f.union)
	}
	return parts, into
}

// foldAll finds the rows under the floor and makes them one row: figures of distinct visits and visitors can't be added
// up, but where no visit is in two rows. Elsewhere they are counted again, and once more where they were too few.
func foldAll(ctx context.Context, snap *store.Snapshot, list []*asked) error {
	scratch := make([]uint64, snap.Visitors()/64+2)
	var open []*folding
	for _, a := range list {
		for _, h := range a.halves {
			if err := ctx.Err(); err != nil {
				return err
			}
			if h.part == nil || a.floor == 0 {
				continue
			}
			switch f := foldingOf(h, a.floor); {
			case f == nil:
			case h.part.apart() && h.rows.people != nil && (h.base == nil || h.counted.base.people != nil):
				f.add(scratch)
			default:
				open = append(open, f)
			}
		}
	}
	for len(open) > 0 {
		var parts []*part
		var into []**tally
		for _, f := range open {
			p, to := f.parts()
			parts, into = append(parts, p...), append(into, to...)
		}
		done, err := scanAll(ctx, snap, parts)
		if err != nil {
			return err
		}
		for i, t := range done {
			*into[i] = t
		}
		open = slices.DeleteFunc(open, func(f *folding) bool {
			n := f.n
			if f.union != nil {
				f.judge(f.union.visitors[0])
			}
			f.fold = f.folded()
			return f.n == n || f.part.level == timeLevel
		})
	}
	return nil
}
