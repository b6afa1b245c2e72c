package report

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// timeLimit is how long a call of Run or RunAll may compute.
const timeLimit = 10 * time.Second

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

// RunAll answers several questions about a site from one snapshot, in one scan where memory allows: what a page of the dashboard asks. The
// answers are in the order of the questions. It ends early with ctx's error when ctx is done, with a 503 "too_slow"
// after 10 seconds, and with a 400 when a period is too long for its time bucket.
func RunAll(ctx context.Context, site store.Reader, queries []Query) ([]Answer, error) {
	began := time.Now()
	answers, err := limited(ctx, site, func(ctx context.Context, snap *store.Snapshot) ([]Answer, error) {
		return answerFrom(ctx, snap, site.Info(), queries)
	})
	if err != nil {
		return nil, err
	}
	for i := range answers {
		answers[i].Took = time.Since(began)
	}
	return answers, nil
}

// limited runs a question over a snapshot of the site, for 10 seconds at most, the time it waits for its turn included:
// then its error is a 503 "too_slow". When a block turns out to be damaged, maybe after some of it was counted, it is
// asked again, without the block.
func limited[T any](ctx context.Context, site store.Reader, ask func(context.Context, *store.Snapshot) (T, error)) (answer T, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, timeLimit, errSlow)
	defer cancel()
	done, err := turn(ctx, site.Info().ID)
	if err != nil {
		return answer, err
	}
	defer done()
	snap, err := site.Snapshot(ctx)
	if err == nil {
		defer snap.Close()
		for known := -1; err == nil && countDamaged(snap) != known; {
			known = countDamaged(snap)
			answer, err = ask(ctx, snap)
		}
	}
	err = unreadable(err)
	if err != nil && ctx.Err() != nil && errors.Is(context.Cause(ctx), errSlow) {
		err = errSlow
	}
	return answer, err
}

// asked is a question on its way to its answer.
type asked struct {
	q      Query
	floor  int
	goals  *goals
	halves []*half // its own period, and the one it is compared with
}

// half is what is counted of a question for one of its two periods. Where a filter names goals, rates are of what is
// counted without it: base.
type half struct {
	part, total, base, baseTotal *part // part is nil without rows; base where rates are of what part and total count
	seen                         *part // the same hits by page, where exits are to be divided by their views; else nil
	counted
	fold             []int32 // rows under the floor
	currency         uint32  // the one that is shown; 0: none
	other, otherBase *tally  // those rows as one; nil: none
}

// counted are the tallies of a half's parts.
type counted struct{ rows, totals, base, baseTotals, views *tally }

// answerFrom answers questions from the blocks of a snapshot that are not known to be damaged.
func answerFrom(ctx context.Context, snap *store.Snapshot, info store.SiteInfo, queries []Query) ([]Answer, error) {
	list, err := countedFrom(ctx, snap, info, queries)
	if err != nil {
		return nil, err
	}
	return answersOf(ctx, snap, info, list)
}

// answersOf makes the answers of questions that are counted.
func answersOf(ctx context.Context, snap *store.Snapshot, info store.SiteInfo, list []*asked) ([]Answer, error) {
	answers := make([]Answer, len(list))
	for i, a := range list {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		answers[i] = a.answer(info)
		if a.q.Titles {
			addTitles(answers[i].Rows, a.q.By, snap.Dict(store.Pages))
		}
		answers[i].Damaged = damagedIn(snap, a.misses)
	}
	return answers, nil
}

