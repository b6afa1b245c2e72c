package enrich

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A context is what a segment of a path says about the next one.
type context uint8

const (
	noContext       context = iota
	userContext             // a person's name or number follows: "/users/4711"
	maybeContext            // a person's number may follow: "/account/4711", but "/account/orders"
	orderContext            // the number of an order, a ticket, a booking follows
	secretContext           // a code that opens something follows: "/reset/9f86d081"
	callContext             // a telephone number follows
	birthContext            // a date of birth follows
	nationalContext         // a number that a state gave a person follows: "/ssn/078051120"
	numberContext           // it may: "/id/123456782"
	addressContext          // where someone lives follows
	paperContext            // a file with a person's name follows: "/cv/Doe_Jane.pdf"
	goodsContext            // a number of goods follows, for certain: "/isbn/0306406152"
	productContext          // a number of goods or a time follows, in one no telephone number: "/p/0612345678"
	hashContext             // a hash that is public follows: "/commit/3f78685"
	scopeContext            // a package's scope follows, no handle: "/npm/@types"
	nameContext             // a person's name follows: "/name/john_smith"
	geoContext              // a latitude or a longitude follows
)

// contexts are the words, in several languages, that make a context.
var contexts = func() map[string]context {
	words := map[string]context{}
	for c, list := range map[context]string{
		userContext: `user users u member members patient patients student students utente utenti kunde kunden mitglied mitglieder
			nutzer benutzer usuario usuarios utilisateur utilisateurs cliente clientes customer customers employee employees
			mitarbeiter subscriber subscribers klant klanten gebruiker gebruikers membre membres paciente pacientes paziente pazienti clienti
			kundin patientin empleado empleados dipendente dipendenti medewerker medewerkers`,
		maybeContext: `account accounts profile profiles client clients person people contact contacts lead leads konto profil compte
			socio socios abonné abonnés abonne abonnes abonnent abonnenten perfil profilo profiel userid uid`,
		orderContext: `order orders invoice invoices receipt receipts booking bookings reservation reservations ticket tickets
			tracking track payment payments subscription subscriptions transaction transactions purchase purchases shipment shipments parcel
			delivery case cases claim claims quote quotes contract contracts return returns refund refunds bestellung bestellungen
			auftrag auftraege rechnung rechnungen buchung buchungen sendung vertrag commande commandes facture factures pedido
			pedidos factura facturas ordine ordini fattura reserva bestelling bestellingen zamowienie
			sendungsnummer sendungsverfolgung pnr record-locator reservierung reservierungen reservering reserveringen prenotazione prenotazioni factuur facturen
			fatture ordini rma colis zending`,
		secretContext: `reset reset-password password-reset resetpassword password verify verification confirm confirmation activate
			activation invite invitation invites invitations magic magic-link magiclink magic-login passwordreset token tokens session sessions unsubscribe
			optout opt-out recover recovery login-link share-link otp
			forgot-password forgot passwort kennwort passwort-vergessen passwort-zurücksetzen passwort-zuruecksetzen zurücksetzen zuruecksetzen aktivieren
			aktivierung aktivierungs bestätigen bestaetigen bestätigung bestätigungs bestaetigung bestaetigungs einladung einladungen abmelden abmeldung
			mot-de-passe vérification vérifier verification-code confirmer désabonnement desabonnement restablecer verificar verificación
			verificacion confirmación confirmacion contraseña invitación invitacion verifica conferma attivazione invito verificatie bevestiging
			uitnodiging wachtwoord sid sessionid session-id 2fa mfa access-token access_token refresh-token refresh_token api-key apikey`,
		callContext: `call tel phone telephone telefon mobile fax sms wa whatsapp msisdn handy anruf
			telefono teléfono telefoon téléphone tél tlf mobil cellulare móvil movil`,
		birthContext: `dob birthday birthdate birth born geburtstag geburtsdatum geboren geb naissance né née nacimiento nacido nacida nascita
			nato nata geboortedatum`,
		nationalContext: `ssn social-security social-security-number nino dni nie nif cpf pesel sin aadhaar aadhar bsn ahv avs nir personnummer hetu curp
			codice-fiscale steuer-id steuerid tax-id taxid national-id nationalid natid personal-id passport passports passnummer reisepass ausweis
			personalausweis nhs steuernummer sozialversicherungsnummer paspoort pasaporte passeport passaporto`,
		numberContext: `id ids`,
		addressContext: `address addresses adresse adressen direccion indirizzo adres street strasse straße rue calle via postcode postcodes
			delivery-address shipping-address billing-address lieferadresse rechnungsadresse`,
		paperContext:   `cv cvs resume resumes lebenslauf certificate certificates zertifikat zertifikate diploma diplomas bewerbung bewerbungen`,
		goodsContext:   `isbn ean gtin upc sku`,
		productContext: `book books item items product products p article artikel time timestamp ts`,
		hashContext:    `commit commits blob tree sha sha256 rev revision`,
		scopeContext:   `npm package packages scope`,
		nameContext:    `name fullname full-name full_name lastname last-name last_name surname vorname nachname nom nombre nome naam apellido apellidos cognome achternaam`,
		geoContext:     `lat latitude lon lng longitude`,
	} {
		for _, word := range strings.Fields(list) {
			words[word] = c
		}
	}
	return words
}()

