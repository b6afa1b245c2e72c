package collect

import (
	"fmt"
	"strings"
	"testing"

	"sandprint/app/store"
)

// Where the owner names the query key of the site's search, its term becomes an event and is kept nowhere else.
func TestSearches(t *testing.T) {
	for _, row := range []struct{ why, url, page, props string }{
		{"a search", "https://example.com/find?q=Blue++Kettle%21&page=2", "/find?page=2", `[{"term":"blue kettle!"}]`},
		{"the key may also be one to keep: it isn't", "https://example.com/find?id=3&q=mug", "/find?id=3", `[{"term":"mug"}]`},
		{"other letters", "https://example.com/?q=%D9%85%D8%B1%D8%AD%D8%A8%D8%A7+%F0%9F%8D%B5", "/", `[{"term":"مرحبا 🍵"}]`},
		{"personal data", "https://example.com/find?q=jane%40example.com+order", "/find", `[{"term":"[email] order"}]`},
		{"markup is text", "https://example.com/find?q=%3Cb%3Ex", "/find", `[{"term":"\u003cb\u003ex"}]`},
		{"nothing was searched for", "https://example.com/find?q=++", "/find", "[]"},
		{"another key", "https://example.com/find?query=mug", "/find", "[]"},
		{"a page of which only the path is counted", "https://example.com/account/find?q=mug", "/account/find", "[]"},
		{"a very long one", "https://example.com/find?q=" + strings.Repeat("ab+", 200), "/find", `[{"term":"` + strings.TrimSpace(strings.Repeat("ab ", 34)[:100]) + `"}]`},
	} {
		t.Run(row.why, func(t *testing.T) {
			p := open(t, func(_ *Options, info *store.SiteInfo) {
				info.Settings = store.SiteSettings{SearchKey: "q", QueryKeys: []string{"q", "id"}}
			})
			body := wire(map[string]any{"u": row.url})
			for range 2 { // what comes twice counts once
				p.send(body)
			}
			events := 1
			if row.props == "[]" {
				events = 0
			}
			p.expect(1, 1, events, map[string]int64{})
			if got := fmt.Sprint(p.column(store.ViewPage, store.Pages)); !strings.HasPrefix(got, "[example.com|"+row.page+"|") {
				t.Errorf("the page is %s", got)
			}
			if got := fmt.Sprint(p.column(store.EventProps, store.Props)); got != row.props {
				t.Errorf("the event says %s, want %s", got, row.props)
			}
		})
	}
	if script := string(scripts(t).For(store.SiteInfo{Domain: "a.example", Settings: store.SiteSettings{SearchKey: "s"}}, "").Body); !strings.Contains(script, "msclkid|s)") {
		t.Error("the tracker does not send the key")
	}
}
