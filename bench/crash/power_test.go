package crash

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sandprint/bench/load"
)

var states = flag.Int("states", 400, "disks that TestPowerCut looks at")

// A power cut at any moment loses nothing that was acknowledged, corrupts nothing and counts nothing twice: while hits
// come, a day is sealed, a file is imported, visitors and old days are erased, settings change and the program ends. What was
// erased does not come back. The same record with a disk that
// ignores syncs, or only those of write-ahead logs as synchronous=NORMAL would, must fail the same checks.
func TestPowerCut(t *testing.T) {
	needStrace(t)
	took := clock()
	r := record(t, program(t), 100, nil)
	t.Logf("recorded in %v: %d calls, %d promises", took(), len(r.calls), len(r.said))
	seed := rand.Uint64()
	n := *states
	if testing.Short() {
		n = 40
	}
	took = clock()
	v := r.explore(t, seed, n, newDisk(r.root))
	t.Logf("seed %d: %d states in %v: %v", seed, n, took(), v)
	if v.lost+v.twice+v.corrupt > 0 {
		t.Errorf("a power cut: %v; the first: %s", v, v.first)
	}
	if v.checked < n {
		t.Errorf("only %d promises were looked for in %d states: the record or the checks are broken", v.checked, n)
	}
	for name, deaf := range map[string]func(string) bool{
		"write-ahead logs are not synced": func(path string) bool { return strings.HasSuffix(path, "-wal") },
		"nothing is synced":               func(string) bool { return true },
	} {
		d := newDisk(r.root)
		d.deaf = deaf
		v := r.explore(t, seed, n/8, d)
		t.Logf("control, %s: %d states: %v", name, n/8, v)
		if v.lost == 0 {
			t.Errorf("%s, and no state of %d lost a hit: this test finds nothing", name, n/8)
		}
	}
}

// recording is a run of the program: what it did to files, and what it said was done.
type recording struct {
	root    string // directory that the data directory was made in
	data    string // the data directory, from root
	calls   []call
	said    []promise
	imports []fact
	refused []promise // hits that were answered with 503, and sent again
}

// record runs the program under strace from an empty disk on and has it do all that it does, each of 16 clients sending
// two times as many hits as given. Options are more ones for strace, which make calls fail; with them it returns nil when
// the program didn't start. After them the program works again without a restart.
func record(t *testing.T, program string, hits int, options []string) *recording {
	t.Helper()
	r := &recording{root: t.TempDir(), data: "data"}
	trace, data, failing := filepath.Join(t.TempDir(), "trace"), filepath.Join(r.root, r.data), len(options) > 0
	s, err := startTraced(program, trace, append([]string{"-e", traced, "-s", "1000000"}, options...), "serve", "--data", data,
		"--listen", "127.0.0.1:0", "--rate-limit", "off")
	if err != nil && failing { // a disk that fails may keep it from starting
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer s.Kill()
	strace, err := tracer(s.Process)
	if err != nil {
		t.Fatal(err)
	}
	w := &workload{t: t, addr: s.Addr, program: program, data: data, dir: t.TempDir(), failing: failing}
	w.do(hits)
	if failing {
		w.recover()
	}
	err = s.Stop()
	if err != nil && !failing { // a disk that fails may do so at the end
		t.Fatal(err)
	}
	if err := awaitEnd(strace); err != nil {
		t.Fatal(err)
	}
	if r.calls, err = readTrace(trace); err != nil {
		t.Fatal(err)
	}
	r.said, r.refused = promises(r.calls, w.clients)
	r.imports = w.imports
	return r
}

// workload is what the program does while it is recorded.
type workload struct {
	t       *testing.T
	addr    string
	program string
	data    string // the data directory
	dir     string // for files to import
	failing bool   // the disk does
	token   string
	marker  *client
	clients []*client
	imports []fact
	hits    int // given out so far
}

func (w *workload) dial() *client {
	w.t.Helper()
	c, err := dial(w.addr, w.token)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { c.conn.Close() })
	w.clients = append(w.clients, c)
	return c
}

