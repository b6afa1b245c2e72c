package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Restore makes the data directory dir, which must not be there, of a backup, after verifying all of it. What is copied
// is what was verified; then what was erased since the backup was made, as the tombstones tell, is erased in it again. An interrupted one leaves
// nothing that could be taken for a data directory.
func Restore(ctx context.Context, backup, dir string, stones []Tombstone) (v Verified, again Erased, err error) {
	if _, err := os.Lstat(dir); err == nil {
		return v, again, fmt.Errorf("%s is there already: name a directory that isn't, so that nothing is overwritten", dir)
	}
	if v, err = verify(ctx, backup, dir); err != nil {
		return v, again, err
	}
	work := dir + unfinished
	if err := errors.Join(os.RemoveAll(work), os.MkdirAll(filepath.Join(work, "sites"), 0o700)); err != nil {
		return v, again, err
	}
	defer os.RemoveAll(work) // gone already when all went well
	for _, f := range v.Files {
		if err := ctx.Err(); err != nil {
			return v, again, err
		}
		if err := restoreFile(backup, f, work); err != nil {
			return v, again, err
		}
	}
	if again, err = v.eraseAgain(ctx, work, stones); err != nil {
		return v, again, fmt.Errorf("nothing was restored, because what was erased since could not be erased again: %w", err)
	}
	if err := errors.Join(syncDir(filepath.Join(work, "sites")), syncDir(work), os.Rename(work, dir)); err != nil {
		return v, again, err
	}
	return v, again, syncDir(filepath.Dir(dir))
}

// eraseAgain erases in a data directory that was made of the backup what tombstones tell of, and keeps them there. What the backup went through
// itself isn't erased again: a visitor who came back since, or an import of the same days, is nothing of it.
func (m *Manifest) eraseAgain(ctx context.Context, dir string, stones []Tombstone) (sum Erased, err error) {
	if len(stones) == 0 {
		return sum, nil
	}
	s, err := Open(dir, Options{})
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	k, err := s.control.know(ctx, stones)
	if err != nil {
		return sum, err
	}
	if sum, err = s.eraseAll(ctx, slices.DeleteFunc(k.open, func(t Tombstone) bool { return !m.has(t) })); err != nil {
		return sum, err
	}
	return sum, s.control.keepTombstones(ctx, k.unknown, Erased{}) // those that are open here are gone on with, for their receipts
}

// eraseAll erases what tombstones tell of, visitors of a site at once.
func (s *Store) eraseAll(ctx context.Context, stones []Tombstone) (sum Erased, err error) {
	for _, t := range visitorsTogether(stones) {
		e, err := s.Erase(ctx, t)
		if err != nil {
			return sum, err
		}
		sum.Add(e)
	}
	return sum, nil
}

// restoreFile copies one file, and fails when it is not what was verified.
func restoreFile(backup string, f BackupFile, dir string) error {
	to, err := os.OpenFile(filepath.Join(dir, filepath.FromSlash(f.Name)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = checkCopy(backup, f, to)
	return errors.Join(err, to.Sync(), to.Close())
}
