package report

import (
	"context"
	"sync"
)

// turns are taken by calls that compute: two at once, so that memory stays bounded. Others wait.
var turns = make(chan struct{}, 2)

// siteTurn is taken before, one for each site: questions about one, which may be slow or wait for an erasure, don't keep
// those about others from their turn. Each uses two cores where there are two.
type siteTurn struct {
	taken chan struct{}
	users int // calls that have it or wait for it
}

// siteTurns are those in use, by the site's id.
var siteTurns = struct {
	sync.Mutex
	by map[string]*siteTurn
}{by: map[string]*siteTurn{}}

// turn waits for a site's turn to compute; done ends it. Its error is the cause why ctx is done.
func turn(ctx context.Context, id string) (done func(), err error) {
	own := joinSite(id)
	select {
	case own.taken <- struct{}{}:
	case <-ctx.Done():
		leaveSite(id, own)
		return nil, context.Cause(ctx)
	}
	leave := func() {
		<-own.taken
		leaveSite(id, own)
	}
	select {
	case turns <- struct{}{}:
	case <-ctx.Done():
		leave()
		return nil, context.Cause(ctx)
	}
	return func() { <-turns; leave() }, nil
}

func joinSite(id string) *siteTurn {
	siteTurns.Lock()
	defer siteTurns.Unlock()
	own := siteTurns.by[id]
	if own == nil {
		own = &siteTurn{taken: make(chan struct{}, 1)}
		siteTurns.by[id] = own
	}
	own.users++
	return own
}

func leaveSite(id string, own *siteTurn) {
	siteTurns.Lock()
	defer siteTurns.Unlock()
	if own.users--; own.users == 0 {
		delete(siteTurns.by, id)
	}
}