func (w *workload) do(hits int) {
	w.run("user", "add", "owner@one.example", "--customer", "One", "--password-stdin")
	w.token = w.run("token", "add", "--user", "owner@one.example", "--scope", "write")
	w.marker = w.dial()
	w.addSite("one.example")
	w.send("one.example", hits, true, func() {
		w.floors("one.example", 1, 8)
		for n := range 5 {
			w.addSite(fmt.Sprintf("other%d.example", n))
		}
	})
	w.addSite("two.example")
	w.send("two.example", hits/2, true, func() {
		w.work("maintain")
		w.importHits("one.example", 400)
	})
	w.send("one.example", hits/2, false, func() {
		w.work("maintain")
		w.eraseVisitor(hit{"one.example", 0}, time.Now().Add(-25*time.Hour)) // of a day that is sealed
		w.eraseVisitor(hit{"one.example", hits + 3}, timeless)
		w.floors("two.example", 9, 12)
		w.erase("one.example", []fact{{site: "one.example", path: "/import/"}}, "--before", time.Now().AddDate(0, 0, -30).Format(time.DateOnly))
	})
}

// run runs a command and returns what it printed.
func (w *workload) run(args ...string) string {
	w.t.Helper()
	out, err := w.attempt(200, args...) // each thread of the program has eleven faults to get through
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// work runs a command of many steps, which may never get through on a disk that fails, and reports whether it did.
func (w *workload) work(args ...string) bool {
	w.t.Helper()
	_, err := w.attempt(20, args...)
	switch {
	case err != nil && w.failing:
		w.t.Logf("not done, for so much fails: %v", err)
	case err != nil:
		w.t.Fatal(err)
	}
	return err == nil
}

// attempt runs a command, so many times while it fails, which it may on a disk that does.
func (w *workload) attempt(tries int, args ...string) (out string, err error) {
	for range tries {
		out, err = load.Command(w.t.Context(), strings.NewReader("a long enough pass phrase\n"), w.program, append(args, "--data", w.data)...)
		if err == nil || w.failing && (strings.Contains(err.Error(), "is here already") || strings.Contains(err.Error(), "is a user already")) { // what failed was to say so
			return out, nil
		}
	}
	return out, err
}

// recover has the program seal and take hits once the faults are over, which is after so many calls of a thread.
func (w *workload) recover() {
	for try := 0; ; try++ {
		_, err := w.attempt(20, "maintain")
		if err == nil {
			break
		}
		if try == 10 {
			w.t.Errorf("the faults are over, and the program does not work again: %v", err)
			return
		}
	}
	w.send("one.example", 1, false, func() {})
}

// promise marks something as done.
func (w *workload) promise(f fact) {
	if err := w.marker.mark(f); err != nil {
		w.t.Error(err)
	}
}

func (w *workload) addSite(domain string) {
	w.run("site", "add", domain, "--customer", "One", "--timezone", "Europe/Berlin")
	w.promise(fact{kind: "site", site: domain})
}

// floors changes a setting of a site again and again.
func (w *workload) floors(site string, from, to int) {
	c := w.dial()
	for n := from; n <= to; n++ {
		status, _, err := c.ask(fact{kind: "floor", site: site, n: n}, "PATCH", "/api/v1/sites/"+site, fmt.Sprintf(`{"floor":%d}`, n))
		if err != nil || status != http.StatusOK && status != http.StatusServiceUnavailable && status != http.StatusInternalServerError {
			w.t.Errorf("changing a setting: %d, %v", status, err)
		}
	}
}

// importHits imports hits of five days long gone.
func (w *workload) importHits(site string, n int) {
	f := fact{kind: "import", site: site, path: "/import/", n: n}
	w.imports = append(w.imports, f)
	var lines strings.Builder
	for i := range n {
		at := time.Now().Add(-60*24*time.Hour + time.Duration(i)*5*24*time.Hour/time.Duration(n))
		fmt.Fprintf(&lines, `{"ts":%q,"visitor":"v%d","n":"pageview","i":"import%06d","u":"https://%s/import/%d","t":"Old"}`+"\n",
			at.UTC().Format(time.RFC3339), i/2, i, site, i)
	}
	file := filepath.Join(w.dir, "hits.ndjson")
	if err := os.WriteFile(file, []byte(lines.String()), 0o600); err != nil {
		w.t.Fatal(err)
	}
	if w.work("import", "hits", file, "--site", site) {
		w.promise(f)
	}
}

// eraseVisitor erases the visitor of a hit that was sent with that time.
func (w *workload) eraseVisitor(h hit, at time.Time) {
	var went []fact
	for n := h.n / 3 * 3; n < h.n/3*3+3; n++ {
		went = append(went, fact{site: h.site, path: hit{n: n}.path()})
	}
	w.erase(h.site, went, "--visitor", h.visitor(at))
}

// erase erases something of a site, and says when it begins and when it is over.
func (w *workload) erase(site string, what []fact, args ...string) {
	for _, f := range what {
		f.kind = "erasing"
		w.promise(f)
	}
	if !w.work(append([]string{"erase", "--site", site, "--yes"}, args...)...) {
		return
	}
	for _, f := range what {
		f.kind = "erased"
		w.promise(f)
	}
}

// send has 16 clients send so many hits each, half of them of yesterday where a day may still be sealed, while something
// else is done. A hit that is refused is sent again, as a tracker does.
func (w *workload) send(site string, hits int, yesterday bool, meanwhile func()) {
	var wg sync.WaitGroup
	for i := range 16 {
		c, first := w.dial(), w.hits
		w.hits += hits
		at := time.Time{}
		if yesterday && i%2 == 0 {
			at = time.Now().Add(-25 * time.Hour) // its day is over for an hour at least
		}
		wg.Go(func() {
			for n := first; n < first+hits; n++ {
				if err := c.sendHit(hit{site, n}, at); err != nil {
					w.t.Error(err)
					return
				}
			}
		})
	}
	meanwhile()
	wg.Wait()
}

// sendHit sends a hit until it is taken.
func (c *client) sendHit(h hit, at time.Time) error {
	for range 1000 {
		status, retry, err := c.ask(fact{kind: "hit", site: h.site, path: h.path()}, "POST", "/e", h.body(at))
		switch {
		case err != nil:
			return err
		case status == http.StatusAccepted:
			return nil
		case status != http.StatusServiceUnavailable || retry == "":
			return fmt.Errorf("a hit is answered with %d, Retry-After %q", status, retry)
		}
	}
	return errors.New("a hit is refused again and again")
}

// explore looks at the disk at n random moments.
func (r *recording) explore(t *testing.T, seed uint64, n int, d *disk) verdict {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, uint64(n)))
	moments := make([]int, n)
	for i := range moments {
		moments[i] = rnd.IntN(len(r.calls) + 1)
	}
	return r.exploreAt(t, rnd, moments, d)
}

