package views_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"sandprint/app/apptest"
)

// TestCalendar chooses a range with the mouse and one with the keys.
func TestCalendar(t *testing.T) {
	url := serveSample(t)
	p := apptest.NewPage(t)
	p.Viewport(1280, 900)
	p.Open(url)
	p.Wait(`document.querySelector(".chart.read")`)
	p.Click(`.dates summary`)
	p.Wait(`document.querySelector(".dates .cal b")?.textContent === "November 2026"`)
	if got := apptest.Eval[string](p, `[...document.querySelectorAll(".dates .cal td button:not([disabled])")].at(-1).textContent`); got != "24" {
		t.Errorf("the last day that can be chosen is the %s, want today, the 24th", got)
	}
	p.Click(`.dates [data-day="2026-11-09"]`)
	p.Click(`.dates [data-day="2026-11-03"]`) // backwards
	p.Wait(open + `("from=2026-11-03&to=2026-11-09")`)

	p.Do(chromedp.KeyEvent("c")) // opens the menu with the focus in the first field
	p.Wait(`document.querySelector(".dates[open] .cal")`)
	press := func(keys ...string) {
		t.Helper()
		for _, key := range keys {
			p.Run(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "` + key + `", bubbles: true, cancelable: true}))`)
		}
	}
	p.Run(`document.querySelector(".dates .cal [tabindex='0']").focus()`)
	start := apptest.Eval[string](p, `document.activeElement.dataset.day`)
	press("PageUp", "Home", "ArrowDown", "ArrowRight")
	if got := apptest.Eval[string](p, `document.activeElement.dataset.day`); got >= start || len(got) != 10 {
		t.Errorf("the keys lead from %s to %s", start, got)
	}
	if apptest.Eval[bool](p, `!document.querySelector(".dates[open]")`) {
		t.Error("the calendar's keys changed the page")
	}
	first := apptest.Eval[string](p, `(document.activeElement.click(), document.activeElement.dataset.day)`)
	press("ArrowDown")
	last := apptest.Eval[string](p, `document.activeElement.dataset.day`)
	p.Run(`document.activeElement.click()`)
	p.Wait(open + `("from=` + first + `&to=` + last + `")`)

	p.Click(`.compare summary`)
	p.Wait(`document.querySelector(".compare[open] .cal")`)
	month := apptest.Eval[string](p, `document.querySelector(".compare [data-day]").dataset.day.slice(0, 8)`)
	p.Click(`.compare [data-day="` + month + `02"]`)
	p.Click(`.compare [data-day="` + month + `04"]`)
	p.Wait(open + `("compare_from=` + month + `02&compare_to=` + month + `04")`)
	clean(t, p)
}

// TestAFingerReadsBeforeItZooms taps a bucket twice.
func TestAFingerReadsBeforeItZooms(t *testing.T) {
	p := apptest.NewPage(t)
	p.Phone()
	p.Open(serveSample(t) + "?compare=none")
	p.Wait(`document.querySelector(".chart.read")`)
	tap := func() {
		p.Run(`const b = document.querySelector(".plot").getBoundingClientRect(), at = {bubbles: true, cancelable: true, pointerType: "touch", clientX: b.left + b.width / 2, clientY: b.top + 60}
			const e = document.elementFromPoint(at.clientX, at.clientY)
			for (const kind of ["pointerdown", "pointerup", "click"]) e.dispatchEvent(new PointerEvent(kind, at))`)
	}
	p.Run(`document.querySelector(".plot").scrollIntoView({block: "center"})`)
	tap()
	p.Wait(`document.querySelector(".tip .hint")?.textContent === "Tap again to zoom in"`)
	if apptest.Eval[bool](p, `location.search.includes("from=")`) {
		t.Error("the first tap zooms")
	}
	tap()
	p.Wait(open + `("from=2026-11-10&to=2026-11-10")`)
	clean(t, p)
}

// TestChartWithoutScript zooms by a bucket, opens an explainer, the table and the form, with links and details alone.
func TestChartWithoutScript(t *testing.T) {
	p := apptest.NewPage(t)
	p.NoScript()
	p.Viewport(1280, 900)
	p.Open(serveSample(t))
	p.Click(`.tiles li:nth-child(5) .why summary`)
	p.Do(chromedp.WaitVisible(chromedp.CSS(`.tiles li:nth-child(5) .drop`)))
	p.Click(`.tiles li:nth-child(5) .why summary`)
	p.Click(`.notes > summary`)
	p.Click(`.noteform summary`)
	p.Do(chromedp.WaitVisible(chromedp.CSS(`.noteform [name=text]`)))
	p.Click(`.figures summary`)
	p.Click(`.figures tbody tr:nth-child(3) a`)
	p.Do(chromedp.WaitVisible(chromedp.CSS(`.steps [aria-label=Later]`)))
	clean(t, p)
}
