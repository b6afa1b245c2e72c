package enrich

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ScrubPath replaces personal data in a path: a segment that holds some becomes its kind, "/users/4711/edit" becomes
// "/users/:user/edit" and "/unsubscribe/jane@example.com" becomes "/unsubscribe/:email". Percent-encoding is undone, but for
// characters that mean something in a path; what follows a ";" in a segment is dropped. A query is kept as it is but for
// values that hold personal data. The result is valid UTF-8 without control characters, and scrubbing it again changes nothing.
//
// It looks for shapes and for words before them. A bare name has neither and stays.
func ScrubPath(path string) string {
	path, query, hasQuery := strings.Cut(printable(path), "?")
	var out strings.Builder
	out.Grow(len(path) + len(query) + 16)
	before, context, outer := "", noContext, noContext // the segment before, as it came out; what it says about this one, and the one before it
	for i := 0; ; i++ {
		segment, rest, more := strings.Cut(path, "/")
		if i > 0 {
			out.WriteByte('/')
		}
		segment = scrubSegment(segment, before, context, outer)
		if isCoordinate(segment) && isCoordinate(before) { // a latitude and a longitude
			kept := strings.TrimSuffix(out.String(), before+"/")
			out.Reset()
			out.WriteString(kept + ":geo/")
			segment = ":geo"
		}
		out.WriteString(segment)
		if !more {
			break
		}
		before, context, outer, path = segment, contextOf(segment), context, rest
	}
	if hasQuery {
		out.WriteByte('?')
		scrubQuery(&out, query)
	}
	return out.String()
}

// scrubSegment is one segment of a path as it may be kept. Before it stands the segment before, already scrubbed, which says context, and
// before that one which says outer: going by what came out makes scrubbing twice the same as scrubbing once.
func scrubSegment(segment, before string, context, outer context) string {
	if isPlaceholder(segment) {
		return segment
	}
	plain, matrix, _ := strings.Cut(decode(segment), ";")
	if matrix != "" && strings.HasSuffix(plain, "&#64") { // an at sign in HTML
		plain = plain[:len(plain)-len("&#64")] + "@" + matrix
		plain, matrix, _ = strings.Cut(plain, ";")
	}
	if plain == "" {
		return ""
	}
	if matrix != "" && isCoordinate(plain) && isCoordinate(matrix) {
		return ":geo"
	}
	seen := normal(plain)
	if context == noContext && before != "" && before[0] != ':' && countDigits(seen) > 0 {
		context = labelOf(before)
	}
	if kind := finder(context).first(seen); kind != "" {
		return ":" + kind
	}
	if kind := contextual(seen, context, outer, before); kind != "" {
		return ":" + kind
	}
	return encode(plain, "/?;")
}

// scrubQuery writes a query with the values that hold personal data replaced whole.
func scrubQuery(out *strings.Builder, query string) {
	for i := 0; ; i++ {
		pair, rest, more := strings.Cut(query, "&")
		if i > 0 {
			out.WriteByte('&')
		}
		key, value, hasValue := strings.Cut(pair, "=")
		out.WriteString(encode(scrubValue(decode(key)), "&=?"))
		if hasValue {
			out.WriteByte('=')
			out.WriteString(encode(scrubValue(decode(value)), "&"))
		}
		if !more {
			return
		}
		query = rest
	}
}

// scrubValue is a decoded query value as it may be kept: replaced whole by its kind when it holds personal data.
func scrubValue(value string) string {
	if isPlaceholder(value) {
		return value
	}
	if kind := finder(noContext).first(normal(value)); kind != "" {
		return ":" + kind
	}
	return value
}

// ScrubText replaces personal data in a title or an event's value in place: "Call +49 151 1234 5678" becomes "Call [phone]". The
// result is valid UTF-8 without control characters, and scrubbing it again changes nothing.
func ScrubText(text string) string {
	text = scrubNames(printable(text))
	for { // what stands beside a find may be one itself once that is gone; each round has fewer digits and signs
		next := scrubOnce(text)
		if next == text {
			return text
		}
		text = next
	}
}

func scrubOnce(text string) string {
	s := normal(text)
	var out strings.Builder
	done := 0
	for f := range finder(noContext).finds(s) {
		out.WriteString(s[done:f.start])
		out.WriteString("[" + f.kind + "]")
		done = f.end
	}
	if done == 0 {
		return text
	}
	out.WriteString(s[done:])
	return out.String()
}

// ScrubSelector replaces the names in a selector that hold personal data: "#row-550e8400-e29b-41d4-a716-446655440000" becomes "#:uuid". The
// result is valid UTF-8 without control characters, and scrubbing it again changes nothing.
func ScrubSelector(selector string) string {
	selector = printable(selector)
	for {
		s := normal(selector)
		f, found := firstFind(s)
		if !found {
			return selector
		}
		for strings.IndexByte(nameEnds, s[f.start]) >= 0 { // "#" may stand in a mail address
			f.start++
		}
		start, end := strings.LastIndexAny(s[:f.start], nameEnds)+1, len(s)
		if n := strings.IndexAny(s[f.end:], nameEnds); n >= 0 {
			end = f.end + n
		}
		selector = s[:start] + ":" + f.kind + s[end:]
	}
}

