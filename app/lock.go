package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// The names of this package's files in a data directory.
const (
	lockName   = "lock"
	socketName = "control.sock"
)

// errLocked is what lockFile returns for a file that another process has locked.
var errLocked = errors.New("locked")

// dirLock is the ownership of a data directory. The kernel lets go of it when the process ends, however it ends.
type dirLock struct{ file *os.File }

// ownedError says that another process owns a data directory.
type ownedError struct {
	dir string
	pid int // 0: not known
}

func (e *ownedError) Error() string {
	who := "another process"
	if e.pid != 0 {
		who = fmt.Sprintf("process %d", e.pid)
	}
	return fmt.Sprintf("%s is in use by %s: stop that one first, or name another directory with --data", e.dir, who)
}

// lockDir takes ownership of a data directory. It fails with an *ownedError, at once, when another process has it.
func lockDir(dir string) (*dirLock, error) {
	file, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, dirError(dir, err)
	}
	err = lockFile(file)
	if errors.Is(err, errLocked) {
		err = &failure{exitOwned, &ownedError{dir, readPID(file)}}
	}
	if err == nil {
		err = writePID(file)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return &dirLock{file}, nil
}

// Close lets go of the directory. The file stays: removing it could take it from under the next owner.
func (l *dirLock) Close() error {
	return errors.Join(l.file.Truncate(0), l.file.Close())
}

func writePID(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// readPID returns the process id in a lock file; 0 when there is none.
func readPID(f *os.File) int {
	b := make([]byte, 20)
	n, _ := f.ReadAt(b, 0) // it is shorter than that
	pid, err := strconv.Atoi(strings.TrimSpace(string(b[:n])))
	if err != nil {
		return 0
	}
	return pid
}

// prepareDir makes the data directory, readable by its owner only.
func prepareDir(dir string) error {
	if err := makeDir(dir); err != nil {
		return dirError(dir, err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return dirError(dir, err)
	}
	if info.Mode().Perm()&0o077 != 0 && ownerOnly {
		if err := os.Chmod(dir, 0o700); err != nil {
			return dirError(dir, err)
		}
	}
	return nil
}

// makeDir makes a directory and those above it. Their names reach the disk as well, as far as this user may read the
// directories that they are in: a directory without a name takes all that is in it along when the power fails.
func makeDir(dir string) error {
	var named []string // directories that get a new name in them
	for d := dir; d != filepath.Dir(d); d = filepath.Dir(d) {
		if _, err := os.Stat(d); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		named = append(named, filepath.Dir(d))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, d := range named {
		syncDir(d)
	}
	return nil
}

// dirError says in words why a data directory can't be used.
func dirError(dir string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return failf(exitFailed, "%s is a file, not a directory: name another place with --data", dir)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return failf(exitFailed, "can't write to the data directory %s: make user %d its owner (chown), or name another with --data", dir, os.Geteuid())
	case errors.Is(err, fs.ErrNotExist):
		return failf(exitFailed, "there is no data directory %s: name the right one with --data, or start “sandprint serve” to make it", dir)
	}
	return failf(exitFailed, "data directory %s: %w", dir, err)
}
