package enrich

import "strings"

// A numeral is a run of digit groups with what parts them, as telephone and card numbers are written.
type numeral struct {
	groups [12]group
	n      int  // how many groups
	plus   bool // it begins with "+"
}

// A group is a run of digits, s[start:end], and the characters between it and the group before.
type group struct {
	start, end int
	gap        string
}

// numeralAt reads the numeral that begins at s[i]. A group that letters follow is not part of it.
func numeralAt(s string, i int) (m numeral) {
	if s[i] == '+' {
		m.plus = true
		i++
	}
	past := i
	for m.n < len(m.groups) {
		start := past
		for start < len(s) && start-past < 3 && gaps[s[start]] {
			start++
		}
		end := start
		for end < len(s) && isDigit(s[end]) {
			end++
		}
		if end == start || !ends(s, end) {
			break
		}
		gap := s[past:start]
		if gap == "_" { // as a blank
			gap = " "
		}
		m.groups[m.n] = group{start, end, gap}
		m.n++
		past = end
	}
	return m
}

// gaps are the bytes that may part the groups of a numeral.
var gaps = [256]bool{' ': true, '-': true, '.': true, '/': true, '(': true, ')': true, '_': true}

// digitsAhead is how many digits the numeral that begins at s[i] has at most, counted up to seven: what is sure to be too short for a
// personal number need not be read, as most numbers in slugs.
func digitsAhead(s string, i int) (n int) {
	if s[i] == '+' {
		i++
	}
	for ; i < len(s) && n < 7; i++ {
		if isDigit(s[i]) {
			n++
		} else if !gaps[s[i]] {
			break
		}
	}
	return n
}

// number is the kind and the end of a number that is personal and begins at s[i]; end is 0 for none.
func (in finder) number(s string, i int) (kind string, end int) {
	ahead := digitsAhead(s, i)
	if ahead < 4 { // no address, no pair of coordinates, no telephone number
		return "", 0
	}
	read := numeralAt(s, i)
	m := &read
	if m.n == 0 {
		return "", 0
	}
	if end := geoEnd(s, i, m); end > 0 {
		return "geo", end
	}
	if end := ipv4End(s, m); end > 0 {
		return "ip", end
	}
	if ahead < 7 {
		return "", 0
	}
	goods := isGoods(s[:i]) || context(in) == goodsContext || context(in) == productContext && m.ofGoods()
	if end := cardEnd(s, m); end > 0 && !goods {
		return "card", end
	}
	if end := ssnEnd(s, m); end > 0 {
		return "natid", end
	}
	if !goods {
		if end := nationalNumber(s, m); end > 0 {
			return "natid", end
		}
	}
	if !goods || m.plus {
		if end := phoneEnd(s, m); end > 0 {
			return "phone", end
		}
	}
	return "", 0
}

// ofGoods says whether a number after before is one of goods, by the context or the text.
func (in finder) ofGoods(before string) bool {
	return context(in) == productContext || context(in) == goodsContext || isGoods(before)
}

// ofGoods says whether a number after a word for goods is one of theirs: it is in one, or as ISBNs are parted.
func (m *numeral) ofGoods() bool {
	last := m.groups[m.n-1]
	return m.n == 1 || m.n >= 4 && last.end-last.start == 1
}

// goodsSigns may stand between a word for goods and a number.
var goodsSigns = [256]bool{' ': true, '-': true, ':': true, '#': true, '_': true}

// isGoods says whether the text before a number says that it is one of goods: "ISBN 978-3-16-148410-0".
func isGoods(before string) bool {
	end := len(before)
	for end > 0 && goodsSigns[before[end-1]] {
		end--
	}
	if before = before[:end]; end < 3 || strings.IndexByte("ncu", before[end-1]|0x20) < 0 {
		return false
	}
	for _, word := range [...]string{"isbn", "ean", "gtin", "upc", "sku"} {
		if n := len(before) - len(word); n >= 0 && strings.EqualFold(before[n:], word) {
			return true
		}
	}
	return false
}

// geoEnd is the end of a pair of coordinates, "52.520008, 13.404954".
func geoEnd(s string, i int, m *numeral) int {
	if m.n < 2 || m.plus || m.groups[1].gap != "." || !isCoordinate(s[i:m.groups[1].end]) {
		return 0
	}
	rest := s[m.groups[1].end:]
	second := strings.TrimLeft(rest, ",;:/_| ")
	skipped := len(rest) - len(second)
	if skipped == 0 && !strings.HasPrefix(rest, "-") || skipped > 3 {
		return 0
	}
	end := 0
	for end < len(second) && (isDigit(second[end]) || second[end] == '.' && end > 0 || second[end] == '-' && end == 0) {
		end++
	}
	if end = len(strings.TrimRight(second[:end], ".")); !isCoordinate(second[:end]) {
		return 0
	}
	if strings.IndexByte(",;", rest[0]) < 0 && (m.groups[1].end-m.groups[1].start < 5 || !strings.ContainsRune(second[:end], '.')) { // two numbers of something else
		return 0
	}
	return m.groups[1].end + skipped + end
}

