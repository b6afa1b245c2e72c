package enrich

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Names have no shape. In titles they are found behind words that greet or tell of a person.

// greetings are what a title greets with, before a comma and a name.
var greetings = wordSet(`welcome good guten buenos buenas hello hi hey dear howdy greetings willkommen hallo servus moin liebe lieber bonjour bienvenue bonsoir salut cher chère hola
	bienvenido bienvenida estimado estimada querido querida ciao salve benvenuto benvenuta buongiorno buonasera caro cara welkom olá ola bem-vindo bem-vinda
	bemvindo witaj cześć hej välkommen velkommen tervetuloa`)

// closers may stand between a greeting and the comma: "Welcome back, Jane".
var closers = wordSet(`back again zurück wieder morning afternoon evening day tag morgen abend retour nouveau días dias tardes noches`)

// tellers are what a colon and a name follow: "Patient: Jane Doe".
var tellers = wordSet(`user member patient student customer client employee account kunde kundin mitglied nutzer benutzer patientin
	mitarbeiter utilisateur usuario cliente utente utenti profile profil name`)

// likewise and signed are the last word and the one before it in "Logged in as Jane Doe".
var (
	likewise = wordSet(`as als comme como come`)
	signed   = wordSet(`in angemeldet eingeloggt connecté connectée conectado conectada`)
)

// nobody are what is greeted and is no one's name.
var nobody = wordSet(`world welt monde mundo mondo there guest gast invité friend friends freunde amis amigos everyone everybody all alle tous stranger user
	users visitor visitors customer customers traveler traveller reader readers team folks kitty again`)

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(text) {
		set[word] = true
	}
	return set
}

// scrubNames replaces names in a title.
func scrubNames(text string) string {
	for at := 0; at < len(text); at++ {
		sign := text[at]
		if sign != ',' && sign != ':' && !(sign == ' ' && at > 2 && isLikewiseEnd(text[at-2:at])) || !tellsOfPerson(text[:at], sign) {
			continue
		}
		start := at + 1
		if sign != ' ' {
			start += len(text[start:]) - len(strings.TrimLeft(text[start:], " \u00a0"))
		}
		if end := nameEnd(text, start); end > 0 {
			text = text[:start] + "[name]" + text[end:]
			at = start
		}
	}
	return text
}

// isLikewiseEnd says whether a word of likewise may end so: a look at two bytes, for there are many blanks.
func isLikewiseEnd(s string) bool { return s == "as" || s == "ls" || s == "me" || s == "mo" }

// tellsOfPerson says whether a name follows after before and the sign.
func tellsOfPerson(before string, sign byte) bool {
	before, last := lastWord(before)
	switch sign {
	case ',':
		for range 3 { // "Welcome back", "Good morning"
			if greetings[last] {
				return true
			}
			if !closers[last] {
				return false
			}
			before, last = lastWord(before)
		}
	case ':':
		return tellers[last]
	case ' ':
		_, outer := lastWord(before)
		return likewise[last] && signed[outer]
	}
	return false
}

// lastWord parts the last word of s, in lower case, from what is before it.
func lastWord(s string) (before, word string) {
	s = strings.TrimRight(s, " \u00a0")
	i := len(s)
	for i > 0 {
		r, n := utf8.DecodeLastRuneInString(s[:i])
		if !unicode.IsLetter(r) && r != '-' {
			break
		}
		i -= n
	}
	return s[:i], strings.ToLower(s[i:])
}

// nameEnd is the end of a name that begins at start: one to four words with a capital letter, particles between them; 0 for none. The
// name must be over there: a sign or the end follows.
func nameEnd(text string, start int) int {
	end, names := start, 0
	for at := start; at < len(text) && names < 4; {
		word := wordAt(text, at)
		if word == "" {
			break
		}
		first, _ := utf8.DecodeRuneInString(word)
		lower := strings.ToLower(word)
		switch {
		case names == 0 && nobody[lower], noPersons[lower], contexts[lower] != noContext, len(word) <= 4 && strings.ToUpper(word) == word && lower != word && len(word) > 1:
			return 0
		case unicode.IsUpper(first) || unicode.IsTitle(first) || !unicode.IsLower(first) && unicode.IsLetter(first): // scripts without capitals too
			names++
			end = at + len(word)
		case names > 0 && particles[lower]:
		default:
			return 0 // a sentence goes on
		}
		if at += len(word); at >= len(text) || text[at] != ' ' {
			break
		}
		at++
	}
	if names == 0 {
		return 0
	}
	if end < len(text) && text[end] == '.' && end-start == 1 { // an initial
		end++
	}
	return end
}

// particles may stand within a name.
var particles = wordSet(`von van der den de di da del della la le du dos al bin ibn ter ten zu zum`)

// wordAt is the word at text[at:]: letters, marks, and hyphens, apostrophes and full stops of initials between them.
func wordAt(text string, at int) string {
	end := at
	for end < len(text) {
		r, n := utf8.DecodeRuneInString(text[end:])
		inner := end > at && (r == '-' || r == '\'' || r == '’')
		initial := r == '.' && end > at && end-at <= 2
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !inner && !initial {
			break
		}
		end += n
	}
	return text[at:end]
}
