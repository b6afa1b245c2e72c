package web

import (
	"errors"
	"net/http"

	"sandprint/app/account"
	"sandprint/views"
)

// presetRoutes are the rows of the routing table about the settings for countries' rules.
var presetRoutes = []route{
	{"GET /sites/{domain}/preset", siteWrite, (*Server).presets},
	{"POST /sites/{domain}/preset", siteWrite, (*Server).applyPreset},
}

// presets shows all presets, and of the one that the address names what it would change.
func (s *Server) presets(w http.ResponseWriter, c *call) error {
	var form views.PresetPage
	if name := c.URL.Query().Get("name"); name != "" {
		preset, err := account.PresetNamed(name)
		if err != nil {
			return err
		}
		form.Chosen = preset.Name
	}
	return s.presetPage(w, c, http.StatusOK, form)
}

// presetPage shows all presets, with what the chosen one would change and what it would take.
func (s *Server) presetPage(w http.ResponseWriter, c *call, status int, form views.PresetPage) error {
	form.Domain, form.Now = c.site.Info().Domain, c.site.Info()
	var err error
	if form.Facts, err = s.facts(c, form.Now); err != nil {
		return err
	}
	if preset, err := account.PresetNamed(form.Chosen); err == nil {
		limits, err := s.Accounts.Limits(c.Context())
		if err != nil {
			return err
		}
		form.After = form.Now
		preset.Apply(&form.After)
		form.After.Settings.Retention = limits.Within(form.After.Settings.Retention)
		if form.Going, err = s.Privacy.Shorten(c.Context(), form.Now, form.After.Settings.Retention); err != nil {
			return err
		}
	}
	return s.html(w, c, status, views.Preset(c.page("Settings for a country's rules"), form))
}

// applyPreset applies the preset that was chosen.
func (s *Server) applyPreset(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	name := c.PostFormValue("preset")
	var form views.PresetPage
	_, err := s.Accounts.ChangeSite(c.Context(), c.who, c.site.Info().Domain, account.SiteChange{Preset: &name, Sure: s.letGo(c, &form.Going)})
	if err == nil {
		return redirect(w, sitePath(c.site.Info().Domain, "/settings?done=saved"))
	}
	if errors.Is(err, errShortens) {
		form.Chosen = name
		return s.presetPage(w, c, http.StatusOK, form)
	}
	var status int
	if form.Wrong, status, err = wrongOf(err); err != nil {
		return err
	}
	return s.presetPage(w, c, status, form)
}
