//go:build unix

package store

import "golang.org/x/sys/unix"

// diskFree returns the bytes that this user may still write to the file system of dir.
func diskFree(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil // types differ between systems
}
