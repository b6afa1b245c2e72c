package web

import (
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

// goalForm is the page where goals are set: the list of them, or the form of one. As in funnelForm, the form's fields are
// in the address until it is saved.
func (s *Server) goalForm(w http.ResponseWriter, c *call) error {
	p, err := c.sitePage(usualPeriod)
	if err != nil {
		return err
	}
	values := p.values
	form := views.GoalForm{Kind: values.Get("kind"), Done: said(c)}
	set := c.site.Info().Settings.Goals
	switch name := values.Get("goal"); {
	case values.Has("set"):
		form = readGoal(values)
	case name != "":
		at := slices.IndexFunc(set, func(g account.Goal) bool { return g.Name == name })
		if at < 0 {
			return problem.BadField("goal", "bad_goal", "There is no goal “"+name+"” here.").WithHint("Choose one on the page of goals.")
		}
		form = goalFormOf(set[at])
	case form.Kind != "":
		var ok bool
		if form, ok = views.NewGoalForm(form.Kind, c.page("").Words); !ok {
			return problem.BadField("kind", "bad_goal", "There is no kind of goal called “"+values.Get("kind")+"”.").WithHint("Choose one on the page of goals.")
		}
	}
	if values.Get("do") == "where" {
		form.Where = append(form.Where, views.Condition{Op: "is"})
	}
	return s.goalPage(w, c, p, form, nil)
}

// goalPage shows the form with what is wrong with it and how often the goal was reached lately, or the list of goals.
func (s *Server) goalPage(w http.ResponseWriter, c *call, p sitePage, form views.GoalForm, wrong error) (err error) {
	status := http.StatusOK
	if wrong != nil {
		if form.Wrong, status, err = wrongOf(wrong); err != nil {
			return err
		}
	}
	p.view = p.view.Under("/goals/edit")
	set := c.site.Info().Settings
	form.Set, form.NoLinks, form.NoForms = set.Goals, set.NoLinks, !set.Forms
	if form.Kind == "" {
		form.Lately, err = lately(c, set.Goals)
	} else if form.Known, err = knownSteps(c, p); err == nil {
		if goal, bad := goalOf(form); bad == nil {
			goal.Name = "goal"
			form.Lately, err = lately(c, []account.Goal{goal})
		}
	}
	if err != nil {
		return err
	}
	if form.Dashboard, err = s.frame(c, p, form.Lately.Read, nil); err != nil {
		return err
	}
	return s.html(w, c, status, views.GoalFormPage(form))
}

// supposed is a site as if it had other goals.
type supposed struct {
	account.Reader
	goals []account.Goal
}

// Info returns the site's name and settings, with the supposed goals.
func (s supposed) Info() account.SiteInfo {
	info := s.Reader.Info()
	info.Settings.Goals = s.goals
	return info
}

// latelyDays is how many days the look back at a goal has, today included: whoever has just begun has no others.
const latelyDays = 30

// lately answers how often goals were reached in the last 30 days.
func lately(c *call, goals []account.Goal) (report.Answer, error) {
	if len(goals) == 0 {
		return report.Answer{}, nil
	}
	now := time.Now().In(c.site.Info().Zone)
	return report.Run(c.Context(), supposed{c.site, goals}, report.Query{Period: report.LastDays(latelyDays, now), By: "goal", Metrics: views.GoalMetrics, Limit: len(goals), Now: now})
}

// goalFormOf fills the form with a goal.
func goalFormOf(g account.Goal) views.GoalForm {
	form := views.GoalForm{Kind: "event", Name: g.Name, Old: g.Name, Event: g.Event, Path: g.Page}
	if g.Page != "" {
		form.Kind = "page"
	}
	for n, to := range map[int]*string{g.Scroll: &form.Scroll, g.Engaged: &form.Engaged} {
		if n > 0 {
			*to = strconv.Itoa(n)
		}
	}
	var filters []report.Filter
	for _, text := range g.Props {
		if f, err := report.ParseFilter("prop:" + text); err == nil {
			filters = append(filters, f)
		}
	}
	form.Where = views.ConditionsOf(filters)
	return form
}

// readGoal reads the form as it was sent.
func readGoal(values url.Values) views.GoalForm {
	text := func(name string) string { return strings.TrimSpace(values.Get(name)) }
	form := views.GoalForm{Kind: "event", Name: text("name"), Old: values.Get("old"), Event: text("event"), Path: text("page"),
		Scroll: text("scroll"), Engaged: text("engaged"), Where: readConditions(values, "prop", "op", "value"), Hint: values.Get("hint")}
	if values.Get("kind") == "page" {
		form.Kind = "page"
	}
	return form
}

// goalOf makes the goal that the form asks for.
func goalOf(form views.GoalForm) (goal account.Goal, err error) {
	goal.Name = form.Name
	if form.Kind == "page" {
		goal.Page = form.Path
		if goal.Page == "" || goal.Page[0] != '/' && goal.Page[0] != '*' {
			return goal, problem.BadField("page", "bad_goal", "“"+goal.Page+"” is not a page.").WithHint("Write its path, beginning with a slash: /shop or /shop/**.")
		}
		if goal.Scroll, err = wholeNumber("scroll", form.Scroll, 100); err == nil {
			goal.Engaged, err = wholeNumber("engaged", form.Engaged, 86400)
		}
		return goal, err
	}
	if goal.Event = form.Event; goal.Event == "" {
		return goal, problem.BadField("event", "bad_goal", "The name of the event is missing.").WithHint("It is what the page calls it: sandprint('event', 'Order placed').")
	}
	filters, err := conditionFilters(form.Where)
	for _, f := range filters {
		goal.Props = append(goal.Props, strings.TrimPrefix(f.String(), "prop:"))
	}
	return goal, err
}

// wholeNumber reads a number from 1 to most; an empty field is 0.
func wholeNumber(field, text string, most int) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, problem.BadField(field, "bad_number", "“"+text+"” is no number from 1 to "+strconv.Itoa(most)+".").WithHint("Leave it empty where it doesn't matter.")
	}
	return n, nil
}

