package account_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sandprint/app/account"
	"sandprint/app/problem"
	"sandprint/app/store"
)

const good = "three blind mice ran" // a password that nothing is wrong with

// open returns a service on a data directory of its own, and the store under it.
func open(t *testing.T, dir string) (*account.Service, *store.Store) {
	t.Helper()
	st, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return account.New(st), st
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused checks that err is a refusal of that code, in a whole sentence.
func refused(t *testing.T, err error, code string) {
	t.Helper()
	p, is := errors.AsType[*problem.Error](err)
	if !is {
		t.Fatalf("got %v, want the refusal %q", err, code)
	}
	if p.Code != code || !strings.HasSuffix(p.Message, ".") {
		t.Fatalf("got %q (%s), want the refusal %q", p.Code, p.Message, code)
	}
}

// addUser adds a user by the command line and returns them as an asker.
func addUser(t *testing.T, s *account.Service, email, customer string, role account.Role) account.Who {
	t.Helper()
	must(s.AddUser(t.Context(), account.Local(), account.NewUser{Email: email, Customer: customer, Role: role}))(t)
	secret := must(s.NewLink(t.Context(), account.Local(), email, account.DemoLink))(t)
	return must(s.WhoBySession(t.Context(), must(s.UseLink(t.Context(), secret, ""))(t)))(t)
}

func addSite(t *testing.T, s *account.Service, who account.Who, domain string) account.SiteInfo {
	t.Helper()
	return must(s.AddSite(t.Context(), who, account.NewSite{Domain: domain}))(t)
}

// What is someone else's and what isn't there are answered by the same value, by every function that takes a domain.
func TestIsolation(t *testing.T) {
	s, _ := open(t, t.TempDir())
	ctx := t.Context()
	a := addUser(t, s, "a@a.example", "A", account.Owner)
	b := addUser(t, s, "b@b.example", "B", account.Owner)
	addSite(t, s, a, "a.example")
	addSite(t, s, b, "b.example")
	zone := "Europe/Berlin"
	token := func(scope account.Scope, domain string) account.Who {
		secret, _, err := s.AddToken(ctx, a, account.NewToken{Domain: domain, Scope: scope})
		ok(t, err)
		return must(s.WhoByToken(ctx, secret))(t)
	}
	askers := map[string]account.Who{"owner of another customer, who is the operator too": a, "nobody": {},
		"read token": token(account.Read, ""), "write token": token(account.Write, ""), "token of another site": token(account.Write, "a.example")}
	calls := map[string]func(who account.Who, domain string) error{
		"Open": func(w account.Who, d string) error { _, err := s.Open(ctx, w, d); return err },
		"ChangeSite": func(w account.Who, d string) error {
			_, err := s.ChangeSite(ctx, w, d, account.SiteChange{Zone: &zone})
			return err
		},
		"RemoveSite": func(w account.Who, d string) error { return s.RemoveSite(ctx, w, d) },
	}
	for asker, who := range askers {
		for call, f := range calls {
			for _, domain := range []string{"b.example", "missing.example", "not a domain", "", "https://www.B.example/x"} {
				if err := f(who, domain); err != problem.NotFound {
					t.Errorf("%s(%q) by %s: %v, want problem.NotFound itself", call, domain, asker, err)
				}
			}
		}
		for _, site := range must(s.Sites(ctx, who))(t) {
			if site.Domain != "a.example" {
				t.Errorf("Sites of %s has %s", asker, site.Domain)
			}
		}
	}
	for _, domain := range []string{"b.example", "missing.example"} {
		if _, _, err := s.AddToken(ctx, a, account.NewToken{Domain: domain, Scope: account.Read}); err != problem.NotFound {
			t.Errorf("AddToken for %s: %v", domain, err)
		}
	}
	for _, customer := range []string{"B", "missing"} {
		if _, err := s.AddSite(ctx, a, account.NewSite{Domain: "new.example", Customer: customer}); err != problem.NotFound {
			t.Errorf("AddSite for customer %s: %v", customer, err)
		}
	}
	_, err := s.AddSite(ctx, a, account.NewSite{Domain: "b.example"})
	refused(t, err, "domain_taken")
	if strings.Contains(err.Error(), "B") && strings.Contains(err.Error(), "b@b") {
		t.Error("the refusal names the other customer")
	}
	_, theirs, err := s.AddToken(ctx, b, account.NewToken{Scope: account.Read, Name: "b"})
	ok(t, err)
	if err := s.RevokeToken(ctx, a, theirs.ID); err != problem.NotFound {
		t.Errorf("revoking another's token: %v", err)
	}
	for _, token := range must(s.Tokens(ctx, a))(t) {
		if token.Email != "a@a.example" {
			t.Errorf("Tokens lists one of %s", token.Email)
		}
	}
	if info := must(s.Open(ctx, b, "b.example"))(t).Info(); info.Domain != "b.example" || info.Zone != time.UTC {
		t.Errorf("the owner's own site: %+v", info)
	}
}

func TestRoles(t *testing.T) {
	s, _ := open(t, t.TempDir())
	ctx := t.Context()
	askers := map[string]account.Who{"owner": addUser(t, s, "owner@a.example", "A", account.Owner)}
	site := addSite(t, s, askers["owner"], "a.example")
	for _, role := range account.Roles[1:] {
		askers[string(role)] = addUser(t, s, string(role)+"@a.example", "A", role)
	}
	token := func(who account.Who, scope account.Scope, domain string) account.Who {
		secret, _, err := s.AddToken(ctx, who, account.NewToken{Domain: domain, Scope: scope})
		ok(t, err)
		return must(s.WhoByToken(ctx, secret))(t)
	}
	askers["read token"] = token(askers["owner"], account.Read, "")
	askers["write token"] = token(askers["owner"], account.Write, "")
	askers["one site's token"] = token(askers["owner"], account.Write, "a.example")
	askers["viewer's token"] = token(askers["viewer"], account.Write, "")
	askers["command line"] = account.Local()
	for _, row := range []struct {
		asker                    string
		read, write, manage, add bool
		why                      string
	}{
		{"owner", true, true, true, true, "everything"},
		{"admin", true, true, true, true, "sites come and go by admins too"},
		{"editor", true, true, false, false, "settings only"},
		{"viewer", true, false, false, false, "reports only"},
		{"read token", true, false, false, false, "whoever made it, it reads"},
		{"write token", true, true, true, true, "its user's role"},
		{"one site's token", true, true, false, false, "changes its site; doesn't remove it nor add another"},
		{"viewer's token", true, false, false, false, "a scope is no role"},
		{"command line", true, true, true, true, "who has the machine has the data"},
	} {
		who := askers[row.asker]
		if got := [4]bool{who.CanRead(site), who.CanWrite(site), who.CanManage(site), who.CanAdd()}; got != [4]bool{row.read, row.write, row.manage, row.add} {
			t.Errorf("%s: may read, write, manage, add %v (%s)", row.asker, got, row.why)
		}
		mode := "cookieless"
		if _, err := s.ChangeSite(ctx, who, "a.example", account.SiteChange{Mode: &mode}); (err == nil) != row.write {
			t.Errorf("%s: ChangeSite: %v", row.asker, err)
		}
		if !row.manage {
			refused(t, s.RemoveSite(ctx, who, "a.example"), "forbidden")
		}
		if !row.add {
			_, err := s.AddSite(ctx, who, account.NewSite{Domain: "other.example"})
			refused(t, err, "forbidden")
		}
		if row.asker != "command line" {
			_, err := s.AddUser(ctx, who, account.NewUser{Email: "x@x.example"})
			refused(t, err, "forbidden")
			_, err = s.NewLink(ctx, who, "owner@a.example", account.PasswordLink)
			refused(t, err, "forbidden")
			refused(t, s.RemoveUser(ctx, who, "viewer@a.example"), "forbidden")
		}
	}
	ok(t, s.RemoveSite(ctx, askers["admin"], "a.example"))
	if _, err := s.Open(ctx, askers["owner"], "a.example"); err != problem.NotFound {
		t.Errorf("after its removal: %v", err)
	}
	if !askers["owner"].Operator() || askers["admin"].Operator() || askers["write token"].Operator() {
		t.Error("the first user, and no token, is the operator")
	}
}

// One of fifty claims at once makes an owner; afterwards setup is closed for good.
func TestClaim(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	ctx := t.Context()
	token := must(s.SetupToken(ctx))(t)
	file := filepath.Join(dir, account.SetupFile)
	if text, err := os.ReadFile(file); err != nil || string(text) != token+"\n" {
		t.Fatalf("the file has %q, %v", text, err)
	}
	if info := must(os.Stat(file))(t); runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Fatalf("the file's mode is %v", info.Mode())
	}
	if again := must(s.SetupToken(ctx))(t); again != token {
		t.Fatal("a second call made another token")
	}
	for _, wrong := range []string{"", "x", strings.ToLower(token), token + "A"} {
		_, err := s.Claim(ctx, wrong, "me@a.example", good)
		refused(t, err, "bad_setup_token")
	}
	_, err := s.Claim(ctx, token, "me", good)
	refused(t, err, "bad_email")
	var wg sync.WaitGroup
	sessions, errs := make([]string, 50), make([]error, 50)
	for i := range sessions {
		wg.Go(func() { sessions[i], errs[i] = s.Claim(ctx, token, string(rune('a'+i%26))+"@a.example", good) })
	}
	wg.Wait()
	won := slices.DeleteFunc(sessions, func(id string) bool { return id == "" })
	lost := slices.DeleteFunc(errs, func(err error) bool { return err != problem.NotFound })
	if len(won) != 1 || len(lost) != 49 {
		t.Fatalf("%d claims won, %d got NotFound", len(won), len(lost))
	}
	who := must(s.WhoBySession(ctx, won[0]))(t)
	if !who.Operator() || !who.CanAdd() || len(must(s.Users(ctx, who))(t)) != 1 {
		t.Fatal("the winner is not the one owner and operator")
	}
	if _, err := os.Stat(file); err == nil {
		t.Fatal("the file is still there")
	}
	ok(t, s.RemoveUser(ctx, account.Local(), who.Email()))
	if again := must(s.SetupToken(ctx))(t); again != "" {
		t.Fatal("setup opened again when its user was removed")
	}
	if err := s.CheckSetup(ctx, token); err != problem.NotFound {
		t.Fatalf("CheckSetup: %v", err)
	}
}

