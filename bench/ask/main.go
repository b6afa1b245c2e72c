//go:build linux

// Command ask measures what one question costs: in a process of its own, on one core, over a data directory that is
// there, with nothing cached by us (the operating system may have the file in memory; opening it is not counted).
//
//	go run ./bench/ask -data DIR -site DOMAIN -question 'period=12mo&by=page&metrics=visitors&limit=9'
//
// Questions are parameters of the stats API; several -question are asked as a page of the dashboard asks them, at once. One with
// step is a funnel, one with cohorts=week or cohorts=month a retention.
// Without any, it asks the built-in set (set.go), each in a new process, and prints a table, or with -json a line of
// JSON each. The directory is opened as the program opens it, so a copy is better, and none that is in use is taken.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"syscall"
	"time"

	"sandprint/app/report"
	"sandprint/app/store"
	"sandprint/bench/load"
)

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "data directory")
	flag.StringVar(&o.site, "site", "kiln-and-sea.example", "domain of the site")
	flag.IntVar(&o.cores, "cores", 1, "cores to use (GOMAXPROCS)")
	flag.IntVar(&o.random, "random", 60, "random questions in the built-in set")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the random questions")
	flag.StringVar(&o.only, "only", "", "of the built-in set only the questions whose name contains this")
	flag.BoolVar(&o.json, "json", false, "print a line of JSON for each figure")
	flag.StringVar(&o.profile, "profile", "", "write a CPU profile of -question to this file")
	flag.IntVar(&o.times, "times", 1, "ask -question so often, for a profile; the figures are of one")
	flag.Func("question", "parameters of the stats API; may be repeated", func(s string) error {
		o.questions = append(o.questions, s)
		return nil
	})
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "ask:", err)
		os.Exit(1)
	}
}

type options struct {
	data, site, only, profile string
	cores, random, times      int
	seed                      uint64
	json                      bool
	questions                 []string
}

// cost is what a question took.
type cost struct {
	CPU  float64 `json:"cpu_ms"`   // user and system time of all threads, milliseconds
	Peak float64 `json:"peak_mib"` // resident set of the process at its largest, MiB
	Read int     `json:"read"`     // page views and events read for the first question
}

func run(ctx context.Context, o options) error {
	if o.data == "" {
		return errors.New("-data names no directory")
	}
	if len(o.questions) == 0 {
		return askSet(ctx, o)
	}
	runtime.GOMAXPROCS(o.cores)
	debug.SetGCPercent(50) // as the program does
	var c cost
	err := withSite(ctx, o, func(site *store.Site) (err error) {
		c, err = measure(ctx, site, o)
		return err
	})
	if err != nil {
		return err
	}
	if o.json {
		return json.NewEncoder(os.Stdout).Encode(c)
	}
	fmt.Printf("%.1f ms CPU, peak %.1f MiB, %d page views and events read\n", c.CPU, c.Peak, c.Read)
	return nil
}

// withSite opens the site, with its reading connections, for as long as f runs.
func withSite(ctx context.Context, o options, f func(*store.Site) error) error {
	lock, err := os.OpenFile(filepath.Join(o.data, "lock"), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("%s is no data directory: %w", o.data, err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("%s is in use by another process: stop it, or measure a copy", o.data)
	}
	st, err := store.Open(o.data, store.Options{})
	if err != nil {
		return err
	}
	defer st.Close()
	info, ok := st.Find(o.site)
	if !ok {
		return fmt.Errorf("%s has no site %s", o.data, o.site)
	}
	site, err := st.Site(ctx, info.ID)
	if err != nil {
		return err
	}
	snap, err := site.Snapshot(ctx)
	if err != nil {
		return err
	}
	snap.Close()
	return f(site)
}

// measure asks the questions at once and returns what that took.
func measure(ctx context.Context, site *store.Site, o options) (c cost, err error) {
	ask, err := parse(o.questions, site)
	if err != nil {
		return c, err
	}
	if o.profile != "" {
		f, err := os.Create(o.profile)
		if err != nil {
			return c, err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return c, err
		}
		defer pprof.StopCPUProfile()
	}
	before := cpu()
	for range o.times {
		if c.Read, err = ask(ctx); err != nil {
			return c, err
		}
	}
	c.CPU = float64((cpu() - before).Microseconds()) / 1000 / float64(o.times)
	_, peak, err := load.Process(os.Getpid()).Memory()
	c.Peak = float64(peak) / (1 << 20)
	return c, err
}

// parse returns what asks the questions and tells how much was read for the first.
func parse(questions []string, site *store.Site) (ask func(context.Context) (read int, err error), err error) {
	var queries []report.Query
	for _, text := range questions {
		values, err := url.ParseQuery(text)
		if err != nil {
			return nil, err
		}
		if values.Has("step") || values.Has("cohorts") {
			return parseJourney(values, site)
		}
		q, err := report.Parse(values, site.Info().Zone, time.Now())
		if err != nil {
			return nil, err
		}
		queries = append(queries, q)
	}
	return func(ctx context.Context) (int, error) {
		answers, err := report.RunAll(ctx, site, queries)
		if err != nil {
			return 0, err
		}
		return answers[0].Read, nil
	}, nil
}

// parseJourney is parse for a funnel or a retention.
func parseJourney(values url.Values, site *store.Site) (func(context.Context) (int, error), error) {
	if values.Has("step") {
		q, err := report.ParseFunnel(values, site.Info().Zone, time.Now())
		return func(ctx context.Context) (int, error) {
			a, err := report.RunFunnel(ctx, site, q)
			return a.Read, err
		}, err
	}
	values.Set("by", values.Get("cohorts"))
	q, err := report.ParseRetention(values, site.Info().Zone, time.Now())
	return func(ctx context.Context) (int, error) {
		a, err := report.RunRetention(ctx, site, q)
		return a.Read, err
	}, err
}

// cpu returns the processor time of this process.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
