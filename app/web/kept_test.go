package web

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sandprint/app/store"
)

// The page of what is kept has each class with its rule, the oldest there is, and what the last night did.
func TestWhatIsKept(t *testing.T) {
	f := full(t)
	f.read(siteA, "/about", "own", 1)
	data := func() string {
		return f.want(200, "GET", "/sites/"+siteA+"/data", "cookie", f.sessions["viewer A"]).Body.String()
	}
	today := time.Now().UTC().Format("2 Jan 2006")
	body := data()
	for _, want := range []string{"13 months after the last visit", ">25 months<", ">60 months<", ">12 months<", "There was no nightly round yet.", "Sign-ins", "Audit log", "35 days", "stderr", "<td>" + today + "</td>"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q: %s", want, body)
		}
	}
	info, err := f.store.Control().SiteByDomain(t.Context(), siteA)
	if err != nil {
		t.Fatal(err)
	}
	f.setRound(store.LastRound{Ended: time.Now(), Audit: 17, Sites: map[int64]store.SiteRound{info.Number: {Visits: 1234}}})
	if body := data(); !strings.Contains(body, "1,234 removed") || !strings.Contains(body, "17 removed") || !strings.Contains(body, "ended on "+today) || strings.Contains(body, `role="alert"`) {
		t.Errorf("after a round: %s", body)
	}
}

func (f *fixture) setRound(l store.LastRound) {
	f.t.Helper()
	if err := f.store.SetLastRound(f.t.Context(), l); err != nil {
		f.t.Fatal(err)
	}
}

// A round that failed, waits for the clock or did not come is told of on the dashboards of those who answer for the site, and of those sites only.
func TestTroubleWithTheRoundIsLoud(t *testing.T) {
	f := full(t)
	f.read(siteA, "/about", "own", 1)
	f.read(siteB, "/about", "own", 1)
	a, err := f.store.Control().SiteByDomain(t.Context(), siteA)
	if err != nil {
		t.Fatal(err)
	}
	of := func(r store.SiteRound) map[int64]store.SiteRound { return map[int64]store.SiteRound{a.Number: r} }
	for _, row := range []struct {
		why           string
		round         store.LastRound
		says          string // on A's dashboard
		saysB, saysOp bool   // on B's too, on the operator's page too
	}{
		{"all is well", store.LastRound{Ended: time.Now(), Sites: of(store.SiteRound{Visits: 3})}, "", false, false},
		{"A's failed", store.LastRound{Ended: time.Now(), Failed: "site 1: disk", Sites: of(store.SiteRound{Failed: true})}, "round failed", false, true},
		{"the copies failed", store.LastRound{Ended: time.Now(), Failed: "no copy", OthersFailed: "no copy"}, "round failed", true, true},
		{"A's clock", store.LastRound{Ended: time.Now(), Waits: "site 1: clock", Sites: of(store.SiteRound{Waits: true})}, "clock of the machine looks wrong", false, true},
		{"two weeks off", store.LastRound{Ended: time.Now().AddDate(0, 0, -14)}, "no nightly round for two days", true, true},
	} {
		f.setRound(row.round)
		says := func(path, who string) bool {
			body := f.want(200, "GET", path, "cookie", f.sessions[who]).Body.String()
			return strings.Contains(body, `role="alert"`) && strings.Contains(body, row.says)
		}
		loud := row.says != ""
		if says("/sites/"+siteA, "owner A") != loud || says("/sites/"+siteA+"/data", "owner A") != loud {
			t.Errorf("%s: the owner of A is told: %v", row.why, !loud)
		}
		if says("/sites/"+siteA, "viewer A") {
			t.Errorf("%s: a viewer is alarmed", row.why)
		}
		if says("/sites/"+siteB, "owner B") != row.saysB {
			t.Errorf("%s: the owner of B is told: %v", row.why, !row.saysB)
		}
		if says("/operator/kept", "operator") != row.saysOp {
			t.Errorf("%s: the operator is told: %v", row.why, !row.saysOp)
		}
	}
}

// toldOf returns what the button of a page that asks stands for.
func toldOf(t *testing.T, page string) string {
	t.Helper()
	_, value, found := strings.Cut(page, `name="let-go" value="`)
	if value, _, _ = strings.Cut(value, `"`); !found {
		t.Errorf("the page doesn't ask: %s", page)
	}
	return value
}

