package collect

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sandprint/app/enrich"
	"sandprint/app/problem"
	"sandprint/app/visit"
)

// Limits of a body.
const (
	maxBody = 16 << 10 // bytes
	maxHits = 32
)

// Names of hits that are no custom events. Those with a colon tell of a visitor's decision.
const (
	namePageview = "pageview"
	nameEngage   = "engage"
	nameConsent  = ":consent"
	nameWithdraw = ":withdraw"
	nameOptOut   = ":optout"
	nameErase    = ":erase"
)

// wireHit is a hit as it came, checked. It lives as long as its request.
type wireHit struct {
	site, name, view, page, referrer, title, language, cookie string

	width         int // of the viewport, CSS pixels; 0: not known
	seq           uint32
	engaged       uint32 // milliseconds
	depth, height int    // pixels
	props         string // JSON object with sorted keys and text values; empty: none
	scrubbed      bool   // something was taken out of them
	amount        int64
	currency      string
}

// isDecision reports whether h tells of a visitor's decision rather than of a page.
func (h *wireHit) isDecision() bool { return h.name[0] == ':' }

// isWish reports whether h asks for a visitor to be erased.
func (h *wireHit) isWish() bool { return h.isDecision() && h.name != nameConsent }

// badHit says what is wrong with a field: a sentence that begins with its name and goes on with what.
func badHit(field, what string) *problem.Error {
	return problem.BadField(field, "bad_hit", `"`+field+`" `+what+".")
}

// parseHits reads a body: one hit or an array of them. An error is a problem.Error that names the field, as "u", or "[2].u" in an
// array; "body" stands for the whole.
func parseHits(body string) ([]wireHit, error) {
	if !valid(body) {
		return nil, problem.BadField("body", "bad_json", "The body is not JSON.")
	}
	start := skipBlanks(body, 0)
	switch body = body[start:]; body[0] {
	case '{':
		h, err := parseHit(body, "")
		if err != nil {
			return nil, err
		}
		return []wireHit{h}, nil
	case '[':
		return parseArray(body)
	}
	return nil, problem.BadField("body", "bad_hit", "The body is neither an object nor an array of objects.")
}

func parseArray(body string) (hits []wireHit, err error) {
	err = elements(body, func(i int, value string) error {
		at := "[" + strconv.Itoa(i) + "]"
		if i >= maxHits {
			return problem.BadField("body", "too_many_hits", fmt.Sprintf("The body has more than %d hits.", maxHits))
		}
		if value[0] != '{' {
			return badHit(at, "is not an object")
		}
		h, err := parseHit(value, at+".")
		hits = append(hits, h)
		return err
	})
	if err == nil && len(hits) == 0 {
		err = problem.BadField("body", "bad_hit", "The body is an empty array.")
	}
	return hits, err
}

// parseHit reads an object; prefix goes before the names of its fields in errors.
func parseHit(object string, prefix string) (h wireHit, err error) {
	err = members(object, func(name string, value string) error {
		if value == "null" { // what is not known is left out, or null
			return nil
		}
		field, what := h.set(name, value)
		if what != nil {
			return badHit(prefix+field, what.Error())
		}
		return nil
	})
	if err == nil {
		if field, what := h.missing(); field != "" {
			err = badHit(prefix+field, what)
		}
	}
	return h, err
}

// set sets one field; on an error it names the field. Unknown ones are left alone.
func (h *wireHit) set(name string, value string) (field string, err error) {
	switch name {
	case "s":
		h.site, err = bounded(value, 253)
	case "n":
		h.name, err = bounded(value, 120)
	case "i":
		if h.view, err = bounded(value, 32); err == nil && !isViewID(h.view) {
			err = fmt.Errorf("is not 9 to 32 of 0-9 and a-z")
		}
	case "u":
		h.page, err = bounded(value, maxBody)
	case "r":
		h.referrer, err = bounded(value, maxBody)
	case "t":
		h.title, err = looseText(value, maxBody)
	case "l":
		h.language, err = bounded(value, 64)
	case "v":
		if h.cookie, err = bounded(value, 80); err == nil {
			if _, _, ok := visit.ParseCookie(h.cookie); !ok {
				err = fmt.Errorf("is not 16 to 64 of 0-9 and a-z, a dot and a day")
			}
		}
	case "k":
		var kind string
		if kind, err = bounded(value, 16); err == nil && kind != "load" && kind != "spa" && kind != "restore" {
			err = fmt.Errorf("is not load, spa or restore")
		}
	case "p":
		return h.setProps(value)
	case "$":
		return h.setRevenue(value)
	case "b", "c":
		if value[0] != '[' {
			err = fmt.Errorf("is not an array")
		}
	default:
		err = h.setNumber(name, value)
	}
	return name, err
}

// setNumber sets one of the fields that are numbers.
func (h *wireHit) setNumber(name string, value string) (err error) {
	const pixels = 10_000_000
	switch name {
	case "w":
		h.width, err = within[int](value, 0, pixels)
	case "h":
		_, err = within[int](value, 0, pixels) // of the viewport: nothing is made of it but heat, which has its own way
	case "q":
		h.seq, err = within[uint32](value, 0, 1_000_000)
	case "e":
		h.engaged, err = within[uint32](value, 0, 30*24*3600*1000)
	case "d":
		h.depth, err = within[int](value, 0, pixels)
	case "H":
		h.height, err = within[int](value, 0, pixels)
	}
	return err
}