// saveGoal saves or removes a goal.
func (s *Server) saveGoal(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	p, err := c.sitePage(usualPeriod)
	if err != nil {
		return err
	}
	form, done := readGoal(c.PostForm), "saved"
	change := func(set *account.SiteSettings) error { return removeGoal(set, form.Old) }
	if c.PostForm.Get("do") == "remove" {
		form, done = views.GoalForm{Old: form.Old}, "goal-removed"
	} else {
		goal, err := goalOf(form)
		if err != nil {
			return s.goalPage(w, c, p, form, err)
		}
		change = func(set *account.SiteSettings) error { putGoal(set, form.Old, goal); return nil }
	}
	if _, err := s.Accounts.ChangeSite(c.Context(), c.who, c.site.Info().Domain, account.SiteChange{Edit: change}); err != nil {
		return s.goalPage(w, c, p, form, err)
	}
	return redirect(w, p.view.Under("/goals/edit", "done", done).URL())
}

// putGoal adds a goal, or puts it in the place of the one that was called old; funnels go on with its new name.
func putGoal(set *account.SiteSettings, old string, goal account.Goal) {
	set.Goals = slices.Clone(set.Goals)
	at := slices.IndexFunc(set.Goals, func(g account.Goal) bool { return g.Name == old })
	if at < 0 {
		set.Goals = append(set.Goals, goal)
		return
	}
	set.Goals[at] = goal
	set.Funnels = slices.Clone(set.Funnels)
	for i := range set.Funnels {
		steps := slices.Clone(set.Funnels[i].Steps)
		for k, text := range steps {
			if isGoal(text, old) {
				steps[k] = report.Step{By: "goal", Name: goal.Name}.String()
			}
		}
		set.Funnels[i].Steps = steps
	}
}

// removeGoal removes a goal that no funnel needs.
func removeGoal(set *account.SiteSettings, name string) error {
	for _, f := range set.Funnels {
		if slices.ContainsFunc(f.Steps, func(text string) bool { return isGoal(text, name) }) {
			return problem.BadField("goals", "goal_used", "The goal “"+name+"” is a step of the funnel “"+f.Name+"”.").WithHint("Change or remove the funnel first.")
		}
	}
	set.Goals = slices.DeleteFunc(slices.Clone(set.Goals), func(g account.Goal) bool { return g.Name == name })
	return nil
}

// isGoal reports whether a step of a funnel is the goal of that name.
func isGoal(text, name string) bool {
	step, err := report.ParseStep("step", text, "page", "event", "goal")
	return err == nil && step.By == "goal" && step.Name == name
}
