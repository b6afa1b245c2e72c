package account

import (
	"context"
	"slices"
	"strings"

	"sandprint/app/problem"
)

// maxPins is how many sites a user may pin.
const maxPins = 50

// PinnedFirst returns the sites whose reports the asker may read: those that they have pinned in the order in which they
// did, then the others by domain; and how many are pinned. Pins are a user's own: nobody else's list changes with them.
func (s *Service) PinnedFirst(ctx context.Context, who Who) (sites []SiteInfo, pinned int, err error) {
	if sites, err = s.Sites(ctx, who); err != nil || who.user == 0 {
		return sites, 0, err
	}
	pins, err := s.control.Pins(ctx, who.user)
	if err != nil || len(pins) == 0 {
		return sites, 0, err
	}
	place := make(map[string]int, len(pins))
	for i, id := range pins {
		place[id] = i - len(pins) // below 0, which is that of the others
	}
	slices.SortStableFunc(sites, func(a, b SiteInfo) int {
		if d := place[a.ID] - place[b.ID]; d != 0 {
			return d
		}
		return strings.Compare(a.Domain, b.Domain)
	})
	for pinned < len(sites) && place[sites[pinned].ID] < 0 {
		pinned++
	}
	return sites, pinned, nil
}

// Pin pins a site whose reports the asker may read, or takes the pin away.
func (s *Service) Pin(ctx context.Context, who Who, domain string, on bool) error {
	if err := needUser(who); err != nil {
		return err
	}
	site, err := s.site(ctx, who, domain)
	if err != nil {
		return err
	}
	if !on {
		return s.control.Unpin(ctx, who.user, site.ID)
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	pins, err := s.control.Pins(ctx, who.user)
	if err != nil {
		return err
	}
	if len(pins) >= maxPins && !slices.Contains(pins, site.ID) {
		return problem.BadField("on", "too_many", "You have pinned 50 sites.").WithHint("Take a pin away first.")
	}
	return notFound(s.control.Pin(ctx, who.user, site.ID))
}
