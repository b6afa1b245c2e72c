package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"modernc.org/sqlite"

	"sandprint/app/column"
)

// Verified is what a backup was found to hold.
type Verified struct {
	Manifest
	Sites []VerifiedSite `json:"sites"`
}

// VerifiedSite is what a site's file in a backup holds.
type VerifiedSite struct {
	Domain   string `json:"domain"`
	File     string `json:"file"`
	Bytes    int64  `json:"bytes"`
	Days     int    `json:"days"` // UTC days on which a visit began
	Visits   int    `json:"visits"`
	Views    int    `json:"pageviews"`
	Events   int    `json:"events"`
	Rows     int    `json:"rows"` // hits and engagements that are not sealed yet: those of today, mostly
	Visitors int64  `json:"visitor_keys"`
	Earlier  bool   `json:"earlier"` // made before rows had checksums: days and their columns were checked, rows only read
}

// badBackup says why a directory is not taken as a backup.
func badBackup(dir, format string, args ...any) error {
	return fmt.Errorf("%s is not taken: %w", dir, fmt.Errorf(format, args...))
}

var siteFileName = regexp.MustCompile(`^sites/[0-9a-f]{32}\.db$`)

// Verify opens a backup and reads all of it: the manifest, every file's checksum, every page, every column. It changes
// nothing in it; of a large file of an earlier version a copy lies beside it meanwhile. The error says what is wrong;
// ErrNewer: a newer version made it.
func Verify(ctx context.Context, dir string) (Verified, error) { return verify(ctx, dir, dir) }

// verify is Verify with copies beside the directory beside.
func verify(ctx context.Context, dir, beside string) (Verified, error) {
	v := Verified{}
	var err error
	if v.Manifest, err = ReadManifest(dir); err != nil {
		return v, err
	}
	for _, f := range v.Files {
		if err := checkCopy(dir, f, io.Discard); err != nil {
			return v, err
		}
		if err := ctx.Err(); err != nil {
			return v, err
		}
	}
	sites, err := verifyControl(ctx, dir)
	if err != nil {
		return v, err
	}
	for _, f := range v.Files {
		if f.Name == controlName {
			continue
		}
		id := strings.TrimSuffix(strings.TrimPrefix(f.Name, "sites/"), ".db")
		info, there := sites[id]
		if !there {
			return v, badBackup(dir, "%s is of no site in its control file", f.Name)
		}
		delete(sites, id)
		site, err := verifySite(ctx, dir, f, info, filepath.Clean(beside)+".verifying")
		if err != nil {
			return v, err
		}
		v.Sites = append(v.Sites, site)
	}
	for _, info := range sites {
		return v, badBackup(dir, "the file of the site %s is missing", info.Domain)
	}
	slices.SortFunc(v.Sites, func(a, b VerifiedSite) int { return strings.Compare(a.Domain, b.Domain) })
	return v, nil
}

// ReadManifest reads what the directory of a backup says that it is. One that was not finished, or names files that lead elsewhere, is
// refused.
func ReadManifest(dir string) (m Manifest, err error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return m, badBackup(dir, "there is nothing of that name")
	case err == nil && !info.IsDir():
		return m, badBackup(dir, "it is a file, and a backup is a directory with a %s in it", manifestName)
	}
	text, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, os.ErrNotExist) {
		return m, badBackup(dir, "it is no backup, or one that was not finished: there is no %s in it", manifestName)
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, badBackup(dir, "its %s can't be read (%w): take another copy", manifestName, err)
	}
	if m.Format > backupFormat {
		return m, badBackup(dir, "it was made by version %s: %w", m.Version, ErrNewer)
	}
	seen := map[string]bool{}
	for _, f := range m.Files {
		if f.Name != controlName && !siteFileName.MatchString(f.Name) || seen[f.Name] {
			return m, badBackup(dir, "%q in its %s is no file of a backup", f.Name, manifestName)
		}
		seen[f.Name] = true
	}
	if !seen[controlName] {
		return m, badBackup(dir, "its %s doesn't name %s", manifestName, controlName)
	}
	return m, nil
}

