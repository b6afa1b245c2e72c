package report

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// timeLimit is how long a call of Run or RunAll may compute.
const timeLimit = 10 * time.Second

// secondWorker is how many page views and events must be there to read before a second goroutine pays.
var secondWorker = 100_000

// errSlow is the answer to a question past its time limit.
var errSlow = problem.New(http.StatusServiceUnavailable, "too_slow", "This question took longer than 10 seconds and was stopped.").
	WithHint("Ask for a shorter period or fewer filters.")

// Run answers one question about a site.
func Run(ctx context.Context, site store.Reader, q Query) (Answer, error) {
	answers, err := RunAll(ctx, site, []Query{q})
	if err != nil {
		return Answer{}, err
	}
	return answers[0], nil
}

// RunAll answers several questions about a site in one scan of one snapshot: what a page of the dashboard asks. The
// answers are in the order of the questions. It ends early with ctx's error when ctx is done, with a 503 "too_slow"
// after 10 seconds, and with a 400 when a period is too long for its time bucket.
func RunAll(ctx context.Context, site store.Reader, queries []Query) ([]Answer, error) {
	began := time.Now()
	limited, cancel := context.WithTimeoutCause(ctx, timeLimit, errSlow)
	defer cancel()
	answers, err := answerAll(limited, site, queries)
	if err != nil {
		if limited.Err() != nil && errors.Is(context.Cause(limited), errSlow) {
			err = errSlow
		}
		return nil, err
	}
	for i := range answers {
		answers[i].Took = time.Since(began)
	}
	return answers, nil
}

// asked is a question on its way to its answer: its own period and the one it is compared with.
type asked struct {
	q     Query
	floor int
	parts []*part   // 1 or 2
	done  []*tally  // by part
	fold  [][]int32 // by part: rows under the floor
	other []*tally  // by part: those rows as one; nil: none
}

// answerAll is RunAll within the limit of ctx.
func answerAll(ctx context.Context, site store.Reader, queries []Query) ([]Answer, error) {
	snap, err := site.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snap.Close()
	for {
		known := countDamaged(snap)
		answers, err := answerFrom(ctx, snap, site.Info(), queries)
		if err != nil || countDamaged(snap) == known {
			return answers, err
		}
		// A block turned out to be damaged, maybe after some of it was counted: again, without it, for all questions.
	}
}

// answerFrom answers questions from the blocks of a snapshot that are not known to be damaged.
func answerFrom(ctx context.Context, snap *store.Snapshot, info store.SiteInfo, queries []Query) (_ []Answer, err error) {
	known := groups{snap: snap, by: map[Dimension]*grouping{}}
	list := make([]*asked, len(queries))
	var parts []*part
	for i, q := range queries {
		if q.Period, err = resolveAll(q.Period, snap); err != nil {
			return nil, err
		}
		if err := q.check(); err != nil {
			return nil, err
		}
		a := &asked{q: q, floor: floorOf(&q, info)}
		a.parts = append(a.parts, newPart(&q, q.Period.From, upTo(q.Period, q.Now), a.floor > 0, info, known))
		if c := q.Compare; c != nil {
			a.parts = append(a.parts, newPart(&q, c.From, c.To, a.floor > 0, info, known))
		}
		parts = append(parts, a.parts...)
		list[i] = a
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	done, err := scanAll(ctx, snap, parts)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		a.done, done = done[:len(a.parts)], done[len(a.parts):]
	}
	scratch := make([]uint64, snap.Visitors()/64+2)
	if err := foldAll(ctx, snap, list, scratch); err != nil {
		return nil, err
	}
	answers := make([]Answer, len(list))
	for i, a := range list {
		answers[i] = a.answer(info, scratch)
		answers[i].Damaged = damagedIn(snap, a.misses)
	}
	return answers, nil
}

