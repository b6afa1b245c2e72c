package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/gorilla/sessions"

	"sandprint/app/account"
)

// cookies puts the id of a session into the browser and takes it out again. The cookie is a signed envelope of
// gorilla/sessions around a random id, so a made-up one costs no look-up; what it stands for is a row of account's, which
// ends when that does. Nothing else is in it.
type cookies struct{ store *sessions.CookieStore }

// Names of the cookie. The prefix binds it to this host and https (RFC 6265bis, section 4.1.3.2), so it can't be used on
// plain http, as on a home network or this machine.
const (
	secureCookie = "__Host-sp"
	plainCookie  = "sp"
	sessionKey   = "id"
)

func newCookies(accounts *account.Service) (cookies, error) {
	keys, err := accounts.CookieKeys(context.Background())
	if err != nil {
		return cookies{}, err
	}
	pairs := make([][]byte, 0, 2*len(keys))
	for _, key := range keys {
		pairs = append(pairs, key, nil) // signed, not encrypted: the id says nothing
	}
	store := sessions.NewCookieStore(pairs...)
	store.MaxAge(int(account.SessionLife.Seconds()))
	return cookies{store}, nil
}

// read returns the session id that the browser sent; empty when there is none or it wasn't signed by us.
func (k cookies) read(c *call) string {
	session, err := k.store.New(c.Request, c.cookieName())
	if err != nil {
		return ""
	}
	id, _ := session.Values[sessionKey].(string)
	return id
}

// write gives the browser a session id; an empty one takes the cookie away.
func (k cookies) write(w http.ResponseWriter, c *call, id string) error {
	session := sessions.NewSession(k.store, c.cookieName())
	session.Options = &sessions.Options{Path: "/", MaxAge: int(account.SessionLife.Seconds()), HttpOnly: true,
		Secure: c.secure(), SameSite: http.SameSiteLaxMode}
	session.Values[sessionKey] = id
	if id == "" {
		session.Options.MaxAge = -1
	}
	return k.store.Save(c.Request, w, session)
}

// secure reports whether the browser's connection is https: ours, a trusted proxy's, or by the address we were told.
func (c *call) secure() bool {
	s := c.server
	return c.TLS != nil || s.Proxied != nil && s.Proxied(c.Request) ||
		s.origin != nil && s.origin.Scheme == "https" && strings.EqualFold(s.origin.Host, c.Host)
}

func (c *call) cookieName() string {
	if c.secure() {
		return secureCookie
	}
	return plainCookie
}
