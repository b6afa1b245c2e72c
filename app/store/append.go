package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
)

const (
	maxQueued = 8 << 20 // bytes that may wait for the writer of a site; beyond: ErrBusy
	maxCommit = 4096    // hits a commit takes at most
)

// request is hits that wait for the writer, and whoever waits for them.
type request struct {
	hits []Hit
	size int64
	done chan error
}

func newRequest() any { return &request{done: make(chan error, 1)} }

// size is about how many bytes a hit takes while it waits.
func size(h *Hit) int64 {
	o := &h.Origin
	return int64(400 + len(h.Page.Path) + len(h.Page.Title) + len(o.Referrer) + len(o.UTMSource) + len(o.UTMMedium) +
		len(o.UTMCampaign) + len(o.UTMContent) + len(o.UTMTerm) + len(h.Name) + len(h.Props))
}

// Append writes hits and returns once they are on disk. A hit that is there already (by page view, or by page view and
// sequence number) changes nothing. Engagements of what is sealed, and hits of a sealed day before yesterday, are dropped and counted
// as "late", those that RefuseWith is about as "erased". ErrBusy: too many are waiting; any other error: they could not be written. Either way none of them counts, unless ctx ended first: then
// they may.
func (s *Site) Append(ctx context.Context, hits []Hit) error {
	if len(hits) == 0 {
		return nil
	}
	r := s.requests.Get().(*request)
	r.hits, r.size = hits, 0
	for i := range hits {
		r.size += size(&hits[i])
	}
	if s.queued.Add(r.size) > maxQueued {
		s.queued.Add(-r.size)
		return ErrBusy
	}
	select {
	case s.queue <- r:
	case <-s.quit:
		s.queued.Add(-r.size)
		return ErrClosed
	default:
		s.queued.Add(-r.size)
		return ErrBusy
	}
	select {
	case err := <-r.done:
		r.hits = nil
		s.requests.Put(r) // not on the other ways: the writer may still answer
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.stopped:
		select {
		case err := <-r.done:
			return err
		default:
			return ErrClosed
		}
	}
}

// run is the writer: it commits what waits, and while that runs the next batch gathers.
func (s *Site) run() {
	defer close(s.stopped)
	flush := time.NewTicker(time.Minute)
	defer flush.Stop()
	for {
		select {
		case r := <-s.queue:
			if w := s.store.o.CommitWindow; w > 0 {
				timer := time.NewTimer(w)
				select {
				case <-timer.C:
				case <-s.quit:
				}
				timer.Stop()
			}
			s.gather(r)
			s.commit()
		case job := <-s.jobs:
			job()
		case <-flush.C:
			s.commit()
		case <-s.quit:
			for more := true; more; {
				more = s.gather(nil)
				s.commit()
			}
			return
		}
	}
}

// gather takes into the batch what is waiting, first r, and reports whether that is anything. Who can run now does so before, as long
// as that brings more hits: where processors are short, hits that were about to come would otherwise find the commit gone, and wait for
// one of their own. It takes no longer than their way here, and nothing when nobody else can run.
func (s *Site) gather(r *request) bool {
	n := 0
	if r != nil {
		n = s.batch.take(r)
		for seen := -1; seen < len(s.queue); {
			seen = len(s.queue)
			runtime.Gosched()
		}
	}
	for n < maxCommit {
		select {
		case r := <-s.queue:
			n += s.batch.take(r)
		default:
			return n > 0
		}
	}
	return n > 0
}

// commit writes the batch and the counts of what was dropped in one transaction, and answers.
func (s *Site) commit() {
	drops := s.takeDrops()
	if len(s.batch.requests) == 0 && len(drops) == 0 {
		return
	}
	for reason, n := range s.fillBatch() {
		if drops == nil {
			drops = map[string]int64{}
		}
		drops[reason] += n
	}
	rows, views := s.batch.rows, s.batch.views
	err := s.checkLog()
	if err == nil {
		err = s.inBatch(func(w *writer) error {
			if err := w.insertDicts(&s.dicts); err != nil {
				return err
			}
			if err := w.insertRows(rows, views); err != nil {
				return err
			}
			return w.insertDrops(drops)
		})
	}
	s.mu.Lock()
	s.dicts.settle(err)
	if err == nil {
		now := time.Now().Unix()
		for i := range rows {
			s.hot.add(&rows[i], now)
		}
		if len(rows) > 0 {
			for c := range s.watch {
				select {
				case c <- struct{}{}:
				default:
				}
			}
		}
	}
	s.mu.Unlock()
	if err != nil {
		for reason, n := range drops {
			if reason != reasonLate && reason != reasonErased { // these are counted anew when the hits come again
				s.Drop(reason, n)
			}
		}
	}
	for _, r := range s.batch.requests {
		s.queued.Add(-r.size)
		r.done <- err
	}
	s.batch.clear()
	s.relieve()
}

