package app

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"
)

// The table of who may import whom, as docs/architecture.md explains it: "who < whom". Leaves first. What is not in it
// is not allowed. A change here is a change of the design and wants a reason in its commit.
const importPolicy = `
	problem, column, keytable, limit, enrich, fuse < ;
	visit < keytable;
	store < column, keytable;
	report, heatmap < store, column, problem;
	account < store, problem;
	collect < enrich, limit, visit, store, problem;
	compat < collect, problem;
	transfer < collect, store, problem;
	privacy < account, store, problem;
	views < report, heatmap, account, privacy, problem;
	web < views, report, heatmap, account, privacy, transfer, limit, problem;
	prove < ;
	app < prove, problem, column, enrich, visit, store, report, heatmap, account, collect, compat, transfer, privacy, views, web, bench/gen;
	apptest < app;
	pages < apptest, web;
	main < app;
`

// Who may use what of others: a module path, and the packages that name it. Others must not.
const outsidePolicy = `
	database/sql < store;
	modernc.org < store;
	github.com/oschwald < enrich;
	github.com/gorilla < web;
	golang.org/x/crypto/argon2 < account;
	github.com/spf13 < app;
	golang.org/x/term < app;
	github.com/chromedp < apptest;
`

// readPolicy reads a table of the form "a, b < c, d;".
func readPolicy(t *testing.T, text string) map[string][]string {
	t.Helper()
	list := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
	}
	policy := map[string][]string{}
	for rule := range strings.SplitSeq(strings.TrimSpace(text), ";") {
		who, whom, ok := strings.Cut(rule, "<")
		if !ok && strings.TrimSpace(rule) != "" {
			t.Fatalf("no rule: %q", rule)
		}
		for _, name := range list(who) {
			policy[name] = append(policy[name], list(whom)...)
		}
	}
	return policy
}

// nameOf returns the short name of one of our packages by its folder: "app/web" is web, "." is main.
func nameOf(dir string) string {
	switch dir {
	case ".":
		return "main"
	case "app", "views":
		return dir
	}
	return strings.TrimPrefix(dir, "app/")
}

// source is one Go file of the product.
type source struct {
	file    string // from the root of the repository
	pkg     string // short name of its folder
	test    bool
	imports []string
	text    string
}

