package enrich

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func trace(t testing.TB, page, referrer string) (Origin, bool) {
	t.Helper()
	u, err := url.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	return Trace(strings.TrimPrefix(strings.ToLower(u.Hostname()), "www."), u.RawQuery, referrer)
}

func TestTraceSourceAndChannel(t *testing.T) {
	const page = "https://www.example.co.uk/"
	for _, test := range []struct{ why, page, referrer, source, channel string }{
		{"nothing", page, "", "Direct", "Direct"},
		{"the site itself", page, "https://www.example.co.uk/other", "Direct", "Direct"},
		{"another host of the site", page, "https://shop.example.co.uk/", "Direct", "Direct"},
		{"a neighbour under the same suffix", page, "https://other.co.uk/", "other.co.uk", "Referral"},
		{"a neighbour at the same host for many", "https://alice.github.io/", "https://bob.github.io/", "bob.github.io", "Referral"},
		{"a developer's machine", page, "http://localhost:3000/", "Direct", "Direct"},
		{"not a page", page, "about:blank", "Direct", "Direct"},
		{"not an address", page, "http://a b/%zz", "Direct", "Direct"},
		{"another site", page, "https://www.Blog.Example/post?x=1", "blog.example", "Referral"},

		{"a search engine", page, "https://www.google.com/", "Google", "Organic Search"},
		{"of a country", page, "https://www.google.de/", "Google", "Organic Search"},
		{"of a country with a long suffix", page, "https://www.google.co.uk/", "Google", "Organic Search"},
		{"with the country in front", page, "https://de.search.yahoo.com/", "Yahoo!", "Organic Search"},
		{"a part of it by host", page, "https://images.google.fr/", "Google Images", "Organic Search"},
		{"a part of it by path", page, "https://www.google.com/imgres?x", "Google Images", "Organic Search"},
		{"a host that only looks like it", page, "https://google.evil.example/", "google.evil.example", "Referral"},
		{"a new ending is no country", page, "https://google.zip/", "google.zip", "Referral"},
		{"a service of its owner is no search", page, "https://docs.google.com/", "docs.google.com", "Referral"},
		{"Bing's new tab", page, "https://ntp.msn.com/", "Bing", "Organic Search"},
		{"Google's app", page, "android-app://com.google.android.googlequicksearchbox/", "Google", "Organic Search"},
		{"an app nobody knows", page, "android-app://com.example.mail/", "android-app://com.example.mail", "Referral"},
		{"an AI assistant", page, "https://chatgpt.com/", "ChatGPT", "AI Assistants"},
		{"one that is also a search engine", page, "https://www.perplexity.ai/search", "Perplexity", "AI Assistants"},
		{"a social network", page, "https://l.facebook.com/l.php", "Facebook", "Organic Social"},
		{"its short links", page, "https://t.co/abc", "X", "Organic Social"},
		{"a sub-domain of one", page, "https://old.reddit.com/r/x", "Reddit", "Organic Social"},
		{"a network's assistant", page, "https://x.com/i/grok", "Grok", "AI Assistants"},
		{"a video site", page, "https://m.youtube.com/watch", "YouTube", "Organic Video"},
		{"a shop", page, "https://www.amazon.co.uk/dp/1", "Amazon", "Organic Shopping"},
		{"a mailbox", page, "https://mail.google.com/", "Gmail", "Email"},
		{"Wikipedia in a language", page, "https://de.m.wikipedia.org/wiki/X", "Wikipedia", "Referral"},

		{"a tag goes before the referrer", page + "?utm_source=fb", "https://www.google.com/", "Facebook", "Organic Social"},
		{"the second kind of tag", page + "?ref=producthunt", "", "Product Hunt", "Organic Social"},
		{"the order of tags", page + "?ref=a&source=b&utm_source=c", "", "c", "Referral"},
		{"the order of tags", page + "?ref=a&source=b", "", "b", "Referral"},
		{"a host as a tag", page + "?utm_source=chatgpt.com", "", "ChatGPT", "AI Assistants"},
		{"an unknown tag as it is", page + "?utm_source=Spring%20Fair", "", "Spring Fair", "Referral"},
		{"an alias that says paid", page + "?utm_source=adwords", "", "Google", "Paid Search"},
		{"an alias that says paid", page + "?utm_source=fb-ads", "", "Facebook", "Paid Social"},
		{"an alias that says paid", page + "?utm_source=yt-ads", "", "YouTube", "Paid Video"},
		{"a click id of its own kind", page + "?gclid=x", "https://www.google.com/", "Google", "Paid Search"},
		{"a click id of its own kind", page + "?msclkid=x", "https://www.bing.com/", "Bing", "Paid Search"},
		{"a click id of another", page + "?gclid=x", "https://duckduckgo.com/", "DuckDuckGo", "Organic Search"},

		{"cross-network", page + "?utm_source=google&utm_campaign=Cross-Network", "", "Google", "Cross-network"},
		{"paid shopping by campaign", page + "?utm_medium=cpc&utm_campaign=eshop-may", "", "Direct", "Paid Shopping"},
		{"paid shopping by source", page + "?utm_source=ebay&utm_medium=paid", "", "eBay", "Paid Shopping"},
		{"a workshop is no shop", page + "?utm_source=x1&utm_campaign=workshop", "", "x1", "Referral"},
		{"organic shopping", page + "?utm_source=x1&utm_campaign=shopping", "", "x1", "Organic Shopping"},
		{"paid search", page + "?utm_source=bing&utm_medium=cpc", "", "Bing", "Paid Search"},
		{"display goes before paid other", page + "?utm_source=x1&utm_medium=cpm", "", "x1", "Display"},
		{"but not before paid social", page + "?utm_source=reddit&utm_medium=cpm", "", "Reddit", "Paid Social"},
		{"display", page + "?utm_source=x1&utm_medium=Banner", "", "x1", "Display"},
		{"paid other", page + "?utm_source=x1&utm_medium=ppc", "", "x1", "Paid Other"},
		{"social by medium", page + "?utm_source=x1&utm_medium=social+media", "", "x1", "Organic Social"},
		{"video by medium", page + "?utm_source=x1&utm_medium=video-ad", "", "x1", "Organic Video"},
		{"search by medium", page + "?utm_source=x1&utm_medium=organic", "", "x1", "Organic Search"},
		{"email by medium", page + "?utm_source=x1&utm_medium=E-Mail", "", "x1", "Email"},
		{"email by source", page + "?utm_source=weekly-newsletter", "", "weekly-newsletter", "Email"},
		{"email without a source", page + "?utm_medium=email", "", "Direct", "Email"},
		{"affiliates", page + "?utm_source=x1&utm_medium=affiliate", "", "x1", "Affiliates"},
		{"audio", page + "?utm_source=x1&utm_medium=audio", "", "x1", "Audio"},
		{"text messages", page + "?utm_source=sms", "", "sms", "SMS"},
		{"push", page + "?utm_source=x1&utm_medium=web-push", "", "x1", "Mobile Push"},
		{"push", page + "?utm_source=firebase", "", "firebase", "Mobile Push"},
		{"referral by medium", page + "?utm_medium=link", "", "Direct", "Referral"},
	} {
		o, spam := trace(t, test.page, test.referrer)
		if o.Source != test.source || o.Channel != test.channel || spam {
			t.Errorf("%s (%s from %q): got %q, %q, spam %v; want %q, %q",
				test.why, test.page, test.referrer, o.Source, o.Channel, spam, test.source, test.channel)
		}
	}
}

