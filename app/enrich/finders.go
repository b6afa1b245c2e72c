package enrich

import (
	"iter"
	"net/netip"
	"strings"
	"unicode/utf8"
)

// A find is a piece of personal data in a text.
type find struct {
	start, end int
	kind       string
}

// maxLook is how far a finder looks ahead from one place, so that no text, however made, takes long.
const maxLook = 300

// A finder looks for personal data by its shape. It knows the context, which rules some shapes out.
type finder context

// first is the kind of the first piece of personal data in s, or empty.
func (in finder) first(s string) string {
	for f := range in.finds(s) {
		return f.kind
	}
	return ""
}

// finds are the pieces of personal data in s, from left to right.
func (in finder) finds(s string) iter.Seq[find] {
	return func(yield func(find) bool) {
		mail, hasMail := findEmail(s, 0)
		for i := 0; i < len(s); {
			var f find
			if hasMail && i >= mail.start {
				f = mail
				mail, hasMail = findEmail(s, f.end)
			} else if begins(s, i) {
				f = in.at(s, i)
			}
			if f.end == 0 {
				i++
				continue
			}
			if !yield(f) {
				return
			}
			if i = f.end; hasMail && mail.start < i {
				mail, hasMail = findEmail(s, i)
			}
		}
	}
}

// begins says whether a word or a number may begin at s[i].
func begins(s string, i int) bool {
	b := s[i]
	return (isWord(b) || b == '+' || b == '(' || b == ':') && (i == 0 || !isWord(s[i-1]) && s[i-1] != '+')
}

// at is the personal data that begins at s[i], which is where a word begins, or with the word that begins there; its end is 0 for
// none.
func (in finder) at(s string, i int) find {
	b := s[i]
	word := i
	for word < len(s) && isWord(s[word]) {
		word++
	}
	length := word - i
	found := func(kind string, end int) find { return find{i, end, kind} }
	if strings.HasPrefix(s[i:], "ey") {
		if end := jwtEnd(s, i); end > 0 {
			return found("jwt", end)
		}
	}
	if length == 8 && isHex(b) {
		if end := uuidEnd(s, i); end > 0 {
			return found("uuid", end)
		}
	}
	if b == ':' || length <= 4 && isHex(b) && word < len(s) && s[word] == ':' {
		if end := ipv6End(s, i); end > 0 {
			return found("ip", end)
		}
	}
	if length >= 4 && isLetter(b) && isLetter(s[i+1]) && isDigit(s[i+2]) && isDigit(s[i+3]) {
		if end := ibanEnd(s, i); end > 0 {
			return found("iban", end)
		}
	}
	if length >= 2 && !(digits(s[i:word]) && in.ofGoods(s[:i])) {
		if end := nationalWord(s, i, word); end > 0 {
			return found("natid", end)
		}
	}
	if isDigit(b) && i > 3 {
		if end := birthEnd(s, i); end > 0 {
			return found("date", end)
		}
	}
	if isDigit(b) || b == '+' || b == '(' {
		if kind, end := in.number(s, i); end > 0 {
			return found(kind, end)
		}
	}
	if length > 0 && context(in) != hashContext {
		if length >= 16 && isToken(s[i:word]) {
			return found("token", word)
		}
		if end := namedKeyEnd(s, i, word); end > 0 {
			return found("token", end)
		}
		if i == 0 || s[i-1] != '-' && s[i-1] != '_' {
			if end := urlTokenEnd(s, i); end > 0 {
				return found("token", end)
			}
		}
	}
	if isLetter(b) && length <= 14 {
		return numberAfter(s, i, word)
	}
	return find{}
}

func isWord(b byte) bool { return isLetter(b) || isDigit(b) }

// ends says whether nothing that belongs to a word follows at s[i].
func ends(s string, i int) bool { return i >= len(s) || !isWord(s[i]) }

