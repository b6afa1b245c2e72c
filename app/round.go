package app

import (
	"context"
	"log/slog"
	"time"
)

// roundHour is when the nightly round of a site begins, in its time zone.
const roundHour = 3

// startRounds runs the nightly round whenever it is three in the morning in the zone of a site, and returns what ends
// it and waits.
func (r *Running) startRounds() func() error {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			now := time.Now()
			next := r.nextRound(now)
			timer := time.NewTimer(min(next.Sub(now), time.Hour)) // a clock may jump, and sites come and go
			select {
			case <-ctx.Done():
				timer.Stop()
			case <-timer.C:
				if !time.Now().Before(next) {
					r.round(ctx)
				}
			}
		}
	}()
	return func() error {
		cancel()
		<-done
		return nil
	}
}

// nextRound returns when the next round is due; without a site, in a day.
func (r *Running) nextRound(now time.Time) time.Time {
	next := now.Add(24 * time.Hour)
	for _, site := range r.store.Sites() {
		if at := nextRound(now, site.Zone); at.Before(next) {
			next = at
		}
	}
	return next
}

// nextRound returns the first three o'clock in zone after now. Where the clocks skip it, it is the time that takes its
// place.
func nextRound(now time.Time, zone *time.Location) time.Time {
	y, m, d := now.In(zone).Date()
	for day := d; ; day++ {
		if at := time.Date(y, m, day, roundHour, 0, 0, 0, zone); at.After(now) {
			return at
		}
	}
}

// round does the nightly round and logs what it did.
func (r *Running) round(ctx context.Context) {
	began := time.Now()
	err := r.store.Maintain(ctx, func(done string) { r.log.Info("nightly round", "did", done) })
	if err == nil {
		err = r.accounts.Tidy(ctx)
	}
	took := slog.Duration("took", time.Since(began).Round(time.Millisecond))
	switch {
	case ctx.Err() != nil:
	case err != nil:
		r.log.Error("nightly round", "err", err, took)
	default:
		r.log.Info("nightly round", "did", "everything", took)
	}
}
