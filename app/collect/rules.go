package collect

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"sandprint/app/enrich"
	"sandprint/app/store"
)

// level is how much of a page may be counted.
type level uint8

const (
	levelNone  level = iota // nothing
	levelCount              // its path: no title, query or events
	levelFull
)

// countPaths matches paths that are about an account, a purchase or a message.
var countPaths = regexp.MustCompile(`(?i)` + countRule)

// rules are the page rules of one site.
type rules struct {
	number   string   // like no other's
	patterns []string // of which excluded was made
	excluded *regexp.Regexp
	keys     []string
	search   string // query key of the site's search; empty: none
	own      bool   // the owner's rules alone; otherwise those about accounts, purchases and messages too
}

// rulesMade counts rules.
var rulesMade atomic.Uint64

// newRules returns the rules of a site's settings.
func newRules(s store.SiteSettings) *rules {
	r := &rules{number: strconv.FormatUint(rulesMade.Add(1), 36), patterns: s.Excluded, keys: s.QueryKeys, search: s.SearchKey}
	if len(s.Excluded) == 0 {
		return r
	}
	each := make([]string, len(s.Excluded))
	for i, pattern := range s.Excluded {
		each[i] = pathExpr(pattern)
	}
	r.excluded, _ = regexp.Compile(`^(?:` + strings.Join(each, "|") + `)$`) // fails only on a pattern too long to be one
	return r
}

// pathExpr translates a path pattern: * is anything within a level, ** anything.
func pathExpr(pattern string) string {
	var expr strings.Builder
	for i, part := range strings.Split(pattern, "**") {
		if i > 0 {
			expr.WriteString(".*")
		}
		for j, text := range strings.Split(part, "*") {
			if j > 0 {
				expr.WriteString("[^/]*")
			}
			expr.WriteString(regexp.QuoteMeta(text))
		}
	}
	return expr.String()
}

// of returns how much of a page may be counted. It looks at the path as it came, not as it is kept.
func (r *rules) of(p enrich.CleanedPage) level {
	switch {
	case r.excludes(p):
		return levelNone
	case !r.own && countPaths.MatchString(p.URL.Path):
		return levelCount
	}
	return levelFull
}

// excludes reports whether the owner has excluded a page.
func (r *rules) excludes(p enrich.CleanedPage) bool {
	return r.excluded != nil && (r.excluded.MatchString(p.URL.Path) || r.excluded.MatchString(p.URL.EscapedPath()))
}

// rulebook keeps the rules of sites, made anew when an owner changes them.
type rulebook struct {
	mu   sync.Mutex
	made map[string]*rules // by the site's id
}

func (b *rulebook) of(info store.SiteInfo) *rules {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r := b.made[info.ID]; r != nil && slices.Equal(r.patterns, info.Settings.Excluded) && slices.Equal(r.keys, info.Settings.QueryKeys) && r.search == info.Settings.SearchKey {
		return r
	}
	if b.made == nil || len(b.made) >= maxScripts {
		b.made = map[string]*rules{}
	}
	r := newRules(info.Settings)
	b.made[info.ID] = r
	return r
}

// belongs reports whether a site counts the pages of a host (lower case, without "www." and port).
func belongs(info store.SiteInfo, host string) bool {
	if isLocal(host) && host != info.Domain {
		return info.Settings.Localhost
	}
	return isOrUnder(host, info.Domain) || slices.ContainsFunc(info.Settings.Hosts, func(own string) bool { return isOrUnder(host, own) })
}

// isOrUnder reports whether a host is a domain or one of its sub-domains.
func isOrUnder(host, domain string) bool {
	under, ok := strings.CutSuffix(host, domain)
	return ok && (under == "" || under[len(under)-1] == '.')
}

// isLocal reports whether a host is the machine of whoever looks at the page.
func isLocal(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasPrefix(host, "127.") || host == "::1"
}
