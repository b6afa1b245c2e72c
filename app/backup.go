package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"sandprint/app/account"
	"sandprint/app/privacy"
	"sandprint/app/store"
)

func (sh *shell) backupCommand() *cobra.Command {
	var f struct {
		To   string `flag:"to" arg:"DIR" help:"where the backup's own directory is made; backups in the data directory by default"`
		JSON bool   `flag:"json" help:"print JSON"`
	}
	c := &cobra.Command{Use: "backup", Short: "Make a consistent copy of everything, while hits are counted", Args: cobra.NoArgs,
		Long: "Make a consistent copy of everything, while hits are counted: a directory named by the time, readable by its owner only,\nwith the control file, a file for each site, and a manifest with their checksums. Prints where it is.",
		PreRunE: func(*cobra.Command, []string) (err error) {
			if f.To != "" && sh.live == nil { // inside serve the line has been here before
				f.To, err = filepath.Abs(f.To)
			}
			return err
		},
		RunE: sh.onData(func(ctx context.Context, in *instance, _ []string) error {
			to := f.To
			if to == "" {
				to = filepath.Join(in.dir, "backups")
			}
			if err := store.MakeBackupDir(to); err != nil {
				return failf(exitFailed, "no backup was made: %w", err)
			}
			dir := filepath.Join(to, store.BackupName(time.Now()))
			m, err := in.store.Backup(ctx, dir, versionOf().Version, func() (uint64, error) { return diskFree(to) })
			if err = in.accounts.Note(ctx, account.Local(), "instance.backup", 0, 0, err); err != nil {
				return failf(exitFailed, "no backup was made: %w", err)
			}
			if err := in.privacy.Publish(ctx, to); err != nil {
				return failf(exitFailed, "the backup is made, but not the list of what was erased beside it, which a restore needs: %w", err)
			}
			bytes := int64(0)
			for _, file := range m.Files {
				bytes += file.Bytes
			}
			sh.say("%s, %d KB. “sandprint verify %s” reads all of it.", count(len(m.Files), "file", "files"), bytes>>10, dir)
			return sh.print(f.JSON, map[string]any{"backup": dir, "manifest": m}, []string{dir})
		})}
	define(c.Flags(), &f)
	return c
}

func (sh *shell) verifyCommand() *cobra.Command {
	var f struct {
		JSON bool `flag:"json" help:"print JSON"`
	}
	c := &cobra.Command{Use: "verify BACKUP", Short: "Read all of a backup and say what is in it", Args: oneWord,
		Long: "Read all of a backup: every file's checksum, every page, every column of every day. Nothing is changed.",
		RunE: func(cmd *cobra.Command, args []string) error {
			sh.ran = true
			v, err := store.Verify(cmd.Context(), args[0])
			if err != nil {
				return backupError(err)
			}
			return sh.printVerified(f.JSON, v)
		}}
	define(c.Flags(), &f)
	return c
}

