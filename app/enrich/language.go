package enrich

import "strings"

// Language reduces a BCP 47 tag (RFC 5646) to language and region: "de", "pt-BR", "zh-TW" for "zh-Hant-TW". It is empty
// when the tag is not well formed.
func Language(tag string) string {
	base, rest, more := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	if len(base) < 2 || len(base) > 3 || !letters(base) {
		return ""
	}
	language := strings.ToLower(base)
	for more {
		var part string
		part, rest, more = strings.Cut(rest, "-")
		switch {
		case len(part) == 0 || len(part) > 8 || !alphanumeric(part):
			return ""
		case len(part) == 1: // extensions and private use follow; no region can
			return language
		case len(part) == 2 && letters(part), len(part) == 3 && digits(part):
			return language + "-" + strings.ToUpper(part)
		}
	}
	return language
}

// letters says whether s is nothing but ASCII letters.
func letters(s string) bool { return every(s, isLetter) }

// digits says whether s is nothing but ASCII digits.
func digits(s string) bool { return every(s, isDigit) }

// alphanumeric says whether s is nothing but ASCII letters and digits.
func alphanumeric(s string) bool {
	return every(s, func(b byte) bool { return isLetter(b) || isDigit(b) })
}

func every(s string, is func(byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return true
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }
func isDigit(b byte) bool  { return '0' <= b && b <= '9' }
func isUpper(b byte) bool  { return 'A' <= b && b <= 'Z' }
func isHex(b byte) bool    { return isDigit(b) || 'a' <= b|0x20 && b|0x20 <= 'f' }
