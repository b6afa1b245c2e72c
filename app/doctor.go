package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"sandprint/app/enrich"
	"sandprint/app/store"
)

// finding is what one look at an installation showed.
type finding struct {
	About string `json:"about"`
	OK    bool   `json:"ok"`
	Is    string `json:"is"`             // what is the case
	Mend  string `json:"mend,omitempty"` // what to do about it
}

// Thresholds of the doctor.
const (
	freeEnough = 512 << 20            // bytes on the disk of the data directory
	geoFresh   = 400 * 24 * time.Hour // age of the country table
	clockStart = "2026-11-01"         // no clock can be before the program was written
	clockAhead = 20 * 366 * 24 * time.Hour
)

func (sh *shell) doctorCommand() *cobra.Command {
	var f struct {
		JSON bool `flag:"json" help:"print JSON"`
	}
	c := &cobra.Command{Use: "doctor", Short: "Say what is wrong with this installation and how to mend it", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			var findings []finding
			look := sh.onData(func(ctx context.Context, in *instance, _ []string) error {
				findings = sh.examine(ctx, in)
				return sh.report(f.JSON, findings)
			})
			err := look(cmd, args)
			if err == nil || findings != nil || sh.live != nil {
				return err
			}
			if _, there := errors.AsType[remoteExit](err); there {
				return err
			}
			return sh.report(f.JSON, append(sh.examineClosed(), cantOpen(err)))
		}}
	define(c.Flags(), &f)
	return c
}

// report prints the findings and fails when something is wrong.
func (sh *shell) report(asJSON bool, findings []finding) error {
	wrong := 0
	var rows [][]string
	for _, f := range findings {
		mark := "ok"
		if !f.OK {
			mark = "WRONG"
			wrong++
		}
		rows = append(rows, []string{mark, f.About, f.Is})
		if f.Mend != "" {
			rows = append(rows, []string{"", "", "→ " + f.Mend})
		}
	}
	if err := sh.print(asJSON, findings, rows...); err != nil || wrong == 0 {
		return err
	}
	return failf(exitFailed, "%d of %d things need mending", wrong, len(findings))
}

// cantOpen is the finding that the data can't be opened.
func cantOpen(err error) finding {
	f := finding{About: "data", Is: oneLine(err.Error()), Mend: "if the disk is full, make room; if a file is damaged, restore it from a backup"}
	if errors.Is(err, store.ErrNewer) || exitCode(err) == exitNewer {
		f.Mend = "run the version that wrote it, or a newer one"
	}
	return f
}

// examine looks at an open instance.
func (sh *shell) examine(ctx context.Context, in *instance) []finding {
	owner := finding{About: "owner", OK: true, Is: "not running"}
	if in.base != "" {
		owner.Is = fmt.Sprintf("running as process %d at %s", os.Getpid(), in.base)
	}
	findings := append([]finding{owner}, examineDir(in.dir)...)
	findings = append(findings, in.examineFiles(ctx)...)
	return append(findings, sh.examineGeo(), examineClock(time.Now()))
}

// examineClosed looks at an installation whose data can't be opened.
func (sh *shell) examineClosed() []finding {
	dir, err := filepath.Abs(sh.cfg.Data)
	if err != nil {
		dir = sh.cfg.Data
	}
	return append(examineDir(dir), sh.examineGeo(), examineClock(time.Now()))
}

func examineDir(dir string) []finding {
	info, err := os.Stat(dir)
	if err != nil {
		return []finding{{About: "directory", Is: oneLine(dirError(dir, err).Error()), Mend: "name the right one with --data"}}
	}
	mode := finding{About: "directory", OK: true, Is: dir}
	if open := info.Mode().Perm() & 0o077; ownerOnly && open != 0 {
		mode.OK, mode.Is = false, fmt.Sprintf("%s can be read by others (%v)", dir, info.Mode().Perm())
		mode.Mend = "chmod 700 " + dir
	}
	writable := finding{About: "writing", OK: true, Is: "works"}
	if err := tryWrite(dir); err != nil {
		writable.OK, writable.Is, writable.Mend = false, oneLine(err.Error()), "make room, or make this user the owner of the directory"
	}
	free := finding{About: "disk", OK: true}
	bytes, err := diskFree(dir)
	free.Is = fmt.Sprintf("%d MB free", bytes>>20)
	switch {
	case err != nil:
		free.OK, free.Is = false, oneLine(err.Error())
	case bytes < freeEnough:
		free.OK, free.Mend = false, fmt.Sprintf("make room: the nightly round needs some, %d MB at least", freeEnough>>20)
	}
	return []finding{mode, writable, free}
}

func (sh *shell) examineGeo() finding {
	f := finding{About: "countries"}
	file := os.Getenv(envName("geoip"))
	geo, err := enrich.OpenGeo(sh.assets.Countries, file)
	if err != nil {
		f.Is, f.Mend = oneLine(err.Error()), "name a GeoLite2, GeoIP2 or DB-IP file with "+envName("geoip")+", or leave it out"
		return f
	}
	defer geo.Close()
	f.OK, f.Is = true, geo.Name()+" of "+geo.Built().UTC().Format(time.DateOnly)
	if time.Since(geo.Built()) > geoFresh {
		f.OK, f.Mend = false, "take a newer version of Sandprint, or name a newer file with --geoip"
	}
	return f
}

func examineClock(now time.Time) finding {
	start, _ := time.Parse(time.DateOnly, clockStart) // a constant that can be read
	f := finding{About: "clock", OK: true, Is: now.UTC().Format(time.RFC3339) + ", " + runtime.GOOS + "/" + runtime.GOARCH}
	if now.Before(start) || now.After(start.Add(clockAhead)) {
		f.OK, f.Mend = false, "set the clock of this machine: days, retention and sign-ins go by it"
	}
	return f
}

// examineFiles looks into the files of the store. That they are open says that their schema is this version's.
func (in *instance) examineFiles(context.Context) []finding {
	return []finding{{About: "data", OK: true, Is: fmt.Sprintf("control file and %d sites open", len(in.store.Sites()))}}
}
