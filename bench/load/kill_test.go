package load

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// killsPerSite keeps the sites of the loop small, so that a start reads little.
const killsPerSite = 20

// Kill -9 under load, again and again: every hit that was acknowledged is stored, and none twice.
func TestKillLoop(t *testing.T) {
	kills := 200
	if testing.Short() {
		kills = 10
	}
	program, err := Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	command := func(args ...string) {
		t.Helper()
		if _, err := Command(t.Context(), strings.NewReader("a long enough pass phrase\n"), program, append(args, "--data", data)...); err != nil {
			t.Fatal(err)
		}
	}
	command("user", "add", "kill@bench.example", "--customer", "Bench", "--password-stdin")
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	var acked []ID
	var longest time.Duration // of the starts
	for i := range kills {
		site := fmt.Sprintf("kill%d.example", i/killsPerSite)
		if i%killsPerSite == 0 {
			command("site", "add", site, "--customer", "Bench")
		}
		ids, ready := killOnce(t, program, data, Options{Site: site, Client: i * 32}, time.Duration(30+rnd.IntN(221))*time.Millisecond)
		acked, longest = append(acked, ids...), max(longest, ready)
	}
	// What a crash left is sorted out by the next start, and lies in the files after an orderly end.
	s, err := Start(program, "serve", "--data", data, "--listen", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	stored := storedViews(t, data)
	lost, twice := compare(acked, stored)
	t.Logf("%d kills, %d hits acknowledged, %d stored, slowest start %v", kills, len(acked), len(stored), longest)
	if len(acked) < kills {
		t.Errorf("only %d hits were acknowledged before %d kills", len(acked), kills)
	}
	if lost > 0 || twice > 0 {
		t.Errorf("%d of %d acknowledged hits are lost, %d are stored twice", lost, len(acked), twice)
	}
	tamper(t, data)
	if lost, twice := compare(acked, storedViews(t, data)); lost == 0 || twice != 1 {
		t.Errorf("control, with rows taken out and one doubled: %d lost and %d twice: this test finds nothing", lost, twice)
	}
}

// compare returns how many acknowledged hits are not stored, and how many are stored twice.
func compare(acked []ID, stored map[string]int) (lost, twice int) {
	for _, id := range acked {
		if stored[id.View()] == 0 {
			lost++
		}
	}
	for _, n := range stored {
		if n > 1 {
			twice++
		}
	}
	return lost, twice
}

// tamper takes the first rows of a site out and doubles the last.
func tamper(t *testing.T, data string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(data, "sites", "*.db"))
	if err != nil || len(files) == 0 {
		t.Fatal("no site files", err)
	}
	db, err := sql.Open("sqlite", "file:"+files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{
		"DELETE FROM hit WHERE id IN (SELECT id FROM hit ORDER BY id LIMIT 7)",
		"CREATE TEMP TABLE last AS SELECT * FROM hit ORDER BY id DESC LIMIT 1",
		"UPDATE last SET id = id + 1",
		"INSERT INTO hit SELECT * FROM last",
	} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(q, err)
		}
	}
}

// killOnce starts the program, sends hits to it, kills it after a while, and returns what was acknowledged and how long
// the start took.
func killOnce(t *testing.T, program, data string, o Options, after time.Duration) (acked []ID, ready time.Duration) {
	t.Helper()
	s, err := Start(program, "serve", "--data", data, "--listen", "127.0.0.1:0", "--rate-limit", "off")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	o.Addr, o.For = s.Addr, after+5*time.Second // the kill ends it
	o.Acked = func(id ID) {
		mu.Lock()
		acked = append(acked, id)
		mu.Unlock()
	}
	killed := make(chan error, 1)
	timer := time.AfterFunc(after, func() { killed <- s.Kill() })
	defer timer.Stop()
	if _, err := Run(context.WithoutCancel(t.Context()), o); err != nil {
		t.Error(err)
	}
	if err := <-killed; err != nil {
		t.Fatal(err)
	}
	return acked, s.Ready
}

// storedViews returns how often each page view is stored, by its id. Nobody has the files open.
func storedViews(t *testing.T, data string) map[string]int {
	t.Helper()
	stored := map[string]int{}
	files, err := filepath.Glob(filepath.Join(data, "sites", "*.db"))
	if err != nil || len(files) == 0 {
		t.Fatal("no site files", err)
	}
	for _, file := range files {
		db, err := sql.Open("sqlite", "file:"+file)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		rows, err := db.Query(`SELECT view FROM hit WHERE kind = 1`)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var view string
			if err := rows.Scan(&view); err != nil {
				t.Fatal(err)
			}
			stored[view]++
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return stored
}
