package app

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"sandprint/app/store"
)

// copied makes a data directory with a visitor, who has a page of his own, and another, and a copy of it.
func copied(t *testing.T, commands ...string) (dir, backup string) {
	t.Helper()
	dir = made(t, append([]string{"user add ann@example.com --customer Acme", "site add shop.example"}, commands...)...)
	recent := time.Now().AddDate(0, 0, -5)
	file := importedLine(recent, "shop.example", "customer-1", "ofclara") + importedLine(recent, "shop.example", "customer-2", "ofdaria")
	if r := sandprint(t, file, "import", "hits", "-", "--site", "shop.example", "--data", dir); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	return dir, backedUpTo(t, dir)
}

func backedUpTo(t *testing.T, dir string, flags ...string) (backup string) {
	t.Helper()
	r := sandprint(t, "", append([]string{"backup", "--data", dir}, flags...)...)
	if r.code != 0 {
		t.Fatalf("%+v", r)
	}
	return strings.TrimSpace(r.out)
}

// stamp changes the moment at which a copy says that it was made.
func stamp(t *testing.T, backup string, made time.Time) {
	t.Helper()
	m, err := store.ReadManifest(backup)
	m.Made = made.UTC().Truncate(time.Second)
	text, failed := json.Marshal(m)
	if err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	if err := os.WriteFile(filepath.Join(backup, "manifest.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// touch makes everything below a path as old as that.
func touch(t *testing.T, path string, at time.Time) {
	t.Helper()
	err := filepath.WalkDir(path, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chtimes(path, at, at)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What stands among the copies and can't be read may have what was erased: the erasure is not done before it is gone, says what it is, and so do
// doctor and the nightly round, which removes it once it is as old as copies may be.
func TestWhatStandsAmongTheCopies(t *testing.T) {
	for _, row := range []struct {
		name  string
		spoil func(copy string) error // a whole copy, of which it makes something else
	}{
		{"a manifest that is cut off", func(copy string) error { return os.Truncate(filepath.Join(copy, "manifest.json"), 40) }},
		{"without a manifest", func(copy string) error { return os.Remove(filepath.Join(copy, "manifest.json")) }},
		{"a manifest of a later version", func(copy string) error {
			return os.WriteFile(filepath.Join(copy, "manifest.json"), []byte(`{"format": 7, "version": "9.9"}`), 0o600)
		}},
		{"a copy with a file that nobody made", func(copy string) error {
			return os.WriteFile(filepath.Join(copy, "sites", "kept.db"), []byte("ofclara"), 0o600)
		}},
		{"a file", func(copy string) error {
			if err := os.RemoveAll(copy); err != nil {
				return err
			}
			return os.WriteFile(copy, []byte("ofclara"), 0o600)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir, backup := copied(t)
			other := filepath.Join(dir, "backups", "of.old")
			if err := os.CopyFS(other, os.DirFS(backup)); err != nil {
				t.Fatal(err)
			}
			if err := row.spoil(other); err != nil {
				t.Fatal(err)
			}
			erase := []string{"erase", "--site", "shop.example", "--visitor", "customer-1", "--yes", "--data", dir}
			r := sandprint(t, "", erase...)
			if r.code != 1 || r.out != "" || !strings.Contains(r.err, "of.old") || !strings.Contains(r.err, "remove it, or move it elsewhere") {
				t.Errorf("erase: %+v", r)
			}
			if r := sandprint(t, "", "doctor", "--data", dir); r.code != 1 || !strings.Contains(r.out, "of.old") || !strings.Contains(r.out, "move it elsewhere") {
				t.Errorf("doctor: %+v", r)
			}
			if r := sandprint(t, "", "maintain", "--data", dir); r.code != 1 || !strings.Contains(r.err, "of.old") {
				t.Errorf("maintain: %+v", r)
			}
			if err := os.Rename(other, filepath.Join(t.TempDir(), "elsewhere")); err != nil {
				t.Fatal(err)
			}
			if n := inFiles(t, dir, "ofclara"); n > 0 {
				t.Errorf("%d files besides have what was erased", n)
			}
			if r := sandprint(t, "", erase...); r.code != 0 || !strings.Contains(r.out, "visits erased                       1\n") || !strings.Contains(r.out, "1 visit erased, ") {
				t.Errorf("out of the way: %+v", r)
			}
			if r := sandprint(t, "", "doctor", "--data", dir); !strings.Contains(r.out, "nothing else among them") {
				t.Errorf("doctor, out of the way: %+v", r)
			}
		})
	}
	t.Run("old", func(t *testing.T) {
		dir, backup := copied(t)
		old, young := filepath.Join(dir, "backups", "old"), filepath.Join(dir, "backups", "young.zip")
		if err := os.CopyFS(old, os.DirFS(backup)); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(filepath.Join(old, "manifest.json"), 10); err != nil {
			t.Fatal(err)
		}
		touch(t, old, time.Now().AddDate(0, 0, -36))
		if r := sandprint(t, "", "erase", "--site", "shop.example", "--visitor", "customer-1", "--yes", "--data", dir); r.code != 1 {
			t.Fatalf("%+v", r)
		}
		if err := os.WriteFile(young, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if r := sandprint(t, "", "maintain", "--data", dir); r.code != 1 || strings.Contains(r.err, "old (") || !strings.Contains(r.err, "young.zip (it is no directory)") {
			t.Errorf("%+v", r)
		}
		if err := os.Remove(young); err != nil {
			t.Fatal(err)
		}
		if r := sandprint(t, "", "maintain", "--data", dir); r.code != 0 || !strings.Contains(r.out, "went on with 1 erasures") || inFiles(t, dir, "ofclara") > 0 {
			t.Errorf("%+v", r)
		}
	})
}

// A copy is one whatever its directory is called, and it is as such that what is erased goes from it.
func TestACopyOfAnotherName(t *testing.T) {
	dir, backup := copied(t)
	named := filepath.Join(dir, "backups", "2026.before-the-move")
	if err := os.Rename(backup, named); err != nil {
		t.Fatal(err)
	}
	r := sandprint(t, "", "erase", "--site", "shop.example", "--visitor", "customer-1", "--yes", "--data", dir)
	if r.code != 0 || strings.Count(r.out, "\ncopy of ") != 1 || inFiles(t, dir, "ofclara") > 0 {
		t.Errorf("%+v", r)
	}
	if r := sandprint(t, "", "verify", named); r.code != 0 {
		t.Errorf("%+v", r)
	}
}

// Whether a copy has what was erased is no question of what a clock said, be it when it was made or when the erasure was asked for; and what
// came after the erasure is nothing of it.
func TestErasuresDontGoByClocks(t *testing.T) {
	for name, made := range map[string]time.Time{"ahead": time.Now().AddDate(1, 0, 0), "as it was": time.Now(), "behind": time.Now().AddDate(0, 0, -30)} {
		t.Run(name, func(t *testing.T) {
			dir, backup := copied(t)
			stamp(t, backup, made)
			elsewhere := filepath.Join(t.TempDir(), "elsewhere")
			if err := os.CopyFS(elsewhere, os.DirFS(backup)); err != nil {
				t.Fatal(err)
			}
			r := sandprint(t, "", "erase", "--site", "shop.example", "--visitor", "customer-1", "--yes", "--data", dir)
			if r.code != 0 || !strings.Contains(r.err, "in 1 copy in") || strings.Count(r.out, "\ncopy of ") != 1 || inFiles(t, dir, "ofclara") > 0 {
				t.Errorf("%+v", r)
			}
			// The visitor comes back, as by an import, after which another copy is made.
			if r := sandprint(t, importedLine(time.Now().AddDate(0, 0, -4), "shop.example", "customer-1", "ofclaraagain"), "import", "hits", "-", "--site", "shop.example", "--data", dir); r.code != 0 {
				t.Fatalf("%+v", r)
			}
			later := filepath.Join(dir, "backups", "later")
			if err := os.Rename(backedUpTo(t, dir, "--to", t.TempDir()), later); err != nil {
				t.Fatal(err)
			}
			stamp(t, later, made)
			for from, has := range map[string]bool{elsewhere: false, backup: false, later: true} {
				to := filepath.Join(t.TempDir(), "again")
				r := sandprint(t, "", "restore", from, "--data", to, "--erasures", filepath.Join(dir, "backups"))
				if name == "ahead" {
					if r.code != 1 || !strings.Contains(r.err, "Set the clock") {
						t.Errorf("%s: %+v", from, r)
					}
					r = sandprint(t, "", "restore", from, "--data", to, "--erasures", filepath.Join(dir, "backups"), "--erased-may-return")
				}
				if r.code != 0 || inFiles(t, to, "ofdaria") == 0 || inFiles(t, to, "ofclarahere")+inFiles(t, to, "About ofclara\x00") > 0 || (inFiles(t, to, "ofclaraagain") > 0) != has {
					t.Errorf("%s: %+v", from, r)
				}
				if from != later && inFiles(t, to, "ofclara") > 0 {
					t.Errorf("%s: who was erased is there again", from)
				}
			}
		})
	}
}

// Nothing is restored when nobody can tell what was erased since, unless the person knows and says so.
func TestRestoreKnowsWhatWasErased(t *testing.T) {
	dir, backup := copied(t)
	alone := filepath.Join(t.TempDir(), "alone")
	if err := os.CopyFS(alone, os.DirFS(backup)); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "offsite")
	offsite := backedUpTo(t, dir, "--to", to)
	old := filepath.Join(dir, "backups", "old")
	if err := os.CopyFS(old, os.DirFS(backup)); err != nil {
		t.Fatal(err)
	}
	stamp(t, old, time.Now().AddDate(0, 0, -36))
	for _, row := range []struct {
		args string
		code int
		says string
	}{
		{backup, 0, "The list of what was erased is of 20"},
		{offsite, 0, "The list of what was erased is of 20"},
		{alone, 1, "There is no erasures.json in " + filepath.Dir(alone)},
		{alone + " --erasures " + to, 0, "The list of what was erased is of 20"},
		{alone + " --erased-may-return", 0, "erase again what was erased since"},
		{old, 1, "more than 35 days ago"},
		{old + " --erased-may-return", 0, "erase again what was erased since"},
	} {
		to := filepath.Join(t.TempDir(), "new")
		r := sandprint(t, "", append([]string{"restore", "--data", to}, strings.Fields(row.args)...)...)
		_, err := os.Stat(to)
		if r.code != row.code || !strings.Contains(r.err, row.says) || (err == nil) != (row.code == 0) {
			t.Errorf("%s: %+v, %v", row.args, r, err)
		}
		if row.code == 1 && (!strings.Contains(r.err, "nothing was restored") || !strings.Contains(r.err, "--erased-may-return")) {
			t.Errorf("%s doesn't say what to do: %+v", row.args, r)
		}
	}
}

// Who is removed goes from the copies too, with the address and the password, and no restore brings them back: also when the program ends in
// between.
func TestARemovedUserIsInNoCopy(t *testing.T) {
	for _, killed := range []bool{false, true} {
		dir, backup := copied(t, "user add gone@leavers.example --customer Acme", "user add only@alone.example --customer Alonecorp")
		elsewhere := filepath.Join(t.TempDir(), "elsewhere")
		if err := os.CopyFS(elsewhere, os.DirFS(backup)); err != nil {
			t.Fatal(err)
		}
		obstacle := filepath.Join(dir, "backups", "obstacle")
		for _, who := range []string{"gone@leavers.example", "only@alone.example"} {
			if killed { // what stands in the way stands for whatever keeps it from its end
				if err := os.WriteFile(obstacle, nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if r := sandprint(t, "", "user", "remove", who, "--data", dir); r.code != map[bool]int{true: 1}[killed] || killed && !strings.Contains(r.err, "obstacle") {
				t.Errorf("%+v", r)
			}
		}
		if killed {
			s := serve(t, dir) // which goes on with it at its start; killed at some moment of it, the next one does
			if err := s.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			<-s.ended
			if err := os.Remove(obstacle); err != nil {
				t.Fatal(err)
			}
			if r := sandprint(t, "", "maintain", "--data", dir); r.code != 0 {
				t.Errorf("%+v", r)
			}
		}
		restored := filepath.Join(t.TempDir(), "again")
		if r := sandprint(t, "", "restore", elsewhere, "--data", restored, "--erasures", filepath.Join(dir, "backups")); r.code != 0 {
			t.Errorf("%+v", r)
		}
		for _, where := range []string{dir, restored} {
			for _, text := range []string{"gone@leavers.example", "only@alone.example", "Alonecorp"} {
				if n := inFiles(t, where, text); n > 0 {
					t.Errorf("%s is in %d files of %s", text, n, where)
				}
			}
			r := sandprint(t, "", "user", "list", "--data", where)
			if !strings.Contains(r.out, "ann@example.com") || strings.Contains(r.out, "gone") {
				t.Errorf("%+v", r)
			}
		}
		if r := sandprint(t, "", "verify", backup); r.code != 0 {
			t.Errorf("%+v", r)
		}
	}
}

// An erasure that is killed at any moment comes to its end with the next start: every copy is whole, and none has what was erased.
func TestErasureInCopiesIsKilled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("not run here: needs signals")
	}
	for wait := time.Duration(0); wait < 400*time.Millisecond; wait += 40 * time.Millisecond {
		dir, backup := copied(t)
		for i, name := range []string{"second", "third.copy"} {
			path := filepath.Join(dir, "backups", name)
			if err := os.CopyFS(path, os.DirFS(backup)); err != nil {
				t.Fatal(err)
			}
			stamp(t, path, time.Now().AddDate(0, 0, -1-i))
		}
		c := command(t, "erase", "--site", "shop.example", "--visitor", "customer-1", "--yes", "--data", dir)
		began := make(chan struct{})
		c.Stderr = tellOnce{began}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		<-began // it has said what will go
		timer := time.NewTimer(wait)
		<-timer.C
		c.Process.Kill()
		killed := c.Wait()
		if _, ended := killed.(*exec.ExitError); killed != nil && !ended {
			t.Fatal(killed)
		}
		stoneless := inFiles(t, dir, "\"kind\": \"visitor\"") == 0 // it was killed before the order was on disk, or just after
		if r := sandprint(t, "", "maintain", "--data", dir); r.code != 0 {
			t.Fatalf("after %v: %+v", wait, r)
		}
		if n := inFiles(t, dir, "ofclara"); n > 0 && !stoneless {
			t.Errorf("after %v: in %d files", wait, n)
		}
		copies, err := store.Backups(filepath.Join(dir, "backups"))
		if err != nil || len(copies) < 3 || inFiles(t, dir, "ofdaria") < 4 {
			t.Errorf("after %v: %v, %v", wait, copies, err)
		}
		for _, copy := range copies {
			if r := sandprint(t, "", "verify", copy); r.code != 0 {
				t.Errorf("after %v: %+v", wait, r)
			}
		}
	}
}

// tellOnce closes a channel when something is written.
type tellOnce struct{ began chan struct{} }

func (w tellOnce) Write(b []byte) (int, error) {
	select {
	case <-w.began:
	default:
		close(w.began)
	}
	return len(b), nil
}
