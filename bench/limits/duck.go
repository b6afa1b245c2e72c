package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/marcboeker/go-duckdb"

	"sandprint/app/store"
)

// duck is a DuckDB file on one thread.
type duck struct {
	path      string
	connector *duckdb.Connector
	db        *sql.DB
}

// openDuck opens a DuckDB file.
func openDuck(path string) (*duck, error) {
	d := &duck{path: path}
	var err error
	if d.connector, err = duckdb.NewConnector(path+"?threads=1", nil); err != nil {
		return nil, err
	}
	d.db = sql.OpenDB(d.connector)
	d.db.SetMaxOpenConns(1)
	return d, nil
}

func (d *duck) close() error { return errors.Join(d.db.Close(), d.connector.Close()) }

// copySite makes a DuckDB file in dir of a site's visits, page views and events. The numbers go to a file of their own
// first, so that the one that is asked holds nothing else.
func copySite(ctx context.Context, dir string, site store.Reader) (d *duck, c copied, err error) {
	raw, err := openDuck(filepath.Join(dir, "raw.duckdb"))
	if err != nil {
		return nil, c, err
	}
	c, err = raw.fill(ctx, site)
	if err = errors.Join(err, raw.close()); err != nil {
		return nil, c, err
	}
	if d, err = openDuck(filepath.Join(dir, "site.duckdb")); err != nil {
		return nil, c, err
	}
	if _, err = d.db.ExecContext(ctx, fmt.Sprintf(tables, raw.path)); err != nil {
		return nil, c, errors.Join(err, d.close())
	}
	return d, c, nil
}

// The numbers as they come; the tables that are asked are made of them.
const rawTables = `
	CREATE TABLE visit (visit INTEGER, visitor INTEGER, day INTEGER, duration INTEGER, new BOOLEAN, page INTEGER,
		origin INTEGER, place INTEGER, agent INTEGER, hits INTEGER, views INTEGER);
	CREATE TABLE hit (visit INTEGER, visitor INTEGER, day INTEGER, pos INTEGER, is_view BOOLEAN, page INTEGER,
		origin INTEGER, place INTEGER, agent INTEGER);
	CREATE TABLE page (id INTEGER, path VARCHAR);
	CREATE TABLE origin (id INTEGER, source VARCHAR);
	CREATE TABLE place (id INTEGER, country VARCHAR);
	CREATE TABLE agent (id INTEGER, browser VARCHAR)`

// The tables that are asked. Day is the day in the site's zone, as days since 1970; pos the place of a hit in its visit.
const tables = `
	ATTACH '%s' AS raw (READ_ONLY);
	CREATE TYPE path AS ENUM (SELECT DISTINCT path FROM raw.page);
	CREATE TYPE source AS ENUM (SELECT DISTINCT source FROM raw.origin);
	CREATE TYPE country AS ENUM (SELECT DISTINCT country FROM raw.place);
	CREATE TYPE browser AS ENUM (SELECT DISTINCT browser FROM raw.agent);
	CREATE TABLE visit AS SELECT v.visit, v.visitor, v.day, v.duration, v.new, p.path::path AS entry, o.source::source AS source,
		l.country::country AS country, a.browser::browser AS browser, v.hits, v.views
		FROM raw.visit v JOIN raw.page p ON p.id = v.page JOIN raw.origin o ON o.id = v.origin
		JOIN raw.place l ON l.id = v.place JOIN raw.agent a ON a.id = v.agent ORDER BY v.visit;
	CREATE TABLE hit AS SELECT h.visit, h.visitor, h.day, h.pos, h.is_view, p.path::path AS path, o.source::source AS source,
		l.country::country AS country, a.browser::browser AS browser
		FROM raw.hit h JOIN raw.page p ON p.id = h.page JOIN raw.origin o ON o.id = h.origin
		JOIN raw.place l ON l.id = h.place JOIN raw.agent a ON a.id = h.agent ORDER BY h.visit, h.pos;
	DETACH raw;
	CHECKPOINT`

// copied says what was copied.
type copied struct {
	visits, views, events int
	last                  time.Time // of the last hit
}

// fill copies a site's visits, page views and events into the raw tables.
func (d *duck) fill(ctx context.Context, site store.Reader) (c copied, err error) {
	snap, err := site.Snapshot(ctx)
	if err != nil {
		return c, err
	}
	defer snap.Close()
	if _, err := d.db.ExecContext(ctx, rawTables); err != nil {
		return c, err
	}
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return c, err
	}
	err = conn.Raw(func(raw any) error { return appendAll(raw.(driver.Conn), snap, site.Info().Zone, &c) })
	return c, errors.Join(err, conn.Close())
}

