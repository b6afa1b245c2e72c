package pages_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"sandprint/app/apptest"
	"sandprint/bench/gen"
)

// maxFile is what a view as a file may weigh, in bytes.
const maxFile = 150_000

// loads finds what a document would ask somebody for.
var loads = regexp.MustCompile(`(?i)<(script|link|img|iframe|object|embed|form)\b|@import|url\(|\bsrc=|\bsrcset=|href="[^#]`)

// files holds the dashboard as a file to what is promised: one file, nothing loaded, nothing run, opened from a disk.
func (h house) files(t *testing.T) {
	c := h.client(t, false)
	for _, query := range []string{"", "?period=12mo&tab=country&tab=browser_version", "?filter=device:is:phone&filter=page:contains:<b>&metric=bounce_rate&tab=event"} {
		resp, file := h.get(t, c, site+"/report.html"+query, "en")
		if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment") {
			t.Fatalf("%s: %s, %s", query, resp.Status, resp.Header.Get("Content-Disposition"))
		}
		if len(file) > maxFile {
			t.Errorf("%s: the file has %d bytes, want at most %d", query, len(file), maxFile)
		}
		if found := loads.FindString(file); found != "" {
			t.Errorf("%s: the file has %s", query, found)
		}
		path := filepath.Join(t.TempDir(), "report.html")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		p := apptest.NewPage(t)
		p.Viewport(1280, 900)
		p.Dark(false)
		p.Open("file://" + path)
		quietOn(t, p)
		look := apptest.Eval[string](p, `[getComputedStyle(document.body).backgroundColor, document.querySelectorAll(".tile strong").length, document.querySelectorAll(".panel").length,
			document.querySelector(".paper").checkVisibility(), document.querySelectorAll("a, [style]").length].join(" ")`)
		if look != "rgb(250, 246, 239) 6 7 true 0" {
			t.Errorf("%s: the file looks like %s", query, look)
		}
	}
}

// paper holds the page on paper to light colours and text in place of what can be pressed.
func (h house) paper(t *testing.T) {
	p := h.desk(t, site+"?filter=device:is:phone")
	p.Print()
	got := apptest.Eval[string](p, `[getComputedStyle(document.body).backgroundColor, document.querySelector(".paper").innerText.includes("Device is Phone"),
		document.querySelector(".paper").innerText.includes(location.href),
		[...document.querySelectorAll("button, select, input, summary, .bar, .views, .pill, .tabs .details")].filter((e) => e.checkVisibility()).length].join(" ")`)
	if got != "rgb(255, 255, 255) true true 0" {
		t.Errorf("on paper it is %s", got)
	}
}

// mail holds the weekly report to what mail programs need and readers are owed.
func (h house) mail(t *testing.T) {
	c := h.client(t, false)
	_, page := h.get(t, c, site+"/email-preview", "en")
	_, document := h.get(t, c, site+"/email-preview?format=html", "en")
	_, text := h.get(t, c, site+"/email-preview?format=text", "en")
	if !strings.Contains(text, "Counted by first-party cookie") {
		t.Errorf("the mail doesn't say how visitors are counted: %s", text)
	}
	for line := range strings.Lines(text) {
		if utf8.RuneCountInString(line) > 73 && !strings.Contains(line, "://") {
			t.Errorf("a line of the text is too long: %s", line)
		}
	}
	if found := regexp.MustCompile(`(?i)<(script|link|img|style)\b|url\(|\bsrc=|\bclass=`).FindString(document); found != "" {
		t.Errorf("the mail has %s", found)
	}
	for _, link := range regexp.MustCompile(`https?://[^"\s]+`).FindAllString(document+text, -1) {
		if !strings.HasPrefix(link, h.URL+site) {
			t.Errorf("the mail leads to %s", link)
		}
	}
	from, to, ok := weekOf(text)
	if !ok {
		t.Fatalf("the text has no link to its week:\n%s", text)
	}
	var answer struct {
		Totals struct{ Visitors, Pageviews float64 }
		Rows   []struct {
			Page     string
			Visitors float64
		}
	}
	ask := url.Values{"from": {from}, "to": {to}, "by": {"page"}, "metrics": {"visitors,pageviews"}}
	_, stats := h.get(t, c, "/api/v1/sites/"+gen.Domain+"/stats?"+ask.Encode(), "en")
	if err := json.Unmarshal([]byte(stats), &answer); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{grouped(answer.Totals.Visitors), grouped(answer.Totals.Pageviews), answer.Rows[1].Page, grouped(answer.Rows[1].Visitors)} {
		for name, form := range map[string]string{"page": page, "document": document, "text": text} {
			if !strings.Contains(form, want) {
				t.Errorf("the %s lacks %s", name, want)
			}
		}
	}
}

