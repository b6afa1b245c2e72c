// Package fuse cuts work short in tests, at a moment that is counted and no guess.
package fuse

import (
	"context"
	"sync/atomic"
)

// fuse is a context that is cancelled the time that it is asked so often, by whichever goroutine.
type fuse struct {
	context.Context
	cancel context.CancelFunc
	left   atomic.Int64
}

// New returns a context that ends the n-th time that somebody asks for its channel, and what ends it before.
func New(n int) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	f := &fuse{Context: ctx, cancel: cancel}
	f.left.Store(int64(n))
	return f, cancel
}

// Done counts.
func (f *fuse) Done() <-chan struct{} {
	if f.left.Add(-1) == 0 {
		f.cancel()
	}
	return f.Context.Done()
}
