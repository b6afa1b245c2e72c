package web

import (
	"net/http"
	"strings"
	"testing"

	"sandprint/app/account"
)

// A country's settings are shown with what they change before they are applied; their name stays, and says when a value was changed afterwards.
func TestPresets(t *testing.T) {
	f := full(t)
	owner, path := f.sessions["owner A"], "/sites/"+siteA
	page := f.want(http.StatusOK, "GET", path+"/preset?name=strict", "cookie", owner).Body.String()
	for _, text := range []string{"<b>Without cookies</b>", "<b>13 months</b>", "<b>10</b>", "<b>country only</b>", "<b>a day</b>", "visitors a day, visits 13 months, groups from 10", "gesetze-im-internet.de"} {
		if !strings.Contains(page, text) {
			t.Errorf("before it is applied %q is missing", text)
		}
	}
	if set := f.settingsOf(siteA); set.Preset != "" || set.Floor != 0 {
		t.Errorf("shown, and yet changed: %+v", set)
	}
	f.want(http.StatusBadRequest, "GET", path+"/preset?name=xx", "cookie", owner)
	f.want(http.StatusBadRequest, "POST", path+"/preset", "cookie", owner, "form", form("preset", "xx"))
	f.want(http.StatusSeeOther, "POST", path+"/preset", "cookie", owner, "form", form("preset", "strict"))
	if set := f.settingsOf(siteA); set.Preset != "strict" || !set.CountryOnly || set.Floor != 10 || set.Retention.Visits != 13 {
		t.Errorf("applied: %+v", set)
	}
	standing := func(want ...string) {
		t.Helper()
		page := f.want(http.StatusOK, "GET", path+"/preset", "cookie", owner).Body.String()
		var got []string
		for _, card := range strings.Split(page, "<h2>")[1:] {
			head, _, _ := strings.Cut(card, "</h2>")
			if name, text, found := strings.Cut(head, "<small class=\"muted\">"); found {
				got = append(got, strings.TrimSpace(name)+": "+strings.TrimSuffix(strings.TrimSpace(text), "</small>"))
			}
		}
		if strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("the list says %q, want %q", got, want)
		}
	}
	standing("Strict: chosen")
	chosen := func(want string) {
		t.Helper()
		if page := f.want(http.StatusOK, "GET", path+"/settings", "cookie", owner).Body.String(); !strings.Contains(page, "Chosen for: "+want+".") {
			t.Errorf("the settings don't say %q", want)
		}
	}
	chosen("Strict")
	f.want(http.StatusSeeOther, "POST", path+"/settings", "cookie", owner, "form", form("timezone", "UTC", "mode", "cookieless", "floor", "7", "keep_visits", "13", "country_only", "on"))
	chosen("Strict, changed")
	standing("Strict: chosen, and changed since")
	f.want(http.StatusSeeOther, "POST", path+"/settings", "cookie", owner, "form", form("timezone", "UTC", "mode", "cookie", "keep_visits", "25", "country_only", "on"))
	standing("Strict: chosen, and changed since", "France: as the site is set now", "Spain: as the site is set now")
	f.want(http.StatusSeeOther, "POST", path+"/settings", "cookie", owner, "form", form("timezone", "UTC", "mode", "cookieless", "floor", "10", "keep_visits", "13", "country_only", "on"))
	chosen("Strict")

	f.want(http.StatusSeeOther, "POST", "/sites", "cookie", owner, "form", form("domain", "new.example", "timezone", "UTC", "preset", "de"))
	if set := f.settingsOf("new.example"); set.Preset != "de" {
		t.Errorf("a new site: %+v", set)
	}
	for _, p := range account.Presets {
		var site account.SiteInfo
		if p.Apply(&site); !p.Holds(site) {
			t.Errorf("%s does not hold once it is applied", p.Name)
		}
	}
}
