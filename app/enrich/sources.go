package enrich

import (
	_ "embed"
	"net/netip"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"
)

//go:embed sources.tsv
var sourcesFile string

//go:embed spam.txt
var spamFile string

// A source is one that visitors come from: its display name and its kind, as in sources.tsv.
type source struct {
	name string
	kind string // "ai", "social", "search", "shopping", "video", "email", "other"; empty: not in the table
}

// A page of a source's host: the source counts for paths that begin with prefix.
type sourcePath struct {
	prefix string // "/images/search"; empty: all
	source source
}

// sourceTable is sources.tsv, by host and by lower-case name, and spam.txt.
type sourceTable struct {
	hosts map[string][]sourcePath // longest prefix first
	names map[string]source
	spam  map[string]bool
}

// sources reads the two files, once, when they are first needed.
var sources = sync.OnceValue(func() sourceTable {
	t := sourceTable{hosts: map[string][]sourcePath{}, names: map[string]source{}, spam: map[string]bool{}}
	for line := range strings.Lines(sourcesFile) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 3 || strings.HasPrefix(line, "#") {
			continue
		}
		s := source{fields[1], fields[2]}
		host, prefix, found := strings.Cut(fields[0], "/")
		if found { // a path stands before the whole host
			t.hosts[host] = append([]sourcePath{{"/" + prefix, s}}, t.hosts[host]...)
		} else {
			t.hosts[host] = append(t.hosts[host], sourcePath{"", s})
		}
		if name := strings.ToLower(s.name); t.names[name].name == "" {
			t.names[name] = s
		}
	}
	for line := range strings.Lines(spamFile) {
		if host := strings.TrimSpace(line); host != "" && host[0] != '#' {
			t.spam[host] = true
		}
	}
	return t
})

// find looks a page of a host up: the host itself, then with its country as {}, then the hosts it is a sub-domain of.
func (t sourceTable) find(host, path string) (source, bool) {
	for _, pattern := range [...]string{host, suffixed(host), prefixed(host)} {
		if s, ok := t.at(pattern, path); ok {
			return s, true
		}
	}
	for parent := range parents(host) {
		for _, pattern := range [...]string{parent, suffixed(parent)} {
			if s, ok := t.at(pattern, path); ok && s.kind != "search" && s.kind != "ai" {
				return s, true
			}
		}
	}
	return source{}, false
}

func (t sourceTable) at(pattern, path string) (source, bool) {
	for _, p := range t.hosts[pattern] {
		if strings.HasPrefix(path, p.prefix) {
			return p.source, true
		}
	}
	return source{}, false
}

// isSpam says whether host, or one it is a sub-domain of, is on the list.
func (t sourceTable) isSpam(host string) bool {
	if t.spam[host] {
		return true
	}
	for parent := range parents(host) {
		if t.spam[parent] {
			return true
		}
	}
	return false
}

// parents are the domains that host lies in, nearest first, top-level domains left out.
func parents(host string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for {
			_, parent, found := strings.Cut(host, ".")
			if !found || !strings.Contains(parent, ".") || !yield(parent) {
				return
			}
			host = parent
		}
	}
}

// suffixed is host with its country suffix as {}: "google.{}" for google.co.uk; empty when the suffix is no country's and not
// ".com".
func suffixed(host string) string {
	suffix, official := publicsuffix.PublicSuffix(host)
	last := suffix[strings.LastIndexByte(suffix, '.')+1:]
	if !official || len(suffix) >= len(host) || len(last) != 2 && suffix != "com" {
		return ""
	}
	return host[:len(host)-len(suffix)] + "{}"
}

// prefixed is host with its country label as {}: "{}.search.yahoo.com" for de.search.yahoo.com; empty when it has none.
func prefixed(host string) string {
	label, rest, _ := strings.Cut(host, ".")
	if len(label) != 2 || !letters(label) {
		return ""
	}
	return "{}." + rest
}

// sameSite says whether two hosts belong to one registrable domain, as shop.example.co.uk and www.example.co.uk do.
func sameSite(a, b string) bool {
	if a == b {
		return true
	}
	if _, err := netip.ParseAddr(a); err == nil {
		return false
	}
	da, err := publicsuffix.EffectiveTLDPlusOne(a)
	if err != nil {
		return false
	}
	db, err := publicsuffix.EffectiveTLDPlusOne(b)
	return err == nil && da == db
}

// aliases are what campaigns call a source, in lower case, beside its name. A key that ends in "ad" or "ads", and "adwords",
// says that the visit was paid for.
var aliases = map[string]string{
	"fb": "Facebook", "fb-ads": "Facebook", "fbads": "Facebook", "fbad": "Facebook", "facebook-ads": "Facebook",
	"facebook_ads": "Facebook", "facebook_ad": "Facebook", "facebook_feed_ad": "Facebook", "fcb": "Facebook", "meta": "Facebook",
	"ig": "Instagram", "yt": "YouTube", "yt-ads": "YouTube", "reddit-ads": "Reddit",
	"google_ads": "Google", "google-ads": "Google", "googleads": "Google", "gads": "Google", "google ads": "Google", "adwords": "Google",
	"twitter": "X", "twitter-ads": "X", "tiktokads": "TikTok", "tik.tok": "TikTok", "bing-ads": "Bing", "bingads": "Bing",
	"openai": "ChatGPT", "linktree": "Linktree", "yahoo": "Yahoo!", "hn": "Hacker News", "hackernews": "Hacker News",
	"producthunt": "Product Hunt", "stackoverflow": "Stack Overflow", "baidu.com": "Baidu", "ya.ru": "Yandex",
}

// paidAlias says whether a tag is an alias that says "paid". The tag is in lower case.
func paidAlias(tag string) bool {
	_, known := aliases[tag]
	return known && (strings.HasSuffix(tag, "ad") || strings.HasSuffix(tag, "ads") || tag == "adwords")
}

// named is the source that a campaign's tag means: an alias, a name or a host of the table, else the tag as it is.
func (t sourceTable) named(tag string) source {
	lower := strings.ToLower(tag)
	if name, ok := aliases[lower]; ok {
		lower = strings.ToLower(name)
	}
	if s, ok := t.names[lower]; ok {
		return s
	}
	if strings.Contains(lower, ".") {
		if s, ok := t.find(strings.TrimPrefix(lower, "www."), "/"); ok {
			return s
		}
	}
	return source{name: tag}
}
