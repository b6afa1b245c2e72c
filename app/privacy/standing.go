package privacy

import (
	"context"
	"errors"
	"net/http"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Standing is how far an erasure is. Whoever has its number may know: it names nobody.
type Standing struct {
	Number   string
	Kind     string    // visitor, before, site or customer
	Asked    time.Time // zero once there is a receipt
	Progress Progress  // zero: it waits for its turn
	Failed   Failure   // why it could not come to its end so far; empty: nothing failed
	InTheWay []string  // where Failed is Blocked: names within the directory of the copies
	Receipt  *Receipt  // nil: it goes on
}

// Failure is a kind of reasons why an erasure can't come to its end.
type Failure string

// The kinds of failures.
const (
	DiskFull Failure = "full"    // there is no room on the disk
	Damaged  Failure = "damaged" // a part of a file can't be read
	Blocked  Failure = "blocked" // something that is no copy stands among the copies
	Failed   Failure = "failed"  // anything else; the service log has it
)

func failureOf(err error) Failure {
	switch {
	case err == nil:
		return ""
	case store.IsFull(err):
		return DiskFull
	case store.IsDamaged(err):
		return Damaged
	case inTheWay(err) != nil:
		return Blocked
	}
	return Failed
}

// Told returns an error for a person where it is one that they can do something about: a disk that is full, a file that can't be read.
func Told(err error) error {
	if err == nil || problem.Of(err).Ref == "" {
		return err
	}
	switch failureOf(err) {
	case DiskFull:
		return problem.New(http.StatusServiceUnavailable, "disk_full", "The disk is full, so this could not be written down.").
			WithHint("Whoever runs Sandprint makes room. Then ask for it again: what was begun goes on, and nothing is erased twice.").Because(err)
	case Damaged:
		return problem.Damaged.Because(err)
	}
	return err
}

// inTheWay returns the names of what stands among the copies and is none.
func inTheWay(err error) []string {
	if o, is := errors.AsType[*store.ErrObstacle](err); is {
		return o.Names()
	}
	return nil
}

// standing keeps how far an erasure is, or that it is over, and tells those who wait; of wishes, which have no number, nothing.
func (p *Service) standing(stones []store.Tombstone, at Progress, failed error) {
	over := at == (Progress{})
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range stones {
		if over && failed == nil {
			delete(p.open, t.Receipt)
		} else if t.Receipt != "" {
			p.open[t.Receipt] = Standing{Progress: at, Failed: failureOf(failed), InTheWay: inTheWay(failed)}
		}
	}
	if over {
		close(p.turned)
		p.turned = make(chan struct{})
	}
}

// wait returns how far the erasure is whose receipt has a number, once it is over, once it failed, or after a while.
func (p *Service) wait(ctx context.Context, number string, while time.Duration) (s Standing, err error) {
	late := time.NewTimer(while)
	defer late.Stop()
	for {
		p.mu.Lock()
		turned := p.turned
		p.mu.Unlock()
		if s, err = p.Standing(ctx, number); err != nil || s.Receipt != nil || s.Failed != "" {
			return s, err
		}
		select {
		case <-turned:
		case <-late.C:
			return s, nil
		case <-ctx.Done():
			return s, ctx.Err()
		}
	}
}

// Standing returns how far the erasure is whose receipt has, or will have, a number. An unknown one is problem.NotFound.
func (p *Service) Standing(ctx context.Context, number string) (s Standing, err error) {
	switch row, err := p.store.Control().Receipt(ctx, number); {
	case err == nil:
		r, err := read(row)
		return Standing{Number: number, Kind: r.Kind, Receipt: &r}, err
	case !errors.Is(err, store.ErrNotFound):
		return s, err
	}
	stones, err := p.store.Control().OpenTombstonesOf(ctx, number)
	if err != nil {
		return s, err
	}
	for _, t := range stones {
		s.Number, s.Asked = number, t.Asked
		if s.Kind != store.EraseCustomer { // whose sites are among them
			s.Kind = t.Kind
		}
	}
	if s.Number == "" {
		return s, problem.NotFound
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.open[number]
	s.Progress, s.Failed, s.InTheWay = now.Progress, now.Failed, now.InTheWay
	return s, nil
}
