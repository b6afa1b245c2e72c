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
	for _, text := range []string{"<b>Without cookies</b>", "<b>13 months</b>", "<b>10</b>", "<b>country only</b>", "are deleted in the next night", "gesetze-im-internet.de"} {
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
	chosen := func(want string) {
		t.Helper()
		if page := f.want(http.StatusOK, "GET", path+"/settings", "cookie", owner).Body.String(); !strings.Contains(page, "Chosen for: "+want+".") {
			t.Errorf("the settings don't say %q", want)
		}
	}
	chosen("Strict")
	f.want(http.StatusSeeOther, "POST", path+"/settings", "cookie", owner, "form", form("timezone", "UTC", "mode", "cookieless", "floor", "7", "keep_visits", "13", "country_only", "on"))
	chosen("Strict, changed")
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
