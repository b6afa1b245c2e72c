package web

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestDescription holds the routes against openapi.json, both ways.
func TestDescription(t *testing.T) {
	f := empty(t)
	w := f.want(200, "GET", "/api/v1/openapi.json")
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	described := map[string]bool{}
	for path, methods := range doc.Paths {
		for method := range methods {
			if method != "parameters" {
				described[strings.ToUpper(method)+" /api/v1"+path] = true
			}
		}
	}
	for _, r := range routes {
		if strings.Contains(r.pattern, " /api/") && !described[r.pattern] {
			t.Errorf("%s is not described", r.pattern)
		}
		delete(described, r.pattern)
	}
	for left := range described {
		t.Errorf("%s is described and isn't there", left)
	}
}

// TestDescriptionRefs looks for references to nothing.
func TestDescriptionRefs(t *testing.T) {
	var doc any
	if err := json.Unmarshal(openAPI, &doc); err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				var at any = doc
				for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
					next, _ := at.(map[string]any)
					at = next[part]
				}
				if at == nil {
					t.Errorf("%s is nowhere", ref)
				}
			}
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(doc)
}

// failure reads an error of the API.
func failure(t *testing.T, body string) (code, field string) {
	t.Helper()
	var out struct {
		Error struct{ Code, Message, Field string }
	}
	if err := json.Unmarshal([]byte(body), &out); err != nil || out.Error.Code == "" || out.Error.Message == "" {
		t.Errorf("not an error of the API: %v: %s", err, body)
	}
	return out.Error.Code, out.Error.Field
}

func TestAPIRefusals(t *testing.T) {
	f := full(t)
	stats, journeys := "/api/v1/sites/"+siteA+"/stats", "/api/v1/sites/"+siteA+"/"
	for _, row := range []struct {
		why            string
		status         int
		method, target string
		pairs          []string
		field          string
	}{
		{"no token", 401, "GET", stats, nil, ""},
		{"an unknown token", 401, "GET", stats, []string{"token", "sp_nope"}, ""},
		{"a token in the address", 401, "GET", stats + "?token=" + f.tokens["read A"], nil, ""},
		{"a cookie that is none", 401, "GET", stats, []string{"cookie", "sp=x"}, ""},
		{"a read token that writes", 403, "PATCH", "/api/v1/sites/" + siteA, []string{"token", f.tokens["read A"], "json", `{"floor":3}`}, ""},
		{"a read token that adds", 403, "POST", "/api/v1/sites", []string{"token", f.tokens["read A"], "json", `{"domain":"n.example"}`}, ""},
		{"a session that writes", 403, "POST", "/api/v1/sites", []string{"cookie", f.sessions["owner A"], "json", `{"domain":"n.example"}`}, ""},
		{"a form", 415, "POST", "/api/v1/sites", []string{"token", f.tokens["write A"], "form", "domain=n.example"}, ""},
		{"half a body", 400, "POST", "/api/v1/sites", []string{"token", f.tokens["write A"], "json", `{"domain":`}, ""},
		{"two values", 400, "POST", "/api/v1/sites", []string{"token", f.tokens["write A"], "json", `{"domain":"n.example"}{}`}, ""},
		{"a field too many", 400, "PATCH", "/api/v1/sites/" + siteA, []string{"token", f.tokens["write A"], "json", `{"customer":2}`}, "customer"},
		{"a wrong type", 400, "PATCH", "/api/v1/sites/" + siteA, []string{"token", f.tokens["write A"], "json", `{"floor":"3"}`}, "floor"},
		{"a wrong domain", 400, "POST", "/api/v1/sites", []string{"token", f.tokens["write A"], "json", `{"domain":"a b"}`}, "domain"},
		{"a wrong zone", 400, "PATCH", "/api/v1/sites/" + siteA, []string{"token", f.tokens["write A"], "json", `{"timezone":"Mars/Olympus"}`}, "timezone"},
		{"a wrong mode", 400, "PATCH", "/api/v1/sites/" + siteA, []string{"token", f.tokens["write A"], "json", `{"mode":"all"}`}, "mode"},
		{"visits kept too long", 400, "PATCH", "/api/v1/sites/" + siteA, []string{"token", f.tokens["write A"], "json", `{"keep_visits":61}`}, "keep_visits"},
		{"a wrong floor", 400, "PATCH", "/api/v1/sites/" + siteA, []string{"token", f.tokens["write A"], "json", `{"floor":99}`}, "floor"},
		{"a wrong period", 400, "GET", stats + "?period=eternity", []string{"token", f.tokens["read A"]}, "period"},
		{"a wrong metric", 400, "GET", stats + "?metrics=love", []string{"token", f.tokens["read A"]}, "metrics"},
		{"a wrong dimension", 400, "GET", stats + "?by=shoe_size", []string{"token", f.tokens["read A"]}, "by"},
		{"a wrong filter", 400, "GET", stats + "?filter=page", []string{"token", f.tokens["read A"]}, "filter"},
		{"a wrong limit", 400, "GET", stats + "?by=page&limit=-1", []string{"token", f.tokens["read A"]}, "limit"},
		{"a wrong comparison", 400, "GET", stats + "?compare=best", []string{"token", f.tokens["read A"]}, "compare"},
		{"a parameter that is misspelt", 400, "GET", stats + "?filters=country:is:DE", []string{"token", f.tokens["read A"]}, "filters"},
		{"a parameter of another question", 400, "GET", journeys + "funnel?step=page:/&step=page:/a&limit=3", []string{"token", f.tokens["read A"]}, "limit"},
		{"a wrong escape", 400, "GET", stats + "?filter=page:is:%zz", []string{"token", f.tokens["read A"]}, ""},
		{"a semicolon", 400, "GET", stats + "?by=page;limit=3", []string{"token", f.tokens["read A"]}, ""},
		{"a wrong format", 400, "GET", stats + "?format=xml", []string{"token", f.tokens["read A"]}, "format"},
		{"a wrong step", 400, "GET", journeys + "funnel?step=page:/&step=/", []string{"token", f.tokens["read A"]}, "step"},
		{"a wrong cohort", 400, "GET", journeys + "retention?by=day", []string{"token", f.tokens["read A"]}, "by"},
		{"too many cohorts", 400, "GET", journeys + "retention?from=2020-01-01&to=2026-01-01", []string{"token", f.tokens["read A"]}, "period"},
		{"a wrong start", 400, "GET", journeys + "paths", []string{"token", f.tokens["read A"]}, "start"},
		{"a wrong window", 400, "GET", journeys + "attribution?window=1y", []string{"token", f.tokens["read A"]}, "window"},
		{"a stranger's site", 404, "GET", "/api/v1/sites/" + siteB + "/stats", []string{"token", f.tokens["read A"]}, ""},
	} {
		w := f.want(row.status, row.method, row.target, row.pairs...)
		if _, field := failure(t, w.Body.String()); field != row.field {
			t.Errorf("%s: the error names field %q, want %q: %s", row.why, field, row.field, w.Body)
		}
		if challenge := w.Header().Get("WWW-Authenticate"); (challenge != "") != (row.status == 401) {
			t.Errorf("%s: WWW-Authenticate is %q", row.why, challenge)
		}
	}
}

