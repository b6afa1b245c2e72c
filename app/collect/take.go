package collect

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"sandprint/app/enrich"
	"sandprint/app/store"
	"sandprint/app/visit"
)

// patience is how long a sender waits for its hits to be written, give or take a second.
const patience = 20 * time.Second

// waiting gives contexts that end when patience is over: one for all requests of a second, which costs a fraction of one each. They don't
// end with the request: a browser that leaves a page often hangs up before the answer, and its hits count all the same.
type waiting struct {
	mu    sync.Mutex
	ctx   context.Context
	since time.Time
}

func (w *waiting) context() context.Context {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ctx == nil || now.Sub(w.since) >= time.Second || now.Before(w.since) {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(patience, cancel)
		w.ctx, w.since = ctx, now
	}
	return w.ctx
}

// take takes the hits of one request in. It returns nil once those that count are on disk and the others are counted by reason; on
// an error the sender sends all of them again (those that are on disk already are known by page view and number).
func (d *Door) take(from sender, hits []wireHit) error {
	ctx := d.waiting.context()
	for len(hits) > 0 {
		info, known := d.siteOf(&hits[0])
		n := 1
		for n < len(hits) && sameSite(&hits[0], &hits[n]) {
			n++
		}
		if !known {
			d.unknown.Add(int64(n))
		} else if err := d.takeFor(ctx, info, from, hits[:n]); err != nil {
			d.fault(info.Number, err)
			return err
		}
		hits = hits[n:]
	}
	return nil
}

// siteOf returns the site that a hit is for: the one it names, or else the one of its page.
func (d *Door) siteOf(h *wireHit) (store.SiteInfo, bool) {
	if h.site != "" {
		return d.o.Store.Find(strings.ToLower(h.site))
	}
	p, err := enrich.CleanPage(h.page, nil)
	if err != nil {
		return store.SiteInfo{}, false
	}
	return d.o.Store.Find(p.Host)
}

// sameSite reports whether two hits are surely for the same site.
func sameSite(a, b *wireHit) bool { return a.site != "" && a.site == b.site }

// takeFor is take for one site.
func (d *Door) takeFor(ctx context.Context, info store.SiteInfo, from sender, hits []wireHit) error {
	site, release, err := d.o.Store.Hold(ctx, info.ID)
	if errors.Is(err, store.ErrNotFound) { // removed meanwhile
		d.unknown.Add(int64(len(hits)))
		return nil
	}
	if err != nil {
		return err
	}
	defer release()
	t := taking{door: d, site: site, info: info, from: from, visits: d.visitsOf(info.ID, site), rules: d.rules.of(info)}
	kept, err := t.all(ctx, hits)
	if err == nil && len(t.wishes) > 0 {
		err = d.o.Erase(ctx, info, t.wishes...) // before the hits: those of the same visitors are not written then
	}
	if err == nil {
		err = site.Append(ctx, kept)
	}
	if err == nil {
		for reason, n := range t.drops {
			site.Drop(reason, n)
		}
	}
	return err
}

// visitsOf returns the visits that go on at a site, read back from its file the first time.
func (d *Door) visitsOf(id string, site *store.Site) *visit.Table {
	d.mu.Lock()
	v := d.tables[id]
	if v == nil {
		v = &siteVisits{}
		d.tables[id] = v
	}
	d.mu.Unlock()
	v.restored.Do(func() {
		now := time.Now().Unix()
		midnight := now - now%86400 // who was new today stays known all day
		site.OpenVisits(min(midnight, now-3600), func(visitor uint64, number, start, last int64, t store.VisitorType) {
			if number > 0 {
				v.Restore(visitor, visit.Visit{Number: number, Start: start, Type: visit.Type(t)}, last)
			}
		})
	})
	return &v.Table
}

// taking is the hits of one request for one site being taken in.
type taking struct {
	door   *Door
	site   *store.Site
	info   store.SiteInfo
	from   sender
	visits *visit.Table
	rules  *rules
	drops  map[string]int64 // nil: none yet
	wishes []uint64         // numbers of visitors who are to be erased
	salt   []byte

	agent   store.Agent
	where   store.Place
	located bool // where is known
}

// all returns the hits that count, with their visits.
func (t *taking) all(ctx context.Context, hits []wireHit) ([]store.Hit, error) {
	agent, bot := t.from.judge()
	if t.agent = agent; bot {
		for i := range hits {
			t.drop(&hits[i], reasonBot)
		}
		return nil, nil
	}
	if t.from.pixel && t.info.Mode == "consent" && !t.info.Settings.Early {
		t.drop(&hits[0], reasonUnasked)
		return nil, nil
	}
	away := t.away()
	now := cmp.Or(t.from.at, time.Now().Unix())
	kept := make([]store.Hit, 0, len(hits))
	for i := range hits {
		h := &hits[i]
		out, search := h.base(now), ""
		if h.isDecision() {
			if err := t.decide(ctx, h, now); err != nil {
				return nil, err
			}
			continue
		}
		if away != "" {
			t.drop(h, away)
			continue
		}
		if out.Kind != store.Engage {
			reason := ""
			if search, reason = t.describe(h, &out); reason != "" {
				t.drop(h, reason)
				continue
			}
		}
		if err := t.assign(ctx, h, &out); err != nil {
			return nil, err
		}
		kept = append(kept, out)
		if search != "" && out.Kind == store.Pageview {
			kept = append(kept, searchOf(out, search))
		}
	}
	return kept, nil
}

