package crash

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sandprint/bench/load"
)

// The checks see a hit that is missing, one that is counted twice, one that was erased and is there, and a file that is damaged.
func TestJudge(t *testing.T) {
	p, data := program(t), filepath.Join(t.TempDir(), "data")
	run := commands(t, p, data)
	run("user", "add", "owner@one.example", "--customer", "One", "--password-stdin")
	run("site", "add", "one.example", "--customer", "One")
	s, err := load.Start(p, "serve", "--data", data, "--listen", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Kill()
	c, err := dial(s.Addr, "")
	if err != nil {
		t.Fatal(err)
	}
	var kept []fact
	for n := range 20 {
		body := hit{"one.example", n}.body(timeless)
		if n == 19 {
			body = strings.Replace(body, "/hit/19", "/hit/18", 1) // another page view of the same path
		}
		if _, _, err := c.ask(fact{}, "POST", "/e", body); err != nil {
			t.Fatal(err)
		}
		kept = append(kept, fact{kind: "hit", site: "one.example", path: hit{n: n}.path()})
	}
	c.conn.Close()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	v := judge(data, kept, nil)
	if v.checked != 20 || v.lost != 1 || v.twice != 1 || v.corrupt != 0 {
		t.Errorf("one of 20 hits is missing and one is counted twice: %v (%s)", v, v.first)
	}
	there, gone := fact{kind: "erased", site: "one.example", path: "/hit/3"}, fact{kind: "erasing", site: "one.example", path: "/hit/19"}
	if v := judge(data, append(kept, there, gone), nil); v.checked != 21 || v.lost != 1 {
		t.Errorf("of an erasure that is over one hit is there, and the one that is missing is being erased: %v (%s)", v, v.first)
	}
	files, err := filepath.Glob(filepath.Join(data, "sites", "*.db"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(whole)
	at := bytes.Index(damaged, []byte("view00000007"))
	copy(damaged[at/4096*4096:], make([]byte, 16)) // the head of the page that the rows are in
	if err := os.WriteFile(files[0], damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	if v := judge(data, kept, nil); v.corrupt == 0 {
		t.Errorf("a page of the file is damaged: %v", v)
	}
}
