// Command limits asks the same questions of Sandprint and of DuckDB, over the same visits, in one run, and prints how much
// processor time each took, on one thread:
//
//	make bench-limits                                        (a made-up year of 1.2 million page views)
//	make bench-limits SCALE=10m
//	go -C bench/limits run . -data DIR -site DOMAIN          (a data directory that no instance has open)
//
// It is a module of its own because DuckDB needs a C compiler and a library that the product must not depend on. DuckDB
// is given the best of it: its tables are sorted by time, every fact of a visit stands beside each of its hits, days are
// ready-made in the site's zone, texts are enumerations, and it keeps what it has read in memory, while Sandprint reads
// each block anew. Answers that differ end the run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"

	"sandprint/app/store"
)

func main() {
	scale := flag.String("scale", "1.2m", "made-up data set: demo, 1.2m or 10m")
	data := flag.String("data", "", "data directory to read in place of a made-up one")
	domain := flag.String("site", "", "domain of the site in it")
	flag.Parse()
	if err := run(context.Background(), *scale, *data, *domain); err != nil {
		fmt.Fprintln(os.Stderr, "limits:", err)
		os.Exit(1)
	}
}

// run copies a site into DuckDB and asks both.
func run(ctx context.Context, scale, data, domain string) error {
	dir, err := os.MkdirTemp("", "sandprint-limits-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	made := data == ""
	if made {
		data = filepath.Join(dir, "data")
	}
	s, err := store.Open(data, store.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	if made {
		fmt.Fprintln(os.Stderr, "making up visits …")
		info, err := makeSite(ctx, s, scale)
		if err != nil {
			return err
		}
		domain = info.Domain
	}
	info, ok := s.Find(domain)
	if !ok {
		return fmt.Errorf("there is no site %q in %s", domain, data)
	}
	site, err := s.Site(ctx, info.ID)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(1)
	fmt.Fprintln(os.Stderr, "copying the site into DuckDB …")
	duck, copied, err := copySite(ctx, dir, site)
	if err != nil {
		return err
	}
	defer duck.close()
	fmt.Printf("%d page views, %d visits, %d events\n", copied.views, copied.visits, copied.events)
	fmt.Printf("on disk: Sandprint %.1f bytes a page view (its visitors' keys and texts included), DuckDB %.1f\n\n",
		size(filepath.Join(data, "sites", info.ID+".db"))/float64(copied.views), size(duck.path)/float64(copied.views))
	return compare(ctx, open{site}, duck, questions(copied.last, info.Zone))
}

// open is a site whose smallest group is one visitor: SQL keeps no group back, and the answers are to be equal.
type open struct{ store.Reader }

func (o open) Info() store.SiteInfo {
	i := o.Reader.Info()
	i.Settings.Floor = 1
	return i
}

// compare asks every question of both and prints the table.
func compare(ctx context.Context, site store.Reader, duck *duck, questions []question) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "question\tSandprint, ms\tDuckDB, ms\tratio\trows\t")
	for _, q := range questions {
		ours, took, err := fastest(func() ([][]any, error) { return q.ours(ctx, site) })
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		theirs, duckTook, err := fastest(func() ([][]any, error) { return duck.ask(ctx, q.sql) })
		if err != nil {
			return fmt.Errorf("%s, DuckDB: %w", q.name, err)
		}
		if err := same(ours, theirs); err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.1f\t%d\t\n", q.name, ms(took), ms(duckTook), float64(duckTook)/float64(took), len(ours))
	}
	return w.Flush()
}

// fastest asks four times and returns the answer with the processor time of the fastest but the first, which only warms up.
func fastest(ask func() ([][]any, error)) (rows [][]any, took time.Duration, err error) {
	for i := range 4 {
		runtime.GC()
		before := cpu()
		if rows, err = ask(); err != nil {
			return nil, 0, err
		}
		if spent := cpu() - before; i == 1 || i > 1 && spent < took {
			took = spent
		}
	}
	return rows, took, nil
}

// cpu returns the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it has no other cause than a wrong argument
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// same compares answers as sets of rows, figure by figure.
func same(ours, theirs [][]any) error {
	a, b := lines(ours), lines(theirs)
	if slices.Equal(a, b) {
		return nil
	}
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			return errors.New("DuckDB alone answers " + b[i])
		case i >= len(b):
			return errors.New("Sandprint alone answers " + a[i])
		case a[i] != b[i]:
			return fmt.Errorf("Sandprint answers %s where DuckDB answers %s", a[i], b[i])
		}
	}
	return nil
}

// lines renders rows, sorted; fractions to two places.
func lines(rows [][]any) []string {
	out := make([]string, len(rows))
	for i, row := range rows {
		for _, v := range row {
			switch v := v.(type) {
			case float64:
				out[i] += fmt.Sprintf("%.2f ", v)
			default:
				out[i] += fmt.Sprint(v, " ")
			}
		}
	}
	slices.Sort(out)
	return out
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// size returns the bytes of a file; 0 when it isn't there.
func size(path string) float64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return float64(info.Size())
}
