package store

import (
	"context"
	"time"
)

// Annotation is a note at a moment of a site's chart.
type Annotation struct {
	ID   int64     // by which it is listed, changed and removed
	At   time.Time // to the second
	Text string
}

func scanAnnotation(row scanner) (a Annotation, err error) {
	var at int64
	err = row.Scan(&a.ID, &at, &a.Text)
	a.At = time.Unix(at, 0).UTC()
	return a, rowError(err)
}

// AddAnnotation adds a note to a site and returns it with its number. ErrNotFound: no such site. ErrFull: the site has
// most notes already.
func (c *Control) AddAnnotation(ctx context.Context, site string, at time.Time, text string, most int) (Annotation, error) {
	const add = `INSERT INTO annotation (site, at, text) SELECT ?1, ?2, ?3 WHERE (SELECT count(*) FROM annotation WHERE site = ?1) < ?4
		RETURNING id, at, text`
	all, err := list(ctx, c.write, scanAnnotation, add, site, at.Unix(), text, most)
	if err != nil {
		return Annotation{}, rowError(err)
	}
	if len(all) == 0 {
		return Annotation{}, ErrFull
	}
	return all[0], nil
}

// Annotations returns the notes of a site from a moment until before another, by time.
func (c *Control) Annotations(ctx context.Context, site string, from, to time.Time) ([]Annotation, error) {
	return list(ctx, c.read, scanAnnotation, "SELECT id, at, text FROM annotation WHERE site = ? AND at >= ? AND at < ? ORDER BY at, id",
		site, from.Unix(), to.Unix())
}

// ChangeAnnotation gives a note of a site another moment, another text or both, where these are not nil, and returns it. What it
// said before is gone, from the log too. ErrNotFound: the site has none of that number.
func (c *Control) ChangeAnnotation(ctx context.Context, site string, id int64, at *time.Time, text *string) (Annotation, error) {
	const change = "UPDATE annotation SET at = coalesce(?, at), text = coalesce(?, text) WHERE site = ? AND id = ? RETURNING id, at, text"
	var second *int64
	if at != nil {
		second = new(at.Unix())
	}
	all, err := list(ctx, c.write, scanAnnotation, change, second, text, site, id)
	if err != nil {
		return Annotation{}, rowError(err)
	}
	if len(all) == 0 {
		return Annotation{}, ErrNotFound
	}
	return all[0], c.scrub(context.WithoutCancel(ctx))
}

// DeleteAnnotation removes a note of a site, from the log too. ErrNotFound: the site has none of that number.
func (c *Control) DeleteAnnotation(ctx context.Context, site string, id int64) error {
	if err := c.execOne(ctx, "DELETE FROM annotation WHERE site = ? AND id = ?", site, id); err != nil {
		return err
	}
	return c.scrub(context.WithoutCancel(ctx))
}
