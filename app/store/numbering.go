package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"sandprint/app/column"
)

// numbering gives visitors their dense numbers. mu is locked before Site.mu, and never by the writer: finding the number
// of someone who comes back may read every sealed day.
type numbering struct {
	mu    sync.Mutex
	next  atomic.Uint32 // next visitor's number
	users int           // imports that are running
	known *keyTable     // while they run, once one of them has asked: all visitors there are
}

// number gives every visitor of some days a number: the one it has had since another hot day, a running import or a
// sealed day, or a new one. Only visitors that a cookie shows to have been here before are looked for among the sealed.
// numbering.mu is held, Site.mu is not.
func (s *Site) number(ctx context.Context, days []hotRows) error {
	tables := s.numberTables(days)
	found := map[uint64]uint32{} // of those who are looked for
	look := map[uint64]struct{}{}
	var fresh []visitorOf
	for _, d := range days {
		table := &d.day.numbers
		for i := range d.rows.n {
			r := d.rows.at(i)
			if _, ok := table.Get(r.visitor); ok || r.namesNobody() {
				continue
			}
			if n, ok := findIn(tables, r.visitor); ok {
				table.Put(r.visitor, n)
				continue
			}
			_, sought := look[r.visitor]
			if !sought && (!r.lasting || r.vtype == NewVisitor || s.numbers.known != nil) {
				s.giveNumber(table, r.visitor, s.numbers.next.Add(1)-1)
				continue
			}
			look[r.visitor] = struct{}{}
			fresh = append(fresh, visitorOf{table, r.visitor})
		}
	}
	if err := s.findVisitors(ctx, look, found); err != nil {
		return err
	}
	for _, f := range fresh {
		n, ok := found[f.key]
		if !ok {
			n = s.numbers.next.Add(1) - 1
			found[f.key] = n
		}
		s.giveNumber(f.table, f.key, n)
	}
	return nil
}

// namesNobody reports whether no visit can be of the row's visitor: an engagement belongs to the visit of its page view, whose visitor it
// names only where consent came after that.
func (r *row) namesNobody() bool { return r.kind == Engage && (!r.lasting || r.visit == 0) }

// isLasting reports whether a row names a visitor who is recognised on later days.
func (r *row) isLasting() bool { return r.lasting && !r.namesNobody() }

// giveNumber notes a visitor's number in the table of a day.
func (s *Site) giveNumber(table *keyTable, key uint64, n uint32) {
	table.Put(key, n)
	if s.numbers.known != nil {
		s.numbers.known.Put(key, n)
	}
}

// visitorOf is a visitor and where its number goes.
type visitorOf struct {
	table *keyTable
	key   uint64
}

// numberTables returns where numbers in use are: those of days, of the days that are hot now, and of imports.
func (s *Site) numberTables(days []hotRows) []*keyTable {
	var tables []*keyTable
	for _, d := range days {
		tables = append(tables, &d.day.numbers)
	}
	s.mu.Lock()
	for _, d := range s.hot.days {
		if !slices.Contains(tables, &d.numbers) {
			tables = append(tables, &d.numbers)
		}
	}
	s.mu.Unlock()
	if s.numbers.known != nil {
		tables = append(tables, s.numbers.known)
	}
	return tables
}

func findIn(tables []*keyTable, key uint64) (number uint32, ok bool) {
	for _, t := range tables {
		if number, ok = t.Get(key); ok {
			return number, true
		}
	}
	return 0, false
}

// knowAll reads all visitors' numbers into memory, for as long as imports run. numbering.mu is held.
func (s *Site) knowAll(ctx context.Context) error {
	if s.numbers.known != nil {
		return nil
	}
	known := &keyTable{}
	err := s.eachVisitors(ctx, s.read, func(keys []byte, decode func() ([]uint32, error)) (bool, error) {
		numbers, err := decode()
		for i, n := range numbers {
			known.Put(binary.LittleEndian.Uint64(keys[8*i:]), n)
		}
		return true, err
	})
	if err != nil {
		return err
	}
	for _, t := range s.numberTables(nil) {
		t.Each(known.Put)
	}
	s.numbers.known = known
	return nil
}

