//go:build !windows

package app

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownerOnly says that file modes keep other people out.
const ownerOnly = true

// lockFile locks f for this process, or returns errLocked at once. The lock is on the file itself, whatever path or
// mount it was reached by.
func lockFile(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errLocked
	}
	return err
}

// keepPrivate makes new files readable by this user only, and keeps what is in memory (addresses of requests on their
// way) out of core dumps; that may be refused, and nothing depends on it.
func keepPrivate() {
	unix.Umask(0o077)
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}

// syncDir has the names in a directory reach the disk, where the directory may be read and its file system can.
func syncDir(dir string) {
	if f, err := os.Open(dir); err == nil {
		_ = f.Sync()
		f.Close()
	}
}

// diskFree returns the bytes that this user may still write to the file system of dir.
func diskFree(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil
}
