package web

import (
	"net/http"
	"slices"

	"sandprint/app/account"
	"sandprint/app/problem"
	"sandprint/app/report"
	"sandprint/views"
)

// Bounds of the page of goals.
const (
	goalRows  = 100 // goals that are listed
	goalLines = 20  // of them those with a line over time
)

// goals is the page of goals: conversions, converters, rates, revenue.
func (s *Server) goals(w http.ResponseWriter, c *call) error {
	p, err := c.sitePage(usualPeriod)
	if err != nil {
		return err
	}
	q := p.Query
	q.By, q.Metrics, q.Limit = "goal", views.GoalMetrics, goalRows
	m := views.Goals{Set: c.site.Info().Settings.Goals}
	answers, err := report.RunAll(c.Context(), c.site, []report.Query{q, anyGoal(q)})
	if err != nil {
		return err
	}
	m.Answer = reachedAny(answers[0], answers[1])
	if m.Lines, err = report.RunAll(c.Context(), c.site, linesOf(p, m.Answer.Rows)); err != nil {
		return err
	}
	if m.Dashboard, err = s.frame(c, p, m.Answer.Read, m.Answer.Damaged); err != nil {
		return err
	}
	return s.html(w, c, http.StatusOK, views.GoalsPage(m))
}

// anyGoal returns the question of who reached at least one of the goals that a question by goal lists.
func anyGoal(q report.Query) report.Query {
	q.By, q.Sort, q.Search, q.Limit, q.Offset = "", nil, nil, 0, 0
	q.Filters = append(slices.Clone(q.Filters), report.Filter{By: "goal", Op: report.Matches, Values: []string{"**"}})
	return q
}

// reachedAny returns an answer by goal whose totals are about those who reached any of the goals, each visitor once, as each of its rows
// is about those who reached one: its own totals count who reached none, too.
func reachedAny(byGoal, anyGoal report.Answer) report.Answer {
	for i, m := range byGoal.Query.Metrics {
		if m != report.Visitors {
			continue
		}
		byGoal.Totals = slices.Clone(byGoal.Totals)
		byGoal.Totals[i] = anyGoal.Totals[i]
		if byGoal.Previous != nil && anyGoal.Previous != nil {
			byGoal.Previous = slices.Clone(byGoal.Previous)
			byGoal.Previous[i] = anyGoal.Previous[i]
		}
	}
	return byGoal
}

// linesOf returns the questions for the lines of the first goals.
func linesOf(p sitePage, rows []report.Row) (list []report.Query) {
	for _, row := range rows[:min(len(rows), goalLines)] {
		if row.Name == report.Other {
			continue
		}
		q := p.Query
		q.Compare, q.By, q.Metrics = nil, p.view.Interval(p.Period), []report.Metric{report.Conversions}
		q.Filters = append(slices.Clone(p.Filters), report.Filter{By: "goal", Op: report.Is, Values: []string{row.Name}})
		list = append(list, q)
	}
	return list
}

// checkConditions refuses goals whose conditions on properties can't be read.
func checkConditions(goals []account.Goal) error {
	for _, g := range goals {
		for _, p := range g.Props {
			if _, err := report.ParseFilter("prop:" + p); err != nil {
				return problem.BadField("goals", "bad_goal", "The goal “"+g.Name+"” has a condition that can't be read: "+p+".").
					WithHint("Write it as property:op:value[,value…], such as plan:is:pro,team; the operators are is, not, contains, lacks and matches.")
			}
		}
	}
	return nil
}
