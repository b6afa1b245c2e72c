package enrich

import (
	"net/url"
	"strings"
)

// direct is the source and the channel of a visit that came from nowhere known.
const direct = "Direct"

// maxTag and maxReferrer are how much is kept of a campaign tag and of a referrer, in bytes.
const (
	maxTag      = 200
	maxReferrer = 500
)

// Trace says where a visit came from, by its first page (its host as CleanPage has it, and its query) and that page's referrer (an
// absolute URL or empty). A referrer within the page's own registrable domain counts as none. spam is true when the referrer is a host known for
// referrer spam; what o says then is of no use. The values of click ids (gclid, msclkid …) are looked at for their presence only.
func Trace(host, query, referrer string) (o Origin, spam bool) {
	t := sources()
	c := campaignOf(query)
	from := referrerOf(referrer)
	if from.app == "" && from.host != "" && t.isSpam(from.host) {
		return Origin{}, true
	}
	if from.host == "localhost" || sameSite(from.host, host) {
		from = reference{}
	}

	var s source
	switch {
	case c.tag != "":
		s = t.named(c.tag)
	case from.host != "":
		var ok bool
		if s, ok = t.find(from.host, from.path); !ok {
			s = source{name: from.app + from.host}
		}
	}
	if c.medium == "" && s.name == "Google" && c.gclid {
		c.medium = "(gclid)"
	} else if c.medium == "" && s.name == "Bing" && c.msclkid {
		c.medium = "(msclkid)"
	}
	o = Origin{
		Source: s.name, Channel: channelOf(s, c), Referrer: from.text(), UTMSource: c.source, UTMMedium: c.medium,
		UTMCampaign: c.campaign, UTMContent: c.content, UTMTerm: c.term,
	}
	if o.Source == "" {
		o.Source = direct
	}
	return o, false
}

// A campaign is what the query of a page says of where the visit came from.
type campaign struct {
	source, medium, campaign, content, term string // the UTM parameters
	tag                                     string // the first of utm_source, source, ref
	gclid, msclkid                          bool   // whether there is such a click id
}

// campaignOf reads a query. Of a key given twice the first value counts.
func campaignOf(query string) campaign {
	var c campaign
	var source, ref string
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		key, value, _ := strings.Cut(pair, "=")
		var field *string
		switch key {
		case "utm_source":
			field = &c.source
		case "utm_medium":
			field = &c.medium
		case "utm_campaign":
			field = &c.campaign
		case "utm_content":
			field = &c.content
		case "utm_term":
			field = &c.term
		case "source":
			field = &source
		case "ref":
			field = &ref
		case "gclid":
			c.gclid = c.gclid || value != ""
		case "msclkid":
			c.msclkid = c.msclkid || value != ""
		}
		if field != nil && *field == "" {
			*field = tagOf(value)
		}
	}
	for _, tag := range [...]string{c.source, source, ref} {
		if c.tag == "" {
			c.tag = tag
		}
	}
	return c
}

// tagOf is a query value as it may be kept: decoded, printable, short, personal data replaced whole.
func tagOf(value string) string {
	text, err := url.QueryUnescape(value)
	if err != nil {
		return ""
	}
	return scrubValue(strings.TrimSpace(cutText(printable(text), maxTag)))
}

// A reference is a referrer taken apart.
type reference struct {
	app  string // "android-app://" for an app's package, else empty
	host string // lower case, without "www." and port
	path string // as it came, percent-encoded: a slash that is encoded parts nothing
}

// referrerOf takes a referrer apart. What is not an address of a page or an app is none.
func referrerOf(text string) reference {
	if text == "" || len(text) > 4*maxReferrer {
		return reference{}
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return reference{}
	}
	r := reference{host: strings.TrimPrefix(strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), "www."), path: u.EscapedPath()}
	switch u.Scheme {
	case "http", "https":
	case "android-app":
		r.app = "android-app://"
	default:
		return reference{}
	}
	if !validHost(r.host) {
		return reference{}
	}
	return r
}

// text is the referrer as it is kept: host (or an app's package) and scrubbed path, no scheme, query or trailing slash.
func (r reference) text() string {
	if r.host == "" {
		return ""
	}
	path := strings.TrimRight(ScrubPath(printable(r.path)), "/")
	return cutText(r.host+path, maxReferrer)
}

// validHost says whether a lower-case host is made as a host name or an address is.
func validHost(host string) bool {
	if host == "" || len(host) > 253 {
		return false
	}
	return every(host, func(b byte) bool {
		return isLetter(b) && !isUpper(b) || isDigit(b) || b == '.' || b == '-' || b == '_' || b == ':'
	})
}

// cutText cuts s to at most n bytes, between two characters.
func cutText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
