package collect

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Hits are read without reflection: once the text is known to be JSON (valid), finding a value's end is all it takes. What is
// read is a string that the fields are pieces of: one for each would cost more than reading them.

// maxNesting is how deep values may lie in each other; encoding/json has the same bound.
const maxNesting = 10_000

// valid reports whether a text is JSON (RFC 8259), as json.Valid does, which calls a function for each of its bytes.
func valid(b string) bool {
	end := checkValue(b, skipBlanks(b, 0), 0)
	return end >= 0 && skipBlanks(b, end) == len(b)
}

// checkValue returns where the value that begins at i, within so many others, ends; less than 0: there is none.
func checkValue(b string, i, depth int) (end int) {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"':
		return checkString(b, i)
	case '{', '[':
		return checkHolder(b, i, depth+1)
	case 't':
		return checkWord(b, i, "true")
	case 'f':
		return checkWord(b, i, "false")
	case 'n':
		return checkWord(b, i, "null")
	}
	return checkNumber(b, i)
}

func checkWord(b string, i int, word string) (end int) {
	if !strings.HasPrefix(b[i:], word) {
		return -1
	}
	return i + len(word)
}

// checkHolder is checkValue for an object or an array.
func checkHolder(b string, i, depth int) (end int) {
	if depth > maxNesting {
		return -1
	}
	object, last := b[i] == '{', b[i]+2 // '}' and ']' are two behind
	if i = skipBlanks(b, i+1); i < len(b) && b[i] == last {
		return i + 1
	}
	for {
		if object {
			if i >= len(b) || b[i] != '"' {
				return -1
			}
			if i = checkString(b, i); i < 0 {
				return -1
			}
			if i = skipBlanks(b, i); i >= len(b) || b[i] != ':' {
				return -1
			}
			i = skipBlanks(b, i+1)
		}
		if i = checkValue(b, i, depth); i < 0 {
			return -1
		}
		if i = skipBlanks(b, i); i >= len(b) || b[i] != ',' {
			break
		}
		i = skipBlanks(b, i+1)
	}
	if i >= len(b) || b[i] != last {
		return -1
	}
	return i + 1
}

func checkString(b string, i int) (end int) {
	for i++; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c < ' ':
			return -1
		case c == '\\':
			if i++; i >= len(b) || strings.IndexByte(`"\/bfnrtu`, b[i]) < 0 {
				return -1
			}
			if b[i] == 'u' {
				if i += 4; i >= len(b) || strings.Trim(b[i-3:i+1], "0123456789abcdefABCDEF") != "" {
					return -1
				}
			}
		}
	}
	return -1
}

func checkNumber(b string, i int) (end int) {
	if b[i] == '-' {
		i++
	}
	if end = checkDigits(b, i); end < 0 || b[i] == '0' && end > i+1 {
		return -1
	}
	if end < len(b) && b[end] == '.' {
		if end = checkDigits(b, end+1); end < 0 {
			return -1
		}
	}
	if end < len(b) && b[end]|0x20 == 'e' {
		if end++; end < len(b) && (b[end] == '+' || b[end] == '-') {
			end++
		}
		end = checkDigits(b, end)
	}
	return end
}

// checkDigits returns where the digits end that begin at i, one at least.
func checkDigits(b string, i int) (end int) {
	for end = i; end < len(b) && '0' <= b[end] && b[end] <= '9'; end++ {
	}
	if end == i {
		return -1
	}
	return end
}

// blanks are JSON's white space (RFC 8259, 2).
const blanks = " \t\r\n"

// skipBlanks returns the first index from i on that is no white space.
func skipBlanks(b string, i int) int {
	for i < len(b) && b[i] <= ' ' && strings.IndexByte(blanks, b[i]) >= 0 {
		i++
	}
	return i
}

// valueEnd returns where the value that begins at i ends, exclusive. The text is valid JSON.
func valueEnd(b string, i int) int {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			for i++; b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']', ',':
			if depth == 0 { // the end of what holds a number or a word
				return i
			}
			if b[i] == ',' {
				continue
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

// members calls f with each name and value of an object, until f returns an error. The text is valid JSON and an object.
func members(b string, f func(name string, value string) error) error {
	for i := skipBlanks(b, 1); b[i] != '}'; {
		end := valueEnd(b, i)
		name, err := textOf(b[i:end])
		if err != nil {
			name = "" // not one that anybody asks for
		}
		i = skipBlanks(b, skipBlanks(b, end)+1) // past the colon
		end = valueEnd(b, i)
		if err := f(name, b[i:end]); err != nil {
			return err
		}
		if i = skipBlanks(b, end); b[i] == ',' {
			i = skipBlanks(b, i+1)
		}
	}
	return nil
}

// elements calls f with each value of an array and its index, until f returns an error. The text is valid JSON and an array.
func elements(b string, f func(i int, value string) error) error {
	n := 0
	for i := skipBlanks(b, 1); b[i] != ']'; n++ {
		end := valueEnd(b, i)
		if err := f(n, b[i:end]); err != nil {
			return err
		}
		if i = skipBlanks(b, end); b[i] == ',' {
			i = skipBlanks(b, i+1)
		}
	}
	return nil
}

// What is wrong with a value, as the end of a sentence that begins with its name.
var (
	errNotText   = errors.New("is not a text")
	errNotNumber = errors.New("is not a number")
	errNotUTF8   = errors.New("is not valid UTF-8")
	errControl   = errors.New("has a control character in it")
)

// textOf returns the text of a JSON string.
func textOf(raw string) (string, error) {
	if isPlain(raw) {
		return raw[1 : len(raw)-1], nil
	}
	if raw[0] != '"' {
		return "", errNotText
	}
	if !utf8.ValidString(raw) {
		return "", errNotUTF8
	}
	if strings.Contains(raw, `\`) {
		var s string
		err := json.Unmarshal([]byte(raw), &s)
		return s, err
	}
	return raw[1 : len(raw)-1], nil
}

// isPlain reports whether a JSON string is nothing but printable ASCII, as most are, and stands for itself.
func isPlain(raw string) bool {
	if raw[0] != '"' {
		return false
	}
	for i := range len(raw) {
		if c := raw[i]; c < ' ' || c > '~' || c == '\\' {
			return false
		}
	}
	return true
}

// plainText is textOf without control characters.
func plainText(raw string) (string, error) {
	if isPlain(raw) {
		return raw[1 : len(raw)-1], nil
	}
	s, err := textOf(raw)
	if err == nil && strings.ContainsFunc(s, unicode.IsControl) {
		return "", errControl
	}
	return s, err
}

// numberOf returns the whole part of a JSON number.
func numberOf(raw string) (float64, error) {
	if c := raw[0]; c != '-' && (c < '0' || c > '9') {
		return 0, errNotNumber
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil { // beyond what a float64 holds
		return 0, errors.New("is too large")
	}
	return f, nil
}
