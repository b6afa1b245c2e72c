package app_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"sandprint/app/apptest"
)

// panelSite is a site whose visitors did all that its panels tell of.
const panelSite = "panels.example"

// visitor sends hits to the door as the browser of one person; view numbers the page views of all.
type visitor struct {
	t      *testing.T
	app    *apptest.App
	number int
	view   *int
}

// send sends hits, each of which is about the page view before or, being one, begins it.
func (v visitor) send(hits ...map[string]any) {
	v.t.Helper()
	for i, h := range hits {
		if h["n"] == nil {
			*v.view++
			h["n"] = "pageview"
		} else {
			h["q"] = i + 1
		}
		h["s"], h["i"], h["l"] = panelSite, fmt.Sprintf("view%09d", *v.view), "de"
		h["v"] = fmt.Sprintf("%020d.%d", v.number, time.Now().Unix()/86400)
	}
	body, _ := json.Marshal(hits)
	req, _ := http.NewRequest("POST", v.app.URL+"/e", strings.NewReader(string(body)))
	req.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		v.t.Fatalf("the door says %s to %.300s", resp.Status, body)
	}
}

// hit makes a hit of pairs.
func hit(pairs ...any) map[string]any {
	h := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		h[pairs[i].(string)] = pairs[i+1]
	}
	return h
}

// visited starts an application with the site, and its owner.
func visited(t *testing.T) (*apptest.App, *http.Client) {
	t.Helper()
	a := apptest.Start(t, apptest.Options{})
	owner := a.Owner("owner@cups.example", "Panels")
	a.AddSite(panelSite, "Panels", "--timezone=UTC")
	patch(t, a, a.AddToken("owner@cups.example", panelSite, "write"), panelSite,
		`{"search_key":"q","forms":true,"goals":[{"name":"Bought","event":"Buy"}]}`)
	return a, owner
}

// rowsOf returns what the rows of a panel or a table say, in a line each.
func rowsOf(n *html.Node) (rows []string) {
	for d := range n.Descendants() {
		if d.Type != html.ElementNode || !hasClass(d, "row") && (d.Data != "tr" || d.Parent.Data != "tbody") {
			continue
		}
		var words []string
		for x := range d.Descendants() {
			if x.Type == html.TextNode {
				words = append(words, strings.Fields(x.Data)...)
			}
		}
		rows = append(rows, strings.Join(words, " "))
	}
	return rows
}

func hasClass(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "class" && slices.Contains(strings.Fields(a.Val), name) })
}

// byID returns the element of an id.
func byID(t *testing.T, page []byte, id string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(string(page)))
	if err != nil {
		t.Fatal(err)
	}
	if id == "" {
		return doc
	}
	for n := range doc.Descendants() {
		if slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "id" && a.Val == id }) {
			return n
		}
	}
	t.Fatalf("there is no #%s", id)
	return nil
}

