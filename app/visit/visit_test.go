package visit

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"strings"
	"sync"
	"testing"
)

func TestParseCookie(t *testing.T) {
	id := strings.Repeat("a0", 9)
	for _, row := range []struct {
		why, value string
		ok         bool
	}{
		{"as the tracker makes it", id + ".20416", true},
		{"shortest", strings.Repeat("x", 16) + ".0", true},
		{"longest", strings.Repeat("x", 64) + ".999999", true},
		{"too short", strings.Repeat("x", 15) + ".20416", false},
		{"too long", strings.Repeat("x", 65) + ".20416", false},
		{"no day", id + ".", false},
		{"no dot", id, false},
		{"nothing", "", false},
		{"two dots", id + ".204.16", false},
		{"a sign", id + ".-2041", false},
		{"another script's digits", id + ".٢٠٤١٦", false},
		{"capitals", strings.ToUpper(id) + ".20416", false},
		{"a day beyond reason", id + ".9999999", false},
	} {
		got, born, ok := ParseCookie(row.value)
		if ok != row.ok || ok && got+"." != row.value[:len(got)+1] || !ok && (got != "" || born != 0) {
			t.Errorf("%s: %q %d %v", row.why, got, born, ok)
		}
	}
}

func TestAlive(t *testing.T) {
	const now = 20_000*daySeconds + 5
	for born, want := range map[int64]bool{20_000: true, 20_001: true, 20_002: false, 19_600: true, 19_599: false, 0: false} {
		if Alive(born, now) != want {
			t.Errorf("a cookie of day %d on day 20000: %v", born, !want)
		}
	}
}

func TestKeys(t *testing.T) {
	salt, other := []byte("0123456789abcdef0123456789abcdef"), []byte("0123456789abcdef0123456789abcdeF")
	a, b := netip.MustParseAddr("203.0.113.7"), netip.MustParseAddr("203.0.113.8")
	keys := map[uint64]string{}
	for what, key := range map[string]uint64{
		"day": DayKey(salt, a, "x"), "another salt": DayKey(other, a, "x"), "another address": DayKey(salt, b, "x"), "another agent": DayKey(salt, a, "y"),
		"cookie": CookieKey(salt, "id"), "another key": CookieKey(other, "id"), "another cookie": CookieKey(salt, "ie"),
	} {
		if was, taken := keys[key]; taken {
			t.Errorf("%s and %s have the same number", what, was)
		}
		keys[key] = what
	}
	if DayKey(salt, a, "x") != DayKey(salt, netip.MustParseAddr("::ffff:203.0.113.7"), "x") {
		t.Error("an IPv4 address in IPv6 form is another visitor")
	}
}

// The numbers in files were made with crypto/hmac, and must stay the same.
func TestKeysAreHMAC(t *testing.T) {
	addr := netip.MustParseAddr("203.0.113.7")
	for _, length := range []int{0, 1, 32, 63, 64, 65, 200} {
		key, text := bytes.Repeat([]byte{0xa7}, length), strings.Repeat("u", 7*length)
		number := func(message ...[]byte) uint64 {
			mac := hmac.New(sha256.New, key)
			for _, m := range message {
				mac.Write(m)
			}
			return binary.BigEndian.Uint64(mac.Sum(nil))
		}
		if got, want := CookieKey(key, text), number([]byte(text)); got != want {
			t.Errorf("cookie, key of %d bytes: %x, want %x", length, got, want)
		}
		as16 := addr.As16()
		if got, want := DayKey(key, addr, text), number(as16[:], []byte(text)); got != want {
			t.Errorf("address, key of %d bytes: %x, want %x", length, got, want)
		}
	}
}

// step is a hit (or, with touch, an engagement) at a time, and the number of the visit that it should belong to; 0: none.
type step struct {
	why     string
	at      int64
	visitor uint64
	touch   bool
	born    int64
	number  int64
	kind    Type
}

