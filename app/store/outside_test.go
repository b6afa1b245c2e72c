package store

import (
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// outside counts needles in all files below a directory as another process sees them: in this one, closing a file that
// SQLite has open would do the very harm that the code under test avoids.
func outside(t testing.TB, dir string, needles ...[]byte) int {
	t.Helper()
	var texts []string
	for _, n := range needles {
		texts = append(texts, hex.EncodeToString(n))
	}
	n, err := strconv.Atoi(strings.TrimSpace(helper(t, "SANDPRINT_TEST_TRACES="+dir+":"+strings.Join(texts, ","))))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// helper runs TestOutside in a process of its own and returns what it prints.
func helper(t testing.TB, env string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestOutside$")
	cmd.Env = append(os.Environ(), env)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}

// TestOutside is what a helper does: it looks for traces, or opens a database, reads, and closes it, as an operator does.
func TestOutside(t *testing.T) {
	if dir, list, ok := strings.Cut(os.Getenv("SANDPRINT_TEST_TRACES"), ":"); ok {
		var needles [][]byte
		for text := range strings.SplitSeq(list, ",") {
			n, err := hex.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			needles = append(needles, n)
		}
		fmt.Println(traces(t, dir, needles...))
	}
	if path := os.Getenv("SANDPRINT_TEST_READ"); path != "" {
		db, err := openDB(path, 1)
		if err != nil {
			t.Fatal(err)
		}
		var n int
		if err := db.QueryRow("SELECT count(*) FROM hit").Scan(&n); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		fmt.Println(n)
	}
}
