package web

import (
	"net/http"
	"strconv"
	"time"

	"sandprint/app/account"
	"sandprint/app/problem"
	"sandprint/views"
)

// settings shows a person's own settings: tokens, password, sessions.
func (s *Server) settings(w http.ResponseWriter, c *call) error {
	return s.ownSettings(w, c, http.StatusOK, views.OwnSettings{Saved: said(c)})
}

// notices are what a page may say after a form led to it, by the value of ?done=. Nothing else can be put on a page so.
var notices = map[string]string{"saved": "Saved.", "revoked": "The token is revoked.", "password": "Your password is changed; other devices are signed out.",
	"removed": "The site and all its visits are gone.", "funnel-removed": "The funnel is removed.", "goal-removed": "The goal is removed.",
	"role": "The role is changed.", "person-removed": "The person is removed.",
	"changed": "The segment is changed.", "gone": "The segment is removed.",
	"published": "Noted: this text is on your site. When a setting that it tells of changes, the dashboard says so."}

func said(c *call) string { return notices[c.URL.Query().Get("done")] }

func (s *Server) ownSettings(w http.ResponseWriter, c *call, status int, m views.OwnSettings) error {
	m.CanAudit, m.Operator = c.who.CanAudit(), c.who.Operator()
	var err error
	if m.Owns, err = s.Accounts.Owned(c.Context(), c.who); err != nil {
		return err
	}
	tokens, err := s.Accounts.Tokens(c.Context(), c.who)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		row := views.TokenRow{ID: t.ID, Name: t.Name, Domain: t.Domain, Scope: t.Scope, Created: t.Created.UTC().Format(time.DateOnly)}
		if t.Used > 0 {
			row.Used = time.Unix(int64(t.Used)*86400, 0).UTC().Format(time.DateOnly)
		}
		m.Tokens = append(m.Tokens, row)
	}
	sites, err := s.Accounts.Sites(c.Context(), c.who)
	if err != nil {
		return err
	}
	for _, site := range sites {
		m.Domains = append(m.Domains, site.Domain)
	}
	return s.html(w, c, status, views.Settings(c.page("Settings"), m))
}

// refused shows the settings again with what was wrong.
func (s *Server) refused(w http.ResponseWriter, c *call, err error) error {
	wrong, status, err := wrongOf(err)
	if err != nil {
		return err
	}
	return s.ownSettings(w, c, status, views.OwnSettings{Wrong: wrong})
}

// addToken makes a token and shows it, this once.
func (s *Server) addToken(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	secret, _, err := s.Accounts.AddToken(c.Context(), c.who, account.NewToken{Domain: c.PostFormValue("site"),
		Scope: account.Scope(c.PostFormValue("scope")), Name: c.PostFormValue("name")})
	if err != nil {
		return s.refused(w, c, err)
	}
	return s.ownSettings(w, c, http.StatusCreated, views.OwnSettings{Secret: secret})
}

func (s *Server) revokeToken(w http.ResponseWriter, c *call) error {
	id, err := strconv.ParseInt(c.PathValue("id"), 10, 64)
	if err != nil {
		return problem.NotFound
	}
	if err := s.Accounts.RevokeToken(c.Context(), c.who, id); err != nil {
		return err
	}
	return redirect(w, "/settings?done=revoked")
}

func (s *Server) changePassword(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	id, err := s.Accounts.ChangePassword(c.Context(), c.who, c.PostFormValue("old"), c.PostFormValue("password"), s.network(c))
	if err != nil {
		if p := problem.Of(err); p.Status == http.StatusUnauthorized {
			err = problem.BadField("old", "bad_credentials", "This is not your present password.")
		}
		return s.refused(w, c, err)
	}
	return s.enter(w, c, id, "/settings?done=password")
}

func (s *Server) endSessions(w http.ResponseWriter, c *call) error {
	if err := s.Accounts.EndSessions(c.Context(), c.who); err != nil {
		return err
	}
	return s.signOut(w, c)
}
