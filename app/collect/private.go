package collect

import "strings"

// Which paths are about an account, a purchase or a message: of them only the path is sent and kept. A whole segment has to be one of the words, with what may
// stand before and behind it, so no article about an account is one: /login, /my-account/orders, /fr/mon-compte, /order-history, not /blog/how-to-order. They are
// those of common shops and content systems (WooCommerce, Shopify, Magento, PrestaShop, OXID, Shopware; WordPress, Django, Devise) in English, German,
// French and Spanish. A hyphen is one, a low line, or nothing; of what stands in braces one is meant.
//
// Every visitor's browser loads them, so the tracker has those only that it needs: pages to sign in and up, and to get a password back, have a field that
// keeps it from sending more anyway. What knows nothing of fields, the pixel and other servers, is held to fieldWords too.
const (
	privateWords = "inbox verify {log,sign}-{in,on,up} regist{er,ration} reset setting payment checkout billing patient compte admin order konto profil{,e} address{,e} adress{,e} direccion password cuenta " +
		"unsubscribe invoice message invite account confirm carrito bestellung rechnung factura panier pedido commande warenkorb"
	privateBefore = "wp m{y,i,on,ein}"
	privateBehind = "history recovery confirmation reset"

	fieldWords  = "kundenkonto anmeld{en,ung} bestellen registrier{en,ung} registro iniciar-sesion passwort contrasena mot-de-passe facture paiement mensaje"
	fieldBefore = "user customer forgot lost reset change edit"
	fieldBehind = "status tracking follow slip email oublie vergessen"

	// Of these the word with an ending is another: cartes are maps and menus, Kassen insurers, inscriptions what stands on stones.
	bareWords      = "cart{,s} kasse"
	bareFieldWords = "inscription connexion"

	lastBasket = "basket" // the French play it: a word of a whole path's end only
)

// countRule is the rule as the tracker has it, an expression for paths in any case.
var countRule = `\/((` + alternatives(privateBefore) + `)[-_]?)?((` + alternatives(privateWords) + `)(e?[ns])?|` + alternatives(bareWords) + `|` + lastBasket + `\/?$)([-_](` + alternatives(privateBehind) + `))?([/.]|$)`

// alternatives returns words as alternatives of an expression.
func alternatives(words string) string {
	return strings.NewReplacer(" ", "|", "-", "[-_]?", "{", "(", ",", "|", "}", ")").Replace(words)
}

// spelled returns every word that a list of them means: one of what stands in braces, and for a hyphen all that it may be.
func spelled(words string) (all []string) {
	for word := range strings.FieldsSeq(words) {
		begun := []string{""}
		for word != "" {
			choices, end := []string{word[:1]}, 1
			switch word[0] {
			case '-':
				choices = []string{"", "-", "_"}
			case '{':
				end = strings.IndexByte(word, '}') + 1
				choices = strings.Split(word[1:end-1], ",")
			}
			var longer []string
			for _, text := range begun {
				for _, choice := range choices {
					longer = append(longer, text+choice)
				}
			}
			begun, word = longer, word[end:]
		}
		all = append(all, begun...)
	}
	return all
}

// private, bare, before and behind are the words as the server has them: an expression takes it five times as long.
var (
	private = func() map[string]bool {
		set := map[string]bool{}
		for _, word := range spelled(privateWords + " " + fieldWords) {
			set[word] = true
		}
		return set
	}()
	bare = func() map[string]bool {
		set := map[string]bool{}
		for _, word := range spelled(bareWords + " " + bareFieldWords) {
			set[word] = true
		}
		return set
	}()
	before, behind = spelled(privateBefore + " " + fieldBefore), spelled(privateBehind + " " + fieldBehind)
)

// PathOnly reports whether only the path of a page is counted: the default rule for pages about accounts, purchases and messages.
func PathOnly(path string) bool {
	for {
		start := strings.IndexByte(path, '/')
		if start < 0 {
			return false
		}
		path = path[start+1:]
		segment := path
		if end := strings.IndexAny(path, "/."); end >= 0 {
			segment = path[:end]
		}
		rest := path[len(segment):]
		if len(segment) >= 4 && len(segment) <= 60 && privateSegment(lower(segment), rest == "" || rest == "/") {
			return true
		}
		path = rest
	}
}

// lower returns a text with its ASCII letters small, and those only, as a browser compares them.
func lower(text string) string {
	capital := func(r rune) bool { return 'A' <= r && r <= 'Z' }
	if !strings.ContainsFunc(text, capital) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if capital(r) {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// privateSegment reports whether a segment in small letters is one of the words, with what may stand before and behind; last: nothing follows in the path.
func privateSegment(segment string, last bool) bool {
	if privateStem(segment, last) {
		return true
	}
	cut := strings.LastIndexAny(segment, "-_")
	if cut < 0 {
		return false
	}
	for _, word := range behind {
		if segment[cut+1:] == word {
			return privateStem(segment[:cut], false)
		}
	}
	return false
}

// privateStem is privateSegment without anything behind.
func privateStem(stem string, last bool) bool {
	if privateWord(stem, last) {
		return true
	}
	for _, word := range before {
		if rest, is := strings.CutPrefix(stem, word); is && (privateWord(rest, last) || rest != "" && (rest[0] == '-' || rest[0] == '_') && privateWord(rest[1:], last)) {
			return true
		}
	}
	return false
}

// privateWord reports whether a text is one of the words, or several of it.
func privateWord(text string, last bool) bool {
	if private[text] || bare[text] || last && text == lastBasket {
		return true
	}
	n := len(text)
	if n < 4 || text[n-1] != 's' && text[n-1] != 'n' {
		return false
	}
	return private[text[:n-1]] || text[n-2] == 'e' && private[text[:n-2]]
}
