package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestEveryDescribedParameterIsTaken holds the parameters that are let through against the description, both ways.
func TestEveryDescribedParameterIsTaken(t *testing.T) {
	f := full(t)
	var doc struct {
		Paths map[string]struct {
			Get struct{ Parameters []struct{ Name string } }
		}
	}
	if err := json.Unmarshal(openAPI, &doc); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for path, about := range doc.Paths {
		if about.Get.Parameters == nil {
			continue
		}
		target := "/api/v1" + strings.ReplaceAll(path, "{domain}", siteA) + "?"
		for _, p := range about.Get.Parameters {
			checked++
			if w := f.do("GET", target+p.Name+"=", "token", f.tokens["read A"]); strings.Contains(w.Body.String(), "bad_parameter") {
				t.Errorf("%s does not know %s, which is described", path, p.Name)
			}
		}
		w := f.want(400, "GET", target+about.Get.Parameters[0].Name+"x=1", "token", f.tokens["read A"])
		if !strings.Contains(w.Body.String(), "Maybe "+about.Get.Parameters[0].Name+" was meant") {
			t.Errorf("%s says: %s", path, w.Body)
		}
	}
	if checked < 20 {
		t.Errorf("only %d parameters are described", checked)
	}
}

// TestSillyQuestions asks what nobody means: the answer is one or a 400 that names the parameter, and takes little memory.
func TestSillyQuestions(t *testing.T) {
	f := full(t)
	many := func(n int) string { return strings.Repeat("DE,", n) + "AT" }
	for _, c := range []struct {
		why    string
		params []string // pairs
		field  string   // "": it is answered
	}{
		{"10,000 values", []string{"filter", "country:is:" + many(10_000)}, "filter"},
		{"200 values", []string{"filter", "country:is:" + many(199)}, ""},
		{"a megabyte", []string{"filter", "page:contains:" + strings.Repeat("x", 1<<20)}, "filter"},
		{"a megabyte of commas", []string{"filter", "page:is:" + strings.Repeat(",", 1<<20)}, "filter"},
		{"a megabyte of metrics", []string{"metrics", strings.Repeat("visitors,", 1<<17)}, ""},
		{"a megabyte of sort keys", []string{"by", "page", "sort", strings.Repeat("visitors,", 1<<17) + "x"}, "sort"},
		{"a pattern that backtracks", []string{"filter", "page:matches:" + strings.Repeat("/**/*a", 160)}, ""},
		{"two hundred of them", []string{"filter", "page:matches:" + strings.Repeat(strings.Repeat("**/", 300)+"x,", 199) + "/"}, ""},
		{"unknown dimensions", []string{"by", "shoe_size"}, "by"},
		{"a property of 10 kB", []string{"by", "prop:" + strings.Repeat("x", 10_000)}, "by"},
		{"a filter on one", []string{"filter", "prop:" + strings.Repeat("x", 10_000) + ":is:1"}, "filter"},
		{"NUL", []string{"filter", "page:is:/\x00"}, ""},
		{"invalid UTF-8", []string{"filter", "page:is:/\xff\xfe"}, ""},
		{"invalid UTF-8 in a name", []string{"by", "\xff"}, "by"},
		{"limit 0", []string{"by", "page", "limit", "0"}, "limit"},
		{"limit beyond", []string{"by", "page", "limit", "99999999999999999999"}, "limit"},
		{"offset below", []string{"by", "page", "offset", "-1"}, "offset"},
		{"offset far", []string{"by", "page", "offset", "100000000"}, ""},
		{"minutes of years", []string{"by", "minute", "period", "12mo"}, "by"},
		{"from year 1", []string{"from", "0001-01-01", "to", "9999-12-31"}, "from"},
		{"8,000 years", []string{"from", "1970-01-01", "to", "9999-12-31"}, "to"},
		{"days of 130 years", []string{"from", "1970-01-01", "to", "2099-12-31", "by", "day"}, "by"},
		{"their months", []string{"from", "1970-01-01", "to", "2099-12-31", "by", "month"}, ""},
		{"compared with those before", []string{"from", "1970-01-01", "to", "2099-12-31", "compare", "previous"}, ""},
		{"the 30th of February", []string{"from", "2026-02-30", "to", "2026-03-01"}, "from"},
		{"year 10000", []string{"from", "10000-01-01", "to", "10000-01-02"}, "from"},
		{"a hundred filters", strings.Split(strings.Repeat("filter page:is:/ ", 100)[:1699], " "), "filter"},
		{"a thousand unknown parameters", strings.Split(strings.Repeat("x y ", 1000)[:3999], " "), "x"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		query := url.Values{}
		for i := 0; i < len(c.params); i += 2 {
			query.Add(c.params[i], c.params[i+1])
		}
		w := f.do("GET", "/api/v1/sites/"+siteA+"/stats?"+query.Encode(), "token", f.tokens["read A"])
		runtime.ReadMemStats(&after)
		if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 64 {
			t.Errorf("%s: %d MB were allocated", c.why, took)
		}
		if w.Code == 200 && c.field == "" {
			continue
		}
		if _, field := failure(t, w.Body.String()); w.Code != 400 || field != c.field || c.field == "" {
			t.Errorf("%s: status %d, field %q, want %q: %.200s", c.why, w.Code, field, c.field, w.Body)
		}
	}
	f.want(200, "GET", "/api/v1/sites/"+siteA+"/stats", "token", f.tokens["read A"])
}

// TestADamagedFileIsOneSitesTrouble overwrites a site's files while they are open: its pages say what to do, the other site's come.
func TestADamagedFileIsOneSitesTrouble(t *testing.T) {
	f := full(t)
	info, err := f.store.Control().SiteByDomain(t.Context(), siteA)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(f.store.Control().Dir(), "sites", info.ID+".db")
	for _, end := range []string{"", "-wal"} {
		old, err := os.Stat(path + end)
		if os.IsNotExist(err) {
			continue
		}
		if err := os.WriteFile(path+end, []byte(strings.Repeat("x", int(max(old.Size(), 4096)))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	page := f.want(http.StatusServiceUnavailable, "GET", "/sites/"+siteA, "cookie", f.sessions["owner A"])
	if text := page.Body.String(); !strings.Contains(text, "damaged") || !strings.Contains(text, "sandprint doctor") || page.Header().Get("Retry-After") == "" {
		t.Errorf("the page says: %s", text)
	}
	hold(t, "the page in German", f.want(http.StatusServiceUnavailable, "GET", "/sites/"+siteA, "cookie", f.sessions["owner A"], "Accept-Language", "de").Body.String(),
		"Die Datei dieser Website ist beschädigt", "aus einer Kopie zurück", "!is damaged")
	api := f.want(http.StatusServiceUnavailable, "GET", "/api/v1/sites/"+siteA+"/stats", "token", f.tokens["read A"])
	if code, _ := failure(t, api.Body.String()); code != "damaged_file" {
		t.Errorf("the API says: %s", api.Body)
	}
	f.want(200, "GET", "/sites/"+siteB, "cookie", f.sessions["owner B"])
}
