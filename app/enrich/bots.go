package enrich

import "strings"

// botWords are what programs call themselves or what they leave in their agents: an address where one may read about them,
// the library they are made with, the work they do. All lower case. Words that apps and phones have in their names as well
// ("news", "reader", "search", "client", "grab") are not among them: a crawler counted is a smaller fault than a reader lost.
var botWords = []string{
	"bot", "crawl", "spider", "http", "www.", "@", ".com", ".org/", ".org)", ".io/",
	"headless", "phantomjs", "playwright", "puppeteer", "selenium", "webdriver", "cypress/", " splash ",
	"scrap", "slurp", "fetch", "preview", "monitor", "lighthouse", "check", "scan", "archiv", "valid",
	"python", "java/", "(java)", "curl", "wget", "axios", "libwww", "httrack", "ruby/", "perl/", "php/", "library",
	"synthetic", "pingdom", "uptime", "uptimia", "gtmetrix", "ptst/", "hotjar", "rigor)", "ghost inspector", "datanyze",
	"google-", "-google", "google favicon", "googleimageproxy", "mediapartners",
	"facebookexternal", "meta-external", "outbrain", "embedly", "whatsapp/",
	"sitemap", "audit", "optimizer", "inspect", "verif", "survey", "openvas", "zgrab", "masscan", "nikto", "sqlmap",
	"securityheaders", "hardenize", "vulnerab", "probe", "capture", "screenshot", "thumb",
	"siteimprove", "silktide", "marketgoo", "dareboost", "linktiger", "miniature",
	"feedfetch", "subscriber", "transcoder", "-user/", "research", "indexer", "extract", "harvest", "sniff", "appinsights",
}

// notBots are what people's browsers say that would look like one of botWords: phones of the maker Cubot, the way Ecosia writes
// its version.
var notBots = strings.NewReplacer("cubot", "", "ecosia android@", "", "ecosia ios@", "")

// beginnings are how browsers begin, without exception but for two old ones for small phones.
var beginnings = []string{"mozilla/", "opera/", "ucweb/"}

func isBot(ua string, h Hints) bool {
	if _, named := h.brand("HeadlessChrome"); named {
		return true
	}
	lower := strings.ToLower(ua)
	begins := false
	for _, b := range beginnings {
		begins = begins || strings.HasPrefix(lower, b)
	}
	// Browsers say where they run right after the beginning; "compatible" is what Internet Explorer said, and programs say
	// to this day. A single word, "Mozilla/5.0", is nobody's browser.
	if !begins || !strings.Contains(lower, "(") ||
		strings.Contains(lower, "compatible") && !strings.Contains(lower, "msie") && !strings.Contains(lower, "konqueror") {
		return true
	}
	lower = notBots.Replace(lower)
	for _, word := range botWords {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}
