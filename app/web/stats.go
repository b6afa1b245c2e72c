package web

import (
	"bytes"
	"net/http"
	"strings"
	"time"

	"sandprint/app/problem"
	"sandprint/app/report"
)

// apiStats answers a question about the site in JSON or, when that is preferred, in CSV.
func (s *Server) apiStats(w http.ResponseWriter, c *call) error {
	values, err := c.params(append([]string{"metrics", "by", "except", "compare", "match", "sort", "search", "limit", "offset", "format"}, segmentParams...)...)
	if err != nil {
		return err
	}
	asCSV, err := asksCSV(c.Request, values.Get("format"))
	if err != nil {
		return err
	}
	query, err := report.Parse(values, c.site.Info().Zone, time.Now())
	if err != nil {
		return err
	}
	answer, err := c.ask(c.Context(), query)
	if err != nil {
		return err
	}
	w.Header().Add("Vary", "Accept")
	var b bytes.Buffer
	if !asCSV {
		if err := answer.WriteJSON(&b); err != nil {
			return err
		}
		return s.send(w, c, http.StatusOK, "application/json", b.Bytes())
	}
	if err := answer.WriteCSV(&b); err != nil {
		return err
	}
	markDamaged(w, answer)
	w.Header().Set("Content-Disposition", `attachment; filename="sandprint.csv"`)
	return s.send(w, c, http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
}

// markDamaged names the days that a file of figures is without: a table has no other place for it.
func markDamaged(w http.ResponseWriter, a report.Answer) {
	if len(a.Damaged) > 0 {
		w.Header().Set("Sandprint-Damaged", strings.Join(a.DamagedDays(), ", "))
	}
}

// asksCSV reports whether an answer is to be CSV: by the parameter format or, without one, by Accept.
func asksCSV(r *http.Request, format string) (bool, error) {
	switch format {
	case "csv", "json":
		return format == "csv", nil
	case "":
		return wantsCSV(r), nil
	}
	return false, problem.BadField("format", "bad_format", "There is no such format.").WithHint("The formats are json and csv.")
}

// wantsCSV reports whether Accept names text/csv before JSON; browsers and programs that don't care get JSON.
func wantsCSV(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		kind, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		switch strings.ToLower(strings.TrimSpace(kind)) {
		case "text/csv":
			return true
		case "application/json":
			return false
		}
	}
	return false
}
