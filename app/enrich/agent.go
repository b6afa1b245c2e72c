package enrich

import "net/http"

// Hints are the User-Agent Client Hints of a request (Sec-CH-UA and its family, WICG UA-CH), as sent, unquoted. All are
// empty when the browser sends none.
type Hints struct {
	Brands          string // Sec-CH-UA or, where sent, Sec-CH-UA-Full-Version-List
	Mobile          string // "?1", "?0" or empty
	Platform        string // "Windows", "Android", …
	PlatformVersion string // "15.0.0"
	Model           string // "Pixel 8"; only its family is ever kept
}

// HintsOf reads the client hints out of a request's header.
func HintsOf(header http.Header) Hints { return Hints{} }

// ParseAgent reduces a user agent and its hints to families. It never fails: what it does not know stays empty.
func ParseAgent(ua string, h Hints) Agent { return Agent{} }

// IsBot says whether the agent is a program rather than a person's browser.
func IsBot(ua string, h Hints) bool { return ua == "" }
