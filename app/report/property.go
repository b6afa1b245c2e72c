package report

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"sandprint/app/store"
)

// maxProperties is how many names Properties returns at most.
const maxProperties = 100

// Properties returns the names of the properties that events have which happened on days of a period: those of an event,
// or of all where it is empty. The ones that most events have come first. An error is as of RunAll.
func Properties(ctx context.Context, site store.Reader, p Period, event string) ([]string, error) {
	return limited(ctx, site, func(ctx context.Context, snap *store.Snapshot) ([]string, error) {
		return propertiesIn(ctx, snap, p, event)
	})
}

func propertiesIn(ctx context.Context, snap *store.Snapshot, p Period, event string) ([]string, error) {
	objects := snap.Dict(store.Props)
	counts, wanted := make([]int, max(1, len(objects))), eventsNamed(snap.Dict(store.Events), event)
	var b store.Block
	for i, info := range snap.Blocks() {
		if snap.Damaged(i) != nil || info.Events == 0 || int64(info.Date)*86400 >= p.To.Unix() || info.Last < p.From.Unix() {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := snap.Load(i, store.Set(store.EventName, store.EventProps), &b); isDamage(err) {
			continue // limited begins anew
		} else if err != nil {
			return nil, err
		}
		for j, props := range b.Cols[store.EventProps] {
			if wanted == nil || wanted[b.Cols[store.EventName][j]] {
				counts[props]++
			}
		}
	}
	return namesOf(objects, counts), nil
}

// eventsNamed returns, by id in Events, which have a name; nil for the empty name: all.
func eventsNamed(names []string, event string) []bool {
	if event == "" {
		return nil
	}
	wanted := make([]bool, max(1, len(names)))
	for i, name := range names {
		wanted[i] = name == event
	}
	return wanted
}

// namesOf returns the members that JSON objects have, the most frequent first; counts is how often each object comes.
func namesOf(objects []string, counts []int) []string {
	often := map[string]int{}
	for i, n := range counts {
		if n == 0 || i >= len(objects) || !strings.HasPrefix(objects[i], "{") {
			continue
		}
		var props map[string]string
		if json.Unmarshal([]byte(objects[i]), &props) != nil {
			continue
		}
		for name := range props {
			often[name] += n
		}
	}
	list := slices.SortedFunc(maps.Keys(often), func(a, b string) int { return cmp.Or(often[b]-often[a], strings.Compare(a, b)) })
	return list[:min(len(list), maxProperties)]
}
