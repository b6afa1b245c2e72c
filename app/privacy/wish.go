package privacy

import (
	"context"
	"errors"
	"time"

	"sandprint/app/store"
)

// lateHits is how long hits of an erased visitor are refused: those that a browser had not sent yet.
const lateHits = 48 * time.Hour

// How many visitors of whom nothing was found are refused, each in some 50 bytes: of a site, and in all.
const (
	maxGuesses      = 1 << 12
	maxGuessesInAll = 1 << 16
)

// lookFor is how long a visitor is looked for while the sender of a wish waits, who waits 20 seconds at most.
const lookFor = 5 * time.Second

// refused are the visitors of a site whose hits are refused, with the time from which they are.
type refused struct {
	erased map[uint64]time.Time // who was erased: as many as there were in two days
	guess  map[uint64]time.Time // of whom nothing was found when they asked
	order  []uint64             // of guess, the oldest first
}

// Ask takes the wish of visitors to be erased who asked for it from a site's pages, which anybody can do with any number. For those of whom something
// is kept the order is on disk when it returns, and Work carries it out. Of the others no row is kept, and nothing needs to be: they are refused
// before they are looked for, so a hit that is on its way meanwhile is either found, being on disk, or not written any more (store.Site.Known).
//
// That refusal is in memory only. What its loss can do, by an end of the program or because thousands of wishes came after it, is little: a hit
// from before the wish that has not arrived until then is counted. Nothing else was kept of its visitor, whose browser has dropped the cookie: it
// joins nothing, and goes when the site's visits do.
func (p *Service) Ask(ctx context.Context, info store.SiteInfo, keys ...uint64) error {
	p.guess(info.ID, keys)
	looking, done := context.WithTimeout(ctx, lookFor)
	known, err := p.known(looking, info.ID, keys)
	done()
	found := err == nil
	if errors.Is(err, store.ErrNotFound) || found && len(known) == 0 {
		return nil
	}
	if ctx.Err() != nil || errors.Is(err, store.ErrClosed) {
		return errors.Join(ctx.Err(), err)
	}
	if !found {
		known = keys // who can't be looked for, as a file is damaged or an erasure has it, is kept: Work looks again, until it can
	}
	p.noting.Lock()
	defer p.noting.Unlock()
	var stones []store.Tombstone
	for _, key := range known {
		stone := stoneOf(Order{Site: info, Keys: []uint64{key}})
		stone.Found = found
		if _, err := p.store.Control().SameOpenTombstone(ctx, stone, false); err == nil {
			continue
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		stones = append(stones, stone)
	}
	if err := p.add(ctx, stones); err != nil {
		return err
	}
	p.wake()
	return nil
}

// Wish is Ask for one visitor who waits for the receipt: it begins the order's erasure, waits for it for a while, and returns how far it is. A zero
// Standing: nothing is kept of the visitor, so nothing was noted. Who asks meanwhile is erased in one pass with others of the site.
func (p *Service) Wish(ctx context.Context, o Order, while time.Duration) (Standing, error) {
	p.guess(o.Site.ID, o.Keys)
	known, err := p.known(ctx, o.Site.ID, o.Keys)
	if err != nil || len(known) == 0 {
		return Standing{}, err
	}
	number, err := p.Begin(ctx, o)
	if err != nil {
		return Standing{}, err
	}
	return p.wait(ctx, number, while)
}

// known returns those of a site's visitors of whom something is kept.
func (p *Service) known(ctx context.Context, site string, keys []uint64) ([]uint64, error) {
	ctx, done := context.WithCancel(ctx)
	defer done()
	s, err := p.store.Site(ctx, site)
	if err != nil {
		return nil, err
	}
	return s.Known(ctx, keys...)
}

// refusedAt returns who is refused at a site. p.mu is held.
func (p *Service) refusedAt(site string) *refused {
	r := p.late[site]
	if r == nil {
		r = &refused{erased: map[uint64]time.Time{}, guess: map[uint64]time.Time{}}
		p.late[site] = r
	}
	return r
}

// refuse has hits of an erased visitor refused for a while.
func (p *Service) refuse(t store.Tombstone) {
	if time.Since(t.Asked) >= lateHits || len(t.Keys) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.refusedAt(t.Site)
	for _, key := range t.Keys {
		r.erased[key] = t.Asked
	}
}

// guess has hits of visitors refused of whom it isn't known whether anything is kept. Where there are too many the oldest of the site go, or
// of the site that has most.
func (p *Service) guess(site string, keys []uint64) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.refusedAt(site)
	for _, key := range keys {
		if _, again := r.guess[key]; !again {
			r.order = append(r.order, key)
			p.guesses++
		}
		r.guess[key] = now
		if len(r.order) > maxGuesses {
			p.forgetGuess(r)
		} else if p.guesses > maxGuessesInAll {
			most := r
			for _, other := range p.late {
				if len(other.order) > len(most.order) {
					most = other
				}
			}
			p.forgetGuess(most)
		}
	}
}

// forgetGuess forgets the oldest. p.mu is held.
func (p *Service) forgetGuess(r *refused) {
	delete(r.guess, r.order[0])
	r.order = r.order[1:]
	p.guesses--
}

// Refuses reports whether a hit of the visitor with a key comes from before an erasure, most likely: for two days after it.
func (p *Service) Refuses(site string, key uint64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.late[site]
	if r == nil {
		return false
	}
	return time.Since(r.erased[key]) < lateHits || time.Since(r.guess[key]) < lateHits
}

// sweep forgets who is not refused any more.
func (p *Service) sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for site, r := range p.late {
		for key, since := range r.erased {
			if time.Since(since) >= lateHits {
				delete(r.erased, key)
			}
		}
		for len(r.order) > 0 && time.Since(r.guess[r.order[0]]) >= lateHits {
			p.forgetGuess(r)
		}
		if len(r.erased) == 0 && len(r.order) == 0 {
			delete(p.late, site)
		}
	}
}
