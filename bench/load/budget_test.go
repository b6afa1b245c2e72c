package load

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Cards wear by what is written to them: a hit alone costs a few pages, hits in groups little more than their bytes, and an
// instance that nobody uses nothing. Bounds are loose; the figures are in the log and in docs/performance.md.
func TestWriteBudget(t *testing.T) {
	program, err := Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		clients int
		args    []string
		most    int64 // bytes a hit
	}{
		{"each hit alone", 1, nil, 12 << 10},
		{"32 at a time", 32, nil, 1500},
		{"each alone, gathered for a tenth of a second", 32, []string{"--commit-window", "100ms"}, 1500},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			for _, args := range [][]string{{"user", "add", "card@bench.example", "--customer", "Bench", "--password-stdin"}, {"site", "add", "card.example", "--customer", "Bench"}} {
				if _, err := Command(t.Context(), strings.NewReader("a long enough pass phrase\n"), program, append(args, "--data", data)...); err != nil {
					t.Fatal(err)
				}
			}
			s, err := Start(program, append([]string{"serve", "--data", data, "--listen", "127.0.0.1:0", "--rate-limit", "off"}, c.args...)...)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Stop()
			drive := func(how time.Duration) (hits, bytes int64) {
				before, err := s.Written()
				if err != nil {
					t.Fatal(err)
				}
				r, err := Run(t.Context(), Options{Addr: s.Addr, Site: "card.example", Clients: c.clients, For: how})
				if err != nil {
					t.Fatal(err)
				}
				after, err := s.Written()
				if err != nil {
					t.Fatal(err)
				}
				return r.Acked, after - before
			}
			hits, bytes := drive(2 * time.Second)
			if hits == 0 || bytes == 0 {
				t.Fatalf("%d hits, %d bytes: nothing was measured", hits, bytes)
			}
			t.Logf("%d hits, %d bytes a hit", hits, bytes/hits)
			if bytes/hits > c.most {
				t.Errorf("%d bytes a hit, more than %d", bytes/hits, c.most)
			}
			before, err := s.Written()
			if err != nil {
				t.Fatal(err)
			}
			timer := time.NewTimer(2 * time.Second) // idle, by the clock of the process under test
			<-timer.C
			if after, err := s.Written(); err != nil || after != before {
				t.Errorf("idle, it wrote %d bytes: %v", after-before, err)
			}
		})
	}
}
