package load

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
	"syscall"
	"time"
)

// Build builds the program of this module into dir, as releases are built, and returns its path.
func Build(ctx context.Context, dir string) (string, error) {
	program := filepath.Join(dir, "sandprint")
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "sandprint")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return program, nil
}

// Command runs one command of the program to its end and returns what it printed, without space around it.
func Command(ctx context.Context, in io.Reader, program string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, program, args...)
	c.Stdin = in
	var out, talk bytes.Buffer
	c.Stdout, c.Stderr = &out, &talk
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("sandprint %s: %w: %s", strings.Join(args, " "), err, talk.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// Server is a process that listens.
type Server struct {
	Process
	Addr  string        // host:port
	Ready time.Duration // from its start to the line that says so

	cmd  *exec.Cmd
	talk bytes.Buffer
}

// Start starts a program and waits for the line that ends with its address. Stop or Kill it in the end.
func Start(program string, args ...string) (*Server, error) {
	s := &Server{cmd: exec.Command(program, args...)}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.cmd.Stderr = &s.talk
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.Process = Process(s.cmd.Process.Pid)
	line, err := bufio.NewReader(out).ReadString('\n')
	s.Ready = time.Since(began)
	_, addr, found := strings.Cut(strings.TrimSpace(line), "http://")
	if err != nil || !found {
		s.Kill()
		return nil, fmt.Errorf("%s did not start: %q %s", filepath.Base(program), line, s.talk.String())
	}
	s.Addr = addr
	return s, nil
}

// Stop ends the process as service managers do and waits for it. Stopping again does nothing.
func (s *Server) Stop() error { return s.end(syscall.SIGTERM) }

// Kill ends the process at once, as kill -9 does, and waits for it.
func (s *Server) Kill() error { return s.end(os.Kill) }

func (s *Server) end(how os.Signal) error {
	err := s.cmd.Process.Signal(how)
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	if _, exited := errors.AsType[*exec.ExitError](s.cmd.Wait()); err == nil && exited && how != os.Kill {
		return fmt.Errorf("it did not end in order: %s", s.talk.String())
	}
	return err
}
