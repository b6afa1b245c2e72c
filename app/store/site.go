package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

//go:embed site.sql
var siteSchema string

//go:embed site_2.sql
var siteSchema2 string

//go:embed site_3.sql
var siteSchema3 string

//go:embed site_4.sql
var siteSchema4 string

// siteSteps take a site's file from version 0 to len(siteSteps), one by one.
var siteSteps = []string{siteSchema, siteSchema2, siteSchema3, siteSchema4}

// Site is one open site: its file, its writer, and the hot days in memory. It implements Reader.
type Site struct {
	store *Store
	id    string
	path  string
	last  atomic.Pointer[SiteInfo] // what Info returned last
	write *sql.DB                  // one connection, a *writer; used by the writer goroutine, or under work
	read  *sql.DB

	key      []byte // of cookie visitors
	views    viewHash
	visits   atomic.Int64
	queue    chan *request
	requests sync.Pool    // of *request, for use again: making one costs as much as all else that Append does
	queued   atomic.Int64 // bytes waiting
	jobs     chan func()  // other work of the writer's goroutine: sealing, importing
	quit     chan struct{}
	stopped  chan struct{}
	batch    batch // the writer's own
	once     sync.Once
	closing  error
	raw      rawFiles // opened by the first erasure

	lost []*Damage // what was taken out of the file because it could not be read

	saltMu  sync.Mutex
	saltDay string
	salt    []byte

	dropMu sync.Mutex
	drops  map[string]int64 // not yet in the file

	unused [NumDims][]uint32 // entries that a sweep has taken out of memory and not yet out of the file; the nightly round's

	sealer  sync.Mutex     // held while days are sealed: by one at a time
	beside  sync.WaitGroup // work that the writer began beside itself
	numbers numbering

	erasing sync.Mutex   // held while something is erased
	gate    gate         // readers of the file pass it
	sealing sync.RWMutex // held for writing while what is sealed changes; for reading while a snapshot is taken
	mu      sync.Mutex   // guards what follows
	hot     *hot
	dicts   dicts
	parts   []part
	done    map[int32]int64   // the highest number of a visit that was sealed, by day
	further map[int64]further // what goes on with visits that were sealed, by their numbers
	loading sync.Mutex        // held while a snapshot takes its connections: two that have one each would wait for each other
	totals  []DayTotal        // of days whose visits are gone; replaced, never changed
	watch   map[chan struct{}]struct{}
	imports map[*Import]struct{} // that run

	relieveAt int   // hot rows from which on visits that ended are sealed
	relieving bool  // that is under way
	relieved  error // how it went the last time

	walSeen  os.FileInfo // the write-ahead log as it was when it was first seen
	walNext  time.Time   // when to look again
	walFresh atomic.Bool // a connection was opened since, which may have begun another log
}

// makeSite makes the file of a new site.
func makeSite(path string) error {
	db, err := openDB(path, 1)
	if err != nil {
		return err
	}
	return errors.Join(migrate(db, siteSteps), db.Close())
}

// openSite opens a site's file and reads its hot days. ErrNewer: a newer version wrote it. ErrDamaged: it is not there, or
// no file of a site.
func openSite(s *Store, id string) (*Site, error) {
	info, ok := s.info(id)
	if !ok {
		return nil, ErrNotFound
	}
	site := &Site{store: s, id: id, path: s.path(id), queue: make(chan *request, 4096), jobs: make(chan func()),
		requests: sync.Pool{New: newRequest}, quit: make(chan struct{}), stopped: make(chan struct{}), drops: map[string]int64{}, watch: map[chan struct{}]struct{}{},
		imports: map[*Import]struct{}{}, done: map[int32]int64{}, further: map[int64]further{}, relieveAt: s.o.HotRows, raw: rawFiles{path: s.path(id)}}
	site.last.Store(&info)
	err := look(site.path, siteSteps)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", site.file(), err)
	}
	if site.write, err = openWriter(site.path, func() { site.walFresh.Store(true) }); err != nil {
		return nil, err
	}
	if err := site.start(context.Background()); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", site.file(), damaged(err)), site.write.Close())
	}
	if site.read, err = openDB(site.path, 6); err != nil { // after start: a reader must find the file made, and write nothing
		return nil, errors.Join(err, site.write.Close())
	}
	go site.run()
	return site, nil
}

// start brings the file up to date and reads what is kept in memory of it.
func (s *Site) start(ctx context.Context) error {
	if err := migrate(s.write, siteSteps); err != nil {
		return err
	}
	if err := s.verify(ctx); err != nil {
		return err
	}
	if err := s.dropUnfinished(ctx); err != nil {
		return err
	}
	var err error
	err = s.write.QueryRowContext(ctx, "SELECT value FROM secret WHERE name = 'site'").Scan(&s.key)
	if errors.Is(err, sql.ErrNoRows) {
		s.key = make([]byte, 32)
		rand.Read(s.key)
		_, err = s.write.ExecContext(ctx, "INSERT INTO secret (name, value) VALUES ('site', ?)", s.key)
	}
	if err != nil {
		return err
	}
	s.views = newViewHash(s.key)
	if err := s.readDicts(ctx); err != nil {
		return err
	}
	if err := s.readParts(ctx); err != nil {
		return err
	}
	if err := s.readTotals(ctx); err != nil {
		return err
	}
	if err := s.readHot(ctx); err != nil {
		return err
	}
	return s.readLost(ctx)
}

