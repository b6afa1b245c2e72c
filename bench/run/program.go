package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"sandprint/bench/load"
)

// What is measured: the site, and who asks.
const (
	domain   = "bench.example"
	email    = "bench@bench.example"
	password = "a long enough pass phrase"
)

// build builds the program, unless one was given, and measures its size.
func (b *bench) build(ctx context.Context) (err error) {
	if b.program == "" {
		if b.program, err = load.Build(ctx, b.dir); err != nil {
			return err
		}
	}
	info, err := os.Stat(b.program)
	if err != nil {
		return err
	}
	b.report("size of the program", "<= 28 MB", info.Size() <= 28e6, "%.1f MB", float64(info.Size())/1e6)
	return nil
}

// newData makes a data directory with a user and a site, and returns it with a token that may read.
func (b *bench) newData(ctx context.Context, name string) (data, token string, err error) {
	data = filepath.Join(b.dir, name)
	for _, args := range [][]string{
		{"user", "add", email, "--customer", "Bench", "--password-stdin"},
		{"site", "add", domain, "--customer", "Bench", "--timezone", "Europe/Berlin"},
		{"token", "add", "--user", "bench@bench.example", "--scope", "read"},
	} {
		in := strings.NewReader(password + "\n")
		if token, err = load.Command(ctx, in, b.program, append(args, "--data", data)...); err != nil {
			return "", "", err
		}
	}
	return data, token, nil
}

// serve starts the program on a data directory and a free port.
func (b *bench) serve(data string) (*load.Server, error) {
	return load.Start(b.program, "serve", "--data", data, "--listen", "127.0.0.1:0", "--rate-limit", "off")
}

// processor names this machine's.
func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}
