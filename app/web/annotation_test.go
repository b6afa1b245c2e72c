package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestAnnotationsByAPI(t *testing.T) {
	f := full(t)
	at := "/api/v1/sites/" + siteA + "/annotations"
	write, read := f.tokens["write A"], f.tokens["read A"]
	for _, row := range []struct {
		why    string
		status int
		body   string
		field  string
		has    string
	}{
		{"a deploy", 201, `{"at":"2026-06-01T12:00:00Z","text":"v2 is live"}`, "", `"at":"2026-06-01T14:00:00+02:00","text":"v2 is live"`},
		{"a day", 201, `{"at":"2026-06-02","text":"Sale"}`, "", `"at":"2026-06-02T00:00:00+02:00"`},
		{"a time on the site's clocks", 201, `{"at":"2026-06-02 09:30","text":"Post"}`, "", `"at":"2026-06-02T09:30:00+02:00"`},
		{"a time that came twice", 201, `{"at":"2026-10-25 02:30","text":"First"}`, "", `"at":"2026-10-25T02:30:00+02:00"`},
		{"now", 201, `{"text":"now"}`, "", `"text":"now"`},
		{"lines and what can't be seen", 201, `{"text":" a\n\tb\u0000\u202ec "}`, "", `"text":"a b c"`},
		{"markup", 201, `{"text":"<script>alert(1)</script>"}`, "", `<script>alert(1)</script>`},
		{"200 characters", 201, `{"text":"` + strings.Repeat("ü", 200) + `"}`, "", "üü"},
		{"201 characters", 400, `{"text":"` + strings.Repeat("x", 201) + `"}`, "text", ""},
		{"nothing", 400, `{"text":" "}`, "text", ""},
		{"no time", 400, `{"at":"tomorrow","text":"x"}`, "at", ""},
		{"a time that the clocks skip", 400, `{"at":"2026-03-29 02:30","text":"x"}`, "at", ""},
		{"the year 10000", 400, `{"at":"9999-12-31","text":"x"}`, "at", ""},
		{"the year 1", 400, `{"at":"0001-01-01T00:00:00Z","text":"x"}`, "at", ""},
		{"a field too many", 400, `{"text":"x","colour":"red"}`, "colour", ""},
		{"a number", 400, `{"text":7}`, "text", ""},
	} {
		w := f.want(row.status, "POST", at, "token", write, "json", row.body)
		if row.status >= 400 {
			if _, field := failure(t, w.Body.String()); field != row.field {
				t.Errorf("%s: field %q, want %q: %s", row.why, field, row.field, w.Body)
			}
		} else if !strings.Contains(w.Body.String(), row.has) || !strings.HasPrefix(w.Header().Get("Location"), at+"/") {
			t.Errorf("%s: %s, want %s", row.why, whole(w), row.has)
		}
	}
	f.want(403, "POST", at, "token", read, "json", `{"text":"x"}`)
	f.want(404, "POST", "/api/v1/sites/"+siteB+"/annotations", "token", write, "json", `{"text":"x"}`)

	var list struct {
		Annotations []struct {
			ID       int64
			At, Text string
		}
	}
	get := func(query string) {
		list.Annotations = nil
		if err := json.Unmarshal(f.want(200, "GET", at+query, "token", read).Body.Bytes(), &list); err != nil {
			t.Fatal(err)
		}
	}
	get("?from=2026-06-02&to=2026-06-02")
	if len(list.Annotations) != 2 || list.Annotations[0].Text != "Sale" || list.Annotations[1].Text != "Post" {
		t.Errorf("of a day: %+v", list.Annotations)
	}
	get("")
	if len(list.Annotations) != 8 || list.Annotations[0].Text != "v2 is live" {
		t.Errorf("all: %+v", list.Annotations)
	}
	if _, field := failure(t, f.want(400, "GET", at+"?from=2026-06-02&to=2026-06-01", "token", read).Body.String()); field != "to" {
		t.Errorf("from after to names %q", field)
	}
	gone := f.want(201, "POST", at, "token", write, "json", `{"text":"soon gone"}`).Header().Get("Location")
	f.want(403, "DELETE", gone, "token", read)
	f.want(404, "DELETE", strings.Replace(gone, siteA, siteB, 1), "token", write)
	for _, row := range []struct {
		why    string
		status int
		body   string
		has    string
	}{
		{"another text", 200, `{"text":" soon\nfar gone "}`, `"text":"soon far gone"`},
		{"another time", 200, `{"at":"2026-06-03 10:00"}`, `"at":"2026-06-03T10:00:00+02:00","text":"soon far gone"`},
		{"both", 200, `{"at":"2026-06-04","text":"x"}`, `"at":"2026-06-04T00:00:00+02:00","text":"x"`},
		{"nothing", 200, `{}`, `"at":"2026-06-04T00:00:00+02:00","text":"x"`},
		{"no text", 400, `{"text":""}`, `"field":"text"`},
		{"no time", 400, `{"at":""}`, `"field":"at"`},
		{"a year too late", 400, `{"at":"9999-12-31"}`, `"field":"at"`},
		{"a field too many", 400, `{"id":7}`, `"field":"id"`},
	} {
		if got := f.want(row.status, "PATCH", gone, "token", write, "json", row.body).Body.String(); !strings.Contains(got, row.has) {
			t.Errorf("%s: %s, want %s", row.why, got, row.has)
		}
	}
	get("?from=2026-06-04&to=2026-06-04")
	if len(list.Annotations) != 1 || list.Annotations[0].Text != "x" {
		t.Errorf("after the changes: %+v", list.Annotations)
	}
	f.want(403, "PATCH", gone, "token", read, "json", `{"text":"y"}`)
	f.want(404, "PATCH", strings.Replace(gone, siteA, siteB, 1), "token", write, "json", `{"text":"y"}`)
	f.want(204, "DELETE", gone, "token", write)
	f.want(404, "PATCH", gone, "token", write, "json", `{"text":"y"}`)
	f.want(404, "PATCH", at+"/x", "token", write, "json", `{"text":"y"}`)
	f.want(404, "DELETE", gone, "token", write)
	f.want(404, "DELETE", at+"/x", "token", write)
}

