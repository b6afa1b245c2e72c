package web

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
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

// Of a change the log says which kind it was; one that changes several kinds has an entry of each, and one that changes nothing one too.
func TestAuditSaysWhatWasChanged(t *testing.T) {
	f := full(t)
	owner, path := f.sessions["owner A"], "/sites/"+siteA
	f.want(303, "POST", path+"/settings", "cookie", owner, "form", form("timezone", "UTC", "mode", "cookie", "links", "on"))
	for _, row := range []struct{ path, form, want string }{
		{"/settings", form("timezone", "UTC", "mode", "cookieless", "links", "on"), "Changed how visitors of a site are recognised"},
		{"/settings", form("timezone", "UTC", "mode", "cookieless", "links", "on", "keep_visits", "24"), "Changed how long a site keeps things"},
		{"/rules", form("groups", "/order/*"), "Changed a site's rules of what counts"},
		{"/settings", form("timezone", "UTC", "mode", "cookieless", "keep_visits", "24"), "Changed a site's settings"},
		{"/settings", form("timezone", "UTC", "mode", "consent", "keep_visits", "23", "floor", "6"),
			"Changed a site's settings, Changed how long a site keeps things, Changed how visitors of a site are recognised"},
		{"/settings", form("timezone", "UTC", "mode", "early", "keep_visits", "23", "floor", "6"), "Changed how visitors of a site are recognised"},
		{"/preset", form("preset", "fr"), "Chose a country's settings for a site"},
		{"/preset", form("preset", "fr"), "Chose a country's settings for a site"},
	} {
		before := f.deeds("owner A")
		f.want(303, "POST", path+row.path, "cookie", owner, "form", row.form)
		after := f.deeds("owner A")
		if got := strings.Join(after[:len(after)-len(before)], ", "); got != row.want {
			t.Errorf("%s %s is %q, want %q", row.path, row.form, got, row.want)
		}
	}
	operator := f.sessions["operator"]
	f.want(303, "POST", "/operator/kept", "cookie", operator, "form", form("copies", "5"))
	f.want(303, "POST", "/operator/terms", "cookie", operator, "form", form("text", "Be kind."))
	f.want(303, "POST", "/operator/privacy", "cookie", operator, "form", form("text", "We forget."))
	if got := strings.Join(f.deeds("operator")[:3], ", "); got != "Wrote the instance's privacy policy, Wrote the terms of use, Changed how long things are kept on the instance" {
		t.Errorf("the operator's are %s", got)
	}
	if n, err := f.store.Control().CheckAudit(t.Context()); err != nil || n < 10 {
		t.Errorf("the chain: %d entries, %v", n, err)
	}
}

// deeds returns what the audit log says was done, the newest first.
func (f *fixture) deeds(who string) (list []string) {
	for _, row := range cells(f.want(200, "GET", "/audit", "cookie", f.sessions[who]).Body.String()) {
		if parts := strings.Split(row, "|"); len(parts) > 3 {
			for _, text := range parts {
				if text = html.UnescapeString(strings.TrimSpace(text)); strings.Contains(text, "hanged ") || strings.HasPrefix(text, "Chose ") || strings.HasPrefix(text, "Wrote the ") || strings.HasPrefix(text, "Added ") {
					list = append(list, text)
				}
			}
		}
	}
	return list
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
