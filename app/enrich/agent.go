package enrich

import (
	"hash/maphash"
	"net/http"
	"strconv"
	"strings"
	"sync"
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
	get := func(name string) string { return strings.Trim(header.Get(name), `" `) }
	h := Hints{
		Brands:          header.Get("Sec-Ch-Ua-Full-Version-List"),
		Mobile:          get("Sec-Ch-Ua-Mobile"),
		Platform:        get("Sec-Ch-Ua-Platform"),
		PlatformVersion: get("Sec-Ch-Ua-Platform-Version"),
		Model:           get("Sec-Ch-Ua-Model"),
	}
	if h.Brands == "" {
		h.Brands = header.Get("Sec-Ch-Ua")
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
func ParseAgent(ua string, h Hints) Agent { return known.look(ua, h).agent }

// IsBot says whether the agent is a program rather than a person's browser: it names itself so, is headless, or has not
// the beginning that all browsers share.
func IsBot(ua string, h Hints) bool { return known.look(ua, h).bot }

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

// A memory remembers verdicts, in two generations: when the younger is full it becomes the older, and what was the older
// is forgotten. So it is bounded however many agents somebody invents, and frequent agents stay. It keys on a number
// that is drawn anew in each process, not on the agent, which must not outlive its request.
type memory struct {
	seed       maphash.Seed
	mu         sync.Mutex
	young, old map[uint64]verdict
}

// generation is how many verdicts one generation holds. Two of them take about 1.5 MB at most.
const generation = 4096

var known = memory{seed: maphash.MakeSeed(), young: map[uint64]verdict{}}

func (m *memory) look(ua string, h Hints) verdict {
	key := m.key(ua, h)
	m.mu.Lock()
	v, ok := m.young[key]
	if !ok {
		if v, ok = m.old[key]; ok {
			m.keep(key, v)
		}
	}
	m.mu.Unlock()
	if ok {
		return v
	}
	v = judge(ua, h)
	m.mu.Lock()
	m.keep(key, v)
	m.mu.Unlock()
	return v
}

// keep remembers a verdict. The caller holds mu.
func (m *memory) keep(key uint64, v verdict) {
	if len(m.young) >= generation {
		m.old, m.young = m.young, make(map[uint64]verdict, generation)
	}
	m.young[key] = v
}

func (m *memory) key(ua string, h Hints) uint64 {
	var sum maphash.Hash
	sum.SetSeed(m.seed)
	for _, s := range [...]string{ua, h.Brands, h.Mobile, h.Platform, h.PlatformVersion, h.Model} {
		sum.WriteString(s)
		sum.WriteByte(0)
	}
	return sum.Sum64()
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