func TestSetupTokenLife(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, st := open(t, dir)
		ctx := t.Context()
		token := must(s.SetupToken(ctx))(t)
		time.Sleep(time.Hour)
		refused(t, s.CheckSetup(ctx, token), "bad_setup_token")
		s = account.New(st)
		if again := must(s.SetupToken(ctx))(t); again != token {
			t.Fatal("a restart didn't take the token up again")
		}
		ok(t, s.CheckSetup(ctx, token))
		must(s.AddUser(ctx, account.Local(), account.NewUser{Email: "me@a.example"}))(t)
		if err := s.CheckSetup(ctx, token); err != problem.NotFound {
			t.Fatalf("after a user was added: %v", err)
		}
	})
}

// A sign-in ends as early as the operator says, one that is there too.
func TestShorterSignIns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := open(t, t.TempDir())
		ctx := t.Context()
		must(s.AddUser(ctx, account.Local(), account.NewUser{Email: "me@a.example", Password: good}))(t)
		in := func() string { return must(s.SignIn(ctx, "me@a.example", good, "10.0.0.0/24"))(t) }
		signed := func(id string) bool { return must(s.WhoBySession(ctx, id))(t).Signed() }
		before := in()
		ok(t, s.SetLimits(ctx, account.Local(), account.Limits{SignIns: 2}))
		time.Sleep(24 * time.Hour)
		after := in()
		time.Sleep(24*time.Hour - time.Second)
		if !signed(before) || !signed(after) {
			t.Error("one ended within its two days")
		}
		time.Sleep(time.Second)
		if signed(before) || !signed(after) {
			t.Errorf("after two days: %v and %v", signed(before), signed(after))
		}
		time.Sleep(24 * time.Hour)
		if signed(after) {
			t.Error("the new one lasts longer")
		}
	})
}

func TestSessionLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := open(t, t.TempDir())
		ctx := t.Context()
		must(s.AddUser(ctx, account.Local(), account.NewUser{Email: "Me@A.example", Password: good}))(t)
		in := func() string { return must(s.SignIn(ctx, "me@a.example ", good, "10.0.0.0/24"))(t) }
		signed := func(id string) bool { return must(s.WhoBySession(ctx, id))(t).Signed() }
		old := in()
		if !signed(old) || signed("") || signed(old+"A") || old == in() {
			t.Fatal("a session is its own id and no other")
		}
		time.Sleep(account.SessionIdle - time.Second)
		if !signed(old) {
			t.Fatal("ended before it was idle for 7 days")
		}
		time.Sleep(account.SessionIdle)
		if signed(old) {
			t.Fatal("still there after 7 idle days")
		}
		busy := in()
		for range 30*24 - 1 {
			time.Sleep(time.Hour)
			if !signed(busy) {
				t.Fatal("ended though in use")
			}
		}
		time.Sleep(time.Hour)
		if signed(busy) {
			t.Fatal("still there after 30 days")
		}
		for name, end := range map[string]func(id string) error{
			"SignOut":     func(id string) error { return s.SignOut(ctx, id) },
			"EndSessions": func(id string) error { return s.EndSessions(ctx, must(s.WhoBySession(ctx, id))(t)) },
			"SetPassword": func(string) error { return s.SetPassword(ctx, account.Local(), "me@a.example", good) },
			"ChangePassword": func(id string) error {
				next, err := s.ChangePassword(ctx, must(s.WhoBySession(ctx, id))(t), good, good, "")
				if !signed(next) {
					t.Error("ChangePassword signs its user out")
				}
				return err
			},
			"UseLink": func(string) error {
				secret := must(s.NewLink(ctx, account.Local(), "me@a.example", account.PasswordLink))(t)
				_, err := s.UseLink(ctx, secret, good)
				return err
			},
		} {
			id := in()
			ok(t, end(id))
			if signed(id) {
				t.Errorf("%s left the session", name)
			}
		}
		id := in()
		ok(t, s.RemoveUser(ctx, account.Local(), "me@a.example"))
		if signed(id) {
			t.Error("RemoveUser left the session")
		}
	})
}

func TestLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := open(t, t.TempDir())
		ctx := t.Context()
		must(s.AddUser(ctx, account.Local(), account.NewUser{Email: "me@a.example"}))(t)
		link := func(p account.Purpose) string { return must(s.NewLink(ctx, account.Local(), "me@a.example", p))(t) }
		secret, other := link(account.PasswordLink), link(account.PasswordLink)
		if l := must(s.Link(ctx, secret))(t); l.Email != "me@a.example" || l.Purpose != account.PasswordLink {
			t.Fatalf("the link says %+v", l)
		}
		_, err := s.UseLink(ctx, secret, "short")
		refused(t, err, "password_short")
		must(s.UseLink(ctx, secret, good))(t)
		must(s.SignIn(ctx, "me@a.example", good, ""))(t)
		for _, gone := range []string{secret, other, "", "x"} {
			if _, err := s.UseLink(ctx, gone, good); err != problem.NotFound {
				t.Errorf("a link that is used, replaced or unknown: %v", err)
			}
		}
		late, demo := link(account.PasswordLink), link(account.DemoLink)
		time.Sleep(72 * time.Hour)
		if _, err := s.UseLink(ctx, late, good); err != problem.NotFound {
			t.Errorf("after 72 hours: %v", err)
		}
		for range 3 {
			if who := must(s.WhoBySession(ctx, must(s.UseLink(ctx, demo, ""))(t)))(t); who.Email() != "me@a.example" {
				t.Error("the demo's link doesn't sign in")
			}
		}
		_, err = s.NewLink(ctx, account.Local(), "you@a.example", account.PasswordLink)
		refused(t, err, "no_such_user")
	})
}

