package account

import (
	"net/netip"
	"slices"
	"strings"

	"sandprint/app/problem"
)

// ruleList is one of the lists of rules: its field, what one of its texts is called, and what makes the form of one in which it is kept.
type ruleList struct {
	field, what string
	texts       *[]string
	check       func(text string) (string, error)
}

// rulesOf returns the lists of rules in some settings of a site.
func rulesOf(set *SiteSettings, domain string) []ruleList {
	hosts := append([]string{domain}, set.Hosts...)
	pattern := func(field, code string) func(string) (string, error) {
		return func(text string) (string, error) { return pathPattern(field, code, text, hosts) }
	}
	return []ruleList{
		{"groups", "group of pages", &set.Groups, pattern("groups", "bad_group")},
		{"excluded", "path pattern", &set.Excluded, pattern("excluded", "bad_pattern")},
		{"query_keys", "query key", &set.QueryKeys, queryKey},
		{"excluded_countries", "country", &set.ExcludedCountries, countryCode},
		{"excluded_networks", "network", &set.ExcludedNetworks, network},
	}
}

// maxMistakes is how many mistakes are named of one list.
const maxMistakes = 10

// CheckRules returns all that is wrong with the rules about what is counted, by field; without a mistake it has brought them into the form in
// which they are kept.
func CheckRules(set *SiteSettings, domain string) (mistakes []*problem.Error) {
	for _, l := range rulesOf(set, domain) {
		made, wrong := l.made()
		mistakes = append(mistakes, wrong...)
		if len(wrong) == 0 {
			*l.texts = made
		}
	}
	return mistakes
}

// made returns the texts of a list as they are kept, each once, and what is wrong with those that can't be.
func (l ruleList) made() (list []string, mistakes []*problem.Error) {
	if len(*l.texts) > maxList {
		return nil, []*problem.Error{problem.Of(tooLong(l.field, l.what))}
	}
	for _, text := range *l.texts {
		text = strings.TrimSpace(text)
		err := checkText(l.field, l.what, text, 500)
		if err == nil && text == "" {
			err = problem.BadField(l.field, "empty", "A "+l.what+" is empty.").WithHint("Fill it in or take it out.")
		}
		if err == nil {
			text, err = l.check(text)
		}
		switch {
		case err == nil && !slices.Contains(list, text):
			list = append(list, text)
		case err != nil && len(mistakes) < maxMistakes:
			mistakes = append(mistakes, problem.Of(err))
		}
	}
	return list, mistakes
}

// checkRules is CheckRules for the rules that are others than they were, so that what was allowed once stops nothing else. It returns the first mistake.
func checkRules(set *SiteSettings, was SiteSettings, domain string) error {
	before := rulesOf(&was, domain)
	for i, l := range rulesOf(set, domain) {
		if slices.Equal(*l.texts, *before[i].texts) {
			continue
		}
		made, mistakes := l.made()
		if len(mistakes) > 0 {
			return mistakes[0]
		}
		*l.texts = made
	}
	return nil
}

// pathPattern returns a pattern of paths; of the address of a page of the site, its path.
func pathPattern(field, code, text string, hosts []string) (string, error) {
	if host, path, ok := cutAddress(text); ok {
		if !slices.ContainsFunc(hosts, func(own string) bool { return host == own || strings.HasSuffix(host, "."+own) }) {
			return "", problem.BadField(field, code, quote(text)+" is on another site.").WithHint("Write a path of this one, as /admin/**.")
		}
		return path, nil
	}
	if text[0] != '/' && text[0] != '*' || strings.ContainsAny(text, "?#") {
		return "", problem.BadField(field, code, quote(text)+" is no pattern of paths.").WithHint("Write it as /order/* or /archive/**, without a query.")
	}
	return text, nil
}

// cutAddress returns the host of a web page's address, without a port, and its path. It is no address where it has no scheme.
func cutAddress(text string) (host, path string, ok bool) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || !strings.EqualFold(scheme, "https") && !strings.EqualFold(scheme, "http") {
		return "", "", false
	}
	host, path, _ = strings.Cut(rest, "/")
	if end := strings.IndexAny(path, "?#"); end >= 0 {
		path = path[:end]
	}
	host, _, _ = strings.Cut(host, ":")
	return strings.TrimPrefix(strings.ToLower(host), "www."), "/" + path, true
}

// queryKey returns the name of a query's key.
func queryKey(text string) (string, error) {
	if strings.ContainsAny(text, " \t&=?#/*") {
		return "", problem.BadField("query_keys", "bad_query_key", quote(text)+" can't be a query key.").WithHint("Of an address such as /list?sort=price it is sort.")
	}
	return text, nil
}

// personal are the words in names of query keys that mostly say of whom a page is.
var personal = []string{"email", "mail", "name", "firstname", "lastname", "surname", "fullname", "username", "nickname", "nick", "user", "userid", "uid", "login", "account",
	"customer", "phone", "telephone", "tel", "mobile", "fax", "address", "street", "birthday", "birthdate", "dob", "iban", "ssn", "token", "session", "sessionid", "sid",
	"password", "passwd", "pass", "pwd", "secret", "auth", "vorname", "nachname", "benutzer", "kunde", "telefon", "anschrift"}

// PersonalKeys returns those of some query keys whose values are likely of a person, by their names.
func PersonalKeys(keys []string) (list []string) {
	for _, key := range keys {
		words := strings.FieldsFunc(strings.ToLower(strings.ReplaceAll(key, "e-mail", "email")), func(r rune) bool { return r < 'a' || r > 'z' })
		if slices.ContainsFunc(words, func(word string) bool { return slices.Contains(personal, word) }) {
			list = append(list, key)
		}
	}
	return list
}

// countryCode returns the code of a country as visits have it.
func countryCode(text string) (string, error) {
	code := strings.ToUpper(text)
	if len(code) != 2 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", problem.BadField("excluded_countries", "bad_country", quote(text)+" is no code of a country.").
			WithHint("It has two letters, such as DE or US (ISO 3166-1).")
	}
	return code, nil
}

// How fine a network may be that is kept: never a single address, nor a household.
const (
	finest4 = 24
	finest6 = 48
)

// network returns a network as it is kept: cut to /24 or /48 where it is finer, or a single address.
func network(text string) (string, error) {
	bad := func(hint string) error {
		return problem.BadField("excluded_networks", "bad_network", quote(text)+" is no network that can be left out.").WithHint(hint)
	}
	const how = "It looks like 203.0.113.0/24 or 2001:db8:85a3::/48."
	p, err := netip.ParsePrefix(text)
	if err != nil {
		addr, err := netip.ParseAddr(text)
		if err != nil {
			return "", bad(how)
		}
		addr = addr.Unmap().WithZone("")
		p = netip.PrefixFrom(addr, addr.BitLen())
	}
	if p.Addr().Is4In6() {
		return "", bad("Write an IPv4 network as such: 203.0.113.0/24.")
	}
	if p.Bits() == 0 {
		return "", bad("It has everybody in it.")
	}
	finest := finest6
	if p.Addr().Is4() {
		finest = finest4
	}
	return netip.PrefixFrom(p.Addr(), min(p.Bits(), finest)).Masked().String(), nil
}
