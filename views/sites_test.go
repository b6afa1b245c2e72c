package views_test

import (
	"math"
	"testing"

	"golang.org/x/net/html"

	"sandprint/views"
)

// TestSparkIsDrawn holds the line of a card to a file that was looked at, and sums to what they are of.
func TestSparkIsDrawn(t *testing.T) {
	var days []float64
	for i := range 28 {
		days = append(days, math.Round(40+20*math.Sin(float64(i)*0.9)+float64(i)))
	}
	one := views.SiteFigures{Days: days, LastWeek: 50, Live: 3}
	sums := &views.SiteSums{}
	sums.Add(one)
	sums.Add(one)
	if sums.Today() != 2*one.Today() || sums.LastWeek != 100 || sums.Live != 6 || sums.Sites != 2 {
		t.Errorf("the sums are %+v", sums)
	}
	list := views.SiteList{Page: views.Page{Words: views.English}, Any: true, Number: 1, Of: 3, Together: sums, Cards: []views.SiteCard{
		{Domain: "a.example", Pin: 1, Known: true, SiteFigures: one}, {Domain: "b.example", Trouble: "The file is damaged."},
		{Domain: "c.example", Known: true, CanChange: true, SiteFigures: views.SiteFigures{Days: make([]float64, 28)}}}}
	doc := parse(t, draw(t, views.Sites(list)))
	inlineFree(t, doc)
	golden(t, "spark", render(t, class(doc, "spark")[1]))
	cards := class(doc, "site-card")
	for i, want := range []string{
		"a.example 1 " + text(find(cards[0], func(n *html.Node) bool { return n.Data == "strong" })[0]) + " visitors today +4% 50 a week ago by this time 3 now",
		"b.example The file is damaged.", "c.example No visit in the last 28 days. Show the line to pasteSettings"} {
		if got := text(cards[i]); got != want {
			t.Errorf("card %d says %q, want %q", i, got, want)
		}
	}
}
