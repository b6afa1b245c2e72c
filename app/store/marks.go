package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math/bits"
	"time"

	"sandprint/app/column"
)

// viewHash makes the numbers that memory knows page views by, in place of their ids: rows without pointers are smaller, and
// nothing that the garbage collector looks at. It is a polynomial over the id's bytes modulo the prime 2^61 - 1 at a secret
// place, the same for a site in every process: of any two ids that someone picks, the numbers are the same once in 10^17.
type viewHash uint64

const hashPrime = 1<<61 - 1

// newViewHash returns the hash of a site.
func newViewHash(siteKey []byte) viewHash {
	sum := sha256.Sum256(append([]byte("page views "), siteKey...))
	return viewHash(binary.LittleEndian.Uint64(sum[:]) % hashPrime)
}

// of returns the number of an id.
func (k viewHash) of(id string) uint64 {
	h := uint64(len(id)) + 1
	for len(id) > 0 {
		var word uint64 // 7 bytes
		n := min(7, len(id))
		for i := range n {
			word |= uint64(id[i]) << (8 * i)
		}
		id = id[n:]
		high, low := bits.Mul64(h+word, uint64(k)) // below 2^122
		if h = low&hashPrime + (low>>61 | high<<3); h >= hashPrime {
			h -= hashPrime
		}
	}
	return h
}

// markOf returns the mark that a hit's repeat is noticed by: that of a page view is its number; without a sequence number
// other hits have none.
func markOf(kind Kind, view uint64, seq uint32) (mark uint64, ok bool) {
	if kind == Pageview {
		return view, true
	}
	return mix(view + uint64(seq)<<32), seq != 0
}

// markOfVisit returns the mark of a visit.
func markOfVisit(visit int64) uint64 { return mix(^uint64(visit)) }

// mix spreads what differs over all bits (MurmurHash3's finalizer).
func mix(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// marksOf returns the marks that are kept of sealed rows: of their visits, page views and events.
func marksOf(rows rowList) *keySet {
	marks := &keySet{}
	marks.Reserve(rows.n)
	for i := range rows.n {
		r := rows.at(i)
		if r.kind == Engage { // a repeat is as late as any other engagement
			continue
		}
		marks.Put(markOfVisit(r.visit), struct{}{})
		if mark, ok := markOf(r.kind, r.view, r.seq); ok {
			marks.Put(mark, struct{}{})
		}
	}
	return marks
}

// insertMarks writes what is to be remembered of a part until its day is forgotten: its marks, and who came without a cookie.
func insertMarks(tx *sql.Tx, date int32, marks *keySet, guests []visitorKey) error {
	data := make([]byte, 0, 8*marks.Len())
	marks.Each(func(mark uint64, _ struct{}) { data = binary.LittleEndian.AppendUint64(data, mark) })
	_, err := tx.Exec("INSERT INTO sealing (day, marks, guests, visitors) VALUES (?, ?, ?, ?)", date, data, len(guests), joinVisitors(guests))
	return err
}

// deleteMarks forgets it.
func deleteMarks(tx *sql.Tx, date int32) error {
	_, err := tx.Exec("DELETE FROM sealing WHERE day = ?", date)
	return err
}

// readMarks reads what was sealed of days before their end, with the numbers of its visitors.
func (s *Site) readMarks(ctx context.Context) error {
	rows, err := s.write.QueryContext(ctx, "SELECT day, marks, guests, visitors FROM sealing")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var date int32
		var guests int
		var marks, visitors []byte
		if err := rows.Scan(&date, &marks, &guests, &visitors); err != nil {
			return err
		}
		d := s.hot.day(date)
		d.arrived = time.Now().Unix()
		for ; len(marks) >= 8; marks = marks[8:] {
			d.gone.Put(binary.LittleEndian.Uint64(marks), struct{}{})
		}
		if err := d.learn(visitors, guests); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for date, d := range s.hot.days {
		if d.gone.Len() > 0 {
			if err := s.readVisitors(ctx, date, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// readVisitors reads the numbers of a day's sealed visitors.
func (s *Site) readVisitors(ctx context.Context, date int32, d *hotDay) error {
	rows, err := s.write.QueryContext(ctx, "SELECT count, data FROM visitor WHERE day = ? AND import = 0", date)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		var data []byte
		if err := rows.Scan(&n, &data); err != nil {
			return err
		}
		if err := d.learn(data, n); err != nil {
			return err
		}
	}
	return rows.Err()
}

// learn takes the numbers of n visitors as the file has them.
func (d *hotDay) learn(data []byte, n int) error {
	keys, packed, err := splitVisitors(data, n)
	if err != nil {
		return err
	}
	numbers, err := column.Decode(nil, packed, n)
	if err != nil {
		return fmt.Errorf("visitors: %w", err)
	}
	for i, number := range numbers {
		d.numbers.Put(binary.LittleEndian.Uint64(keys[8*i:]), number)
	}
	return nil
}
