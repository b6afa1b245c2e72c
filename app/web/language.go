package web

import (
	"net/http"
	"net/url"
	"strings"

	"sandprint/views"
)

// languageCookie holds the language that a person chose. Without it the browser's own is taken.
const languageCookie = "lang"

// chooseLanguage keeps a person's choice in a cookie and leads back to the page that it was made on.
func (s *Server) chooseLanguage(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: views.Speak(views.Visitors, c.PostFormValue("lang"), "").Lang, Path: "/", MaxAge: 400 * 86400,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: c.secure()})
	return redirect(w, backTo(c.Referer(), c.Host))
}

// backTo returns the path and query of a page of ours that a form was sent from; "/" when it was not one.
func backTo(referer, host string) string {
	u, err := url.Parse(referer)
	if err != nil || u.Host != host || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}
