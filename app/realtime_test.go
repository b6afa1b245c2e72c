package app_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"sandprint/app/apptest"
)

// visit sends a page view of a visitor of that number, from a phone or a desktop.
func visit(t *testing.T, a *apptest.App, domain, path string, visitor int, phone bool) {
	t.Helper()
	agent := "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	if phone {
		agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
	}
	hit := fmt.Sprintf(`{"s":%q,"n":"pageview","i":"view%09d","u":"https://%s%s","v":"visitor%012d.%d"}`, domain, time.Now().UnixNano()%1e9, domain, path, visitor, time.Now().Unix()/86400)
	req, err := http.NewRequest("POST", a.URL+"/e", strings.NewReader(hit))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", agent)
	req.Header.Set("Content-Type", "text/plain")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		t.Fatalf("a hit: %s", resp.Status)
	}
}

// enterAs signs a page in through the form.
func enterAs(t *testing.T, p *apptest.Page, a *apptest.App, email, path string) {
	t.Helper()
	p.Open(a.URL + path)
	p.Type("input[name=email]", email)
	p.Type("input[name=password]", apptest.Password)
	loads(t, p, chromedp.Click(chromedp.CSS("form.card button")))
}

// loads does what leads to another page, and waits for that.
func loads(t *testing.T, p *apptest.Page, does chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.Context, time.Minute)
	defer cancel()
	if resp, err := chromedp.RunResponse(ctx, does); err != nil || resp.Status != http.StatusOK {
		t.Fatalf("loading a page: %+v, %v", resp, err)
	}
}

// The page of the present in a browser: it changes as visitors come, keeps to its filters, can be held still, and stops
// when its reader signs out elsewhere.
func TestThePresentInABrowser(t *testing.T) {
	t.Cleanup(apptest.CloseBrowser)
	a := apptest.Start(t, apptest.Options{})
	a.Owner("owner@now.example", "Now")
	a.AddSite("now.example", "Now")
	p := apptest.NewPage(t)
	enterAs(t, p, a, "owner@now.example", "/sites/now.example/realtime")
	const big = `document.querySelector(".present .big")?.textContent.trim()`
	p.Wait(big + ` === "0" && document.querySelector("[data-state=live]:not([hidden])")`)
	p.Run(`window.stays = true`)

	visit(t, a, "now.example", "/about", 1, false)
	p.Wait(big + ` === "1" && document.querySelector("[data-now]").textContent === "1"`)
	p.Wait(`[...document.querySelectorAll(".row .name > bdi")].some((e) => e.textContent === "/about")`)
	for v := range 6 {
		visit(t, a, "now.example", "/shop", 10+v, true)
	}
	p.Wait(big + ` === "7" && document.querySelector(".minutes rect.part, .minutes rect[height]")`)

	p.Run(`[...document.querySelectorAll("a.row")].find((e) => e.textContent.includes("Phone")).click()`)
	p.Wait(`document.querySelector(".pill") && ` + big + ` === "6" && location.search.includes("filter=device:is:phone")`)
	visit(t, a, "now.example", "/shop", 2, false) // of another device
	visit(t, a, "now.example", "/shop", 16, true)
	p.Wait(big + ` === "7"`)
	if shown := apptest.Eval[string](p, `document.querySelector("[data-realtime]").textContent`); strings.Contains(shown, "/about") || strings.Contains(shown, "Desktop") {
		t.Errorf("visits that the filter drops are shown: %s", shown)
	}

	p.Click("[data-pause]")
	p.Wait(`document.querySelector("[data-state=paused]:not([hidden])")`)
	visit(t, a, "now.example", "/shop", 17, true)
	p.Wait(`document.querySelector("[data-now]").textContent === "8"`) // the bar goes on
	if got := apptest.Eval[string](p, big); got != "7" {
		t.Errorf("the page was held still and says %s", got)
	}
	p.Click("[data-pause]")
	p.Wait(big + ` === "8"`)
	if !apptest.Eval[bool](p, `window.stays === true`) {
		t.Error("a page was loaded anew")
	}
	if faults := p.Errors(); len(faults) > 0 {
		t.Errorf("errors in the page: %q", faults)
	}

	p.Run(`await fetch("/sign-out", {method: "POST"})`)
	visit(t, a, "now.example", "/shop", 18, true)
	p.Wait(`document.querySelector("[data-state=lost]:not([hidden])")`)
	if got := apptest.Eval[string](p, big); got != "8" {
		t.Errorf("who signed out is told of %s visitors", got)
	}
}
