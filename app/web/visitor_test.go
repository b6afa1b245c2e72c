package web

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
)

// Who asks while much is to be erased is told, after some seconds, that it goes on, and the number of the receipt leads back to it; who asks again is
// told the same number. Of nobody nothing is noted.
func TestVisitorErasureUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // nobody works off what is asked for, until f.work
		f := full(t)
		f.read(siteA, "/about", "own", 1)
		body := f.want(202, "POST", "/privacy/"+siteA+"/erase", "form", form("v", "1", "sure", "yes")).Body.String()
		if !strings.Contains(body, "It is being erased") || !strings.Contains(body, `href="/receipts/`) {
			t.Errorf("the page: %s", body)
		}
		var answer struct {
			Receipt struct {
				Receipt  string
				UnderWay bool `json:"under_way"`
				At       string
			}
			Open string
		}
		w := f.want(202, "POST", "/privacy/"+siteA+"/optout", "json", `{"v":"1"}`, "Accept", "application/json")
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || !answer.Receipt.UnderWay || answer.Open == "" || !strings.Contains(body, answer.Receipt.Receipt) {
			t.Errorf("%s, %v", w.Body, err)
		}
		at := "/receipts/" + answer.Receipt.Receipt
		if !strings.HasSuffix(answer.Receipt.At, at) || !strings.Contains(f.want(200, "GET", at).Body.String(), "This page loads itself again") {
			t.Errorf("%s does not tell how far it is", answer.Receipt.At)
		}
		f.work()
		if body := f.want(200, "GET", at).Body.String(); !strings.Contains(body, `Page views</th><td class="num">1<`) || f.inFiles("ownmark") > 0 {
			t.Errorf("the receipt: %s", body)
		}
		for _, v := range []string{"1", "99"} {
			if body := f.want(200, "POST", "/privacy/"+siteA+"/erase", "form", form("v", v)).Body.String(); !strings.Contains(body, "Nothing is kept of this browser") {
				t.Errorf("visitor %s: %s", v, body)
			}
		}
		if stones, err := f.store.Control().OpenTombstones(t.Context()); err != nil || len(stones) > 0 {
			t.Errorf("%d orders are noted of nobody, %v", len(stones), err)
		}
	})
}

// A form that asks to erase is asked back, with what will go, and nothing has gone until the second answer; where nothing is kept there is nothing to ask.
// Programs are not asked back.
func TestVisitorIsAskedBeforeErasing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := full(t)
		f.read(siteA, "/about", "own", 1)
		f.read(siteA, "/other", "own", 2)
		for _, row := range []struct{ door, title string }{{"erase", "Erase what is kept of this browser?"}, {"optout", "Erase it and stop counting this browser?"}} {
			body := f.want(200, "POST", "/privacy/"+siteA+"/"+row.door, "form", form("v", "1")).Body.String()
			hold(t, row.door, body, row.title, "This will go: 1 visit, 1 page view, 0 events.", `action="/privacy/`+siteA+`/`+row.door+`"`, `name="v" value="1"`, `name="sure" value="yes"`,
				"nobody can bring it back", `href="/privacy/`+siteA+`">Cancel`, "!Receipt", "!One step is left: the wish")
		}
		hold(t, "in German", f.want(200, "POST", "/privacy/"+siteA+"/erase", "form", form("v", "1"), "Accept-Language", "de").Body.String(), "Löschen, was von diesem Browser gespeichert ist?", "1 Besuch, ")
		if stones, err := f.store.Control().OpenTombstones(t.Context()); err != nil || len(stones) > 0 {
			t.Errorf("it was erased before anybody was sure: %d orders, %v", len(stones), err)
		}
		hold(t, "what is kept is still shown", f.want(200, "POST", "/privacy/"+siteA+"/show", "form", form("v", "1")).Body.String(), "Kept of this browser: 1 visit")
		if w := f.want(200, "POST", "/privacy/"+siteA+"/optout", "json", `{"v":"99"}`, "Accept", "application/json"); strings.TrimSpace(w.Body.String()) != `{"open":"https://a.example/#sp-off","receipt":null}` {
			t.Errorf("of nobody, JSON says %s", w.Body)
		}
		hold(t, "of nobody, nothing is asked", f.want(200, "POST", "/privacy/"+siteA+"/optout", "form", form("v", "99")).Body.String(), "Nothing is kept of this browser", "One step is left: the wish")
		f.want(202, "POST", "/privacy/"+siteA+"/optout", "form", form("v", "1", "sure", "yes"))
		f.want(202, "POST", "/privacy/"+siteA+"/erase", "form", form("v", "2"), "Accept", "application/json")
		f.work()
		for _, v := range []string{"1", "2"} {
			hold(t, "visitor "+v+", in the end", f.want(200, "POST", "/privacy/"+siteA+"/show", "form", form("v", v)).Body.String(), "Nothing is kept of this browser")
		}
	})
}

