package app

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sandprint/app/prove"
)

// A leak breaks a claim on purpose: before the one line of a file that has a text in it stands a statement that makes the mistake.
type leak struct {
	claim            int
	name, what       string
	file, line, does string
}

// leaks are the mistakes that the claims were seen to find; docs/privacy-proof.md lists them.
var leaks = []leak{
	{1, "log", "an address is logged", "app/collect/door.go", `if !d.limit.Allow(network, 1) {`, `d.o.Log.Info("hit", "from", from.addr)`},
	{1, "row", "the packed address is in the rows", "app/collect/take.go", `return p.search, ""`, `out.Page.Title += string(t.from.addr.AsSlice())`},
	{1, "cookie", "the cookie's id is in the rows", "app/collect/take.go", `return p.search, ""`, `out.Page.Title += h.cookie`},
	{2, "field", "the tracker does not know the fields", "app/collect/script.go", `return []byte(strings.NewReplacer(`, `s.forms[form] = strings.ReplaceAll(s.forms[form], "/password|cc-|one-time|off$/", "/neverthis/")`},
	{3, "keys", "the tracker sends every query key", "app/collect/script.go", `keys := rules.QueryKeys`, `return ".*"`},
	{4, "path", "paths are kept as they come", "app/enrich/scrub.go", `path, query, hasQuery := strings.Cut(printable(path), "?")`, `return path`},
	{4, "text", "titles and events are kept as they come", "app/enrich/scrub.go", `text = scrubNames(printable(text))`, `return text`},
	{5, "mode", "a site without cookies gets the tracker with one", "app/collect/script.go", `if !info.Settings.NoLinks {`, `form = "cookie"`},
	{6, "life", "the cookie lives two years", "app/collect/script.go", `return []byte(strings.NewReplacer(`, `if !strings.Contains(s.forms[form], "+2*") { s.forms[form] = strings.ReplaceAll(s.forms[form], "max-age=\"+", "max-age=\"+2*") }`},
	{6, "age", "the server takes a cookie of any age", "app/collect/take.go", `ok && visit.Alive(born, now) {`, `if id, born, ok := visit.ParseCookie(h.cookie); ok { return visit.CookieKey(t.site.SiteKey(), id), born, nil }`},
	{7, "copies", "an erasure leaves the copies alone", "app/privacy/erase.go", `if copies, err = p.store.EraseInBackups(`, `return data, nil, p.finish(ctx, stones)`},
	{7, "restore", "a restore brings back what was erased", "app/store/restore.go", `if again, err = v.eraseAgain(`, `stones = nil`},
	{7, "late", "hits of who was erased are taken", "app/privacy/wish.go", "r := p.late[site]\n\tif r == nil {\n\t\treturn false", `return false`},
	{7, "count", "the receipt says more than is true", "app/privacy/receipt.go", `now := time.Now().UTC().Truncate(time.Second)`, `b.Data.Visits++`},
	{7, "chain", "a receipt is not linked to the one before", "app/store/receipt.go", `r.Link = r.linkOf(before)`, `before = []byte("nothing")`},
	{8, "visits", "visits outlive their time", "app/store/retain.go", `damaged, err := s.dropParts(ctx, utcDay(visits)`, `return r, nil`},
	{8, "keys", "keys of visitors outlive their time", "app/store/retain.go", `if err := s.dropKeys(ctx, utcDay(`, `return r, nil`},
	{8, "backups", "backups outlive their time", "app/privacy/copies.go", `days, weeks := map[string]bool{}`, `return 0, nil`},
	{8, "logs", "logs outlive their time", "app/log.go", `oldest := now.UTC()`, `return nil`},
	{9, "open", "everybody may open every site", "app/account/site.go", "if !who.CanRead(info) {\n\t\treturn SiteInfo{}, problem.NotFound", `return info, nil`},
	{9, "oracle", "a stranger is told that a site is somebody else's", "app/account/site.go", "if !who.CanRead(info) {\n\t\treturn SiteInfo{}, problem.NotFound", `if !who.CanRead(info) { return SiteInfo{}, problem.New(http.StatusForbidden, "theirs", "This site is somebody else's.") }`},
	{9, "list", "the list of sites has everybody's", "app/account/site.go", `return slices.DeleteFunc(all, func(site SiteInfo) bool { return !who.CanRead(site) }), err`, `return all, err`},
	{9, "token", "everybody may revoke everybody's tokens", "app/account/token.go", `own, err := s.Tokens(ctx, who)`, `return notFound(s.control.DeleteToken(ctx, id))`},
	{9, "customer", "everybody may erase every customer", "app/account/user.go", `if c.ID == number && !who.IsToken()`, `if c.ID == number { return c, nil }`},
	{9, "segment", "segments are everybody's", "app/store/segment.go", `return list(ctx, c.read, scanSegment, segmentQuery+"WHERE site = ? AND`, `return list(ctx, c.read, scanSegment, segmentQuery+"ORDER BY name, id")`},
	{10, "floor", "small groups show", "app/report/floor.go", `holds := len(q.Except) > 0`, `return 0`},
	{10, "rest", "what is left over is not looked at", "app/report/floor.go", "if f.n == 0 {\n\t\treturn nil", `if f.sure = true; f.n > 0 { return f }`},
	{10, "single", "devices and properties show small groups without a filter", "app/report/floor.go", `for _, f := range q.Filters {`, `holds = len(q.Except) > 0`},
	{10, "funnel", "steps of funnels have no floor", "app/report/funnel_answer.go", `shown := nested(floor, a.Visitors, reached)`, `floor = 1`},
	{10, "cohort", "who came back has no floor", "app/report/retention.go", `if small[i] || !tellsNobody(floor, n, sizes[i]) {`, `floor = 1`},
	{10, "paths", "branches of paths have no floor", "app/report/tree.go", `folded := kept(floor, visitors, names, func(list []int32) int {`, `floor = 1`},
	{10, "credit", "credited sources have no floor", "app/report/attribution.go", `folded := kept(floor, visitors, t.group.names, func(groups []int32) int {`, `floor = 1`},
	{12, "call", "the program calls somebody at its start", "app/serve.go", `r.listen(ln, mux)`, `if c, err := net.Dial("udp", "203.0.113.9:53"); err == nil { c.Close() }`},
	{13, "salt", "the salt is kept under another name", "app/store/site.go", `gone, err := tx.ExecContext(ctx, "DELETE FROM secret`, `_, _ = tx.ExecContext(ctx, "UPDATE secret SET name = 'kept' WHERE name LIKE 'salt %' AND name <> ?", name)`},
	{13, "wal", "the salt stays in the write-ahead log", "app/store/site.go", `if n, err := gone.RowsAffected()`, `s.saltDay, s.salt = day, salt; return salt, nil`},
	{13, "backup", "a backup has the salt", "app/store/backup.go", `if _, err := db.ExecContext(ctx, "DELETE FROM secret WHERE name LIKE 'salt %'"`, `return nil`},
	{14, "usual", "the documents say what is usual, not what is set", "app/privacy/facts.go", `f := Facts{Revision: revision,`, `set.Retention = store.Retention{}`},
	{14, "silent", "the dashboard is silent about a text that is out of date", "app/privacy/document.go", `was, err := policy.body(p.Facts, "en")`, `return false, nil, nil`},
	{15, "signal", "the server does not hear the signals", "app/collect/take.go", `if h.cookie != "" && !t.from.objects`, `t.from.objects = false`},
	{15, "optout", "who opts out is not erased", "app/collect/take.go", "id, _, ok := visit.ParseCookie(h.cookie)\n\tif ok && t.door.o.Erase", `return nil`},
	{15, "gpc", "the tracker does not hear Global Privacy Control", "app/collect/script.go", `return []byte(strings.NewReplacer(`, `s.forms[form] = strings.ReplaceAll(s.forms[form], "globalPrivacyControl", "noControlAtAll")`},
	{16, "mode", "files are made for everybody to read", "app/lock_unix.go", `unix.Umask(0o077)`, `unix.Umask(0o022); return`},
	{16, "path", "the files are served", "app/serve.go", `mux.Handle("/", r.web)`, `mux.Handle("/data/", http.StripPrefix("/data/", http.FileServer(http.Dir(r.dir))))`},
	{16, "port", "the program listens on another port", "app/serve.go", `r.listen(ln, mux)`, `if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil { go http.Serve(l, mux) }`},
}

