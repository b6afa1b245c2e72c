package app

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A visitor sees on the site's privacy page what is kept of this browser and nothing of others, by form and from the site's own pages, and has it erased;
// what is no cookie, and no site, is said; without a cookie there is nothing to look up.
func TestTheVisitorsPage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, dir)
	for _, args := range [][]string{{"user", "add", "ann@example.com"}, {"site", "add", "shop.example"}, {"site", "add", "bare.example", "--mode", "cookieless"}} {
		if r := sandprint(t, "", append(args, "--data", dir)...); r.code != 0 {
			t.Fatalf("%v: %+v", args, r)
		}
	}
	today := time.Now().Unix() / 86400
	anna, bert := fmt.Sprintf("anna56789012345678.%d", today), fmt.Sprintf("bert56789012345678.%d", today)
	ask := func(method, path, body string, headers ...string) (int, string, http.Header) {
		t.Helper()
		req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text), resp.Header
	}
	for cookie, page := range map[string]string{anna: "ofannahere", bert: "ofberthere"} {
		hit := fmt.Sprintf(`[{"s":"shop.example","n":"pageview","i":"view%[1]s01","u":"https://shop.example/%[1]s?utm_campaign=mail%[1]s","t":"Title %[1]s","l":"de","w":390,"v":%[2]q},
			{"s":"shop.example","n":"engage","i":"view%[1]s01","q":1,"e":4200,"d":900,"H":1000,"v":%[2]q},
			{"s":"shop.example","n":"Purchase","i":"view%[1]s01","q":2,"u":"https://shop.example/%[1]s","p":{"size":"size%[1]s"},"$":{"a":1999,"c":"EUR"},"v":%[2]q}]`, page, cookie)
		if status, text, _ := ask("POST", "/e", hit); status != http.StatusAccepted {
			t.Fatalf("%d %s", status, text)
		}
	}
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	elsewhere := []string{"Content-Type", "text/plain", "Accept", "application/json", "Origin", "https://shop.example", "Sec-Fetch-Site", "cross-site"}
	for _, row := range []struct {
		why          string
		method, path string
		body         string
		headers      []string
		status       int
		has, hasNot  string
	}{
		{"the page", "GET", "/privacy/shop.example", "", nil, 200, "What shop.example counts", "ofanna"},
		{"by a further name", "GET", "/privacy/www.shop.example", "", nil, 200, "What shop.example counts", ""},
		{"no site", "GET", "/privacy/none.example", "", nil, 404, "", ""},
		{"no site, asked", "POST", "/privacy/none.example/show", "v=" + anna, form, 404, "", ""},
		{"without a cookie", "GET", "/privacy/bare.example", "", nil, 200, "nothing that could be looked up", "name=\"v\""},
		{"nothing given", "POST", "/privacy/shop.example/erase", "v=", form, 400, "the cookie is missing", ""},
		{"no cookie", "POST", "/privacy/shop.example/erase", "v=me", form, 400, "no value of the cookie", ""},
		{"no JSON", "POST", "/privacy/shop.example/show", "me", elsewhere, 400, "", ""},
		{"someone else", "POST", "/privacy/shop.example/show", "v=zora" + anna[4:], form, 200, "Nothing is kept of this browser", ""},
		{"own record", "POST", "/privacy/shop.example/show", "v=" + url.QueryEscape("_sp="+anna), form, 200, "shop.example/ofannahere", "ofbert"},
		{"own record, what is told of a page", "POST", "/privacy/shop.example/show", "v=" + anna, form, 200, "Title ofannahere", "ofbert"},
		{"own record, campaign", "POST", "/privacy/shop.example/show", "v=" + anna, form, 200, "mailofannahere", ""},
		{"own record, time on page", "POST", "/privacy/shop.example/show", "v=" + anna, form, 200, "looked at for 4s", ""},
		{"own record, depth", "POST", "/privacy/shop.example/show", "v=" + anna, form, 200, "read to 90%", ""},
		{"own record, browser", "POST", "/privacy/shop.example/show", "v=" + anna, form, 200, "Browser: Firefox", ""},
		{"own record, action", "POST", "/privacy/shop.example/show", "v=" + anna, form, 200, "size: sizeofannahere", ""},
		{"own record, amount", "POST", "/privacy/shop.example/show", "v=" + anna, form, 200, "€19.99", ""},
		{"own record, from the site", "POST", "/privacy/shop.example/show", `{"v":"` + anna + `"}`, elsewhere, 200, `"path":"/ofannahere"`, "ofbert"},
		{"own record, as a file", "POST", "/privacy/shop.example/show", "as=json&v=" + anna, form, 200, `"properties":{"size":"sizeofannahere"},"amount":1999,"currency":"EUR"`, "ofbert"},
		{"someone else erased", "POST", "/privacy/shop.example/erase", "v=zora" + anna[4:], form, 200, "Nothing is kept of this browser", "Receipt"},
		{"asked back", "POST", "/privacy/shop.example/erase", "v=" + anna, form, 200, "This will go: 1 visit, 1 page view", "Receipt"},
		{"erased", "POST", "/privacy/shop.example/erase", "sure=yes&v=" + anna, form, 200, "Erased: 1 visit, 1 page view. The files were searched afterwards: 0 traces found", ""},
		{"erased, and shown", "POST", "/privacy/shop.example/show", "v=" + anna, form, 200, "Nothing is kept of this browser", "ofanna"},
		{"opted out", "POST", "/privacy/shop.example/optout", `{"v":"` + bert + `"}`, elsewhere, 200, `"open":"https://shop.example/#sp-off"`, ""},
	} {
		status, text, h := ask(row.method, row.path, row.body, row.headers...)
		if status != row.status || !strings.Contains(text, row.has) || row.hasNot != "" && strings.Contains(text, row.hasNot) {
			t.Errorf("%s: %d %s", row.why, status, text)
		}
		if status == 200 && (h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Allow-Credentials") != "" || len(h["Set-Cookie"]) > 0) {
			t.Errorf("%s: %v", row.why, h)
		}
	}
	for _, mark := range []string{"ofannahere", "ofberthere", "anna5678", "bert5678"} {
		if inFiles(t, dir, mark) > 0 {
			t.Errorf("%s is still in the files", mark)
		}
	}
	_, text, _ := ask("GET", "/.well-known/gpc.json", "")
	var gpc struct{ GPC bool }
	if err := json.Unmarshal([]byte(text), &gpc); err != nil || !gpc.GPC {
		t.Errorf("%s, %v", text, err)
	}
}
