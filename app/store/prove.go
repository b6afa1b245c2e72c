package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// prove sees to it that nothing of what was removed is left in the files, and looks. What SQLite deletes it overwrites
// (secure_delete), but the pages of before are in the write-ahead log until that is emptied; and when it moves rows to
// another page it may leave a copy in the gap of the old one. Such a copy the search finds, and then the whole file is
// written anew. No reader may be inside; open lets them in.
func (e *erasure) prove(ctx context.Context, open func()) error {
	s := e.site
	if err := s.settle(ctx); err != nil {
		return err
	}
	open()
	if err := e.search(ctx); err != nil || e.Found == 0 {
		return err
	}
	if err := s.alone(ctx, func() error { return s.rebuild(ctx) }); err != nil {
		return errors.Join(fmt.Errorf("%w (%d)", ErrTraces, e.Found), err)
	}
	e.Rebuilt = true
	if err := e.search(ctx); err != nil || e.Found == 0 {
		return err
	}
	return fmt.Errorf("%w (%d): run the erasure again; if this comes back, please report it", ErrTraces, e.Found)
}

// alone runs f while no snapshot is open.
func (s *Site) alone(ctx context.Context, f func() error) error {
	open, err := s.gate.close(ctx)
	if err != nil {
		return err
	}
	defer open()
	return f()
}

// settle brings everything into the database file, gives its free pages back and leaves an empty write-ahead log.
func (s *Site) settle(ctx context.Context) error {
	if err := truncateLog(ctx, s.write); err != nil {
		return err
	}
	if _, err := s.write.ExecContext(ctx, "PRAGMA incremental_vacuum"); err != nil {
		return err
	}
	return truncateLog(ctx, s.write)
}

// emptyTime is how long readers that pass no gate may hold up the emptying of a write-ahead log.
const emptyTime = 30 * time.Second

// truncateLog empties a database's write-ahead log and returns once it is.
func truncateLog(ctx context.Context, db *sql.DB) error {
	for began := time.Now(); ; {
		var busy, frames, moved int
		if err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved); err != nil {
			return fmt.Errorf("emptying the write-ahead log: %w", err)
		}
		if busy == 0 {
			return nil
		}
		if time.Since(began) > emptyTime {
			return errors.New("emptying the write-ahead log: somebody reads the file for too long; end what reads it, and try again")
		}
	}
}

// rebuild writes the whole file anew.
func (s *Site) rebuild(ctx context.Context) error {
	if err := s.checkRoom(ctx); err != nil {
		return err
	}
	if err := s.vacuum(ctx); err != nil {
		return fmt.Errorf("writing the site's file anew: %w", err)
	}
	return truncateLog(ctx, s.write)
}

// checkRoom returns an error when the disk has no room for writing the file anew.
func (s *Site) checkRoom(ctx context.Context) error {
	size, all, free, err := s.pages(ctx)
	if err != nil {
		return err
	}
	there, err := diskFree(s.store.dir)
	if need := uint64((all - free) * size * roomFactor); err == nil && there < need {
		err = fmt.Errorf("the file must be written anew, and the disk has only %d MB for it: make room for %d MB and run the erasure again", there>>20, need>>20)
	}
	return err
}

// search searches the files for what was removed.
func (e *erasure) search(ctx context.Context) error {
	n := &e.needles
	n.ready()
	var err error
	if e.Scanned, err = e.site.raw.search(n, filepath.Join(e.site.store.dir, "tmp")); err != nil {
		return fmt.Errorf("searching the site's files: %w", err)
	}
	if n.total() > 0 {
		if err := e.dismissRight(ctx); err != nil {
			return err
		}
	}
	e.Looked, e.Found = len(n.all), n.total()
	return nil
}

// dismissRight lets go of what was found but is there by right: a text that is part of another one, a piece of a column
// that another day has as well. Of a visitor's key and page views nothing is.
func (e *erasure) dismissRight(ctx context.Context) error {
	n := &e.needles
	for _, d := range e.site.dicts {
		for _, value := range d.values {
			n.dismiss([]byte(value))
		}
	}
	if n.total() == 0 {
		return nil
	}
	queries := []string{"SELECT coalesce(sql, '') FROM sqlite_schema", "SELECT reason FROM dropped"}
	if e.visitors == nil {
		queries = append(queries, "SELECT data FROM block", "SELECT data FROM visitor", "SELECT visitors FROM sealing")
	}
	return e.reading(ctx, func(tx *sql.Tx) error {
		for _, q := range queries {
			if err := eachBlob(ctx, tx, n.dismiss, q); err != nil {
				return err
			}
		}
		return nil
	})
}

// eachBlob calls f for what a query answers with, one column.
func eachBlob(ctx context.Context, tx *sql.Tx, f func([]byte), query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var data sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&data); err != nil {
			return err
		}
		f(data)
	}
	return rows.Err()
}
