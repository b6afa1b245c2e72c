package privacy

import (
	"testing"
	"testing/synctest"
	"time"

	"sandprint/app/store"
)

// After a change from cookies to none the numbers of the visitors are still there, until the day that the facts name, also once their day is sealed; then
// they are gone, and nothing is said of them any more. Visitors without a cookie leave none.
func TestNumbersOutliveTheChangeOfMode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2027, 1, 29, 12, 0, 0, 0, time.UTC)))
		_, s, info := fixture(t)
		p, ctx := service(t, s), t.Context()
		facts := func() Facts {
			t.Helper()
			f, err := p.Facts(ctx, info, Instance{})
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		if f := facts(); f.Former != "" || !f.Recognises() {
			t.Errorf("with cookies: %q", f.Former)
		}
		info.Mode, info.Settings.Retention.Keys = "cookieless", 1
		if err := s.UpdateSite(ctx, info); err != nil {
			t.Fatal(err)
		}
		site, err := s.Site(ctx, info.ID)
		if err != nil {
			t.Fatal(err)
		}
		if f := facts(); f.Former != "2027-03-03" || !f.Recognises() { // 29 and 30 January have no day in February
			t.Fatalf("after the change: %q", f.Former)
		}
		for night := range 40 {
			time.Sleep(24 * time.Hour)
			now := time.Now().Unix()
			hit := store.Hit{Kind: store.Pageview, View: "viewwithnocookie", Time: now, Start: now, Visit: site.NextVisit(), Visitor: uint64(night) + 100, Page: store.Page{Host: "shop.example", Path: "/"}}
			if err := site.Append(ctx, []store.Hit{hit}); err != nil {
				t.Fatal(err)
			}
			if err := s.Maintain(ctx, store.Round{Free: room}, func(store.Step) {}); err != nil {
				t.Fatal(err)
			}
			r, err := p.Show(ctx, Order{Site: info, Keys: []uint64{7}})
			if err != nil {
				t.Fatal(err)
			}
			switch f := facts(); {
			case f.Former != "" && (f.Former != "2027-03-03" || time.Now().Format(time.DateOnly) > f.Former):
				t.Fatalf("on %s: %q", time.Now().Format(time.DateOnly), f.Former)
			case (f.Former != "") != (r.Visits > 0):
				t.Fatalf("on %s the facts say %q, and %d visits are found", time.Now().Format(time.DateOnly), f.Former, r.Visits)
			}
		}
		if f := facts(); f.Former != "" || f.Recognises() {
			t.Errorf("in the end: %q", f.Former)
		}
	})
}
