package collect

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// line makes a line of a file, as wire makes a hit.
func line(change map[string]any) []byte {
	all := map[string]any{"s": nil, "ts": "2026-01-31T12:00:00Z", "visitor": "one"}
	for k, v := range change {
		all[k] = v
	}
	return []byte(wire(all))
}

func TestImporterReadsLines(t *testing.T) {
	im := NewImporter(store.SiteInfo{ID: "x", Settings: store.SiteSettings{Excluded: []string{"/internal/**"}, QueryKeys: []string{"id"}}})
	for _, row := range []struct {
		why     string
		line    []byte
		counted bool
		field   string
	}{
		{"a page view", line(nil), true, ""},
		{"any host: the file's owner knows", line(map[string]any{"u": "https://elsewhere.example/"}), true, ""},
		{"a bot's too", line(map[string]any{"ua": "Googlebot"}), true, ""},
		{"an excluded page", line(map[string]any{"u": "https://example.com/internal/a"}), false, ""},
		{"an engagement needs no page of its own", line(map[string]any{"n": "engage", "u": nil, "s": "example.com"}), true, ""},
		{"blanks around", []byte(" \t" + string(line(nil)) + "\r"), true, ""},
		{"no time", line(map[string]any{"ts": nil}), false, "ts"},
		{"not a time", line(map[string]any{"ts": "yesterday"}), false, "ts"},
		{"a time in the future", line(map[string]any{"ts": "2999-01-01T00:00:00Z"}), false, "ts"},
		{"a time before 1970", line(map[string]any{"ts": "1969-12-31T23:59:59Z"}), false, "ts"},
		{"no visitor", line(map[string]any{"visitor": nil}), false, "visitor"},
		{"a country's name", line(map[string]any{"cc": "Germany"}), false, "cc"},
		{"a country in small letters", line(map[string]any{"cc": "de"}), false, "cc"},
		{"no page", line(map[string]any{"u": nil}), false, "u"},
		{"no web page", line(map[string]any{"u": "mailto:me"}), false, "u"},
		{"a decision", line(map[string]any{"n": ":optout", "v": aged(0)}), false, "n"},
		{"an array", []byte("[]"), false, "-"},
		{"half a line", line(nil)[:20], false, "-"},
		{"nothing", nil, false, "-"},
	} {
		_, counted, err := im.Hit(row.line)
		field := ""
		if err != nil {
			bad, ok := err.(*problem.Error)
			if !ok {
				t.Fatalf("%s: %T", row.why, err)
			}
			if field = bad.Field; field == "" {
				field = "-"
			}
		}
		if counted != row.counted || field != row.field {
			t.Errorf("%s: counted %v, field %q (%v); want %v, %q", row.why, counted, field, err, row.counted, row.field)
		}
	}
}

func TestImporterMakesVisits(t *testing.T) {
	im := NewImporter(store.SiteInfo{ID: "x"})
	var hits []store.Hit
	for _, l := range []map[string]any{
		{"ts": "2026-01-31T23:50:00Z", "ua": chrome, "cc": "DE"},
		{"ts": "2026-02-01T01:10:00+01:00"},                // 00:10 UTC: midnight does not split
		{"ts": "2026-02-01T00:15:00Z", "visitor": "two"},   // another visitor
		{"ts": "2026-02-01T00:35:00Z", "n": "engage"},      // keeps the first visit alive
		{"ts": "2026-02-01T01:00:00Z", "n": "Buy", "q": 1}, // still the first
		{"ts": "2026-02-01T03:00:00Z"},                     // a second one, of a visitor who is known
		{"ts": "2026-02-01T04:00:00Z", "n": "engage"},      // belongs to no visit that goes on
		{"ts": "2026-02-02T03:00:00Z", "visitor": "two"},   // known too
		{"ts": "2026-02-02T03:00:00Z", "visitor": "three", "r": "https://semalt.com/"},
	} {
		hit, counted, err := im.Hit(line(l))
		if err != nil || !counted {
			t.Fatal(err)
		}
		hits = append(hits, hit)
	}
	im.Assign(hits[:4])
	im.Assign(hits[4:])
	var got []string
	for _, h := range hits {
		got = append(got, fmt.Sprint(h.Visit))
	}
	if all := strings.Join(got, " "); all != "1 1 2 1 1 3 0 4 5" {
		t.Errorf("visits: %s", all)
	}
	if h := hits[0]; h.Agent.Browser != "Chrome" || h.Place.Country != "DE" || !h.Lasting || h.Origin.Channel != "Direct" {
		t.Errorf("%+v", h)
	}
	if h := hits[8]; h.Origin.Channel != "Direct" {
		t.Errorf("a spammer's referrer: %+v", h.Origin)
	}
	again := NewImporter(store.SiteInfo{ID: "x"})
	if h, _, _ := again.Hit(line(nil)); h.Visitor != hits[0].Visitor {
		t.Error("the same visitor has another number in the next import")
	}
	other := NewImporter(store.SiteInfo{ID: "y"})
	if h, _, _ := other.Hit(line(nil)); h.Visitor == hits[0].Visitor {
		t.Error("a visitor has the same number at another site")
	}
}

func FuzzImporter(f *testing.F) {
	f.Add(line(map[string]any{"ua": chrome, "cc": "DE", "r": "https://www.google.com/"}))
	f.Add([]byte(`{"ts":"2026-01-31T12:00:00.5+01:00","visitor":"\u0000","n":"engage","i":"abcdefghi","s":"x"}`))
	im := NewImporter(store.SiteInfo{ID: "x", Settings: store.SiteSettings{Excluded: []string{"/a*/**"}}})
	f.Fuzz(func(t *testing.T, text []byte) {
		hit, counted, err := im.Hit(text)
		if err == nil && counted && (hit.Time < 0 || hit.Kind == 0 || hit.View == "" || !json.Valid(text)) {
			t.Errorf("taken: %+v", hit)
		}
	})
}

func BenchmarkImporter(b *testing.B) {
	im := NewImporter(store.SiteInfo{ID: "x"})
	text := line(map[string]any{"ua": chrome, "cc": "DE", "r": "https://www.google.com/", "t": "A page about something", "l": "de-DE", "w": 1200})
	for b.Loop() {
		if _, _, err := im.Hit(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseHits(b *testing.B) {
	body := []byte(wire(map[string]any{"r": "https://www.google.com/", "t": "A page about something", "l": "de-DE", "w": 1200, "v": aged(1)}))
	for b.Loop() {
		if _, err := parseHits(string(body)); err != nil {
			b.Fatal(err)
		}
	}
}
