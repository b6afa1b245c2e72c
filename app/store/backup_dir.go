package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Endings of what lies beside a backup while it is made, or something is erased in it.
const (
	eraseWork     = ".work"     // a data directory made of it
	eraseDone     = ".erased"   // what takes its place
	eraseReplaced = ".replaced" // what it was
	unfinished    = ".unfinished"
)

// Obstacle is what stands among the backups and is none that can be read: nobody knows whether something of what was erased is in it.
type Obstacle struct {
	Name string    // within the directory of the backups
	Why  string    // it is none, in words
	At   time.Time // when anything of it was changed last; zero: that can't be told
}

// ErrObstacle is returned by an erasure that was carried out in the data and in all backups that can be read, while there is something else
// among them.
type ErrObstacle struct{ There []Obstacle }

func (e *ErrObstacle) Error() string {
	var all []string
	for _, o := range e.There {
		all = append(all, fmt.Sprintf("%s (%s)", o.Name, o.Why))
	}
	return "what is no copy that can be read stands among the copies, in backups/, and may still have what was erased: remove it, or move it elsewhere: " + strings.Join(all, "; ")
}

// Names returns the names of what is in the way.
func (e *ErrObstacle) Names() (names []string) {
	for _, o := range e.There {
		names = append(names, o.Name)
	}
	return names
}

// MakeBackupDir makes a directory for backups, unless it is there.
func MakeBackupDir(dir string) error { return dirError(dir, os.MkdirAll(dir, 0o700)) }

// dirError says it when a directory of backups can't be used because a file stands there.
func dirError(dir string, err error) error {
	if info, stat := os.Stat(dir); err != nil && stat == nil && !info.IsDir() {
		return fmt.Errorf("%s is a file, and copies lie in a directory: move the file elsewhere, or name another place", dir)
	}
	return err
}

// Backups returns the backups in a directory, the oldest first by what they say. What else is there, Obstacles tells.
func Backups(dir string) (paths []string, err error) {
	paths, _, err = lookAt(dir)
	return paths, err
}

// Obstacles returns what stands in a directory of backups and is none that can be read.
func Obstacles(dir string) ([]Obstacle, error) {
	_, there, err := lookAt(dir)
	return there, err
}

// lookAt tells the backups in a directory from all else. What is being made there, or replaced, is neither; nor is the list of what was erased.
func lookAt(dir string) (paths []string, others []Obstacle, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, dirError(dir, err)
	}
	made := map[string]time.Time{}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if ours(e) {
			continue
		}
		m, err := readWhole(path)
		if err == nil {
			paths, made[path] = append(paths, path), m.Made
			continue
		}
		if _, gone := os.Lstat(path); errors.Is(gone, fs.ErrNotExist) { // replaced or let go of just now
			continue
		}
		others = append(others, Obstacle{Name: e.Name(), Why: strings.TrimPrefix(err.Error(), path+" is not taken: "), At: changedAt(path)})
	}
	slices.SortStableFunc(paths, func(a, b string) int { return cmp.Compare(made[a].Unix(), made[b].Unix()) })
	return paths, others, nil
}

// ours reports whether something in a directory of backups is neither one nor in the way of an erasure.
func ours(e fs.DirEntry) bool {
	if !e.IsDir() {
		return e.Type().IsRegular() && (e.Name() == tombstonesFile || e.Name() == tombstonesFile+".new")
	}
	ending := filepath.Ext(e.Name())
	return e.Name() == "lost+found" || // a file system's own, where one begins here
		ending == unfinished || ending == eraseWork || ending == eraseDone || ending == eraseReplaced
}

// readWhole reads the manifest of a backup in which there is nothing that it doesn't tell of: that would outlive every erasure.
func readWhole(path string) (m Manifest, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return m, err
	}
	if !info.IsDir() {
		return m, errors.New("it is no directory")
	}
	if m, err = ReadManifest(path); err != nil {
		return m, err
	}
	known := map[string]bool{manifestName: true, "sites": true}
	for _, f := range m.Files {
		known[f.Name] = true
	}
	for _, in := range []string{"", "sites/"} {
		entries, err := os.ReadDir(filepath.Join(path, filepath.FromSlash(in)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return m, err
		}
		for _, e := range entries {
			if name := in + e.Name(); !known[name] {
				return m, badBackup(path, "its %s doesn't tell of %s, which is in it", manifestName, name)
			}
		}
	}
	return m, nil
}

// changedAt returns when anything below a path was changed last; zero: not all of it can be looked at.
func changedAt(path string) (at time.Time) {
	err := filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.ModTime().After(at) {
			at = info.ModTime()
		}
		return err
	})
	if err != nil {
		return time.Time{}
	}
	return at
}

// tidyBackups removes what an end of the program has left of backups that were being made or replaced in dir.
func tidyBackups(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return dirError(dir, err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch ending := filepath.Ext(e.Name()); ending {
		case eraseReplaced:
			whole := strings.TrimSuffix(path, ending)
			if _, err := os.Lstat(whole); errors.Is(err, fs.ErrNotExist) { // nothing took its place: it is what there is
				if err := os.Rename(path, whole); err != nil {
					return err
				}
				continue
			}
		case eraseWork, eraseDone, unfinished:
		default:
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return syncDir(dir)
}

// LetGo removes the backups from before a moment, those that keep doesn't want (it is asked the newest first), and what else stands among them
// and is as old. One that says it was made after now, as a clock that was wrong makes it, lives from when it is seen here first. It returns how many
// backups went, and as an ErrObstacle what else is left among them.
func (s *Store) LetGo(dir string, now, before time.Time, keep func(made time.Time) bool) (went int, err error) {
	s.copies.Lock()
	defer s.copies.Unlock()
	if err := tidyBackups(dir); err != nil {
		return 0, err
	}
	paths, others, err := lookAt(dir)
	if err != nil {
		return 0, err
	}
	for _, path := range slices.Backward(paths) {
		stays, err := letLive(path, now, before, keep)
		if err == nil && !stays {
			went++
			err = os.RemoveAll(path)
		}
		if err != nil {
			return went, err
		}
	}
	left := &ErrObstacle{}
	for _, o := range others {
		if o.At.IsZero() || !o.At.Before(before) || os.RemoveAll(filepath.Join(dir, o.Name)) != nil {
			left.There = append(left.There, o)
		}
	}
	if len(left.There) > 0 {
		return went, left
	}
	return went, nil
}

// letLive reports whether a backup stays, as LetGo has it.
func letLive(path string, now, before time.Time, keep func(made time.Time) bool) (bool, error) {
	m, err := ReadManifest(path)
	if err != nil {
		return false, err
	}
	if !m.Made.After(now) {
		return m.Made.After(before) && keep(m.Made), nil
	}
	if m.Seen.IsZero() || m.Seen.After(now) {
		m.Seen = now.UTC().Truncate(time.Second)
		return true, m.rewrite(path)
	}
	return m.Seen.After(before), nil
}

// rewrite gives the backup at path this manifest: a directory with the same files takes its place.
func (m *Manifest) rewrite(path string) (err error) {
	done := path + eraseDone
	if err := errors.Join(os.RemoveAll(done), os.MkdirAll(filepath.Join(done, "sites"), 0o700)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(done)) }() // gone already when all went well
	for _, f := range m.Files {
		if err := takeOver(path, f, done); err != nil {
			return err
		}
	}
	if err := m.write(done); err != nil {
		return err
	}
	return replace(path, done)
}
