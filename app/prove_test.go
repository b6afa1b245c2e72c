package app

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"runtime"
	"strings"
	"testing"

	"sandprint/app/prove"
)

// The command itself, as a person runs it: every claim holds. On a machine that has all that the tests need, none is left out for want
// of something.
func TestProve(t *testing.T) {
	r := sandprint(t, "", "prove", "--json")
	var p proof
	if err := json.Unmarshal([]byte(r.out), &p); err != nil {
		t.Fatalf("%v: %s %s", err, r.out, r.err)
	}
	for _, c := range p.Claims {
		switch {
		case c.Outcome == prove.Broken:
			t.Errorf("%d %s:\n%s", c.Claim, c.Says, strings.Join(c.Wrong, "\n"))
		case c.Outcome == prove.NotRun && runtime.GOOS == "linux":
			t.Errorf("%d %s was not run: %v", c.Claim, c.Says, c.Evidence)
		case len(c.Evidence) == 0:
			t.Errorf("%d %s: no evidence", c.Claim, c.Says)
		}
	}
	if len(p.Claims) != len(prove.Claims) || r.code != 0 || p.Holds+p.NotRun != len(p.Claims) {
		t.Errorf("%d claims, exit code %d, %d hold: %s", len(p.Claims), r.code, p.Holds, r.err)
	}
}

// A claim that there is not is said before anything else.
func TestProveOfNoClaim(t *testing.T) {
	for _, args := range [][]string{{"prove", "--claim", "99"}, {"prove", "--claim", "7", "--claim", "99", "--keep"}} {
		if r := sandprint(t, "", args...); r.code != exitUsage || r.out != "" || !strings.HasPrefix(r.err, "sandprint: there is no claim 99") {
			t.Errorf("%v: %d, %q, %q", args, r.code, r.out, r.err)
		}
	}
}

// The claim about personal data, with all rows of the published corpus.
func TestProveWithTheCorpus(t *testing.T) {
	file, err := os.Open("enrich/testdata/pii.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	o := prove.Options{Program: path, Dir: t.TempDir(), Only: []int{4}}
	for _, row := range rows[1:] {
		if row[2] != "" && !strings.HasPrefix(row[4], "hard") {
			o.Corpus = append(o.Corpus, [3]string{row[0], row[1], row[2]})
		}
	}
	results, err := prove.Run(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c := results[0]; c.Outcome != prove.Holds || len(o.Corpus) < 200 {
		t.Errorf("%d rows, %s:\n%s", len(o.Corpus), c.Outcome, strings.Join(c.Wrong, "\n"))
	}
}
