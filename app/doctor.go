package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sandprint/app/enrich"
	"sandprint/app/privacy"
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
			closed := sh.examineClosed()
			if closed[0].OK { // where there is no directory, that is all there is to say of the data
				closed = append(closed, cantOpen(err))
			}
			return sh.report(f.JSON, closed)
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
	f := finding{About: "data", Is: oneLine(err.Error()), Mend: "if the disk is full, make room; if a file is damaged, “sandprint restore BACKUP --data NEW” and use that directory"}
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
	f := finding{About: "clock", OK: true, Is: now.UTC().Format(time.RFC3339) + ", " + runtime.GOOS + "/" + runtime.GOARCH}
	if now.Before(store.Made) || now.After(store.Made.Add(clockAhead)) {
		f.OK, f.Mend = false, "set the clock of this machine: days, retention and sign-ins go by it"
	}
	return f
}

// examineFiles looks into the files of the store: every page, every sealed column.
func (in *instance) examineFiles(ctx context.Context) []finding {
	var wrong []finding
	if bad, err := in.store.Control().Check(ctx); err != nil || len(bad) > 0 {
		wrong = append(wrong, damagedFile("control file", store.ControlFile, bad, err))
	}
	sites := in.store.Sites()
	slices.SortFunc(sites, func(a, b store.SiteInfo) int { return strings.Compare(a.Domain, b.Domain) })
	for _, info := range sites {
		if bad, err := in.checkSite(ctx, info.ID); err != nil || len(bad) > 0 {
			wrong = append(wrong, damagedFile("site "+info.Domain, store.SiteFile(info.ID), bad, err))
		}
	}
	if len(wrong) == 0 {
		wrong = []finding{{About: "data", OK: true, Is: fmt.Sprintf("control file and %d sites are as they were written", len(sites))}}
	}
	return append(wrong, in.examineCopies(), in.examineChains(ctx), in.examineRound(ctx, sites))
}

// examineCopies looks at what stands among the copies.
func (in *instance) examineCopies() finding {
	dir := filepath.Join(in.dir, "backups")
	f := finding{About: "copies"}
	copies, err := store.Backups(dir)
	if err != nil {
		f.Is, f.Mend = oneLine(err.Error()), "make this user the owner of "+dir
		if info, stat := os.Stat(dir); stat == nil && !info.IsDir() {
			f.Mend = "mv " + dir + " " + dir + ".old"
		}
		return f
	}
	others, err := store.Obstacles(dir)
	if err == nil && len(others) > 0 {
		err = &store.ErrObstacle{There: others}
	}
	if err != nil {
		f.Is, f.Mend = oneLine(err.Error()), "look at it, then remove it from "+dir+", or move it elsewhere; until then no erasure comes to its end. What is older than copies may be goes by itself"
		return f
	}
	f.OK, f.Is = true, fmt.Sprintf("%d, and nothing else among them", len(copies))
	return f
}

func (in *instance) checkSite(ctx context.Context, id string) ([]string, error) {
	ctx, done := context.WithCancel(ctx)
	defer done()
	site, err := in.store.Site(ctx, id)
	if err != nil {
		return nil, err
	}
	return site.Check(ctx)
}

// examineChains goes along the audit log and the receipts.
func (in *instance) examineChains(ctx context.Context) finding {
	n, err := in.store.Control().CheckAudit(ctx)
	if err = errors.Join(err, in.store.Control().CheckReceipts(ctx)); err != nil {
		return finding{About: "audit log", Is: oneLine(err.Error()), Mend: "somebody or something wrote to the control file: find out who had the machine, and compare with a backup from before"}
	}
	return finding{About: "audit log", OK: true, Is: fmt.Sprintf("%d entries and all receipts are as they were written", n)}
}

// damagedFile is the finding that a file is not as it was written.
func damagedFile(about, file string, wrong []string, err error) finding {
	if err != nil {
		wrong = append(wrong, err.Error())
	}
	return finding{About: about, Is: oneLine(strings.Join(wrong, "; ")), Mend: "stop Sandprint, “sandprint restore BACKUP --data NEW” with a backup from before, and put its " +
		file + " in place of this one; without a backup: what is named is left out of figures, the rest is counted on"}
}

// examineRound looks at how the last nightly round ended.
func (in *instance) examineRound(ctx context.Context, sites []store.SiteInfo) finding {
	f := finding{About: "nightly round", OK: true}
	last, err := in.store.LastRound(ctx)
	since := last.Ended
	switch {
	case errors.Is(err, store.ErrNotFound):
		f.Is, since = "there was none yet", time.Now()
		for _, s := range sites {
			if s.Created.Before(since) {
				since = s.Created
			}
		}
	case err != nil:
		return finding{About: f.About, Is: oneLine(err.Error())}
	default:
		f.Is = "ended " + last.Ended.UTC().Format(time.RFC3339)
	}
	switch {
	case last.Failed != "":
		f.OK, f.Is, f.Mend = false, f.Is+" and failed: "+oneLine(last.Failed), "“sandprint maintain” does it again; make room if the disk is full"
	case last.Waits != "":
		f.OK, f.Is, f.Mend = false, f.Is+"; "+last.Waits, "set the clock; if it is right, “sandprint maintain --clock-is-right”"
	case time.Since(since) > privacy.RoundAge:
		f.OK, f.Mend = false, "have “sandprint serve” run at night, or run “sandprint maintain”"
	}
	return f
}
