package web

import (
	"net/http"
	"strings"
	"testing"

	"sandprint/app/problem"
)

// A question that took too long leads on: to less of it, or to the same again.
func TestTooSlow(t *testing.T) {
	f := full(t)
	f.server.mux = f.server.router([]route{{"GET /sites/{domain}/slow", siteRead, func(*Server, http.ResponseWriter, *call) error {
		return problem.New(http.StatusServiceUnavailable, "too_slow", "This question took longer than 10 seconds and was stopped.")
	}}})
	w := f.want(503, "GET", "/sites/"+siteA+"/slow?period=all&filter=page:contains:x&tab=source", "cookie", f.sessions["viewer A"])
	body := strings.ReplaceAll(w.Body.String(), "&amp;", "&")
	for link, why := range map[string]string{
		`/slow?filter=page%3Acontains%3Ax&period=7d&tab=source"`:  "a shorter period, with all else",
		`/slow?period=all&tab=source"`:                            "without filters",
		`/slow?filter=page%3Acontains%3Ax&period=all&tab=source"`: "again",
	} {
		if !strings.Contains(body, link) {
			t.Errorf("no link %s: %s", link, why)
		}
	}
	if w.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}
