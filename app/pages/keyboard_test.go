package pages_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"sandprint/app/apptest"
)

// desk opens the demo's dashboard as its owner, on a desk.
func (h house) desk(t *testing.T, path string) *apptest.Page {
	t.Helper()
	p := apptest.NewPage(t)
	p.Viewport(1280, 900)
	p.Dark(false)
	p.Open(h.link)
	p.Open(h.URL + path)
	return p
}

// quietOn fails the test where anything was said on the console.
func quietOn(t *testing.T, p *apptest.Page) {
	t.Helper()
	for _, m := range p.Messages() {
		t.Errorf("on the console: %s", m)
	}
}

// keys presses every key that the help names, on the dashboard.
func (h house) keys(t *testing.T) {
	p := h.desk(t, site)
	p.Wait(`document.querySelector(".chart.read")`)
	at := func(parameter string) string { return `location.search.includes("` + parameter + `")` }
	for _, c := range []struct{ key, want, why string }{
		{"d", at("period=day"), "today"},
		{"e", at("period=yesterday"), "yesterday"},
		{"r", at("realtime") + ` || location.pathname.endsWith("/realtime")`, "realtime"},
		{"h", at("period=24h"), "24 hours"},
		{"w", at("period=7d"), "7 days"},
		{"t", at("period=30d"), "30 days"},
		{"n", at("period=91d"), "91 days"},
		{"m", at("period=month"), "this month"},
		{"p", at("period=lastmonth"), "last month"},
		{"y", at("period=year"), "this year"},
		{"s", at("period=6mo"), "6 months"},
		{"l", at("period=12mo"), "12 months"},
		{"a", at("period=all"), "all time"},
		{"f", `document.querySelector(".steps summary").textContent.includes("28")`, "28 days"},
		{kb.ArrowLeft, at("from="), "the period before"},
		{kb.ArrowRight, `!` + at("never") + ` && ` + at("from="), "and back"},
		{"f", `!` + at("from="), "28 days again"},
		{"x", at("compare=none"), "without comparison"},
		{"x", `!` + at("compare=none"), "with it"},
		{"i", at("interval=week"), "by week"},
		{"W", at("interval=week"), "Shift is a modifier"},
		{"go", `location.pathname.endsWith("` + site + `") && !` + at("never"), "the overview"},
		{"0", `location.pathname === "/sites"`, "all sites"},
	} {
		if c.key == "r" {
			p.Open(h.URL + site)
			p.Wait(`document.querySelector(".chart.read")`)
		}
		p.Press(c.key)
		p.Wait(c.want)
		if c.key == "r" {
			p.Open(h.URL + site)
			p.Wait(`document.querySelector(".chart.read")`)
		}
	}
	quietOn(t, p)
}

// keysAside holds the keyboard to what it must not do: act while something is typed or a modifier is held, keep the focus,
// or leave it nowhere to be seen.
func (h house) keysAside(t *testing.T) {
	p := h.desk(t, site)
	p.Wait(`document.querySelector(".chart.read")`)
	p.Run(`window.before = location.href`)
	for _, init := range []string{`{key: "d", ctrlKey: true}`, `{key: "d", metaKey: true}`, `{key: "d", altKey: true}`, `{key: "D", shiftKey: true}`} {
		p.Run(`document.body.dispatchEvent(new KeyboardEvent("keydown", {bubbles: true, cancelable: true, ...` + init + `}))`)
	}
	p.Press("c")
	p.Wait(`document.activeElement.name === "from"`)
	p.Press("d" + kb.Escape)
	p.Wait(`!document.querySelector("details[open]")`)
	if !apptest.Eval[bool](p, `location.href === before`) {
		t.Error("a key acted while a modifier was held or something was typed")
	}

	p.Run(`document.querySelector("#pages .rows a").focus()`)
	p.Press("?")
	p.Wait(`document.querySelector("dialog.help[open] kbd")`)
	p.Press("w") // under the dialog: nothing
	p.Press(kb.Escape)
	p.Wait(`!document.querySelector("dialog")`)
	if !apptest.Eval[bool](p, `document.activeElement === document.querySelector("#pages .rows a") && location.href === before`) {
		t.Error("the focus is not back where it was before the help")
	}
	h.walk(t, p)
	quietOn(t, p)
}

// walk goes over a page with Tab alone, from the skip link to the end: every stop is new and to be seen.
func (h house) walk(t *testing.T, p *apptest.Page) {
	t.Helper()
	p.Open(h.URL + site)
	p.Press(kb.Tab)
	if !apptest.Eval[bool](p, `document.activeElement.matches(".skip") && document.activeElement.getBoundingClientRect().top >= 0`) {
		t.Error("the first stop is not the skip link")
	}
	p.Press(kb.Enter + kb.Tab)
	p.Wait(`document.activeElement.closest("main")`)
	p.Run(`document.activeElement.blur(); document.querySelector(".skip").focus(); window.been = new Set()`)
	for range 600 {
		p.Press(kb.Tab)
		fault := apptest.Eval[string](p, `(() => {
			const e = document.activeElement
			if (e === document.body) return "end"
			if (been.has(e)) return been.size > 20 ? "end" : "a trap at " + e.outerHTML.slice(0, 100)
			been.add(e)
			const s = getComputedStyle(e), box = e.getBoundingClientRect()
			const seen = s.outlineStyle !== "none" || s.boxShadow !== "none" || e.querySelector("use, rect")
			return seen && box.width && box.bottom > 0 && box.top < innerHeight ? "" : "the focus can't be seen on " + e.outerHTML.slice(0, 100)
		})()`)
		if fault == "end" {
			break
		}
		if fault != "" {
			t.Fatal(fault)
		}
	}
	if n := apptest.Eval[int](p, `been.size`); n < 40 {
		t.Errorf("Tab reaches %d places", n)
	}
}