// findEmail finds the first e-mail address from an offset on: an at sign, a local part before it, a domain with a dot and
// letters at its end after it, or "localhost". So "left-pad@1.3.0" is none. What people write for the signs counts: "jane (at) example [dot] com".
func findEmail(s string, from int) (find, bool) {
	for i := from; i < len(s); i++ {
		sign := 0
		switch {
		case s[i] == '@':
			sign = 1
		case s[i] == '(' || s[i] == '[':
			sign = spelled(s[i:], "at")
		}
		if sign == 0 {
			continue
		}
		past, domain := i, i+sign
		if sign > 1 { // blanks around it
			for past > from && s[past-1] == ' ' {
				past--
			}
			for domain < len(s) && s[domain] == ' ' {
				domain++
			}
		}
		start, end := past, domainEnd(s, domain)
		for start > from && isLocal(s[start-1]) {
			start--
		}
		if start == past && past > from && s[past-1] == '"' { // "jane doe"@example.com
			start = max(from, strings.LastIndexByte(s[:past-1], '"'))
		}
		if start < past && end > 0 {
			return find{start, end, "email"}, true
		}
	}
	return find{}, false
}

// spelled is the length of a sign's name in brackets that s begins with, "(at)"; 0: it does not.
func spelled(s, name string) int {
	if n := len(name) + 2; len(s) >= n && strings.EqualFold(s[1:n-1], name) && (s[n-1] == ')' || s[n-1] == ']') {
		return n
	}
	return 0
}

// isLocal says whether b may stand before an at sign. Letters beyond ASCII may (RFC 6531).
func isLocal(b byte) bool {
	return isWord(b) || b >= utf8.RuneSelf || strings.IndexByte("!#$%&'*+-/=^_`{|}~.", b) >= 0 && b != '/' && b != '='
}

// domainEnd is where the mail domain that begins at s[i] ends, 0 if there is none.
func domainEnd(s string, i int) int {
	for dot := i; dot < len(s) && dot-i < 64; dot++ { // "example (dot) com"
		if s[dot] != '(' && s[dot] != '[' {
			if !isWord(s[dot]) && s[dot] != '-' && s[dot] != ' ' {
				break
			}
			continue
		}
		n := spelled(s[dot:], "dot")
		end := dot + n + len(s[dot+n:]) - len(strings.TrimLeft(s[dot+n:], " "))
		top := end
		for end < len(s) && isLetter(s[end]) {
			end++
		}
		if n > 0 && dot > i && end-top >= 2 {
			return end
		}
		break
	}
	end, dot := i, -1
	for end < len(s) && (isWord(s[end]) || s[end] >= utf8.RuneSelf || s[end] == '-' || s[end] == '.') {
		if s[end] == '.' {
			if end == i || s[end-1] == '.' {
				break
			}
			dot = end
		}
		end++
	}
	for end > i && (s[end-1] == '.' || s[end-1] == '-') { // the end of a sentence
		end--
	}
	if s[i:end] == "localhost" {
		return end
	}
	if dot >= end-1 {
		dot = strings.LastIndexByte(s[i:end], '.') + i
	}
	if dot <= i || end-dot < 3 || isDigit(s[dot+1]) {
		return 0
	}
	return end
}

// jwtEnd is the end of a JSON web token (RFC 7519): base64url of {"…, a dot, base64url, and mostly a third part.
func jwtEnd(s string, i int) int {
	end, dots, length := i, 0, 0
	for ; end < len(s); end++ {
		switch b := s[end]; {
		case isWord(b), b == '-', b == '_':
			length++
		case b == '.' && dots < 2 && length >= 4:
			dots++
			length = 0
		default:
			if dots >= 1 && end-i >= 20 {
				return end
			}
			return 0
		}
		if dots == 0 && length > maxLook {
			return 0
		}
	}
	if dots >= 1 && end-i >= 20 {
		return end
	}
	return 0
}

// uuidEnd is the end of a UUID in its usual form (RFC 9562).
func uuidEnd(s string, i int) int {
	if len(s)-i < 36 || !ends(s, i+36) {
		return 0
	}
	for k := range 36 {
		b := s[i+k]
		if dash := k == 8 || k == 13 || k == 18 || k == 23; dash && b != '-' || !dash && !isHex(b) {
			return 0
		}
	}
	return i + 36
}

