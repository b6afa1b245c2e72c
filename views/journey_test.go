package views_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"sandprint/app/account"
	"sandprint/app/report"
	"sandprint/views"
)

func number(n float64) report.Value { return report.Value{Number: n, Known: true} }

// framed returns a sample dashboard as the frame of another page.
func framed(page string, more ...string) views.Dashboard {
	d := sample("")
	d.View, d.CanChange = d.View.Under(page, more...), true
	return d
}

// sampleFunnel is a funnel of four steps; of the last one the figures are kept back.
func sampleFunnel(name string) views.Funnels {
	where := []report.Filter{{By: "prop:plan", Op: report.Is, Values: []string{name, "team"}}}
	f := views.Funnels{Dashboard: framed("/funnels", "funnel", name), Name: name, Saved: []views.SavedFunnel{{Name: name}, {Name: "Other"}}, Split: "device"}
	f.Answer = report.FunnelAnswer{Visitors: 1000, Visits: 1200, Hidden: report.Hidden{Rows: 1, Reason: "groups under 5"}, Steps: []report.FunnelStep{
		{Step: report.Step{By: "page", Name: name}, Visitors: number(800), Visits: number(900), Dropped: number(200), OfFirst: number(100), OfPrevious: number(80)},
		{Step: report.Step{By: "event", Name: name, Where: where}, Visitors: number(400), Visits: number(410), Dropped: number(400), OfFirst: number(50), OfPrevious: number(50), Median: number(95)},
		{Step: report.Step{By: "page", Name: "/basket/"}, Visitors: number(400), Visits: number(410), Dropped: number(0), OfFirst: number(50), OfPrevious: number(100), Median: number(3 * 86400)},
		{Step: report.Step{By: "goal", Name: name}},
	}}
	before := f.Answer
	f.Before = &before
	f.Parts = []report.FunnelPart{{Name: name, FunnelAnswer: f.Answer}}
	return f
}

// samplePaths is two pages each way around a page.
func samplePaths(name string) views.Paths {
	p := views.Paths{Dashboard: framed("/journeys", "start", "page:"+name)}
	leaf := func(name string, n int) report.Branch {
		return report.Branch{Name: name, Visits: n, Visitors: n, Share: float64(n)}
	}
	next := leaf(name, 60)
	next.Branches = []report.Branch{leaf("/b", 40), leaf(report.Exit, 20)}
	again := leaf("/shop/a-long-way-to-the-enamel-kettle", 25)
	again.Branches = []report.Branch{leaf("/b", 15), leaf(report.Other, 10)}
	before := leaf("/a", 70)
	before.Branches = []report.Branch{leaf(report.Entry, 70)}
	p.Answer = report.PathsAnswer{Paths: report.Paths{From: report.Step{By: "page", Name: name}, Depth: 2}, Visits: number(100), Visitors: number(90),
		Next: []report.Branch{next, again, leaf(report.Exit, 15)}, Previous: []report.Branch{before, leaf(report.Other, 30)}, Hidden: report.Hidden{Rows: 2, Reason: "groups under 5"}}
	p.Before = number(80)
	p.Known = views.Known{Pages: []string{name}, Sources: []string{name}}
	return p
}

// sampleRetention is three weeks and the running one.
func sampleRetention() views.Retention {
	r := views.Retention{Dashboard: framed("/retention")}
	a := &r.Answer
	a.Retention.By, a.Unknown, a.Hidden = "week", 12, report.Hidden{Rows: 1, Reason: "groups under 5"}
	for i, back := range [][]report.Value{{number(40), number(10), number(8)}, {number(50), {}}, {number(9)}, {}} {
		c := report.Cohort{Start: time.Date(2026, 11, 2+7*i, 0, 0, 0, 0, berlin), Size: number(100 + float64(10*i)), Back: back, Partial: i == 3}
		c.Name = c.Start.Format(time.DateOnly)
		a.Cohorts = append(a.Cohorts, c)
	}
	before := *a
	before.Cohorts = a.Cohorts[:2]
	r.Before = &before
	return r
}

