package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"sandprint/app/account"
	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/views"
)

// annotationRoutes are the rows of the routing table about the notes on a site's chart.
var annotationRoutes = []route{
	{"POST /sites/{domain}/annotations", siteWrite, (*Server).addAnnotation},
	{"POST /sites/{domain}/annotations/{id}", siteWrite, (*Server).changeAnnotation},
	{"POST /sites/{domain}/annotations/{id}/remove", siteWrite, (*Server).removeAnnotation},
	{"GET /api/v1/sites/{domain}/annotations", siteRead, (*Server).apiAnnotations},
	{"POST /api/v1/sites/{domain}/annotations", siteWrite, (*Server).apiAddAnnotation},
	{"PATCH /api/v1/sites/{domain}/annotations/{id}", siteWrite, (*Server).apiChangeAnnotation},
	{"DELETE /api/v1/sites/{domain}/annotations/{id}", siteWrite, (*Server).apiRemoveAnnotation},
}

// addAnnotation takes the form under the chart: a date, maybe a time of day, and a text.
func (s *Server) addAnnotation(w http.ResponseWriter, c *call) error {
	at, text, err := c.noteForm()
	if err == nil {
		_, err = s.Accounts.AddAnnotation(c.Context(), c.who, c.site.Info().Domain, at, text)
	}
	if err != nil {
		return err
	}
	return redirect(w, c.viewURL()+"#notes")
}

// changeAnnotation takes the same form, of a note that is there.
func (s *Server) changeAnnotation(w http.ResponseWriter, c *call) error {
	at, text, err := c.noteForm()
	if err == nil {
		_, err = s.amendAnnotation(c, &at, &text)
	}
	if err != nil {
		return err
	}
	return redirect(w, c.viewURL()+"#notes")
}

// noteForm reads the moment and the text of a note.
func (c *call) noteForm() (at time.Time, text string, err error) {
	if err := c.formError(); err != nil {
		return at, "", err
	}
	when := strings.TrimSpace(c.PostFormValue("date"))
	if clock := strings.TrimSpace(c.PostFormValue("time")); clock != "" {
		when += " " + clock
	}
	at, err = moment(when, c.site.Info().Zone)
	return at, c.PostFormValue("text"), err
}

// amendAnnotation changes what is not nil of the note that the address names.
func (s *Server) amendAnnotation(c *call, at *time.Time, text *string) (account.Annotation, error) {
	id, err := strconv.ParseInt(c.PathValue("id"), 10, 64)
	if err != nil {
		return account.Annotation{}, problem.NotFound
	}
	return s.Accounts.ChangeAnnotation(c.Context(), c.who, c.site.Info().Domain, id, at, text)
}

func (s *Server) removeAnnotation(w http.ResponseWriter, c *call) error {
	if err := s.dropAnnotation(c); err != nil {
		return err
	}
	return redirect(w, c.viewURL()+"#notes")
}

// dropAnnotation removes the note that the address names.
func (s *Server) dropAnnotation(c *call) error {
	id, err := strconv.ParseInt(c.PathValue("id"), 10, 64)
	if err != nil {
		return problem.NotFound
	}
	return s.Accounts.RemoveAnnotation(c.Context(), c.who, c.site.Info().Domain, id)
}

// viewURL returns the address of the site's dashboard with the parameters of the call's own address.
func (c *call) viewURL() string {
	values := c.URL.Query()
	var filters []report.Filter
	for _, text := range values["filter"] {
		if f, err := report.ParseFilter(text); err == nil {
			filters = append(filters, f)
		}
	}
	return views.NewView(c.site.Info().Domain, values, filters).URL()
}

// annotations returns the notes of the call's site from the start of a period to its end.
func (s *Server) annotations(c *call, p report.Period) ([]account.Annotation, error) {
	return s.Accounts.Annotations(c.Context(), c.who, c.site.Info().Domain, p.From, p.To)
}

// apiNote is an annotation as programs see it.
type apiNote struct {
	ID   int64  `json:"id"`
	At   string `json:"at"` // RFC 3339, in the site's zone
	Text string `json:"text"`
}

func noteOut(a account.Annotation, zone *time.Location) apiNote {
	return apiNote{a.ID, a.At.In(zone).Format(time.RFC3339), a.Text}
}

