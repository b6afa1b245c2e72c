package web

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sandprint/app/account"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func setupFormData(token, email string) string {
	return form("token", token, "email", email, "password", goodPassword, "domain", "first.example", "timezone", "Europe/Berlin")
}

func (f *fixture) setupToken() string {
	f.t.Helper()
	token, err := f.accounts.SetupToken(context.Background())
	if err != nil || token == "" {
		f.t.Fatalf("setup token %q, %v", token, err)
	}
	return token
}

func TestSetup(t *testing.T) {
	f := empty(t)
	token := f.setupToken()
	const unfinished = "The link that finishes it is printed in the terminal"
	for path, status := range map[string]int{"/": 401, "/sign-in": 200} {
		if page := f.want(status, "GET", path).Body.String(); !strings.Contains(page, unfinished) || strings.Contains(page, token) {
			t.Errorf("%s before setup: %s", path, page)
		}
	}
	for _, bad := range []string{"", "?token=wrong", "?token=" + token[:len(token)-1]} {
		if page := f.want(403, "GET", "/setup"+bad); !strings.Contains(page.Body.String(), "Start Sandprint again") {
			t.Errorf("a wrong token: %s", page.Body)
		}
	}
	f.want(403, "POST", "/setup", "form", setupFormData("wrong", "me@first.example"))
	page := f.want(200, "GET", "/setup?token="+token).Body.String()
	if !strings.Contains(page, "sandprint demo") || !strings.Contains(page, "zone.js") {
		t.Errorf("the form: %s", page)
	}
	for field, data := range map[string]string{
		"email":    form("token", token, "email", "nobody", "password", goodPassword, "domain", "first.example"),
		"password": form("token", token, "email", "me@first.example", "password", "short", "domain", "first.example"),
		"domain":   form("token", token, "email", "me@first.example", "password", goodPassword, "domain", "not a domain"),
		"timezone": form("token", token, "email", "me@first.example", "password", goodPassword, "domain", "first.example", "timezone", "Mars/Olympus"),
	} {
		bad := f.want(400, "POST", "/setup", "form", data).Body.String()
		if !strings.Contains(bad, `name="`+field+`"`) || strings.Count(bad, "aria-invalid") != 1 {
			t.Errorf("a wrong %s: %s", field, bad)
		}
	}
	in := f.want(303, "POST", "/setup", "form", setupFormData(token, "me@first.example"))
	if got := in.Header().Get("Location"); got != "/sites/first.example/install" {
		t.Errorf("setup leads to %q", got)
	}
	install := f.want(200, "GET", "/sites/first.example/install", "cookie", cookieOf(in)).Body.String()
	for _, want := range []string{"&lt;script defer src=&#34;https://stats.test/js/first.example.js&#34;&gt;", "sha384-abc", "/p/first.example.gif", "connect-src https://stats.test", "Check now", `http-equiv="refresh"`} {
		if !strings.Contains(install, want) {
			t.Errorf("the install page has no %s: %s", want, install)
		}
	}
	f.want(404, "GET", "/setup?token="+token)
	if page := f.want(401, "GET", "/").Body.String(); strings.Contains(page, unfinished) {
		t.Errorf("after setup: %s", page)
	}
	f.want(404, "POST", "/setup", "form", setupFormData(token, "evil@first.example"))
	if err := f.accounts.RemoveSite(t.Context(), account.Local(), "first.example"); err != nil {
		t.Fatal(err)
	}
	if err := f.accounts.RemoveUser(t.Context(), account.Local(), "me@first.example"); err != nil {
		t.Fatal(err)
	}
	f.want(404, "GET", "/setup?token="+token) // also when nobody is left
	f.want(404, "POST", "/setup", "form", setupFormData(token, "evil@first.example"))
}

func TestSetupRace(t *testing.T) {
	f := empty(t)
	token := f.setupToken()
	var mu sync.Mutex
	won := map[int]int{}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			w := f.do("POST", "/setup", "form", setupFormData(token, fmt.Sprintf("p%d@first.example", i)))
			mu.Lock()
			won[w.Code]++
			mu.Unlock()
		})
	}
	all.Wait()
	users, err := f.accounts.Users(t.Context(), account.Local())
	if err != nil || len(users) != 1 || won[303] != 1 || won[303]+won[404]+won[503]+won[429] != 20 {
		t.Errorf("%d users, answers %v, %v", len(users), won, err)
	}
}

func TestSetupTokenRunsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := empty(t)
		token := f.setupToken()
		time.Sleep(time.Hour)
		f.want(403, "GET", "/setup?token="+token)
		f.want(403, "POST", "/setup", "form", setupFormData(token, "me@first.example"))
	})
}