// batch is what one commit writes. The room for it is used again and again.
type batch struct {
	requests []*request
	rows     []row
	views    []string // ids of the rows' page views
}

// take adds a request and returns how many hits it has.
func (b *batch) take(r *request) int {
	b.requests = append(b.requests, r)
	return len(r.hits)
}

// clear empties the batch, and keeps of its room what most batches need.
func (b *batch) clear() {
	const most = 512
	clear(b.requests)
	clear(b.views)
	b.requests, b.rows, b.views = b.requests[:0], b.rows[:0], b.views[:0]
	if cap(b.rows) > most {
		*b = batch{}
	}
}

// Why a hit that was let in is not written.
const (
	reasonLate   = "late"   // what it belongs to was sealed
	reasonErased = "erased" // its visitor was
)

// fillBatch makes the rows of the batch's requests that are new, and counts the hits that are left out.
func (s *Site) fillBatch() (out map[string]int64) {
	leave := func(reason string) {
		if out == nil {
			out = map[string]int64{}
		}
		out[reason]++
	}
	refuses := s.store.refuses.Load()
	s.mu.Lock()
	defer s.mu.Unlock()
	marks := make(map[uint64]struct{}, len(s.batch.requests))
	for _, r := range s.batch.requests {
		for i := range r.hits {
			h := &r.hits[i]
			view := s.views.of(h.View)
			if s.hot.seen(h.Kind, view, h.Seq) {
				continue
			}
			if mark, ok := markOf(h.Kind, view, h.Seq); ok {
				if _, ok := marks[mark]; ok {
					continue
				}
				marks[mark] = struct{}{}
			}
			if h.Lasting && refuses != nil && (*refuses)(s.id, h.Visitor) {
				if h.Kind != Engage { // which is part of its page view
					leave(reasonErased)
				}
				continue
			}
			if !s.timely(h, view) {
				leave(reasonLate)
				continue
			}
			row := s.dicts.encode(h)
			row.view = view
			s.batch.rows, s.batch.views = append(s.batch.rows, row), append(s.batch.views, h.View)
		}
	}
	return out
}

// further is the visit that goes on with one that was sealed.
type further struct{ number, start int64 }

// maxFurther bounds how many are remembered; after it they begin anew.
const maxFurther = 1 << 14

// timely reports whether a hit can still be written. What an engagement tells of can't once its page view is sealed. A page view
// or event of a visit that was sealed begins another one, which the hits of the same visit after it join: what is
// sealed does not change, and what is acknowledged counts. s.mu is held.
func (s *Site) timely(h *Hit, view uint64) bool {
	number := h.Visit
	if to, ok := s.further[number]; ok {
		h.Visit, h.Start = to.number, to.start
	}
	if h.Kind == Engage {
		return !s.hot.gone(view) && !s.sealedVisit(h) && !s.over(h)
	}
	if s.hot.gone(markOfVisit(h.Visit)) || s.sealedVisit(h) {
		h.Visit, h.Start = s.NextVisit(), h.Time
		if h.Type == NewVisitor { // that was the visit before
			h.Type = ReturningVisitor
		}
		if len(s.further) >= maxFurther {
			clear(s.further)
		}
		s.further[number] = further{h.Visit, h.Start}
	}
	return !s.over(h)
}

// inTx runs f in one transaction of the writer's connection; after, when not nil, runs with the commit under the sealing
// lock, so that no snapshot sees one without the other.
func (s *Site) inTx(ctx context.Context, f func(*sql.Tx) error, after func()) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if after == nil {
		return tx.Commit()
	}
	s.sealing.Lock()
	defer s.sealing.Unlock()
	if err := tx.Commit(); err != nil {
		return err
	}
	after()
	return nil
}

// checkLog refuses to write when the write-ahead log at its path is not the file it was: whoever removed it left SQLite
// writing, and acknowledging, into nothing. It looks once a second.
func (s *Site) checkLog() error {
	now := time.Now()
	if s.walFresh.Swap(false) {
		s.walSeen, s.walNext = nil, time.Time{}
	}
	if now.Before(s.walNext) {
		return nil
	}
	is, err := os.Stat(s.path + "-wal")
	if err != nil && (s.walSeen == nil && errors.Is(err, os.ErrNotExist)) {
		return nil // nothing written yet
	}
	if err != nil || s.walSeen != nil && !os.SameFile(s.walSeen, is) {
		return fmt.Errorf("the write-ahead log of site %s was removed or replaced from outside: restart to go on", s.id)
	}
	s.walSeen, s.walNext = is, now.Add(time.Second)
	return nil
}
