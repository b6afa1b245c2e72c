package collect

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestBadHitsNameTheField(t *testing.T) {
	p := open(t, nil)
	long := strings.Repeat("x", 121)
	many := map[string]any{}
	for i := range 31 {
		many[strings.Repeat("k", i+1)] = 1
	}
	for _, row := range []struct{ why, body, field string }{
		{"no JSON", `{"s":`, "body"},
		{"nothing", ``, "body"},
		{"more than one value", `{} {}`, "body"},
		{"a text", `"pageview"`, "body"},
		{"no hits", `[]`, "body"},
		{"33 hits", "[" + strings.Repeat(wire(nil)+",", 32) + wire(nil) + "]", "body"},
		{"a number among hits", "[" + wire(nil) + ",1]", "[1]"},
		{"third hit without page", "[" + wire(nil) + "," + wire(nil) + "," + wire(map[string]any{"u": nil}) + "]", "[2].u"},
		{"no name", wire(map[string]any{"n": nil}), "n"},
		{"empty name", wire(map[string]any{"n": ""}), "n"},
		{"name is a number", wire(map[string]any{"n": 1}), "n"},
		{"name too long", wire(map[string]any{"n": long}), "n"},
		{"name with a control character", wire(map[string]any{"n": "a\x00b"}), "n"},
		{"decision that is none", wire(map[string]any{"n": ":other", "v": aged(0)}), "n"},
		{"decision without cookie", wire(map[string]any{"n": ":optout"}), "v"},
		{"no page view id", wire(map[string]any{"i": nil}), "i"},
		{"short page view id", wire(map[string]any{"i": "abc"}), "i"},
		{"capitals in page view id", wire(map[string]any{"i": "ABCDEFGHIJ"}), "i"},
		{"site is a list", wire(map[string]any{"s": []int{}}), "s"},
		{"site too long", wire(map[string]any{"s": strings.Repeat("s", 254)}), "s"},
		{"page with a line break", wire(map[string]any{"u": "https://example.com/\n"}), "u"},
		{"referrer is a truth value", wire(map[string]any{"r": true}), "r"},
		{"title is an object", wire(map[string]any{"t": map[string]any{}}), "t"},
		{"title with a control character", wire(map[string]any{"t": "a\u0007"}), "t"},
		{"title is not UTF-8", `{"s":"example.com","n":"pageview","i":"` + view1 + `","u":"https://example.com/","t":"` + "\xff" + `"}`, "t"},
		{"language too long", wire(map[string]any{"l": long}), "l"},
		{"cookie without a day", wire(map[string]any{"v": cookie}), "v"},
		{"cookie too short", wire(map[string]any{"v": "abc.20000"}), "v"},
		{"unknown kind of navigation", wire(map[string]any{"k": "teleport"}), "k"},
		{"width is text", wire(map[string]any{"w": "1200"}), "w"},
		{"negative width", wire(map[string]any{"w": -1}), "w"},
		{"height beyond all floats", strings.Replace(wire(nil), "{", `{"h":1e999,`, 1), "h"},
		{"sequence number too large", wire(map[string]any{"q": 1e7}), "q"},
		{"engaged for 31 days", wire(map[string]any{"n": "engage", "e": 31 * 24 * 3600 * 1000}), "e"},
		{"depth is a list", wire(map[string]any{"d": []int{}}), "d"},
		{"document height is null's friend", wire(map[string]any{"H": false}), "H"},
		{"properties are a list", wire(map[string]any{"p": []int{}}), "p"},
		{"31 properties", wire(map[string]any{"p": many}), "p"},
		{"property in a property", wire(map[string]any{"p": map[string]any{"a": map[string]any{}}}), "p"},
		{"property too long", wire(map[string]any{"p": map[string]any{"a": strings.Repeat("x", 301)}}), "p"},
		{"property without name", wire(map[string]any{"p": map[string]any{"": 1}}), "p"},
		{"revenue is a number", wire(map[string]any{"$": 5}), "$"},
		{"revenue without currency", wire(map[string]any{"$": map[string]any{"a": 5}}), "$.c"},
		{"currency in small letters", wire(map[string]any{"$": map[string]any{"a": 5, "c": "eur"}}), "$.c"},
		{"half a cent", wire(map[string]any{"$": map[string]any{"a": 0.5, "c": "EUR"}}), "$.a"},
		{"attention is no list", wire(map[string]any{"b": 1}), "b"},
		{"clicks are no list", wire(map[string]any{"c": "x"}), "c"},
	} {
		res := p.ask("POST", "/e", row.body)
		var answer struct {
			Error struct{ Code, Message, Field string }
		}
		text, _ := io.ReadAll(res.Body)
		if err := json.Unmarshal(text, &answer); err != nil || res.StatusCode != http.StatusBadRequest || answer.Error.Field != row.field {
			t.Errorf("%s: %d %s; want 400 and field %q", row.why, res.StatusCode, text, row.field)
		}
		if answer.Error.Code == "" || answer.Error.Message == "" {
			t.Errorf("%s: no code or message: %s", row.why, text)
		}
	}
	p.expect(0, 0, 0, map[string]int64{})
}