// sampleGoals are a goal of each kind.
func sampleGoals(name string) views.Goals {
	g := views.Goals{Dashboard: framed("/goals"), Set: []account.Goal{{Name: name, Event: name, Props: []string{"plan:is:pro"}}, {Name: "Read", Page: "/**", Scroll: 75, Engaged: 30}}}
	q := g.Chart.Query
	q.By, q.Metrics = "goal", views.GoalMetrics
	g.Answer = report.Answer{Query: q, Totals: figures(q.Metrics, 1000), Rows: []report.Row{{Name: name, Values: figures(q.Metrics, 900), Previous: figures(q.Metrics, 800)}}}
	g.Answer.Totals[0], g.Answer.Totals[3] = number(50), report.Value{Number: 1999, Known: true, Currency: "EUR"}
	g.Lines = []report.Answer{g.Chart}
	return g
}

// sampleCredits are two sources, of which one is nobody's last.
func sampleCredits(name string) views.Attribution {
	a := views.Attribution{Dashboard: framed("/attribution"), Goals: []string{name}}
	euro := report.Value{Number: 1999, Known: true, Currency: "EUR"}
	a.Answer = report.AttributionAnswer{Attribution: report.Attribution{By: "source", Goal: name}, Converters: 10, Conversions: 12, Revenue: euro,
		First: []report.Credit{{Name: name, Converters: 6, Conversions: 7, Revenue: euro}, {Name: "Google", Converters: 4, Conversions: 5, Revenue: euro}},
		Last:  []report.Credit{{Name: "Google", Converters: 10, Conversions: 12, Revenue: euro}}}
	return a
}

// journeyPages are the pages about goals and journeys, with a name wherever one can be.
func journeyPages(name string) map[string]templ.Component {
	form := views.FunnelForm{Dashboard: framed("/funnels/edit"), Name: name, Old: name, Window: name, Known: views.Known{Pages: []string{name}},
		Steps: []views.StepForm{{By: "page", Name: name}, {By: "event", Name: name, Where: []views.Condition{{Name: name, Op: "is", Value: name}}}}}
	goal := views.GoalForm{Dashboard: framed("/goals/edit"), Kind: "event", Name: name, Old: name, Event: name, Where: []views.Condition{{Name: name, Op: "is", Value: name}}}
	goals := views.GoalForm{Dashboard: framed("/goals/edit"), Set: []account.Goal{{Name: name, Event: name}, {Name: "P", Page: name}}}
	return map[string]templ.Component{"funnel": views.FunnelsPage(sampleFunnel(name)), "funnel form": views.FunnelFormPage(form), "paths": views.PathsPage(samplePaths(name)),
		"retention": views.RetentionPage(sampleRetention()), "goals": views.GoalsPage(sampleGoals(name)), "goal form": views.GoalFormPage(goal),
		"goal list": views.GoalFormPage(goals), "attribution": views.AttributionPage(sampleCredits(name))}
}

// TestJourneyGolden holds the drawings to files that were looked at.
func TestJourneyGolden(t *testing.T) {
	part := func(c templ.Component, name string) *html.Node { return class(parse(t, draw(t, c)), name)[0] }
	golden(t, "funnel", render(t, part(views.FunnelsPage(sampleFunnel("/shop/**")), "steps8")))
	golden(t, "flow", render(t, part(views.PathsPage(samplePaths("/basket/")), "flows")))
	golden(t, "retention-grid", render(t, part(views.RetentionPage(sampleRetention()), "cohorts")))
	golden(t, "retention-curve", render(t, part(views.RetentionPage(sampleRetention()), "plot")))
	golden(t, "goal-line", render(t, part(views.GoalsPage(sampleGoals("Order placed")), "spark")))
}

func TestJourneyPagesHoldMarkup(t *testing.T) {
	for _, value := range hostile {
		for page, c := range journeyPages(value) {
			doc := parse(t, draw(t, c))
			inlineFree(t, doc)
			for _, tag := range []string{"img", "iframe"} {
				if n := find(doc, func(n *html.Node) bool { return n.Data == tag }); len(n) > 0 {
					t.Errorf("%s: %.40q made a <%s>", page, value, tag)
				}
			}
			ids := map[string]bool{}
			for _, n := range find(doc, func(n *html.Node) bool { return attr(n, "id") != "" }) {
				if ids[attr(n, "id")] {
					t.Errorf("%s: id %q twice", page, attr(n, "id"))
				}
				ids[attr(n, "id")] = true
			}
		}
	}
}