// What visitors do comes out of the panels, their tables, the files of these and the API alike.
func TestPanelsFromTheDoor(t *testing.T) {
	a, owner := visited(t)
	view := 0
	page := "https://" + panelSite
	for i := range 8 {
		v := visitor{t, a, i, &view}
		source := "https://www.google.com/search"
		if i > 5 {
			source = "https://news.example/story"
		}
		v.send(hit("u", page+"/", "t", "Home", "r", source),
			hit("n", "Outbound Link: Click", "u", page+"/", "p", hit("url", "instagram.com/panels")),
			hit("n", "File Download", "u", page+"/", "p", hit("url", panelSite+"/prices.pdf")))
		v.send(hit("u", page+"/find?q=Blue++Kettle", "t", "Results"))
		v.send(hit("u", page+"/gone", "t", "Oh no"), hit("n", "404", "u", page+"/gone"))
		v.send(hit("u", page+"/contact", "t", "Contact"), hit("n", "Form: Submission", "u", page+"/contact", "p", hit("path", "/contact")))
		if i < 6 {
			v.send(hit("u", page+"/thanks", "t", "Thanks"), hit("n", "Buy", "u", page+"/thanks", "p", hit("plan", "pro", "gift", "no"), "$", hit("a", 1000, "c", "EUR")))
		}
	}
	// Of each list: where it is, what its panel says, what its table's name in the address is, and the question to the API.
	for _, c := range []struct{ params, panel, row, table, ask string }{
		{"tab=source", "sources", "Google 75% 6", "source", "by=source"},
		{"tab=referrer&filter=source:is:news.example", "sources", "(other) 100% 2", "referrer", "by=referrer"},
		{"tab=referrer&filter=source:is:Google", "sources", "google.com/search 100% 6", "referrer", "by=referrer"},
		{"tab=page", "pages", "/ Home 100% 8", "page", "by=page"},
		{"tab=entry_page", "pages", "/ Home 100% 8", "entry_page", "by=entry_page"},
		{"tab=exit_page", "pages", "/thanks Thanks 75% 6", "exit_page", "by=exit_page"},
		{"tab=browser_version", "devices", "Chrome 142 100% 8", "browser_version", "by=browser_version"},
		{"tab=outbound", "links", "instagram.com/panels 100% 8 8", "outbound", "by=prop:url&filter=event:is:Outbound+Link%5C:+Click"},
		{"tab=download", "links", panelSite + "/prices.pdf 100% 8 8", "download", "by=prop:url&filter=event:is:File+Download"},
		{"tab=form", "links", "/contact Contact 100% 8 8", "form", "by=page&filter=event:is:Form%5C:+Submission"},
		{"tab=missing", "links", "/gone Oh no 100% 8 8", "missing", "by=page&filter=event:is:404"},
		{"tab=search", "links", "blue kettle 100% 8 8", "search", "by=prop:term&filter=event:is:Search"},
		{"tab=goal", "goals", "Bought 100% 75.0% 6 €60.00 6", "goal", "by=goal"},
		{"tab=event", "goals", "404 17% 8 €0.00 8", "event", "by=event"},
		{"tab=property&filter=event:is:Buy&property=plan", "goals", "pro 100% 6 €60.00 6", "prop:plan", "by=prop:plan"},
		{"filter=goal:is:Bought&tab=source", "sources", "Google 100% 100.0% 6", "source", "by=source"},
	} {
		base := a.URL + "/sites/" + panelSite
		shared := "period=day&compare=none"
		for _, p := range strings.Split(c.params, "&") {
			if strings.HasPrefix(p, "filter=") {
				shared += "&" + p
			}
		}
		got := rowsOf(byID(t, get(t, owner, base+"?period=day&compare=none&"+c.params), c.panel))
		if len(got) == 0 || got[0] != c.row {
			t.Errorf("%s: the panel says %q, want %q first", c.params, got, c.row)
		}
		table := rowsOf(byID(t, get(t, owner, base+"/details?by="+url.QueryEscape(c.table)+"&"+shared), ""))
		if first, _, _ := strings.Cut(c.row, " "); len(table) == 0 || !strings.HasPrefix(table[0], first) {
			t.Errorf("%s: the table says %q", c.params, table)
		}
		file, err := csv.NewReader(strings.NewReader(string(get(t, owner, base+"/details?format=csv&by="+url.QueryEscape(c.table)+"&"+shared)))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		metrics := slices.DeleteFunc(slices.Clone(file[0][1:]), func(m string) bool { return m == "currency" })
		api, err := csv.NewReader(strings.NewReader(string(get(t, owner, a.URL+"/api/v1/sites/"+panelSite+"/stats?format=csv&"+
			strings.ReplaceAll(shared, "&compare=none", "")+"&"+c.ask+"&metrics="+strings.Join(metrics, ","))))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(file) != fmt.Sprint(api) {
			t.Errorf("%s: the file says\n%v, the API\n%v", c.params, file, api)
		}
	}
}

// Whatever visitors make of paths, titles, sources, events and searches is shown as text, and keeps to the room that it has.
func TestHostileDataFromTheDoor(t *testing.T) {
	t.Cleanup(apptest.CloseBrowser)
	a, _ := visited(t)
	view := 0
	page := "https://" + panelSite
	evil := []string{`<script>hacked=1</script>`, `"><img src=x onerror=hacked=1>`, `'onmouseover='hacked=1`, `javascript:hacked=1`, `</title><svg onload=hacked=1>`,
		"\u202egnirts desrever\u202c", "مرحبا بالعالم، هذا عنوان طويل", "שלום עולם 🐚", "👩‍👩‍👧‍👦🏳️‍🌈", "{{7*7}} ${7*7}", strings.Repeat("long", 75)}
	for i, text := range evil {
		for person := range 5 {
			v := visitor{t, a, 100*i + person, &view}
			path, name := "/"+url.PathEscape(text), string([]rune(text)[:min(60, len([]rune(text)))])
			if i == len(evil)-1 {
				path = strings.Repeat("/long-part", 199)
			}
			v.send(hit("u", page+path+"?utm_source="+url.QueryEscape(text)+"&utm_campaign="+url.QueryEscape(text)+"&q="+url.QueryEscape(text), "t", text, "r", "https://evil.example/"+url.PathEscape(text)),
				hit("n", name, "u", page+path, "p", hit(name, text, "plan", text)),
				hit("n", "Outbound Link: Click", "u", page+path, "p", hit("url", "evil.example/"+name)),
				hit("n", "404", "u", page+path))
		}
	}
	p := apptest.NewPage(t)
	signIn(t, p, a, "/sites/"+panelSite)
	base := a.URL + "/sites/" + panelSite
	for _, path := range []string{"?period=day&tab=source&tab=title&tab=outbound&tab=event", "?period=day&tab=referrer&tab=page&tab=missing&tab=property", "?period=day&tab=utm_campaign&tab=search&tab=entry_page",
		"/details?period=day&by=page", "/details?period=day&by=title&search=%3Cscript%3E", "/details?period=day&by=search", "/details?period=day&by=prop:plan", "/details?period=day&by=event"} {
		for _, width := range []int64{320, 1280} {
			p.Viewport(width, 800)
			p.Open(base + path)
			if got := apptest.Eval[string](p, `[typeof window.hacked, document.querySelectorAll("main img, main script, main iframe").length, document.documentElement.scrollWidth > innerWidth].join()`); got != "undefined,0,false" {
				t.Errorf("%s at %d px: hacked, foreign elements, sideways: %s", path, width, got)
			}
		}
		if !strings.Contains(apptest.Eval[string](p, `document.querySelector("main").textContent`), "hacked=1") {
			t.Errorf("%s shows nothing of what was sent", path)
		}
	}
	if faults := p.Errors(); len(faults) > 0 {
		t.Errorf("the pages had errors: %q", faults)
	}
}
