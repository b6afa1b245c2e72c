package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
	"sync"
	"sync/atomic"

	"modernc.org/sqlite"
)

// blockReader reads blobs in a transaction. They are looked at where they lie in SQLite's memory, by a function of SQL:
// copying each out would cost more than reading it, and be a year's columns of garbage for each question.
type blockReader struct {
	tx      *sql.Tx
	number  int64             // by which the SQL function finds it
	queries map[int]*sql.Stmt // by number of blobs: preparing costs more than reading a small column; they end with the transaction, or with close

	take func(c Column, data []byte) error // of the call of read that runs
	at   Column                            // the column that was taken last, or failed
	err  error
}

// Those who read now, by number.
var (
	blockReaders sync.Map
	lastReader   atomic.Int64
)

func init() {
	sqlite.MustRegisterFunction("take_block", &sqlite.FunctionImpl{NArgs: 4, VolatileArgs: true, Scalar: func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		number, _ := args[0].(int64)
		if r, ok := blockReaders.Load(number); ok {
			id, _ := args[1].(int64)
			sum, _ := args[2].(int64)
			data, _ := args[3].([]byte)
			r.(*blockReader).taken(id, sum, data)
		}
		return int64(0), nil
	}})
}

func newBlockReader(tx *sql.Tx) *blockReader {
	r := &blockReader{tx: tx, number: lastReader.Add(1), queries: map[int]*sql.Stmt{}}
	blockReaders.Store(r.number, r)
	return r
}

// close ends the queries; the transaction may go on.
func (r *blockReader) close() {
	blockReaders.Delete(r.number)
	for _, q := range r.queries {
		q.Close() // there is nothing to lose
	}
}

// query returns what has n blobs taken.
func (r *blockReader) query(n int) (q *sql.Stmt, err error) {
	if q = r.queries[n]; q == nil {
		one := "(SELECT take_block(?1, id, sum, data) FROM block WHERE id = ?)"
		if q, err = r.tx.Prepare("SELECT " + one + strings.Repeat(" + "+one, n-1)); err == nil { // one result: the driver asks about each
			r.queries[n] = q
		}
	}
	return q, err
}

// read calls take for the blobs with these ids, in their order; the data is there during the call only. An error is about
// column c. A blob that is not there is left out.
func (r *blockReader) read(ids []int64, take func(c Column, data []byte) error) (c Column, err error) {
	r.at, r.take, r.err = Column(ids[0]&0xff), take, nil
	query, err := r.query(len(ids))
	if err != nil {
		return r.at, err
	}
	args := append(make([]any, 0, 1+len(ids)), r.number)
	for _, id := range ids {
		args = append(args, id)
	}
	// A context that can end has the driver start a goroutine for each query; whoever loads looks at his own before.
	rows, err := query.QueryContext(context.Background(), args...)
	if err != nil {
		return r.at, err
	}
	rows.Next() // takes them all
	err = rows.Err()
	if e := rows.Close(); err == nil {
		err = e
	}
	if r.err != nil {
		err = r.err
	}
	return r.at, err
}

// taken is called by SQLite with a blob.
func (r *blockReader) taken(id, sum int64, data []byte) {
	if r.err != nil {
		return
	}
	if r.at = Column(id & 0xff); sum != blockSum(id, data) {
		r.err = errElsewhere
		return
	}
	r.err = r.take(r.at, data)
}
