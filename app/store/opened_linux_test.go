package store

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// manySites opens a store with n sites that nobody has asked for yet.
func manySites(t testing.TB, dir string, n int, o Options) (*Store, []string) {
	t.Helper()
	ctx := context.Background()
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	customer, err := s.Control().AddCustomer(ctx, "Main")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i := range n {
		site, err := s.AddSite(ctx, SiteInfo{Customer: customer.ID, Domain: fmt.Sprintf("s%d.example", i), Zone: time.UTC, Mode: "cookie"})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, site.ID)
	}
	return s, ids
}

// openFiles returns how many files under dir this process has open.
func openFiles(t testing.TB, dir string) (n int) {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range all {
		if to, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil && strings.HasPrefix(to, dir) {
			n++
		}
	}
	return n
}

// oneView is a page view like no other.
func oneView(n int64) []Hit {
	now := time.Now().Unix()
	return []Hit{{Kind: Pageview, Time: now, Start: now, View: fmt.Sprintf("view%09d", n), Visitor: uint64(n), Visit: n + 1, Page: Page{"a.example", "/", "T"}}}
}

// Hits for many more sites than may be open come from several sides at once: a site that is closed to make room for
// another must not be closed under someone who is about to write to it.
func TestASiteIsOpenForWhoeverHoldsIt(t *testing.T) {
	const writers, keep = 6, 4
	sites, each := 200, 200
	if testing.Short() {
		sites, each = 60, 40
	}
	dir := t.TempDir()
	s, ids := manySites(t, dir, sites, Options{OpenSites: keep})
	var done sync.WaitGroup
	var most atomic.Int64
	for w := range writers {
		done.Go(func() {
			for i := range each {
				n := int64(w*each + i)
				ctx, end := context.WithCancel(t.Context())
				site, err := s.Site(ctx, ids[n*7919%int64(sites)])
				if err == nil {
					runtime.Gosched()
					if i%3 == 0 {
						var snap *Snapshot
						if snap, err = site.Snapshot(ctx); err == nil {
							snap.Close()
						}
					}
				}
				if err == nil {
					err = site.Append(ctx, oneView(n))
				}
				if err != nil {
					t.Errorf("hit %d was refused: %v", n, err)
				}
				end()
				if i%10 == 0 {
					most.Store(max(most.Load(), int64(openFiles(t, dir+"/sites"))))
				}
			}
		})
	}
	done.Wait()
	// A site has a file, its log and its index open, a connection of a reader the first two more.
	if limit := int64(15 * (keep + writers)); most.Load() > limit {
		t.Errorf("%d files were open, more than %d", most.Load(), limit)
	}
	counted := 0
	for _, id := range ids {
		ctx, end := context.WithCancel(t.Context())
		site, err := s.Site(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		blocks, _ := blocksOf(t, site)
		for _, b := range blocks {
			counted += b.Views
		}
		end()
	}
	if counted != writers*each {
		t.Errorf("%d of %d acknowledged hits are there", counted, writers*each)
	}
}

// Who uses a site keeps it open, however long; who doesn't, doesn't.
func TestAnIdleSiteIsClosed(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, ids := manySites(t, dir, 2, Options{})
		held, err := s.Site(t.Context(), ids[0])
		if err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithCancel(t.Context())
		site, err := s.Site(ctx, ids[1])
		if err == nil {
			err = site.Append(ctx, oneView(1))
		}
		if err != nil {
			t.Fatal(err)
		}
		end()
		time.Sleep(idleTime / 2)
		if err := site.Append(t.Context(), oneView(2)); err != nil {
			t.Errorf("half a minute after its last use: %v, want it open", err)
		}
		time.Sleep(2 * idleTime)
		if err := site.Append(t.Context(), oneView(3)); err != ErrClosed {
			t.Errorf("minutes after its last use: %v, want ErrClosed", err)
		}
		if err := held.Append(t.Context(), oneView(1)); err != nil {
			t.Errorf("a site that is held: %v", err)
		}
		if site, err = s.Site(t.Context(), ids[1]); err != nil {
			t.Fatal(err)
		}
		if blocks, _ := blocksOf(t, site); len(blocks) != 1 || blocks[0].Views != 2 {
			t.Errorf("reopened it has %d blocks, want one of 2 page views", len(blocks))
		}
		s.Close()
	})
}

// BenchmarkOpenSite opens sites that are closed, each with a day of a few hits; and holds one that is open.
func BenchmarkOpenSite(b *testing.B) {
	for _, row := range []struct {
		name  string
		sites int
	}{{"closed", 64}, {"open", 1}} {
		b.Run(row.name, func(b *testing.B) {
			s, ids := manySites(b, b.TempDir(), row.sites, Options{OpenSites: 16})
			use := func(i int) {
				ctx, end := context.WithCancel(b.Context())
				defer end()
				if _, err := s.Site(ctx, ids[i%len(ids)]); err != nil {
					b.Fatal(err)
				}
			}
			for i := range ids {
				use(i)
			}
			for i := 0; b.Loop(); i++ {
				use(i)
			}
		})
	}
}
