package views_test

import (
	"encoding/xml"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"sandprint/app/report"
	"sandprint/views"
)

var update = flag.Bool("update", false, "write the golden files anew")

// find returns the elements that f accepts, in order.
func find(n *html.Node, f func(*html.Node) bool) (list []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && f(d) {
			list = append(list, d)
		}
	}
	return list
}

// class returns the elements of a class.
func class(n *html.Node, name string) []*html.Node {
	return find(n, func(d *html.Node) bool { return slices.Contains(strings.Fields(attr(d, "class")), name) })
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func parse(t *testing.T, page string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// inlineFree fails where a page has what the content policy forbids: styles, scripts and handlers within the page.
func inlineFree(t *testing.T, doc *html.Node) {
	t.Helper()
	for _, n := range find(doc, func(*html.Node) bool { return true }) {
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") ||
				slices.Contains([]string{"href", "src", "action"}, a.Key) && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			}
		}
		if n.Data == "style" || n.Data == "script" && (attr(n, "src") == "" || text(n) != "") {
			t.Errorf("<%s> is in the page: %.60q", n.Data, text(n))
		}
	}
}

func TestDashboardHoldsItsParts(t *testing.T) {
	doc := parse(t, draw(t, views.DashboardPage(sample("filter=visitor_type:is:new&tab=country&metric=visits"))))
	inlineFree(t, doc)
	if got := text(class(doc, "on")[0]); !strings.HasPrefix(got, "kiln-and-sea.example") {
		t.Errorf("the switcher marks %q", got)
	}
	for name, want := range map[string]int{"tile": 6, "panel": 7, "plot": 1, "pill": 1, "row": 3*9 + 6 + 3 + 4} {
		if got := len(class(doc, name)); got != want {
			t.Errorf("%d elements of class %s, want %d", got, name, want)
		}
	}
	tile := class(doc, "tile")
	if got := text(tile[1]); got != "Visits 74.9K +18%" {
		t.Errorf("second tile says %q", got)
	}
	if attr(tile[1], "aria-current") != "true" || attr(tile[0], "aria-current") != "false" {
		t.Error("the chart's metric is not the tile that is marked")
	}
	if got := attr(class(class(doc, "pill")[0], "x")[0], "href"); strings.Contains(got, "filter=") || !strings.Contains(got, "metric=visits") {
		t.Errorf("the filter's removal leads to %s", got)
	}
	if got := len(find(doc, func(n *html.Node) bool { return n.Data == "tbody" })); got != 1 {
		t.Errorf("%d tables behind the chart, want 1", got)
	}
}

// TestIdsAreUnique holds for all sample pages, as what labels what goes by id.
func TestIdsAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, n := range find(parse(t, draw(t, views.DashboardPage(sample("")))), func(n *html.Node) bool { return attr(n, "id") != "" }) {
		if seen[attr(n, "id")] {
			t.Errorf("id %q twice", attr(n, "id"))
		}
		seen[attr(n, "id")] = true
	}
}

// hostile are values that visitors can make pages, titles, sources and events of.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'onmouseover='alert(1)`, `javascript:alert(1)`, `</title><script>x</script>`,
	`]]><svg onload=alert(1)>`, "`${alert(1)}`", `&lt;b&gt;`, "\u202eevil\u202c", `{{7*7}}`, `/a?b=<&c="d"`, `مرحبا/العالم`, strings.Repeat("/long", 400),
}

func TestHostileValuesStayText(t *testing.T) {
	for _, value := range hostile {
		d := sample("tab=country&tab=property&tab=visitor_type")
		for i := range d.Lists {
			for j := range d.Lists[i].Rows {
				d.Lists[i].Rows[j].Name, d.Lists[i].Rows[j].Title = value, value
			}
		}
		d.View.Filters = []report.Filter{{By: "page", Op: report.Is, Values: []string{value}}}
		d.Sites = append(d.Sites, value)
		doc := parse(t, draw(t, views.DashboardPage(d)))
		inlineFree(t, doc)
		for _, tag := range []string{"img", "iframe", "script"} {
			for _, n := range find(doc, func(n *html.Node) bool { return n.Data == tag }) {
				if attr(n, "src") == "" || attr(n, "src") == "x" {
					t.Errorf("%.40q made a <%s>", value, tag)
				}
			}
		}
		name := class(class(doc, "panel")[1], "name")[0]
		if got := find(name, func(n *html.Node) bool { return n.Data == "bdi" })[0].FirstChild.Data; got != value {
			t.Errorf("the row says %.60q, want %.60q", got, value)
		}
		if row := class(doc, "row")[0]; !strings.HasPrefix(attr(row, "href"), "/sites/kiln-and-sea.example?") {
			t.Errorf("the row leads to %.80s", attr(row, "href"))
		}
	}
}

