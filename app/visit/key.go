// Package visit tells who a hit belongs to, without keeping who that is.
//
//	key.go    a cookie's id, or an address and a user agent, into a keyed 64-bit number
//	table.go  a visitor's number into the visit that is going on, in memory only
//
// It is the last place that sees a visitor's address, user agent or cookie id: as arguments, never kept.
package visit

import (
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
)

// CookieKey returns the number of a visitor with a cookie: HMAC-SHA-256 (RFC 2104) of the cookie's id under the site's key, its
// first 64 bits. It is the same as long as the cookie and the key live.
func CookieKey(siteKey []byte, id string) uint64 {
	var room [256]byte
	return mac64(siteKey, append(inner(room[:0], siteKey), id...))
}

// DayKey returns the number of a visitor without a cookie: HMAC-SHA-256 of the address and the user agent under the salt of the
// site's day. Once the salt is deleted nobody can work it out again.
func DayKey(salt []byte, addr netip.Addr, ua string) uint64 {
	var room [512]byte
	bytes := addr.Unmap().As16()
	return mac64(salt, append(append(inner(room[:0], salt), bytes[:]...), ua...))
}

// inner begins a message of HMAC: the key, filled up to a block, in the inner pad (RFC 2104, 2). It is written out here because every hit
// needs one with a state of its own, and crypto/hmac takes three times as long to make and use one.
func inner(room, key []byte) []byte { return pad(room, key, 0x36) }

func pad(room, key []byte, with byte) []byte {
	var block [sha256.BlockSize]byte
	if len(key) > len(block) {
		sum := sha256.Sum256(key)
		key = sum[:]
	}
	copy(block[:], key)
	for i := range block {
		block[i] ^= with
	}
	return append(room, block[:]...)
}

// mac64 returns the first 64 bits of the HMAC of a message that inner has begun.
func mac64(key, message []byte) uint64 {
	sum := sha256.Sum256(message)
	var room [sha256.BlockSize + sha256.Size]byte
	sum = sha256.Sum256(append(pad(room[:0], key, 0x5c), sum[:]...))
	return binary.BigEndian.Uint64(sum[:])
}

// ParseCookie takes a cookie's value apart: 16–64 of [0-9a-z], a dot, and the UTC day on which it was made (days since 1970).
func ParseCookie(v string) (id string, born int64, ok bool) {
	id, day, ok := strings.Cut(v, ".")
	if !ok || len(id) < 16 || len(id) > 64 || len(day) < 1 || len(day) > 6 || strings.ContainsFunc(id, notIDRune) || strings.ContainsFunc(day, notDigit) {
		return "", 0, false
	}
	born, err := strconv.ParseInt(day, 10, 64)
	return id, born, err == nil
}

func notIDRune(r rune) bool { return !('0' <= r && r <= '9' || 'a' <= r && r <= 'z') }
func notDigit(r rune) bool  { return r < '0' || r > '9' }

// maxCookieDays is how old a cookie may be: the 13 months (395 days) that the tracker gives it, and clocks that differ.
const maxCookieDays = 400

// Alive reports whether a cookie made on the day born (days since 1970) may be used at now (seconds since 1970): it is not older
// than 13 months, and not from the future by more than a day.
func Alive(born, now int64) bool {
	age := now/daySeconds - born
	return age >= -1 && age <= maxCookieDays
}

const daySeconds = 86400
