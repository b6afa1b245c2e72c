package report

import (
	"cmp"
	"context"
	"io"
	"net/url"
	"time"

	"sandprint/app/store"
)

// Bounds on paths.
const (
	defaultDepth = 3
	maxDepth     = 4
	defaultTop   = 8
	maxTop       = 10
)

// The ends of a visit, as pages of a path.
const (
	Entry = "(entry)"
	Exit  = "(exit)"
)

// Paths asks which pages visits go to after a moment, and which they come from.
//
// The moment is the first hit of a visit in the period that is From: a page view, an event, a goal. For a source it is the
// begin of a visit from there, which must lie in the period: before it there is nothing, after it the first page. The
// segment narrows the visits as in a Funnel. The pages around the moment are the page views of the whole visit, in the
// period or not; views of one path in a row are one, and those of the path that From was reached on, next to it, are part
// of the moment. Of an event, the page before is the one last viewed.
//
// The answer is two trees: a branch is the visits that go on with its page, after all branches above it.
type Paths struct {
	Period  Period
	Filters []Filter
	From    Step      // page, event, goal or source
	Depth   int       // pages on each side, 1 to 4; 0: 3
	Top     int       // branches at a place before the rest is one "(other)", 1 to 10; 0: 8
	Now     time.Time // the clock, in the site's zone; nothing after it counts
}

// PathsAnswer is what RunPaths returns.
type PathsAnswer struct {
	Site             string // domain
	Paths            Paths
	Visitors, Visits Value       // with the moment; not Known, as all branches, where they or the rest of the segment are under the floor
	Next, Previous   []Branch    // most visits first, then by name, "(other)" last
	Hidden           Hidden      // branches folded into "(other)" by the floor
	Damaged          []time.Time // UTC days of the period that are left out, by date: the file is damaged there
	Read             int         // page views and events read
	Took             time.Duration
}

// Branch is the visits that go on with one page, or end.
type Branch struct {
	Name     string // path, "(exit)" or "(entry)" at an end of the visit, or "(other)"
	Visits   int
	Visitors int
	Share    float64  // percent of the visits of the branch it grows from
	Branches []Branch // none of an end and of "(other)"
}

// ParsePaths reads the parameters period, from, to and filter (as Parse does), start (as ParseStep reads it, with
// source:NAME too), depth (1 to 4; 3) and top (1 to 10; 8). An error is a *problem.Error, a 400 that names the parameter.
func ParsePaths(values url.Values, zone *time.Location, now time.Time) (q Paths, err error) {
	q.Now = now.In(zone)
	if q.Period, q.Filters, err = parseSegment(values, q.Now); err != nil {
		return Paths{}, err
	}
	steps, err := parseSteps("start", values, 1, 1, "page", "event", "goal", "source")
	if err != nil {
		return Paths{}, err
	}
	q.From = steps[0]
	if q.Depth, err = number(values, "depth", "bad_depth", defaultDepth, 1, maxDepth); err != nil {
		return Paths{}, err
	}
	if q.Top, err = number(values, "top", "bad_top", defaultTop, 1, maxTop); err != nil {
		return Paths{}, err
	}
	return q, nil
}

// Values returns the parameters that ParsePaths reads as q.
func (q Paths) Values() url.Values {
	v := segmentValues(q.Period, q.Filters)
	v.Set("start", q.From.String())
	v.Set("depth", text(Visits, known(cmp.Or(q.Depth, defaultDepth))))
	v.Set("top", text(Visits, known(cmp.Or(q.Top, defaultTop))))
	return v
}

// RunPaths answers paths. It ends early with ctx's error when ctx is done, and with a 503 "too_slow" after 10 seconds.
func RunPaths(ctx context.Context, site store.Reader, q Paths) (PathsAnswer, error) {
	began := time.Now()
	q.Depth, q.Top = cmp.Or(q.Depth, defaultDepth), cmp.Or(q.Top, defaultTop)
	a, err := limited(ctx, site, func(ctx context.Context, snap *store.Snapshot) (PathsAnswer, error) {
		return runPaths(ctx, snap, site.Info(), q)
	})
	a.Took = time.Since(began)
	return a, err
}

// runPaths grows the two trees a level at a time, so that of all the paths that visits take only those are counted that
// begin with a branch.
func runPaths(ctx context.Context, snap *store.Snapshot, info store.SiteInfo, q Paths) (PathsAnswer, error) {
	var err error
	if q.Period, err = resolveAll(q.Period, snap); err != nil {
		return PathsAnswer{}, err
	}
	t := newPathsTally(&q, info, snap)
	floor := siteFloor(info)
	a := PathsAnswer{Site: info.Domain, Paths: q}
	for level := 0; level <= q.Depth; level++ {
		if err := t.grow(ctx, snap, level); err != nil {
			return PathsAnswer{}, err
		}
		if level == 0 {
			a.Read = t.read
			all, visitors := t.all.count(), t.visitors.count()
			a.Damaged = damagedIn(snap, t.seg.misses)
			if !tellsNobody(floor, visitors, all) {
				a.Hidden = Hidden{Rows: 1, Reason: floorReason(floor)}
				return a, nil
			}
			if a.Visits, a.Visitors = known(t.visits), known(visitors); t.visits == 0 {
				return a, nil
			}
		}
		for _, tree := range t.trees {
			a.Hidden.Rows += tree.settle(floor)
			if level < q.Depth {
				tree.grow(q.Top)
			}
		}
	}
	if a.Hidden.Rows > 0 {
		a.Hidden.Reason = floorReason(floor)
	}
	a.Next, a.Previous = t.trees[0].branches(0, t.visits), t.trees[1].branches(0, t.visits)
	return a, nil
}

// WriteJSON writes the answer as docs/api.md has it, and a line's end.
func (a PathsAnswer) WriteJSON(w io.Writer) error {
	return writeJourney(w, object{{"site", a.Site}, {"period", periodJSON(a.Paths.Period)}, {"start", a.Paths.From.String()},
		{"visitors", figure(Visitors, a.Visitors)}, {"visits", figure(Visits, a.Visits)},
		{"next", branchesJSON(a.Next)}, {"previous", branchesJSON(a.Previous)}}, a.Hidden, a.Damaged)
}

func branchesJSON(list []Branch) []object {
	out := make([]object, len(list))
	for i, b := range list {
		out[i] = object{{"page", b.Name}, {"visitors", b.Visitors}, {"visits", b.Visits},
			{"share", figure(ConversionRate, Value{Number: b.Share, Known: true})}}
		if len(b.Branches) > 0 {
			out[i] = append(out[i], pair{"branches", branchesJSON(b.Branches)})
		}
	}
	return out
}