// What shorter times take is shown with its numbers, by the form and by the presets, and goes only when that is said of the same times. The numbers are
// those of the round that then removes it; keys of the first three visits went in the round before.
func TestShorterTimesAsk(t *testing.T) {
	f := full(t)
	owner, path := f.sessions["owner A"], "/sites/"+siteA
	f.viewed(siteA, 430, "DE", "/a", "/b", "/c")
	f.viewed(siteA, 100, "DE", "/a", "/b")
	f.viewed(siteA, 3, "DE", "/a")
	if err := f.store.Maintain(t.Context(), store.Round{}, func(store.Step) {}); err != nil {
		t.Fatal(err)
	}
	fields := func(visits string, more ...string) string {
		return form(append([]string{"timezone", "UTC", "mode", "cookie", "floor", "7", "keep_visits", visits}, more...)...)
	}
	keep := func() store.Retention { return f.settingsOf(siteA).Retention.OrDefault() }
	asked := f.want(200, "POST", path+"/settings", "cookie", owner, "form", fields("1")).Body.String()
	for _, text := range []string{"Nothing is saved yet", "<b>1 month</b>", "Visitors are recognised: 13 months", "Visits: 25 months", "visits: 5, with 5 page views, of 2 days", "one a day: 2",
		"Totals of their days stay for 60 months", "In effect 1 month", `value="7"`, "report.html"} {
		if !strings.Contains(asked, text) {
			t.Errorf("%q is not said: %s", text, asked)
		}
	}
	f.want(200, "POST", path+"/settings", "cookie", owner, "form", fields("2", "let-go", toldOf(t, asked))) // other times than those told of
	if k := keep(); k.Visits != 25 || k.Keys != 13 {
		t.Errorf("asked, and yet saved: %+v", k)
	}
	page := f.want(200, "GET", path+"/preset?name=strict", "cookie", owner).Body.String()
	if !strings.Contains(page, "visits: 3, with 3 page views, of 1 day") {
		t.Errorf("the preset doesn't say what goes: %s", page)
	}
	f.want(200, "POST", path+"/preset", "cookie", owner, "form", form("preset", "strict"))
	f.want(200, "POST", path+"/preset", "cookie", owner, "form", form("preset", "strict", "let-go", "1-1-60"))
	f.want(303, "POST", path+"/preset", "cookie", owner, "form", form("preset", "strict", "let-go", toldOf(t, page)))
	if k := keep(); k.Visits != 13 {
		t.Errorf("the preset keeps %+v", k)
	}
	f.want(303, "POST", path+"/settings", "cookie", owner, "form", fields("25")) // longer
	f.want(303, "POST", path+"/settings", "cookie", owner, "form", fields("24")) // shorter, and nothing is that old
	f.want(303, "POST", path+"/settings", "cookie", owner, "form", fields("1", "let-go", toldOf(t, asked)))
	var went int
	if err := f.store.Maintain(t.Context(), store.Round{}, func(s store.Step) { went += int(s.Gone.Visits) }); err != nil {
		t.Fatal(err)
	}
	if went != 5 {
		t.Errorf("5 visits were told of, %d went", went)
	}
}

