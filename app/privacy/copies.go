package privacy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sandprint/app/store"
)

// copyTime names a copy by the moment it was begun, in UTC; names sort by it.
const copyTime = "20060102-150405"

// dailyCopies is of how many days the newest copy is kept; of the time before, the newest of each week (from Monday).
const dailyCopies = 14

// Nightly goes on with erasures that are not done, makes a copy of everything unless there is one of the last 20 hours, opens it and reads
// all of it, and lets go of the copies that are too old, unless the clock looks wrong: one that is a year ahead would take them all. It returns
// what it did, in words; empty: there was nothing to do.
func (p *Service) Nightly(ctx context.Context, version string, live time.Duration, clockLooksWrong bool, room func() (uint64, error)) (did string, gone Gone, err error) {
	p.sweep()
	resumed, failed := p.Resume(ctx)
	if resumed > 0 {
		did = fmt.Sprintf("went on with %d erasures; ", resumed)
	}
	made, err := p.copy(ctx, version, room)
	failed = errors.Join(failed, err)
	if made != "" {
		did += "copied everything to " + filepath.Base(made) + "; "
	}
	if clockLooksWrong {
		did += "no copy is removed for its age, because the clock looks wrong; "
	} else {
		gone, err = p.letGo(ctx, live)
		failed = errors.Join(failed, err)
		if gone.Copies > 0 {
			did += fmt.Sprintf("removed %d old copies; ", gone.Copies)
		}
	}
	return strings.TrimSuffix(did, "; "), gone, failed
}

// Gone is what Nightly let go of for its age.
type Gone struct {
	Copies     int
	Tombstones int64
}

// letGo lets go of the copies that are too old, and of the tombstones that no copy needs any more.
func (p *Service) letGo(ctx context.Context, live time.Duration) (gone Gone, err error) {
	now := time.Now()
	if gone.Copies, err = p.Expire(now, live); err != nil {
		return gone, err
	}
	if gone.Tombstones, err = p.store.Control().ForgetTombstones(ctx, now); err != nil {
		return gone, err
	}
	return gone, p.publish(ctx)
}

func (p *Service) copy(ctx context.Context, version string, room func() (uint64, error)) (made string, err error) {
	if err := os.MkdirAll(p.backups, 0o700); err != nil {
		return "", err
	}
	now := time.Now().UTC()
	there, err := store.Backups(p.backups)
	if err != nil {
		return "", err
	}
	if n := len(there); n > 0 {
		if m, err := store.ReadManifest(there[n-1]); err == nil && now.Sub(m.Made) < 20*time.Hour && !m.Made.After(now) {
			return "", nil
		}
	}
	path := filepath.Join(p.backups, now.Format(copyTime))
	if _, err := p.store.Backup(ctx, path, version, room); err != nil {
		return "", fmt.Errorf("no copy was made tonight: %w", err)
	}
	if _, err := store.Verify(ctx, path); err != nil {
		return "", fmt.Errorf("tonight's copy can't be read: %w", err)
	}
	return path, nil
}

// Expire removes copies: those that are not the newest of one of the last 14 days that have one, or of a week before, and all that are
// older than live, which is CopiesLive at most. It returns how many went. A copy from the future, as a clock that was wrong makes it, is left.
func (p *Service) Expire(now time.Time, live time.Duration) (went int, err error) {
	paths, err := store.Backups(p.backups)
	if err != nil {
		return 0, err
	}
	days, weeks := map[string]bool{}, map[string]bool{}
	for i := len(paths) - 1; i >= 0; i-- {
		m, err := store.ReadManifest(paths[i])
		if err != nil {
			return went, err
		}
		if m.Made.After(now) {
			continue
		}
		year, week := m.Made.ISOWeek()
		day, inWeek := m.Made.Format(time.DateOnly), fmt.Sprint(year, week)
		keep := now.Sub(m.Made) < live
		switch {
		case !keep, days[day]:
			keep = false
		case len(days) < dailyCopies:
			days[day], weeks[inWeek] = true, true
		case weeks[inWeek]:
			keep = false
		default:
			weeks[inWeek] = true
		}
		if keep {
			continue
		}
		if err := os.RemoveAll(paths[i]); err != nil {
			return went, err
		}
		went++
	}
	return went, nil
}
