package web

import (
	"maps"
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

// funnelForm is the page where a funnel is put together. Its fields are in the address, so that each button only asks for
// the page again; only saving is a POST.
func (s *Server) funnelForm(w http.ResponseWriter, c *call) error {
	p, err := c.sitePage(usualPeriod)
	if err != nil {
		return err
	}
	values := p.values
	form := readFunnel(values)
	if !values.Has("steps") { // the first call
		if form, err = firstFunnel(c, values); err != nil {
			return err
		}
	}
	if do := values.Get("do"); do != "show" {
		changeSteps(&form, do)
		return s.funnelPage(w, c, p, form, nil)
	}
	q, err := funnelQuestion(form)
	if err != nil {
		return s.funnelPage(w, c, p, form, err)
	}
	return redirect(w, p.view.Under("/funnels").Asking(q).URL())
}

// firstFunnel fills the form with what the address asks for: a saved funnel, one that it spells out, or two blank steps.
func firstFunnel(c *call, values url.Values) (views.FunnelForm, error) {
	old := values.Get("funnel")
	if old != "" {
		saved := c.site.Info().Settings.Funnels
		at := slices.IndexFunc(saved, func(f account.Funnel) bool { return f.Name == old })
		if at < 0 {
			return views.FunnelForm{}, problem.BadField("funnel", "bad_funnel", "There is no funnel “"+old+"” here.").WithHint("Choose one on the page of funnels.")
		}
		putFunnel(values, saved[at])
	}
	form := views.FunnelForm{Name: old, Old: old, Window: values.Get("window"), Strict: values.Get("order") == "strict"}
	for _, text := range values["step"] {
		step, err := report.ParseStep("step", text, "page", "event", "goal")
		if err != nil {
			return form, err
		}
		form.Steps = append(form.Steps, views.StepFormOf(step))
	}
	for len(form.Steps) < 2 {
		form.Steps = append(form.Steps, views.StepForm{By: "page"})
	}
	return form, nil
}

// readFunnel reads the form as it was sent.
func readFunnel(values url.Values) views.FunnelForm {
	form := views.FunnelForm{Name: strings.TrimSpace(values.Get("name")), Old: values.Get("old"), Window: values.Get("window"), Strict: values.Get("order") == "strict"}
	count, _ := strconv.Atoi(values.Get("steps"))
	for i := range min(max(count, 0), 20) {
		n := strconv.Itoa(i)
		form.Steps = append(form.Steps, views.StepForm{By: report.Dimension(values.Get("by" + n)), Name: strings.TrimSpace(values.Get("is" + n)),
			Where: readConditions(values, "prop"+n, "op"+n, "value"+n)})
	}
	return form
}

// changeSteps does what a button of the form asks for: "add" a step; with a step's number, "up2", "down2", "drop2" it, or
// "where2": give it a condition more.
func changeSteps(form *views.FunnelForm, do string) {
	what := strings.TrimRight(do, "0123456789")
	at, err := strconv.Atoi(do[len(what):])
	steps := form.Steps
	switch {
	case what == "add" && len(steps) < mostSteps:
		form.Steps = append(steps, views.StepForm{By: "page"})
	case err != nil || at >= len(steps):
	case what == "up" && at > 0:
		steps[at-1], steps[at] = steps[at], steps[at-1]
	case what == "down" && at+1 < len(steps):
		steps[at+1], steps[at] = steps[at], steps[at+1]
	case what == "drop":
		form.Steps = slices.Delete(steps, at, at+1)
	case what == "where":
		steps[at].Where = append(steps[at].Where, views.Condition{Op: "is"})
	}
}

// mostSteps is how many steps a funnel has at most.
const mostSteps = 8

// funnelQuestion returns the parameters of the funnel that the form asks for. Blank steps are left out.
func funnelQuestion(form views.FunnelForm) (url.Values, error) {
	q := url.Values{}
	for _, f := range form.Steps {
		if f.Name == "" && len(f.Where) == 0 {
			continue
		}
		step := report.Step{By: f.By, Name: f.Name}
		if f.By == "page" && f.Name != "" && f.Name[0] != '/' && f.Name[0] != '*' {
			return nil, problem.BadField("step", "bad_step", "“"+f.Name+"” is not a page.").WithHint("Write its path, beginning with a slash: /shop or /shop/**.")
		}
		if f.By == "event" { // the fields of another kind are left over from before it was chosen
			var err error
			if step.Where, err = conditionFilters(f.Where); err != nil {
				return nil, err
			}
		}
		q.Add("step", step.String())
	}
	if n := len(q["step"]); n < 2 || n > mostSteps {
		return nil, problem.BadField("step", "bad_step", "A funnel has 2 to 8 steps.").WithHint("Fill in at least two.")
	}
	if form.Window != "" && form.Window != "visit" {
		q.Set("window", form.Window)
	}
	if form.Strict {
		q.Set("order", "strict")
	}
	check := maps.Clone(q)
	check.Set("period", "day")
	_, err := report.ParseFunnel(check, time.UTC, time.Now())
	return q, err
}

// funnelPage shows the form, with what is wrong with it.
func (s *Server) funnelPage(w http.ResponseWriter, c *call, p sitePage, form views.FunnelForm, wrong error) (err error) {
	status := http.StatusOK
	if wrong != nil {
		if form.Wrong, status, err = wrongOf(wrong); err != nil {
			return err
		}
	}
	p.view = p.view.Under("/funnels/edit")
	if form.Known, err = knownSteps(c, p); err != nil {
		return err
	}
	if form.Dashboard, err = s.frame(c, p, 0, nil); err != nil {
		return err
	}
	return s.html(w, c, status, views.FunnelFormPage(form))
}

// knownSteps returns what a step may be, as suggestions: the pages and events seen most, and all goals.
func knownSteps(c *call, p sitePage) (known views.Known, err error) {
	ask := func(by report.Dimension, n int) report.Query {
		return report.Query{Period: p.Period, By: by, Metrics: []report.Metric{report.Visitors}, Limit: n, Now: p.Now}
	}
	answers, err := report.RunAll(c.Context(), c.site, []report.Query{ask("page", 60), ask("event", 60), ask("source", 40), ask("goal", 200)})
	if err != nil {
		return known, err
	}
	for i, to := range []*[]string{&known.Pages, &known.Events, &known.Sources, &known.Goals} {
		for _, row := range answers[i].Rows {
			if row.Name != report.Other {
				*to = append(*to, row.Name)
			}
		}
	}
	for _, g := range c.site.Info().Settings.Goals {
		if !slices.Contains(known.Goals, g.Name) {
			known.Goals = append(known.Goals, g.Name)
		}
	}
	return known, nil
}

// saveFunnel saves or removes a funnel.
func (s *Server) saveFunnel(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	p, err := c.sitePage(usualPeriod)
	if err != nil {
		return err
	}
	domain := c.site.Info().Domain
	if c.PostForm.Get("do") == "remove" {
		_, err = s.Accounts.ChangeSite(c.Context(), c.who, domain, account.SiteChange{Edit: func(set *account.SiteSettings) error {
			set.Funnels = slices.DeleteFunc(slices.Clone(set.Funnels), func(f account.Funnel) bool { return f.Name == c.PostForm.Get("old") })
			return nil
		}})
		if err != nil {
			return err
		}
		return redirect(w, p.view.Under("/funnels", "done", "funnel-removed").URL())
	}
	form := readFunnel(c.PostForm)
	q, err := funnelQuestion(form)
	if err == nil {
		saved := account.Funnel{Name: form.Name, Steps: q["step"], Window: q.Get("window"), Strict: q.Get("order") == "strict"}
		_, err = s.Accounts.ChangeSite(c.Context(), c.who, domain, account.SiteChange{Edit: func(set *account.SiteSettings) error {
			set.Funnels = slices.Clone(set.Funnels)
			if at := slices.IndexFunc(set.Funnels, func(f account.Funnel) bool { return f.Name == form.Old }); at >= 0 {
				set.Funnels[at] = saved
			} else {
				set.Funnels = append(set.Funnels, saved)
			}
			return nil
		}})
	}
	if err != nil {
		return s.funnelPage(w, c, p, form, err)
	}
	return redirect(w, p.view.Under("/funnels", "funnel", form.Name, "done", "saved").URL())
}
