package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// cut is a sealed part of which something goes. It may be one of an import that is not finished, which no question sees.
type cut struct {
	filed
	whole bool // nothing of it stays

	visits, views, events int // that go
}

// filed is a part with all that its row says.
type filed struct {
	part
	visitors uint32 // numbers of visitors are below it
	imported int64  // 0, or the import that is not finished
}

// cutsAtOnce is how many parts one transaction cuts: few commits, and a write-ahead log that stays small.
const cutsAtOnce = 16

// dictColumns are the columns that hold ids of dictionaries.
var dictColumns = map[Column]Dim{VisitOrigin: Origins, VisitPlace: Places, VisitAgent: Agents, VisitLanguage: Languages,
	VisitScreen: Screens, ViewPage: Pages, EventName: Events, EventPage: Pages, EventProps: Props, EventCurrency: Currencies}

// entryColumns is the set of them.
var entryColumns = Set(slices.Collect(maps.Keys(dictColumns))...)

// allParts returns the sealed parts, those of unfinished imports too.
func allParts(ctx context.Context, tx *sql.Tx) (all []filed, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT id, visits, views, events, last, visitors, import FROM part ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p filed
		if err := rows.Scan(&p.id, &p.info.Visits, &p.info.Views, &p.info.Events, &p.info.Last, &p.visitors, &p.imported); err != nil {
			return nil, err
		}
		p.info.Date = p.date()
		all = append(all, p)
	}
	return all, rows.Err()
}

