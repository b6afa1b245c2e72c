package crash

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"sandprint/bench/load"
)

// traced are the system calls that change files, those that open them, and write, which also answers requests.
const traced = "trace=pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,open,openat,pread64"

// needStrace ends a test that can't run on this machine, and says so.
func needStrace(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("not run here: strace is a program of Linux")
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("strace is not installed: “make tools” installs it")
	}
	if out, err := exec.Command("strace", "-f", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("not run here: this machine doesn't let one program trace another: %v: %s", err, out)
	}
}

// startTraced starts the program under strace, with more options for it.
func startTraced(program, trace string, options []string, args ...string) (*load.Server, error) {
	line := append([]string{"-D", "--seccomp-bpf", "-f", "-yy", "-e", "signal=none", "-o", trace}, options...)
	return load.Start("strace", append(append(line, program), args...)...)
}

// tracer returns the process that traces a program.
func tracer(p load.Process) (*os.Process, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p))
	if err != nil {
		return nil, err
	}
	_, rest, _ := bytes.Cut(b, []byte("TracerPid:\t"))
	if number(rest) == 0 {
		return nil, fmt.Errorf("nobody traces process %d", p)
	}
	return os.FindProcess(int(number(rest)))
}

// awaitEnd waits for a process that is no child to end. Nobody may ever ask how it ended, so a zombie has ended too.
func awaitEnd(p *os.Process) error {
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Pid))
		if err != nil || bytes.Contains(b, []byte("State:\tZ")) {
			return nil
		}
		if time.Since(began) > 30*time.Second {
			return fmt.Errorf("process %d does not end", p.Pid)
		}
	}
}

// call is a system call as strace recorded it. Began and ended are line numbers: calls of several threads overlap.
type call struct {
	name         string
	began, ended int
	file         string // path of the file of its first argument, or the path in it; of a connection its two ends
	handle       int64  // number of that file as the program has it open
	to           string // of a rename: the new path
	data         []byte // of a write: what was really written
	offset       int64  // of pwrite64; of ftruncate the new size
	err          string // as "EIO"; empty: none
}

// readTrace reads a record of strace -f -yy, the calls in the order in which they ended, and those that never did.
func readTrace(path string) (calls []call, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	open := map[string]*call{} // by thread
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if err != nil {
			break
		}
		thread, rest, _ := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
		rest = bytes.TrimLeft(rest, " ")
		var c *call
		switch {
		case bytes.HasPrefix(rest, []byte("+++")), bytes.HasPrefix(rest, []byte("---")):
			continue
		case bytes.HasPrefix(rest, []byte("<... ")):
			if c = open[string(thread)]; c == nil {
				return nil, fmt.Errorf("line %d: the end of no call", n)
			}
			delete(open, string(thread))
		default:
			if c, err = parseCall(rest); err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			c.began = n
		}
		if bytes.HasSuffix(rest, []byte("<unfinished ...>")) {
			open[string(thread)] = c
			continue
		}
		c.ended = n
		c.finish(rest)
		calls = append(calls, *c)
	}
	for _, c := range open {
		c.ended = 1 << 62
		calls = append(calls, *c)
	}
	return calls, nil
}

// finish takes what a call returned, of the line that it ended with.
func (c *call) finish(line []byte) {
	at := bytes.LastIndex(line, []byte(" = "))
	if at < 0 {
		return
	}
	fields := bytes.Fields(line[at+3:])
	switch n := number(fields[0]); { // a file that was opened has its path after the number
	case fields[0][0] == '-' && len(fields) > 1:
		c.err = string(fields[1])
	case fields[0][0] == '-' || fields[0][0] == '?':
		c.err = "unknown"
	case n < int64(len(c.data)):
		c.data = c.data[:n]
	}
}

