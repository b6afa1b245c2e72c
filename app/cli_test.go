package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program returns the program, built once a run.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sandprint-test")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "sandprint")
	out, err := exec.Command("go", "build", "-o", path, "..").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// result is what a finished command left.
type result struct {
	code     int
	out, err string
	took     time.Duration
}

// command returns a command of the program, with nothing of this process's environment but what Go needs and where programs are.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(path, args...)
	c.Env = []string{"HOME=" + t.TempDir(), "TMPDIR=" + os.TempDir(), "PATH=" + os.Getenv("PATH")}
	c.Dir = t.TempDir()
	return c
}

// sandprint runs the program to its end.
func sandprint(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	return finish(t, command(t, args...), stdin)
}

func finish(t *testing.T, c *exec.Cmd, stdin string) result {
	t.Helper()
	var out, talk bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(stdin), &out, &talk
	began := time.Now()
	err := c.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		t.Fatal(err)
	}
	return result{c.ProcessState.ExitCode(), out.String(), talk.String(), time.Since(began)}
}

// served is a serve at work.
type served struct {
	*exec.Cmd
	url   string
	talk  *bytes.Buffer
	ended chan struct{}
}

// serve starts the program on dir and a free port, and waits until it is ready.
func serve(t *testing.T, dir string, args ...string) *served {
	t.Helper()
	s := &served{Cmd: command(t, append([]string{"--data", dir, "--listen", "127.0.0.1:0"}, args...)...), talk: &bytes.Buffer{}, ended: make(chan struct{})}
	out, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.Stderr = s.talk
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	ready := regexp.MustCompile(`^Sandprint is ready at (http://\S+)$`)
	for s.url == "" && lines.Scan() {
		if m := ready.FindStringSubmatch(lines.Text()); m != nil {
			s.url = m[1]
		}
	}
	go func() {
		io.Copy(io.Discard, out)
		s.Wait()
		close(s.ended)
	}()
	t.Cleanup(func() {
		s.Process.Kill()
		<-s.ended
	})
	if s.url == "" {
		t.Fatalf("serve did not get ready: %s", s.talk)
	}
	return s
}

// stop signals and waits; it returns the exit code and how long it took.
func (s *served) stop(t *testing.T, sig os.Signal) (int, time.Duration) {
	t.Helper()
	began := time.Now()
	if err := s.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	<-s.ended
	return s.ProcessState.ExitCode(), time.Since(began)
}

