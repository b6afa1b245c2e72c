package store

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"sandprint/app/column"
)

// Reader is the read-only handle of one site: all that a question needs and nothing that writes.
type Reader interface {
	// Info returns the site's name and settings as they are now.
	Info() SiteInfo
	// Snapshot returns one consistent view of the site's visits, sealed and hot alike. It must be closed, soon.
	Snapshot(ctx context.Context) (*Snapshot, error)
	// Watch returns a channel that gets a value after commits (several may share one), until stop is called.
	Watch() (changes <-chan struct{}, stop func())
	// Dropped returns what was deliberately not taken, by day and reason, on the UTC days from..to (days since 1970, inclusive).
	Dropped(ctx context.Context, from, to int32) (Drops, error)
}

// SiteInfo is a site's name and settings, as the control file keeps them.
type SiteInfo struct {
	ID       string // random; names the site's file
	Number   int64  // small number, by which the service log names it
	Customer int64  // who owns it
	Domain   string // lower case, without "www.", port or scheme
	Zone     *time.Location
	Mode     string // "cookie", "cookieless" or "consent"
	Created  time.Time
	Settings SiteSettings
}

// SiteSettings are a site's choices; the zero value is the default of each.
type SiteSettings struct {
	Hosts       []string `json:"hosts,omitempty"`       // further hosts whose pages count; the domain and its sub-domains always do
	QueryKeys   []string `json:"queryKeys,omitempty"`   // query keys kept in paths beside the built-in ones
	SearchKey   string   `json:"searchKey,omitempty"`   // query key of the site's search, whose value becomes an event; never kept in a path
	Groups      []string `json:"groups,omitempty"`      // path patterns (* within a level, ** across) whose pages count as one, under the first pattern that they match
	Excluded    []string `json:"excluded,omitempty"`    // path patterns that are not counted
	Goals       []Goal   `json:"goals,omitempty"`       // named conversions; none: each event is one under its own name
	Funnels     []Funnel `json:"funnels,omitempty"`     // saved questions about steps
	Floor       int      `json:"floor,omitempty"`       // smallest group shown where the floor holds, 1–20; 0: 5
	Localhost   bool     `json:"localhost,omitempty"`   // count pages on localhost too
	CountryOnly bool     `json:"countryOnly,omitempty"` // keep neither region nor city, also where the table of places has them
	NoLinks     bool     `json:"noLinks,omitempty"`     // switch off outbound links and downloads
	Forms       bool     `json:"forms,omitempty"`       // count form submissions
	Preset      string   `json:"preset,omitempty"`      // name of the choice of settings that was made last; they may have changed since
	Early       bool     `json:"early,omitempty"`       // mode consent: count without a cookie until there is consent; else not at all

	ExcludedCountries []string `json:"excludedCountries,omitempty"` // ISO 3166-1 codes of countries from which nothing is counted
	ExcludedNetworks  []string `json:"excludedNetworks,omitempty"`  // networks (CIDR) from which nothing is counted; /24 and /48 at the finest, so none is a single address

	HidePage  bool      `json:"hidePage,omitempty"` // visitors find no page about what is kept of them
	Retention Retention `json:"retention,omitzero"` // how long what is kept
	Notice    Notice    `json:"notice,omitzero"`    // what the documents about the site are to say
}

// DefaultFloor is the smallest group shown where the floor holds and the owner chose none.
const DefaultFloor = 5

// Notice is what only the owner of a site can say in its documents about privacy.
type Notice struct {
	Controller string `json:"controller,omitempty"` // who runs the site, with postal address
	Contact    string `json:"contact,omitempty"`    // e-mail address for questions about privacy
	Basis      string `json:"basis,omitempty"`      // "interest", "consent" or "exemption"; empty: not chosen
}

// Goal is a named conversion: an event by its name, or a page by a path pattern (* within a level, ** across).
type Goal struct {
	Name    string   `json:"name"`
	Event   string   `json:"event,omitempty"`
	Props   []string `json:"props,omitempty"` // of an event: "property:op:value[,value…]" as in filters; all must hold
	Page    string   `json:"page,omitempty"`
	Scroll  int      `json:"scroll,omitempty"`  // of a page: the percent of it that must be seen, 1–100; 0: any
	Engaged int      `json:"engaged,omitempty"` // of a page: the seconds that must be spent on it, up to 86,400; 0: any
}

// Funnel is a saved question of how far visitors get on a way of steps; app/report reads its texts.
type Funnel struct {
	Name   string   `json:"name"`
	Steps  []string `json:"steps"`            // 2 to 8, as "page:/cart/**", "event:NAME|property:op:value", "goal:NAME"
	Window string   `json:"window,omitempty"` // "30m", "7d": the time from the first to the last step; empty: within a visit
	Strict bool     `json:"strict,omitempty"` // nothing may lie between two steps
}

// BlockInfo tells of one block without its columns.
type BlockInfo struct {
	Date                  int32 // UTC day, in days since 1970
	Visits, Views, Events int
	Last                  int64 // seconds since 1970 of the last hit or engagement in it; with Date a range to skip by
}

