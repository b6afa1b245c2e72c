package account

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"net/http"
	"strings"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Token is a token as it is listed: without the secret.
type Token = store.Token

// NewToken is what AddToken is told.
type NewToken struct {
	Email  string // whose rights it carries; empty: the asker's
	Domain string // the one site it is for; empty: every site of its user
	Scope  Scope
	Name   string // to know it by; may be empty
}

// errToken refuses a token that is unknown or was revoked.
var errToken = problem.New(http.StatusUnauthorized, "bad_token", "This token is unknown or was revoked.").
	WithHint("Make a new one with “sandprint token add”.")

// AddToken makes a token: "sp_" and 160 random bits as 32 characters, which can't be shown again. A user makes their
// own, the command line anyone's.
func (s *Service) AddToken(ctx context.Context, who Who, n NewToken) (secret string, t Token, err error) {
	on := deed{actor: who.user}
	defer s.note(ctx, "token.add", &on, &err)
	if n.Scope != Read && n.Scope != Write {
		return "", Token{}, problem.BadField("scope", "bad_scope", "There is no scope "+quote(string(n.Scope))+".").
			WithHint("The scopes are read and write; write may read.")
	}
	if err := checkText("name", "name of the token", n.Name, 100); err != nil {
		return "", Token{}, err
	}
	of, err := s.tokenUser(ctx, who, n.Email)
	if err != nil {
		return "", Token{}, err
	}
	t = Token{User: of.user, Scope: string(n.Scope), Name: n.Name, Created: time.Now()}
	if n.Domain != "" {
		site, err := s.site(ctx, of, n.Domain)
		if err != nil {
			return "", Token{}, err
		}
		t.Site, on.customer = site.ID, site.Customer
	}
	var raw [20]byte
	rand.Read(raw[:])
	secret = "sp_" + strings.ToLower(base32.StdEncoding.EncodeToString(raw[:]))
	t, err = s.control.AddToken(ctx, digest(secret), t)
	on.object = t.ID
	return secret, t, notFound(err)
}

// tokenUser returns the user whose token it is to be.
func (s *Service) tokenUser(ctx context.Context, who Who, email string) (Who, error) {
	if !who.local {
		if err := needUser(who); err != nil {
			return Who{}, err
		}
		if email != "" && foldEmail(email) != who.email {
			return Who{}, forbidden("A token for someone else is made at the command line.", "Leave the user out to make your own.")
		}
		return who, nil
	}
	user, err := s.userByEmail(ctx, email)
	if err != nil {
		return Who{}, err
	}
	return s.whoIs(ctx, user.ID)
}

// Tokens returns the asker's tokens, or at the command line everyone's, by user and number.
func (s *Service) Tokens(ctx context.Context, who Who) ([]Token, error) {
	if !who.local {
		if err := needUser(who); err != nil {
			return nil, err
		}
	}
	all, err := s.control.Tokens(ctx)
	var own []Token
	for _, t := range all {
		if who.local || t.User == who.user {
			own = append(own, t)
		}
	}
	return own, err
}

// RevokeToken revokes one of the tokens that Tokens lists.
func (s *Service) RevokeToken(ctx context.Context, who Who, id int64) (err error) {
	on := deed{actor: who.user, object: id}
	defer s.note(ctx, "token.revoke", &on, &err)
	own, err := s.Tokens(ctx, who)
	if err != nil {
		return err
	}
	for _, t := range own {
		if t.ID == id {
			return notFound(s.control.DeleteToken(ctx, id))
		}
	}
	return problem.NotFound
}

// WhoByToken returns the token as an asker, or a refusal (401) when it is unknown or revoked. It notes the UTC day of use.
func (s *Service) WhoByToken(ctx context.Context, secret string) (Who, error) {
	t, err := s.control.TokenByHash(ctx, digest(secret))
	if errors.Is(err, store.ErrNotFound) {
		return Who{}, errToken
	}
	if err != nil {
		return Who{}, err
	}
	if today := day(time.Now()); t.Used != today {
		if err := s.control.TouchToken(ctx, t.ID, today); err != nil && !errors.Is(err, store.ErrNotFound) {
			return Who{}, err
		}
	}
	who, err := s.whoIs(ctx, t.User)
	if err == nil && !who.Signed() {
		return Who{}, errToken
	}
	who.scope, who.site = Scope(t.Scope), t.Site
	return who, err
}
