package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"time"

	"modernc.org/sqlite"
)

// openWriter is openDB for the one connection that a site or the control file is written by, which is a *writer. Opened is
// called with each connection that is opened: with the first, and with one that takes the place of another.
func openWriter(path string, opened func()) (*sql.DB, error) {
	base, err := sqlite.NewConnector(dsn(path))
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(writerConnector{connector{base}, opened})
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	return db, nil
}

type writerConnector struct {
	connector
	opened func()
}

// Connect opens a writer.
func (c writerConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	c.opened()
	return &writer{connection: conn.(*connection)}, nil
}

// writer is the connection that a site is written by, with what a commit runs: prepared once, and run by the driver itself. database/sql
// would copy and box each of a row's 22 values, lock three times a statement, and have BEGIN and COMMIT parsed each time.
type writer struct {
	*connection
	begin, commit, rollback statement // nil until the first commit
	row                     [len(rowsAtOnce)]statement
	dict, drop              statement
	args                    arguments
}

// statement is a prepared statement of the driver.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
}

// rowsAtOnce are the numbers of rows that one statement inserts: each in one statement would cost three times as much.
var rowsAtOnce = [...]int{32, 8, 1}

const (
	addRows = `INSERT INTO hit (kind, time, start, visit, visitor, lasting, type, view, seq, page, origin, place, agent,
		language, screen, engaged, scroll, name, props, currency, amount, sum) VALUES `
	rowValues = "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
	addDrop   = `INSERT INTO dropped (day, reason, count) VALUES (?, ?, ?)
		ON CONFLICT (day, reason) DO UPDATE SET count = count + excluded.count`
)

// prepare prepares the statements, the first time.
func (w *writer) prepare() (err error) {
	if w.begin != nil {
		return nil
	}
	queries := map[*statement]string{&w.commit: "COMMIT", &w.rollback: "ROLLBACK", &w.drop: addDrop,
		&w.dict: "INSERT INTO dict (dim, id, value) VALUES (?, ?, ?)"}
	for i, n := range rowsAtOnce {
		queries[&w.row[i]] = addRows + strings.Repeat(rowValues+",", n-1) + rowValues
	}
	queries[&w.begin] = "BEGIN IMMEDIATE"
	for into, query := range queries {
		made, err := w.PrepareContext(context.Background(), query)
		if err != nil {
			return errors.Join(err, w.finalize())
		}
		*into = made.(statement)
	}
	return nil
}

// finalize gives the statements back. SQLite lets go of a file only when its connection has none left.
func (w *writer) finalize() (err error) {
	for _, s := range append(w.row[:], w.begin, w.commit, w.rollback, w.dict, w.drop) {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
	}
	*w = writer{connection: w.connection}
	return err
}

// Close closes the connection.
func (w *writer) Close() error { return errors.Join(w.finalize(), w.connection.Close()) }

// inBatch runs f in one transaction of the writer's connection.
func (s *Site) inBatch(f func(*writer) error) error {
	conn, err := s.write.Conn(context.Background())
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(c any) error {
		w := c.(*writer)
		if err := w.prepare(); err != nil {
			return err
		}
		if _, err := w.run(w.begin); err != nil {
			return err
		}
		err := f(w)
		if err == nil {
			_, err = w.run(w.commit)
		}
		if err != nil {
			w.run(w.rollback) // after some errors SQLite has done so, and says that there is nothing to roll back
		}
		return err
	})
}

// run runs a statement with the arguments that were gathered for it.
func (w *writer) run(s statement) (driver.Result, error) {
	defer w.args.clear()
	res, err := s.ExecContext(context.Background(), w.args.values())
	return res, w.note(err)
}

// insertRows writes rows and fills in their ids. The writer alone inserts, so the ids of one statement are neighbours.
func (w *writer) insertRows(rows []row, views []string) error {
	for which, n := range rowsAtOnce {
		for ; len(rows) >= n; rows, views = rows[n:], views[n:] {
			for i := range rows[:n] {
				w.args.row(&rows[i], views[i])
			}
			res, err := w.run(w.row[which])
			if err != nil {
				return err
			}
			last, err := res.LastInsertId()
			if err != nil {
				return err
			}
			for i := range rows[:n] {
				rows[i].id = last - int64(n-1-i)
			}
		}
	}
	return nil
}

// insertDicts writes the dictionary entries that are not in the file yet.
func (w *writer) insertDicts(all *dicts) error {
	for dim, d := range all {
		for id := d.saved; id < len(d.values); id++ {
			w.args.integer(int64(dim))
			w.args.integer(int64(id))
			w.args.text(d.values[id])
			if _, err := w.run(w.dict); err != nil {
				return err
			}
		}
	}
	return nil
}

// insertDrops adds to the day's counts of what was not counted.
func (w *writer) insertDrops(drops map[string]int64) error {
	today := time.Now().Unix() / daySeconds
	for reason, n := range drops {
		w.args.integer(today)
		w.args.text(reason)
		w.args.integer(n)
		if _, err := w.run(w.drop); err != nil {
			return err
		}
	}
	return nil
}

// arguments are a statement's, gathered one by one. Those of the statement before stay until they are overwritten: a
// number that comes again at its place, as most do from row to row of the same visit or minute, is not boxed again.
type arguments struct {
	all []driver.NamedValue
	n   int
}

func (a *arguments) next() *driver.Value {
	if a.n == len(a.all) {
		a.all = append(a.all, driver.NamedValue{Ordinal: a.n + 1})
	}
	a.n++
	return &a.all[a.n-1].Value
}

func (a *arguments) integer(v int64) {
	if at := a.next(); *at != driver.Value(v) {
		*at = v
	}
}

func (a *arguments) text(v string) { *a.next() = v }

func (a *arguments) values() []driver.NamedValue { return a.all[:a.n] }
func (a *arguments) clear()                      { a.n = 0 }

// row gathers the values of a row, in the order of addRows.
func (a *arguments) row(r *row, view string) {
	numbers := r.numbers()
	for _, v := range numbers[:beforeView] {
		a.integer(v)
	}
	a.text(view)
	for _, v := range numbers[beforeView:] {
		a.integer(v)
	}
	a.integer(rowSum(&numbers, view))
}

const (
	rowNumbers = 20 // columns of a row that are numbers, without id and sum
	beforeView = 7  // those before the id of the page view
)

// numbers returns the numbers of a row, in the order of addRows.
func (r *row) numbers() [rowNumbers]int64 {
	lasting := int64(0)
	if r.lasting {
		lasting = 1
	}
	return [...]int64{int64(r.kind), r.time, r.start, r.visit, int64(r.visitor), lasting, int64(r.vtype),
		int64(r.seq), int64(r.page), int64(r.origin), int64(r.place), int64(r.agent), int64(r.language),
		int64(r.screen), int64(r.engaged), int64(r.scroll), int64(r.name), int64(r.props), int64(r.currency), r.amount}
}
