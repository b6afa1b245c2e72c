package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sandprint/app/privacy"
	"sandprint/app/store"
)

// yearsOld writes a file of hits of a day so many years ago, one visit an hour, and returns its name.
func yearsOld(t *testing.T, years int) string {
	t.Helper()
	var b bytes.Buffer
	day := time.Now().UTC().AddDate(-years, 0, 0).Truncate(24 * time.Hour)
	for hour := range 24 {
		at := day.Add(time.Duration(hour) * time.Hour)
		hit := map[string]any{"ts": at.Format(time.RFC3339), "n": "pageview", "i": "oldview0" + at.Format("200601021504"), "u": "https://a.example/",
			"ua": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "visitor": at.String()}
		if err := json.NewEncoder(&b).Encode(hit); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(t.TempDir(), "hits.ndjson")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// The round on a live instance: it says what it did, doctor tells of it, and a damaged file is named.
func TestMaintainAndDoctor(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, dir)
	for _, args := range [][]string{
		{"site", "add", "a.example", "--customer", "Main"},
		{"import", "hits", yearsOld(t, 3), "--site", "a.example"},
		{"import", "hits", yearsOld(t, 1), "--site", "a.example"},
	} {
		if r := sandprint(t, "", append(args, "--data", dir)...); r.code != 0 {
			t.Fatalf("%v: %+v", args, r)
		}
	}
	r := sandprint(t, "", "maintain", "--json", "--data", dir)
	var steps []store.Step
	if err := json.Unmarshal([]byte(r.out), &steps); err != nil || r.code != 0 || len(steps) < 5 {
		t.Fatalf("maintain: %+v, %v", r, err)
	}
	if at := slices.IndexFunc(steps, func(s store.Step) bool { return s.Name == "retain" }); at < 0 || !strings.Contains(steps[at].Did, "removed 24 visits in 1 blocks") {
		t.Errorf("the round did %v", steps)
	}
	if r := sandprint(t, "", "maintain", "--data", dir); r.code != 0 || strings.Count(r.out, "nothing to do") != len(steps) || !strings.Contains(r.out, "a.example: seal: ") || strings.Contains(r.out, "site ") {
		t.Errorf("a second round: %+v", r)
	}
	if r := sandprint(t, "", "doctor", "--data", dir); r.code != 0 || !strings.Contains(r.out, "control file and 1 sites are as they were written") || !strings.Contains(r.out, "nightly round  ended 20") {
		t.Errorf("doctor: %+v", r)
	}
	resp, err := http.Get(s.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if body := string(text); err != nil || !strings.Contains(body, "sandprint_round_failed 0\n") || !strings.Contains(body, "sandprint_round_ended_seconds 1") {
		t.Errorf("metrics say %s", body)
	}
	s.stop(t, os.Interrupt)

	files, err := filepath.Glob(filepath.Join(dir, "sites", "*.db"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(b, []byte("a.example\x1f/"))
	if at < 0 {
		t.Fatal("the site's host is not in its file")
	}
	copy(b[at-at%4096:], make([]byte, 64)) // the head of the page it is on
	if err := os.WriteFile(files[0], b, 0o600); err != nil {
		t.Fatal(err)
	}
	r = sandprint(t, "", "doctor", "--data", dir)
	if r.code != 1 || !strings.Contains(r.out, "site a.example") || !strings.Contains(r.out, "sites/"+filepath.Base(files[0])) || !strings.Contains(r.out, "restore BACKUP") {
		t.Errorf("doctor of a damaged file: %+v", r)
	}
}

// Doctor tells of a nightly round that failed, that waits for the clock, or that did not come.
func TestDoctorLooksAtTheLastRound(t *testing.T) {
	in, err := openInstance(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	now := time.Now()
	for _, row := range []struct {
		name  string
		last  store.LastRound
		since time.Time // when the only site was added
		ok    bool
		says  string
	}{
		{"none yet, on a new instance", store.LastRound{}, now.Add(-time.Hour), true, "none yet"},
		{"none, for days", store.LastRound{}, now.Add(-72 * time.Hour), false, "sandprint maintain"},
		{"last night's", store.LastRound{Ended: now.Add(-8 * time.Hour)}, now.Add(-72 * time.Hour), true, "ended 20"},
		{"three nights ago", store.LastRound{Ended: now.Add(-72 * time.Hour)}, now, false, "at night"},
		{"failed", store.LastRound{Ended: now, Failed: "site 3: disk full"}, now, false, "site 3: disk full"},
		{"waits", store.LastRound{Ended: now, Waits: "the clock says 1970"}, now, false, "--clock-is-right"},
	} {
		if !row.last.Ended.IsZero() {
			text, err := json.Marshal(row.last)
			if err == nil {
				err = in.store.Control().SetSetting(t.Context(), "round", text)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		f := in.examineRound(t.Context(), []store.SiteInfo{{Created: row.since}})
		if f.OK != row.ok || !strings.Contains(f.Is+" "+f.Mend, row.says) {
			t.Errorf("%s: %+v, want “%s”", row.name, f, row.says)
		}
	}
}

// Whether the clock is right to let copies, tombstones and the audit log go by, the control file tells: one site that waits for its own clock
// holds up none of it, and a clock that jumps holds up all of it.
func TestOneSiteWaitsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(store.Made.AddDate(0, 1, 0))) // a bubble's time begins in 2000
		dir, ctx := t.TempDir(), t.Context()
		in, err := openInstance(dir, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { in.Close() }()
		customer, err := in.store.Control().AddCustomer(ctx, "Acme")
		if err != nil {
			t.Fatal(err)
		}
		for _, domain := range []string{"a.example", "b.example", "gone.example"} {
			if _, err := in.store.AddSite(ctx, store.SiteInfo{Customer: customer.ID, Domain: domain, Zone: time.UTC, Mode: "cookieless"}); err != nil {
				t.Fatal(err)
			}
		}
		sites := map[string]store.SiteInfo{}
		for _, info := range in.store.Sites() {
			sites[info.Domain] = info
		}
		if _, err := in.privacy.Erase(ctx, privacy.Order{Site: sites["gone.example"], All: true}, nil); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, store.SiteFile(sites["b.example"].ID))
		move := func(from, to string) { // while nobody has it open
			t.Helper()
			if err := errors.Join(in.Close(), os.Rename(from, to)); err != nil {
				t.Fatal(err)
			}
			if in, err = openInstance(dir, store.Options{}); err != nil {
				t.Fatal(err)
			}
		}
		night := func(fails bool) store.LastRound {
			t.Helper()
			time.Sleep(24 * time.Hour)
			if err := in.maintain(ctx, false, func(store.Step) {}); (err != nil) != fails {
				t.Fatal(err)
			}
			last, err := in.store.LastRound(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return last
		}
		oldest := func() time.Duration {
			t.Helper()
			o, err := in.store.Oldest(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return time.Since(o.Copies)
		}
		for range 20 {
			night(false)
		}
		move(file, file+".away")
		for range 13 {
			night(true)
		}
		move(file+".away", file)
		for range 6 { // the site waits for a week, to see whether the clock jumped
			if last := night(false); !strings.Contains(last.Waits, "site ") || strings.Contains(last.Waits, "no copy") || oldest() > privacy.CopiesLive {
				t.Fatalf("%q, a copy is %v old", last.Waits, oldest())
			}
		}
		if stones, err := in.store.Control().Tombstones(ctx); err != nil || len(stones) > 0 {
			t.Errorf("%d tombstones are left, %v", len(stones), err)
		}
		time.Sleep(200 * 24 * time.Hour) // the clock jumps
		for range 6 {
			if last := night(false); !strings.Contains(last.Waits, "no copy, no tombstone") || oldest() < privacy.CopiesLive {
				t.Fatalf("%q, a copy is %v old", last.Waits, oldest())
			}
		}
		night(false)
		if last := night(false); last.Waits != "" || oldest() > privacy.CopiesLive {
			t.Errorf("a week later: %q, a copy is %v old", last.Waits, oldest())
		}
	})
}
