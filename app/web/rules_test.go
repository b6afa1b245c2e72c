package web

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"sandprint/app/store"
)

// viewed counts page views of paths some days ago, one visitor each, from a country.
func (f *fixture) viewed(domain string, daysAgo int, country string, paths ...string) {
	f.t.Helper()
	ctx, at := context.Background(), time.Now().Unix()-int64(daysAgo)*86400
	info, err := f.store.Control().SiteByDomain(ctx, domain)
	if err != nil {
		f.t.Fatal(err)
	}
	site, err := f.store.Site(ctx, info.ID)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, path := range paths {
		visit := site.NextVisit()
		hit := store.Hit{Kind: store.Pageview, Time: at, Start: at, View: fmt.Sprintf("viewed%09d", visit), Visitor: uint64(visit), Lasting: true, Visit: visit,
			Page: store.Page{Host: domain, Path: path}, Place: store.Place{Country: country}}
		if err := site.Append(ctx, []store.Hit{hit}); err != nil {
			f.t.Fatal(err)
		}
	}
}

// cells returns the texts of the table rows of a page, tags taken out.
func cells(page string) (rows []string) {
	for _, row := range strings.Split(page, "<tr>")[1:] {
		row, _, _ = strings.Cut(row, "</tr>")
		var text strings.Builder
		for _, part := range strings.Split(row, "<") {
			_, inner, _ := strings.Cut(part, ">")
			text.WriteString(strings.TrimSpace(inner) + "|")
		}
		rows = append(rows, strings.Trim(strings.ReplaceAll(text.String(), "||", "|"), "|"))
	}
	return rows
}

// What rules would have done in the last 30 days is shown before they are saved, and nothing is changed by that.
func TestRulesPreview(t *testing.T) {
	f := full(t)
	f.viewed(siteA, 2, "AT", "/basket/", "/mug/red/", "/mug/red/big")
	f.viewed(siteA, 2, "DE", "/order/1", "/order/1?lang=de", "/order/2", "/order/2/pay", "/about")
	f.viewed(siteA, 40, "DE", "/order/3") // before the last 30 days
	f.viewed(siteA, 0, "FR", "/order/*")  // grouped already
	owner, path := f.sessions["owner A"], "/sites/"+siteA+"/rules"
	rules := form("groups", "/order/*\n/**", "excluded", "/abo*\n/nothing\n/basket\n/mug/*", "excluded_countries", "Germany\nfr", "excluded_networks", "203.0.113.0/24", "do", "preview")
	page := f.want(200, "POST", path, "cookie", owner, "form", rules).Body.String()
	got := strings.Join(cells(page), "\n")
	for _, row := range []string{"as one: /order/*||3|3||/order/1, /order/1?lang=de, /order/2", "as one: /**||5|5||/about",
		"not counted: /abo*||1|1||/about", "not counted: /nothing||0|0", "not counted: /basket||1|1||/basket/", "not counted: /mug/*||1|1||/mug/red/", "not counted: Germany|||5", "not counted: France|||1"} {
		if !strings.Contains(got, row) {
			t.Errorf("no row %q in\n%s", row, got)
		}
	}
	if !strings.Contains(page, "no addresses are kept") || !strings.Contains(page, "203.0.113.0/24") {
		t.Error("it isn't said that networks can't be looked at, or they are not in the form any more")
	}
	if info, _ := f.store.Find(siteA); info.Settings.Groups != nil || info.Settings.ExcludedCountries != nil {
		t.Errorf("looking has changed the settings: %+v", info.Settings)
	}
}