func TestVisits(t *testing.T) {
	const day, noon = 20_000, 20_000*daySeconds + 43_200
	for name, steps := range map[string][]step{
		"thirty minutes": {
			{"begins", noon, 1, false, NoCookie, 1, Unknown},
			{"exactly thirty minutes later it goes on", noon + 1800, 1, false, NoCookie, 1, Unknown},
			{"a second more and it does not", noon + 3601, 1, false, NoCookie, 2, Unknown},
			{"another visitor has one of its own", noon + 3601, 2, false, NoCookie, 3, Unknown},
		},
		"engagement": {
			{"begins nothing", noon, 1, true, NoCookie, 0, Unknown},
			{"a page view does", noon + 1, 1, false, NoCookie, 1, Unknown},
			{"engagement goes on", noon + 1000, 1, true, NoCookie, 1, Unknown},
			{"and carries the visit", noon + 2800, 1, false, NoCookie, 1, Unknown},
			{"too late it carries nothing", noon + 4601, 1, true, NoCookie, 0, Unknown},
			{"a new visit", noon + 4602, 1, false, NoCookie, 2, Unknown},
		},
		"midnight": {
			{"a minute before", (day+1)*daySeconds - 60, 1, false, day, 1, New},
			{"a minute after: midnight does not split", (day+1)*daySeconds + 60, 1, false, day, 1, New},
			{"the day's next visit is a return", (day+1)*daySeconds + 4000, 1, false, day, 2, Returning},
		},
		"new": {
			{"a cookie of today", noon, 1, false, day, 1, New},
			{"its second visit today", noon + 7200, 1, false, day, 2, Returning},
			{"a cookie of yesterday", noon + 7200, 2, false, day - 1, 3, Returning},
			{"a cookie of tomorrow, by a clock ahead", noon + 7200, 3, false, day + 1, 4, Returning},
		},
		"servers that send late": {
			{"a visit goes on", noon, 1, false, NoCookie, 1, Unknown},
			{"hits of the day before are a visit of their own", noon - daySeconds, 1, false, NoCookie, 2, Unknown},
			{"all of them", noon - daySeconds + 600, 1, false, NoCookie, 2, Unknown},
			{"with their engagement", noon - daySeconds + 1200, 1, true, NoCookie, 2, Unknown},
			{"which does not touch what goes on", noon + 1800, 1, false, NoCookie, 1, Unknown},
			{"and is not touched by it", noon - daySeconds + 3000, 1, false, NoCookie, 2, Unknown},
			{"an hour before it is a visit of its own too", noon - 3600, 1, false, NoCookie, 3, Unknown},
			{"engagement between visits begins nothing", noon - 9000, 1, true, NoCookie, 0, Unknown},
			{"another visitor's late visit", noon - 7200, 2, false, NoCookie, 4, Unknown},
			{"begins before that one's first hit of now", noon + 1800, 2, false, NoCookie, 5, Unknown},
			{"and goes on", noon - 7000, 2, false, NoCookie, 4, Unknown},
		},
		"overtaken at midnight": {
			{"begins", day*daySeconds + 5, 1, false, NoCookie, 1, Unknown},
			{"a hit of the day before can't be in it", day*daySeconds - 5, 1, false, NoCookie, 2, Unknown},
			{"it goes on", day*daySeconds + 60, 1, false, NoCookie, 1, Unknown},
		},
		"time that goes back": {
			{"begins", noon, 1, false, NoCookie, 1, Unknown},
			{"a hit that was overtaken", noon - 5, 1, false, NoCookie, 1, Unknown},
			{"does not shorten the visit", noon + 1800, 1, false, NoCookie, 1, Unknown},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var table Table
			var n int64
			for _, s := range steps {
				var v Visit
				if s.touch {
					v, _ = table.Touch(s.at, s.visitor)
				} else {
					v, _ = table.Assign(s.at, s.visitor, s.born, func() int64 { n++; return n })
				}
				if v.Number != s.number || v.Type != s.kind {
					t.Errorf("%s: visit %d of type %d, want %d of type %d", s.why, v.Number, v.Type, s.number, s.kind)
				}
			}
		})
	}
}

func TestRestore(t *testing.T) {
	const now = 20_000*daySeconds + 43_200
	var table Table
	next := func() int64 { return 100 }
	table.Restore(1, Visit{Number: 7, Start: now - 3000, Type: New}, now-600)
	table.Restore(1, Visit{Number: 5, Start: now - 9000, Type: New}, now-8000)
	table.Restore(2, Visit{Number: 6, Start: now - 9000, Type: New}, now-8000)
	if v, opened := table.Assign(now, 1, 20_000, next); opened || v.Number != 7 || v.Type != New {
		t.Errorf("the visit that goes on is %+v", v)
	}
	if v, opened := table.Assign(now, 2, 20_000, next); !opened || v.Number != 100 || v.Type != Returning {
		t.Errorf("the visit of who was new earlier today is %+v", v)
	}
}

func TestTableForgets(t *testing.T) {
	var table Table
	next := func() int64 { return 1 }
	for i := range uint64(50_000) {
		table.Assign(int64(i), i, NoCookie, next)
	}
	if n := table.visits.Len(); n > 2*1801+100 {
		t.Errorf("of 1,801 visits that go on %d are kept", n)
	}
}

func TestTableIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine fills tables with millions of visits")
	}
	var table Table
	next := func() int64 { return 1 }
	table.Assign(2*daySeconds, 0, NoCookie, next)
	for i := range uint64(maxPast + maxPast/4) {
		table.Assign(daySeconds, i, NoCookie, next)
	}
	if len(table.past) > maxPast || len(table.past) == 0 {
		t.Errorf("%d past visits", len(table.past))
	}
	table = Table{}
	for i := range uint64(maxVisits + maxVisits/4) {
		table.Assign(0, i, 0, next)
	}
	if table.visits.Len() > maxVisits || table.first.Len() > maxFirst {
		t.Errorf("%d visits, %d new visitors", table.visits.Len(), table.first.Len())
	}
}

// Many hits of one visitor at once are one visit.
func TestTableTogether(t *testing.T) {
	var table Table
	var all sync.WaitGroup
	var n int64 // guarded by the table, which asks under its lock
	for range 8 {
		all.Go(func() {
			for i := range uint64(1000) {
				table.Assign(1000, i%10, NoCookie, func() int64 { n++; return n })
				table.Touch(1000, i%10)
			}
		})
	}
	all.Wait()
	if n != 10 {
		t.Errorf("%d visits of 10 visitors", n)
	}
}
