package web

import (
	"bytes"
	"crypto/sha256"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"sandprint/app/account"
	"sandprint/app/store"
)

// inFiles counts a text in all files of the fixture's data, upper and lower case alike.
func (f *fixture) inFiles(text string) (n int) {
	f.t.Helper()
	err := filepath.WalkDir(f.store.Control().Dir(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		n += bytes.Count(bytes.ToLower(data), []byte(strings.ToLower(text)))
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return n
}

// backup makes a copy in the data directory.
func (f *fixture) backup() {
	f.t.Helper()
	if _, err := f.store.Backup(f.t.Context(), filepath.Join(f.store.Control().Dir(), "backups", "first"), "test", func() (uint64, error) { return 1 << 40, nil }); err != nil {
		f.t.Fatal(err)
	}
}

// later makes a person's sign-in older than what can't be undone asks for.
func (f *fixture) later(name string) {
	f.t.Helper()
	c := &call{Request: f.request("GET", "/", "cookie", f.sessions[name]), server: f.server}
	hash := sha256.Sum256([]byte(f.server.cookies.read(c)))
	if err := f.store.Control().ConfirmSession(f.t.Context(), hash, time.Now().Add(-account.ConfirmedFor)); err != nil {
		f.t.Fatal(err)
	}
}

// work does what Work does in the background.
func (f *fixture) work() {
	f.t.Helper()
	if _, err := f.server.Privacy.Resume(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
}

var receiptAddress = regexp.MustCompile(`^/receipts/[A-Z2-7]{26}$`)

// A visitor is erased from the page: first it is said exactly what will go, then the name is asked for; it goes on in the background, and
// whoever has the number of the receipt sees how far it is, and the receipt.
func TestEraseVisitorOnPage(t *testing.T) {
	f := full(t)
	f.read(siteA, "/ofannahere", "annamark", 7)
	f.read(siteA, "/ofberthere", "bertmark", 8)
	f.backup()
	owner, erase := f.sessions["owner A"], "/sites/"+siteA+"/erase"
	f.want(200, "GET", erase, "cookie", owner)
	body := f.want(200, "POST", erase, "cookie", owner, "form", form("what", "visitor", "visitor", "7")).Body.String()
	if !regexp.MustCompile(`Visits</th><td class="num">1<`).MatchString(body) || !strings.Contains(body, `searched too</th><td class="num">1<`) || f.inFiles("ofannahere") == 0 {
		t.Fatalf("it is said that this goes: %s", body)
	}
	record := f.want(200, "POST", erase, "cookie", owner, "form", form("what", "visitor", "visitor", "7", "do", "record"))
	if !strings.Contains(record.Body.String(), "/ofannahere") || strings.Contains(record.Body.String(), "bert") {
		t.Errorf("the record is %s", record.Body)
	}
	f.want(400, "POST", erase, "cookie", owner, "form", form("what", "visitor", "visitor", "7", "do", "erase", "confirm", "another.example"))
	f.want(400, "POST", erase, "cookie", owner, "form", form("what", "visitor", "visitor", "", "do", "erase", "confirm", siteA))
	f.want(400, "POST", erase, "cookie", owner, "form", form("what", "before", "before", "2999-01-01"))
	f.want(400, "POST", erase, "cookie", owner, "form", form("what", "before", "before", "yesterday"))
	f.want(400, "POST", erase, "cookie", owner, "form", form("do", "erase", "confirm", siteA))
	f.want(403, "POST", erase, "cookie", f.sessions["editor A"], "form", form("what", "visitor", "visitor", "7", "do", "erase", "confirm", siteA))
	f.work()
	if f.inFiles("ofannahere") == 0 {
		t.Fatal("it was erased without being confirmed")
	}
	sure := form("what", "visitor", "visitor", "7", "do", "erase", "confirm", siteA)
	to := f.want(303, "POST", erase, "cookie", owner, "form", sure).Header().Get("Location")
	if again := f.want(303, "POST", erase, "cookie", owner, "form", sure).Header().Get("Location"); again != to || !receiptAddress.MatchString(to) {
		t.Errorf("asked for twice at once it is told of at %s and %s", to, again)
	}
	if waits := f.want(200, "GET", to).Body.String(); !strings.Contains(waits, "Waiting for its turn") || !strings.Contains(waits, `http-equiv="refresh"`) {
		t.Errorf("while it waits: %s", waits)
	}
	f.work()
	if n := f.inFiles("ofannahere") + f.inFiles("annamark"); n > 0 || f.inFiles("ofberthere") == 0 {
		t.Errorf("%d traces are left", n)
	}
	receipt := f.want(200, "GET", to).Body.String()
	for _, want := range []string{"It is erased.", `Visits</th><td class="num">1<`, strings.TrimPrefix(to, "/receipts/"), `erased in too</th><td class="num">1</td>`} {
		if !strings.Contains(receipt, want) {
			t.Errorf("the receipt lacks %q: %s", want, receipt)
		}
	}
	if strings.Contains(receipt, siteA) || strings.Contains(receipt, "http-equiv=\"refresh\"") {
		t.Errorf("the receipt names somebody, or waits: %s", receipt)
	}
	number := strings.TrimPrefix(to, "/receipts/")
	f.want(303, "GET", "/receipts?number="+strings.ToLower(number))
	f.want(404, "GET", "/receipts?number=NONE")
	f.want(404, "GET", "/receipts/NONE")
	if data := f.want(200, "GET", "/sites/"+siteA+"/data", "cookie", f.sessions["viewer A"]).Body.String(); !strings.Contains(data, number) {
		t.Errorf("the site's page doesn't have the receipt: %s", data)
	}
	// Gone already: the page says so, and a receipt of nothing is one.
	if body := f.want(200, "POST", erase, "cookie", owner, "form", form("what", "visitor", "visitor", "7")).Body.String(); !strings.Contains(body, "gone already") {
		t.Errorf("gone already: %s", body)
	}
	to = f.want(303, "POST", erase, "cookie", owner, "form", sure).Header().Get("Location")
	f.work()
	if receipt := f.want(200, "GET", to).Body.String(); !strings.Contains(receipt, "There was nothing of it any more.") {
		t.Errorf("the receipt of nothing: %s", receipt)
	}
}

// What can't be undone asks for the password, unless it was given within five minutes; a wrong one erases nothing and is throttled.
func TestEraseAsksForThePassword(t *testing.T) {
	f := full(t)
	if err := f.accounts.SetPassword(t.Context(), account.Local(), people["owner A"].Email, goodPassword); err != nil {
		t.Fatal(err)
	}
	f.sessions["owner A"] = f.signInAs(people["owner A"].Email)
	erase := "/sites/" + siteA + "/erase"
	ask := func(status int, password, says string) {
		t.Helper()
		body := f.want(status, "POST", erase, "cookie", f.sessions["owner A"], "form", form("what", "site", "do", "erase", "confirm", siteA, "password", password)).Body.String()
		if !strings.Contains(body, says) {
			t.Errorf("with %q: %s", password, body)
		}
	}
	if body := f.want(200, "GET", erase+"?what=site", "cookie", f.sessions["owner A"]).Body.String(); strings.Contains(body, `type="password"`) {
		t.Error("who has just signed in is asked for the password")
	}
	f.later("owner A")
	if body := f.want(200, "GET", erase+"?what=site", "cookie", f.sessions["owner A"]).Body.String(); !strings.Contains(body, `type="password"`) {
		t.Error("the password is not asked for")
	}
	for range 10 {
		ask(400, "wrong password here", "not your password")
	}
	ask(429, goodPassword, "too many tries")
	if stones, err := f.store.Control().Tombstones(t.Context()); err != nil || len(stones) > 0 {
		t.Fatalf("%d erasures have begun, %v", len(stones), err)
	}
	g := full(t)
	if err := g.accounts.SetPassword(t.Context(), account.Local(), people["owner A"].Email, goodPassword); err != nil {
		t.Fatal(err)
	}
	g.sessions["owner A"] = g.signInAs(people["owner A"].Email)
	g.later("owner A")
	f = g
	ask(303, goodPassword, "")
	if body := f.want(200, "GET", erase+"?what=site", "cookie", f.sessions["owner A"]).Body.String(); strings.Contains(body, `type="password"`) {
		t.Error("the password is asked for again at once")
	}
}

// A customer is erased with all sites and people, also with one who is signed in elsewhere and adds a site meanwhile: no file has their names any
// more, in copies neither, and who was signed in is not.
func TestEraseCustomerOnPage(t *testing.T) {
	f := full(t)
	f.read(siteB, "/marker-b-page", "marker-b", 2)
	f.read(siteA, "/own", "own", 1)
	f.backup()
	elsewhere := f.signInAs(people["owner B"].Email)
	customer, err := f.store.Control().CustomerByName(t.Context(), "Marker-B")
	if err != nil {
		t.Fatal(err)
	}
	path := "/customers/" + strconv.FormatInt(customer.ID, 10) + "/erase"
	body := f.want(200, "GET", path, "cookie", f.sessions["owner B"]).Body.String()
	for _, want := range []string{siteB, people["owner B"].Email, "Marker-B", `Visits</th><td class="num">1<`} {
		if !strings.Contains(body, want) {
			t.Errorf("it isn't said that %q goes: %s", want, body)
		}
	}
	for _, name := range []string{"owner A", "viewer A", "operator"} {
		f.want(404, "GET", path, "cookie", f.sessions[name])
		f.want(404, "POST", path, "cookie", f.sessions[name], "form", form("do", "erase", "confirm", "Marker-B"))
	}
	f.want(400, "POST", path, "cookie", f.sessions["owner B"], "form", form("do", "erase", "confirm", "Main"))
	to := f.want(303, "POST", path, "cookie", f.sessions["owner B"], "form", form("do", "erase", "confirm", "marker-b")).Header().Get("Location")
	who := f.who("owner B")
	if _, err := f.accounts.AddSite(t.Context(), who, account.NewSite{Domain: "late.marker-b.example"}); err != nil {
		t.Fatal(err)
	}
	f.work()
	if n := f.inFiles("marker-b"); n > 0 {
		t.Errorf("%d times they are in a file", n)
	}
	if f.inFiles(siteA) == 0 {
		t.Error("another customer is gone too")
	}
	for _, session := range []string{f.sessions["owner B"], elsewhere} {
		f.want(401, "GET", "/sites", "cookie", session)
	}
	receipt := f.want(200, "GET", to).Body.String()
	if !strings.Contains(receipt, "It is erased.") || !strings.Contains(receipt, `Visits</th><td class="num">1<`) {
		t.Errorf("the receipt: %s", receipt)
	}
	if _, err := f.store.Control().CheckAudit(t.Context()); err != nil {
		t.Error(err)
	}
	if err := f.store.Control().CheckReceipts(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := store.Verify(t.Context(), filepath.Join(f.store.Control().Dir(), "backups", "first")); err != nil {
		t.Error(err)
	}
}

// A site is erased from its page, and its receipt says what there was although its file is gone.
func TestEraseSiteOnPage(t *testing.T) {
	f := full(t)
	f.read(siteA, "/about", "own", 1)
	to := f.want(303, "POST", "/sites/"+siteA+"/erase", "cookie", f.sessions["owner A"], "form", form("what", "site", "do", "erase", "confirm", strings.ToUpper(siteA))).Header().Get("Location")
	f.work()
	f.want(404, "GET", "/sites/"+siteA, "cookie", f.sessions["owner A"])
	if body := f.want(200, "GET", to).Body.String(); !strings.Contains(body, `Page views</th><td class="num">1<`) || !strings.Contains(body, "A whole site") {
		t.Errorf("the receipt: %s", body)
	}
}

// A visitors' page that is hidden says only who answers, for sandprint('show') leads there, and its other doors are as those of no site; shown again it is there.
func TestHiddenVisitorPage(t *testing.T) {
	f := full(t)
	f.read(siteA, "/about", "own", 1)
	f.want(200, "GET", "/privacy/"+siteA)
	f.want(403, "POST", "/sites/"+siteA+"/data/page", "cookie", f.sessions["viewer A"], "form", form("page", "hide"))
	f.want(303, "POST", "/sites/"+siteA+"/data/page", "cookie", f.sessions["editor A"], "form", form("page", "hide"))
	f.mustChange(siteA, func(s *account.SiteSettings) { s.Notice.Contact = "privacy@a.example" })
	hold(t, "the hidden page", f.want(200, "GET", "/privacy/"+siteA).Body.String(), "Whoever runs this site answers", "Questions: privacy@a.example.", `content="noindex"`, `id="sp-off"`,
		"!<form class=\"stack\"", "!How long", "!months")
	f.want(404, "GET", "/privacy/none.example")
	for _, ask := range [][]string{{"GET", "/privacy.json"}, {"POST", "/show"}, {"POST", "/erase"}, {"POST", "/optout"}} {
		hidden := whole(f.want(404, ask[0], "/privacy/"+siteA+ask[1], "form", form("v", "1")))
		none := whole(f.want(404, ask[0], "/privacy/none.example"+ask[1], "form", form("v", "1")))
		if hidden != none {
			t.Errorf("%v: hidden is not as none:\n%s\n%s", ask, hidden, none)
		}
	}
	f.want(303, "POST", "/sites/"+siteA+"/settings", "cookie", f.sessions["owner A"], "form", form("timezone", "UTC", "mode", "cookie"))
	hold(t, "saving other settings leaves it hidden", f.want(200, "GET", "/privacy/"+siteA).Body.String(), "Whoever runs this site answers")
	f.want(303, "POST", "/sites/"+siteA+"/data/page", "cookie", f.sessions["editor A"], "form", form("page", "show"))
	f.want(200, "GET", "/privacy/"+siteA)
}
