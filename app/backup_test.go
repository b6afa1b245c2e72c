package app

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"sandprint/app/store"
)

// The visits of today are in no sealed day yet; who reads a backup is told of them all the same.
func TestABackupCountsToday(t *testing.T) {
	dir := newImportSite(t)
	s := serve(t, dir)
	day := strconv.FormatInt(time.Now().Unix()/86400, 10)
	for _, hits := range []string{
		`[{"n":"pageview","i":"view00001","u":"https://import.example/","v":"aaaaaaaaaaaaaaaaaaaaaa.DAY"},{"n":"engage","i":"view00001","u":"https://import.example/","e":5000,"q":1}]`,
		`[{"n":"pageview","i":"view00002","u":"https://import.example/b","v":"aaaaaaaaaaaaaaaaaaaaaa.DAY"}]`,
		`[{"n":"pageview","i":"view00003","u":"https://import.example/","v":"bbbbbbbbbbbbbbbbbbbbbb.DAY"},{"n":"Order","i":"view00003","u":"https://import.example/","q":1,"v":"bbbbbbbbbbbbbbbbbbbbbb.DAY"}]`,
	} {
		r, err := http.NewRequest("POST", s.url+"/e", strings.NewReader(strings.ReplaceAll(hits, "DAY", day)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
		r.Header.Set("Origin", "https://import.example")
		w, err := http.DefaultClient.Do(r)
		if err != nil || w.StatusCode != http.StatusAccepted {
			t.Fatal(w, err)
		}
		w.Body.Close()
	}
	backup := strings.TrimSpace(sandprint(t, "", "backup", "--data", dir).out)
	for _, args := range [][]string{{"verify", backup}, {"restore", backup, "--data", filepath.Join(t.TempDir(), "new")}} {
		r := sandprint(t, "", args...)
		if !regexp.MustCompile(`\nimport.example +1 +2 +3 +1 +5 `).MatchString(r.out) || !strings.Contains(r.err, "not yet sealed") {
			t.Errorf("%v: %+v, want 2 visits with 3 page views and an event", args, r)
		}
	}
}

// A running instance is backed up, the backup read and made a directory of its own, which a second one runs on.
func TestBackupOfALiveInstance(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, dir)
	for _, args := range [][]string{
		{"site", "add", "a.example", "--customer", "Main"},
		{"import", "hits", yearsOld(t, 1), "--site", "a.example"},
	} {
		if r := sandprint(t, "", append(args, "--data", dir)...); r.code != 0 {
			t.Fatalf("%v: %+v", args, r)
		}
	}
	c := command(t, "backup", "--to", "here", "--data", dir) // here is where the command is typed, not where serve runs
	r := finish(t, c, "")
	backup := strings.TrimSuffix(r.out, "\n")
	if r.code != 0 || filepath.Dir(backup) != filepath.Join(c.Dir, "here") {
		t.Fatalf("backup: %+v, not in %s", r, c.Dir)
	}
	if r := sandprint(t, "", "backup", "--json", "--data", dir); r.code != 0 || !strings.Contains(r.out, filepath.Join(dir, "backups")) {
		t.Errorf("without a place: %+v", r)
	}
	r = sandprint(t, "", "verify", backup, "--json")
	var v store.Verified
	if err := json.Unmarshal([]byte(r.out), &v); err != nil || r.code != 0 || len(v.Sites) != 1 || v.Sites[0].Domain != "a.example" || v.Sites[0].Views != 24 {
		t.Errorf("verify: %+v, %v", r, err)
	}
	s.stop(t, os.Interrupt)

	again := filepath.Join(t.TempDir(), "again")
	if r := sandprint(t, "", "restore", backup); r.code != 2 || !strings.Contains(r.err, "needs --data NEW") {
		t.Errorf("to nowhere: %+v", r)
	}
	if r := sandprint(t, "", "restore", backup, "--data", dir); r.code != 1 || !strings.Contains(r.err, "is there already") {
		t.Errorf("over what is there: %+v", r)
	}
	if r := sandprint(t, "", "restore", backup, "--data", again); r.code != 0 || !strings.Contains(r.out, "a.example") {
		t.Fatalf("restore: %+v", r)
	}
	serve(t, again)
	if r := sandprint(t, "", "stats", "a.example", "--period", "all", "--data", again); r.code != 0 || !strings.Contains(r.out, "24") {
		t.Errorf("the restored one: %+v", r)
	}
	if r := sandprint(t, "", "doctor", "--data", again); r.code != 0 {
		t.Errorf("the restored one: %+v", r)
	}
	manifest := filepath.Join(backup, "manifest.json")
	b, err := os.ReadFile(manifest)
	if err == nil {
		err = os.WriteFile(manifest, []byte(strings.Replace(string(b), `"format": 1`, `"format": 2`, 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if r := sandprint(t, "", "verify", backup); r.code != 4 || strings.Count(r.err, "\n") != 1 || !strings.Contains(r.err, "newer version") {
		t.Errorf("of a later version: %+v", r)
	}
}
