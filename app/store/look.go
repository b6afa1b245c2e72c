package store

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// look examines the file at path without touching it: opened for reading only, its tables are held against those of
// the steps. It returns ErrNewer for a file of a newer version, and ErrDamaged for one that is no file of ours: another
// program's database, one with a trigger or table that no step made, no database at all, nothing.
func look(path string, steps []string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%w: it is not there", ErrDamaged)
	case err != nil:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: it is no file", ErrDamaged)
	case info.Size() == 0:
		return fmt.Errorf("%w: it is empty", ErrDamaged)
	}
	q := url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(10000)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	return errors.Join(damaged(lookInto(db, steps)), db.Close())
}

// lookAgain is look for a file that the power may have failed over while it was made, before it had a write-ahead log: it has SQLite take
// back what was half done. Nothing may be left then, which is fine.
func lookAgain(path string, steps []string) error {
	err := look(path, steps)
	var half *sqlite.Error
	if !errors.As(err, &half) || half.Code() != sqlite3.SQLITE_READONLY_ROLLBACK {
		return err
	}
	db, err := openOne(path, url.Values{"mode": {"rw"}})
	if err != nil {
		return err
	}
	_, err = db.Exec("BEGIN IMMEDIATE; ROLLBACK")
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return err
	}
	return look(path, steps)
}

func lookInto(db *sql.DB, steps []string) error {
	var version int
	if err := db.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > len(steps) {
		return ErrNewer
	}
	is, err := schemaOf(db)
	if err != nil {
		return err
	}
	want, err := schemas(steps)
	if err == nil && is != want[version] {
		err = fmt.Errorf("%w: its tables are not those of Sandprint", ErrDamaged)
	}
	return err
}

// made remembers schemas, by the first of their steps.
var made sync.Map

// schemas returns what schemaOf says after each of the steps, from none to all.
func schemas(steps []string) ([]string, error) {
	if list, ok := made.Load(&steps[0]); ok {
		return list.([]string), nil
	}
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	list := []string{""}
	for i := range steps {
		if err := migrate(db, steps[:i+1]); err != nil {
			return nil, err
		}
		is, err := schemaOf(db)
		if err != nil {
			return nil, err
		}
		list = append(list, is)
	}
	made.Store(&steps[0], list)
	return list, nil
}

// schemaOf returns what the tables, indexes and triggers of db are, without comments and line breaks. What SQLite makes for itself
// is not in it.
func schemaOf(db *sql.DB) (string, error) {
	rows, err := db.Query("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY type, name")
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var kind, name, text string
		if err := rows.Scan(&kind, &name, &text); err != nil {
			return "", err
		}
		text = strings.Join(strings.Fields(comment.ReplaceAllString(text, " ")), " ")
		fmt.Fprintf(&b, "%s %s: %s\n", kind, name, text)
	}
	return b.String(), rows.Err()
}

var comment = regexp.MustCompile(`--[^\n]*`)
