package prove

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The site of claim 10, and its smallest group.
const (
	smallSite = "shop.example"
	floor     = 5
)

// noSmallGroups is claim 10: random questions about a small site, whose visitors come several times, see several pages and send events; no row of an answer is
// about fewer visitors than the floor, nor is what is folded, nor what is left when rows that have no visitor in common are taken from the total. Files of
// hits have no regions: those and cities are asked about in app/report.
func noSmallGroups(t *Trial) {
	const visitors, questions, journeys = 90, 300, 120
	s := t.serve("data")
	s.site(smallSite)
	seed := uint64(time.Now().UnixNano())
	g := &groups{server: s, Rand: rand.New(rand.NewPCG(seed, 0)), seed: seed, seen: map[string]bool{}}
	s.cli(g.people(visitors), "import", "hits", "-", "--site", smallSite)
	s.change(smallSite, map[string]any{"goals": []map[string]any{{"name": "Ordered", "event": "Order"}}})
	for range questions {
		g.rowsOf()
	}
	for range journeys {
		g.journey()
	}
	if g.rows == 0 || g.hidden == 0 || g.others == 0 || g.figures == 0 || g.kept == 0 {
		t.wrong("seed %d: %d rows, %d rests and %d figures of journeys showed, %d and %d were hidden: the questions ask for nothing", seed, g.rows, g.others, g.figures, g.hidden, g.kept)
	}
	for _, by := range append(apart, "page", "prop:plan") {
		if !g.seen[by] {
			t.wrong("seed %d: no answer has a row by %s: the questions ask for nothing", seed, by)
		}
	}
	t.asked("%d random questions with filters about a site of %d visitors with %d hits, whose floor is %d, and %d about their journeys: funnels, returns, paths, what is credited", questions, visitors, g.hits, floor, journeys)
	t.found("%d rows, none of them under the floor; %d that were, folded into %d rests, none of which is; the same for what is left of each total; %d figures of journeys, and %d that were kept back",
		g.rows, g.hidden, g.others, g.figures, g.kept)
}

// groups asks random questions and counts what was seen.
type groups struct {
	*server
	*rand.Rand
	seed                                      uint64
	hits, rows, hidden, others, figures, kept int
	seen                                      map[string]bool // dimensions of which a row showed that is something
}

// pick picks one of a list, the first ones more often.
func (g *groups) pick(list []string) string {
	return list[min(g.IntN(len(list)), g.IntN(len(list)))]
}

// What visitors have and do.
var (
	groupCountries = []string{"DE", "FR", "AT", "CH", "NL", "IT", "SE"}
	groupLanguages = []string{"de", "en", "fr", "it"}
	groupSources   = []string{"letter", "forum", "poster", "radio", "friend"}
	groupPages     = []string{"/", "/a", "/b", "/c", "/d"}
	groupPlans     = []string{"free", "small", "team", "large", "huge", "other"}
	groupAgents    = []string{agent, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
		"Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
		"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"}
)

// groupRareAgent is the browser of the first few visitors, who all order the plan that nobody else does: so there always is a group that must not show.
const (
	groupRareAgent = "Mozilla/5.0 (Linux; Android 14; moto g84 5G) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
	few            = 2
)

// people returns a file of hits: each visitor has a country, a language and a device, and comes one to four times in four weeks, from somewhere each time, to see some
// pages and, now and then, to order.
func (g *groups) people(visitors int) string {
	var lines []string // each begins with its time
	begin := time.Now().Add(-27 * 24 * time.Hour).Truncate(time.Hour).UTC()
	for n := range visitors {
		country, language, device, plans := g.pick(groupCountries), g.pick(groupLanguages), g.pick(groupAgents), groupPlans
		if n < few {
			device, plans = groupRareAgent, []string{"rare"}
		}
		day := g.IntN(27)
		for range 1 + min(g.IntN(4), g.IntN(4)) {
			at := begin.Add(time.Duration(day*24*3600+g.IntN(20*3600)) * time.Second)
			source, view := "?utm_source="+g.pick(groupSources), ""
			hit := func(fields map[string]any) {
				for key, value := range map[string]any{"i": view, "l": language, "cc": country, "ua": device, "visitor": fmt.Sprint("visitor", n), "ts": at.Format(time.RFC3339)} {
					fields[key] = value
				}
				line, err := json.Marshal(fields)
				g.t.must(err)
				lines = append(lines, at.Format(time.RFC3339)+string(line))
			}
			for range 1 + g.IntN(4) {
				view = fmt.Sprintf("view%08d", len(lines))
				page := "https://" + smallSite + g.pick(groupPages)
				hit(map[string]any{"n": "pageview", "u": page + source})
				at, source = at.Add(time.Duration(5+g.IntN(200))*time.Second), ""
				if n < few || g.IntN(3) == 0 {
					hit(map[string]any{"n": "Order", "u": page, "q": 1, "p": map[string]string{"plan": g.pick(plans)}})
				}
			}
			if day += 1 + g.IntN(9); day >= 27 {
				break
			}
		}
	}
	slices.Sort(lines)
	g.hits = len(lines)
	for i, line := range lines {
		lines[i] = line[strings.IndexByte(line, '{'):]
	}
	return strings.Join(lines, "\n") + "\n"
}

// filter draws a filter.
func (g *groups) filter() string {
	by, values := "page", groupPages
	switch g.IntN(6) {
	case 0:
		by, values = "country", groupCountries
	case 1:
		by, values = "utm_source", groupSources
	case 2:
		by, values = "language", groupLanguages
	case 3:
		by, values = "prop:plan", groupPlans
	case 4:
		by, values = "device_model", []string{"iPhone", "Pixel", "Samsung", "iPad"}
	}
	return "&filter=" + url.QueryEscape(by+[]string{":is:", ":not:"}[g.IntN(2)]+g.pick(values))
}

