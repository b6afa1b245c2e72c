package gen

import (
	"fmt"
	"strings"

	"sandprint/app/store"
)

// The shop: what it makes, in which colours; the journal: what it writes about. Products and posts of larger data sets
// are further combinations of the same words.
var (
	forms = []string{"Mug", "Breakfast bowl", "Dinner plate", "Teapot", "Vase", "Espresso cup", "Serving dish", "Pitcher",
		"Salt cellar", "Candle holder", "Side plate", "Planter", "Berry colander", "Butter dish", "Honey jar", "Olive tray"}
	glazes = []string{"Tide", "Driftwood", "Dune", "Kelp", "Harbour", "Foam", "Oyster", "Lighthouse", "Pebble", "Storm", "Marram", "Ember"}

	posts = []string{"Why our glazes crack, and why we like it", "A kiln opening in the rain", "How to care for stoneware",
		"Choosing a clay body for the wheel", "Throwing off the hump: a beginner's guide", "The colour of seaweed ash",
		"What a kiln costs to run in winter", "From beach to glaze: sand, shells and salt", "Ten mistakes in your first firing",
		"Cone 6 or cone 10?", "The mug that took two years", "Wood firing with friends on the island", "How we pack pots so they arrive whole",
		"Raku on the shore", "A small glossary of glaze", "Making a teapot that pours", "Centering clay: what nobody tells you",
		"Our studio, room by room", "Salt glaze without the chlorine", "Plates for a restaurant by the harbour"}
	verbs  = []string{"Mixing", "Firing", "Throwing", "Trimming", "Testing", "Photographing", "Repairing", "Drying", "Carving", "Stamping"}
	topics = []string{"celadon", "slipware", "porcelain", "a tall bottle", "handles", "lids", "shino", "terracotta tiles", "sea salt glaze",
		"a set of six", "test tiles", "black stoneware", "nesting bowls", "crackle", "tenmoku", "a moon jar"}
	places = []string{"on a Sunday", "in winter", "by the sea", "for beginners", "with children", "without a wheel", "in a small kiln", "again", "step by step", "the slow way"}
)

// pagesOf returns the pages of the site: about 130, or o.Paths of them.
func pagesOf(o Options) []page {
	pages := []page{
		{kind: home, page: store.Page{Path: "/", Title: "Kiln & Sea: stoneware from the coast"}, events: []happening{signup("footer", 0.012), search(0.02)}},
		{kind: shop, page: store.Page{Path: "/shop/", Title: "Shop"}, events: []happening{search(0.07)}},
		{kind: journal, page: store.Page{Path: "/journal/", Title: "Journal"}, events: []happening{signup("journal", 0.02)}},
		{kind: about, page: store.Page{Path: "/about/", Title: "About the studio"}, events: outbound},
		{kind: about, page: store.Page{Path: "/shipping/", Title: "Shipping and returns"}, events: []happening{{name: "Form: Submission", chance: 0.05, props: []string{`{"path":"/shipping/"}`}}}},
		{kind: about, page: store.Page{Path: "/stockists/", Title: "Where to find us"}, events: outbound},
		{kind: workshops, page: store.Page{Path: "/workshops/", Title: "Workshops"}, events: booking(0.03)},
		{kind: workshops, page: store.Page{Path: "/workshops/wheel-weekend/", Title: "A weekend at the wheel"}, events: booking(0.055)},
		{kind: workshops, page: store.Page{Path: "/workshops/glaze-day/", Title: "Glaze day"}, events: booking(0.04)},
		{kind: basket, page: store.Page{Path: "/basket/", Title: "Your basket"}},
		{kind: thanks, page: store.Page{Path: "/thank-you/", Title: "Thank you"}, events: []happening{purchase}},
	}
	for _, f := range forms[:8] {
		pages = append(pages, page{kind: shop, page: store.Page{Path: "/shop/" + slug(f) + "s/", Title: f + "s"}})
	}
	size := o.Paths
	if size == 0 {
		size = 130
	}
	left := max(size-len(pages), 40)
	for i := range left * 55 / 100 {
		pages = append(pages, productPage(i))
	}
	for i := range left - left*55/100 {
		pages = append(pages, postPage(i))
	}
	if last := &pages[len(pages)-1]; o.Paths == 0 { // a link to what is no more
		*last = page{kind: post, page: store.Page{Path: "/journal/kiln-diary/", Title: "Page not found"}, events: []happening{{name: "404", chance: 1, props: []string{`{"path":"/journal/kiln-diary/"}`}}}}
	}
	return pages
}

