package app_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sandprint/app/apptest"
)

// A site whose file is no database refuses its hits, to be sent again, from the first hit after a start on; others count theirs, and
// the log has a line of it, not one for each hit.
func TestHitsOfADamagedSite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	a := apptest.Start(t, apptest.Options{Dir: dir})
	a.Owner("owner@whole.example", "One")
	a.AddSite("broken.example", "One")
	before, err := filepath.Glob(filepath.Join(dir, "sites", "*.db"))
	if err != nil || len(before) != 1 {
		t.Fatalf("%v, %v", before, err)
	}
	a.AddSite("whole.example", "One")
	hit := func(site, view string) string {
		return `{"s":"` + site + `","n":"pageview","i":"` + view + `","u":"https://` + site + `/"}`
	}
	for _, site := range []string{"broken.example", "whole.example"} {
		if status, _ := post(t, a, hit(site, "beforeview1")); status != http.StatusAccepted {
			t.Fatalf("%s: %d before the damage", site, status)
		}
	}
	a.Close()
	if err := os.WriteFile(before[0], []byte(strings.Repeat("not a database. ", 4096)), 0o600); err != nil {
		t.Fatal(err)
	}
	a = apptest.Start(t, apptest.Options{Dir: dir})
	for range 20 {
		if status, retry := post(t, a, hit("broken.example", "secondview1")); status != http.StatusServiceUnavailable || retry == "" {
			t.Errorf("a hit of the damaged site: %d, Retry-After %q", status, retry)
		}
		if status, _ := post(t, a, hit("whole.example", "secondview1")); status != http.StatusAccepted {
			t.Errorf("a hit of another site: %d", status)
		}
	}
	resp, err := http.Post(a.URL+"/e", "text/plain", strings.NewReader(hit("broken.example", "secondview1")))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(text), "can't be written now") {
		t.Errorf("the answer is %q, %v", text, err)
	}
	if n := strings.Count(a.Log(), "refused with 503"); n == 0 || n > 2 {
		t.Errorf("%d lines of the log are of refused hits", n)
	}
	owner := a.SignIn("owner@whole.example")
	if got := stats(t, owner, a, "whole.example", "", "pageviews").Totals["pageviews"]; got != float64(2) {
		t.Errorf("%v page views of the other site are counted, want 2", got)
	}
}