// apiAnnotations lists the site's annotations, of the dates from and to where these are given.
func (s *Server) apiAnnotations(w http.ResponseWriter, c *call) error {
	values, err := c.params("from", "to")
	if err != nil {
		return err
	}
	zone := c.site.Info().Zone
	from, to := firstYear, lastYear
	if values.Get("from") != "" {
		from = values.Get("from")
	}
	if values.Get("to") != "" {
		to = values.Get("to")
	}
	p, err := report.Days(from, to, zone)
	if err != nil {
		return err
	}
	notes, err := s.annotations(c, p)
	if err != nil {
		return err
	}
	list := make([]apiNote, len(notes))
	for i, a := range notes {
		list[i] = noteOut(a, zone)
	}
	return s.json(w, c, http.StatusOK, map[string]any{"annotations": list})
}

// All the dates that there are.
const firstYear, lastYear = "1970-01-01", "9998-12-31"

// apiAddAnnotation adds one from {"at":…,"text":…}; without at it is about now.
func (s *Server) apiAddAnnotation(w http.ResponseWriter, c *call) error {
	var in struct {
		At   string `json:"at"`
		Text string `json:"text"`
	}
	if err := c.readJSON(&in); err != nil {
		return err
	}
	info, at := c.site.Info(), time.Now()
	var err error
	if in.At != "" {
		if at, err = moment(in.At, info.Zone); err != nil {
			return err
		}
	}
	a, err := s.Accounts.AddAnnotation(c.Context(), c.who, info.Domain, at, in.Text)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1"+sitePath(info.Domain, "/annotations/"+strconv.FormatInt(a.ID, 10)))
	return s.json(w, c, http.StatusCreated, noteOut(a, info.Zone))
}

// apiChangeAnnotation changes what {"at":…,"text":…} has.
func (s *Server) apiChangeAnnotation(w http.ResponseWriter, c *call) error {
	var in struct {
		At   *string `json:"at"`
		Text *string `json:"text"`
	}
	if err := c.readJSON(&in); err != nil {
		return err
	}
	zone := c.site.Info().Zone
	var at *time.Time
	if in.At != nil {
		t, err := moment(*in.At, zone)
		if err != nil {
			return err
		}
		at = &t
	}
	a, err := s.amendAnnotation(c, at, in.Text)
	if err != nil {
		return err
	}
	return s.json(w, c, http.StatusOK, noteOut(a, zone))
}

func (s *Server) apiRemoveAnnotation(w http.ResponseWriter, c *call) error {
	if err := s.dropAnnotation(c); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// moment reads a time: RFC 3339, or a date with or without a time of day as the site's clocks show it. What they skip or
// show twice can't be meant without saying more: the first is refused, of the second it is the first.
func moment(text string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		wall, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		t := report.OnClock(wall, zone)
		if layout != time.DateOnly && t.Format(layout) != text {
			return t, problem.BadField("at", "no_such_time", fmt.Sprintf("The clocks in %s skip %s.", zone, text)).WithHint("Take the hour after it.")
		}
		return t, nil
	}
	return time.Time{}, problem.BadField("at", "bad_time", fmt.Sprintf("%q is no time.", cut(text, 60))).WithHint("Write it as 2026-11-24T15:04:05+01:00, or as 2026-11-24 or 2026-11-24 15:04 in the site's time zone.")
}

// cut returns the first characters of a foreign text.
func cut(text string, most int) string {
	r := []rune(strings.ToValidUTF8(text, "?"))
	return string(r[:min(len(r), most)])
}

// wayBack returns a page from which someone goes on whose question was refused: the same without the parameter that was
// wrong, or the site's dashboard. It is empty where the trouble is not about a parameter of a page with figures.
func (c *call) wayBack(p *problem.Error) string {
	known := c.knownParams()
	if c.site == nil && known == nil || p.Status != http.StatusBadRequest {
		return ""
	}
	home := "/sites"
	if c.site != nil {
		home = sitePath(c.site.Info().Domain, "")
	}
	if c.Method != http.MethodGet && c.Method != http.MethodHead {
		if back := backTo(c.Referer(), c.Host); back != "/" {
			return back
		}
		return home
	}
	values, without := c.URL.Query(), url.Values{}
	wrong := map[string]bool{p.Field: true}
	if period := []string{"period", "from", "to"}; slices.Contains(period, p.Field) {
		for _, name := range period {
			wrong[name] = true
		}
	}
	for name, list := range values {
		if !wrong[name] && (p.Code != "bad_parameter" || slices.Contains(known, name) || isForeign(name)) {
			without[name] = list
		}
	}
	path := c.URL.Path
	if p.Field == "by" || p.Code == "bad_query" || len(without) == len(values) {
		path, without = home, url.Values{}
	}
	if len(without) > 0 {
		path += "?" + without.Encode()
	}
	return path
}
