// Package app is the composition root: it makes one program of the parts, and owns the command line, the configuration,
// the lock and the socket of a data directory, the listener, and the order in which all of it starts and stops.
//
//	main.go      Main, exit codes, how a line is read          config.go    settings: flags, environment, help, docs/config.md
//	run.go       where a command runs: here or inside serve    lock*.go     one process owns a directory
//	serve.go     Start, Close: what runs and in which order    socket.go    the commands' way into a running serve
//	http.go      the listener's limits, panics, health         round.go     the nightly round
//	log.go       the service log and its files                 one file for each subcommand
//
// A data directory, as this package sees it (the rest is app/store's):
//
//	sandprint-data/   0700
//	  lock            locked by its owner (flock) while one runs; holds the owner's process id, for messages only
//	  control.sock    0600; commands for the owner. A stale one, as the lock file, means nothing
//	  setup-token     0600; until there is a user
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // a machine without time zones (a scratch image) knows them too

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"sandprint/app/store"
)

// The exit codes, part of the contract of the command line.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // the line can't be understood: unknown command or flag, a word that is missing, a value that a flag can't have
	exitOwned  = 3 // the data directory has an owner
	exitNewer  = 4 // the data directory was written by a newer version
)

// failure is an error with an exit code.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func failf(code int, format string, args ...any) error {
	return &failure{code, fmt.Errorf(format, args...)}
}

func usagef(format string, args ...any) error { return failf(exitUsage, format, args...) }

// Assets are what the binary carries: the files tracker.js and static/ of the repository, and the country table.
type Assets struct {
	fs.FS
	Countries []byte // static/country.bin
}

// Main runs one command line and returns its exit code. Args are without the program's name. An interrupt or SIGTERM
// ends the command in order, a second one at once.
func Main(args []string, assets Assets) int {
	keepPrivate()
	keepSmall()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	defer stop()
	sh := &shell{assets: assets, in: os.Stdin, out: os.Stdout, err: os.Stderr}
	if fd := int(os.Stdout.Fd()); term.IsTerminal(fd) {
		sh.width, _, _ = term.GetSize(fd) // 0: as when it is no terminal
	}
	return sh.run(ctx, args)
}

// keepSmall has the garbage collector begin when the heap has grown by half, not when it has doubled, unless GOGC says otherwise.
// Most of what lives long here has no pointers, so that a round costs little, and it is the small machines that this is for.
func keepSmall() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// shell is where a command runs: its streams, and the instance when that is already open in this process.
type shell struct {
	assets Assets
	in     io.Reader
	out    io.Writer // results
	err    io.Writer // talk
	width  int       // columns of the terminal that out is; 0: it is none
	live   *instance // open in this process, by serve; nil: none
	cfg    Config
	ran    bool // the line was understood
}

// run runs one line and returns its exit code. An error is one line on sh.err.
func (sh *shell) run(ctx context.Context, args []string) int {
	root := sh.root()
	line, err := arrange(root, args)
	if err == nil {
		root.SetArgs(line)
		err = root.ExecuteContext(ctx)
	}
	if err == nil {
		return exitDone
	}
	code := exitCode(err)
	if _, ours := errors.AsType[*failure](err); code == exitFailed && !sh.ran && !ours { // the line was not understood
		code = exitUsage
	}
	if _, said := errors.AsType[remoteExit](err); !said {
		fmt.Fprintln(sh.err, "sandprint: "+oneLine(err.Error()))
	}
	return code
}

// exitCode returns the code that an error ends the program with.
func exitCode(err error) int {
	if r, ok := errors.AsType[remoteExit](err); ok {
		return int(r)
	}
	if f, ok := errors.AsType[*failure](err); ok {
		return f.code
	}
	if errors.Is(err, store.ErrNewer) {
		return exitNewer
	}
	return exitFailed
}

// oneLine joins the lines of a message, such as several errors; what is said twice is said once.
func oneLine(s string) string {
	var said []string
	for line := range strings.Lines(s) {
		if line = strings.Join(strings.Fields(line), " "); line != "" && !slices.Contains(said, line) {
			said = append(said, line)
		}
	}
	text := ""
	for i, line := range said {
		switch {
		case i == 0:
		case strings.ContainsAny(text[len(text)-1:], ".:?;,"):
			text += " "
		default:
			text += "; "
		}
		text += line
	}
	return text
}

