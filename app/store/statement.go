package store

import (
	"context"
	"time"
)

// Statement is a version of one of the operator's texts for people who sign in.
type Statement struct {
	Kind    string // terms or privacy
	Version int    // from 1 on
	Made    time.Time
	Text    string
}

const statementColumns = "kind, version, made, text"

func scanStatement(row scanner) (s Statement, err error) {
	var made int64
	err = row.Scan(&s.Kind, &s.Version, &made, &s.Text)
	s.Made = time.Unix(made, 0).UTC()
	return s, rowError(err)
}

// AddStatement adds the next version of a text and returns it.
func (c *Control) AddStatement(ctx context.Context, kind, text string, made time.Time) (Statement, error) {
	return scanStatement(c.write.QueryRowContext(ctx, `INSERT INTO statement (kind, version, made, text)
		VALUES (?1, (SELECT coalesce(max(version), 0) + 1 FROM statement WHERE kind = ?1), ?2, ?3) RETURNING `+statementColumns, kind, made.Unix(), text))
}

// Statements returns the versions of a text, the newest first.
func (c *Control) Statements(ctx context.Context, kind string) ([]Statement, error) {
	return list(ctx, c.read, scanStatement, "SELECT "+statementColumns+" FROM statement WHERE kind = ? ORDER BY version DESC", kind)
}

// Shown returns the newest version of a text that was shown to somebody; 0: none.
func (c *Control) Shown(ctx context.Context, user int64, kind string) (version int, err error) {
	err = c.read.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM shown WHERE user = ? AND kind = ?", user, kind).Scan(&version)
	return version, rowError(err)
}

// Show notes that a version of a text was shown to somebody. ErrNotFound: no such user.
func (c *Control) Show(ctx context.Context, user int64, kind string, version int) error {
	_, err := c.exec(ctx, `INSERT INTO shown (user, kind, version) VALUES (?, ?, ?)
		ON CONFLICT (user, kind) DO UPDATE SET version = max(version, excluded.version)`, user, kind, version)
	return err
}
