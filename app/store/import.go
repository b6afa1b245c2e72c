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
	days    map[int32]*hotDay // these three: guarded by the site's mu, for erasures take rows out
	viewDay map[uint64]int32
	early   map[uint64][]row
	parts   []part
	first   map[uint64]int64 // first visits of visitors who were not known, until they are written
	newest  int64
	result  ImportResult
	over    bool // committed or cancelled
}

// importReach is how far behind the newest hit a day must lie, in seconds, before it is written, and how long it must have
// been quiet: a visit that began on it may still go on, and engagements come late.
const importReach = 3 * 3600

// importMany is how many rows of a day an import holds before it writes the visits that have been over for importReach.
const importMany = 100_000

// StartImport begins an import. Several may run at once.
func (s *Site) StartImport(ctx context.Context) (*Import, error) {
	im := &Import{site: s, days: map[int32]*hotDay{}, viewDay: map[uint64]int32{}, early: map[uint64][]row{}, first: map[uint64]int64{}}
	err := s.inWriter(ctx, func() error {
		return s.inTx(ctx, func(tx *sql.Tx) error {
			res, err := tx.Exec("INSERT INTO import (began) VALUES (?)", time.Now().Unix())
			if err == nil {
				im.id, err = res.LastInsertId()
			}
			return err
		}, func() {
			s.mu.Lock()
			s.imports[im] = struct{}{}
			s.mu.Unlock()
		})
	})
	if err == nil {
		s.numbers.mu.Lock()
		s.numbers.users++
		s.numbers.mu.Unlock()
	}
	return im, err
}

// Add takes hits, in the order of their times as far as possible, with Visit (unique within the import), Start and
// Visitor set. The Type of a lasting visitor's visit may be left out: it is new when it is the first of him at the site.
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
		rows[i].view = s.views.of(hits[i].View)
	}
	s.mu.Unlock()
	err := s.inBatch(func(w *writer) error { return w.insertDicts(&s.dicts) })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dicts.settle(err)
	if err != nil {
		return err
	}
	for i := range rows {
		im.add(&rows[i])
	}
	return nil
}

