package store

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// connector opens connections that can write. SQLite opens a file that it can't open for writing at some moment, for want of file
// handles say, for reading and leaves it at that: every later write, and every checkpoint, would fail. Readers too must be
// able to: who reads first after a crash writes what the log holds into the file.
type connector struct{ driver.Connector }

var errReadOnly = errors.New("the file can't be opened for writing")

// Connect opens a connection.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	made, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn := made.(sqliteConn)
	if readOnly, err := conn.IsReadOnly("main"); err != nil || readOnly {
		return nil, errors.Join(cmp.Or(err, errReadOnly), conn.Close())
	}
	return &connection{sqliteConn: conn}, nil
}

// connection is one of the driver's that is given up when its write-ahead log, which SQLite opens when it first needs it, turns out to
// be for reading only.
type connection struct {
	sqliteConn
	readOnly bool // SQLite has said so
}

// sqliteConn is all that the driver's connections do for database/sql, and what is asked of them here.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
	IsReadOnly(schema string) (bool, error)
}

// IsValid reports whether the connection is worth keeping.
func (c *connection) IsValid() bool { return !c.readOnly && c.sqliteConn.IsValid() }

// ExecContext runs a statement for database/sql.
func (c *connection) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	res, err := c.sqliteConn.ExecContext(ctx, query, args)
	return res, c.note(err)
}

// QueryContext runs a statement that returns rows for database/sql.
func (c *connection) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.sqliteConn.QueryContext(ctx, query, args)
	return rows, c.note(err)
}

// note takes note of what an error says of the connection, and returns the error.
func (c *connection) note(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_READONLY {
		c.readOnly = true
	}
	return err
}
