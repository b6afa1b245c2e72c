package web

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"sandprint/app/account"
	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/views"
)

//go:embed openapi.json
var openAPI []byte

// apiDescription answers with the description of /api/v1, which the tests hold the routes against.
func (s *Server) apiDescription(w http.ResponseWriter, c *call) error {
	w.Header().Set("Cache-Control", "public, max-age=300")
	return s.send(w, c, http.StatusOK, "application/json", openAPI)
}

// apiSiteOut is a site as programs see it.
type apiSiteOut struct {
	Domain      string        `json:"domain"`
	Timezone    string        `json:"timezone"`
	Mode        string        `json:"mode"`
	Before      string        `json:"before_consent"` // in mode consent: nothing or cookieless
	Preset      string        `json:"preset,omitempty"`
	AsPreset    bool          `json:"preset_unchanged"`
	Created     time.Time     `json:"created"`
	Hosts       []string      `json:"hosts"`
	QueryKeys   []string      `json:"query_keys"`
	SearchKey   string        `json:"search_key"`
	Groups      []string      `json:"groups"`
	Excluded    []string      `json:"excluded"`
	Goals       []apiGoal     `json:"goals"`
	Funnels     []savedFunnel `json:"funnels"`
	Floor       int           `json:"floor"`
	Localhost   bool          `json:"localhost"`
	Links       bool          `json:"links"`
	Forms       bool          `json:"forms"`
	CountryOnly bool          `json:"country_only"`

	ExcludedCountries []string `json:"excluded_countries"`
	ExcludedNetworks  []string `json:"excluded_networks"`

	KeepKeys   int `json:"keep_keys"` // months, as are these
	KeepVisits int `json:"keep_visits"`
	KeepTotals int `json:"keep_totals"`
}

// savedFunnel is a funnel of the settings as programs see it; its fields are account.Funnel's.
type savedFunnel struct {
	Name   string   `json:"name"`
	Steps  []string `json:"steps"`
	Window string   `json:"window,omitempty"`
	Strict bool     `json:"strict,omitempty"`
}

type apiGoal struct {
	Name    string   `json:"name"`
	Event   string   `json:"event,omitempty"`
	Props   []string `json:"props,omitempty"`
	Page    string   `json:"page,omitempty"`
	Scroll  int      `json:"scroll,omitempty"`
	Engaged int      `json:"engaged,omitempty"`
}

func siteOut(info account.SiteInfo) apiSiteOut {
	set := info.Settings
	out := apiSiteOut{Domain: info.Domain, Timezone: info.Zone.String(), Mode: info.Mode, Created: info.Created.UTC(),
		Hosts: append([]string{}, set.Hosts...), QueryKeys: append([]string{}, set.QueryKeys...), SearchKey: set.SearchKey, Groups: append([]string{}, set.Groups...), Excluded: append([]string{}, set.Excluded...),
		ExcludedCountries: append([]string{}, set.ExcludedCountries...), ExcludedNetworks: append([]string{}, set.ExcludedNetworks...),
		Goals: []apiGoal{}, Funnels: []savedFunnel{}, Floor: set.Floor, Localhost: set.Localhost, Links: !set.NoLinks, Forms: set.Forms, CountryOnly: set.CountryOnly, Before: account.BeforeConsent[0]}
	_, out.AsPreset, _ = account.PresetOf(info)
	out.Preset = set.Preset
	if set.Early {
		out.Before = account.BeforeConsent[1]
	}
	if out.Floor == 0 {
		out.Floor = report.DefaultFloor
	}
	keep := set.Retention.OrDefault()
	out.KeepKeys, out.KeepVisits, out.KeepTotals = keep.Keys, keep.Visits, keep.Totals
	for _, g := range set.Goals {
		out.Goals = append(out.Goals, apiGoal(g))
	}
	for _, f := range set.Funnels {
		out.Funnels = append(out.Funnels, savedFunnel(f))
	}
	return out
}

func (s *Server) apiSites(w http.ResponseWriter, c *call) error {
	sites, err := s.Accounts.Sites(c.Context(), c.who)
	if err != nil {
		return err
	}
	list := make([]apiSiteOut, len(sites))
	for i, site := range sites {
		list[i] = siteOut(site)
	}
	return s.json(w, c, http.StatusOK, map[string]any{"sites": list})
}

func (s *Server) apiSite(w http.ResponseWriter, c *call) error {
	return s.json(w, c, http.StatusOK, siteOut(c.site.Info()))
}

// apiAddSite adds a site from {"domain":…,"timezone":…,"mode":…}.
func (s *Server) apiAddSite(w http.ResponseWriter, c *call) error {
	var in struct {
		Domain   string `json:"domain"`
		Timezone string `json:"timezone"`
		Mode     string `json:"mode"`
		Before   string `json:"before_consent"`
		Preset   string `json:"preset"`
	}
	if err := c.readJSON(&in); err != nil {
		return err
	}
	info, err := s.Accounts.AddSite(c.Context(), c.who, account.NewSite{Domain: in.Domain, Zone: in.Timezone, Mode: in.Mode, Before: in.Before, Preset: in.Preset})
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1"+sitePath(info.Domain, ""))
	return s.json(w, c, http.StatusCreated, siteOut(info))
}

