package web

import (
	"net/http"

	"sandprint/app/report"
	"sandprint/views"
)

// usualRetention is the period of cohorts where the address names none.
const usualRetention = "91d"

// retention is the page of cohorts.
func (s *Server) retention(w http.ResponseWriter, c *call) error {
	p, err := c.sitePage(usualRetention)
	if err != nil {
		return err
	}
	q, err := report.ParseRetention(p.values, p.Now.Location(), p.Now)
	if err != nil {
		return err
	}
	q.Period, q.Filters = p.Period, p.Filters // with those of saved segments
	var m views.Retention
	if m.Answer, err = report.RunRetention(c.Context(), c.site, q); err != nil {
		return err
	}
	if p.Compare != nil {
		q.Period = *p.Compare
		before, err := report.RunRetention(c.Context(), c.site, q)
		if err != nil {
			return err
		}
		m.Before = &before
	}
	if m.Dashboard, err = s.frame(c, p, m.Answer.Read, m.Answer.Damaged); err != nil {
		return err
	}
	return s.html(w, c, http.StatusOK, views.RetentionPage(m))
}
