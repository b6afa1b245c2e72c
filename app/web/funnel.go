package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"sandprint/app/account"
	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/views"
)

// splitParts is into how many parts a funnel is split at most.
const splitParts = 6

// funnels is the page of a funnel: a saved one by its name, or one that the address spells out.
func (s *Server) funnels(w http.ResponseWriter, c *call) error {
	p, err := c.sitePage(usualPeriod)
	if err != nil {
		return err
	}
	saved := c.site.Info().Settings.Funnels
	m := views.Funnels{Saved: savedFunnels(saved), Name: p.values.Get("funnel"), Split: report.Dimension(p.values.Get("split")), Done: said(c)}
	if m.Name == "" && !p.values.Has("step") && len(saved) > 0 {
		m.Name = saved[0].Name
	}
	if m.Name != "" {
		at := slices.IndexFunc(saved, func(f account.Funnel) bool { return f.Name == m.Name })
		if at < 0 {
			return problem.BadField("funnel", "bad_funnel", "There is no funnel “"+m.Name+"” here.").WithHint("Choose one on the page of funnels.")
		}
		putFunnel(p.values, saved[at])
	}
	read, damaged := 0, m.Answer.Damaged
	if p.values.Has("step") {
		if err := askFunnel(c, p, &m); err != nil {
			return err
		}
		read, damaged = m.Answer.Read, m.Answer.Damaged
	}
	if m.Dashboard, err = s.frame(c, p, read, damaged); err != nil {
		return err
	}
	return s.html(w, c, http.StatusOK, views.FunnelsPage(m))
}

// askFunnel answers the funnel of the page, what it is compared with, and its parts.
func askFunnel(c *call, p sitePage, m *views.Funnels) error {
	q, err := report.ParseFunnel(p.values, p.Now.Location(), p.Now)
	if err != nil {
		return err
	}
	q.Period, q.Filters = p.Period, p.Filters // with those of saved segments
	if m.Answer, err = report.RunFunnel(c.Context(), c.site, q); err != nil {
		return err
	}
	if p.Compare != nil {
		q.Period = *p.Compare
		before, err := report.RunFunnel(c.Context(), c.site, q)
		if err != nil {
			return err
		}
		m.Before = &before
	}
	if m.Split != "" {
		m.Parts, m.PartsHidden, err = report.SplitFunnel(c.Context(), c.site, m.Answer, m.Split, splitParts)
	}
	return err
}

// savedFunnels returns the names and the questions of saved funnels.
func savedFunnels(list []account.Funnel) (saved []views.SavedFunnel) {
	for _, f := range list {
		steps := make([]report.Step, 0, len(f.Steps))
		for _, text := range f.Steps {
			if step, err := report.ParseStep("step", text, "page", "event", "goal"); err == nil {
				steps = append(steps, step)
			}
		}
		saved = append(saved, views.SavedFunnel{Name: f.Name, Steps: steps})
	}
	return saved
}

// checkFunnels refuses funnels that can't be read.
func checkFunnels(list []account.Funnel) error {
	for _, f := range list {
		values := url.Values{"period": {"day"}}
		putFunnel(values, f)
		if _, err := report.ParseFunnel(values, time.UTC, time.Now()); err != nil {
			p := *problem.Of(err)
			p.Field, p.Message = "funnels", "The funnel “"+f.Name+"” can't be read: "+p.Message
			return &p
		}
	}
	return nil
}

// putFunnel sets the parameters that spell a saved funnel out.
func putFunnel(values url.Values, f account.Funnel) {
	values["step"] = f.Steps
	values.Del("window")
	values.Del("order")
	if f.Window != "" {
		values.Set("window", f.Window)
	}
	if f.Strict {
		values.Set("order", "strict")
	}
}
