package enrich

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"
)

// Every country of the table is one, its runs rise, and where they begin and end they answer.
func TestCountriesAreInOrder(t *testing.T) {
	c, err := openCountries(embedded(t))
	if err != nil {
		t.Fatal(err)
	}
	for i, code := range []byte(c.codes[2:]) {
		if code < 'A' || code > 'Z' {
			t.Errorf("byte %d of the countries is %q", i+2, code)
		}
	}
	for width, runs := range map[int][]byte{runIPv4: c.ipv4, runIPv6: c.ipv6} {
		for i := 0; i < len(runs); i += width {
			run := runs[i : i+width]
			if i > 0 && bytes.Compare(runs[i-width:i-1], run[:width-1]) >= 0 {
				t.Fatalf("run %d does not begin after the one before", i/width)
			}
			b := make([]byte, 4)
			if width == runIPv6 {
				b = make([]byte, 16)
			}
			copy(b, run[:width-1])
			number := 2 * int(run[width-1])
			addr, _ := netip.AddrFromSlice(b)
			if number >= len(c.codes) || number > 0 && c.of(addr) != c.codes[number:number+2] || number == 0 && c.of(addr) != "" {
				t.Fatalf("%v is in %q, and its run says country %d", addr, c.of(addr), number/2)
			}
			if before := addr.Prev(); i > 0 && c.of(before) == c.of(addr) {
				t.Fatalf("%v and %v are in one country and two runs", before, addr)
			}
		}
	}
	for _, reserved := range []string{"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "192.0.2.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
		"::/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "8000::/1"} {
		prefix := netip.MustParsePrefix(reserved)
		last := prefix.Addr().AsSlice()
		for i := prefix.Bits(); i < 8*len(last); i++ {
			last[i/8] |= 0x80 >> (i % 8)
		}
		end, _ := netip.AddrFromSlice(last)
		if c.of(prefix.Addr()) != "" || c.of(end) != "" {
			t.Errorf("the reserved %s is in %q and %q", reserved, c.of(prefix.Addr()), c.of(end))
		}
	}
}

func TestADamagedCountryTableIsRefused(t *testing.T) {
	whole := embedded(t)
	for _, cut := range []int{0, 1, 8, 23, 24, 1000, len(whole) - 1} {
		if _, err := openCountries(whole[:cut]); err == nil {
			t.Errorf("the first %d bytes were opened", cut)
		}
	}
	huge := bytes.Clone(whole)
	binary.BigEndian.PutUint32(huge[len(countryMagic)+4:], 1<<31)
	if _, err := openCountries(huge); err == nil {
		t.Error("a table of 2,147,483,648 countries was opened")
	}
}
