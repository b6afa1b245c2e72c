package prove

import (
	"encoding/json"
	"net/url"
	"strings"
)

// changes are settings as the API takes them, each with what the text for the site's policy, or else its record of processing, says from then on.
var changes = []struct{ setting, document, says string }{
	{`{"keep_visits":12}`, "policy", "| visits and pages read | 12 months |"},
	{`{"keep_keys":6}`, "policy", "after the last visit | 6 months |"},
	{`{"keep_totals":24}`, "policy", "| totals of days, without visitors | 24 months |"},
	{`{"floor":11}`, "policy", "fewer than 11 visitors"},
	{`{"forms":true}`, "policy", "that a form was sent"},
	{`{"search_key":"q"}`, "policy", "what is searched for"},
	{`{"excluded":["/own/**"]}`, "record", "/own/**"},
	{`{"query_keys":["plan"]}`, "record", "plan"},
	{`{"mode":"consent"}`, "policy", "the script is loaded but sends nothing"},
	{`{"mode":"cookieless"}`, "policy", "No cookie is used"},
}

// documentsMatch is claim 14: a setting that changes changes the configuration's hash and the documents, in every language, and the dashboard says that the
// text on the site is older.
func documentsMatch(t *Trial) {
	s := t.serve("data")
	s.site("shop.example")
	session := s.signIn("owner@prove.example")
	get := func(path string) string {
		a := s.ask("GET", path, "", "Cookie", session)
		if a.status != 200 {
			t.wrong("%s answers %d", path, a.status)
		}
		return a.body
	}
	text := func(document, lang string) string {
		body := strings.TrimSpace(get("/sites/shop.example/documents/" + document + ".md?lang=" + lang))
		last := strings.LastIndex(body, "\n")
		return body[:max(last, 0)] // below it stand hash and date
	}
	hash := func() string {
		var out struct {
			Hash string `json:"configuration_hash"`
		}
		t.must(json.Unmarshal([]byte(get("/privacy/shop.example/privacy.json")), &out))
		return out.Hash
	}
	languages := map[string][]string{"policy": {"en", "de", "fr", "es"}, "record": {"en", "de"}}
	published, seen := hash(), map[string]bool{}
	seen[published] = true
	a := s.ask("POST", "/sites/shop.example/documents/published", url.Values{"hash": {published[:16]}}.Encode(),
		"Cookie", session, "Content-Type", "application/x-www-form-urlencoded")
	if a.status != 303 || strings.Contains(get("/sites/shop.example"), "older than the settings") {
		t.wrong("the text that was just published counts as older than the settings, or can't be published: %d", a.status)
	}
	for _, c := range changes {
		before, page := map[string]string{}, get("/privacy/shop.example")
		for _, lang := range languages[c.document] {
			before[lang] = text(c.document, lang)
		}
		a := s.ask("PATCH", "/api/v1/sites/shop.example", c.setting, "Authorization", "Bearer "+s.token, "Content-Type", "application/json")
		if a.status != 200 {
			t.wrong("%s is not taken: %d", c.setting, a.status)
		}
		for _, lang := range languages[c.document] {
			if text(c.document, lang) == before[lang] {
				t.wrong("%s: the %s says the same in %s", c.setting, c.document, lang)
			}
		}
		if c.document == "policy" && get("/privacy/shop.example") == page {
			t.wrong("%s: the page for visitors says the same", c.setting)
		}
		if is := text(c.document, "en"); strings.Contains(before["en"], c.says) || !strings.Contains(is, c.says) {
			t.wrong("%s: the %s does not say “%s”, or said it before", c.setting, c.document, c.says)
		}
		if h := hash(); seen[h] {
			t.wrong("%s: the hash of the configuration is one that was there before", c.setting)
		} else {
			seen[h] = true
		}
	}
	if !strings.Contains(get("/sites/shop.example"), "older than the settings") {
		t.wrong("the dashboard does not say that the text on the site is older than the settings")
	}
	t.sent("%d changes of a site's settings, one after another", len(changes))
	t.searched("the text for the site's policy in four languages and the record of processing in two, before and after each; the page for the site's visitors; the hash of the configuration; the dashboard")
	t.found("another hash and another text each time, in every language, with the new value in it; the dashboard says that the text on the site is older")
}