func TestHostileValuesInDetails(t *testing.T) {
	for _, value := range hostile {
		d := sample("")
		q := d.Chart.Query
		q.By, q.Metrics = "page", views.DetailMetrics("page")
		a := answerTo(q)
		a.Rows[0].Name, a.Rows[0].Title = value, value
		d.View = d.View.Under("/details", "by", "page", "search", value)
		inlineFree(t, parse(t, draw(t, views.DetailsPage(views.Details{Dashboard: d, By: "page", Search: value, Answer: a}))))
	}
}

// TestLinksSayWhatTheyDo follows the addresses of a view and its neighbours, filters with separators in them included.
func TestLinksSayWhatTheyDo(t *testing.T) {
	odd := report.Filter{By: "page", Op: report.Is, Values: []string{`/a,b:c\d`, "/ü&=#?"}}
	d := sample("")
	d.View.Filters = []report.Filter{odd}
	doc := parse(t, draw(t, views.DashboardPage(d)))
	links := 0
	for _, a := range find(doc, func(n *html.Node) bool { return n.Data == "a" && strings.Contains(attr(n, "href"), "filter=") }) {
		u := must(url.Parse(attr(a, "href")))
		f, err := report.ParseFilter(u.Query()["filter"][0])
		if err != nil {
			t.Fatalf("%s: %v", attr(a, "href"), err)
		}
		if f.String() == odd.String() { // but for the rows by page, which take its place
			links++
		}
	}
	if links < 50 {
		t.Errorf("only %d links kept the filter", links)
	}
}

func TestEmptyAnswersSayWhatToDo(t *testing.T) {
	d := sample("tab=utm_campaign")
	for i := range d.Lists {
		d.Lists[i].Rows, d.Lists[i].TotalRows = nil, 0
	}
	doc := parse(t, draw(t, views.DashboardPage(d)))
	if got := len(class(doc, "none")); got != 7 {
		t.Errorf("%d empty panels speak, want 7", got)
	}
	if got := text(class(doc, "none")[0]); !strings.Contains(got, "utm_campaign") {
		t.Errorf("no campaigns says %q", got)
	}
	d.Waiting = true
	if got := text(parse(t, draw(t, views.DashboardPage(d)))); !strings.Contains(got, "Waiting for the first visit") {
		t.Error("a site without visits does not say how to begin")
	}
}

// A panel says what its own list keeps back, the page what the chart does.
func TestFloorIsSaid(t *testing.T) {
	for _, c := range []struct {
		rows int
		want string
	}{{0, ""}, {1, "1 row is in (other): groups under 5."}, {3, "3 rows are in (other): groups under 5."}} {
		d := sample("")
		if c.rows > 0 {
			d.Lists[2].Hidden = report.Hidden{Rows: c.rows, Reason: "groups under 5"}
			d.Chart.Hidden = d.Lists[2].Hidden
		}
		doc := parse(t, draw(t, views.DashboardPage(d)))
		for i, panel := range class(doc, "panel") {
			if kept := class(panel, "kept"); i != 2 && len(kept) > 0 || i == 2 && strings.Join(texts(kept), "") != c.want {
				t.Errorf("%d rows: panel %d says %q", c.rows, i, texts(kept))
			}
		}
		if got := len(class(doc, "floor")); got != min(c.rows, 1) {
			t.Errorf("%d rows: the page says %d times that the chart has blanks", c.rows, got)
		}
	}
}

