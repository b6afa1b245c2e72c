package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// While the disk is slow, so many hits wait and no more; those that waited are there in the end, and of those refused none is.
func TestTheQueueIsBounded(t *testing.T) {
	_, site := newSite(t, t.TempDir())
	ctx := context.Background()
	slow, busy := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		if err := site.inWriter(ctx, func() error { close(busy); <-slow; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-busy
	const asked = 6000
	now := time.Now().Unix()
	hit := Hit{Kind: Pageview, Time: now, Start: now, View: "view000000000", Page: Page{"example.com", "/" + strings.Repeat("x", 2000), ""}}
	room := maxQueued / int(size(&hit)) // hits
	errs := make([]error, asked)
	refused := make(chan struct{}, asked)
	for n := range asked {
		all.Go(func() {
			h := hit
			h.View, h.Visitor, h.Visit = fmt.Sprintf("view%09d", n), uint64(n), int64(n+1)
			if errs[n] = site.Append(ctx, []Hit{h}); errs[n] != nil {
				refused <- struct{}{}
			}
		})
	}
	for range asked - room {
		<-refused
	}
	close(slow)
	all.Wait()
	taken := 0
	for _, err := range errs {
		if err == nil {
			taken++
		} else if !errors.Is(err, ErrBusy) {
			t.Fatal(err)
		}
	}
	blocks, _ := blocksOf(t, site)
	if blocks[0].Views != taken || taken > room || taken == 0 {
		t.Errorf("%d page views are there, %d were acknowledged", blocks[0].Views, taken)
	}
	if n := site.queued.Load(); n != 0 {
		t.Errorf("%d bytes still wait", n)
	}
}