// Snapshot is one consistent view of a site. Several goroutines may load blocks at once, each into its own Block.
type Snapshot struct {
	blocks   []BlockInfo
	dicts    [NumDims][]string
	visitors int
	damage   []atomic.Pointer[Damage] // by block; nil: none is known
	totals   []DayTotal
	lost     []*Damage
	load     func(i int, need Columns, into *Block) error
	close    func()
}

// NewSnapshot returns a snapshot over blocks held in memory: for tests of what reads snapshots. A block one of whose
// columns has not as many values as it should is damaged.
func NewSnapshot(blocks []*Block, dicts [NumDims][]string, visitors int) *Snapshot {
	s := &Snapshot{dicts: dicts, visitors: visitors, close: func() {}}
	for _, b := range blocks {
		s.blocks = append(s.blocks, b.info())
	}
	s.damage = make([]atomic.Pointer[Damage], len(blocks))
	s.load = func(i int, need Columns, into *Block) error {
		into.copyFrom(blocks[i], need)
		for c := range EventAmount {
			if need.Has(c) && len(into.Cols[c]) != into.Len(c) {
				return &Damage{File: "memory", Day: into.Date, Column: c, Err: column.ErrCorrupt}
			}
			if need.Has(c) {
				into.forget(c)
			}
		}
		return nil
	}
	return s
}

// OnLoad has f called before each reading of a block: for tests of what reads snapshots.
func (s *Snapshot) OnLoad(f func()) {
	load := s.load
	s.load = func(i int, need Columns, into *Block) error { f(); return load(i, need, into) }
}

// Blocks returns the blocks, by date.
func (s *Snapshot) Blocks() []BlockInfo { return s.blocks }

// Visitors returns an upper bound, exclusive, of the numbers in VisitVisitor: the length of a bitmap of visitors.
func (s *Snapshot) Visitors() int { return s.visitors }

// Totals returns what is known of days whose visits are gone, by day. The slice must not be changed.
func (s *Snapshot) Totals() []DayTotal { return s.totals }

// Dict returns the values of a dictionary, by id. The slice must not be changed.
func (s *Snapshot) Dict(d Dim) []string { return s.dicts[d] }

// Damaged returns what is known to be damaged of block i; nil: nothing. It is known from the first Load that met it on,
// also to later snapshots.
func (s *Snapshot) Damaged(i int) *Damage { return s.damage[i].Load() }

// Lost returns days of which something is missing that is in no block: single hits that could not be read, or totals.
func (s *Snapshot) Lost() []*Damage { return s.lost }

// Load reads the columns in need of block i into into, whose slices it reuses. Into must not be kept beyond Close, and
// its values must not be changed. Columns that are not in need are nil in it. A *Damage: the block is not as it was
// written; no figure may be made of any of its columns.
func (s *Snapshot) Load(i int, need Columns, into *Block) error {
	for c, values := range into.Cols {
		if values != nil && !need.Has(Column(c)) {
			into.spare[c], into.Cols[c] = values, nil
		}
	}
	if !need.Has(EventAmount) {
		into.Amounts = nil
	}
	return s.LoadMore(i, need, into)
}

// LoadMore is Load for further columns of the block that into was loaded from last: those that are there stay.
func (s *Snapshot) LoadMore(i int, need Columns, into *Block) error {
	if d := s.Damaged(i); d != nil {
		return d
	}
	err := s.load(i, need, into)
	if d, ok := errors.AsType[*Damage](err); ok {
		s.damage[i].Store(d)
	}
	return err
}

// LoadSome is LoadMore for when only some values of the columns are wanted. What other places of a column hold is not known.
func (s *Snapshot) LoadSome(i int, need Columns, wanted Wanted, into *Block) error {
	into.wanted = wanted
	defer func() { into.wanted = Wanted{} }()
	return s.LoadMore(i, need, into)
}

// Close lets go of the snapshot.
func (s *Snapshot) Close() { s.close() }

// copyFrom makes b a copy of the columns in need of from: b's slices are its reader's to fill again.
func (b *Block) copyFrom(from *Block, need Columns) {
	b.Date, b.Visits, b.Views, b.Events = from.Date, from.Visits, from.Views, from.Events
	for c := range NumColumns {
		if need.Has(c) {
			b.Cols[c] = append(b.room(c), from.Cols[c]...)
		}
	}
	if need.Has(EventAmount) {
		b.Amounts = append(b.Amounts[:0], from.Amounts...)
	}
}

// forget makes 0 of what is not wanted of a column that was read.
func (b *Block) forget(c Column) {
	ranges := b.wanted.of(c)
	if ranges == nil {
		return
	}
	known := slices.Clone(b.Cols[c])
	clear(b.Cols[c])
	for _, r := range ranges {
		copy(b.Cols[c][r.From:r.To], known[r.From:r.To])
	}
}

// info sums b up. It needs VisitStart and VisitDuration.
func (b *Block) info() BlockInfo {
	last := int64(b.Date) * 86400
	for i, start := range b.Cols[VisitStart] {
		last = max(last, int64(b.Date)*86400+int64(start)+int64(b.Cols[VisitDuration][i]))
	}
	return BlockInfo{Date: b.Date, Visits: b.Visits, Views: b.Views, Events: b.Events, Last: last}
}