// findCuts finds the parts of which something goes and counts what does.
func (e *erasure) findCuts(ctx context.Context, tx *sql.Tx) error {
	if e.visitors != nil && len(e.numbers) == 0 {
		return nil
	}
	parts, err := allParts(ctx, tx)
	if err != nil {
		return err
	}
	lowest := ^uint32(0)
	for n := range e.numbers {
		lowest = min(lowest, n)
	}
	var b Block
	for _, p := range parts {
		switch {
		case e.visitors != nil && p.visitors <= lowest: // it is older than they are
		case e.visitors == nil && p.date() > e.day():
		case e.visitors == nil && p.date() < e.day():
			e.count(cut{p, true, p.info.Visits, p.info.Views, p.info.Events})
		default:
			err := e.findCut(ctx, tx, p, &b)
			if _, damaged := errors.AsType[*Damage](err); damaged { // the others go nevertheless
				e.unread = true
				e.damaged = errors.Join(e.damaged, fmt.Errorf("not known whether something of it should have been erased: %w", err))
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}

// findCut looks for what goes of a part.
func (e *erasure) findCut(ctx context.Context, tx *sql.Tx, p filed, b *Block) error {
	by := VisitVisitor
	if e.visitors == nil {
		by = VisitStart
	}
	if err := e.site.loadPart(tx, p.part, Set(by), b); err != nil || !e.anyGoes(b) {
		return err
	}
	if err := e.site.loadPart(tx, p.part, AllColumns, b); err != nil {
		return err
	}
	_, gone, ok := b.split(func(i int) bool { return e.goes(b, i) })
	if !ok {
		return errDamaged(p.part)
	}
	e.count(cut{p, gone.Visits == b.Visits, gone.Visits, gone.Views, gone.Events})
	return nil
}

func (e *erasure) count(c cut) {
	e.cuts = append(e.cuts, c)
	e.dates[c.date()] = struct{}{}
	e.Erased.add(c)
}

func (e *Erased) add(c cut) {
	e.Visits, e.Views, e.Events = e.Visits+c.visits, e.Views+c.views, e.Events+c.events
}

// goes reports whether visit i of a block goes. It needs VisitVisitor or VisitStart.
func (e *erasure) goes(b *Block, i int) bool {
	if e.visitors != nil {
		_, goes := e.numbers[b.Cols[VisitVisitor][i]]
		return goes
	}
	return int64(b.Date)*daySeconds+int64(b.Cols[VisitStart][i]) < e.before
}

// anyGoes reports whether any visit of a block goes.
func (e *erasure) anyGoes(b *Block) bool {
	if e.visitors == nil {
		return b.Visits > 0 && e.goes(b, 0) // they are in order of their start
	}
	for n := range e.numbers {
		if slices.Contains(b.Cols[VisitVisitor], n) {
			return true
		}
	}
	return false
}

// makeCuts takes what goes out of sealed parts, in one transaction.
func (e *erasure) makeCuts(ctx context.Context, cuts []cut) error {
	made := make(map[int64]part, len(cuts))
	return e.site.inTx(ctx, func(tx *sql.Tx) error {
		for _, c := range cuts {
			kept, err := e.makeCut(ctx, tx, c)
			if err != nil {
				return err
			}
			made[c.id] = kept
		}
		return nil
	}, func() {
		e.site.mu.Lock()
		defer e.site.mu.Unlock()
		e.site.parts = afterCuts(e.site.parts, made)
		for im := range e.site.imports {
			im.parts = afterCuts(im.parts, made)
		}
		for _, c := range cuts {
			e.gone.add(c)
		}
	})
}

// afterCuts returns parts as they are after some were cut.
func afterCuts(parts []part, made map[int64]part) (kept []part) {
	for _, p := range parts {
		if now, cut := made[p.id]; cut {
			p = now
		}
		if p.info.Visits > 0 {
			kept = append(kept, p)
		}
	}
	return kept
}

// makeCut writes a part anew with what stays, or removes it.
func (e *erasure) makeCut(ctx context.Context, tx *sql.Tx, c cut) (kept part, err error) {
	need := AllColumns
	if c.whole && e.visitors == nil {
		need = entryColumns
		for _, column := range []Column{VisitVisitor, ViewDelay, ViewEngaged} { // no two days have the same
			if err := eachBlob(ctx, tx, e.needles.addWindows, "SELECT data FROM block WHERE id = ?", c.id<<8|int64(column)); err != nil {
				return part{}, err
			}
		}
	}
	stays := &Block{Date: c.date()}
	var b Block
	err = e.site.loadPart(tx, c.part, need, &b)
	if _, damaged := errors.AsType[*Damage](err); damaged && c.whole && e.visitors == nil {
		e.suspectAll() // it goes unread
	} else if err != nil {
		return part{}, err
	} else if stays, err = e.splitOff(c, &b); err != nil {
		return part{}, err
	}
	if err := deletePart(tx, c.id); err != nil || stays.Visits == 0 {
		return part{}, err
	}
	kept = part{id: c.id, info: stays.info()}
	return kept, insertPart(tx, kept, stays.encode(), c.visitors, c.imported)
}

// splitOff returns what stays of a part, and notes the entries that the rest has used.
func (e *erasure) splitOff(c cut, b *Block) (stays *Block, err error) {
	stays, gone := &Block{Date: c.date()}, b
	if !c.whole {
		ok := false
		if stays, gone, ok = b.split(func(i int) bool { return e.goes(b, i) }); !ok {
			return nil, errDamaged(c.part)
		}
	}
	for column, dim := range dictColumns {
		for _, id := range gone.Cols[column] {
			if int(id) < len(e.suspect[dim]) {
				e.suspect[dim][id] = true
			}
		}
	}
	return stays, nil
}

// split returns the visits of a block that stay and those that go, with their page views and events. It needs all
// columns; ok is false when they don't fit together.
func (b *Block) split(goes func(visit int) bool) (stay, gone *Block, ok bool) {
	stay, gone = &Block{Date: b.Date}, &Block{Date: b.Date}
	view, event := 0, 0
	for i := range b.Visits {
		views, events := view+int(b.Cols[VisitViews][i]), event+int(b.Cols[VisitEvents][i])
		if views > b.Views || events > b.Events {
			return nil, nil, false
		}
		to := stay
		if goes(i) {
			to = gone
		}
		for c := range NumColumns {
			switch from := b.Cols[c]; {
			case c == EventAmount:
				to.Amounts = append(to.Amounts, b.Amounts[event:events]...)
			case c < ViewDelay:
				to.Cols[c] = append(to.Cols[c], from[i])
			case c < EventDelay:
				to.Cols[c] = append(to.Cols[c], from[view:views]...)
			default:
				to.Cols[c] = append(to.Cols[c], from[event:events]...)
			}
		}
		to.Visits, to.Views, to.Events = to.Visits+1, to.Views+views-view, to.Events+events-event
		view, event = views, events
	}
	return stay, gone, view == b.Views && event == b.Events
}
