package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
)

// hotMany is how many rows may be hot before visits that ended are sealed without waiting for the end of their day.
const hotMany = 100_000

// relieve has visits that ended sealed when there are many hot rows. The writer calls it after each commit; the work is
// done beside it.
func (s *Site) relieve() {
	s.mu.Lock()
	due := s.hot.count >= s.relieveAt && !s.relieving
	if due {
		s.relieving = true
	}
	s.mu.Unlock()
	if !due {
		return
	}
	s.beside.Go(func() {
		err := s.sealEnded(context.Background())
		s.mu.Lock()
		defer s.mu.Unlock()
		many := s.store.o.HotRows
		s.relieveAt = max(many, s.hot.count+many/4) // those that go on must have had time to end
		s.relieving = false
		if !errors.Is(err, ErrClosed) {
			s.relieved = err
		}
	})
}

// sealEnded seals the visits that ended a while ago, of all days, and drops the engagements that have waited for their page
// view as long. A hit that comes later of such a visit begins another, an engagement of it is dropped and counted as "late"; what
// repeats a hit of it is not counted twice.
func (s *Site) sealEnded(ctx context.Context) error {
	s.sealer.Lock()
	defer s.sealer.Unlock()
	before := time.Now().Unix() - sealAfter
	s.mu.Lock()
	dates := make([]int32, 0, len(s.hot.days))
	for date := range s.hot.days {
		dates = append(dates, date)
	}
	s.mu.Unlock()
	slices.Sort(dates)
	for _, date := range dates {
		for s.oldRows(date, before) >= s.worthSealing() {
			p, err := s.preparePart(ctx, date, before)
			if err != nil {
				return err
			}
			if p.gone.n < s.worthSealing() {
				break
			}
			if _, _, err := s.sealPart(ctx, p); err != nil {
				return err
			}
		}
	}
	return s.dropEarly(ctx, before)
}

// worthSealing is how many rows a part must have that is sealed early: a small one would be a burden for years.
func (s *Site) worthSealing() int { return max(1, s.store.o.HotRows/10) }

// oldRows returns how many rows of a day are older than a time: no more can be of visits that ended before it. Looking costs nothing
// beside preparing a part, and in a sudden rush nothing has ended yet.
func (s *Site) oldRows(date int32, before int64) (n int) {
	s.mu.Lock()
	from := s.hot.day(date).now(date)
	s.mu.Unlock()
	for i := range from.rows.n {
		if from.rows.at(i).time < before {
			n++
		}
	}
	return n
}

// visitEnd is when a visit began and ended, as far as its rows tell.
type visitEnd struct {
	visit       int64
	start, last int64
	views       int
	events      int
}

// maxSealViews is how many page views, and as many visits and events, are sealed in one transaction: it deletes their rows,
// and acknowledgements wait for it. They make one block.
const maxSealViews = maxPartViews / 2

// visitsOf returns the visits that rows are of, and for each row which of them it is of; -1: engagement with a page view that is not there.
func visitsOf(rows rowList) (visits []visitEnd, of []int32) {
	of = make([]int32, rows.n)
	known, viewOf := map[int64]int32{}, make(map[uint64]int32, rows.n/2)
	for i := range rows.n {
		r := rows.at(i)
		if r.kind == Engage {
			continue
		}
		k, ok := known[r.visit]
		if !ok {
			k = int32(len(visits))
			known[r.visit] = k
			visits = append(visits, visitEnd{visit: r.visit, start: r.time, last: r.time})
		}
		of[i] = k
		v := &visits[k]
		v.start, v.last = min(v.start, r.time), max(v.last, r.time)
		if r.kind == Pageview {
			v.views++
			viewOf[r.view] = k
		} else {
			v.events++
		}
	}
	for i := range rows.n {
		r := rows.at(i)
		if r.kind != Engage {
			continue
		}
		k, ok := viewOf[r.view]
		if of[i] = k; !ok {
			of[i] = -1
			continue
		}
		visits[k].last = max(visits[k].last, r.time)
	}
	return visits, of
}

// endedVisits parts rows of a day: those of the visits that ended before a time, the first to begin up to maxSealViews
// of each, and the others. Both stay in their order.
func endedVisits(rows rowList, before int64) (gone, kept rowList) {
	hits := 0 // a visit has one at least
	for i := range rows.n {
		if rows.at(i).kind != Engage {
			hits++
		}
	}
	if before == dayIsOver && hits <= maxSealViews {
		return rows, rowList{}
	}
	visits, of := visitsOf(rows)
	var order []int
	for k, v := range visits {
		if v.last < before {
			order = append(order, k)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(visits[a].start, visits[b].start), cmp.Compare(visits[a].visit, visits[b].visit))
	})
	chosen := make([]bool, len(visits))
	var held BlockInfo
	for i, k := range order {
		if held = held.with(visits[k].views, visits[k].events); i > 0 && held.size() > maxSealViews {
			break
		}
		chosen[k] = true
	}
	for i := range rows.n {
		if k := of[i]; k >= 0 && chosen[k] {
			gone.add(rows.at(i))
		} else {
			kept.add(rows.at(i))
		}
	}
	return gone, kept
}
