package privacy

import (
	"context"
	"slices"
	"time"

	"sandprint/app/store"
)

// lateHits is how long hits of an erased visitor are refused: those that a browser had not sent yet.
const lateHits = 48 * time.Hour

// Ask keeps the order to erase a visitor, who asked for it from the site's pages, and has Work carry it out. When it returns the order is on
// disk.
func (p *Service) Ask(ctx context.Context, o Order) error {
	p.noting.Lock()
	defer p.noting.Unlock()
	stone := stoneOf(o)
	before, err := p.store.Control().Tombstones(ctx)
	if err == nil && !slices.ContainsFunc(before, stone.SameOpen) {
		err = p.add(ctx, []store.Tombstone{stone})
	}
	if err == nil {
		p.wake()
	}
	return err
}

// refuse has hits of an erased visitor refused for a while.
func (p *Service) refuse(t store.Tombstone) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, key := range t.Keys {
		if p.late[t.Site] == nil {
			p.late[t.Site] = map[uint64]time.Time{}
		}
		p.late[t.Site][key] = t.Asked
	}
}

// Refuses reports whether a hit of the visitor with a key comes from before an erasure, most likely: for two days after it.
func (p *Service) Refuses(site string, key uint64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked, erased := p.late[site][key]
	if !erased {
		return false
	}
	if time.Since(asked) < lateHits {
		return true
	}
	delete(p.late[site], key)
	return false
}