// checkCopy copies a file of a backup to where to, and fails when it is not the file that the manifest tells of.
func checkCopy(dir string, f BackupFile, to io.Writer) error {
	path := filepath.Join(dir, filepath.FromSlash(f.Name))
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return badBackup(dir, "%s is missing", f.Name)
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() != f.Bytes {
		return badBackup(dir, "%s is not as it was when it was made: it has %d bytes of %d, so take another copy", f.Name, info.Size(), f.Bytes)
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(to, sum), file); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return badBackup(dir, "%s is not as it was when it was made: its checksum is another", f.Name)
	}
	return nil
}

// verifyControl reads the control file of a backup and returns its sites by id.
func verifyControl(ctx context.Context, dir string) (map[string]SiteInfo, error) {
	db, err := openCopy(ctx, dir, controlName, controlSteps)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	all, err := list(ctx, db, scanSite, "SELECT "+siteColumns+" FROM site")
	if err != nil {
		return nil, badBackup(dir, "%s: %w", controlName, err)
	}
	sites := map[string]SiteInfo{}
	for _, info := range all {
		sites[info.ID] = info
	}
	return sites, nil
}

// controlSites returns the ids of the sites in a copy of the control file.
func controlSites(ctx context.Context, path string) ([]string, error) {
	db, err := openFinished(path)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return list(ctx, db, func(row scanner) (id string, err error) { err = row.Scan(&id); return id, err }, "SELECT id FROM site")
}

// verifySite reads all of a site's file in a backup. Scratch is where a copy may lie meanwhile.
func verifySite(ctx context.Context, dir string, f BackupFile, info SiteInfo, scratch string) (VerifiedSite, error) {
	v := VerifiedSite{Domain: info.Domain, File: f.Name, Bytes: f.Bytes}
	site := &Site{store: &Store{}, id: info.ID, path: filepath.Join(dir, filepath.FromSlash(f.Name))}
	db, err := openCopy(ctx, dir, f.Name, siteSteps)
	if err != nil {
		return v, err
	}
	db, v.Earlier, err = upgraded(ctx, db, site.path, scratch)
	if v.Earlier {
		defer os.Remove(scratch) // a large copy, whole or not
	}
	if err != nil {
		return v, badBackup(dir, "%s: it can't be brought up to date: %w", f.Name, err)
	}
	defer db.Close()
	wrong, err := badSums(ctx, db)
	if err != nil || len(wrong) > 0 {
		return v, badBackup(dir, "%s: %s (%w)", f.Name, strings.Join(wrong, "; "), errors.Join(err, ErrDamaged))
	}
	site.write, site.read = db, db
	if err := errors.Join(site.readDicts(ctx), site.readParts(ctx)); err != nil {
		return v, badBackup(dir, "%s: %w", f.Name, err)
	}
	days := map[int32]bool{}
	if err := errors.Join(site.countParts(ctx, &v, days), countRows(ctx, db, &v, days)); err != nil {
		return v, badBackup(dir, "%s: %w", f.Name, err)
	}
	v.Days = len(days)
	err = site.eachVisitors(ctx, db, func(keys []byte, numbers func() ([]uint32, error)) (bool, error) {
		v.Visitors += int64(len(keys) / 8)
		_, err := numbers()
		return true, err
	})
	if err != nil {
		return v, badBackup(dir, "%s: %w", f.Name, err)
	}
	return v, nil
}

// upgraded returns db, which is the finished file at path, or for one of an earlier version, and true, a copy of it with
// today's tables, which is what a restore and a start would make of it. The copy is in memory or, when it is large, in the file
// scratch. Db is closed when it is not returned.
func upgraded(ctx context.Context, db *sql.DB, path, scratch string) (*sql.DB, bool, error) {
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil || version == len(siteSteps) {
		return db, false, err
	}
	if err := db.Close(); err != nil {
		return nil, true, err
	}
	copied, err := copyFinished(ctx, path, scratch)
	if err != nil {
		return nil, true, err
	}
	if err := migrate(copied, siteSteps); err != nil {
		return nil, true, errors.Join(err, copied.Close())
	}
	return copied, true, nil
}