// foldAll finds the rows under the floor and counts them again as one row: figures of distinct visits and visitors
// can't be added up.
func foldAll(ctx context.Context, snap *store.Snapshot, list []*asked, scratch []uint64) error {
	var again []*part
	var into []**tally
	for _, a := range list {
		a.fold, a.other = make([][]int32, len(a.parts)), make([]*tally, len(a.parts))
		for i, t := range a.done {
			a.fold[i] = t.fold(a.floor, scratch)
			if len(a.fold[i]) > 0 && t.p.level != timeLevel {
				again, into = append(again, t.p.only(a.fold[i])), append(into, &a.other[i])
			}
		}
	}
	done, err := scanAll(ctx, snap, again)
	for i := range done {
		*into[i] = done[i]
	}
	return err
}

// upTo returns the end of what can be shown of p: the bucket that is running at now is the last.
func upTo(p Period, now time.Time) time.Time {
	if now.IsZero() || !now.Before(p.To) {
		return p.To
	}
	if now.Before(p.From) {
		return p.From
	}
	return now.Truncate(time.Second).Add(time.Second)
}

// resolveAll sets From of "all": the first day that has data, or the last day of the period when nothing has.
func resolveAll(p Period, snap *store.Snapshot) (Period, error) {
	if !p.From.IsZero() {
		return p, nil
	}
	first := p.To.Add(-time.Second).Unix()
	blocks := snap.Blocks()
	var b store.Block
	for i := range blocks {
		if blocks[i].Date != blocks[0].Date {
			break
		}
		switch err := snap.Load(i, store.Set(store.VisitStart), &b); {
		case isDamage(err):
			first = min(first, int64(blocks[i].Date)*86400)
		case err != nil:
			return p, err
		case b.Visits > 0:
			first = min(first, int64(b.Date)*86400+int64(b.Cols[store.VisitStart][0]))
		}
	}
	y, m, d := time.Unix(first, 0).In(p.To.Location()).Date()
	p.From = midnight(y, m, d, p.To.Location())
	return p, nil
}

// scanAll counts all parts in one pass over the blocks, with a second goroutine where there is a core and work for it.
func scanAll(ctx context.Context, snap *store.Snapshot, parts []*part) ([]*tally, error) {
	if len(parts) == 0 {
		return nil, nil
	}
	blocks := snap.Blocks()
	var wanted []int
	work := 0
	for i, b := range blocks {
		if snap.Damaged(i) != nil {
			continue
		}
		for _, p := range parts {
			if !p.misses(b) {
				wanted = append(wanted, i)
				work += b.Visits + b.Views + b.Events
				break
			}
		}
	}
	if runtime.GOMAXPROCS(0) < 2 || work < secondWorker || len(wanted) < 2 {
		return scanBlocks(ctx, snap, wanted, parts)
	}
	half, first := 0, 0
	for half < len(wanted)-1 && first*2 < work {
		b := blocks[wanted[half]]
		first += b.Visits + b.Views + b.Events
		half++
	}
	var wait sync.WaitGroup
	var rest []*tally
	var restErr error
	wait.Go(func() {
		defer func() { // here nobody else would catch it, and the process would end
			if v := recover(); v != nil {
				restErr = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
			}
		}()
		rest, restErr = scanBlocks(ctx, snap, wanted[half:], parts)
	})
	done, err := scanBlocks(ctx, snap, wanted[:half], parts)
	wait.Wait()
	if err = errors.Join(err, restErr); err != nil {
		return nil, err
	}
	for i := range done {
		done[i].join(rest[i])
	}
	return done, nil
}

// scanBlocks counts all parts in the wanted blocks: each is loaded once, with the columns that some part needs of it.
func scanBlocks(ctx context.Context, snap *store.Snapshot, wanted []int, parts []*part) ([]*tally, error) {
	tallies := make([]*tally, len(parts))
	for i, p := range parts {
		tallies[i] = newTally(p)
	}
	blocks := snap.Blocks()
	var block store.Block
	for _, i := range wanted {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var columns store.Columns
		for _, p := range parts {
			if !p.misses(blocks[i]) {
				columns |= p.columns(blocks[i])
			}
		}
		if err := snap.Load(i, columns, &block); isDamage(err) {
			continue // answerAll begins anew
		} else if err != nil {
			return nil, err
		}
		for j, p := range parts {
			if !p.misses(blocks[i]) {
				tallies[j].scan(blocks[i], &block)
			}
		}
	}
	return tallies, nil
}
