package collect

import (
	"encoding/json"
	"strings"
	"testing"
)

// texts are JSON or nearly so.
var texts = []string{
	``, ` `, `{}`, `[]`, ` { } `, `[ ]x`, `{`, `[`, `}`, `]`, `{]`, `[}`, `{"a":1}`, `{"a" : 1 , "b" : [ ] }`, `{"a":1,}`, `[1,]`, `[,1]`, `{,}`,
	`{"a"}`, `{"a":}`, `{"a":1 "b":2}`, `{a:1}`, `{1:1}`, `[1 2]`, `"`, `"a`, `"a"`, `"a" "b"`, `"\"`, `"\\"`, `"\"`, `"\u12"`, `"\u12"34`, `"\u12g4"`, `"\u00e9"`,
	`"\x"`, "\"\n\"", "\"\x1f\"", "\"\x7f\xff\"", `"é"`, `true`, `tru`, `truee`, `false`, `null`, `nul`, `nill`, `0`, `-0`, `00`, `01`, `-`, `+1`, `1.`, `.5`, `1.5`, `1e`,
	`1e+`, `1E-7`, `1e5.5`, `-1.25e+10`, `1x`, `--1`, "\t\r\n1\t", "\v1", "\u00a01", `[[[[1]]]`, `[[[1]]]]`, `[{"a":[{"b":null}]}]`, `{"a":"\ud800"}`,
	strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001),
	strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000), strings.Repeat(`{"a":`, 16_000), strings.Repeat("[", 16_000),
}

func TestValidIsAsStrictAsEncodingJSON(t *testing.T) {
	for _, text := range texts {
		if got, want := valid(text), json.Valid([]byte(text)); got != want {
			t.Errorf("%.40q (%d bytes): %v, want %v", text, len(text), got, want)
		}
	}
}

func FuzzValid(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if got, want := valid(string(text)), json.Valid(text); got != want {
			t.Errorf("%.200q: %v, want %v", text, got, want)
		}
	})
}