// add puts a row to its day, as hot.add does.
func (im *Import) add(r *row) {
	day := int32(r.start / daySeconds)
	switch r.kind {
	case Engage:
		known := false
		if day, known = im.viewDay[r.view]; !known {
			im.early[r.view] = append(im.early[r.view], *r)
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
	d.rows.add(r)
	if early := im.early[r.view]; r.kind == Pageview && early != nil {
		for i := range early {
			d.rows.add(&early[i])
		}
		delete(im.early, r.view)
	}
}

// oldest returns the oldest day that nothing is likely to add to, or that has many rows more than when it was last tried.
func (im *Import) oldest() (date int32, due bool) {
	im.site.mu.Lock()
	defer im.site.mu.Unlock()
	for d := range im.days {
		if (im.isOver(d) || im.days[d].rows.n > im.days[d].folded+importMany) && (!due || d < date) {
			date, due = d, true
		}
	}
	return date, due
}

// isOver reports whether nothing is likely to add to a day. Site.mu is held.
func (im *Import) isOver(date int32) bool {
	end := max((int64(date)+1)*daySeconds, im.days[date].last())
	return end+importReach < im.newest
}

// write folds a day and writes it, not to be seen yet.
func (im *Import) write(ctx context.Context, date int32) error {
	for {
		written, err := im.tryWrite(ctx, date)
		if written || err != nil {
			return err
		}
	}
}

// tryWrite is write; false: an erasure has taken rows out of the day meanwhile.
func (im *Import) tryWrite(ctx context.Context, date int32) (written bool, err error) {
	s := im.site
	s.mu.Lock()
	d := im.days[date]
	if d == nil { // all of it was taken
		s.mu.Unlock()
		return true, nil
	}
	day, over := d.now(date), im.isOver(date)
	d.folded = day.rows.n // so many were tried
	s.mu.Unlock()
	var kept rowList
	if !over {
		if day.rows, kept = endedVisits(day.rows, im.newest-importReach); day.rows.n < importMany/4 {
			return true, nil
		}
	}
	if err := im.number(ctx, day); err != nil {
		return false, err
	}
	blocks := fold(date, day.rows, day.number)
	data := make([]blockData, len(blocks))
	for i, b := range blocks {
		data[i] = b.encode()
	}
	lasting, _ := visitorsOf(day.rows, day.number)
	err = s.inWriter(ctx, func() error {
		s.mu.Lock()
		if written = d.version == day.version; written {
			if d.rows, d.folded = kept, 0; over {
				delete(im.days, date)
			}
			for i := range day.rows.n {
				delete(im.viewDay, day.rows.at(i).view)
			}
		}
		s.mu.Unlock()
		if !written {
			return nil
		}
		return im.insert(ctx, date, blocks, data, lasting)
	})
	if written {
		for i := range day.rows.n {
			if r := day.rows.at(i); im.first[r.visitor] == r.visit {
				delete(im.first, r.visitor)
			}
		}
	}
	return written, err
}

// insert writes the blocks of a day and its visitors, in the writer.
func (im *Import) insert(ctx context.Context, date int32, blocks []*Block, data []blockData, lasting []visitorKey) error {
	visitors, parts := im.site.numbers.next.Load(), make([]part, len(blocks))
	err := im.site.inTx(ctx, func(tx *sql.Tx) error {
		for i, b := range blocks {
			var err error
			if parts[i], err = newPart(tx, b); err != nil {
				return err
			}
			if err := insertPart(tx, parts[i], data[i], visitors, im.id); err != nil {
				return err
			}
		}
		return insertVisitors(tx, date, lasting, im.id)
	}, nil)
	if err != nil {
		return err
	}
	im.parts = append(im.parts, parts...)
	for _, b := range blocks {
		im.result.Visits += b.Visits
		im.result.Views += b.Views
		im.result.Events += b.Events
	}
	return nil
}

// number gives the visitors of a day their numbers, and visits the type that was left to it.
func (im *Import) number(ctx context.Context, day hotRows) error {
	n := &im.site.numbers
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := im.site.knowAll(ctx); err != nil {
		return err
	}
	for _, engagements := range []bool{false, true} {
		for i := range day.rows.n {
			r := day.rows.at(i)
			if r.namesNobody() || engagements != (r.kind == Engage) {
				continue
			}
			number, ok := n.known.Get(r.visitor)
			if !ok {
				number = n.next.Add(1) - 1
				n.known.Put(r.visitor, number)
				if !engagements {
					im.first[r.visitor] = r.visit
				}
			}
			day.day.numbers.Put(r.visitor, number)
		}
	}
	im.site.mu.Lock()
	defer im.site.mu.Unlock()
	for i := range day.rows.n {
		r := day.rows.at(i)
		if !r.lasting || r.vtype != UnknownVisitor || r.kind == Engage {
			continue
		}
		if r.vtype = ReturningVisitor; im.first[r.visitor] == r.visit {
			r.vtype = NewVisitor
		}
	}
	return nil
}

// end notes that the import is over. It may be called again.
func (im *Import) end() {
	n := &im.site.numbers
	n.mu.Lock()
	defer n.mu.Unlock()
	if im.over {
		return
	}
	im.over = true
	if n.users--; n.users == 0 {
		n.known = nil
	}
}

// Commit writes what is left and makes all of it visible at once. Fingerprint is the SHA-256 of what was imported;
// ErrImported: it is there already, nothing was changed.
func (im *Import) Commit(ctx context.Context, fingerprint [32]byte) (ImportResult, error) {
	im.newest = 1 << 62
	for {
		date, more := im.oldest()
		if !more {
			break
		}
		if err := im.write(ctx, date); err != nil {
			return ImportResult{}, errors.Join(err, im.Cancel())
		}
	}
	s := im.site
	s.mu.Lock()
	for _, rows := range im.early {
		im.result.Late += len(rows)
	}
	s.mu.Unlock()
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
			delete(s.imports, im)
			s.mu.Unlock()
		})
	})
	if err != nil {
		return ImportResult{}, errors.Join(err, im.Cancel())
	}
	im.end()
	return im.result, nil
}

