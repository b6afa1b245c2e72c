package account_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sandprint/app/account"
)

// Who may see, use and change which segment.
func TestSegments(t *testing.T) {
	s, _ := open(t, t.TempDir())
	ctx := t.Context()
	owner := addUser(t, s, "owner@a.example", "A", account.Owner)
	editor := addUser(t, s, "editor@a.example", "A", account.Editor)
	viewer := addUser(t, s, "viewer@a.example", "A", account.Viewer)
	stranger := addUser(t, s, "b@b.example", "B", account.Owner)
	addSite(t, s, owner, "a.example")
	addSite(t, s, owner, "other.example")
	addSite(t, s, stranger, "b.example")
	secret, _, err := s.AddToken(ctx, viewer, account.NewToken{Scope: account.Read})
	ok(t, err)
	reads := must(s.WhoByToken(ctx, secret))(t)

	filters := []string{"country:is:DE", `page:matches:/a\,b/**`}
	add := func(who account.Who, name string, shared bool) (account.Segment, error) {
		return s.AddSegment(ctx, who, "a.example", account.Segment{Name: name, Filters: filters, Shared: shared})
	}
	sites := must(add(editor, " Germany ", true))(t)
	mine := must(add(viewer, "Germany", false))(t)
	if !sites.Shared || mine.Shared || sites.Name != "Germany" || !slices.Equal(mine.Filters, filters) {
		t.Errorf("saved are %+v and %+v", sites, mine)
	}
	names := func(who account.Who) (list []string) {
		for _, g := range must(s.Segments(ctx, who, "a.example"))(t) {
			list = append(list, fmt.Sprint(g.Name, " ", g.ID, " ", g.Shared, " ", g.CanChange))
		}
		return list
	}
	for _, c := range []struct {
		who  account.Who
		want string
		why  string
	}{
		{viewer, fmt.Sprintf("Germany %d true false, Germany %d false true", sites.ID, mine.ID), "a viewer has their own beside the site's"},
		{reads, fmt.Sprintf("Germany %d true false, Germany %d false false", sites.ID, mine.ID), "a reading token sees what its user sees"},
		{owner, fmt.Sprintf("Germany %d true true", sites.ID), "nobody sees a viewer's own, not even the owner"},
	} {
		if got := strings.Join(names(c.who), ", "); got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}

	name, yes, no := "Elsewhere", true, false
	for why, err := range map[string]error{
		"forbidden: a viewer makes none for the site":   second(add(viewer, "X", true)),
		"forbidden: nor shares one":                     second(s.ChangeSegment(ctx, viewer, "a.example", mine.ID, account.SegmentChange{Shared: &yes})),
		"forbidden: nor renames the site's":             second(s.ChangeSegment(ctx, viewer, "a.example", sites.ID, account.SegmentChange{Name: &name})),
		"forbidden: nor takes it":                       second(s.ChangeSegment(ctx, viewer, "a.example", sites.ID, account.SegmentChange{Shared: &no})),
		"forbidden: nor removes it":                     s.RemoveSegment(ctx, viewer, "a.example", sites.ID),
		"forbidden: a reading token makes none":         second(add(reads, "X", false)),
		"no_segment: somebody else's":                   s.RemoveSegment(ctx, owner, "a.example", mine.ID),
		"no_segment: of another site":                   s.RemoveSegment(ctx, owner, "other.example", sites.ID),
		"no_segment: never there":                       s.RemoveSegment(ctx, owner, "a.example", 999),
		"name_taken: letter case aside":                 second(add(owner, "GERMANY", true)),
		"empty: no name":                                second(add(owner, "  ", true)),
		"too_long: a novel":                             second(add(owner, strings.Repeat("x", 61), true)),
		"bad_text: a line break":                        second(add(owner, "a\nb", true)),
		"empty: no filters":                             second(s.AddSegment(ctx, owner, "a.example", account.Segment{Name: "X"})),
		"not_found: a stranger":                         second(s.Segments(ctx, stranger, "a.example")),
		"not_found: a stranger, who knows the number":   s.RemoveSegment(ctx, stranger, "a.example", sites.ID),
		"no_segment: a stranger at home, by the number": s.RemoveSegment(ctx, stranger, "b.example", sites.ID),
	} {
		code, _, _ := strings.Cut(why, ":")
		t.Run(why, func(t *testing.T) { refused(t, err, code) })
	}

	changed := must(s.ChangeSegment(ctx, editor, "a.example", sites.ID, account.SegmentChange{Name: &name, Filters: []string{"device:is:phone"}}))(t)
	if changed.Name != name || !changed.Shared || changed.Filters[0] != "device:is:phone" {
		t.Errorf("changed is %+v", changed)
	}
	ok(t, s.RemoveUser(ctx, account.Local(), "viewer@a.example"))
	if got := names(owner); len(got) != 1 {
		t.Errorf("after the viewer: %v", got)
	}
	ok(t, s.RemoveSite(ctx, owner, "a.example"))
	addSite(t, s, owner, "a.example")
	if got := names(editor); len(got) != 0 {
		t.Errorf("a new site of the old name has %v", got)
	}
}

func second[T any](_ T, err error) error { return err }

func TestSegmentsAreNotEndless(t *testing.T) {
	s, _ := open(t, t.TempDir())
	who := addUser(t, s, "owner@a.example", "A", account.Owner)
	addSite(t, s, who, "a.example")
	for i := range 101 {
		_, err := s.AddSegment(t.Context(), who, "a.example", account.Segment{Name: fmt.Sprint(i), Filters: []string{"page:is:/"}})
		if i < 100 {
			ok(t, err)
		} else {
			refused(t, err, "too_many")
		}
	}
}
