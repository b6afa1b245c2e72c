package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Names beside a backup while something is erased in it.
const (
	eraseWork     = ".work"     // a data directory made of it
	eraseDone     = ".erased"   // what takes its place
	eraseReplaced = ".replaced" // what it was
)

// Backups returns the backups in a directory, the oldest first. What isn't one, or isn't finished, is left out.
func Backups(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	type found struct {
		path string
		made int64
	}
	var all []found
	for _, e := range entries {
		if !e.IsDir() || strings.Contains(e.Name(), ".") { // one that is being made, or being replaced
			continue
		}
		path := filepath.Join(dir, e.Name())
		if m, err := ReadManifest(path); err == nil {
			all = append(all, found{path, m.Made.Unix()})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return int(a.made - b.made) })
	paths := make([]string, len(all))
	for i, f := range all {
		paths[i] = f.path
	}
	return paths, nil
}

// TidyBackups removes what an end of the program has left of backups that were being made or replaced.
func TidyBackups(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		name, ending, _ := strings.Cut(e.Name(), ".")
		switch "." + ending {
		case eraseReplaced:
			whole := filepath.Join(dir, name)
			if _, err := os.Lstat(whole); errors.Is(err, os.ErrNotExist) { // nothing took its place: it is what there is
				if err := os.Rename(path, whole); err != nil {
					return err
				}
				continue
			}
		case eraseWork, eraseDone, ".unfinished":
		default:
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return syncDir(dir)
}

// Copy is a backup in which something was erased.
type Copy struct {
	Made time.Time `json:"made"` // when the backup was
	Erased
}

// EraseInBackups erases in all backups in dir what tombstones tell of, and returns those that had something of it.
func (s *Store) EraseInBackups(ctx context.Context, dir string, stones []Tombstone) (copies []Copy, err error) {
	s.copies.Lock() // one that is being made may have copied already what was erased since
	defer s.copies.Unlock()
	if err := TidyBackups(dir); err != nil {
		return nil, err
	}
	paths, err := Backups(dir)
	for _, path := range paths {
		m, err := ReadManifest(path)
		if err != nil {
			return copies, err
		}
		e, touched, err := EraseInBackup(ctx, path, stones)
		if err != nil {
			return copies, err
		}
		if touched {
			copies = append(copies, Copy{m.Made, e})
		}
	}
	return copies, err
}

// EraseInBackup erases in the finished backup at path what tombstones tell of, with the code that erases it in the data and
// the same search afterwards: another backup is made of it and takes its place. An end at any moment leaves one of the two. It
// returns false when nothing in it is of what was erased, and sums up what went.
func EraseInBackup(ctx context.Context, path string, stones []Tombstone) (sum Erased, touched bool, err error) {
	m, err := ReadManifest(path)
	if err != nil {
		return sum, false, err
	}
	stones = slices.DeleteFunc(slices.Clone(stones), func(t Tombstone) bool { return !m.has(t) })
	if len(stones) == 0 {
		return sum, false, nil
	}
	work, done := path+eraseWork, path+eraseDone
	if err := errors.Join(os.RemoveAll(work), os.RemoveAll(done)); err != nil {
		return sum, false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work), os.RemoveAll(done)) }() // gone already when all went well
	for _, dir := range []string{work, done} {
		if err := os.MkdirAll(filepath.Join(dir, "sites"), 0o700); err != nil {
			return sum, false, err
		}
	}
	changed := map[string]bool{controlName: true} // files that can't be taken over
	for _, t := range stones {
		changed[SiteFile(t.Site)] = true
	}
	for _, f := range m.Files {
		if changed[f.Name] {
			err = restoreFile(path, f, work)
		} else {
			err = takeOver(path, f, done)
		}
		if err != nil {
			return sum, false, err
		}
	}
	if sum, err = m.eraseIn(ctx, work, done, stones, changed); err != nil {
		return sum, false, fmt.Errorf("erasing in the backup %s: %w", filepath.Base(path), err)
	}
	return sum, true, replace(path, done)
}

// has reports whether a backup may hold what a tombstone tells of.
func (m *Manifest) has(t Tombstone) bool {
	if m.Made.After(t.Asked) {
		return false
	}
	return t.Kind == EraseCustomer || slices.ContainsFunc(m.Files, func(f BackupFile) bool { return f.Name == SiteFile(t.Site) })
}

// eraseIn erases in the data directory work, and copies what was changed there into the backup that is made at done.
func (m *Manifest) eraseIn(ctx context.Context, work, done string, stones []Tombstone, changed map[string]bool) (sum Erased, err error) {
	s, err := Open(work, Options{})
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for _, t := range stones {
		e, err := s.Erase(ctx, t)
		if err != nil {
			return sum, err
		}
		sum.Add(e)
	}
	ids, err := s.copyControl(ctx, done)
	if err != nil {
		return sum, err
	}
	var files []BackupFile
	for _, f := range m.Files {
		id := strings.TrimSuffix(strings.TrimPrefix(f.Name, "sites/"), ".db")
		switch {
		case f.Name != controlName && !slices.Contains(ids, id): // it went
			continue
		case f.Name != controlName && changed[f.Name]:
			if err := s.copySite(ctx, id, done); err != nil {
				return sum, err
			}
		}
		if changed[f.Name] {
			if f, err = finishCopy(done, f.Name); err != nil {
				return sum, err
			}
		}
		files = append(files, f)
	}
	m.Files = files
	return sum, m.write(done)
}

// takeOver makes a file of a backup, which nobody changes, one of another too.
func takeOver(from string, f BackupFile, to string) error {
	name := filepath.FromSlash(f.Name)
	if os.Link(filepath.Join(from, name), filepath.Join(to, name)) == nil {
		return nil
	}
	return restoreFile(from, f, to) // the file system has no links
}

// replace puts the finished directory next in the place of path.
func replace(path, next string) error {
	dir := filepath.Dir(path)
	if err := errors.Join(syncDir(filepath.Join(next, "sites")), syncDir(next)); err != nil {
		return err
	}
	if err := errors.Join(os.Rename(path, path+eraseReplaced), os.Rename(next, path)); err != nil {
		return err
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(path+eraseReplaced), syncDir(dir))
}

// Add adds up what several erasures did.
func (e *Erased) Add(more Erased) {
	e.Visits, e.Views, e.Events, e.Days = e.Visits+more.Visits, e.Views+more.Views, e.Events+more.Events, e.Days+more.Days
	e.Keys, e.Entries, e.Looked, e.Found = e.Keys+more.Keys, e.Entries+more.Entries, e.Looked+more.Looked, e.Found+more.Found
	e.Scanned += more.Scanned
	e.Rebuilt = e.Rebuilt || more.Rebuilt
}
