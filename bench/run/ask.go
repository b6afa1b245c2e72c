package main

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sandprint/bench/gen"
	"sandprint/bench/load"
)

// panels are questions of a dashboard over 12 months, each asked alone.
var panels = []string{
	"metrics=visitors,visits,pageviews,views_per_visit,bounce_rate,visit_duration",
	"metrics=visitors&by=day", "metrics=visitors&by=channel&limit=9", "metrics=visitors&by=source&limit=9",
	"metrics=visitors&by=utm_campaign&limit=9", "metrics=visitors,pageviews&by=page&limit=9", "metrics=visitors&by=entry_page&limit=9",
	"metrics=visitors&by=exit_page&limit=9", "metrics=visitors&by=country&limit=9", "metrics=visitors&by=browser&limit=9",
	"metrics=visitors&by=os&limit=9", "metrics=visitors&by=device&limit=9", "metrics=visitors,conversions,revenue&by=goal&limit=9",
}

// ask imports a data set, and asks what a dashboard asks.
func (b *bench) ask(ctx context.Context) error {
	data, token, err := b.newData(ctx, "ask")
	if err != nil {
		return err
	}
	s, err := b.serve(data)
	if err != nil {
		return err
	}
	defer s.Stop()
	views, err := b.importHits(ctx, s, data)
	if err != nil {
		return err
	}
	client, err := signIn(ctx, s)
	if err != nil {
		return err
	}
	page, err := cost(s, func() error {
		_, err := getWith(ctx, client, "http://"+s.Addr+"/sites/"+url.PathEscape(domain)+"?period=12mo", "")
		return err
	})
	if err != nil {
		return err
	}
	b.report("whole dashboard page of 12 months, one scan", "<= 150 ms at 1.2 M views", page <= 150*time.Millisecond, "%d ms CPU (%s)", page.Milliseconds(), b.scale)
	var worst, sum time.Duration
	slowest := ""
	for _, panel := range panels {
		took, err := cost(s, func() error {
			_, err := get(ctx, "http://"+s.Addr+"/api/v1/sites/"+url.PathEscape(domain)+"/stats?period=12mo&"+panel, token)
			return err
		})
		if err != nil {
			return err
		}
		if sum += took; took > worst {
			worst, slowest = took, panel
		}
	}
	b.report(fmt.Sprintf("%d panels, each asked alone, in all", len(panels)), "", true, "%d ms CPU (%s)", sum.Milliseconds(), b.scale)
	b.report("… the slowest of them", "<= 25 ms at 1.2 M views", worst <= 25*time.Millisecond, "%.1f ms CPU (%s)", worst.Seconds()*1000, slowest)
	_, peak, err := s.Memory()
	b.report("memory after import and questions, peak", "<= 64 MiB", peak <= 64<<20, "%.1f MiB", float64(peak)/(1<<20))
	if err := s.Stop(); err != nil {
		return err
	}
	size := dirSize(filepath.Join(data, "sites"))
	b.report("size on disk", "<= 15 bytes per page view", float64(size) <= 15*float64(views), "%.1f bytes", float64(size)/float64(views))
	return err
}

// importHits writes a data set to a file, imports it, and returns how many page views it has.
func (b *bench) importHits(ctx context.Context, s *load.Server, data string) (views int, err error) {
	o, err := gen.Scale(b.scale, time.Now().UTC().Truncate(24*time.Hour))
	if err != nil {
		return 0, err
	}
	o.Domain = domain
	file := filepath.Join(b.dir, "hits.ndjson")
	f, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	lines, err := gen.New(o).WriteLines(f)
	if err != nil {
		return 0, err
	}
	if err := f.Close(); err != nil {
		return 0, err
	}
	before, err := s.CPU()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := load.Command(ctx, nil, b.program, "import", "hits", file, "--site", domain, "--data", data); err != nil {
		return 0, err
	}
	took := time.Since(began)
	after, err := s.CPU()
	rate := float64(lines) / (after - before).Seconds()
	b.report("import of a year", ">= 100,000 hits/s of one core", rate >= 100_000, "%.0f hits/s of one core, %.0f hits/s (%s)", rate, float64(lines)/took.Seconds(), b.scale)
	return o.Views, err
}

// cost asks a few times and returns the processor time of one answer.
func cost(s *load.Server, ask func() error) (time.Duration, error) {
	const times = 10 // the clock of processes ticks in hundredths of a second
	before, err := s.CPU()
	if err != nil {
		return 0, err
	}
	for range times {
		if err := ask(); err != nil {
			return 0, err
		}
	}
	after, err := s.CPU()
	return (after - before) / times, err
}

// signIn returns a client with the user's session.
func signIn(ctx context.Context, s *load.Server) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Jar: jar}
	form := url.Values{"email": {email}, "password": {password}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.Addr+"/sign-in", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	return client, res.Body.Close()
}

// dirSize returns the bytes of all files below dir.
func dirSize(dir string) (sum int64) {
	filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil && !d.IsDir() {
			sum += info.Size()
		}
		return nil
	})
	return sum
}
