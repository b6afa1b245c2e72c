package transfer

import (
	"context"
	"io"
)

// waiting reads r beside, so that a reader who waits for a slow pipe can be called off.
type waiting struct {
	ctx   context.Context
	read  chan piece
	again chan []byte // room that was read from
	now   piece
	room  []byte
}

// piece is what one Read returned.
type piece struct {
	data []byte
	err  error
}

// newWaiting returns a reader of r whose Read returns ctx's error once it has ended. What then still waits in r's Read ends
// when that does: with the input, or the process.
func newWaiting(ctx context.Context, r io.Reader) *waiting {
	w := &waiting{ctx: ctx, read: make(chan piece), again: make(chan []byte, 2)}
	for range cap(w.again) {
		w.again <- make([]byte, 64<<10)
	}
	go func() {
		for {
			var p piece
			select {
			case room := <-w.again:
				var n int
				n, p.err = r.Read(room)
				p.data = room[:n]
			case <-ctx.Done():
				return
			}
			select {
			case w.read <- p:
			case <-ctx.Done():
				return
			}
			if p.err != nil {
				return
			}
		}
	}()
	return w
}

func (w *waiting) Read(b []byte) (int, error) {
	for len(w.now.data) == 0 {
		if w.now.err != nil {
			return 0, w.now.err
		}
		if w.room != nil {
			w.again <- w.room
			w.room = nil
		}
		select {
		case w.now = <-w.read:
			w.room = w.now.data[:cap(w.now.data)]
		case <-w.ctx.Done():
			return 0, w.ctx.Err()
		}
	}
	n := copy(b, w.now.data)
	w.now.data = w.now.data[n:]
	return n, nil
}
