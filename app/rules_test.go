package app_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"sandprint/app/apptest"
	"sandprint/app/prove"
)

// What an owner sets holds for the next hit: pages are one, countries and networks are left out, and the ledger tells of it. An
// address that the owner typed is in no file, nor is one that came from there.
func TestRulesOfTheOwner(t *testing.T) {
	a := apptest.Start(t, apptest.Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}})
	owner := a.Owner("owner@rules.example", "Rules")
	a.AddSite("rules.example", "Rules")
	token := a.AddToken("owner@rules.example", "rules.example", "write")
	const typed, german, swiss, french = "203.119.87.201", "85.214.132.117", "195.176.3.23", "212.27.48.10"
	api := func(method, path, body string, into any) {
		t.Helper()
		req, err := http.NewRequest(method, a.URL+"/api/v1/sites/rules.example"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(into); err != nil || res.StatusCode != 200 {
			t.Fatalf("%s %s: %d, %v", method, path, res.StatusCode, err)
		}
	}
	var site struct {
		Networks []string `json:"excluded_networks"`
	}
	api("PATCH", "", `{"groups":["/order/*"],"excluded_countries":["DE"],"excluded_networks":["`+typed+`","195.176.0.0/16"]}`, &site)
	if got := fmt.Sprint(site.Networks); got != "[203.119.87.0/24 195.176.0.0/16]" {
		t.Errorf("the networks are %s", got)
	}
	for i, from := range []string{typed, "203.119.87.9", german, swiss, french, french} {
		body := fmt.Sprintf(`{"s":"rules.example","n":"pageview","i":"rulesview%d","u":"https://rules.example/order/%d"}`, i, i)
		if status := forwarded(t, a, "POST", "/e", from, body); status != http.StatusAccepted {
			t.Fatalf("a hit is answered with %d", status)
		}
	}
	var pages struct {
		Rows []struct {
			Page      string
			Pageviews int
		}
	}
	api("GET", "/stats?period=day&by=page&metrics=pageviews", "", &pages)
	if got := fmt.Sprint(pages.Rows); got != "[{/order/* 2}]" {
		t.Errorf("counted were %s", got)
	}
	var ledger struct{ Totals map[string]int }
	api("GET", "/dropped", "", &ledger)
	if got := fmt.Sprint(ledger.Totals); got != "map[excluded country:1 excluded network:3 scrubbed address:2]" {
		t.Errorf("the ledger has %s", got)
	}
	if res, err := owner.Get(a.URL + "/sites/rules.example/dropped"); err != nil || res.StatusCode != 200 {
		t.Errorf("the ledger's page: %v, %v", res, err)
	} else {
		res.Body.Close()
	}
	for _, addr := range []string{typed, swiss} {
		packed := netip.MustParseAddr(addr).AsSlice()
		h, err := prove.Search(prove.Needles{"text": []byte(addr), "packed": packed, "hex": []byte(hex.EncodeToString(packed))}, a.Dir)
		if err != nil || len(h.Found) > 0 || strings.Contains(a.Log(), addr) {
			t.Errorf("%s is in a file or the log: %v, %v", addr, h.Found, err)
		}
	}
}
