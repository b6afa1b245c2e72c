package collect

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sandprint/app/enrich"
	"sandprint/app/store"
)

// BenchmarkDoor measures what a page view costs behind net/http: 32 clients, each waiting until theirs is on disk. The
// processor time counts all of the process, making the requests too.
//
//	go test -run '^$' -bench Door -benchtime 100000x ./app/collect
func BenchmarkDoor(b *testing.B) {
	table, err := os.ReadFile("../../static/country.bin")
	if err != nil {
		b.Fatal(err)
	}
	geo, err := enrich.OpenGeo(table, "")
	if err != nil {
		b.Fatal(err)
	}
	s, err := store.Open(b.TempDir(), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	customer, err := s.Control().AddCustomer(b.Context(), "someone")
	if err != nil {
		b.Fatal(err)
	}
	if _, err = s.AddSite(b.Context(), store.SiteInfo{Customer: customer.ID, Domain: "example.com", Zone: time.UTC, Mode: "cookie"}); err != nil {
		b.Fatal(err)
	}
	d := New(Options{Geo: geo, Store: s, Log: slog.New(slog.DiscardHandler), RateLimit: 1 << 30})
	var next atomic.Int64
	day := time.Now().Unix() / 86400
	before := processorTime()
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			var body bytes.Buffer
			r := httptest.NewRequest("POST", "/e", nil)
			r.RemoteAddr = "203.0.113.77:40000"
			r.Header = http.Header{"User-Agent": {chrome}, "Content-Type": {"text/plain"}, "Origin": {"https://example.com"}}
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				body.Reset()
				fmt.Fprintf(&body, `{"s":"example.com","n":"pageview","i":"%016d","u":"https://example.com/articles/%03d/","r":"https://www.google.com/",`+
					`"t":"A page of the benchmark","w":1440,"h":900,"l":"de","v":"%016d.%d","k":"load"}`, n, n%500, n/2, day)
				r.Body, r.ContentLength = io.NopCloser(&body), int64(body.Len())
				w := answerOnly{header: http.Header{}}
				if d.serveHits(&w, r); w.status != http.StatusAccepted {
					b.Errorf("answered with %d", w.status)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "hits/s")
	b.ReportMetric((processorTime()-before).Seconds()/float64(b.N)*1e5, "CPU-s/100k")
}

// answerOnly is a response of which the status counts.
type answerOnly struct {
	header http.Header
	status int
}

func (w *answerOnly) Header() http.Header         { return w.header }
func (w *answerOnly) WriteHeader(status int)      { w.status = status }
func (w *answerOnly) Write(b []byte) (int, error) { return len(b), nil }

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it fails only on a bad argument
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
