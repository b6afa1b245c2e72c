package store

import (
	"context"
	"database/sql"
	"time"
)

// Token lets a program act for a user.
type Token struct {
	ID      int64     `json:"id"` // by which it is listed and revoked
	User    int64     `json:"-"`
	Email   string    `json:"email"`            // of its user
	Site    string    `json:"-"`                // id of the one site it is for; empty: every site of its user
	Domain  string    `json:"domain,omitempty"` // of that site
	Scope   string    `json:"scope"`            // read or write
	Name    string    `json:"name,omitempty"`
	Created time.Time `json:"created"`
	Used    int32     `json:"used"` // UTC day of last use, days since 1970; 0: never
}

const tokenQuery = `SELECT token.id, token.user, user.email, coalesce(token.site, ''), coalesce(site.domain, ''),
	token.scope, token.name, token.created, token.used
	FROM token JOIN user ON user.id = token.user LEFT JOIN site ON site.id = token.site `

func scanToken(row scanner) (t Token, err error) {
	var created int64
	err = row.Scan(&t.ID, &t.User, &t.Email, &t.Site, &t.Domain, &t.Scope, &t.Name, &created, &t.Used)
	t.Created = time.Unix(created, 0).UTC()
	return t, rowError(err)
}

// AddToken adds a token by the SHA-256 of it and returns it with its number. ErrNotFound: no such user or site.
func (c *Control) AddToken(ctx context.Context, hash [32]byte, t Token) (Token, error) {
	var id int64
	err := c.write.QueryRowContext(ctx, `INSERT INTO token (hash, user, site, scope, name, created, used)
		VALUES (?, ?, ?, ?, ?, ?, 0) RETURNING id`,
		hash[:], t.User, sql.NullString{String: t.Site, Valid: t.Site != ""}, t.Scope, t.Name, t.Created.Unix()).Scan(&id)
	if err != nil {
		return Token{}, rowError(err)
	}
	return scanToken(c.read.QueryRowContext(ctx, tokenQuery+"WHERE token.id = ?", id))
}

// Tokens returns all tokens, by user and number.
func (c *Control) Tokens(ctx context.Context) ([]Token, error) {
	return list(ctx, c.read, scanToken, tokenQuery+"ORDER BY user.email, token.id")
}

// TokenByHash returns the token whose SHA-256 that is.
func (c *Control) TokenByHash(ctx context.Context, hash [32]byte) (Token, error) {
	return scanToken(c.read.QueryRowContext(ctx, tokenQuery+"WHERE token.hash = ?", hash[:]))
}

// TouchToken writes the UTC day (days since 1970) on which a token was last used.
func (c *Control) TouchToken(ctx context.Context, id int64, day int32) error {
	return c.execOne(ctx, "UPDATE token SET used = ? WHERE id = ?", day, id)
}

// DeleteToken revokes a token.
func (c *Control) DeleteToken(ctx context.Context, id int64) error {
	return c.execOne(ctx, "DELETE FROM token WHERE id = ?", id)
}
