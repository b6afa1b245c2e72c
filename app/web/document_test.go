package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"sandprint/app/account"
	"sandprint/app/privacy"
)

// get returns a page as somebody sees it, who may be nobody.
func (f *fixture) get(who, path string, pairs ...string) string {
	f.t.Helper()
	return f.want(http.StatusOK, "GET", path, append(pairs, "cookie", f.sessions[who])...).Body.String()
}

// hold says which of some texts a page must have, and with a "!" before it, must not have.
func hold(t *testing.T, why, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		wanted := !strings.HasPrefix(text, "!")
		if text = strings.TrimPrefix(text, "!"); strings.Contains(page, text) != wanted {
			t.Errorf("%s: “%s” is there: %v", why, text, !wanted)
		}
	}
}

// An owner says what only they can, takes the text, says that it is on the site, and hears on the dashboard when a setting changes that it tells of; viewers
// read and don't publish.
func TestDocumentsOfASite(t *testing.T) {
	f := full(t)
	base := "/sites/" + siteA + "/documents"
	hold(t, "nothing said yet", f.get("owner A", base), "I have put this text on my site", "Agreement on processing", "!older than the settings")
	hold(t, "a viewer", f.get("viewer A", base), "Record of processing", "!I have put this text", "!What only you can say")
	f.want(403, "POST", base+"/published", "cookie", f.sessions["viewer A"], "form", form("hash", "x"))
	f.want(403, "POST", base+"/notice", "cookie", f.sessions["viewer A"], "form", form("controller", "x"))

	hold(t, "no such address", f.want(400, "POST", base+"/notice", "cookie", f.sessions["editor A"], "form", form("controller", "Kiln", "contact", "nobody")).Body.String(),
		"is not an e-mail address", `value="Kiln"`)
	f.want(303, "POST", base+"/notice", "cookie", f.sessions["editor A"], "form", form("controller", "Kiln & Sea | Quay 1", "contact", "privacy@a.example", "basis", "interest"))
	hold(t, "the notice", f.get("viewer A", base+"/policy"), "Kiln &amp; Sea | Quay 1", "privacy@a.example", "Article 6(1)(f)", "![name and postal address of the controller]", "<mark>[name of the operator]")
	hold(t, "the agreement, in German", f.get("owner A", base+"/agreement", "Accept-Language", "de"), `lang="de"`, "Vereinbarung über die Auftragsverarbeitung", "<mark>[")
	f.want(404, "GET", base+"/nothing", "cookie", f.sessions["owner A"])

	file := f.want(200, "GET", base+"/policy.md?lang=es", "cookie", f.sessions["owner A"])
	hold(t, "the file", file.Body.String(), "# Estadísticas de visitas", "| 25 meses |", "configuración activa `")
	if kind, name := file.Header().Get("Content-Type"), file.Header().Get("Content-Disposition"); kind != "text/markdown; charset=utf-8" || !strings.Contains(name, "policy.es.md") {
		t.Errorf("the file is %s, %s", kind, name)
	}

	facts, err := f.server.facts(&call{Request: f.request("GET", "/"), server: f.server}, f.info(siteA))
	if err != nil {
		t.Fatal(err)
	}
	hash := facts.Hash()[:16]
	hold(t, "the page's own hash", f.get("owner A", base), hash)
	f.want(409, "POST", base+"/published", "cookie", f.sessions["editor A"], "form", form("hash", "of another day"))
	f.want(303, "POST", base+"/published", "cookie", f.sessions["editor A"], "form", form("hash", hash))
	hold(t, "published", f.get("owner A", base), "says what is set now", time.Now().Format("2006"), "!since  says", "!older than the settings")

	change := func(mode string, keep int) {
		t.Helper()
		if _, err := f.accounts.ChangeSite(t.Context(), f.who("owner A"), siteA, account.SiteChange{Mode: &mode, Edit: func(s *account.SiteSettings) error {
			s.Retention.Visits = keep
			s.ExcludedCountries, s.Preset = map[string][]string{"cookieless": {"DE", "FR"}}[mode], map[string]string{"cookieless": "de"}[mode]
			s.Excluded = []string{"/admin/**"} // of which the text does not tell
			return nil
		}}); err != nil {
			t.Fatal(err)
		}
	}
	change("cookie", 0)
	hold(t, "what the text doesn't tell of", f.get("owner A", "/sites/"+siteA), "!older than the settings")
	change("cookieless", 12)
	for _, page := range []string{"/sites/" + siteA, base} {
		hold(t, page, f.get("owner A", page), "older than the settings", "How visitors are recognised: <s>Cookie</s> → Without cookies", "Visits: <s>25 months</s> → 12 months",
			"Settings chosen together: <s>none</s> → Germany", "Countries that are not counted: <s>none</s> → Germany, France")
		hold(t, page+" in German", f.get("owner A", page, "Accept-Language", "de"), "älter als die Einstellungen", "<s>Cookie</s> → Ohne Cookies", "<s>keine</s> → Deutschland", "<s>keine</s> → Deutschland, Frankreich", "<s>25 Monate</s> → 12 Monate")
	}
	hold(t, "a viewer's dashboard", f.get("viewer A", "/sites/"+siteA), "!older than the settings")
}

