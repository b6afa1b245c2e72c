package web

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// changed is a site of which, yesterday, an old page and its source were gone and a new one was read.
func changed(t *testing.T) *fixture {
	f := full(t)
	for v := range uint64(12) {
		f.read(siteA, "/old", "former", v)
	}
	time.Sleep(24 * time.Hour)
	for v := range uint64(32) {
		f.read(siteA, "/new", "fresh", 100+v)
	}
	time.Sleep(24 * time.Hour)
	return f
}

// TestChanges finds the same rows on the page, on the dashboard and in the API: one that is new, one that is gone.
func TestChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := changed(t)
		site, cookie := "/sites/"+siteA, f.sessions["viewer A"]
		page := f.want(200, "GET", site+"/changes?period=yesterday", "cookie", cookie).Body.String()
		for _, want := range []string{"+20", "/new", "+32", "0 → 32", "160%", "/old", "−12", "12 → 0", "−60%", "filter=page:is:/old", "fresh source", "Germany"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if german := f.want(200, "GET", site+"/changes?period=yesterday", "cookie", cookie, "Accept-Language", "de").Body.String(); !strings.Contains(german, "Was hat sich verändert?") || !strings.Contains(german, "Beiträge, keine Ursachen.") {
			t.Error("the page is not in German")
		}
		dashboard := f.want(200, "GET", site+"?period=yesterday", "cookie", cookie).Body.String()
		_, line, found := strings.Cut(dashboard, `class="brief"`)
		line, _, _ = strings.Cut(line, "</p>")
		for _, want := range []string{"+20", "fresh source", "+32", "against it:", "−12", site + "/changes?period=yesterday"} {
			if !found || !strings.Contains(line, want) {
				t.Errorf("the dashboard's line lacks %q: %s", want, line)
			}
		}
		if plain := f.want(200, "GET", site+"?period=yesterday&compare=none", "cookie", cookie).Body.String(); strings.Contains(plain, `class="brief"`) {
			t.Error("the dashboard tells of changes without a comparison")
		}

		var answer struct {
			Total      struct{ Value, Previous, Difference float64 }
			Dimensions []struct {
				By   string
				Rows []struct {
					Name                        string
					Value, Previous, Difference float64
					Share                       float64
				}
				Rest float64
			}
		}
		body := f.want(200, "GET", "/api/v1"+site+"/change?period=yesterday&by=page,source", "token", f.tokens["read A"]).Body
		if err := json.Unmarshal(body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		if answer.Total.Difference != 20 || len(answer.Dimensions) != 2 {
			t.Fatalf("the API says %+v", answer)
		}
		for _, d := range answer.Dimensions {
			if len(d.Rows) != 2 || d.Rows[0].Difference != 32 || d.Rows[0].Share != 160 || d.Rows[1].Previous != 12 || d.Rows[1].Value != 0 || d.Rest != 0 {
				t.Errorf("the API says by %s %+v", d.By, d)
			}
		}
	})
}

// TestChangesBadDays asks the page what it can't tell: there is a way on.
func TestChangesBadDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := changed(t)
		for _, row := range []struct {
			query  string
			status int
			want   string
		}{
			{"?period=all", 200, "Nothing to compare with"},
			{"?compare=none", 200, "Choose what this period is compared with."},
			{"?period=yesterday&metric=bounce_rate", 200, "Visitors: "}, // the chart's figure, which can't be shared out
			{"?period=yesterday&metric=revenue", 200, "Not known"},
			{"?from=2001-01-01&to=2001-01-02", 200, "No difference"},
			{"?period=yesterday&by=page", 200, "What changed: Page"},
			{"?by=shoe_size", 400, "shoe_size"},
			{"?by=day", 400, "day"},
			{"?period=soon", 400, "soon"},
		} {
			body := f.want(row.status, "GET", "/sites/"+siteA+"/changes"+row.query, "cookie", f.sessions["viewer A"]).Body.String()
			if !strings.Contains(body, row.want) {
				t.Errorf("%s lacks %q", row.query, row.want)
			}
		}
		if to := f.want(303, "GET", ask("/changes?period=7d", "&apply=1&by=page&op=is&value=/new"), "cookie", f.sessions["viewer A"]).Header().Get("Location"); to != "/sites/"+siteA+"/changes?period=7d&filter=page:is:/new" {
			t.Errorf("a filter leads to %s", to)
		}
	})
}
