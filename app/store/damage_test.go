package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sandprint/app/column"
)

// sealedHits are hits on some days, the first of which is long over, and at most n page views a day.
func sealedHits(r *rand.Rand, days, n int) (hits []Hit) {
	first := time.Now().Unix()/daySeconds*daySeconds - int64(days+4)*daySeconds
	for day := range days {
		hits = append(hits, someHits(r, n, first+int64(day)*daySeconds+3600)...)
	}
	return hits
}

// importHits imports hits into a site.
func importHits(t *testing.T, site *Site, hits []Hit) {
	t.Helper()
	ctx := context.Background()
	im, err := site.StartImport(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := im.Add(ctx, hits); err != nil {
		t.Fatal(err)
	}
	if _, err := im.Commit(ctx, sha256.Sum256([]byte(hits[0].View))); err != nil {
		t.Fatal(err)
	}
}

// edit changes the file of a closed site with SQL, as no damage would: the test says what.
func edit(t *testing.T, path, statement string, args ...any) {
	t.Helper()
	db, err := openDB(path, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if res, err := db.Exec(statement, args...); err != nil {
		t.Fatal(err)
	} else if n, err := res.RowsAffected(); err != nil || n == 0 {
		t.Fatalf("%s changed %d rows, %v", statement, n, err)
	}
}

// TestADamagedBlockIsNamedAndOthersAreRead damages a column in each way it can be and asks for it and for others.
func TestADamagedBlockIsNamedAndOthersAreRead(t *testing.T) {
	for name, damage := range map[string]string{
		"flipped": "UPDATE block SET data = CAST(substr(data, 1, 8) || x'55' || substr(data, 10) AS BLOB) WHERE id = ?",
		"cut":     "UPDATE block SET data = substr(data, 1, length(data) / 2) WHERE id = ?",
		"gone":    "DELETE FROM block WHERE id = ?",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, site := newSite(t, dir)
			importHits(t, site, sealedHits(rand.New(rand.NewPCG(1, 1)), 3, 40))
			broken := site.parts[1]
			path := site.path
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			edit(t, path, damage, broken.id<<8|int64(ViewPage))

			var log bytes.Buffer
			s, err := Open(dir, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			ctx, done := context.WithCancel(context.Background())
			defer done()
			site, err = s.Site(ctx, s.Sites()[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			for ask := range 3 {
				snap, err := site.Snapshot(ctx)
				if err != nil {
					t.Fatal(err)
				}
				var b Block
				for i, info := range snap.Blocks() {
					err := snap.Load(i, Set(VisitStart, ViewPage), &b)
					if info.Date != broken.date() {
						if err != nil || snap.Damaged(i) != nil {
							t.Errorf("a whole day: %v", err)
						}
						continue
					}
					d, ok := errors.AsType[*Damage](err)
					if !ok || !errors.Is(err, column.ErrCorrupt) || d.Day != broken.date() || d.Column != ViewPage ||
						d.File != "sites/"+filepath.Base(path) || snap.Damaged(i) != d {
						t.Errorf("question %d: the damage is told as %v", ask, err)
					}
					if err := snap.Load(i, Set(VisitStart), &b); !errors.As(err, &d) {
						t.Errorf("question %d: a whole column of a damaged day is given out: %v", ask, err)
					}
				}
				snap.Close()
			}
			if got := strings.Count(log.String(), "damaged"); strings.Count(log.String(), "\n") != 1 || got == 0 || !strings.Contains(log.String(), "site=1 ") {
				t.Errorf("the log has: %s", log.String())
			}
		})
	}
}
