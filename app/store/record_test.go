package store

import (
	"encoding/json"
	"reflect"
	"testing"
	"testing/synctest"
	"time"
)

// A visitor's record has all that was sent of him and nothing of others, while the day is hot and once it is sealed.
func TestTheRecordHasAllThatWasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(at("2026-12-01T10:00:00Z")))
		s, site := newSite(t, t.TempDir())
		defer s.Close()
		ctx, start := t.Context(), time.Now().Unix()
		mine := Hit{Kind: Pageview, Time: start, Start: start, View: "viewofmine001", Visitor: 7, Lasting: true, Visit: 1, Type: NewVisitor,
			Page:   Page{"example.com", "/kettles", "Kettles"},
			Origin: Origin{"Letter", "Email", "letter.example/1", "letter", "mail", "winter", "top", "kettle"},
			Place:  Place{"DE", "DE-BE", "Berlin"}, Agent: Agent{"Firefox", "145", "Android", "16", "phone", "Pixel"}, Language: "de-AT", Screen: "361-390"}
		with := func(h Hit, change func(*Hit)) Hit { change(&h); return h }
		all := []Hit{
			mine,
			with(mine, func(h *Hit) {
				h.Kind, h.Time, h.Seq, h.Engaged, h.Scroll = Engage, start+20, 1, 12340, 80
				h.Page, h.Origin, h.Place, h.Agent, h.Language, h.Screen = Page{}, Origin{}, Place{}, Agent{}, "", ""
			}),
			with(mine, func(h *Hit) {
				h.Kind, h.Time, h.Seq, h.Name, h.Props, h.Amount, h.Currency = Event, start+25, 2, "Purchase", `{"colour":"blue","size":"L"}`, 1999, "EUR"
			}),
			with(mine, func(h *Hit) { // from a train that has crossed a border
				h.Time, h.View, h.Page, h.Place = start+60, "viewofmine002", Page{"example.com", "/thanks", "Thank you"}, Place{Country: "AT"}
			}),
			with(mine, func(h *Hit) {
				h.Kind, h.Time, h.Seq, h.Name, h.Props = Event, start+61, 3, "Search", `{"term":"teapot"}`
			}),
			with(mine, func(h *Hit) {
				h.Visitor, h.Visit, h.View = 8, 2, "viewofothers1"
				h.Page, h.Origin.UTMCampaign, h.Agent.Model, h.Place.City, h.Language = Page{"example.com", "/other", "Other"}, "other", "Other", "Other", "fr"
			}),
			with(mine, func(h *Hit) {
				h.Kind, h.Visitor, h.Visit, h.View, h.Seq, h.Name, h.Props, h.Currency = Event, 8, 2, "viewofothers1", 2, "Other", `{"other":"other"}`, "USD"
			}),
		}
		if err := site.Append(ctx, all); err != nil {
			t.Fatal(err)
		}
		began := time.Unix(start, 0).UTC()
		after := func(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }
		want := VisitorRecord{Visits: 1, Views: 2, Events: 2, Also: []string{"AT"}, Kept: []VisitorVisit{{
			Began: began, Seconds: 61, Visitor: "new",
			Source: "Letter", Channel: "Email", Referrer: "letter.example/1", UTMSource: "letter", UTMMedium: "mail", UTMCampaign: "winter", UTMContent: "top", UTMTerm: "kettle",
			Country: "DE", Region: "DE-BE", City: "Berlin", Browser: "Firefox", BrowserVersion: "145", OS: "Android", OSVersion: "16", Device: "phone", Model: "Pixel", Language: "de-AT", Screen: "361-390",
			Views: []VisitorView{{after(0), "example.com", "/kettles", "Kettles", 12.3, 80}, {after(60), "example.com", "/thanks", "Thank you", 0, 0}},
			Events: []VisitorEvent{{after(25), "Purchase", "example.com", "/kettles", "Kettles", map[string]string{"colour": "blue", "size": "L"}, 1999, "EUR"},
				{after(61), "Search", "example.com", "/kettles", "Kettles", map[string]string{"term": "teapot"}, 0, ""}},
		}}}
		check := func(when string) {
			t.Helper()
			got, err := site.Visitor(ctx, 7)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				is, _ := json.MarshalIndent(got, "", " ")
				should, _ := json.MarshalIndent(want, "", " ")
				t.Errorf("%s:\n%s\nwant\n%s", when, is, should)
			}
			if nobody, err := site.Visitor(ctx, 9); err != nil || nobody.Visits != 0 || len(nobody.Kept) != 0 || len(nobody.Also) != 0 {
				t.Errorf("%s: of nobody: %+v, %v", when, nobody, err)
			}
		}
		check("hot")
		time.Sleep(26 * time.Hour)
		if days, err := site.Seal(ctx); days != 1 || err != nil {
			t.Fatal(days, err)
		}
		want.Also = nil // that went with the row
		check("sealed")
	})
}

// Every field of a hit is in the record, or said here to be none of a visitor's.
func TestTheRecordForgetsNoField(t *testing.T) {
	joins := map[string]bool{"View": true, "Seq": true, "Visitor": true, "Lasting": true, "Visit": true}
	told := map[string]string{"Kind": "", "Time": "At", "Start": "Began", "Type": "Visitor", "Page": "Path", "Origin": "Source", "Place": "Country", "Agent": "Browser", "Language": "Language",
		"Screen": "Screen", "Engaged": "Seconds", "Scroll": "Scroll", "Name": "Name", "Props": "Props", "Amount": "Amount", "Currency": "Currency"}
	there := map[string]bool{"": true}
	for _, kind := range []reflect.Type{reflect.TypeFor[VisitorVisit](), reflect.TypeFor[VisitorView](), reflect.TypeFor[VisitorEvent]()} {
		for f := range kind.Fields() {
			there[f.Name] = true
		}
	}
	for f := range reflect.TypeFor[Hit]().Fields() {
		if as, is := told[f.Name]; !joins[f.Name] && (!is || !there[as]) {
			t.Errorf("a visitor isn't shown what is kept as %s", f.Name)
		}
	}
	for _, part := range []reflect.Type{reflect.TypeFor[Page](), reflect.TypeFor[Origin](), reflect.TypeFor[Place](), reflect.TypeFor[Agent]()} {
		for f := range part.Fields() {
			if !there[f.Name] {
				t.Errorf("a visitor isn't shown the %s of a %s", f.Name, part.Name())
			}
		}
	}
}
