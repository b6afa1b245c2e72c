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

// A slash too many at the end of an address leads to the one without, on this host only.
func TestSlashAtTheEnd(t *testing.T) {
	f := full(t)
	owner := f.sessions["owner A"]
	for from, to := range map[string]string{"/sites/" + siteA + "/": "/sites/" + siteA, "/sites/" + siteA + "/goals/?period=7d": "/sites/" + siteA + "/goals?period=7d", "/sites/": "/sites"} {
		if got := f.want(http.StatusSeeOther, "GET", from, "cookie", owner).Header().Get("Location"); got != to {
			t.Errorf("%s leads to %q", from, got)
		}
	}
	f.want(http.StatusNotFound, "GET", "/%2F%2Felsewhere.example/", "cookie", owner)
	f.want(http.StatusNotFound, "GET", "/static/", "cookie", owner)
	f.want(http.StatusNotFound, "POST", "/sites/"+siteA+"/", "cookie", owner, "form", "a=b")
}
