package privacy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sandprint/app/account"
	"sandprint/app/store"
)

// Shortening is what shorter times would take from a site in the next nightly round.
type Shortening struct {
	Domain   string
	From, To store.Retention // as they hold, with the defaults
	Due      store.Due       // of what is kept shorter: what is older
	Unread   bool            // the site's file can't be read, so Due is not known
}

// Shorter reports whether something is kept shorter.
func (s Shortening) Shorter() bool {
	return s.To.Keys < s.From.Keys || s.To.Visits < s.From.Visits || s.To.Totals < s.From.Totals
}

// Told stands for the times: a form that has it has shown what they take.
func (s Shortening) Told() string {
	return fmt.Sprintf("%d-%d-%d", s.To.Keys, s.To.Visits, s.To.Totals)
}

// Shorten says what other times would take from a site.
func (p *Service) Shorten(ctx context.Context, info store.SiteInfo, keep store.Retention) (s Shortening, err error) {
	s = Shortening{Domain: info.Domain, From: info.Settings.Retention.OrDefault(), To: keep.OrDefault()}
	if !s.Shorter() {
		return s, nil
	}
	ctx, done := context.WithCancel(ctx)
	defer done()
	site, err := p.store.Site(ctx, info.ID)
	if err == nil {
		s.Due, err = site.Due(ctx, s.To)
	}
	if s.To.Visits >= s.From.Visits {
		s.Due.Visits, s.Due.Views, s.Due.Days = 0, 0, 0
	}
	if s.To.Keys >= s.From.Keys {
		s.Due.Keys = 0
	}
	if s.To.Totals >= s.From.Totals {
		s.Due.Totals = 0
	}
	return s, err
}

// ShortenAll says what the operator's limits would take from sites: those that keep something longer, by domain.
func (p *Service) ShortenAll(ctx context.Context, limits account.Limits) (list []Shortening, err error) {
	for _, info := range p.store.Sites() {
		s, err := p.Shorten(ctx, info, limits.Within(info.Settings.Retention))
		if err != nil && ctx.Err() != nil {
			return nil, err
		}
		s.Unread = err != nil
		if s.Shorter() {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b Shortening) int { return strings.Compare(a.Domain, b.Domain) })
	return list, nil
}
