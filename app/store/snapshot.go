package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"sandprint/app/column"
)

// part is one sealed block as the table part has it.
type part struct {
	id     int64 // day << 16 | number
	info   BlockInfo
	damage *Damage // nil: none is known
}

func (p part) date() int32 { return int32(p.id >> 16) }

// readParts reads the list of sealed blocks and the number that the next new visitor gets.
func (s *Site) readParts(ctx context.Context) error {
	rows, err := s.write.QueryContext(ctx, "SELECT id, visits, views, events, last, visitors FROM part WHERE import = 0 ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	s.parts = nil
	for rows.Next() {
		var p part
		var visitors uint32
		if err := rows.Scan(&p.id, &p.info.Visits, &p.info.Views, &p.info.Events, &p.info.Last, &visitors); err != nil {
			return err
		}
		p.info.Date = p.date()
		s.parts = append(s.parts, p)
		s.next = max(s.next, visitors)
	}
	return rows.Err()
}

// sealed reports whether a day is sealed: only imports change it any more. s.mu is held.
func (s *Site) sealed(date int32) bool {
	if _, hot := s.hot.days[date]; hot {
		return false
	}
	_, found := slices.BinarySearchFunc(s.parts, date, func(p part, d int32) int { return int(p.date()) - int(d) })
	return found && date < s.today()-1
}

// source is where a block of a snapshot comes from: a part of the file, or a hot day in memory.
type source struct {
	info BlockInfo
	part part
	hot  *Block // nil: part
}

// maxLoaders is how many goroutines may load blocks of one snapshot at the same time.
const maxLoaders = 2

// Snapshot returns one consistent view of the site's visits.
func (s *Site) Snapshot(ctx context.Context) (*Snapshot, error) {
	s.sealing.RLock()
	defer s.sealing.RUnlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	blocks, err := s.hotBlocks(ctx)
	if err != nil {
		return nil, err
	}
	snap := &Snapshot{dicts: s.dicts.view(), visitors: int(s.next)}
	sources := make([]source, 0, len(s.parts)+len(blocks))
	for _, p := range s.parts {
		sources = append(sources, source{info: p.info, part: p})
	}
	for _, b := range blocks {
		sources = append(sources, source{info: b.info(), hot: b})
	}
	// An import may seal days that are newer than one that is still hot.
	slices.SortStableFunc(sources, func(a, b source) int { return cmp.Compare(a.info.Date, b.info.Date) })
	for _, from := range sources {
		snap.blocks = append(snap.blocks, from.info)
	}
	snap.damage = make([]atomic.Pointer[Damage], len(sources))
	for i := range sources {
		snap.damage[i].Store(sources[i].part.damage)
	}
	var loaders *loaders
	if len(s.parts) > 0 {
		if loaders, err = s.openLoaders(ctx); err != nil {
			return nil, err
		}
	}
	snap.load = func(i int, need Columns, into *Block) error {
		if hot := sources[i].hot; hot != nil {
			into.copyFrom(hot, need)
			return nil
		}
		err := loaders.load(ctx, sources[i].part, need, into)
		if d, ok := errors.AsType[*Damage](err); ok {
			s.note(sources[i].part, d)
		}
		return err
	}
	var once sync.Once
	snap.close = func() { once.Do(loaders.close) }
	return snap, nil
}

// loaders are read transactions of one moment.
type loaders struct {
	site *Site
	free chan *sql.Tx
}

// openLoaders begins the transactions and has each take its view of the file at once.
func (s *Site) openLoaders(ctx context.Context) (*loaders, error) {
	l := &loaders{site: s, free: make(chan *sql.Tx, maxLoaders)}
	for range maxLoaders {
		tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
		if err == nil {
			l.free <- tx
			var n int
			err = tx.QueryRowContext(ctx, "SELECT count(*) FROM import").Scan(&n)
		}
		if err != nil {
			close(l.free)
			for tx := range l.free {
				err = errors.Join(err, tx.Rollback())
			}
			return nil, err
		}
	}
	return l, nil
}

func (l *loaders) close() {
	if l == nil {
		return
	}
	for range maxLoaders {
		tx := <-l.free
		tx.Rollback() // it has read only
	}
}

// load reads the columns of a sealed block.
func (l *loaders) load(ctx context.Context, p part, need Columns, into *Block) error {
	tx := <-l.free
	defer func() { l.free <- tx }()
	return l.site.loadPart(ctx, tx, p, need, into)
}

var errMissing = fmt.Errorf("%w: it is not there", column.ErrCorrupt)

// loadPart reads columns of one part, all in one query: a query costs more than reading a small column. A column that is
// not what was written is a *Damage.
func (s *Site) loadPart(ctx context.Context, tx *sql.Tx, p part, need Columns, into *Block) error {
	into.Date, into.Visits, into.Views, into.Events = p.info.Date, p.info.Visits, p.info.Views, p.info.Events
	var ids []any
	for c := range NumColumns {
		switch {
		case !need.Has(c):
		case into.Len(c) == 0:
			into.Cols[c], need = into.room(c), need&^Set(c)
		default:
			ids = append(ids, p.id<<8|int64(c))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	c, err := readColumns(ctx, tx, ids, func(c Column, data []byte) (err error) {
		need &^= Set(c)
		if c == EventAmount {
			into.Amounts, err = column.Decode64(into.Amounts, data, into.Events)
		} else {
			into.Cols[c], err = column.Decode(into.room(c), data, into.Len(c))
		}
		return err
	})
	if err == nil && need != 0 {
		c, err = need.first(), errMissing
	}
	switch {
	case err == nil:
		return nil
	case unreadable(err):
		return &Damage{File: s.file(), Day: p.info.Date, Column: c, Err: err}
	}
	return fmt.Errorf("reading %v of a day: %w", c, err)
}

// readColumns calls f for the blobs with these ids, in their order. An error is about column c.
func readColumns(ctx context.Context, tx *sql.Tx, ids []any, f func(c Column, data []byte) error) (c Column, err error) {
	c = Column(ids[0].(int64) & 0xff)
	rows, err := tx.QueryContext(ctx, "SELECT id, data FROM block WHERE id IN (?"+strings.Repeat(",?", len(ids)-1)+") ORDER BY id", ids...)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	var data sql.RawBytes
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id, &data); err != nil {
			return c, err
		}
		c = Column(id & 0xff)
		if err := f(c, data); err != nil {
			return c, err
		}
	}
	return c, rows.Err()
}
