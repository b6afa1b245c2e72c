package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
)

// size is what of a part counts for how large it is.
func (i BlockInfo) size() int { return max(i.Visits, i.Views, i.Events) }

// with returns the sum with one more visit.
func (i BlockInfo) with(views, events int) BlockInfo {
	return BlockInfo{Visits: i.Visits + 1, Views: i.Views + views, Events: i.Events + events}
}

// mergeParts joins parts of a day where it has several small ones, as imports and late hits leave them: each is read by
// every question of its day. One that can't be read is left alone.
func (s *Site) mergeParts(ctx context.Context) error {
	skip := map[int64]struct{}{}
	for {
		err := s.inWriter(ctx, func() error {
			s.mu.Lock()
			small := smallParts(s.parts, skip)
			s.mu.Unlock()
			if small == nil {
				return errNothing
			}
			for _, p := range small {
				skip[p.id] = struct{}{} // whatever comes of it: it is not tried again now
			}
			return s.merge(ctx, small)
		})
		if _, damaged := errors.AsType[*Damage](err); errors.Is(err, errNothing) {
			return nil
		} else if err != nil && !damaged {
			return err
		}
	}
}

var errNothing = errors.New("nothing to do")

// smallParts returns two or more small parts of one day that make one of no more than maxPartViews together; nil: there
// are none.
func smallParts(parts []part, skip map[int64]struct{}) []part {
	var small []part
	held := 0
	for _, p := range parts {
		n := p.info.size()
		if _, skipped := skip[p.id]; skipped || p.damage != nil || n >= maxPartViews/4 {
			continue
		}
		if len(small) > 0 && (p.date() != small[0].date() || held+n > maxPartViews) {
			if len(small) > 1 {
				return small
			}
			small, held = nil, 0
		}
		small, held = append(small, p), held+n
	}
	if len(small) > 1 {
		return small
	}
	return nil
}

// merge puts one part in place of some of the same day, in the writer.
func (s *Site) merge(ctx context.Context, parts []part) error {
	var p part
	return s.inTx(ctx, func(tx *sql.Tx) error {
		blocks := make([]*Block, len(parts))
		for i, old := range parts {
			blocks[i] = &Block{}
			if err := s.loadPart(tx, old, AllColumns, blocks[i]); err != nil {
				return err
			}
		}
		b := mergeBlocks(blocks)
		var err error
		if p, err = newPart(tx, b); err != nil {
			return err
		}
		for _, old := range parts {
			if err := deletePart(tx, old.id); err != nil {
				return err
			}
		}
		return insertPart(tx, p, b.encode(), s.numbers.next.Load(), 0)
	}, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.parts = slices.DeleteFunc(slices.Clone(s.parts), func(q part) bool {
			return slices.ContainsFunc(parts, func(old part) bool { return old.id == q.id })
		})
		s.addPart(p)
	})
}

// place is where a visit lies in the blocks that are merged.
type place struct {
	block, visit, view, event int
	start                     uint32
}

// mergeBlocks returns one block of the visits of several of the same day, in the order of their starts.
func mergeBlocks(blocks []*Block) *Block {
	var places []place
	views, events := 0, 0
	for i, b := range blocks {
		at := place{block: i}
		for v := range b.Visits {
			at.visit, at.start = v, b.Cols[VisitStart][v]
			places = append(places, at)
			at.view += int(b.Cols[VisitViews][v])
			at.event += int(b.Cols[VisitEvents][v])
		}
		views, events = views+b.Views, events+b.Events
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(a.start, b.start) })
	into := newBlock(blocks[0].Date, len(places), views, events)
	view, event := 0, 0
	for i, at := range places {
		b := blocks[at.block]
		nViews, nEvents := int(b.Cols[VisitViews][at.visit]), int(b.Cols[VisitEvents][at.visit])
		for c := VisitStart; c < ViewDelay; c++ {
			into.Cols[c][i] = b.Cols[c][at.visit]
		}
		for c := ViewDelay; c < EventDelay; c++ {
			copy(into.Cols[c][view:], b.Cols[c][at.view:][:nViews])
		}
		for c := EventDelay; c < EventAmount; c++ {
			copy(into.Cols[c][event:], b.Cols[c][at.event:][:nEvents])
		}
		copy(into.Amounts[event:], b.Amounts[at.event:][:nEvents])
		view, event = view+nViews, event+nEvents
	}
	return into
}
