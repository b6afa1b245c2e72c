package web

import (
	"net/http"

	"sandprint/app/report"
	"sandprint/views"
)

// attribution is the page of where those came from who reached a goal, by their first and their last visit.
func (s *Server) attribution(w http.ResponseWriter, c *call) error {
	p, err := c.sitePage(usualPeriod)
	if err != nil {
		return err
	}
	if !p.values.Has("by") {
		p.values.Set("by", "channel")
	}
	q, err := report.ParseAttribution(p.values, p.Now.Location(), p.Now)
	if err != nil {
		return err
	}
	q.Period, q.Filters = p.Period, p.Filters // with those of saved segments
	var m views.Attribution
	if m.Answer, err = report.RunAttribution(c.Context(), c.site, q); err != nil {
		return err
	}
	if p.Compare != nil {
		q.Period = *p.Compare
		before, err := report.RunAttribution(c.Context(), c.site, q)
		if err != nil {
			return err
		}
		m.Before = &before
	}
	known, err := knownSteps(c, p)
	if err != nil {
		return err
	}
	m.Goals = known.Goals
	if m.Dashboard, err = s.frame(c, p, m.Answer.Read, m.Answer.Damaged); err != nil {
		return err
	}
	return s.html(w, c, http.StatusOK, views.AttributionPage(m))
}