func TestTokens(t *testing.T) {
	s, st := open(t, t.TempDir())
	ctx := t.Context()
	me := addUser(t, s, "me@a.example", "A", account.Owner)
	secret, token, err := s.AddToken(ctx, me, account.NewToken{Scope: account.Read, Name: "graphs"})
	ok(t, err)
	if len(secret) != 3+32 || !strings.HasPrefix(secret, "sp_") || token.Used != 0 || token.Email != "me@a.example" {
		t.Errorf("%q, %+v", secret, token)
	}
	program := must(s.WhoByToken(ctx, secret))(t)
	if used := must(s.Tokens(ctx, me))(t)[0].Used; used != int32(time.Now().Unix()/86400) {
		t.Errorf("last used on day %d", used)
	}
	_, _, err = s.AddToken(ctx, program, account.NewToken{Scope: account.Write})
	refused(t, err, "signed_out")
	_, _, err = s.AddToken(ctx, me, account.NewToken{Scope: "all"})
	refused(t, err, "bad_scope")
	_, _, err = s.AddToken(ctx, me, account.NewToken{Scope: account.Read, Email: "you@a.example"})
	refused(t, err, "forbidden")
	ok(t, s.RevokeToken(ctx, me, token.ID))
	_, err = s.WhoByToken(ctx, secret)
	refused(t, err, "bad_token")
	for _, name := range []string{"control.db", "control.db-wal"} {
		if bytes, _ := os.ReadFile(copied(t, st, name)); strings.Contains(string(bytes), secret) {
			t.Errorf("%s holds the token", name)
		}
	}
}

// copied closes the store and returns the path of one of its files: a file in use is opened by SQLite alone.
func copied(t *testing.T, st *store.Store, name string) string {
	dir := st.Control().Dir()
	ok(t, st.Close())
	return filepath.Join(dir, name)
}

func TestUsers(t *testing.T) {
	s, _ := open(t, t.TempDir())
	ctx, local := t.Context(), account.Local()
	first := must(s.AddUser(ctx, local, account.NewUser{Email: "First@A.example", Password: good}))(t)
	if first.Email != "first@a.example" || !first.Operator || !first.Ready ||
		!slices.Equal(first.Members, []account.Membership{{Customer: account.DefaultCustomer, Role: account.Owner}}) {
		t.Errorf("the first user: %+v", first)
	}
	second := must(s.AddUser(ctx, local, account.NewUser{Email: "second@a.example"}))(t)
	if second.Operator || second.Ready || second.Members[0].Role != account.Viewer {
		t.Errorf("the second user: %+v", second)
	}
	second = must(s.AddUser(ctx, local, account.NewUser{Email: "second@a.example", Customer: "B"}))(t)
	if len(second.Members) != 2 || second.Members[0].Role != account.Owner {
		t.Errorf("the second user, with a customer of their own: %+v", second)
	}
	for _, row := range []struct {
		user account.NewUser
		code string
	}{
		{account.NewUser{Email: "second@a.example", Customer: "b"}, "user_exists"},
		{account.NewUser{Email: "second@a.example", Customer: "C", Password: good}, "user_exists"},
		{account.NewUser{Email: "third@a.example"}, "customer_needed"},
		{account.NewUser{Email: "third@a.example", Customer: "B", Role: "boss"}, "bad_role"},
		{account.NewUser{Email: "third@a.example", Customer: "C", Role: account.Viewer}, "bad_role"},
		{account.NewUser{Email: "Third <third@a.example>", Customer: "B"}, "bad_email"},
		{account.NewUser{Email: "third@a.example", Customer: "B", Password: "sandprint2026"}, "password_common"},
	} {
		_, err := s.AddUser(ctx, local, row.user)
		refused(t, err, row.code)
	}
	must(s.AddSite(ctx, local, account.NewSite{Domain: "b.example", Customer: "B"}))(t)
	refused(t, s.RemoveUser(ctx, local, "second@a.example"), "last_owner")
	refused(t, s.RemoveUser(ctx, local, "third@a.example"), "no_such_user")
	ok(t, s.RemoveSite(ctx, local, "b.example"))
	ok(t, s.RemoveUser(ctx, local, "second@a.example"))
	if users := must(s.Users(ctx, local))(t); len(users) != 1 {
		t.Errorf("%d users left", len(users))
	}
}

