package privacy

import (
	"context"
	"errors"
	"time"

	"sandprint/app/store"
)

// RoundAge is how old the last nightly round may be.
const RoundAge = 48 * time.Hour

// Trouble is a kind of reasons why what is too old may still be there.
type Trouble string

// The kinds of trouble with the nightly round.
const (
	RoundFailed Trouble = "failed" // something of it failed
	RoundWaits  Trouble = "waits"  // the clock looks wrong, so nothing is removed for its age
	RoundLate   Trouble = "late"   // there was none for two days
)

// Kept is what is kept of a site and of the instance: the oldest there is, and what the last nightly round did about it.
type Kept struct {
	Site     store.SiteOldest
	Instance store.InstanceOldest
	Round    store.LastRound // zero: there was none yet
	Trouble  Trouble         // with the last round, as far as the site is concerned; empty: none
}

// Night returns what the last round did at a site.
func (k Kept) Night(site store.SiteInfo) store.SiteRound { return k.Round.Sites[site.Number] }

// Kept returns what is kept. A zero site: of the instance only.
func (p *Service) Kept(ctx context.Context, info store.SiteInfo) (k Kept, err error) {
	if k.Instance, err = p.store.Oldest(ctx); err != nil {
		return k, err
	}
	if k.Round, k.Trouble, err = p.Round(ctx, info); err != nil || info.ID == "" {
		return k, err
	}
	ctx, done := context.WithCancel(ctx)
	defer done()
	site, err := p.store.Site(ctx, info.ID)
	if err == nil {
		k.Site, err = site.Oldest(ctx)
	}
	return k, err
}

// Round returns how the last nightly round ended, and what is wrong with that for a site; for the zero site, for the instance.
func (p *Service) Round(ctx context.Context, info store.SiteInfo) (last store.LastRound, t Trouble, err error) {
	last, err = p.store.LastRound(ctx)
	since := last.Ended
	if errors.Is(err, store.ErrNotFound) {
		since, err = time.Now(), nil
		for _, s := range p.store.Sites() {
			if s.Created.Before(since) {
				since = s.Created
			}
		}
		if info.ID != "" {
			since = info.Created
		}
	}
	if err != nil {
		return last, "", err
	}
	night := last.Sites[info.Number]
	switch {
	case info.ID == "" && last.Failed != "", night.Failed, last.OthersFailed != "":
		t = RoundFailed
	case info.ID == "" && last.Waits != "", night.Waits:
		t = RoundWaits
	case time.Since(since) > RoundAge:
		t = RoundLate
	}
	return last, t, nil
}
