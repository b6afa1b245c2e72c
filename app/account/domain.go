package account

import (
	"net/netip"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"sandprint/app/problem"
)

// hostNames turns international names into their ASCII form (UTS 46) and refuses what no browser would look up.
var hostNames = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// checkDomain returns the name under which a site is kept: lower case, in ASCII (an international name as xn--…, so that
// one which looks like another shows it), without scheme, port, path and "www.". It says what is wrong with what can't be one.
func checkDomain(text string) (string, error) {
	host := strings.TrimSpace(text)
	bad := func(message, hint string) (string, error) {
		return "", problem.BadField("domain", "bad_domain", message).WithHint(hint)
	}
	if host == "" {
		return bad("The domain is missing.", "It looks like example.com.")
	}
	if len(host) > 2000 || !utf8.ValidString(host) {
		return bad("This is not a domain.", "It looks like example.com.")
	}
	if strings.Contains(host, "@") {
		return bad(quote(host)+" is an e-mail address or has a user name in it.", "A domain looks like example.com.")
	}
	if !strings.Contains(host, "://") {
		host = "https://" + strings.TrimPrefix(host, "//")
	}
	u, err := url.Parse(host)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return bad(quote(text)+" is not the address of a website.", "A domain looks like example.com.")
	}
	host = strings.TrimSuffix(u.Hostname(), ".")
	if addr, err := netip.ParseAddr(host); err == nil {
		if !addr.Is4() {
			return bad(quote(text)+" is an IPv6 address.", "Give the website a name and use that.")
		}
		return host, nil
	}
	name, err := hostNames.ToASCII(host)
	if err != nil {
		return bad(quote(host)+" has a character, or a length, that no domain has.", "A domain has letters, digits and hyphens between dots, as in example.com.")
	}
	if bare, ok := strings.CutPrefix(name, "www."); ok && strings.Contains(bare, ".") {
		name = bare
	}
	if !strings.Contains(name, ".") && name != "localhost" {
		return bad(quote(host)+" has no dot and so is not a whole domain.", "It looks like example.com.")
	}
	if last := name[strings.LastIndexByte(name, '.')+1:]; strings.Trim(last, "0123456789") == "" {
		return bad(quote(host)+" ends in a number, as no domain does.", "It looks like example.com.")
	}
	return name, nil
}

// checkText refuses text for a field that is too long (in characters) or has characters that can't be seen.
func checkText(field, what, text string, most int) error {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) }) {
		return problem.BadField(field, "bad_text", "The "+what+" has characters that can't be shown.").WithHint("Type it anew.")
	}
	if utf8.RuneCountInString(text) > most {
		return problem.BadField(field, "too_long", "The "+what+" is too long.").WithHint("Make it shorter.")
	}
	return nil
}

// quote puts what someone typed into a sentence: cut to 80 characters, without those that can't be seen.
func quote(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > 80 {
		text = string(runes[:79]) + "…"
	}
	return "“" + text + "”"
}
