package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// grown returns a site whose file has room that nothing needs: rows of so many bytes each, of which share are deleted.
func grown(t *testing.T, rows, deleted int) (dir string, s *Store, site *Site) {
	t.Helper()
	dir = t.TempDir()
	s, site = newSite(t, dir)
	importHits(t, site, sealedHits(rand.New(rand.NewPCG(1, 1)), 3, 40))
	for _, q := range []string{"CREATE TABLE ballast (id INTEGER PRIMARY KEY, data BLOB)",
		"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) INSERT INTO ballast SELECT n, randomblob(3000) FROM c LIMIT ?1",
		"DELETE FROM ballast WHERE id % 100 < ?1"} {
		n := rows
		if strings.HasPrefix(q, "DELETE") {
			n = deleted
		}
		args := []any{n}
		if !strings.Contains(q, "?1") {
			args = nil
		}
		if _, err := site.write.Exec(q, args...); err != nil {
			t.Fatal(err)
		}
	}
	return dir, s, site
}

func TestFreeRoomIsGivenBack(t *testing.T) {
	if testing.Short() {
		t.Skip("large files take minutes under the race detector")
	}
	for _, row := range []struct {
		name          string
		rows, deleted int // deleted: of a hundred
		room          func() (uint64, error)
		did           string
		warns         bool
	}{
		{"a few pages", 3000, 10, plenty, "gave ", false},
		{"a third of a small file", 3000, 33, plenty, "written anew", false},
		{"a third, and the disk is full", 3000, 33, func() (uint64, error) { return 1 << 20, nil }, "the disk has only 1 MB left, so the file was not written anew; gave ", true},
		{"half of a large file", 22000, 50, plenty, "gave ", false},
		{"nothing", 0, 0, plenty, "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, _, site := grown(t, row.rows, row.deleted)
			ctx := context.Background()
			before, _ := blocksOf(t, site)
			did, warns, err := (&night{Site: site, Round: Round{Free: row.room}}).room(ctx)
			if err != nil || warns != row.warns || !strings.HasPrefix(did, row.did) || row.did == "" && did != "" {
				t.Errorf("it says “%s” (%v), %v; want “%s”", did, warns, err, row.did)
			}
			size, pages, free, err := site.pages(ctx)
			if err != nil || free != 0 {
				t.Errorf("%d pages are free still, %v", free, err)
			}
			if file, err := os.Stat(site.path); err != nil || file.Size() != pages*size {
				t.Errorf("the file has %d bytes, not %d, %v", file.Size(), pages*size, err)
			}
			if log, err := os.Stat(site.path + "-wal"); err != nil || log.Size() != 0 {
				t.Errorf("the log has %d bytes, %v", log.Size(), err)
			}
			if after, _ := blocksOf(t, site); len(after) != len(before) {
				t.Errorf("%d blocks, not %d", len(after), len(before))
			}
			if wrong, err := site.Check(ctx); len(wrong) > 0 || err != nil {
				t.Error(wrong, err)
			}
		})
	}
}

// The copy that writing a file anew needs is neither in memory nor anywhere but in the data directory.
func TestACopyOfAFileStaysInTheDirectory(t *testing.T) {
	if testing.Short() {
		t.Skip("a large file takes minutes under the race detector")
	}
	dir, _, site := grown(t, 9000, 30)
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	done := make(chan error)
	go func() {
		done <- site.inWriter(context.Background(), func() error { return site.vacuum(context.Background()) })
	}()
	inside := false
	for look := time.NewTicker(time.Millisecond); ; <-look.C {
		all, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		for _, fd := range all {
			to, err := os.Readlink("/proc/self/fd/" + fd.Name())
			if err == nil && strings.HasSuffix(to, "(deleted)") {
				if strings.HasPrefix(to, filepath.Join(dir, "tmp")+"/") {
					inside = true
				} else if strings.Contains(to, "/tmp/#") || strings.Contains(to, "etilqs") {
					t.Fatalf("there is a copy at %s", to)
				}
			}
		}
		select {
		case err := <-done:
			if err != nil || !inside {
				t.Errorf("seen in the directory: %v, %v", inside, err)
			}
			return
		default:
		}
	}
}

// BenchmarkUnderLoad does the nightly round, and makes a backup, of a directory while hits are taken, and tells how long the
// unluckiest hit waited. It wants a copy of a data directory, which it changes.
func BenchmarkUnderLoad(b *testing.B) {
	from := os.Getenv("SANDPRINT_BENCH_DATA")
	if from == "" {
		b.Skip("SANDPRINT_BENCH_DATA names a copy of a data directory that may be changed")
	}
	s, err := Open(from, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	site, err := s.Site(b.Context(), s.Sites()[0].ID)
	if err != nil {
		b.Fatal(err)
	}
	for name, work := range map[string]func(*testing.B) error{
		"nothing": func(*testing.B) error { time.Sleep(time.Second); return nil }, // what the machine itself does to a hit
		"round": func(b *testing.B) error {
			return s.Maintain(b.Context(), Round{ClockIsRight: true, Free: plenty}, func(step Step) { b.Log(step) })
		},
		"backup": func(b *testing.B) error {
			_, err := s.Backup(b.Context(), filepath.Join(b.TempDir(), "b"), "test", plenty)
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			quit, worst := make(chan struct{}), make(chan time.Duration)
			go func() { worst <- longestWait(b, site, quit) }()
			for b.Loop() {
				if err := work(b); err != nil {
					b.Error(err)
				}
			}
			close(quit)
			b.ReportMetric(float64((<-worst).Microseconds())/1000, "ms-longest-wait")
		})
	}
}

// longestWait writes a hit a millisecond and returns how long the slowest took.
func longestWait(b *testing.B, site *Site, quit <-chan struct{}) (longest time.Duration) {
	for n := time.Now().UnixNano(); ; n++ {
		select {
		case <-quit:
			return longest
		case <-time.After(time.Millisecond):
		}
		began := time.Now()
		if err := site.Append(context.Background(), oneView(n)); err != nil {
			b.Error(err)
		}
		longest = max(longest, time.Since(began))
	}
}

// Writing the file anew fails when something else writes it; what SQLite needs in passing is kept in memory again from then on.
func TestTemporaryDataStaysInMemoryAfterAFailure(t *testing.T) {
	_, site := newSite(t, t.TempDir())
	tx, err := site.read.Begin()
	if err == nil {
		_, err = tx.Exec("DELETE FROM mark")
	}
	if err == nil {
		_, err = site.write.Exec("PRAGMA busy_timeout = 1")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := site.vacuum(t.Context()); err == nil {
		t.Error("the file was written anew while another wrote it")
	}
	var kept int
	if err := errors.Join(tx.Rollback(), site.write.QueryRow("PRAGMA temp_store").Scan(&kept)); err != nil || kept != 2 {
		t.Errorf("temp_store is %d, %v", kept, err)
	}
}