// missing returns the field that a hit of its name needs and has not, and what to say of it.
func (h *wireHit) missing() (field, what string) {
	switch {
	case h.name == "":
		return "n", "is missing"
	case h.isDecision():
		switch h.name {
		case nameConsent, nameWithdraw, nameOptOut, nameErase:
		default:
			return "n", "begins with a colon and is none of the names that may"
		}
		if h.cookie == "" {
			return "v", "is missing"
		}
		if h.site == "" && h.page == "" {
			return "s", "is missing, and so is the page"
		}
	case h.view == "":
		return "i", "is missing"
	case h.page == "" && (h.name != nameEngage || h.site == ""):
		return "u", "is missing"
	}
	return "", ""
}

// setProps reads the properties of an event: scalars by name.
func (h *wireHit) setProps(value string) (field string, err error) {
	if value[0] != '{' {
		return "p", fmt.Errorf("is not an object")
	}
	props, n := map[string]string{}, 0
	err = members(value, func(name string, value string) error {
		if n++; n > 30 {
			return fmt.Errorf("has more than 30 properties")
		}
		if name == "" || utf8.RuneCountInString(name) > 100 || strings.ContainsFunc(name, unicode.IsControl) {
			return fmt.Errorf("has a property whose name is not 1 to 100 characters")
		}
		text := value
		switch value[0] {
		case '{', '[':
			return fmt.Errorf("has a property that is no text, number or truth value")
		case '"':
			var err error
			if text, err = looseText(value, 1200); err != nil {
				return fmt.Errorf("has a property that %w", err)
			}
		case 'n':
			return nil
		}
		if utf8.RuneCountInString(text) > 300 {
			return fmt.Errorf("has a property longer than 300 characters")
		}
		cleanName, cleanText := enrich.ScrubText(name), scrubProp(name, text)
		h.scrubbed = h.scrubbed || enrich.Scrubbed(name, cleanName) || enrich.Scrubbed(text, cleanText)
		props[cleanName] = cleanText
		return nil
	})
	if err != nil || len(props) == 0 {
		return "p", err
	}
	sorted, err := json.Marshal(props)
	h.props = string(sorted)
	return "p", err
}

// scrubProp returns a property's value without personal data. The tracker's own ones hold addresses.
func scrubProp(name, text string) string {
	if name == "url" || name == "path" {
		if host, path, ok := strings.Cut(text, "/"); ok && !strings.Contains(text, " ") {
			return enrich.ScrubText(host) + enrich.ScrubPath("/"+path)
		}
	}
	return enrich.ScrubText(text)
}

// setRevenue reads what an event brought in.
func (h *wireHit) setRevenue(value string) (field string, err error) {
	if value[0] != '{' {
		return "$", fmt.Errorf("is not an object")
	}
	field = "$"
	err = members(value, func(name string, value string) error {
		field = "$." + name
		switch name {
		case "a":
			var f float64
			if f, err = within[float64](value, -1e12, 1e12); err == nil && f != math.Trunc(f) {
				err = fmt.Errorf("is not a whole number of minor units")
			}
			h.amount = int64(f)
		case "c":
			if h.currency, err = bounded(value, 3); err == nil && !isCurrency(h.currency) {
				err = fmt.Errorf("is not a currency's three capital letters")
			}
		}
		return err
	})
	if err == nil && h.currency == "" {
		return "$.c", fmt.Errorf("is missing")
	}
	return field, err
}

// isCurrency reports whether s has the form of an ISO 4217 code.
func isCurrency(s string) bool {
	return len(s) == 3 && !strings.ContainsFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' })
}

// isViewID reports whether s is an id of a page view.
func isViewID(s string) bool {
	return len(s) >= 9 && len(s) <= 32 && !strings.ContainsFunc(s, func(r rune) bool { return !('0' <= r && r <= '9' || 'a' <= r && r <= 'z') })
}

// bounded returns a text of at most limit characters without control characters.
func bounded(value string, limit int) (string, error) {
	s, err := plainText(value)
	if err == nil && len(s) > limit && utf8.RuneCountInString(s) > limit {
		return "", fmt.Errorf("is longer than %d characters", limit)
	}
	return s, err
}

// looseText returns a text that a page's author wrote, of at most limit bytes: line breaks and tabs in it become spaces.
func looseText(value string, limit int) (string, error) {
	s, err := textOf(value)
	if err != nil {
		return "", err
	}
	if len(s) > limit {
		return "", fmt.Errorf("is longer than %d bytes", limit)
	}
	if isPlain(value) {
		return s, nil
	}
	if strings.ContainsAny(s, "\n\r\t") {
		s = lineBreaks.Replace(s)
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		return "", errControl
	}
	return s, nil
}

var lineBreaks = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ")

// within returns a number, its fraction cut where T has none, from low to high.
func within[T int | uint32 | float64](value string, low, high float64) (T, error) {
	f, err := numberOf(value)
	if err == nil && (f < low || f > high) {
		err = fmt.Errorf("is not from %s to %s", strconv.FormatFloat(low, 'f', -1, 64), strconv.FormatFloat(high, 'f', -1, 64))
	}
	if err != nil {
		return 0, err
	}
	return T(f), nil
}

// checkEncoding refuses compressed bodies. What type a body says it has doesn't matter: it is read as JSON, strictly.
func checkEncoding(encoding string) *problem.Error {
	if encoding == "" || strings.EqualFold(encoding, "identity") {
		return nil
	}
	return problem.BadField("Content-Encoding", "bad_encoding", "A body is JSON, not compressed.")
}
