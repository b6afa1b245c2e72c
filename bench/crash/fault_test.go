package crash

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// fault has calls of the program fail.
type fault struct {
	call, err string
	after     int   // so many calls of a thread go well at first
	every     []int // then each of this number fails, eleven in all
}

var faults = []fault{
	{"fsync", "EIO", 20, []int{7, 19}},
	{"pwrite64", "EIO", 150, []int{61}},
	{"pwrite64", "ENOSPC", 150, []int{41}},
	{"pread64", "EIO", 60, []int{11}},
	{"open", "EMFILE", 6, []int{3}},
	{"ftruncate", "EIO", 3, []int{2}},
	{"unlink", "EIO", 3, []int{2}},
}

// A disk that fails now and then: what it could not take is refused, with 503 and Retry-After, and taken when it is sent
// again; the process goes on; and what was acknowledged before, between and after the failures is there after a power cut.
//
// A sync that fails is the worst of them: Linux then drops what it could not write, the next sync says that all is well,
// and a program that trusts it loses data ("fsyncgate"). So do the disks that are looked at here. Had the program
// acknowledged the hits that it refused, the same checks would miss some of them.
func TestFailingDisk(t *testing.T) {
	needStrace(t)
	p := program(t)
	seed := rand.Uint64()
	rnd := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	for _, f := range faults {
		for i, every := range f.every {
			if i > 0 && testing.Short() {
				continue
			}
			r := f.strike(t, p, rnd, every, 40)
			if f.call == "fsync" && i == 0 {
				r.control(t, rnd)
			}
		}
	}
}

// control looks for refused hits, right after each was refused, as if they had been acknowledged.
func (r *recording) control(t *testing.T, rnd *rand.Rand) {
	t.Helper()
	r.said = r.refused
	var moments []int
	for i := range r.calls {
		if len(moments) < min(len(r.refused), 50) && r.calls[i].ended > r.refused[len(moments)].line {
			moments = append(moments, i)
		}
	}
	v := r.exploreAt(t, rnd, moments, failing(r.root))
	t.Logf("control, refused hits count as acknowledged: %d states: %v", len(moments), v)
	if v.lost == 0 {
		t.Error("no refused hit is missing in any state: this test finds nothing")
	}
}

// strike records the program with a fault, looks at so many disks, and returns the record.
func (f fault) strike(t *testing.T, program string, rnd *rand.Rand, every, states int) *recording {
	t.Helper()
	took := clock()
	var r *recording
	for after := f.after + rnd.IntN(every); r == nil; after += 3 { // later, when it was the start that failed
		r = record(t, program, 30, []string{"-e", fmt.Sprintf("inject=%s:error=%s:when=%d..%d+%d", f.call, f.err, after, after+10*every, every)})
	}
	failed := 0
	for i := range r.calls {
		if r.calls[i].name == f.call && r.calls[i].err == f.err {
			failed++
		}
	}
	v := r.explore(t, rnd.Uint64(), states, failing(r.root))
	t.Logf("%s: %s, every %d. of a thread: %d failed, %d hits refused, %v: %v", f.call, f.err, every, failed, len(r.refused), took(), v)
	if v.lost+v.twice+v.corrupt > 0 {
		t.Errorf("%v; the first: %s", v, v.first)
	}
	return r
}

// failing is a disk that forgets what a failed sync should have written. Its file system keeps names by itself, as SQLite
// expects: it goes on when it can't open or sync a directory.
func failing(root string) *disk {
	d := newDisk(root)
	d.forgets, d.journal = true, true
	return d
}