// noPersons are what follows a word of userContext and is a page, not a person.
var noPersons = func() map[string]bool {
	words := map[string]bool{}
	for _, word := range strings.Fields(`settings new login logout signin signup signout sign-in sign-up register registration me list
		search edit profile profiles all index index.html index.php create delete add import export dashboard home about help password
		invite reset verify orders online top active page pages guide guides docs api overview portal area benefits directory faq
		support service services stories reviews experience insights success care area-login welcome preferences notifications
		management roles groups permissions manual story terms agreement feedback research journey onboarding only map count stats
			connexion inscription anmelden registrieren einstellungen registro ajustes iniciar-sesion accedi registrati impostazioni inloggen registreren
			instellingen aanmelden wishlist meaning generator change origin order orders history public picture photo view update the my your of form id code number no nr
			liste lista lijst elenco dominio dominios domaine domein`) {
		words[word] = true
	}
	return words
}()

// passing are words that may stand between a word that makes context and what it is about.
var passing = wordSet(`email mail code ref reference id num view details detail show edit status number nr no print pdf download open update summary`)

// contextOf is what a segment, as it came out of scrubbing, says about the next one.
func contextOf(segment string) context {
	if len(segment) > 24 || segment == "" || segment[0] == ':' {
		return noContext
	}
	return contexts[strings.ToLower(segment)]
}