// ipv6End is the end of an IPv6 address.
func ipv6End(s string, i int) int {
	if i > 0 && (s[i-1] == ':' || s[i-1] == '.') { // the rest of something longer
		return 0
	}
	end, colons, number := i, 0, false
	for end < len(s) && (isHex(s[end]) || s[end] == ':' || s[end] == '.') {
		if s[end] == ':' {
			colons++
		}
		number = number || isDigit(s[end])
		if end++; end-i > 46 { // longer than any address
			return 0
		}
	}
	if colons < 2 || !number || !ends(s, end) {
		return 0
	}
	for end-i >= 5 {
		if addr, err := netip.ParseAddr(s[i:end]); err == nil && addr.Is6() {
			return end
		}
		if s[end-1] != '.' && s[end-1] != ':' { // the end of a sentence or a clause
			return 0
		}
		end--
	}
	return 0
}

// ibanEnd is the end of an IBAN (ISO 13616) with a right checksum, also in groups.
func ibanEnd(s string, i int) int {
	var compact [34]byte
	n, numbers, best := 0, 0, 0
	for end := i; end < len(s) && n < len(compact); end++ {
		b := s[end]
		if !isWord(b) {
			if b != ' ' && b != '-' || end+1 == len(s) || !isWord(s[end+1]) {
				break
			}
			continue
		}
		if isDigit(b) {
			numbers++
		}
		compact[n] = b
		n++
		if n >= 15 && numbers >= 8 && ends(s, end+1) && mod97(compact[:n]) == 1 {
			best = end + 1
		}
	}
	return best
}

// mod97 is the checksum of ISO 7064 over an IBAN, 1 when it is right.
func mod97(iban []byte) int {
	rest := 0
	for k := range iban {
		b := iban[(k+4)%len(iban)]
		if isDigit(b) {
			rest = (rest*10 + int(b-'0')) % 97
		} else {
			rest = (rest*100 + int(b|0x20-'a') + 10) % 97
		}
	}
	return rest
}

// isToken says whether a run of letters and digits looks drawn by lot: many changes between lower case, upper case and
// digits. A capitalised word counts as one piece.
func isToken(s string) bool {
	pieces, hasDigit := 0, false
	class := func(b byte) byte {
		switch {
		case isDigit(b):
			return 'd'
		case isUpper(b):
			return 'U'
		}
		return 'l'
	}
	last := byte(0)
	for i := range len(s) {
		c := class(s[i])
		hasDigit = hasDigit || c == 'd'
		if c != last && !(c == 'l' && last == 'U' && (i < 2 || class(s[i-2]) != 'U')) {
			pieces++
		}
		last = c
	}
	if hasDigit {
		return pieces >= 4 && (len(s) <= 4*pieces || len(s) >= 20 && len(s) <= 5*pieces)
	}
	return pieces >= 6 && len(s) <= 3*pieces
}

// urlTokenEnd is the end of a token in base64url, whose letters and digits a few "-" and "_" part: at least 18 characters of all
// three classes that change often.
func urlTokenEnd(s string, i int) int {
	end := i
	var lower, upper, number, parts int
	for ; end < len(s) && end-i < maxLook; end++ {
		switch b := s[end]; {
		case isDigit(b):
			number++
		case isUpper(b):
			upper++
		case isLetter(b):
			lower++
		case b == '-' || b == '_':
			parts++
			continue
		default:
			goto counted
		}
	}
counted:
	length := lower + upper + number
	if length < 18 || number < 2 || upper < 4 || lower < 4 || parts == 0 || length < 8*parts {
		return 0
	}
	if plain := strings.NewReplacer("-", "", "_", "").Replace(s[i:end]); !isToken(plain) || len(plain) > 3*changes(plain) {
		return 0
	}
	for end < len(s) && (isWord(s[end]) || s[end] == '-' || s[end] == '_') {
		end++
	}
	return end
}

// namedKeys are what keys and objects of payment services begin with, before an underscore.
var namedKeys = wordSet(`cus ch pi cs sub in sk pk tok pm seti acct evt re po txn src card price prod live test`)

