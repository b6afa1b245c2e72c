// Package prove holds what Sandprint promises to visitors against a Sandprint at work: the program itself, started on a scratch
// directory and a free port of this machine, visited by made-up visitors. It knows nothing of the inside: it sends what browsers
// and owners send, and then reads what is on the disk, in the log, in memory and on the wire. The command “sandprint prove” and the
// tests run the same claims; docs/privacy-proof.md says what each does, and how it was seen to fail.
//
//	prove.go    claims, how they are run, what comes out of them       trial.go    one claim being tried; the program as a child
//	needle.go   the forms of a secret, and the search for them          browser.go  pages, a real browser, and all that it sends
//	claims.go   the list                                                one file for each claim, or for claims of one kind
package prove

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Outcomes of a claim.
const (
	Holds         = "holds"
	Broken        = "broken"
	NotRun        = "not run here"   // what it needs isn't on this machine
	NotApplicable = "not applicable" // what it is about isn't in this program
)

// Claim is a promise, and how it is tried.
type Claim struct {
	Number int
	Says   string // the promise in a sentence
	try    func(t *Trial)
}

// Line is a piece of evidence.
type Line struct {
	What string `json:"what"` // sent, asked, searched or found; "limit", what is not shown; "not run", what this machine lacks
	Text string `json:"text"`
}

// Result is what came out of a claim.
type Result struct {
	Claim    int      `json:"claim"`
	Says     string   `json:"says"`
	Outcome  string   `json:"outcome"`
	Evidence []Line   `json:"evidence"`
	Wrong    []string `json:"wrong"` // what contradicts the claim; empty unless it is broken
	Took     int64    `json:"took_ms"`
}

// Options are what the claims are run with.
type Options struct {
	Program string      // path of the sandprint that is tried
	Routes  []string    // patterns of its pages, as of http.ServeMux; {domain} in them is a site
	Corpus  [][3]string // more rows for the claim about personal data: kind, text, what of it must not be kept
	Only    []int       // numbers of the claims to run; empty: all
	Dir     string      // scratch directory; there, and empty
}

// Check names the first claim asked for that there is not.
func (o Options) Check() error {
	for _, n := range o.Only {
		if !slices.ContainsFunc(Claims, func(c Claim) bool { return c.Number == n }) {
			return fmt.Errorf("there is no claim %d: they are 1 to %d", n, len(Claims))
		}
	}
	return nil
}

// Run runs the claims, some at a time, and calls tell with each result in the order of the list. It returns all of them, or an error
// when ctx ends before.
func Run(ctx context.Context, o Options, tell func(Result)) ([]Result, error) {
	claims := slices.DeleteFunc(slices.Clone(Claims), func(c Claim) bool { return len(o.Only) > 0 && !slices.Contains(o.Only, c.Number) })
	if err := o.Check(); err != nil {
		return nil, err
	}
	done := make([]chan Result, len(claims))
	places := make(chan struct{}, min(max(runtime.NumCPU(), 2), 4)) // they wait for disks and browsers more than they compute
	var all sync.WaitGroup
	defer all.Wait()
	for i, c := range claims {
		done[i] = make(chan Result, 1)
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			done[i] <- o.run(ctx, c)
		})
	}
	var results []Result
	for i := range claims {
		r := <-done[i]
		if ctx.Err() != nil {
			return results, ctx.Err()
		}
		if results = append(results, r); tell != nil {
			tell(r)
		}
	}
	return results, nil
}

// run tries one claim.
func (o Options) run(ctx context.Context, c Claim) (r Result) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	t := &Trial{ctx: ctx, o: o, dir: filepath.Join(o.Dir, fmt.Sprint("claim", c.Number)),
		result: Result{Claim: c.Number, Says: c.Says, Outcome: Holds, Evidence: []Line{}, Wrong: []string{}}}
	t.runTo(c.try)
	if r = t.result; len(r.Wrong) > 0 {
		r.Outcome = Broken
	}
	r.Took = time.Since(began).Milliseconds()
	return r
}

// patience is how long a claim may take: far longer than it does, because machines may be busy.
const patience = 3 * time.Minute
