package store

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// Keys of visitors without a cookie whose visits were sealed early are erased with them, in the file and in memory, be it
// by key or on the day that is cut; those of the others stay.
func TestKeysOfVisitsSealedEarlyAreErased(t *testing.T) {
	for name, erase := range map[string]func(*Site, marked, time.Time) (Erased, error){
		"a visitor": func(site *Site, m marked, _ time.Time) (Erased, error) {
			return site.EraseVisitor(context.Background(), m.key)
		},
		"a part of a day": func(site *Site, _ marked, first time.Time) (Erased, error) {
			return site.EraseBefore(context.Background(), first.Add(time.Hour))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, ctx := t.TempDir(), context.Background()
			r := rand.New(rand.NewPCG(23, 24))
			gone, stay := newMarked(r), newMarked(r)
			synctest.Test(t, func(t *testing.T) {
				s, site := newSite(t, dir)
				s.o.HotRows = 10
				first := time.Now()
				for n, m := range []marked{gone, stay} {
					hits := m.hits(time.Now().Unix(), n)
					for i := range hits {
						hits[i].Lasting = false
					}
					if err := site.Append(ctx, hits); err != nil {
						t.Fatal(err)
					}
					time.Sleep(2 * time.Hour)
				}
				if err := site.sealEnded(ctx); err != nil || len(site.parts) != 1 || site.hot.count != 0 {
					t.Fatalf("%d parts, %d rows, %v", len(site.parts), site.hot.count, err)
				}
				erased, err := erase(site, gone, first)
				if err != nil || erased.Visits != 1 || erased.Keys != 1 {
					t.Errorf("%+v, %v", erased, err)
				}
				numbers := &site.hot.day(int32(first.Unix() / daySeconds)).numbers
				if _, ok := numbers.Get(gone.key); ok {
					t.Error("the key of the erased is in memory")
				}
				if _, ok := numbers.Get(stay.key); !ok {
					t.Error("the key of the other is gone from memory")
				}
				s.Close()
			})
			if n := traces(t, dir, gone.needles()...); n != 0 {
				t.Errorf("%d traces", n)
			}
			if traces(t, dir, binary.LittleEndian.AppendUint64(nil, stay.key)) == 0 {
				t.Error("the key of the other is gone")
			}
			newSite(t, dir) // it opens
		})
	}
}
