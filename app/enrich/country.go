package enrich

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"sort"
	"time"
)

// countries is the country table that the binary carries, as tools/geobuild writes it: big-endian, read where it lies.
//
//	8 bytes   countryMagic
//	4         date of the data, days since 1970
//	4, 4, 4   number of countries, of runs of IPv4, of runs of IPv6
//	2 each    the countries, ISO 3166-1; the first is "\0\0": none
//	4 each    runs of IPv4 in rising order: the /24 that it begins with, 3 bytes, and the country's number
//	7 each    runs of IPv6 in rising order: the /48 that it begins with, 6 bytes, and the country's number
//
// A run ends where the next begins. It takes a third of what the same table takes as a tree of bits.
type countries struct {
	built time.Time
	codes string
	ipv4  []byte
	ipv6  []byte
}

const (
	countryMagic = "spgeo\x00\x00\x01"
	runIPv4      = 4
	runIPv6      = 7
)

// openCountries opens the table.
func openCountries(data []byte) (*countries, error) {
	const head = len(countryMagic) + 4*4
	if len(data) < head || string(data[:len(countryMagic)]) != countryMagic {
		return nil, errors.New("it does not begin as one")
	}
	number := func(i int) int { return int(binary.BigEndian.Uint32(data[len(countryMagic)+4*i:])) }
	codes, ipv4, ipv6 := 2*number(1), runIPv4*number(2), runIPv6*number(3)
	if len(data)-head != codes+ipv4+ipv6 {
		return nil, errors.New("it does not end where it says")
	}
	rest := data[head:]
	return &countries{
		built: time.Unix(int64(number(0))*24*60*60, 0).UTC(),
		codes: string(rest[:codes]), ipv4: rest[codes : codes+ipv4], ipv6: rest[codes+ipv4:],
	}, nil
}

// of returns the country of an address, empty where none is known.
func (c *countries) of(addr netip.Addr) string {
	number := 0
	if addr.Is4() {
		b := addr.As4()
		unit := binary.BigEndian.Uint32(b[:]) >> 8
		n := sort.Search(len(c.ipv4)/runIPv4, func(i int) bool { return binary.BigEndian.Uint32(c.ipv4[i*runIPv4:])>>8 > unit })
		if n == 0 {
			return ""
		}
		number = int(c.ipv4[n*runIPv4-1])
	} else {
		b := addr.As16()
		unit := binary.BigEndian.Uint64(b[:]) >> 16
		n := sort.Search(len(c.ipv6)/runIPv6, func(i int) bool {
			run := c.ipv6[i*runIPv6:]
			return uint64(binary.BigEndian.Uint32(run))<<16|uint64(binary.BigEndian.Uint16(run[4:])) > unit
		})
		if n == 0 {
			return ""
		}
		number = int(c.ipv6[n*runIPv6-1])
	}
	if number == 0 || 2*number >= len(c.codes) {
		return ""
	}
	return c.codes[2*number : 2*number+2]
}
