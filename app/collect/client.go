package collect

import (
	"net/http"
	"net/netip"
	"strings"

	"sandprint/app/limit"
)

// clientAddr returns the address that a request came from: of the socket, or, behind trusted proxies, of the right-most hop in
// X-Forwarded-For that is none of them. It is not valid when the socket has none.
func clientAddr(r *http.Request, trusted []netip.Prefix) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := peer.Addr().Unmap().WithZone("")
	if !contains(trusted, addr) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && contains(trusted, addr); i-- {
		hop, ok := parseHop(strings.TrimSpace(hops[i]))
		if !ok {
			break
		}
		addr = hop
	}
	return addr
}

// parseHop reads an address, which some proxies write with a port.
func parseHop(text string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		withPort, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		addr = withPort.Addr()
	}
	return addr.Unmap().WithZone(""), true
}

func contains(networks []netip.Prefix, addr netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(addr) {
			return true
		}
	}
	return false
}

// newHitLimit returns what holds networks (/24, /48) to so many hits a second, with bursts of four times as many, and of one full body at least;
// 0 is no limit.
func newHitLimit(perSecond int) *limit.Limiter[netip.Addr] {
	return limit.New[netip.Addr](float64(perSecond), max(4*perSecond, maxHits))
}

// newWishLimit is newHitLimit for visitors who ask to be erased: each takes a look into the site's file, and who was there then is erased from all
// copies. It is one a second, with bursts of a full body; where hits have no limit these have none either.
func newWishLimit(hits int) *limit.Limiter[netip.Addr] {
	return limit.New[netip.Addr](float64(min(hits, 1)), maxHits)
}
