package pages_test

import (
	"net/http"
	"strings"
	"testing"

	"sandprint/app/apptest"
)

// TestFirstRun looks at the pages that are there before anyone has signed in: the set-up of a new instance, and the link
// that sets a password.
func TestFirstRun(t *testing.T) {
	h := house{App: apptest.Start(t, apptest.Options{})}
	setup := stop{path: strings.TrimPrefix(h.SetupURL, h.URL), nobody: true, first: true}
	t.Run("set-up", func(t *testing.T) { h.all(t, []stop{setup}) })
	h.AddUser("owner@fresh.example", "Fresh", "owner")
	link := stop{path: strings.TrimPrefix(h.Run("user", "password", "owner@fresh.example"), h.URL), nobody: true, first: true}
	t.Run("password", func(t *testing.T) {
		h.all(t, []stop{link, {path: "/link/unknown", nobody: true, status: http.StatusNotFound}})
	})
}
