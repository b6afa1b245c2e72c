package store

import "testing"

// A visit that was counted without a cookie is the visitor's whom a later hit of it names, also if that is an engagement; an engagement of
// somebody else's page view, or of no visit, changes nothing.
func TestAVisitIsWhosConsentedInIt(t *testing.T) {
	const day, guest, anna, bert = 20_000, 1, 2, 3
	at := int64(day*daySeconds + 3600)
	view := func(visit int64, id string, visitor uint64, lasting bool, of VisitorType) Hit {
		return Hit{Kind: Pageview, Time: at, Start: at, Visit: visit, View: id, Visitor: visitor, Lasting: lasting, Type: of, Page: Page{Host: "a.org", Path: "/"}}
	}
	engage := func(visit int64, id string, visitor uint64, lasting bool, of VisitorType) Hit {
		h := view(visit, id, visitor, lasting, of)
		h.Kind, h.Engaged, h.Seq = Engage, 1000, 1
		return h
	}
	for _, row := range []struct {
		why      string
		hits     []Hit
		visitors int
		of       VisitorType
	}{
		{"nobody consents", []Hit{view(1, "v1", guest, false, UnknownVisitor), view(1, "v2", guest, false, UnknownVisitor)}, 1, UnknownVisitor},
		{"consent before the second page", []Hit{view(1, "v1", guest, false, UnknownVisitor), view(1, "v2", anna, true, NewVisitor)}, 1, NewVisitor},
		{"consent on the only page", []Hit{view(1, "v1", guest, false, UnknownVisitor), engage(1, "v1", anna, true, NewVisitor)}, 1, NewVisitor},
		{"and on another visit of hers", []Hit{view(1, "v1", guest, false, UnknownVisitor), engage(1, "v1", anna, true, NewVisitor), view(2, "v3", anna, true, ReturningVisitor)}, 1, NewVisitor},
		{"a second cookie in a visit", []Hit{view(1, "v1", anna, true, NewVisitor), engage(1, "v1", bert, true, NewVisitor)}, 1, NewVisitor},
		{"an engagement of no visit", []Hit{view(1, "v1", guest, false, UnknownVisitor), engage(0, "v1", bert, true, UnknownVisitor)}, 1, UnknownVisitor},
	} {
		snap := SnapshotOf(row.hits)
		var b Block
		if err := snap.Load(0, AllColumns, &b); err != nil {
			t.Fatal(err)
		}
		seen := map[uint32]bool{}
		for _, n := range b.Cols[VisitVisitor] {
			seen[n] = true
		}
		if len(seen) != row.visitors || VisitorType(b.Cols[VisitType][0]) != row.of {
			t.Errorf("%s: %d visitors, type %d", row.why, len(seen), b.Cols[VisitType][0])
		}
	}
}
