package store

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Errors of the control file and of site files. They are plain: app/account turns them into sentences.
var (
	ErrNotFound = errors.New("not found")                                 // no such row
	ErrExists   = errors.New("exists already")                            // a name that must be unique is taken
	ErrFull     = errors.New("no room for more")                          // a bound on how many there may be
	ErrNewer    = errors.New("written by a newer version of the program") // the file was left untouched
)

// Control is the control file, control.db: customers, users and their roles, sites, their settings and annotations, saved
// segments, what was erased, what people did, sessions, tokens, sign-in links and instance-wide settings. It holds rows and no rules; who may do what is app/account's.
//
// One connection writes, a few read. Its methods may be called by several goroutines at once. They return ErrNotFound,
// ErrExists, or an error of the file itself.
type Control struct {
	write *sql.DB
	read  *sql.DB
	path  string
	raw   rawFiles // opened when the first site is removed
}

//go:embed control.sql
var controlSchema string

//go:embed control_2.sql
var controlSegments string

//go:embed control_3.sql
var controlErasures string

//go:embed control_4.sql
var controlAnnotations string

//go:embed control_5.sql
var controlPins string

//go:embed control_6.sql
var controlAudit string

//go:embed control_7.sql
var controlStatements string

//go:embed control_8.sql
var controlReceipts string

//go:embed control_9.sql
var controlLookups string

//go:embed control_10.sql
var controlUserErasures string

// controlSteps take the control file from version 0 to len(controlSteps), one by one.
var controlSteps = []string{controlSchema, controlSegments, controlErasures, controlAnnotations, controlPins, controlAudit, controlStatements, controlReceipts,
	controlLookups, controlUserErasures}

// OpenControl opens the control file at path, makes it when it isn't there, and brings its schema up to date. It
// returns ErrNewer, with the file untouched, when a newer version of the program has written it.
func OpenControl(path string) (*Control, error) {
	c := &Control{path: path, raw: rawFiles{path: path}}
	var err error
	if info, missing := os.Stat(path); missing == nil && info.Size() > 0 {
		if err := lookAgain(path, controlSteps); err != nil {
			return nil, fmt.Errorf("control file %s: %w", path, err)
		}
	}
	if c.write, err = openWriter(path, func() {}); err != nil {
		return nil, err
	}
	if err = migrate(c.write, controlSteps); err == nil {
		err = c.scrub(context.Background()) // of what was deleted before a crash
	}
	if err == nil {
		c.read, err = openDB(path, 4)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("control file %s: %w", path, err), c.write.Close())
	}
	return c, nil
}

// Close waits for running statements and closes the file. A second call does nothing.
func (c *Control) Close() error {
	return errors.Join(c.read.Close(), c.write.Close(), c.raw.close())
}

// Check has SQLite examine the file and returns what is wrong, one sentence each.
func (c *Control) Check(ctx context.Context) ([]string, error) { return quickCheck(ctx, c.read) }

// Dir returns the data directory: where the control file is.
func (c *Control) Dir() string { return filepath.Dir(c.path) }

// inTx runs f in one transaction of the writer: all of it happens, or nothing.
func (c *Control) inTx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := c.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(rowError(err), tx.Rollback())
	}
	return rowError(tx.Commit())
}

// exec runs one writing statement and returns how many rows it changed.
func (c *Control) exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := c.write.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, rowError(err)
	}
	return res.RowsAffected()
}

// execOne is exec for a statement that is about one row; it returns ErrNotFound when there is none.
func (c *Control) execOne(ctx context.Context, query string, args ...any) error {
	n, err := c.exec(ctx, query, args...)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// scrub empties the write-ahead log after a deletion: secure_delete has overwritten the rows in the file, but the log
// still holds them until it is truncated. It waits for readers; theirs are short.
func (c *Control) scrub(ctx context.Context) error {
	if err := truncateLog(ctx, c.write); err != nil {
		return fmt.Errorf("control file: %w", err)
	}
	return nil
}

// rowError gives the errors that callers ask for their names.
func rowError(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() {
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
			return fmt.Errorf("%w (%w)", ErrExists, err)
		case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
			return fmt.Errorf("%w (%w)", ErrNotFound, err)
		}
	}
	return err
}

// scanner is a row or the rows of an answer.
type scanner interface{ Scan(dest ...any) error }

// querier is a *sql.DB or a *sql.Tx.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// list reads all rows of an answer, each with scan.
func list[T any](ctx context.Context, db querier, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// Setting returns an instance-wide value, ErrNotFound when it was never set.
func (c *Control) Setting(ctx context.Context, key string) ([]byte, error) {
	var v []byte
	err := c.read.QueryRowContext(ctx, "SELECT value FROM setting WHERE key = ?", key).Scan(&v)
	return v, rowError(err)
}

// SetSetting sets an instance-wide value.
func (c *Control) SetSetting(ctx context.Context, key string, value []byte) error {
	_, err := c.exec(ctx, `INSERT INTO setting (key, value) VALUES (?, ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return err
}