func TestTraceKeepsTagsAndReferrer(t *testing.T) {
	o, _ := trace(t, "https://example.com/?utm_source=News&utm_medium=mail&utm_campaign=May+sale&utm_content=a%26b&utm_term=blue&utm_term=red",
		"https://www.Blog.Example:8080/users/4711/?q=jane#x")
	want := Origin{"News", "Referral", "blog.example/users/:user", "News", "mail", "May sale", "a&b", "blue"}
	if o != want {
		t.Errorf("got %+v\nwant %+v", o, want)
	}
	o, _ = trace(t, "https://example.com/?gclid=secret-1", "https://www.google.com/")
	if o.UTMMedium != "(gclid)" || o.Referrer != "google.com" {
		t.Errorf("a visit with a click id is %+v", o)
	}
	o, _ = trace(t, "https://example.com/?utm_source=jane@example.com&utm_term="+strings.Repeat("ü", 500), "https://example.com/a")
	if o.Source != ":email" || o.UTMSource != ":email" || len(o.UTMTerm) > maxTag || !utf8.ValidString(o.UTMTerm) || o.Referrer != "" {
		t.Errorf("tags that are personal or long are kept as %+v", o)
	}
}

func TestTraceTellsSpam(t *testing.T) {
	for referrer, want := range map[string]bool{
		"http://0n-line.tv/":              true,
		"http://www.100dollars-seo.com/x": true,
		"http://sub.1-99seo.com/":         true,
		"https://not1-99seo.com/":         false,
		"android-app://0n-line.tv/":       false,
	} {
		if _, spam := trace(t, "https://example.com/", referrer); spam != want {
			t.Errorf("%s: spam is %v", referrer, spam)
		}
	}
}

func TestSourceTableIsWellFormed(t *testing.T) {
	kinds := map[string]bool{"ai": true, "social": true, "search": true, "shopping": true, "video": true, "email": true, "other": true}
	rows := 0
	for line := range strings.Lines(sourcesFile) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		rows++
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 3 || f[0] != strings.ToLower(f[0]) || strings.HasPrefix(f[0], "www.") || f[1] == "" || !kinds[f[2]] {
			t.Errorf("row %q", line)
		}
	}
	for alias, name := range aliases {
		if sources().names[strings.ToLower(name)].name == "" {
			t.Errorf("the alias %s means %s, which is not in the table", alias, name)
		}
	}
	if rows < 900 || len(sources().spam) < 2300 {
		t.Errorf("%d sources and %d spam hosts", rows, len(sources().spam))
	}
}

func FuzzTrace(f *testing.F) {
	f.Add("https://example.com/?utm_source=a&utm_medium=cpc&gclid=x", "https://www.google.de/imgres")
	f.Add("https://example.com/", "android-app://com.reddit.frontpage/https/x")
	f.Fuzz(func(t *testing.T, page, referrer string) {
		if _, err := url.Parse(page); err != nil {
			return
		}
		o, spam := trace(t, page, referrer)
		if spam {
			return
		}
		for _, s := range []string{o.Source, o.Channel, o.Referrer, o.UTMSource, o.UTMMedium, o.UTMCampaign, o.UTMContent, o.UTMTerm} {
			if !utf8.ValidString(s) || len(s) > maxReferrer || strings.ContainsAny(s, "\x00\n\x7f") {
				t.Errorf("%q is kept", s)
			}
		}
		if o.Source == "" || o.Channel == "" {
			t.Errorf("no source or channel: %+v", o)
		}
	})
}

func BenchmarkTrace(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Trace("example.com", "utm_medium=mail&page=2", "https://www.google.co.uk/search?q=x")
	}
}

func BenchmarkTraceDirect(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Trace("example.com", "", "")
	}
}
