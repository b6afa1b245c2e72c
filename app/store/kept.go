package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// SiteOldest is the oldest of what a site keeps, a zero time where there is nothing. Days are UTC.
type SiteOldest struct {
	Keys   time.Time // day of the visits by which the oldest key is kept
	Visits time.Time
	Totals time.Time
}

// Oldest returns the oldest of what the site keeps.
func (s *Site) Oldest(ctx context.Context) (o SiteOldest, err error) {
	day := func(day int32) time.Time { return time.Unix(int64(day)*daySeconds, 0).UTC() }
	s.mu.Lock()
	if len(s.totals) > 0 {
		o.Totals = day(s.totals[0].Day)
	}
	if len(s.parts) > 0 {
		o.Visits = day(s.parts[0].date())
	}
	for date, hot := range s.hot.days {
		if d := day(date); o.Visits.IsZero() || d.Before(o.Visits) {
			o.Visits = d
		}
		if d := day(date); hot.lasting && (o.Keys.IsZero() || d.Before(o.Keys)) {
			o.Keys = d
		}
	}
	s.mu.Unlock()
	var oldest int32
	switch err := s.read.QueryRowContext(ctx, "SELECT day FROM visitor WHERE import = 0 ORDER BY day LIMIT 1").Scan(&oldest); {
	case errors.Is(err, sql.ErrNoRows):
		return o, nil
	case err != nil:
		return o, err
	}
	if d := day(oldest); o.Keys.IsZero() || d.Before(o.Keys) {
		o.Keys = d
	}
	return o, nil
}

// LastKey returns the day, in UTC, of the newest visits by which a key is kept of a visitor who is recognised on later days: by a cookie, or in
// imported files. Zero: no such key is kept.
func (s *Site) LastKey(ctx context.Context) (time.Time, error) {
	newest := int32(-1)
	err := s.read.QueryRowContext(ctx, "SELECT day FROM visitor WHERE import = 0 ORDER BY day DESC LIMIT 1").Scan(&newest)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for date, d := range s.hot.days {
		if d.lasting {
			newest = max(newest, date)
		}
	}
	if newest < 0 {
		return time.Time{}, nil
	}
	return time.Unix(int64(newest)*daySeconds, 0).UTC(), nil
}

// Imported reports whether a file was ever imported.
func (s *Site) Imported(ctx context.Context) (is bool, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM import)").Scan(&is)
	return is, err
}

// InstanceOldest is the oldest of what the whole instance keeps, a zero time where there is nothing.
type InstanceOldest struct {
	Sessions, Links, Audit, Tombstones, Copies, Temporary time.Time // links by when they run out, all else by when it was made

	CopiesUnread error // why it is not known which copies there are; nil: it is
}

// oldestCopy returns when the oldest copy was made; zero: there is none.
func oldestCopy(dir string) (time.Time, error) {
	copies, err := Backups(dir)
	if err != nil || len(copies) == 0 {
		return time.Time{}, err
	}
	m, err := ReadManifest(copies[0])
	return m.Made, err
}

// Oldest returns the oldest of what the instance keeps, copies and temporary files too.
func (s *Store) Oldest(ctx context.Context) (o InstanceOldest, err error) {
	c := s.control
	for query, to := range map[string]*time.Time{
		"SELECT coalesce(min(created), 0) FROM session": &o.Sessions, "SELECT coalesce(min(expires), 0) FROM login_link WHERE purpose = 'password'": &o.Links,
		"SELECT coalesce(min(at), 0) FROM audit": &o.Audit, "SELECT coalesce(min(asked), 0) FROM tombstone": &o.Tombstones,
	} {
		var at int64
		if err := c.read.QueryRowContext(ctx, query).Scan(&at); err != nil {
			return o, err
		}
		*to = timeOf(at)
	}
	o.Copies, o.CopiesUnread = oldestCopy(filepath.Join(c.Dir(), "backups"))
	files, err := os.ReadDir(filepath.Join(c.Dir(), "tmp"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return o, err
	}
	for _, f := range files {
		if info, err := f.Info(); err == nil && (o.Temporary.IsZero() || info.ModTime().Before(o.Temporary)) {
			o.Temporary = info.ModTime().UTC()
		}
	}
	return o, nil
}
