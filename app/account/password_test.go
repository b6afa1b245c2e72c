package account_test

import (
	"context"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sandprint/app/account"
)

func TestPasswords(t *testing.T) {
	s, _ := open(t, t.TempDir())
	ctx := t.Context()
	for _, row := range []struct{ password, code, why string }{
		{"elevenchars", "password_short", "11"},
		{"ééééééééééé", "password_short", "11 characters in 22 bytes"},
		{strings.Repeat("long", 33), "password_long", "132"},
		{"passwordpassword", "password_common", "a word twice"},
		{"P@ssw0rd!2026", "password_common", "a word dressed up"},
		{"Sandprint-2026", "password_common", "the product's name"},
		{"aaaaaaaaaaaaaaa", "password_common", "one character"},
		{"123456789012", "password_common", "a sequence"},
		{"qwertyuiop123", "password_common", "a row of keys"},
		{"rosemary2026!", "password_common", "the name in the address"},
		{"8392-ab-739201", "", "two letters among digits are no word"},
		{good, "", "four words"},
		{"correct Horse battery stapler", "", "spaces and capitals are as good as any"},
		{"пароль и ещё слова", "", "any script"},
		{"ein sehr langer Satz, den niemand rät " + strings.Repeat("é", 90), "", "128 characters in more bytes"},
	} {
		_, err := s.AddUser(ctx, account.Local(), account.NewUser{Email: "rosemary@a.example", Password: row.password})
		if row.code != "" {
			refused(t, err, row.code)
			continue
		}
		if err != nil {
			t.Errorf("%q (%s): %v", row.password, row.why, err)
			continue
		}
		must(s.SignIn(ctx, "rosemary@a.example", row.password, ""))(t)
		ok(t, s.RemoveUser(ctx, account.Local(), "rosemary@a.example"))
	}
}

// The same refusal for a wrong password, an unknown address and a user without a password; then a delay, which another
// network's failures don't put on the one that the user comes from.
func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := open(t, t.TempDir())
		ctx := t.Context()
		must(s.AddUser(ctx, account.Local(), account.NewUser{Email: "me@a.example", Password: good}))(t)
		must(s.AddUser(ctx, account.Local(), account.NewUser{Email: "new@a.example"}))(t)
		must(s.SignIn(ctx, "me@a.example", good, "home"))(t)
		var first error
		for _, email := range []string{"me@a.example", "you@a.example", "new@a.example"} {
			for range 10 {
				_, err := s.SignIn(ctx, email, "wrong "+good, "net "+email)
				refused(t, err, "bad_credentials")
				if first == nil {
					first = err
				} else if err != first {
					t.Fatal("two kinds of refusal")
				}
			}
			for _, network := range []string{"net " + email, "another", ""} {
				_, err := s.SignIn(ctx, email, good, network)
				refused(t, err, "too_many_tries")
			}
		}
		_, err := s.SignIn(ctx, "else@a.example", good, "net me@a.example")
		refused(t, err, "too_many_tries")
		must(s.SignIn(ctx, "me@a.example", good, "home"))(t)
		time.Sleep(15 * time.Minute)
		must(s.SignIn(ctx, "me@a.example", good, "net me@a.example"))(t)
		for range 30 {
			must(s.SignIn(ctx, "me@a.example", good, "home"))(t)
		}
	})
}

// Fifty sign-ins at once need the memory of one hash: 40 MB are left to them.
func TestSignInMemory(t *testing.T) {
	s, _ := open(t, t.TempDir())
	must(s.AddUser(t.Context(), account.Local(), account.NewUser{Email: "me@a.example", Password: good}))(t)
	heap := func() uint64 {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	runtime.GC()
	before, most := heap(), uint64(0)
	var wg sync.WaitGroup
	done := make(chan struct{})
	for i := range 50 {
		wg.Go(func() {
			s.SignIn(context.Background(), "me@a.example", good, string(rune('a'+i)))
		})
	}
	go func() { wg.Wait(); close(done) }()
	for {
		select {
		case <-done:
			t.Logf("%d MB more at most", (most-before)>>20)
			if most-before > 40<<20 {
				t.Errorf("50 sign-ins at once took %d MB more", (most-before)>>20)
			}
			return
		default:
			most = max(most, heap(), before)
			runtime.Gosched()
		}
	}
}