func TestExitCodes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	fresh := filepath.Join(t.TempDir(), "fresh")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().String()
	for _, test := range []struct {
		why  string
		args []string
		code int
		says string // on stderr
	}{
		{"an unknown command is named", []string{"dance"}, 2, `"dance": “sandprint help” lists`},
		{"of a near one it is said", []string{"servr"}, 2, "did you mean “sandprint serve”?"},
		{"also before words and flags", []string{"users", "list", "--json"}, 2, "did you mean “sandprint user”?"},
		{"and in a group", []string{"user", "lst", "--json"}, 2, "did you mean “sandprint user list”? “sandprint help user”"},
		{"a flag that is none, and no word after it, is named", []string{"--listn", "x"}, 2, "no flag --listn:"},
		{"the flag of another command", []string{"version", "--customer", "x"}, 2, "--customer"},
		{"too many words", []string{"user", "add", "a@x.example", "b"}, 2, `one EMAIL is enough, "b" is too much`},
		{"an unknown command of a group is named", []string{"user", "dance"}, 2, `"dance"`},
		{"a group alone says what it has", []string{"user"}, 2, "add, list, remove, password"},
		{"an unknown flag is named", []string{"user", "list", "--dance"}, 2, "--dance"},
		{"too few words", []string{"user", "add"}, 2, "EMAIL is missing: sandprint user add EMAIL"},
		{"a bad value names the flag", []string{"--rate-limit", "many"}, 2, "--rate-limit"},
		{"a bad network is shown", []string{"--trusted-proxies", "10.0.0.0/99"}, 2, "10.0.0.0/99"},
		{"no directory", []string{"user", "list", "--data", fresh}, 1, "there is no data directory"},
		{"a file in the place of the directory", []string{"--data", file}, 1, "is a file"},
		{"a directory below a file", []string{"--data", filepath.Join(file, "x")}, 1, "is a file"},
		{"a port that is taken", []string{"--data", fresh, "--listen", port}, 1, port + " is taken"},
		{"no address at all", []string{"--data", fresh, "--listen", "nonsense"}, 1, "--listen"},
		{"a table that is none", []string{"--data", fresh, "--listen", "127.0.0.1:0", "--geoip", file}, 1, file},
		{"version needs no directory", []string{"version"}, 0, ""},
		{"help needs no directory", []string{"help"}, 0, ""},
		{"help of a command", []string{"user", "add", "--help"}, 0, ""},
		{"completion needs no directory", []string{"completion", "bash"}, 0, ""},
	} {
		got := sandprint(t, "", test.args...)
		if got.code != test.code || !strings.Contains(got.err, test.says) {
			t.Errorf("%s: %v: exit code %d, want %d; said %q, want %q in it", test.why, test.args, got.code, test.code, got.err, test.says)
		}
		if test.code != 0 && strings.Count(got.err, "\n") != 1 {
			t.Errorf("%s: %v: not one line: %q", test.why, test.args, got.err)
		}
	}
}

func TestFlagsStandAnywhereAndComeFromTheEnvironment(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if r := sandprint(t, "", "--data", dir, "user", "add", "--customer", "Acme", "ann@example.com"); r.code != 0 {
		t.Fatal(r.err)
	}
	for _, args := range [][]string{
		{"--data", dir, "user", "list", "--json"}, {"user", "--json", "list", "--data=" + dir}, {"--json", "user", "list", "--data", dir},
	} {
		if r := sandprint(t, "", args...); r.code != 0 || !strings.Contains(r.out, `"ann@example.com"`) {
			t.Errorf("%v: %+v", args, r)
		}
	}
	name := filepath.Join(t.TempDir(), "name")
	if err := os.WriteFile(name, []byte(dir+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, env := range []string{"SANDPRINT_DATA=" + dir, "SANDPRINT_DATA_FILE=" + name} {
		c := command(t, "user", "list")
		c.Env = append(c.Env, env)
		if r := finish(t, c, ""); r.code != 0 || !strings.Contains(r.out, "Acme (owner)") {
			t.Errorf("%s: %+v", env, r)
		}
	}
}

func TestOneOwner(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, dir)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, link} {
		r := sandprint(t, "", "serve", "--data", path, "--listen", "127.0.0.1:0")
		if r.code != 3 || !strings.Contains(r.err, strconv.Itoa(s.Process.Pid)) || strings.Count(r.err, "\n") != 1 {
			t.Errorf("second serve on %s: %+v; want exit code 3 and process %d named", path, r, s.Process.Pid)
		}
		if r.took > 200*time.Millisecond {
			t.Errorf("second serve on %s took %v", path, r.took)
		}
	}
	if resp, err := http.Get(s.url + "/healthz"); err != nil || resp.StatusCode != 200 {
		t.Errorf("the first is not well: %v %v", resp, err)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("data directory: %v %v", info.Mode(), err)
	}
	if info, err = os.Stat(filepath.Join(dir, socketName)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("socket: %v %v", info.Mode(), err)
	}
}

