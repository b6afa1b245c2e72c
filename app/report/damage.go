package report

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// isDamage reports whether a block can't be read because it is damaged. It is left out of the answers to all questions
// of a call then, also of those that would not have read the damaged column: figures side by side must be about the same
// visits.
func isDamage(err error) bool {
	_, ok := errors.AsType[*store.Damage](err)
	return ok
}

// errErasing is the answer to a question that an erasure could not wait for.
var errErasing = problem.New(http.StatusServiceUnavailable, "erasing", "What this question was about to count is being erased.").
	WithHint("Ask again in a moment.")

// unreadable says for a person that a site's file can't be read at all, or not now; other errors stay as they are.
func unreadable(err error) error {
	switch {
	case errors.Is(err, store.ErrDamaged):
		return problem.Damaged.Because(err)
	case errors.Is(err, store.ErrErasing):
		return errErasing
	}
	return err
}

// damagedIn returns the UTC days, by date, of what is damaged and not missed.
func damagedIn(snap *store.Snapshot, misses func(store.BlockInfo) bool) (days []time.Time) {
	for i, b := range snap.Blocks() {
		if d := snap.Damaged(i); d != nil && !misses(b) {
			days = append(days, d.Date())
		}
	}
	for _, d := range snap.Lost() {
		if day := (store.BlockInfo{Date: d.Day, Last: int64(d.Day)*86400 + 86399}); !misses(day) {
			days = append(days, d.Date())
		}
	}
	slices.SortFunc(days, time.Time.Compare)
	return slices.CompactFunc(days, time.Time.Equal)
}

// countDamaged returns how many blocks are known to be damaged.
func countDamaged(snap *store.Snapshot) (n int) {
	for i := range snap.Blocks() {
		if snap.Damaged(i) != nil {
			n++
		}
	}
	return n
}

// misses reports whether nothing of a block is in the question's time.
func (a *asked) misses(b store.BlockInfo) bool {
	for _, h := range a.halves {
		if !h.total.misses(b) {
			return false
		}
	}
	return true
}
