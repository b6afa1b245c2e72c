package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

// backedUp returns a store of two sites with sealed and hot days, and a backup of it.
func backedUp(t *testing.T) (s *Store, backup string) {
	t.Helper()
	dir := t.TempDir()
	s, site := newSite(t, dir)
	importHits(t, site, sealedHits(rand.New(rand.NewPCG(1, 1)), 4, 50))
	ctx := context.Background()
	if err := site.Append(ctx, oneView(7)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddSite(ctx, SiteInfo{Customer: 1, Domain: "empty.example", Zone: time.UTC, Mode: "cookieless"}); err != nil {
		t.Fatal(err)
	}
	backup = filepath.Join(t.TempDir(), "b")
	if _, err := s.Backup(ctx, backup, "test", plenty); err != nil {
		t.Fatal(err)
	}
	return s, backup
}

// A backup made while hits are written is, once restored, what was acknowledged before it was begun, all of it, and
// nothing that was not sent by its end.
func TestBackupAndRestoreUnderLoad(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	s, site := newSite(t, dir)
	importHits(t, site, sealedHits(rand.New(rand.NewPCG(1, 1)), 30, 200))
	salt, err := site.DaySalt(ctx, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	const before, more = 100, 4000
	sent, quit := make(chan int64), make(chan struct{})
	for n := range int64(before) {
		if err := site.Append(ctx, oneView(n)); err != nil {
			t.Fatal(err)
		}
	}
	go func() {
		n := int64(before)
		for ; n < more; n++ {
			select {
			case <-quit:
				sent <- n
				return
			default:
			}
			if err := site.Append(ctx, oneView(n)); err != nil {
				t.Error(err)
			}
		}
		<-quit
		sent <- n
	}()
	im, err := site.StartImport(ctx) // still under way: parts of it are in the file
	if err == nil {
		err = im.Add(ctx, sealedHits(rand.New(rand.NewPCG(2, 2)), 40, 20))
	}
	if err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(t.TempDir(), "deep", "b")
	m, err := s.Backup(ctx, backup, "test", plenty)
	close(quit)
	end := <-sent
	if err != nil || len(m.Files) != 2 {
		t.Fatal(m, err)
	}
	if err := im.Cancel(); err != nil {
		t.Fatal(err)
	}
	was, dicts := blocksOf(t, site)

	again := filepath.Join(t.TempDir(), "new")
	v, _, err := Restore(ctx, backup, again, nil)
	if err != nil || len(v.Sites) != 1 || v.Sites[0].Days != 31 || v.Sites[0].Visitors == 0 || v.Sites[0].Rows < before || v.Sites[0].Rows > int(end) {
		t.Fatalf("%+v, %v", v, err)
	}
	_, restored := newSite(t, again)
	is, isDicts := blocksOf(t, restored)
	if !reflect.DeepEqual(was[:30], is[:30]) || !reflect.DeepEqual(dicts, isDicts) {
		t.Error("sealed days are not what they were")
	}
	if n := is[len(is)-1].Views; n != v.Sites[0].Rows {
		t.Errorf("%d page views of today are there, and %d rows", n, v.Sites[0].Rows)
	}
	if !bytes.Equal(restored.SiteKey(), site.SiteKey()) {
		t.Error("visitors would not be recognised: the key is another")
	}
	var auto int
	if err := restored.write.QueryRow("PRAGMA auto_vacuum").Scan(&auto); err != nil || auto != 2 {
		t.Errorf("auto_vacuum is %d, %v", auto, err)
	}
	if err := filepath.WalkDir(backup, func(path string, d fs.DirEntry, err error) error {
		info, statErr := d.Info()
		if err = errors.Join(err, statErr); err != nil {
			return err
		}
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; runtime.GOOS != "windows" && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
		if d.IsDir() {
			return nil
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, salt) {
			t.Errorf("the salt of today is in %s", path)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	if names, err := filepath.Glob(filepath.Dir(backup) + "/*"); err != nil || len(names) != 1 {
		t.Errorf("beside the backup are %v, %v", names, err)
	}
}

func TestBackupIsRefused(t *testing.T) {
	s, backup := backedUp(t)
	over, end := context.WithCancel(context.Background())
	end()
	parent := t.TempDir()
	for _, row := range []struct {
		name, dir string
		ctx       context.Context
		room      func() (uint64, error)
		says      string
	}{
		{"where one is", backup, t.Context(), plenty, "is there already"},
		{"without room", filepath.Join(parent, "b"), t.Context(), func() (uint64, error) { return 1000, nil }, "the disk has 0 MB free"},
		{"interrupted", filepath.Join(parent, "b"), over, plenty, "context canceled"},
	} {
		if _, err := s.Backup(row.ctx, row.dir, "test", row.room); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v, want “%s”", row.name, err, row.says)
		}
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Whoever tampers with a backup, or a disk that spoils it, is noticed before anything is restored.
func TestABadBackupIsRefused(t *testing.T) {
	_, good := backedUp(t)
	v, err := Verify(t.Context(), good)
	if err != nil || len(v.Sites) != 2 || v.Sites[1].Views == 0 {
		t.Fatal(v, err)
	}
	m, full := v.Manifest, v.Sites[1].File
	sql := func(name string, statements ...string) func(*testing.T, string) { // and makes the manifest fit
		return func(t *testing.T, dir string) {
			db, err := openScratch(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range statements {
				if _, err := db.Exec(q); err != nil {
					t.Fatal(err)
				}
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			rewrite(t, dir, m)
		}
	}
	manifest := func(change func(m *Manifest)) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			other := m
			other.Files = append([]BackupFile{}, m.Files...)
			change(&other)
			if err := errors.Join(os.Remove(filepath.Join(dir, manifestName)), other.write(dir)); err != nil {
				t.Fatal(err)
			}
		}
	}
	file := func(name string, change func(b []byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, name)
			b, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path, change(b), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, row := range []struct {
		name  string
		spoil func(*testing.T, string)
		says  string
	}{
		{"without a manifest", func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, manifestName)) }, "it is no backup"},
		{"a manifest of something else", file(manifestName, func([]byte) []byte { return []byte("hello") }), "can't be read"},
		{"of a later format", manifest(func(m *Manifest) { m.Format, m.Version = 2, "9.9" }), "made by version 9.9"},
		{"without the control file", func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, controlName)) }, "control.db is missing"},
		{"a control file not named", manifest(func(m *Manifest) { m.Files = m.Files[1:] }), "doesn't name control.db"},
		{"without a site's file", manifest(func(m *Manifest) { m.Files = m.Files[:2] }), "is missing"},
		{"a path that leads elsewhere", manifest(func(m *Manifest) { m.Files[1].Name = "sites/../../x.db" }), "no file of a backup"},
		{"a file twice", manifest(func(m *Manifest) { m.Files[1].Name = m.Files[2].Name }), "no file of a backup"},
		{"a link instead of a file", func(t *testing.T, dir string) {
			path := filepath.Join(dir, full)
			if err := errors.Join(os.Rename(path, path+"x"), os.Symlink(path+"x", path)); err != nil {
				t.Fatal(err)
			}
		}, "is not as it was"},
		{"cut off", file(full, func(b []byte) []byte { return b[:len(b)/2] }), "is not as it was"},
		{"a bit flipped", file(full, func(b []byte) []byte { b[len(b)/2] ^= 1; return b }), "checksum is another"},
		{"not a database", func(t *testing.T, dir string) {
			file(full, func(b []byte) []byte { return make([]byte, len(b)) })(t, dir)
			rewrite(t, dir, m)
		}, "not a database"},
		{"pages of nothing", func(t *testing.T, dir string) {
			file(full, func(b []byte) []byte { clear(b[8192:]); return b })(t, dir)
			rewrite(t, dir, m)
		}, full},
		{"a file of another program", sql(full, "DROP TABLE block"), "not those of Sandprint"},
		{"of a newer version", sql(full, fmt.Sprintf("PRAGMA user_version = %d", len(siteSteps)+1)), "newer version"},
		{"of no version", sql(full, "PRAGMA user_version = 0"), "no file of Sandprint's"},
		{"a trigger", sql(full, "CREATE TRIGGER evil AFTER INSERT ON hit BEGIN DELETE FROM part; END"), "not those of Sandprint"},
		{"a view", sql(controlName, "CREATE VIEW evil AS SELECT 1"), "not those of Sandprint"},
		{"a column more", sql(full, "ALTER TABLE hit ADD COLUMN address TEXT"), "not those of Sandprint"},
		{"a spoilt column of a day", sql(full, "UPDATE block SET data = CAST(substr(data, 1, 8) || x'55' || substr(data, 10) AS BLOB) WHERE id & 255 = 12"), "can't be read"},
		{"a column gone", sql(full, "DELETE FROM block WHERE id & 255 = 3"), "can't be read"},
		{"spoilt visitors", sql(full, "UPDATE visitor SET data = substr(data, 2)"), "visitors"},
		{"a site that isn't in the control file", sql(controlName, "DELETE FROM site"), "is of no site"},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "b")
			if err := os.CopyFS(dir, os.DirFS(good)); err != nil {
				t.Fatal(err)
			}
			row.spoil(t, dir)
			to := filepath.Join(t.TempDir(), "new")
			if _, _, err := Restore(t.Context(), dir, to, nil); err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("it says %v, want “%s”", err, row.says)
			} else if newer := strings.Contains(row.name, "newer") || strings.Contains(row.name, "later"); errors.Is(err, ErrNewer) != newer {
				t.Errorf("%v: a newer version's: %v", err, !newer)
			}
			if left, err := os.ReadDir(filepath.Dir(to)); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
	for _, there := range []string{t.TempDir(), filepath.Join(good, manifestName)} {
		if _, _, err := Restore(t.Context(), good, there, nil); err == nil || !strings.Contains(err.Error(), "is there already") {
			t.Errorf("into %s: %v", there, err)
		}
	}
}

