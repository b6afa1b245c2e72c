package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"
)

// ImportResult is what an import added.
type ImportResult struct {
	Visits, Views, Events int
	Late                  int // engagements whose page view is not in the import
}

// Import takes hits straight into sealed days. Its blocks are in the file from early on, but no question sees them
// before Commit; Cancel, or a start after a crash, removes them. One goroutine uses it.
type Import struct {
	site    *Site
	id      int64
	days    map[int32]*hotDay
	viewDay map[uint64]int32
	early   map[uint64][]row
	numbers map[uint64]uint32
	loaded  bool // numbers holds the sealed visitors
	parts   []part
	newest  int64
	result  ImportResult
}

// importReach is how far behind the newest hit a day must lie, in seconds, before it is written: a visit that began on
// it may still go on.
const importReach = daySeconds

// StartImport begins an import. Several may run at once.
func (s *Site) StartImport(ctx context.Context) (*Import, error) {
	im := &Import{site: s, days: map[int32]*hotDay{}, viewDay: map[uint64]int32{}, early: map[uint64][]row{},
		numbers: map[uint64]uint32{}}
	err := s.inWriter(ctx, func() error {
		return s.inTx(ctx, func(tx *sql.Tx) error {
			res, err := tx.Exec("INSERT INTO import (began) VALUES (?)", time.Now().Unix())
			if err == nil {
				im.id, err = res.LastInsertId()
			}
			return err
		}, nil)
	})
	return im, err
}

// Add takes hits, in the order of their times as far as possible, with Visit (unique within the import), Start and
// Visitor set.
func (im *Import) Add(ctx context.Context, hits []Hit) error {
	if err := im.site.inWriter(ctx, func() error { return im.encode(ctx, hits) }); err != nil {
		return err
	}
	for {
		date, due := im.oldest()
		if !due {
			return nil
		}
		if err := im.write(ctx, date); err != nil {
			return err
		}
	}
}

// encode turns hits into rows and writes the dictionary entries that are new with them.
func (im *Import) encode(ctx context.Context, hits []Hit) error {
	s := im.site
	rows := make([]row, len(hits))
	s.mu.Lock()
	for i := range hits {
		im.newest = max(im.newest, hits[i].Time)
		rows[i] = s.dicts.encode(&hits[i])
	}
	s.mu.Unlock()
	err := s.inBatch(func(w *writer) error { return w.insertDicts(&s.dicts) })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dicts.settle(err)
	if err != nil {
		return err
	}
	for _, r := range rows {
		im.add(r)
	}
	return nil
}

// add puts a row to its day, as hot.add does.
func (im *Import) add(r row) {
	day := int32(r.start / daySeconds)
	switch r.kind {
	case Engage:
		known := false
		if day, known = im.viewDay[r.view]; !known {
			im.early[r.view] = append(im.early[r.view], r)
			return
		}
	case Pageview:
		im.viewDay[r.view] = day
	}
	d := im.days[day]
	if d == nil {
		d = &hotDay{}
		im.days[day] = d
	}
	d.rows = append(d.rows, r)
	if r.kind == Pageview {
		d.rows = append(d.rows, im.early[r.view]...)
		delete(im.early, r.view)
	}
}

// oldest returns the oldest day that nothing is likely to add to.
func (im *Import) oldest() (date int32, due bool) {
	for d := range im.days {
		if (int64(d)+1)*daySeconds+importReach < im.newest && (!due || d < date) {
			date, due = d, true
		}
	}
	return date, due
}

// write folds a day and writes it, not to be seen yet.
func (im *Import) write(ctx context.Context, date int32) error {
	d := im.days[date]
	delete(im.days, date)
	fresh, err := im.number(ctx, d.rows)
	if err != nil {
		return err
	}
	b := fold(date, d.rows, func(r *row) uint32 { return im.numbers[r.visitor] })
	for i := range d.rows {
		delete(im.viewDay, d.rows[i].view)
	}
	if b.Visits == 0 {
		return nil
	}
	s := im.site
	return s.inWriter(ctx, func() error {
		s.mu.Lock()
		p, visitors := s.newPart(date, b), s.next
		s.mu.Unlock()
		err := s.inTx(ctx, func(tx *sql.Tx) error {
			var taken int64
			if err := tx.QueryRow("SELECT coalesce(max(id), -1) FROM part WHERE id >> 16 = ?", date).Scan(&taken); err != nil {
				return err
			}
			p.id = max(p.id, taken+1)
			if err := insertPart(tx, p, b, visitors, im.id); err != nil {
				return err
			}
			return insertKeys(tx, date, fresh, im.id)
		}, nil)
		if err == nil {
			im.parts = append(im.parts, p)
			im.result.Visits += b.Visits
			im.result.Views += b.Views
			im.result.Events += b.Events
		}
		return err
	})
}

