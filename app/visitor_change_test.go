package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sandprint/app/apptest"
)

// Where a site changed from cookies to none, its page and the text for its policy say as long that numbers of visitors are kept as there are any, and who
// still has the cookie sees and erases what is kept of it.
func TestThePageAfterAChangeOfMode(t *testing.T) {
	a := apptest.Start(t, apptest.Options{})
	owner := a.Owner("ann@example.com", "Acme")
	a.AddSite("shop.example", "Acme")
	token := a.AddToken("ann@example.com", "shop.example", "write")
	cookie := fmt.Sprintf("anna56789012345678.%d", time.Now().Unix()/86400)
	req, err := http.NewRequest("POST", a.URL+"/e", strings.NewReader(fmt.Sprintf(`{"s":"shop.example","n":"pageview","i":"viewofanna01","u":"https://shop.example/ofannahere","v":%q}`, cookie)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	sent, err := http.DefaultClient.Do(req)
	if err != nil || sent.StatusCode != http.StatusAccepted {
		t.Fatal(sent, err)
	}
	sent.Body.Close()
	page := func(path string) string { return string(get(t, owner, a.URL+path)) }
	post := func(path string, form url.Values) string {
		t.Helper()
		resp, err := http.PostForm(a.URL+path, form)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s %s %v", path, resp.Status, text, err)
		}
		return string(text)
	}
	holds := func(why, text string, has bool, words ...string) {
		t.Helper()
		for _, word := range words {
			if strings.Contains(text, word) != has {
				t.Errorf("%s: “%s” is there: %v", why, word, !has)
			}
		}
	}
	holds("the settings with cookies", page("/sites/shop.example/settings"), true, "stay after a change to “without cookies”: each goes by itself 13 months")
	patch(t, a, token, "shop.example", `{"mode":"cookieless"}`)
	former := []string{"earlier visits", `name="v"`}
	holds("the page after the change", page("/privacy/shop.example"), true, former...)
	holds("the page after the change", page("/privacy/shop.example"), false, "there is nothing that could be looked up")
	holds("the settings after the change", page("/sites/shop.example/settings"), true, "Numbers of visitors from before are still kept", `href="/sites/shop.example/erase"`)
	for lang, words := range map[string]string{"en": "the numbers of earlier visits", "de": "die Zahlen früherer Besuche", "fr": "les nombres des visites antérieures", "es": "los números de visitas anteriores"} {
		holds("the policy in "+lang, page("/sites/shop.example/documents/policy?lang="+lang), true, words)
	}
	holds("the record", page("/sites/shop.example/documents/record"), true, "keys of earlier visitors")
	holds("for programs", page("/privacy/shop.example/privacy.json"), true, `"former_numbers":"20`)
	holds("the old cookie", post("/privacy/shop.example/show", url.Values{"v": {cookie}}), true, "ofannahere")
	holds("erased", post("/privacy/shop.example/erase", url.Values{"v": {cookie}, "sure": {"yes"}}), true, "Erased: 1 visit")
	holds("the page in the end", page("/privacy/shop.example"), false, former...)
	holds("the page in the end", page("/privacy/shop.example"), true, "there is nothing that could be looked up")
	holds("the policy in the end", page("/sites/shop.example/documents/policy"), false, "earlier visits")
	holds("for programs, in the end", page("/privacy/shop.example/privacy.json"), true, `"former_numbers":""`)
}
