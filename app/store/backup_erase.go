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

// Copy is a backup in which something was erased.
type Copy struct {
	Made time.Time `json:"made"` // when the backup was
	Erased
}

// EraseInBackups erases in all backups in dir what tombstones tell of, and returns those that had something of it. One that it fails at does
// not keep it from the others. ErrObstacle: it is done in all that are backups, and something else stands among them.
func (s *Store) EraseInBackups(ctx context.Context, dir string, stones []Tombstone) (copies []Copy, err error) {
	s.copies.Lock() // one that is being made may have copied already what was erased since
	defer s.copies.Unlock()
	if err := tidyBackups(dir); err != nil {
		return nil, err
	}
	paths, others, failed := lookAt(dir)
	for _, path := range paths {
		if err := ctx.Err(); err != nil {
			return copies, err
		}
		c, had, err := EraseInBackup(ctx, path, stones)
		if had && err == nil {
			copies = append(copies, c)
		}
		failed = errors.Join(failed, err)
	}
	if len(others) > 0 {
		failed = errors.Join(failed, &ErrObstacle{others})
	}
	return copies, failed
}

// EraseInBackup erases in the finished backup at path what tombstones tell of, with the code that erases it in the data and
// the same search afterwards: another backup is made of it and takes its place, which knows in its own control file what it went through. An end at
// any moment leaves one of the two. It returns false when nothing in it is of what was erased, and sums up what went, also by an earlier try.
//
// Whether a backup has something of it, no clock tells: one that was wrong may have stamped the backup, or the erasure. A tombstone that the
// backup's own control file calls done was carried out before the backup was begun, or in it: an erasure is done only after it had the backups to
// itself, as the making of one has.
func EraseInBackup(ctx context.Context, path string, stones []Tombstone) (c Copy, had bool, err error) {
	m, err := ReadManifest(path)
	if err != nil {
		return c, false, err
	}
	c.Made = m.Made
	stones = slices.DeleteFunc(slices.Clone(stones), func(t Tombstone) bool { return !m.has(t) })
	if len(stones) == 0 {
		return c, false, nil
	}
	work, done := path+eraseWork, path+eraseDone
	if err := errors.Join(os.RemoveAll(work), os.RemoveAll(done)); err != nil {
		return c, false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work), os.RemoveAll(done)) }() // gone already when all went well
	for _, dir := range []string{work, done} {
		if err := os.MkdirAll(filepath.Join(dir, "sites"), 0o700); err != nil {
			return c, false, err
		}
	}
	changed := false
	if c.Erased, changed, err = m.eraseIn(ctx, path, work, done, stones); err != nil {
		return c, false, fmt.Errorf("erasing in the copy %s: %w", filepath.Base(path), err)
	}
	if !changed {
		return c, true, nil
	}
	return c, true, replace(path, done)
}

// has reports whether a backup has the file that a tombstone is about.
func (m *Manifest) has(t Tombstone) bool {
	file := SiteFile(t.Site)
	return t.Site == "" || slices.ContainsFunc(m.Files, func(f BackupFile) bool { return f.Name == file })
}

// eraseIn erases in the data directory work, which it makes of the backup at path, and makes another backup of it at done. False: the backup
// went through all of it before. What went is summed up in either case.
func (m *Manifest) eraseIn(ctx context.Context, path, work, done string, stones []Tombstone) (sum Erased, changes bool, err error) {
	control := m.Files[slices.IndexFunc(m.Files, func(f BackupFile) bool { return f.Name == controlName })]
	if err := restoreFile(path, control, work); err != nil {
		return sum, false, err
	}
	s, err := Open(work, Options{})
	if err != nil {
		return sum, false, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	k, err := s.control.know(ctx, stones)
	for _, t := range k.done {
		sum.Add(t.Counted)
	}
	if stones = k.open; err != nil || len(stones) == 0 {
		return sum, false, err
	}
	changed := map[string]bool{controlName: true} // files that can't be taken over
	for _, t := range stones {
		changed[SiteFile(t.Site)] = true
	}
	for _, f := range m.Files {
		switch {
		case f.Name == controlName:
		case changed[f.Name]:
			err = restoreFile(path, f, work)
		default:
			err = takeOver(path, f, done)
		}
		if err != nil {
			return sum, false, err
		}
	}
	gone, err := s.eraseAll(ctx, stones)
	if err == nil {
		err = s.control.keepTombstones(ctx, stones, gone)
	}
	if err != nil {
		return sum, false, err
	}
	sum.Add(gone)
	return sum, true, m.finish(ctx, s, done, changed)
}

// finish makes the backup at done of a store, in which all files but these are already, and gives it the manifest.
func (m *Manifest) finish(ctx context.Context, s *Store, done string, changed map[string]bool) error {
	ids, err := s.copyControl(ctx, done)
	if err != nil {
		return err
	}
	var files []BackupFile
	for _, f := range m.Files {
		id := strings.TrimSuffix(strings.TrimPrefix(f.Name, "sites/"), ".db")
		switch {
		case f.Name != controlName && !slices.Contains(ids, id): // it went
			if err := os.Remove(filepath.Join(done, filepath.FromSlash(f.Name))); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
			continue
		case f.Name != controlName && changed[f.Name]:
			if err := s.copySite(ctx, id, done); err != nil {
				return err
			}
		}
		if changed[f.Name] {
			if f, err = finishCopy(done, f.Name); err != nil {
				return err
			}
		}
		files = append(files, f)
	}
	m.Files = files
	return m.write(done)
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