// appendAll appends dictionaries and blocks to the raw tables.
func appendAll(conn driver.Conn, snap *store.Snapshot, zone *time.Location, c *copied) error {
	for _, d := range []struct {
		table string
		dim   store.Dim
		field int
		unset string
	}{
		{"page", store.Pages, 1, "(not set)"}, {"origin", store.Origins, 0, "Direct"}, {"place", store.Places, 0, "(not set)"}, {"agent", store.Agents, 0, "(not set)"},
	} {
		if err := appendTo(conn, d.table, func(a *duckdb.Appender) error {
			for id, value := range snap.Dict(d.dim) {
				name := strings.Split(value, store.FieldSep)[d.field]
				if name == "" {
					name = d.unset
				}
				if err := a.AppendRow(int32(id), name); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return appendTo(conn, "visit", func(visits *duckdb.Appender) error {
		return appendTo(conn, "hit", func(hits *duckdb.Appender) error {
			var b store.Block
			for i := range snap.Blocks() {
				if err := snap.Load(i, store.AllColumns, &b); err != nil {
					return err
				}
				if err := appendBlock(visits, hits, &b, zone, c); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// appendTo has f append to a raw table.
func appendTo(conn driver.Conn, table string, f func(*duckdb.Appender) error) error {
	a, err := duckdb.NewAppenderFromConn(conn, "", table)
	if err != nil {
		return err
	}
	return errors.Join(f(a), a.Close())
}

// appendBlock appends the visits of a block and their hits, page views before events.
func appendBlock(visits, hits *duckdb.Appender, b *store.Block, zone *time.Location, c *copied) error {
	view, event := 0, 0
	for v := range b.Visits {
		start := int64(b.Date)*86400 + int64(b.Cols[store.VisitStart][v])
		visit, visitor := int32(c.visits), int32(b.Cols[store.VisitVisitor][v])
		origin, place, agent := int32(b.Cols[store.VisitOrigin][v]), int32(b.Cols[store.VisitPlace][v]), int32(b.Cols[store.VisitAgent][v])
		entry, pos, at := int32(0), int32(0), start
		for k := range int(b.Cols[store.VisitViews][v]) {
			at += int64(b.Cols[store.ViewDelay][view])
			page := int32(b.Cols[store.ViewPage][view])
			if k == 0 {
				entry = page
			}
			if err := hits.AppendRow(visit, visitor, localDay(at, zone), pos, true, page, origin, place, agent); err != nil {
				return err
			}
			view++
			pos++
		}
		for range int(b.Cols[store.VisitEvents][v]) {
			at = start + int64(b.Cols[store.EventDelay][event])
			if err := hits.AppendRow(visit, visitor, localDay(at, zone), pos, false, int32(b.Cols[store.EventPage][event]), origin, place, agent); err != nil {
				return err
			}
			event++
			pos++
		}
		isNew := store.VisitorType(b.Cols[store.VisitType][v]) == store.NewVisitor
		if err := visits.AppendRow(visit, visitor, localDay(start, zone), int32(b.Cols[store.VisitDuration][v]), isNew, entry,
			origin, place, agent, pos, int32(b.Cols[store.VisitViews][v])); err != nil {
			return err
		}
		c.visits++
		if t := time.Unix(at, 0); t.After(c.last) {
			c.last = t
		}
	}
	c.views, c.events = c.views+view, c.events+event
	return nil
}

// localDay returns the day of a time in a zone, as days since 1970.
func localDay(t int64, zone *time.Location) int32 {
	_, offset := time.Unix(t, 0).In(zone).Zone()
	return int32((t + int64(offset)) / 86400)
}

// ask returns the rows of a query.
func (d *duck) ask(ctx context.Context, query string) (out [][]any, err error) {
	rows, err := d.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		row := make([]any, len(names))
		into := make([]any, len(names))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		for i, v := range row {
			switch v := v.(type) {
			case int32:
				row[i] = int64(v)
			case string:
			case int64, float64:
			default:
				return nil, fmt.Errorf("column %s has a %T", names[i], v)
			}
		}
		out = append(out, row)
	}
	return out, rows.Err()
}
