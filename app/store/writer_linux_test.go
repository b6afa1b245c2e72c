package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"testing"
)

// A connection that is given up takes its statements with it (SQLite would keep the file open for them), and the next one has its own.
func TestWriterOfAnotherConnection(t *testing.T) {
	dir := t.TempDir()
	s, site := newSite(t, dir)
	ctx := context.Background()
	open := 0
	for n := range int64(3) {
		if err := site.Append(ctx, oneView(n)); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			open = openFiles(t, dir)
		} else if now := openFiles(t, dir); now != open {
			t.Errorf("%d open files with connection %d, %d with the first", now, n+1, open)
		}
		conn, err := site.write.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Raw(func(any) error { return driver.ErrBadConn }); !errors.Is(err, driver.ErrBadConn) {
			t.Fatal(err)
		}
	}
	if blocks, _ := blocksOf(t, site); blocks[0].Views != 3 {
		t.Errorf("%d page views of 3", blocks[0].Views)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if n := openFiles(t, dir); n != 0 {
		t.Errorf("%d files are open after Close", n)
	}
}
