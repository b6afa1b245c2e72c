package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sandprint/app/apptest"
)

// cups is a site whose visits are known: by country, page and goal.
func cups(t *testing.T) *apptest.App {
	t.Helper()
	a := apptest.Start(t, apptest.Options{})
	a.AddUser("owner@cups.example", "Cups", "owner")
	a.AddSite("cups.example", "Cups", "--timezone=UTC")
	var b strings.Builder
	at := time.Now().Add(-26 * time.Hour)
	n := 0
	for _, group := range []struct {
		visitors      int
		country, page string
		buys          bool
	}{{12, "DE", "/", true}, {9, "DE", "/about", false}, {8, "FR", "/", false}, {7, "AT", "/pricing", true}, {6, "US", "/about", false}} {
		for range group.visitors {
			n++
			hit := func(second int, what string) {
				fmt.Fprintf(&b, `{"ts":%q,"visitor":"visitor%d","cc":%q,%s}`+"\n", at.Add(time.Duration(n*60+second)*time.Second).UTC().Format(time.RFC3339), n, group.country, what)
			}
			hit(0, fmt.Sprintf(`"n":"pageview","i":"view%08d","u":"https://cups.example%s"`, n, group.page))
			if group.buys {
				hit(20, fmt.Sprintf(`"n":"Purchase","i":"view%08d","u":"https://cups.example%s","p":{"plan":"pro"}`, n, group.page))
			}
		}
	}
	a.RunWith(b.String(), "import", "hits", "--site", "cups.example", "-")
	return a
}

// signIn opens a page of a site with a browser and signs in on the way.
func signIn(t *testing.T, p *apptest.Page, a *apptest.App, path string) {
	t.Helper()
	p.Open(a.URL + path)
	p.Type("input[name=email]", "owner@cups.example")
	p.Type("input[name=password]", apptest.Password)
	p.Click("form.card button")
	p.Do(chromedp.WaitVisible(chromedp.CSS(".tiles")))
}

const tileOfVisitors = `document.querySelector(".tile strong")?.textContent`

// visitors waits until the first tile says so many.
func visitors(p *apptest.Page, n int) { p.Wait(fmt.Sprintf(`%s === "%d"`, tileOfVisitors, n)) }

// key presses a key, or several, in the page.
func key(p *apptest.Page, keys string) { p.Do(chromedp.KeyEvent(keys)) }

// enter presses Enter, maybe with a key held. Unlike KeyEvent it sends the character with the key, as keyboards do: a page
// that uses the key up gets no character.
func enter(p *apptest.Page, held ...chromedp.Modifier) {
	press := input.DispatchKeyEventParams{Type: kb.KeyDown, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r"}
	chromedp.KeyModifiers(held...)(&press)
	release := press
	release.Type, release.Text = kb.KeyUp, ""
	p.Do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, input.DispatchKeyEvent, press)
		if err == nil {
			_, err = cdp.Call(ctx, target, input.DispatchKeyEvent, release)
		}
		return chromedp.Void{}, err
	})
}

