package app

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"sandprint/app/account"
	"sandprint/app/privacy"
	"sandprint/app/problem"
	"sandprint/app/store"
)

// instance is an open data directory: what commands and serve work on. Whoever has one owns the directory.
type instance struct {
	dir      string
	lock     *dirLock
	store    *store.Store
	accounts *account.Service
	privacy  *privacy.Service
	base     string // address under which people reach it; empty: it isn't running
}

// openInstance takes ownership of a data directory and opens what is in it.
func openInstance(dir string, o store.Options) (*instance, error) {
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(dir, o)
	if err != nil {
		return nil, errors.Join(storeError(dir, err), lock.Close())
	}
	p, err := privacy.New(context.Background(), s)
	if err != nil {
		return nil, errors.Join(storeError(dir, err), s.Close(), lock.Close())
	}
	in := &instance{dir: dir, lock: lock, store: s, accounts: account.New(s), privacy: p}
	in.accounts.RemoveWith(func(ctx context.Context, info store.SiteInfo) error {
		_, err := p.Erase(ctx, privacy.Order{Site: info, All: true}, nil)
		return err
	})
	return in, nil
}

// storeError says in words why the files of a data directory can't be opened.
func storeError(dir string, err error) error {
	if errors.Is(err, store.ErrNewer) {
		return failf(exitNewer, "the data in %s was written by a newer version of Sandprint and was left as it is: run that version, or a newer one", dir)
	}
	return failf(exitFailed, "can't open the data in %s: %w; “sandprint doctor” tells more", dir, err)
}

// site opens a site for the command line.
func (in *instance) site(ctx context.Context, domain string) (store.Reader, error) {
	site, err := in.accounts.Open(ctx, account.Local(), domain)
	return site, noSite(domain, err)
}

// noSite says so where the error is that there is no site of that domain.
func noSite(domain string, err error) error {
	if errors.Is(err, problem.NotFound) {
		return failf(exitFailed, "there is no site %s: “sandprint site list” tells which there are", domain)
	}
	return err
}

// Close closes the files and lets go of the directory.
func (in *instance) Close() error { return errors.Join(in.store.Close(), in.lock.Close()) }

// patience is how long a command waits for a directory whose owner doesn't answer: another command that is about to end,
// or a serve that is about to start.
const patience = 2 * time.Second

// action is what a command does with an open data directory.
type action func(ctx context.Context, in *instance, args []string) error

// onData returns a command's function that does its work here when the data directory is free, and otherwise inside its
// owner. The directory must be there.
func (sh *shell) onData(do action) func(*cobra.Command, []string) error {
	return sh.dataAction(do, false)
}

// onNewData is onData for commands that a new installation may begin with: it makes the directory.
func (sh *shell) onNewData(do action) func(*cobra.Command, []string) error {
	return sh.dataAction(do, true)
}

func (sh *shell) dataAction(do action, create bool) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		sh.ran = true
		ctx := cmd.Context()
		if sh.live != nil {
			return do(ctx, sh.live, args)
		}
		dir, err := filepath.Abs(sh.cfg.Data)
		if err != nil {
			return err
		}
		if create {
			if err := prepareDir(dir); err != nil {
				return err
			}
		}
		if _, err := os.Stat(dir); err != nil {
			return dirError(dir, err)
		}
		in, err := sh.ownOrAsk(ctx, cmd, dir, args)
		if in == nil {
			return err
		}
		return errors.Join(do(ctx, in, args), in.Close())
	}
}

// ownOrAsk returns the instance of a directory that is free; otherwise it has the line run by the owner, and returns nil
// and how that went.
func (sh *shell) ownOrAsk(ctx context.Context, cmd *cobra.Command, dir string, args []string) (*instance, error) {
	for wait := time.Now().Add(patience); ; {
		in, err := openInstance(dir, store.Options{})
		if _, owned := errors.AsType[*ownedError](err); !owned {
			return in, err
		}
		conn, dialErr := dialSocket(dir)
		if dialErr == nil {
			return nil, sh.remote(ctx, conn, lineOf(cmd, args))
		}
		if time.Now().After(wait) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, errInterrupted
		case <-time.After(20 * time.Millisecond):
		}
	}
}

var errInterrupted = errors.New("interrupted before it was done")

// lineOf returns the words of a parsed command line, with what came from the environment, for another process to run.
func lineOf(cmd *cobra.Command, args []string) []string {
	var line []string
	for c := cmd; c.HasParent(); c = c.Parent() {
		line = append([]string{c.Name()}, line...)
	}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name == "data" {
			return
		}
		if list, ok := valueOf(f).(pflag.SliceValue); ok {
			for _, value := range list.GetSlice() {
				line = append(line, "--"+f.Name+"="+value)
			}
			return
		}
		line = append(line, "--"+f.Name+"="+f.Value.String())
	})
	return append(append(line, "--"), args...)
}

// askHidden returns the first line of the input. From a terminal it asks for it and doesn't show what is typed.
func (sh *shell) askHidden(prompt string) (string, error) {
	if f, ok := sh.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		io.WriteString(sh.err, prompt)
		b, err := term.ReadPassword(int(f.Fd()))
		io.WriteString(sh.err, "\n")
		return string(b), err
	}
	return readLine(sh.in)
}

// readLine reads up to the end of the first line, and no byte more; at most 4,096 bytes.
func readLine(r io.Reader) (string, error) {
	var line []byte
	for b := make([]byte, 1); len(line) <= 4096; {
		n, err := r.Read(b)
		if n == 1 && b[0] == '\n' {
			break
		}
		line = append(line, b[:n]...)
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
	}
	if len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return string(line), nil
}
