package privacy

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"sandprint/app/store"
)

// dailyCopies is of how many days the newest copy is kept; of the time before, the newest of each week (from Monday).
const dailyCopies = 14

// Nightly makes a copy of everything unless there is one of the last 20 hours, opens it and reads all of it, lets go of the copies that are too
// old, unless the clock looks wrong (one that is a year ahead would take them all), and goes on with erasures that are not done, for which there may be
// room now, or nothing in the way any more. It returns what it did, in words; empty: there was nothing to do.
func (p *Service) Nightly(ctx context.Context, version string, live time.Duration, clockLooksWrong bool, room func() (uint64, error)) (did string, gone Gone, err error) {
	p.sweep()
	made, failed := p.copy(ctx, version, room)
	if made != "" {
		did += "copied everything to " + filepath.Base(made) + "; "
	}
	if clockLooksWrong {
		did += "no copy is removed for its age, because the clock looks wrong; "
		err = p.clear()
	} else if gone, err = p.letGo(ctx, live); gone.Copies > 0 {
		did += fmt.Sprintf("removed %d old copies; ", gone.Copies)
	}
	resumed, open := p.Resume(ctx)
	if resumed > 0 {
		did += fmt.Sprintf("went on with %d erasures; ", resumed)
	}
	return strings.TrimSuffix(did, "; "), gone, errors.Join(failed, err, open)
}

// clear returns what stands among the copies and is none, as an ErrObstacle.
func (p *Service) clear() error {
	there, err := store.Obstacles(p.backups)
	if err == nil && len(there) > 0 {
		err = &store.ErrObstacle{There: there}
	}
	return err
}

// Gone is what Nightly let go of for its age.
type Gone struct {
	Copies     int
	Tombstones int64
}

// letGo lets go of the copies that are too old, and of the tombstones that no copy needs any more. What stands among the copies and is none is
// an error, until it is as old.
func (p *Service) letGo(ctx context.Context, live time.Duration) (gone Gone, err error) {
	now := time.Now()
	gone.Copies, err = p.Expire(now, live)
	if _, obstacle := errors.AsType[*store.ErrObstacle](err); err != nil && !obstacle {
		return gone, err
	}
	failed := err
	if gone.Tombstones, err = p.store.Control().ForgetTombstones(ctx, now); err == nil {
		err = p.publish(ctx)
	}
	return gone, errors.Join(failed, err)
}

func (p *Service) copy(ctx context.Context, version string, room func() (uint64, error)) (made string, err error) {
	if err := store.MakeBackupDir(p.backups); err != nil {
		return "", err
	}
	now := time.Now().UTC()
	there, err := store.Backups(p.backups)
	if err != nil {
		return "", err
	}
	for _, path := range there {
		if m, err := store.ReadManifest(path); err == nil && now.Sub(m.Made) < 20*time.Hour && !m.Made.After(now) {
			return "", nil
		}
	}
	path := filepath.Join(p.backups, store.BackupName(now))
	if _, err := p.store.Backup(ctx, path, version, room); err != nil {
		return "", fmt.Errorf("no copy was made tonight: %w", err)
	}
	if _, err := store.Verify(ctx, path); err != nil {
		return "", fmt.Errorf("tonight's copy can't be read: %w", err)
	}
	return path, p.publish(ctx)
}

// Expire removes copies: those that are not the newest of one of the last 14 days that have one, or of a week before, and all that are
// older than live, which is CopiesLive at most. It returns how many went. A copy from the future, as a clock that was wrong makes it, lives as long
// from when it is seen first.
func (p *Service) Expire(now time.Time, live time.Duration) (went int, err error) {
	days, weeks := map[string]bool{}, map[string]bool{}
	return p.store.LetGo(p.backups, now, now.Add(-live), func(made time.Time) bool {
		year, week := made.ISOWeek()
		day, inWeek := made.Format(time.DateOnly), fmt.Sprint(year, week)
		switch {
		case days[day]:
			return false
		case len(days) < dailyCopies:
			days[day], weeks[inWeek] = true, true
			return true
		case weeks[inWeek]:
			return false
		}
		weeks[inWeek] = true
		return true
	})
}
