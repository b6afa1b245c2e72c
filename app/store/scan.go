package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// rawFiles are a database's files opened beside SQLite, to read their very bytes. It is the only place that opens them:
// closing such a file makes POSIX forget the locks that SQLite has on it in this process, and then another process may
// delete the write-ahead log that acknowledged hits are in. So each is opened once, and closed after SQLite has closed it.
type rawFiles struct {
	path string // of the database
	open []*os.File
}

// databaseFiles are the ends of the names of a database's files.
var databaseFiles = [...]string{"", "-wal", "-shm"}

// search looks for needles in the database's files as they are on disk, and in SQLite's temporary ones in the directory
// tmp, and returns how many bytes it has looked at. Whoever calls it sees to it that nothing is written meanwhile.
func (r *rawFiles) search(n *needles, tmp string) (bytes int64, err error) {
	for len(r.open) < len(databaseFiles) {
		file, err := os.Open(r.path + databaseFiles[len(r.open)])
		if err != nil {
			return 0, err
		}
		r.open = append(r.open, file)
	}
	for _, file := range r.open {
		info, err := file.Stat()
		if err == nil {
			bytes += info.Size()
			err = n.searchFile(file, info.Size())
		}
		if err != nil {
			return bytes, err
		}
	}
	more, err := searchTemporary(n, tmp)
	return bytes + more, err
}

// close closes the files. SQLite must have closed them in this process.
func (r *rawFiles) close() (err error) {
	for _, file := range r.open {
		err = errors.Join(err, file.Close())
	}
	r.open = nil
	return err
}

// searchTemporary looks for needles in what SQLite has left in a directory for temporary files.
func searchTemporary(n *needles, dir string) (bytes int64, err error) {
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	for _, f := range files {
		if !strings.HasPrefix(f.Name(), "etilqs_") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return bytes, err
		}
		bytes += int64(len(data))
		n.search(data, 0, len(data))
	}
	return bytes, nil
}