// Rules are saved by their form, which says what is wrong with them; the form of the other settings leaves them alone, and
// the other way round.
func TestRulesForm(t *testing.T) {
	f := full(t)
	owner, path := f.sessions["owner A"], "/sites/"+siteA+"/rules"
	settings := func() store.SiteSettings { info, _ := f.store.Find(siteA); return info.Settings }
	f.want(303, "POST", "/sites/"+siteA+"/settings", "cookie", owner, "form", form("timezone", "UTC", "mode", "cookie", "floor", "7"))
	f.want(303, "POST", path, "cookie", owner, "form", form("groups", "/order/*\r\n\r\n/shop/**", "excluded", "/admin/**", "query_keys", "q", "excluded_countries", "de\nFrance",
		"excluded_networks", "203.0.113.77\n2001:db8::1"))
	const want = "[/order/* /shop/**] [/admin/**] [q] [DE FR] [203.0.113.0/24 2001:db8::/48] 7"
	said := func(s store.SiteSettings) string {
		return fmt.Sprint(s.Groups, s.Excluded, s.QueryKeys, s.ExcludedCountries, s.ExcludedNetworks, s.Floor)
	}
	if got := said(settings()); got != want {
		t.Errorf("saved %s, want %s", got, want)
	}
	f.want(303, "POST", "/sites/"+siteA+"/settings", "cookie", owner, "form", form("timezone", "UTC", "mode", "cookie", "floor", "7"))
	if got := said(settings()); got != want {
		t.Errorf("after the other form: %s, want %s", got, want)
	}
	page := f.want(200, "GET", path, "cookie", owner).Body.String()
	for _, text := range []string{"/order/*\n/shop/**</textarea>", "Germany\nFrance</textarea>", "203.0.113.0/24\n2001:db8::/48</textarea>", `href="https://` + siteA + `/#sp-off"`} {
		if !strings.Contains(page, text) {
			t.Errorf("the form has no %q", text)
		}
	}
	f.want(303, "POST", path, "cookie", owner, "form", form("excluded", "http://www."+siteA+":8080/foo?x=1#y\nhttps://"+siteA+"/bar/**", "query_keys", "sort\ncustomer_email",
		"excluded_countries", "Deutschland\nvereinigte staaten\nFrance"))
	if got := fmt.Sprint(settings().Excluded, settings().ExcludedCountries); got != "[/foo /bar/**] [DE US FR]" {
		t.Errorf("addresses and German names give %s", got)
	}
	for key, want := range map[string]bool{"customer_email": true, "sort": false} {
		_, warned, _ := strings.Cut(f.want(200, "GET", path, "cookie", owner).Body.String(), "about a person: ")
		if warned, _, _ = strings.Cut(warned, ". Browsers"); strings.Contains(warned, key) != want {
			t.Errorf("%s: warned of %q", key, warned)
		}
	}
}

// Preview and saving find the same mistakes, all of them at once, each by its field; and nothing is saved.
func TestRulesMistakes(t *testing.T) {
	f := full(t)
	bad := map[string][]string{"groups": {"order", "/a?b=c"}, "excluded": {"not a path", "http://shop.example/foo"}, "query_keys": {"a b", "q="},
		"excluded_countries": {"Atlantis", "XX"}, "excluded_networks": {"999.1.1.1", "::/0"}}
	var fields []string
	for field, list := range bad {
		fields = append(fields, field, strings.Join(append(list, map[string]string{"groups": "/fine"}[field]), "\n"))
	}
	for _, do := range []string{"preview", ""} {
		page := f.want(400, "POST", "/sites/"+siteA+"/rules", "cookie", f.sessions["owner A"], "form", form(append(fields, "do", do)...)).Body.String()
		for field, list := range bad {
			_, text, _ := strings.Cut(page, `name="`+field+`"`)
			text, _, _ = strings.Cut(text, "</label>")
			for _, line := range list {
				if _, errors, _ := strings.Cut(text, `class="error" id="wrong-`+field+`"`); !strings.Contains(errors, "“"+line+"”") || !strings.Contains(text, `aria-invalid="true"`) {
					t.Errorf("do=%s: %s of %s gives %s", do, line, field, text)
				}
			}
			if strings.Contains(text, "“/fine”") || !strings.Contains(page, `href="#field-`+field+`"`) {
				t.Errorf("do=%s: what is right is called wrong, or nothing leads to the field: %s", do, text)
			}
		}
	}
	if page := f.want(400, "GET", "/sites/"+siteA+"/rules?exclude=nonsense", "cookie", f.sessions["owner A"]).Body.String(); !strings.Contains(page, "“nonsense” is no pattern of paths.") {
		t.Error("an address with a bad suggestion doesn't say so")
	}
	if info, _ := f.store.Find(siteA); info.Settings.Groups != nil || info.Settings.Excluded != nil {
		t.Errorf("saved with mistakes: %+v", info.Settings)
	}
}

