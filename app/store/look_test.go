package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// twoSites opens a store with two sites that have hits, a and b, both closed.
func twoSites(t *testing.T) (s *Store, a, b SiteInfo) {
	t.Helper()
	s, site := newSite(t, t.TempDir())
	a = site.Info()
	b, err := s.AddSite(context.Background(), SiteInfo{Customer: a.Customer, Domain: "b.example", Zone: time.UTC, Mode: "cookie"})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []SiteInfo{a, b} {
		if err := appendTo(s, i.ID, someHits(rand.New(rand.NewPCG(3, 3)), 20, time.Now().Unix()/daySeconds*daySeconds)); err != nil {
			t.Fatal(err)
		}
		if err := s.closeSite(i.ID); err != nil {
			t.Fatal(err)
		}
	}
	return s, a, b
}

// appendTo appends hits to a site and lets go of it.
func appendTo(s *Store, id string, hits []Hit) error {
	ctx, done := context.WithCancel(context.Background())
	defer done()
	site, err := s.Site(ctx, id)
	if err != nil {
		return err
	}
	return site.Append(ctx, hits)
}

// TestWhatIsNotASitesFileIsRefusedUntouched puts other things in the place of a site's file: it alone is refused, with what it is, and what
// lies there stays as it is to the byte.
func TestWhatIsNotASitesFileIsRefusedUntouched(t *testing.T) {
	exec := func(statements ...string) func(string) error {
		return func(path string) error {
			db, err := openDB(path, 1)
			for _, q := range statements {
				if err == nil {
					_, err = db.Exec(q)
				}
			}
			return errors.Join(err, db.Close())
		}
	}
	foreign := func(journal string) func(string) error {
		return func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			return exec("PRAGMA journal_mode = "+journal, "CREATE TABLE hit (id INTEGER PRIMARY KEY, text TEXT)", "INSERT INTO hit (text) VALUES ('x')")(path)
		}
	}
	write := func(text string) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte(text), 0o600) }
	}
	for name, c := range map[string]struct {
		put  func(path string) error
		want error
		says string
	}{
		"newer":                   {exec(fmt.Sprintf("PRAGMA user_version = %d", len(siteSteps)+1)), ErrNewer, "newer version"},
		"another database":        {foreign("DELETE"), ErrDamaged, "its tables are not those of Sandprint"},
		"another database in WAL": {foreign("WAL"), ErrDamaged, "its tables are not those of Sandprint"},
		"one with a trigger more": {exec("CREATE TRIGGER more AFTER INSERT ON hit BEGIN DELETE FROM hit; END"), ErrDamaged, "its tables are not those of Sandprint"},
		"a view for a table":      {exec("ALTER TABLE total RENAME TO other", "CREATE VIEW total AS SELECT * FROM other"), ErrDamaged, "its tables are not those of Sandprint"},
		"a version too old":       {exec("PRAGMA user_version = 1"), ErrDamaged, "its tables are not those of Sandprint"},
		"text":                    {write("these are not the figures that you are looking for" + strings.Repeat("\n", 5000)), ErrDamaged, "not a database"},
		"nothing":                 {write(""), ErrDamaged, "empty"},
		"no file":                 {os.Remove, ErrDamaged, "not there"},
		"a directory":             {func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) }, ErrDamaged, "no file"},
	} {
		t.Run(name, func(t *testing.T) {
			s, a, b := twoSites(t)
			path := s.path(a.ID)
			if err := c.put(path); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(path)
			err := appendTo(s, a.ID, nil)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "sites/"+a.ID) {
				t.Errorf("the site says: %v", err)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
			if err := appendTo(s, b.ID, someHits(rand.New(rand.NewPCG(4, 4)), 5, time.Now().Unix()-900)); err != nil {
				t.Errorf("the other site says: %v", err)
			}
			if err := s.Maintain(context.Background(), Round{}, func(Step) {}); err == nil || !strings.Contains(err.Error(), "site 1") {
				t.Errorf("the nightly round says: %v", err)
			}
		})
	}
}

