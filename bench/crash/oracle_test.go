package crash

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	_ "modernc.org/sqlite"

	"sandprint/app/store"
)

// fact is something that the program has said is done.
type fact struct {
	kind string // "hit", "site", "floor" (n), "import" (of n hits), "erasing" (begun), "erased"; empty: nothing that is looked for
	site string
	path string // of a hit; of an import and an erasure, with a slash at its end, what the paths of their hits begin with
	n    int
}

// covers reports whether a path is of what the fact is about.
func (f fact) covers(path string) bool {
	return path == f.path || strings.HasSuffix(f.path, "/") && strings.HasPrefix(path, f.path)
}

// found is what is in a data directory.
type found struct {
	floors map[string]int            // by site
	views  map[string]map[string]int // by site and path: how often it is counted
	wrong  []string                  // what is corrupt
	files  [][]byte                  // those of sites, byte by byte
}

// look opens a data directory that nobody uses, as a start after a crash does, and counts everything in it.
func look(dir string) (*found, error) {
	f := &found{floors: map[string]int{}, views: map[string]map[string]int{}}
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		return nil, err
	}
	for _, info := range s.Sites() {
		f.floors[info.Domain] = info.Settings.Floor
		if err := f.count(s, info); err != nil {
			f.wrong = append(f.wrong, info.Domain+": "+err.Error())
		}
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "sites", "*.db"))
	if err != nil {
		return nil, err
	}
	for _, file := range append(files, filepath.Join(dir, "control.db")) {
		if err := integrity(file); err != nil {
			f.wrong = append(f.wrong, filepath.Base(file)+": "+err.Error())
		}
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		f.files = append(f.files, data)
	}
	return f, nil
}

// count counts the page views of a site by their paths, and has its columns checked.
func (f *found) count(s *store.Store, info store.SiteInfo) error {
	ctx := context.Background()
	site, err := s.Site(ctx, info.ID)
	if err != nil {
		return err
	}
	wrong, err := site.Check(ctx)
	if err != nil {
		return err
	}
	f.wrong = append(f.wrong, wrong...)
	snap, err := site.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer snap.Close()
	pages, views := snap.Dict(store.Pages), map[string]int{}
	f.views[info.Domain] = views
	var b store.Block
	for i := range snap.Blocks() {
		if err := snap.Load(i, store.AllColumns, &b); err != nil {
			return err
		}
		for _, id := range b.Cols[store.ViewPage] {
			if int(id) >= len(pages) {
				return fmt.Errorf("page %d is in no dictionary", id)
			}
			views[strings.Split(pages[id], store.FieldSep)[1]]++
		}
	}
	return nil
}

// integrity has SQLite check a file, indexes included.
func integrity(file string) error {
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		return err
	}
	defer db.Close()
	var says string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&says); err != nil {
		return err
	}
	if says != "ok" {
		return fmt.Errorf("integrity_check: %s", says)
	}
	return nil
}

// verdict is what a data directory lacks of what was promised.
type verdict struct {
	checked, lost, twice, corrupt int
	first                         string // an example
}

func (v *verdict) add(o verdict) {
	v.checked, v.lost, v.twice, v.corrupt = v.checked+o.checked, v.lost+o.lost, v.twice+o.twice, v.corrupt+o.corrupt
	if v.first == "" {
		v.first = o.first
	}
}

func (v verdict) String() string {
	return fmt.Sprintf("%d promises looked for, %d broken, %d hits counted twice, %d corrupt", v.checked, v.lost, v.twice, v.corrupt)
}

// note keeps the first example.
func (v *verdict) note(n *int, format string, args ...any) {
	*n++
	if v.first == "" {
		v.first = fmt.Sprintf(format, args...)
	}
}

// judge compares a data directory with what was promised. Imports are those that were begun: they are there whole or not
// at all, until they begin to be erased.
func judge(dir string, promised, imports []fact) verdict {
	var v verdict
	promised, imports = lapsed(promised, promised), lapsed(promised, imports)
	f, err := look(dir)
	if err != nil {
		v.note(&v.corrupt, "it can't be opened: %v", err)
		v.lost, v.checked = len(promised), len(promised)
		return v
	}
	for _, w := range f.wrong {
		v.note(&v.corrupt, "%s", w)
	}
	for _, p := range promised {
		v.checked++
		if !f.holds(p) {
			v.note(&v.lost, "promised and not kept: %+v", p)
		}
	}
	for site, views := range f.views {
		for path, n := range views {
			if n > 1 {
				v.note(&v.twice, "%s%s is counted %d times", site, path, n)
			}
		}
	}
	for _, i := range imports {
		if n := f.under(i); n != 0 && n != i.n {
			v.note(&v.corrupt, "%d of %d hits of an import are there", n, i.n)
		}
	}
	return v
}

// lapsed returns the facts without the hits and imports that an erasure was begun of: as long as it is not said to be over, they may
// be there or not.
func lapsed(promised, facts []fact) (left []fact) {
	for _, f := range facts {
		erasing := func(p fact) bool { return p.kind == "erasing" && p.site == f.site && p.covers(f.path) }
		if f.kind != "hit" && f.kind != "import" || !slices.ContainsFunc(promised, erasing) {
			left = append(left, f)
		}
	}
	return left
}

func (f *found) holds(p fact) bool {
	switch p.kind {
	case "hit":
		return f.views[p.site][p.path] > 0
	case "site":
		return f.views[p.site] != nil
	case "floor":
		return f.floors[p.site] >= p.n
	case "import":
		return f.under(p) == p.n
	case "erased":
		return f.under(p) == 0 && !f.traces(p.path)
	}
	return true
}

// traces reports whether a text is in any of the sites' files. A path that others may go on from is not looked for.
func (f *found) traces(text string) bool {
	return strings.HasSuffix(text, "/") && slices.ContainsFunc(f.files, func(file []byte) bool { return bytes.Contains(file, []byte(text)) })
}

// under counts the page views that a fact is about.
func (f *found) under(p fact) (n int) {
	for path, times := range f.views[p.site] {
		if p.covers(path) {
			n += times
		}
	}
	return n
}

// promises reads from a record what the program has said is done, each with the line at which it said so, and the hits that it
// refused: the answers to each client's requests come in the order of the requests.
func promises(calls []call, clients []*client) (said, refused []promise) {
	byEnds := map[string]*client{}
	for _, c := range clients {
		byEnds[c.ends()] = c
	}
	answered := map[*client]int{}
	for i := range calls {
		c := byEnds[calls[i].file]
		if c == nil || calls[i].name != "write" || !bytes.HasPrefix(calls[i].data, []byte("HTTP/1.1 ")) {
			continue
		}
		f := c.sent[answered[c]]
		answered[c]++
		switch p := (promise{f, calls[i].began}); {
		case f.kind == "":
		case calls[i].data[9] == '2':
			said = append(said, p)
		case f.kind == "hit":
			refused = append(refused, p)
		}
	}
	return said, refused
}

// promise is a fact and the line of the record at which it was promised.
type promise struct {
	fact
	line int
}