func TestDomains(t *testing.T) {
	s, _ := open(t, t.TempDir())
	ctx := t.Context()
	for _, row := range []struct{ typed, kept, why string }{
		{"example.com", "example.com", "as it is"},
		{" https://WWW.Example.com:8443/a?b#c ", "example.com", "pasted from a browser"},
		{"//cdn.example.com", "cdn.example.com", "no scheme"},
		{"blog.example.com.", "blog.example.com", "the root's dot"},
		{"www.com", "www.com", "www. is the whole name"},
		{"bücher.example", "xn--bcher-kva.example", "international"},
		{"XN--BCHER-KVA.example", "xn--bcher-kva.example", "the same, in ASCII"},
		{"localhost:8080", "localhost", "trying it out"},
		{"192.168.1.5", "192.168.1.5", "in a home network"},
		{"", "", "nothing"}, {"example", "", "no dot"}, {"me@example.com", "", "an address"}, {"ftp://example.com", "", "no website"},
		{"exa mple.com", "", "a space"}, {"-a.example.com", "", "a hyphen first"}, {"a..example.com", "", "an empty label"},
		{strings.Repeat("a", 64) + ".com", "", "a label too long"}, {"1.2.3", "", "ends in a number"}, {"[::1]", "", "IPv6"},
		{"a_b.example.com", "", "no host name"}, {"exam\x00ple.com", "", "a control character"}, {"../etc/passwd", "", "a path"},
	} {
		site, err := s.AddSite(ctx, account.Local(), account.NewSite{Domain: row.typed})
		switch {
		case row.kept == "":
			refused(t, err, "bad_domain")
		case err != nil && problem.Of(err).Status != http.StatusConflict:
			t.Errorf("%q (%s): %v", row.typed, row.why, err)
		case err == nil && site.Domain != row.kept:
			t.Errorf("%q (%s) is kept as %q", row.typed, row.why, site.Domain)
		case err == nil && (len(site.ID) != 32 || site.Number == 0 || site.Created.IsZero() || site.Mode != "cookie"):
			t.Errorf("%q: %+v", row.typed, site)
		}
	}
	_, err := s.AddSite(ctx, account.Local(), account.NewSite{Domain: "www.example.com"})
	refused(t, err, "site_exists")
	refused(t, s.CheckSite("a.example", "Mars/Olympus"), "bad_timezone")
	_, err = s.AddSite(ctx, account.Local(), account.NewSite{Domain: "b.example", Mode: "guess"})
	refused(t, err, "bad_mode")
}

