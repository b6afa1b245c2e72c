package collect

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Hits are read without reflection: once the text is known to be JSON (json.Valid), finding a value's end is all it takes.

// blanks are JSON's white space (RFC 8259, 2).
const blanks = " \t\r\n"

// skipBlanks returns the first index from i on that is no white space.
func skipBlanks(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && strings.IndexByte(blanks, b[i]) >= 0 {
		i++
	}
	return i
}

// valueEnd returns where the value that begins at i ends, exclusive. The text is valid JSON.
func valueEnd(b []byte, i int) int {
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
func members(b []byte, f func(name string, value []byte) error) error {
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
func elements(b []byte, f func(i int, value []byte) error) error {
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
func textOf(raw []byte) (string, error) {
	if isPlain(raw) {
		return string(raw[1 : len(raw)-1]), nil
	}
	if raw[0] != '"' {
		return "", errNotText
	}
	if !utf8.Valid(raw) {
		return "", errNotUTF8
	}
	for _, c := range raw {
		if c == '\\' {
			var s string
			err := json.Unmarshal(raw, &s)
			return s, err
		}
	}
	return string(raw[1 : len(raw)-1]), nil
}

// isPlain reports whether a JSON string is nothing but printable ASCII, as most are, and stands for itself.
func isPlain(raw []byte) bool {
	if raw[0] != '"' {
		return false
	}
	for _, c := range raw {
		if c < ' ' || c > '~' || c == '\\' {
			return false
		}
	}
	return true
}

// plainText is textOf without control characters.
func plainText(raw []byte) (string, error) {
	if isPlain(raw) {
		return string(raw[1 : len(raw)-1]), nil
	}
	s, err := textOf(raw)
	if err == nil && strings.ContainsFunc(s, unicode.IsControl) {
		return "", errControl
	}
	return s, err
}

// numberOf returns the whole part of a JSON number.
func numberOf(raw []byte) (float64, error) {
	if c := raw[0]; c != '-' && (c < '0' || c > '9') {
		return 0, errNotNumber
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil { // beyond what a float64 holds
		return 0, errors.New("is too large")
	}
	return f, nil
}
