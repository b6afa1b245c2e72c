package collect

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"sandprint/app/store"
)

// heap returns how many bytes are alive.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// onDisk returns how many bytes the files in a directory have.
func (p *place) onDisk() (n int64) {
	p.must(filepath.WalkDir(p.dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			info, err := d.Info()
			p.must(err)
			n += info.Size()
		}
		return err
	}))
	return n
}

// together sends n bodies from eight sides. Each must be accepted.
func (p *place) together(n int, body func(i int) string) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				if res := p.ask("POST", "/e", body(i)); res.StatusCode != http.StatusAccepted {
					p.Errorf("body %d: %d", i, res.StatusCode)
					return
				}
			}
		})
	}
	all.Wait()
}

// Whoever makes paths, titles, referrers, tags and names up fills neither the memory nor the disk, and the totals stay exact.
func TestFloodOfNames(t *testing.T) {
	for _, row := range []struct {
		why    string
		bodies int
		each   int // hits of a body
		long   string
		pages  int // that the dictionary takes at most, with the empty one and the other one
	}{
		{"more values than a day may have", 1700, 32, "", 50_000 + 2},
		{"few but long ones", 800, 7, strings.Repeat("long-and-longer-", 110), 6<<20/1760 + 2},
	} {
		t.Run(row.why, func(t *testing.T) {
			p := open(t, nil)
			heapBefore, diskBefore := heap(), p.onDisk()
			p.together(row.bodies, func(i int) string {
				hits := make([]string, row.each)
				for k := range hits {
					n := i*row.each + k
					change := map[string]any{"i": fmt.Sprintf("view%09d", n), "u": fmt.Sprintf("https://example.com/made-up/%s%d?utm_campaign=c%d", row.long, n, n),
						"t": fmt.Sprintf("Title number %d", n), "r": fmt.Sprintf("https://other%d.example/page/%d", n, n)}
					if k == 0 {
						change["n"], change["q"], change["p"] = fmt.Sprintf("Event %d", n), 1, map[string]any{"what": fmt.Sprint("value ", n)}
					}
					hits[k] = wire(change)
				}
				return "[" + strings.Join(hits, ",") + "]"
			})
			c := p.counts()
			if views, events := row.bodies*(row.each-1), row.bodies; c.views != views || c.events != events || len(c.dropped) != 0 {
				t.Errorf("%d page views and %d events, dropped %v; want %d and %d", c.views, c.events, c.dropped, views, events)
			}
			snap := p.snapshot()
			if pages, origins := len(snap.Dict(store.Pages)), len(snap.Dict(store.Origins)); pages > row.pages || origins > 50_000+2 {
				t.Errorf("%d pages and %d origins have names; want %d and 50,002 at most", pages, origins, row.pages)
			}
			snap.Close()
			if !slices.Contains(p.column(store.ViewPage, store.Pages), "(other)|(other)|(other)") {
				t.Error("nothing became (other)")
			}
			if more := heap() - heapBefore; more > 30<<20 {
				t.Errorf("%d bytes more are alive", more)
			}
			if more := p.onDisk() - diskBefore; more > 40<<20 {
				t.Errorf("%d bytes more are on disk", more)
			}
		})
	}
}

// A flood of requests is refused where it is too much, and what was acknowledged is there.
func TestFloodOfRequests(t *testing.T) {
	const conns, each = 256, 6
	p := open(t, func(o *Options, _ *store.SiteInfo) { o.RateLimit = 1_000 })
	server := httptest.NewServer(p.mux)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: conns}}
	defer client.CloseIdleConnections()
	var taken, refused atomic.Int64
	var all sync.WaitGroup
	for c := range conns {
		all.Go(func() {
			for k := range each {
				hits := make([]string, maxHits)
				for i := range hits {
					hits[i] = wire(map[string]any{"i": fmt.Sprintf("view%03d%02d%02d0", c, k, i)})
				}
				r, err := http.NewRequest("POST", server.URL+"/e", bytes.NewBufferString("["+strings.Join(hits, ",")+"]"))
				if err != nil {
					t.Error(err)
					return
				}
				r.Header.Set("User-Agent", chrome)
				res, err := client.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				io.Copy(io.Discard, res.Body)
				res.Body.Close()
				switch res.StatusCode {
				case http.StatusAccepted:
					taken.Add(maxHits)
				case http.StatusTooManyRequests, http.StatusServiceUnavailable:
					refused.Add(maxHits)
					if res.Header.Get("Retry-After") == "" {
						t.Error("refused, and not told until when")
					}
				default:
					t.Errorf("answered with %d", res.StatusCode)
				}
			}
		})
	}
	all.Wait()
	if c := p.counts(); int64(c.views) != taken.Load() {
		t.Errorf("%d page views are there, %d were acknowledged", c.views, taken.Load())
	}
	if refused.Load() == 0 || taken.Load() == 0 {
		t.Errorf("taken %d, refused %d: no flood", taken.Load(), refused.Load())
	}
}
