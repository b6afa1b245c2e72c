package crash

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// sector is the most that a disk writes in one piece.
const sector = 512

// disk is what a disk may hold of a directory while a program writes to it: what was synced is there, of what was not
// anything may be. Files that were renamed or unlinked stay until the directory is synced.
type disk struct {
	root    string            // absolute; what is outside is ignored
	deaf    func(string) bool // files whose syncs do nothing, by path; for controls
	forgets bool              // a sync that fails drops what was written by the same handle, as Linux does: others are told of the failure
	journal bool              // a sync of a file makes all names durable too, as the journals of ext4 and XFS do

	paths   map[string]*inode // as the program sees them
	durable map[string]*inode // as they are on the disk; a nil inode is a directory
	entries []entry           // changes of directories that are not synced
}

// inode is a file: what is on the disk of it, and what is not yet.
type inode struct {
	data    []byte
	pending []change
}

// change is a write or a truncation that no sync has covered.
type change struct {
	ended  int
	handle int64 // by which it was made
	write  []byte
	at     int64 // where it writes; the new size when write is nil
}

// entry is a change of a directory.
type entry struct {
	ended int
	path  string
	node  *inode
	gone  bool
}

func newDisk(root string) *disk {
	return &disk{root: root, paths: map[string]*inode{}, durable: map[string]*inode{}}
}

// apply takes the next call.
func (d *disk) apply(c *call) {
	if c.file != d.root && !strings.HasPrefix(c.file, d.root+"/") || strings.HasSuffix(c.file, "-shm") ||
		strings.HasSuffix(c.file, "(deleted)") {
		return
	}
	sync := c.name == "fsync" || c.name == "fdatasync"
	if c.err != "" && !(sync && d.forgets) {
		return
	}
	switch c.name {
	case "pwrite64":
		d.node(c).add(change{c.ended, c.handle, c.data, c.offset})
	case "write": // to the end: logs and short files that nothing depends on
		d.node(c)
	case "ftruncate":
		d.node(c).add(change{c.ended, c.handle, nil, c.offset})
	case "mkdir", "mkdirat":
		d.paths[c.file] = nil
		d.entries = append(d.entries, entry{c.ended, c.file, nil, false})
	case "unlink", "unlinkat":
		delete(d.paths, c.file)
		d.entries = append(d.entries, entry{c.ended, c.file, nil, true})
	case "rename", "renameat", "renameat2":
		node := d.paths[c.file]
		delete(d.paths, c.file)
		d.paths[c.to] = node
		d.entries = append(d.entries, entry{c.ended, c.file, nil, true}, entry{c.ended, c.to, node, false})
	case "fsync", "fdatasync":
		if d.deaf == nil || !d.deaf(c.file) {
			d.sync(c)
		}
	}
}

// node returns the file of a call; one that is not known was made by opening it.
func (d *disk) node(c *call) *inode {
	n, ok := d.paths[c.file]
	if !ok {
		n = &inode{}
		d.paths[c.file] = n
		d.entries = append(d.entries, entry{c.ended, c.file, n, false})
	}
	return n
}

func (n *inode) add(c change) { n.pending = append(n.pending, c) }

// sync makes durable what had been done to a file, or to the names in a directory, before the sync began.
func (d *disk) sync(c *call) {
	if n := d.paths[c.file]; n != nil {
		left := n.pending[:0]
		for _, p := range n.pending {
			switch {
			case p.ended > c.began, c.err != "" && p.handle != c.handle:
				left = append(left, p)
			case c.err == "":
				n.data = p.apply(n.data)
			}
		}
		n.pending = left
		if d.journal && c.err == "" {
			d.syncNames(c, func(entry) bool { return true })
		}
		return
	}
	if c.err != "" {
		return
	}
	d.syncNames(c, func(e entry) bool { return filepath.Dir(e.path) == c.file })
}

