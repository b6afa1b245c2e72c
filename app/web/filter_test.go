package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sandprint/app/account"
	"sandprint/views"
)

// ask is the address of the filter's form for a page to come back to.
func ask(page, params string) string {
	return "/sites/" + siteA + "/filter?back=" + url.QueryEscape("/sites/"+siteA+page) + params
}

// TestFilterForm sends the form as browsers do without a script, from several pages.
func TestFilterForm(t *testing.T) {
	f := full(t)
	for _, row := range []struct{ page, params, to, why string }{
		{"?period=7d&tab=country", "&apply=1&by=country&op=is&value=&value=Germany", "?period=7d&tab=country&filter=country:is:DE", "countries by name; empty fields are none"},
		{"", "&apply=1&by=country&op=not&value=Deutschland&value=fr&value=FR", "?filter=country:not:Deutschland,FR", "in the reader's language, or by code"},
		{"", "&apply=1&by=country&op=contains&value=king", "?filter=country:is:GB", "a part of a name is of names, not of codes"},
		{"", "&apply=1&by=language&op=is&value=French", "?filter=language:is:fr", "languages too"},
		{"", "&apply=1&by=visitor_type&op=is&value=Returning", "?filter=visitor_type:is:returning", "words of ours"},
		{"", "&apply=1&by=page&op=matches&value=/a/**", "?filter=page:matches:/a/**", ""},
		{"?filter=device:is:phone", "&apply=1&by=page&op=is&value=/a,b", `?filter=device:is:phone&filter=page:is:/a%5C,b`, "a comma in a value"},
		{"?filter=country:is:DE", "&apply=1&by=country&op=is&value=AT", "?filter=country:is:DE,AT", "the same question again is one with both values"},
		{"?filter=country:is:DE", "&apply=1&by=country&op=contains&value=france", "?filter=country:is:DE,FR", ""},
		{"?filter=page:contains:a", "&apply=1&by=page&op=contains&value=b", "?filter=page:contains:a&filter=page:contains:b", "but both texts may be asked for"},
		{"?filter=country:is:DE&filter=page:is:/", "&edit=0&apply=1&by=country&op=not&value=AT", "?filter=country:not:AT&filter=page:is:/", "changed in its place"},
		{"?filter=country:is:DE", "&edit=7&apply=1&by=page&op=is&value=/", "?filter=country:is:DE&filter=page:is:/", "changing what isn't there adds"},
		{"?period=day", "&apply=1&by=did&op=not&value=Order: placed", `?period=day&filter=did:not:Order%5C:+placed`, "did not do"},
		{"?period=day", "&apply=1&by=prop:a:b&op=is&value=x", `?period=day&filter=prop:a%5C:b:is:x`, "a property with a colon"},
		{"/details?by=page&sort=name&offset=200", "&apply=1&by=device&op=not&value=phone", "/details?by=page&sort=name&filter=device:not:phone", "a table begins at the top again"},
		{"/retention?by=month", "&apply=1&by=device&op=is&value=phone", "/retention?by=month&filter=device:is:phone", "from any page of the site"},
	} {
		w := f.want(http.StatusSeeOther, "GET", ask(row.page, strings.ReplaceAll(row.params, " ", "+")), "cookie", f.sessions["viewer A"], "Accept-Language", language(row.params))
		want := strings.ReplaceAll(row.to, "country:not:Deutschland", "country:not:DE")
		if got := strings.TrimPrefix(w.Header().Get("Location"), "/sites/"+siteA); got != want {
			t.Errorf("%s with %s (%s) leads to %s, want %s", row.page, row.params, row.why, got, want)
			continue
		}
		f.want(http.StatusOK, "GET", w.Header().Get("Location"), "cookie", f.sessions["viewer A"])
	}
}

