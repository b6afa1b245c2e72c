// Geosample makes the small tables that app/enrich is tested with, in the shapes that owners supply: a city table of
// MaxMind's type and a country table of DB-IP's. The addresses and places in them are chosen by us. Run, in tools/:
//
//	go run ./geosample ../app/enrich/testdata
package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: geosample DIRECTORY")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "geosample:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	munich := mmdbtype.Map{
		"country":      mmdbtype.Map{"iso_code": mmdbtype.String("DE"), "names": mmdbtype.Map{"en": mmdbtype.String("Germany")}},
		"city":         mmdbtype.Map{"names": mmdbtype.Map{"en": mmdbtype.String("Munich"), "de": mmdbtype.String("München")}},
		"subdivisions": mmdbtype.Slice{mmdbtype.Map{"iso_code": mmdbtype.String("BY")}},
	}
	france := mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String("FR")}}
	asn := mmdbtype.Map{"autonomous_system_number": mmdbtype.Uint32(64500)}
	for _, table := range []struct {
		file, kind string
		record     mmdbtype.Map
	}{
		{"city.mmdb", "GeoLite2-City", munich},
		{"country.mmdb", "DBIP-Country-Lite", france},
		{"asn.mmdb", "GeoLite2-ASN", asn},
	} {
		if err := write(filepath.Join(dir, table.file), table.kind, table.record); err != nil {
			return err
		}
	}
	return nil
}

// write makes a table in which one IPv4 and one IPv6 network have the record.
func write(file, kind string, record mmdbtype.Map) error {
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		BuildEpoch:   time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Unix(),
		DatabaseType: kind,
		RecordSize:   24,
	})
	if err != nil {
		return err
	}
	for _, n := range []string{"81.2.69.0/24", "2a02:d280::/32"} {
		_, network, err := net.ParseCIDR(n)
		if err != nil {
			return err
		}
		if err := tree.Insert(network, record); err != nil {
			return err
		}
	}
	var out bytes.Buffer
	if _, err := tree.WriteTo(&out); err != nil {
		return err
	}
	return os.WriteFile(file, out.Bytes(), 0o644)
}
