package store

import (
	"context"
	"time"
)

// Session is one sign-in of a user.
type Session struct {
	Hash    [32]byte // SHA-256 of the id that the browser holds
	User    int64
	Created time.Time
	Seen    time.Time // last use, as it was last written
	Expires time.Time // refused from then on, whatever its use

	Confirmed time.Time // when the person last gave their password, or came by a link
}

// AddSession adds a session. ErrNotFound: no such user.
func (c *Control) AddSession(ctx context.Context, s Session) error {
	_, err := c.exec(ctx, "INSERT INTO session (hash, user, created, seen, expires, confirmed) VALUES (?, ?, ?, ?, ?, ?)",
		s.Hash[:], s.User, s.Created.Unix(), s.Seen.Unix(), s.Expires.Unix(), secondsOf(s.Confirmed))
	return err
}

// Session returns the session of that hash, whether it has run out or not.
func (c *Control) Session(ctx context.Context, hash [32]byte) (Session, error) {
	s := Session{Hash: hash}
	var created, seen, expires, confirmed int64
	err := c.read.QueryRowContext(ctx, "SELECT user, created, seen, expires, confirmed FROM session WHERE hash = ?", hash[:]).
		Scan(&s.User, &created, &seen, &expires, &confirmed)
	s.Created, s.Seen, s.Expires = time.Unix(created, 0), time.Unix(seen, 0), time.Unix(expires, 0)
	s.Confirmed = timeOf(confirmed)
	return s, rowError(err)
}

// ConfirmSession writes that the person gave their password again.
func (c *Control) ConfirmSession(ctx context.Context, hash [32]byte, at time.Time) error {
	return c.execOne(ctx, "UPDATE session SET confirmed = ? WHERE hash = ?", at.Unix(), hash[:])
}

// TouchSession writes when a session was last used.
func (c *Control) TouchSession(ctx context.Context, hash [32]byte, seen time.Time) error {
	return c.execOne(ctx, "UPDATE session SET seen = ? WHERE hash = ?", seen.Unix(), hash[:])
}

// DeleteSession ends a session.
func (c *Control) DeleteSession(ctx context.Context, hash [32]byte) error {
	return c.execOne(ctx, "DELETE FROM session WHERE hash = ?", hash[:])
}

// DeleteSessions ends all sessions of a user, be there any or not.
func (c *Control) DeleteSessions(ctx context.Context, user int64) error {
	_, err := c.exec(ctx, "DELETE FROM session WHERE user = ?", user)
	return err
}

// ShortenSessions has sessions end no later than life after they began.
func (c *Control) ShortenSessions(ctx context.Context, life time.Duration) error {
	_, err := c.exec(ctx, "UPDATE session SET expires = min(expires, created + ?)", int64(life/time.Second))
	return err
}

// DeleteRunOut removes the sessions that were last seen before idle or expired before now, and the links that expired
// before now.
func (c *Control) DeleteRunOut(ctx context.Context, idle, now time.Time) error {
	if _, err := c.exec(ctx, "DELETE FROM session WHERE seen < ? OR expires <= ?", idle.Unix(), now.Unix()); err != nil {
		return err
	}
	_, err := c.exec(ctx, "DELETE FROM login_link WHERE expires <= ?", now.Unix())
	return err
}
