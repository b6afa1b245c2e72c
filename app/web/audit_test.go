package web

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// The audit log is shown to owners and the operator, each their own; others are told whom to ask. The files have what the page has.
func TestAudit(t *testing.T) {
	f := full(t)
	f.want(303, "POST", "/settings/tokens/1/revoke", "cookie", f.sessions["owner A"])
	for name, want := range map[string][]string{
		"owner A":  {"Added a site", siteA, people["viewer A"].Email, "Revoked a token"},
		"owner B":  {"Added a site", siteB},
		"operator": {"person ", "What people did on this instance."},
	} {
		body := f.want(200, "GET", "/audit", "cookie", f.sessions[name]).Body.String()
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%s doesn't see %q: %s", name, text, body)
			}
		}
		if other := map[string]string{"owner A": siteB, "owner B": siteA, "operator": siteB}[name]; strings.Contains(body, other) {
			t.Errorf("%s sees what is another customer's: %s", name, body)
		}
		var got struct{ Entries []map[string]any }
		res := f.want(200, "GET", "/audit?format=json", "cookie", f.sessions[name])
		if err := json.Unmarshal(res.Body.Bytes(), &got); err != nil || len(got.Entries) < 2 {
			t.Errorf("%s: %v, %s", name, err, res.Body)
		}
		lines, err := csv.NewReader(f.want(200, "GET", "/audit?format=csv", "cookie", f.sessions[name]).Body).ReadAll()
		if err != nil || len(lines) != len(got.Entries)+1 || len(lines[0]) != 9 {
			t.Errorf("%s: %d lines for %d entries, %v", name, len(lines), len(got.Entries), err)
		}
	}
	for _, name := range []string{"viewer A", "editor A"} {
		f.want(403, "GET", "/audit", "cookie", f.sessions[name])
	}
	for _, bad := range []string{"?from=0", "?from=x", "?format=xml"} {
		f.want(400, "GET", "/audit"+bad, "cookie", f.sessions["owner A"])
	}
}

// The log is turned page by page, and none of it is left out or shown twice.
func TestAuditPages(t *testing.T) {
	f := full(t)
	who := f.who("owner A")
	for i := range 130 {
		if _, err := f.accounts.AddAnnotation(t.Context(), who, siteA, time.Now(), fmt.Sprint("note ", i)); err != nil {
			t.Fatal(err)
		}
	}
	first := f.want(200, "GET", "/audit", "cookie", f.sessions["owner A"]).Body.String()
	_, after, found := strings.Cut(first, "/audit?from=")
	from, _, _ := strings.Cut(after, `"`)
	if !found || strings.Count(first, "<time ") != auditRows {
		t.Fatalf("%d rows on the first page, the next is from %q", strings.Count(first, "<time "), from)
	}
	second := f.want(200, "GET", "/audit?from="+from, "cookie", f.sessions["owner A"]).Body.String()
	if n := strings.Count(first+second, "Wrote an annotation"); n != 130 || strings.Contains(second, "from=") {
		t.Errorf("%d of 130 are on two pages", n)
	}
}
