package main

import (
	"slices"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	tests := []struct {
		why  string
		list string
		cut  cut
		want []span
	}{
		{"whole units", "1.0.0.0,1.0.1.255,AU", ipv4, []span{{0x10000, 0x10001, "AU"}}},
		{"neighbours of one country join", "1.0.0.0,1.0.0.255,AU\n1.0.1.0,1.0.1.255,AU", ipv4, []span{{0x10000, 0x10001, "AU"}}},
		{"the larger part of a unit wins", "1.0.0.0,1.0.0.99,AU\n1.0.0.100,1.0.0.255,CN", ipv4, []span{{0x10000, 0x10000, "CN"}}},
		{"parts of one country add up", "1.0.0.0,1.0.0.99,AU\n1.0.0.100,1.0.0.219,CN\n1.0.0.220,1.0.0.255,AU", ipv4,
			[]span{{0x10000, 0x10000, "AU"}}},
		{"a range with two ragged ends", "1.0.0.128,1.0.3.127,AU", ipv4, []span{{0x10000, 0x10003, "AU"}}},
		{"a ragged end gives way to more", "1.0.0.0,1.0.1.10,AU\n1.0.1.11,1.0.1.255,CN", ipv4,
			[]span{{0x10000, 0x10000, "AU"}, {0x10001, 0x10001, "CN"}}},
		{"a gap stays one", "1.0.0.0,1.0.0.255,AU\n1.0.2.0,1.0.2.255,AU", ipv4, []span{{0x10000, 0x10000, "AU"}, {0x10002, 0x10002, "AU"}}},
		{"of ranges that overlap the first holds", "1.0.0.0,1.0.1.255,DE\n1.0.0.0,1.0.0.255,BE\n1.0.1.0,1.0.2.255,FR", ipv4,
			[]span{{0x10000, 0x10001, "DE"}, {0x10002, 0x10002, "FR"}}},
		{"finer than a /48", "2a00::,2a00::ffff,DE\n2a00::1:0,2a00::ffff:ffff:ffff:ffff:ffff,FR", ipv6,
			[]span{{0x2a00 << 32, 0x2a00 << 32, "FR"}}},
	}
	for _, test := range tests {
		got, err := read(strings.NewReader(test.list), test.cut)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: got %x, %v, want %x", test.why, got, err, test.want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for why, list := range map[string]string{
		"a missing country":     "1.0.0.0,1.0.0.255",
		"a country's full name": "1.0.0.0,1.0.0.255,Australia",
		"a range backwards":     "1.0.0.255,1.0.0.0,AU",
		"the other family":      "2a00::,2a00::ffff,DE",
		"lines out of order":    "2.0.0.0,2.0.0.255,AU\n1.0.0.0,1.0.0.255,AU",
		"no address":            "x,y,AU",
	} {
		if got, err := read(strings.NewReader(list), ipv4); err == nil {
			t.Errorf("%s was read as %v", why, got)
		}
	}
}

func TestSubtract(t *testing.T) {
	tests := []struct {
		why   string
		spans []span
		holes []span
		want  []span
	}{
		{"a hole inside", []span{{1, 9, "DE"}}, []span{{3, 4, ""}}, []span{{1, 2, "DE"}, {5, 9, "DE"}}},
		{"two holes inside", []span{{1, 9, "DE"}}, []span{{3, 4, ""}, {6, 6, ""}}, []span{{1, 2, "DE"}, {5, 5, "DE"}, {7, 9, "DE"}}},
		{"a hole over all", []span{{3, 4, "DE"}}, []span{{1, 9, ""}}, nil},
		{"a hole over the beginning", []span{{3, 6, "DE"}}, []span{{0, 4, ""}}, []span{{5, 6, "DE"}}},
		{"a hole over the end", []span{{3, 6, "DE"}}, []span{{5, 9, ""}}, []span{{3, 4, "DE"}}},
		{"a hole beside", []span{{3, 6, "DE"}}, []span{{7, 9, ""}}, []span{{3, 6, "DE"}}},
	}
	for _, test := range tests {
		if got := subtract(test.spans, test.holes); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.why, got, test.want)
		}
	}
}
