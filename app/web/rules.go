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
		form.Preview, err = previewOf(c, form)
	} else {
		form.Rare, err = report.RunRare(c.Context(), c.site, time.Now().In(info.Zone))
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
	set := account.SiteSettings{Groups: lines(form.Groups), Excluded: lines(form.Excluded), QueryKeys: lines(form.QueryKeys),
		ExcludedCountries: countriesOf(c, form), ExcludedNetworks: lines(form.Networks)}
	err := checkCountries(set.ExcludedCountries)
	if err == nil {
		_, err = s.Accounts.ChangeSite(c.Context(), c.who, c.site.Info().Domain, account.SiteChange{Edit: func(is *account.SiteSettings) error {
			keepRules(is, &set)
			return nil
		}})
	}
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

// countriesOf returns the codes of the countries that were typed, which may be by name.
func countriesOf(c *call, form views.RulesForm) (codes []string) {
	words := c.page("").Words
	for _, typed := range lines(form.Countries) {
		codes = append(codes, words.CodeOf("country", typed))
	}
	return codes
}

// previewOf tells what the rules of a form would have been about in the last 30 days. Of networks nothing can be told.
func previewOf(c *call, form views.RulesForm) (p *views.RulesPreview, err error) {
	period := report.LastDays(latelyDays, time.Now().In(c.site.Info().Zone))
	p = &views.RulesPreview{Networks: len(lines(form.Networks)) > 0}
	if p.Groups, err = report.RunAffected(c.Context(), c.site, period, lines(form.Groups)); err != nil {
		return nil, err
	}
	if p.Excluded, err = report.RunAffected(c.Context(), c.site, period, lines(form.Excluded)); err != nil {
		return nil, err
	}
	p.Countries, err = report.RunAffectedCountries(c.Context(), c.site, period, countriesOf(c, form))
	return p, err
}

// checkCountries refuses codes of countries that there are not.
func checkCountries(codes []string) error {
	for _, code := range codes {
		if len(code) == 2 && views.English.Countries[strings.ToUpper(code)] == "" {
			return problem.BadField("excluded_countries", "bad_country", "“"+code+"” is no country's code.").
				WithHint("The codes are those of ISO 3166-1, such as DE, US or GB.")
		}
	}
	return nil
}
