package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Length of a password in characters (Unicode code points); there are no rules of composition (ASVS 5.0, 6.2).
const (
	MinPassword = 12
	MaxPassword = 128
)

// hashParams are the parameters of argon2id: the least of OWASP's password storage cheat sheet.
type hashParams struct {
	memory, passes uint32 // KiB, passes over it
	lanes          uint8
}

var current = hashParams{memory: 19 * 1024, passes: 2, lanes: 1}

const (
	saltLength = 16 // bytes
	hashLength = 32 // bytes
	maxWaiting = 64 // callers who may wait to have a password hashed; each hash takes 25 ms on a fast core
)

// noPassword is what a sign-in to an unknown address is checked against, to take the same time: no password has it.
var noPassword = sync.OnceValue(func() string {
	return formatHash(current, make([]byte, saltLength), make([]byte, hashLength))
})

// hashPassword returns a PHC string: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func (s *Service) hashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	rand.Read(salt)
	key, err := s.argon(ctx, password, salt, current, hashLength)
	if err != nil {
		return "", err
	}
	return formatHash(current, salt, key), nil
}

// checkPassword reports whether the hash is of that password. For an empty hash it takes as long and says no.
func (s *Service) checkPassword(ctx context.Context, password, hash string) (bool, error) {
	if hash == "" {
		hash = noPassword()
	}
	p, salt, want, err := parseHash(hash)
	if err != nil {
		return false, err
	}
	if utf8.RuneCountInString(password) > MaxPassword {
		password = "" // no password is that long, nor empty: work no longer on it than on others
	}
	key, err := s.argon(ctx, password, salt, p, uint32(len(want)))
	return err == nil && subtle.ConstantTimeCompare(key, want) == 1, err
}

// renewHash rehashes a password that has just been checked when the parameters have changed since.
func (s *Service) renewHash(ctx context.Context, user store.User, password string) error {
	if p, _, _, err := parseHash(user.Password); err != nil || p == current {
		return err
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return s.control.Rehash(ctx, user.ID, user.Password, hash)
}

// argon computes one hash at a time, so that many sign-ins at once need the memory of one (19 MiB). Beyond maxWaiting
// callers it refuses.
func (s *Service) argon(ctx context.Context, password string, salt []byte, p hashParams, length uint32) ([]byte, error) {
	select {
	case s.waiting <- struct{}{}:
		defer func() { <-s.waiting }()
	default:
		return nil, problem.New(http.StatusServiceUnavailable, "busy", "Too many people are signing in at this moment.").WithHint("Try again in a few seconds.")
	}
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	runtime.GC() // the last hash's 19 MiB go before the next are taken; otherwise there are two of them at times
	return argon2.IDKey([]byte(password), salt, p.passes, p.memory, p.lanes, length), nil
}

func formatHash(p hashParams, salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.lanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// parseHash is formatHash's inverse. Parameters far beyond ours are an error: they would stop the service.
func parseHash(hash string) (p hashParams, salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, fmt.Errorf("password hash of an unknown form")
	}
	if _, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err == nil {
		if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err == nil {
			key, err = base64.RawStdEncoding.DecodeString(parts[5])
		}
	}
	if err == nil && (p.memory > 1<<18 || p.passes < 1 || p.passes > 16 || p.lanes < 1 || p.lanes > 16 || len(salt) < 8 || len(key) < 16 || len(key) > 128) {
		err = fmt.Errorf("password hash with parameters out of range")
	}
	return p, salt, key, err
}

//go:embed common.txt
var commonText string

// common holds the words and sequences that common passwords are made of.
var common = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for line := range strings.Lines(commonText) {
		if word := strings.TrimSpace(line); word != "" && word[0] != '#' {
			words[word] = true
		}
	}
	return words
})

// checkNewPassword refuses a password that is too short, too long or easily guessed: one that is, but for digits and
// signs around it, a common word, this product's name or the name in the user's own address, or one character or
// sequence over and over.
func checkNewPassword(password, email string) error {
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password):
		return problem.BadField("password", "bad_password", "This password is not valid text.").WithHint("Type it anew.")
	case n < MinPassword:
		return problem.BadField("password", "password_short", fmt.Sprintf("This password has %d characters: it needs %d at least.", n, MinPassword)).
			WithHint("Four words of your own choice make a good one.")
	case n > MaxPassword:
		return problem.BadField("password", "password_long", fmt.Sprintf("This password has %d characters: it may have %d at most.", n, MaxPassword))
	case guessable(strings.ToLower(password), email):
		return problem.BadField("password", "password_common", "This password is among the first that someone would guess.").
			WithHint("Four words of your own choice make a good one.")
	}
	return nil
}

// signs undoes the usual replacements of letters.
var signs = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o", "$", "s", "5", "s", "7", "t")

const nonLetters = "0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

// guessable works on lower case.
func guessable(password, email string) bool {
	local, domain, _ := strings.Cut(email, "@")
	name, _, _ := strings.Cut(domain, ".")
	bad := func(word string) bool {
		whole := word
		word = unit(word)
		return len(word) < len(whole) && utf8.RuneCountInString(word) <= 3 || common()[word] || email != "" && (word == email || word == local || word == name)
	}
	trimmed := strings.Trim(password, nonLetters)
	return bad(password) || trimmed != "" && (bad(trimmed) || bad(strings.Trim(signs.Replace(trimmed), nonLetters)))
}

// unit returns the shortest text that s repeats, perhaps cut short at the end: "abc" of "abcabcab".
func unit(s string) string {
	for n := 1; n <= len(s)/2; n++ {
		if s[n:] == s[:len(s)-n] {
			return s[:n]
		}
	}
	return s
}
