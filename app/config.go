package app

import (
	"encoding"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Config is everything that can be set. Each field is a flag by its tag, and an environment variable by the flag's name
// (see envName); help and docs/config.md are made from the same tags. No setting is needed.
type Config struct {
	Data           string        `flag:"data" default:"./sandprint-data" arg:"DIR" help:"the data directory; made when it isn't there, readable by its owner only"`
	Listen         string        `flag:"listen" default:"127.0.0.1:8080" arg:"ADDR" help:"address and port to listen on; port 0 takes a free one"`
	BaseURL        string        `flag:"base-url" arg:"URL" help:"how people reach this instance, as https://stats.example.com; needed behind a proxy that changes the Host header"`
	TrustedProxies Prefixes      `flag:"trusted-proxies" arg:"CIDR,…" help:"networks of the reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; none by default"`
	GeoIP          string        `flag:"geoip" arg:"FILE" help:"a GeoLite2, GeoIP2 or DB-IP file (.mmdb, country or city) to use instead of the built-in country table; read again when it changes"`
	RateLimit      Rate          `flag:"rate-limit" default:"500" arg:"N|off" help:"hits a second taken from one network (/24 or /48), with bursts of four times as many; more get 429"`
	CommitWindow   time.Duration `flag:"commit-window" default:"0s" arg:"D" help:"wait so long for more hits before writing, 1s at most: spares SD cards, and delays the answer to a hit"`
	LogFormat      string        `flag:"log-format" default:"text" arg:"text|json" help:"format of the service log"`
	LogFile        string        `flag:"log-file" arg:"FILE" help:"write the service log here, one file a day with the date in its name, instead of to stderr"`
	LogDays        int           `flag:"log-days" default:"14" arg:"N" help:"days that files of --log-file are kept, 1 to 3650"`
}

// Defaults returns the configuration when nothing is set.
func Defaults() Config {
	var c Config
	define(pflag.NewFlagSet("", pflag.ContinueOnError), &c)
	return c
}

// check returns what is wrong with the values, in words.
func (c *Config) check() error {
	switch {
	case c.Data == "":
		return usagef("--data is empty: name a directory")
	case c.LogFormat != "text" && c.LogFormat != "json":
		return usagef("--log-format is text or json, not %q", c.LogFormat)
	case c.LogDays < 1 || c.LogDays > 3650:
		return usagef("--log-days is a number from 1 to 3650, not %d", c.LogDays)
	case c.CommitWindow < 0 || c.CommitWindow > time.Second:
		return usagef("--commit-window is a duration from 0 to 1s, not %s", c.CommitWindow)
	case c.BaseURL != "" && !strings.HasPrefix(c.BaseURL, "https://") && !strings.HasPrefix(c.BaseURL, "http://"):
		return usagef("--base-url is an address such as https://stats.example.com, not %q", c.BaseURL)
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	return nil
}

// Prefixes is a list of networks, written with commas.
type Prefixes []netip.Prefix

// UnmarshalText reads networks and single addresses.
func (p *Prefixes) UnmarshalText(text []byte) error {
	*p = nil
	for _, part := range strings.FieldsFunc(string(text), func(r rune) bool { return r == ',' || r == ' ' }) {
		prefix, err := netip.ParsePrefix(part)
		if addr, addrErr := netip.ParseAddr(part); err != nil && addrErr == nil {
			prefix, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			return fmt.Errorf("%q is no network such as 10.0.0.0/8", part)
		}
		*p = append(*p, prefix.Masked())
	}
	return nil
}

// MarshalText writes what UnmarshalText reads.
func (p Prefixes) MarshalText() ([]byte, error) {
	var parts []string
	for _, prefix := range p {
		parts = append(parts, prefix.String())
	}
	return []byte(strings.Join(parts, ",")), nil
}

// Rate is a number a second; 0 is no limit, written "off".
type Rate int

// UnmarshalText reads a number from 1 on, or "off".
func (r *Rate) UnmarshalText(text []byte) error {
	if string(text) == "off" {
		*r = 0
		return nil
	}
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 || n > 1_000_000 {
		return fmt.Errorf("it is a number from 1 to 1000000, or off")
	}
	*r = Rate(n)
	return nil
}

// MarshalText writes what UnmarshalText reads.
func (r Rate) MarshalText() ([]byte, error) {
	if r == 0 {
		return []byte("off"), nil
	}
	return strconv.AppendInt(nil, int64(r), 10), nil
}

// text is a value that is written and read as text.
type text interface {
	encoding.TextMarshaler
	encoding.TextUnmarshaler
}

// define adds a flag for each tagged field of the struct that options points to, and sets the field to its default.
// Tags: flag is the name, default the default, arg what stands for the value in help, help the meaning. With names, only
// those fields.
func define(flags *pflag.FlagSet, options any, names ...string) {
	v := reflect.ValueOf(options).Elem()
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		name, ok := tag.Lookup("flag")
		if !ok || len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		usage := tag.Get("help")
		switch p := v.Field(i).Addr().Interface().(type) {
		case text:
			flags.Var(&textValue{p}, name, usage)
		case *string:
			flags.StringVar(p, name, "", usage)
		case *bool:
			flags.BoolVar(p, name, false, usage)
		case *int:
			flags.IntVar(p, name, 0, usage)
		case *time.Duration:
			flags.DurationVar(p, name, 0, usage)
		case *[]string:
			flags.StringArrayVar(p, name, nil, usage)
		default:
			panic("app: no flag for a field of type " + v.Type().Field(i).Type.String())
		}
		f := flags.Lookup(name)
		if arg := tag.Get("arg"); arg != "" {
			f.Value = namedValue{f.Value, arg}
		}
		if value := tag.Get("default"); value != "" {
			if err := f.Value.Set(value); err != nil {
				panic("app: default of --" + name + ": " + err.Error())
			}
			f.DefValue = f.Value.String()
		}
	}
}

// textValue is a flag whose value reads and writes itself.
type textValue struct{ text }

func (t *textValue) Set(s string) error { return t.UnmarshalText([]byte(s)) }
func (t *textValue) Type() string       { return "text" }
func (t *textValue) String() string {
	if t.text == nil {
		return ""
	}
	b, _ := t.MarshalText() // the texts of this package always can be written
	return string(b)
}

// namedValue is a flag with a name for its value in help.
type namedValue struct {
	pflag.Value
	arg string
}

func (n namedValue) Type() string { return n.arg }

// valueOf returns a flag's value without its name in help.
func valueOf(f *pflag.Flag) pflag.Value {
	if n, ok := f.Value.(namedValue); ok {
		return n.Value
	}
	return f.Value
}

// envName returns the environment variable of a flag: "log-file" is SANDPRINT_LOG_FILE.
func envName(flag string) string {
	return "SANDPRINT_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// fromEnv sets the flags of cmd that the line doesn't set from the environment: from NAME, or from the file that
// NAME_FILE names, less its last line end.
func fromEnv(cmd *cobra.Command) (err error) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Changed || err != nil || f.Name == "help" {
			return
		}
		name := envName(f.Name)
		value := os.Getenv(name)
		if file := os.Getenv(name + "_FILE"); value == "" && file != "" {
			b, readErr := os.ReadFile(file)
			if readErr != nil {
				err = failf(exitFailed, "%s_FILE: %v", name, readErr)
				return
			}
			name, value = name+"_FILE", strings.TrimRight(string(b), "\r\n")
		}
		if value == "" {
			return
		}
		if setErr := cmd.Flags().Set(f.Name, value); setErr != nil {
			err = usagef("%s: %q is no value for it: %v", name, value, errors.Unwrap(setErr))
		}
	})
	return err
}
