package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"sandprint/app/account"
	"sandprint/app/store"
)

// trip counts a visit of a visitor from a source, that ends now: what begins with a slash is a page, all else an event with a
// property, ten seconds apart.
func (f *fixture) trip(domain string, visitor uint64, source string, steps ...string) {
	f.t.Helper()
	ctx := context.Background()
	info, err := f.store.Control().SiteByDomain(ctx, domain)
	if err != nil {
		f.t.Fatal(err)
	}
	site, err := f.store.Site(ctx, info.ID)
	if err != nil {
		f.t.Fatal(err)
	}
	start, visit := time.Now().Add(-time.Duration(len(steps))*10*time.Second).Unix(), site.NextVisit()
	var hits []store.Hit
	page := store.Page{Host: domain, Path: "/"}
	for i, step := range steps {
		h := store.Hit{Kind: store.Event, Time: start + int64(10*i), Start: start, View: fmt.Sprintf("view%09d%03d", visitor, i), Visitor: visitor, Visit: visit, Lasting: true,
			Type: store.NewVisitor, Origin: store.Origin{Source: source, Channel: "Referral"}, Agent: store.Agent{Browser: "Firefox", Device: "desktop"}}
		if strings.HasPrefix(step, "/") {
			page.Path = step
			h.Kind = store.Pageview
		} else {
			h.Name, h.Props, h.Amount, h.Currency = step, `{"plan":"pro"}`, 1000, "EUR"
		}
		h.Page = page
		hits = append(hits, h)
	}
	if err := site.Append(ctx, hits); err != nil {
		f.t.Fatal(err)
	}
}

// shop is a site with 20 visits: all come to the shop, 12 see the basket, 6 buy; the last 8 came from a newsletter.
func shop(t *testing.T) *fixture {
	f := full(t)
	for visitor := range uint64(20) {
		steps := []string{"/shop", "/shop/bowl", "/basket", "Order"}
		switch {
		case visitor >= 12:
			steps = steps[:2]
		case visitor >= 6:
			steps = steps[:3]
		}
		f.trip(siteA, visitor+1, map[bool]string{true: "newsletter", false: "Google"}[visitor < 8], steps...)
	}
	return f
}

// page returns what a person reads below main, and the main element.
func mainOf(t *testing.T, body string) (string, *html.Node) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Data != "main" {
			continue
		}
		var b strings.Builder
		for d := range n.Descendants() {
			if d.Type == html.TextNode {
				b.WriteString(" " + d.Data)
			}
		}
		return strings.Join(strings.Fields(b.String()), " "), n
	}
	t.Fatalf("there is no main part: %.300s", body)
	return "", nil
}

