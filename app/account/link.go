package account

import (
	"context"
	"errors"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Purpose is what a link is for.
type Purpose string

// The purposes. A link to set a password works once, for 72 hours; one of the demo signs in as often as wanted.
const (
	PasswordLink Purpose = "password"
	DemoLink     Purpose = "demo"
)

var linkLife = map[Purpose]time.Duration{PasswordLink: 72 * time.Hour, DemoLink: 366 * 24 * time.Hour}

// Link is a link that signs a user in.
type Link struct {
	Email   string
	Purpose Purpose
	Expires time.Time
}

// NewLink returns the secret of a new link for a user: for the command line and the demo.
func (s *Service) NewLink(ctx context.Context, who Who, email string, purpose Purpose) (secret string, err error) {
	on := deed{actor: who.user}
	defer s.note(ctx, "user.link", &on, &err)
	if err := needLocal(who, "Making a link that signs someone in"); err != nil {
		return "", err
	}
	user, err := s.userByEmail(ctx, email)
	if err != nil {
		return "", err
	}
	on.object = user.ID
	secret = newSecret()
	return secret, s.control.AddLink(ctx, store.LoginLink{Hash: digest(secret), User: user.ID,
		Purpose: string(purpose), Expires: time.Now().Add(linkLife[purpose])})
}

// Link returns what the link of that secret is for, or problem.NotFound when it is unknown, used or run out.
func (s *Service) Link(ctx context.Context, secret string) (Link, error) {
	l, user, err := s.link(ctx, secret)
	return Link{Email: user.Email, Purpose: Purpose(l.Purpose), Expires: l.Expires}, err
}

func (s *Service) link(ctx context.Context, secret string) (store.LoginLink, store.User, error) {
	l, err := s.control.Link(ctx, digest(secret))
	if err == nil && !time.Now().Before(l.Expires) {
		err = store.ErrNotFound
	}
	if err != nil {
		return store.LoginLink{}, store.User{}, notFound(err)
	}
	user, err := s.control.User(ctx, l.User)
	return l, user, notFound(err)
}

// UseLink signs the link's user in and returns the id of the new session. A link to set a password sets newPassword,
// which ends all other sessions and links; a demo's takes no password. A password that is refused leaves the link usable.
func (s *Service) UseLink(ctx context.Context, secret, newPassword string) (sessionID string, err error) {
	l, user, err := s.link(ctx, secret)
	if err != nil {
		return "", err
	}
	if Purpose(l.Purpose) == PasswordLink {
		if err := s.usePasswordLink(ctx, l, user, newPassword); err != nil {
			return "", err
		}
	}
	return s.newSession(ctx, user.ID)
}

// usePasswordLink sets a password and uses its link up.
func (s *Service) usePasswordLink(ctx context.Context, l store.LoginLink, user store.User, password string) (err error) {
	on := deed{user.ID, 0, user.ID}
	defer s.note(ctx, "user.password", &on, &err)
	if err := checkNewPassword(password, user.Email); err != nil {
		return err
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	if err := s.control.DeleteLink(ctx, l.Hash); err != nil {
		return notFound(err)
	}
	return notFound(s.control.SetPassword(ctx, user.ID, hash))
}

// userByEmail returns the user of an address, or says that there is none: for the command line only.
func (s *Service) userByEmail(ctx context.Context, email string) (store.User, error) {
	user, err := s.control.UserByEmail(ctx, foldEmail(email))
	if errors.Is(err, store.ErrNotFound) {
		return store.User{}, problem.New(404, "no_such_user", "There is no user "+quote(email)+".").
			WithHint("“sandprint user list” shows who there is.")
	}
	return user, err
}
