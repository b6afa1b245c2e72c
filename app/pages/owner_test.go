package pages_test

import (
	"encoding/csv"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"sandprint/app/apptest"
	"sandprint/bench/gen"
)

// owner uses the dashboard as an owner does, and finds the figures of the screen in the file and in the API.
func (h house) owner(t *testing.T) {
	for name, prepare := range map[string]func(p *apptest.Page){
		"desk":    func(p *apptest.Page) { p.Viewport(1280, 900) },
		"phone":   func(p *apptest.Page) { p.Viewport(390, 844) },
		"without": func(p *apptest.Page) { p.Viewport(1280, 900); p.NoScript() },
	} {
		t.Run(name, func(t *testing.T) {
			p := apptest.NewPage(t)
			p.Dark(false)
			prepare(p)
			p.Open(h.link)
			p.Open(h.URL + site)
			h.narrow(t, p)
			h.same(t, p)
			quietOn(t, p)
		})
	}
}

// at waits until the address has a parameter, or has it no more where it begins with "!".
func at(p *apptest.Page, parameter string) {
	want, without := strings.CutPrefix(parameter, "!")
	if without {
		p.Wait(`!decodeURIComponent(location.search).includes("` + want + `")`)
		return
	}
	p.Wait(`decodeURIComponent(location.search).includes("` + parameter + `") && document.querySelector("main .tiles, main .table")`)
}

// narrow chooses a period and a comparison, presses a tile, filters by three dimensions and sorts the details.
func (h house) narrow(t *testing.T, p *apptest.Page) {
	t.Helper()
	p.Click(`.steps details > summary`)
	p.Click(`.steps .drop a[data-key=N]`)
	at(p, "period=91d")
	p.Click(`.compare > summary`)
	p.Click(`.compare .drop a[href*="compare=none"]`)
	at(p, "compare=none")
	p.Click(`.tiles li:nth-child(3) .tile`)
	at(p, "metric=pageviews")
	p.Click(`#pages .rows li:nth-child(2) a`)
	at(p, "filter=page:is:/")
	p.Click(`#devices nav a[href*="tab=device"]`)
	at(p, "tab=device")
	p.Click(`#devices .rows li:nth-child(1) a`)
	at(p, "filter=device:is:")
	p.Click(`#sources .rows li:nth-child(1) a`)
	at(p, "filter=channel:is:")
	p.Wait(`document.querySelectorAll(".pills li.pill").length === 3`)
	p.Click(`#places .tabs .details`)
	p.Wait(`location.pathname.endsWith("/details") && document.querySelectorAll(".pills li.pill").length === 3`)
	if apptest.Eval[bool](p, `document.querySelector(".find .order").checkVisibility()`) { // a phone has no headings to press
		p.Run(`document.querySelector(".find .order").value = "pageviews"`)
		p.Click(`.find button`)
	} else {
		p.Click(`.wholetable thead a[href*="sort=pageviews"]`)
	}
	at(p, "sort=pageviews")
}

// same compares the table on the screen with its file and the API's answer to the same question.
func (h house) same(t *testing.T, p *apptest.Page) {
	t.Helper()
	c := h.client(t, false)
	file := apptest.Eval[string](p, `new URL(document.querySelector("a[href*='format=csv']").href).pathname + new URL(document.querySelector("a[href*='format=csv']").href).search`)
	_, body := h.get(t, c, file, "en")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) < 3 {
		t.Fatalf("the file has %d rows: %v", len(rows), err)
	}
	u, err := url.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	ask := url.Values{"period": u.Query()["period"], "filter": u.Query()["filter"], "by": u.Query()["by"], "metrics": {"visitors,pageviews"}}
	_, stats := h.get(t, c, "/api/v1/sites/"+gen.Domain+"/stats?"+ask.Encode(), "en")
	var answer struct {
		Rows []struct {
			Country             string
			Visitors, Pageviews float64
		}
		Totals struct{ Visitors, Pageviews float64 }
	}
	if err := json.Unmarshal([]byte(stats), &answer); err != nil || len(ask["filter"]) != 3 {
		t.Fatalf("%v: %v: %s", ask, err, stats)
	}
	named := map[string][]string{}
	for _, row := range rows[1:] {
		named[row[0]] = row
	}
	for _, r := range answer.Rows {
		if row := named[r.Country]; row == nil || row[1] != jsonOf(r.Visitors) || row[3] != jsonOf(r.Pageviews) {
			t.Errorf("%s: %v in the file, %+v in the API", r.Country, row, r)
		}
	}
	screen := apptest.Eval[[]string](p, `[...document.querySelectorAll(".wholetable tfoot td")].map((e) => e.textContent.trim()).filter((text) => text)`)
	if len(screen) < 4 || screen[1] != grouped(answer.Totals.Visitors) || screen[3] != grouped(answer.Totals.Pageviews) {
		t.Errorf("the screen says %q, the API %+v", screen, answer.Totals)
	}
}