// TestJourneyPagesSayWhatTheAPISays asks both for the same and looks for the figures of one in the other.
func TestJourneyPagesSayWhatTheAPISays(t *testing.T) {
	f := shop(t)
	f.want(200, "PATCH", "/api/v1/sites/"+siteA, "token", f.tokens["write A"], "json", `{"goals":[{"name":"Bought","event":"Order","props":["plan:is:pro"]},{"name":"Basket","page":"/basket"},{"name":"Never","page":"/no"}]}`)
	type step struct {
		Visitors, Dropped int
		OfFirst           float64 `json:"of_first"`
		Median            int     `json:"median_seconds"`
	}
	var funnel struct{ Steps []step }
	var paths struct {
		Next, Previous []struct {
			Page   string
			Visits int
		}
	}
	var credits struct {
		First []struct {
			Source                string
			Visitors, Conversions int
		}
	}
	var cohorts struct{ Cohorts []struct{ Visitors *int } }
	var goals struct {
		Rows []struct {
			Goal                  string
			Conversions, Visitors int
			Rate                  float64 `json:"conversion_rate"`
		}
	}
	both := func(api, page, query, alone string, into any) string { // alone: what only the page is asked
		t.Helper()
		query += "&period=24h"
		if err := json.Unmarshal(f.want(200, "GET", "/api/v1/sites/"+siteA+api+"?"+query, "token", f.tokens["read A"]).Body.Bytes(), into); err != nil {
			t.Fatal(err)
		}
		got, _ := mainOf(t, f.want(200, "GET", "/sites/"+siteA+page+"?"+strings.TrimPrefix(query, "by=goal&metrics=conversions,visitors,conversion_rate&")+alone+"&compare=none", "cookie", f.sessions["viewer A"]).Body.String())
		return got
	}
	check := func(what, page string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s: %q is missing from %s", what, w, page)
			}
		}
	}
	got := both("/funnel", "/funnels", "step=page:/shop/**&step=page:/basket&step=event:Order%7Cplan:is:pro", "&split=source", &funnel)
	if s := funnel.Steps; len(s) != 3 || s[0].Visitors != 20 || s[1].Visitors != 12 || s[2].Visitors != 6 || s[2].Dropped != 6 || s[2].Median != 10 {
		t.Fatalf("the API says of the funnel %+v", s)
	}
	check("funnel", got, "20 100.0%", "12 60.0% 8 left before (40%)", "6 30.0% 6 left before (50%) after 10s (median)", "plan is pro", "Google 12", "newsletter 8")
	got = both("/paths", "/journeys", "start=page:/shop/bowl&depth=2", "", &paths)
	if len(paths.Next) == 0 || paths.Next[0].Page != "/basket" || paths.Next[0].Visits != 12 {
		t.Fatalf("the API says of what comes next %+v", paths.Next)
	}
	check("journeys", got, "20 Visits · 20 Visitors", "/basket 12 · 60%", "Visit ends 8 · 40%", "/shop 20 · 100%")
	got = both("/attribution", "/attribution", "by=source&goal=Bought", "", &credits)
	if len(credits.First) != 1 || credits.First[0].Source != "newsletter" || credits.First[0].Visitors != 6 {
		t.Fatalf("the API says of credits %+v", credits.First)
	}
	check("attribution", got, "newsletter 6 6 €60.00 6 6 €60.00", "Visitors who reached it 6")
	got = both("/retention", "/retention", "by=month", "", &cohorts)
	if len(cohorts.Cohorts) == 0 || *cohorts.Cohorts[len(cohorts.Cohorts)-1].Visitors != 20 {
		t.Fatalf("the API says of cohorts %+v", cohorts)
	}
	check("retention", got, "(so far) 20", "Safari")
	got = both("/stats", "/goals", "by=goal&metrics=conversions,visitors,conversion_rate", "", &goals)
	if len(goals.Rows) != 2 || goals.Rows[0].Goal != "Basket" || goals.Rows[0].Visitors != 12 || goals.Rows[0].Rate != 60 {
		t.Fatalf("the API says of goals %+v", goals.Rows)
	}
	check("goals", got, "Basket Page /basket 12 12 60.0%", "Bought Event Order, plan is pro 6 6 30.0% €60.00", "Never Page /no 0 0",
		"Any of the goals Each visitor once, whatever they reached 18 12 60.0%")
	got, _ = mainOf(t, f.want(200, "GET", "/sites/"+siteA+"/details?by=goal&period=24h&compare=none", "cookie", f.sessions["viewer A"]).Body.String())
	check("details", got, "Any of the goals Each visitor once, whatever they reached 18 60.0% 12")
}

// TestJourneyPagesNameWhatIsWrong asks what nobody means.
func TestJourneyPagesNameWhatIsWrong(t *testing.T) {
	f := shop(t)
	for _, c := range []struct {
		address string
		status  int
		has     string
	}{
		{"/funnels?step=page:/a", 400, "There are 1 of the parameter"},
		{"/funnels?step=page:/a&step=shoe:b", 400, `"shoe:b" is nothing that can be asked for here`},
		{"/funnels?step=page:/a&step=page:/b&window=1y", 400, `"1y" is no window`},
		{"/funnels?step=page:/a&step=page:/b&order=random", 400, `"random"`},
		{"/funnels?step=page:/a&step=page:/b&split=city", 400, `can't be split by "city"`},
		{"/funnels?funnel=None", 400, "no funnel “None”"},
		{"/funnels/edit?funnel=None", 400, "no funnel “None”"},
		{"/funnels/edit?step=x", 400, `"x" is nothing`},
		{"/funnels/edit?steps=2&do=show&by0=page&is0=shop&by1=page&is1=/b", 400, "“shop” is not a page"},
		{"/funnels/edit?steps=2&do=show&by0=page&is0=/shop", 400, "A funnel has 2 to 8 steps"},
		{"/funnels/edit?steps=2&do=show&by0=page&is0=/shop&by1=event&is1=x&prop1=a&op1=near&value1=b", 400, `no known operator: "near"`},
		{"/funnels/edit?steps=99999999&do=add", 200, "Step 20"},
		{"/funnels/edit?steps=-1&do=drop7", 200, "New funnel"},
		{"/funnels/edit?steps=2&do=up99999999999999999999", 200, "New funnel"},
		{"/goals/edit?goal=None", 400, "no goal “None”"},
		{"/goals/edit?kind=wish", 400, "“wish”"},
		{"/journeys?start=shoe:b", 400, `"shoe:b"`},
		{"/journeys?start=page:/shop&depth=9", 400, `"9"`},
		{"/journeys?start=page:/nowhere", 200, "No visit came to it"},
		{"/journeys?start=goal:nothing", 200, "No visit came to it"},
		{"/journeys?start=page:/shop&start=page:/shop", 400, "There are 2 of the parameter"},
		{"/attribution?by=city", 400, `can't be credited by "city"`},
		{"/attribution?window=soon", 400, `"soon" is no window`},
		{"/attribution?goal=None", 200, "No conversion in this period"},
		{"/retention?by=day", 400, `no cohorts by "day"`},
		{"/retention?from=1970-01-01&to=2099-12-31", 400, "more than 60"},
		{"/retention?period=fortnight", 400, `no period "fortnight"`},
		{"/goals?filter=colour:is:red", 400, `"colour"`},
		{"/goals?period=yesterday", 200, "No goal yet"},
	} {
		w := f.want(c.status, "GET", "/sites/"+siteA+c.address, "cookie", f.sessions["owner A"])
		if got, main := mainOf(t, w.Body.String()); !strings.Contains(got, c.has) {
			t.Errorf("%s: %q is missing from %.600s", c.address, c.has, got)
		} else if c.status == 400 && !strings.Contains(renderOf(main), "href=") {
			t.Errorf("%s: there is no way back", c.address)
		}
	}
}

