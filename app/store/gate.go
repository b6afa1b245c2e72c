package store

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrErasing ends a snapshot that an erasure has waited for: what it shows is being erased. Ask again.
var ErrErasing = errors.New("what was being read is being erased")

// readerTime is how long an erasure waits for a snapshot to be closed.
const readerTime = 2 * time.Second

// gate lets readers of a site's file in, and lets an erasure have the file without any: as long as one reads, the
// write-ahead log can't be emptied. The zero value is open.
type gate struct {
	mu      sync.Mutex
	readers map[*reading]struct{}
	shut    chan struct{} // not nil: readers wait for it to be closed
	empty   chan struct{} // not nil: to be closed when the last reader leaves
}

// reading is one reader at work.
type reading struct{ end context.CancelCauseFunc }

// enter waits until the gate is open. The context it returns is that of the reading; leave, which may be called more
// than once, ends it.
func (g *gate) enter(ctx context.Context) (reader context.Context, leave func(), err error) {
	for {
		g.mu.Lock()
		shut := g.shut
		if shut == nil {
			break
		}
		g.mu.Unlock()
		select {
		case <-shut:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
	defer g.mu.Unlock()
	reader, end := context.WithCancelCause(ctx)
	r := &reading{end}
	if g.readers == nil {
		g.readers = map[*reading]struct{}{}
	}
	g.readers[r] = struct{}{}
	return reader, func() { g.leave(r) }, nil
}

func (g *gate) leave(r *reading) {
	r.end(nil)
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.readers, r)
	if g.empty != nil && len(g.readers) == 0 {
		close(g.empty)
		g.empty = nil
	}
}

// close shuts the gate, waits for those inside and ends the reading of those who stay longer than readerTime. Until open
// is called, which may be more than once, nobody enters. One goroutine at a time calls it.
func (g *gate) close(ctx context.Context) (open func(), err error) {
	g.mu.Lock()
	g.shut = make(chan struct{})
	empty := make(chan struct{})
	if len(g.readers) == 0 {
		close(empty)
	} else {
		g.empty = empty
	}
	g.mu.Unlock()
	open = sync.OnceFunc(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		close(g.shut)
		g.shut, g.empty = nil, nil
	})
	late := time.NewTimer(readerTime)
	defer late.Stop()
	select {
	case <-empty:
	case <-late.C:
		g.mu.Lock()
		for r := range g.readers {
			r.end(ErrErasing)
		}
		g.mu.Unlock()
	case <-ctx.Done():
		open()
		return nil, ctx.Err()
	}
	return open, nil
}
