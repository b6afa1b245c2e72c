package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Erased says what an erasure removed, and what the search for it in the site's files saw afterwards.
type Erased struct {
	Visits  int   `json:"visits"`
	Views   int   `json:"pageviews"`
	Events  int   `json:"events"`
	Days    int   `json:"days"`           // UTC days that had something of it
	Keys    int   `json:"visitor_keys"`   // of visitors, once for each day for which one was kept; on a day of which a part is sealed once more for the rest
	Entries int   `json:"texts"`          // paths, titles, referrers … that nothing else has
	Looked  int   `json:"traces"`         // keys, ids, texts and pieces of columns that the files were searched for
	Scanned int64 `json:"bytes_searched"` // of the database, its write-ahead log, its index and temporary files
	Found   int   `json:"traces_found"`   // where in them one of the traces still was: none, or it is an error
	Rebuilt bool  `json:"rebuilt"`        // the file was written anew, because SQLite had left copies between its rows
}

// AtLeast returns e with no less visits, views, events, days and keys than counted: an erasure that goes on with one that was cut short, or for
// which a whole file went, can't count them any more.
func (e Erased) AtLeast(counted Erased) Erased {
	e.Visits, e.Views, e.Events = max(e.Visits, counted.Visits), max(e.Views, counted.Views), max(e.Events, counted.Events)
	e.Days, e.Keys = max(e.Days, counted.Days), max(e.Keys, counted.Keys)
	return e
}

// Less returns e without the visits, views, events and keys of another; days they may have in common.
func (e Erased) Less(other Erased) Erased {
	e.Visits, e.Views, e.Events = max(e.Visits-other.Visits, 0), max(e.Views-other.Views, 0), max(e.Events-other.Events, 0)
	e.Keys = max(e.Keys-other.Keys, 0)
	return e
}

// ErrTraces is returned by an erasure that removed everything, and yet traces of it were found in the files.
var ErrTraces = errors.New("what was erased can't be asked for any more, but traces of it are still in the site's file")

// EraseVisitor removes the visits of the visitors with these keys (64-bit numbers as visit.Key makes them), their page
// views, events and engagements, their keys, and the texts that only they had. It is done when it returns, and nothing of
// it is left in the site's files; ErrTraces: something is. After any error, also of ctx, it can be run again.
func (s *Site) EraseVisitor(ctx context.Context, keys ...uint64) (Erased, error) {
	return s.erase(ctx, s.eraseVisitors(keys))
}

// EraseBefore removes the visits that began before a moment, in whole seconds, with all that EraseVisitor removes of
// one, and the counts and totals of days before it. The rest is as with EraseVisitor.
func (s *Site) EraseBefore(ctx context.Context, before time.Time) (Erased, error) {
	return s.erase(ctx, s.eraseBefore(before))
}

// CountVisitor returns what EraseVisitor would remove. Entries, and all that says what was searched, are 0.
func (s *Site) CountVisitor(ctx context.Context, keys ...uint64) (Erased, error) {
	return s.eraseVisitors(keys).preview(ctx)
}

// CountBefore returns what EraseBefore would remove, as CountVisitor does.
func (s *Site) CountBefore(ctx context.Context, before time.Time) (Erased, error) {
	return s.eraseBefore(before).preview(ctx)
}

// erasure is one erasure at work, between commits: what goes, and what is known of it.
type erasure struct {
	site     *Site
	visitors map[uint64]struct{} // keys of those who go; nil: what began before goes
	before   int64               // seconds since 1970
	numbers  map[uint32]struct{} // of visitors

	cuts     []cut
	keyRows  []keyAt             // rows that have one of the keys
	goneKeys map[uint64]struct{} // of visitors, to be forgotten
	views    map[uint64]struct{} // page views of hot days that go, by viewKey
	visits   map[int64]struct{}  // visits of hot days that go as a whole: also what was counted of them before consent
	dates    map[int32]struct{}  // days that had something
	suspect  [NumDims][]bool     // by id: entries that what goes has used
	damaged  error               // what can't be read, so that it isn't known whether something of it should go
	unread   bool                // of what can't be read, whose visits they are: their keys stay until that is known, or nobody could tell any more
	needles  needles
	begun    bool
	gone     Erased // by cuts that were made
	Erased          // with what is still to go
}

func (s *Site) eraseVisitors(keys []uint64) *erasure {
	e := &erasure{site: s, visitors: map[uint64]struct{}{}, numbers: map[uint32]struct{}{},
		goneKeys: map[uint64]struct{}{}, dates: map[int32]struct{}{}}
	for _, k := range keys {
		e.visitors[k], e.goneKeys[k] = struct{}{}, struct{}{}
	}
	return e
}

func (s *Site) eraseBefore(before time.Time) *erasure {
	return &erasure{site: s, before: before.Unix(), goneKeys: map[uint64]struct{}{}, dates: map[int32]struct{}{}}
}

// preview counts what would go.
func (e *erasure) preview(ctx context.Context) (Erased, error) {
	err := e.site.inWriter(ctx, func() error { return e.plan(ctx) })
	return e.Erased, err
}

