package store

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLiteVersion is the version of SQLite in the binary, as "3.54.1".
const SQLiteVersion = sqlite3.SQLITE_VERSION

// busyTimeout is how long a statement waits for a lock, in milliseconds.
const busyTimeout = 10_000

// dsn says which file a connection is to, and its pragmas. auto_vacuum holds only when it comes before anything is written; on a
// file that is there it would write the header anew with every connection, and so touch a newer version's file, which is
// why only an empty one gets it.
func dsn(path string) string {
	pragmas := []string{fmt.Sprintf("busy_timeout(%d)", busyTimeout), "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)", "secure_delete(ON)", "cell_size_check(ON)", "temp_store(MEMORY)"}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		pragmas = slices.Insert(pragmas, 1, "auto_vacuum(INCREMENTAL)")
	}
	q := url.Values{"_txlock": {"immediate"}, "_pragma": pragmas}
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + q.Encode()
}

// openDB opens a pool of at most conns connections, each with the same pragmas.
func openDB(path string, conns int) (*sql.DB, error) {
	base, err := sqlite.NewConnector(dsn(path))
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector{base})
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	if conns > 1 { // each has up to 2 MB of pages and four files open; the only one is the writer, with prepared statements
		db.SetConnMaxIdleTime(10 * time.Second)
	}
	return db, nil
}

// openFinished opens a file that nobody writes to and that has no log beside it, such as one of a backup, to be read.
// Nothing is written, also not beside it.
func openFinished(path string) (*sql.DB, error) {
	return openOne(path, url.Values{"mode": {"ro"}, "immutable": {"1"}, "_pragma": {"query_only(1)", "trusted_schema(0)"}})
}

// openScratch opens a copy that is still being made: a crash that spoils it costs nothing.
func openScratch(path string) (*sql.DB, error) {
	return openOne(path, url.Values{"_pragma": {"journal_mode(OFF)", "synchronous(OFF)", "secure_delete(ON)", "temp_store(MEMORY)"}})
}

func openOne(path string, options url.Values) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()+"?"+options.Encode())
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// migrate runs the steps that db has not had yet, each in one transaction with its number.
func migrate(db *sql.DB, steps []string) error {
	var version int
	if err := db.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > len(steps) {
		return ErrNewer
	}
	for i := version; i < len(steps); i++ {
		tx, err := db.Begin()
		if err != nil {
			return err
		}
		if _, err = tx.Exec(steps[i] + fmt.Sprintf(";PRAGMA user_version = %d", i+1)); err != nil {
			return errors.Join(fmt.Errorf("schema step %d: %w", i+1, err), tx.Rollback())
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return nil
}
