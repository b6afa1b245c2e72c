package app_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sandprint/app/apptest"
)

// An owner's browser goes through pages, tells of each what is sent and why not more, and none of it is counted.
func TestTheCheckOfPages(t *testing.T) {
	c := countConsent(t, `{"localhost":true,"excluded":["/drafts/**"]}`)
	bodies := map[string]string{
		"/members":  `<form><input name=user><input type=password name=secret></form>`,
		"/safe":     `<form data-sp-safe><input type=password></form>`,
		"/contact":  `<main><input type=email name=reply></main>`,
		"/checkout": `a page`,
		"/drafts/x": `a page`,
	}
	titles := map[string]string{"/users/jane.roe@roe.example": "Page of jane.roe@roe.example"}
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/missing" {
			http.Error(w, "not found", http.StatusNotFound)
			return
		}
		fmt.Fprintf(w, `<!doctype html><title>%s</title><script defer src="%s/js/ask.localhost.js?v=1"></script><a href="/found">found</a>%s`, cmp.Or(titles[r.URL.Path], "Page"), c.a.URL, bodies[r.URL.Path])
	}))
	t.Cleanup(pages.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(pages.URL, "http://"), ":")

	p := apptest.NewPage(t)
	p.Open(c.a.URL + "/sites/ask.localhost/check")
	p.Type("input[name=email]", "owner@ask.example")
	p.Type("input[name=password]", apptest.Password)
	p.Click("form.card button")
	p.Wait(`document.querySelector('[data-check]')`)
	p.Run(`const f = document.querySelector('[data-check]').elements; f.address.value = 'http://ask.localhost:` + port + `';
		f.pages.value = '/plain\n/members\n/safe\n/contact\n/checkout\n/drafts/x\n/users/jane.roe%40roe.example'; setTimeout(() => document.querySelector('[data-check]').requestSubmit())`)
	p.Wait(`document.querySelectorAll('[data-result] tbody tr').length == 7 && /looks personal/.test(document.querySelector('[data-result] tbody').textContent)`)
	got := apptest.Eval[map[string]string](p, `Object.fromEntries([...document.querySelectorAll('[data-result] tbody tr')].map(r => [r.cells[0].textContent, r.cells[1].textContent + ': ' + r.cells[2].textContent]))`)
	for page, want := range map[string]string{
		"/plain":                        "everything: ",
		"/members":                      "nothing: a field or meta tag: password secret",
		"/safe":                         "everything: ",
		"/contact":                      "the path only: a field or meta tag: email reply",
		"/checkout":                     "the path only: its path is about an account, a purchase or a message",
		"/drafts/x":                     "nothing: the site's rules exclude it",
		"/users/jane.roe%40roe.example": "everything: the path looks personal, and is counted as /users/:email; the title looks personal, and is counted as Page of [email]",
	} {
		if got[page] != want {
			t.Errorf("%s: %q, want %q", page, got[page], want)
		}
	}
	if sum := apptest.Eval[string](p, `document.querySelector('[data-sum]').textContent`); sum != "2 of 7 pages send nothing, 2 their path only." {
		t.Error(sum)
	}
	if link := apptest.Eval[string](p, `document.querySelector('[data-links] li').textContent`); link != "/found" {
		t.Errorf("links found: %q", link)
	}
	if faults := p.Errors(); len(faults) > 0 {
		t.Errorf("errors in the page: %q", faults)
	}

	// A page without the tracker leaves the owner on it; back at the check, it is told, and the others follow. So is a page of this machine, where those don't count.
	c.set(`{"localhost":false}`)
	p.Run(`sessionStorage.clear()`)
	p.Open(c.a.URL + "/sites/ask.localhost/check")
	p.Run(`const f = document.querySelector('[data-check]').elements; f.address.value = 'http://127.0.0.1:` + port + `';
		f.pages.value = '/missing\n/plain'; setTimeout(() => document.querySelector('[data-check]').requestSubmit())`)
	p.Wait(`location.pathname == '/missing'`)
	p.Open(c.a.URL + "/sites/ask.localhost/check")
	p.Wait(`!document.querySelector('[data-on]').hidden`)
	p.Run(`document.querySelector('[data-on]').click()`)
	p.Wait(`document.querySelectorAll('[data-result] tbody tr').length == 2`)
	const want = "/missing–it did not come back: not found, or without the tracker\n/plainnothingit is on this machine, whose pages count only where the settings say so"
	if got := apptest.Eval[string](p, `[...document.querySelectorAll('[data-result] tbody tr')].map(r => r.textContent).join('\n')`); got != want {
		t.Errorf("stranded: %q", got)
	}
	c.set(`{"localhost":true}`)
	visitor := apptest.NewPage(t)
	visitor.Open("http://ask.localhost:" + port + "/plain")
	c.until("only a visitor's page view", "1 1 1[new:1]")
}
