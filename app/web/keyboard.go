package web

import (
	"net/http"

	"sandprint/views"
)

// keyboard is the page that lists the keys.
func (s *Server) keyboard(w http.ResponseWriter, c *call) error {
	return s.html(w, c, http.StatusOK, views.KeyboardPage(c.page("Keyboard")))
}