// What the operator allows at most holds for sites that are there, for new ones, and for what owners set.
func TestLimits(t *testing.T) {
	f := full(t)
	keep := func(domain string) store.Retention {
		info, err := f.store.Control().SiteByDomain(t.Context(), domain)
		if err != nil {
			t.Fatal(err)
		}
		return info.Settings.Retention.OrDefault()
	}
	settings := func(status int, months string) string {
		return f.want(status, "POST", "/sites/"+siteA+"/settings", "cookie", f.sessions["owner A"], "form", form("timezone", "UTC", "mode", "cookie", "keep_visits", months)).Body.String()
	}
	settings(303, "40")
	f.want(404, "POST", "/operator/kept", "cookie", f.sessions["owner A"], "form", form("visits", "1"))
	for _, bad := range []string{"visits=61", "audit=5", "audit=37", "keys=x", "totals=0", "copies=36", "sign_ins=31"} {
		f.want(400, "POST", "/operator/kept", "cookie", f.sessions["operator"], "form", bad)
	}
	f.viewed(siteA, 500, "DE", "/a", "/b")
	asked := f.want(200, "POST", "/operator/kept", "cookie", f.sessions["operator"], "form", form("visits", "12", "audit", "24")).Body.String()
	for _, text := range []string{"2 sites keep something longer", ">" + siteA + "<", "Visits 40 months → 12 months", "visits: 2, with 2 page views, of 1 day", ">" + siteB + "<", "Visits 25 months → 12 months", "Nothing is that old there yet."} {
		if !strings.Contains(asked, text) {
			t.Errorf("before the limits are saved %q is missing: %s", text, asked)
		}
	}
	if a, b := keep(siteA), keep(siteB); a.Visits != 40 || b.Visits != 25 {
		t.Errorf("asked, and yet saved: %+v, %+v", a, b)
	}
	f.want(200, "POST", "/operator/kept", "cookie", f.sessions["operator"], "form", form("visits", "11", "audit", "24", "let-go", toldOf(t, asked))) // other limits than those told of
	f.want(303, "POST", "/operator/kept", "cookie", f.sessions["operator"], "form", form("visits", "12", "audit", "24", "let-go", toldOf(t, asked)))
	if a, b := keep(siteA), keep(siteB); a.Visits != 12 || b.Visits != 12 || b.Keys != 12 || b.Totals != 60 {
		t.Errorf("the sites keep %+v and %+v", a, b)
	}
	if body := settings(400, "13"); !strings.Contains(body, "allows 12 months at most") {
		t.Errorf("over the limit: %s", body)
	}
	if body := settings(200, "6"); !strings.Contains(body, "visits: 2, with 2 page views, of 1 day") {
		t.Errorf("of what goes it says %s", body)
	}
	f.want(303, "POST", "/sites/"+siteA+"/settings", "cookie", f.sessions["owner A"], "form", form("timezone", "UTC", "mode", "cookie", "keep_visits", "6", "let-go", "6-6-60"))
	settings(303, "") // what is left open is the limit where the default is longer
	f.addSite("owner B", "new.marker-b.example")
	if a, n := keep(siteA), keep("new.marker-b.example"); a.Visits != 12 || n.Visits != 12 {
		t.Errorf("left open it is %+v, of a new site %+v", a, n)
	}
	if body := f.want(200, "GET", "/operator/kept", "cookie", f.sessions["operator"]).Body.String(); !strings.Contains(body, ">24 months<") || !strings.Contains(body, `value="12"`) {
		t.Errorf("the operator sees %s", body)
	}
}

// The operator's page leads to both of its sisters.
func TestOperatorFindsTheWay(t *testing.T) {
	f := full(t)
	body := f.want(200, "GET", "/operator", "cookie", f.sessions["operator"]).Body.String()
	for _, link := range []string{`href="/operator/kept"`, `href="/audit"`} {
		if !strings.Contains(body, link) {
			t.Errorf("the page has no %s", link)
		}
	}
}

// What the operator chose for the instance is told on the page and in documents.
func TestLimitsOfTheInstance(t *testing.T) {
	f := full(t)
	f.want(303, "POST", "/operator/kept", "cookie", f.sessions["operator"], "form", form("copies", "5", "sign_ins", "3", "audit", "6"))
	body := f.want(200, "GET", "/operator/kept", "cookie", f.sessions["operator"]).Body.String()
	for _, want := range []string{"3 days, 3 days without use", "the newest of 5 days, and of the weeks before; 5 days at most", ">6 months<"} {
		if !strings.Contains(body, want) {
			t.Errorf("the operator's page lacks %q: %s", want, body)
		}
	}
	record := f.want(200, "GET", "/sites/"+siteA+"/documents/record", "cookie", f.sessions["owner A"]).Body.String()
	for _, want := range []string{"the newest of each of 5 days", "sign-ins 3 days at most, 3 days unused"} {
		if !strings.Contains(record, want) {
			t.Errorf("the record lacks %q: %s", want, record)
		}
	}
}

// A directory of copies that can't be read doesn't take the page away that one looks at then.
func TestKeptWithoutCopies(t *testing.T) {
	f := full(t)
	if err := os.WriteFile(filepath.Join(f.store.Control().Dir(), "backups"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, who := range map[string]string{"/sites/" + siteA + "/data": "owner A", "/operator/kept": "operator"} {
		if body := f.want(200, "GET", path, "cookie", f.sessions[who]).Body.String(); !strings.Contains(body, "can’t be read") {
			t.Errorf("%s doesn't say it: %s", path, body)
		}
	}
}
