package prove

import (
	"fmt"
	"strings"
)

// pageKind is a page, and how much of it may be sent.
type pageKind struct {
	path, head, body string
	level            int // 0 nothing, 1 that its path was seen, 2 all
	reason           string
}

// pageKinds are pages with and without what may hold personal data.
var pageKinds = []pageKind{
	{"/password", "", `<input type=password>`, 0, "a password"},
	{"/pwhidden", "", `<input type=password style="display:none">`, 0, "a password that a click will show"},
	{"/pwshown", "", `<input type=text autocomplete=current-password>`, 0, "a password made readable"},
	{"/pwnew", "", `<input type=text autocomplete=new-password>`, 0, "a new password"},
	{"/pwheader", "", `<header><form><input name=user><input type=password></form></header>`, 0, "a sign-in form in the header"},
	{"/card", "", `<input autocomplete="billing cc-number">`, 0, "the number of a payment card"},
	{"/cardcode", "", `<input autocomplete=cc-csc>`, 0, "the code of a payment card"},
	{"/code", "", `<input autocomplete=one-time-code>`, 0, "a one-time code"},
	{"/off", `<meta name=sandprint content=off>`, ``, 0, "the page says so"},
	{"/private/x", "", ``, 0, "the owner excluded it"},
	{"/private/deep/er", "", ``, 0, "the owner excluded all below it"},
	{"/framing", "", `<iframe src=/infrage></iframe>`, 0, "it is in a frame of another page"},
	{"/count", `<meta name=sandprint content=count>`, ``, 1, "the page says so"},
	{"/contact", "", `<main><input type=email></main>`, 1, "an address in the content"},
	{"/phone", "", `<main><input type=tel></main>`, 1, "a telephone number in the content"},
	{"/checkout/step", "", ``, 1, "a path about a purchase"},
	{"/wp-admin/", "", ``, 1, "a path of administration"},
	{"/plain", "", `<input name=q>`, 2, "a search field names no one"},
	{"/safe", "", `<form data-sp-safe><input type=password></form>`, 2, "a sign-in form that the page calls harmless"},
	{"/safebut", "", `<form data-sp-safe><input type=password></form><input type=password>`, 0, "another password beside one that the page calls harmless"},
	{"/safefield", "", `<main><input type=email data-sp-safe></main>`, 2, "an address field that the page calls harmless"},
	{"/footer", "", `<footer><input type=email></footer>`, 2, "a newsletter field in the footer"},
	{"/orderly", "", ``, 2, "a word that only begins like a rule"},
}

// busy is what a visitor does on a page.
const busy = `sandprint('event','Made up',{props:{secret:'%[1]s'}});scrollTo(0,900);document.body.click();await sent()`

// refusedPagesSendNothing is claim 2.
func refusedPagesSendNothing(t *Trial) {
	s := t.serve("data")
	s.site("shop.example")
	s.change("shop.example", map[string]any{"excluded": []string{"/private/**"}})
	var visits []visit
	needles := Needles{}
	refused := 0
	for n, kind := range pageKinds {
		mark := fmt.Sprintf("marked%dpage", n)
		v := visit{url: "http://shop.example" + kind.path + "?source=" + mark, head: kind.head, body: kind.body, do: fmt.Sprintf(busy, mark)}
		if kind.path == "/framing" {
			v.framed, v.bare, v.do = "/infrage", true, "await pause(300)"
			needles["a page in a frame"] = []byte("/infrage")
		}
		if kind.level == 0 {
			refused++
			needles[kind.reason] = []byte(kind.path)
			needles[kind.reason+", its query or event"] = []byte(mark)
		}
		visits = append(visits, v)
	}
	visits = append(visits, visit{url: "http://shop.example/becomes",
		do: `sandprint('event','Before');document.body.insertAdjacentHTML('afterbegin','<input type=password>');sandprint('event','laterevent');scrollTo(0,2000);await sent()`})
	needles["an event after a password field appeared"] = []byte("laterevent")
	w := s.browse(visits)
	w.mustNotSend(needles, "/plain")
	for _, kind := range pageKinds {
		checkLevel(t, w, kind)
	}
	if len(w.of("/becomes")) == 0 {
		t.wrong("the page on which a password field appears later sent nothing before it did")
	}
	t.found("nothing of %d pages that are refused: a password, a payment card, a one-time code, in a frame, excluded by the owner or by the page", refused)
}

// checkLevel holds what was sent of a page against how much may be.
func checkLevel(t *Trial, w *web, kind pageKind) {
	hits := w.of("shop.example" + kind.path)
	if kind.level > 0 && len(hits) == 0 {
		t.wrong("%s (%s): nothing was sent, although its path may be", kind.path, kind.reason)
	}
	for _, h := range hits {
		full := h.Title != "" || strings.Contains(h.URL, "?") || h.Name == "Made up"
		if kind.level == 0 || kind.level == 1 && full {
			t.wrong("%s (%s): %+v was sent", kind.path, kind.reason, h)
		}
	}
	if events := len(w.named("Made up")); kind.level == 2 && events == 0 {
		t.wrong("%s: its event was not sent", kind.path)
	}
}

// queriesStayInTheBrowser is claim 3.
func queriesStayInTheBrowser(t *Trial) {
	s := t.serve("data")
	s.site("shop.example")
	s.change("shop.example", map[string]any{"query_keys": []string{"colour"}})
	needles := Needles{}
	secret := func(n int, what string) string {
		text := fmt.Sprintf("secret%s%dvalue", what, n)
		needles.Add(text, TextNeedles(text))
		return text
	}
	address := func(n int) string {
		key := []string{"email", "token", "q", "id", "session", "sid", "utm_id", "colours", "xcolour", "gclid"}[n%10]
		return fmt.Sprintf("/list%d?%s=%s&colour=red%d&utm_source=letter#%s=%s", n, key, secret(n, "query"), n, key, secret(n, "fragment"))
	}
	visits := []visit{{url: "http://other.example/from?q=" + secret(100, "referrer") + "#x", bare: true}}
	for n := range 10 { // new documents
		visits = append(visits, visit{url: "http://shop.example" + address(n)})
	}
	var routes strings.Builder
	for n := 10; n < 60; n++ { // changes of the address within a document
		fmt.Fprintf(&routes, "history.pushState(0,'','%s');sandprint('page');await sent();", address(n))
	}
	link := secret(101, "link")
	routes.WriteString(`document.querySelector('a').click();await sent()`)
	visits = append(visits, visit{url: "http://shop.example/app", body: `<a target=elsewhere href="http://outside.example/there?t=` + link + `#` + link + `">there</a>`,
		do: "open=()=>0;document.querySelector('a').addEventListener('click',e=>e.preventDefault());" + routes.String()})
	w := s.browse(visits)
	t.sent("60 addresses with a value of a key that is not allowed and a fragment, a link and a referrer with more of them")
	w.mustNotSend(needles, "colour=red7")
	views := 0
	for n := range 60 {
		if len(w.of(fmt.Sprintf("/list%d?", n))) > 0 {
			views++
		}
	}
	if views < 60 {
		t.wrong("only %d of the 60 addresses were counted", views)
	}
	if len(w.named("Outbound Link: Click")) == 0 {
		t.wrong("the click on the link was not counted")
	}
}