func TestAPISites(t *testing.T) {
	f := full(t)
	write := f.tokens["write A"]
	added := f.want(201, "POST", "/api/v1/sites", "token", write, "json", `{"domain":"new.example","timezone":"America/New_York","mode":"cookieless"}`)
	if got := added.Header().Get("Location"); got != "/api/v1/sites/new.example" {
		t.Errorf("Location is %q", got)
	}
	f.want(409, "POST", "/api/v1/sites", "token", write, "json", `{"domain":"new.example"}`)
	changed := f.want(200, "PATCH", "/api/v1/sites/new.example", "token", write, "json",
		`{"hosts":["shop.example"],"query_keys":["q"],"search_key":"s","excluded":["/admin/**"],"groups":["/order/*","/shop/**"],
			"excluded_countries":["de","DE","FR"],"excluded_networks":["203.0.113.77","203.0.113.128/25","10.0.0.0/8","2001:db8:85a3:8d3::1"],"goals":[{"name":"Thanks","page":"/thanks"}],"floor":7,"keep_keys":6,"keep_visits":12,"localhost":true,"links":false,"forms":true,"country_only":true,"timezone":"Asia/Tokyo"}`)
	var site apiSiteOut
	if err := json.Unmarshal(f.want(200, "GET", "/api/v1/sites/new.example", "token", f.tokens["read A"]).Body.Bytes(), &site); err != nil {
		t.Fatal(err)
	}
	if site.Timezone != "Asia/Tokyo" || site.Mode != "cookieless" || site.Floor != 7 || !site.Localhost || site.Links || !site.Forms || !site.CountryOnly ||
		site.KeepKeys != 6 || site.KeepVisits != 12 || site.KeepTotals != 60 ||
		len(site.Hosts) != 1 || len(site.QueryKeys) != 1 || site.SearchKey != "s" || len(site.Excluded) != 1 || len(site.Goals) != 1 || site.Goals[0].Page != "/thanks" {
		t.Errorf("changed to %s, reads %+v", changed.Body, site)
	}
	if got := fmt.Sprint(site.Groups, site.ExcludedCountries, site.ExcludedNetworks); got != "[/order/* /shop/**] [DE FR] [203.0.113.0/24 10.0.0.0/8 2001:db8:85a3::/48]" {
		t.Errorf("the rules are %s", got)
	}
	for body, field := range map[string]string{
		`{"groups":["order"]}`: "groups", `{"groups":["/order?x"]}`: "groups", `{"groups":[""]}`: "groups",
		`{"excluded_countries":["DEU"]}`: "excluded_countries", `{"excluded_countries":["UK"]}`: "excluded_countries",
		`{"excluded_networks":["home"]}`: "excluded_networks", `{"excluded_networks":["0.0.0.0/0"]}`: "excluded_networks", `{"excluded_networks":["::ffff:10.0.0.0/104"]}`: "excluded_networks",
	} {
		w := f.want(400, "PATCH", "/api/v1/sites/new.example", "token", write, "json", body)
		if _, got := failure(t, w.Body.String()); got != field {
			t.Errorf("%s: the error names %q: %s", body, got, w.Body)
		}
	}
	var list struct{ Sites []apiSiteOut }
	if err := json.Unmarshal(f.want(200, "GET", "/api/v1/sites", "token", write).Body.Bytes(), &list); err != nil || len(list.Sites) != 2 {
		t.Errorf("the list: %+v, %v", list, err)
	}
	f.want(204, "DELETE", "/api/v1/sites/new.example", "token", write)
	f.want(404, "GET", "/api/v1/sites/new.example", "token", write)
}