func productPage(i int) page {
	name := glazes[i*5%len(glazes)] + " " + strings.ToLower(forms[(i+i/len(glazes))%len(forms)])
	if round := i / (len(glazes) * len(forms)); round > 0 {
		name += fmt.Sprintf(" no. %d", round+1)
	}
	return page{kind: product, page: store.Page{Path: "/shop/" + slug(name) + "/", Title: name}, events: []happening{
		{name: "Add to basket", chance: 0.085, props: []string{`{"product":"` + name + `"}`}}}}
}

func postPage(i int) page {
	title := ""
	if i < len(posts) {
		title = posts[i]
	} else {
		i -= len(posts)
		title = verbs[i%len(verbs)] + " " + topics[i/len(verbs)%len(topics)] + ", " + places[(i+i/(len(verbs)*len(topics)))%len(places)]
	}
	events := []happening{signup("post", 0.014)}
	if i%4 == 2 {
		events = append(events, happening{name: "File Download", chance: 0.05, props: []string{
			`{"url":"` + Domain + `/files/glaze-recipes.pdf"}`, `{"url":"` + Domain + `/files/firing-log.pdf"}`}})
	}
	return page{kind: post, page: store.Page{Path: "/journal/" + slug(title) + "/", Title: title}, events: events}
}

// slug makes a path of a title.
func slug(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '\'' })
	return strings.ReplaceAll(strings.Join(words, "-"), "'", "")
}

var (
	purchase = happening{name: "Purchase", chance: 0.9, price: 5400, props: []string{
		`{"items":"1","shipping":"standard"}`, `{"items":"1","shipping":"standard"}`, `{"items":"2","shipping":"standard"}`,
		`{"items":"3","shipping":"standard"}`, `{"items":"1","shipping":"express"}`, `{"items":"2","shipping":"pick-up"}`}}
	outbound = []happening{{name: "Outbound Link: Click", chance: 0.06, props: []string{`{"url":"instagram.com/kilnandsea"}`, `{"url":"openstreetmap.org/way/26"}`, `{"url":"etsy.com/shop/kilnandsea"}`}}}
)

func signup(where string, chance float64) happening {
	return happening{name: "Newsletter signup", chance: chance, props: []string{`{"place":"` + where + `"}`}}
}

// search is the site's own search, as its visitors use it.
func search(chance float64) happening {
	return happening{name: "Search", chance: chance, props: []string{`{"term":"teapot"}`, `{"term":"teapot"}`, `{"term":"blue mug"}`,
		`{"term":"gift card"}`, `{"term":"seconds"}`, `{"term":"opening hours"}`, `{"term":"butter dish"}`}}
}

func booking(chance float64) []happening {
	return []happening{{name: "Workshop booking", chance: chance, price: 14500, props: []string{`{"seats":"1"}`, `{"seats":"1"}`, `{"seats":"2"}`}}}
}

// What visitors of a source look for, as weights of the kinds of page they enter by.
var (
	reading   = newUrn(8, 2, 4, 6, 78, 1, 1, 0, 0)
	searching = newUrn(24, 7, 19, 3, 38, 3, 6, 0, 0)
	byName    = newUrn(56, 12, 12, 6, 6, 3, 4, 1, 0)
	buying    = newUrn(10, 26, 58, 0, 2, 0, 4, 0, 0)
	learning  = newUrn(6, 0, 0, 0, 14, 4, 76, 0, 0)
)

