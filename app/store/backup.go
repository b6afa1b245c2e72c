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
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A backup is a directory that nobody writes to:
//
//	NAME/ (0700)   manifest.json   control.db   sites/ID.db   (0600)
//
// Its files are whole SQLite files of one moment each, without a log beside them, and without the salts of days.
// manifest.json is written last: without it a directory is no backup.

// Manifest says what is in a backup.
type Manifest struct {
	Format  int          `json:"format"`        // 1
	Version string       `json:"version"`       // of the program that made it
	Made    time.Time    `json:"made"`          // when it was begun
	Seen    time.Time    `json:"seen,omitzero"` // when a clock that was right saw it first, where made was then to come
	Files   []BackupFile `json:"files"`         // control.db first, then the sites' by name
}

// BackupFile is one file of a backup.
type BackupFile struct {
	Name   string `json:"name"`  // "control.db" or "sites/ID.db"
	Bytes  int64  `json:"bytes"` // its length
	SHA256 string `json:"sha256"`
}

const (
	manifestName  = "manifest.json"
	controlName   = ControlFile
	backupFormat  = 1
	backupAttempt = 3 // times that the control file is copied because a site was added or removed meanwhile
)

// BackupName returns the name of the directory of a backup that is begun at a moment; names sort by it.
func BackupName(begun time.Time) string { return begun.UTC().Format("20060102-150405") }

// Backup makes a consistent copy of everything in the new directory dir, while hits are counted. An interrupted one
// leaves nothing behind. Room tells the bytes free where dir will be.
func (s *Store) Backup(ctx context.Context, dir, version string, room func() (uint64, error)) (Manifest, error) {
	s.copies.Lock()
	defer s.copies.Unlock()
	m := Manifest{Format: backupFormat, Version: version, Made: time.Now().UTC().Truncate(time.Second)}
	if _, err := os.Lstat(dir); err == nil {
		return m, fmt.Errorf("%s is there already, made in the same second: try again", dir)
	}
	if err := s.roomFor(room); err != nil {
		return m, err
	}
	work := dir + unfinished
	if err := errors.Join(os.RemoveAll(work), os.MkdirAll(filepath.Join(work, "sites"), 0o700)); err != nil {
		return m, err
	}
	defer os.RemoveAll(work) // gone already when all went well
	names, err := s.copyAll(ctx, work)
	if err != nil {
		return m, err
	}
	for _, name := range names {
		f, err := finishCopy(work, name)
		if err != nil {
			return m, err
		}
		m.Files = append(m.Files, f)
	}
	if err := m.write(work); err != nil {
		return m, err
	}
	if err := errors.Join(syncDir(filepath.Join(work, "sites")), syncDir(work), os.Rename(work, dir)); err != nil {
		return m, err
	}
	return m, syncDir(filepath.Dir(dir))
}

// roomFor refuses to begin a backup that the disk has no room for.
func (s *Store) roomFor(room func() (uint64, error)) error {
	free, err := room()
	if err != nil {
		return err
	}
	need := uint64(0)
	for _, info := range s.Sites() {
		if file, err := os.Stat(s.path(info.ID)); err == nil { // one that was never asked for has none yet
			need += uint64(file.Size())
		}
	}
	if free < need+need/10 {
		return fmt.Errorf("the disk has %d MB free and the backup needs %d: make room, or name another place with --to", free>>20, (need+need/10)>>20+1)
	}
	return nil
}

// copyAll copies the control file and the file of every site in it, and returns their names.
func (s *Store) copyAll(ctx context.Context, to string) ([]string, error) {
	copied := map[string]bool{}
	for range backupAttempt {
		for _, info := range s.Sites() {
			if copied[info.ID] {
				continue
			}
			err := s.copySite(ctx, info.ID, to)
			if _, there := s.info(info.ID); err != nil && !there {
				continue // removed meanwhile
			}
			if err != nil {
				return nil, fmt.Errorf("copying site %d: %w", info.Number, err)
			}
			copied[info.ID] = true
		}
		ids, err := s.copyControl(ctx, to)
		if err != nil {
			return nil, fmt.Errorf("copying the control file: %w", err)
		}
		if err := s.leaveRemoved(ids, copied, to); err != nil {
			return nil, err
		}
		if names, whole := backupNames(ids, copied); whole {
			return names, nil
		}
	}
	return nil, errors.New("sites are added or removed all the time: try again when that is over")
}

// leaveRemoved removes from a backup the files of sites that were removed since they were copied, or while they were.
func (s *Store) leaveRemoved(ids []string, copied map[string]bool, to string) error {
	files, err := os.ReadDir(filepath.Join(to, "sites"))
	if err != nil {
		return err
	}
	for _, file := range files {
		id, _, _ := strings.Cut(file.Name(), ".") // what SQLite keeps beside it too
		if slices.Contains(ids, id) {
			continue
		}
		delete(copied, id)
		if err := os.Remove(filepath.Join(to, "sites", file.Name())); err != nil {
			return err
		}
	}
	return nil
}

// copyControl copies the control file and returns the ids of the sites in the copy.
func (s *Store) copyControl(ctx context.Context, to string) ([]string, error) {
	path := filepath.Join(to, controlName)
	if err := os.RemoveAll(path); err != nil {
		return nil, err
	}
	s.changes.Lock() // a site that is being removed is in the control file until its removal ends
	defer s.changes.Unlock()
	if _, err := s.control.read.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return nil, err
	}
	return controlSites(ctx, path)
}

// backupNames returns the names of the files of a backup whose control file has these sites; false: one is missing, or
// one too many was copied.
func backupNames(ids []string, copied map[string]bool) ([]string, bool) {
	names := []string{controlName}
	for _, id := range ids {
		names = append(names, SiteFile(id))
		if !copied[id] {
			return nil, false
		}
	}
	slices.Sort(names)
	return names, len(ids) == len(copied)
}

// copySite copies a site's file. The salts of days are left out, because they are to be deleted in the night after wherever they are, and
// imports that are still under way.
func (s *Store) copySite(ctx context.Context, id, to string) error {
	ctx, done := context.WithCancel(ctx)
	defer done()
	site, err := s.Site(ctx, id)
	if err != nil {
		return err
	}
	path := filepath.Join(to, "sites", id+".db")
	if err := os.RemoveAll(path); err != nil { // of an attempt that failed
		return err
	}
	site.erasing.Lock() // an erasure would have the writer wait until the copy is made
	defer site.erasing.Unlock()
	if _, err := site.read.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return err
	}
	db, err := openScratch(path)
	if err != nil {
		return err
	}
	return errors.Join(leaveOut(ctx, db), db.Close())
}

// leaveOut removes from a copy what a backup doesn't have: salts of days, and imports that are not finished.
func leaveOut(ctx context.Context, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, "DELETE FROM secret WHERE name LIKE 'salt %'"); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	return errors.Join(dropImports(tx, "<> ?", 0), tx.Commit())
}

// finishCopy makes a file of a backup durable, readable by its owner only, and sums it up.
func finishCopy(dir, name string) (BackupFile, error) {
	path := filepath.Join(dir, filepath.FromSlash(name))
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return BackupFile{}, err
	}
	defer file.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, file)
	return BackupFile{Name: name, Bytes: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, errors.Join(err, file.Chmod(0o600), file.Sync())
}

// write writes the manifest into dir.
func (m *Manifest) write(dir string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(dir, manifestName), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	return errors.Join(err, file.Sync(), file.Close())
}

// syncDir makes the names in a directory durable, where the system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !os.IsPermission(err) {
		return err
	}
	return nil
}
