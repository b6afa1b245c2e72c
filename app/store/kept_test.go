package store

import (
	"math/rand/v2"
	"testing"
	"time"
)

// What is kept of today is told before any night has sealed it, and an erasure counts it.
func TestKeysOfTodayAreTold(t *testing.T) {
	_, site := newSite(t, t.TempDir())
	ctx, now := t.Context(), time.Now()
	if o, err := site.Oldest(ctx); err != nil || !o.Keys.IsZero() || !o.Visits.IsZero() {
		t.Errorf("of nothing the oldest is %+v, %v", o, err)
	}
	m := newMarked(rand.New(rand.NewPCG(1, 2)))
	if err := site.Append(ctx, m.hits(now.Unix(), 0)); err != nil {
		t.Fatal(err)
	}
	today := time.Unix(now.Unix()/daySeconds*daySeconds, 0).UTC()
	if o, err := site.Oldest(ctx); err != nil || !o.Keys.Equal(today) || !o.Visits.Equal(today) {
		t.Errorf("the oldest is %+v, %v; want %v", o, err, today)
	}
	if e, err := site.CountVisitor(ctx, m.key); err != nil || e.Keys != 1 || e.Visits != 1 {
		t.Errorf("an erasure counts %+v, %v", e, err)
	}
}
