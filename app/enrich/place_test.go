package enrich

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// embedded is the table that the binary carries.
func embedded(t testing.TB) []byte {
	data, err := os.ReadFile("../../static/country.bin")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func sample(t testing.TB, name string) []byte {
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestPlaceFromTheEmbeddedTable(t *testing.T) {
	g, err := OpenGeo(embedded(t), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ why, addr, country string }{
		{"a German access network", "91.0.0.1", "DE"},
		{"the same, mapped into IPv6", "::ffff:91.0.0.1", "DE"},
		{"a French access network", "90.0.0.1", "FR"},
		{"a Japanese one", "133.0.0.1", "JP"},
		{"IPv6 of a German access network", "2003:0:1::1", "DE"},
		{"IPv6 of a French one", "2a01:cb00::1", "FR"},
		{"RFC 1918", "192.168.1.1", ""},
		{"RFC 1918", "10.1.2.3", ""},
		{"carrier NAT, RFC 6598", "100.64.0.1", ""},
		{"documentation, RFC 5737", "192.0.2.44", ""},
		{"documentation, RFC 5737", "198.51.100.77", ""},
		{"documentation, RFC 3849", "2001:db8::1", ""},
		{"unique local, RFC 4193", "fd00::1", ""},
		{"loopback", "127.0.0.1", ""},
		{"loopback", "::1", ""},
		{"link-local with a zone", "fe80::1%eth0", ""},
		{"multicast", "224.0.0.1", ""},
	} {
		if got := g.Place(netip.MustParseAddr(test.addr)); got != (Place{Country: test.country}) {
			t.Errorf("%s (%s): got %+v, want country %q", test.why, test.addr, got, test.country)
		}
	}
	if got := g.Place(netip.Addr{}); got != (Place{}) {
		t.Errorf("no address: got %+v", got)
	}
	if g.Regions() {
		t.Error("the table in the binary tells no regions")
	}
	if g.Name() != "Sandprint-Country" || g.Built().Year() < 2026 {
		t.Errorf("the table says it is %q of %v", g.Name(), g.Built())
	}
}

func TestPlaceFromTheOwnersFile(t *testing.T) {
	for _, test := range []struct {
		file, name string
		want       Place
	}{
		{"city.mmdb", "GeoLite2-City", Place{"DE", "DE-BY", "Munich"}},
		{"country.mmdb", "DBIP-Country-Lite", Place{Country: "FR"}},
	} {
		g, err := OpenGeo(nil, filepath.Join("testdata", test.file))
		if err != nil {
			t.Fatal(err)
		}
		if got := g.Place(netip.MustParseAddr("81.2.69.142")); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.file, got, test.want)
		}
		if got, want := g.Regions(), test.want.Region != ""; got != want {
			t.Errorf("%s tells regions: %v", test.file, got)
		}
		if got := g.Place(netip.MustParseAddr("9.9.9.9")); got != (Place{}) {
			t.Errorf("%s: an unknown address is in %+v", test.file, got)
		}
		if g.Name() != test.name || g.Built().Format(time.DateOnly) != "2026-11-01" {
			t.Errorf("%s says it is %q of %v", test.file, g.Name(), g.Built())
		}
	}
}

func TestOpenGeoNamesTheBrokenFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	city := sample(t, "city.mmdb")
	for why, file := range map[string]string{
		"missing":             filepath.Join(dir, "none.mmdb"),
		"a directory":         dir,
		"empty":               write("empty.mmdb", nil),
		"another format":      write("page.mmdb", []byte("<html>not found</html>")),
		"cut off":             write("half.mmdb", city[:len(city)/2]),
		"of another subject":  filepath.Join("testdata", "asn.mmdb"),
		"of an unknown maker": write("other.mmdb", []byte(strings.Replace(string(city), "GeoLite2-City", "Wonder-Cities", 1))),
	} {
		_, err := OpenGeo(embedded(t), file)
		if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "--geoip") ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error is %v", why, err)
		}
	}
	if _, err := OpenGeo([]byte("nonsense"), ""); err == nil {
		t.Error("a damaged embedded table was opened")
	}
}

func TestGeoReadsAReplacedFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "geo.mmdb")
	modified := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	put := func(data []byte) {
		modified = modified.Add(time.Hour)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, modified, modified); err != nil {
			t.Fatal(err)
		}
	}
	addr := netip.MustParseAddr("81.2.69.142")
	put(sample(t, "country.mmdb"))
	synctest.Test(t, func(t *testing.T) {
		g, err := OpenGeo(nil, file)
		if err != nil {
			t.Fatal(err)
		}
		expect := func(why, country string, broken bool) {
			t.Helper()
			if got := g.Place(addr).Country; got != country {
				t.Errorf("%s: country %q, want %q", why, got, country)
			}
			if err := g.Err(); (err != nil) != broken {
				t.Errorf("%s: the error is %v", why, err)
			}
		}
		expect("as opened", "FR", false)
		put(sample(t, "city.mmdb"))
		expect("replaced a moment ago", "FR", false)
		time.Sleep(recheck)
		expect("replaced", "DE", false)
		put([]byte("half a downl"))
		time.Sleep(recheck)
		expect("replaced by a broken file", "DE", true)
		os.Remove(file)
		time.Sleep(recheck)
		expect("removed", "DE", true)
		put(sample(t, "country.mmdb"))
		time.Sleep(recheck)
		expect("put back", "FR", false)

		for range 2 {
			if err := g.Close(); err != nil {
				t.Error("closing:", err)
			}
		}
		put(sample(t, "city.mmdb"))
		time.Sleep(recheck)
		expect("closed", "", false)
		if g.Name() != "" || !g.Built().IsZero() {
			t.Error("a closed table still has a name or a date")
		}
	})
}

// Run with -race: look-ups go on while the file is replaced and the table closed.
func TestGeoIsSafeForConcurrentUse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "geo.mmdb")
	if err := os.WriteFile(file, sample(t, "city.mmdb"), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		g, err := OpenGeo(nil, file)
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 50 {
					g.Place(netip.MustParseAddr("81.2.69.142"))
					g.Err()
					time.Sleep(recheck / 2)
				}
			})
		}
		for i := range 20 {
			data := sample(t, []string{"city.mmdb", "country.mmdb", "asn.mmdb"}[i%3])
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			time.Sleep(recheck)
		}
		g.Close()
		all.Wait()
	})
}

func anyAddr(t *rapid.T) netip.Addr {
	b := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes")
	switch rapid.IntRange(0, 2).Draw(t, "family") {
	case 0:
		return netip.AddrFrom4([4]byte(b[:4]))
	case 1:
		return netip.AddrFrom16(netip.AddrFrom4([4]byte(b[:4])).As16())
	}
	return netip.AddrFrom16([16]byte(b)).WithZone(rapid.SampledFrom([]string{"", "eth0"}).Draw(t, "zone"))
}

func TestCutKeepsNoHousehold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		addr := anyAddr(t)
		cut := Cut(addr)
		plain := addr.Unmap()
		if cut.Zone() != "" || cut.Is4In6() || cut.Is4() != plain.Is4() || Cut(cut) != cut {
			t.Fatalf("%v is cut to %v", addr, cut)
		}
		was, is, keep := plain.AsSlice(), cut.AsSlice(), 6
		if plain.Is4() {
			keep = 3
		}
		for i := range is {
			if i < keep && is[i] != was[i] || i >= keep && is[i] != 0 {
				t.Fatalf("%v is cut to %v", addr, cut)
			}
		}
	})
	if Cut(netip.Addr{}).IsValid() {
		t.Error("no address is cut to one")
	}
}

func FuzzPlace(f *testing.F) {
	g, err := OpenGeo(embedded(f), "")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{91, 0, 0, 1})
	f.Add(netip.MustParseAddr("2001:db8::1").AsSlice())
	f.Fuzz(func(t *testing.T, b []byte) {
		addr, _ := netip.AddrFromSlice(b)
		if p := g.Place(addr); len(p.Country) != 0 && len(p.Country) != 2 || p.Region != "" || p.City != "" {
			t.Errorf("%v is in %+v", addr, p)
		}
	})
}

func FuzzOpenGeo(f *testing.F) {
	f.Add(sample(f, "city.mmdb"))
	f.Add(sample(f, "country.mmdb"))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := openTable(data)
		if err != nil {
			return
		}
		var g Geo
		g.table.Store(table)
		for _, addr := range []string{"81.2.69.142", "1.1.1.1", "2a02:d280::1"} {
			g.Place(netip.MustParseAddr(addr))
		}
	})
}

func BenchmarkPlace(b *testing.B) {
	g, err := OpenGeo(embedded(b), "")
	if err != nil {
		b.Fatal(err)
	}
	addr := netip.MustParseAddr("91.0.0.1")
	b.ReportAllocs()
	for b.Loop() {
		g.Place(addr)
	}
}