func TestRefusals(t *testing.T) {
	p := open(t, nil)
	for _, row := range []struct {
		why, body string
		headers   []string
		status    int
	}{
		{"16 KiB are enough for anybody", `{"x":"` + strings.Repeat("a", maxBody) + `"}`, nil, http.StatusRequestEntityTooLarge},
		{"exactly 16 KiB are not too many, but this is no hit", `"` + strings.Repeat("a", maxBody-2) + `"`, nil, http.StatusBadRequest},
		{"the type that a body says it has does not matter", wire(nil), []string{"Content-Type: application/x-www-form-urlencoded"}, http.StatusAccepted},
		{"what is packed is not unpacked", wire(nil), []string{"Content-Encoding: gzip"}, http.StatusBadRequest},
		{"deep nesting is JSON, and no more", strings.Repeat("[", 8000) + strings.Repeat("]", 8000), nil, http.StatusBadRequest},
		{"JSON, said so", wire(nil), []string{"Content-Type: application/json; charset=utf-8"}, http.StatusAccepted},
		{"nothing said", wire(nil), []string{"Content-Type: "}, http.StatusAccepted},
	} {
		res := p.ask("POST", "/e", row.body, row.headers...)
		if res.StatusCode != row.status {
			t.Errorf("%s: %d, want %d", row.why, res.StatusCode, row.status)
		}
		if res.Header.Get("Access-Control-Allow-Origin") != "*" || res.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: a page of another origin can't read the answer, or can with somebody's authority", row.why)
		}
	}
	if p.log.Len() > 0 {
		t.Errorf("logged: %s", p.log)
	}
}

func TestPreflight(t *testing.T) {
	p := open(t, nil)
	res := p.ask("OPTIONS", "/e", "", "Origin: https://example.com", "Access-Control-Request-Method: POST")
	if res.StatusCode != http.StatusNoContent || res.Header.Get("Access-Control-Allow-Origin") != "*" || res.Header.Get("Access-Control-Allow-Headers") != "Content-Type" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
}

// A body is taken whole or refused whole.
func TestOneBadHitRefusesAll(t *testing.T) {
	p := open(t, nil)
	if res := p.ask("POST", "/e", "["+wire(nil)+","+wire(map[string]any{"i": "x"})+"]"); res.StatusCode != http.StatusBadRequest {
		t.Errorf("%d", res.StatusCode)
	}
	p.expect(0, 0, 0, map[string]int64{})
}

func FuzzParseHits(f *testing.F) {
	f.Add([]byte(wire(map[string]any{"p": map[string]any{"a": "b\u00e9\n"}, "$": map[string]any{"a": 1, "c": "EUR"}, "b": []any{[]int{1, 2}}})))
	f.Add([]byte(` [ {"n":"engage","i":"abcdefghi","s":"x","e":1.5e3 , "q" :2} , {} ] `))
	f.Add([]byte(`{"\u006e":"pageview","i":"\u0061bcdefghi","u":"https://x/\ud800"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		hits, err := parseHits(string(body))
		if err != nil {
			return
		}
		var same []map[string]any
		if json.Unmarshal(body, &same) != nil {
			var one map[string]any
			if err := json.Unmarshal(body, &one); err != nil {
				t.Fatalf("taken, but no JSON: %v", err)
			}
			same = append(same, one)
		}
		if len(same) != len(hits) || len(hits) > maxHits {
			t.Fatalf("%d hits, want %d", len(hits), len(same))
		}
		for i, h := range hits {
			if n := same[i]["n"]; h.name == "" || n != nil && n != h.name { // null after a name leaves it
				t.Errorf("name %q, want %q", h.name, same[i]["n"])
			}
		}
	})
}
