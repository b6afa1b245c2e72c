package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	bitPages    = 256      // free pages given back between two commits: 1 MB, some milliseconds
	vacuumBelow = 32 << 20 // bytes that a file may keep to be written anew at once: 0.2 s in which no hit is written
	roomFactor  = 3        // writing a file anew needs a copy of it, and the log as much again
)

// giveBack gives the file's free pages back to the system: in bits, between the commits of hits; or, where a quarter of
// the pages is free and what is left is small, by writing the file anew, which puts its pages in order as well. It says
// what it did, and whether somebody should look at it.
func (s *Site) giveBack(ctx context.Context, room func() (uint64, error)) (did string, warning bool, err error) {
	var size, pages, free int64
	if size, pages, free, err = s.pages(ctx); err != nil || free == 0 {
		return "", false, err
	}
	kept := (pages - free) * size
	if free*4 >= pages && kept <= vacuumBelow {
		there, err := room()
		if err != nil {
			return "", false, err
		}
		if there >= uint64(roomFactor*kept) {
			return fmt.Sprintf("written anew, %d KB smaller", free*size>>10), false, s.inWriter(ctx, func() error { return s.vacuum(ctx) })
		}
		warning = true
		did = fmt.Sprintf("the disk has only %d MB left, so the file was not written anew; ", there>>20)
	}
	for free > 0 {
		err := s.inWriter(ctx, func() error {
			_, err := s.write.ExecContext(ctx, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", bitPages))
			return err
		})
		before := free
		if err == nil {
			_, _, free, err = s.pages(ctx)
		}
		if err != nil {
			return "", false, err
		}
		if free >= before { // hits take pages too
			break
		}
	}
	_, now, _, err := s.pages(ctx)
	return did + fmt.Sprintf("gave %d KB back", max(0, pages-now)*size>>10), warning, err
}

// pages returns the size of the file's pages in bytes, their number, and how many of them are free.
func (s *Site) pages(ctx context.Context) (size, all, free int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT page_size, page_count, freelist_count
		FROM pragma_page_size, pragma_page_count, pragma_freelist_count`).Scan(&size, &all, &free)
	return size, all, free, err
}

// vacuum writes the file anew, in the writer. The copy that SQLite makes for it is a file in the data directory that no
// one else can read or find: in memory it would be as large as the site, and elsewhere out of the owner's hands.
func (s *Site) vacuum(ctx context.Context) (err error) {
	dir := filepath.Join(s.store.dir, "tmp")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	defer func() {
		_, again := s.write.ExecContext(context.WithoutCancel(ctx), "PRAGMA temp_store = MEMORY")
		err = errors.Join(err, again)
	}()
	for _, q := range []string{"PRAGMA temp_store_directory = '" + strings.ReplaceAll(dir, "'", "''") + "'", "PRAGMA temp_store = FILE", "VACUUM"} {
		if _, err := s.write.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// emptyLog writes what the write-ahead log holds into the file and cuts the log to nothing; false: a reader still needs
// it. Most is written beside the commits, so that hits wait for what came meanwhile only.
func (s *Site) emptyLog(ctx context.Context) (emptied bool, err error) {
	const brief, usual = 50, busyTimeout // milliseconds that readers are waited for
	var busy, frames, moved int
	if err := s.read.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &frames, &moved); err != nil {
		return false, err
	}
	err = s.inWriter(ctx, func() error {
		if _, err := s.write.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", brief)); err != nil {
			return err
		}
		err := s.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved)
		_, again := s.write.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("PRAGMA busy_timeout = %d", usual))
		if err == nil {
			err = again
		}
		return err
	})
	return err == nil && busy == 0, err
}
