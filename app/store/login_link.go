package store

import (
	"context"
	"time"
)

// LoginLink signs a user in without a password.
type LoginLink struct {
	Hash    [32]byte // SHA-256 of the secret in the link
	User    int64
	Purpose string // password or demo
	Expires time.Time
}

// AddLink adds a link. ErrNotFound: no such user.
func (c *Control) AddLink(ctx context.Context, l LoginLink) error {
	_, err := c.exec(ctx, "INSERT INTO login_link (hash, user, purpose, expires) VALUES (?, ?, ?, ?)",
		l.Hash[:], l.User, l.Purpose, l.Expires.Unix())
	return err
}

// Link returns the link of that hash, whether it has run out or not.
func (c *Control) Link(ctx context.Context, hash [32]byte) (LoginLink, error) {
	l := LoginLink{Hash: hash}
	var expires int64
	err := c.read.QueryRowContext(ctx, "SELECT user, purpose, expires FROM login_link WHERE hash = ?", hash[:]).
		Scan(&l.User, &l.Purpose, &expires)
	l.Expires = time.Unix(expires, 0)
	return l, rowError(err)
}

// DeleteLink uses a link up: of several callers at once one gets nil, the others ErrNotFound.
func (c *Control) DeleteLink(ctx context.Context, hash [32]byte) error {
	return c.execOne(ctx, "DELETE FROM login_link WHERE hash = ?", hash[:])
}