// countedFrom plans questions and counts what they ask for, all but the answers.
func countedFrom(ctx context.Context, snap *store.Snapshot, info store.SiteInfo, queries []Query) (_ []*asked, err error) {
	g := newGroups(snap, info)
	list := make([]*asked, len(queries))
	for i, q := range queries {
		if q.Period, err = resolve(q.Period, snap); err != nil {
			return nil, err
		}
		if err := q.check(); err != nil {
			return nil, err
		}
		list[i] = newAsked(q, g)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	for _, a := range list {
		if err := a.chooseTop(ctx, snap); err != nil {
			return nil, err
		}
	}
	if err := countAll(ctx, snap, list); err != nil {
		return nil, err
	}
	if err := countRest(ctx, snap, list); err != nil {
		return nil, err
	}
	if err := foldAll(ctx, snap, list); err != nil {
		return nil, err
	}
	for _, a := range list {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		a.addTotals(snap.Totals())
	}
	return list, nil
}

// newAsked plans a question.
func newAsked(q Query, g groups) *asked {
	a := &asked{q: q, floor: floorOf(&q, g.site)}
	need := needs(&q, a.floor > 0)
	if need.conversions || need.converters || need.revenue || q.By == "goal" || slices.Contains(dimensionsOf(q.Filters), "goal") {
		a.goals = newGoals(g.site.Settings.Goals, q.Filters, g.snap.Dict)
	}
	a.halves = append(a.halves, a.half(need, q.Period.From, upTo(q.Period, q.Now), g))
	if c := q.Compare; c != nil {
		a.halves = append(a.halves, a.half(need, c.From, c.To, g))
	}
	return a
}

// half plans the half of the question that is about [from, to).
func (a *asked) half(need need, from, to time.Time, g groups) *half {
	sel := g.selection(from, to, a.q.Filters, a.q.Except, a.goals)
	goals := a.goals
	if goals != nil && !need.conversions && !need.converters && !need.revenue && a.q.By != "goal" {
		goals = nil // they only filter
	}
	h := &half{total: g.total(sel, need, goals)}
	if a.q.By != "" {
		h.part = newPart(a.q.By, sel, need, goals, from, to, g)
		h.part.folds = a.floor > 0
	}
	if a.q.By == "exit_page" && slices.Contains(a.q.Metrics, ExitRate) {
		h.seen = newPart("page", sel, needs(&Query{Metrics: []Metric{Pageviews}}, false), nil, from, to, g)
	}
	if !need.converters {
		return h
	}
	h.base, h.baseTotal = h.part, h.total
	if a.goals.filter {
		others := slices.DeleteFunc(slices.Clone(a.q.Filters), func(f Filter) bool { return f.By == "goal" })
		sel := g.selection(from, to, others, a.q.Except, nil)
		visitors := needs(&Query{Metrics: []Metric{Visitors}}, false)
		h.baseTotal = g.total(sel, visitors, nil)
		if h.part != nil && a.q.By != "goal" {
			h.base = newPart(a.q.By, sel, visitors, nil, from, to, g)
			h.base.folds = a.floor > 0
		}
	}
	return h
}

// parts returns all that has to be counted for a half, and where it goes.
func (h *half) parts() (parts []*part, into []**tally) {
	for _, x := range []struct {
		p *part
		t **tally
	}{{h.part, &h.rows}, {h.total, &h.totals}, {h.base, &h.counted.base}, {h.baseTotal, &h.baseTotals}, {h.seen, &h.counted.views}} {
		if x.p != nil {
			parts, into = append(parts, x.p), append(into, x.t)
		}
	}
	return parts, into
}

// countAll counts all questions in one scan: what several have in common is counted once.
func countAll(ctx context.Context, snap *store.Snapshot, list []*asked) error {
	var all []*part
	at := map[*part][]**tally{}
	for _, a := range list {
		for _, h := range a.halves {
			parts, into := h.parts()
			for i, p := range parts {
				if at[p] == nil {
					all = append(all, p)
				}
				at[p] = append(at[p], into[i])
			}
		}
	}
	done, err := scanAll(ctx, snap, all)
	for i, t := range done {
		for _, into := range at[all[i]] {
			*into = t
		}
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

// Since returns the midnight of the site's zone that begins the first day it has figures of; zero: it has none.
func Since(ctx context.Context, site store.Reader) (time.Time, error) {
	return limited(ctx, site, func(_ context.Context, snap *store.Snapshot) (time.Time, error) {
		never := midnight(9999, 1, 1, site.Info().Zone)
		p, err := resolve(Period{To: never}, snap)
		if err != nil || p.From.Year() == 9998 {
			return time.Time{}, err
		}
		return p.From, nil
	})
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