// readDicts reads the dictionaries.
func (s *Site) readDicts(ctx context.Context) error {
	s.dicts = newDicts()
	rows, err := s.write.QueryContext(ctx, "SELECT dim, id, value, sum FROM dict ORDER BY dim, id")
	if err != nil {
		return err
	}
	defer rows.Close()
	var broken []brokenText
	for rows.Next() {
		var dim, id int
		var sum int64
		var value string
		if err := rows.Scan(&dim, &id, &value, &sum); err != nil {
			return err
		}
		if dim >= 0 && dim < int(NumDims) && sum != checksum(int64(dim), int64(id), value) {
			broken = append(broken, brokenText{dim, id})
			value = damagedText(dim)
		}
		if dim < 0 || dim >= int(NumDims) || !s.dicts[dim].load(id, value) {
			return fmt.Errorf("%w: dictionary %d has no place for entry %d", ErrDamaged, dim, id)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	return s.mendTexts(ctx, broken)
}

// close stops the writer after what is waiting, and closes the file. A second call waits for the first.
func (s *Site) close() error {
	s.once.Do(func() {
		close(s.quit)
		<-s.stopped
		s.beside.Wait()
		s.closing = errors.Join(s.read.Close(), s.write.Close(), s.raw.close())
	})
	return s.closing
}

// file names the site's file for people.
func (s *Site) file() string { return SiteFile(s.id) }

// idle reports whether nothing is waiting to be written and nobody watches.
func (s *Site) idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queued.Load() == 0 && len(s.watch) == 0
}

// Info returns the site's name and settings as they are now; of a site that was removed, as they were last.
func (s *Site) Info() SiteInfo {
	if i, ok := s.store.info(s.id); ok {
		s.last.Store(&i)
	}
	return *s.last.Load()
}

// NextVisit returns a new visit number, above all that were given before, also by an earlier process.
func (s *Site) NextVisit() int64 { return s.visits.Add(1) }

// SiteKey returns the key that the numbers of cookie visitors are made with, 32 bytes.
func (s *Site) SiteKey() []byte { return s.key }

// DaySalt returns the salt that the numbers of cookieless visitors are made with on the site's day of now, 32 bytes. It
// is in the file, so that a restart does not split the day, and that of the day before is deleted with the first call
// of a day. A day that is over has no salt any more: an earlier now gets the newest.
func (s *Site) DaySalt(ctx context.Context, now time.Time) ([]byte, error) {
	s.saltMu.Lock()
	defer s.saltMu.Unlock()
	day := now.In(s.Info().Zone).Format("2006-01-02")
	if day <= s.saltDay { // a request that began before midnight gets the new salt: the old one is gone
		return s.salt, nil
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	name := "salt " + day
	gone, err := tx.ExecContext(ctx, "DELETE FROM secret WHERE name LIKE 'salt %' AND name <> ?", name)
	if err != nil {
		return nil, err
	}
	salt := make([]byte, 32)
	rand.Read(salt)
	if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO secret (name, value) VALUES (?, ?)", name, salt); err != nil {
		return nil, err
	}
	if err := tx.QueryRowContext(ctx, "SELECT value FROM secret WHERE name = ?", name).Scan(&salt); err != nil {
		return nil, err
	}
	if err := tx.Commit(); err != nil {
		return nil, err
	}
	if n, err := gone.RowsAffected(); err == nil && n > 0 {
		_, _ = s.emptyLog(ctx) // the old one is in the log too; where a reader or an error holds that up, the nightly round does it
	}
	s.saltDay, s.salt = day, salt
	return salt, nil
}

// Watch returns a channel that gets a value after commits (several may share one), until stop is called.
func (s *Site) Watch() (changes <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	s.mu.Lock()
	s.watch[c] = struct{}{}
	s.mu.Unlock()
	return c, func() {
		s.mu.Lock()
		delete(s.watch, c)
		s.mu.Unlock()
	}
}

// OpenVisits yields, once each, the latest visit of every visitor who was active since then, from the hot days: what
// visit.Table is restored from after a start.
func (s *Site) OpenVisits(since int64, yield func(visitor uint64, visit, start, last int64, t VisitorType)) {
	type open struct {
		visit, start, last int64
		t                  VisitorType
	}
	latest := map[uint64]open{}
	s.mu.Lock()
	for _, d := range s.hot.days {
		for i := range d.rows.n {
			r := d.rows.at(i)
			o := latest[r.visitor]
			if r.visit == 0 || r.time < since || cmp.Or(cmp.Compare(r.start, o.start), cmp.Compare(r.visit, o.visit)) < 0 {
				continue
			}
			if r.visit != o.visit {
				o = open{visit: r.visit, start: r.start, t: r.vtype}
			}
			o.last = max(o.last, r.time)
			latest[r.visitor] = o
		}
	}
	s.mu.Unlock()
	for visitor, o := range latest {
		yield(visitor, o.visit, o.start, o.last, o.t)
	}
}
