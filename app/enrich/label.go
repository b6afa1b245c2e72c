package enrich

import "strings"

// Many numbers are personal only because of the words before them: "Rechnung Nr. 2024-00123", "Your verification code is
// 482913", "customer-12345". So a finder that has come to a number, or to a word with digits, looks back at the words before it.

// A label is what the words before a number say of it.
type label struct {
	context context
	from    int  // where its first word begins
	start   int  // where what they speak of begins: at the number, or at the month before it
	sign    byte // the first sign behind the word that makes the context
	loud    bool // that word is in capitals
	marked  bool // they say that a number follows: "no.", "#", "Kundennummer"
	coded   bool // they say that a code follows, with letters perhaps: "code", "reference"
	exit    bool // the code is called just that: "return code 404" is none of a customer
	weak    bool // words as "of" and "is" stand between
	booking bool // the word is one for bookings
	soft    bool // the word makes the context only because of a mark
	colon   bool // a colon or an equals sign stands before the number
}

// A labelWord is what a word does in a label: it makes the context, or leads on to the word before.
type labelWord struct {
	context context
	link    link
	soft    bool // it makes the context only where a mark follows: "policy number"
	strong  bool // it is a mark as well: "PNR QX7P2L"
	booking bool // six letters and digits are its code: "Booking QX7P2L"
}

// A link leads from a number to the word before.
type link uint8

const (
	noLink        link = iota
	weakLink           // "is", "of"
	numberLink         // "no."
	referenceLink      // "reference"
	codeLink           // "code"
	monthLink          // "July"
)

// labelWords are the words of labels: those of contexts, and more that are none in a path.
var labelWords = func() map[string]labelWord {
	words := map[string]labelWord{}
	for word, c := range contexts {
		words[word] = labelWord{context: c}
	}
	add := func(w labelWord, list string) {
		for _, word := range strings.Fields(list) {
			words[word] = w
		}
	}
	add(labelWord{context: orderContext, strong: true}, `pnr locator sendungsnummer aktenzeichen`)
	add(labelWord{context: orderContext, soft: true}, `bestell policy police vorgang vorgangs akten licence license rücksendung lieferschein inv conf po best re rg
		versicherung suivi seguimiento tracciamento auftragsbestätigung buchungsbestätigung bestellbestätigung reisebestätigung`)
	add(labelWord{context: orderContext, booking: true}, `booking reservation réservation buchung reserva reservación prenotazione reservering reservierung boeking`)
	add(labelWord{context: userContext, soft: true}, `personal cust acct versicherten kd patienten matrikel studenten schüler`)
	// Members, those who take part, and those who learn, travel, rent, give: in each of the languages.
	add(labelWord{context: userContext, soft: true}, `guest passenger participant pupil tenant donor applicant holder visitor reader insured membership loyalty frequent flyer enrolment enrollment
		teilnehmer fahrgast passagier gast gäste mieter spender bewerber antragsteller leser mandanten versicherter eigentümer abo beitrags
		adhérent adhérents licencié licenciés bénéficiaire allocataire assuré locataire sociétaire élève étudiant passager donateur
		afiliado alumno huésped asegurado inquilino titular donante pasajero participante matrícula
		tessera iscritto socia assicurato ospite donatore passeggero matricola abbonamento allievo
		lid leden deelnemer deelnemers huurder huurders relatie patiënt patiënten leerling reiziger verzekerde inschrijf`)
	// Contracts, files, complaints, damages, requests, parcels.
	add(labelWord{context: orderContext, soft: true}, `application appeal complaint request warranty donation file incident
		vertrags antrag antrags schaden schadens schadenfall fall versicherungsschein retouren paket beschwerde anfrage melde meldungs zähler gutschein
		contrat dossier sinistre réclamation demande adhésion inscription avoir garantie
		contrato expediente póliza siniestro trámite albarán reclamación incidencia solicitud envío
		contratto pratica polizza sinistro protocollo reclamo richiesta spedizione fascicolo
		polis zaak schade klacht melding meldings aanvraag pakket overeenkomst`)
	add(labelWord{context: secretContext, strong: true}, `otp einmalcode einmalpasswort passcode pin`)
	add(labelWord{context: secretContext}, `tan`)
	add(labelWord{context: secretContext, soft: true}, `login signin sms time factor einmal 2fa mfa access zugangs freischalt sicherheits
		your dein deine ihr ihre votre tu su uw je tuo acceso accesso accès toegangs`)
	add(labelWord{context: nationalContext, soft: true}, `security sociale social sozialversicherung rentenversicherung krankenversicherung tax steuer
		insurance nhs führerschein driving card fiscal fiscale steueridentifikation identity identiteit`)
	add(labelWord{context: geoContext}, `long`)
	add(labelWord{link: weakLink}, `is ist est es è of am den the de del di du des della d l da le la el il op on der die das date datum data fecha
		day tag year for für pour para per an lautet lauten sarà será ser confirmed confirmée confirmé confirmada bestätigt bevestigd confermata e-mail email mail`)
	add(labelWord{link: numberLink}, `nr no num nummer number numero número numéro núm n º ° n° nº № nro numer id ids`)
	add(labelWord{link: referenceLink}, `ref reference referenz référence referencia referentie riferimento`)
	add(labelWord{link: codeLink}, `code kode código codigo codice key`)
	add(labelWord{link: monthLink}, `january february march april may june july august september october november december jan feb mar apr jun jul aug sep
		sept oct nov dec januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août septembre octobre novembre
		décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre gennaio febbraio aprile maggio giugno luglio
		settembre ottobre dicembre januari februari maart mei augustus`)
	return words
}()

