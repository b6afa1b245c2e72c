package collect

import (
	"maps"
	"testing"
)

// What is scrubbed on arrival is counted by where it stood, each time, seen before or not; what was there already as a placeholder, or
// is cut off for other reasons, is not.
func TestScrubbedIsCounted(t *testing.T) {
	for _, row := range []struct {
		why  string
		hit  map[string]any
		want map[string]int64
	}{
		{"nothing personal", map[string]any{"u": "https://example.com/blog/a-day-out?page=2&x=jane@roe.example#b", "t": "A day: out [1]", "r": "https://www.google.com/search"}, nil},
		{"an address in a path", map[string]any{"u": "https://example.com/unsubscribe/jane%40roe.example"}, map[string]int64{"scrubbed address": 2}},
		{"an address in a kept query", map[string]any{"u": "https://example.com/?lang=jane@roe.example"}, map[string]int64{"scrubbed address": 2}},
		{"an address in a campaign", map[string]any{"u": "https://example.com/?utm_content=jane@roe.example"}, map[string]int64{"scrubbed address": 2}},
		{"a route's own name for its part", map[string]any{"u": "https://example.com/users/:user/edit", "t": "For [user]"}, nil},
		{"a title", map[string]any{"t": "Mail from jane@roe.example"}, map[string]int64{"scrubbed title": 2}},
		{"a title that isn't kept", map[string]any{"u": "https://example.com/checkout", "t": "Mail from jane@roe.example"}, nil},
		{"a referrer", map[string]any{"r": "https://elsewhere.example/users/jane-roe"}, map[string]int64{"scrubbed referrer": 2}},
		{"all three", map[string]any{"u": "https://example.com/users/jane", "t": "+49 151 12345678", "r": "https://elsewhere.example/a/jane@roe.example"},
			map[string]int64{"scrubbed address": 2, "scrubbed title": 2, "scrubbed referrer": 2}},
		{"an event's property; its page was counted", map[string]any{"n": "Buy", "u": "https://example.com/users/jane", "p": map[string]any{"who": "jane@roe.example", "n": 1}}, map[string]int64{"scrubbed event": 2}},
		{"an event's name", map[string]any{"n": "Mail jane@roe.example"}, map[string]int64{"scrubbed event": 2}},
		{"a hit that isn't counted", map[string]any{"u": "https://evil.example/users/jane"}, map[string]int64{"foreign host": 2}},
	} {
		p := open(t, nil)
		row.hit["i"] = "scrubbedone"
		p.send(wire(row.hit))
		row.hit["i"] = "scrubbedtwo"
		p.send(wire(row.hit))
		if got := p.counts().dropped; !maps.Equal(got, row.want) {
			t.Errorf("%s: counted %v, want %v", row.why, got, row.want)
		}
	}
}
