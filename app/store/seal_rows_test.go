package store

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// Rows of other days stay as they were when a day is sealed, whether they are few, and put aside meanwhile, or many.
func TestSealingLeavesOtherRowsAsTheyWere(t *testing.T) {
	for _, c := range []struct {
		why   string
		every int // of so many hits one is of today; 0: none
	}{{"none", 0}, {"few, in several places", 50}, {"many", 3}} {
		_, site := newSite(t, t.TempDir())
		now := time.Now().Unix()
		for i := range int64(400) {
			h := benchHit(i, now-3*daySeconds)
			if c.every > 0 && int(i)%c.every == 0 {
				h = benchHit(i, now)
			}
			h.Visit = site.NextVisit()
			if err := site.Append(t.Context(), []Hit{h}); err != nil {
				t.Fatal(err)
			}
		}
		read := func() []string {
			rows, err := list(t.Context(), site.read, scanOne[string], fmt.Sprintf(`SELECT concat_ws(' ', id, kind, time, start, visit, visitor, lasting, type, view, seq, page,
				origin, place, agent, language, screen, engaged, scroll, name, props, currency, amount, sum) FROM hit WHERE start >= %d ORDER BY id`, now))
			if err != nil {
				t.Fatal(err)
			}
			return rows
		}
		before := read()
		if n, err := site.Seal(t.Context()); n != 1 || err != nil {
			t.Fatal(c.why, n, err)
		}
		if after := read(); !slices.Equal(before, after) || site.hot.count != len(before) {
			t.Errorf("%s: %d rows in memory, %d in the file, were %d", c.why, site.hot.count, len(after), len(before))
		}
		var all int
		if err := site.read.QueryRow("SELECT count(*) FROM hit").Scan(&all); err != nil || all != len(before) {
			t.Errorf("%s: %d rows in the file, %v, want %d", c.why, all, err, len(before))
		}
	}
}
