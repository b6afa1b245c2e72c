package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"sandprint/bench/load"
)

// domain is the site that is measured.
const domain = "bench.example"

// build builds the program as releases are built.
func (b *bench) build(ctx context.Context) error {
	if b.program == "" {
		b.program = filepath.Join(b.dir, "sandprint")
		c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.program, "sandprint")
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
	}
	info, err := os.Stat(b.program)
	if err != nil {
		return err
	}
	b.report("size of the program", "<= 28 MB", info.Size() <= 28e6, "%.1f MB", float64(info.Size())/1e6)
	return nil
}

// command runs one command of the program on a data directory and returns what it printed.
func (b *bench) command(ctx context.Context, data string, in io.Reader, args ...string) (string, error) {
	c := exec.CommandContext(ctx, b.program, append(args, "--data", data)...)
	c.Stdin = in
	var out, talk bytes.Buffer
	c.Stdout, c.Stderr = &out, &talk
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("sandprint %s: %w: %s", strings.Join(args, " "), err, talk.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// newData makes a data directory with a user and a site, and returns it with a token that may read.
func (b *bench) newData(ctx context.Context, name string) (data, token string, err error) {
	data = filepath.Join(b.dir, name)
	for _, args := range [][]string{
		{"user", "add", "bench@bench.example", "--customer", "Bench", "--password-stdin"},
		{"site", "add", domain, "--customer", "Bench", "--timezone", "Europe/Berlin"},
		{"token", "add", "--user", "bench@bench.example", "--scope", "read"},
	} {
		if token, err = b.command(ctx, data, strings.NewReader("a long enough password\n"), args...); err != nil {
			return "", "", err
		}
	}
	return data, token, nil
}

// server is a process that listens.
type server struct {
	load.Process
	addr  string        // host:port
	ready time.Duration // from its start to the line that says so
	cmd   *exec.Cmd
	talk  bytes.Buffer
}

// start starts a program and waits for the line that ends with its address.
func start(program string, args ...string) (*server, error) {
	s := &server{cmd: exec.Command(program, args...)}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.cmd.Stderr = &s.talk
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	s.ready = time.Since(began)
	_, addr, found := strings.Cut(strings.TrimSpace(line), "http://")
	if err != nil || !found {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		return nil, fmt.Errorf("it did not start: %q %s", line, s.talk.String())
	}
	s.addr, s.Process = addr, load.Process(s.cmd.Process.Pid)
	return s, nil
}

// serve starts the program on a data directory and a free port.
func (b *bench) serve(data string) (*server, error) {
	return start(b.program, "serve", "--data", data, "--listen", "127.0.0.1:0", "--rate-limit", "off")
}

// stop ends the process and waits for it.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	var exit *exec.ExitError
	if err := s.cmd.Wait(); err != nil && !errors.As(err, &exit) {
		return err
	}
	return nil
}

// processor names this machine's.
func processor() string {
	b, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(b)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}
