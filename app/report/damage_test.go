package report_test

import (
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sandprint/app/report"
	"sandprint/app/store"
)

// blocksOf returns all blocks of hits, and what else a snapshot is made of.
func blocksOf(t *testing.T, hits []store.Hit) (blocks []*store.Block, dicts [store.NumDims][]string, visitors int) {
	t.Helper()
	snap := store.SnapshotOf(hits)
	for i := range snap.Blocks() {
		var b store.Block
		if err := snap.Load(i, store.AllColumns, &b); err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, &b)
	}
	for d := range store.NumDims {
		dicts[d] = snap.Dict(d)
	}
	return blocks, dicts, snap.Visitors()
}

// TestADamagedDayIsLeftOutOfEveryFigure breaks one column of one day and asks questions together of which some would not
// have read it: all of them answer as if the day had never been.
func TestADamagedDayIsLeftOutOfEveryFigure(t *testing.T) {
	around := time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)
	hits := someHits(rand.New(rand.NewPCG(1, 2)), around.Unix())
	period := report.Period{From: around.AddDate(0, 0, -10), To: around.AddDate(0, 0, 10)}
	later := report.Period{From: around.AddDate(0, 0, 7), To: around.AddDate(0, 0, 8)}
	questions := func() []report.Query {
		list := []report.Query{
			{Period: period, Metrics: []report.Metric{report.Visits}}, // needs no column
			{Period: period, By: "day", Metrics: []report.Metric{report.Visitors, report.Pageviews}},
			{Period: period, By: "page", Metrics: report.AllMetrics, Limit: 1000},
			{Period: period, By: "city", Metrics: []report.Metric{report.Visitors}, Limit: 1000}, // with a second scan for the floor
			{Period: report.Period{To: period.To}, By: "country", Metrics: []report.Metric{report.Visitors}, Limit: 1000},
			{Period: later, Metrics: []report.Metric{report.Visits}},
		}
		for _, by := range []report.Dimension{"hour", "source", "browser", "language", "screen", "visitor_type", "event", "prop:plan"} {
			list = slices.Insert(list, 1, report.Query{Period: period, By: by, Metrics: report.AllMetrics, Limit: 1000})
		}
		return list // between them they read every column
	}
	for c := range store.EventAmount {
		blocks, dicts, visitors := blocksOf(t, hits)
		broken := blocks[2]
		without := slices.Concat(blocks[:2], blocks[3:])
		info := store.SiteInfo{Domain: "a.org", Zone: time.UTC}
		want, err := report.RunAll(context.Background(), site{info: info, snap: store.NewSnapshot(without, dicts, visitors)}, questions())
		if err != nil {
			t.Fatal(err)
		}
		snap := store.NewSnapshot(blocks, dicts, visitors)
		broken.Cols[c] = broken.Cols[c][1:]
		got, err := report.RunAll(context.Background(), site{info: info, snap: snap}, questions())
		if err != nil {
			t.Fatalf("%v: %v", c, err)
		}
		day := time.Unix(int64(broken.Date)*86400, 0).UTC()
		for i := range got {
			if last := i == len(got)-1; last && got[i].Damaged != nil {
				t.Errorf("%v: a period without the damaged day is marked", c)
			} else if !last && !slices.Equal(got[i].Damaged, []time.Time{day}) {
				t.Errorf("%v, question %d: marked are %v, want %v", c, i, got[i].Damaged, day)
			}
			if !reflect.DeepEqual(got[i].Rows, want[i].Rows) || !reflect.DeepEqual(got[i].Totals, want[i].Totals) {
				t.Errorf("%v, question %d: %v, without the day %v", c, i, got[i].Totals, want[i].Totals)
			}
		}
		text, err := got[0].JSON()
		if err != nil || !strings.Contains(string(text), `"damaged":["`+day.Format(time.DateOnly)+`"]`) {
			t.Errorf("the answer does not name the day: %s, %v", text, err)
		}
	}
}
