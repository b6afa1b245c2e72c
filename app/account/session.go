package account

import (
	"context"
	"errors"
	"net/http"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Lifetimes of a session. See ASVS 5.0, 7.1.1 and 7.3.
const (
	SessionIdle = 7 * 24 * time.Hour  // after its last use
	SessionLife = 30 * 24 * time.Hour // after the sign-in, at most: the operator may have it shorter
	seenEvery   = time.Hour           // how often the last use is written

	maxSignIn = int(SessionLife / (24 * time.Hour)) // in days
)

// errCredentials answers a wrong password and an unknown address alike.
var errCredentials = problem.New(http.StatusUnauthorized, "bad_credentials", "This e-mail address and password don't go together.").
	WithHint("Check both. A new password is set with “sandprint user password” on the machine that Sandprint runs on.")

// SignIn checks a password and returns the id of a new session, for the browser's cookie. Network names where the
// asker comes from, already cut (an address less its last octet, or its first 48 bits); empty: not throttled by it. It is
// kept in memory only, as a keyed number. A wrong password and an unknown address give the same refusal after the
// same time (401); after 10 failures in 15 minutes, by the account or by the network, comes a 429.
func (s *Service) SignIn(ctx context.Context, email, password, network string) (sessionID string, err error) {
	user, err := s.knows(ctx, email, password, network)
	if err != nil {
		on := deed{user.ID, 0, user.ID}
		s.note(ctx, "user.sign-in", &on, &err)
		return "", err
	}
	return s.newSession(ctx, user.ID)
}

// knows returns the user whose password it is. The user comes with the refusal of a wrong one too.
func (s *Service) knows(ctx context.Context, email, password, network string) (user store.User, err error) {
	email = foldEmail(email)
	try, wait := s.tries.begin(email, network)
	if wait > 0 {
		return user, tooMany(wait)
	}
	user, err = s.control.UserByEmail(ctx, email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return user, err
	}
	ok, err := s.checkPassword(ctx, password, user.Password)
	if err != nil {
		return user, err
	}
	if !ok {
		return user, errCredentials
	}
	try.succeeded()
	return user, s.renewHash(ctx, user, password)
}

// newSession signs a user in.
func (s *Service) newSession(ctx context.Context, user int64) (id string, err error) {
	on := deed{user, 0, user}
	defer s.note(ctx, "user.sign-in", &on, &err)
	now := time.Now()
	if err := s.Tidy(ctx); err != nil {
		return "", err
	}
	l, err := s.Limits(ctx)
	if err != nil {
		return "", err
	}
	id = newSecret()
	err = s.control.AddSession(ctx, store.Session{Hash: digest(id), User: user, Created: now, Seen: now, Expires: now.Add(l.signIn()), Confirmed: now})
	return id, notFound(err)
}

// WhoBySession returns who is signed in by the session. A session that is unknown, ended or run out is nobody's and no
// error: an old cookie is nothing unusual.
func (s *Service) WhoBySession(ctx context.Context, sessionID string) (Who, error) {
	if sessionID == "" {
		return Who{}, nil
	}
	now := time.Now()
	session, err := s.control.Session(ctx, digest(sessionID))
	if errors.Is(err, store.ErrNotFound) {
		return Who{}, nil
	}
	if err != nil || !now.Before(session.Expires) || now.Sub(session.Seen) >= SessionIdle {
		return Who{}, err
	}
	if now.Sub(session.Seen) >= seenEvery {
		if err := s.control.TouchSession(ctx, session.Hash, now); err != nil && !errors.Is(err, store.ErrNotFound) {
			return Who{}, err
		}
	}
	return s.whoIs(ctx, session.User)
}

// whoIs returns the user as an asker; nobody when they were removed meanwhile.
func (s *Service) whoIs(ctx context.Context, user int64) (Who, error) {
	u, err := s.control.User(ctx, user)
	if err != nil {
		if errors.Is(err, store.ErrNotFound) {
			err = nil
		}
		return Who{}, err
	}
	w := Who{user: u.ID, email: u.Email, operator: u.Operator, roles: map[int64]Role{}}
	for customer, role := range u.Roles {
		w.roles[customer] = Role(role)
	}
	return w, nil
}

// ConfirmedFor is how long a sign-in, or the password given again, is enough for what can't be undone.
const ConfirmedFor = 5 * time.Minute

// Confirmed reports whether the person of a session has just shown that it is them.
func (s *Service) Confirmed(ctx context.Context, sessionID string) (bool, error) {
	session, err := s.control.Session(ctx, digest(sessionID))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	age := time.Since(session.Confirmed)
	return err == nil && age >= 0 && age < ConfirmedFor, err
}

// Confirm checks the asker's password again, before what can't be undone. Who has just been confirmed needs none. It is throttled as SignIn is.
func (s *Service) Confirm(ctx context.Context, who Who, sessionID, password, network string) (err error) {
	if err := needUser(who); err != nil {
		return err
	}
	if just, err := s.Confirmed(ctx, sessionID); err != nil || just {
		return err
	}
	on := deed{who.user, 0, who.user}
	defer s.note(ctx, "user.confirm", &on, &err)
	if _, err := s.knows(ctx, who.email, password, network); err != nil {
		return err
	}
	return notFound(s.control.ConfirmSession(ctx, digest(sessionID), time.Now()))
}

// SignOut ends a session; one that has ended already is no error.
func (s *Service) SignOut(ctx context.Context, sessionID string) (err error) {
	session, err := s.control.Session(ctx, digest(sessionID))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	on := deed{session.User, 0, session.User}
	defer s.note(ctx, "user.sign-out", &on, &err)
	if err = s.control.DeleteSession(ctx, session.Hash); errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// EndSessions signs the asker out everywhere.
func (s *Service) EndSessions(ctx context.Context, who Who) (err error) {
	on := deed{who.user, 0, who.user}
	defer s.note(ctx, "user.sign-out-everywhere", &on, &err)
	if err := needUser(who); err != nil {
		return err
	}
	return s.control.DeleteSessions(ctx, who.user)
}

// Tidy removes sessions and links that have run out. Signing in does it too.
func (s *Service) Tidy(ctx context.Context) error {
	now := time.Now()
	return s.control.DeleteRunOut(ctx, now.Add(-SessionIdle), now)
}
