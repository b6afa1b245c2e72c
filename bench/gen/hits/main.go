// Command hits writes a data set of the benchmarks as lines that `sandprint import hits` reads.
//
//	go run ./bench/gen/hits -scale 1.2m -to 2026-11-01 > hits.ndjson
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"sandprint/bench/gen"
)

func main() {
	scale := flag.String("scale", "demo", "which data set: demo (300 k page views), 1.2m or 10m, each over 12 months")
	to := flag.String("to", time.Now().UTC().Format(time.DateOnly), "the day after the last one (YYYY-MM-DD, UTC)")
	seed := flag.Uint64("seed", 1, "another seed, other visits")
	domain := flag.String("site", gen.Domain, "the site's domain")
	flag.Parse()
	if err := write(*scale, *to, *seed, *domain); err != nil {
		fmt.Fprintln(os.Stderr, "hits:", err)
		os.Exit(1)
	}
}

func write(scale, to string, seed uint64, domain string) error {
	end, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return fmt.Errorf("-to %q is not a date like 2026-11-01", to)
	}
	o, err := gen.Scale(scale, end)
	if err != nil {
		return err
	}
	o.Seed, o.Domain = seed, domain
	n, err := gen.New(o).WriteLines(os.Stdout)
	fmt.Fprintf(os.Stderr, "%d hits\n", n)
	return err
}
