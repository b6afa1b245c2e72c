package enrich

import (
	"net/http"
	"strconv"
	"strings"
)

// Hints are the User-Agent Client Hints of a request (WICG UA-CH), as sent. All are empty when the browser sends none.
type Hints struct {
	Brands          string // Sec-CH-UA-Full-Version-List or Sec-CH-UA: `"Chromium";v="130", "Brave";v="130"`
	Mobile          string // Sec-CH-UA-Mobile: "?1", "?0"
	Platform        string // Sec-CH-UA-Platform, unquoted: "Windows", "Android"
	PlatformVersion string // Sec-CH-UA-Platform-Version, unquoted: "15.0.0"
	Model           string // Sec-CH-UA-Model, unquoted: "Pixel 8"; only its family is ever kept
}

// HintsOf reads the client hints out of a request's header.
func HintsOf(header http.Header) Hints {
	first := func(name string) string { // header.Get would look at each letter of a name that most requests don't have
		if values := header[name]; len(values) > 0 {
			return values[0]
		}
		return ""
	}
	get := func(name string) string { return strings.Trim(first(name), `" `) }
	h := Hints{
		Brands:          first("Sec-Ch-Ua-Full-Version-List"),
		Mobile:          get("Sec-Ch-Ua-Mobile"),
		Platform:        get("Sec-Ch-Ua-Platform"),
		PlatformVersion: get("Sec-Ch-Ua-Platform-Version"),
		Model:           get("Sec-Ch-Ua-Model"),
	}
	if h.Brands == "" {
		h.Brands = first("Sec-Ch-Ua")
	}
	return h
}

// brand is the version that h gives for a brand, and whether it names that brand at all.
func (h Hints) brand(name string) (version string, named bool) {
	_, rest, named := strings.Cut(h.Brands, `"`+name+`"`)
	if !named {
		return "", false
	}
	rest, _, _ = strings.Cut(rest, ",")
	_, version, _ = strings.Cut(rest, `v="`)
	return number(version), true
}

// ParseAgent reduces a user agent and its hints to families and major versions. It never fails: what it does not know
// stays empty, and a device that is neither phone nor tablet is a desktop. Where browsers have frozen what they say, the
// version has a plus: Windows "10+", macOS "10.15+", Android "10+" are those or later, and only hints tell more.
func ParseAgent(ua string, h Hints) Agent { return look(ua, h).agent }

// IsBot says whether the agent is a program rather than a person's browser: it names itself so, is headless, or has not
// the beginning that all browsers share.
func IsBot(ua string, h Hints) bool { return look(ua, h).bot }

// Judge is ParseAgent and IsBot in one.
func Judge(ua string, h Hints) (a Agent, bot bool) {
	v := look(ua, h)
	return v.agent, v.bot
}

// A verdict is all there is to know of an agent.
type verdict struct {
	agent Agent
	bot   bool
}

// maxAgent is how much of a user agent or a hint is looked at, in bytes. Browsers stay under 400.
const maxAgent = 1000

// judge works a verdict out.
func judge(ua string, h Hints) verdict {
	for _, s := range []*string{&ua, &h.Brands, &h.Mobile, &h.Platform, &h.PlatformVersion, &h.Model} {
		*s = (*s)[:min(len(*s), maxAgent)]
	}
	a := Agent{}
	a.Browser, a.BrowserVersion = browserOf(ua, h)
	a.OS, a.OSVersion = systemOf(ua, h)
	a.Device = deviceOf(ua, a.OS, h)
	a.Model = modelOf(ua, a, h)
	return verdict{a, isBot(ua, h)}
}

// known are the verdicts on the agents that were seen lately: 1.5 MB at most.
var known = NewMemory[verdict](4096)

func look(ua string, h Hints) verdict {
	key := known.Key(ua, h.Brands, h.Mobile, h.Platform, h.PlatformVersion, h.Model)
	v, ok := known.Get(key)
	if !ok {
		v = judge(ua, h)
		known.Put(key, v)
	}
	return v
}

// number is the whole number that s begins with, of at most four digits, or empty. It shares no memory with s.
func number(s string) string {
	end := 0
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	if end == 0 || end > 4 {
		return ""
	}
	n, _ := strconv.Atoi(s[:end])
	return strconv.Itoa(n)
}

// after is the number that follows token in ua, past one slash, space or underscore.
func after(ua, token string) string {
	_, rest, _ := strings.Cut(ua, token)
	if rest != "" && strings.IndexByte("/ _", rest[0]) >= 0 {
		rest = rest[1:]
	}
	return number(rest)
}