// decide does what a visitor decided. Who consents is recognised in the visit that goes on; who objects, takes consent back or asks for it is
// erased.
func (t *taking) decide(ctx context.Context, h *wireHit, now int64) error {
	if !h.isWish() {
		return t.consent(ctx, h, now)
	}
	t.count(reasonOptedOut)
	id, _, ok := visit.ParseCookie(h.cookie)
	if ok && t.door.o.Erase != nil {
		t.wishes = append(t.wishes, visit.CookieKey(t.site.SiteKey(), id))
	}
	return nil
}

// consent gives the visit that was counted without a cookie so far to the visitor of the cookie that the browser has now.
func (t *taking) consent(ctx context.Context, h *wireHit, now int64) error {
	visitor, born, err := t.key(ctx, h, now)
	if err != nil || born == visit.NoCookie || t.info.Mode != "consent" {
		return err
	}
	without, err := t.dayKey(ctx)
	if err == nil {
		t.visits.Consent(now, without, visitor, born)
	}
	return err
}

// drop counts a hit that is not taken. An engagement is part of its page view, which was counted.
func (t *taking) drop(h *wireHit, reason string) {
	if h.name != nameEngage {
		t.count(reason)
	}
}

func (t *taking) count(reason string) {
	if t.drops == nil {
		t.drops = map[string]int64{}
	}
	t.drops[reason]++
}

// describe fills in all that a page view or event says, or returns why it is not counted. Search is what was searched for on
// its page, as properties of an event.
func (t *taking) describe(h *wireHit, out *store.Hit) (search, reason string) {
	p := t.rules.page(h.page, h.title)
	switch {
	case p.fault != "" || !belongs(t.info, p.Host):
		return "", reasonForeign
	case p.level == levelNone:
		return "", reasonExcluded
	case p.level == levelCount && out.Kind == store.Event && !(t.info.Settings.Forms && h.name == nameForm):
		return "", reasonPrivate
	}
	origin := h.place(out, p)
	if origin.spam {
		return "", reasonSpam
	}
	t.countScrubbed(h, out, p, origin)
	out.Agent, out.Place = t.agent, t.place()
	if t.info.Settings.CountryOnly {
		out.Place = store.Place{Country: out.Place.Country}
	}
	return p.search, ""
}

// countScrubbed counts the parts of a hit that something was scrubbed from. What events say of their page, its view has said.
func (t *taking) countScrubbed(h *wireHit, out *store.Hit, p seenPage, o seenOrigin) {
	if out.Kind == store.Event {
		if h.scrubbed || enrich.Scrubbed(h.name, out.Name) {
			t.count(scrubbedEvent)
		}
		return
	}
	if p.scrubbedPath || o.scrubbedTags {
		t.count(scrubbedAddress)
	}
	if p.scrubbedTitle {
		t.count(scrubbedTitle)
	}
	if o.scrubbedReferrer {
		t.count(scrubbedReferrer)
	}
}

// place returns where the sender is, as far as that is known.
func (t *taking) place() store.Place {
	if !t.located && t.from.addr.IsValid() {
		t.where, t.located = store.Place(t.door.o.Geo.Place(t.from.addr)), true
	}
	return t.where
}

// away returns the reason for which the owner has nothing counted from where the sender is; empty: it is counted. A visitor's
// decisions hold from everywhere.
func (t *taking) away() string {
	if contains(t.rules.networks, t.from.addr) {
		return reasonNetwork
	}
	if countries := t.rules.from.ExcludedCountries; len(countries) > 0 && slices.Contains(countries, t.place().Country) {
		return reasonCountry
	}
	return ""
}

// nameForm is the event that the tracker sends of forms at level count too, where the owner asked for it: it tells the path only.
const nameForm = "Form: Submission"

// assign fills in the visitor's number and the visit.
func (t *taking) assign(ctx context.Context, h *wireHit, out *store.Hit) error {
	visitor, born, err := t.key(ctx, h, out.Time)
	if err != nil {
		return err
	}
	out.Visitor, out.Lasting, out.Start = visitor, born != visit.NoCookie, out.Time
	var v visit.Visit
	if out.Kind == store.Engage {
		var goesOn bool
		if v, goesOn = t.visits.Touch(out.Time, visitor); !goesOn {
			return nil
		}
	} else {
		v, _ = t.visits.Assign(out.Time, visitor, born, t.site.NextVisit)
	}
	out.Visit, out.Start, out.Type = v.Number, v.Start, store.VisitorType(v.Type)
	return nil
}

// key returns the visitor's number, and the day of birth of the cookie if it was used.
func (t *taking) key(ctx context.Context, h *wireHit, now int64) (visitor uint64, born int64, err error) {
	if h.cookie != "" && !t.from.objects && t.info.Mode != "cookieless" {
		if id, born, ok := visit.ParseCookie(h.cookie); ok && visit.Alive(born, now) {
			return visit.CookieKey(t.site.SiteKey(), id), born, nil
		}
	}
	visitor, err = t.dayKey(ctx)
	return visitor, visit.NoCookie, err
}

// dayKey returns the number of a visitor without a cookie.
func (t *taking) dayKey(ctx context.Context) (visitor uint64, err error) {
	if t.salt == nil {
		if t.salt, err = t.site.DaySalt(ctx, time.Now()); err != nil {
			return 0, err
		}
	}
	return visit.DayKey(t.salt, t.from.addr, t.from.ua), nil
}
