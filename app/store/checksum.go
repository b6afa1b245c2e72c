package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
)

// A block has a checksum within; rows that are read when a site is opened have one in their column sum, which triggers
// keep (site_4.sql). SQLite alone would give out a changed number or text as if nothing had happened.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func init() {
	sqlite.MustRegisterDeterministicScalarFunction("checksum", -1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		return checksum(args...), nil
	})
	sqlite.MustRegisterDeterministicScalarFunction("row_checksum", rowNumbers+1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		view, _ := args[0].(string)
		var numbers [rowNumbers]int64
		for i := range numbers {
			numbers[i], _ = args[i+1].(int64)
		}
		return rowSum(&numbers, view), nil
	})
}

// rowSum returns the checksum of a row of the table hit: the SQL function row_checksum. Rows come by the hundred
// thousand, so the program computes it and no trigger.
func rowSum(numbers *[rowNumbers]int64, view string) int64 {
	room := sumRoom.Get().(*[]byte)
	b := (*room)[:0]
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	b = append(b, view...)
	sum := crc32.Checksum(b, castagnoli)
	*room = b
	sumRoom.Put(room)
	return int64(sum)
}

// sumRoom is room for rowSum: what it takes sums of would be garbage each time.
var sumRoom = sync.Pool{New: func() any { return new([]byte) }}

// checksum returns the CRC-32C of values (int64, string, []byte or nil) with their types and lengths: the SQL function
// checksum.
func checksum(values ...driver.Value) int64 {
	var b []byte
	for _, value := range values {
		switch v := value.(type) {
		case int64:
			b = binary.LittleEndian.AppendUint64(append(b, 'i'), uint64(v))
		case string:
			b = append(binary.LittleEndian.AppendUint64(append(b, 't'), uint64(len(v))), v...)
		case []byte:
			b = append(binary.LittleEndian.AppendUint64(append(b, 'b'), uint64(len(v))), v...)
		default:
			b = append(b, 'n')
		}
	}
	return int64(crc32.Checksum(b, castagnoli))
}

// blockSum returns the checksum of a block's id and of the checksum that its data ends with.
func blockSum(id int64, data []byte) int64 { return checksum(id, data[max(0, len(data)-4):]) }

// readAtOpening are the tables that are read whole when a site is opened.
var readAtOpening = []string{"secret", "dict", "part", "hit", "sealing", "import"}

// verify looks for damage in what is read when the site is opened. ErrDamaged: the file can't be used. What can be done
// without is taken out of the file, and said.
func (s *Site) verify(ctx context.Context) error {
	for _, table := range readAtOpening {
		var found string
		if err := s.write.QueryRowContext(ctx, "PRAGMA quick_check("+table+")").Scan(&found); err != nil {
			return err
		}
		if found != "ok" {
			return fmt.Errorf("%w: table %s: %s", ErrDamaged, table, found)
		}
	}
	return errors.Join(s.verifySecrets(ctx), s.verifyTotals(ctx), s.verifySealing(ctx))
}

// verifySecrets looks at the keys. Without the one that cookie visitors are known by, all of them would be counted as new.
func (s *Site) verifySecrets(ctx context.Context) error {
	names, err := list(ctx, s.write, scanOne[string], "SELECT name FROM secret WHERE sum IS NOT "+sums["secret"])
	for _, name := range names {
		if !strings.HasPrefix(name, "salt ") {
			return fmt.Errorf("%w: the key of its visitors is not as it was written", ErrDamaged)
		}
		s.tell(fmt.Errorf("%s: the key of a day's visitors without a cookie is not as it was written; they are counted as new", s.file()))
		if _, err := s.write.ExecContext(ctx, "DELETE FROM secret WHERE name = ?", name); err != nil {
			return err
		}
	}
	return err
}

// DamagedValue stands, in each field, for a text of a dictionary that is not as it was written.
const DamagedValue = "(damaged)"

func damagedText(dim int) string {
	return DamagedValue + strings.Repeat(FieldSep+DamagedValue, dictFields[dim]-1)
}

// brokenText is an entry of a dictionary that is not as it was written.
type brokenText struct{ dim, id int }

// mendTexts replaces damaged texts for good: what they were is not known any more.
func (s *Site) mendTexts(ctx context.Context, broken []brokenText) error {
	for _, e := range broken {
		s.tell(fmt.Errorf("%s: text %d of dictionary %d is not as it was written; it is shown as %s", s.file(), e.id, e.dim, DamagedValue))
		if _, err := s.write.ExecContext(ctx, "UPDATE dict SET value = ? WHERE dim = ? AND id = ?", damagedText(e.dim), e.dim, e.id); err != nil {
			return err
		}
	}
	return nil
}