// TestFilterSpelledOtherwise types values in other letters than the data have them: what is there exactly is meant exactly.
func TestFilterSpelledOtherwise(t *testing.T) {
	f := full(t)
	f.goals("Newsletter", "subscribe")
	for visitor := range uint64(6) {
		f.read(siteA, "/About", "A", visitor+1)
		f.read(siteA, "/Both", "A", visitor+10)
		f.read(siteA, "/both", "A", visitor+20)
	}
	f.readIn(siteA, "Nancy", 40, 5) // goes with Hamburg
	f.readIn(siteA, "Lyon", 60, 6)
	f.readIn(siteA, "Hamburg", 50, 2)
	viewer := f.sessions["viewer A"]
	for _, row := range []struct{ filter, to, why string }{
		{"by=source&op=is&value=a+source", "source:is:A+source", "the letters that the data have"},
		{"by=source&op=not&value=a+SOURCE", "source:not:A+source", "what is excluded too"},
		{"by=source&op=is&value=Bing", "source:is:Bing", "of nothing like it nothing is known"},
		{"by=source&op=is&value=direct", "source:is:Direct", "a word of ours"},
		{"by=page&op=is&value=/about", "page:is:/About", ""},
		{"by=page&op=is&value=/both", "page:is:/both", "what is there exactly"},
		{"by=page&op=is&value=/BOTH", "page:is:/Both,/both", "all that it can mean"},
		{"by=page&op=contains&value=/both", "page:contains:/both", "contains never minds"},
		{"by=page&op=matches&value=/BOTH*", "page:matches:/BOTH*", "a pattern is no value"},
		{"by=browser&op=is&value=a+browser&value=A+BROWSER", "browser:is:A+browser", "said twice is said once"},
		{"by=channel&op=is&value=referral", "channel:is:Referral", ""},
		{"by=channel&op=is&value=organic+search", "channel:is:Organic+Search", "channels are known without the data"},
		{"by=language&op=is&value=DE", "language:is:de", "so are languages"},
		{"by=hour_of_day&op=is&value=7", "hour_of_day:is:07", ""},
		{"by=did&op=is&value=newsletter", "did:is:Newsletter", "goals that nobody has reached"},
		{"by=city&op=is&value=lyon", "city:is:Lyon", ""},
		{"by=city&op=is&value=hamburg", "city:is:hamburg", "what the smallest group hides is not told"},
	} {
		w := f.want(http.StatusSeeOther, "GET", ask("?period=day", "&apply=1&"+row.filter), "cookie", viewer)
		if got := strings.TrimPrefix(w.Header().Get("Location"), "/sites/"+siteA+"?period=day&filter="); got != row.to {
			t.Errorf("%s (%s) leads to %s, want %s", row.filter, row.why, got, row.to)
		}
	}
	for _, row := range []struct{ params, link, why string }{
		{"&filter=source:is:a+source", "filter=source:is:A+source", "an address that keeps nobody offers what was maybe meant"},
		{"&filter=country:is:Germany&filter=page:is:/ABOUT", "filter=country:is:DE&amp;filter=page:is:/About", "names in the place of codes, in all filters"},
		{"&filter=source:is:Bing", "", "nothing is like it"},
		{"&filter=source:is:A+source", "", "it is there"},
	} {
		page := f.want(http.StatusOK, "GET", "/sites/"+siteA+"?period=day"+row.params, "cookie", viewer).Body.String()
		if strings.Contains(page, "Maybe this was meant") != (row.link != "") || !strings.Contains(page, row.link) {
			t.Errorf("%s (%s): the page does not offer %q", row.params, row.why, row.link)
		}
	}
	api := f.want(http.StatusOK, "GET", "/api/v1/sites/"+siteA+"/stats?period=day&filter=source:is:a+source", "token", f.tokens["read A"]).Body.String()
	if !strings.Contains(api, `"visitors":0`) {
		t.Errorf("the API is not exact any more: %s", api)
	}
}

// language returns the one that a row of TestFilterForm is typed in.
func language(params string) string {
	if strings.Contains(params, "Deutschland") {
		return "de"
	}
	return "en"
}