func (sh *shell) restoreCommand() *cobra.Command {
	var f struct {
		Erasures  string `flag:"erasures" arg:"DIR" help:"where erasures.json is, which tells what was erased since; beside the backup by default"`
		MayReturn bool   `flag:"erased-may-return" help:"restore although nobody can tell what was erased since: the backup is too old, or there is no erasures.json"`
		JSON      bool   `flag:"json" help:"print JSON"`
	}
	c := &cobra.Command{Use: "restore BACKUP --data NEW", Short: "Make a new data directory of a backup", Args: oneWord,
		Long: "Make the new data directory NEW of a backup, after reading all of it as “sandprint verify” does. Nothing that is there is\noverwritten. What was erased after the backup was made is erased in it again: the list of it, erasures.json, lies beside the backups. Without it,\nand of a backup that is older than 35 days, nothing is restored: what was erased would come back. --erased-may-return restores it all the same.\n“sandprint serve --data NEW” then goes on from the moment of the backup.",
		RunE: func(cmd *cobra.Command, args []string) error {
			sh.ran = true
			if !cmd.Flags().Changed("data") {
				return usagef("“restore” needs --data NEW, a directory that isn't there yet")
			}
			dir, err := filepath.Abs(sh.cfg.Data)
			if err != nil {
				return err
			}
			if f.Erasures == "" {
				f.Erasures = filepath.Dir(filepath.Clean(args[0]))
			}
			list, there, err := store.ReadTombstones(f.Erasures)
			if err != nil {
				return failf(exitFailed, "nothing was restored: %w", err)
			}
			m, err := store.ReadManifest(args[0])
			if err != nil {
				return backupError(err)
			}
			unsure := mayReturn(m, time.Now())
			if !there {
				unsure = fmt.Sprintf("There is no erasures.json in %s, which tells what was erased since this backup was made, so that would come back. Name the directory that has it with --erasures: backups/ of the data directory, or where a later backup lies", f.Erasures)
			}
			if unsure != "" && !f.MayReturn {
				return failf(exitFailed, "nothing was restored. %s. If there is none, --erased-may-return restores this one all the same: then erase again what was erased since", unsure)
			}
			v, again, err := store.Restore(cmd.Context(), args[0], dir, list.Stones)
			if err != nil {
				return backupError(err)
			}
			if err := noteRestore(cmd.Context(), dir); err != nil {
				return err
			}
			if again.Looked > 0 || again.Visits > 0 {
				sh.say("Erased again what was erased since the backup: %s, %s, %s; %s found.",
					count(again.Visits, "visit", "visits"), count(again.Views, "page view", "page views"), count(again.Keys, "visitor's key", "visitors' keys"), count(again.Found, "trace", "traces"))
			}
			switch {
			case unsure != "":
				sh.say("%s. It was restored all the same: erase again what was erased since, if anything was.", unsure)
			case !list.Written.IsZero():
				sh.say("The list of what was erased is of %s. What was erased later, if anything, is to be erased again.", list.Written.Format(time.RFC3339))
			}
			sh.say("%s is as it was on %s. “sandprint serve --data %s” goes on from there.", dir, v.Made.Format(time.RFC3339), dir)
			return sh.printVerified(f.JSON, v)
		}}
	define(c.Flags(), &f)
	return c
}

// mayReturn says why it isn't known what was erased since a backup was made, and what else to take; empty: the list beside it tells.
func mayReturn(m store.Manifest, now time.Time) string {
	made := m.Made.Format(time.RFC3339)
	switch age := now.Sub(m.Made); {
	case age > privacy.CopiesLive:
		return fmt.Sprintf("This backup was made on %s, more than %d days ago, and what was erased is on the list for as long only, so what was erased before would come back. Take a newer backup", made, store.MaxCopyDays)
	case age < -clockAgrees:
		return fmt.Sprintf("This backup says that it was made on %s, and the clock here says %s: so it may be older than %d days, and what was erased since would come back. Set the clock, or take another backup", made, now.UTC().Format(time.RFC3339), store.MaxCopyDays)
	}
	return ""
}

// clockAgrees is how far two clocks may be apart.
const clockAgrees = 48 * time.Hour

// noteRestore has the audit log of a new directory say that it is one.
func noteRestore(ctx context.Context, dir string) error {
	in, err := openInstance(dir, store.Options{})
	if err != nil {
		return err
	}
	return errors.Join(in.accounts.Note(ctx, account.Local(), "instance.restore", 0, 0, nil), in.Close())
}

// backupError gives the error of a backup its exit code.
func backupError(err error) error {
	if errors.Is(err, store.ErrNewer) {
		return failf(exitNewer, "%w: run that version, or a newer one", err)
	}
	return failf(exitFailed, "%w", err)
}

func (sh *shell) printVerified(asJSON bool, v store.Verified) error {
	sh.say("Made on %s by version %s: every checksum, page and column is right.", v.Made.Format(time.RFC3339), v.Version)
	rows := [][]string{{"SITE", "DAYS", "VISITS", "PAGEVIEWS", "EVENTS", "NOT YET SEALED", "KB"}}
	open := 0
	for _, s := range v.Sites {
		open += s.Rows
		if s.Earlier {
			sh.say("%s is of an earlier version, whose rows have no checksums of their own; they were read and brought up to date in a copy.", s.Domain)
		}
		rows = append(rows, []string{s.Domain, fmt.Sprint(s.Days), fmt.Sprint(s.Visits), fmt.Sprint(s.Views), fmt.Sprint(s.Events), fmt.Sprint(s.Rows), fmt.Sprint(s.Bytes >> 10)})
	}
	if open > 0 {
		sh.say("All visits are counted here. Rows that are not yet sealed are of visits that can still go on; the nightly round seals them once their day is over.")
	}
	return sh.print(asJSON, v, rows...)
}
