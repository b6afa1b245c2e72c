package collect

import (
	"net/netip"
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

// rules are the rules of one site.
type rules struct {
	number   string             // like no other's
	from     store.SiteSettings // of which they were made
	excluded *regexp.Regexp
	groups   []group
	networks []netip.Prefix // from which nothing is counted: a setting of the owner's
	keys     []string
	search   string // query key of the site's search; empty: none
	own      bool   // the owner's rules alone; otherwise those about accounts, purchases and messages too
}

// group is pages that count as one.
type group struct {
	name  string // the pattern as the owner wrote it, which stands for their path
	paths *regexp.Regexp
}

// rulesMade counts rules.
var rulesMade atomic.Uint64

// newRules returns the rules of a site's settings.
func newRules(s store.SiteSettings) *rules {
	r := &rules{number: strconv.FormatUint(rulesMade.Add(1), 36), from: s, keys: s.QueryKeys, search: s.SearchKey}
	if len(s.Excluded) > 0 {
		r.excluded = pathsOf(s.Excluded...)
	}
	for _, pattern := range s.Groups {
		if paths := pathsOf(pattern); paths != nil {
			r.groups = append(r.groups, group{pattern, paths})
		}
	}
	for _, text := range s.ExcludedNetworks {
		if network, err := netip.ParsePrefix(text); err == nil { // looked at when it was set
			r.networks = append(r.networks, network)
		}
	}
	return r
}

// pathsOf returns what matches the paths of some patterns, whether or not one ends with a slash; nil where they are too long to be any.
func pathsOf(patterns ...string) *regexp.Regexp {
	each := make([]string, len(patterns))
	for i, pattern := range patterns {
		each[i] = pathExpr(strings.TrimSuffix(pattern, "/"))
	}
	paths, _ := regexp.Compile(`^(?:` + strings.Join(each, "|") + `)/?$`)
	return paths
}

// madeOf reports whether r was made of such settings, as far as rules are made of them.
func (r *rules) madeOf(s *store.SiteSettings) bool {
	is := &r.from
	return is.SearchKey == s.SearchKey && slices.Equal(is.QueryKeys, s.QueryKeys) && slices.Equal(is.Groups, s.Groups) && slices.Equal(is.Excluded, s.Excluded) &&
		slices.Equal(is.ExcludedCountries, s.ExcludedCountries) && slices.Equal(is.ExcludedNetworks, s.ExcludedNetworks)
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
	case !r.own && PathOnly(p.URL.Path):
		return levelCount
	}
	return levelFull
}

// excludes reports whether the owner has excluded a page.
func (r *rules) excludes(p enrich.CleanedPage) bool {
	return r.excluded != nil && (r.excluded.MatchString(p.URL.Path) || r.excluded.MatchString(p.URL.EscapedPath()))
}

// grouped returns the path under which a page is counted that is kept as path, and whether that is a group's.
func (r *rules) grouped(path string) (string, bool) {
	bare, _, _ := strings.Cut(path, "?")
	for _, g := range r.groups {
		if g.paths.MatchString(bare) {
			return g.name, true
		}
	}
	return path, false
}

// rulebook keeps the rules of sites, made anew when an owner changes them.
type rulebook struct {
	mu   sync.Mutex
	made map[string]*rules // by the site's id
}

func (b *rulebook) of(info store.SiteInfo) *rules {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r := b.made[info.ID]; r != nil && r.madeOf(&info.Settings) {
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
