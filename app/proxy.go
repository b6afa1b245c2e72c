package app

import (
	"net/http"
	"net/netip"
	"strings"

	"sandprint/app/enrich"
)

// peer returns the address that a request came from: of the trusted proxy, when there is one.
func peer(req *http.Request) netip.Addr {
	from, err := netip.ParseAddrPort(req.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return from.Addr().Unmap()
}

// trusted reports whether an address is that of a trusted proxy.
func (r *Running) trusted(a netip.Addr) bool {
	for _, p := range r.cfg.TrustedProxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// overHTTPS reports whether a request came over https to a trusted proxy.
func (r *Running) overHTTPS(req *http.Request) bool {
	return r.trusted(peer(req)) && strings.EqualFold(req.Header.Get("X-Forwarded-Proto"), "https")
}

// network names where a request comes from for the throttle of sign-ins: the address of the right-most hop that is no
// trusted proxy, less its last octet or all past its first 48 bits. Nothing keeps it.
func (r *Running) network(req *http.Request) string {
	from := peer(req)
	hops := strings.Split(strings.Join(req.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && r.trusted(from); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		from = hop.Unmap()
	}
	return enrich.Cut(from).String()
}