// syncNames makes durable those changes of directories that are meant.
func (d *disk) syncNames(c *call, meant func(entry) bool) {
	left := d.entries[:0]
	for _, e := range d.entries {
		if e.ended > c.began || !meant(e) {
			left = append(left, e)
		} else {
			d.durable = e.apply(d.durable)
		}
	}
	d.entries = left
}

// apply does a change to the content of a file.
func (c change) apply(data []byte) []byte {
	if c.write == nil {
		if c.at <= int64(len(data)) {
			return data[:c.at:c.at]
		}
		return append(data, make([]byte, c.at-int64(len(data)))...)
	}
	if end := c.at + int64(len(c.write)); end > int64(len(data)) {
		data = append(data, make([]byte, end-int64(len(data)))...)
	}
	copy(data[c.at:], c.write)
	return data
}

func (e entry) apply(names map[string]*inode) map[string]*inode {
	if e.gone {
		delete(names, e.path)
	} else {
		names[e.path] = e.node
	}
	return names
}

// damage is what becomes of writes that were not synced.
type damage int

const (
	dropped damage = iota // none is there
	some                  // any of them are there
	torn                  // any sectors of them are there
	cut                   // those up to a moment are there, the last in part
	damages
)

func (d damage) String() string { return [...]string{"dropped", "some", "torn", "cut"}[d] }

// image is the content of a disk: the files by their path from its root. A nil content is a directory.
type image map[string][]byte

// crash returns what the disk may hold if the power fails now.
func (d *disk) crash(how damage, rnd *rand.Rand) image {
	names := make(map[string]*inode, len(d.durable))
	for path, n := range d.durable {
		names[path] = n
	}
	if how != dropped && len(d.entries) > 0 { // a journal keeps their order
		for _, e := range d.entries[:rnd.IntN(len(d.entries)+1)] {
			names = e.apply(names)
		}
	}
	files := image{}
	for path, n := range names {
		if !reachable(names, d.root, path) {
			continue
		}
		path = strings.TrimPrefix(strings.TrimPrefix(path, d.root), "/")
		if n == nil {
			files[path] = nil
		} else {
			files[path] = n.crash(how, rnd)
		}
	}
	return files
}

// reachable reports whether the directories that a path goes through are there.
func reachable(names map[string]*inode, root, path string) bool {
	for dir := filepath.Dir(path); dir != root; dir = filepath.Dir(dir) {
		if _, ok := names[dir]; !ok {
			return false
		}
	}
	return true
}

func (n *inode) crash(how damage, rnd *rand.Rand) []byte {
	data := append(make([]byte, 0, len(n.data)), n.data...)
	if how == dropped || len(n.pending) == 0 {
		return data
	}
	until := rnd.IntN(len(n.pending) + 1)
	for i, p := range n.pending {
		switch {
		case how == cut && i < until:
			data = p.apply(data)
		case how == cut && i == until && p.write != nil:
			p.write = p.write[:rnd.IntN(len(p.write)/sector+1)*sector]
			data = p.apply(data)
		case how == some && rnd.IntN(2) == 0:
			data = p.apply(data)
		case how == torn && p.write == nil && rnd.IntN(2) == 0:
			data = p.apply(data)
		case how == torn && p.write != nil:
			data = p.tear(data, rnd)
		}
	}
	return data
}

// tear does any of the sectors of a write; where sectors begin is up to the disk.
func (c change) tear(data []byte, rnd *rand.Rand) []byte {
	for from := int64(0); from < int64(len(c.write)); {
		to := min((c.at+from)/sector*sector+sector-c.at, int64(len(c.write)))
		if rnd.IntN(2) == 0 {
			data = change{c.ended, c.handle, c.write[from:to], c.at + from}.apply(data)
		}
		from = to
	}
	return data
}

// write makes the image a directory.
func (i image) write(dir string) error {
	for path, data := range i {
		full := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			return err
		}
		var err error
		if data == nil {
			err = os.MkdirAll(full, 0o700)
		} else {
			err = os.WriteFile(full, data, 0o600)
		}
		if err != nil {
			return fmt.Errorf("making the disk: %w", err)
		}
	}
	return nil
}
