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
var closers = wordSet(`back again zurück wieder morning afternoon evening day tag morgen abend retour terug nouveau días dias tardes noches`)

// tellers are what a colon and a name follow: "Patient: Jane Doe".
var tellers = wordSet(`user member patient student customer client employee account kunde kundin mitglied nutzer benutzer patientin
	mitarbeiter utilisateur usuario cliente utente utenti profile profil name`)

// likewise and signed are the last word and the one before it in "Logged in as Jane Doe".
var (
	likewise = wordSet(`as als comme como come`)
	signed   = wordSet(`in angemeldet eingeloggt connecté connectée conectado conectada`)
)

// honorifics stand before a name. They tell of a person who is there only behind a greeting: "Mr Robot" is a series.
var honorifics = wordSet(`mr mrs ms miss mister herr herrn frau dr prof sr sra srta señor señora señorita senor senora monsieur madame mademoiselle mme mlle
	signor signora signore sig dott dottor dottoressa heer mevrouw dhr mevr mw senhor senhora pan pani doctor professor`)

// formally are greetings that an honorific follows, besides greetings.
var formally = wordSet(`geehrter geehrte geehrten verehrter verehrte werter werte gentile gentilissimo gentilissima egregio egregia spettabile geachte beste distinguido
	distinguida stimado stimada prezado prezada szanowny szanowna mr mrs herr frau dear à`)

// addressing are words that a letter goes on with behind "Hi Jane,".
var addressing = wordSet(`your you you're you've we we've thanks thank dein deine deinen du ihr ihre sie wir danke votre vos vous nous merci tu tus su sus tienes gracias hemos
	il tuo la tua hai abbiamo grazie je jouw uw u we bedankt here's here hier`)

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
		if sign == ',' {
			if start := greeted(text, at); start > 0 {
				text = text[:start] + "[name]" + text[at:]
				at = start + len("[name]")
				continue
			}
		}
		if sign != ',' && sign != ':' && !(sign == ' ' && at > 2 && mayTell(text[at-2], text[at-1])) || !tellsOfPerson(text[:at], sign) {
			continue
		}
		start := at + 1
		if sign != ' ' {
			start += len(text[start:]) - len(strings.TrimLeft(text[start:], " \u00a0"))
		}
		name := skipHonorifics(text, start)
		if sign == ' ' { // "mevrouw van den Berg"
			for word := wordAt(text, name); particles[word] && name+len(word) < len(text); word = wordAt(text, name) {
				name += len(word) + 1
			}
		}
		if end := nameEnd(text, name); end > 0 {
			text = text[:start] + "[name]" + text[end:]
			at = start
		}
	}
	return text
}

// skipHonorifics returns where what is behind honorifics at text[start:] begins: "Prof. Dr. Müller".
func skipHonorifics(text string, start int) int {
	for range 3 {
		word := wordAt(text, start)
		next := start + len(word)
		if word == "" || !honorifics[strings.ToLower(strings.TrimSuffix(word, "."))] {
			break
		}
		if next < len(text) && text[next] == '.' {
			next++
		}
		if next >= len(text) || text[next] != ' ' {
			break
		}
		start = next + 1
	}
	return start
}

// mayTell says whether a word of likewise or honorifics may end in two bytes, the second a full stop perhaps: a quick look, for there are
// many blanks.
func mayTell(a, b byte) bool {
	if b == '.' {
		b = a
	}
	return strings.IndexByte("rsuaemngtwofiReSUAMR", b) >= 0
}

// tellsOfPerson says whether a name follows after before and the sign.
func tellsOfPerson(before string, sign byte) bool {
	if sign == ' ' {
		before = strings.TrimSuffix(before, ".")
	}
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
		if last == "" || len(last) > 14 {
			return false
		}
		if likewise[last] {
			_, outer := lastWord(before)
			return signed[outer]
		}
		for range 3 { // "Sehr geehrte Frau Dr."
			if !honorifics[last] {
				return false
			}
			if before, last = lastWord(strings.TrimRight(before, " .")); greetings[last] || formally[last] {
				return true
			}
			if closers[last] { // "Guten Tag Herr"
				_, last = lastWord(before)
				return greetings[last]
			}
		}
	}
	return false
}

// greeted is where the name before the comma at text[at] begins when a greeting stands before it and the letter goes on behind it: "Hi
// Jane, your order"; 0 for none.
func greeted(text string, at int) int {
	if at+1 < len(text) && (at+2 >= len(text) || text[at+1] != ' ' || !addressing[strings.ToLower(wordAt(text, at+2))]) {
		return 0
	}
	start := at
	for range 2 { // a name of one word or two
		before, word := lastWord(text[:start])
		if word == "" || before == "" {
			return 0
		}
		start = len(before)
		if _, greeting := lastWord(before); (greetings[greeting] || closers[greeting]) && nameEnd(text[:at], start) == at {
			return start
		}
	}
	return 0
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