// leaky builds a copy of the program with all leaks in it, each of which waits for LEAK=CLAIM-NAME in the environment. Not a byte of them is
// in the sources: the compiler is given other files in their place.
func leaky(t *testing.T) string {
	t.Helper()
	dir, root := t.TempDir(), ".."
	root, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	replace, texts := map[string]string{}, map[string]string{}
	write := func(file, text string) {
		to := filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(root, file)] = to
	}
	for _, l := range leaks {
		if texts[l.file] == "" {
			text, err := os.ReadFile(filepath.Join(root, l.file))
			if err != nil {
				t.Fatal(err)
			}
			texts[l.file] = string(text)
			pkg := path.Base(path.Dir(l.file))
			write(path.Join(path.Dir(l.file), "leak_planted.go"), "package "+pkg+"\n\nimport \"os\"\n\nfunc leak(name string) bool { return os.Getenv(\"LEAK\") == name }\n")
		}
		text := texts[l.file]
		if n := strings.Count(text, l.line); n != 1 {
			t.Fatalf("leak %s: %s has its line %d times, want once: %s", l.id(), l.file, n, l.line)
		}
		at := strings.LastIndexByte(text[:strings.Index(text, l.line)], '\n') + 1
		texts[l.file] = text[:at] + fmt.Sprintf("if leak(%q) { %s }\n", l.id(), l.does) + text[at:]
	}
	for file, text := range texts {
		write(file, text)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "leaky")
	if out, err := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", program, "..").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// id is what a leak waits for.