// degreesEnd is the end of a latitude or a longitude with its signs: 52.5200° N, 13°24'18.0"E.
func degreesEnd(s string, i int) int {
	const degree, prime, second = "°", "'′’", "\"″”"
	at := i
	for at < len(s) && at-i < 12 && (isDigit(s[at]) || s[at] == '.') {
		at++
	}
	if !strings.HasPrefix(s[at:], degree) {
		return 0
	}
	exact := strings.IndexByte(s[i:at], '.') >= 0 && at-i-strings.IndexByte(s[i:at], '.') > 3
	at += len(degree)
	for parts := 0; parts < 2; parts++ {
		start := skip(s, at, " ")
		end := start
		for end < len(s) && end-start < 8 && (isDigit(s[end]) || s[end] == '.') {
			end++
		}
		if end == start {
			break
		}
		mark := false
		for _, sign := range prime + second {
			if strings.HasPrefix(s[end:], string(sign)) {
				end, mark = end+len(string(sign)), true
				break
			}
		}
		if !mark {
			return 0
		}
		at, exact = end, exact || parts == 1
	}
	at = skip(s, at, " ")
	if !exact || at >= len(s) || strings.IndexByte("NSEWO", s[at]) < 0 || !ends(s, at+1) {
		return 0
	}
	return at + 1
}

// ipv4End is the end of an IPv4 address.
func ipv4End(s string, m *numeral) int {
	if m.n < 4 || m.plus || m.groups[0].gap != "" {
		return 0
	}
	gap := "."
	if at := m.groups[0].start; at >= 3 && strings.EqualFold(s[at-3:at-1], "ip") && (at == 3 || !isWord(s[at-4])) { // "ip-192-0-2-44"
		gap = m.groups[1].gap
	}
	for k, g := range m.groups[:4] {
		if k > 0 && g.gap != gap || g.end-g.start > 3 || g.end-g.start == 3 && s[g.start:g.end] > "255" {
			return 0
		}
	}
	before := m.groups[0].start - 1
	if m.n > 4 && m.groups[4].gap == "." || before > 0 && s[before] == '.' && isDigit(s[before-1]) { // a longer version number
		return 0
	}
	return m.groups[3].end
}

// cardEnd is the end of a payment card's number: 14 to 19 digits from 3 to 6 on, or 16 from 2221 to 2720 on, in one or in groups alike,
// with a right checksum (ISO/IEC 7812).
func cardEnd(s string, m *numeral) int {
	first := s[m.groups[0].start]
	if m.plus || first < '2' || first > '6' {
		return 0
	}
	total, end := 0, 0
	for k, g := range m.groups[:m.n] {
		if k > 0 && g.gap != " " && g.gap != "-" && g.gap != "." || k > 1 && g.gap != m.groups[1].gap {
			break
		}
		if total += g.end - g.start; total >= 14 && total <= 19 && luhn(s[m.groups[0].start:g.end]) {
			if first == '2' && (total != 16 || s[m.groups[0].start:][:4] < "2221" || s[m.groups[0].start:][:4] > "2720") {
				continue
			}
			end = g.end
		}
	}
	return end
}

// luhn says whether the checksum over the digits of s is right.
func luhn(s string) bool {
	sum, double := 0, false
	for i := len(s) - 1; i >= 0; i-- {
		if !isDigit(s[i]) {
			continue
		}
		d := int(s[i] - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum, double = sum+d, !double
	}
	return sum%10 == 0
}

// ssnEnd is the end of a social security number of the United States, "078-05-1120".
func ssnEnd(s string, m *numeral) int {
	if m.n != 3 || m.plus || m.groups[1].gap != m.groups[2].gap || m.groups[1].gap != "-" && m.groups[1].gap != " " || !m.shape(3, 2, 4) {
		return 0
	}
	return m.groups[2].end
}

// shape says whether the groups have these lengths.
func (m *numeral) shape(lengths ...int) bool {
	if m.n < len(lengths) {
		return false
	}
	for k, want := range lengths {
		if m.groups[k].end-m.groups[k].start != want {
			return false
		}
	}
	return true
}

// phoneEnd is the end of a telephone number: international with "+" (E.164) or "00", national with a leading zero, or as it is
// written in North America.
func phoneEnd(s string, m *numeral) int {
	first := s[m.groups[0].start:m.groups[0].end]
	if m.groups[0].gap != "" && m.groups[0].gap != "(" {
		return 0
	}
	if at := m.groups[0].start; at >= 2 && s[at-1] == '.' && isDigit(s[at-2]) { // decimals
		return 0
	}
	total, end := 0, 0
	for k, g := range m.groups[:m.n] {
		total += g.end - g.start
		if total > 15 {
			break
		}
		switch {
		case m.plus && total >= 7,
			strings.HasPrefix(first, "00") && (len(first) >= 4 || len(first) == 2 && k >= 2) && total >= 10,
			len(first) >= 2 && first[0] == '0' && first[1] != '0' && nationalGroups(m, k, total):
			end = g.end
		}
	}
	if end > 0 {
		return end
	}
	g, n := m.groups[:], m.n
	if first == "1" && m.n > 1 {
		g, n = g[1:], n-1
	}
	if n >= 3 && g[0].end-g[0].start == 3 && g[1].end-g[1].start == 3 && g[2].end-g[2].start == 4 && s[g[0].start] >= '2' && g[2].gap != "" && (g[2].gap != " " || g[0].gap == "(" || g[1].gap == ") ") && g[1].gap != "/" {
		return g[2].end
	}
	return 0
}

// nationalGroups says whether the groups up to the k-th, total digits in all from a zero on, are those of a national number: ten
// to twelve digits in one, or nine to twelve in groups of which the last is long or all are pairs. "01-02-2024 12" is none.
func nationalGroups(m *numeral, k, total int) bool {
	if k == 0 {
		return total >= 10 && total <= 12
	}
	if total < 9 || total > 12 || m.groups[0].end-m.groups[0].start > 5 {
		return false
	}
	if m.groups[k].end-m.groups[k].start >= 3 || k >= 2 && total >= 10 && m.groups[0].end-m.groups[0].start >= 3 {
		return true
	}
	for _, g := range m.groups[:k+1] {
		if g.end-g.start != 2 {
			return false
		}
	}
	return true
}
