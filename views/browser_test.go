package views_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"sandprint/app/apptest"
	"sandprint/app/report"
	"sandprint/views"
)

// serveSample serves the sample dashboard at its addresses, under the policy that the product has.
func serveSample(t *testing.T) string {
	mux := http.NewServeMux()
	mux.Handle("/static/", http.StripPrefix("/static/", http.FileServer(http.Dir("../static"))))
	mux.HandleFunc("/sites/kiln-and-sea.example/live", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "event: live\ndata: {\"visitors\":41,\"pages\":[]}\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	page := func(w http.ResponseWriter, r *http.Request) views.Dashboard {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		d := sample(r.URL.RawQuery)
		if theme, err := r.Cookie("theme"); err == nil {
			d.Page.Theme = theme.Value
		}
		return d
	}
	mux.HandleFunc("/sites/kiln-and-sea.example", func(w http.ResponseWriter, r *http.Request) {
		_ = views.DashboardPage(page(w, r)).Render(r.Context(), w)
	})
	mux.HandleFunc("/sites/kiln-and-sea.example/filter", func(w http.ResponseWriter, r *http.Request) {
		d := page(w, r)
		_ = views.FilterPage(views.FilterForm{Page: d.Page, View: d.View, Edit: -1, Filter: report.Filter{By: "page", Op: report.Is}}).Render(r.Context(), w)
	})
	mux.HandleFunc("/sites/kiln-and-sea.example/details", func(w http.ResponseWriter, r *http.Request) {
		d := page(w, r)
		q := d.Chart.Query
		q.By, q.Metrics = "page", views.DetailMetrics("page")
		d.View = d.View.Under("/details", "by", "page")
		_ = views.DetailsPage(views.Details{Dashboard: d, By: "page", Answer: answerTo(q)}).Render(r.Context(), w)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL + "/sites/kiln-and-sea.example"
}

// clean fails the test where the page had errors or was kept from something by its policy.
func clean(t *testing.T, p *apptest.Page) {
	t.Helper()
	if faults := p.Errors(); len(faults) > 0 {
		t.Errorf("the page had errors: %s", strings.Join(faults, "; "))
	}
}

const open = `location.search.includes`

func TestDashboardInABrowser(t *testing.T) {
	url := serveSample(t)
	p := apptest.NewPage(t)
	p.Viewport(1280, 900)
	p.Open(url)
	p.Wait(`document.querySelector(".chart.read")`)
	p.Run(`window.stays = true`)

	p.Wait(`document.querySelector("[data-now]").textContent === "41"`) // told by the live events

	p.Click(`#sources nav a:nth-child(2)`)
	p.Wait(`document.querySelector("#sources .on")?.textContent === "Sources"`)
	p.Wait(open + `("tab=source")`)
	p.Click(`.tiles li:nth-child(3) a`)
	p.Wait(`document.querySelector(".tile.on span")?.textContent === "Page views"`)
	p.Click(`#pages .rows li:nth-child(2) a`)
	p.Wait(`document.querySelector(".pill b")?.textContent === "/shop/enamel-kettle"`)
	p.Wait(open + `("filter=page:is:/shop/enamel-kettle") && ` + open + `("tab=source") && ` + open + `("metric=pageviews")`)
	p.Back()
	p.Wait(`!document.querySelector(".pill")`)
	p.Run(`document.querySelector("#pages .rows li:nth-child(3) a").dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, ctrlKey: true}))`)
	p.Wait(open + `("filter=page:not:/journal/how-we-glaze")`)

	p.Do(chromedp.KeyEvent("l"))
	p.Wait(`document.querySelector(".steps summary")?.textContent === "Last 12 months" && ` + open + `("period=12mo")`)
	p.Do(chromedp.KeyEvent("x"))
	p.Wait(`!document.querySelector(".plot .then") && ` + open + `("compare=none")`)
	p.Do(chromedp.KeyEvent("i"))
	p.Wait(open + `("interval=month")`)
	p.Do(chromedp.KeyEvent("/"))
	p.Wait(`document.activeElement.matches("dialog [name=value]")`)
	p.Do(chromedp.KeyEvent("\x1b"))
	p.Wait(`!document.querySelector("dialog") && ` + open + `("filter=")`) // the key closes the dialog and clears nothing
	p.Do(chromedp.KeyEvent("\x1b"))
	p.Wait(`!` + open + `("filter=")`)

	if !apptest.Eval[bool](p, `window.stays === true`) {
		t.Error("a page was loaded anew where it should have been swapped")
	}
	clean(t, p)
}

func TestChartIsRead(t *testing.T) {
	p := apptest.NewPage(t)
	p.Viewport(1280, 900)
	p.Open(serveSample(t))
	p.Wait(`document.querySelector(".chart.read")`)
	p.Run(`document.querySelector(".plot").focus()`)
	p.Run(`document.querySelector(".plot").dispatchEvent(new KeyboardEvent("keydown", {key: "Home", bubbles: true}))`)
	p.Wait(`document.querySelector(".tip")?.textContent.includes("Tue 27 Oct")`)
	p.Run(`document.querySelector(".plot").dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}))`)
	p.Wait(`document.querySelector(".tip").textContent.includes("Wed 28 Oct") && document.querySelector(".tip").textContent.includes("Wed 30 Sep")`)
	for _, at := range []string{"0.002", "0.5", "0.998"} {
		p.Run(`const b = document.querySelector(".plot").getBoundingClientRect()
			document.querySelector(".plot").dispatchEvent(new PointerEvent("pointermove", {bubbles: true, clientX: b.left + b.width * ` + at + `, clientY: b.top + 50}))`)
		if !apptest.Eval[bool](p, `(() => { const t = document.querySelector(".tip").getBoundingClientRect(); return t.left >= 0 && t.right <= innerWidth && t.top >= 0 })()`) {
			t.Errorf("the tip at %s is off the page", at)
		}
	}
	clean(t, p)
}

func TestThemeIsKept(t *testing.T) {
	url := serveSample(t)
	p := apptest.NewPage(t)
	p.Dark(true)
	p.Open(url)
	const paper = `getComputedStyle(document.body).backgroundColor`
	dark := apptest.Eval[string](p, paper)
	p.Click(`.bar .in > .end > summary`)
	p.Click(`[data-theme-switch] [value=light]`)
	p.Wait(paper + ` !== "` + dark + `"`)
	light := apptest.Eval[string](p, paper)
	p.Open(url + "?period=7d")
	if got := apptest.Eval[string](p, paper); got != light {
		t.Errorf("the next page is drawn on %s, want %s", got, light)
	}
	clean(t, p)
}

// TestEveryWidth holds the pages to the room that there is: nothing scrolls sideways, and fingers find their targets.
func TestEveryWidth(t *testing.T) {
	url := serveSample(t)
	p := apptest.NewPage(t)
	for _, address := range []string{url + "?filter=visitor_type:is:new&filter=page:is:" + strings.Repeat("/long", 150), url + "?period=month&tab=country&tab=event&tab=browser_version", url + "/details"} {
		for _, width := range []int64{320, 390, 600, 768, 1024, 1280, 1920} {
			p.Viewport(width, 800)
			p.Open(address)
			if got := apptest.Eval[float64](p, `document.documentElement.scrollWidth`); got > float64(width) {
				t.Errorf("%.80s scrolls sideways at %d px: it is %v px wide, as %s", address, width, got, apptest.Eval[string](p, `(() => {
					const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility())
					return wide.slice(0, 4).map((e) => e.tagName + "." + (e.className.baseVal ?? e.className)).join(", ") })()`))
			}
			if width > 760 {
				continue
			}
			small := apptest.Eval[string](p, `[...document.querySelectorAll("a[href], button, summary, input")].filter((e) => {
				const b = e.getBoundingClientRect()
				return e.checkVisibility() && b.width && !e.closest("svg, .foot, .skip, .plot, table") && b.height < 43.5
			}).map((e) => e.outerHTML.slice(0, 80)).slice(0, 5).join("\n")`)
			if small != "" {
				t.Errorf("%.80s at %d px has targets under 44 px:\n%s", address, width, small)
			}
		}
	}
}

// TestWithoutScript walks the dashboard with links and forms alone.
func TestWithoutScript(t *testing.T) {
	p := apptest.NewPage(t)
	p.NoScript()
	p.Open(serveSample(t))
	p.Click(`#places nav a:nth-child(2)`)
	p.Do(chromedp.WaitVisible(chromedp.CSS(`#places .row`)))
	p.Click(`#places .rows li:nth-child(1) a`)
	p.Do(chromedp.WaitVisible(chromedp.CSS(`.pill`)))
	p.Click(`.steps summary`)
	p.Click(`.steps .drop a[data-key=W]`)
	p.Do(chromedp.WaitVisible(chromedp.CSS(`.tiles`)))
	clean(t, p)
}
