// Command run measures the figures that Sandprint promises and prints them as a table, in under two minutes:
//
//	go run ./bench/run
//
// It builds the program from this checkout, starts it on a scratch directory and loopback ports, and measures it from
// outside: by its answers, and by what Linux says of its process. Nothing else should be busy meanwhile; the rates are
// taken next to those of an HTTP server that does nothing, so that their share holds on another machine too.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime"
	"text/tabwriter"
	"time"

	"sandprint/bench/load"
)

func main() {
	var o options
	flag.DurationVar(&o.drive, "drive", 8*time.Second, "how long to send hits; the server that does nothing gets half of it, before and after")
	flag.IntVar(&o.clients, "clients", 32, "connections that send hits")
	flag.StringVar(&o.scale, "scale", "demo", "data set to import and ask questions about: demo, 1.2m or 10m")
	flag.StringVar(&o.program, "program", "", "a built sandprint to measure instead of this checkout's")
	nothing := flag.Bool("nothing", false, "be the server that does nothing (the program starts itself so)")
	flag.Parse()
	do := func() error { return run(o) }
	if *nothing {
		do = serveNothing
	}
	if err := do(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type options struct {
	drive   time.Duration
	clients int
	scale   string
	program string
}

// serveNothing prints its address and answers until it is killed.
func serveNothing() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("ready at http://" + l.Addr().String())
	return load.Nothing(l)
}

// figure is one line of the table.
type figure struct {
	name, goal, result string
	met                bool
}

// bench is one run: where it works, what it measures with, and what it has found.
type bench struct {
	options
	dir     string
	figures []figure
}

// report adds a figure.
func (b *bench) report(name, goal string, met bool, result string, args ...any) {
	b.figures = append(b.figures, figure{name, goal, fmt.Sprintf(result, args...), met})
}

// run measures everything and prints the table, of what was measured so far if something fails.
func run(o options) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if runtime.GOOS != "linux" {
		return errors.New("processes are measured through /proc, so this runs on Linux only")
	}
	b := &bench{options: o}
	if b.dir, err = os.MkdirTemp("", "sandprint-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"building", b.build},
		{"starting, idling", b.idle},
		{"taking hits", b.take},
		{"importing and asking", b.ask},
	} {
		fmt.Fprintln(os.Stderr, step.what, "…")
		if err = step.do(ctx); err != nil {
			err = fmt.Errorf("%s: %w", step.what, err)
			break
		}
	}
	b.print()
	return err
}

func (b *bench) print() {
	fmt.Printf("%s, %d cores, %s, %s/%s\n\n", processor(), runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "figure\tgoal\tresult\t")
	for _, f := range b.figures {
		mark := ""
		if !f.met {
			mark = "  missed"
		}
		fmt.Fprintf(w, "%s\t%s\t%s%s\t\n", f.name, f.goal, f.result, mark)
	}
	w.Flush()
}
