// Geobuild makes static/country.bin, the table by which Sandprint tells the country of an address.
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
//	    -out ../static/country.bin
//
// Nothing finer than a /24 or a /48 is kept: where one holds several countries it gets the one with the most addresses.
// Reserved ranges (IANA's special-purpose registries, RFC 6890) never get a country, whatever the lists say. The same
// input and date give the same bytes. It is run by hand for a release, never by a test.
package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

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
	if err := build(*v4, *v6, *built, *out, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "geobuild:", err)
		os.Exit(1)
	}
}

// build makes the table and puts it in place of the old one.
func build(v4, v6, built, out string, say io.Writer) error {
	date, err := time.Parse(time.DateOnly, built)
	if err != nil {
		return fmt.Errorf("-built must be a date such as 2026-06-17: %w", err)
	}
	var lists [2][]span
	for i, list := range []struct {
		file string
		cut  cut
	}{{v4, ipv4}, {v6, ipv6}} {
		if lists[i], err = readFile(list.file, list.cut); err != nil {
			return fmt.Errorf("%s: %w", list.file, err)
		}
		fmt.Fprintf(say, "%s: %d ranges kept\n", list.file, len(lists[i]))
	}
	table, err := encode(date, lists[0], lists[1])
	if err != nil {
		return err
	}
	fmt.Fprintf(say, "%s: %d bytes, data of %s\n", out, len(table), built)
	return os.WriteFile(out, table, 0o644)
}

// readFile reads one list.
func readFile(name string, c cut) ([]span, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	spans, err := read(file, c)
	return subtract(spans, c.reserved()), err
}

// encode writes the table, whose form app/enrich/country.go states.
func encode(built time.Time, v4, v6 []span) ([]byte, error) {
	codes := []string{"\x00\x00"}
	for _, s := range slices.Concat(v4, v6) {
		if !slices.Contains(codes, s.country) {
			codes = append(codes, s.country)
		}
	}
	slices.Sort(codes)
	if len(codes) > 256 {
		return nil, fmt.Errorf("%d countries are more than a byte can number", len(codes)-1)
	}
	ends4, ends6 := runs(v4), runs(v6)
	var b bytes.Buffer
	b.WriteString("spgeo\x00\x00\x01")
	for _, n := range []int{int(built.Unix() / (24 * 60 * 60)), len(codes), len(ends4), len(ends6)} {
		binary.Write(&b, binary.BigEndian, uint32(n))
	}
	for _, code := range codes {
		b.WriteString(code)
	}
	for i, runs := range [][]run{ends4, ends6} {
		skip := 8 - []int{ipv4.bits, ipv6.bits}[i]/8
		for _, r := range runs {
			b.Write(binary.BigEndian.AppendUint64(nil, r.from)[skip:])
			number, _ := slices.BinarySearch(codes, cmp.Or(r.country, codes[0]))
			b.WriteByte(byte(number))
		}
	}
	return b.Bytes(), nil
}

// A run is what begins at a unit and goes on until the next run: a country, or none.
type run struct {
	from    uint64
	country string
}

// runs turns spans into runs.
func runs(spans []span) []run {
	var all []run
	for i, s := range spans {
		if i > 0 && spans[i-1].to+1 < s.from {
			all = append(all, run{spans[i-1].to + 1, ""})
		}
		all = append(all, run{s.from, s.country})
	}
	if n := len(spans); n > 0 {
		all = append(all, run{spans[n-1].to + 1, ""})
	}
	return all
}
