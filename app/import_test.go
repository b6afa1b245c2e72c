package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sandprint/app/transfer"
)

// fileOf is a file of n page views, one every two minutes up to yesterday, of a tenth as many visitors.
func fileOf(n int) []byte {
	var b bytes.Buffer
	begin := time.Now().Add(-time.Duration(n)*2*time.Minute - 24*time.Hour).UTC()
	for i := range n {
		fmt.Fprintf(&b, `{"ts":"%s","visitor":"v%d","n":"pageview","i":"view%08d","u":"https://import.example/%d"}`+"\n",
			begin.Add(time.Duration(i)*2*time.Minute).Format(time.RFC3339), i%(n/10), i, i%20)
	}
	return b.Bytes()
}

// newImportSite makes a data directory with the site of fileOf.
func newImportSite(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	for _, args := range [][]string{{"user", "add", "ann@example.com", "--customer", "Shop", "--password-stdin"}, {"site", "add", "import.example", "--customer", "Shop", "--timezone", "UTC"}} {
		if r := sandprint(t, "a long enough pass phrase", append(args, "--data", dir)...); r.code != 0 {
			t.Fatal(r.err)
		}
	}
	return dir
}

// pageviews asks for all page views there are.
func pageviews(t *testing.T, dir string) int {
	t.Helper()
	r := sandprint(t, "", "stats", "import.example", "--period", "all", "--json", "--data", dir)
	var answer struct {
		Totals struct{ Pageviews int }
	}
	if err := json.Unmarshal([]byte(r.out), &answer); err != nil {
		t.Fatal(r.code, r.err, err)
	}
	return answer.Totals.Pageviews
}

func TestImportFile(t *testing.T) {
	dir := newImportSite(t)
	file := filepath.Join(t.TempDir(), "hits.ndjson")
	lines := strings.SplitAfter(string(fileOf(50)), "\n")
	lines[7] = strings.Replace(lines[7], `"ts":"`, `"ts":"on `, 1)
	lines[30] = "no JSON\n"
	if err := os.WriteFile(file, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(more ...string) (result, transfer.Result) {
		r := sandprint(t, "", append([]string{"import", "hits", file, "--site", "import.example", "--json", "--data", dir}, more...)...)
		var sum transfer.Result
		if r.code == 0 {
			if err := json.Unmarshal([]byte(r.out), &sum); err != nil {
				t.Fatal(err)
			}
		}
		return r, sum
	}
	if r, _ := run(); r.code != 1 || !strings.Contains(r.err, `line 8: "ts"`) || !strings.Contains(r.err, "line 31: ") || !strings.Contains(r.err, "--skip-bad") {
		t.Errorf("bad lines: exit code %d, %s", r.code, r.err)
	}
	if n := pageviews(t, dir); n != 0 {
		t.Errorf("%d page views of a file that was refused", n)
	}
	if r, sum := run("--skip-bad"); sum.Hits != 48 || sum.Bad != 2 || len(sum.Examples) != 2 || sum.Examples[1].Line != 31 {
		t.Errorf("leaving them out: %+v, %+v", sum, r)
	}
	if r, sum := run("--skip-bad"); !sum.Already || sum.Hits != 0 || !strings.Contains(r.err, "imported before") {
		t.Errorf("once more: %+v, %s", sum, r.err)
	}
	if n := pageviews(t, dir); n != 48 {
		t.Errorf("%d page views, want 48", n)
	}
}

// The line that help and docs/wire.md show is one that is taken.
func TestImportLineOfHelp(t *testing.T) {
	r := sandprint(t, "", "import", "hits", "--help")
	wire, err := os.ReadFile("../docs/wire.md")
	if err != nil || !strings.Contains(r.out, "\n  "+importLine+"\n") || !strings.Contains(string(wire), "\n    "+importLine+"\n") {
		t.Errorf("help and docs/wire.md don't show %s: %v\n%s", importLine, err, r.out)
	}
	dir := newImportSite(t)
	line := strings.Replace(importLine, "2026-11-24T09:30:00Z", time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), 1)
	if r := sandprint(t, line, "import", "hits", "-", "--site", "import.example", "--json", "--data", dir); r.code != 0 || !strings.Contains(r.out, `"hits": 1`) {
		t.Errorf("the line isn't taken: %+v", r)
	}
}

// An import that is interrupted, or killed half way, leaves nothing, and the same file is taken whole afterwards. It waits for
// its input when that happens, as with a slow pipe.
func TestImportInterrupted(t *testing.T) {
	for _, row := range []struct {
		why  string
		live bool
		sig  os.Signal
	}{
		{"interrupted", false, os.Interrupt},
		{"killed", false, syscall.SIGKILL},
		{"interrupted, with the work done by serve", true, os.Interrupt},
		{"killed, with the work done by serve", true, syscall.SIGKILL},
	} {
		t.Run(row.why, func(t *testing.T) {
			dir, file := newImportSite(t), fileOf(40_000) // more than is held for its order, so that days are in the file
			if row.live {
				serve(t, dir)
			}
			c := command(t, "import", "hits", "-", "--site", "import.example", "--data", dir)
			in, err := c.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			var talk bytes.Buffer
			c.Stderr = &talk
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := in.Write(file[:len(file)*9/10]); err != nil { // returns when all but the pipe's last 64 KiB are read
				t.Fatal(err)
			}
			if err := c.Process.Signal(row.sig); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- c.Wait() }()
			select {
			case <-ended:
			case <-time.After(time.Minute):
				c.Process.Kill()
				t.Fatal("it goes on waiting for its input")
			}
			io.WriteString(in, "") // the pipe was open until now
			if c.ProcessState.Success() {
				t.Error("it reports success")
			}
			if n := pageviews(t, dir); n != 0 {
				t.Errorf("it left %d page views", n)
			}
			if r := sandprint(t, string(file), "import", "hits", "-", "--site", "import.example", "--data", dir); r.code != 0 {
				t.Errorf("afterwards: %+v", r)
			}
			if n := pageviews(t, dir); n != 40_000 {
				t.Errorf("%d page views afterwards, want 40000", n)
			}
		})
	}
}
