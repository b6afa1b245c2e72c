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
	f.want(303, "POST", "/operator/kept", "cookie", f.sessions["operator"], "form", form("visits", "12", "audit", "24"))
	if a, b := keep(siteA), keep(siteB); a.Visits != 12 || b.Visits != 12 || b.Keys != 12 || b.Totals != 60 {
		t.Errorf("the sites keep %+v and %+v", a, b)
	}
	if body := settings(400, "13"); !strings.Contains(body, "allows 12 months at most") {
		t.Errorf("over the limit: %s", body)
	}
	settings(303, "6")
	settings(303, "") // what is left open is the limit where the default is longer
	f.addSite("owner B", "new.marker-b.example")
	if a, n := keep(siteA), keep("new.marker-b.example"); a.Visits != 12 || n.Visits != 12 {
		t.Errorf("left open it is %+v, of a new site %+v", a, n)
	}
	if body := f.want(200, "GET", "/operator/kept", "cookie", f.sessions["operator"]).Body.String(); !strings.Contains(body, ">24 months<") || !strings.Contains(body, `value="12"`) {
		t.Errorf("the operator sees %s", body)
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