// byKeys does the same with the keyboard alone.
func (h house) byKeys(t *testing.T) {
	p := h.desk(t, site)
	p.Wait(`document.querySelector(".chart.read")`)
	p.Press("n")
	at(p, "period=91d")
	p.Press("x")
	at(p, "compare=none")
	to := func(selector string) {
		for range 200 {
			p.Press(kb.Tab)
			if apptest.Eval[bool](p, `document.activeElement.matches(`+jsonOf(selector)+`)`) {
				p.Press(kb.Enter)
				return
			}
		}
		t.Fatalf("Tab does not lead to %s", selector)
	}
	to(`.tiles li:nth-child(3) .tile`)
	at(p, "metric=pageviews")
	to(`#pages .rows li:nth-child(2) a`)
	at(p, "filter=page:is:/")
	p.Press(kb.Escape)
	at(p, "!filter=")
	p.Press(kb.ArrowLeft)
	at(p, "from=")
	to(`#places .tabs .details`)
	p.Wait(`location.pathname.endsWith("/details")`)
	p.Press("/")
	p.Wait(`document.activeElement.type === "search"`)
	p.Run(`document.activeElement.value = ""`) // the test's keyboard types the stroke even where a page has taken it
	p.Press("fr" + kb.Enter)
	at(p, "search=fr")
	quietOn(t, p)
}

// inGerman changes the language and the theme, and finds both on the next page.
func (h house) inGerman(t *testing.T) {
	p := h.desk(t, site)
	p.Wait(`document.querySelector(".chart.read")`)
	p.Click(`.bar .in > .end > summary`)
	p.Click(`.bar [name=lang][value=de]`)
	p.Wait(`document.documentElement.lang === "de" && document.querySelector(".tile span").textContent === "Besucher"`)
	p.Wait(`document.querySelector(".chart.read")`)
	p.Click(`.bar .in > .end > summary`)
	p.Click(`[data-theme-switch] [value=dark]`)
	p.Press(kb.Escape)
	p.Press("?")
	p.Wait(`document.querySelector("dialog.help h1")?.textContent === "Tastatur"`)
	p.Press(kb.Escape)
	p.Open(h.URL + site + "/details?by=country")
	if got := apptest.Eval[string](p, `[document.documentElement.lang, document.documentElement.dataset.theme, document.querySelector(".wholetable tbody td").textContent.trim()].join(" ")`); got != "de dark Deutschland" {
		t.Errorf("the next page is %s", got)
	}
	quietOn(t, p)
}

// segments saves what was filtered under a name and finds it again.
func (h house) segments(t *testing.T) {
	p := h.desk(t, site+"?filter=device:is:phone")
	p.Wait(`document.querySelector(".chart.read")`)
	p.Click(`.filter > summary`)
	p.Click(`.filter .drop a[href*="/segments"]`)
	p.Wait(`document.querySelector("form.save [name=name]")`)
	p.Type(`form.save [name=name]`, "On the phone")
	p.Click(`form.save button`)
	p.Wait(`document.body.textContent.includes("On the phone")`)
	p.Open(h.URL + site)
	p.Click(`.filter > summary`)
	p.Wait(`[...document.querySelectorAll(".filter .drop a bdi")].some((e) => e.textContent === "On the phone")`)
	p.Run(`[...document.querySelectorAll(".filter .drop a")].find((e) => e.textContent.includes("On the phone")).click()`)
	at(p, "segment=")
	quietOn(t, p)
}