func TestSettings(t *testing.T) {
	s, _ := open(t, t.TempDir())
	ctx, local := t.Context(), account.Local()
	addSite(t, s, local, "example.com")
	set := account.SiteSettings{Hosts: []string{"WWW.Shop.example"}, QueryKeys: []string{"q"}, Floor: 20,
		Goals: []account.Goal{{Name: "Sign-up", Event: "signup"}, {Name: "Thanks", Page: "/thanks/**"}}}
	info := must(s.ChangeSite(ctx, local, "example.com", account.SiteChange{Settings: &set}))(t)
	if read := must(s.Open(ctx, local, "example.com"))(t).Info().Settings; read.Hosts[0] != "shop.example" || len(read.Goals) != 2 || read.Floor != 20 || info.Mode != "cookie" {
		t.Errorf("kept as %+v", read)
	}
	for _, row := range []struct {
		set  account.SiteSettings
		code string
	}{
		{account.SiteSettings{Floor: 21}, "bad_floor"},
		{account.SiteSettings{Floor: -1}, "bad_floor"},
		{account.SiteSettings{Retention: account.Retention{Keys: 26}}, "bad_retention"},
		{account.SiteSettings{Retention: account.Retention{Visits: -1}}, "bad_retention"},
		{account.SiteSettings{Retention: account.Retention{Totals: 121}}, "bad_retention"},
		{account.SiteSettings{Hosts: []string{"a b"}}, "bad_domain"},
		{account.SiteSettings{Excluded: []string{""}}, "empty"},
		{account.SiteSettings{QueryKeys: make([]string, 201)}, "too_many"},
		{account.SiteSettings{Goals: []account.Goal{{Name: "x"}}}, "bad_goal"},
		{account.SiteSettings{Goals: []account.Goal{{Name: "x", Event: "e", Page: "/"}}}, "bad_goal"},
		{account.SiteSettings{Goals: []account.Goal{{Name: "x", Event: "e"}, {Name: "x", Event: "f"}}}, "bad_goal"},
		{account.SiteSettings{Goals: []account.Goal{{Name: "a\nb", Event: "e"}}}, "bad_text"},
		{account.SiteSettings{Goals: []account.Goal{{Name: "x", Event: "e", Props: []string{"plan:is:\x00"}}}}, "bad_text"},
		{account.SiteSettings{Goals: []account.Goal{{Name: "x", Page: "/", Props: []string{"plan:is:pro"}}}}, "bad_goal"},
		{account.SiteSettings{Goals: []account.Goal{{Name: "x", Event: "e", Scroll: 50}}}, "bad_goal"},
		{account.SiteSettings{Goals: []account.Goal{{Name: "x", Event: "e", Engaged: 5}}}, "bad_goal"},
		{account.SiteSettings{Goals: []account.Goal{{Name: "x", Page: "/", Scroll: 101}}}, "bad_goal"},
		{account.SiteSettings{Goals: []account.Goal{{Name: "x", Page: "/", Engaged: -1}}}, "bad_goal"},
	} {
		_, err := s.ChangeSite(ctx, local, "example.com", account.SiteChange{Settings: &row.set})
		refused(t, err, row.code)
	}
}

func TestCookieKeys(t *testing.T) {
	s, _ := open(t, t.TempDir())
	ctx := t.Context()
	first := must(s.CookieKeys(ctx))(t)
	if len(first) != 1 || len(first[0]) != 32 || string(must(s.CookieKeys(ctx))(t)[0]) != string(first[0]) {
		t.Fatal("the first key doesn't stay")
	}
	ok(t, s.ChangeCookieKey(ctx))
	if keys := must(s.CookieKeys(ctx))(t); len(keys) != 2 || string(keys[1]) != string(first[0]) || string(keys[0]) == string(first[0]) {
		t.Fatal("a new key is to come before the old one")
	}
	ok(t, s.ChangeCookieKey(ctx))
	if keys := must(s.CookieKeys(ctx))(t); len(keys) != 2 || string(keys[1]) == string(first[0]) {
		t.Fatal("the oldest key is to go")
	}
}