func TestRefusedQuestionsLeadBack(t *testing.T) {
	f := full(t)
	for _, row := range []struct{ ask, back, why string }{
		{"?period=fortnight&tab=country", "?tab=country", "without the period"},
		{"?from=2026-06-02&to=2026-06-01&metric=visits", "?metric=visits", "from and to go together"},
		{"?period=7d&from=2026-06-02", "", "all that says a period"},
		{"?compare=sideways&period=7d", "?period=7d", ""},
		{"?compare=previous&match=moon&period=7d", "?compare=previous&amp;period=7d", ""},
		{"?filter=colour:is:red&period=7d", "?period=7d", "the filters"},
		{"/details?by=shoe_size&period=7d", "", "to the dashboard"},
		{"/details?by=page&sort=luck&period=7d", "/details?by=page&amp;period=7d", ""},
	} {
		w := f.want(http.StatusBadRequest, "GET", "/sites/"+siteA+row.ask, "cookie", f.sessions["owner A"])
		if want := `href="/sites/a.example` + row.back + `"`; !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s (%s): no %s in %s", row.ask, row.why, want, w.Body)
		}
	}
}

// The form of an annotation changes it, and its other button removes it, without a script; both lead back to the same figures.
func TestAnnotationsByForm(t *testing.T) {
	f := full(t)
	f.read(siteA, "/about", "A", 1) // a site without visits has no chart
	owner, viewer := f.sessions["owner A"], f.sessions["viewer A"]
	at, back := "/sites/"+siteA+"/annotations", "/sites/"+siteA+"?from=2026-06-01&to=2026-06-07#notes"
	send := func(status int, path, who string, pairs ...string) {
		t.Helper()
		w := f.want(status, "POST", at+path+"?from=2026-06-01&to=2026-06-07", "cookie", who, "form", form(pairs...))
		if got := w.Header().Get("Location"); status == http.StatusSeeOther && got != back {
			t.Errorf("%s leads to %s", path, got)
		}
	}
	shows := func(want ...string) {
		t.Helper()
		page := f.want(200, "GET", "/sites/"+siteA+"?from=2026-06-01&to=2026-06-07", "cookie", owner).Body.String()
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s is not on the page", text)
			}
		}
		if len(want) == 0 && strings.Contains(page, "<bdi>Sale") {
			t.Error("it is still there")
		}
	}
	send(303, "", owner, "text", "Sale", "date", "2026-06-02", "time", "")
	shows("<bdi>Sale</bdi>", `action="/sites/`+siteA+`/annotations/1?`, `value="2026-06-02"`)
	send(303, "/1", owner, "text", "Sale begins", "date", "2026-06-03", "time", "09:30")
	shows("<bdi>Sale begins</bdi>", `value="09:30"`, "3 Jun 2026, 09:30")
	send(400, "/1", owner, "text", " ", "date", "2026-06-03", "time", "")
	send(400, "/1", owner, "text", "x", "date", "", "time", "")
	send(404, "/2", owner, "text", "x", "date", "2026-06-03", "time", "")
	send(403, "/1", viewer, "text", "x", "date", "2026-06-03", "time", "")
	shows("<bdi>Sale begins</bdi>")
	send(303, "/1/remove", owner, "text", "", "date", "", "time", "")
	shows()
}