// weekOf returns the days that a mail's link leads to.
func weekOf(text string) (from, to string, ok bool) {
	found := regexp.MustCompile(`from=(\S+?)&to=(\S+)`).FindStringSubmatch(text)
	if found == nil {
		return "", "", false
	}
	return found[1], found[2], true
}

// grouped writes a number as English pages do.
func grouped(n float64) string {
	s := regexp.MustCompile(`\d`).FindAllString(jsonOf(n), -1)
	for i := len(s) - 3; i > 0; i -= 3 {
		s[i] = "," + s[i]
	}
	return strings.Join(s, "")
}

func jsonOf(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// eventLists are lists that are no dimension of the API: they are of a property of some events.
var eventLists = map[string]bool{"outbound": true, "download": true, "form": true, "missing": true, "search": true, "property": true}

// tables gets every list of the dashboard, whichever tab it is under, as a file and compares its first row with the API's.
func (h house) tables(t *testing.T) {
	c := h.client(t, false)
	lists := map[string]bool{}
	for _, query := range []string{"", "&tab=utm_campaign&tab=browser_version", "&tab=os&tab=country", "&tab=device"} {
		_, page := h.get(t, c, site+"?period=28d"+query, "en")
		for _, found := range regexp.MustCompile(`(?:tab|/details\?by)=([a-z_]+)`).FindAllStringSubmatch(page, -1) {
			lists[found[1]] = true
		}
	}
	for _, drawing := range []string{"map", "grid", "hour", "day"} {
		delete(lists, drawing)
	}
	if len(lists) < 25 {
		t.Errorf("the dashboard has %d lists", len(lists))
	}
	for by := range lists {
		_, page := h.get(t, c, site+"/details?period=28d&by="+by, "en")
		link := regexp.MustCompile(`href="(` + site + `/details\?[^"]*format=csv[^"]*)"`).FindStringSubmatch(page)
		if link == nil {
			t.Errorf("%s: its table is not offered as a file", by)
			continue
		}
		address := strings.ReplaceAll(link[1], "&amp;", "&")
		resp, body := h.get(t, c, address, "en")
		rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		if err != nil || resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/csv") || len(rows) == 0 {
			t.Errorf("%s: %s, %d rows, %v", address, resp.Status, len(rows), err)
			continue
		}
		if eventLists[by] || len(rows) < 2 {
			continue
		}
		metric := rows[0][1]
		_, stats := h.get(t, c, "/api/v1/sites/"+gen.Domain+"/stats?period=28d&limit=1&by="+by+"&metrics="+metric, "en")
		var answer struct{ Rows []map[string]any }
		if err := json.Unmarshal([]byte(stats), &answer); err != nil || len(answer.Rows) == 0 {
			t.Errorf("%s: the API says %.200s", by, stats)
			continue
		}
		if first := answer.Rows[0]; first[by] != rows[1][0] || jsonOf(first[metric]) != rows[1][1] {
			t.Errorf("%s: the file begins with %v, the API with %v", by, rows[1], first)
		}
	}
}
