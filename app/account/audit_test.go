package account_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sandprint/app/account"
	"sandprint/app/store"
)

// unnoted are the methods that change something and note nothing, and why.
var unnoted = map[string]string{
	"CookieKeys": "makes the first key of an instance", "Tidy": "removes what has run out", "Nightly": "removes what is too old", "WhoBySession": "notes when a session was last used",
	"WhoByToken": "notes on which day a token was last used", "Pin": "orders the asker's own list",
	"Note": "notes, and does nothing else",
}

// writes finds what changes something.
var writes = regexp.MustCompile(`\b(control\.(Add|Confirm|SetPassword|SetSetting|Delete|Update|Touch|Pin\(|Unpin)|store\.(Add|Update|Remove)|s\.remove\()`)

// TestEverythingThatPeopleDoIsNoted goes over the methods of the service: one that changes something, itself or by others, must note it.
func TestEverythingThatPeopleDoIsNoted(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	calls, changes, notes := map[string][]string{}, map[string]bool{}, map[string]bool{}
	actions := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				name := exprOf(call.Fun)
				calls[f.Name.Name] = append(calls[f.Name.Name], strings.TrimPrefix(name, "s."))
				if writes.MatchString(name + "(") {
					changes[f.Name.Name] = true
				}
				if name == "s.note" {
					notes[f.Name.Name] = true
					if action, ok := call.Args[1].(*ast.BasicLit); ok {
						actions[strings.Trim(action.Value, `"`)] = true
					}
				}
				return true
			})
		}
	}
	seen := 0
	for name := range calls {
		if !ast.IsExported(name) || !reaches(calls, changes, name, map[string]bool{}) {
			continue
		}
		if noted := reaches(calls, notes, name, map[string]bool{}); noted == (unnoted[name] != "") && name != "Note" {
			t.Errorf("%s changes something; noted: %v, said not to be noted: %q", name, noted, unnoted[name])
		}
		seen++
	}
	if seen < 20 {
		t.Errorf("only %d methods change something: the test sees too little", seen)
	}
	for action := range actions {
		if !slices.Contains(account.Actions, action) {
			t.Errorf("%s is no action of the list", action)
		}
	}
}

// exprOf writes a called function, as "s.control.AddUser".
func exprOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return exprOf(e.X) + "." + e.Sel.Name
	}
	return "?"
}

// reaches reports whether a function is of a kind, or calls one that is.
func reaches(calls map[string][]string, kind map[string]bool, name string, been map[string]bool) bool {
	if kind[name] {
		return true
	}
	been[name] = true
	for _, called := range calls[name] {
		if !been[called] && reaches(calls, kind, called, been) {
			return true
		}
	}
	return false
}

