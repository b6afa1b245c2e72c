// Geobuild makes static/country.mmdb, the table by which Sandprint tells the country of an address.
//
// It reads two lists of address ranges, one line each of
//
//	first address,last address,ISO 3166-1 country
//
// with the last address inclusive and the lines in rising order, as the npm package @ip-location-db/geo-whois-asn-country
// has them (the five regional registries' whois and delegation data through the NRO, CC BY 4.0; see NOTICE). Any other
// list of that shape will do. To refresh the table:
//
//	npm pack @ip-location-db/geo-whois-asn-country
//	tar xzf ip-location-db-geo-whois-asn-country-*.tgz
//	cd tools && go run ./geobuild -built 2026-06-17 \
//	    -v4 ../package/geo-whois-asn-country-ipv4.csv \
//	    -v6 ../package/geo-whois-asn-country-ipv6.csv \
//	    -out ../static/country.mmdb
//
// Nothing finer than a /24 or a /64 is kept: where one holds several countries it gets the one with the most addresses.
// Reserved ranges (IANA's special-purpose registries, RFC 6890) never get a country, whatever the lists say. The same
// input and date give the same bytes. It is run by hand for a release, never by a test.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/oschwald/maxminddb-golang/v2"
)

// databaseType names our own table in the file's metadata. MaxMind's own names are not ours to use.
const databaseType = "Sandprint-Country"

func main() {
	v4 := flag.String("v4", "", "CSV `file` of IPv4 ranges")
	v6 := flag.String("v6", "", "CSV `file` of IPv6 ranges")
	built := flag.String("built", "", "`date` of the data, as 2026-06-17")
	out := flag.String("out", "", "MMDB `file` to write")
	flag.Parse()
	if *v4 == "" || *v6 == "" || *built == "" || *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*v4, *v6, *built, *out, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "geobuild:", err)
		os.Exit(1)
	}
}

// run builds the table, proves it and puts it in place of the old one.
func run(v4, v6, built, out string, say io.Writer) error {
	date, err := time.Parse(time.DateOnly, built)
	if err != nil {
		return fmt.Errorf("-built must be a date such as 2026-06-17: %w", err)
	}
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		BuildEpoch:   date.Unix(),
		DatabaseType: databaseType,
		Description:  map[string]string{"en": "Country by network, from NRO data (CC BY 4.0), cut at /24 and /64"},
		IPVersion:    6,
		RecordSize:   24,
	})
	if err != nil {
		return err
	}
	for _, list := range []struct {
		file string
		cut  cut
	}{{v4, ipv4}, {v6, ipv6}} {
		n, err := insert(tree, list.file, list.cut)
		if err != nil {
			return fmt.Errorf("%s: %w", list.file, err)
		}
		fmt.Fprintf(say, "%s: %d ranges kept\n", list.file, n)
	}
	var file bytes.Buffer
	if _, err := tree.WriteTo(&file); err != nil {
		return err
	}
	if err := prove(file.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(say, "%s: %d bytes, data of %s\n", out, file.Len(), built)
	return os.WriteFile(out, file.Bytes(), 0o644)
}

// insert reads one list into the tree and returns how many ranges it became.
func insert(tree *mmdbwriter.Tree, name string, c cut) (int, error) {
	file, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	spans, err := read(file, c)
	if err != nil {
		return 0, err
	}
	spans = subtract(spans, c.reserved())
	for _, s := range spans {
		record := mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(s.country)}}
		first, last := c.first(s.from), c.last(s.to)
		if err := tree.InsertRange(net.IP(first.AsSlice()), net.IP(last.AsSlice()), record); err != nil {
			return 0, fmt.Errorf("%s to %s: %w", first, last, err)
		}
	}
	return len(spans), nil
}

// prove opens the table as the program will and refuses one that is damaged, empty or knows a reserved address.
func prove(file []byte) error {
	db, err := maxminddb.OpenBytes(file)
	if err != nil {
		return err
	}
	if err := db.Verify(); err != nil {
		return err
	}
	for _, c := range []cut{ipv4, ipv6} {
		for _, p := range c.special {
			prefix := netip.MustParsePrefix(p)
			for _, addr := range []netip.Addr{prefix.Addr(), c.last(c.unit(prefix.Addr()))} {
				if db.Lookup(addr).Found() && !aliased(addr) {
					return fmt.Errorf("the reserved range %s has a country", prefix)
				}
			}
		}
	}
	for range db.Networks() {
		return nil
	}
	return errors.New("the table is empty")
}

// aliased says whether the file answers for addr with the IPv4 address inside it (6to4, RFC 3056; Teredo, RFC 4380).
func aliased(addr netip.Addr) bool {
	return netip.MustParsePrefix("2002::/16").Contains(addr) || netip.MustParsePrefix("2001::/32").Contains(addr)
}