func renderOf(n *html.Node) string {
	var b strings.Builder
	_ = html.Render(&b, n)
	return b.String()
}

// TestViewersOnlyLook sees what a viewer is offered, and tries what he isn't.
func TestViewersOnlyLook(t *testing.T) {
	f := shop(t)
	before := f.dump()
	viewer := f.sessions["viewer A"]
	f.want(403, "GET", "/sites/"+siteA+"/goals/edit", "cookie", viewer)
	f.want(403, "POST", "/sites/"+siteA+"/goals/edit", "cookie", viewer, "form", form("do", "save", "kind", "page", "page", "/", "name", "x"))
	f.want(403, "POST", "/sites/"+siteA+"/funnels/edit", "cookie", viewer, "form", form("do", "save", "name", "x", "steps", "2", "by0", "page", "is0", "/a", "by1", "page", "is1", "/b"))
	f.want(403, "POST", "/sites/"+siteA+"/funnels/edit", "cookie", viewer, "form", form("do", "remove", "old", "x"))
	for page, offers := range map[string]string{"/goals": "Set goals", "/funnels/edit": ">Save<", "/funnels": "New funnel", "/attribution": "Set goals"} {
		for who, want := range map[string]bool{"viewer A": false, "editor A": true} {
			if got := strings.Contains(f.want(200, "GET", "/sites/"+siteA+page, "cookie", f.sessions[who]).Body.String(), offers); got != want {
				t.Errorf("%s: that %q is offered to the %s is %v", page, offers, who, got)
			}
		}
	}
	w := f.want(303, "GET", "/sites/"+siteA+"/funnels/edit?steps=2&do=show&by0=page&is0=/shop&by1=event&is1=Order", "cookie", viewer)
	if to := w.Header().Get("Location"); to != "/sites/"+siteA+"/funnels?step=page:/shop&step=event:Order" {
		t.Errorf("a funnel to try is at %s", to)
	}
	if f.dump() != before {
		t.Error("something was changed")
	}
}

// settingsOf returns a site's goals and funnels.
func (f *fixture) settingsOf(domain string) account.SiteSettings {
	f.t.Helper()
	info, err := f.store.Control().SiteByDomain(context.Background(), domain)
	if err != nil {
		f.t.Fatal(err)
	}
	return info.Settings
}