// exploreAt rebuilds what the disk may have held before the calls with these numbers, has each looked at, and sums up what was
// found.
func (r *recording) exploreAt(t *testing.T, rnd *rand.Rand, moments []int, d *disk) verdict {
	t.Helper()
	slices.Sort(moments)
	type state struct {
		image    image
		promised []fact
		name     string
	}
	todo := make(chan state)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var sum verdict
	for worker := range runtime.GOMAXPROCS(0) {
		dir := t.TempDir()
		wg.Go(func() {
			for s := range todo {
				at := filepath.Join(dir, fmt.Sprint(worker))
				if err := s.image.write(at); err != nil {
					t.Error(err)
					continue
				}
				v := judge(filepath.Join(at, r.data), s.promised, r.imports)
				if v.first != "" {
					v.first = s.name + ": " + v.first
				}
				mu.Lock()
				sum.add(v)
				mu.Unlock()
				if err := os.RemoveAll(at); err != nil {
					t.Error(err)
				}
			}
		})
	}
	next := 0
	for _, moment := range moments {
		for ; next < moment; next++ {
			d.apply(&r.calls[next])
		}
		line := 1 << 62 // everything has ended
		if moment < len(r.calls) {
			line = r.calls[moment].ended
		}
		how := damage(rnd.IntN(int(damages)))
		todo <- state{d.crash(how, rnd), r.promised(line), fmt.Sprintf("%v at line %d", how, line)}
	}
	close(todo)
	wg.Wait()
	return sum
}

// promised returns what was promised before a line of the record.
func (r *recording) promised(line int) (facts []fact) {
	for _, p := range r.said {
		if p.line < line {
			facts = append(facts, p.fact)
		}
	}
	return facts
}