func TestStats(t *testing.T) {
	f := full(t)
	target := "/api/v1/sites/" + siteA + "/stats?period=7d&metrics=visitors,pageviews&by=page"
	for _, pairs := range [][]string{{"token", f.tokens["read A"]}, {"cookie", f.sessions["viewer A"]}} {
		w := f.want(200, "GET", target, pairs...)
		var answer struct {
			Site   string
			Totals map[string]float64
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Site != siteA || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%v: %s", err, whole(w))
		}
	}
	for _, row := range []struct{ target, accept string }{{target, "text/csv"}, {target + "&format=csv", "text/html"}} {
		w := f.want(200, "GET", row.target, "token", f.tokens["read A"], "Accept", row.accept)
		if _, err := csv.NewReader(w.Body).ReadAll(); err != nil || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") ||
			w.Header().Get("Content-Disposition") != `attachment; filename="sandprint.csv"` {
			t.Errorf("CSV: %v: %s", err, whole(w))
		}
	}
}

// TestJourneys asks for each journey of visits that are there: all are of the one page that was read.
func TestJourneys(t *testing.T) {
	f := full(t)
	f.want(200, "PATCH", "/api/v1/sites/"+siteA, "token", f.tokens["write A"], "json", `{"floor":1,"goals":[{"name":"Read","page":"/about"}]}`)
	f.read(siteA, "/about", "own", 1)
	for _, row := range []struct{ ask, want string }{
		{"funnel?period=day&step=page:/about&step=page:/*", `"steps":[{"step":"page:/about","visitors":1,"visits":1,"dropped":0,"of_first":100,"of_previous":100,"median_seconds":null},{"step":"page:/*","visitors":0,`},
		{"retention?period=day&by=month", `"unknown_visits":`},
		{"paths?period=day&start=goal:Read", `"next":[{"page":"(exit)","visitors":1,"visits":1,"share":100}],"previous":[{"page":"(entry)",`},
		{"attribution?period=day&goal=Read", `"first":[{"source":"own source","visitors":1,"conversions":1,"revenue":null}]`},
	} {
		for _, pairs := range [][]string{{"token", f.tokens["read A"]}, {"cookie", f.sessions["viewer A"]}} {
			w := f.want(200, "GET", "/api/v1/sites/"+siteA+"/"+row.ask, pairs...)
			if !json.Valid(w.Body.Bytes()) || !strings.Contains(w.Body.String(), row.want) || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("%s: %s, want %s", row.ask, whole(w), row.want)
			}
		}
	}
}

func TestStatic(t *testing.T) {
	f := empty(t)
	hashed := f.server.StaticURL("style.css")
	w := f.want(200, "GET", hashed)
	if !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || hashed == "/static/style.css" {
		t.Errorf("%s: %v", hashed, w.Header())
	}
	tag := w.Header().Get("ETag")
	if again := f.want(304, "GET", hashed, "If-None-Match", tag); again.Body.Len() != 0 {
		t.Error("a 304 has a body")
	}
	if z := f.want(200, "GET", hashed, "Accept-Encoding", "br, gzip;q=0.5"); z.Header().Get("Content-Encoding") != "gzip" || z.Body.Len() >= w.Body.Len() || z.Header().Get("ETag") == tag {
		t.Errorf("compressed: %v", z.Header())
	}
	if z := f.want(200, "GET", hashed, "Accept-Encoding", "gzip;q=0"); z.Header().Get("Content-Encoding") != "" {
		t.Error("compressed although it was declined")
	}
	if plain := f.want(200, "GET", "/static/style.css"); plain.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("plain name: %v", plain.Header())
	}
	for _, none := range []string{"/static/country.bin", "/static/", "/static/..%2fstyle.css", "/static/style.0000.css"} {
		f.want(404, "GET", none)
	}
	if h := f.want(200, "HEAD", hashed); h.Body.Len() != 0 || h.Header().Get("Content-Length") == "" {
		t.Errorf("HEAD: %v", h.Header())
	}
}
