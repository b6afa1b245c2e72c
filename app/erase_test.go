package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sandprint/app/prove"
	"sandprint/app/store"
)

// inFiles counts the files below a directory that have a text in them.
func inFiles(t *testing.T, dir, text string) int {
	t.Helper()
	h, err := prove.Search(prove.Needles{text: []byte(text)}, dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(h.Found)
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
		{"", "", 2, `^$`, `needs --site DOMAIN or --customer NAME`, "", "anna"},
		{"", "--site shop.example --visitor x --before " + before, 2, `^$`, `not both`, "", "anna"},
		{"", "--site shop.example --before yesterday", 2, `^$`, `no day such as`, "", "longago"},
		{"", "--site shop.example --before 2999-01-01 --yes", 2, `^$`, `in the future`, "", "longago"},
		{"", "--site shop.example --customer Acme", 2, `^$`, `not both`, "", "anna"},
		{"", "--site other.example --yes", 1, `^$`, `no site other.example`, "", "anna"},
		{"shop\n", "--site shop.example --visitor anna56789012345678", 1, `^$`, `1 visit on 1 day, with 1 page view and 1 event; (?s:.*)nothing was erased`, "", "anna"},
		{"shop.example\n", "--site shop.example --visitor anna56789012345678", 0, `visits erased +1\npage views +1\nevents +1\n(?s:.*)traces found +0\n`, `what this visitor left`, "anna", "bert"},
		{"", "--site shop.example --visitor anna56789012345678", 0, `^$`, `^Nothing is kept of this visitor at shop.example: there is nothing to erase.\n$`, "anna", "bert"},
		{"", "--site shop.example --visitor nobody-of-the-file --json", 0, `^{\s*"receipt": null\s*}\s*$`, `^Nothing is kept`, "", "bert"},
		{"", "--site shop.example --before 1999-01-01", 0, `^$`, `^Nothing began before 1999-01-01 at shop.example`, "", "bert"},
		{"", "--site shop.example --visitor customer-2 --yes --json", 0, `"visits": 1,(?s:.*)"traces_found": 0,`, ``, "ofclara", "ofdaria"},
		{"", fmt.Sprintf("--site shop.example --visitor bert56789012345678.%d --yes", today), 0, `visits erased +1\n`, ``, "bert", "ofdaria"},
		{"shop.example\n", "--site shop.example --before " + before, 0, `visits erased +1\n(?s:.*)visitors' keys +1\n`, `began before .* \(Europe/Berlin\)`, "longago", "ofdaria"},
		{"shop.example\n", "--site shop.example", 0, `visits erased +1\n(?s:.*)traces found +0\n`, `its settings, its tokens and everything`, "ofdaria", "ann@example.com"},
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

// made makes a data directory with commands.
func made(t *testing.T, commands ...string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	for _, c := range commands {
		if r := sandprint(t, "", append(strings.Fields(c), "--data", dir)...); r.code != 0 {
			t.Fatalf("%s: %+v", c, r)
		}
	}
	return dir
}

// What is erased goes from the copies in the data directory too, which stay whole; a copy that was elsewhere loses it when it is restored; and
// the receipt tells of all that.
func TestEraseReachesCopies(t *testing.T) {
	dir := made(t, "user add ann@example.com --customer Acme", "site add shop.example", "site add other.example")
	recent := time.Now().AddDate(0, 0, -5)
	for site, marks := range map[string][]string{"shop.example": {"ofclara", "ofdaria"}, "other.example": {"ofemil"}} {
		file := ""
		for i, mark := range marks {
			file += importedLine(recent, site, fmt.Sprint("customer-", i), mark)
		}
		if r := sandprint(t, file, "import", "hits", "-", "--site", site, "--data", dir); r.code != 0 {
			t.Fatalf("%+v", r)
		}
	}
	r := sandprint(t, "", "backup", "--data", dir)
	backup, elsewhere := strings.TrimSpace(r.out), filepath.Join(t.TempDir(), "elsewhere")
	if err := os.CopyFS(elsewhere, os.DirFS(backup)); err != nil {
		t.Fatal(err)
	}
	r = sandprint(t, "", "erase", "--site", "shop.example", "--visitor", "customer-0", "--yes", "--json", "--data", dir)
	var out struct {
		Receipt string
		Erased  string
		Data    struct{ Visits, Found int }    `json:"in_data"`
		Copies  []struct{ Visits, Traces int } `json:"in_copies"`
		Until   time.Time                      `json:"copies_until"`
		Link    string
	}
	if err := json.Unmarshal([]byte(r.out), &out); err != nil || r.code != 0 || out.Erased != "visitor" || out.Data.Visits != 1 || len(out.Copies) != 1 || out.Copies[0].Visits != 1 ||
		len(out.Receipt) < 20 || len(out.Link) != 64 || time.Until(out.Until) < 33*24*time.Hour {
		t.Fatalf("%+v, %v", r, err)
	}
	if inFiles(t, dir, "ofclara") > 0 || inFiles(t, dir, "ofdaria") < 2 || inFiles(t, elsewhere, "ofclara") == 0 {
		t.Error("the wrong things went")
	}
	if r := sandprint(t, "", "verify", backup); r.code != 0 {
		t.Errorf("%+v", r)
	}
	for _, again := range []struct {
		args string
		says string
		gone bool
	}{
		{"restore " + elsewhere + " --erased-may-return", "There is no erasures.json", false},
		{"restore " + elsewhere + " --erasures " + filepath.Join(dir, "backups"), "Erased again what was erased since the backup: 1 visit, 1 page view", true},
		{"restore " + backup, `goes on from there`, true},
	} {
		to := filepath.Join(t.TempDir(), "again")
		r := sandprint(t, "", append(strings.Fields(again.args), "--data", to)...)
		if r.code != 0 || !strings.Contains(r.err, again.says) || (inFiles(t, to, "ofclara") == 0) != again.gone || inFiles(t, to, "ofdaria") == 0 {
			t.Errorf("%s: %+v", again.args, r)
		}
	}
}

// A customer goes with sites and people, from the copies too; others stay. Nothing names them afterwards.
func TestEraseACustomer(t *testing.T) {
	dir := made(t, "user add ann@acme.example --customer Acmecorp", "user add bob@both.example --customer Acmecorp", "user add bob@both.example --customer Otherco",
		"site add acmeshop.example --customer Acmecorp", "site add acmeblog.example --customer Acmecorp", "site add other.example --customer Otherco",
		"token add --user ann@acme.example --scope read", "backup")
	for _, name := range []string{"ann@acme.example", "Acmecorp", "acmeshop.example", "acmeblog.example"} {
		if inFiles(t, dir, name) < 2 {
			t.Fatalf("%s is not in data and copy before", name)
		}
	}
	if r := sandprint(t, "", "erase", "--customer", "Nobody", "--yes", "--data", dir); r.code != 1 || !strings.Contains(r.err, "no customer Nobody") {
		t.Errorf("%+v", r)
	}
	if r := sandprint(t, "acme\n", "erase", "--customer", "acmecorp", "--data", dir); r.code != 1 || !strings.Contains(r.err, "Sites: acmeblog.example, acmeshop.example. People: ann@acme.example.") {
		t.Errorf("%+v", r)
	}
	r := sandprint(t, "Acmecorp\n", "erase", "--customer", "acmecorp", "--data", dir)
	if r.code != 0 || !strings.Contains(r.out, "copies elsewhere") {
		t.Errorf("%+v", r)
	}
	for _, name := range []string{"ann@acme.example", "Acmecorp", "acmeshop.example", "acmeblog.example"} {
		if n := inFiles(t, dir, name); n > 0 {
			t.Errorf("%s is still in the files, %d times", name, n)
		}
	}
	for _, name := range []string{"bob@both.example", "Otherco", "other.example"} {
		if inFiles(t, dir, name) < 2 {
			t.Errorf("%s is gone from data or copy", name)
		}
	}
	if r := sandprint(t, "", "user", "list", "--data", dir); !strings.Contains(r.out, "bob@both.example") {
		t.Errorf("%+v", r)
	}
}

// A visitor who asks for it on the site's pages is erased, and what a browser still sends of him is refused.
func TestAVisitorAsksToBeErased(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, dir)
	for _, args := range [][]string{{"user", "add", "ann@example.com"}, {"site", "add", "shop.example"}} {
		if r := sandprint(t, "", append(args, "--data", dir)...); r.code != 0 {
			t.Fatalf("%v: %+v", args, r)
		}
	}
	cookie := fmt.Sprintf("anna56789012345678.%d", time.Now().Unix()/86400)
	send := func(hit string) {
		t.Helper()
		req, err := http.NewRequest("POST", s.url+"/e", strings.NewReader(strings.ReplaceAll(hit, "COOKIE", cookie)))
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
			t.Fatalf("%s: %s", hit, resp.Status)
		}
	}
	send(`{"s":"shop.example","n":"pageview","i":"viewanna00001","u":"https://shop.example/ofannahere","v":"COOKIE"}`)
	if inFiles(t, dir, "ofannahere") == 0 {
		t.Fatal("the page view is in no file")
	}
	send(`{"s":"shop.example","n":":erase","v":"COOKIE"}`)
	for deadline := time.Now().Add(time.Minute); inFiles(t, dir, "ofannahere") > 0; {
		if time.Now().After(deadline) {
			t.Fatal("asked to be erased, and still there")
		}
	}
	send(`{"s":"shop.example","n":"pageview","i":"viewanna00002","u":"https://shop.example/ofannalater","v":"COOKIE"}`)
	if inFiles(t, dir, "ofannalater") > 0 {
		t.Error("what came afterwards was taken")
	}
	if r := sandprint(t, "", "stats", "shop.example", "--period", "day", "--by", "page", "--compare", "previous", "--sort", "name", "--data", dir); !strings.Contains(r.err, "Counted by first-party cookie") || strings.Contains(r.out, "Counted") {
		t.Errorf("the terminal doesn't say how visitors are counted: %+v", r)
	}
	if r := sandprint(t, "", "stats", "shop.example", "--period", "day", "--data", dir); r.code != 0 || strings.Contains(r.out, "ofanna") {
		t.Errorf("%+v", r)
	}
}