func TestCommandsOnALiveInstance(t *testing.T) {
	long := filepath.Join(t.TempDir(), strings.Repeat("a long way to go/", 8), "data") // no path of a socket is as long
	for _, dir := range []string{filepath.Join(t.TempDir(), "data"), long} {
		serve(t, dir)
		for _, step := range []struct {
			stdin     string
			args      []string
			code      int
			out, talk string // expressions
		}{
			{"a good long pass phrase\n", []string{"user", "add", "ann@example.com", "--customer", "Acme", "--password-stdin"}, 0, `^ann@example.com +Acme \(owner\), operator +set\n$`, `^$`},
			{"", []string{"user", "add", "bob@example.com", "--role", "viewer"}, 0, `\nhttp://127\.0\.0\.1:\d+/link/[A-Z2-7]{26}\n$`, `once, within 72 hours`},
			{"", []string{"user", "add", "bob@example.com"}, 1, `^$`, `^sandprint: bob@example.com is a user`},
			{"short\n", []string{"user", "password", "bob@example.com", "--password-stdin"}, 1, `^$`, `^sandprint: .*\n$`},
			{"", []string{"site", "add", "example.com", "--timezone", "Europe/Berlin"}, 0, `^example.com +Acme +Europe/Berlin +cookie`, `script`},
			{"", []string{"token", "add", "--user", "ann@example.com", "--scope", "read", "--site", "example.com"}, 0, `^sp_[a-z2-7]{32}\n$`, `can't be shown again`},
			{"", []string{"token", "list"}, 0, `ann@example.com +example.com +read`, `^$`},
			{"example.org\n", []string{"site", "remove", "example.com"}, 1, `^$`, `nothing was removed`},
			{"example.com\n", []string{"site", "remove", "example.com"}, 0, `^$`, `Removed example.com`},
			{"", []string{"user", "remove", "bob@example.com"}, 0, `^$`, `Removed`},
			{"", []string{"maintain"}, 0, ``, ``},
			{"", []string{"user", "list"}, 0, `ann@example.com`, `^$`},
		} {
			r := sandprint(t, step.stdin, append(step.args, "--data", dir)...)
			if r.code != step.code || !regexp.MustCompile(step.out).MatchString(r.out) || !regexp.MustCompile(step.talk).MatchString(r.err) {
				t.Errorf("%v: %+v", step.args, r)
			}
		}
	}
}

// What isn't there is said in the words of the command line, and so is what was made along the way.
func TestWhatCommandsSay(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	for _, step := range []struct {
		args []string
		code int
		talk string // an expression
	}{
		{[]string{"site", "add", "lone.example", "--customer", "No Body"}, 0, `There was no customer "No Body": it was made.\n.*sandprint user add EMAIL --customer "No Body"”`},
		{[]string{"site", "add", "more.example", "--customer", "no body"}, 0, `^Nobody belongs to the customer "No Body" yet: `},
		{[]string{"user", "add", "ann@example.com", "--customer", "Acme"}, 0, ``},
		{[]string{"site", "add", "acme.example", "--customer", "Acme"}, 0, `^$`},
		{[]string{"site", "add", "whose.example"}, 1, `Name it with --customer: .*Acme.*, .*No Body.*\.\n$`},
		{[]string{"token", "revoke", "99"}, 1, `^sandprint: there is no token 99: “sandprint token list”`},
		{[]string{"token", "add", "--user", "ann@example.com", "--scope", "read", "--site", "no.example"}, 1, `there is no site no.example: “sandprint site list”`},
		{[]string{"token", "add", "--user", "ann@example.com", "--scope", "read", "--site", "lone.example"}, 1, `ann@example.com may not see lone.example`},
		{[]string{"user", "remove", "bob@example.com"}, 1, `no user “?"?bob@example.com`},
		{[]string{"stats", "acme.example", "--from", "2026-11-28"}, 1, `from is given, to is missing`},
		{[]string{"stats", "acme.example", "--sort", "foo"}, 1, `nothing called "foo"`},
	} {
		r := sandprint(t, "", append(step.args, "--data", dir)...)
		if r.code != step.code || !regexp.MustCompile(step.talk).MatchString(r.err) {
			t.Errorf("%v: exit code %d, want %d; said %q, want %s", step.args, r.code, step.code, r.err, step.talk)
		}
	}
}

