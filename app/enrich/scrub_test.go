package enrich

import (
	"encoding/csv"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// kept is what is kept of a row of testdata/pii.csv: the path, referrer or text, and the campaign's tags.
func kept(t *testing.T, kind, input string) (text, tags string) {
	switch kind {
	case "title", "event":
		return ScrubText(input), ""
	case "selector":
		return ScrubSelector(input), ""
	case "referrer":
		o, _ := trace(t, "https://other.example/", input)
		return o.Referrer, ""
	}
	page, err := CleanPage("https://example.com"+input, []string{"q"})
	if err != nil {
		t.Errorf("%s: %v", input, err)
		return "", ""
	}
	o, _ := Trace(page.Host, page.URL.RawQuery, "")
	return page.Path, strings.Join([]string{o.Source, o.UTMSource, o.UTMMedium, o.UTMCampaign, o.UTMContent, o.UTMTerm}, " ")
}

// corpus are the rows of testdata/pii.csv: kind; input; the decoded text that must not survive, empty where the row must stay as it
// is; the path, referrer or text that is kept; note.
func corpus(t testing.TB) [][]string {
	t.Helper()
	file, err := os.Open("testdata/pii.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func TestScrubCorpus(t *testing.T) {
	for _, row := range corpus(t) {
		kind, input, secret, want := row[0], row[1], row[2], row[3]
		text, tags := kept(t, kind, input)
		if text != want {
			t.Errorf("%s %s: kept as %q, want %q (%s)", kind, input, text, want, row[4])
		}
		if secret == "" && strings.Contains(tags, ":") {
			t.Errorf("%s %s: a harmless tag became %q", kind, input, tags)
		}
		if survives(secret, text, tags) {
			t.Errorf("%s %s: %q survives in %q %q", kind, input, secret, text, tags)
		}
	}
}

// survives reports whether a secret can be read from what was kept, as it is or decoded.
func survives(secret, text, tags string) bool {
	again, _ := url.PathUnescape(text)
	return secret != "" && strings.Contains(text+" "+tags+" "+again, secret)
}

func TestScrubPath(t *testing.T) {
	for _, test := range []struct{ in, want, why string }{
		{"", "", "nothing"},
		{"/", "/", "the root"},
		{"/a//b/", "/a//b/", "empty segments and a trailing slash stay"},
		{"/caf%C3%A9/%E4%BD%A0", "/café/你", "decoded for display"},
		{"/caf%E9", "/caf\uFFFD", "not UTF-8"},
		{"/a%2Fb%3Fc", "/a%2Fb%3Fc", "characters that would mean something else stay encoded"},
		{"/100%", "/100%", "a lone percent sign"},
		{"/%25252525252541", "/A", "encoded many times over"},
		{"/%%34%31", "/A", "an encoding within one"},
		{"/npm/@types/node", "/npm/@types/node", "a package's scope is no handle"},
		{"/x?q=jane@example.com&r=1", "/x?q=:email&r=1", "a query value is replaced whole"},
		{"/users/:user/edit", "/users/:user/edit", "what was scrubbed stays"},
		{"/users/isbn/0306406152", "/users/:user/:phone", "a word that was itself replaced makes no context"},
		{"/account/orders", "/account/orders", "a page of an account"},
		{"/account/4711", "/account/:user", "somebody's account"},
		{"/verify/step-2", "/verify/step-2", "a step is no code"},
		{"/blog/how-to-write-10-emails-in-2024", "/blog/how-to-write-10-emails-in-2024", "a slug"},
		{"/p/TheQuickBrownFoxJumpsOverTheLazyDog", "/p/TheQuickBrownFoxJumpsOverTheLazyDog", "words in camel case are no token"},
	} {
		if got := ScrubPath(test.in); got != test.want {
			t.Errorf("%s: ScrubPath(%q) = %q, want %q", test.why, test.in, got, test.want)
		}
	}
}

func TestScrubText(t *testing.T) {
	for _, test := range []struct{ in, want, why string }{
		{"Mail jane@example.com, or bob@example.org.", "Mail [email], or [email].", "two, with marks after them"},
		{"Call +49 151 1234 5678 now", "Call [phone] now", "international"},
		{"Rufen Sie 0171/1234567 an", "Rufen Sie [phone] an", "national"},
		{"Termin 01-02-2024 12:30", "Termin 01-02-2024 12:30", "a date and a time"},
		{"Ticket #4711: printer", "Ticket #[id]: printer", "the word stays"},
		{"Orders 2024 report", "Orders 2024 report", "a year is no order"},
		{"From 2001:db8::1.", "From [ip].", "IPv6 at the end of a sentence"},
		{"std::vector explained", "std::vector explained", "two colons are no address"},
		{"电话+8613812345678", "电话[phone]", "without spaces around"},
		{"a\x00b\nc", "abc", "control characters go"},
		{"\xffx", "\uFFFDx", "not UTF-8"},
	} {
		if got := ScrubText(test.in); got != test.want {
			t.Errorf("%s: ScrubText(%q) = %q, want %q", test.why, test.in, got, test.want)
		}
	}
}

// However a text is made, scrubbing it takes time by its length, not by the square of it.
func TestScrubIsNeverSlow(t *testing.T) {
	for _, unit := range []string{"::", "a:", "1:", "ey-", "eyJ.", "aA1-", "a-", "1-", "+1 ", "@", "a@", "\"@", "DE89 ", "order #", "(", "%25", "%", "1.1.", "1,", ":email/",
		"a at ", "_at_", "a dot ", "a at a dot ", "n° ", "Nr. ", "no no 1 ", "1234 is your ", "order 1 ", "code: ", "1° ", "Herr ", "Hi A, your ", "\u00a0", "1–", "A1-"} {
		text := strings.Repeat(unit, 64<<10/len(unit))
		start := time.Now()
		ScrubPath("/" + text)
		ScrubText(text)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("64 KiB of %q take %v", unit, took)
		}
	}
}

func FuzzScrub(f *testing.F) {
	for _, s := range []string{
		"/users/4711/edit?q=jane@example.com", "/invoices/2024/0042", "/near/52.520008/13.404954", "/a;b/%2525/(S(lit3py55t21z5v55vlm25s55))",
		"Call +49 151 1234 5678, order #100023, 4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "2001:db8::ff00:42:8329 192.0.2.44",
		"jane dot doe at example dot com, bob_at_example.org", "Kundennr. 12345678, Rechnung Nr. 2024-00123, Order #7, PNR QX7P2L", "Reset code: 482 913",
		"23.07.1985 geboren, DOB July 23, 1985", "Sehr geehrte Frau Dr. von Berg, Hi Jane, your 52°31'12.0\"N 13.4050° E", "/name/john_smith/date-of-birth/1985_07_23",
		"jane＠example.com ٠٦١٢٣٤٥٦٧٨", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0ZXN0In0.",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, scrub := range map[string]func(string) string{"path": ScrubPath, "text": ScrubText, "selector": ScrubSelector} {
			once := scrub(s)
			if again := scrub(once); again != once {
				t.Errorf("%s: %q becomes %q, and that %q", name, s, once, again)
			}
			if !utf8.ValidString(once) || strings.ContainsFunc(once, unicode.IsControl) {
				t.Errorf("%s: %q becomes %q", name, s, once)
			}
		}
	})
}
