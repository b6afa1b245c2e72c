package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"
)

// RemoveSite removes a site with all that was counted for it: its file, what SQLite keeps beside it, and its row in the
// control file. Nothing of it can be asked for from the moment the call begins; what is returned says what the search for
// it in the control file saw. After any error it can be run again: the row goes last, for it alone tells of the file.
func (s *Store) RemoveSite(ctx context.Context, id string) (Erased, error) {
	s.changes.Lock()
	defer s.changes.Unlock()
	info, ok := s.info(id)
	if !ok {
		return Erased{}, ErrNotFound
	}
	s.unlearn(id)
	erased, err := s.removeSite(ctx, info)
	return erased, errors.Join(err, s.reload(context.WithoutCancel(ctx)))
}

func (s *Store) removeSite(ctx context.Context, info SiteInfo) (Erased, error) {
	_ = s.closeSite(info.ID) // what could not be written any more goes with the rest
	if err := s.removeFiles(info.ID); err != nil {
		return Erased{}, err
	}
	return s.control.DeleteSite(ctx, info)
}

// removeFiles removes the file of a site that is closed, and what SQLite keeps beside it, for good.
func (s *Store) removeFiles(id string) error {
	for _, end := range databaseFiles {
		if err := os.Remove(s.path(id) + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("removing the site's file: %w", err)
		}
	}
	if err := syncDir(filepath.Dir(s.path(id))); err != nil {
		return fmt.Errorf("removing the site's file: %w", err)
	}
	return nil
}

// unlearn forgets a site, so that nobody opens it.
func (s *Store) unlearn(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.infos, id)
	for host, of := range s.domains {
		if of == id {
			delete(s.domains, host)
		}
	}
}

// DeleteSite removes a site, its tokens and its annotations from the control file, and searches this for its texts. The site's own file
// is RemoveSite's. ErrTraces: some are left.
func (c *Control) DeleteSite(ctx context.Context, s SiteInfo) (e Erased, err error) {
	notes, err := c.Annotations(ctx, s.ID, time.Unix(math.MinInt64, 0), time.Unix(math.MaxInt64, 0))
	if err != nil {
		return e, err
	}
	err = c.inTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE receipt SET site = NULL WHERE site = ?", s.ID); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, "DELETE FROM site WHERE id = ?", s.ID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrNotFound)
		}
		return nil
	})
	if err != nil {
		return e, err
	}
	settings, err := json.Marshal(s.Settings)
	if err != nil {
		return e, err
	}
	texts := []string{s.ID, s.Domain, string(settings)}
	for _, note := range notes {
		texts = append(texts, note.Text)
	}
	return c.proveGone(ctx, texts...)
}

// proveGone writes the control file anew after a deletion, and searches it for texts that only what went had. ErrTraces: some are left.
func (c *Control) proveGone(ctx context.Context, texts ...string) (e Erased, err error) {
	ctx = context.WithoutCancel(ctx) // there is nothing to run again by: what follows takes milliseconds
	// It is small, and its rows were moved about: it is written anew without asking whether that is needed.
	if _, err := c.write.ExecContext(ctx, "VACUUM"); err != nil {
		return e, fmt.Errorf("control file: %w", err)
	}
	if err := c.scrub(ctx); err != nil {
		return e, err
	}
	var n needles
	for _, text := range texts {
		n.addText(text)
	}
	n.ready()
	if e.Scanned, err = c.raw.search(&n, filepath.Join(c.Dir(), "tmp")); err == nil && n.total() > 0 {
		err = c.dismissRight(ctx, &n)
	}
	e.Rebuilt, e.Looked, e.Found = true, len(n.all), n.total()
	if err == nil && e.Found > 0 {
		err = fmt.Errorf("control file: %w (%d): please report it", ErrTraces, e.Found)
	}
	return e, err
}

// dismissRight lets go of what is part of rows that are there.
func (c *Control) dismissRight(ctx context.Context, n *needles) error {
	tables, err := list(ctx, c.write, func(row scanner) (name string, err error) {
		err = row.Scan(&name)
		return name, err
	}, "SELECT name FROM sqlite_schema WHERE type = 'table'")
	if err != nil {
		return err
	}
	for _, table := range append(tables, "sqlite_schema") {
		if err := eachValue(ctx, c.write, n.dismiss, `SELECT * FROM "`+table+`"`); err != nil {
			return err
		}
	}
	return nil
}

// eachValue calls f for every value that a query answers with.
func eachValue(ctx context.Context, db *sql.DB, f func([]byte), query string) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make([]sql.RawBytes, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for _, value := range values {
			f(value)
		}
	}
	return rows.Err()
}
