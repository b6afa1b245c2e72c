package app

import (
	"context"
	"log/slog"
	"time"

	"sandprint/app/store"
)

// roundHour is when the nightly round of a site begins, in its time zone.
const roundHour = 3

// startRounds runs the nightly round whenever it is three in the morning in the zone of a site, and returns what ends
// it and waits.
func (r *Running) startRounds() func() error {
	r.roundMetrics()
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
	err := r.maintain(ctx, false, func(s store.Step) {
		if s.Did == "" {
			return
		}
		level := slog.LevelInfo
		if s.Warning {
			level = slog.LevelWarn
		}
		r.log.Log(ctx, level, "nightly round", "site", s.Site, "step", s.Name, "did", s.Did, "ms", s.Took)
	})
	took := slog.Duration("took", time.Since(began).Round(time.Millisecond))
	switch {
	case ctx.Err() != nil:
	case err != nil:
		r.log.Error("nightly round", "err", err, took)
	default:
		r.log.Info("nightly round", "did", "everything", took)
	}
}

// roundMetrics tells /metrics how the last nightly round ended.
func (r *Running) roundMetrics() {
	gauge := func(name string, of func(store.LastRound) bool) {
		r.metrics.NewGauge(name, func() float64 {
			if last, err := r.store.LastRound(context.Background()); err == nil && of(last) {
				return 1
			}
			return 0
		})
	}
	gauge("sandprint_round_failed", func(l store.LastRound) bool { return l.Failed != "" })
	gauge("sandprint_retention_waits", func(l store.LastRound) bool { return l.Waits != "" })
	r.metrics.NewGauge("sandprint_round_ended_seconds", func() float64 {
		last, err := r.store.LastRound(context.Background())
		if err != nil {
			return 0 // there was none yet
		}
		return float64(last.Ended.Unix())
	})
}
