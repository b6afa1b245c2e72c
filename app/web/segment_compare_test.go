package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestSegmentsSideBySide reads the tiles and lists of two sides off the page.
func TestSegmentsSideBySide(t *testing.T) {
	f := full(t)
	f.readIn(siteA, "Lyon", 1, 6)
	f.readIn(siteA, "Nancy", 11, 5)
	f.readIn(siteA, "Paris", 21, 14)
	f.readIn(siteA, "Reims", 41, 2)
	f.save("owner A", "?filter=city:is:Paris", "Paris", "1")
	f.save("viewer A", "?filter=city:is:Lyon", "Mine", "")
	for _, row := range []struct{ params, a, b, list, why string }{
		{"&filter=city:is:Lyon", "6", "21", "/lyon 100% – –|/paris 0% 67% −67", "everyone else unless said otherwise; Reims is too small and Nancy hides it, so what isn't there is not known"},
		{"&filter=city:is:Lyon&with=all", "6", "27", "/lyon 100% 22% +78|/paris 0% 52% −52|/nancy 0% 19% −19|/reims 0% 7% −7.4", "all visitors are not filtered"},
		{"&segment=1&with=2", "14", "6", "/paris 100% 0% +100|/lyon 0% 100% −100", "two saved ones"},
		{"&with=1", "27", "14", "/paris 52% 100% −48|/lyon 22% 0% +22|/nancy 19% 0% +19|/reims 7% 0% +7.4", "all visitors on the left"},
		{"&filter=city:is:Nowhere", "0", "27", "", "nobody on one side"},
	} {
		w := f.want(http.StatusOK, "GET", "/sites/"+siteA+"/compare-segments?period=day"+row.params, "cookie", f.sessions["viewer A"])
		doc, err := html.Parse(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := textOf(doc, "strong", "a"), textOf(doc, "b", "b"); a != row.a || b != row.b {
			t.Errorf("%s (%s): %s and %s visitors, want %s and %s", row.params, row.why, a, b, row.a, row.b)
		}
		if got := pagesOf(doc); row.list != "" && got != row.list {
			t.Errorf("%s (%s): %s\nwant %s", row.params, row.why, got, row.list)
		}
	}
	for params, want := range map[string]string{"?with=99": "There is no such segment here", "?with=nobody": "There is no such segment here", "?segment=77": "There is no such segment here", "?filter=x": `"x"`} {
		if got := words(t, f.want(http.StatusBadRequest, "GET", "/sites/"+siteA+"/compare-segments"+params, "cookie", f.sessions["owner A"])); !strings.Contains(got, want) {
			t.Errorf("%s: %.300s", params, got)
		}
	}
	if got := words(t, f.want(http.StatusBadRequest, "GET", "/sites/"+siteA+"/compare-segments?with=2", "cookie", f.sessions["owner A"])); !strings.Contains(got, "There is no such segment here") {
		t.Errorf("the owner compares with a viewer's own: %.300s", got)
	}
	if got := words(t, f.want(http.StatusOK, "GET", "/sites/"+siteA+"/compare-segments", "cookie", f.sessions["owner A"])); !strings.Contains(got, "Nobody is left to compare with") {
		t.Errorf("without anything chosen: %.400s", got)
	}
}

// textOf returns the text of the first element of a name and class.
func textOf(doc *html.Node, element, class string) string {
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == element {
			for _, a := range n.Attr {
				if a.Key == "class" && a.Val == class {
					return n.FirstChild.Data
				}
			}
		}
	}
	return ""
}

// pagesOf returns the rows of the list of pages, their cells with spaces between them.
func pagesOf(doc *html.Node) string {
	var rows []string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "tr" || n.Parent.Data != "tbody" || n.Parent.Parent.Parent.Attr[len(n.Parent.Parent.Parent.Attr)-1].Val != "by-page" {
			continue
		}
		var cells []string
		for d := range n.Descendants() {
			if d.Type == html.TextNode {
				cells = append(cells, strings.Fields(d.Data)...)
			}
		}
		rows = append(rows, fmt.Sprint(strings.Join(cells, " ")))
	}
	return strings.Join(rows, "|")
}
