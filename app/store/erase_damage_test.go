package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

// A column that can't be read, of a day that the erased may or may not have been on, hinders no erasure: all else goes, and
// the error names the day.
func TestAnErasureBesideADamagedDay(t *testing.T) {
	now := time.Now().Unix()
	midnight := now / daySeconds * daySeconds
	for name, row := range map[string]struct {
		column Column
		erase  func(context.Context, *Site, marked) (Erased, error)
	}{
		"texts of a visitor": {ViewPage, func(ctx context.Context, s *Site, m marked) (Erased, error) { return s.EraseVisitor(ctx, m.key) }},
		"who stays on the cut day": {VisitVisitor, func(ctx context.Context, s *Site, m marked) (Erased, error) {
			return s.EraseBefore(ctx, time.Unix(midnight-4*daySeconds+43200, 0))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(21, 22))
			gone, stay := newMarked(r), newMarked(r)
			dir, ctx := t.TempDir(), context.Background()
			s, site := newSite(t, dir)
			importHits(t, site, append(gone.hits(midnight-6*daySeconds+3600, 1), stay.hits(midnight-5*daySeconds+3600, 2)...))
			importHits(t, site, stay.hits(midnight-4*daySeconds+3600, 3))
			path, broken := site.path, site.parts[len(site.parts)-1]
			s.Close()
			edit(t, path, "UPDATE block SET data = substr(data, 1, length(data) / 2) WHERE id = ?", broken.id<<8|int64(row.column))
			s, site = newSite(t, dir)
			for again := range 2 {
				erased, err := row.erase(ctx, site, gone)
				d, ok := errors.AsType[*Damage](err)
				if !ok || d.Day != broken.date() || errors.Is(err, ErrTraces) || erased.Looked == 0 && again == 0 {
					t.Fatalf("%+v, %v", erased, err)
				}
			}
			for _, p := range site.parts {
				if p.date() == int32(midnight/daySeconds)-6 {
					t.Error("the day of the erased is still there")
				}
			}
			s.Close()
			if n := traces(t, dir, gone.needles()[1:]...); n != 0 {
				t.Errorf("%d traces of the key", n)
			}
		})
	}
}