// compounds are what numbers are called in one word with what they are of: "Kundennummer", "orderid", "Buchungscode".
var compounds = [...]struct {
	end  string
	link link
}{{"nummer", numberLink}, {"number", numberLink}, {"nr", numberLink}, {"no", numberLink}, {"id", numberLink}, {"code", codeLink}}

// labelShapes are those that words of labels have. Most words have none of them and need not be looked up.
var labelShapes = func() (shapes [4096]bool) {
	for word := range labelWords {
		shapes[shape([]byte(word))] = true
	}
	return shapes
}()

// shape is a number that the length, the first and the last letter of a word make.
func shape(word []byte) int {
	n := len(word)
	if n == 0 {
		return 0
	}
	return (n*961 + int(word[0])*31 + int(word[n-1])) & 4095
}

// lookUp returns what a word does in a label.
func lookUp(word string) labelWord {
	var lower [32]byte
	if len(word) > len(lower) {
		return labelWord{}
	}
	for i := range len(word) {
		b := word[i]
		if isUpper(b) || b >= 0x80 && b <= 0x9e && i > 0 && word[i-1] == 0xc3 { // À to Þ
			b += 0x20
		}
		lower[i] = b
	}
	plain := lower[:len(word)]
	if labelShapes[shape(plain)] {
		if w, found := labelWords[string(plain)]; found {
			return w
		}
	}
	for _, c := range compounds {
		base := len(plain) - len(c.end)
		if base < 3 || string(plain[base:]) != c.end {
			continue
		}
		w := labelWords[string(plain[:base])]
		if w.context == noContext && plain[base-1] == 's' { // "Rechnungsnummer"
			w = labelWords[string(plain[:base-1])]
		}
		if w.link = c.link; w.context != noContext {
			return w
		}
	}
	return labelWord{}
}

// labelSigns may stand between the words of a label and before the number.
var labelSigns = [256]bool{' ': true, '-': true, '_': true, ':': true, '#': true, '=': true, '/': true, '(': true, '\'': true, '"': true, '.': true}