// apart are dimensions of which a visitor is in one row only, so that rows can be taken from the total.
var apart = []string{"country", "language", "device_model"}

// rowsOf asks for the rows of a random question and judges them.
func (g *groups) rowsOf() {
	by := []string{"page", "utm_source", "country", "language", "device_model", "prop:plan", "hour", "day", "entry_page", "event"}[g.IntN(10)]
	query := "period=28d&limit=1000&metrics=visitors&by=" + url.QueryEscape(by)
	if single := by == "device_model" || by == "prop:plan"; !single || g.IntN(2) == 0 { // the floor holds for these without a filter too
		query += g.filter() + "&filter=" + url.QueryEscape("country:not:XX") // one on the page alone does not restrict
	}
	if by == "hour" || by == "day" {
		query = strings.Replace(query, "&limit=1000", "", 1)
	}
	f := g.stats(smallSite, query)
	left, shown, rest := f.Totals["visitors"], 0, -1.0
	for _, row := range f.Rows {
		switch n, known := row["visitors"].(float64); {
		case !known || n == 0:
		case row[by] == "(other)" && f.Hidden.Rows > 0:
			rest = n
		default:
			shown, left = shown+1, left-n
			g.seen[by] = g.seen[by] || row[by] != "(not set)"
			if n < floor {
				g.t.wrong("seed %d: %s shows %v with %v visitors", g.seed, query, row[by], n)
			}
		}
	}
	g.rows, g.hidden = g.rows+shown, g.hidden+f.Hidden.Rows
	if rest > 0 && shown > 0 {
		if g.others++; rest < floor {
			g.t.wrong("seed %d: %s folds %v visitors into one row", g.seed, query, rest)
		}
	}
	if shown > 0 && left > 0 && left < floor && slices.Contains(apart, by) {
		g.t.wrong("seed %d: %s leaves %v visitors when its rows are taken from the total", g.seed, query, left)
	}
}

// journey asks a random question about what visitors do over time and judges all figures of the answer.
func (g *groups) journey() {
	page := func() string { return url.QueryEscape("page:" + g.pick(groupPages)) }
	query := ""
	switch g.IntN(4) {
	case 0:
		query = "funnel?step=" + page() + "&step=" + page() + "&step=" + []string{page(), "event:Order", url.QueryEscape("event:Order|plan:is:" + g.pick(groupPlans))}[g.IntN(3)] +
			"&window=" + []string{"visit", "12h", "7d"}[g.IntN(3)]
	case 1:
		query = "retention?by=week"
	case 2:
		query = "paths?start=" + []string{page(), "event:Order", url.QueryEscape("source:" + g.pick(groupSources))}[g.IntN(3)]
	case 3:
		query = "attribution?goal=Ordered&by=" + []string{"utm_source", "source", "referrer"}[g.IntN(3)]
	}
	query += "&period=28d"
	if g.IntN(3) > 0 {
		query += g.filter()
	}
	a := g.ask("GET", "/api/v1/sites/"+smallSite+"/"+query, "", "Authorization", "Bearer "+g.token)
	if a.status != http.StatusOK {
		g.t.must(fmt.Errorf("asked for %s: %d %s", query, a.status, a.body))
	}
	var j journey
	g.t.must(json.Unmarshal([]byte(a.body), &j))
	g.kept += j.Hidden.Rows
	g.steps(query, j)
	for _, c := range j.Cohorts {
		g.group(query, c.Visitors)
		for _, back := range c.Back {
			if g.group(query, back); back != nil && c.Visitors != nil {
				g.rest(query, *c.Visitors-*back)
			}
		}
	}
	g.branches(query, j.Next, j.Visitors)
	g.branches(query, j.Previous, j.Visitors)
	for _, side := range [][]groupOf{j.First, j.Last} {
		for _, row := range side {
			if len(side) > 1 { // one row is all of them, and the total shows
				g.group(query, row.Visitors)
			}
		}
	}
}

// journey is an answer about a journey of any kind.
type journey struct {
	Visitors *int
	Steps    []struct{ Visitors, Dropped *int }
	Cohorts  []struct {
		Visitors *int
		Back     []*int
	}
	Next, Previous []groupOf
	First, Last    []groupOf
	Hidden         struct{ Rows int }
}

// groupOf is a group of visitors in such an answer.
type groupOf struct {
	Visitors *int
	Branches []groupOf
}

// group judges the visitors of a group; nil: they are kept back.
func (g *groups) group(query string, n *int) {
	if n == nil || *n == 0 {
		return
	}
	if g.figures++; *n < floor {
		g.t.wrong("seed %d: %s shows a group of %d visitors", g.seed, query, *n)
	}
}

// rest judges what is left of a group.
func (g *groups) rest(query string, n int) {
	if n > 0 && n < floor {
		g.t.wrong("seed %d: %s leaves %d visitors when one figure is taken from another", g.seed, query, n)
	}
}

// steps judges the steps of a funnel, each within the one before and all within the total, which always shows.
func (g *groups) steps(query string, j journey) {
	last := j.Visitors
	for _, step := range j.Steps {
		if g.group(query, step.Visitors); step.Visitors != nil {
			g.rest(query, *last-*step.Visitors)
			last = step.Visitors
		}
		if step.Dropped != nil {
			g.rest(query, *step.Dropped)
		}
	}
}

// branches judges what follows a moment of so many visitors, who may go several ways.
func (g *groups) branches(query string, list []groupOf, of *int) {
	for _, b := range list {
		g.group(query, b.Visitors)
		if len(list) == 1 && of != nil && b.Visitors != nil {
			g.rest(query, *of-*b.Visitors)
		}
		g.branches(query, b.Branches, b.Visitors)
	}
}
