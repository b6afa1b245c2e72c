package app_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"sandprint/app/apptest"
)

// All sites in a browser: pins, keys and search, without the page being loaded anew where it needs not.
func TestSitesInABrowser(t *testing.T) {
	t.Cleanup(apptest.CloseBrowser)
	a := apptest.Start(t, apptest.Options{})
	a.Owner("owner@many.example", "Many")
	for i := range 8 {
		a.AddSite(fmt.Sprintf("s%d.example", i), "Many")
	}
	for v := range 3 {
		visit(t, a, "s6.example", "/", v, false)
	}
	p := apptest.NewPage(t)
	enterAs(t, p, a, "owner@many.example", "/sites")
	const first = `document.querySelector(".site-card bdi")?.textContent`
	p.Wait(first + ` === "s0.example" && document.querySelector(".together strong").textContent === "3"`)
	loads(t, p, chromedp.Click(chromedp.CSS(`[aria-label="Pin s6.example"]`)))
	p.Wait(first + ` === "s6.example" && document.querySelector(".site-card kbd").textContent === "1"`)

	key(p, "/")
	p.Wait(`document.activeElement.name === "q"`)
	p.Run(`document.querySelector("[name=q]").value = "S3"; document.querySelector("form[data-swap]").requestSubmit()`)
	p.Wait(first + ` === "s3.example" && location.search === "?q=S3" && document.querySelectorAll(".site-card").length === 1`)
	p.Back()
	p.Wait(first + ` === "s6.example"`)

	p.Run(`document.activeElement.blur()`) // whoever searched is still in the field, where a figure is one to search for
	loads(t, p, chromedp.KeyEvent("1"))
	p.Wait(`location.pathname === "/sites/s6.example" && document.querySelector(".sites .drop a bdi")?.textContent === "s6.example"`)
	loads(t, p, chromedp.KeyEvent("0"))
	p.Wait(`location.pathname === "/sites" && ` + first + ` === "s6.example"`)
	if faults := p.Errors(); len(faults) > 0 {
		t.Errorf("errors in the page: %q", faults)
	}
}
