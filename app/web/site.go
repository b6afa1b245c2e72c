package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"sandprint/app/account"
	"sandprint/app/privacy"
	"sandprint/app/problem"
	"sandprint/views"
)

// siteSettings shows the form of a site's settings.
func (s *Server) siteSettings(w http.ResponseWriter, c *call) error {
	form := formOf(c.site.Info())
	form.Saved = said(c)
	return s.settingsPage(w, c, http.StatusOK, form)
}

func (s *Server) settingsPage(w http.ResponseWriter, c *call, status int, form views.SiteSettingsForm) error {
	info := c.site.Info()
	form.Domain, form.CanRemove = info.Domain, c.who.CanManage(info)
	var err error
	if form.Limits, err = s.Accounts.Limits(c.Context()); err != nil {
		return err
	}
	if chosen, unchanged, ok := account.PresetOf(info); ok {
		form.Preset = views.PresetTitle(c.page("").Words, chosen.Name, unchanged)
	}
	if form.Facts, err = s.facts(c, info); err != nil {
		return err
	}
	page := c.page("Settings of " + info.Domain)
	page.Scripts = []string{"zone.js"}
	return s.html(w, c, status, views.SiteSettings(page, form))
}

// saveSite takes the form. A field that the form doesn't have is left alone, whatever its name.
func (s *Server) saveSite(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	form := readForm(c)
	change, err := changeOf(form)
	var going privacy.Shortening
	change.Sure = s.letGo(c, &going)
	if err == nil {
		_, err = s.Accounts.ChangeSite(c.Context(), c.who, c.site.Info().Domain, change)
	}
	if err == nil {
		return redirect(w, sitePath(c.site.Info().Domain, "/settings?done=saved"))
	}
	if errors.Is(err, errShortens) {
		form.Going = &going
		return s.settingsPage(w, c, http.StatusOK, form)
	}
	var status int
	if form.Wrong, status, err = wrongOf(err); err != nil {
		return err
	}
	return s.settingsPage(w, c, status, form)
}

// formOf fills the form from a site's settings.
func formOf(info account.SiteInfo) views.SiteSettingsForm {
	set := info.Settings
	f := views.SiteSettingsForm{Zone: info.Zone.String(), Mode: modeOf(info), Hosts: strings.Join(set.Hosts, "\n"), SearchKey: set.SearchKey,
		Localhost: set.Localhost, Links: !set.NoLinks, Forms: set.Forms, CountryOnly: set.CountryOnly}
	for field, n := range map[*string]int{&f.Floor: set.Floor, &f.KeepKeys: set.Retention.Keys, &f.KeepVisits: set.Retention.Visits, &f.KeepTotals: set.Retention.Totals} {
		if n > 0 {
			*field = strconv.Itoa(n)
		}
	}
	return f
}

// early is how forms call the mode consent where visitors are counted without a cookie until there is consent.
const early = "early"

// modeOf returns the mode of a site as forms have it.
func modeOf(info account.SiteInfo) string {
	if info.Mode == "consent" && info.Settings.Early {
		return early
	}
	return info.Mode
}

// readForm reads the form as it was sent.
func readForm(c *call) views.SiteSettingsForm {
	on := func(name string) bool { return c.PostFormValue(name) != "" }
	text := func(name string) string { return strings.ReplaceAll(c.PostFormValue(name), "\r\n", "\n") }
	number := func(name string) string { return strings.TrimSpace(c.PostFormValue(name)) }
	return views.SiteSettingsForm{Zone: c.PostFormValue("timezone"), Mode: c.PostFormValue("mode"), Hosts: text("hosts"),
		SearchKey: strings.TrimSpace(text("search_key")), Floor: number("floor"),
		KeepKeys: number("keep_keys"), KeepVisits: number("keep_visits"), KeepTotals: number("keep_totals"),
		Localhost: on("localhost"), Links: on("links"), Forms: on("forms"), CountryOnly: on("country_only")}
}

// changeOf makes the settings that a form asks for.
func changeOf(f views.SiteSettingsForm) (account.SiteChange, error) {
	set := account.SiteSettings{Hosts: lines(f.Hosts), SearchKey: f.SearchKey,
		Localhost: f.Localhost, NoLinks: !f.Links, Forms: f.Forms, CountryOnly: f.CountryOnly}
	keep := &set.Retention
	var err error
	for _, n := range []struct {
		field, text string
		to          *int
	}{{"floor", f.Floor, &set.Floor}, {"keep_keys", f.KeepKeys, &keep.Keys}, {"keep_visits", f.KeepVisits, &keep.Visits}, {"keep_totals", f.KeepTotals, &keep.Totals}} {
		if n.text == "" {
			continue
		}
		if *n.to, err = strconv.Atoi(n.text); err != nil {
			return account.SiteChange{}, problem.BadField(n.field, "bad_number", "“"+n.text+"” is no whole number.")
		}
	}
	mode := f.Mode
	if mode == early {
		mode, set.Early = "consent", true
	}
	return account.SiteChange{Zone: &f.Zone, Mode: &mode, Edit: func(is *account.SiteSettings) error {
		set.Goals, set.Funnels, set.Notice, set.Preset, set.HidePage = is.Goals, is.Funnels, is.Notice, is.Preset, is.HidePage // which have pages of their own
		keepRules(&set, is)
		*is = set
		return nil
	}}, nil
}

// lines returns the lines of a text that are not blank.
func lines(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}
