package web

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"sandprint/app/problem"
	"sandprint/views"
)

// segmentParams are those that say what a question is about, whatever it asks.
var segmentParams = []string{"period", "from", "to", "filter", "segment"}

// pageParams are the parameters of the pages that show figures, beside those of any view: the pages are listed whose address must be
// understood whole. Forms are not among them, whose fields nobody types into an address.
var pageParams = map[string][]string{
	"GET /sites":                           {"q", "page", "totals"},
	"GET /sites/{domain}":                  {},
	"GET /sites/{domain}/details":          {"by", "sort", "search", "offset", "format"},
	"GET /sites/{domain}/report.html":      {},
	"GET /sites/{domain}/email-preview":    {"format"},
	"GET /sites/{domain}/changes":          {"by"},
	"GET /sites/{domain}/realtime":         {},
	"GET /sites/{domain}/goals":            {},
	"GET /sites/{domain}/funnels":          {"funnel", "step", "window", "order", "split"},
	"GET /sites/{domain}/journeys":         {"start", "depth", "top", "by", "is"},
	"GET /sites/{domain}/attribution":      {"by", "goal", "window"},
	"GET /sites/{domain}/retention":        {"by"},
	"GET /sites/{domain}/compare-segments": {"with"},
	"GET /sites/{domain}/filter":           {"back", "edit", "by", "op", "value", "apply", "show"},
	"GET /sites/{domain}/segments":         {"back"},
	"GET /sites/{domain}/dropped":          {"days"},
}

// foreign are parameters that other programs add to links which people share, to follow who clicks them. They mean nothing here and
// don't break a link; those that end in * begin so.
var foreign = strings.Fields(`utm_* hsa_* pk_* mtm_* piwik_* matomo_* at_* wt_* _*
	fbclid gclid gbraid wbraid gclsrc dclid gad_source gad_campaignid srsltid msclkid yclid ymclid twclid ttclid epik
	igsh igshid li_fat_id mc_cid mc_eid mkt_tok oly_anon_id oly_enc_id vero_id s_cid cmpid trk rb_clickid ref ref_src ref_url`)

// isForeign reports whether a parameter is another program's.
func isForeign(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(foreign, func(f string) bool {
		start, open := strings.CutSuffix(f, "*")
		return f == name || open && strings.HasPrefix(name, start)
	})
}

// understood refuses an address of a page with figures that has a parameter which says nothing there: a misspelt period would
// otherwise pass for the usual one, and the figures be of something else than was asked. What other programs added is taken out of it.
func (c *call) understood() error {
	known, added := c.knownParams(), false
	if known == nil {
		return nil
	}
	values, err := c.query()
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch {
		case slices.Contains(known, name):
		case isForeign(name):
			values.Del(name)
			added = true
		default:
			return unknownParam(name, known, "Go on without it, or write it as links on the page do.")
		}
	}
	if added {
		c.URL.RawQuery = values.Encode()
	}
	return nil
}

// knownParams returns the parameters of the page at hand; nil where its address is not looked through.
func (c *call) knownParams() []string {
	own, listed := pageParams[c.Pattern]
	if !listed {
		return nil
	}
	return slices.Concat(own, views.Parameters)
}

// query returns the parameters of the address, which must be well formed.
func (c *call) query() (url.Values, error) {
	values, err := url.ParseQuery(c.URL.RawQuery)
	if err != nil {
		return nil, problem.New(400, "bad_query", "The address can't be read: a % in it is not followed by two hexadecimal digits, or it has a semicolon.").
			WithHint("Encode values as for a form; %3B is a semicolon, %25 a percent sign.")
	}
	return values, nil
}

// unknownParam refuses a parameter that is none of the known ones, with a hint unless it is nearly called like one.
func unknownParam(name string, known []string, hint string) error {
	if near := nearest(name, known); near != "" {
		hint = "Maybe " + near + " was meant."
	}
	shown := []rune(strings.ToValidUTF8(name, "?"))
	shown = shown[:min(len(shown), 60)]
	return problem.BadField(string(shown), "bad_parameter", fmt.Sprintf("There is no parameter %q here.", string(shown))).WithHint(hint)
}

// params returns the parameters of the address, which must be among the known ones and well formed: what is misspelt would
// otherwise be left out, and the answer be about something else than was asked. Segments come as their filters.
func (c *call) params(known ...string) (url.Values, error) {
	values, err := c.query()
	if err != nil {
		return nil, err
	}
	for name := range values {
		if !slices.Contains(known, name) {
			return nil, unknownParam(name, known, "There are "+strings.Join(known, ", ")+".")
		}
	}
	values, _, err = c.withSegments(values)
	return values, err
}

// nearest returns which of the known names is at most two letters away from name, of short names fewer; "" for none.
func nearest(name string, known []string) (best string) {
	least := 3
	for _, k := range known {
		if len(name) > len(k)+2 {
			continue
		}
		if d := distance(strings.ToLower(name), k); d < least && 2*d <= min(len(name), len(k)) {
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
