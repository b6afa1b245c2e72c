package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"os"
	"slices"
	"time"

	"sandprint/bench/load"
)

// idle measures the start, the memory of an instance that nobody uses, and the size of the tracker.
func (b *bench) idle(ctx context.Context) error {
	data, _, err := b.newData(ctx, "idle")
	if err != nil {
		return err
	}
	var starts []time.Duration
	for range 7 {
		s, err := b.serve(data)
		if err != nil {
			return err
		}
		starts = append(starts, s.Ready)
		if err := s.Stop(); err != nil {
			return err
		}
	}
	slices.Sort(starts)
	median := starts[len(starts)/2]
	b.report("cold start, median of 7", "<= 50 ms", median <= 50*time.Millisecond, "%d ms", median.Milliseconds())
	s, err := b.serve(data)
	if err != nil {
		return err
	}
	defer s.Stop()
	size, err := trackerSize(ctx, s.Addr)
	if err != nil {
		return err
	}
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	now, _, err := s.Memory()
	b.report("memory when idle, 1 site", "<= 25 MB", now <= 25e6, "%.1f MB", float64(now)/1e6)
	b.report("tracker as served by default, gzip", "<= 1,900 bytes", size <= 1900, "%d bytes", size)
	return err
}

// trackerSize returns the size of the tracker after gzip -9.
func trackerSize(ctx context.Context, addr string) (int, error) {
	body, err := get(ctx, "http://"+addr+"/js/"+domain+".js", "")
	if err != nil {
		return 0, err
	}
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	w.Write(body)
	w.Close()
	return packed.Len(), nil
}

// driven is what a server did while hits were sent to it.
type driven struct {
	load.Result
	cost float64 // seconds of processor time for 100,000 hits
	peak int64   // memory, bytes
}

// driveServer sends hits to s.
func (b *bench) driveServer(ctx context.Context, s *load.Server, how time.Duration) (d driven, err error) {
	before, err := s.CPU()
	if err != nil {
		return d, err
	}
	d.Result, err = load.Run(ctx, load.Options{Addr: s.Addr, Site: domain, Clients: b.clients, For: how})
	if err != nil {
		return d, err
	}
	after, err := s.CPU()
	if err != nil {
		return d, err
	}
	d.cost = (after - before).Seconds() / float64(d.Acked) * 100_000
	_, d.peak, err = s.Memory()
	return d, err
}

// take measures how fast hits are taken, between two turns of the server that does nothing.
func (b *bench) take(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	nothing, err := load.Start(self, "-nothing")
	if err != nil {
		return err
	}
	defer nothing.Stop()
	data, _, err := b.newData(ctx, "take")
	if err != nil {
		return err
	}
	s, err := b.serve(data)
	if err != nil {
		return err
	}
	defer s.Stop()
	before, err := b.driveServer(ctx, nothing, b.drive/2)
	if err != nil {
		return err
	}
	ours, err := b.driveServer(ctx, s, b.drive)
	if err != nil {
		return err
	}
	after, err := b.driveServer(ctx, nothing, b.drive/2)
	if err != nil {
		return err
	}
	base := (before.Rate() + after.Rate()) / 2
	b.report("a server that does nothing", "", true, "%.0f answers/s at %.2f CPU-s per 100 k", base, (before.cost+after.cost)/2)
	b.report("hits acknowledged and durable", "", true, "%.0f hits/s", ours.Rate())
	b.report("… as a share of the server that does nothing", ">= 50 %", ours.Rate() >= base/2, "%.0f %%", 100*ours.Rate()/base)
	b.report("processor time", "<= 3 CPU-s per 100 k hits", ours.cost <= 3, "%.2f CPU-s per 100 k hits", ours.cost)
	b.report("memory while taking them, peak", "<= 64 MiB", ours.peak <= 64<<20, "%.1f MiB", float64(ours.peak)/(1<<20))
	b.report("refused meanwhile (503)", "0", ours.Refused == 0, "%d", ours.Refused)
	return nil
}

// get returns the body of an answer with status 200.
func get(ctx context.Context, address, token string) ([]byte, error) {
	return getWith(ctx, http.DefaultClient, address, token)
}

func getWith(ctx context.Context, client *http.Client, address, token string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = &statusError{res.Status, string(body)}
	}
	return body, err
}

type statusError struct{ status, body string }

func (e *statusError) Error() string { return e.status + ": " + e.body }