// TestGoalsAndFunnelsAreSet goes the way of an editor, without JavaScript.
func TestGoalsAndFunnelsAreSet(t *testing.T) {
	f := shop(t)
	editor := f.sessions["editor A"]
	at := "/sites/" + siteA
	see := func(address string, want ...string) {
		t.Helper()
		got, _ := mainOf(t, f.want(200, "GET", at+address, "cookie", editor).Body.String())
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is missing from %s", address, w, got)
			}
		}
	}
	post := func(address string, status int, has string, fields ...string) {
		t.Helper()
		w := f.want(status, "POST", at+address, "cookie", editor, "form", form(fields...))
		if got := w.Header().Get("Location") + " " + html.UnescapeString(w.Body.String()); !strings.Contains(got, has) {
			t.Errorf("%s %v: %q is missing from %.2000s", address, fields, has, got)
		}
	}
	see("/goals/edit", "No goals are set", "A link to another site is followed")
	see("/goals/edit?kind=outbound", "sandprint('event', 'Order placed')", "no conversion")
	see("/goals/edit?kind=form", "does not count forms yet")
	see("/goals/edit?kind=missing", "sandprint('event', '404')")
	see("/goals/edit?set=1&kind=event&event=Order&prop=plan&op=is&value=pro,+team", "In the last 30 days: 6 conversions by 6 visitors, 30.0% of all, €60.00")
	see("/goals/edit?set=1&kind=event&event=Order&prop=plan&op=not&value=pro", "no conversion")
	see("/goals/edit?set=1&kind=page&page=/shop/**", "20 conversions by 20 visitors")
	see("/goals/edit?set=1&kind=page&page=/shop/**&scroll=50", "no conversion")
	post("/goals/edit", 303, "/goals/edit?done=saved&period=7d", "do", "save", "kind", "event", "name", "Bought", "event", "Order", "prop", "plan", "op", "is", "value", "pro, team", "prop", "", "op", "is", "value", "", "period", "7d")
	post("/goals/edit", 303, "saved", "do", "save", "kind", "page", "name", "Read", "page", "/shop/**", "scroll", "75", "engaged", "30")
	post("/goals/edit", 400, "There are two goals named", "do", "save", "kind", "page", "name", "Read", "page", "/x")
	post("/goals/edit", 400, "A goal has no name", "do", "save", "kind", "page", "page", "/x")
	post("/goals/edit", 400, "“shop” is not a page", "do", "save", "kind", "page", "name", "x", "page", "shop")
	post("/goals/edit", 400, "“200” is no number from 1 to 100", "do", "save", "kind", "page", "name", "x", "page", "/", "scroll", "200")
	post("/goals/edit", 400, "The name of the event is missing", "do", "save", "kind", "event", "name", "x")
	if got := fmt.Sprintf("%+v", f.settingsOf(siteA).Goals); got != "[{Name:Bought Event:Order Props:[plan:is:pro,team] Page: Scroll:0 Engaged:0} {Name:Read Event: Props:[] Page:/shop/** Scroll:75 Engaged:30}]" {
		t.Errorf("the goals are %s", got)
	}
	see("/goals/edit?done=saved", "Saved.", "Event Order, plan is pro or team", "Page /shop/**, 75 percent of it seen, 30 seconds spent on it")
	see("/goals/edit?goal=Bought", "Goal “Bought”", "Remove this goal")

	steps := []string{"steps", "3", "by0", "page", "is0", "/shop", "by1", "goal", "is1", "Bought", "by2", "page", "is2", ""}
	ask := func(do string) string { return "/funnels/edit?" + form(append(steps, "do", do)...) }
	see(ask("add"), "Step 4")
	see(ask("drop2"), "Step 2")
	moved := f.want(200, "GET", at+ask("up1"), "cookie", editor).Body.String()
	if first, second := strings.Index(moved, `value="Bought"`), strings.Index(moved, `value="/shop"`); first < 0 || first > second {
		t.Error("a step that is moved up is not the first")
	}
	post("/funnels/edit", 303, "/funnels?funnel=Way+to+buy", append(steps, "do", "save", "name", "Way to buy", "window", "7d")...)
	post("/funnels/edit", 400, "There are two funnels named", append(steps, "do", "save", "name", "Way to buy")...)
	post("/funnels/edit", 400, "A funnel has no name", append(steps, "do", "save")...)
	see("/funnels?period=24h", "Way to buy", "Within 7 days, over several visits", "Went the whole way 6")
	post("/goals/edit", 303, "saved", "do", "save", "old", "Bought", "kind", "event", "name", "Order: paid", "event", "Order")
	if got := fmt.Sprintf("%+v", f.settingsOf(siteA).Funnels); got != "[{Name:Way to buy Steps:[page:/shop goal:Order: paid] Window:7d Strict:false}]" {
		t.Errorf("after the goal has another name the funnels are %s", got)
	}
	post("/goals/edit", 400, "The goal “Order: paid” is a step of the funnel “Way to buy”", "do", "remove", "old", "Order: paid")
	post("/settings", 303, "done=saved", "timezone", "UTC", "mode", "cookie")
	if set := f.settingsOf(siteA); len(set.Goals) != 2 || len(set.Funnels) != 1 {
		t.Errorf("after the other settings were saved there are %+v", set)
	}
	post("/funnels/edit", 303, "done=saved", append(steps, "do", "save", "old", "Way to buy", "name", "Way", "order", "strict")...)
	post("/funnels/edit", 303, "done=funnel-removed", "do", "remove", "old", "Way")
	post("/goals/edit", 303, "done=goal-removed", "do", "remove", "old", "Order: paid")
	if set := f.settingsOf(siteA); len(set.Goals) != 1 || len(set.Funnels) != 0 {
		t.Errorf("after all was removed there are %+v", set)
	}
}

