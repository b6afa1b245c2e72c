// Package store keeps everything: one SQLite file per site and the control file. No other package runs SQL or opens
// their paths (a stray close of a live file would drop SQLite's locks).
//
//	DIR/control.db        customers, users, sites, sessions, tokens        (control.go, one file per noun)
//	DIR/sites/ID.db       one site: hot rows, sealed days, dictionaries     (site.go, site.sql)
//	DIR/tmp/              nameless copies of files that are being written anew (room.go)
//	DIR/backups/TIME/     copies of all files, with a manifest              (backup.go, backup_erase.go, verify.go, restore.go)
//
// The way in: Append queues hits; the site's one writer commits whatever is waiting and then answers (append.go); rows
// are mirrored in memory as the columns that a sealed day has (hot.go, fold.go); the nightly round turns days that can no
// longer change into blobs, and visits that ended when there are many rows (seal.go, early.go); imports go straight there (import.go). The way out: Snapshot (snapshot.go).
package store

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// ControlFile is the name of the control file within a data directory, or a backup. It is for people to read.
const ControlFile = "control.db"

// SiteFile returns the name of the file of the site with that id within a data directory, or a backup. It is for people to read.
func SiteFile(id string) string { return "sites/" + id + ".db" }

// Errors of writing.
var (
	ErrBusy     = errors.New("too many hits are waiting to be written") // try again later
	ErrClosed   = errors.New("the store is closed")
	ErrImported = errors.New("the same content was imported before")
)

// Options are choices for the whole store; the zero value is the default of each.
type Options struct {
	CommitWindow time.Duration // how long a commit waits for more hits, at most 1 s; 0: commits whatever is waiting
	OpenSites    int           // sites kept open while idle; 0: 32
	HotRows      int           // hits of a site kept as rows before visits that ended are sealed, whatever the hour; 0: 100,000
	Log          *slog.Logger  // is told of damaged files, sites by number; nil: nobody is
}

// Store is an open data directory. Its methods may be called by several goroutines at once.
type Store struct {
	dir     string
	o       Options
	control *Control
	round   sync.Mutex // held by a nightly round
	told    sync.Map   // damage that is in the log, by its text
	refuses atomic.Pointer[func(site string, visitor uint64) bool]

	changes sync.Mutex // held while a site is added, changed or removed
	copies  sync.Mutex // held while a backup is made, or something is erased in those that there are

	mu      sync.Mutex
	infos   map[string]SiteInfo // by id
	domains map[string]string   // domain or further host -> id
	open    map[string]*opened  // by id; those that are being opened or closed are in it too
	sweep   *time.Timer         // closes what nobody uses; nil: nothing to close
	closed  bool
	closing sync.WaitGroup // what closes sites
}

// RefuseWith has hits left out of visitors who can be known again and of whom f says so. It is asked when they are about to be written, not
// before: nothing of a visitor is written once f refuses it and the commit that was at work is over (Site.Known waits for that). They are
// counted as "erased". F must not call the store.
func (s *Store) RefuseWith(f func(site string, visitor uint64) bool) { s.refuses.Store(&f) }

// Open opens the data directory dir, which must exist and be owned by this process. ErrNewer: a newer version wrote it.
func Open(dir string, o Options) (*Store, error) {
	if o.OpenSites == 0 {
		o.OpenSites = 32
	}
	if o.HotRows == 0 {
		o.HotRows = hotMany
	}
	if err := os.MkdirAll(filepath.Join(dir, "sites"), 0o700); err != nil {
		return nil, err
	}
	control, err := OpenControl(filepath.Join(dir, ControlFile))
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, o: o, control: control, open: map[string]*opened{}}
	if err := s.reload(context.Background()); err != nil {
		return nil, errors.Join(err, control.Close())
	}
	return s, nil
}

// Close waits for what is being written and closes every file. A second call does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	if s.sweep != nil {
		s.sweep.Stop()
	}
	s.mu.Unlock()
	err := s.closeAll()
	s.closing.Wait()
	return errors.Join(err, s.control.Close())
}

// Control returns the control file.
func (s *Store) Control() *Control { return s.control }

// reload reads the sites from the control file.
func (s *Store) reload(ctx context.Context) error {
	sites, err := s.control.Sites(ctx)
	if err != nil {
		return err
	}
	infos := make(map[string]SiteInfo, len(sites))
	for _, i := range sites {
		infos[i.ID] = i
	}
	s.know(infos)
	return nil
}

// know takes the sites that there are.
func (s *Store) know(infos map[string]SiteInfo) {
	sites := slices.SortedFunc(maps.Values(infos), func(a, b SiteInfo) int { return strings.Compare(a.Domain, b.Domain) })
	domains := make(map[string]string, len(sites))
	for _, i := range sites {
		for _, host := range i.Settings.Hosts {
			if _, taken := domains[host]; !taken {
				domains[host] = i.ID
			}
		}
	}
	for _, i := range sites { // a site's own domain comes before another's further host
		domains[i.Domain] = i.ID
	}
	s.mu.Lock()
	s.infos, s.domains = infos, domains
	s.mu.Unlock()
}

// learn takes a site as it is in the control file now. It reads nothing that could fail: a site that is in the file and not
// known would have its hits dropped as nobody's. s.changes is held.
func (s *Store) learn(i SiteInfo) {
	s.mu.Lock()
	infos := maps.Clone(s.infos)
	s.mu.Unlock()
	infos[i.ID] = i
	s.know(infos)
}

// Sites returns all sites, in no order.
func (s *Store) Sites() []SiteInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]SiteInfo, 0, len(s.infos))
	for _, i := range s.infos {
		all = append(all, i)
	}
	return all
}

// Find returns the site that counts the pages of a host (lower case, without port): by its domain, one of its further
// hosts, or as a sub-domain of either.
func (s *Store) Find(host string) (SiteInfo, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if id, ok := s.domains[host]; ok {
			return s.infos[id], true
		}
		_, parent, ok := strings.Cut(host, ".")
		if !ok {
			return SiteInfo{}, false
		}
		host = parent
	}
}

func (s *Store) info(id string) (SiteInfo, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.infos[id]
	return i, ok
}

// AddSite adds a site, as Control.AddSite does, and makes its file: first, so that a site whose file is not there has
// lost it.
func (s *Store) AddSite(ctx context.Context, i SiteInfo) (SiteInfo, error) {
	s.changes.Lock()
	defer s.changes.Unlock()
	i.ID = newSiteID()
	if err := makeSite(s.path(i.ID)); err != nil {
		return SiteInfo{}, errors.Join(err, s.removeFiles(i.ID))
	}
	added, err := s.control.AddSite(ctx, i)
	if err != nil {
		return SiteInfo{}, errors.Join(err, s.removeFiles(i.ID))
	}
	s.learn(added)
	return added, nil
}

// UpdateSite changes a site, as Control.UpdateSite does.
func (s *Store) UpdateSite(ctx context.Context, i SiteInfo) error {
	s.changes.Lock()
	defer s.changes.Unlock()
	if err := s.control.UpdateSite(ctx, i); err != nil {
		return err
	}
	if is, ok := s.info(i.ID); ok { // these stay as they are in the file
		i.Number, i.Created = is.Number, is.Created
	}
	s.learn(i)
	return nil
}

func (s *Store) path(id string) string { return filepath.Join(s.dir, "sites", id+".db") }

// Ready writes to the control file and reports whether that works.
func (s *Store) Ready(ctx context.Context) error {
	return s.control.SetSetting(ctx, "ready", []byte{1})
}
