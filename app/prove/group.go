package prove

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"
)

// noSmallGroups is claim 10: random questions about a small site; no row of an answer is about fewer visitors than the floor, and neither is what is left
// when the rows are taken from the total.
func noSmallGroups(t *Trial) {
	const floor, visitors, questions = 5, 90, 300
	s := t.serve("data")
	s.site("shop.example")
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	pick := func(list ...string) string { return list[min(r.IntN(len(list)), r.IntN(len(list)))] } // the first ones more often
	countries, sources, pages := []string{"DE", "FR", "AT", "CH", "NL", "IT", "SE"}, []string{"letter", "forum", "poster", "radio", "friend"}, []string{"/", "/a", "/b", "/c", "/d"}
	var file strings.Builder
	at := time.Now().Add(-40 * time.Hour).Truncate(time.Hour)
	for n := range visitors { // each comes once, so that rows can be taken from the total
		fmt.Fprintf(&file, `{"s":"shop.example","n":"pageview","i":"view%08d","u":"https://shop.example%s?utm_source=%s","l":%q,"cc":%q,"visitor":"visitor%d","ts":%q}`+"\n",
			n, pick(pages...), pick(sources...), pick("de", "en", "fr", "it"), pick(countries...), n, at.Add(time.Duration(r.IntN(30*3600))*time.Second).UTC().Format(time.RFC3339))
	}
	s.cli(file.String(), "import", "hits", "-", "--site", "shop.example")
	by := []string{"page", "utm_source", "country", "language", "hour", "region", "city"}
	filter := func() string {
		switch r.IntN(4) {
		case 0:
			return "country:" + pick("is", "not") + ":" + pick(countries...)
		case 1:
			return "utm_source:" + pick("is", "not") + ":" + pick(sources...)
		case 2:
			return "language:" + pick("is", "not") + ":" + pick("de", "en", "fr")
		}
		return "page:" + pick("is", "not") + ":" + pick(pages...)
	}
	rows, hidden := 0, 0
	for range questions {
		dimension := by[r.IntN(len(by))]
		query := "period=7d&limit=1000&metrics=visitors&by=" + dimension + "&filter=" + url.QueryEscape(filter())
		if strings.Contains(query, "page%3A") || r.IntN(2) == 0 { // a filter on the page alone does not restrict
			query += "&filter=" + url.QueryEscape("country:not:XX")
		}
		if dimension == "hour" {
			query = strings.Replace(query, "&limit=1000", "", 1)
		}
		f := s.stats("shop.example", query)
		left, shown := f.Totals["visitors"], 0
		for _, row := range f.Rows {
			n, known := row["visitors"].(float64)
			if !known || n == 0 || row[dimension] == "(other)" {
				continue
			}
			rows, shown, left = rows+1, shown+1, left-n
			if n < floor {
				t.wrong("seed %d: %s shows %v with %v visitors", seed, query, row[dimension], n)
			}
		}
		hidden += f.Hidden.Rows
		if shown > 0 && left > 0 && left < floor {
			t.wrong("seed %d: %s leaves %v visitors when its rows are taken from the total", seed, query, left)
		}
	}
	if rows == 0 || hidden == 0 {
		t.wrong("seed %d: %d rows showed and %d were hidden: the questions ask for nothing", seed, rows, hidden)
	}
	t.asked("%d random questions with filters about a site of %d visitors, whose floor is %d", questions, visitors, floor)
	t.found("%d rows, none of them under the floor; %d that were, folded into one; the same for what is left of each total", rows, hidden)
}
