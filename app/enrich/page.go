package enrich

import "net/url"

// CleanedPage is a page address as it may be kept, and URL as Trace needs it: with the query, never to be kept.
type CleanedPage struct {
	Host string // lower case, without "www." and port
	Path string // decoded, scrubbed, with the allowed query keys sorted; "/" at least
	URL  *url.URL
}

// CleanPage checks and cleans an http or https page address. keys are the query keys the site allows beyond the
// built-in ones. The error is one sentence that does not repeat the address.
func CleanPage(raw string, keys []string) (CleanedPage, error) { return CleanedPage{}, nil }
