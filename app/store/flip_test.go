package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// everything is what a site says, by UTC day: all of its visits, page views and events with their texts. Days that are known to be
// damaged are nil.
type everything map[int32][]string

// readAll reads everything a site has, as a question would.
func readAll(site *Site) (everything, error) {
	snap, err := site.Snapshot(context.Background())
	if err != nil {
		return nil, err
	}
	defer snap.Close()
	all := everything{}
	damaged := map[int32]bool{}
	renumbered := false
	for _, d := range snap.Lost() {
		damaged[d.Day] = true
		renumbered = renumbered || d.Column == lostVisitors
	}
	for i, info := range snap.Blocks() {
		var b Block
		if err := snap.Load(i, AllColumns, &b); err != nil {
			if snap.Damaged(i) == nil {
				return nil, err
			}
			damaged[info.Date] = true
			continue
		}
		for c := range EventAmount {
			for at, v := range b.Cols[c] {
				if renumbered && c == VisitVisitor { // who comes back is new; questions about that day and this are marked
					v = 0
				}
				text := fmt.Sprint(v)
				if dim, ok := dimOf[c]; ok {
					if text = "no text"; int(v) < len(snap.Dict(dim)) {
						text = snap.Dict(dim)[v]
					}
				}
				all[b.Date] = append(all[b.Date], fmt.Sprintf("%v %d: %s", c, at, text))
			}
		}
		for _, amount := range b.Amounts {
			all[b.Date] = append(all[b.Date], fmt.Sprint(amount))
		}
	}
	for day := range damaged {
		all[day] = nil
	}
	return all, nil
}

var dimOf = map[Column]Dim{VisitOrigin: Origins, VisitPlace: Places, VisitAgent: Agents, VisitLanguage: Languages, VisitScreen: Screens,
	ViewPage: Pages, EventName: Events, EventPage: Pages, EventProps: Props, EventCurrency: Currencies}

// lies returns what a damaged site tells that isn't so; "" when all it tells is true or said to be damaged.
func lies(is, was everything) string {
	for day, lines := range was {
		if got, there := is[day]; !there {
			return fmt.Sprintf("day %d is missing and not marked", day)
		} else if got == nil {
			continue
		}
		if len(is[day]) != len(lines) {
			return fmt.Sprintf("day %d has %d values, not %d", day, len(is[day]), len(lines))
		}
		for i, line := range lines {
			got := is[day][i]
			if strings.HasPrefix(line, VisitVisitor.String()) && strings.HasSuffix(got, ": 0") {
				continue
			}
			if got != line && !strings.Contains(got, DamagedValue) {
				return fmt.Sprintf("day %d says %q, not %q", day, got, line)
			}
		}
	}
	for day := range is {
		if _, there := was[day]; !there && is[day] != nil {
			return fmt.Sprintf("there is a day %d", day)
		}
	}
	return ""
}

// TestNoFlippedBitAndNoCutIsTakenForTruth flips single bits of a site's file, and cuts it, and asks for everything:
// what is given out is what was written, or there is an error or a mark.
func TestNoFlippedBitAndNoCutIsTakenForTruth(t *testing.T) {
	flips, cuts := 300, 100
	if testing.Short() {
		flips, cuts = 30, 10
	}
	dir := t.TempDir()
	s, site := newSite(t, dir)
	r := rand.New(rand.NewPCG(7, 7))
	importHits(t, site, sealedHits(r, 5, 40))
	today := time.Now().Unix() / daySeconds * daySeconds
	hot := someHits(r, 30, today)
	if err := site.Append(context.Background(), hot); err != nil {
		t.Fatal(err)
	}
	was, err := readAll(site)
	if err != nil || len(was) != 6 {
		t.Fatalf("%d days, %v", len(was), err)
	}
	id, path := site.id, site.path
	if err := s.closeSite(id); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	refused, marked, same := 0, 0, 0
	try := func(what string, broken []byte) {
		if err := s.removeFiles(id); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, done := context.WithCancel(context.Background())
		site, err := s.Site(ctx, id)
		if err == nil {
			var is everything
			if err = site.verifyVisitors(ctx); err == nil { // the nightly round does it
				is, err = readAll(site)
			}
			if err == nil {
				if lie := lies(is, was); lie != "" {
					t.Errorf("%s: %s", what, lie)
				}
				if fmt.Sprint(is) == fmt.Sprint(was) {
					same++
				} else {
					marked++
				}
			}
			done()
			s.closeSite(id) // it may fail, as the file is damaged
		}
		done()
		if err != nil {
			refused++
		}
	}
	for range flips {
		broken := slices.Clone(data)
		at, bit := r.IntN(len(data)), r.IntN(8)
		for data[at] == 0 && r.IntN(8) > 0 { // most of a small file is free
			at = r.IntN(len(data))
		}
		broken[at] ^= 1 << bit
		try(fmt.Sprintf("bit %d of byte %d (page %d, byte %d)", bit, at, at/4096+1, at%4096), broken)
	}
	t.Logf("of %d flips in %d bytes %d were refused, %d marked, %d harmless", flips, len(data), refused, marked, same)
	same, refused = 0, 0
	for i := range cuts {
		try(fmt.Sprintf("cut to %d", i*len(data)/cuts), data[:i*len(data)/cuts])
	}
	if refused < cuts*9/10 { // a cut within the last page may miss what is used of it
		t.Errorf("only %d of %d cuts were noticed at opening", refused, cuts)
	}
}
