package web

import (
	"context"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sandprint/app/account"
)

const peopleOfA = "/sites/" + siteA + "/people"

var invitation = regexp.MustCompile(`id="secret">http://example\.com(/link/[0-9A-Z]+)<`)

// numberOf returns the number of a person, as addresses have it.
func (f *fixture) numberOf(email string) string {
	f.t.Helper()
	u, err := f.store.Control().UserByEmail(context.Background(), email)
	if err != nil {
		f.t.Fatal(email, err)
	}
	return strconv.FormatInt(u.ID, 10)
}

// TestPeople adds a person by the page, has them choose a password by the link, gives them another role and removes them.
func TestPeople(t *testing.T) {
	f := full(t)
	owner := f.sessions["owner A"]
	page := f.want(http.StatusOK, "GET", peopleOfA, "cookie", owner).Body.String()
	for _, email := range []string{"owner@a.example", "editor@a.example", "viewer@a.example"} {
		if !strings.Contains(page, email) {
			t.Errorf("the page does not name %s", email)
		}
	}
	if strings.Contains(page, "arker-b") || strings.Contains(page, "ops.example") {
		t.Error("the page names people of others")
	}
	f.want(http.StatusCreated, "POST", peopleOfA, "cookie", owner, "form", form("email", "least@a.example"))
	if u, err := f.store.Control().UserByEmail(t.Context(), "least@a.example"); err != nil || len(u.Roles) != 1 || !slices.Contains(slices.Collect(maps.Values(u.Roles)), string(account.Viewer)) {
		t.Errorf("without a role somebody is %+v, %v; want the least", u.Roles, err)
	}
	page = f.want(http.StatusCreated, "POST", peopleOfA, "cookie", owner, "form", form("email", " New@A.example ", "role", "viewer")).Body.String()
	link := invitation.FindStringSubmatch(page)
	if link == nil {
		t.Fatalf("there is no link: %s", page)
	}
	if again := f.want(http.StatusOK, "GET", peopleOfA, "cookie", owner).Body.String(); strings.Contains(again, link[1]) || !strings.Contains(again, "No password yet") {
		t.Error("the link is shown again, or nobody is told that there is no password yet")
	}
	at := peopleOfA + "/" + f.numberOf("new@a.example")
	second := invitation.FindStringSubmatch(f.want(http.StatusCreated, "POST", at+"/link", "cookie", owner).Body.String())
	if second == nil || second[1] == link[1] {
		t.Fatal("there is no further link")
	}
	entered := f.want(http.StatusSeeOther, "POST", second[1], "form", form("password", goodPassword))
	session := cookieOf(entered)
	// A password that is chosen uses all links up.
	if over := f.want(http.StatusNotFound, "GET", link[1]).Body.String(); !strings.Contains(over, `href="/sign-in"`) {
		t.Error("a link that is over doesn't lead to where people sign in")
	}
	f.want(http.StatusForbidden, "GET", "/sites/new", "cookie", session)
	f.want(http.StatusOK, "GET", "/sites/"+siteA, "cookie", session)
	f.want(http.StatusForbidden, "GET", "/sites/"+siteA+"/settings", "cookie", session)
	f.want(http.StatusConflict, "POST", at+"/link", "cookie", owner) // nobody makes a link to somebody's account

	f.want(http.StatusSeeOther, "POST", at+"/role", "cookie", owner, "form", form("role", "editor"))
	f.want(http.StatusOK, "GET", "/sites/"+siteA+"/settings", "cookie", session)

	ask := f.want(http.StatusOK, "GET", at+"/remove", "cookie", owner).Body.String()
	if !strings.Contains(ask, "new@a.example") || !strings.Contains(ask, "goes for good") {
		t.Error("it is not said what goes")
	}
	f.want(http.StatusSeeOther, "POST", at+"/remove", "cookie", owner, "form", "")
	f.want(http.StatusUnauthorized, "GET", "/sites/"+siteA, "cookie", session)
	if _, err := f.store.Control().UserByEmail(t.Context(), "new@a.example"); err == nil {
		t.Error("the person is still there")
	}
	log, err := f.accounts.Audit(t.Context(), f.who("owner A"), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var done []string
	for _, row := range log {
		if row.Actor == f.who("owner A").Number() && strings.HasPrefix(row.Action, "user.") && row.Result == "done" {
			done = append(done, row.Action)
		}
	}
	for _, action := range []string{"user.add", "user.link", "user.role", "user.remove"} {
		if !strings.Contains(strings.Join(done, " "), action) {
			t.Errorf("the audit log has no %s: %v", action, done)
		}
	}
}

// TestPeopleRefused asks for what is not to be: nothing may change.
func TestPeopleRefused(t *testing.T) {
	f := full(t)
	if _, err := f.accounts.AddUser(t.Context(), account.Local(), account.NewUser{Email: "admin@a.example", Customer: "A", Role: account.Admin}); err != nil {
		t.Fatal(err)
	}
	f.sessions["admin A"] = f.signInAs("admin@a.example")
	own, viewer, other, operator := f.numberOf("owner@a.example"), f.numberOf("viewer@a.example"), f.numberOf("owner@marker-b.example"), f.numberOf("operator@ops.example")
	before := f.dump()
	for _, row := range []struct {
		who, path, form string
		status          int
		says, why       string
	}{
		{"owner A", "", form("email", "nobody", "role", "viewer"), 400, "is not an e-mail address", ""},
		{"owner A", "", form("email", "x@a.example", "role", "king"), 400, "There is no role", ""},
		{"owner A", "", form("email", "VIEWER@a.example", "role", "owner"), 400, "one of your people already", "in other letters too"},
		{"owner A", "", form("email", "owner@marker-b.example", "role", "viewer"), 400, "has an account here", "whoever let them in could come in by them"},
		{"owner A", "/" + own + "/role", form("role", "viewer"), 409, "is the last owner", ""},
		{"owner A", "/" + own + "/remove", "", 409, "remove yourself", ""},
		{"owner A", "/" + viewer + "/role", form("role", ""), 400, "There is no role", ""},
		{"owner A", "/" + other + "/role", form("role", "viewer"), 404, "", "somebody else's"},
		{"owner A", "/" + other + "/remove", "", 404, "", ""},
		{"owner A", "/" + other + "/link", "", 404, "", ""},
		{"owner A", "/" + operator + "/remove", "", 404, "", ""},
		{"owner A", "/x/remove", "", 404, "", ""},
		{"admin A", "", form("email", "x@a.example", "role", "viewer"), 403, "by owners", "admins see people only"},
		{"admin A", "/" + viewer + "/role", form("role", "admin"), 403, "by owners", ""},
		{"admin A", "/" + viewer + "/remove", "", 403, "", ""},
		{"admin A", "/" + viewer + "/link", "", 403, "by owners", ""},
		{"editor A", "", form("email", "x@a.example", "role", "owner"), 403, "", ""},
		{"viewer A", "/" + viewer + "/role", form("role", "owner"), 403, "", "to themselves"},
		{"operator", "", form("email", "x@a.example", "role", "owner"), 404, "", "who runs the instance sees no site"},
		{"owner B", "/" + viewer + "/remove", "", 404, "", ""},
	} {
		w := f.want(row.status, "POST", peopleOfA+row.path, "cookie", f.sessions[row.who], "form", row.form)
		if !strings.Contains(w.Body.String(), row.says) {
			t.Errorf("%s %s (%s): no %q in %.2000s", row.who, row.path, row.why, row.says, w.Body)
		}
	}
	if after := f.dump(); after != before {
		t.Errorf("something changed:\n%s\n%s", before, after)
	}
	if page := f.want(200, "GET", peopleOfA, "cookie", f.sessions["admin A"]).Body.String(); strings.Contains(page, "<select name=\"role\"") || !strings.Contains(page, "viewer@a.example") {
		t.Error("an admin sees forms, or no people")
	}
}

// TestALinkOfAnotherCustomerIsOver lets somebody in whom the owner of another customer had invited before: their link opens nothing any more.
func TestALinkOfAnotherCustomerIsOver(t *testing.T) {
	f := full(t)
	page := f.want(http.StatusCreated, "POST", peopleOfA, "cookie", f.sessions["owner A"], "form", form("email", "victim@corp.example", "role", "viewer")).Body.String()
	link := invitation.FindStringSubmatch(page)
	if link == nil {
		t.Fatalf("there is no link: %s", page)
	}
	f.want(http.StatusOK, "GET", link[1])
	if _, err := f.accounts.AddUser(t.Context(), account.Local(), account.NewUser{Email: "victim@corp.example", Customer: "Marker-B", Role: account.Viewer}); err != nil {
		t.Fatal(err)
	}
	f.want(http.StatusNotFound, "GET", link[1])
	f.want(http.StatusNotFound, "POST", link[1], "form", form("password", goodPassword))
	f.want(http.StatusConflict, "POST", peopleOfA+"/"+f.numberOf("victim@corp.example")+"/link", "cookie", f.sessions["owner A"])
}

// TestPeopleElsewhere removes somebody who belongs to another customer too: their account stays, and what it is for there is not told.
func TestPeopleElsewhere(t *testing.T) {
	f := full(t)
	if _, err := f.accounts.AddUser(t.Context(), account.Local(), account.NewUser{Email: "owner@marker-b.example", Customer: "A", Role: account.Editor}); err != nil {
		t.Fatal(err)
	}
	at := peopleOfA + "/" + f.numberOf("owner@marker-b.example")
	f.want(200, "GET", "/sites/"+siteA, "cookie", f.sessions["owner B"])
	if page := f.want(200, "GET", at+"/remove", "cookie", f.sessions["owner A"]).Body.String(); strings.Contains(page, "Marker-B") || strings.Contains(page, "goes for good") {
		t.Error("the page says what else the account is for, or that it goes")
	}
	f.want(http.StatusSeeOther, "POST", at+"/remove", "cookie", f.sessions["owner A"], "form", "")
	f.want(404, "GET", "/sites/"+siteA, "cookie", f.sessions["owner B"])
	f.want(200, "GET", "/sites/"+siteB, "cookie", f.sessions["owner B"])
}

// TestRemovingAsksForThePassword removes somebody long after signing in: without the password nobody goes, from no file.
func TestRemovingAsksForThePassword(t *testing.T) {
	f := full(t)
	if err := f.accounts.SetPassword(t.Context(), account.Local(), "owner@a.example", goodPassword); err != nil {
		t.Fatal(err)
	}
	f.sessions["owner A"] = f.signInAs("owner@a.example")
	f.later("owner A")
	f.backup()
	at := peopleOfA + "/" + f.numberOf("viewer@a.example") + "/remove"
	for _, wrong := range []string{"", "another password that is long"} {
		w := f.want(http.StatusBadRequest, "POST", at, "cookie", f.sessions["owner A"], "form", form("password", wrong))
		if !strings.Contains(w.Body.String(), "nobody was removed") || !strings.Contains(w.Body.String(), `name="password"`) {
			t.Errorf("with the password %q: %.2000s", wrong, w.Body)
		}
	}
	f.numberOf("viewer@a.example")
	f.want(http.StatusSeeOther, "POST", at, "cookie", f.sessions["owner A"], "form", form("password", goodPassword))
	if n := f.inFiles("viewer@a.example"); n != 0 {
		t.Errorf("the address is still in %d files", n)
	}
}
