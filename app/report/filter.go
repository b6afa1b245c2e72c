package report

import (
	"fmt"
	"slices"
	"strings"

	"sandprint/app/problem"
)

// Bounds on filters: what a person can ask for, and a program can answer in time.
const (
	maxFilters = 20
	maxValues  = 200
	maxValue   = 2000 // bytes: as long as a page's path may be
)

// ParseFilter reads "dimension:op:value[,value…]". A backslash makes the character after it plain, which commas and
// backslashes in a value need; so does a colon within the name of a property (prop:NAME:op:value). The error is a 400 on the field "filter".
func ParseFilter(s string) (Filter, error) {
	bad := func(why string) (Filter, error) {
		return Filter{}, problem.BadField("filter", "bad_filter", fmt.Sprintf("The filter %q %s.", short(s), why)).
			WithHint(`Write it as dimension:op:value[,value…], such as country:is:DE,AT; the operators are is, not, contains, lacks and matches.`)
	}
	by, rest, ok := cutPlain(s, ':')
	if by == "prop" && ok { // prop:NAME:op:value
		var name string
		name, rest, ok = cutPlain(rest, ':')
		by += ":" + name
	}
	op, rest2, ok2 := cutPlain(rest, ':')
	if !ok || !ok2 {
		return bad("has not the three parts that it needs")
	}
	f := Filter{By: Dimension(by), Op: Op(op)}
	if len(f.By) > maxValue {
		return bad(fmt.Sprintf("names a property of more than %d bytes", maxValue))
	}
	if !f.By.filterable() {
		return bad(fmt.Sprintf("names %q, by which nothing can be filtered", short(by)))
	}
	if !slices.Contains([]Op{Is, Not, Contains, Lacks, Matches}, f.Op) {
		return bad(fmt.Sprintf("has no known operator: %q", short(op)))
	}
	for more := true; more && len(f.Values) <= maxValues; {
		var value string
		value, rest2, more = cutPlain(rest2, ',')
		f.Values = append(f.Values, value)
	}
	for _, v := range f.Values {
		switch {
		case v == "":
			return bad("has an empty value; what is not known is called (not set)")
		case len(v) > maxValue:
			return bad(fmt.Sprintf("has a value of more than %d bytes", maxValue))
		}
	}
	if len(f.Values) > maxValues {
		return bad(fmt.Sprintf("has more than %d values", maxValues))
	}
	return f, nil
}

// parseFilters reads all filters of a question.
func parseFilters(list []string) (filters []Filter, err error) {
	if len(list) > maxFilters {
		return nil, problem.BadField("filter", "bad_filter", fmt.Sprintf("There are more than %d filters.", maxFilters))
	}
	for _, s := range list {
		f, err := ParseFilter(s)
		if err != nil {
			return nil, err
		}
		filters = append(filters, f)
	}
	return filters, nil
}

// parseExcept reads the filters of the segment that a question leaves out.
func parseExcept(list []string) ([]Filter, error) {
	filters, err := parseFilters(list)
	if p := problem.Of(err); p != nil {
		named := *p
		named.Field = "except"
		return nil, &named
	}
	return filters, nil
}

// String returns the filter as ParseFilter reads it.
func (f Filter) String() string {
	values := make([]string, len(f.Values))
	for i, v := range f.Values {
		values[i] = plain.Replace(v)
	}
	by := string(f.By)
	if name, ok := strings.CutPrefix(by, "prop:"); ok {
		by = "prop:" + plain.Replace(name)
	}
	return by + ":" + string(f.Op) + ":" + strings.Join(values, ",")
}

var plain = strings.NewReplacer(`\`, `\\`, `,`, `\,`, `:`, `\:`)

// cutPlain cuts s at the first sep that has no backslash before it and takes the backslashes out of the first part.
func cutPlain(s string, sep byte) (before, after string, found bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == sep:
			return b.String(), s[i+1:], true
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), "", false
}

// negative reports whether f keeps what none of its values meets, and with it hits that have no such dimension at all.
func (f Filter) negative() bool { return f.Op == Not || f.Op == Lacks }

// keeps reports whether f keeps a hit whose dimension has this value, as rows name it.
func (f Filter) keeps(name string) bool { return f.hits(name) != f.negative() }

// hits reports whether one of the values meets the name. What is not set has no text to look into.
func (f Filter) hits(name string) bool {
	for _, v := range f.Values {
		switch f.Op {
		case Is, Not:
			if name == v {
				return true
			}
		case Contains, Lacks:
			if name != NotSet && strings.Contains(strings.ToLower(name), strings.ToLower(v)) {
				return true
			}
		case Matches:
			if name != NotSet && matchPattern(v, name) {
				return true
			}
		}
	}
	return false
}

// dimensionsOf returns what the filters are by.
func dimensionsOf(filters []Filter) []Dimension {
	by := make([]Dimension, len(filters))
	for i, f := range filters {
		by[i] = f.By
	}
	return by
}

// matchPattern reports whether the whole of s is as the pattern says: * is any text without a slash, ** any text. It
// takes len(pattern) × len(s) steps at most.
func matchPattern(pattern, s string) bool {
	star := strings.IndexByte(pattern, '*')
	if star < 0 {
		return s == pattern
	}
	if !strings.HasPrefix(s, pattern[:star]) {
		return false
	}
	pattern, s = pattern[star:], s[star:]
	// now[j] tells whether the pattern read so far can end before s[j].
	now := make([]bool, len(s)+1)
	now[0] = true
	for i := 0; i < len(pattern); i++ {
		if pattern[i] != '*' {
			for j := len(s); j > 0; j-- {
				now[j] = now[j-1] && s[j-1] == pattern[i]
			}
			now[0] = false
			continue
		}
		across := i+1 < len(pattern) && pattern[i+1] == '*'
		for i+1 < len(pattern) && pattern[i+1] == '*' {
			i++
		}
		for j := 1; j <= len(s); j++ {
			now[j] = now[j] || now[j-1] && (across || s[j-1] != '/')
		}
	}
	return now[len(s)]
}