// findVisitors looks for visitors among the sealed ones, the newest first, and adds the numbers of those it finds.
func (s *Site) findVisitors(ctx context.Context, look map[uint64]struct{}, found map[uint64]uint32) error {
	if len(look) == 0 {
		return nil
	}
	var maybe [1 << 10]uint64 // a bit for each value of a key's lowest 16 bits: most keys are passed over by it
	for key := range look {
		maybe[key>>6&(1<<10-1)] |= 1 << (key & 63)
	}
	return s.eachVisitors(ctx, s.read, func(keys []byte, decode func() ([]uint32, error)) (bool, error) {
		var numbers []uint32
		for i := 0; i < len(keys); i += 8 {
			key := binary.LittleEndian.Uint64(keys[i:])
			if maybe[key>>6&(1<<10-1)]>>(key&63)&1 == 0 {
				continue
			}
			if _, ok := look[key]; !ok {
				continue
			}
			if numbers == nil {
				var err error
				if numbers, err = decode(); err != nil {
					return false, err
				}
			}
			found[key] = numbers[i/8]
			delete(look, key)
		}
		return len(look) > 0, nil
	})
}

// eachVisitors calls f for every row of sealed visitors, the newest first, with their keys, 8 bytes each, and what decodes
// their numbers, until f returns false.
func (s *Site) eachVisitors(ctx context.Context, db *sql.DB, f func(keys []byte, numbers func() ([]uint32, error)) (bool, error)) error {
	rows, err := db.QueryContext(ctx, "SELECT count, data FROM visitor WHERE import = 0 ORDER BY id DESC")
	if err != nil {
		return err
	}
	defer rows.Close()
	var data sql.RawBytes
	for rows.Next() {
		var n int
		if err := rows.Scan(&n, &data); err != nil {
			return err
		}
		keys, packed, err := splitVisitors(data, n)
		if err != nil {
			return err
		}
		more, err := f(keys, func() ([]uint32, error) { return column.Decode(nil, packed, n) })
		if err != nil {
			return fmt.Errorf("visitors: %w", err)
		}
		if !more {
			return nil
		}
	}
	return rows.Err()
}

// visitorKey is a visitor's dense number and key.
type visitorKey struct {
	number uint32
	key    uint64
}

// splitVisitors returns the keys and the packed numbers of n visitors, as joinVisitors wrote them.
func splitVisitors(data []byte, n int) (keys, packed []byte, err error) {
	if len(data) < 4 || n < 0 || uint64(len(data)) != 4+uint64(binary.LittleEndian.Uint32(data))+8*uint64(n) {
		return nil, nil, fmt.Errorf("visitors: %w", column.ErrCorrupt)
	}
	split := len(data) - 8*n
	return data[split:], data[4:split], nil
}

// joinVisitors encodes visitors as the table visitor holds them: the length of their numbers, these as a column, the keys.
func joinVisitors(visitors []visitorKey) []byte {
	numbers := make([]uint32, len(visitors))
	for i, v := range visitors {
		numbers[i] = v.number
	}
	packed := column.Encode(nil, numbers)
	data := make([]byte, 0, 4+len(packed)+8*len(visitors))
	data = append(binary.LittleEndian.AppendUint32(data, uint32(len(packed))), packed...)
	for _, v := range visitors {
		data = binary.LittleEndian.AppendUint64(data, v.key)
	}
	return data
}

// visitorsOf returns the lasting visitors in rows by number, and apart from them those without a cookie.
func visitorsOf(rows rowList, number func(*row) uint32) (lasting, guests []visitorKey) {
	var seen keySet
	seen.Reserve(rows.n / 4)
	for i := range rows.n {
		r := rows.at(i)
		if r.namesNobody() {
			continue
		}
		if _, ok := seen.Get(r.visitor); ok {
			continue
		}
		seen.Put(r.visitor, struct{}{})
		if v := (visitorKey{number(r), r.visitor}); r.lasting {
			lasting = append(lasting, v)
		} else {
			guests = append(guests, v)
		}
	}
	for _, list := range [][]visitorKey{lasting, guests} {
		slices.SortFunc(list, func(a, b visitorKey) int { return int(int64(a.number) - int64(b.number)) })
	}
	return lasting, guests
}

// insertVisitors writes the numbers and keys of the visitors of a part. A visitor is in a row of each of his days, with
// the same number in each.
func insertVisitors(tx *sql.Tx, date int32, visitors []visitorKey, imported int64) error {
	if len(visitors) == 0 {
		return nil
	}
	_, err := tx.Exec("INSERT INTO visitor (day, count, data, import) VALUES (?, ?, ?, ?)", date, len(visitors), joinVisitors(visitors), imported)
	return err
}