// root returns all commands.
func (sh *shell) root() *cobra.Command {
	root := &cobra.Command{
		Use:                "sandprint",
		Short:              "Count visits, keep no one's address",
		Long:               "Sandprint counts the visits of websites and keeps no one's address.\nWithout a command it is “sandprint serve”.",
		SilenceErrors:      true,
		SilenceUsage:       true,
		DisableSuggestions: true, // in words of its own, see unknown
		Version:            versionOf().Version,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if sh.live != nil {
				return nil // the client has read its own environment
			}
			return fromEnv(cmd)
		},
	}
	root.SetOut(sh.out)
	root.SetErr(sh.err)
	root.SetVersionTemplate("sandprint {{.Version}}\n")
	root.CompletionOptions.DisableDescriptions = false
	define(root.PersistentFlags(), &sh.cfg, "data")
	root.AddCommand(sh.serveCommand(), sh.demoCommand(), sh.userCommand(), sh.siteCommand(), sh.tokenCommand(), sh.statsCommand(),
		sh.importCommand(), sh.maintainCommand(), sh.backupCommand(), sh.verifyCommand(), sh.restoreCommand(), sh.eraseCommand(), sh.doctorCommand(), sh.proveCommand(), sh.versionCommand(), sh.healthCommand())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}

// group returns a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, RunE: func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknown(cmd, args[0])
		}
		var names []string
		for _, sub := range commands {
			names = append(names, sub.Name())
		}
		return usagef("%q needs one of: %s", cmd.CommandPath(), strings.Join(names, ", "))
	}}
	c.AddCommand(commands...)
	c.FParseErrWhitelist.UnknownFlags = true // they are of the command that was meant
	return c
}

// unknown says that a command has none of the name that was typed, and which is near.
func unknown(cmd *cobra.Command, typed string) error {
	cmd.SuggestionsMinimumDistance = 2
	meant := ""
	if near := cmd.SuggestionsFor(typed); len(near) > 0 {
		meant = fmt.Sprintf("did you mean “%s %s”? ", cmd.CommandPath(), near[0])
	}
	help := strings.Replace(cmd.CommandPath(), cmd.Root().Name(), cmd.Root().Name()+" help", 1)
	return usagef("there is no command %q: %s“%s” lists them", typed, meant, help)
}

// oneWord lets a command have exactly the word that its usage names.
func oneWord(cmd *cobra.Command, args []string) error {
	name, _, _ := strings.Cut(strings.TrimPrefix(cmd.Use, cmd.Name()+" "), " ")
	switch len(args) {
	case 0:
		return usagef("%s is missing: %s", name, strings.TrimSuffix(cmd.UseLine(), " [flags]"))
	case 1:
		return nil
	}
	return usagef("one %s is enough, %q is too much: %s", name, args[1], strings.TrimSuffix(cmd.UseLine(), " [flags]"))
}

// arrange puts the flags of a line behind its words, so that a flag may stand anywhere, and names the command serve
// when there is no word. A flag that no command has, and a first word that is no command, are errors: whether the word after
// such a flag is its value, nobody could say.
func arrange(root *cobra.Command, args []string) ([]string, error) {
	if len(args) > 0 && strings.HasPrefix(args[0], "__complete") {
		return args, nil
	}
	takes := map[string]bool{"--help": false, "--version": false}
	flagsOf(root, takes)
	var words, flags, rest []string
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "--":
			rest, i = args[i:], len(args)
		case arg == "-" || !strings.HasPrefix(arg, "-"):
			words = append(words, arg)
		case takes[arg] && i+1 < len(args):
			flags = append(flags, arg, args[i+1])
			i++
		default:
			name, _, _ := strings.Cut(arg, "=")
			if _, known := takes[name]; !known && strings.HasPrefix(name, "--") {
				return nil, usagef("there is no flag %s: a command with --help lists those it has", name)
			}
			flags = append(flags, arg)
			switch arg {
			case "--help", "-h", "--version", "-v":
				words = append(words, "")
			}
		}
	}
	if len(words) == 0 && len(rest) == 0 {
		words = []string{"serve"}
	}
	line := make([]string, 0, len(args)+1)
	for _, word := range words {
		if word != "" {
			line = append(line, word)
		}
	}
	if _, _, err := root.Find(line); err != nil && len(line) > 0 {
		return nil, unknown(root, line[0])
	}
	return append(append(line, flags...), rest...), nil
}

// flagsOf collects the flags of cmd and of all below it, as they are written, and whether they take a value.
func flagsOf(cmd *cobra.Command, takes map[string]bool) {
	collect := func(f *pflag.Flag) { takes["--"+f.Name] = f.NoOptDefVal == "" }
	cmd.LocalFlags().VisitAll(collect)
	cmd.PersistentFlags().VisitAll(collect)
	for _, sub := range cmd.Commands() {
		flagsOf(sub, takes)
	}
}
