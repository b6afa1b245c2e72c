package app

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// The socket carries one command a connection, as frames of one byte of kind, four bytes of length (big endian) and as
// many bytes. Only its owner can reach it (0600, in a directory of 0700), so whoever calls may do everything. A client
// that goes away cancels its command.
const (
	frameCall  = 'C' // client: the line, as JSON of socketCall; first and once
	frameIn    = 'I' // client: bytes of standard input; only once asked for
	frameInEnd = 'E' // client: the end of standard input
	frameWant  = 'W' // server: the command reads its standard input
	frameOut   = 'O' // server: standard output
	frameErr   = 'R' // server: standard error
	frameExit  = 'X' // server: the exit code, one byte; last
)

// maxFrame bounds a frame's bytes.
const maxFrame = 1 << 20

// socketCall is a line to run.
type socketCall struct {
	Args  []string `json:"args"`
	Width int      `json:"width"` // of the client's terminal, 0: it is none
}

func readFrame(r io.Reader) (kind byte, data []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	size := binary.BigEndian.Uint32(head[1:])
	if size > maxFrame {
		return 0, nil, fmt.Errorf("frame of %d bytes", size)
	}
	data = make([]byte, size)
	_, err = io.ReadFull(r, data)
	return head[0], data, err
}

// frameWriter writes frames of one connection; several goroutines may share it.
type frameWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (f *frameWriter) frame(kind byte, data []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, err := f.w.Write(append(binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(data))), data...))
	return err
}

// frameStream writes one kind of frames.
type frameStream struct {
	*frameWriter
	kind byte
}

func (s frameStream) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(len(rest), maxFrame)
		if err := s.frame(s.kind, rest[:n]); err != nil {
			return len(p) - len(rest), err
		}
		rest = rest[n:]
	}
	return len(p), nil
}

// runner runs one line inside the owner and returns its exit code.
type runner func(ctx context.Context, call socketCall, in io.Reader, out, err io.Writer) int

// socket is the owner's side.
type socket struct {
	path   string
	ln     net.Listener
	run    runner
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// openSocket listens in dir, in place of whatever an earlier owner left there.
func openSocket(dir string, run runner) (*socket, error) {
	s := &socket{path: filepath.Join(dir, socketName), run: run}
	if err := os.Remove(s.path); err != nil && !os.IsNotExist(err) {
		return nil, dirError(dir, err)
	}
	err := throughShortPath(s.path, func(path string) (err error) {
		s.ln, err = net.Listen("unix", path)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("socket for commands %s: %w", s.path, err)
	}
	s.ln.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := os.Chmod(s.path, 0o600); err != nil {
		return nil, errors.Join(err, s.ln.Close())
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.work.Go(s.accept)
	return s, nil
}

// Close ends the commands that run and waits for them.
func (s *socket) Close() error {
	err := errors.Join(s.ln.Close(), os.Remove(s.path))
	s.cancel()
	s.work.Wait()
	return err
}

func (s *socket) accept() {
	for {
		conn, err := s.ln.Accept()
		if err != nil {
			return // closed
		}
		s.work.Go(func() { s.serve(conn) })
	}
}

// serve runs the one command of a connection.
func (s *socket) serve(conn net.Conn) {
	defer conn.Close()
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	defer context.AfterFunc(s.ctx, func() { conn.(*net.UnixConn).CloseRead() })()
	kind, data, err := readFrame(conn)
	var call socketCall
	if err != nil || kind != frameCall || json.Unmarshal(data, &call) != nil {
		return
	}
	input, feed := io.Pipe()
	defer input.Close()
	s.work.Go(func() {
		feed.CloseWithError(feedInput(conn, feed))
		cancel()
	})
	frames := &frameWriter{w: conn}
	in := &wantedInput{Reader: input, ask: sync.OnceFunc(func() { frames.frame(frameWant, nil) })}
	code := s.run(ctx, call, in, frameStream{frames, frameOut}, frameStream{frames, frameErr})
	frames.frame(frameExit, []byte{byte(code)}) // a client that is gone doesn't care
}

// feedInput passes a client's standard input on until the connection ends, and returns why it ended.
func feedInput(conn io.Reader, feed *io.PipeWriter) error {
	for {
		kind, data, err := readFrame(conn)
		if err != nil {
			return errInterrupted
		}
		switch kind {
		case frameIn:
			if _, err := feed.Write(data); err != nil && !errors.Is(err, io.ErrClosedPipe) {
				return err
			}
		case frameInEnd:
			feed.Close()
		}
	}
}

// wantedInput asks the client for its standard input when it is first read.
type wantedInput struct {
	io.Reader
	ask func()
}

func (w *wantedInput) Read(p []byte) (int, error) {
	w.ask()
	return w.Reader.Read(p)
}

// dialSocket connects to the owner of dir.
func dialSocket(dir string) (conn net.Conn, err error) {
	err = throughShortPath(filepath.Join(dir, socketName), func(path string) (err error) {
		conn, err = net.Dial("unix", path)
		return err
	})
	return conn, err
}

// remoteExit is the exit code of a line that ran in the owner, which has said all there is to say.
type remoteExit int

func (r remoteExit) Error() string { return fmt.Sprintf("exit code %d", int(r)) }

// remote has a line run by the owner at the other end of conn.
func (sh *shell) remote(ctx context.Context, conn net.Conn, line []string) error {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	frames := &frameWriter{w: conn}
	call, err := json.Marshal(socketCall{Args: line, Width: sh.width})
	if err == nil {
		err = frames.frame(frameCall, call)
	}
	for err == nil {
		var kind byte
		var data []byte
		if kind, data, err = readFrame(conn); err != nil {
			break
		}
		switch kind {
		case frameOut:
			_, err = sh.out.Write(data)
		case frameErr:
			_, err = sh.err.Write(data)
		case frameWant:
			go sendInput(sh.in, frames) // ends with the input or the process: a read of a terminal can't be called off
		case frameExit:
			if len(data) == 1 && data[0] == exitDone {
				return nil
			}
			return remoteExit(data[0])
		}
	}
	if ctx.Err() != nil {
		return errInterrupted
	}
	return fmt.Errorf("the running Sandprint went away before the command was done: %w", err)
}

// sendInput sends all of in.
func sendInput(in io.Reader, frames *frameWriter) {
	if _, err := io.Copy(frameStream{frames, frameIn}, in); err == nil {
		frames.frame(frameInEnd, nil) // an owner that is gone is noticed by who reads its answer
	}
}

// maxSocketPath is the longest path of a socket in bytes that every system takes (macOS and the BSDs: 104 with a zero).
const maxSocketPath = 103

// throughShortPath calls use with a path of the socket that is short enough: the path itself, or one through a
// symbolic link that is there for as long as use runs.
func throughShortPath(path string, use func(path string) error) error {
	if len(path) <= maxSocketPath {
		return use(path)
	}
	tmp, err := os.MkdirTemp("", "sp")
	if err != nil {
		return fmt.Errorf("the path is too long for a socket, and there is no way around: %w", err)
	}
	defer os.RemoveAll(tmp)
	link := filepath.Join(tmp, "d")
	if err := os.Symlink(filepath.Dir(path), link); err != nil {
		return err
	}
	short := filepath.Join(link, filepath.Base(path))
	if len(short) > maxSocketPath {
		return fmt.Errorf("the path is too long for a socket, and so is that of %s", strings.TrimSuffix(tmp, "/"))
	}
	return use(short)
}