// TestFunnelsInTheAPI sets funnels as a program does.
func TestFunnelsInTheAPI(t *testing.T) {
	f := full(t)
	for body, status := range map[string]int{
		`{"funnels":[{"name":"A","steps":["page:/a","event:B|plan:is:pro"],"window":"7d","strict":true}]}`: 200,
		`{"funnels":[{"name":"A","steps":["page:/a"]}]}`:                                                   400,
		`{"funnels":[{"name":"A","steps":["page:/a","shoe:b"]}]}`:                                          400,
		`{"funnels":[{"name":"A","steps":["page:/a","page:/b"],"window":"1y"}]}`:                           400,
		`{"funnels":[{"steps":["page:/a","page:/b"]}]}`:                                                    400,
		`{"funnels":[{"name":"A","steps":["page:/a","page:/b"],"colour":"red"}]}`:                          400,
	} {
		w := f.want(status, "PATCH", "/api/v1/sites/"+siteA, "token", f.tokens["write A"], "json", body)
		if _, field := "", ""; status == 400 {
			if _, field = failure(t, w.Body.String()); field != "funnels" && field != "colour" {
				t.Errorf("%s: the field is %q", body, field)
			}
		}
	}
	if got := f.want(200, "GET", "/api/v1/sites/"+siteA, "token", f.tokens["read A"]).Body.String(); !strings.Contains(got, `"funnels":[{"name":"A","steps":["page:/a","event:B|plan:is:pro"],"window":"7d","strict":true}]`) {
		t.Errorf("the API says %s", got)
	}
}

// TestFiltersStayOnTheirPage adds a filter on each page: what the page asks for stays.
func TestFiltersStayOnTheirPage(t *testing.T) {
	f := shop(t)
	for from, to := range map[string]string{
		"/retention?by=month":                "/retention?by=month&filter=device:is:desktop",
		"/journeys?start=page:/shop&depth=3": "/journeys?depth=3&start=page:/shop&filter=device:is:desktop",
		"/attribution?goal=x&period=7d":      "/attribution?goal=x&period=7d&filter=device:is:desktop",
		"/goals?period=7d":                   "/goals?period=7d&filter=device:is:desktop",
		"/funnels?step=page:/b&step=page:/a": "/funnels?step=page:/b&step=page:/a&filter=device:is:desktop",
	} {
		ask := form("back", "/sites/"+siteA+from, "by", "device", "op", "is", "value", "desktop", "apply", "1")
		w := f.want(http.StatusSeeOther, "GET", "/sites/"+siteA+"/filter?"+ask, "cookie", f.sessions["viewer A"])
		if got := w.Header().Get("Location"); got != "/sites/"+siteA+to {
			t.Errorf("%s leads to %s, want %s", from, got, to)
		}
	}
}

// TestJourneyPagesInGerman reads them as a German does.
func TestJourneyPagesInGerman(t *testing.T) {
	f := shop(t)
	for page, want := range map[string][]string{
		"/goals": {"Ziele", "Noch kein Ziel"}, "/goals/edit": {"Ein neues Ziel: wenn …"}, "/funnels": {"Wie weit kommen die Leute?"}, "/funnels/edit": {"Schritt 1", "Trichter zeigen"},
		"/journeys?period=24h": {"Wege", "Besuch beginnt"}, "/retention": {"Wiederkehr", "Im Durchschnitt"}, "/attribution?period=24h": {"Erster Besuch", "Letzter Besuch"},
		"/funnels?step=page:/shop&step=event:Order&period=24h": {"stiegen davor aus", "Median"},
	} {
		got, _ := mainOf(t, f.want(200, "GET", "/sites/"+siteA+page, "cookie", f.sessions["owner A"], "Accept-Language", "de").Body.String())
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is missing from %.900s", page, w, got)
			}
		}
	}
}
