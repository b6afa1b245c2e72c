package store

import (
	"context"
	"time"
)

// Publication says which text about privacy a site's owner has put on the site.
type Publication struct {
	At    time.Time // to the second
	Hash  string    // of the configuration that it was made from
	Facts []byte    // that configuration, as JSON
}

// Publish notes what is on a site now, in place of what was. ErrNotFound: no such site.
func (c *Control) Publish(ctx context.Context, site string, p Publication) error {
	_, err := c.exec(ctx, `INSERT INTO publication (site, at, hash, facts) VALUES (?, ?, ?, ?)
		ON CONFLICT (site) DO UPDATE SET at = excluded.at, hash = excluded.hash, facts = excluded.facts`, site, p.At.Unix(), p.Hash, string(p.Facts))
	return err
}

// Publication returns what is on a site; ErrNotFound: its owner has said nothing of it.
func (c *Control) Publication(ctx context.Context, site string) (p Publication, err error) {
	var at int64
	err = c.read.QueryRowContext(ctx, "SELECT at, hash, facts FROM publication WHERE site = ?", site).Scan(&at, &p.Hash, &p.Facts)
	p.At = time.Unix(at, 0).UTC()
	return p, rowError(err)
}