// erase does an erasure, one at a time. Each of its steps begins when no snapshot is open; between them hits are written
// and questions answered.
func (s *Site) erase(ctx context.Context, e *erasure) (Erased, error) {
	s.erasing.Lock()
	defer s.erasing.Unlock()
	for {
		open, err := s.gate.close(ctx)
		if err != nil {
			return e.Erased, err
		}
		over := false
		err = s.inWriter(ctx, func() (err error) {
			over, err = e.step(ctx, open)
			return err
		})
		open()
		if over {
			e.forgetNumbers()
		}
		if over || err != nil {
			return e.Erased, err
		}
	}
}

// plan finds what goes and counts it, with what went already.
func (e *erasure) plan(ctx context.Context) error {
	e.Erased, e.cuts, e.keyRows, e.damaged, e.unread = e.gone, nil, nil, nil, false
	err := e.reading(ctx, func(tx *sql.Tx) error {
		if err := e.findNumbers(ctx, tx); err != nil {
			return err
		}
		return e.findCuts(ctx, tx)
	})
	if err != nil {
		return err
	}
	e.findRows()
	e.Days = len(e.dates)
	return nil
}

// step finds what is left to go, as much else may have changed the parts since the last step, and cuts as many as one
// transaction does. When there are no more than these it removes the rest too and proves that nothing is left, and the
// erasure is over; open lets readers in once they are no hindrance.
func (e *erasure) step(ctx context.Context, open func()) (over bool, err error) {
	if err := e.plan(ctx); err != nil {
		return false, err
	}
	if err := e.begin(ctx); err != nil {
		return false, err
	}
	over = len(e.cuts) <= cutsAtOnce
	if len(e.cuts) > 0 {
		if err := e.makeCuts(ctx, e.cuts[:min(len(e.cuts), cutsAtOnce)]); err != nil || !over {
			return false, err
		}
	}
	if err := e.dropRows(ctx); err != nil {
		return false, err
	}
	if err := e.finish(ctx); err != nil {
		return false, err
	}
	return true, errors.Join(e.prove(ctx, open), e.damaged)
}

// begin notes in the file that an erasure is at work. When one was before, which was cut short, what it removed may have
// used any entry.
func (e *erasure) begin(ctx context.Context) error {
	for dim, d := range e.site.dicts {
		more := len(d.values) - len(e.suspect[dim])
		e.suspect[dim] = append(e.suspect[dim], make([]bool, more)...)
	}
	if e.begun {
		return nil
	}
	err := e.site.inTx(ctx, func(tx *sql.Tx) error {
		res, err := tx.Exec("INSERT OR IGNORE INTO mark (name, value) VALUES ('erasing', ?)", time.Now().Unix())
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); n != 0 || err != nil {
			return err
		}
		e.suspectAll()
		return nil
	}, nil)
	e.begun = err == nil
	return err
}

// suspectAll notes that it isn't known which entries were used by what goes.
func (e *erasure) suspectAll() {
	for _, suspect := range e.suspect {
		for id := range suspect {
			suspect[id] = true
		}
	}
}

// finish removes the keys, the entries that nothing uses any more and, of the time before a moment, what is left by day.
func (e *erasure) finish(ctx context.Context) error {
	var unused [NumDims][]uint32
	return e.site.inTx(ctx, func(tx *sql.Tx) (err error) {
		if unused, err = e.unused(ctx, tx); err != nil {
			return err
		}
		if err := e.dropEntries(tx, unused); err != nil {
			return err
		}
		if err := e.dropKeys(ctx, tx); err != nil {
			return err
		}
		if err := e.dropDays(tx); err != nil {
			return err
		}
		if e.damaged != nil { // the mark stays: once the file is whole, the next erasure looks at every entry
			return nil
		}
		_, err = tx.Exec("DELETE FROM mark WHERE name = 'erasing'")
		return err
	}, func() {
		s := e.site
		s.mu.Lock()
		defer s.mu.Unlock()
		for dim, ids := range unused {
			if len(ids) > 0 {
				s.dicts[dim].drop(ids)
			}
		}
		if e.visitors == nil {
			s.totals = slices.DeleteFunc(slices.Clone(s.totals), func(t DayTotal) bool { return t.Day < e.localDay() })
		}
	})
}

// dropDays removes the totals and counts of days that are before the moment as a whole.
func (e *erasure) dropDays(tx *sql.Tx) error {
	if e.visitors != nil {
		return nil
	}
	if _, err := tx.Exec("DELETE FROM total WHERE day < ?", e.localDay()); err != nil {
		return err
	}
	_, err := tx.Exec("DELETE FROM dropped WHERE day < ?", e.day())
	return err
}

// reading runs f in a transaction of the writer's that changes nothing.
func (e *erasure) reading(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := e.site.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // it has read only
	return f(tx)
}

// day returns the UTC day that the moment falls into.
func (e *erasure) day() int32 { return int32(e.before / daySeconds) }

// localDay returns the day that the moment falls into in the site's zone.
func (e *erasure) localDay() int32 { return localDay(time.Unix(e.before, 0).In(e.site.Info().Zone)) }

// errDamaged says that a part can't be taken apart.
func errDamaged(p part) error {
	return fmt.Errorf("day %d, part %d: the columns don't fit together", p.date(), p.id&0xffff)
}
