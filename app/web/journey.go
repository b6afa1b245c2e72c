package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"sandprint/app/account"
	"sandprint/app/report"
)

// Questions about journeys: each has parameters of its own, and an answer in JSON.
var (
	apiFunnel      = journey(report.ParseFunnel, report.RunFunnel)
	apiRetention   = journey(report.ParseRetention, report.RunRetention)
	apiPaths       = journey(report.ParsePaths, report.RunPaths)
	apiAttribution = journey(report.ParseAttribution, report.RunAttribution)
)

// journey returns the handler of one kind of question.
func journey[Q any, A interface{ WriteJSON(io.Writer) error }](parse func(url.Values, *time.Location, time.Time) (Q, error), run func(context.Context, account.Reader, Q) (A, error)) handler {
	return func(s *Server, w http.ResponseWriter, c *call) error {
		query, err := parse(c.URL.Query(), c.site.Info().Zone, time.Now())
		if err != nil {
			return err
		}
		answer, err := run(c.Context(), c.site, query)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := answer.WriteJSON(&b); err != nil {
			return err
		}
		return s.send(w, c, http.StatusOK, "application/json", b.Bytes())
	}
}
