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
	apiFunnel      = journey(report.ParseFunnel, report.RunFunnel, "step", "window", "order")
	apiRetention   = journey(report.ParseRetention, report.RunRetention, "by")
	apiPaths       = journey(report.ParsePaths, report.RunPaths, "start", "depth", "top")
	apiAttribution = journey(report.ParseAttribution, report.RunAttribution, "by", "goal", "window")
)

// journey returns the handler of one kind of question, which has params beside those of any question.
func journey[Q any, A interface{ WriteJSON(io.Writer) error }](parse func(url.Values, *time.Location, time.Time) (Q, error), run func(context.Context, account.Reader, Q) (A, error), params ...string) handler {
	params = append(params, segmentParams...)
	return func(s *Server, w http.ResponseWriter, c *call) error {
		values, err := c.params(params...)
		if err != nil {
			return err
		}
		query, err := parse(values, c.site.Info().Zone, time.Now())
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
