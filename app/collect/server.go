package collect

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"sandprint/app/enrich"
	"sandprint/app/problem"
	"sandprint/app/store"
)

// What a server that sends hits for its visitors may say of each with a write token: when it was, and whose.
type spoken struct {
	time time.Time // zero: now
	ua   string    // empty: not known, and no bot
	addr netip.Addr
}

// How far a server's clock and its queue may be off.
const (
	maxBehind = 48 * time.Hour
	maxAhead  = 5 * time.Minute
)

var errToken = problem.New(http.StatusForbidden, "bad_token", "The token may not send hits for this site.").
	WithHint("Use a token with the scope write, of someone who may change the site.")

// takeFromServer takes hits that came with a token, each as its own visitor's.
func (d *Door) takeFromServer(ctx context.Context, token string, from sender, hits []wireHit, body string) error {
	said, err := parseSpoken(body, len(hits))
	if err != nil {
		return err
	}
	for i := range hits {
		info, known := d.siteOf(&hits[i])
		if !known || d.o.Authorize == nil {
			return errToken
		}
		may, err := d.o.Authorize(ctx, token, info.Domain)
		if err != nil { // not a word about the token: the hits are worth sending again
			d.fault(info.Number, err)
			return errNotKept
		}
		if !may {
			return errToken
		}
	}
	for i, s := range said {
		one := sender{addr: s.addr, ua: s.ua, objects: from.objects, server: true}
		if !s.time.IsZero() {
			one.at = s.time.Unix()
		}
		if err := d.take(one, hits[i:i+1]); err != nil {
			return errNotKept
		}
	}
	return nil
}

// bearer returns the token that a request carries, or nothing.
func bearer(r *http.Request) string {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return strings.TrimSpace(token)
}

// parseSpoken reads the fields that only servers may send, of a body of n hits that was read before.
func parseSpoken(body string, n int) ([]spoken, error) {
	if start := skipBlanks(body, 0); body[start] == '{' {
		s, err := parseSpokenOf(body[start:], "")
		return []spoken{s}, err
	}
	said := make([]spoken, 0, n)
	err := elements(body[skipBlanks(body, 0):], func(i int, value string) error {
		s, err := parseSpokenOf(value, fmt.Sprintf("[%d].", i))
		said = append(said, s)
		return err
	})
	return said, err
}

func parseSpokenOf(object string, prefix string) (s spoken, err error) {
	err = members(object, func(name string, value string) error {
		if what := s.set(name, value); what != nil {
			return badHit(prefix+name, what.Error())
		}
		return nil
	})
	return s, err
}

// set sets one field; others are the hit's own.
func (s *spoken) set(name string, value string) error {
	var text string
	var err error
	switch name {
	case "ts":
		if text, err = bounded(value, 40); err != nil {
			return err
		}
		if s.time, err = time.Parse(time.RFC3339, text); err != nil {
			return fmt.Errorf("is not a time such as 2026-01-31T23:59:59Z")
		}
		if age := time.Since(s.time); age > maxBehind || age < -maxAhead {
			return fmt.Errorf("is not within 48 hours before and 5 minutes after now; older hits can be imported")
		}
	case "ua":
		s.ua, err = bounded(value, 2000)
	case "ip":
		if text, err = bounded(value, 60); err != nil {
			return err
		}
		var ok bool
		if s.addr, ok = parseHop(text); !ok {
			return fmt.Errorf("is not an address") // nor repeated: it would be in the answer
		}
	}
	return err
}

// judge returns what a sender says of its browser, and whether that makes it a bot. A server that says nothing of a visitor's
// browser is believed.
func (s sender) judge() (a store.Agent, bot bool) {
	agent, bot := enrich.Judge(s.ua, s.hints)
	return store.Agent(agent), bot && !(s.server && s.ua == "")
}
