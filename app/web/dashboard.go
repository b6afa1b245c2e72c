package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"sandprint/app/account"
	"sandprint/app/report"
	"sandprint/views"
)

// dashboardRoutes are the rows of the routing table that dashboard*.go answers.
var dashboardRoutes = []route{
	{"GET /sites/{domain}", siteRead, (*Server).dashboard},
	{"GET /sites/{domain}/details", siteRead, (*Server).details},
	{"GET /sites/{domain}/report.html", siteRead, (*Server).reportFile},
	{"GET /sites/{domain}/email-preview", siteRead, (*Server).emailPreview},
	{"GET /sites/{domain}/changes", siteRead, (*Server).changes},
	{"GET /sites/{domain}/realtime", siteRead, (*Server).realtime},
}

// usualPeriod is shown where the address names none. A dashboard shows seven days of a site that has not many more, and today where these have nothing
// in them yet.
const (
	usualPeriod = "28d"
	youngDays   = 8
)

// dashboard is the page of a site: one scan answers its chart and all its lists.
func (s *Server) dashboard(w http.ResponseWriter, c *call) error {
	values := c.URL.Query()
	now := time.Now().In(c.site.Info().Zone)
	since, err := c.firstDay()
	if err != nil {
		return err
	}
	asked := asksPeriod(values)
	if !asked && since.After(now.AddDate(0, 0, -youngDays)) {
		values.Set("period", "7d") // so that what is clicked stays in it
	}
	q, err := c.pageQuery(values, now)
	if err != nil {
		return err
	}
	view := views.NewView(c.site.Info().Domain, values, q.Filters)
	if err := view.CheckChart(); err != nil {
		return err
	}
	if view, err = c.knowing(view, q); err != nil {
		return err
	}
	if q.Period.From.IsZero() { // all time: its intervals go by how long that is
		q.Period.From = since
	}
	answers, change, err := s.askPage(c, view, q)
	if err != nil {
		return err
	}
	visits := func() bool { return answers[0].Totals[1].Number > 0 }
	waiting := false
	if !visits() && len(q.Filters) == 0 {
		if !asked {
			if q.Period, err = report.NewPeriod("day", now); err != nil {
				return err
			}
			q.Compare = nil
			values.Set("period", "day")
			if view, err = c.knowing(views.NewView(c.site.Info().Domain, values, q.Filters), q); err != nil {
				return err
			}
			if answers, change, err = s.askPage(c, view, q); err != nil {
				return err
			}
		}
		waiting = since.IsZero()
	}
	d, err := s.frameOf(c, view, answers[0])
	if err != nil {
		return err
	}
	d.Change = change
	if d.Notes, err = s.annotations(c, answers[0].Query.Period); err != nil {
		return err
	}
	if d.CanChange {
		facts, err := s.facts(c, c.site.Info())
		if err != nil {
			return err
		}
		if d.Policy, err = s.policyState(c, facts); err != nil {
			return err
		}
	}
	if c.who.CanManage(c.site.Info()) { // whoever answers for what is kept too long
		if _, d.Round, err = s.Privacy.Round(c.Context(), c.site.Info()); err != nil {
			return err
		}
	}
	if !visits() && len(view.Filters) > 0 {
		if d.Otherwise, err = s.otherwise(c, view, q); err != nil {
			return err
		}
	}
	lists := 1 + len(view.Open())
	d.Waiting, d.Lists = waiting, answers[1:lists]
	if waiting {
		drops, err := droppedIn(c, report.LastDays(views.LedgerDays[0], time.Now().UTC()))
		if err != nil {
			return err
		}
		d.Dropped = views.Ledger{Drops: drops}.Sum()
	}
	d.Effect = views.EffectOf(answers[lists], answers[lists+1])
	d.Live = int(answers[len(answers)-1].Totals[0].Number)
	return s.html(w, c, http.StatusOK, views.DashboardPage(d))
}

// asksPeriod reports whether the address says which period to show.
func asksPeriod(values url.Values) bool {
	return values.Get("period") != "" || values.Get("from") != "" || values.Get("to") != ""
}

// ownComparison returns the address of a page with the two dates that the form of the comparison sends as its parameter compare; ""
// where the address has none. Pages answer with it, so that no link carries the dates on beside another comparison.
func (c *call) ownComparison() string {
	values := c.URL.Query()
	from, to := values.Get("compare_from"), values.Get("compare_to")
	if from == "" && to == "" || c.isAPI() || c.Method != http.MethodGet && c.Method != http.MethodHead {
		return ""
	}
	values.Del("compare_from")
	values.Del("compare_to")
	values.Set("compare", from+".."+to)
	return c.URL.EscapedPath() + "?" + values.Encode()
}

