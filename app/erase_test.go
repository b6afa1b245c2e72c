package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// inFiles counts a text in all files below a directory that another process has open.
func inFiles(t *testing.T, dir, text string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		n += bytes.Count(data, []byte(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// importedLine is one imported page view of a visitor with a mark of his own in all that is text.
func importedLine(day time.Time, site, visitor, mark string) string {
	return fmt.Sprintf(`{"s":%q,"n":"pageview","i":"imported%s","u":"https://%s/%s?utm_campaign=%[3]s","t":"About %[2]s",`+
		`"r":"https://www.%[2]s.example/","ts":%[4]q,"visitor":%[5]q}`+"\n", site, mark, site+"/"+mark, day.Format(time.RFC3339), visitor)
}

// What the command erases on a running instance, the only way in being the public door and an import: it says what will
// go, asks, and leaves no trace of it in any file.
func TestErase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, dir)
	for _, args := range [][]string{{"user", "add", "ann@example.com", "--customer", "Acme"}, {"site", "add", "shop.example", "--timezone", "Europe/Berlin"}} {
		if r := sandprint(t, "", append(args, "--data", dir)...); r.code != 0 {
			t.Fatalf("%v: %+v", args, r)
		}
	}
	now := time.Now()
	today := now.Unix() / 86400
	for _, who := range []string{"anna", "bert"} { // each has a page, a title, a referrer, a campaign, an event and a property of his own
		cookie := fmt.Sprintf("%s56789012345678.%d", who, today)
		for i, hit := range []string{
			`{"s":"shop.example","n":"pageview","i":"view%[1]s0001","u":"https://shop.example/of%[1]shere?utm_campaign=camp%[1]shere","r":"https://ref%[1]shere.example/","t":"Title%[1]shere","v":%[2]q}`,
			`{"s":"shop.example","n":"engage","i":"view%[1]s0001","q":1,"e":5000,"d":800,"u":"https://shop.example/of%[1]shere","v":%[2]q}`,
			`{"s":"shop.example","n":"event%[1]shere","i":"view%[1]s0001","q":2,"u":"https://shop.example/of%[1]shere","p":{"prop%[1]shere":"value%[1]shere"},"v":%[2]q}`,
		} {
			req, err := http.NewRequest("POST", s.url+"/e", strings.NewReader(fmt.Sprintf(hit, who, cookie)))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusAccepted {
				t.Fatalf("hit %d of %s: %s", i, who, resp.Status)
			}
		}
	}
	old, recent := now.AddDate(0, 0, -30), now.AddDate(0, 0, -5)
	file := importedLine(old, "shop.example", "customer-1", "longago") + importedLine(recent, "shop.example", "customer-2", "ofclara") + importedLine(recent, "shop.example", "customer-3", "ofdaria")
	if r := sandprint(t, file, "import", "hits", "-", "--site", "shop.example", "--data", dir); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	for _, mark := range []string{"anna", "bert", "longago", "ofclara", "ofdaria"} {
		if inFiles(t, dir, mark) == 0 {
			t.Fatalf("%s is not in the files before anything is erased", mark)
		}
	}
	before := now.AddDate(0, 0, -10).Format(time.DateOnly)
	for _, step := range []struct {
		stdin     string
		args      string
		code      int
		out, talk string // expressions
		gone      string // what no file has any more
		there     string // what is still there
	}{
		{"", "", 2, `^$`, `needs --site`, "", "anna"},
		{"", "--site shop.example --visitor x --before " + before, 2, `^$`, `not both`, "", "anna"},
		{"", "--site shop.example --before yesterday", 2, `^$`, `no day such as`, "", "longago"},
		{"", "--site shop.example --before 2999-01-01 --yes", 2, `^$`, `in the future`, "", "longago"},
		{"", "--site shop.example --customer Acme", 2, `^$`, `unknown flag: --customer`, "", "anna"},
		{"", "--site other.example --yes", 1, `^$`, `no site other.example`, "", "anna"},
		{"shop\n", "--site shop.example --visitor anna56789012345678", 1, `^$`, `1 visits on 1 days, with 1 page views and 1 events(?s:.*)nothing was erased`, "", "anna"},
		{"shop.example\n", "--site shop.example --visitor anna56789012345678", 0, `visits erased +1\npage views +1\nevents +1\n(?s:.*)traces found +0\n$`, `what this visitor left`, "anna", "bert"},
		{"", "--site shop.example --visitor anna56789012345678", 0, `visits erased +0\n(?s:.*)traces found +0\n$`, `0 visits`, "anna", "bert"},
		{"", "--site shop.example --visitor customer-2 --yes --json", 0, `"visits": 1,(?s:.*)"traces_found": 0,`, ``, "ofclara", "ofdaria"},
		{"", fmt.Sprintf("--site shop.example --visitor bert56789012345678.%d --yes", today), 0, `visits erased +1\n`, ``, "bert", "ofdaria"},
		{"shop.example\n", "--site shop.example --before " + before, 0, `visits erased +1\n(?s:.*)visitors' keys +1\n`, `began before .* \(Europe/Berlin\)`, "longago", "ofdaria"},
		{"shop.example\n", "--site shop.example", 0, `visits erased +1\n(?s:.*)traces found +0\n$`, `its settings, its tokens and everything`, "ofdaria", "ann@example.com"},
		{"", "--site shop.example --yes", 1, `^$`, `no site shop.example`, "shop.example", "ann@example.com"},
	} {
		r := sandprint(t, step.stdin, append(append([]string{"erase"}, strings.Fields(step.args)...), "--data", dir)...)
		if r.code != step.code || !regexp.MustCompile(step.out).MatchString(r.out) || !regexp.MustCompile(step.talk).MatchString(r.err) {
			t.Errorf("erase %s: %+v", step.args, r)
		}
		if step.gone != "" && inFiles(t, dir, step.gone) > 0 {
			t.Errorf("after erase %s: %s is in the files", step.args, step.gone)
		}
		if inFiles(t, dir, step.there) == 0 {
			t.Errorf("after erase %s: %s is in no file", step.args, step.there)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "sites", "*")); len(left) > 0 {
		t.Errorf("left of the site: %v", left)
	}
}

// A backup that was made before still has what is erased: the command says so.
func TestEraseTellsOfBackups(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	for _, args := range [][]string{{"user", "add", "ann@example.com"}, {"site", "add", "a.example"}, {"backup"}} {
		if r := sandprint(t, "", append(args, "--data", dir)...); r.code != 0 {
			t.Fatalf("%v: %+v", args, r)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "backups", "x.unfinished"), 0o700); err != nil { // is none
		t.Fatal(err)
	}
	r := sandprint(t, "", "erase", "--site", "a.example", "--before", "2026-01-01", "--json", "--data", dir)
	var out struct{ Backups int }
	if err := json.Unmarshal([]byte(r.out), &out); err != nil || r.code != 0 || out.Backups != 1 || !strings.Contains(r.err, "1 backups in ") {
		t.Errorf("%+v, %v", r, err)
	}
}
