package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"
)

// Segment is filters of a site's visits that have a name.
type Segment struct {
	ID      int64
	Site    string // id of its site
	User    int64  // whose it is; 0: the site's
	Name    string
	Filters []string // as the stats contract writes them
	Created time.Time
}

const segmentQuery = "SELECT id, site, coalesce(user, 0), name, filters, created FROM segment "

func scanSegment(row scanner) (s Segment, err error) {
	var filters string
	var created int64
	if err = row.Scan(&s.ID, &s.Site, &s.User, &s.Name, &filters, &created); err != nil {
		return s, rowError(err)
	}
	s.Created = time.Unix(created, 0).UTC()
	return s, json.Unmarshal([]byte(filters), &s.Filters)
}

// Segments returns the segments of a site: the site's own and those of a user (0: none), by name.
func (c *Control) Segments(ctx context.Context, site string, user int64) ([]Segment, error) {
	return list(ctx, c.read, scanSegment, segmentQuery+"WHERE site = ? AND (user IS NULL OR user = ?) ORDER BY name, id", site, user)
}

// AddSegment adds a segment and returns its number. ErrExists: its owner has one of that name; ErrNotFound: no such site
// or user.
func (c *Control) AddSegment(ctx context.Context, s Segment) (id int64, err error) {
	filters, err := json.Marshal(s.Filters)
	if err != nil {
		return 0, err
	}
	err = c.write.QueryRowContext(ctx, "INSERT INTO segment (site, user, name, filters, created) VALUES (?, ?, ?, ?, ?) RETURNING id",
		s.Site, owner(s.User), s.Name, string(filters), s.Created.Unix()).Scan(&id)
	return id, rowError(err)
}

// UpdateSegment sets owner, name and filters of a segment. ErrExists: its owner has another of that name.
func (c *Control) UpdateSegment(ctx context.Context, s Segment) error {
	filters, err := json.Marshal(s.Filters)
	if err != nil {
		return err
	}
	return c.execOne(ctx, "UPDATE segment SET user = ?, name = ?, filters = ? WHERE id = ?", owner(s.User), s.Name, string(filters), s.ID)
}

// DeleteSegment removes a segment.
func (c *Control) DeleteSegment(ctx context.Context, id int64) error {
	return c.execOne(ctx, "DELETE FROM segment WHERE id = ?", id)
}

func owner(user int64) sql.NullInt64 { return sql.NullInt64{Int64: user, Valid: user != 0} }
