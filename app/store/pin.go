package store

import "context"

// Pins returns the ids of the sites that a user has pinned, in their order.
func (c *Control) Pins(ctx context.Context, user int64) ([]string, error) {
	return list(ctx, c.read, func(row scanner) (id string, err error) { return id, row.Scan(&id) },
		"SELECT site FROM pin WHERE user = ? ORDER BY place, site", user)
}

// Pin puts a site behind a user's other pins; one that is pinned already stays where it is. ErrNotFound: no such user or
// site.
func (c *Control) Pin(ctx context.Context, user int64, site string) error {
	_, err := c.exec(ctx, `INSERT INTO pin (user, site, place) SELECT ?1, ?2, coalesce(max(place), 0) + 1 FROM pin WHERE user = ?1
		ON CONFLICT (user, site) DO NOTHING`, user, site)
	return err
}

// Unpin takes a pin away, be it there or not.
func (c *Control) Unpin(ctx context.Context, user int64, site string) error {
	_, err := c.exec(ctx, "DELETE FROM pin WHERE user = ? AND site = ?", user, site)
	return err
}
