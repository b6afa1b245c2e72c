package account

import (
	"net/netip"
	"slices"
	"strings"

	"sandprint/app/problem"
)

// checkRules refuses rules about what is counted that can mean nothing, and brings the others into the form that they are
// kept in.
func checkRules(set *SiteSettings) error {
	for _, pattern := range set.Groups {
		if pattern[0] != '/' && pattern[0] != '*' || strings.ContainsAny(pattern, "?#") {
			return problem.BadField("groups", "bad_group", quote(pattern)+" is no pattern of paths.").
				WithHint("Write it as /order/* or /archive/**, without a query.")
		}
	}
	countries, err := each(set.ExcludedCountries, countryCode)
	if err != nil {
		return err
	}
	networks, err := each(set.ExcludedNetworks, network)
	if err != nil {
		return err
	}
	set.ExcludedCountries, set.ExcludedNetworks = countries, networks
	return nil
}

// each returns what f makes of texts, each once.
func each(texts []string, f func(string) (string, error)) (list []string, err error) {
	for _, text := range texts {
		made, err := f(text)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(list, made) {
			list = append(list, made)
		}
	}
	return list, nil
}

// countryCode returns the code of a country as visits have it.
func countryCode(text string) (string, error) {
	code := strings.ToUpper(strings.TrimSpace(text))
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
	text = strings.TrimSpace(text)
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