// labelBefore reads the label before s[i]: at most five words back. Its context is noContext where there is none.
func labelBefore(s string, i int) label {
	l := label{start: i}
	at := i
	for range 5 {
		end, sign, stop := at, byte(0), false
		for end > 0 && at-end < 4 && labelSigns[s[end-1]] {
			end--
			sign = s[end]
			stop = stop || sign == '.'
			l.marked = l.marked || sign == '#'
			l.colon = l.colon || at == i && (sign == ':' || sign == '=')
		}
		start := end
		for start > 0 && (isLetter(s[start-1]) || s[start-1] >= 0x80) && end-start < 32 {
			start--
		}
		if start == end || end == i && s[i-1] < 0x80 || stop && end-start > 4 && !strings.HasSuffix(s[start:end], "nr") { // a sentence ends there
			return label{}
		}
		if start >= 4 && strings.EqualFold(s[start-4:end], "d.o.b") {
			l.context, l.from = birthContext, start-4
			return l
		}
		w := lookUp(s[start:end])
		switch {
		case w.context != noContext:
		case w.link == noLink:
			return label{}
		case w.link == monthLink && (at != i || start > 0 && isDigit(s[start-1])):
			return label{}
		case w.link == monthLink:
			l.start = start
		}
		l.weak = l.weak || w.link == weakLink
		l.coded = l.coded || w.strong || w.link >= referenceLink && w.link != monthLink
		l.exit = l.exit || w.link == codeLink
		l.marked = l.marked || l.coded || w.link == numberLink || w.strong
		if w.context != noContext {
			l.context, l.from, l.sign, l.loud = w.context, start, sign, isUpper(s[end-1])
			l.booking, l.soft = w.booking, w.soft
			if l.ledBy(s); w.soft && !l.marked {
				return label{}
			}
			return l
		}
		at = start
	}
	return label{}
}

// ledBy reads what stands before the word that makes the context and is part of the label: "Código de reserva", "date of birth".
func (l *label) ledBy(s string) {
	for range 3 {
		end := l.from
		if end == 0 || strings.IndexByte(" -_", s[end-1]) < 0 && s[end-1] != '\'' {
			return
		}
		end--
		start := end
		for start > 0 && (isLetter(s[start-1]) || s[start-1] >= 0x80) && end-start < 32 {
			start--
		}
		w := lookUp(s[start:end])
		if start == end || w.link == noLink || w.link == monthLink {
			return
		}
		if l.weak = l.weak || l.context == birthContext; leads[s[start:end]] || leads[strings.ToLower(s[start:end])] {
			l.marked, l.coded, l.exit = true, l.coded || w.link >= referenceLink, l.exit || w.link == codeLink
		}
		l.from = start
	}
}

// leads are the marks that stand before what is numbered.
var leads = wordSet(`numéro numero número n° nº código codigo codice code référence reference referencia riferimento`)

// labelOf is what a segment of several words says about the next one, all of its words being of labels or of what is done to things:
// "order-number", "date-of-birth", "Kundennummer", "order-received", "view_order".
func labelOf(segment string) context {
	if len(segment) > 40 || isDigit(segment[len(segment)-1]) {
		return noContext
	}
	if strings.IndexByte(segment, '-') < 0 && strings.IndexByte(segment, '_') < 0 && lookUp(segment).link == noLink { // "/pin/123" is a picture
		return noContext
	}
	if l := labelBefore(segment+"/", len(segment)+1); l.from == 0 && (l.marked || l.weak) {
		return l.context
	}
	of := noContext
	for word := range strings.FieldsFuncSeq(strings.ToLower(segment), func(r rune) bool { return r == '-' || r == '_' }) {
		switch c := contexts[word]; {
		case passing[word] || doings[word]:
		case c == orderContext || c == userContext || c == secretContext:
			if of == noContext {
				of = c
			}
		default:
			return noContext
		}
	}
	return of
}

// doings are what is done to orders, users and passwords, in segments.
var doings = wordSet(`received success complete completed my admin change send forgot new resets email mail`)

// labelled is what begins at s[i], the word s[i:word] with so many digits, and is personal because of its label.
func labelled(s string, i, word, numbers int, l label) find {
	end, kind := 0, ""
	switch l.context {
	case userContext:
		end, kind = userEnd(s, i, word, numbers, l), "user"
	case maybeContext:
		if kind = "user"; l.marked || l.colon && numbers >= 5 {
			end = userEnd(s, i, word, numbers, l)
		}
	case orderContext:
		end, kind = orderEnd(s, i, word, numbers, l), "id"
	case secretContext:
		end, kind = secretEnd(s, i, word, numbers, l), "token"
	case nationalContext:
		if kind = "natid"; l.exit {
			end, kind = secretEnd(s, i, word, numbers, l), "token"
		} else {
			end = paperEnd(s, i, l)
		}
	case callContext:
		end, kind = calledEnd(s, i), "phone"
	case addressContext:
		end, kind = postcodeEnd(s, i, word), "addr"
	case geoContext:
		if m := numeralAt(s, i); m.n >= 2 && m.groups[1].gap == "." && isCoordinate(s[i:m.groups[1].end]) {
			end, kind = m.groups[1].end, "geo"
		}
	}
	if end == 0 {
		return find{}
	}
	return find{i, end, kind}
}

