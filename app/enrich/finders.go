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
		if !hasMail && !mayHold(s) {
			return
		}
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

// mayHold says whether s has what all personal data has but for mail addresses: a digit or a capital letter.
func mayHold(s string) bool {
	for i := range len(s) {
		if isDigit(s[i]) || isUpper(s[i]) {
			return true
		}
	}
	return false
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
	word, numbers := i, 0
	for word < len(s) && isWord(s[word]) {
		if isDigit(s[word]) {
			numbers++
		}
		word++
	}
	length := word - i
	found := func(kind string, end int) find { return find{i, end, kind} }
	if length >= 3 && b == 'e' && s[i+1] == 'y' && jwtThird[s[i+2]] {
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
	if (numbers >= 2 || length <= 2 && isLetter(b)) && !(numbers == length && in.ofGoods(s[:i])) {
		if end := nationalWord(s, i, word); end > 0 {
			return found("natid", end)
		}
	}
	var l label
	if i > 1 && (numbers > 0 || length > 0 && length <= 6 && isUpper(b) && isUpper(s[word-1])) {
		l = labelBefore(s, i)
	}
	if isDigit(b) {
		if l.context == birthContext {
			if end := birthEnd(s, i, l); end > 0 {
				return find{l.start, end, "date"}
			}
		}
		if length <= 3 && word+3 < len(s) && (s[word] == '.' || s[word] >= 0x80) {
			if end := degreesEnd(s, i); end > 0 {
				return found("geo", end)
			}
		}
	}
	if isDigit(b) || b == '+' || b == '(' {
		if kind, end := in.number(s, i); end > 0 {
			return found(kind, end)
		}
	}
	if length > 0 && context(in) != hashContext {
		if length >= 16 && (isToken(s[i:word]) || isCloudKey(s[i:word])) {
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
	if l.context != noContext && length > 0 {
		if f := labelled(s, i, word, numbers, l); f.end > 0 {
			return f
		}
	}
	if numbers == length && length >= 4 && length <= 8 && word+3 < len(s) && s[word] == ' ' && !isYear(s[i:word]) && codeAfter(s, word) {
		return found("token", word)
	}
	if isDigit(b) && length <= 4 && word+5 < len(s) && isDigit(s[word+1]) {
		if end := dateEnd(s, i); end > 0 && end < len(s) && bornAfter(s, end) {
			return found("date", end)
		}
	}
	return find{}
}

func isWord(b byte) bool { return words[b] }

// words are the bytes of words.
var words = func() (of [256]bool) {
	for b := range of {
		of[b] = isLetter(byte(b)) || isDigit(byte(b))
	}
	return of
}()

// ends says whether nothing that belongs to a word follows at s[i].
func ends(s string, i int) bool { return i >= len(s) || !isWord(s[i]) }

// findEmail finds the first e-mail address from an offset on: an at sign, a local part before it, a domain with a dot and
// letters at its end after it, or "localhost". So "left-pad@1.3.0" is none. What people write for the signs counts: "jane (at) example [dot] com".
func findEmail(s string, from int) (find, bool) {
	for i := from; i < len(s); i++ {
		if !signs[s[i]] || isLetter(s[i]) && !mayBeSign(s, i) {
			continue
		}
		length, bare, dots := sign(s, i)
		if length == 0 {
			continue
		}
		if bare {
			if f := spelledOut(s, from, i, i+length, dots); f.end > 0 {
				return f, true
			}
			continue
		}
		past, domain := i, i+length
		if length > 1 { // blanks around it
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

// signs are the bytes that what stands for an at sign begins with.
var signs = [256]bool{'@': true, '(': true, '[': true, '{': true, '<': true, '&': true, 'a': true, 'A': true, 'c': true, 'C': true}

// isLocal says whether b may stand before an at sign. Letters beyond ASCII may (RFC 6531).
func isLocal(b byte) bool {
	return isWord(b) || b >= utf8.RuneSelf || strings.IndexByte("!#$%&'*+-/=^_`{|}~.", b) >= 0 && b != '/' && b != '='
}

// domainEnd is where the mail domain that begins at s[i] ends, 0 if there is none.
func domainEnd(s string, i int) int {
	for dot := i; dot < len(s) && dot-i < 64; dot++ { // "example (dot) com"
		if strings.IndexByte("([{<", s[dot]) < 0 {
			if !isWord(s[dot]) && s[dot] != '-' && s[dot] != ' ' {
				break
			}
			continue
		}
		n := bracketedDot(s[dot:])
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

// jwtThird are the letters behind "ey" in the base64url of {" and of a brace and a blank, in lower case too: no word has them there.
var jwtThird = [256]bool{'A': true, 'B': true, 'I': true, 'J': true, 'a': true, 'b': true, 'i': true, 'j': true}

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
		if dash := k == 8 || k == 13 || k == 18 || k == 23; dash && b != '-' && b != '_' || !dash && !isHex(b) {
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
			if b != ' ' && b != '-' && b != '_' && b != '.' || end+1 == len(s) || !isWord(s[end+1]) {
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
	if len(s)-i < 19 {
		return 0
	}
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

// isCloudKey says whether s is the name of a key of the largest cloud: "AKIAIOSFODNN7EXAMPLE".
func isCloudKey(s string) bool {
	return len(s) == 20 && (s[:4] == "AKIA" || s[:4] == "ASIA") && strings.ToUpper(s) == s
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
