package store_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sandprint/app/store"
)

// raw runs SQL on a control file that nobody has open.
func raw(t *testing.T, path, query string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(query); err != nil {
		t.Fatal(err)
	}
}

// number returns the answer to a question with one number.
func number(t *testing.T, path, query string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestControlNewer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control.db")
	c, err := store.OpenControl(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Close(), c.Close()); err != nil {
		t.Fatal(err)
	}
	raw(t, path, "PRAGMA user_version = 999")
	if vacuum := number(t, path, "PRAGMA auto_vacuum"); vacuum != 2 {
		t.Errorf("auto_vacuum is %d, want 2 (incremental)", vacuum)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.OpenControl(path); !errors.Is(err, store.ErrNewer) {
		t.Fatalf("a newer file: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Fatalf("the newer file was changed, %v", err)
	}
}

// Who is removed leaves no byte behind, neither in the file nor in its log.
func TestControlDeletionScrubs(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	path := filepath.Join(dir, "control.db")
	c, err := store.OpenControl(path)
	if err != nil {
		t.Fatal(err)
	}
	const marker = "marker-qzx"
	user, err := c.AddUser(ctx, store.NewUser{Email: marker + "@a.example", Customer: marker, Role: "owner", Created: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	site, err := c.AddSite(ctx, store.SiteInfo{Customer: 1, Domain: marker + ".example", Zone: time.UTC, Mode: "cookie"})
	if err != nil {
		t.Fatal(err)
	}
	note, err := c.AddAnnotation(ctx, site.ID, time.Now(), marker+" alone", 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AddAnnotation(ctx, site.ID, time.Now(), marker+" goes with its site", 2); err != nil {
		t.Fatal(err)
	}
	if _, err := c.AddAnnotation(ctx, site.ID, time.Now(), "one too many", 2); !errors.Is(err, store.ErrFull) {
		t.Fatalf("a third of two annotations: %v", err)
	}
	if _, err := c.AddAnnotation(ctx, "none", time.Now(), "nowhere", 2); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("an annotation of a site that isn't there: %v", err)
	}
	if err := errors.Join(c.DeleteAnnotation(ctx, "none", note.ID), c.DeleteAnnotation(ctx, site.ID, 99)); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("removing another site's annotation: %v", err)
	}
	if err := c.DeleteAnnotation(ctx, site.ID, note.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := c.AddSite(ctx, store.SiteInfo{Customer: 1, Domain: site.Domain, Zone: time.UTC}); !errors.Is(err, store.ErrExists) {
		t.Fatalf("the same domain again: %v", err)
	}
	if _, err := c.AddSite(ctx, store.SiteInfo{Customer: 7, Domain: "b.example", Zone: time.UTC}); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("a customer that isn't there: %v", err)
	}
	if _, err := c.DeleteSite(ctx, site); err != nil {
		t.Fatal(err)
	}
	if err := c.DeleteUser(ctx, user.ID); err != nil {
		t.Fatal(err)
	}
	if all, err := c.Customers(ctx); err != nil || len(all) != 0 {
		t.Fatalf("the empty customer is still there: %v, %v", all, err)
	}
	// A copy made by SQLite would not have the free pages, so the file itself is read, once it is closed.
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if text, err := os.ReadFile(file); err != nil || strings.Contains(string(text), marker) {
			t.Errorf("%s still has the name, %v", filepath.Base(file), err)
		}
	}
}

// Every column says, in the schema, what it is for.
func TestControlColumnsCommented(t *testing.T) {
	files, err := filepath.Glob("control*.sql")
	if err != nil {
		t.Fatal(err)
	}
	schema := ""
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		schema += string(text)
	}
	for line := range strings.Lines(schema) {
		if column := strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "  PRIMARY KEY"); column && !strings.Contains(line, " -- ") {
			t.Errorf("no comment: %s", line)
		}
	}
}
