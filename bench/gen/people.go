package gen

import (
	"sandprint/app/enrich"
	"sandprint/app/store"
)

// person is what a visitor's number alone decides. Nothing of it is kept: it is worked out anew at each visit.
type person struct {
	place  *place
	agent  *agent
	screen *screen
	quiet  bool // counted without a cookie: a new number every day
}

type place struct {
	place    store.Place
	language string
	ahead    int // hours ahead of UTC
}

type agent struct {
	text  string // as the browser would send it
	agent store.Agent
}

type screen struct {
	width, height int
	class         string
}

// crowd holds the tables that people are drawn from.
type crowd struct {
	seed     uint64
	places   []place
	placeUrn urn
	agents   []agent
	agentUrn urn
}

// countries are ISO codes with weight, usual language, hours ahead of UTC, and the regions (code, city, weight) that
// some of their visitors are placed in.
var countries = []struct {
	code, language string
	weight         float64
	ahead          int
	regions        []region
}{
	{"DE", "de", 300, 1, []region{{"DE-BE", "Berlin", 22}, {"DE-BY", "Munich", 18}, {"DE-HH", "Hamburg", 15}, {"DE-NW", "Cologne", 14},
		{"DE-SN", "Leipzig", 9}, {"DE-HE", "Frankfurt am Main", 9}, {"DE-BW", "Stuttgart", 8}, {"DE-SH", "Kiel", 6}, {"DE-MV", "Rostock", 4}}},
	{"GB", "en-GB", 130, 0, []region{{"GB-ENG", "London", 30}, {"GB-SCT", "Edinburgh", 10}, {"GB-ENG", "Bristol", 9}, {"GB-WLS", "Cardiff", 4}}},
	{"US", "en-US", 170, -6, []region{{"US-CA", "San Francisco", 12}, {"US-NY", "New York", 14}, {"US-OR", "Portland", 9}, {"US-WA", "Seattle", 8},
		{"US-TX", "Austin", 7}, {"US-MA", "Boston", 6}, {"US-NC", "Asheville", 5}}},
	{"AT", "de-AT", 62, 1, []region{{"AT-9", "Vienna", 12}, {"AT-6", "Graz", 4}}},
	{"CH", "de-CH", 54, 1, []region{{"CH-ZH", "Zurich", 10}, {"CH-BE", "Bern", 5}}},
	{"NL", "nl", 48, 1, []region{{"NL-NH", "Amsterdam", 8}, {"NL-ZH", "Rotterdam", 4}}},
	{"FR", "fr", 46, 1, []region{{"FR-IDF", "Paris", 10}, {"FR-BRE", "Brest", 4}}},
	{"DK", "da", 38, 1, []region{{"DK-84", "Copenhagen", 8}}},
	{"SE", "sv", 26, 1, nil}, {"NO", "nb", 20, 1, nil}, {"FI", "fi", 12, 2, nil}, {"BE", "nl-BE", 18, 1, nil},
	{"IE", "en-IE", 16, 0, nil}, {"ES", "es", 19, 1, nil}, {"IT", "it", 19, 1, nil}, {"PT", "pt-PT", 12, 0, nil},
	{"PL", "pl", 17, 1, nil}, {"CZ", "cs", 9, 1, nil}, {"CA", "en-CA", 30, -6, nil}, {"AU", "en-AU", 22, 10, nil},
	{"NZ", "en-NZ", 8, 12, nil}, {"JP", "ja", 15, 9, nil}, {"KR", "ko", 5, 9, nil}, {"BR", "pt-BR", 9, -3, nil},
	{"MX", "es-MX", 5, -6, nil}, {"IN", "en-IN", 13, 5, nil}, {"ZA", "en-ZA", 4, 2, nil}, {"GR", "el", 5, 2, nil},
	{"EE", "et", 3, 2, nil}, {"HU", "hu", 4, 1, nil}, {"RO", "ro", 4, 2, nil}, {"TR", "tr", 5, 3, nil},
	{"AR", "es-AR", 3, -3, nil}, {"SG", "en-SG", 4, 8, nil}, {"TW", "zh-TW", 4, 8, nil}, {"IS", "is", 2, 0, nil},
}

type region struct {
	code, city string
	weight     float64
}

// browsers are agents as sent, with their weights.
var browsers = []struct {
	text   string
	weight float64
}{
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1", 150},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1", 90},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.7 Mobile/15E148 Safari/604.1", 24},
	{"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36", 150},
	{"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36", 40},
	{"Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", 34},
	{"Mozilla/5.0 (Android 15; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0", 18},
	{"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36", 16},
	{"Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.7 Mobile/15E148 Safari/604.1", 22},
	{"Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36", 9},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", 125},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36", 30},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", 58},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0", 62},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", 14},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15", 62},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15", 26},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", 46},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0", 18},
	{"Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", 17},
	{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", 9},
	{"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36", 5},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 OPR/125.0.0.0", 8},
}

// screens are viewports by device class.
var screens = map[string][]screen{
	"phone":   {{width: 390, height: 844}, {width: 393, height: 852}, {width: 412, height: 915}, {width: 360, height: 780}, {width: 430, height: 932}, {width: 375, height: 667}},
	"tablet":  {{width: 820, height: 1180}, {width: 768, height: 1024}, {width: 1024, height: 1366}, {width: 800, height: 1280}},
	"desktop": {{width: 1920, height: 969}, {width: 1440, height: 789}, {width: 1536, height: 730}, {width: 1280, height: 665}, {width: 2560, height: 1305}, {width: 1728, height: 998}},
}

func newCrowd(seed uint64) *crowd {
	c := &crowd{seed: mix(seed ^ 0xc0de)}
	var weights []float64
	add := func(p store.Place, language string, ahead int, weight float64) {
		c.places = append(c.places, place{p, enrich.Language(language), ahead})
		weights = append(weights, weight)
	}
	for _, x := range countries {
		rest := x.weight
		for _, r := range x.regions {
			part := x.weight * r.weight / 150
			add(store.Place{Country: x.code, Region: r.code, City: r.city}, x.language, x.ahead, part)
			rest -= part
		}
		add(store.Place{Country: x.code}, x.language, x.ahead, rest)
	}
	c.placeUrn, weights = newUrn(weights...), nil
	for _, b := range browsers {
		c.agents = append(c.agents, agent{b.text, store.Agent(enrich.ParseAgent(b.text, enrich.Hints{}))})
		weights = append(weights, b.weight)
	}
	c.agentUrn = newUrn(weights...)
	for _, class := range screens {
		for i := range class {
			class[i].class = enrich.Screen(class[i].width)
		}
	}
	return c
}

// person returns who has the number n.
func (c *crowd) person(n uint64) person {
	d := dice(mix(c.seed ^ n*0x9e3779b97f4a7c15))
	p := person{place: &c.places[c.placeUrn.pick(&d)], agent: &c.agents[c.agentUrn.pick(&d)]}
	class, ok := screens[p.agent.agent.Device]
	if !ok {
		class = screens["desktop"]
	}
	p.screen = &class[min(d.below(len(class)), d.below(len(class)))]
	p.quiet = d.chance(0.13)
	return p
}

// key returns the keyed number of visitor n on a day (days since 1970): the same every day, or a new one for the quiet.
func (c *crowd) key(n uint64, p *person, date int64) uint64 {
	if p.quiet {
		return mix(c.seed + n ^ mix(uint64(date)))
	}
	return mix(c.seed + n)
}
