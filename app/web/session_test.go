package web

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sandprint/app/account"
)

// withPassword adds a user with a password, for tests of the form.
func (f *fixture) withPassword(email string) {
	f.t.Helper()
	_, err := f.accounts.AddUser(context.Background(), account.Local(), account.NewUser{Email: email, Customer: "P", Role: account.Owner, Password: goodPassword})
	if err != nil {
		f.t.Fatal(err)
	}
}

func TestSignInAndOut(t *testing.T) {
	f := empty(t)
	f.withPassword("me@p.example")
	page := f.want(401, "GET", "/sites?q=1")
	if !strings.Contains(page.Body.String(), `value="/sites?q=1"`) || !strings.Contains(page.Body.String(), `action="/sign-in"`) {
		t.Errorf("no form that leads back: %s", page.Body)
	}
	wrong := f.want(401, "POST", "/sign-in", "form", form("email", "me@p.example", "password", "something else", "next", "/sites?q=1"))
	if cookieOf(wrong) != "" || !strings.Contains(wrong.Body.String(), `value="/sites?q=1"`) {
		t.Errorf("a wrong password: %s", wrong.Body)
	}
	in := f.want(303, "POST", "/sign-in", "form", form("email", "me@p.example", "password", goodPassword, "next", "/sites?q=1"))
	if got := in.Header().Get("Location"); got != "/sites?q=1" {
		t.Errorf("signing in leads to %q", got)
	}
	cookie := cookieOf(in)
	f.want(200, "GET", "/sites?q=1", "cookie", cookie)
	again := cookieOf(f.want(303, "POST", "/sign-in", "cookie", cookie, "form", form("email", "me@p.example", "password", goodPassword)))
	f.want(401, "GET", "/sites", "cookie", cookie) // the old session ended with the new sign-in
	f.want(200, "GET", "/sites", "cookie", again)
	out := f.want(303, "POST", "/sign-out", "cookie", again)
	if k := out.Result().Cookies(); len(k) != 1 || k[0].MaxAge >= 0 {
		t.Errorf("signing out leaves the cookie: %v", k)
	}
	f.want(401, "GET", "/sites", "cookie", again) // replayed
}

func TestUnknownAddressLooksTheSame(t *testing.T) {
	f := empty(t)
	f.withPassword("me@p.example")
	one := f.want(401, "POST", "/sign-in", "form", form("email", "me@p.example", "password", "wrong wrong wrong"))
	two := f.want(401, "POST", "/sign-in", "form", form("email", "no@p.example", "password", "wrong wrong wrong"))
	if strings.ReplaceAll(whole(two), "no@p", "me@p") != whole(one) {
		t.Errorf("answers differ:\n%s\n%s", whole(one), whole(two))
	}
}

// TestCookie sends cookies that were not made by this server, or were changed.
func TestCookie(t *testing.T) {
	f, other := full(t), full(t)
	good := f.sessions["owner A"]
	f.want(200, "GET", "/sites", "cookie", good)
	value := strings.TrimPrefix(good, plainCookie+"=")
	flipped := []byte(value)
	flipped[len(flipped)/2] ^= 1
	for why, cookie := range map[string]string{
		"changed":                good[:len(plainCookie)+1] + string(flipped),
		"cut":                    good[:len(good)-4],
		"empty":                  plainCookie + "=",
		"of another instance":    other.sessions["owner A"],
		"under the other's name": secureCookie + "=" + value,
		"long":                   plainCookie + "=" + strings.Repeat("A", 5000),
	} {
		if w := f.do("GET", "/sites", "cookie", cookie); w.Code != 401 {
			t.Errorf("a cookie that is %s: status %d", why, w.Code)
		}
	}
}

// TestCookieAttributes looks at the cookie over http, https, a trusted proxy and a told address.
func TestCookieAttributes(t *testing.T) {
	f := full(t, func(o *Options) {
		o.BaseURL = "https://stats.example.com"
		o.Proxied = func(r *http.Request) bool { return r.Header.Get("X-Test-Proxied") != "" }
	})
	for _, row := range []struct {
		why    string
		change func(*http.Request)
		secure bool
	}{
		{"plain http", func(*http.Request) {}, false},
		{"a header that anyone can send", func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "https") }, false},
		{"our own TLS", func(r *http.Request) { r.TLS = &tls.ConnectionState{} }, true},
		{"a trusted proxy", func(r *http.Request) { r.Header.Set("X-Test-Proxied", "1") }, true},
		{"the address we were told", func(r *http.Request) { r.Host = "stats.example.com" }, true},
	} {
		secret, err := f.accounts.NewLink(t.Context(), account.Local(), people["owner A"].Email, account.DemoLink)
		if err != nil {
			t.Fatal(err)
		}
		r := f.request("GET", "/link/"+secret)
		row.change(r)
		w := httptest.NewRecorder()
		f.server.ServeHTTP(w, r)
		k := w.Result().Cookies()
		if len(k) != 1 || !k[0].HttpOnly || k[0].SameSite != http.SameSiteLaxMode || k[0].Path != "/" || k[0].Domain != "" || k[0].MaxAge != 30*86400 {
			t.Fatalf("%s: cookies %v", row.why, k)
		}
		if k[0].Secure != row.secure || (k[0].Name == secureCookie) != row.secure {
			t.Errorf("%s: cookie %v", row.why, k[0])
		}
	}
}

func TestSessionsRunOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := full(t)
		for day := range 31 {
			want := 200
			if day >= 30 {
				want = 401 // 30 days after the sign-in, however often it was used
			}
			f.want(want, "GET", "/settings", "cookie", f.sessions["owner A"])
			time.Sleep(24 * time.Hour)
		}
		f.want(401, "GET", "/settings", "cookie", f.sessions["viewer A"]) // idle
	})
}

func TestPasswordLink(t *testing.T) {
	f := full(t)
	secret, err := f.accounts.NewLink(t.Context(), account.Local(), people["viewer A"].Email, account.PasswordLink)
	if err != nil {
		t.Fatal(err)
	}
	path := "/link/" + secret
	if page := f.want(200, "GET", path); page.Header().Get("Referrer-Policy") != "no-referrer" || !strings.Contains(page.Body.String(), people["viewer A"].Email) {
		t.Errorf("the form: %s", whole(page))
	}
	f.want(400, "POST", path, "form", form("password", "short"))
	in := f.want(303, "POST", path, "form", form("password", goodPassword))
	f.want(200, "GET", "/sites", "cookie", cookieOf(in))
	f.want(401, "GET", "/sites", "cookie", f.sessions["viewer A"]) // signed in before the change
	never := strings.Repeat("A", len(secret))
	for _, method := range []string{"GET", "POST"} {
		used := f.want(404, method, path, "form", form("password", goodPassword)).Body.String()
		if !strings.Contains(used, "This link was used already, has run out") || !strings.Contains(used, "sandprint user password EMAIL") {
			t.Errorf("%s of a used link: %s", method, used)
		}
		if unknown := f.want(404, method, "/link/"+never, "form", form("password", goodPassword)).Body.String(); strings.ReplaceAll(unknown, never, secret) != used {
			t.Errorf("%s tells a link that was used from one that never was:\n%s\n%s", method, used, unknown)
		}
	}
}

func TestDemoLink(t *testing.T) {
	f := full(t)
	secret, err := f.accounts.NewLink(t.Context(), account.Local(), people["owner A"].Email, account.DemoLink)
	if err != nil {
		t.Fatal(err)
	}
	if cookieOf(f.want(200, "HEAD", "/link/"+secret)) != "" {
		t.Error("a preview of the link signs in")
	}
	for range 3 {
		w := f.want(303, "GET", "/link/"+secret)
		home := f.want(303, "GET", "/", "cookie", cookieOf(w))
		if got := home.Header().Get("Location"); got != "/sites/"+siteA {
			t.Errorf("the demo leads to %q", got)
		}
	}
}

func TestOwnSettings(t *testing.T) {
	f := full(t)
	owner := f.sessions["owner A"]
	made := f.want(201, "POST", "/settings/tokens", "cookie", owner, "form", form("name", "reports", "scope", "read", "site", siteA)).Body.String()
	at := strings.Index(made, ">sp_")
	if at < 0 {
		t.Fatalf("no token is shown: %s", made)
	}
	secret := made[at+1 : at+1+35]
	f.want(200, "GET", "/api/v1/sites/"+siteA, "token", secret)
	if page := f.want(200, "GET", "/settings", "cookie", owner).Body.String(); strings.Contains(page, secret) || !strings.Contains(page, "reports") {
		t.Errorf("the list of tokens: %s", page)
	}
	for _, t2 := range mustTokens(f) {
		f.want(404, "POST", "/settings/tokens/"+t2+"/revoke", "cookie", f.sessions["owner B"])
		f.want(303, "POST", "/settings/tokens/"+t2+"/revoke", "cookie", owner)
	}
	f.want(401, "GET", "/api/v1/sites/"+siteA, "token", secret)
	f.want(404, "POST", "/settings/tokens", "cookie", owner, "form", form("scope", "read", "site", siteB))
	f.want(400, "POST", "/settings/tokens", "cookie", owner, "form", form("scope", "everything"))
	f.want(303, "POST", "/settings/sessions/end", "cookie", owner)
	f.want(401, "GET", "/settings", "cookie", owner)
}

// mustTokens returns the numbers of A's owner's tokens.
func mustTokens(f *fixture) []string {
	f.t.Helper()
	all, err := f.accounts.Tokens(f.t.Context(), f.who("owner A"))
	if err != nil {
		f.t.Fatal(err)
	}
	var ids []string
	for _, token := range all {
		ids = append(ids, itoa(token.ID))
	}
	return ids
}