// privacy.json is anybody's: of a site what holds there, of the instance no site at all, and never which networks are left out, nor patterns and
// hosts that may name what only the owner knows.
func TestPrivacyJSON(t *testing.T) {
	f := full(t)
	f.mustChange(siteA, func(s *account.SiteSettings) {
		s.ExcludedNetworks, s.Groups, s.Hosts = []string{"192.0.2.0/24"}, []string{"/project-heron/*", "/order/*"}, []string{"build7.a.example"}
	})
	var out struct {
		Configuration privacy.Public
		Hash          string `json:"configuration_hash"`
		Version       string
		Cookie        *struct{ Months int }
		Data          []struct{ Fields []struct{ Column string } }
	}
	site := f.want(200, "GET", "/privacy/"+siteA+"/privacy.json")
	if err := json.Unmarshal(site.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	if out.Configuration.Domain != siteA || out.Configuration.Keep.Visits != 25 || len(out.Hash) != 64 || out.Version != "test" || out.Cookie == nil || out.Cookie.Months != 13 || len(out.Data) < 15 {
		t.Errorf("%+v", out)
	}
	hold(t, "the site's", site.Body.String(), `"excluded_networks":1`, `"groups":2`, `"hosts":1`, "!192.0.2", "!heron", "!build7", "!arker-b")
	hold(t, "the instance's", f.want(200, "GET", "/privacy.json").Body.String(), `"site":""`, "!a.example", "!arker-b")
	f.want(404, "GET", "/privacy/none.example/privacy.json")
}

// The operator's texts are templates until they are written; each version is kept; at the next sign-in people are shown what changed, once; nobody else may
// write them.
func TestTheOperatorsTexts(t *testing.T) {
	f := full(t)
	hold(t, "the template", f.want(200, "GET", "/terms").Body.String(), "has not written this text yet", "<mark>[name and postal address")
	hold(t, "in German", f.want(200, "GET", "/privacy", "Accept-Language", "de").Body.String(), "noch nicht geschrieben", "Datenschutzerklärung")
	hold(t, "the footer of the sign-in form", f.want(200, "GET", "/sign-in").Body.String(), `href="/terms"`, `href="/privacy"`)
	for _, page := range []string{"/sites", "/no-such-page", "/privacy/" + siteA} {
		hold(t, "the footer of "+page, f.do("GET", page, "cookie", f.sessions["owner A"]).Body.String(), `href="/terms"`, `href="/privacy"`)
	}
	operator := f.sessions["operator"]
	f.want(404, "POST", "/operator/terms", "cookie", f.sessions["owner A"], "form", form("text", "Mine"))
	f.want(303, "POST", "/operator", "cookie", operator, "form", form("name", "Ops Ltd, Dock 2", "contact", "ops@ops.example", "host", "Example Hosting, Germany"))
	hold(t, "the form", f.get("operator", "/operator/terms"), "Ops Ltd, Dock 2")
	hold(t, "the record of processing for others", f.get("operator", "/operator/processor"), "Ops Ltd, Dock 2", "Marker-B", siteA)
	hold(t, "the policy of a site", f.get("owner A", "/sites/"+siteA+"/documents/policy"), "Ops Ltd, Dock 2", "Example Hosting, Germany")

	signIn := func() (at, session string) {
		t.Helper()
		w := f.do("GET", f.linkFor(people["owner A"].Email))
		return w.Header().Get("Location"), cookieOf(w)
	}
	if at, _ := signIn(); at != "/" {
		t.Errorf("without texts, signing in leads to %s", at)
	}
	hold(t, "the form of the template", f.get("operator", "/operator/terms"), "Still to be filled in, or struck out: [liability")
	gaps := form("text", "# Terms\n\nPay [amount] a month, see [the list](https://ops.example/prices). [amount] again, by [day].")
	for _, what := range []string{"preview", ""} {
		f.want(map[string]int{"preview": 200, "": 303}[what], "POST", "/operator/privacy", "cookie", operator, "form", gaps+"&do="+what)
	}
	hold(t, "a text with gaps", f.get("operator", "/operator"), "Still to be filled in, or struck out: [amount], [day].")
	hold(t, "its form", f.get("operator", "/operator/privacy"), "Still to be filled in, or struck out: [amount], [day].")
	f.want(303, "POST", "/operator/privacy", "cookie", operator, "form", form("text", "# Privacy\n\nWe forget."))
	hold(t, "without gaps", f.get("operator", "/operator"), "!Still to be filled in")
	if err := f.accounts.Seen(t.Context(), f.who("owner A"), "privacy", 2); err != nil { // what follows is about the terms
		t.Fatal(err)
	}
	first := "# Terms\n\nBe kind.\n\nPay nothing."
	preview := f.want(200, "POST", "/operator/terms", "cookie", operator, "form", form("text", first, "do", "preview")).Body.String()
	hold(t, "the preview", preview, "<h1>", "Be kind.")
	hold(t, "not saved yet", f.want(200, "GET", "/terms").Body.String(), "has not written this text yet")
	f.want(303, "POST", "/operator/terms", "cookie", operator, "form", form("text", first))
	f.want(400, "POST", "/operator/terms", "cookie", operator, "form", form("text", " "))
	hold(t, "the first version", f.want(200, "GET", "/terms").Body.String(), "Be kind.", "Version 1 of", "!has not written")

	at, session := signIn()
	if at != "/news?next=%2F" {
		t.Fatalf("with a new text, signing in leads to %s", at)
	}
	news := f.want(200, "GET", at, "cookie", session).Body.String()
	hold(t, "the first text is shown whole", news, "Be kind.", "<h1>What holds here</h1>", "!has changed", "!What is new", "!<ins>", `name="terms" value="1"`)
	if w := f.want(303, "POST", "/news", "cookie", session, "form", form("terms", "1", "next", "//evil.example")); w.Header().Get("Location") != "/" {
		t.Errorf("going on leads to %s", w.Header().Get("Location"))
	}
	if at, _ := signIn(); at != "/" {
		t.Errorf("what was shown is shown again: %s", at)
	}
	f.want(303, "POST", "/operator/terms", "cookie", operator, "form", form("text", strings.Replace(first, "Pay nothing.", "Pay <b>a little</b>.", 1)))
	f.want(303, "POST", "/operator/terms", "cookie", operator, "form", form("text", strings.Replace(first, "Pay nothing.", "Pay <b>a little</b>.", 1))) // the same again is no version
	at, session = signIn()
	hold(t, "what changed", f.want(200, "GET", at, "cookie", session).Body.String(), "<h1>What is new in the terms</h1>", "has changed", "<del>", "Pay nothing.", "<ins>", "Pay &lt;b&gt;a little&lt;/b&gt;.", `value="2"`)
	hold(t, "the first version, later", f.want(200, "GET", "/terms?version=1").Body.String(), "Pay nothing.", "holds no more")
	f.want(404, "GET", "/terms?version=3")
	f.want(404, "POST", "/news", "cookie", session, "form", form("terms", "3"))
	if w := f.do("GET", f.linkFor(people["operator"].Email)); w.Header().Get("Location") != "/" {
		t.Errorf("the operator is shown what they wrote: %s", w.Header().Get("Location"))
	}
}

// info returns a site as it is set.
func (f *fixture) info(domain string) account.SiteInfo {
	f.t.Helper()
	info, err := f.store.Control().SiteByDomain(f.t.Context(), domain)
	if err != nil {
		f.t.Fatal(err)
	}
	return info
}

// mustChange changes settings of a site at the command line.
func (f *fixture) mustChange(domain string, change func(*account.SiteSettings)) {
	f.t.Helper()
	_, err := f.accounts.ChangeSite(f.t.Context(), account.Local(), domain, account.SiteChange{Edit: func(s *account.SiteSettings) error { change(s); return nil }})
	if err != nil {
		f.t.Fatal(err)
	}
}

// linkFor returns the path of a link that signs somebody in.
func (f *fixture) linkFor(email string) string {
	f.t.Helper()
	secret, err := f.accounts.NewLink(f.t.Context(), account.Local(), email, account.DemoLink)
	if err != nil {
		f.t.Fatal(err)
	}
	return "/link/" + secret
}
