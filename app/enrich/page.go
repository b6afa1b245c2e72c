package enrich

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CleanedPage is a page address as it may be kept, and URL as rules look at it and Trace at its query: so never to be kept.
type CleanedPage struct {
	Host string // lower case, without "www." and port
	Path string // scrubbed (see ScrubPath), from "/" on, with the allowed query keys in order; at most 2,000 bytes
	URL  *url.URL
}

// maxPath is how long a Path may be, and maxPage how long an address that is looked at at all, in bytes.
const (
	maxPath = 2000
	maxPage = 16 << 10
)

// pageKeys are the query keys that stay in a path without being asked for. The others that the tracker sends (utm_*, ref,
// source, click ids) are for Trace.
var pageKeys = []string{"lang", "page"}

// traceKeys never stay in a path, even when a site allows them.
func isTraceKey(key string) bool {
	switch key {
	case "ref", "source", "gclid", "gbraid", "wbraid", "dclid", "gad_source", "msclkid", "fbclid", "twclid", "ttclid", "li_fat_id",
		"epik", "rdt_cid", "scid", "ob_click_id":
		return true
	}
	return strings.HasPrefix(key, "utm_")
}

// CleanPage checks and cleans the address of a web page, http or https. Fragment, user and port go; keys are the query keys
// that the site allows to stay in the path beyond "page" and "lang". An error is a sentence about "the page address" that does
// not repeat it.
func CleanPage(raw string, keys []string) (CleanedPage, error) {
	if len(raw) > maxPage {
		return CleanedPage{}, errors.New("the page address is longer than 16 KiB")
	}
	if !utf8.ValidString(raw) {
		return CleanedPage{}, errors.New("the page address is not valid UTF-8")
	}
	raw, _, _ = strings.Cut(raw, "#")
	u, err := url.Parse(raw)
	if err != nil {
		return CleanedPage{}, errors.New("the page address is not a valid URL")
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return CleanedPage{}, errors.New("the page address must begin with http:// or https://")
	}
	u.User = nil
	host := strings.TrimPrefix(strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), "www.")
	if host == "" || len(host) > 253 || strings.ContainsFunc(host, badInHost) {
		return CleanedPage{}, errors.New("the page address has no valid host name")
	}
	if strings.ContainsFunc(u.Path, unicode.IsControl) {
		return CleanedPage{}, errors.New("the page address has a control character in its path")
	}
	path := cutPath(ScrubPath(u.EscapedPath()))
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	if query := keptQuery(u.RawQuery, keys); query != "" && len(path)+1+len(query) <= maxPath {
		path += "?" + query
	}
	return CleanedPage{Host: host, Path: path, URL: u}, nil
}

// maxTerm is how many characters of a search term are kept.
const maxTerm = 100

// SearchTerm returns what was searched for on a site, from a page's address whose query has it under a key: in lower case, with
// single spaces, at most 100 characters, personal data replaced as in titles. It is empty without one.
func SearchTerm(page *url.URL, key string) string {
	if key == "" || page == nil {
		return ""
	}
	for pair := range strings.SplitSeq(page.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if decode(name) != key {
			continue
		}
		text := cutRunes(decode(strings.ReplaceAll(value, "+", " ")), 4*maxTerm)
		text = strings.Join(strings.Fields(strings.ToLower(ScrubText(text))), " ")
		return strings.TrimSpace(cutRunes(text, maxTerm))
	}
	return ""
}

// cutRunes returns at most n characters of s.
func cutRunes(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n])
	}
	return s
}

// badInHost says whether a character cannot stand in a host name. Letters beyond ASCII can: not every sender writes punycode.
func badInHost(r rune) bool {
	return !(unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '.' || r == '-' || r == '_' || r == ':')
}

// cutPath cuts a scrubbed path to at most maxPath bytes, at the end of a segment where it can.
func cutPath(path string) string {
	if len(path) <= maxPath {
		return path
	}
	path = cutText(path, maxPath)
	if end := strings.LastIndexByte(path, '/'); end > 0 {
		return path[:end]
	}
	return path
}

// keptQuery is the part of a query that stays in the path: the allowed keys in order, values decoded and scrubbed.
func keptQuery(query string, keys []string) string {
	var kept []string
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		key, value, _ := strings.Cut(pair, "=")
		key = decode(key)
		if isTraceKey(key) || !slices.Contains(pageKeys, key) && !slices.Contains(keys, key) {
			continue
		}
		value = scrubValue(decode(strings.ReplaceAll(value, "+", " ")))
		kept = append(kept, encode(key, "&=?")+"="+encode(value, "&"))
	}
	slices.Sort(kept)
	return strings.Join(kept, "&")
}