// A rule that could be saved once, and couldn't today, stops nothing else from being saved.
func TestOldRulesStopNothing(t *testing.T) {
	f := full(t)
	info, _ := f.store.Find(siteA)
	info.Settings.Excluded = []string{"http://elsewhere.example/foo"}
	if err := f.store.UpdateSite(t.Context(), info); err != nil {
		t.Fatal(err)
	}
	f.want(303, "POST", "/sites/"+siteA+"/settings", "cookie", f.sessions["owner A"], "form", form("timezone", "UTC", "mode", "cookie", "floor", "7"))
	f.want(400, "POST", "/sites/"+siteA+"/rules", "cookie", f.sessions["owner A"], "form", form("excluded", "http://elsewhere.example/foo"))
}

// Rare paths are new ones that few page views had. Each leads to the form with a rule filled in, and what it would have done.
func TestRarePaths(t *testing.T) {
	f := full(t)
	f.viewed(siteA, 20, "DE", "/", "/profile", "/profile/old", "/blog/known/", "/users")
	f.viewed(siteA, 3, "DE", "/profile/jane-doe", "/profile/jane-doe/edit", "/profile/john-roe?lang=de", "/profile/old", "/blog/known/", "/users/:user", "/order/*",
		"/big", "/big", "/big", "/big", "/big", "/big/part", "/lone/one")
	f.viewed(siteA, 8, "DE", "/profile/seen-last-week")
	f.viewed(siteA, 1, "DE", "/profile/seen-last-week")
	owner, path := f.sessions["owner A"], "/sites/"+siteA+"/rules"
	page := f.want(200, "GET", path, "cookie", owner).Body.String()
	_, rare, _ := strings.Cut(page, `id="rare"`)
	for text, want := range map[string]bool{"/profile/jane-doe": true, "/profile/jane-doe/edit": false, "/profile/john-roe": true, "john-roe?lang": false, "/profile/old": false, "/blog": false,
		":user": false, "/order": false, "/big/part": true, "/lone/one": true, "rules?exclude=%2Flone&amp;exclude=%2Flone%2F%2A%2A": true, "seen-last-week": false, "2 new, 3 page views": true, `rules?group=%2Fprofile%2F%2A"`: true, "group=%2F%2A": false} {
		if strings.Contains(rare, text) != want {
			t.Errorf("%q is listed: %v\n%s", text, !want, rare)
		}
	}
	page = f.want(200, "GET", path+"?group=%2Fprofile%2F*", "cookie", owner).Body.String()
	if got := strings.Join(cells(page), "\n"); !strings.Contains(got, "as one: /profile/*||4|6||") || !strings.Contains(page, "/profile/*</textarea>") {
		t.Errorf("the suggestion leads to %s", got)
	}
	if info, _ := f.store.Find(siteA); info.Settings.Groups != nil {
		t.Error("a suggestion has changed the settings")
	}

	var names []string
	for i := range 8 {
		names = append(names, fmt.Sprintf("/members/name%d", i))
	}
	f.viewed(siteA, 1, "DE", names...)
	page = f.want(200, "GET", path, "cookie", owner).Body.String()
	if !strings.Contains(page, "and 3 more") || strings.Contains(page, "name7") || !strings.Contains(page, "/rules?rare=all#rare") {
		t.Error("there is no way to the paths beyond the first")
	}
	page = f.want(200, "GET", path+"?rare=all", "cookie", owner).Body.String()
	if !strings.Contains(page, "name7") || strings.Contains(page, "more</li>") || strings.Contains(page, "/rules?rare=all#rare") {
		t.Error("not all are shown")
	}
	f.want(303, "POST", path, "cookie", owner, "form", form("groups", "/profile/*/", "excluded", "/lone/**\n/members/*"))
	page = f.want(200, "GET", path, "cookie", owner).Body.String()
	_, rare, _ = strings.Cut(page, `id="rare"`)
	for text, want := range map[string]bool{"/members": false, "/lone/one": false, "/profile/john-roe": false, "/big/part": true, "/profile/jane-doe/edit": true} {
		if strings.Contains(rare, text) != want {
			t.Errorf("with rules for the others, %s is offered: %v\n%s", text, !want, rare)
		}
	}
}
