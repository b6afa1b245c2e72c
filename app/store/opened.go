package store

import (
	"context"
	"errors"
	"time"
)

// idleTime is how long a site stays open that nobody uses.
const idleTime = time.Minute

// opened is a site that is being opened, is open, or is being closed.
type opened struct {
	id    string
	ready chan struct{} // closed once site and err are set
	site  *Site
	err   error
	users int           // contexts that hold it
	used  time.Time     // when the last of them let go
	gone  chan struct{} // not nil: it is being closed; closed when its file is
}

// Site returns the site with that id, opened if need be. It stays open until ctx is done, and may be closed from then
// on: ask for each piece of work, with a context that ends with it. ErrNotFound: there is no such site.
func (s *Store) Site(ctx context.Context, id string) (*Site, error) {
	site, release, err := s.Hold(ctx, id)
	if err == nil {
		context.AfterFunc(ctx, release)
	}
	return site, err
}

// Hold is Site for work that ends with a call of release, once, and not with a context: ctx is for the opening. It costs a tenth of what
// Site does, which counts where every hit asks.
func (s *Store) Hold(ctx context.Context, id string) (site *Site, release func(), err error) {
	o, err := s.hold(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	select {
	case <-o.ready:
		err = o.err
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		s.release(o)
		return nil, nil, err
	}
	return o.site, func() { s.release(o) }, nil
}

// hold returns the entry of a site with its user counted, and sees to it that it is being opened. It waits for one that
// is being closed: two of a file would each go by a memory of their own.
func (s *Store) hold(ctx context.Context, id string) (*opened, error) {
	for {
		s.mu.Lock()
		_, known := s.infos[id]
		o := s.open[id]
		switch {
		case s.closed:
			s.mu.Unlock()
			return nil, ErrClosed
		case !known:
			s.mu.Unlock()
			return nil, ErrNotFound
		case o == nil:
			o = &opened{id: id, ready: make(chan struct{}), users: 1}
			s.open[id] = o
			surplus := s.surplus()
			s.mu.Unlock()
			s.closeThese(surplus)
			s.openThis(o)
			return o, nil
		case o.gone == nil:
			o.users++
			s.mu.Unlock()
			return o, nil
		}
		s.mu.Unlock()
		select {
		case <-o.gone:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// openThis opens the file of an entry. One that can't be opened is forgotten, so that the next one to ask tries again.
func (s *Store) openThis(o *opened) {
	o.site, o.err = openSite(s, o.id)
	if o.err != nil {
		s.mu.Lock()
		delete(s.open, o.id)
		s.mu.Unlock()
	}
	close(o.ready)
}

// release takes note that a context that held a site is done.
func (s *Store) release(o *opened) {
	s.mu.Lock()
	o.users--
	o.used = time.Now()
	surplus := s.surplus()
	if s.sweep == nil && !s.closed {
		s.sweep = time.AfterFunc(idleTime, s.closeUnused)
	}
	s.mu.Unlock()
	s.closeThese(surplus)
}

// closeUnused closes the sites that nobody has used for a while, and sees to it that the others' turn comes.
func (s *Store) closeUnused() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	var unused []*opened
	again := false
	for _, o := range s.open {
		switch {
		case !o.free():
		case time.Since(o.used) >= idleTime:
			unused = append(unused, s.leave(o))
		default:
			again = true
		}
	}
	if s.sweep = nil; again {
		s.sweep = time.AfterFunc(idleTime/2, s.closeUnused)
	}
	s.mu.Unlock()
	s.closeThese(unused)
}

// surplus marks for closing what is open beyond the number to keep: the longest unused. s.mu is held.
func (s *Store) surplus() (out []*opened) {
	if s.closed || len(s.open) <= s.o.OpenSites {
		return nil
	}
	n := 0
	for _, o := range s.open {
		if o.gone == nil {
			n++
		}
	}
	for ; n > s.o.OpenSites; n-- {
		var oldest *opened
		for _, o := range s.open {
			if o.free() && (oldest == nil || o.used.Before(oldest.used)) {
				oldest = o
			}
		}
		if oldest == nil {
			return out
		}
		out = append(out, s.leave(oldest))
	}
	return out
}

// free reports whether a site is open and nobody holds it. The store's mu is held.
func (o *opened) free() bool { return o.users == 0 && o.gone == nil && o.site != nil && o.site.idle() }

// leave marks a site as being closed. s.mu is held; whoever calls it calls closeThese.
func (s *Store) leave(o *opened) *opened {
	o.gone = make(chan struct{})
	s.closing.Add(1)
	return o
}

// closeThese closes what leave was called for.
func (s *Store) closeThese(all []*opened) (err error) {
	for _, o := range all {
		if <-o.ready; o.err == nil {
			err = errors.Join(err, o.site.close()) // its hits are on disk: of an error of closing nothing is lost
		}
		s.mu.Lock()
		if s.open[o.id] == o {
			delete(s.open, o.id)
		}
		s.mu.Unlock()
		close(o.gone)
		s.closing.Done()
	}
	return err
}

// closeSite closes a site whoever uses it, and returns when its file is closed.
func (s *Store) closeSite(id string) error {
	s.mu.Lock()
	o := s.open[id]
	if o == nil {
		s.mu.Unlock()
		return nil
	}
	if o.gone != nil {
		s.mu.Unlock()
		<-o.gone
		return nil
	}
	s.leave(o)
	s.mu.Unlock()
	return s.closeThese([]*opened{o})
}

// closeAll closes every site, for good.
func (s *Store) closeAll() error {
	s.mu.Lock()
	var all []*opened
	for _, o := range s.open {
		if o.gone == nil {
			all = append(all, s.leave(o))
		}
	}
	s.mu.Unlock()
	return s.closeThese(all)
}