// texts returns what elements say.
func texts(list []*html.Node) (out []string) {
	for _, n := range list {
		out = append(out, text(n))
	}
	return out
}

// Why a panel is empty: nothing at all, the filters, or what is missing just there.
func TestEmptyPanelsSayWhy(t *testing.T) {
	for _, c := range []struct {
		params   string
		visitors float64
		want     string
	}{
		{"tab=utm_campaign", 10, "No tagged link in this period. Add ?utm_campaign=… to the links of a campaign."},
		{"tab=utm_campaign", 0, "No visits in this period."},
		{"tab=utm_campaign&filter=country:is:DE", 10, "Nothing here passes the filters in this period."},
		{"tab=utm_campaign&filter=country:is:DE", 0, "Nothing here passes the filters in this period."},
	} {
		d := sample(c.params)
		d.Chart.Totals[0].Number, d.Lists[0].Rows, d.Lists[0].TotalRows = c.visitors, nil, 0
		panel := class(parse(t, draw(t, views.DashboardPage(d))), "panel")[0]
		if got := text(class(panel, "none")[0]); got != c.want {
			t.Errorf("%s with %v visitors: %q, want %q", c.params, c.visitors, got, c.want)
		}
		if got := class(panel, "details"); len(got) > 0 {
			t.Errorf("%s: an empty panel leads to details", c.params)
		}
	}
}

// While a goal is chosen, panels tell what led to how many conversions.
func TestPanelsUnderAGoal(t *testing.T) {
	for _, c := range []struct{ params, want string }{
		{"filter=goal:is:Newsletter&tab=country", "Rate Conversions"},
		{"filter=goal:not:Newsletter", ""},
		{"", ""},
	} {
		doc := parse(t, draw(t, views.DashboardPage(sample(c.params))))
		for _, panel := range class(doc, "panel")[:4] {
			if got := strings.Join(texts(class(panel, "heads")), ""); got != c.want && len(class(panel, "map")) == 0 {
				t.Errorf("%s: a panel is headed %q, want %q", c.params, got, c.want)
			}
		}
	}
	page := views.NewView("a.example", nil, []report.Filter{{By: "goal", Op: report.Is, Values: []string{"Newsletter"}}})
	if got := views.Find("source", page).Columns(page)[:2]; !slices.Equal(got, []report.Metric{report.Conversions, report.ConversionRate}) {
		t.Errorf("the table by source begins with %v", got)
	}
}

// A row leads to the list that tells more of it: referrers of a source, versions of a browser; what is chosen already leads out.
func TestRowsLeadOn(t *testing.T) {
	for _, c := range []struct {
		params string
		panel  int
		want   string
	}{
		{"tab=source", 0, "/sites/kiln-and-sea.example?tab=referrer&filter=source:is:Google"},
		{"", 0, "/sites/kiln-and-sea.example?tab=source&filter=channel:is:Organic+Search"},
		{"tab=browser", 3, "/sites/kiln-and-sea.example?tab=browser_version&filter=browser:is:Chrome"},
		{"tab=browser&filter=browser:is:Chrome", 3, "/sites/kiln-and-sea.example?tab=browser"},
		{"", 4, "/sites/kiln-and-sea.example?filter=prop%5C:url:is:instagram.com/kilnandsea"},
		{"tab=property&property=plan", 6, "/sites/kiln-and-sea.example?tab=property&property=plan&filter=prop:plan:is:pro"},
	} {
		panel := class(parse(t, draw(t, views.DashboardPage(sample(c.params)))), "panel")[c.panel]
		got := attr(class(panel, "row")[0], "href")
		if strings.ReplaceAll(got, "prop%5C:", "prop:") != strings.ReplaceAll(c.want, "prop%5C:", "prop:") {
			t.Errorf("%s: panel %d leads to %s, want %s", c.params, c.panel, got, c.want)
		}
	}
}