// nameEnds part the names in a selector.
const nameEnds = " #.>+~,[]()='\""

func firstFind(s string) (find, bool) {
	for f := range finder(noContext).finds(s) {
		return f, true
	}
	return find{}, false
}

// kinds are what a replacement may say.
var kinds = []string{"email", "phone", "uuid", "token", "jwt", "ip", "id", "user", "iban", "card", "natid", "geo", "date", "addr", "name"}

// Scrubbed reports whether scrubbing took something out of a text: whether more is replaced in it after than before.
func Scrubbed(before, after string) bool {
	return before != after && replacements(after) > replacements(before)
}

// replacements counts the replacements in a text, ":email" or "[email]".
func replacements(s string) (n int) {
	for {
		at := strings.IndexAny(s, ":[")
		if at < 0 {
			return n
		}
		s = s[at+1:]
		end := strings.IndexFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
		if end < 0 {
			end = len(s)
		}
		if slices.Contains(kinds, s[:end]) {
			n++
		}
		s = s[end:]
	}
}

// isPlaceholder says whether s is a replacement, ":email".
func isPlaceholder(s string) bool {
	if len(s) < 3 || s[0] != ':' {
		return false
	}
	for _, kind := range kinds {
		if s[1:] == kind {
			return true
		}
	}
	return false
}

// printable is s as valid UTF-8 without control characters.
func printable(s string) string {
	for i := range len(s) {
		if b := s[i]; b < ' ' || b >= 0x7f {
			return strings.Map(func(r rune) rune {
				if unicode.IsControl(r) {
					return -1
				}
				return r
			}, strings.ToValidUTF8(s, "\uFFFD"))
		}
	}
	return s
}

// decode undoes percent-encoding until nothing is left to undo. What comes out is printable.
func decode(s string) string {
	for strings.IndexByte(s, '%') >= 0 {
		next := printable(unescape(s))
		if next == s { // a lone percent sign
			break
		}
		s = next // a control character that went may have parted an encoding
	}
	return s
}

// unescape undoes each well-formed percent-encoding, also one that appears by undoing another. Others stay as they are.
func unescape(s string) string {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		out = append(out, s[i])
		for n := len(out); n >= 3 && out[n-3] == '%' && isHex(out[n-2]) && isHex(out[n-1]); n = len(out) {
			out = append(out[:n-3], unhex(out[n-2])<<4|unhex(out[n-1]))
		}
	}
	return string(out)
}

func unhex(b byte) byte {
	if isDigit(b) {
		return b - '0'
	}
	return b | 0x20 - 'a' + 10
}

// encode percent-encodes the bytes of s, which is decoded, that are in special.
func encode(s, special string) string {
	clean := true
	for i := 0; i < len(special) && clean; i++ {
		clean = strings.IndexByte(s, special[i]) < 0
	}
	if clean {
		return s
	}
	const hex = "0123456789ABCDEF"
	var out strings.Builder
	for i := range len(s) {
		b := s[i]
		if strings.IndexByte(special, b) >= 0 {
			out.WriteString("%" + string(hex[b>>4]) + string(hex[b&15]))
		} else {
			out.WriteByte(b)
		}
	}
	return out.String()
}

// normal is s with the digits of other scripts, full-width characters, blanks and hyphens as ASCII, for the finders to see. It is s itself when
// it has none.
func normal(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return normalized(s, i)
		}
	}
	return s
}

// normalized is normal of a string whose bytes from i on are not all ASCII.
func normalized(s string, i int) string {
	var out strings.Builder
	out.Grow(len(s))
	out.WriteString(s[:i])
	last := rune(0)
	if i > 0 {
		last = rune(s[i-1])
	}
	for at, r := range s[i:] {
		switch {
		case r < utf8.RuneSelf:
		case '！' <= r && r <= '～':
			r += '!' - '！'
		case r == '\u00a0' || r == '\u202f' || r == '\u2007' || r == '\u2009' || r == '\u3000':
			r = ' '
		case '\u2010' <= r && r <= '\u2015' || r == '\u2212':
			if next := i + at + utf8.RuneLen(r); '0' <= last && last <= '9' && next < len(s) && (isDigit(s[next]) || s[next] >= utf8.RuneSelf) {
				r = '-'
			}
		case '0' <= last && last <= '9' || unicode.IsDigit(r):
			if n := digitOf(r); n >= 0 {
				r = '0' + n
			}
		}
		out.WriteRune(r)
		last = r
	}
	return out.String()
}

// digitOf is the value of a decimal digit of any script, -1 for another character. Blocks of digits begin at a multiple of 16, or 6 after one.
func digitOf(r rune) rune {
	switch {
	case !unicode.IsDigit(r) || r >= 0x10000:
		return -1
	case r&15 >= 6 && r >= 0x966 && r < 0xe00:
		return r&15 - 6
	case r&15 < 10:
		return r & 15
	}
	return -1
}