// copySmall is how many bytes copyFinished keeps in memory. A variable for the tests.
var copySmall int64 = 32 << 20

// copyFinished copies the finished file at path into a database in memory, or when it is large into the file scratch, which
// its caller removes.
func copyFinished(ctx context.Context, path, scratch string) (*sql.DB, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	into := ":memory:"
	if info.Size() > copySmall {
		into = scratch
		file, err := os.OpenFile(into, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // nobody else is to read what is in it
		if err != nil {
			return nil, fmt.Errorf("a copy is needed to read it, which is made beside the backup or the new directory: %w", err)
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
	}
	db, err := openScratch(into)
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	err = conn.Raw(func(raw any) error {
		c := raw.(interface {
			NewRestore(from string) (*sqlite.Backup, error)
		})
		b, err := c.NewRestore("file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?mode=ro&immutable=1")
		if err != nil {
			return err
		}
		_, err = b.Step(-1)
		return errors.Join(err, b.Finish())
	})
	if err := errors.Join(err, conn.Close()); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// countParts reads every column of every sealed day, adds up what is in them and notes their days.
func (s *Site) countParts(ctx context.Context, v *VerifiedSite, days map[int32]bool) error {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var b Block
	for _, p := range s.parts {
		if err := s.loadPart(tx, p, AllColumns, &b); err != nil {
			return err
		}
		if got := b.info(); got.Last != p.info.Last {
			return fmt.Errorf("%w: a block of day %d does not end when it should", column.ErrCorrupt, p.info.Date)
		}
		days[p.info.Date] = true
		v.Visits, v.Views, v.Events = v.Visits+p.info.Visits, v.Views+p.info.Views, v.Events+p.info.Events
	}
	return nil
}

// countRows adds what is not sealed yet, and notes its days. An engagement alone makes no visit.
func countRows(ctx context.Context, db *sql.DB, v *VerifiedSite, days map[int32]bool) error {
	const daily = `SELECT start / 86400, count(*), count(DISTINCT CASE WHEN kind <> 2 THEN visit END), count(CASE kind WHEN 1 THEN 1 END),
		count(CASE kind WHEN 3 THEN 1 END) FROM hit GROUP BY 1`
	rows, err := db.QueryContext(ctx, daily)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var day int32
		var n, visits, views, events int
		if err := rows.Scan(&day, &n, &visits, &views, &events); err != nil {
			return err
		}
		if visits > 0 {
			days[day] = true
		}
		v.Rows, v.Visits, v.Views, v.Events = v.Rows+n, v.Visits+visits, v.Views+views, v.Events+events
	}
	return rows.Err()
}

// openCopy opens a file of a backup, which nobody else has open and which is not changed, and examines it: whether
// SQLite can read all of it, and whether it has the tables of a version of ours and nothing that would run by itself.
func openCopy(ctx context.Context, dir, name string, steps []string) (*sql.DB, error) {
	db, err := openFinished(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	if err := examineCopy(ctx, db, steps); err != nil {
		return nil, errors.Join(badBackup(dir, "%s: %w", name, err), db.Close())
	}
	return db, nil
}

func examineCopy(ctx context.Context, db *sql.DB, steps []string) error {
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version < 1 {
		return errors.New("it is no file of Sandprint's")
	}
	if err := lookInto(db, steps); err != nil {
		return err
	}
	wrong, err := list(ctx, db, func(row scanner) (line string, err error) { err = row.Scan(&line); return line, err }, "PRAGMA integrity_check(5)")
	if err == nil && (len(wrong) != 1 || wrong[0] != "ok") {
		err = errors.New(strings.Join(wrong, "; "))
	}
	return err
}