// userEnd is the end of somebody's number: "user-4711", "Customer no. C-10023".
func userEnd(s string, i, word, numbers int, l label) int {
	switch n := word - i; {
	case l.soft && l.exit && n < 5: // "Holder code 128"
	case numbers == n && n >= 3 && (l.marked || l.sign != ' ' && !isYear(s[i:word]) && !popular[s[i:word]] && !isAmount(s, i, word)),
		l.marked && numbers >= 1 && n >= 4:
		return codeRun(s, word)
	case l.marked:
		return codeEnd(s, i)
	}
	return 0
}

// popular are numbers of three digits that stand for a thought: "customer-360", "order 404".
var popular = wordSet(`101 247 360 365 404 500 911`)

// orderEnd is the end of the number of an order, a booking, a ticket: "Order 100023", "Ticket #4711", "INV-2024-0042", "QX7P2L". A year, a
// day, an amount and a round number are none, unless a mark says so.
func orderEnd(s string, i, word, numbers int, l label) int {
	n := word - i
	switch {
	case numbers == n && n >= 3:
		if l.marked && !(l.exit && n < 5) {
			return codeRun(s, word)
		}
		if l.marked || l.weak || isAmount(s, i, word) || popular[s[i:word]] {
			return 0
		}
		end := codeRun(s, word)
		if dateEnd(s, i) > 0 || isYear(s[i:word]) && (end-word < 4 || isYear(s[word+1:end])) {
			return 0
		}
		return end
	case numbers == n && l.marked && dateEnd(s, i) == 0: // "12-345678"
		if end := codeRun(s, word); countDigits(s[i:end]) >= 5 {
			return end
		}
		return 0
	case numbers >= 1 && (l.booking && n == 6 || l.colon && n >= 5 && n <= 12) && isUpperCode(s[i:word]):
		return codeRun(s, word)
	case l.marked && numbers >= 1 && n >= 5, numbers >= 6 && n >= 10:
		return codeRun(s, word)
	case l.coded && numbers == 0 && (n == 5 || n == 6) && (l.colon || !l.loud) && allUpper(s[i:word]): // a booking's code without a digit
		return word
	}
	return codeEnd(s, i)
}

// isAmount says whether the digits s[i:word] are those of an amount, or of goods: "500 business cards", "49,90", "1523 EUR".
func isAmount(s string, i, word int) bool {
	if n := word - i; n == 3 && s[word-1] == '0' || n == 4 && s[word-2:word] == "00" {
		return true
	}
	rest := s[word:]
	if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') && isDigit(rest[1]) {
		past := 1
		for past < len(rest) && isDigit(rest[past]) {
			past++
		}
		return past <= 4
	}
	rest = strings.TrimPrefix(rest, " ")
	for _, unit := range [...]string{"€", "$", "£", "%", "EUR", "USD", "GBP", "CHF", "Euro"} {
		if strings.HasPrefix(rest, unit) {
			return true
		}
	}
	return false
}

