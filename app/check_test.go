package app_test

import (
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
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><title>Page</title><script defer src="%s/js/ask.localhost.js?v=1"></script><a href="/found">found</a>%s`, c.a.URL, bodies[r.URL.Path])
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
		f.pages.value = '/plain\n/members\n/safe\n/contact\n/checkout\n/drafts/x'; setTimeout(() => document.querySelector('[data-check]').requestSubmit())`)
	p.Wait(`document.querySelectorAll('[data-result] tbody tr').length == 6`)
	got := apptest.Eval[map[string]string](p, `Object.fromEntries([...document.querySelectorAll('[data-result] tbody tr')].map(r => [r.cells[0].textContent, r.cells[1].textContent + ': ' + r.cells[2].textContent]))`)
	for page, want := range map[string]string{
		"/plain":    "everything: ",
		"/members":  "nothing: a field or meta tag: password secret",
		"/safe":     "everything: ",
		"/contact":  "the path only: a field or meta tag: email reply",
		"/checkout": "the path only: its path is about an account, a purchase or a message",
		"/drafts/x": "nothing: the site's rules exclude it, or it is on this machine",
	} {
		if got[page] != want {
			t.Errorf("%s: %q, want %q", page, got[page], want)
		}
	}
	if sum := apptest.Eval[string](p, `document.querySelector('[data-sum]').textContent`); sum != "2 of 6 pages send nothing, 2 their path only." {
		t.Error(sum)
	}
	if link := apptest.Eval[string](p, `document.querySelector('[data-links] li').textContent`); link != "/found" {
		t.Errorf("links found: %q", link)
	}
	if faults := p.Errors(); len(faults) > 0 {
		t.Errorf("errors in the page: %q", faults)
	}
	visitor := apptest.NewPage(t)
	visitor.Open("http://ask.localhost:" + port + "/plain")
	c.until("only a visitor's page view", "1 1 1[new:1]")
}
