package prove

import (
	"fmt"
	"net/url"
	"strings"
)

// patterns are personal data of kinds that have a form, made up, and the places of texts that give them away: kind, text, what of it
// must not be kept. They are a few of the published corpus, which docs/scrubbing.md measures as a whole.
var patterns = [][3]string{
	{"e-mail", "jane.doe7341@example-mail.com", "jane.doe7341"},
	{"e-mail, percent-encoded", "jürgen.test7341@bücher.example", "jürgen.test7341"},
	{"phone", "+4915177341902", "4915177341902"},
	{"phone, in groups", "01 73 41 90 28", "01 73 41 90 28"},
	{"phone, United States", "734-555-0192", "734-555-0192"},
	{"IPv4", "203.119.87.201", "203.119.87.201"},
	{"IPv6", "2001:db8:7a31:9c5e::1b2d", "7a31:9c5e"},
	{"card", "4539578763621486", "4539578763621486"},
	{"IBAN", "DE89370400440532013000", "370400440532013000"},
	{"UUID", "7341c0de-9a3b-4f21-8d6e-5b7a1c2d3e4f", "9a3b-4f21-8d6e"},
	{"coordinates", "52.520734,13.404973", "52.520734"},
	{"social security number", "734-19-0283", "734-19-0283"},
	{"national number, Spain", "12345678Z", "12345678Z"},
	{"signed token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3MzQxIn0.aXnQ7w2LkV9mRb3TzY5sUcE8fHjGdPo1", "eyJzdWIiOiI3MzQxIn0"},
	{"hash of an e-mail", "b58996c504c5638798eb6b511e6f49af", "b58996c504c5638798eb6b511e6f49af"},
}

// inAddresses are addresses that give personal data away by what stands before it: path, what must not be kept.
var inAddresses = [][3]string{
	{"a user's name", "/users/janedoe7341/edit", "janedoe7341"},
	{"an order", "/order/A7341902", "A7341902"},
	{"a password reset", "/reset/7f3k9q2m8x1z", "7f3k9q2m8x1z"},
	{"an e-mail in a tag", "/?utm_source=jane.tag7341@example.com", "jane.tag7341"},
	{"encoded twice", "/x/jane.twice7341%2540example.com", "jane.twice7341"},
}

// patternsNeverOnDisk is claim 4.
func patternsNeverOnDisk(t *Trial) {
	s := t.serve("data", "--rate-limit", "off")
	s.site("shop.example")
	s.change("shop.example", map[string]any{"query_keys": []string{"q"}})
	needles, n := Needles{}, 0
	page := func(address, title, referrer string) {
		n++
		s.hit(map[string]any{"s": "shop.example", "n": "pageview", "i": fmt.Sprintf("view%08d", n), "u": address, "t": title, "r": referrer, "v": cookieOf("patternpattern1234", 0)})
	}
	event := func(name, key, value string) {
		s.hit(map[string]any{"s": "shop.example", "n": name, "i": fmt.Sprintf("view%08d", n), "q": n, "u": "https://shop.example/x",
			"p": map[string]string{key: value}, "v": cookieOf("patternpattern1234", 0)})
	}
	text := func(kind, text, secret string) {
		needles.Add(kind, TextNeedles(secret))
		escaped := url.PathEscape(text)
		page("https://shop.example/x/"+escaped+"/y", "Page of "+text+" here", "https://other.example/x/"+escaped)
		page("https://shop.example/x/a_"+escaped+"_b?q="+url.QueryEscape(text)+"&utm_campaign="+url.QueryEscape(text)+"#"+escaped, "", "")
		event("Sent to "+text, "value", text)
	}
	for _, row := range patterns {
		text(row[0], row[1], row[2])
	}
	for _, row := range inAddresses {
		needles.Add(row[0], TextNeedles(row[2]))
		page("https://shop.example"+row[1], "", "https://other.example"+row[1])
	}
	for _, row := range t.o.Corpus {
		if len(row[2]) >= 6 { // less might be there by chance
			needles.Add(row[0]+" "+row[1], TextNeedles(row[2]))
		}
		switch {
		case strings.HasPrefix(row[1], "/"):
			page("https://shop.example"+row[1], "", "https://other.example"+row[1])
		case strings.Contains(row[1], "://"):
			page("https://shop.example/x", "", row[1])
		default:
			page("https://shop.example/x", row[1], "")
			event(row[1][:min(len(row[1]), 100)], "value", row[1])
		}
	}
	page("https://shop.example/"+marker, "A title that stays", "")
	t.sent("%d page views and events with %d kinds of personal data in path, title, referrer, campaign, allowed query key, event name and value",
		n+len(patterns), len(patterns)+len(inAddresses)+len(t.o.Corpus))
	s.mustNotFind("at work", needles, marker)
	s.mustNotTell("shop.example", needles)
	s.cli("", "backup")
	s.end(term)
	s.mustNotFind("after the end, with a backup", needles, marker)
}
