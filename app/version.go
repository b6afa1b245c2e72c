package app

import (
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"sandprint/app/enrich"
	"sandprint/app/store"
)

// version and commit are set by make dist: -X sandprint/app.version=… -X sandprint/app.commit=…
var version, commit string

// versionInfo is what the program is made of.
type versionInfo struct {
	Version string `json:"version"` // "0.1.0", or "development"
	Commit  string `json:"commit"`  // of the source, with "+changes" when it was changed; "unknown" without git
	Go      string `json:"go"`
	System  string `json:"system"`
	SQLite  string `json:"sqlite"`        // version of SQLite, as "3.54.1"
	Geo     string `json:"geo,omitempty"` // where the countries come from, and of when
}

// versionOf returns what the program knows of itself without opening a file.
func versionOf() versionInfo {
	v := versionInfo{Version: version, Commit: commit, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH,
		SQLite: store.SQLiteVersion}
	if v.Version == "" {
		v.Version = "development"
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	changed := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && v.Commit == "":
			v.Commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true" && commit == "":
			changed = "+changes"
		}
	}
	if v.Commit == "" {
		v.Commit = "unknown"
	}
	v.Commit += changed
	return v
}

func (sh *shell) versionCommand() *cobra.Command {
	var f struct {
		JSON bool `flag:"json" help:"print JSON"`
	}
	c := &cobra.Command{Use: "version", Short: "Print the version and what it is made of", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			sh.ran = true
			v := versionOf()
			geo, err := enrich.OpenGeo(sh.assets.Countries, "")
			if err != nil {
				return err
			}
			v.Geo = geo.Name() + ", " + geo.Built().UTC().Format(time.DateOnly)
			rows := [][]string{{"sandprint", v.Version}, {"commit", v.Commit}, {"go", v.Go + " " + v.System}, {"sqlite", v.SQLite}, {"countries", v.Geo}}
			return sh.print(f.JSON, v, rows...)
		}}
	define(c.Flags(), &f)
	return c
}
