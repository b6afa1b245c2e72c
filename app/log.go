package app

import (
	"errors"
	"io"
	"log"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// newLog returns the service log as configured, and what closes its file. Nothing that is logged names a visitor: who
// logs is held to that, and logs numbers of sites, customers and people.
func newLog(c Config, stderr io.Writer) (*slog.Logger, io.Closer, error) {
	w, closer := stderr, io.Closer(io.NopCloser(nil))
	if c.LogFile != "" {
		f := &dailyFile{path: c.LogFile, days: c.LogDays}
		if err := f.open(time.Now()); err != nil {
			return nil, nil, failf(exitFailed, "can't write the log %s: %v: name another place with --log-file", c.LogFile, err)
		}
		w, closer = f, f
	}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, nil)), closer, nil
	}
	return slog.New(slog.NewTextHandler(w, nil)), closer, nil
}

// dailyFile is a log of one file a day: of path log/sandprint.log, log/sandprint-2026-11-24.log. Files of days (UTC)
// before the last days ones are removed; other files beside them are never touched.
type dailyFile struct {
	path string
	days int

	mu   sync.Mutex
	file *os.File // nil: closed
	day  string   // of file
}

// Write writes p whole to today's file.
func (d *dailyFile) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.file == nil {
		return 0, os.ErrClosed
	}
	if now := time.Now(); now.UTC().Format(time.DateOnly) != d.day {
		if err := d.open(now); err != nil {
			return 0, err
		}
	}
	return d.file.Write(p)
}

// Close closes the file.
func (d *dailyFile) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.file == nil {
		return nil
	}
	err := d.file.Close()
	d.file = nil
	return err
}

// open begins the file of now's day and removes those that are too old.
func (d *dailyFile) open(now time.Time) error {
	day := now.UTC().Format(time.DateOnly)
	file, err := os.OpenFile(d.name(day), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if d.file != nil {
		err = d.file.Close()
	}
	d.file, d.day = file, day
	return errors.Join(err, d.prune(now))
}

// name returns the file of a day.
func (d *dailyFile) name(day string) string {
	ext := filepath.Ext(d.path)
	return strings.TrimSuffix(d.path, ext) + "-" + day + ext
}

func (d *dailyFile) prune(now time.Time) error {
	entries, err := os.ReadDir(filepath.Dir(d.path))
	if err != nil {
		return err
	}
	oldest := now.UTC().AddDate(0, 0, 1-d.days).Format(time.DateOnly)
	before, after, _ := strings.Cut(filepath.Base(d.name("\x00")), "\x00")
	for _, e := range entries {
		rest, ours := strings.CutPrefix(e.Name(), before)
		day, dated := strings.CutSuffix(rest, after)
		if !ours || !dated {
			continue
		}
		if _, err := time.Parse(time.DateOnly, day); err == nil && day < oldest {
			err = os.Remove(filepath.Join(filepath.Dir(d.path), e.Name()))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// takeStandardLog has what packages write to Go's own log, such as net/http of a cookie's value that it drops, come to this one, without
// addresses and, where net/http quotes a header, without what it quotes.
func takeStandardLog(l *slog.Logger) {
	log.SetFlags(0)
	log.SetOutput(redacted{l})
}

// serverLog is for http.Server, whose own messages name who asked: it logs them without.
func serverLog(l *slog.Logger) *log.Logger { return log.New(redacted{l}, "", 0) }

type redacted struct{ log *slog.Logger }

func (r redacted) Write(p []byte) (int, error) {
	first, _, _ := strings.Cut(string(p), "\n") // what follows is the stack of a panic, with values in it
	r.log.Warn("http server", "message", redact(quotedText.ReplaceAllString(first, "(text)")))
	return len(p), nil
}

// quotedText finds what net/http quotes of a request: part of a header or a cookie.
var quotedText = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`")

// addressLike finds what may be an address with or without a port; redact looks closer.
var addressLike = regexp.MustCompile(`\[?[0-9A-Fa-f:.%]*[.:][0-9A-Fa-f:.%a-z]*\]?(:\d+)?`)

// redact replaces the IP addresses in a message.
func redact(message string) string {
	return addressLike.ReplaceAllStringFunc(message, func(s string) string {
		core := strings.TrimRight(s, ":.,;")
		if _, err := netip.ParseAddrPort(core); err == nil {
			return "(address)" + s[len(core):]
		}
		if _, err := netip.ParseAddr(strings.Trim(core, "[]")); err == nil {
			return "(address)" + s[len(core):]
		}
		return s
	})
}