// sourcesOf returns where visits come from.
func sourcesOf(o Options) []source {
	all := []source{
		{weight: 270, bounce: 0.40, entries: byName}, // no referrer: typed, a bookmark, an app
		{referrer: "https://www.google.com/", weight: 255, bounce: 0.46, entries: searching},
		{referrer: "https://duckduckgo.com/", weight: 34, bounce: 0.45, entries: searching},
		{referrer: "https://www.bing.com/", weight: 30, bounce: 0.47, entries: searching},
		{referrer: "https://www.ecosia.org/", weight: 17, bounce: 0.44, entries: searching},
		{referrer: "https://search.brave.com/", weight: 8, bounce: 0.45, entries: searching},
		{referrer: "https://www.qwant.com/", weight: 4, bounce: 0.45, entries: searching},
		{referrer: "https://chatgpt.com/", weight: 16, bounce: 0.42, entries: reading},
		{referrer: "https://www.perplexity.ai/", weight: 6, bounce: 0.42, entries: reading},
		{referrer: "https://claude.ai/", weight: 5, bounce: 0.41, entries: reading},
		{referrer: "https://l.instagram.com/", weight: 62, launch: 420, bounce: 0.55, entries: byName},
		{referrer: "https://www.pinterest.com/", weight: 48, bounce: 0.60, entries: buying},
		{referrer: "https://m.facebook.com/", weight: 24, launch: 60, bounce: 0.58, entries: byName},
		{referrer: "https://www.reddit.com/", weight: 22, launch: 180, bounce: 0.57, entries: reading},
		{referrer: "https://www.youtube.com/", weight: 16, bounce: 0.50, entries: learning},
		{referrer: "https://news.ycombinator.com/", weight: 2, launch: 700, bounce: 0.63, entries: reading},
		{referrer: "https://bsky.app/", weight: 7, launch: 60, bounce: 0.52, entries: reading},
		{referrer: "https://mastodon.social/", weight: 6, launch: 50, bounce: 0.50, entries: reading},
		{referrer: "https://de.wikipedia.org/", weight: 5, bounce: 0.55, entries: reading},
		{query: "utm_source=newsletter&utm_medium=email&utm_campaign=monthly-letter", weight: 52, launch: 240, bounce: 0.33, entries: byName},
		{query: "utm_source=newsletter&utm_medium=email&utm_campaign=tide-launch&utm_content=hero", launch: 520, bounce: 0.30, entries: buying},
		{query: "utm_source=newsletter&utm_medium=email&utm_campaign=winter-gifts", weight: 60, from: 0.02, to: 0.085, bounce: 0.31, entries: buying},
		{referrer: "https://www.google.com/", query: "utm_source=google&utm_medium=cpc&utm_campaign=stoneware-gifts&utm_term=handmade+mug", weight: 58, from: 0, to: 0.1, bounce: 0.49, entries: buying},
		{referrer: "https://www.google.com/", query: "utm_source=google&utm_medium=cpc&utm_campaign=autumn-table&utm_term=stoneware+plates", weight: 62, from: 0.78, to: 1, bounce: 0.49, entries: buying},
		{referrer: "https://l.instagram.com/", query: "utm_source=instagram&utm_medium=paid_social&utm_campaign=spring-glazes", weight: 60, from: 0.3, to: 0.42, bounce: 0.58, entries: buying},
		{referrer: "https://www.pinterest.com/", query: "utm_source=pinterest&utm_medium=paid_social&utm_campaign=autumn-table", weight: 32, from: 0.8, to: 1, bounce: 0.6, entries: buying},
		{query: "utm_source=potters-guild&utm_medium=referral&utm_campaign=summer-workshops", weight: 34, from: 0.42, to: 0.66, bounce: 0.36, entries: learning},
	}
	for i, host := range hosts(o.Hosts) {
		all = append(all, source{referrer: "https://" + host, weight: 120 / (float64(i) + 4), bounce: 0.48, entries: reading})
	}
	return all
}

// hosts returns n further referring hosts (a dozen when n is 0), each with a path.
func hosts(n int) []string {
	known := []string{"clay-and-cone.example/links", "slowcraft.example/2026/makers", "northseatable.example/ceramics", "potters-forum.example/thread/glaze-cracks",
		"island-markets.example/stalls", "designweek.example/picks", "teablog.example/teapots-that-pour", "handmade-directory.example/stoneware",
		"kitchenletters.example/issue-41", "studio-visits.example/coast", "giftnotes.example/under-50", "wheelthrown.example/resources"}
	if n == 0 {
		return known
	}
	for i := len(known); i < n; i++ {
		known = append(known, fmt.Sprintf("%s-%s.example/%d", slug(topics[i%len(topics)]), slug(glazes[i/len(topics)%len(glazes)]), i))
	}
	return known[:n]
}