func TestStopsInOrder(t *testing.T) {
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		s := serve(t, filepath.Join(t.TempDir(), "data"))
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close() // one who waits doesn't hold it up
		if code, took := s.stop(t, sig); code != 0 || took > 2*time.Second {
			t.Errorf("%v: exit code %d after %v: %s", sig, code, took, s.talk)
		}
		if s.talk.Len() > 0 {
			t.Errorf("%v: it said %q", sig, s.talk)
		}
	}
}

func TestWhatKillLeavesIsHarmless(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	serve(t, dir).stop(t, syscall.SIGKILL)
	for _, name := range []string{lockName, socketName} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Fatalf("the test expects a stale %s: %v", name, err)
		}
	}
	if r := sandprint(t, "", "user", "list", "--data", dir); r.code != 0 {
		t.Errorf("command after kill: %+v", r)
	}
	s := serve(t, dir)
	if r := sandprint(t, "", "user", "list", "--data", dir); r.code != 0 {
		t.Errorf("command on the next serve: %+v", r)
	}
	if code, _ := s.stop(t, os.Interrupt); code != 0 {
		t.Errorf("next serve: exit code %d: %s", code, s.talk)
	}
}

func TestNewerDataIsLeftAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if r := sandprint(t, "", "user", "add", "ann@example.com", "--data", dir); r.code != 0 {
		t.Fatal(r.err)
	}
	control := filepath.Join(dir, "control.db")
	b, err := os.ReadFile(control)
	if err != nil {
		t.Fatal(err)
	}
	b[60], b[61], b[62], b[63] = 0, 0, 0x7f, 0xff // user_version (SQLite file format, section 1.3.12)
	if err := os.WriteFile(control, b, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"user", "list"}, {"maintain"}} {
		r := sandprint(t, "", append(args, "--data", dir)...)
		if r.code != 4 || !strings.Contains(r.err, "newer version") || strings.Count(r.err, "\n") != 1 {
			t.Errorf("%v: %+v", args, r)
		}
	}
	after, err := os.ReadFile(control)
	if err != nil || !bytes.Equal(b, after) {
		t.Errorf("the file was changed: %v", err)
	}
	if r := sandprint(t, "", "doctor", "--data", dir); r.code != 1 || !strings.Contains(r.out, "run the version that wrote it") {
		t.Errorf("doctor: %+v", r)
	}
}

func TestDoctor(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	serve(t, dir)
	if r := sandprint(t, "", "doctor", "--data", dir); r.code != 0 || !strings.Contains(r.out, "running as process") {
		t.Errorf("on a live instance: %+v", r)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if r := sandprint(t, "", "doctor", "--data", dir); r.code != 1 || !strings.Contains(r.out, "chmod 700 "+dir) {
		t.Errorf("a directory that others can read: %+v", r)
	}
}

// A client that goes away cancels its command.
func TestClientThatGoesAway(t *testing.T) {
	dir := t.TempDir()
	began, ended := make(chan struct{}), make(chan error, 1)
	s, err := openSocket(dir, func(ctx context.Context, _ socketCall, in io.Reader, _, _ io.Writer) int {
		close(began)
		_, err := io.Copy(io.Discard, in)
		<-ctx.Done()
		ended <- err
		return 0
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conn, err := dialSocket(dir)
	if err != nil {
		t.Fatal(err)
	}
	frames := &frameWriter{w: conn}
	if err := errors.Join(frames.frame(frameCall, []byte(`{}`)), frames.frame(frameIn, []byte("half a li"))); err != nil {
		t.Fatal(err)
	}
	<-began
	conn.Close()
	if err := <-ended; !errors.Is(err, errInterrupted) {
		t.Errorf("the command saw %v at the end of its input, as if it were whole", err)
	}
}