// namedKeyEnd is the end of such a key: "cus_9s6XKzkNRiz8i3", "cs_test_a1B2c3D4e5F6"; 0 for none.
func namedKeyEnd(s string, i, word int) int {
	for at := word; at < len(s) && s[at] == '_' && namedKeys[s[i:at]]; {
		i = at + 1
		end := i
		for end < len(s) && isWord(s[end]) {
			end++
		}
		if end-i >= 12 && countDigits(s[i:end]) > 0 && changes(s[i:end]) >= 3 {
			return end
		}
		at = end
	}
	return 0
}

// changes is how often s changes between lower case, upper case and digits.
func changes(s string) int {
	n := 0
	for i := 1; i < len(s); i++ {
		if isDigit(s[i]) != isDigit(s[i-1]) || isUpper(s[i]) != isUpper(s[i-1]) {
			n++
		}
	}
	return n
}

// numberAfter finds the number of an order, or one that tells who someone is, after the word for it, s[i:word]: "Order 100023",
// "Ticket #4711", "order-100023", "SSN 078051120". A year is none.
func numberAfter(s string, i, word int) find {
	start, marked := word, false
	for start < len(s) && start-word < 3 && strings.IndexByte(" -_#:", s[start]) >= 0 {
		marked = marked || s[start] == '#'
		start++
	}
	end := start
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	n := end - start
	if start == word || n == 0 && (start == len(s) || !isUpper(s[start])) || n > 0 && (n < 3 || !ends(s, end)) {
		return find{}
	}
	after := contexts[strings.ToLower(s[i:word])]
	if n == 0 {
		if end := codeEnd(s, start); end > 0 && after == orderContext {
			return find{start, end, "id"}
		}
		return find{}
	}
	switch after {
	case userContext:
		if s[word] != ' ' && !isYear(s[start:end]) {
			return find{start, end, "user"}
		}
	case orderContext:
		if marked || !isYear(s[start:end]) {
			return find{start, end, "id"}
		}
	case nationalContext:
		if n >= 6 {
			return find{start, end, "natid"}
		}
	}
	return find{}
}

// codeEnd is the end of an order's code: a few capital letters, then digits, parted perhaps: "INV-2024-0042"; 0 for none.
func codeEnd(s string, start int) int {
	end := start
	for end < len(s) && isUpper(s[end]) {
		end++
	}
	if n := end - start; n < 1 || n > 5 {
		return 0
	}
	numbers := 0
	for end < len(s) && (isDigit(s[end]) || (s[end] == '-' || s[end] == '/') && end+1 < len(s) && isDigit(s[end+1])) {
		if isDigit(s[end]) {
			numbers++
		}
		end++
	}
	if numbers < 3 || !ends(s, end) {
		return 0
	}
	return end
}

// birthEnd is the end of a date that begins at s[i], after a word that says that it is one of birth: "DOB 1987-06-05", "geboren am 5.6.1987".
func birthEnd(s string, i int) int {
	before := s[max(0, i-24):i]
	for range 3 {
		before = strings.TrimRight(before, " :#-_=.,(")
		start := len(before)
		for start > 0 && (isLetter(before[start-1]) || before[start-1] >= utf8.RuneSelf) {
			start--
		}
		if start == len(before) {
			return 0
		}
		word := strings.ToLower(before[start:])
		if contexts[word] == birthContext {
			return dateEnd(s, i)
		}
		if !datePrepositions[word] {
			return 0
		}
		before = before[:start]
	}
	return 0
}

// datePrepositions may stand between a word for birth and its date.
var datePrepositions = wordSet(`on of am den the le el il is date day tag year`)

// dateEnd is the end of a date of digits: "1987-06-05", "5.6.1987", "19870605"; 0 for none.
func dateEnd(s string, i int) int {
	m := numeralAt(s, i)
	if m.n == 0 {
		return 0
	}
	length := func(k int) int { return m.groups[k].end - m.groups[k].start }
	if length(0) == 8 {
		return m.groups[0].end
	}
	if m.n < 3 || m.groups[1].gap != m.groups[2].gap || strings.Trim(m.groups[1].gap, "-./ ") != "" || length(1) > 2 {
		return 0
	}
	if length(0) == 4 && length(2) <= 2 || length(0) <= 2 && (length(2) == 4 || length(2) == 2) {
		return m.groups[2].end
	}
	return 0
}