func TestDaysThatAreLeftOutAreSaid(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		chart, list []time.Time
		want        string
	}{
		{nil, nil, ""},
		{[]time.Time{day(3)}, []time.Time{day(3)}, "Figures of 3 March 2026 are left out"},
		{nil, []time.Time{day(2), day(5)}, "Figures of 2 March 2026, 5 March 2026 are left out"},
		{[]time.Time{day(1), day(2), day(3), day(4), day(5)}, nil, "3 March 2026 and 2 more days are left out"},
	} {
		d := sample("")
		d.Chart.Damaged, d.Lists[2].Damaged = c.chart, c.list
		details := views.Details{Dashboard: d, By: "page", Answer: d.Lists[2]}
		for _, page := range []templ.Component{views.DashboardPage(d), views.DetailsPage(details)} {
			said := class(parse(t, draw(t, page)), "leftout")
			if c.want == "" && len(said) > 0 {
				t.Errorf("a whole file is said to be damaged: %q", text(said[0]))
			} else if c.want != "" && (len(said) != 1 || !strings.Contains(text(said[0]), c.want) || !strings.Contains(text(said[0]), "doctor")) {
				t.Errorf("%v and %v: the page says %d times that it is damaged", c.chart, c.list, len(said))
			}
		}
	}
}

// TestGolden holds the shaded map to a file that was looked at.
func TestGolden(t *testing.T) {
	doc := parse(t, draw(t, views.DashboardPage(sample(""))))
	golden(t, "map", render(t, class(doc, "map")[0]))
	golden(t, "week", render(t, class(doc, "week")[0]))
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".svg")
	got = strings.ReplaceAll(got, "><", ">\n<")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is drawn differently; look at it and run go test ./views -update", name)
	}
}

func render(t *testing.T, n *html.Node) string {
	t.Helper()
	var b strings.Builder
	if err := html.Render(&b, n); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestWorldMap holds the outlines to what the page takes for granted: their frame, their ids, their size.
func TestWorldMap(t *testing.T) {
	data := must(os.ReadFile("../static/world.svg"))
	if len(data) > 30_000 {
		t.Errorf("world.svg has %d bytes, want at most 30,000", len(data))
	}
	var svg struct {
		ViewBox string `xml:"viewBox,attr"`
		Land    struct {
			ID    string `xml:"id,attr"`
			Paths []struct {
				ID string `xml:"id,attr"`
				D  string `xml:"d,attr"`
			} `xml:"path"`
		} `xml:"g"`
	}
	if err := xml.Unmarshal(data, &svg); err != nil {
		t.Fatal(err)
	}
	doc := parse(t, draw(t, views.DashboardPage(sample(""))))
	if got := attr(class(doc, "map")[0].FirstChild, "viewbox") + attr(class(doc, "map")[0].FirstChild, "viewBox"); got != svg.ViewBox {
		t.Errorf("the page shows %s of the map, which is %s", got, svg.ViewBox)
	}
	if len(svg.Land.Paths) < 230 || svg.Land.ID != "land" {
		t.Errorf("%d countries in group %q", len(svg.Land.Paths), svg.Land.ID)
	}
	for _, p := range svg.Land.Paths {
		if views.English.Countries[p.ID] == "" {
			t.Errorf("country %q has no name", p.ID)
		}
		for _, jump := range regexp.MustCompile(`-?\d+`).FindAllString(p.D[strings.IndexAny(p.D, "lhz"):], -1) {
			if n, _ := strconv.Atoi(jump); p.ID == "FJ" && (n > 100 || n < -100) && !strings.Contains(p.D, "M"+jump) {
				t.Errorf("%s is smeared across the map: %s", p.ID, p.D)
			}
		}
	}
}

// TestStaticWeight holds what a first visit loads: every file of the dashboard, compressed, with its page.
func TestStaticWeight(t *testing.T) {
	sum := packed(t, []byte(draw(t, views.DashboardPage(sample("filter=visitor_type:is:new")))))
	for _, name := range []string{"style.css", "theme.js", "menu.js", "swap.js", "chart.js", "live.js", "calendar.js", "keys.js", "icon.svg", "world.svg"} {
		sum += packed(t, must(os.ReadFile("../static/"+name)))
	}
	t.Logf("first load: %d bytes compressed", sum)
	if sum > 60_000 {
		t.Errorf("a first load takes %d bytes, want at most 60,000", sum)
	}
}
