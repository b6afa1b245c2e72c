package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sandprint/app/store"
)

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
