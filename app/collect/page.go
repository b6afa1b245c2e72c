package collect

import (
	"regexp"
	"strings"

	"sandprint/app/enrich"
	"sandprint/app/store"
)

// seenPage is what a site's rules leave of a page.
type seenPage struct {
	store.Page        // its title and query at levelFull only
	search     string // what was searched for on the site, as properties of an event; empty: nothing
	level      level
	fault      string // why it is no page, as a sentence; empty: it is one

	scrubbedPath, scrubbedTitle bool // something was taken out of its address, or of its title
}

// Pages come again and again, with their titles and origins: what may be kept of those that were seen lately is not worked out anew. What
// they are known by is a hash, and what is remembered of them is what is stored anyway.
var (
	pages   = enrich.NewMemory[seenPage](2048)
	origins = enrich.NewMemory[seenOrigin](2048)
)

// maxRemembered is how many bytes of text may be remembered of one page or origin, so that all of them take 5 MB at most.
const maxRemembered = 512

// page returns what the rules leave of a page that has a title.
func (r *rules) page(raw, title string) seenPage {
	key := pages.Key(r.number, raw, title)
	p, ok := pages.Get(key)
	if !ok {
		if p = r.look(raw, title); len(p.Host)+len(p.Path)+len(p.Title)+len(p.search) <= maxRemembered {
			p.Page = store.Page{Host: strings.Clone(p.Host), Path: strings.Clone(p.Path), Title: strings.Clone(p.Title)}
			pages.Put(key, p)
		}
	}
	return p
}

// maxTitle is how many characters of a title are kept.
const maxTitle = 300

// namesSomebody finds pages whose address named a person: their titles do too, as words that nothing else gives away.
var namesSomebody = regexp.MustCompile(`[/=]:(user|name|email|phone|natid|addr)\b`)

func (r *rules) look(raw, title string) seenPage {
	clean, err := enrich.CleanPage(raw, r.kept())
	if err != nil {
		return seenPage{fault: err.Error()}
	}
	p := seenPage{Page: store.Page{Host: clean.Host, Path: clean.Path}, level: r.of(clean), scrubbedPath: enrich.Scrubbed(raw, clean.Path)}
	if p.level == levelFull {
		p.search = searchProps(enrich.SearchTerm(clean.URL, r.search))
		p.Title = cutRunes(strings.TrimSpace(enrich.ScrubText(cutRunes(title, 2*maxTitle))), maxTitle)
		p.scrubbedTitle = enrich.Scrubbed(title, p.Title)
		if namesSomebody.MatchString(p.Path) {
			p.Title = ""
		}
	} else {
		p.Path, _, _ = strings.Cut(clean.Path, "?")
	}
	if group, is := r.grouped(p.Path); is {
		p.Path, p.Title = group, "" // one page has not as many titles as it stands for
	}
	return p
}

// seenOrigin is where a visit came from.
type seenOrigin struct {
	store.Origin
	spam bool

	scrubbedTags, scrubbedReferrer bool // something was taken out of the page's campaign tags, or of the referrer
}

// originOf returns where a visit came from that began on a page (raw, as it came) by a referrer.
func (p *seenPage) originOf(raw, referrer string) seenOrigin {
	query := ""
	if p.level == levelFull {
		raw, _, _ = strings.Cut(raw, "#")
		_, query, _ = strings.Cut(raw, "?")
	}
	key := origins.Key(p.Host, query, referrer)
	o, ok := origins.Get(key)
	if !ok {
		traced, spam := enrich.Trace(p.Host, query, referrer)
		o = seenOrigin{Origin: store.Origin(traced), spam: spam, scrubbedReferrer: enrich.Scrubbed(referrer, traced.Referrer)}
		o.scrubbedTags = enrich.Scrubbed(query, strings.Join([]string{o.UTMSource, o.UTMMedium, o.UTMCampaign, o.UTMContent, o.UTMTerm}, " "))
		size := 0
		texts := []*string{&o.Source, &o.Channel, &o.Referrer, &o.UTMSource, &o.UTMMedium, &o.UTMCampaign, &o.UTMContent, &o.UTMTerm}
		for _, text := range texts {
			size += len(*text)
		}
		if size <= maxRemembered {
			for _, text := range texts {
				*text = strings.Clone(*text) // not a part of the request
			}
			origins.Put(key, o)
		}
	}
	return o
}