// parseCall reads "name(arguments…".
func parseCall(line []byte) (*call, error) {
	name, args, ok := bytes.Cut(line, []byte("("))
	if !ok {
		return nil, fmt.Errorf("no call: %.100q", line)
	}
	c := &call{name: string(name)}
	switch c.name {
	case "pwrite64", "write":
		file, rest, _ := bytes.Cut(args, []byte(">, "))
		c.handle, c.file = handleOf(file)
		var err error
		if c.data, rest, err = unquote(rest); err != nil {
			return nil, err
		}
		if c.name == "pwrite64" { // , length, offset
			parts := bytes.SplitN(rest, []byte(", "), 3)
			if len(parts) < 3 {
				return nil, fmt.Errorf("no offset: %.100q", rest)
			}
			c.offset = number(parts[2])
		}
	case "ftruncate":
		file, rest, _ := bytes.Cut(args, []byte(">, "))
		c.handle, c.file = handleOf(file)
		c.offset = number(rest)
	case "fsync", "fdatasync":
		file, _, _ := bytes.Cut(args, []byte(">"))
		c.handle, c.file = handleOf(file)
	default: // with one or two paths
		for i := 0; i < 2; i++ {
			at := bytes.IndexByte(args, '"')
			if at < 0 {
				break
			}
			path, rest, err := unquote(args[at:])
			if err != nil {
				return nil, err
			}
			args = rest
			if i == 0 {
				c.file = filepath.Clean(string(path))
			} else {
				c.to = filepath.Clean(string(path))
			}
		}
	}
	return c, nil
}

// handleOf returns the number and the path in "7</path".
func handleOf(b []byte) (handle int64, path string) {
	_, after, _ := bytes.Cut(b, []byte("<"))
	return number(b), string(after)
}

// number reads the digits that b begins with.
func number(b []byte) (n int64) {
	for _, c := range b {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

// unquote reads a text in quotes as C writes it, and returns what follows.
func unquote(b []byte) (text, rest []byte, err error) {
	if len(b) == 0 || b[0] != '"' {
		return nil, nil, fmt.Errorf("no text: %.100q", b)
	}
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '"':
			if bytes.HasPrefix(b[i+1:], []byte("...")) {
				return nil, nil, fmt.Errorf("strace cut a text: %.100q", b)
			}
			return text, b[i+1:], nil
		case '\\':
			i++
			switch c := b[i]; c {
			case 'n':
				text = append(text, '\n')
			case 't':
				text = append(text, '\t')
			case 'v':
				text = append(text, '\v')
			case 'f':
				text = append(text, '\f')
			case 'r':
				text = append(text, '\r')
			case '0', '1', '2', '3', '4', '5', '6', '7':
				n := 0
				for j := 0; j < 3 && b[i] >= '0' && b[i] <= '7'; j++ {
					n = n*8 + int(b[i]-'0')
					i++
				}
				i--
				text = append(text, byte(n))
			default:
				text = append(text, c)
			}
		default:
			text = append(text, b[i])
		}
	}
	return nil, nil, fmt.Errorf("a text without an end: %.100q", b)
}

// How strace writes bytes is read back byte by byte.
func TestUnquote(t *testing.T) {
	for quoted, want := range map[string]string{
		`"plain"`:           "plain",
		`"a \"word\" \\"`:   `a "word" \`,
		`"\n\t\v\f\r"`:      "\n\t\v\f\r",
		`"\0\1\377"`:        "\x00\x01\xff",
		`"\0019\18\0"`:      "\x019\x018\x00", // three digits where another follows
		`""`:                "",
		`"\303\244"`:        "ä",
		`"SQLite\0\20\0\1"`: "SQLite\x00\x10\x00\x01",
	} {
		got, rest, err := unquote([]byte(quoted + ", 4"))
		if err != nil || string(got) != want || string(rest) != ", 4" {
			t.Errorf("%s: %q, %q, %v, want %q", quoted, got, rest, err, want)
		}
	}
	if _, _, err := unquote([]byte(`"cut"..., 4096`)); err == nil {
		t.Error("a text that strace cut is taken as whole")
	}
}

// clock times a part of a test for its log.
func clock() func() time.Duration {
	began := time.Now()
	return func() time.Duration { return time.Since(began).Round(10 * time.Millisecond) }
}
