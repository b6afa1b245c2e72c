package web

import (
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"

	"sandprint/app/account"
	"sandprint/app/problem"
	"sandprint/views"
)

// wrongOf returns what a form says about an error that is the sender's, with the status to answer with; any other error
// is handed on.
func wrongOf(err error) (views.Wrong, int, error) {
	p := problem.Of(err)
	if p.Status >= 500 || p.Status == http.StatusNotFound {
		return views.Wrong{}, 0, err
	}
	return views.Wrong{Field: p.Field, Message: p.Message, Hint: p.Hint}, p.Status, nil
}

// formError reads the call's form and returns a refusal when it can't be read.
func (c *call) formError() error {
	if err := c.ParseForm(); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return errTooLarge
		}
		return problem.New(http.StatusBadRequest, "bad_form", "This form could not be read.").WithHint("Go back and send it again.")
	}
	return nil
}

// localPath returns where to go after signing in: next when it is a path of ours, otherwise the start. What browsers
// might take for another host ("//evil", "/\evil") or for more headers is no path of ours.
func localPath(next string) string {
	u, err := url.Parse(next)
	bad := func(r rune) bool { return r < 0x20 || r == '\\' || r == 0x7f }
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") ||
		strings.HasPrefix(path.Clean(u.Path), "//") || strings.ContainsFunc(next, bad) || strings.ContainsFunc(u.Path, bad) ||
		strings.HasPrefix(u.Path, "//") || len(next) > 2048 {
		return "/"
	}
	return next
}

// signInPage answers 401 with the form in place of the page that was asked for; signing in leads back to it.
func (s *Server) signInPage(w http.ResponseWriter, c *call, p *problem.Error) {
	open, err := s.Accounts.SetupOpen(c.Context())
	if err != nil {
		s.last(w, c, err)
		return
	}
	form := views.SignInForm{Next: "/", Setup: open}
	if p != errSignedOut { // that is nobody's mistake, and the form says it
		form.Wrong = views.Wrong{Field: p.Field, Message: p.Message, Hint: p.Hint}
	}
	if c.Method == http.MethodGet || c.Method == http.MethodHead {
		form.Next = localPath(c.URL.RequestURI())
	}
	s.last(w, c, s.html(w, c, http.StatusUnauthorized, views.SignIn(plain(c.page("Sign in")), form)))
}

// plain makes a page one of a single card.
func plain(p views.Page) views.Page {
	p.Plain = true
	return p
}

func (s *Server) signInForm(w http.ResponseWriter, c *call) error {
	next := localPath(c.FormValue("next"))
	if c.who.Signed() {
		return redirect(w, next)
	}
	open, err := s.Accounts.SetupOpen(c.Context())
	if err != nil {
		return err
	}
	return s.html(w, c, http.StatusOK, views.SignIn(plain(c.page("Sign in")), views.SignInForm{Next: next, Setup: open}))
}

func (s *Server) signIn(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	form := views.SignInForm{Next: localPath(c.PostFormValue("next")), Email: c.PostFormValue("email")}
	id, err := s.Accounts.SignIn(c.Context(), form.Email, c.PostFormValue("password"), s.network(c))
	if err != nil {
		var status int
		if form.Wrong, status, err = wrongOf(err); err != nil {
			return err
		}
		return s.html(w, c, status, views.SignIn(plain(c.page("Sign in")), form))
	}
	return s.enter(w, c, id, form.Next)
}

// enter gives the browser its new session, ends the one it had, and goes to a page.
func (s *Server) enter(w http.ResponseWriter, c *call, id, next string) error {
	if c.session != "" {
		if err := s.Accounts.SignOut(c.Context(), c.session); err != nil {
			return err
		}
	}
	if err := s.cookies.write(w, c, id); err != nil {
		return err
	}
	next, err := s.afterSignIn(c, id, next)
	if err != nil {
		return err
	}
	return redirect(w, next)
}

// network names where a request comes from, cut; empty when nobody told us how to know.
func (s *Server) network(c *call) string {
	if s.Network == nil {
		return ""
	}
	return s.Network(c.Request)
}

func (s *Server) signOut(w http.ResponseWriter, c *call) error {
	if err := s.Accounts.SignOut(c.Context(), c.session); err != nil {
		return err
	}
	if err := s.cookies.write(w, c, ""); err != nil {
		return err
	}
	return redirect(w, "/sign-in")
}

// errLink is the answer to a link that doesn't sign in, whether it was used, has run out or never was one: nobody can tell which.
var errLink = problem.New(http.StatusNotFound, "link_gone", "This link was used already, has run out, or is not whole.").
	WithHint("Who has a password signs in. A new link is made by an owner on the page of people, or with “sandprint user password EMAIL” by who runs this instance.")

// linkError makes errLink of a link that isn't there.
func linkError(err error) error {
	if errors.Is(err, problem.NotFound) {
		return errLink
	}
	return err
}

// link shows the form behind a link that sets a password. A link of the demo signs in at once: it is the one GET that
// writes anything, a session, since opening the printed address is all that there is to do.
func (s *Server) link(w http.ResponseWriter, c *call) error {
	secret := c.PathValue("secret")
	l, err := s.Accounts.Link(c.Context(), secret)
	if err != nil {
		return linkError(err)
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	if l.Purpose != account.DemoLink {
		return s.html(w, c, http.StatusOK, views.Link(plain(c.page("Set your password")), views.LinkForm{Secret: secret, Email: l.Email}))
	}
	if c.Method == http.MethodHead {
		return s.send(w, c, http.StatusOK, "text/html; charset=utf-8", nil)
	}
	id, err := s.Accounts.UseLink(c.Context(), secret, "")
	if err != nil {
		return linkError(err)
	}
	return s.enter(w, c, id, "/")
}

func (s *Server) useLink(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	secret := c.PathValue("secret")
	l, err := s.Accounts.Link(c.Context(), secret)
	if err != nil {
		return linkError(err)
	}
	id, err := s.Accounts.UseLink(c.Context(), secret, c.PostFormValue("password"))
	if err == nil {
		return s.enter(w, c, id, "/")
	}
	wrong, status, err := wrongOf(err)
	if err != nil {
		return linkError(err)
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	return s.html(w, c, status, views.Link(plain(c.page("Set your password")), views.LinkForm{Secret: secret, Email: l.Email, Wrong: wrong}))
}