// logOf returns what an asker sees of the audit log, the oldest first, as "actor action object result".
func logOf(t *testing.T, s *account.Service, who account.Who) string {
	t.Helper()
	rows, err := s.Audit(t.Context(), who, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, r := range rows {
		lines = append([]string{fmt.Sprintf("%s %s %s %s", r.ActorName, r.Action, r.ObjectName, r.Result)}, lines...)
	}
	return strings.Join(lines, "\n")
}

// Owners see what was done at their customers and by their people, the operator all, others nothing; what was refused is there too, what was
// only mistyped is not; and no entry holds a name.
func TestAuditLog(t *testing.T) {
	dir := t.TempDir()
	s, st := open(t, dir)
	ctx := t.Context()
	a := addUser(t, s, "ann@a.example", "A", account.Owner) // the first one: the operator
	b := addUser(t, s, "bob@b.example", "B", account.Owner)
	v := addUser(t, s, "viv@b.example", "B", account.Viewer)
	addSite(t, s, b, "b.example")
	ok(t, s.SetPassword(ctx, account.Local(), "bob@b.example", good))
	_, err := s.SignIn(ctx, "bob@b.example", "wrong password here", "")
	refused(t, err, "bad_credentials")
	_, err = s.SignIn(ctx, "nobody@b.example", "wrong password here", "")
	refused(t, err, "bad_credentials")
	zone := "Nowhere/Land"
	_, err = s.ChangeSite(ctx, b, "b.example", account.SiteChange{Zone: &zone})
	refused(t, err, "bad_timezone")
	_, err = s.ChangeSite(ctx, v, "b.example", account.SiteChange{})
	refused(t, err, "forbidden")
	_, err = s.ChangeSite(ctx, a, "b.example", account.SiteChange{})
	refused(t, err, "not_found")
	must(s.SignIn(ctx, "bob@b.example", good, ""))(t)
	ok(t, s.RemoveUser(ctx, account.Local(), "viv@b.example"))
	ok(t, s.RemoveSite(ctx, b, "b.example"))

	want := ` user.add bob@b.example done
 user.link bob@b.example done
bob@b.example user.sign-in bob@b.example done
 user.add  done
bob@b.example site.add  done
 user.password bob@b.example done
bob@b.example user.sign-in bob@b.example refused
 site.change  refused
bob@b.example user.sign-in bob@b.example done
 user.remove  done
bob@b.example site.remove  done`
	if got := logOf(t, s, b); got != want {
		t.Errorf("the owner of B sees\n%s\nwant\n%s", got, want)
	}
	if got := logOf(t, s, a); strings.Count(got, "\n") < strings.Count(want, "\n")+5 || !strings.Contains(got, "ann@a.example") || strings.Contains(got, "b.example") || !strings.Contains(got, " user.sign-in  refused") {
		t.Errorf("the operator sees\n%s", got)
	}
	_, err = s.Audit(ctx, v, 0, 10)
	refused(t, err, "forbidden")
	if n, err := st.Control().CheckAudit(ctx); err != nil || n < 15 {
		t.Errorf("%d entries, %v", n, err)
	}
	entries := must(st.Control().Audit(ctx, store.AuditQuery{All: true, Limit: 100}))(t)
	if text := fmt.Sprint(entries); strings.Contains(text, "example") || strings.Contains(text, "@") {
		t.Errorf("an entry holds a name: %s", text)
	}
}

// Of a flood of wrong passwords the log takes some.
func TestAuditIsNoFlood(t *testing.T) {
	s, st := open(t, t.TempDir())
	for i := range 150 {
		if _, err := s.ChangeSite(t.Context(), account.Who{}, fmt.Sprintf("%d.example", i), account.SiteChange{}); err == nil {
			t.Fatal("nobody may change a site")
		}
		err := s.EndSessions(t.Context(), account.Who{})
		refused(t, err, "signed_out")
	}
	if n, err := st.Control().CheckAudit(t.Context()); err != nil || n < 100 || n > 102 {
		t.Errorf("%d refusals are noted, %v", n, err)
	}
}

// The audit log is kept as long as the operator says, unless the clock looks wrong; what is left is a chain.
func TestAuditIsKeptForAYear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		st := must(store.Open(dir, store.Options{}))(t)
		defer st.Close()
		s := account.New(st)
		addUser(t, s, "ann@a.example", "A", account.Owner)
		nights := func(n int, wrong bool) (gone int64) {
			for range n {
				time.Sleep(24 * time.Hour)
				gone += must(s.Nightly(t.Context(), wrong))(t)
			}
			return gone
		}
		if n := nights(360, false); n != 0 {
			t.Errorf("%d entries went within a year", n)
		}
		must(s.NewLink(t.Context(), account.Local(), "ann@a.example", account.PasswordLink))(t)
		if n := nights(30, true); n != 0 {
			t.Errorf("%d entries went by a clock that looks wrong", n)
		}
		if n := nights(1, false); n != 3 {
			t.Errorf("%d entries went after a year", n)
		}
		if n, err := st.Control().CheckAudit(t.Context()); n != 1 || err != nil {
			t.Errorf("%d entries are left, %v", n, err)
		}
		ok(t, s.SetLimits(t.Context(), account.Local(), account.Limits{Audit: 6}))
		if n := nights(160, false); n != 1 {
			t.Errorf("%d entries went after half a year", n)
		}
	})
}