// TestJourneyFigures looks at what the pages say of their answers.
func TestJourneyFigures(t *testing.T) {
	for page, want := range map[string][]string{
		"funnel":      {"800 100.0%", "400 left before (50%)", "after 1m 35s (median)", "after 3 days (median)", "1 step is kept back", "plan is /x or team"},
		"paths":       {"100 Visits · 90 Visitors +25%", "Visit ends", "2 branches are kept together"},
		"retention":   {"2 Nov 2026", "40%", "On average42.9%10.0%–", "12 visits were counted without a cookie", "Leave Safari out"},
		"goals":       {"Event /x, plan is pro", "Page /**, 75 percent of it seen, 30 seconds spent on it", "€19.99"},
		"attribution": {"First visit", "/x 67€19.99–––", "Google 45€19.99 1012€19.99"},
		"goal list":   {"In the last 30 days: no conversion", "A new goal: when …"},
	} {
		got := text(parse(t, draw(t, journeyPages("/x")[page])))
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is missing from %s", page, w, got)
			}
		}
	}
}

// TestRetentionThatNobodyCanKnow looks at a site that counts without cookies.
func TestRetentionThatNobodyCanKnow(t *testing.T) {
	r := sampleRetention()
	r.Mode, r.Answer.Cohorts, r.Answer.Reason = "cookieless", nil, "This site counts without cookies, so nobody can tell who comes back on another day."
	doc := parse(t, draw(t, views.RetentionPage(r)))
	if got := text(doc); !strings.Contains(got, "Nobody can know this here") || len(class(doc, "cohorts")) > 0 {
		t.Errorf("without cookies the page says %s", got)
	}
	r.Answer.Cohorts = sampleRetention().Answer.Cohorts
	if got := text(parse(t, draw(t, views.RetentionPage(r)))); !strings.Contains(got, "What is shown is from the time when it counted with one") {
		t.Errorf("with cohorts from before, the page says %s", got)
	}
}

// TestFlowKeepsItsSums holds the picture to its answer: what leaves the moment is all of its visits, and nodes of one name
// at one distance are one.
func TestFlowKeepsItsSums(t *testing.T) {
	p := samplePaths("/basket/")
	for i := range 14 {
		p.Answer.Next = append(p.Answer.Next, report.Branch{Name: fmt.Sprintf("/page-%02d", i), Visits: 1, Visitors: 1})
	}
	p.Answer.Visits = number(114)
	doc := parse(t, draw(t, views.PathsPage(p)))
	after := class(doc, "flow")[1]
	names := map[string]int{}
	for _, n := range class(after, "n") {
		label := n.PrevSibling
		for label.Type != html.ElementNode {
			label = label.PrevSibling
		}
		names[text(label)]++
	}
	if names["/b"] != 1 {
		t.Errorf("the page that two ways lead to is drawn %d times", names["/b"])
	}
	if names["(other)"] != 2 {
		t.Errorf("the rare ones are %d nodes, want one in each column", names["(other)"])
	}
	links := len(class(after, "link"))
	if want := 9 + 2 + 4; links != want { // nine pages, the rest and the end; then from two of them on
		t.Errorf("%d links, want %d", links, want)
	}
}

// TestFlowLabelsHaveRoom draws long names: they are cut to their box, in full in its title, and no box leaves the picture or
// lies where links are.
func TestFlowLabelsHaveRoom(t *testing.T) {
	for name, want := range map[string]string{
		"/workshops/wheel-weekend": "/workshop…wheel-weekend",
		"/陶器/湯呑みと茶碗と急須/一覧":         "/陶器/湯…碗と急須/一覧",
		"/short/": "/short/",
	} {
		for i, side := range class(parse(t, draw(t, views.PathsPage(samplePaths(name)))), "flow") {
			svg := find(side, func(n *html.Node) bool { return n.Data == "svg" })[0]
			number := func(n *html.Node, name string) float64 { return must(strconv.ParseFloat(attr(n, name), 64)) }
			for _, box := range class(svg, "box") {
				if x := number(box, "x"); x < 0 || x+number(box, "width") > number(svg, "width") {
					t.Errorf("side %d: a box at %g of %g lies over the edge", i, x, number(svg, "width"))
				}
				title, label := box.Parent.FirstChild, find(box.Parent, func(n *html.Node) bool { return n.Data == "text" })[0]
				if strings.HasPrefix(text(title), name+" ·") && text(label) != want {
					t.Errorf("%s is labelled %q, want %q", name, text(label), want)
				}
			}
		}
	}
}
