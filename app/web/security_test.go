package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// fill makes a path of a route's pattern.
func fill(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	return method, strings.NewReplacer("{domain}", siteA, "{site}", siteA, "{$}", "", "{file}", "style.css", "{secret}", "nope", "{id}", "1", "{document}", "policy").Replace(path)
}

// TestCrossOrigin sends every form of the table as another site's page would.
func TestCrossOrigin(t *testing.T) {
	f := full(t)
	before := f.dump()
	for _, r := range routes {
		method, path := fill(r.pattern)
		if method == http.MethodGet || strings.HasPrefix(path, "/privacy/") { // the doors of visitors carry no session's authority
			continue
		}
		for _, row := range []struct{ header, value, why string }{
			{"Sec-Fetch-Site", "cross-site", "a page elsewhere"},
			{"Sec-Fetch-Site", "same-site", "a page on a neighbouring sub-domain"},
			{"Origin", "https://evil.example", "an old browser on a page elsewhere"},
			{"Origin", "null", "a sandboxed frame"},
		} {
			w := f.do(method, path, row.header, row.value, "cookie", f.sessions["owner A"], "form", form("confirm", siteA, "scope", "read", "domain", "x.example"))
			if w.Code != http.StatusForbidden {
				t.Errorf("%s from %s: status %d, want 403", r.pattern, row.why, w.Code)
			}
		}
	}
	if after := f.dump(); after != before {
		t.Errorf("the control file changed:\n%s\n%s", before, after)
	}
	f.want(303, "POST", "/sign-out", "Sec-Fetch-Site", "same-origin", "cookie", f.sessions["owner A"])
}

// TestGetChangesNothing opens every page as everybody.
func TestGetChangesNothing(t *testing.T) {
	f := full(t)
	before := f.dump()
	for _, r := range routes {
		method, path := fill(r.pattern)
		if method != http.MethodGet {
			continue
		}
		for name := range people {
			f.do("GET", path+"?done=saved&next=/sites&remove=1&confirm="+siteA, "cookie", f.sessions[name])
		}
		f.do("GET", path)
	}
	if after := f.dump(); after != before {
		t.Errorf("the control file changed:\n%s\n%s", before, after)
	}
}

// styleHash is what a page with a style of its own has more in its policy.
var styleHash = regexp.MustCompile(`'self' 'sha256-[A-Za-z0-9+/]{43}='`)

func TestHeaders(t *testing.T) {
	f := full(t)
	check := func(what string, h http.Header, private bool) {
		t.Helper()
		if got := h.Get("Content-Security-Policy"); styleHash.ReplaceAllString(got, "'self'") != policy && !strings.HasPrefix(got, "default-src 'none'; style-src 'sha256-") {
			t.Errorf("%s: the policy is %q", what, got)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin"} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q", what, name, got)
			}
		}
		if p := h.Get("Referrer-Policy"); p != "same-origin" && p != "no-referrer" {
			t.Errorf("%s: Referrer-Policy is %q", what, p)
		}
		if h.Get("Permissions-Policy") == "" || h.Get("Server") != "" || h.Get("X-Powered-By") != "" || h.Get("Access-Control-Allow-Origin") != "" && !strings.Contains(what, " /privacy/") {
			t.Errorf("%s: headers %v", what, h)
		}
		if private && h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control is %q", what, h.Get("Cache-Control"))
		}
	}
	for _, r := range routes {
		method, path := fill(r.pattern)
		for _, name := range []string{"", "viewer A", "owner A", "owner B"} {
			if method == http.MethodGet {
				check(r.pattern, f.do("GET", path, "cookie", f.sessions[name]).Header(), r.access > public)
			}
		}
		check(r.pattern+" from elsewhere", f.do(method, path, "Sec-Fetch-Site", "cross-site").Header(), false)
	}
	check("nothing", f.want(404, "GET", "/none", "cookie", f.sessions["owner A"]).Header(), true)
	check("another method", f.want(404, "PUT", "/sites", "cookie", f.sessions["owner A"]).Header(), true)
	for _, banned := range []string{"unsafe-inline", "unsafe-eval", "*", "http:"} {
		if strings.Contains(policy, banned) {
			t.Errorf("the policy allows %s", banned)
		}
	}
}

func TestLocalPath(t *testing.T) {
	for _, row := range []struct{ next, want, why string }{
		{"/sites/a.example?period=7d&filter=page:is:/x", "/sites/a.example?period=7d&filter=page:is:/x", "a page of ours"},
		{"", "/", "none"},
		{"sites", "/", "not from the root"},
		{"https://evil.example/", "/", "another host"},
		{"//evil.example", "/", "another host, scheme left out"},
		{"///evil.example", "/", "browsers fold slashes"},
		{`/\evil.example`, "/", "browsers take a backslash for a slash"},
		{`\\evil.example`, "/", "the same twice"},
		{"/%5cevil.example", "/", "a backslash once decoded"},
		{"/%2f/evil.example", "/", "a slash once decoded"},
		{"/a%0d%0aSet-Cookie:x=y", "/", "a header once decoded"},
		{"/a\r\nSet-Cookie: x=y", "/", "a header"},
		{"/\t/evil.example", "/", "browsers drop tabs"},
		{"javascript:alert(1)", "/", "a script"},
		{"/" + strings.Repeat("a", 3000), "/", "too long"},
	} {
		if got := localPath(row.next); got != row.want {
			t.Errorf("localPath(%q) = %q, want %q: %s", row.next, got, row.want, row.why)
		}
	}
}

func FuzzLocalPath(f *testing.F) {
	f.Add("/sites")
	f.Add(`/\evil`)
	f.Fuzz(func(t *testing.T, next string) {
		got := localPath(next)
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n\t\x00") {
			t.Errorf("localPath(%q) = %q", next, got)
		}
	})
}

