package store

import (
	"errors"
	"path/filepath"
	"testing"
)

// TestControlFilesOfEveryVersionBecomeThisOne takes the control file of each earlier step, with a site in it, to today's tables.
func TestControlFilesOfEveryVersionBecomeThisOne(t *testing.T) {
	for version := 1; version < len(controlSteps); version++ {
		path := filepath.Join(t.TempDir(), "control.db")
		db, err := openDB(path, 1)
		if err == nil {
			err = migrate(db, controlSteps[:version])
		}
		if err == nil {
			_, err = db.Exec(`INSERT INTO customer (id, name) VALUES (1, 'A'); INSERT INTO site (id, customer, domain, zone, mode, created, settings)
				VALUES ('x', 1, 'a.example', 'UTC', 'cookie', 0, '{}')`)
		}
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		c, err := OpenControl(path)
		if err != nil {
			t.Fatalf("version %d: %v", version, err)
		}
		is, err := schemaOf(c.write)
		want, err2 := schemas(controlSteps)
		if err := errors.Join(err, err2); err != nil || is != want[len(controlSteps)] {
			t.Errorf("version %d became other tables, %v: %s", version, err, is)
		}
		if s, err := c.SiteByDomain(t.Context(), "a.example"); err != nil || s.ID != "x" {
			t.Errorf("version %d: the site is %+v, %v", version, s, err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
