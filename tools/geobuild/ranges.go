package main

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"net/netip"
	"slices"
	"strings"
)

// A cut is the finest network that is kept of an address family. Networks of that size are numbered: a unit is the
// number of one, its leading bits.
type cut struct {
	bits    int      // prefix length of a unit
	bytes   int      // length of an address
	special []string // IANA's special-purpose ranges, none finer than a unit
}

var (
	ipv4 = cut{bits: 24, bytes: 4, special: []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
		"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"224.0.0.0/4", "240.0.0.0/4",
	}}
	// Beyond 2000::/3 nothing is global unicast (RFC 4291); 2001::/23 is the IETF's own, with Teredo, benchmarking,
	// ORCHID and the like in it; 2002::/16 is 6to4; 2001:db8::/32 and 3fff::/20 are for documentation.
	ipv6 = cut{bits: 48, bytes: 16, special: []string{
		"::/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "4000::/2", "8000::/1",
	}}
)

// A span is a run of units, both ends inclusive, that lie in one country.
type span struct {
	from, to uint64
	country  string
}

// unit is the number of the unit that addr lies in.
func (c cut) unit(addr netip.Addr) uint64 {
	unit, _ := c.split(addr)
	return unit
}

// split is the unit of addr and the share of that unit, from 0 up to 1, that comes before addr.
func (c cut) split(addr netip.Addr) (unit uint64, before float64) {
	b := addr.AsSlice()
	if c.bytes == 4 {
		return uint64(binary.BigEndian.Uint32(b) >> 8), float64(b[3]) / 256
	}
	high := binary.BigEndian.Uint64(b)
	return high >> 16, (float64(high&0xffff) + float64(binary.BigEndian.Uint64(b[8:]))/math.Exp2(64)) / 0x10000
}

// first and last are the ends of a unit.
func (c cut) first(unit uint64) netip.Addr { return c.addr(unit, 0) }
func (c cut) last(unit uint64) netip.Addr  { return c.addr(unit, math.MaxUint64) }

func (c cut) addr(unit, rest uint64) netip.Addr {
	if c.bytes == 4 {
		return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(unit<<8|rest&0xff))))
	}
	b := binary.BigEndian.AppendUint64(nil, unit<<16|rest&0xffff)
	return netip.AddrFrom16([16]byte(binary.BigEndian.AppendUint64(b, rest)))
}

// reserved are the special-purpose ranges as spans, in rising order.
func (c cut) reserved() []span {
	var spans []span
	for _, s := range c.special {
		prefix := netip.MustParsePrefix(s)
		from := c.unit(prefix.Addr())
		spans = append(spans, span{from: from, to: from | (1<<(c.bits-prefix.Bits()) - 1)})
	}
	return spans
}

// read turns a list of address ranges into spans of units, joined where neighbours share a country. A unit that several
// ranges share goes to the country that has most of it, by alphabet when they have the same. Where ranges overlap, as some
// do in real lists, the earlier one holds.
func read(list io.Reader, c cut) ([]span, error) {
	b := builder{cut: c, parts: map[string]float64{}}
	var began, past netip.Addr // where the last range began; the last address seen
	lines := bufio.NewScanner(list)
	for n := 1; lines.Scan(); n++ {
		first, last, country, err := c.line(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if first.Less(began) {
			return nil, fmt.Errorf("line %d: the ranges do not rise", n)
		}
		began = first
		if past.IsValid() && !past.Less(first) {
			if first = past.Next(); !first.IsValid() || last.Less(first) {
				continue
			}
		}
		past = last
		b.take(first, last, country)
	}
	b.settle()
	return b.spans, lines.Err()
}

// A builder makes spans of ranges that come in rising order.
type builder struct {
	cut    cut
	spans  []span
	shared uint64             // the unit whose owner is not settled yet
	parts  map[string]float64 // the share that each country has of it
}

// take adds a range: the part of a unit at its beginning, whole units, the part of a unit at its end.
func (b *builder) take(first, last netip.Addr, country string) {
	from, head := b.cut.split(first)
	to, tail := b.cut.split(last)
	if from != b.shared {
		b.settle()
		b.shared = from
	}
	ends := b.cut.last(to) == last // with its unit
	if from == to && (head > 0 || !ends) {
		b.parts[country] += tail - head
		return
	}
	if head > 0 {
		b.parts[country] += 1 - head
		b.settle()
		from++
	}
	if ends {
		b.add(from, to, country)
		return
	}
	if from < to {
		b.add(from, to-1, country)
	}
	b.shared = to
	b.parts[country] += tail
}

// settle gives the shared unit to the country that has most of it.
func (b *builder) settle() {
	if len(b.parts) == 0 {
		return
	}
	most := slices.MinFunc(slices.Collect(maps.Keys(b.parts)), func(x, y string) int {
		return cmp.Or(cmp.Compare(b.parts[y], b.parts[x]), cmp.Compare(x, y))
	})
	b.add(b.shared, b.shared, most)
	clear(b.parts)
}

// add appends whole units.
func (b *builder) add(from, to uint64, country string) {
	if n := len(b.spans) - 1; n >= 0 && b.spans[n].country == country && b.spans[n].to+1 == from {
		b.spans[n].to = to
		return
	}
	b.spans = append(b.spans, span{from, to, country})
}

// line takes one line of a list apart.
func (c cut) line(text string) (first, last netip.Addr, country string, err error) {
	fields := strings.Split(strings.TrimSpace(text), ",")
	if len(fields) != 3 {
		return first, last, "", fmt.Errorf("want 3 fields, have %d", len(fields))
	}
	if first, err = netip.ParseAddr(fields[0]); err != nil {
		return first, last, "", err
	}
	if last, err = netip.ParseAddr(fields[1]); err != nil {
		return first, last, "", err
	}
	if first.BitLen() != c.bytes*8 || last.BitLen() != c.bytes*8 || last.Less(first) {
		return first, last, "", fmt.Errorf("%s to %s is not a range of this address family", first, last)
	}
	country = fields[2]
	if len(country) != 2 || strings.ToUpper(country) != country {
		return first, last, "", fmt.Errorf("%q is not an ISO 3166-1 country", country)
	}
	return first, last, country, nil
}

// subtract takes the spans of holes out of spans. Both are in rising order.
func subtract(spans, holes []span) []span {
	var left []span
	for _, s := range spans {
		for _, h := range holes {
			if h.to < s.from || h.from > s.to {
				continue
			}
			if s.from < h.from {
				left = append(left, span{s.from, h.from - 1, s.country})
			}
			if h.to >= s.to { // nothing is left of it
				s.from, s.to = 1, 0
				break
			}
			s.from = h.to + 1
		}
		if s.from <= s.to {
			left = append(left, s)
		}
	}
	return left
}