// pageQuery reads the question that all of a page is about. Where the address doesn't say, it is about the usual period,
// compared with the one before, of periods that are counted in days weekday with weekday where there are figures that far
// back; compare=none is without. Filters that are part of a segment are marked as such.
func (c *call) pageQuery(values url.Values, now time.Time) (report.Query, error) {
	asked := url.Values{}
	for _, key := range []string{"period", "from", "to", "filter", "segment", "compare", "match"} {
		if list := slices.DeleteFunc(slices.Clone(values[key]), func(v string) bool { return v == "" }); len(list) > 0 {
			asked[key] = list
		}
	}
	if !asksPeriod(asked) {
		asked.Set("period", usualPeriod)
	}
	switch period := asked.Get("period"); {
	case asked.Get("compare") == "none":
		asked.Del("compare")
	case period == "all" || period == "realtime":
		asked.Del("compare")
	case !asked.Has("compare"):
		asked.Set("compare", "previous")
	}
	asked, of, err := c.withSegments(asked)
	if err != nil {
		return report.Query{}, err
	}
	q, err := report.Parse(asked, now.Location(), now)
	if err == nil {
		markSegments(&q, of)
		err = c.matchWeekdays(&q, asked)
	}
	return q, err
}

// matchWeekdays lays the comparison of a question weekday with weekday, where the address leaves that open.
func (c *call) matchWeekdays(q *report.Query, asked url.Values) error {
	if q.Compare == nil || q.Compare.Name != asked.Get("compare") || asked.Has("match") || views.InMonths(q.Period) {
		return nil
	}
	first, err := c.firstDay()
	if matched := q.Period.BeforeByWeekday(q.Compare.Name, q.Now); err == nil && !first.IsZero() && !matched.From.Before(first) {
		q.Compare, q.Match = &matched, report.SameWeekday
	}
	return err
}

// briefMost is up to how many page views and events, of both periods, the dashboard says what its difference is made of. Beyond, the page of
// changes tells.
const briefMost = 500_000

// askPage asks what a dashboard shows: its chart, the open lists, what the way of counting does, and who is there now, in this order.
// The change is nil without a comparison of whole periods.
func (s *Server) askPage(c *call, view views.View, q report.Query) ([]report.Answer, *report.Change, error) {
	chart := q
	chart.By, chart.Metrics = view.Interval(q.Period), views.Tiles(q.Filters)
	queries := []report.Query{chart}
	for _, tab := range view.Open() {
		queries = append(queries, listQuery(q, tab))
	}
	queries = append(append(queries, views.EffectQueries(q)...), liveQuery(q))
	if whole, err := c.comparesWhole(q); err != nil {
		return nil, nil, err
	} else if q.Compare == nil || !whole {
		answers, err := report.RunAll(c.Context(), c.site, queries)
		if err != nil {
			return nil, nil, err
		}
		return answers, nil, c.comparable(answers)
	}
	m := changeMetric(view)
	answers, change, err := report.RunAllChanging(c.Context(), c.site, queries, changeQuery(q, m, views.ChangeBrief(m), views.ChangeRows), briefMost)
	return answers, &change, err
}

// comparable takes changes out of answers whose comparison begins before the site's first day: figures of a few days would stand against those of
// all, and rise by thousands of percent. The chart keeps its line, which shows where it begins.
func (c *call) comparable(answers []report.Answer) error {
	for i := range answers {
		a := &answers[i]
		whole, err := c.comparesWhole(a.Query)
		if err != nil {
			return err
		}
		if whole {
			continue
		}
		a.Previous = nil
		if !timeBuckets[a.Query.By] {
			for j := range a.Rows {
				a.Rows[j].Previous = nil
			}
		}
	}
	return nil
}

// comparesWhole reports whether the site has figures since its comparison began, or no comparison.
func (c *call) comparesWhole(q report.Query) (bool, error) {
	if q.Compare == nil {
		return true, nil
	}
	first, err := c.firstDay()
	return first.IsZero() || !q.Compare.From.Before(first), err
}

// frameOf returns what the pages of a site have around their answers.
func (s *Server) frameOf(c *call, view views.View, chart report.Answer) (views.Dashboard, error) {
	info := c.site.Info()
	d := views.Dashboard{Page: c.page(info.Domain), View: view, Chart: chart, Mode: info.Mode, Early: info.Settings.Early, Geo: s.Geo, GeoOf: s.GeoOf, Regions: s.Regions,
		CanChange: c.who.CanWrite(info), Took: chart.Took, Uncounted: uncounted(info.Settings)}
	var err error
	if d.Since, err = c.firstDay(); err != nil {
		return d, err
	}
	if d.Sites, err = s.switcher(c); err != nil {
		return d, err
	}
	d.Segments, err = s.segmentsOf(c)
	return d, err
}

// uncounted returns the tracker's own events that a site doesn't ask for.
func uncounted(set account.SiteSettings) (events []string) {
	if set.NoLinks {
		events = append(events, "Outbound Link: Click", "File Download")
	}
	if !set.Forms {
		events = append(events, "Form: Submission")
	}
	if set.SearchKey == "" {
		events = append(events, "Search")
	}
	return events
}
