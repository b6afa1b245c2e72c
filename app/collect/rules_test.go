package collect

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"sandprint/app/enrich"
	"sandprint/app/store"
)

// Pages of a group are one page, with one name and no title of its own. The rule looks at what scrubbing left.
func TestGroupsOfPages(t *testing.T) {
	p := open(t, func(_ *Options, info *store.SiteInfo) {
		info.Settings = store.SiteSettings{Groups: []string{"/shop/*/reviews", "/shop/**", "/users/:user", "/a.b/*", "/mug/*", "/cup/"}, QueryKeys: []string{"q"}}
	})
	for i, row := range []struct{ path, why, want string }{
		{"/shop/kettle?q=1", "a pattern over levels, and its query", "/shop/**|"},
		{"/shop/kettle/reviews", "the first that fits, not the last", "/shop/*/reviews|"},
		{"/shop", "a pattern wants its slash", "/shop|Title"},
		{"/users/jane.roe?q=1", "what scrubbing made of it", "/users/:user|"},
		{"/mug/red/", "a slash at the end makes no difference", "/mug/*|"},
		{"/cup", "nor does one at the pattern's end", "/cup/|"},
		{"/cup/red", "but it is no pattern of what is under it", "/cup/red|Title"},
		{"/axb/c", "a dot is a dot", "/axb/c|Title"},
		{"/news/a?q=1", "no group: with its query", "/news/a?q=1|Title"},
		{"/members/jane-roe", "the path named somebody, so may the title", "/members/:user|"},
		{"/news/jane@roe.example/x", "by an address", "/news/:email/x|"},
	} {
		view := fmt.Sprintf("groupview%03d", i)
		p.send(wire(map[string]any{"i": view, "u": "https://example.com" + row.path, "t": "Title"}))
		pages := p.column(store.ViewPage, store.Pages)
		if got := pages[len(pages)-1]; got != "example.com|"+row.want {
			t.Errorf("%s: %s", row.why, got)
		}
	}
}

// Of a place only the country is kept where the owner wants no more of it.
func TestOfPlacesTheCountryOnly(t *testing.T) {
	for only, want := range map[bool]string{false: "[DE|DE-BY|Munich]", true: "[DE||]"} {
		p := open(t, func(o *Options, info *store.SiteInfo) {
			var err error
			if o.Geo, err = enrich.OpenGeo(nil, "../enrich/testdata/city.mmdb"); err != nil {
				t.Fatal(err)
			}
			info.Settings.CountryOnly = only
		})
		p.send(wire(nil), "X-Forwarded-For: 81.2.69.142")
		if got := fmt.Sprint(p.column(store.VisitPlace, store.Places)); got != want {
			t.Errorf("country only %v: %s is kept", only, got)
		}
	}
}

// Excluded pages are excluded with a slash at their end and without, at the door as in the tracker.
func TestExclusionsAndSlashes(t *testing.T) {
	settings := store.SiteSettings{Excluded: []string{"/basket", "/mug/*", "/cup/"}}
	tracker := regexp.MustCompile(strings.NewReplacer(`\u002f`, `/`, `\/`, `/`).Replace(refused(settings)))
	p := open(t, func(_ *Options, info *store.SiteInfo) { info.Settings = settings })
	excluded := int64(0)
	for i, row := range []struct {
		path string
		want bool
	}{{"/basket", true}, {"/basket/", true}, {"/basket/2", false}, {"/baskets", false}, {"/mug/red", true}, {"/mug/red/", true}, {"/mug/", true}, {"/mug/red/big", false}, {"/mug", false}, {"/cup", true},
		{"/cup/", true}, {"/cup//", false}, {"/", false}} {
		p.send(wire(map[string]any{"i": fmt.Sprintf("slashview%03d", i), "u": "https://example.com" + row.path}))
		if row.want {
			excluded++
		}
		views := i + 1 - int(excluded)
		p.expect(min(views, 1), views, 0, map[string]int64{"excluded page": excluded})
		if tracker.MatchString("example.com"+row.path) != row.want {
			t.Errorf("the tracker leaves %s out: %v", row.path, !row.want)
		}
	}
}

// What comes from an excluded network or country is not counted, but what a visitor there decides holds.
func TestExclusionsByWhere(t *testing.T) {
	const german, french = "X-Forwarded-For: 85.214.132.117", "X-Forwarded-For: 212.27.48.10"
	erased := 0
	p := open(t, func(o *Options, info *store.SiteInfo) {
		o.Erase = func(_ context.Context, _ store.SiteInfo, visitors ...uint64) error {
			erased += len(visitors)
			return nil
		}
		info.Settings = store.SiteSettings{ExcludedCountries: []string{"DE"}, ExcludedNetworks: []string{"203.0.113.0/24", "2001:db8:85a3::/48"}}
	})
	p.send(wire(map[string]any{"i": "francefrance"}), french)
	p.expect(1, 1, 0, map[string]int64{})
	p.send(wire(nil), german)
	p.send(wire(map[string]any{"n": "engage", "q": 1, "e": 5000}), german)
	p.send(wire(map[string]any{"n": "Buy", "q": 2}), german)
	p.send(wire(nil)) // from home
	p.send(wire(nil), "X-Forwarded-For: 2001:db8:85a3:8d3::7")
	p.send(wire(map[string]any{"n": ":optout", "v": aged(1)}))
	p.expect(1, 1, 0, map[string]int64{"excluded country": 2, "excluded network": 2, "opted out": 1})
	if erased != 1 {
		t.Errorf("%d visitors were erased, of one that asked from an excluded network", erased)
	}
	info := p.info
	info.Settings = store.SiteSettings{} // an owner changes the rules: they hold from the next hit on
	p.must(p.store.UpdateSite(t.Context(), info))
	p.send(wire(map[string]any{"i": "laterlaterlater"}))
	p.expect(2, 2, 0, map[string]int64{"excluded country": 2, "excluded network": 2, "opted out": 1})
}
