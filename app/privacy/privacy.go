// Package privacy keeps what the owner promises to visitors and customers: what is to go goes everywhere, and what is said of it is true.
//
//	erase.go     orders and erasures: in the data, in every copy here, gone on with after any end of the program
//	wish.go      what visitors ask for from a site's pages, and the hits of theirs that still come
//	receipt.go   what is handed out when something is erased
//	standing.go  how far an erasure is, by the number of its receipt
//	visitor.go   what a visitor may see of himself
//	copies.go    the nightly copies, and how long they live
//	kept.go      the oldest there is, and whether the nightly round keeps to its promises
//	datamap.go   the data map: every kind of data that is kept, held against the schema
//	facts.go     what the documents say of a site, from its settings
//	document.go  the documents: templates filled in with facts
//	statement.go the operator's own texts
//	markdown.go  the part of Markdown that those are written in
package privacy

import (
	"context"
	"path/filepath"
	"sync"

	"sandprint/app/store"
)

// Service erases, and keeps copies. Make it with New. Its methods may be called by several goroutines at once.
type Service struct {
	store   *store.Store
	backups string        // directory of the copies
	busy    sync.Mutex    // held by an erasure: one at a time
	noting  sync.Mutex    // held while an order is kept, so that the same one is kept once
	listing sync.Mutex    // held while the list of erasures is written beside copies
	asked   chan struct{} // tells Work

	mu      sync.Mutex
	late    map[string]*refused // by site: visitors whose hits are refused
	guesses int                 // of all sites
	open    map[string]Standing // by number of the receipt: how far erasures are that go on, or failed
	turned  chan struct{}       // closed when one of them is over, or fails; another takes its place
}

// New returns the service of an open store, which from then on refuses hits of who was erased lately: one service for a store.
func New(ctx context.Context, s *store.Store) (*Service, error) {
	p := &Service{store: s, backups: filepath.Join(s.Control().Dir(), "backups"), asked: make(chan struct{}, 1),
		late: map[string]*refused{}, open: map[string]Standing{}, turned: make(chan struct{})}
	s.RefuseWith(p.Refuses)
	stones, err := s.Control().Tombstones(ctx)
	for _, t := range stones {
		p.refuse(t)
	}
	return p, err
}
