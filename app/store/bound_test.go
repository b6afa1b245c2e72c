package store

import "testing"

// However a day's hits are spread over visits, page views and events: no block has many more than maxPartViews of any, and
// what is sealed at once makes one block.
func TestBlocksAreBoundedByAllThatTheyHold(t *testing.T) {
	const hits = 3 * maxPartViews
	for _, c := range []struct {
		of    string
		kind  Kind
		every int // hits of a visit
	}{
		{"visits with one page view", Pageview, 1},
		{"visits with one event", Event, 1},
		{"visits with two events", Event, 2},
		{"few visits with many events", Event, maxSealViews / 3},
		{"one visit with all", Event, hits},
	} {
		var rows rowList
		for i := range hits {
			rows.add(&row{kind: c.kind, visit: int64(i / c.every), visitor: uint64(i / c.every), time: int64(i / 8), view: uint64(i)})
		}
		number := func(r *row) uint32 { return uint32(r.visitor) }
		bound := func(most int, b *Block) {
			t.Helper()
			if info := b.info(); info.size() > max(most, c.every) {
				t.Errorf("%s: a block has %d visits, %d page views, %d events", c.of, info.Visits, info.Views, info.Events)
			}
		}
		held := 0
		for _, b := range fold(0, rows, number) {
			bound(maxPartViews, b)
			held += b.Views + b.Events
		}
		if held != hits {
			t.Errorf("%s: %d hits are in blocks, want %d", c.of, held, hits)
		}
		for held = 0; rows.n > 0; {
			var gone rowList
			gone, rows = endedVisits(rows, dayIsOver)
			blocks := fold(0, gone, number)
			if len(blocks) != 1 {
				t.Fatalf("%s: what is sealed at once makes %d blocks, want 1", c.of, len(blocks))
			}
			bound(maxSealViews, blocks[0])
			held += blocks[0].Views + blocks[0].Events
		}
		if held != hits {
			t.Errorf("%s: %d hits are sealed, want %d", c.of, held, hits)
		}
	}
}
