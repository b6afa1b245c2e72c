package app

import (
	"bufio"
	"bytes"
	"container/list"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// limited starts a server with the listener's limits and returns its address and log.
func limited(t *testing.T, h http.Handler, conns int) (string, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	s := newServer(h, slog.New(slog.NewTextHandler(&log, nil)))
	s.ConnState = (&connCap{max: conns, waiting: list.New(), known: map[net.Conn]*list.Element{}}).state
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Serve(ln)
	}()
	t.Cleanup(func() {
		s.Close()
		<-done
	})
	return ln.Addr().String(), &log
}

func ask(t *testing.T, addr, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func TestAbsurdRequestsAreRefused(t *testing.T) {
	addr, log := limited(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/panic" {
			panic("secret of 203.0.113.7")
		}
	}), maxConns)
	for _, test := range []struct{ why, request, status string }{
		{"an ordinary one", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
		{"a header of 64 KB", "GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", "431"},
		{"1,500 header lines", "GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X: y\r\n", 1500) + "\r\n", "431"},
		{"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
		{"a negative length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400"},
		{"a panic", "GET /panic HTTP/1.1\r\nHost: a\r\n\r\n", "500"},
	} {
		if got := ask(t, addr, test.request); !strings.HasPrefix(got, "HTTP/1.1 "+test.status) {
			t.Errorf("%s: %s, want %s", test.why, got, test.status)
		}
	}
	if s := log.String(); strings.Contains(s, "203.0.113.7") || strings.Contains(s, "127.0.0.1") || !strings.Contains(s, "string at sandprint/app.") {
		t.Errorf("the log: %s", s)
	}
}

func TestTheLongestWaitingMakesRoom(t *testing.T) {
	addr, _ := limited(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), 3)
	var idle []net.Conn
	for range 3 {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		idle = append(idle, conn)
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || resp.StatusCode != 200 {
			t.Fatal(resp, err)
		}
	}
	if got := ask(t, addr, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 200") {
		t.Errorf("the fourth: %s", got)
	}
	idle[0].SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := idle[0].Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the first one was not closed: %v", err)
	}
}

// What net/http says of a request by itself has neither the address nor what it quotes of headers.
func TestWhatTheServerSaysIsRedacted(t *testing.T) {
	var b bytes.Buffer
	w := serverLog(slog.New(slog.NewTextHandler(&b, nil)))
	for _, message := range []string{
		"http: TLS handshake error from 203.0.113.9:4711: EOF",
		"http: panic serving [2001:db8:77::9]:4711: private\ngoroutine 1 [running]:\nprivate",
		`net/http: invalid byte '"' in Cookie.Value; dropping invalid bytes of "private \"value"`,
		"http: URL query contains semicolon, which is no longer a supported separator",
	} {
		w.Print(message)
	}
	for _, secret := range []string{"203.0.113.9", "2001:db8:77::9", "goroutine", "value"} {
		if strings.Contains(b.String(), secret) {
			t.Errorf("%s is in the log: %s", secret, b.String())
		}
	}
	if !strings.Contains(b.String(), "TLS handshake error from (address)") || strings.Count(b.String(), "\n") != 4 {
		t.Errorf("the log is %s", b.String())
	}
}

func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		"http: TLS handshake error from 203.0.113.7:4711: EOF":                "http: TLS handshake error from (address): EOF",
		"http: TLS handshake error from [2001:db8::7]:4711: EOF":              "http: TLS handshake error from (address): EOF",
		"read 2001:db8::7: reset":                                             "read (address): reset",
		"from fe80::1%eth0 and ::ffff:203.0.113.7.":                           "from (address) and (address).",
		"http: superfluous response.WriteHeader call from x.y (server.go:12)": "http: superfluous response.WriteHeader call from x.y (server.go:12)",
		"Accept error: too many open files; retrying in 5ms at 12:30:01":      "Accept error: too many open files; retrying in 5ms at 12:30:01",
	} {
		if got := redact(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestWhoIsLocal(t *testing.T) {
	for _, test := range []struct {
		why, from, host, header string
		want                    bool
	}{
		{"the machine by its address", "127.0.0.1:5", "127.0.0.1:8080", "", true},
		{"the machine by its name", "[::1]:5", "localhost:8080", "", true},
		{"another machine", "192.0.2.1:5", "127.0.0.1:8080", "", false},
		{"a proxy here that keeps the name", "127.0.0.1:5", "stats.example.com", "", false},
		{"a proxy here that says for whom", "127.0.0.1:5", "127.0.0.1:8080", "X-Forwarded-For", false},
		{"a proxy here that says so otherwise", "127.0.0.1:5", "127.0.0.1:8080", "Via", false},
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr, r.Host = test.from, test.host
		if test.header != "" {
			r.Header.Set(test.header, "192.0.2.1")
		}
		if got := isLocal(r); got != test.want {
			t.Errorf("%s: %v", test.why, got)
		}
	}
}

func TestLogFilesOfOldDaysGo(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "app-2000-01-01.txt")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) { // begins at midnight UTC of 2000-01-01
		c := Defaults()
		c.LogFile, c.LogDays = filepath.Join(dir, "app.log"), 3
		l, closer, err := newLog(c, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		defer closer.Close()
		for range 10 {
			l.Info("a day")
			time.Sleep(24 * time.Hour)
		}
	})
	got, err := filepath.Glob(filepath.Join(dir, "*"))
	want := fmt.Sprint([]string{filepath.Join(dir, "app-2000-01-01.txt"), filepath.Join(dir, "app-2000-01-08.log"),
		filepath.Join(dir, "app-2000-01-09.log"), filepath.Join(dir, "app-2000-01-10.log")})
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("left: %v, want %v (%v)", got, want, err)
	}
}

// Three in the morning comes once a day, also on the days when clocks change.
func TestNextRound(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ why, now, want string }{
		{"before three", "2026-11-24T02:59:59+01:00", "2026-11-24T03:00:00+01:00"},
		{"at three it is tomorrow's turn", "2026-11-24T03:00:00+01:00", "2026-11-25T03:00:00+01:00"},
		{"the night that has two o'clock twice", "2026-10-25T02:30:00+02:00", "2026-10-25T03:00:00+01:00"},
		{"the night that jumps from two to three", "2026-03-29T01:59:59+01:00", "2026-03-29T03:00:00+02:00"},
	} {
		now, err := time.Parse(time.RFC3339, test.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := nextRound(now, berlin).Format(time.RFC3339); got != test.want {
			t.Errorf("%s: %s, want %s", test.why, got, test.want)
		}
	}
}