// TestFiltersInABrowser filters as an owner does: by the dialog, by clicks on rows, by keyboard, with segments.
func TestFiltersInABrowser(t *testing.T) {
	t.Cleanup(apptest.CloseBrowser)
	a := cups(t)
	p := apptest.NewPage(t)
	p.Viewport(1280, 900)
	signIn(t, p, a, "/sites/cups.example?period=7d")
	p.Wait(`document.querySelector(".chart.read")`)
	p.Run(`window.stays = true`)
	visitors(p, 42)

	// The dialog: type a name, take it with the keyboard, add another, apply.
	p.Click(".filter summary")
	p.Click(".filter .drop a:nth-of-type(4)")
	p.Wait(`document.activeElement.matches("dialog .values input[type=text]")`)
	key(p, "germ")
	p.Wait(`document.querySelectorAll("dialog .options label").length === 1`)
	key(p, kb.ArrowDown)
	enter(p)
	p.Wait(`document.querySelector("dialog .chip")?.innerText.includes("Germany") && document.activeElement.type === "text"`)
	key(p, "FR")
	enter(p) // as it is typed, without waiting
	p.Wait(`document.querySelectorAll("dialog .chip").length === 2`)
	enter(p)
	visitors(p, 29)
	p.Wait(`!document.querySelector("dialog") && location.search === "?period=7d&filter=country:is:DE,FR"`)

	// The pill opens it filled in; a chip can be taken away again, the operator be changed.
	p.Click(".pill > a")
	p.Wait(`document.querySelectorAll("dialog .chip").length === 2`)
	key(p, kb.Backspace) // takes the last one
	p.Wait(`document.querySelectorAll("dialog .chip").length === 1`)
	p.Run(`document.querySelector("dialog [name=op]").value = "not"`)
	p.Click("dialog .actions .button")
	visitors(p, 21)
	p.Wait(`location.search === "?period=7d&filter=country:not:DE" && document.querySelector(".pill").innerText.includes("Country is not")`)

	// Another dimension has other values; Escape leaves all as it was.
	p.Click(".pill > a")
	p.Wait(`document.querySelector("dialog .chip") && document.querySelector("dialog option[value='prop:plan']")`)
	p.Run(`const by = document.querySelector("dialog [name=by]"); by.value = "did"; by.dispatchEvent(new Event("change", {bubbles: true}))`)
	p.Wait(`document.querySelector("dialog .options label")?.innerText.includes("Purchase")`)
	key(p, kb.Escape)
	p.Wait(`!document.querySelector("dialog") && location.search === "?period=7d&filter=country:not:DE"`)

	// The whole visit: who bought, whatever else they did.
	p.Click(".filter summary")
	p.Click(".filter .drop a:nth-of-type(7)")
	p.Wait(`document.querySelector("dialog .options input[value=Purchase]")`)
	p.Click("dialog .options input[value=Purchase]")
	p.Click("dialog .actions .button")
	visitors(p, 7)
	p.Wait(`document.querySelectorAll(".pill")[1].innerText === "Reached in the visit: Purchase"`)
	key(p, kb.Escape)
	visitors(p, 42)

	// Rows: a click keeps, with the control key it leaves out; so does Enter.
	p.Run(`document.querySelector("#pages .rows a").scrollIntoView({block: "center"})`)
	at := apptest.Eval[[]float64](p, `(() => { const b = document.querySelector("#pages .rows a").getBoundingClientRect(); return [b.left + 20, b.top + b.height / 2] })()`)
	p.Do(chromedp.MouseClickXY(at[0], at[1], chromedp.ButtonModifiers(chromedp.ModifierCtrl)))
	visitors(p, 22)
	p.Wait(`location.search.includes("filter=page:not:/") && document.querySelector(".pill").innerText.includes("is not")`)
	p.Run(`document.querySelector("#pages .rows li:nth-child(1) a").focus()`)
	enter(p, chromedp.ModifierCtrl)
	visitors(p, 7)
	key(p, kb.Escape)
	visitors(p, 42)

	// A segment: saved from the filters, applied from the menu, gone with its pill.
	p.Click(`#pages .rows li:nth-child(2) a`)
	visitors(p, 15)
	p.Click(".filter summary")
	p.Click(".filter .drop a:nth-of-type(8)")
	p.Wait(`document.querySelector("dialog .save [name=name]")`)
	p.Type("dialog .save [name=name]", "Readers")
	enter(p)
	p.Wait(`location.search === "?period=7d&segment=1" && document.querySelector(".pill.segment b")?.textContent === "Readers"`)
	visitors(p, 15)
	p.Click(".pill .x")
	visitors(p, 42)
	p.Click(".filter summary")
	p.Click(".filter .drop a[title*=about]")
	p.Wait(`location.search === "?period=7d&segment=1"`)

	if !apptest.Eval[bool](p, `window.stays === true`) {
		t.Error("a page was loaded anew where it should have been swapped")
	}
	if faults := p.Errors(); len(faults) > 0 {
		t.Errorf("the page had errors: %q", faults)
	}
}

// TestFiltersWithoutScript does the same with links and forms alone.
func TestFiltersWithoutScript(t *testing.T) {
	t.Cleanup(apptest.CloseBrowser)
	a := cups(t)
	p := apptest.NewPage(t)
	p.NoScript()
	signIn(t, p, a, "/sites/cups.example?period=7d")
	want := func(selector, want string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(p.Context, time.Minute)
		defer cancel()
		var got string
		for ctx.Err() == nil && !strings.Contains(got, want) {
			got, _ = chromedp.Run(ctx, chromedp.Text(chromedp.CSS(selector))) // the page may be about to go
		}
		if ctx.Err() != nil {
			t.Errorf("%s says %q, want %q", selector, got, want)
		}
	}
	p.Click(".filter summary")
	p.Click(".filter .drop a:nth-of-type(4)")
	want("h1", "Add a filter")
	p.Click(`.options input[value=FR]`)
	p.Type(`.values input[type=text]`, "Austria"+kb.Enter)
	want(".tiles strong", "15")
	want(".pill", "Austria or France")
	p.Click(".pill > a")
	want("h1", "Change the filter")
	p.Type("[name=by]", "Goal r")
	p.Click(`[name=show]`)
	p.Do(chromedp.WaitVisible(chromedp.CSS(`.options input[value=Purchase]`)))
	p.Click(`.options input[value=Purchase]`)
	p.Click(`.actions .button`)
	want(".tiles strong", "19")
	p.Click(".filter summary")
	p.Click(".filter .drop a:nth-of-type(8)")
	p.Type(".save [name=name]", "Buyers"+kb.Enter)
	want(".pill", "Buyers")
	want(".tiles strong", "19")
	p.Click(".pill > a")
	p.Click(".saved summary")
	p.Click(".saved .danger")
	want(".notice", "removed")
	if faults := p.Errors(); len(faults) > 0 {
		t.Errorf("the page had errors: %q", faults)
	}
}
