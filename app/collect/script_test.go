package collect

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"sandprint/app/store"
)

func scripts(t *testing.T) *Scripts {
	t.Helper()
	s, err := NewScripts(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const base = "https://stats.example.com"

// The goals are 1,300, 1,900 and 2,400 bytes and are not reached. The bounds are what each form takes now, rounded up, so
// that none grows unnoticed.
func TestScriptSizes(t *testing.T) {
	for _, row := range []struct {
		name     string
		mode     string
		settings store.SiteSettings
		most     int
	}{
		{"cookie: views, engagement, events", "cookie", store.SiteSettings{NoLinks: true}, 2390},
		{"default: with links and downloads", "cookie", store.SiteSettings{}, 2590},
		{"everything", "consent", store.SiteSettings{Forms: true}, 2700},
		{"everything, counted before consent", "consent", store.SiteSettings{Forms: true, Early: true}, 2700},
	} {
		script := scripts(t).For(store.SiteInfo{Domain: "example.com", Mode: row.mode, Settings: row.settings}, base)
		t.Logf("%s: %d bytes, %d as gzip", row.name, len(script.Body), len(script.Gzip))
		if len(script.Gzip) > row.most {
			t.Errorf("%s: %d bytes as gzip, at most %d wanted", row.name, len(script.Gzip), row.most)
		}
		if left := regexp.MustCompile(`\$[A-Z]+\$`).Find(script.Body); left != nil {
			t.Errorf("%s: %s was not filled in", row.name, left)
		}
	}
}

func TestScriptServed(t *testing.T) {
	s := scripts(t)
	info := store.SiteInfo{Domain: "example.com", Mode: "cookie"}
	script := s.For(info, base)
	for _, row := range []struct {
		reason            string
		hash, coding, tag string
		status            int
		cache, sentCoding string
	}{
		{"plain", "", "", "", 200, "public, max-age=3600, stale-while-revalidate=86400", ""},
		{"compressed when asked", "", "br, gzip", "", 200, "public, max-age=3600, stale-while-revalidate=86400", "gzip"},
		{"gzip refused", "", "gzip;q=0", "", 200, "public, max-age=3600, stale-while-revalidate=86400", ""},
		{"known already", "", "", script.ETag, 304, "public, max-age=3600, stale-while-revalidate=86400", ""},
		{"forever under its hash", script.Hash, "", "", 200, "public, max-age=31536000, immutable", ""},
		{"an old hash", "0123456789abcdef", "", "", 404, "", ""},
	} {
		r := httptest.NewRequest("GET", "/js/example.com.js", nil)
		r.Header.Set("Accept-Encoding", row.coding)
		r.Header.Set("If-None-Match", row.tag)
		w := httptest.NewRecorder()
		s.Serve(w, r, info, base, row.hash)
		h := w.Header()
		if w.Code != row.status || h.Get("Cache-Control") != row.cache || h.Get("Content-Encoding") != row.sentCoding ||
			h.Get("Access-Control-Allow-Origin") != "*" || h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
			t.Errorf("%s: %d %v", row.reason, w.Code, h)
		}
		if w.Code != http.StatusOK {
			continue
		}
		var body io.Reader = w.Body
		if row.sentCoding == "gzip" {
			body, _ = gzip.NewReader(w.Body)
		}
		if got, _ := io.ReadAll(body); !bytes.Equal(got, script.Body) {
			t.Errorf("%s: another body", row.reason)
		}
	}
}

// What the tracker holds back the server does too, whatever the path; of the words that both have, they decide alike: the one has an expression, the other lists.
func TestTheServerIsAsStrictAsTheTracker(t *testing.T) {
	inTracker := regexp.MustCompile("(?i)" + countRule)
	fields := regexp.MustCompile("(?i)" + strings.Join(spelled(fieldWords+" "+bareFieldWords+" "+fieldBefore+" "+fieldBehind), "|"))
	var parts []string
	for _, words := range []string{privateWords, bareWords, privateBefore, privateBehind, fieldWords, bareFieldWords, fieldBefore, fieldBehind} {
		parts = append(parts, spelled(words)...)
	}
	parts = append(parts, "/", "/", "/", "-", "_", ".", "s", "n", "en", "es", "e", "basket", "Log", "IN", "shop", "ü", "K", "mot_de-passe", "%20", " ")
	dice, private := rand.New(rand.NewPCG(7, 7)), 0
	for range 60_000 {
		path := "/"
		for range 1 + dice.IntN(6) {
			path += parts[dice.IntN(len(parts))]
		}
		want := inTracker.MatchString(path)
		if got := PathOnly(path); (got != want && !fields.MatchString(path) || want && !got) && !strings.Contains(path, "K") {
			t.Errorf("%q: the server says %v, the tracker %v", path, got, want)
		}
		if want {
			private++
		}
	}
	if private < 5000 || private > 55_000 {
		t.Errorf("%d paths of 60,000 were private: the test tells nothing", private)
	}
}

// A page's path is held against the rule once, while its page is not remembered.
func BenchmarkPathOnly(b *testing.B) {
	paths := []string{"/", "/blog/2026/03/how-to-glaze-a-kiln-shelf", "/products/stoneware-mug-350-ml", "/de/kategorie/teller/flach", "/checkout/cart", "/mon-compte/commandes", "/about"}
	for b.Loop() {
		for _, path := range paths {
			PathOnly(path)
		}
	}
}

func TestScriptRules(t *testing.T) {
	inTracker := regexp.MustCompile("(?i)" + countRule)
	if !strings.Contains(string(scripts(t).For(store.SiteInfo{Domain: "example.com", Mode: "cookie"}, base).Body), "/"+countRule+"/i") {
		t.Error("the tracker has another rule than the server")
	}
	for want, paths := range map[bool]string{
		true: `/login /de/Sign-In/ /orders/17 /wp-login.php /wp-admin/ /my-account /myaccount /My-Account/ /mein-konto /meinkonto/ /mon-compte /mi-cuenta /konto/daten
			/my-account/orders/ /my-account/edit-address/billing/ /my-account/lost-password/ /checkout/order-received/12/ /cart/ /cart.php
			/account/login /account/addresses /account/reset/1/x /checkouts/cn/abc/information /orders/abc/authenticate
			/customer/account/forgotpassword/ /customer/account/create/ /customer/address/ /sales/order/history/ /checkout/cart/ /checkout/onepage/success/
			/order /order?step=1 /address /addresses /en/login?back=my-account /account/order /account/recover /checkout/confirm /register
			/order-history /guest/order-confirmation?id=1 /password-recovery /password_reset/done/ /accounts/password_reset/ /users/sign_in /users/password/edit
			/forgot-password /lost_password /change-password /edit-profile /customer-login /user-account 
			/panier /fr/panier/ /commande /commande/12 /connexion /inscription /mot-de-passe-oublie /mes-factures/../facture/9 /adresse /adresses
			/warenkorb /de/Warenkorb/ /kasse /kasse/zahlung /bestellung /bestellungen/17 /mein-konto/bestellungen /meine/../mein-warenkorb /kundenkonto /anmelden /anmeldung /registrierung /registrieren
			/passwort /passwort-vergessen /rechnungen/3 /profil
			/carrito /es/carrito/ /pedido /pedidos/4 /mi-cuenta/pedidos /mi-pedido /registro /direcciones /contrasena /facturas/2 /mensajes
			/basket /en/basket/ /my-basket /checkout/register /account/profile /account/order /index.php/customer/account/login
			/sign-up /signup /registration /password/reset /settings /profile /invoices/3 /unsubscribe /messages /inbox /my-orders /patients/4`,
		false: `/ /orderly /blog/login-pages-compared /blog/how-to-order-wine /mail-order /money-order /preorder /pre-order-guide /golf-carts /kontor /accounting /account-based-marketing
			/address-book /kontostand-abfragen /compter /cuentas-claras /my-story /mini-cart-design /checkout-optimization /law-and-order /inviters /mission /profiles-in-courage
			/cartes/menu/ /nos/cartes/pokemon /carten /kassen/ /nachrichten/politik/wahl/ /inscriptions/ /connexions/ /basketball /sport/basket/pro-a /baskets/nike /basket-status /kassel /kassensysteme/test /commandement /panier-repas /paniers-garnis /pedidosya /recette-panier-du-jour
			/order-now-and-save /historique /histoire/suivi /confirmation-bias /registro-civil /rechnungswesen /nachrichtendienst /profilbild /kontoauszug-verstehen /anmeldeschluss
			/company-profile /setting-up-a-shop /patience /order-of-the-phoenix /reset-css /payments-explained`,
	} {
		for path := range strings.FieldsSeq(paths) {
			bare, _, _ := strings.Cut(path, "?")
			if PathOnly(bare) != want || inTracker.MatchString(bare) && !want {
				t.Errorf("only the path of %s: %v", bare, !want)
			}
		}
	}
	for path := range strings.FieldsSeq(`/order-history /password-recovery /panier /commande/12 /warenkorb /kasse/ /bestellungen /carrito /pedidos /basket/ /mon-compte/commandes /adresses /rechnungen /accounts/password_reset/`) {
		if !inTracker.MatchString(path) {
			t.Errorf("the tracker sends all of %s", path)
		}
	}
	for _, row := range []struct{ pattern, want string }{
		{"/a/*/c", `\u002fa\u002f[^/]*\u002fc`},
		{"/a**", `\u002fa.*`},
		{"/ü", `\u002f%C3%BC`},
		{"/$(x)/", `\u002f\u0024\u0028x\u0029\u002f`},
	} {
		if got := pathRule(row.pattern); got != row.want {
			t.Errorf("%s: %s, wanted %s", row.pattern, got, row.want)
		}
	}
	hostile := store.SiteInfo{Domain: "a\"b\n.example", Mode: "cookie", Settings: store.SiteSettings{QueryKeys: []string{"x)/;alert(1)//", "ключ"}}}
	body := string(scripts(t).For(hostile, base).Body)
	for _, bad := range []string{"alert(1)", "a\"b"} {
		if strings.Contains(body, bad) {
			t.Errorf("%q came through as code", bad)
		}
	}
}