// apiSiteIn is a change of a site: what is left out stays as it is.
type apiSiteIn struct {
	Timezone    *string        `json:"timezone"`
	Mode        *string        `json:"mode"`
	Before      *string        `json:"before_consent"`
	Preset      *string        `json:"preset"`
	Hosts       *[]string      `json:"hosts"`
	QueryKeys   *[]string      `json:"query_keys"`
	SearchKey   *string        `json:"search_key"`
	Groups      *[]string      `json:"groups"`
	Excluded    *[]string      `json:"excluded"`
	Goals       *[]apiGoal     `json:"goals"`
	Funnels     *[]savedFunnel `json:"funnels"`
	Floor       *int           `json:"floor"`
	Localhost   *bool          `json:"localhost"`
	Links       *bool          `json:"links"`
	Forms       *bool          `json:"forms"`
	CountryOnly *bool          `json:"country_only"`

	ExcludedCountries *[]string `json:"excluded_countries"`
	ExcludedNetworks  *[]string `json:"excluded_networks"`

	KeepKeys   *int `json:"keep_keys"`
	KeepVisits *int `json:"keep_visits"`
	KeepTotals *int `json:"keep_totals"`
}

// put sets what in points to, if anything.
func put[T any](in *T, to *T) {
	if in != nil {
		*to = *in
	}
}

func (s *Server) apiChangeSite(w http.ResponseWriter, c *call) error {
	var in apiSiteIn
	if err := c.readJSON(&in); err != nil {
		return err
	}
	info := c.site.Info()
	if in.Preset != nil {
		preset, err := account.PresetNamed(*in.Preset)
		if err != nil {
			return err
		}
		preset.Apply(&info)
		in.Mode = cmp.Or(in.Mode, &info.Mode)
	}
	set := info.Settings
	put(in.Hosts, &set.Hosts)
	put(in.QueryKeys, &set.QueryKeys)
	put(in.SearchKey, &set.SearchKey)
	put(in.Groups, &set.Groups)
	put(in.Excluded, &set.Excluded)
	put(in.ExcludedCountries, &set.ExcludedCountries)
	put(in.ExcludedNetworks, &set.ExcludedNetworks)
	put(in.Floor, &set.Floor)
	put(in.Localhost, &set.Localhost)
	put(in.Forms, &set.Forms)
	put(in.CountryOnly, &set.CountryOnly)
	put(in.KeepKeys, &set.Retention.Keys)
	put(in.KeepVisits, &set.Retention.Visits)
	put(in.KeepTotals, &set.Retention.Totals)
	if err := checkCountries(set.ExcludedCountries); err != nil {
		return err
	}
	if in.Before != nil {
		var err error
		if set.Early, err = account.CountsEarly(*in.Before); err != nil {
			return err
		}
	}
	if in.Links != nil {
		set.NoLinks = !*in.Links
	}
	if in.Goals != nil {
		set.Goals = nil
		for _, g := range *in.Goals {
			set.Goals = append(set.Goals, account.Goal(g))
		}
		if err := checkConditions(set.Goals); err != nil {
			return err
		}
	}
	if in.Funnels != nil {
		set.Funnels = nil
		for _, f := range *in.Funnels {
			set.Funnels = append(set.Funnels, account.Funnel(f))
		}
		if err := checkFunnels(set.Funnels); err != nil {
			return err
		}
	}
	info, err := s.Accounts.ChangeSite(c.Context(), c.who, info.Domain, account.SiteChange{Zone: in.Timezone, Mode: in.Mode, Settings: &set})
	if err != nil {
		return err
	}
	return s.json(w, c, http.StatusOK, siteOut(info))
}

func (s *Server) apiRemoveSite(w http.ResponseWriter, c *call) error {
	if err := s.Accounts.RemoveSite(c.Context(), c.who, c.info.Domain); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// readJSON reads the body, one JSON object with no fields but those of v; it names the field that is wrong.
func (c *call) readJSON(v any) error {
	kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if kind != "application/json" {
		return problem.New(http.StatusUnsupportedMediaType, "not_json", "The body is taken as JSON only.").WithHint("Send it as Content-Type: application/json.")
	}
	d := json.NewDecoder(c.Body)
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return nil
		}
		err = errors.New("more than one value")
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errTooLarge
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && e.Field != "" {
		return problem.BadField(e.Field, "bad_type", "“"+e.Field+"” is a JSON "+e.Value+", which it can't be.")
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name = strings.Trim(name, `"`)
		return problem.BadField(name, "unknown_field", "There is no field “"+name+"” here, or it can't be changed.")
	}
	return problem.New(http.StatusBadRequest, "bad_json", "The body is not one JSON object.")
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
