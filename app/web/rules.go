package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"sandprint/app/account"
	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/views"
)

// rulesRoutes are the rows of the routing table about what of a site is counted, and what was not.
var rulesRoutes = []route{
	{"GET /sites/{domain}/rules", siteWrite, (*Server).rules},
	{"POST /sites/{domain}/rules", siteWrite, (*Server).saveRules},
	{"GET /sites/{domain}/dropped", siteRead, (*Server).dropped},
	{"GET /api/v1/sites/{domain}/dropped", siteRead, (*Server).apiDropped},
}

// rules shows the form of what is counted, and what may need a rule. The address may have patterns to begin with, group=
// and exclude=: they are shown in the form as if they had been typed, with what they would have done.
func (s *Server) rules(w http.ResponseWriter, c *call) error {
	form := rulesFormOf(c.site.Info().Settings, c.page("").Words)
	form.Saved = said(c)
	asked := c.URL.Query()
	form.Groups, form.Excluded = withLines(form.Groups, asked["group"]), withLines(form.Excluded, asked["exclude"])
	form.AllRare = asked.Get("rare") == "all"
	return s.rulesPage(w, c, http.StatusOK, form, asked.Has("group") || asked.Has("exclude"))
}

// withLines returns a text with further lines, without those that are empty or there already.
func withLines(text string, further []string) string {
	for _, line := range further {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(lines(text), line) {
			text = strings.TrimLeft(text+"\n"+line, "\n")
		}
	}
	return text
}

// rulesPage shows the form, and where that is wanted what it would have changed lately.
func (s *Server) rulesPage(w http.ResponseWriter, c *call, status int, form views.RulesForm, preview bool) (err error) {
	info := c.site.Info()
	form.Domain, form.Hosts = info.Domain, append([]string{info.Domain}, info.Settings.Hosts...)
	if preview {
		set, wrongs := readRules(c, form)
		if form.Wrongs = wrongs; len(wrongs) > 0 {
			status = http.StatusBadRequest
		} else {
			form.Preview, err = previewOf(c, set)
		}
	}
	form.Personal = account.PersonalKeys(lines(form.QueryKeys))
	if form.Preview == nil && len(form.Wrongs) == 0 {
		form.Rare, form.MoreRare, err = report.RunRare(c.Context(), c.site, time.Now().In(info.Zone), form.AllRare)
	}
	if p := problem.Of(err); p != nil && p.Code != "too_slow" { // the form is of use without them
		return err
	}
	page := c.page("")
	page.Title = page.Words.F("What %s counts and what not", info.Domain)
	page.Styles = []string{"rules.css"}
	return s.html(w, c, status, views.Rules(page, form))
}

// saveRules saves the form, or shows what it would have changed.
func (s *Server) saveRules(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	text := func(name string) string { return strings.ReplaceAll(c.PostFormValue(name), "\r\n", "\n") }
	form := views.RulesForm{Groups: text("groups"), Excluded: text("excluded"), QueryKeys: text("query_keys"),
		Countries: text("excluded_countries"), Networks: text("excluded_networks")}
	if c.PostFormValue("do") == "preview" {
		return s.rulesPage(w, c, http.StatusOK, form, true)
	}
	set, wrongs := readRules(c, form)
	if form.Wrongs = wrongs; len(wrongs) > 0 {
		return s.rulesPage(w, c, http.StatusBadRequest, form, false)
	}
	_, err := s.Accounts.ChangeSite(c.Context(), c.who, c.site.Info().Domain, account.SiteChange{Edit: func(is *account.SiteSettings) error {
		keepRules(is, &set)
		return nil
	}})
	if err == nil {
		return redirect(w, sitePath(c.site.Info().Domain, "/rules?done=saved"))
	}
	var status int
	if form.Wrong, status, err = wrongOf(err); err != nil {
		return err
	}
	return s.rulesPage(w, c, status, form, false)
}

// keepRules puts what the form of rules holds of one site's settings into another's.
func keepRules(into, from *account.SiteSettings) {
	into.Groups, into.Excluded, into.QueryKeys = from.Groups, from.Excluded, from.QueryKeys
	into.ExcludedCountries, into.ExcludedNetworks = from.ExcludedCountries, from.ExcludedNetworks
}

// rulesFormOf fills the form from a site's settings, with countries by name.
func rulesFormOf(set account.SiteSettings, words *views.Words) views.RulesForm {
	text := func(list []string) string { return strings.Join(list, "\n") }
	var countries []string
	for _, code := range set.ExcludedCountries {
		countries = append(countries, words.CountryName(code))
	}
	return views.RulesForm{Groups: text(set.Groups), Excluded: text(set.Excluded), QueryKeys: text(set.QueryKeys),
		Countries: text(countries), Networks: text(set.ExcludedNetworks)}
}

// readRules returns the rules that a form has, as they are kept, and all that is wrong with them. Countries may be by name, in any language that
// pages have.
func readRules(c *call, form views.RulesForm) (set account.SiteSettings, wrongs []views.Wrong) {
	info := c.site.Info()
	set = account.SiteSettings{Hosts: info.Settings.Hosts, Groups: lines(form.Groups), Excluded: lines(form.Excluded), QueryKeys: lines(form.QueryKeys),
		ExcludedNetworks: lines(form.Networks)}
	words := c.page("").Words
	for _, typed := range lines(form.Countries) {
		code, known := words.CountryCode(typed)
		if !known {
			wrongs = append(wrongs, views.Wrong{Field: "excluded_countries", Message: "“" + typed + "” is no country.",
				Hint: "Write its name, as " + words.CountryName("DE") + ", or its code of two letters, as DE."})
			continue
		}
		set.ExcludedCountries = append(set.ExcludedCountries, code)
	}
	for _, mistake := range account.CheckRules(&set, info.Domain) {
		wrongs = append(wrongs, views.Wrong{Field: mistake.Field, Message: mistake.Message, Hint: mistake.Hint})
	}
	return set, wrongs
}

// previewOf tells what rules would have been about in the last 30 days. Of networks nothing can be told.
func previewOf(c *call, set account.SiteSettings) (p *views.RulesPreview, err error) {
	period := report.LastDays(latelyDays, time.Now().In(c.site.Info().Zone))
	p = &views.RulesPreview{Networks: len(set.ExcludedNetworks) > 0}
	if p.Groups, err = report.RunAffected(c.Context(), c.site, period, set.Groups); err != nil {
		return nil, err
	}
	if p.Excluded, err = report.RunAffected(c.Context(), c.site, period, set.Excluded); err != nil {
		return nil, err
	}
	p.Countries, err = report.RunAffectedCountries(c.Context(), c.site, period, set.ExcludedCountries)
	return p, err
}
