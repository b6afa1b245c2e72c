// Package account owns who may do what: customers, users and their roles, sign-in, sessions, tokens, links, and the
// first run. What it knows is in the control file (app/store); the rules over it are here, and only here.
//
//	customer ──owns──> site ──is──> one file
//	    └──member, with a role── user ──has──> password, sessions, tokens, links
//
// Whoever asks for something is a Who: nobody (the zero value), a user (WhoBySession), a token (WhoByToken) or the person
// at the machine's command line (Local). The only way to a site is Service.Open: it returns a read-only handle, or
// problem.NotFound, which is the same for a site that isn't there and for one that the asker may not know of.
//
//	role     reads reports   changes a site's settings   adds and removes sites
//	viewer   yes
//	editor   yes             yes
//	admin    yes             yes                         yes
//	owner    yes             yes                         yes; one is left as long as there are sites
//
// A token carries its user's role: of scope "read" as a viewer, for one site at most as an editor. Who runs the
// instance (the operator) has no right to reports by that; they are a member like any other, or have the machine.
// Users are added, and their links made, at the command line.
//
// Lifetimes: a session ends 7 days after its last use (written at most once an hour, so up to an hour earlier), 30 days
// after the sign-in, and with a change of password; a link to set a password 72 hours after it was made or once used;
// the setup token an hour after it was printed or once used.
//
// Secrets (session ids, tokens, links) have at least 128 random bits and are kept as SHA-256. Passwords are kept as
// argon2id with the least parameters of OWASP's cheat sheet (19 MiB, 2 passes, 1 lane), one computed at a time. Every refusal
// is a *problem.Error; any other error is a failure of the control file.
package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"sandprint/app/problem"
	"sandprint/app/store"
)

// Names of store's that callers need and that may not import it.
type (
	SiteInfo     = store.SiteInfo
	SiteSettings = store.SiteSettings
	Retention    = store.Retention
	Goal         = store.Goal
	Funnel       = store.Funnel
	Reader       = store.Reader
	Drops        = store.Drops

	VisitorRecord = store.VisitorRecord
	VisitorVisit  = store.VisitorVisit
)

// Service answers who may do what. Its methods may be called by several goroutines at once.
type Service struct {
	store    *store.Store
	control  *store.Control
	tries    *throttle
	hashing  chan struct{} // holds an element while a password is hashed
	waiting  chan struct{} // holds an element for each caller who waits for hashing
	setup    setup
	refusals *rate.Limiter                         // of what is refused, how much is noted in the audit log
	remove   func(context.Context, SiteInfo) error // removes a site, the copies of it too
	changing sync.Mutex                            // held while users are added and removed and keys made, so that what was checked stays true
}

// New returns the service over an open store.
func New(s *store.Store) *Service {
	remove := func(ctx context.Context, info SiteInfo) error {
		_, err := s.RemoveSite(ctx, info.ID)
		return err
	}
	return &Service{store: s, control: s.Control(), remove: remove, tries: newThrottle(), refusals: newRefusals(),
		hashing: make(chan struct{}, 1), waiting: make(chan struct{}, maxWaiting)}
}

// RemoveWith has sites removed by f, which reaches what RemoveSite of the store does not: copies. It is called before anything else.
func (s *Service) RemoveWith(f func(context.Context, SiteInfo) error) { s.remove = f }

// newSecret returns 130 random bits as 26 characters of A–Z and 2–7.
func newSecret() string { return rand.Text() }

// digest returns what is kept of a secret. The secrets have too many random bits to be guessed, so one pass of SHA-256
// is enough (ASVS 5.0, 11.4.1 and 7.2.3).
func digest(secret string) [32]byte { return sha256.Sum256([]byte(secret)) }

// day returns the UTC day of t in days since 1970.
func day(t time.Time) int32 { return int32(t.Unix() / 86400) }

// notFound makes problem.NotFound of a missing row, and leaves other errors as they are.
func notFound(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return problem.NotFound
	}
	return err
}

// forbidden refuses something to someone who may know that it is there.
func forbidden(message, hint string) error {
	return problem.New(http.StatusForbidden, "forbidden", message).WithHint(hint)
}