// TestAControlFileHalfMadeIsMadeAnew opens a data directory that the power failed over while its control file was made.
func TestAControlFileHalfMadeIsMadeAnew(t *testing.T) {
	making := filepath.Join(t.TempDir(), ControlFile)
	db, err := openOne(making, url.Values{"_pragma": {"journal_mode(DELETE)", "cache_size(1)"}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("BEGIN; CREATE TABLE half (x BLOB); INSERT INTO half VALUES (randomblob(100000))"); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, end := range []string{"", "-journal"} {
		data, err := os.ReadFile(making + end)
		if err != nil || len(data) == 0 {
			t.Fatalf("%d bytes, %v", len(data), err)
		}
		if err := os.WriteFile(filepath.Join(dir, ControlFile+end), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Control().AddCustomer(t.Context(), "Main"); err != nil {
		t.Error(err)
	}
}

// TestANewerControlFileIsLeftAsItIs also covers what is beside it.
func TestANewerControlFileIsLeftAsItIs(t *testing.T) {
	s, _, _ := twoSites(t)
	path := filepath.Join(s.dir, "control.db")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	edit := func(q string) {
		db, err := openDB(path, 1)
		if err == nil {
			_, err = db.Exec(q)
		}
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	for q, want := range map[string]error{
		fmt.Sprintf("PRAGMA user_version = %d", len(controlSteps)+1): ErrNewer,
		"CREATE TABLE more (x)": ErrDamaged,
	} {
		edit(fmt.Sprintf("PRAGMA user_version = %d", len(controlSteps)))
		edit(q)
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(s.dir, Options{}); !errors.Is(err, want) {
			t.Errorf("after %s: %v", q, err)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
			t.Errorf("after %s the file was changed, %v", q, err)
		}
		if q == "CREATE TABLE more (x)" {
			edit("DROP TABLE more")
		}
	}
}

// TestFilesOfEveryVersionBecomeThisOne takes a file of each earlier step, with data in it, to today's tables and figures.
func TestFilesOfEveryVersionBecomeThisOne(t *testing.T) {
	fresh := filepath.Join(t.TempDir(), "fresh.db")
	if err := makeSite(fresh); err != nil {
		t.Fatal(err)
	}
	db, err := openDB(fresh, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	want, err := schemaOf(db)
	if err != nil {
		t.Fatal(err)
	}
	for version := 1; version < len(siteSteps); version++ {
		s, site := newSite(t, t.TempDir())
		ctx := context.Background()
		r := rand.New(rand.NewPCG(5, uint64(version)))
		importHits(t, site, sealedHits(r, 3, 40))
		if err := site.Append(ctx, someHits(r, 30, time.Now().Unix()/daySeconds*daySeconds)); err != nil {
			t.Fatal(err)
		}
		was, err := readAll(site)
		if err != nil {
			t.Fatal(err)
		}
		id := site.id
		if err := s.closeSite(id); err != nil {
			t.Fatal(err)
		}
		takeBack(t, s.path(id), version)
		ctx, done := context.WithCancel(ctx)
		if site, err = s.Site(ctx, id); err != nil {
			t.Fatalf("from version %d: %v", version, err)
		}
		is, err := readAll(site)
		if err != nil || fmt.Sprint(is) != fmt.Sprint(was) {
			t.Errorf("from version %d there are other figures, %v", version, err)
		}
		if got, err := schemaOf(site.write); err != nil || got != want {
			t.Errorf("from version %d it has\n%s\nand a new file has\n%s%v", version, got, want, err)
		}
		if wrong, err := site.Check(ctx); err != nil || len(wrong) > 0 {
			t.Errorf("from version %d: %q, %v", version, wrong, err)
		}
		done()
	}
}

// TestABackupOfEveryVersionIsVerifiedAndRestored reads and restores a backup with a file of each earlier step, and finds what is spoilt in one.
func TestABackupOfEveryVersionIsVerifiedAndRestored(t *testing.T) {
	s, backup := backedUp(t)
	m, err := ReadManifest(backup)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Verify(t.Context(), backup)
	if err != nil {
		t.Fatal(err)
	}
	full := siteCalled(s, "example.com")
	if full == "" {
		t.Fatalf("no such site: %v", s.Sites())
	}
	for version := 1; version < len(siteSteps); version++ {
		dir := filepath.Join(t.TempDir(), "b")
		if err := os.CopyFS(dir, os.DirFS(backup)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, SiteFile(full))
		takeBack(t, path, version)
		rewrite(t, dir, m)
		before, _ := os.ReadFile(path)
		got, err := Verify(t.Context(), dir)
		if err != nil {
			t.Errorf("of version %d: %v", version, err)
			continue
		}
		for i, is := range got.Sites {
			of := want.Sites[i]
			if is.Earlier != (is.File == SiteFile(full)) {
				t.Errorf("of version %d: %s is said to be of an earlier one: %v", version, is.Domain, is.Earlier)
			}
			is.Earlier, is.Bytes, of.Bytes = false, 0, 0
			if is != of {
				t.Errorf("of version %d it has %+v, want %+v", version, is, of)
			}
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Errorf("the file of version %d was changed", version)
		}
		to := filepath.Join(t.TempDir(), "new")
		if _, _, err := Restore(t.Context(), dir, to, nil); err != nil {
			t.Errorf("restoring version %d: %v", version, err)
		}
		restored, err := Open(to, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := appendTo(restored, full, oneView(9)); err != nil {
			t.Errorf("the site restored of version %d: %v", version, err)
		}
		if err := restored.Close(); err != nil {
			t.Error(err)
		}
		db, err := openDB(path, 1)
		if err == nil {
			_, err = db.Exec("UPDATE block SET data = CAST(substr(data, 1, 8) || x'55' || substr(data, 10) AS BLOB) WHERE id & 255 = 12; PRAGMA journal_mode = DELETE")
		}
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		rewrite(t, dir, m)
		if _, err := Verify(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "can't be read") {
			t.Errorf("of version %d, with a spoilt column: %v", version, err)
		}
	}
}

// siteCalled returns the id of a site.
func siteCalled(s *Store, domain string) string {
	for _, info := range s.Sites() {
		if info.Domain == domain {
			return info.ID
		}
	}
	return ""
}

// takeBack makes of a site's file one of an earlier version with the same data: the columns that both have are copied.
func takeBack(t *testing.T, path string, version int) {
	t.Helper()
	old := path + "-old"
	db, err := openDB(old, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := migrate(db, siteSteps[:version]); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("ATTACH ? AS new", path); err != nil {
		t.Fatal(err)
	}
	tables, err := list(t.Context(), db, scanOne[string], "SELECT name FROM main.sqlite_schema WHERE type = 'table'")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		columns, err := list(t.Context(), db, scanOne[string], "SELECT name FROM pragma_table_info(?, 'main')", table)
		if err != nil {
			t.Fatal(err)
		}
		names := strings.Join(columns, ", ")
		if _, err := db.Exec("INSERT INTO main." + table + " (" + names + ") SELECT " + names + " FROM new." + table); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(old, path); err != nil {
		t.Fatal(err)
	}
}

// The copy that a file of an earlier version is read as lies beside the backup when it is large, and not afterwards.
func TestWhereABackupIsUpgraded(t *testing.T) {
	s, backup := backedUp(t)
	m, err := ReadManifest(backup)
	if err != nil {
		t.Fatal(err)
	}
	takeBack(t, filepath.Join(backup, SiteFile(siteCalled(s, "example.com"))), 3)
	rewrite(t, backup, m)
	defer func(was int64) { copySmall = was }(copySmall)
	for _, row := range []struct {
		small int64
		fails bool // when no file can be made beside it
	}{{copySmall, false}, {0, true}} {
		copySmall = row.small
		if _, err := Verify(t.Context(), backup); err != nil {
			t.Errorf("up to %d bytes in memory: %v", row.small, err)
		}
		taken := backup + ".verifying"
		if err := os.Mkdir(taken, 0o700); err != nil { // fails when something was left
			t.Fatal(err)
		}
		if _, err := Verify(t.Context(), backup); (err != nil) != row.fails {
			t.Errorf("up to %d bytes in memory, and no room beside it: %v", row.small, err)
		}
		if err := os.RemoveAll(taken); err != nil {
			t.Fatal(err)
		}
	}
}