// contextual is the kind of personal data that a segment holds by where it stands, or empty. The word right before it makes
// context, the one before that makes outer.
func contextual(segment string, context, outer context, before string) string {
	if len(segment) > 1 && (segment[0] == '@' || segment[0] == '~') && context != scopeContext {
		return "user"
	}
	count := countDigits(segment)
	if (context == noContext || context == numberContext && outer != noContext) && passing[strings.ToLower(before)] && count > 0 { // "/orders/view/100023"
		context = outer
	}
	switch context {
	case userContext:
		if !isPage(segment) {
			return "user"
		}
	case maybeContext:
		if count >= 2 || isJoinedName(segment) && strings.HasPrefix(strings.ToLower(before), "pr") { // a profile's
			return "user"
		}
	case orderContext:
		if count > 0 || len(segment) >= 5 && len(segment) <= 8 && letters(segment) && strings.ToUpper(segment) == segment {
			return "id"
		}
	case secretContext:
		if isYear(segment) { // "/session/2024/keynote"
			return ""
		}
		if count >= 2 || count == 1 && len(segment) >= 6 && !strings.Contains(segment, "-") || strings.HasSuffix(segment, "=") {
			return "token"
		}
	case callContext:
		if count >= 7 && every(segment, isPhoneByte) {
			return "phone"
		}
	case birthContext:
		if (count == 6 || count == 8) && every(segment, func(b byte) bool { return isDigit(b) || b == '-' || b == '.' || b == '/' }) {
			return "date"
		}
	case nationalContext:
		if count >= 5 && len(segment) <= 24 && every(segment, isNumberByte) {
			return "natid"
		}
	case numberContext:
		if len(segment) == 9 && count == 9 && weighted(segment, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0 { // the Netherlands: BSN
			return "natid"
		}
	case addressContext:
		if count > 0 {
			return "addr"
		}
	case paperContext:
		if isNamed(segment) {
			return "name"
		}
	case nameContext:
		if isFullName(segment) || isNamed(segment+" "+segment) && letters(segment) && strings.ToLower(before) != "name" {
			return "name"
		}
	case geoContext:
		if isCoordinate(segment) {
			return "geo"
		}
	}
	if isPostcode(segment) || before == ":addr" && isHouseNumber(segment) {
		return "addr"
	}
	if before == ":token" && outer == secretContext && count >= 4 { // "/verify/4711/9f86d081"
		return "token"
	}
	if before == ":id" && outer == orderContext && count > 0 && digits(segment) { // "/invoices/2024/0042"
		return "id"
	}
	return ""
}

// isNumberByte says whether b may stand in a number that a state gave.
func isNumberByte(b byte) bool { return isWord(b) || strings.IndexByte("-./ ", b) >= 0 }

// isNamed says whether the name of a file is that of a person: two to four words with a capital letter before the ending.
func isNamed(file string) bool {
	if dot := strings.LastIndexByte(file, '.'); dot > 0 {
		file = file[:dot]
	}
	names := 0
	for _, word := range strings.FieldsFunc(file, func(r rune) bool { return strings.ContainsRune(" _-.+", r) }) {
		if digits(word) {
			continue
		}
		if first, _ := utf8.DecodeRuneInString(word); !unicode.IsUpper(first) || strings.ToUpper(word) == word {
			return false
		}
		names++
	}
	return names >= 2 && names <= 4
}

// isFullName says whether a segment is two to four words of letters and none of a page's: "john_smith".
func isFullName(segment string) bool {
	words := strings.FieldsFunc(segment, func(r rune) bool { return strings.ContainsRune(" _-.+", r) })
	for _, word := range words {
		if len(word) < 2 || noPersons[strings.ToLower(word)] || endings[strings.ToLower(word)] || !every(word, func(b byte) bool { return isLetter(b) || b >= utf8.RuneSelf }) {
			return false
		}
	}
	return len(words) >= 2 && len(words) <= 4 && !particles[strings.ToLower(words[0])]
}

// isJoinedName says whether a segment is two words that a dot or an underscore joins, as names of accounts are: "john_smith".
func isJoinedName(segment string) bool {
	return strings.Count(segment, ".")+strings.Count(segment, "_") == 1 && strings.IndexByte(segment, '-') < 0 && isFullName(segment)
}

func countDigits(s string) int {
	n := 0
	for i := range len(s) {
		if isDigit(s[i]) {
			n++
		}
	}
	return n
}

// isPage says whether what follows a word for persons is a page, all of its words being of noPersons: "settings", "success-stories".
func isPage(segment string) bool {
	for word := range strings.SplitSeq(strings.ToLower(segment), "-") {
		if !noPersons[word] && !noPersons[strings.ToLower(segment)] {
			return false
		}
	}
	return true
}

// isYear says whether s is a year as pages are sorted by.
func isYear(s string) bool { return len(s) == 4 && digits(s) && s >= "1900" && s < "2100" }

// isPhoneByte says whether b may stand in a telephone number as people write them.
func isPhoneByte(b byte) bool { return isDigit(b) || strings.IndexByte("+-./() ", b) >= 0 }

// isCoordinate says whether s is a number in degrees with four decimals or more.
func isCoordinate(s string) bool {
	whole, part, found := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return found && len(whole) >= 1 && len(whole) <= 3 && digits(whole) && len(part) >= 4 && len(part) <= 15 && digits(part)
}
