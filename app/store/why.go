package store

import (
	"errors"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// IsFull reports whether an error says that there is no room on the disk.
func IsFull(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqlite3.SQLITE_FULL || errors.Is(err, syscall.ENOSPC)
}

// IsDamaged reports whether an error says that something on the disk can't be read any more.
func IsDamaged(err error) bool {
	_, damage := errors.AsType[*Damage](err)
	return damage || errors.Is(err, ErrDamaged) || unreadable(err)
}