// What can't be the number of a visitor is refused, and so is a flag that came empty, as of a script's variable that is not set: it must never mean the whole
// site. Nothing of it leaves a receipt, and neither does a number of nobody.
func TestEraseRefusesWhatIsNoVisitor(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if r := sandprint(t, "", "site", "add", "shop.example", "--customer", "Acme", "--data", dir); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	receipts := func() int {
		st, err := store.Open(dir, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		info, _ := st.Find("shop.example")
		list, err := st.Control().Receipts(t.Context(), info.ID)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	for _, row := range []struct {
		why  string
		args []string
		code int
		talk string
	}{
		{"no form of a number", []string{"--visitor", "garbage"}, 2, "is no value of the cookie _sp, which is 18 letters and digits"},
		{"capitals", []string{"--visitor", "ANNA56789012345678.20000"}, 2, "is no value of the cookie"},
		{"a number of nobody", []string{"--visitor", "anna56789012345678.20000"}, 0, "Nothing is kept of this visitor"},
		{"as the browser shows it", []string{"--visitor", "_sp=anna56789012345678.20000"}, 0, "Nothing is kept of this visitor"},
		{"a variable that is empty", []string{"--visitor", "", "--yes"}, 2, "--visitor is empty"},
		{"an empty day", []string{"--before", " ", "--yes"}, 2, "--before is empty"},
		{"an empty customer beside a site", []string{"--customer", "", "--yes"}, 2, "--customer is empty"},
		{"an empty site", []string{"--site", "", "--yes"}, 2, "--site is empty"},
	} {
		r := sandprint(t, "", append([]string{"erase", "--data", dir, "--site", "shop.example"}, row.args...)...)
		if r.code != row.code || r.out != "" || !strings.Contains(r.err, row.talk) || strings.Count(r.err, "\n") != 1 {
			t.Errorf("%s: %+v", row.why, r)
		}
	}
	if n := receipts(); n > 0 {
		t.Errorf("%d receipts of nothing", n)
	}
}

// What stands in the way of copies, or is no list or no backup, is said once, with what to do.
func TestWrongPlacesOfCopiesAreNamedOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if r := sandprint(t, "", "site", "add", "shop.example", "--customer", "Acme", "--data", dir); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	backup := backedUpTo(t, dir, "--to", t.TempDir())
	backups := filepath.Join(dir, "backups")
	if err := os.RemoveAll(backups); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	for _, path := range []string{backups, file} {
		if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	torn := t.TempDir()
	if err := os.WriteFile(filepath.Join(torn, "erasures.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		why  string
		args []string
		talk string // the whole last line
	}{
		{"the nightly round", []string{"maintain", "--data", dir}, backups + " is a file, and copies lie in a directory: move the file elsewhere, or name another place"},
		{"a copy", []string{"backup", "--data", dir}, "no backup was made: " + backups + " is a file, and copies lie in a directory: move the file elsewhere, or name another place"},
		{"a copy to a file", []string{"backup", "--data", dir, "--to", file}, "no backup was made: " + file + " is a file, and copies lie in a directory: move the file elsewhere, or name another place"},
		{"an erasure", []string{"erase", "--data", dir, "--site", "shop.example", "--yes"}, "nothing was erased: " + backups + " is a file, and copies lie in a directory: move the file elsewhere, or name another place"},
		{"a list that is a file", []string{"restore", backup, "--data", dir + "2", "--erasures", file}, "nothing was restored: " + file + " is a file: name the directory that has erasures.json, which tells what was erased"},
		{"a list that is torn", []string{"restore", backup, "--data", dir + "2", "--erasures", torn}, "nothing was restored: the list of what was erased, erasures.json in " + torn + ", can't be read (unexpected end of JSON input): take the one beside a later copy"},
		{"no backup there", []string{"verify", file + "-not"}, file + "-not is not taken: there is nothing of that name"},
		{"no data", []string{"doctor", "--data", file + "-not"}, "1 of 3 things need mending"},
	} {
		r := sandprint(t, "", row.args...)
		lines := strings.Split(strings.TrimSpace(r.err), "\n")
		if last := lines[len(lines)-1]; r.code != 1 || last != "sandprint: "+row.talk {
			t.Errorf("%s: %d, %q, want %q", row.why, r.code, last, row.talk)
		}
	}
	r := sandprint(t, "", "doctor", "--data", dir)
	if !strings.Contains(r.out, "→ mv "+backups) {
		t.Errorf("the doctor: %+v", r)
	}
}
