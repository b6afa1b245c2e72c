package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Maintain does the nightly round for every site: seals the days that can no longer change, empties the write-ahead log
// and gives free pages back. It says what it did in sentences that name sites by number. One site's failure does not
// stop the others; the errors come back joined.
func (s *Store) Maintain(ctx context.Context, report func(done string)) error {
	var failed error
	for _, info := range s.Sites() {
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}
		if err := s.maintainSite(ctx, info, report); err != nil {
			failed = errors.Join(failed, fmt.Errorf("site %d: %w", info.Number, err))
		}
	}
	return failed
}

func (s *Store) maintainSite(ctx context.Context, info SiteInfo, report func(string)) error {
	ctx, done := context.WithCancel(ctx)
	defer done()
	site, err := s.Site(ctx, info.ID)
	if err != nil {
		return err
	}
	return site.maintain(ctx, info.Number, report)
}

func (s *Site) maintain(ctx context.Context, number int64, report func(string)) error {
	began := time.Now()
	if _, err := s.DaySalt(ctx, began); err != nil { // the salts of days gone by are deleted with it
		return err
	}
	days, err := s.Seal(ctx)
	if err != nil {
		return err
	}
	err = s.inWriter(ctx, func() error {
		if _, err := s.write.ExecContext(ctx, "PRAGMA incremental_vacuum"); err != nil {
			return err
		}
		var busy, frames, moved int
		return s.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved)
	})
	if err == nil {
		report(fmt.Sprintf("site %d: sealed %d days in %d ms", number, days, time.Since(began).Milliseconds()))
	}
	return err
}

// Check has SQLite examine a site's file and the columns in it, and returns what is wrong, one sentence each.
func (s *Site) Check(ctx context.Context) ([]string, error) {
	var wrong []string
	rows, err := s.read.QueryContext(ctx, "PRAGMA quick_check(20)")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		if line != "ok" {
			wrong = append(wrong, line)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return wrong, err
	}
	snap, err := s.Snapshot(ctx)
	if err != nil {
		return wrong, err
	}
	defer snap.Close()
	var b Block
	for i := range snap.Blocks() {
		if err := snap.Load(i, AllColumns, &b); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	return wrong, nil
}