// sources reads the Go files of the product: not of tools/ and bench/, which are programs of their own.
func sources(t *testing.T) []source {
	t.Helper()
	root := os.DirFS("..")
	var all []source
	err := fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (file == "tools" || file == "bench" || len(file) > 1 && strings.HasPrefix(d.Name(), ".")) {
			return fs.SkipDir
		}
		if d.IsDir() || path.Ext(file) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(root, file)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		s := source{file: file, pkg: nameOf(path.Dir(file)), test: strings.HasSuffix(file, "_test.go"), text: string(text)}
		for _, i := range parsed.Imports {
			s.imports = append(s.imports, strings.Trim(i.Path.Value, `"`))
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestImports(t *testing.T) {
	policy := readPolicy(t, importPolicy)
	for _, s := range sources(t) {
		allowed, known := policy[s.pkg]
		if !known {
			t.Errorf("%s: package %s is not in the table", s.file, s.pkg)
			continue
		}
		for _, i := range s.imports {
			dir, ours := strings.CutPrefix(i, "sandprint/")
			if whom := nameOf(dir); ours && !slices.Contains(allowed, whom) && !s.test {
				t.Errorf("%s: %s must not import %s", s.file, s.pkg, whom)
			}
		}
	}
}

func TestImportsFromOutside(t *testing.T) {
	policy := readPolicy(t, outsidePolicy)
	for _, s := range sources(t) {
		for _, i := range s.imports {
			for _, module := range slices.Sorted(maps.Keys(policy)) {
				if within(i, module) && !slices.Contains(policy[module], s.pkg) && !s.test {
					t.Errorf("%s: %s must not import %s", s.file, s.pkg, i)
				}
			}
		}
	}
}

// within reports whether a package is module or below it.
func within(pkg, module string) bool { return pkg == module || strings.HasPrefix(pkg, module+"/") }

// opensFile finds what opens a file by its path.
var opensFile = regexp.MustCompile(`os\.(Open|OpenFile|ReadFile|WriteFile|Create|Rename|Remove|Truncate|Link)\(`)

// databaseName finds the names of database files.
var databaseName = regexp.MustCompile("[\"`][^\"`]*(\\.db|-wal|-shm)[\"`]")

// A file of SQLite's that is opened and closed by other means loses its locks, and then acknowledged hits are lost: so
// nobody but the store may name one. What prove looks into is another process's.
func TestDatabaseFilesAreOpenedByTheStoreOnly(t *testing.T) {
	for _, s := range sources(t) {
		if s.pkg == "store" || s.pkg == "prove" || s.test {
			continue
		}
		for n, line := range strings.Split(s.text, "\n") {
			if databaseName.MatchString(line) || opensFile.MatchString(line) && regexp.MustCompile(`\b(wal|shm|dbPath|dbFile)\b`).MatchString(line) {
				t.Errorf("%s:%d names a database file: %s", s.file, n+1, strings.TrimSpace(line))
			}
		}
	}
}

// opensFiles are the files of the store that open files themselves, and why they may.
var opensFiles = map[string]string{
	"scan.go":         "opens a site's own files beside SQLite, and knows when they may be closed",
	"backup.go":       "sums up copies that it has made and closed, and syncs folders",
	"backup_erase.go": "makes another backup of files that nobody has open",
	"tombstone.go":    "writes the list beside the backups, which is no database",
	"restore.go":      "writes files of a new directory that nobody has open",
	"verify.go":       "reads copies that nobody has open, and makes copies of them",
}

func TestFilesOfTheStoreThatOpenFiles(t *testing.T) {
	opens := regexp.MustCompile(`os\.(Open|OpenFile|ReadFile|WriteFile|Create|Truncate|Link|CopyFS|DirFS|OpenRoot)\(`)
	found := map[string]bool{}
	for _, s := range sources(t) {
		if s.pkg != "store" || s.test || !opens.MatchString(s.text) {
			continue
		}
		name := path.Base(s.file)
		if found[name] = true; opensFiles[name] == "" {
			t.Errorf("%s opens a file with %s…): the store's own are for scan.go", s.file, opens.FindString(s.text))
		}
	}
	for name := range opensFiles {
		if !found[name] {
			t.Errorf("%s opens no file and is in the list", name)
		}
	}
}

// modernc.org/sqlite is translated together with one version of modernc.org/libc and works with no other.
func TestLibcIsTheOneThatSQLiteAsksFor(t *testing.T) {
	ours, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := func(gomod []byte, module string) string {
		m := regexp.MustCompile(`(?m)^\s*(?:require )?` + regexp.QuoteMeta(module) + ` (v\S+)`).FindSubmatch(gomod)
		if m == nil {
			t.Fatalf("no %s in go.mod", module)
		}
		return string(m[1])
	}
	sqlite := version(ours, "modernc.org/sqlite")
	theirs, err := os.ReadFile(filepath.Join(moduleCache(t), "cache/download/modernc.org/sqlite/@v", sqlite+".mod"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := version(ours, "modernc.org/libc"), version(theirs, "modernc.org/libc"); got != want {
		t.Errorf("go.mod has modernc.org/libc %s; modernc.org/sqlite %s wants %s", got, sqlite, want)
	}
}

// moduleCache returns where Go keeps modules.
func moduleCache(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// Up to 3.51.2 two connections at work on one write-ahead log could reset it wrongly (release notes of 3.51.3).
func TestSQLiteIsNewEnough(t *testing.T) {
	if sqlite3.SQLITE_VERSION_NUMBER < 3051003 {
		t.Errorf("SQLite %s is older than 3.51.3", sqlite3.SQLITE_VERSION)
	}
}

// The policy's reader is tested too: one that reads nothing would let everything pass.
func TestPolicyIsRead(t *testing.T) {
	p := readPolicy(t, importPolicy)
	if !slices.Contains(p["web"], "account") || slices.Contains(p["web"], "store") || len(p["column"]) != 0 || len(p) < 15 {
		t.Errorf("read as %v", p)
	}
}
