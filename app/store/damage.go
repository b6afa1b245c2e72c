package store

import (
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sandprint/app/column"
)

// ErrDamaged is wrapped by errors of a file that can't be read as a whole: not a database, cut off, or unreadable for the
// disk. Other sites are not concerned.
var ErrDamaged = errors.New("the file is damaged")

// Damage is something of a day that is not as it was written. A block is left out of answers as a whole. It wraps
// column.ErrCorrupt or what SQLite said.
type Damage struct {
	File   string // within the data directory, as "sites/ID.db"
	Day    int32  // UTC day on which the block's visits began, in days since 1970
	Column Column // the first that was found so, or one of lostSummary …
	Err    error
}

// Error names the file, the day and the column.
func (d *Damage) Error() string {
	return fmt.Sprintf("%s: %v of %s can't be read: %v", d.File, d.Column, d.Date().Format(time.DateOnly), d.Err)
}

// Unwrap returns the cause.
func (d *Damage) Unwrap() error { return d.Err }

// Date returns the midnight that the day begins with, in UTC.
func (d *Damage) Date() time.Time { return time.Unix(int64(d.Day)*daySeconds, 0).UTC() }

// unreadable reports whether err says that what is on disk can't be read, whoever asks and whenever.
func unreadable(err error) bool {
	if errors.Is(err, column.ErrCorrupt) {
		return true
	}
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT:
		return true
	case sqlite3.SQLITE_IOERR: // of reading: a disk that can't be written is full or gone, not damaged
		return e.Code() == sqlite3.SQLITE_IOERR_READ || e.Code() == sqlite3.SQLITE_IOERR_SHORT_READ ||
			e.Code() == sqlite3.SQLITE_IOERR_CORRUPTFS || e.Code() == sqlite3.SQLITE_IOERR_DATA
	}
	return false
}

// damaged wraps ErrDamaged around an error of reading a file that says that it is.
func damaged(err error) error {
	if unreadable(err) && !errors.Is(err, ErrDamaged) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// note remembers that a sealed block is damaged, so that no later snapshot counts it, and says so in the log.
func (s *Site) note(p part, d *Damage) {
	s.mu.Lock()
	for i := range s.parts {
		if q := &s.parts[i]; q.id == p.id && q.damage == nil {
			q.damage = d
		}
	}
	s.mu.Unlock()
	s.tell(d)
}

// tell says in the log what is damaged: once a process, however often the site is opened and asked.
func (s *Site) tell(d error) {
	if log := s.store.o.Log; log != nil {
		if _, told := s.store.told.LoadOrStore(d.Error(), true); !told {
			log.Error("a site's file is damaged: what can't be read is left out of its figures (see sandprint doctor)",
				"site", s.Info().Number, "err", d)
		}
	}
}
