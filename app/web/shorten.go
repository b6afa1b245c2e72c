package web

import (
	"net/http"
	"strconv"
	"strings"

	"sandprint/app/account"
	"sandprint/app/privacy"
	"sandprint/app/problem"
	"sandprint/views"
)

// errShortens stops a change that would take something in the next night, of which the form has not told yet.
var errShortens = problem.New(http.StatusConflict, "shortens", "Shorter times delete what is older.").WithHint("Look at what will go first.")

// letGo looks at a change of a site before it is made: with errShortens it stops one that shortens times and so takes something in the next
// night, unless the form has told of it. What goes is left in going.
func (s *Server) letGo(c *call, going *privacy.Shortening) func(account.SiteInfo) error {
	return func(is account.SiteInfo) (err error) {
		if *going, err = s.Privacy.Shorten(c.Context(), c.site.Info(), is.Settings.Retention); err != nil {
			return err
		}
		if going.Due.Any() && c.PostFormValue("let-go") != going.Told() {
			return errShortens
		}
		return nil
	}
}

// saveLimits takes the operator's limits, once it was shown which sites they shorten, and what that takes.
func (s *Server) saveLimits(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	p, err := readLimits(c)
	if err == nil {
		err = p.Limits.Check()
	}
	if err == nil {
		if p.Shortened, err = s.Privacy.ShortenAll(c.Context(), p.Limits); err != nil {
			return err
		}
		if len(p.Shortened) > 0 && c.PostFormValue("let-go") != p.Told() {
			return s.keptPage(w, c, http.StatusOK, p)
		}
		err = s.Accounts.SetLimits(c.Context(), c.who, p.Limits)
	}
	if err == nil {
		return redirect(w, "/operator/kept?done=saved")
	}
	var status int
	if p.Wrong, status, err = wrongOf(err); err != nil {
		return err
	}
	p.Shortened = nil
	return s.keptPage(w, c, status, p)
}

// readLimits reads the form of the operator's limits.
func readLimits(c *call) (p views.KeptPage, err error) {
	for _, limit := range p.Limits.Each() {
		if text := strings.TrimSpace(c.PostFormValue(limit.Field)); text != "" {
			n, wrong := strconv.Atoi(text)
			if *limit.Value = n; wrong != nil || n == 0 {
				err = problem.BadField(limit.Field, "bad_number", "“"+text+"” is no whole number.")
			}
		}
	}
	return p, err
}