// TestFilterFormIsFilled looks at the form: what it offers and what it says.
func TestFilterFormIsFilled(t *testing.T) {
	f := full(t)
	owner := f.sessions["owner A"]
	for visitor := range uint64(6) {
		f.read(siteA, "/about", "A", visitor+1)
	}
	f.read(siteA, "/rare", "A", 9)
	f.goals("Newsletter", "subscribe")
	for _, row := range []struct {
		target, has string
		status      int
		why         string
	}{
		{ask("?period=day", ""), `name="value" value="/about"`, 200, "pages unless said otherwise"},
		{ask("?period=day", "&by=country"), `<bdi>Germany</bdi> <span>7</span>`, 200, "countries by their names, with their visitors"},
		{ask("?period=yesterday", "&by=country"), `<option value="country" selected>`, 200, "a period without data"},
		{ask("?period=day", "&by=did"), `name="value" value="Newsletter"`, 200, "goals of the settings that nobody has reached yet"},
		{ask("?period=day", "&by=weekday"), `<bdi>Sunday</bdi>`, 200, "all weekdays"},
		{ask("?filter=country:not:DE,FR", "&edit=0"), `value="FR" checked> <bdi>France</bdi>`, 200, "a pill opens it filled in"},
		{ask("?filter=country:not:DE", "&edit=0"), `<option value="not" selected>`, 200, ""},
		{ask("?filter=country:not:DE", "&edit=0"), "Remove this filter", 200, ""},
		{ask("?filter=country:not:DE", "&edit=0&by=device"), `<option value="device" selected>`, 200, "another dimension has other values"},
		{ask("?filter=prop:plan:is:pro", "&edit=0"), `<option value="prop:plan" selected>`, 200, "a property that no event had"},
		{ask("", "&apply=1&by=page&op=is&value=+"), "The filter has no value.", 400, ""},
		{ask("", "&apply=1&by=country&op=is&value=Atlantis"), "No country is called “Atlantis”.", 400, ""},
		{ask("", "&apply=1&by=page&op=like&value=x"), "has no known operator", 400, ""},
		{ask("", "&by=colour"), "colour", 400, ""},
		{ask("", "&apply=1&by=page&op=is&value="+strings.Repeat("x", 5001)), "bytes", 400, ""},
		{ask("?filter=nonsense", ""), "nonsense", 400, "what is wrong with the page"},
		{"/sites/" + siteA + "/filter", "Add a filter", 200, "without a page to come back to: the dashboard"},
		{"/sites/" + siteA + "/filter?back=https://evil.example/sites/a.example", "does not say which page", 400, "leads nowhere else"},
		{"/sites/" + siteA + "/filter?back=//evil.example/sites/a.example", "does not say which page", 400, ""},
		{"/sites/" + siteA + "/filter?back=/sites/" + siteB, "does not say which page", 400, "another site"},
		{"/sites/" + siteA + "/filter?back=/sites/" + siteA + "/../" + siteB, "does not say which page", 400, ""},
		{"/sites/" + siteA + "/filter?back=/sites/" + siteA + "x", "does not say which page", 400, ""},
	} {
		w := f.want(row.status, "GET", row.target, "cookie", owner)
		if got := strings.Join(strings.Fields(strings.ReplaceAll(w.Body.String(), "> <", "><")), " "); !strings.Contains(got, strings.ReplaceAll(row.has, "> <", "><")) {
			i := max(0, strings.Index(got, "<main"))
			t.Errorf("%s (%s): no %q in %.3000s", row.target, row.why, row.has, got[i:])
		}
	}
}

// goals gives site A a goal.
func (f *fixture) goals(name, event string) {
	f.t.Helper()
	set := account.SiteSettings{Goals: []account.Goal{{Name: name, Event: event}}}
	if _, err := f.accounts.ChangeSite(f.t.Context(), f.who("owner A"), siteA, account.SiteChange{Settings: &set}); err != nil {
		f.t.Fatal(err)
	}
}

// TestFilterValues looks values up while somebody types.
func TestFilterValues(t *testing.T) {
	f := full(t)
	for visitor := range uint64(6) {
		f.read(siteA, "/about", "A", visitor+1)
	}
	f.read(siteA, "/rare", "A", 9)
	f.readIn(siteA, "Hamburg", 10, 1)
	f.readIn(siteA, "Nancy", 20, 5) // goes with Hamburg, which alone would be too small
	f.readIn(siteA, "Lyon", 30, 6)
	for _, row := range []struct{ params, want, why string }{
		{"by=country&text=germ", "DE", "by name"},
		{"by=country&text=allem", "", "not in every language"},
		{"by=page&text=ABOUT", "/about", "letter case aside"},
		{"by=page&text=rar", "/rare", "rare pages show, as they do in lists"},
		{"by=city&text=ham", "", "the smallest group holds"},
		{"by=city&text=ly", "Lyon", ""},
		{"by=device&text=pho", "phone", "known without the data"},
		{"by=hour_of_day&text=07", "07", ""},
	} {
		w := f.want(http.StatusOK, "GET", "/sites/"+siteA+"/filter/values?back=/sites/"+siteA+"%3Fperiod=day&"+row.params, "cookie", f.sessions["viewer A"])
		var out struct{ Values []views.FilterOption }
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, v := range out.Values {
			got = append(got, v.Value)
		}
		if strings.Join(got, " ") != row.want {
			t.Errorf("%s (%s): %q, want %q", row.params, row.why, got, row.want)
		}
	}
	f.want(http.StatusBadRequest, "GET", "/sites/"+siteA+"/filter/values?by=nothing", "cookie", f.sessions["viewer A"])
}