// codeRun is the end of a code of which a part ends at s[end]: parts with digits, joined by signs.
func codeRun(s string, end int) int {
	for end+1 < len(s) && strings.IndexByte("-/._", s[end]) >= 0 {
		past, number := end+1, false
		for past < len(s) && isWord(s[past]) {
			number = number || isDigit(s[past])
			past++
		}
		if !number || s[end] == '.' && !digits(s[end+1:past]) {
			break
		}
		end = past
	}
	return end
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

// secretEnd is the end of a code that opens something: "Reset code: 482913", "OTP 482 913", "Code: ABCD-1234-EFGH".
func secretEnd(s string, i, word, numbers int, l label) int {
	if !l.marked && !l.colon {
		if numbers > 0 && word-i == 6 && isUpperCode(s[i:word]) { // "Booking confirmation QX7P2L"
			return word
		}
		return 0
	}
	switch n := word - i; {
	case numbers == n && n == 3:
		if word+4 <= len(s) && strings.IndexByte(" -", s[word]) >= 0 && digits(s[word+1:word+4]) && ends(s, word+4) {
			return word + 4
		}
		return 0
	case numbers == n && (n < 3 || n == 4 && isYear(s[i:word])):
		return 0
	case numbers < n && n < 6:
		return keyEnd(s, i)
	case numbers == 0:
		return 0
	}
	return codeRun(s, word)
}

// keyEnd is the end of a key in groups of capital letters and digits, "ABCD-1234-EFGH"; 0 for none.
func keyEnd(s string, i int) int {
	end, groups := i, 0
	for end < len(s) {
		past := end
		for past < len(s) && (isUpper(s[past]) || isDigit(s[past])) {
			past++
		}
		if past-end < 3 || past-end > 8 {
			break
		}
		end, groups = past, groups+1
		if end+1 >= len(s) || s[end] != '-' || !isWord(s[end+1]) {
			break
		}
		end++
	}
	if groups < 2 || countDigits(s[i:end]) < 2 || !ends(s, end) || !isWord(s[end-1]) {
		return 0
	}
	return end
}

// codeAfter says whether the digits before s[at] are a code that opens something, by what follows: "482913 is your verification code".
func codeAfter(s string, at int) bool {
	rest := s[at:]
	for _, is := range [...]string{" is your ", " is the ", " ist Ihr ", " ist dein ", " est votre ", " es tu ", " es su ", " è il tuo ", " is je ", " is uw "} {
		after, found := strings.CutPrefix(rest, is)
		if !found {
			continue
		}
		for range 5 {
			word, next, _ := strings.Cut(after, " ")
			if w := lookUp(strings.TrimRight(word, ".,:!")); w.link == codeLink || w.strong {
				return true
			}
			after = next
		}
	}
	return false
}

// paperEnd is the end of a number on a person's papers, in parts perhaps: "65 170839 J 003".
func paperEnd(s string, i int, l label) int {
	end, at, numbers, upper := 0, i, 0, 0
	for at < len(s) && at-i <= 24 {
		past, number := at, 0
		for past < len(s) && isWord(s[past]) {
			if isDigit(s[past]) {
				number++
			} else if isUpper(s[past]) {
				upper++
			}
			past++
		}
		if past == at || number == 0 && past-at > 2 || number == 0 && !isUpper(s[at]) {
			break
		}
		if numbers += number; number > 0 {
			end = past
		}
		if past >= len(s) || strings.IndexByte("-./ ", s[past]) < 0 {
			break
		}
		at = past + 1
	}
	if numbers >= 6 || numbers >= 5 && (l.marked || upper > 0) || numbers >= 4 && upper >= 2 {
		return end
	}
	return 0
}

// calledEnd is the end of a telephone number after a word for one, as any seven to fifteen digits are.
func calledEnd(s string, i int) int {
	if dateEnd(s, i) > 0 {
		return 0
	}
	m, total, end := numeralAt(s, i), 0, 0
	for k, g := range m.groups[:m.n] {
		if total += g.end - g.start; total > 15 {
			break
		}
		if k == 1 && m.n == 2 && isYear(s[m.groups[0].start:m.groups[0].end]) && isYear(s[g.start:g.end]) {
			return 0
		}
		if total >= 7 {
			end = g.end
		}
	}
	return end
}

// postcodeEnd is the end of a postcode that leads to a few houses, after a word for one: "Postcode SW1A 1AA".
func postcodeEnd(s string, i, word int) int {
	if word+1 < len(s) && s[word] == ' ' {
		past := word + 1
		for past < len(s) && isWord(s[past]) {
			past++
		}
		if isPostcode(s[i:past]) {
			return past
		}
	}
	if isPostcode(s[i:word]) {
		return word
	}
	return 0
}

// isUpperCode says whether s is of capital letters and digits, and no word with a year: "QX7P2L", but not "CES2024".
func isUpperCode(s string) bool {
	return every(s, func(b byte) bool { return isUpper(b) || isDigit(b) }) && countDigits(s) < len(s) && !(len(s) > 4 && isYear(s[len(s)-4:]))
}

func allUpper(s string) bool { return every(s, isUpper) }
