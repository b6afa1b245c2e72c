package app_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"sandprint/app/apptest"
)

// loopback lets a test say for whom it sends a hit.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// visits sends page views of a site, path by path, each from an address of its own.
func visits(t *testing.T, a *apptest.App, site string, paths ...string) {
	t.Helper()
	for i, path := range paths {
		body := fmt.Sprintf(`{"s":%q,"n":"pageview","i":"%saview%04d","u":"https://%s%s"}`, site, site[:1], i, site, path)
		if status := forwarded(t, a, "POST", "/e", fmt.Sprintf("203.0.113.%d", i+1), body); status != http.StatusAccepted {
			t.Fatalf("a hit of %s: %d", site, status)
		}
	}
}

// table is rows of a page, its visitors, visits and page views.
type table map[string][3]string

// One question, asked by page, as JSON and as CSV, has one answer.
func TestTheWayOfAQuestion(t *testing.T) {
	a := apptest.Start(t, apptest.Options{TrustedProxies: loopback})
	owner := a.Owner("ann@a.example", "Acme")
	stranger := a.Owner("bob@b.example", "Bolt")
	a.AddSite("a.example", "Acme")
	a.AddSite("b.example", "Bolt")
	visits(t, a, "a.example", "/", "/", "/", "/price", "/price", "/a&b<i>")
	visits(t, a, "b.example", "/own", "/own")

	want := table{"/": {"3", "3", "3"}, "/price": {"2", "2", "2"}, "/a&b<i>": {"1", "1", "1"}}
	question := a.URL + "/api/v1/sites/a.example/stats?period=24h&by=page&metrics=visitors,visits,pageviews"
	for how, got := range map[string]table{
		"JSON": jsonTable(t, get(t, owner, question)),
		"CSV":  csvTable(t, get(t, owner, question+"&format=csv")),
		"page": pageTable(t, get(t, owner, a.URL+"/sites/a.example/details?period=24h&by=page")),
		"file": csvTable(t, get(t, owner, a.URL+"/sites/a.example/details?period=24h&by=page&format=csv&compare=none")),
	} {
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", how, got, want)
		}
	}
	own := jsonTable(t, get(t, stranger, strings.Replace(question, "a.example", "b.example", 1)))
	if fmt.Sprint(own) != fmt.Sprint(table{"/own": {"2", "2", "2"}}) {
		t.Errorf("the other customer's own: %v", own)
	}

	// To anyone else a site of another customer is one that isn't there.
	token := a.AddToken("bob@b.example", "", "read")
	for _, path := range []string{"/sites/a.example", "/sites/a.example/details?by=page", "/sites/a.example/details?by=page&format=csv",
		"/sites/a.example/live", "/sites/a.example/install", "/sites/a.example/settings", "/api/v1/sites/a.example",
		"/api/v1/sites/a.example/stats?by=page", "/api/v1/sites/a.example/stats?format=csv", "/api/v1/sites/a.example/stats?by=nonsense"} {
		for _, key := range []string{"", token} {
			theirs, nobodys := whole(t, stranger, a.URL+path, key), whole(t, stranger, a.URL+strings.Replace(path, "a.example", "z.example", 1), key)
			theirs = strings.ReplaceAll(theirs, "a.example", "z.example") // the address that was asked for
			if theirs != nobodys || strings.HasPrefix(theirs, "200") {
				t.Errorf("%s: another customer's site answers\n%s\nand one that doesn't exist\n%s", path, theirs, nobodys)
			}
		}
	}
}

// whole returns an answer's status, header and body, as they come but for the moment and the random part of the policy.
func whole(t *testing.T, c *http.Client, address, token string) string {
	t.Helper()
	req, err := http.NewRequest("GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
		c = http.DefaultClient
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Header.Del("Date")
	return fmt.Sprintf("%d %v\n%s", resp.StatusCode, resp.Header, body)
}

func jsonTable(t *testing.T, body []byte) table {
	t.Helper()
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		t.Fatal(err)
	}
	got := table{}
	for _, r := range a.Rows {
		got[fmt.Sprint(r["page"])] = [3]string{fmt.Sprint(r["visitors"]), fmt.Sprint(r["visits"]), fmt.Sprint(r["pageviews"])}
	}
	return got
}

func csvTable(t *testing.T, body []byte) table {
	t.Helper()
	lines, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil || len(lines) == 0 {
		t.Fatalf("%v: %q", err, body)
	}
	column := map[string]int{}
	for i, name := range lines[0] {
		column[name] = i
	}
	got := table{}
	for _, l := range lines[1:] {
		got[l[column["page"]]] = [3]string{l[column["visitors"]], l[column["visits"]], l[column["pageviews"]]}
	}
	return got
}

var (
	pageRow  = regexp.MustCompile(`(?s)<tr><td>.*?<bdi>(.*?)</bdi>(.*?)</tr>`)
	pageCell = regexp.MustCompile(`data-name="([^"]*)"[^>]*>\s*([^<\s]*)`)
	entities = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")
)

func pageTable(t *testing.T, body []byte) table {
	t.Helper()
	got := table{}
	for _, r := range pageRow.FindAllSubmatch(body, -1) {
		cells := map[string]string{}
		for _, c := range pageCell.FindAllSubmatch(r[2], -1) {
			cells[string(c[1])] = string(c[2])
		}
		got[entities.Replace(string(r[1]))] = [3]string{cells["Visitors"], cells["Visits"], cells["Page views"]}
	}
	return got
}

// forwarded sends a request as a proxy does for a client.
func forwarded(t *testing.T, a *apptest.App, method, path, addr, body string, more ...string) int {
	t.Helper()
	req, err := http.NewRequest(method, a.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-For", addr)
	req.Header.Set("User-Agent", canaryAgent)
	for i := 0; i < len(more); i += 2 {
		req.Header.Set(more[i], more[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// canaryAgent is a user agent whose build number is found nowhere else.
const canaryAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.7341.29173 Safari/537.36"