// sums are what the column sum of a table should be.
var sums = map[string]string{
	"part":    "checksum(id, visits, views, events, last, visitors, import)",
	"dict":    "checksum(dim, id, value)",
	"secret":  "checksum(name, value)",
	"visitor": "checksum(day, count, data, import)",
	"total":   "checksum(day, visits, views, events, bounces, duration)",
	"sealing": "checksum(day, marks, guests, visitors)",
	"hit": "row_checksum(view, kind, time, start, visit, visitor, lasting, type, seq, page, origin, place, agent, " +
		"language, screen, engaged, scroll, name, props, currency, amount)",
}

// badSums returns which tables of a site's file have rows that are not as they were written, one sentence each.
func badSums(ctx context.Context, db *sql.DB) (wrong []string, err error) {
	for _, table := range slices.Sorted(maps.Keys(sums)) {
		var n int
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM "+table+" WHERE sum IS NOT "+sums[table]).Scan(&n); err != nil {
			return wrong, err
		}
		if n > 0 {
			wrong = append(wrong, fmt.Sprintf("%d rows of table %s are not as they were written", n, table))
		}
	}
	return wrong, nil
}

// verifyVisitors looks at the keys by which visitors who come back are known. They are many, so only the nightly round
// does, beside the writer. ErrErasing: an erasure came.
func (s *Site) verifyVisitors(ctx context.Context) error {
	var bad []int64
	err := s.readBeside(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		bad, err = list(ctx, tx, scanOne[int64], "SELECT id FROM visitor WHERE sum IS NOT "+sums["visitor"])
		return err
	})
	for _, id := range bad {
		if err := s.inWriter(ctx, func() error { return s.loseWhere(ctx, lostVisitors, "visitor", "id", " AND id = ?", id) }); err != nil {
			return err
		}
	}
	return err
}

// verifyTotals looks at what is left of days that were dropped.
func (s *Site) verifyTotals(ctx context.Context) error {
	return s.loseWhere(ctx, lostTotal, "total", "day", "")
}

// verifySealing looks at what was sealed of a day that isn't over.
func (s *Site) verifySealing(ctx context.Context) error {
	return s.loseWhere(ctx, lostMarks, "sealing", "id", "")
}

// loseWhere takes the rows of a table out, those that a condition is true for, whose sum is not what it should be. What it
// is told but the keys is in the program.
func (s *Site) loseWhere(ctx context.Context, what Column, table, key, condition string, args ...any) error {
	type rowOf struct{ key, day int64 }
	rows, err := list(ctx, s.write, func(row scanner) (r rowOf, err error) {
		err = row.Scan(&r.key, &r.day)
		return r, err
	}, "SELECT "+key+", day FROM "+table+" WHERE sum IS NOT "+sums[table]+condition, args...)
	for _, r := range rows {
		if err := s.lose(ctx, int32(r.day), what, "DELETE FROM "+table+" WHERE "+key+" = ?", r.key); err != nil {
			return err
		}
	}
	return err
}

// brokenRow is a row of the table hit that is not as it was written, with the start of one near it.
type brokenRow struct{ id, start int64 }

// loseRows takes rows out that can't be read.
func (s *Site) loseRows(ctx context.Context, rows []brokenRow) error {
	for _, r := range rows {
		if err := s.lose(ctx, int32(r.start/daySeconds), lostHit, "DELETE FROM hit WHERE id = ?", r.id); err != nil {
			return err
		}
		s.Drop("damaged", 1)
	}
	return nil
}

// lose takes one thing out of the file that is not as it was written, and leaves a mark with its day.
func (s *Site) lose(ctx context.Context, day int32, what Column, statement string, args ...any) error {
	s.tell(&Damage{File: s.file(), Day: day, Column: what, Err: errRow})
	return s.inTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO mark (name, value) VALUES (?, ?)", fmt.Sprintf("lost %d %d", day, what), time.Now().Unix())
		return err
	}, nil)
}

// readLost reads the marks that lose left.
func (s *Site) readLost(ctx context.Context) error {
	names, err := list(ctx, s.write, scanOne[string], "SELECT name FROM mark WHERE name LIKE 'lost %'")
	for _, name := range names {
		d := &Damage{File: s.file(), Err: errRow}
		if _, err := fmt.Sscanf(name, "lost %d %d", &d.Day, &d.Column); err != nil || d.Column > lostLast {
			continue // a mark can be damaged too
		}
		s.lost = append(s.lost, d)
	}
	return err
}

// scanOne reads a row of one column.
func scanOne[T any](row scanner) (v T, err error) {
	err = row.Scan(&v)
	return v, err
}

// errRow is the cause of a damage that a row's checksum tells of.
var errRow = errors.New("its row is not as it was written")
