package enrich

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestCleanPage(t *testing.T) {
	for _, test := range []struct{ why, raw, host, path string }{
		{"a page", "https://example.com/blog/post", "example.com", "/blog/post"},
		{"no path", "https://example.com", "example.com", "/"},
		{"no path but a query", "https://example.com?page=2", "example.com", "/?page=2"},
		{"a trailing slash stays", "https://example.com/a/", "example.com", "/a/"},
		{"host in lower case, without www. and port", "HTTP://WWW.Example.COM:8080/A", "example.com", "/A"},
		{"a host of letters beyond ASCII", "https://bücher.example/", "bücher.example", "/"},
		{"an address as a host", "http://[2001:db8::1]:80/", "2001:db8::1", "/"},
		{"user and password go", "https://jane:secret@example.com/", "example.com", "/"},
		{"the fragment goes", "https://example.com/a#/users/jane", "example.com", "/a"},
		{"decoded", "https://example.com/caf%C3%A9%20bar", "example.com", "/café bar"},
		{"only allowed keys, in order", "https://example.com/s?token=1&q=a+b&page=2&lang=de&fbclid=x", "example.com", "/s?lang=de&page=2&q=a b"},
		{"what is for Trace does not stay", "https://example.com/?utm_source=a&ref=b&source=c&gclid=d", "example.com", "/"},
		{"not even when a site allows it", "https://example.com/?gclid=allowed&msclkid=x", "example.com", "/"},
		{"a value's own signs stay encoded", "https://example.com/s?q=a%26b%3D1%25", "example.com", "/s?q=a%26b=1%"},
		{"personal data goes", "https://example.com/s?q=jane%40example.com", "example.com", "/s?q=:email"},
	} {
		got, err := CleanPage(test.raw, []string{"q", "gclid"})
		if err != nil || got.Host != test.host || got.Path != test.path {
			t.Errorf("%s: got %q %q, %v, want %q %q", test.why, got.Host, got.Path, err, test.host, test.path)
		}
	}
}

func TestCleanPageRefuses(t *testing.T) {
	for why, raw := range map[string]string{
		"nothing":             "",
		"a path alone":        "/secret",
		"another scheme":      "ftp://example.com/secret",
		"a local file":        "file:///home/secret",
		"a script":            "javascript:secret",
		"no host":             "https:///secret",
		"a host of spaces":    "https://ex ample/secret",
		"a host with a quote": `https://ex"ample/secret`,
		"a control character": "https://example.com/secret%00",
		"a line break":        "https://example.com/secret\n",
		"not UTF-8":           "https://example.com/secret\xff",
		"a bad escape":        "https://example.com/secret%zz",
		"far too long":        "https://example.com/secret" + strings.Repeat("a", maxPage),
	} {
		got, err := CleanPage(raw, nil)
		if err == nil {
			t.Errorf("%s was taken as %+v", why, got)
		} else if strings.Contains(err.Error(), "secret") || !strings.HasPrefix(err.Error(), "the page address") {
			t.Errorf("%s: the error is %q", why, err)
		}
	}
}

func TestCleanPageIsBounded(t *testing.T) {
	for _, raw := range []string{
		"https://example.com/" + strings.Repeat("ü", 5000),
		"https://example.com/" + strings.Repeat("abc/", 3000),
		"https://example.com/?q=" + strings.Repeat("a", 5000),
	} {
		got, err := CleanPage(raw, []string{"q"})
		if err != nil || len(got.Path) > maxPath || !utf8.ValidString(got.Path) {
			t.Errorf("%.40s…: %d bytes, %v", raw, len(got.Path), err)
		}
	}
}

func FuzzCleanPage(f *testing.F) {
	f.Add("https://www.example.com:80/users/4711?q=jane@example.com&utm_source=x#y")
	f.Add("http://[::1]/%41%2525;a/?page=%00")
	f.Fuzz(func(t *testing.T, raw string) {
		page, err := CleanPage(raw, []string{"q"})
		if err != nil {
			return
		}
		if page.Path[0] != '/' || len(page.Path) > maxPath || !utf8.ValidString(page.Path) || strings.ContainsFunc(page.Path, unicode.IsControl) {
			t.Errorf("%q has path %q", raw, page.Path)
		}
		if page.Host == "" || page.Host != strings.ToLower(page.Host) || !utf8.ValidString(page.Host) {
			t.Errorf("%q has host %q", raw, page.Host)
		}
		Trace(page.Host, page.URL.RawQuery, raw)
	})
}

func BenchmarkCleanPage(b *testing.B) {
	for _, raw := range []string{
		"https://example.com/blog/2024/05/how-to-write-10-good-titles",
		"https://example.com/unsubscribe/jane.doe%40example.com?utm_source=mail",
	} {
		b.Run("", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				CleanPage(raw, nil)
			}
		})
	}
}

func BenchmarkScrubPath(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ScrubPath("/blog/2024/05/how-to-write-10-good-titles")
	}
}

func BenchmarkScrubText(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ScrubText("How to write 10 good titles in 2024 | Example")
	}
}

// Harmless paths and titles of the corpus, as most are.
func BenchmarkScrubCorpus(b *testing.B) {
	var paths, titles []string
	for _, row := range corpus(b) {
		switch {
		case row[0] == "keep":
			paths = append(paths, row[1])
		case row[0] == "title" && row[2] == "":
			titles = append(titles, row[1])
		}
	}
	for name, each := range map[string]func(i int){
		"paths":  func(i int) { ScrubPath(paths[i%len(paths)]) },
		"titles": func(i int) { ScrubText(titles[i%len(titles)]) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				each(i)
			}
		})
	}
}

// BenchmarkScrubSlug scrubs paths with several numbers in a slug, each looked at as new.
func BenchmarkScrubSlug(b *testing.B) {
	for _, path := range []string{
		"/blog/2024/10-tips-for-3-rooms-under-500-euro-in-2025",
		"/p/iphone-15-pro-max-256gb-6-7-zoll",
		"/news/2025/03/14/5-fragen-an-die-3-besten-aus-24-laendern-7",
		"/produkt/bohrhammer-18v-2-x-5-0-ah-im-koffer-4-teilig",
		"/top-100-songs-of-the-1980s-1990s-and-2000s-part-2-of-4",
		"/reisen/14-tage-rundreise-ab-1299-euro-2-personen-2026-05-12",
		"/rezepte/1-2-3-kuchen-mit-4-zutaten-in-30-minuten-180-grad",
		"/release/v1-24-10-build-2048-linux-amd64-2025-11-02",
	} {
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ScrubPath(path)
			}
		})
	}
}