// rewrite makes a manifest of the files as they are.
func rewrite(t *testing.T, dir string, m Manifest) {
	t.Helper()
	m.Files = append([]BackupFile{}, m.Files...)
	for i, f := range m.Files {
		var err error
		if m.Files[i], err = finishCopy(dir, f.Name); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Remove(filepath.Join(dir, manifestName)), m.write(dir)); err != nil {
		t.Fatal(err)
	}
}

// A site that is removed while a backup is made is not in it, and no reason for it to fail.
func TestASiteIsRemovedDuringABackup(t *testing.T) {
	for range 8 {
		s, site := newSite(t, t.TempDir())
		importHits(t, site, sealedHits(rand.New(rand.NewPCG(1, 1)), 4, 50))
		var ids []string
		for i := range 4 {
			added, err := s.AddSite(t.Context(), SiteInfo{Customer: 1, Domain: fmt.Sprintf("s%d.example", i), Zone: time.UTC, Mode: "cookieless"})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, added.ID)
		}
		removed := make(chan error, 1)
		backup := filepath.Join(t.TempDir(), "b")
		_, err := s.Backup(t.Context(), backup, "test", func() (uint64, error) {
			go func() {
				var err error
				for _, id := range ids[:2] {
					_, e := s.RemoveSite(context.Background(), id)
					err = errors.Join(err, e)
				}
				removed <- err
			}()
			return plenty()
		})
		if err := errors.Join(err, <-removed); err != nil {
			t.Fatal(err)
		}
		if v, err := Verify(t.Context(), backup); err != nil || len(v.Sites) < 3 || len(v.Sites) > 5 {
			t.Errorf("%d sites, %v", len(v.Sites), err)
		}
		s.Close()
	}
}