// Cancel removes what the import has written, a few parts a transaction: hits are written in between. It works whatever
// became of the context of the calls before, and does nothing once the import is over. After an error it can be called again.
func (im *Import) Cancel() error {
	if im.over {
		return nil
	}
	s, ctx := im.site, context.Background()
	err := s.dropImport(ctx, s.read, im.id, func(f func(*sql.Tx) error) error {
		return s.inWriter(ctx, func() error { return s.inTx(ctx, f, nil) })
	})
	if err == nil {
		err = s.inWriter(ctx, func() error {
			return s.inTx(ctx, func(tx *sql.Tx) error { return dropImports(tx, "= ?", im.id) }, func() {
				s.mu.Lock()
				delete(s.imports, im)
				s.mu.Unlock()
			})
		})
	}
	if err == nil {
		im.end()
	}
	return err
}

// dropUnfinished removes what imports left that never ended, before anybody writes or reads.
func (s *Site) dropUnfinished(ctx context.Context) error {
	ids, err := list(ctx, s.write, scanOne[int64], "SELECT id FROM import WHERE fingerprint IS NULL")
	if err != nil || len(ids) == 0 {
		return err
	}
	if log := s.store.o.Log; log != nil {
		log.Info("what an import that never ended has left is removed: the site is opened after that", "site", s.Info().Number)
	}
	inTx := func(f func(*sql.Tx) error) error { return s.inTx(ctx, f, nil) }
	for _, id := range ids {
		if err := s.dropImport(ctx, s.write, id, inTx); err != nil {
			return err
		}
	}
	return inTx(func(tx *sql.Tx) error { return dropImports(tx, "<> ?", 0) })
}

// dropImport removes the parts and keys of an unfinished import in short transactions. Its own row stays, and tells that
// there is something left.
func (s *Site) dropImport(ctx context.Context, db querier, id int64, inTx func(func(*sql.Tx) error) error) error {
	parts, err := list(ctx, db, scanOne[int64], "SELECT id FROM part WHERE import = ?", id)
	if err != nil {
		return err
	}
	keys, err := list(ctx, db, scanOne[int64], "SELECT id FROM visitor WHERE import = ?", id)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(parts, cutsAtOnce) {
		if err := inTx(func(tx *sql.Tx) error { return dropParts(tx, some, id) }); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(keys, cutsAtOnce) {
		if err := inTx(func(tx *sql.Tx) (err error) {
			for _, key := range some { // an erasure may have removed it, and its number may be another's
				_, e := tx.Exec("DELETE FROM visitor WHERE id = ? AND import = ?", key, id)
				err = errors.Join(err, e)
			}
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// dropParts removes those parts that are of an import still.
func dropParts(tx *sql.Tx, parts []int64, id int64) error {
	for _, part := range parts {
		var n int
		if err := tx.QueryRow("SELECT count(*) FROM part WHERE id = ? AND import = ?", part, id).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			if err := deletePart(tx, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropImports removes the rows of unfinished imports whose number compares so with id, what parts and keys of them there
// still are, and has their texts swept.
func dropImports(tx *sql.Tx, compares string, id int64) error {
	gone := int64(0)
	for _, q := range []string{
		"DELETE FROM block WHERE id >> 8 IN (SELECT id FROM part WHERE import " + compares + ")",
		"DELETE FROM part WHERE import " + compares,
		"DELETE FROM visitor WHERE import " + compares,
		"DELETE FROM import WHERE fingerprint IS NULL AND id " + compares,
	} {
		res, err := tx.Exec(q, id)
		if err == nil {
			gone, err = res.RowsAffected()
		}
		if err != nil {
			return err
		}
	}
	if gone == 0 { // of the last, the imports
		return nil
	}
	return toSweep(tx)
}