func (l leak) id() string { return fmt.Sprintf("%d-%s", l.claim, l.name) }

// Each claim is seen to fail when it is broken, and another one is not disturbed by that.
func TestProveFindsLeaks(t *testing.T) {
	doc, err := os.ReadFile("../docs/privacy-proof.md")
	if err != nil {
		t.Fatal(err)
	}
	program := leaky(t)
	for _, l := range leaks {
		if row := fmt.Sprintf("| %d | `%s` | %s |", l.claim, l.id(), l.what); !strings.Contains(string(doc), row) {
			t.Errorf("docs/privacy-proof.md lacks the row %s", row)
		}
		t.Run(l.id(), func(t *testing.T) {
			t.Parallel()
			other := 16
			if l.claim == other {
				other = 11
			}
			c := exec.Command(program, "prove", "--json", fmt.Sprint("--claim=", l.claim), fmt.Sprint("--claim=", other))
			c.Env = append(os.Environ(), "LEAK="+l.id())
			out, _ := c.Output() // it fails: that is what is wanted
			var p proof
			if err := json.Unmarshal(out, &p); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			for _, r := range p.Claims {
				if broken := r.Outcome == prove.Broken; broken != (r.Claim == l.claim) {
					t.Errorf("%s: claim %d %s: %s", l.what, r.Claim, r.Outcome, strings.Join(r.Wrong, "; "))
				} else if broken && slices.ContainsFunc(r.Wrong, func(s string) bool { return strings.HasPrefix(s, "it could not be tried") }) {
					t.Errorf("%s: claim %d found no leak, it came to no end: %s", l.what, r.Claim, strings.Join(r.Wrong, "; "))
				}
			}
			if c.ProcessState.ExitCode() != exitFailed {
				t.Errorf("exit code %d", c.ProcessState.ExitCode())
			}
		})
	}
}
