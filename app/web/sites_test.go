package web

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sandprint/app/account"
)

// cardNames returns the domains of the cards of a list, in their order, with the key of those that have one.
func cardNames(page string) (names []string) {
	for _, m := range regexp.MustCompile(`(?s)<h2>\s*<a href="/sites/[^"]*"><bdi>([^<]*)</bdi>(?:\s*<kbd>(\d)</kbd>)?`).FindAllStringSubmatch(page, -1) {
		names = append(names, strings.TrimSpace(m[1]+" "+m[2]))
	}
	return names
}

func (f *fixture) wantCards(name, query, want string) (page string) {
	f.t.Helper()
	page = f.want(200, "GET", "/sites"+query, "cookie", f.sessions[name]).Body.String()
	if got := strings.Join(cardNames(page), ", "); got != want {
		f.t.Errorf("%s sees at /sites%s %q, want %q", name, query, got, want)
	}
	return page
}

// TestPins holds that a pin is its owner's alone: it moves nobody else's list, and can be set only on what may be read.
func TestPins(t *testing.T) {
	f := full(t)
	for _, domain := range []string{"b.example", "c.example", "d.example"} {
		f.addSite("owner A", domain)
	}
	const others = "a.example, b.example, c.example, d.example"
	f.wantCards("viewer A", "", others)
	for _, domain := range []string{"d.example", "b.example", "d.example"} { // pinned twice it stays where it is
		if to := f.want(303, "POST", "/sites/"+domain+"/pin", "cookie", f.sessions["viewer A"], "form", form("on", "1")).Header().Get("Location"); to != "/sites" {
			t.Errorf("a pin leads to %s", to)
		}
	}
	page := f.wantCards("viewer A", "", "d.example 1, b.example 2, a.example, c.example")
	if n := strings.Count(page, `aria-pressed="true"`); n < 2 {
		t.Errorf("%d pins are pressed", n)
	}
	f.wantCards("owner A", "", others)
	f.wantCards("editor A", "", others)
	f.wantCards("owner B", "", siteB)

	// The switcher of a site's pages has them first too, with the same keys.
	dashboard := f.want(200, "GET", "/sites/"+siteA, "cookie", f.sessions["viewer A"]).Body.String()
	if d, b, a := strings.Index(dashboard, "<bdi>d.example"), strings.Index(dashboard, "<bdi>b.example"), strings.LastIndex(dashboard, "<bdi>a.example"); d < 0 || d > b || b > a {
		t.Errorf("the switcher has the sites at %d, %d, %d", d, b, a)
	}

	f.want(303, "POST", "/sites/d.example/pin", "cookie", f.sessions["viewer A"], "form", form("on", "0", "q", "example", "page", "1"))
	f.wantCards("viewer A", "", "b.example 1, a.example, c.example, d.example")

	// Not of what isn't theirs; and what is pinned goes when it may no longer be read, or is removed.
	stranger := whole(f.want(404, "POST", "/sites/"+siteB+"/pin", "cookie", f.sessions["viewer A"], "form", form("on", "1")))
	if nowhere := whole(f.want(404, "POST", "/sites/nowhere.example/pin", "cookie", f.sessions["viewer A"], "form", form("on", "1"))); stranger != nowhere {
		t.Error("another customer's site can be told from none")
	}
	f.want(401, "POST", "/sites/b.example/pin", "form", form("on", "1"))
	f.want(403, "POST", "/sites/b.example/pin", "cookie", f.sessions["viewer A"], "form", form("on", "1"), "Sec-Fetch-Site", "cross-site")
	if err := f.accounts.RemoveSite(context.Background(), account.Local(), "b.example"); err != nil {
		t.Fatal(err)
	}
	f.wantCards("viewer A", "", "a.example, c.example, d.example")
}

// TestManySites searches and pages through a long list, which keeps its pins first, and adds all of it up when asked.
func TestManySites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := full(t)
		for i := range 59 {
			f.addSite("owner A", fmt.Sprintf("s%02d.example", i))
		}
		f.read("s03.example", "/", "", 1)
		f.read("s58.example", "/", "", 1)
		f.read("s58.example", "/", "", 2)
		f.want(303, "POST", "/sites/s58.example/pin", "cookie", f.sessions["owner A"], "form", form("on", "1"))
		first := f.want(200, "GET", "/sites", "cookie", f.sessions["owner A"]).Body.String()
		if names := cardNames(first); len(names) != 50 || names[0] != "s58.example 1" || names[1] != siteA {
			t.Errorf("the first page has %q", names)
		}
		for _, want := range []string{"1–50 of 60", `href="/sites?page=2"`, "Add up all 60 sites", `type="search"`} {
			if !strings.Contains(first, want) {
				t.Errorf("the first page lacks %q", want)
			}
		}
		if names := cardNames(f.want(200, "GET", "/sites?page=2", "cookie", f.sessions["owner A"]).Body.String()); len(names) != 10 || names[9] != "s57.example" {
			t.Errorf("the second page has %q", names)
		}
		all := f.want(200, "GET", "/sites?totals=1", "cookie", f.sessions["owner A"]).Body.String()
		for _, want := range []string{"60 sites together", "<strong>3</strong> visitors today", "3 now", "who visits two of them counts twice"} {
			if !strings.Contains(all, want) {
				t.Errorf("all together lack %q", want)
			}
		}
		f.wantCards("owner A", "?q=S0&page=1", "s00.example, s01.example, s02.example, s03.example, s04.example, s05.example, s06.example, s07.example, s08.example, s09.example")
		if page := f.wantCards("owner A", "?q=s03", "s03.example"); strings.Contains(page, "together") {
			t.Error("one site is added up")
		}
		if page := f.wantCards("owner A", "?q=%3Cscript%3E", ""); !strings.Contains(page, "contains “&lt;script&gt;”") {
			t.Error("what was searched for is not said")
		}
		for _, page := range []string{"0", "3", "x", "-1", "99999999999999999999"} {
			f.want(400, "GET", "/sites?page="+page, "cookie", f.sessions["owner A"])
		}
		f.wantCards("owner B", "?q=s", "") // another customer's sites are nowhere, whatever one searches for
		f.wantCards("operator", "", "")

		// A person with many sites has some of them in the switcher, the one that they look at among them.
		dashboard := f.want(200, "GET", "/sites/s57.example", "cookie", f.sessions["owner A"]).Body.String()
		if n := strings.Count(dashboard, `<bdi>s`); n > switchTo+3 || !strings.Contains(dashboard, "<bdi>s57.example</bdi>") {
			t.Errorf("the switcher has %d sites", n)
		}
	})
}

// TestCardComparesUpToNow counts of the day a week ago only what was read by this time.
func TestCardComparesUpToNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := full(t)
		time.Sleep(9 * time.Hour) // 10:00 in Berlin
		for v := range uint64(4) {
			f.read(siteA, "/", "", v)
		}
		time.Sleep(5 * time.Hour)
		f.read(siteA, "/", "", 9) // later that day
		time.Sleep(7*24*time.Hour - 4*time.Hour)
		for v := range uint64(5) {
			f.read(siteA, "/", "", 20+v)
		}
		f.sessions["viewer A"] = f.signInAs(people["viewer A"].Email) // a week is longer than a session
		page := f.want(200, "GET", "/sites", "cookie", f.sessions["viewer A"], "Accept-Language", "de").Body.String()
		for _, want := range []string{"<strong>5</strong> Besucher heute", "4 vor einer Woche um diese Zeit", "+25", "5 jetzt"} {
			if !strings.Contains(page, want) {
				t.Errorf("the card lacks %q", want)
			}
		}
	})
}