// number gives the visitors of rows their numbers and returns those of the lasting that are new, by number.
func (im *Import) number(ctx context.Context, rows []row) (fresh []visitorKey, err error) {
	s := im.site
	if !im.loaded { // once: what the import adds later is its own
		im.loaded = true
		if err := s.allVisitors(ctx, im.numbers); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range rows {
		r := &rows[i]
		if _, ok := im.numbers[r.visitor]; ok || r.kind == Engage {
			continue
		}
		n, hot := s.hot.numbers[r.visitor]
		if !hot {
			n = s.next
			s.next++
		}
		im.numbers[r.visitor] = n
		if r.lasting {
			fresh = append(fresh, visitorKey{n, r.visitor})
		}
	}
	slices.SortFunc(fresh, func(a, b visitorKey) int { return int(int64(a.number) - int64(b.number)) })
	return fresh, nil
}

// Commit writes what is left and makes all of it visible at once. Fingerprint is the SHA-256 of what was imported;
// ErrImported: it is there already, nothing was changed.
func (im *Import) Commit(ctx context.Context, fingerprint [32]byte) (ImportResult, error) {
	for len(im.days) > 0 {
		im.newest = 1 << 62
		date, _ := im.oldest()
		if err := im.write(ctx, date); err != nil {
			return ImportResult{}, errors.Join(err, im.Cancel())
		}
	}
	for _, rows := range im.early {
		im.result.Late += len(rows)
	}
	s := im.site
	err := s.inWriter(ctx, func() error {
		return s.inTx(ctx, func(tx *sql.Tx) error {
			var n int
			if err := tx.QueryRow("SELECT count(*) FROM import WHERE fingerprint = ?", fingerprint[:]).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				return ErrImported
			}
			for _, q := range []string{"UPDATE part SET import = 0 WHERE import = ?", "UPDATE visitor SET import = 0 WHERE import = ?"} {
				if _, err := tx.Exec(q, im.id); err != nil {
					return err
				}
			}
			_, err := tx.Exec("UPDATE import SET fingerprint = ? WHERE id = ?", fingerprint[:], im.id)
			return err
		}, func() {
			s.mu.Lock()
			for _, p := range im.parts {
				s.addPart(p)
			}
			s.mu.Unlock()
		})
	})
	if err != nil {
		return ImportResult{}, errors.Join(err, im.Cancel())
	}
	return im.result, nil
}

// Cancel removes what the import has written. It works whatever became of the context of the calls before.
func (im *Import) Cancel() error {
	return im.site.inWriter(context.Background(), func() error {
		return im.site.inTx(context.Background(), func(tx *sql.Tx) error { return dropImports(tx, "= ?", im.id) }, nil)
	})
}

// dropUnfinished removes what imports left that never ended.
func (s *Site) dropUnfinished(ctx context.Context) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRow("SELECT count(*) FROM import WHERE fingerprint IS NULL").Scan(&n); err != nil || n == 0 {
			return err
		}
		return dropImports(tx, "<> ?", 0)
	}, nil)
}

// dropImports removes the parts, keys and rows of unfinished imports whose number compares so with id.
func dropImports(tx *sql.Tx, compares string, id int64) error {
	for _, q := range []string{
		"DELETE FROM block WHERE id >> 8 IN (SELECT id FROM part WHERE import " + compares + ")",
		"DELETE FROM part WHERE import " + compares,
		"DELETE FROM visitor WHERE import " + compares,
		"DELETE FROM import WHERE fingerprint IS NULL AND id " + compares,
	} {
		if _, err := tx.Exec(q, id); err != nil {
			return err
		}
	}
	return nil
}
