package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
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
	rows, err := s.write.QueryContext(ctx, `SELECT id, visits, views, events, last, visitors,
		sum = checksum(id, visits, views, events, last, visitors, import) AND import = 0 FROM part ORDER BY id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	s.parts = nil
	broken := false
	for rows.Next() {
		var p part
		var visitors int64
		var whole bool
		if err := rows.Scan(&p.id, &p.info.Visits, &p.info.Views, &p.info.Events, &p.info.Last, &visitors, &whole); err != nil {
			return err
		}
		if !whole {
			broken = true // which day it was is not sure either
			continue
		}
		p.info.Date = p.date()
		s.parts = append(s.parts, p)
		s.numbers.next.Store(max(s.numbers.next.Load(), uint32(visitors)))
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || !broken {
		return err
	}
	return s.readBrokenParts(ctx)
}

// readBrokenParts adds a part that can't be read for every one that has blocks and no row to be trusted, and makes sure that no
// visitor's number is given twice.
func (s *Site) readBrokenParts(ctx context.Context) error {
	ids, err := list(ctx, s.write, scanOne[int64], "SELECT DISTINCT id >> 8 FROM block ORDER BY id >> 8")
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, found := slices.BinarySearchFunc(s.parts, id, func(p part, id int64) int { return cmp.Compare(p.id, id) }); found {
			continue
		}
		p := part{id: id}
		p.info = BlockInfo{Date: p.date(), Last: (int64(p.date())+2)*daySeconds - 1}
		p.damage = &Damage{File: s.file(), Day: p.date(), Column: lostSummary, Err: errRow}
		s.tell(p.damage)
		s.addPart(p)
	}
	return s.eachVisitors(ctx, s.write, func(_ []byte, decode func() ([]uint32, error)) (bool, error) {
		numbers, err := decode()
		for _, n := range numbers {
			s.numbers.next.Store(max(s.numbers.next.Load(), n+1))
		}
		return true, err
	})
}

// sealedVisit reports whether a hit is of a visit that was sealed with all of its day. s.mu is held.
func (s *Site) sealedVisit(h *Hit) bool {
	date := int32(h.Start / daySeconds)
	return h.Visit != 0 && h.Visit <= s.done[date] && s.sealed(date)
}

// over reports whether the day of a hit was sealed so long ago that only imports change it any more. s.mu is held.
func (s *Site) over(h *Hit) bool {
	date := int32(h.Start / daySeconds)
	return date < s.today()-1 && s.sealed(date)
}

// sealed reports whether all of a day is sealed, and nothing of it is remembered. s.mu is held.
func (s *Site) sealed(date int32) bool {
	if _, hot := s.hot.days[date]; hot {
		return false
	}
	_, found := slices.BinarySearchFunc(s.parts, date, func(p part, d int32) int { return int(p.date()) - int(d) })
	return found
}

// source is where a block of a snapshot comes from: a part of the file, or a hot day in memory.
type source struct {
	info BlockInfo
	part part
	hot  *Block // nil: part
}

// maxLoaders is how many goroutines may load blocks of one snapshot at the same time.
const maxLoaders = 2

// Snapshot returns one consistent view of the site's visits. It waits while an erasure empties the write-ahead log; a
// snapshot that has held that up for two seconds reads no more and says ErrErasing.
func (s *Site) Snapshot(ctx context.Context) (*Snapshot, error) {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return nil, err
	}
	snap, err := s.snapshot(ctx)
	if err != nil {
		leave()
		return nil, damaged(err)
	}
	end := snap.close
	snap.close = func() { end(); leave() }
	return snap, nil
}

// snapshot is Snapshot within the gate. What is slow, finding visitors' numbers and folding hot days, comes first and
// holds no lock that the writer waits for.
func (s *Site) snapshot(ctx context.Context) (*Snapshot, error) {
	for {
		folded, err := s.foldHot(ctx)
		if err != nil {
			return nil, err
		}
		l, err := s.newLoaders(ctx) // after folding, which may need a connection too
		if err != nil {
			return nil, err
		}
		snap, err := s.snapshotOf(ctx, folded, l)
		if snap != nil {
			return snap, nil
		}
		l.close()
		if err != nil {
			return nil, err
		}
	}
}

// snapshotOf returns the view of one moment: of the parts, and of what foldHot made. It is nil when that does not fit
// together any more.
func (s *Site) snapshotOf(ctx context.Context, folded map[int32]hotRows, l *loaders) (*Snapshot, error) {
	s.sealing.RLock()
	defer s.sealing.RUnlock()
	s.mu.Lock()
	blocks, ok := s.hotBlocks(folded)
	sources := make([]source, 0, len(s.parts)+len(blocks))
	for _, p := range s.parts {
		sources = append(sources, source{info: p.info, part: p})
	}
	dicts, totals := s.dicts.view(), s.totals
	s.mu.Unlock()
	if !ok || len(sources) > 0 && len(l.conns) == 0 {
		return nil, nil
	}
	if err := l.begin(ctx); err != nil {
		return nil, err
	}
	for _, b := range blocks {
		sources = append(sources, source{info: b.info(), hot: b})
	}
	// An import may seal days that are newer than one that is still hot.
	slices.SortStableFunc(sources, func(a, b source) int { return cmp.Compare(a.info.Date, b.info.Date) })
	snap := &Snapshot{dicts: dicts, totals: totals, visitors: int(s.numbers.next.Load()), lost: s.lost, damage: make([]atomic.Pointer[Damage], len(sources))}
	for i, from := range sources {
		snap.blocks = append(snap.blocks, from.info)
		snap.damage[i].Store(from.part.damage)
	}
	snap.load = func(i int, need Columns, into *Block) error {
		if hot := sources[i].hot; hot != nil {
			into.copyFrom(hot, need)
			return nil
		}
		err := l.load(ctx, sources[i].part, need, into)
		if d, ok := errors.AsType[*Damage](err); ok {
			s.note(sources[i].part, d)
		}
		return err
	}
	var once sync.Once
	snap.close = func() { once.Do(l.close) }
	return snap, nil
}

// loaders are read transactions of one moment.
type loaders struct {
	site  *Site
	conns []*sql.Conn
	begun int // transactions
	free  chan *blockReader
}

// newLoaders takes the connections, when there is anything to load: all or none, or those who have some would wait for
// each other.
func (s *Site) newLoaders(ctx context.Context) (*loaders, error) {
	l := &loaders{site: s, free: make(chan *blockReader, maxLoaders)}
	s.mu.Lock()
	none := len(s.parts) == 0
	s.mu.Unlock()
	if none {
		return l, nil
	}
	s.loading.Lock()
	defer s.loading.Unlock()
	for range maxLoaders {
		conn, err := s.read.Conn(ctx)
		if err != nil {
			l.close()
			return nil, err
		}
		l.conns = append(l.conns, conn)
	}
	return l, nil
}

// begin begins the transactions and has each take its view of the file at once.
func (l *loaders) begin(ctx context.Context) error {
	for _, conn := range l.conns {
		tx, err := conn.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
		if err != nil {
			return err
		}
		l.begun++
		l.free <- newBlockReader(tx)
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM import").Scan(&n); err != nil {
			return err
		}
	}
	return nil
}

func (l *loaders) close() {
	for range l.begun {
		from := <-l.free
		from.close()
		from.tx.Rollback() // it has read only
	}
	for _, conn := range l.conns {
		conn.Close()
	}
}

// load reads the columns of a sealed block.
func (l *loaders) load(ctx context.Context, p part, need Columns, into *Block) error {
	from := <-l.free
	defer func() { l.free <- from }()
	err := ctx.Err()
	if err == nil {
		err = l.site.loadFrom(from, p, need, into)
	}
	if err != nil && context.Cause(ctx) == ErrErasing {
		return ErrErasing
	}
	return err
}

var (
	errMissing   = fmt.Errorf("%w: it is not there", column.ErrCorrupt)
	errElsewhere = fmt.Errorf("%w: it is not the one of this day and column", column.ErrCorrupt)
)

// loadPart is loadFrom where few parts are read in a transaction.
func (s *Site) loadPart(tx *sql.Tx, p part, need Columns, into *Block) error {
	from := newBlockReader(tx)
	defer from.close()
	return s.loadFrom(from, p, need, into)
}

// loadFrom reads columns of one part, all in one query: a query costs more than reading a small column. A column that is
// not what was written is a *Damage.
func (s *Site) loadFrom(from *blockReader, p part, need Columns, into *Block) error {
	into.Date, into.Visits, into.Views, into.Events = p.info.Date, p.info.Visits, p.info.Views, p.info.Events
	var ids []int64
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
	c, err := from.read(ids, func(c Column, data []byte) (err error) {
		need &^= Set(c)
		if c == EventAmount {
			into.Amounts, err = column.Decode64(into.Amounts, data, into.Events)
		} else {
			into.Cols[c], err = into.decode(c, data)
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