// TestNoOpenRedirect signs in with a bad way to go on.
func TestNoOpenRedirect(t *testing.T) {
	f := full(t)
	for _, next := range []string{"//evil.example", `/\evil.example`, "https://evil.example", "/%0d%0aX: y"} {
		w := f.want(303, "GET", "/sign-in?"+form("next", next), "cookie", f.sessions["owner A"])
		if got := w.Header().Get("Location"); got != "/" {
			t.Errorf("next %q leads to %q", next, got)
		}
	}
	if to := f.do("GET", "//evil.example//").Header().Get("Location"); !strings.HasPrefix(to, "/evil") {
		t.Errorf("a doubled slash leads to %q", to)
	}
	w := f.want(401, "GET", "/sites?x=%22%3E%3Cscript%3E")
	if strings.Contains(w.Body.String(), "<script>") {
		t.Errorf("the address came out as markup: %s", w.Body)
	}
}

// filterEscaper makes a text one value of a filter.
var filterEscaper = strings.NewReplacer(`\`, `\\`, ",", `\,`, ":", `\:`)

// payloads try to become markup.
var payloads = []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'-alert(1)-'`, `</textarea><svg onload=alert(1)>`, `javascript:alert(1)`, `{{7*7}}`}

// TestMarkupStaysText puts markup where people can write and looks for it on every page.
func TestMarkupStaysText(t *testing.T) {
	f := full(t)
	owner := f.sessions["owner A"]
	for i, p := range payloads {
		name := strings.ReplaceAll(p, "=", "")
		f.want(201, "POST", "/settings/tokens", "cookie", owner, "form", form("name", p, "scope", "read"))
		bad := ""
		for page, fields := range map[string]string{
			"/settings":     form("timezone", "UTC", "mode", "cookie", "hosts", p),
			"/goals/edit":   form("do", "save", "set", "1", "name", name, "event", name, "prop", p, "op", "is", "value", p),
			"/funnels/edit": form("do", "save", "steps", "2", "name", name, "by0", "page", "is0", "/"+p, "by1", "event", "is1", p),
		} {
			w := f.do("POST", "/sites/"+siteA+page, "cookie", owner, "form", fields)
			if w.Code != 303 && w.Code != 400 {
				t.Errorf("%s with %q: status %d", page, name, w.Code)
			}
			bad += w.Body.String()
		}
		for _, target := range []string{"/goals", "/goals/edit", "/funnels", "/funnels/edit", "/journeys", "/attribution", "/retention"} {
			for _, query := range []string{"", form("goal", name), form("funnel", name), form("step", "page:/"+p, "step", "event:"+p, "split", p), form("start", "event:"+p), form("start", p),
				form("by", p), form("goal", p, "window", p), form("steps", "2", "by0", p, "is0", p, "window", p, "name", p), form("set", "1", "event", p, "prop", p, "value", p)} {
				bad += f.do("GET", "/sites/"+siteA+target+"?"+query, "cookie", owner).Body.String()
			}
		}
		for _, target := range []string{"/settings", "/sites", "/sites/" + siteA + "/settings", "/sites/" + siteA + "/install", "/sites/new"} {
			bad += f.want(200, "GET", target+"?"+form("done", p, "period", p, "filter", p), "cookie", owner).Body.String()
		}
		dashboard := "/sites/" + siteA + "?"
		bad += f.want(200, "GET", dashboard+form("filter", "page:is:"+filterEscaper.Replace(p), "tab", p), "cookie", owner).Body.String()
		for _, name := range []string{"metric", "interval", "match", "compare", "from"} {
			bad += f.want(400, "GET", dashboard+form(name, p), "cookie", owner).Body.String()
		}
		bad += f.want(400, "GET", dashboard+form("period", p), "cookie", owner).Body.String()
		bad += f.want(400, "GET", dashboard+form("filter", p), "cookie", owner).Body.String()
		bad += f.want(400, "POST", "/sites", "cookie", owner, "form", form("domain", p, "timezone", p)).Body.String()
		bad += f.want(401, "POST", "/sign-in", "form", form("email", p, "password", p, "next", p)).Body.String()
		bad += f.do("GET", "/sign-in?"+form("next", "/"+p)).Body.String()
		for _, markup := range []string{"<script>alert", "<img src=x", "<svg onload", `href="javascript:`, `"><img`} {
			if strings.Contains(bad, markup) {
				t.Errorf("payload %d came out as %s", i, markup)
			}
		}
	}
}

func TestTooLarge(t *testing.T) {
	f := full(t)
	big := strings.Repeat("x", maxBody+1)
	f.want(413, "POST", "/sign-in", "form", "email="+big)
	f.want(413, "POST", "/api/v1/sites", "token", f.tokens["write A"], "json", `{"domain":"`+big+`"}`)
}

// TestPanic shows that what breaks becomes a sentence and a reference, and that the log has no path or query, and of the value that was panicked with its type only.
func TestPanic(t *testing.T) {
	f := full(t)
	f.server.mux = f.server.router([]route{{"GET /broken/{file}", anyone, func(*Server, http.ResponseWriter, *call) error { panic("secret inside") }}})
	w := f.want(500, "GET", "/broken/private-name?q=private-query", "User-Agent", "private-agent")
	if body := w.Body.String(); strings.Contains(body, "secret inside") || !strings.Contains(body, "service log") {
		t.Errorf("the page says %s", body)
	}
	log := f.log.text()
	if strings.Contains(log, "secret inside") || !strings.Contains(log, "panic: string at sandprint/app/web.") || !strings.Contains(log, "GET /broken/{file}") || strings.Contains(log, "private") || strings.Contains(log, "192.0.2.1") {
		t.Errorf("the log says %s", log)
	}
}
