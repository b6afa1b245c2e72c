package collect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"sandprint/app/store"
)

// TestServersSpeakForTheirVisitors sends hits with a token, as a server does for its visitors.
func TestServersSpeakForTheirVisitors(t *testing.T) {
	p := open(t, func(o *Options, _ *store.SiteInfo) {
		o.Authorize = func(_ context.Context, token, domain string) (bool, error) {
			if token == "sp_unreadable" {
				return false, errors.New("disk I/O error")
			}
			return token == "sp_write" && domain == "example.com", nil
		}
	})
	now := time.Now().UTC()
	hit := func(view, more string) string {
		return fmt.Sprintf(`{"n":"pageview","i":%q,"u":"https://example.com/a"%s}`, view, more)
	}
	curl, token := "User-Agent: curl/8", "Authorization: Bearer sp_write"
	for _, row := range []struct {
		why, body, token string
		status           int
		names            string
	}{
		{"with all it may say", hit("viewaaaaaaa1", fmt.Sprintf(`,"ts":%q,"ua":%q,"ip":"8.8.8.8"`, now.Add(-20*time.Hour).Format(time.RFC3339), chrome)), token, 202, ""},
		{"a bot stays one, and is counted apart", hit("viewaaaaaaa2", `,"ua":"Googlebot/2.1"`), token, 202, ""},
		{"nothing said of the browser", "[" + hit("viewaaaaaaa3", `,"ip":"8.8.4.4"`) + "]", token, 202, ""},
		{"without a token it is what it seems: a bot", hit("viewaaaaaaa4", `,"ua":"`+chrome+`"`), "X: y", 202, ""},
		{"a token that may not", hit("viewaaaaaaa5", ""), "Authorization: Bearer sp_read", 403, ""},
		{"whether it may can't be found out now", hit("viewaaaaaaa5", ""), "Authorization: Bearer sp_unreadable", 503, ""},
		{"another's site", strings.Replace(hit("viewaaaaaaa6", ""), "example.com", "example.org", 1), token, 403, ""},
		{"too old", hit("viewaaaaaaa7", `,"ts":"2020-01-01T00:00:00Z"`), token, 400, "ts"},
		{"no time", "[" + hit("viewaaaaaaa8", `,"ts":"yesterday"`) + "]", token, 400, "[0].ts"},
		{"no address", hit("viewaaaaaaa9", `,"ip":"house 9"`), token, 400, "ip"},
	} {
		res := p.ask("POST", "/e", row.body, curl, row.token)
		text, _ := io.ReadAll(res.Body)
		if res.StatusCode != row.status || !strings.Contains(string(text), fmt.Sprintf("%q", row.names)) && row.names != "" {
			t.Errorf("%s: %d %s, want %d naming %q", row.why, res.StatusCode, text, row.status, row.names)
		}
	}
	site, err := p.store.Site(t.Context(), p.info.ID)
	p.must(err)
	snap, err := site.Snapshot(t.Context())
	p.must(err)
	defer snap.Close()
	views, at := 0, map[string]int64{}
	for i := range snap.Blocks() {
		var b store.Block
		p.must(snap.Load(i, store.AllColumns, &b))
		views += b.Views
		for v, place := range b.Cols[store.VisitPlace] {
			browser, _, _ := strings.Cut(snap.Dict(store.Agents)[b.Cols[store.VisitAgent][v]], store.FieldSep)
			country, _, _ := strings.Cut(snap.Dict(store.Places)[place], store.FieldSep)
			at[country+" "+browser] = int64(b.Date)*86400 + int64(b.Cols[store.VisitStart][v])
		}
	}
	if views != 2 || at["US Chrome"] != now.Add(-20*time.Hour).Unix() || at["US "] < now.Unix() {
		t.Errorf("%d page views, %v", views, at)
	}
	dropped, err := site.Dropped(t.Context(), 0, 1<<30)
	p.must(err)
	if dropped.ByReason()[reasonBot] != 2 {
		t.Errorf("dropped %v, want two bots", dropped)
	}
}