// Visitors' pages, receipts and what goes wrong there are in French and Spanish too: no text of the English page is left in them. All other pages have two languages.
func TestVisitorsReadTheirLanguage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := full(t)
		f.read(siteA, "/about", "own", 1)
		f.read(siteA, "/about", "own", 2)
		texts := regexp.MustCompile(`>([^<>]+)<|aria-label="([^"]+)"`)
		same := regexp.MustCompile(`^[^\pL]*$|^(Sandprint|English|Deutsch|Français|Español|Menu|Source|Page|Canal|UTC|_sp|sp_off|cookies?|(/[\w.]*)+|.*a\.example.*|[A-Z0-9]{26}|[0-9a-f]{64}|Questions\W*|\d+(m \d+)?s|\d+ (visites?|MB)?|Chrome.*|Firefox.*|Linux.*|Windows.*|.*UTC\.?|404)$`)
		for lang, says := range map[string][]string{"fr": {"Ce que compte", "Conservé de ce navigateur : 1 visite", "Effacer définitivement"}, "es": {"Lo que cuenta", "Se guarda de este navegador: 1 visita", "Borrar para siempre"}} {
			page := "/privacy/" + siteA
			under := f.want(202, "POST", page+"/erase", "form", form("v", map[string]string{"fr": "1", "es": "2"}[lang], "sure", "yes"), "Accept-Language", lang).Body.String()
			at := regexp.MustCompile(`/receipts/\w{26}`).FindString(under)
			for _, ask := range [][]string{{"200", "GET", page}, {"200", "POST", page + "/show", "form", form("v", "3")}, {"200", "POST", page + "/erase", "form", form("v", "3")},
				{"200", "POST", page + "/optout", "form", form("v", "3")}, {"200", "POST", page + "/erase", "form", form("v", "99")}, {"400", "POST", page + "/show", "form", form("v", "")},
				{"404", "GET", "/privacy/none.example"}, {"200", "GET", at}, {"200", "GET", "/receipts"}, {"404", "GET", "/receipts?number=x"}} {
				if ask[2] == page+"/show" {
					f.read(siteA, "/about", "own", 3)
				}
				status, _ := strconv.Atoi(ask[0])
				all := map[string][]string{}
				for _, l := range []string{"en", lang} {
					body := f.want(status, ask[1], ask[2], append(slices.Clone(ask[3:]), "Accept-Language", l)...).Body.String()
					for _, m := range texts.FindAllStringSubmatch(body, -1) {
						all[l] = append(all[l], strings.TrimSpace(m[1]+m[2]))
					}
					if l != "en" && !strings.Contains(body, `<html lang="`+l+`"`) {
						t.Errorf("%v is not in %s", ask, l)
					}
				}
				for _, text := range all[lang] {
					if slices.Contains(all["en"], text) && !same.MatchString(text) {
						t.Errorf("%v in %s says in English: %q", ask, lang, text)
					}
				}
			}
			hold(t, "the page in "+lang, f.want(200, "GET", page, "Accept-Language", lang+"-CA,en;q=0.5").Body.String(), says[0])
			hold(t, "the record in "+lang, f.want(200, "POST", page+"/show", "form", form("v", "3"), "Accept-Language", lang).Body.String(), strings.ReplaceAll(says[1], " :", "\u00a0:"))
			hold(t, "asked back in "+lang, f.want(200, "POST", page+"/erase", "form", form("v", "3"), "Accept-Language", lang).Body.String(), says[2])
			hold(t, "other pages", f.want(401, "GET", "/sites", "Accept-Language", lang).Body.String(), `<html lang="en"`, "!Español")
		}
	})
}

// One network that asks without end is told to wait; others are answered.
func TestVisitorsAreSlowedDownByNetwork(t *testing.T) {
	f := full(t, func(o *Options) { o.Network = func(r *http.Request) string { return r.Header.Get("X-Network") } })
	ask := func(network string) int {
		return f.do("POST", "/privacy/"+siteA+"/show", "form", form("v", "1"), "X-Network", network).Code
	}
	last := 0
	for range 100 {
		if last = ask("203.0.113.0"); last != http.StatusOK {
			break
		}
	}
	if other := ask("198.51.100.0"); last != http.StatusTooManyRequests || other != http.StatusOK {
		t.Errorf("one network got %d, another %d", last, other)
	}
}
