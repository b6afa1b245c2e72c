package enrich

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oschwald/geoip2-golang/v2"
)

// recheck is how long the owner's file may have been replaced before it is noticed.
const recheck = 3 * time.Second

// Geo answers where an address is used, from the country table that the binary carries or from a file of the owner's.
// It is safe for concurrent use and has no goroutine: look-ups see to it that a replaced file is read again.
//
// The file is read into memory rather than mapped, so that overwriting or truncating it in place cannot bring the
// process down, and so that the old table can be left to the look-ups that still use it.
type Geo struct {
	file    string // empty: only the embedded table
	table   atomic.Pointer[geoTable]
	checked atomic.Int64 // when the file was last looked at, nanoseconds since 1970

	mu     sync.Mutex // held while the file is read
	stamp  stamp      // of the version that was last read, well or not
	err    error      // what is wrong with that version
	closed bool
}

// A geoTable is one opened table; exactly one of own and theirs is set.
type geoTable struct {
	own    *countries
	theirs *geoip2.Reader // GeoLite2, GeoIP2, DB-IP
}

// A stamp tells one version of a file from another.
type stamp struct {
	modified time.Time
	size     int64
}

// OpenGeo opens file, a GeoLite2, GeoIP2 or DB-IP country or city table in MMDB format, or the table in embedded where
// file is empty. The error is a sentence that names the file and says what to do.
func OpenGeo(embedded []byte, file string) (*Geo, error) {
	g := &Geo{file: file}
	if file == "" {
		own, err := openCountries(embedded)
		if err != nil {
			return nil, fmt.Errorf("the country table in this binary is damaged: %w; build or download it again", err)
		}
		g.table.Store(&geoTable{own: own})
		return g, nil
	}
	g.read()
	if g.err != nil {
		return nil, g.err
	}
	g.checked.Store(time.Now().UnixNano())
	return g, nil
}

// openTable opens an owner's file.
func openTable(data []byte) (*geoTable, error) {
	theirs, err := geoip2.OpenBytes(data)
	if err != nil {
		return nil, err
	}
	// A table of another subject, such as ASN, opens as well and refuses the question.
	if _, err := theirs.City(netip.IPv4Unspecified()); errors.As(err, new(geoip2.InvalidMethodError)) {
		return nil, err
	}
	return &geoTable{theirs: theirs}, nil
}

// read reads the owner's file and puts it to use; a file that cannot be used leaves the table that is. The caller holds mu
// or is the only one to know g.
func (g *Geo) read() {
	info, err := os.Stat(g.file)
	if err != nil {
		g.stamp, g.err = stamp{}, fmt.Errorf("cannot read the geo file %s: %w; put it back or leave --geoip away", g.file, err)
		return
	}
	now := stamp{info.ModTime(), info.Size()}
	if now == g.stamp {
		return
	}
	g.stamp = now // before reading: what is written meanwhile is read at the next check
	data, err := os.ReadFile(g.file)
	if err == nil {
		var table *geoTable
		if table, err = openTable(data); err == nil {
			g.table.Store(table)
			g.err = nil
			return
		}
	}
	g.err = fmt.Errorf("the geo file %s is not a country or city table (%w); give --geoip a GeoLite2, GeoIP2 or DB-IP "+
		"country or city file (.mmdb), or leave it away", g.file, err)
}

// current is the table to answer from, nil when closed. At most every few seconds it looks whether the file was replaced;
// only one caller does the reading, the others go on with the old table.
func (g *Geo) current() *geoTable {
	if g.file != "" {
		now, last := time.Now().UnixNano(), g.checked.Load()
		if now-last >= int64(recheck) && g.checked.CompareAndSwap(last, now) && g.mu.TryLock() {
			if !g.closed {
				g.read()
			}
			g.mu.Unlock()
		}
	}
	return g.table.Load()
}

// Place looks an address up. A private, loopback or otherwise unroutable address has an empty place, and so has one that
// the table does not know.
func (g *Geo) Place(addr netip.Addr) Place {
	addr = addr.Unmap().WithZone("")
	table := g.current()
	if table == nil || !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return Place{}
	}
	if table.own != nil {
		return Place{Country: table.own.of(addr)}
	}
	record, err := table.theirs.City(addr) // every accepted type answers it; a country table without region and city
	if err != nil {
		return Place{}
	}
	p := Place{Country: record.Country.ISOCode, City: record.City.Names.English}
	if s := record.Subdivisions; len(s) > 0 && p.Country != "" && s[0].ISOCode != "" {
		p.Region = p.Country + "-" + s[0].ISOCode
	}
	return p
}

// Built is the date of the data, zero when closed.
func (g *Geo) Built() time.Time {
	t := g.current()
	switch {
	case t == nil:
		return time.Time{}
	case t.own != nil:
		return t.own.built
	}
	return t.theirs.Metadata().BuildTime().UTC()
}

// Regions reports whether the table in use tells regions and cities, as those of countries don't.
func (g *Geo) Regions() bool {
	t := g.current()
	return t != nil && t.own == nil && !strings.Contains(t.theirs.Metadata().DatabaseType, "Country")
}

// Name says which table answers, by its own type name: "Sandprint-Country", "GeoLite2-City".
func (g *Geo) Name() string {
	t := g.current()
	switch {
	case t == nil:
		return ""
	case t.own != nil:
		return "Sandprint-Country"
	}
	return t.theirs.Metadata().DatabaseType
}

// Err says what is wrong with the latest version of the owner's file, as a sentence that names it. While it is not nil
// the last good version answers.
func (g *Geo) Err() error {
	g.current()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// Close releases the table. Later look-ups answer an empty Place; closing again does nothing.
func (g *Geo) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	g.table.Store(nil)
	return nil
}

// Cut drops what tells one household from another: the last octet of an IPv4 address (also of one mapped into IPv6, which
// comes back as IPv4), all past /48 of an IPv6 one, and the zone.
func Cut(addr netip.Addr) netip.Addr {
	addr = addr.Unmap()
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	network, err := addr.WithZone("").Prefix(bits)
	if err != nil { // only the zero Addr
		return netip.Addr{}
	}
	return network.Addr()
}
