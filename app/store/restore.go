package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Restore makes the data directory dir, which must not be there, of a backup, after verifying all of it. What is copied
// is what was verified. An interrupted one leaves nothing that could be taken for a data directory.
func Restore(ctx context.Context, backup, dir string) (Verified, error) {
	if _, err := os.Lstat(dir); err == nil {
		return Verified{}, fmt.Errorf("%s is there already: name a directory that isn't, so that nothing is overwritten", dir)
	}
	v, err := verify(ctx, backup, dir)
	if err != nil {
		return v, err
	}
	work := dir + ".unfinished"
	if err := errors.Join(os.RemoveAll(work), os.MkdirAll(filepath.Join(work, "sites"), 0o700)); err != nil {
		return v, err
	}
	defer os.RemoveAll(work) // gone already when all went well
	for _, f := range v.Files {
		if err := ctx.Err(); err != nil {
			return v, err
		}
		if err := restoreFile(backup, f, work); err != nil {
			return v, err
		}
	}
	if err := errors.Join(syncDir(filepath.Join(work, "sites")), syncDir(work), os.Rename(work, dir)); err != nil {
		return v, err
	}
	return v, syncDir(filepath.Dir(dir))
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
