package views

import (
	"fmt"
	"net/url"
	"os"
	"regexp"
	"testing"

	"sandprint/app/report"
)

// What the script makes of a row's link is the link that excludes the row, wherever the row doesn't say it.
func TestExcludingByTheScript(t *testing.T) {
	script, err := os.ReadFile("../static/swap.js")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`href\.replace\(/(.*:is:)/, "\$1:not:"\)`).FindSubmatch(script)
	if found == nil {
		t.Fatal("the script doesn't turn filters")
	}
	turn := regexp.MustCompile(string(found[1]))
	turned := 0
	others := []report.Filter{{By: "country", Op: report.Is, Values: []string{"DE"}}, {By: "page", Op: report.Not, Values: []string{"/a:is:b"}}, {By: "prop:plan", Op: report.Contains, Values: []string{"x"}}}
	for n := range len(others) + 1 {
		view := NewView("example.com", url.Values{"period": {"7d"}, "tab": {"country"}}, others[:n])
		for _, by := range []report.Dimension{"page", "source", "country", "prop:plan", `prop:a\:b`, "utm_campaign"} {
			for _, value := range []string{"/", "a:is:b", "a&filter=page:is:b", "größe, 1", `back\slash`, "?filter=x:is:y"} {
				if !view.turns(by) {
					continue
				}
				turned++
				link, want := view.only(by, report.Is, value).URL(), view.only(by, report.Not, value).URL()
				if got := turn.ReplaceAllString(link, "$1:not:"); got != want {
					t.Errorf("%s becomes %s, not %s", link, got, want)
				}
			}
		}
	}
	if turned < 50 {
		t.Error(fmt.Sprint(turned, " were looked at"))
	}
}
