package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"sandprint/app/problem"
)

// segmentParams are those that say what a question is about, whatever it asks.
var segmentParams = []string{"period", "from", "to", "filter", "segment"}

// params returns the parameters of the address, which must be among the known ones and well formed: what is misspelt would
// otherwise be left out, and the answer be about something else than was asked. Segments come as their filters.
func (c *call) params(known ...string) (url.Values, error) {
	values, err := url.ParseQuery(c.URL.RawQuery)
	if err != nil {
		return nil, problem.New(400, "bad_query", "The address can't be read: a % in it is not followed by two hexadecimal digits, or it has a semicolon.").
			WithHint("Encode values as for a form; %3B is a semicolon, %25 a percent sign.")
	}
	for name := range values {
		if slices.Contains(known, name) {
			continue
		}
		hint := "There are " + strings.Join(known, ", ") + "."
		if near := nearest(name, known); near != "" {
			hint = "Maybe " + near + " was meant."
		}
		shown := []rune(strings.ToValidUTF8(name, "?"))
		shown = shown[:min(len(shown), 60)]
		return nil, problem.BadField(string(shown), "bad_parameter", fmt.Sprintf("There is no parameter %q here.", string(shown))).WithHint(hint)
	}
	values, _, err = c.withSegments(values)
	return values, err
}

// nearest returns which of the known names is at most two letters away from name; "" for none.
func nearest(name string, known []string) (best string) {
	least := 3
	for _, k := range known {
		if len(name) > len(k)+2 {
			continue
		}
		if d := distance(strings.ToLower(name), k); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance returns how many letters must be added, taken away or changed to make b of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
