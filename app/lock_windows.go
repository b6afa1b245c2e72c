package app

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// ownerOnly says that file modes keep other people out: here the access list that the directory inherits does.
const ownerOnly = false

// lockFile locks f for this process, or returns errLocked at once. It locks a byte far behind the content, which stays
// readable.
func lockFile(f *os.File) error {
	at := &windows.Overlapped{Offset: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return err
}

// keepPrivate does nothing here: new files take the access list of their directory, and there are no core dumps unless
// the owner of the machine asked for them.
func keepPrivate() {}

// syncDir does nothing here: NTFS keeps names in its journal, and a directory can't be synced.
func syncDir(string) {}

// diskFree returns the bytes that this user may still write to the file system of dir.
func diskFree(dir string) (uint64, error) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var free uint64
	err = windows.GetDiskFreeSpaceEx(path, &free, nil, nil)
	return free, err
}
