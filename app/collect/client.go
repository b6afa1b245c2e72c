package collect

import (
	"hash/maphash"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"sandprint/app/enrich"
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

// A limiter holds networks (/24, /48) to a number of hits a second. It knows them by a hash whose key is drawn anew in each
// process, and is bounded: two generations, of which the older is forgotten when the younger is full or a minute old.
type limiter struct {
	rate rate.Limit
	seed maphash.Seed

	mu         sync.Mutex
	young, old map[uint64]*rate.Limiter
	since      time.Time // of young
}

// generation is how many networks one generation holds; one takes some 100 bytes.
const generation = 1 << 15

// newLimiter returns a limiter to hits a second, with bursts of four times as many, and of one full body at least; 0 is
// no limit.
func newLimiter(perSecond int) *limiter {
	return &limiter{rate: rate.Limit(perSecond), seed: maphash.MakeSeed(), young: map[uint64]*rate.Limiter{}}
}

// allow reports whether n more hits may come from an address now.
func (l *limiter) allow(addr netip.Addr, n int) bool {
	if l.rate == 0 {
		return true
	}
	network := maphash.Comparable(l.seed, enrich.Cut(addr))
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.young) >= generation || now.Sub(l.since) > time.Minute {
		l.old, l.young, l.since = l.young, map[uint64]*rate.Limiter{}, now
	}
	one := l.young[network]
	if one == nil {
		if one = l.old[network]; one == nil {
			one = rate.NewLimiter(l.rate, max(4*int(l.rate), maxHits))
		}
		l.young[network] = one
	}
	return one.AllowN(now, n)
}
